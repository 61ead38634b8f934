"""How figures add up: who counts, the stored roll-up, and the figures of areas."""
