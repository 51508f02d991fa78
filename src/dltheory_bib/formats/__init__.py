"""Export records to other formats."""
