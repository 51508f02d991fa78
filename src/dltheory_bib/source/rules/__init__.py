"""Rules that compare records; each yields its findings."""
