"""The way to PostgreSQL.

Engine, transactions, failures, and a private server for those who have none.
"""
