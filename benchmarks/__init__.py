"""Speed against raw SQL in the same run. `make bench` prints the table; ratios count."""
