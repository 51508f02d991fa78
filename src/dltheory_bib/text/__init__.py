"""Text without records: names, LaTeX, mathematics."""
