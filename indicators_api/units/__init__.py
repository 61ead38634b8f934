"""Areas and the units that report for them."""
