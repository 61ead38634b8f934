"""Values: unit x indicator x period, in versions of a report."""
