"""Notes, tags, status and files in formats that have a place for them; only where asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dltheory_bib.text.latex import to_latex

_HEAD = re.compile(r"^@\w+\{([^,\s]+),$")
_NOTES = {"bibtex": "annote", "biblatex": "annotation"}
"""BibTeX's usual field of annotated styles, and biblatex's (manual, 2.2.2)."""


def with_private_fields(
    text: str, private: Callable[[str], Mapping[str, Any]], dialect: str
) -> str:
    """Return entries with fields for what is private of a work, given by the entry's key.

    `keywords`, `file` and, as JabRef, `readstatus`; the notes are a field of annotated styles.
    """
    made: list[str] = []
    fields: list[str] = []
    for line in text.split("\n"):
        if found := _HEAD.match(line):
            fields = [f"  {n} = {{{v}}}," for n, v in _fields(private(found[1]), dialect).items()]
        elif line == "}":
            made += fields
            fields = []
        made.append(line)
    return "\n".join(made)


def _fields(private: Mapping[str, Any], dialect: str) -> dict[str, str]:
    found = {
        _NOTES[dialect]: "\n\n".join(map(to_latex, private.get("notes", ()))),
        "keywords": to_latex(", ".join(private.get("tags", ()))),
        "readstatus": private.get("status", ""),
        "file": "; ".join(private.get("files", ())),
    }
    return {name: _balanced(value) for name, value in found.items() if value}


def _balanced(value: str) -> str:
    r"""Return a value without braces if they are not in pairs, with which no .bib can be read."""
    bare = re.sub(r"\\[{}]", "", value)
    depth = 0
    for char in bare:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            break
    return re.sub(r"(?<!\\)[{}]", "", value) if depth else value


def ris_fields(private: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is private of a work as fields of RIS, by rispy's names."""
    return {
        "notes": [note.replace("\n", " ") for note in private.get("notes", ())],
        "keywords": list(private.get("tags", ())),
        "file_attachments1": list(private.get("files", ())),
    }


PRIVATE_COLUMNS = ("notes", "tags", "status", "files")


def private_cells(private: Mapping[str, Any]) -> tuple[str | None, ...]:
    """Return the cells of a table for what is private of a work."""
    joined = {"notes": "\n\n", "tags": "; ", "files": "; "}
    return tuple(
        (joined[name].join(private.get(name, ())) if name in joined else private.get(name)) or None
        for name in PRIVATE_COLUMNS
    )
