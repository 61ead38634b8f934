"""What happened: the journal, and what reads must record beside their transaction."""
