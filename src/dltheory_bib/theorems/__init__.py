"""Compare theorems: bounds and their order, dominance, tables, improvements."""
