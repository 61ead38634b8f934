"""The reference data: loading, changing, remembering what it was."""
