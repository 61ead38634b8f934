"""What is measured: the indicators with their rules, as services and pages need them."""
