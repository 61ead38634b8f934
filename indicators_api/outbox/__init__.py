"""Deliveries queued in the transaction of their cause."""
