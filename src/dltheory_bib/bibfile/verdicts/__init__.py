"""Verdicts on references: each entry compared, field by field, with what is known of a work."""
