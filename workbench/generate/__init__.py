"""Exports made up for rehearsals and tests: as large as wanted, the same for the same seed, and nobody's data."""
