"""The YAML files: find, read, write and check them."""
