"""How the system grows from a province to the country: `python -m benchmarks.scale`."""
