"""Find the works that a LaTeX manuscript cites."""
