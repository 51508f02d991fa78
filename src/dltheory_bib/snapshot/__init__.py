"""The compiled catalogue: one SQLite file, how it is made, cached and read."""
