"""The `dltheory` command."""
