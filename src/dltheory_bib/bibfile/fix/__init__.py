"""Replace outdated entries of a .bib file by the published version."""
