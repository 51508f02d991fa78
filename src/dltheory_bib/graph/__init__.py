"""The graph, and its algorithms."""
