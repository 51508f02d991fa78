"""The arithmetic of results: bounds and their order, what dominates what, tables, improvements."""
