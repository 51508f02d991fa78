"""Report problems of a .bib file."""
