"""The calls: a class per URL, a method per verb."""
