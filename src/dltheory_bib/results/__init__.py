"""Result cards: bounds and their order, what dominates what, tables and lines of improvement."""
