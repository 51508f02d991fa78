"""The YAML files: where they are, how they are read, written and checked."""
