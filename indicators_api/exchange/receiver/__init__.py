"""A partner for tests and demonstrations: takes messages as a good receiver should, or fails."""
