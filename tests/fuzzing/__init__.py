"""Random files for every reader, and what must hold whatever is in them."""
