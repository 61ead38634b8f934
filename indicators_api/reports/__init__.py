"""A report's life: from the clerk's draft to the figures in force."""
