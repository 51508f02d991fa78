"""The readers of public dumps, one for each: all yield the same records."""
