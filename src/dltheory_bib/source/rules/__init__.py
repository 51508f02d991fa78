"""Rules over two records or more; each yields what it finds."""
