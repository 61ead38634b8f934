"""What leaves for other systems and comes from them.

The Government Office, the operations centre.
"""
