"""The command line: `indicators-api`."""
