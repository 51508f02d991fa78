"""A user's .bib file: parse with positions, match, compare, edit."""
