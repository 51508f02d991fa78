"""A LaTeX manuscript: which works it cites."""
