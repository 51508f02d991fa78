"""Notes, tags, status and files in formats that have a place for them; only where asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dltheory_bib.text.file_links import to_file_field
from dltheory_bib.text.note_latex import SEPARATOR, note_to_latex

_HEAD = re.compile(r"^@\w+\{([^,\s]+),$")
_READSTATUS = {"reading": "skimmed"}
"""JabRef's word for a status, where it has one that is not ours."""
_TAG = re.compile(r"[A-Z][A-Z0-9] {1,2}-")


def with_private_fields(text: str, private: Callable[[str], Mapping[str, Any]]) -> str:
    """Return entries with fields for what is private of a work, given by the entry's key.

    `annote`, BibTeX's usual field of annotated styles, has the notes, which a line `---` separates;
    biblatex takes it for `annotation` (manual, 2.2.5). `keywords` and `file` are as JabRef and
    Zotero read them, and `readstatus` is JabRef's.
    """
    made: list[str] = []
    fields: list[str] = []
    for line in text.split("\n"):
        if found := _HEAD.match(line):
            fields = [f"  {n} = {{{v}}}," for n, v in _fields(private(found[1])).items()]
        elif line == "}":
            made += fields
            fields = []
        made.append(line)
    return "\n".join(made)


def _fields(private: Mapping[str, Any]) -> dict[str, str]:
    status = private.get("status", "")
    found = {
        "annote": f"\n\n{SEPARATOR}\n\n".join(map(note_to_latex, private.get("notes", ()))),
        "keywords": ", ".join(map(_keyword, private.get("tags", ()))),
        "readstatus": _READSTATUS.get(status, status),
        "file": _balanced(to_file_field(private.get("files", ()))),
    }
    return {name: value for name, value in found.items() if value}


def _keyword(tag: str) -> str:
    made = note_to_latex(tag)
    return f"{{{made}}}" if "," in made or ";" in made else made


def _balanced(value: str) -> str:
    r"""Return a value without braces if they are not in pairs, with which no .bib can be read."""
    depth = 0
    for char in value:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            break
    return re.sub(r"[{}]", "", value) if depth else value


def ris_fields(private: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is private of a work as fields of RIS, by rispy's names.

    The lines of a note stay. A reading status has no place in RIS.
    """
    tags = list(private.get("tags", ()))
    files: Sequence[str] = private.get("files", ())
    return {
        "notes": [_in_lines(note) for note in private.get("notes", ())],
        # Programs that write all keywords into one line separate them so.
        "keywords": tags * 2 if len(tags) == 1 and ";" in tags[0] else tags,
        "file_attachments1": [one for one in files if one.lower().endswith(".pdf")],
        "file_attachments2": [one for one in files if not one.lower().endswith(".pdf")],
    }


def _in_lines(note: str) -> str:
    first, *more = note.split("\n")
    lines = (f" {line}" if _TAG.match(line.lstrip()) else line for line in more)
    return "\n".join([first, *lines])


def csl_fields(private: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is private of a work as fields of a CSL item.

    Programs read `annote` and `keyword`. `custom`, where CSL has a place for what has no other,
    contains the same in lists, and what else there is.
    """
    texts = {
        "annote": "\n\n".join(private.get("notes", ())),
        "keyword": ", ".join(private.get("tags", ())),
    }
    found = {name: value for name, value in texts.items() if value}
    return {**found, "custom": dict(private)} if private else {}


PRIVATE_COLUMNS = ("notes", "tags", "status", "files")


def private_cells(private: Mapping[str, Any]) -> tuple[str | None, ...]:
    """Return the cells of a table for what is private of a work."""
    joined = {"notes": "\n\n", "tags": "; ", "files": "; "}
    return tuple(
        (joined[name].join(private.get(name, ())) if name in joined else private.get(name)) or None
        for name in PRIVATE_COLUMNS
    )
