"""Look a work up: the protocol of every source, and the clients of scholarly services."""
