"""The compiled catalogue: one SQLite file, how it is made, kept and read."""
