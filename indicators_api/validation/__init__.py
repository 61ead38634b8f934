"""What a unit sends, checked: each value by itself, then against each other and the past."""
