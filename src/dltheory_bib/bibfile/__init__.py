"""A user's .bib file: read with positions, matched, compared, edited."""
