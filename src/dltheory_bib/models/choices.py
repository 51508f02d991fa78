"""The allowed values of a work's fields, importable without the models."""

from __future__ import annotations

from typing import Literal

EntryType = Literal[
    "article", "inproceedings", "incollection", "book", "thesis", "report", "online", "software"
]
"""BibLaTeX's entry types that works of this field need; a preprint is `online`."""
ReadingLevel = Literal["start", "core", "further", "background"]
LEVELS: dict[ReadingLevel, str] = {
    "start": "start here",
    "core": "core",
    "further": "further reading",
    "background": "background",
}
"""The words for each level, in the order of reading."""
Checked = Literal["full-text", "abstract", "unchecked"]
ReadingStatus = Literal["to-read", "reading", "read"]
"""How far a reader is with a work."""
