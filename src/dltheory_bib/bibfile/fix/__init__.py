"""Update entries of a .bib file from the catalogue."""
