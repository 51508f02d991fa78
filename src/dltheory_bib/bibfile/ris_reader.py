"""Read RIS files, which reference managers and publishers write.

A record is a line `TY  - JOUR`, lines of a tag of two signs and a value, and `ER  - `; a line
without a tag continues the value before it. Programs leave out ends and blanks, so both may lack.
Notes keep their lines; of other values white space is folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINE = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?", re.DOTALL)
_IN_LINES = frozenset({"N1", "RN"})
_INDENTED_TAG = re.compile(r" (?= *[A-Z][A-Z0-9] {1,2}-)")
"""A blank before what a note has at the start of a line, but is no tag; `formats.ris` writes it."""

RisRecord = dict[str, list[str]]
"""The values of a record by tag, in the order of the file."""


def read_ris(text: str, faults: list[str]) -> list[RisRecord]:
    """Return the records of a RIS file; lines that belong to none are reported in `faults`."""
    found: list[RisRecord] = []
    open_since, stray = 0, 0
    pieces: list[list[tuple[str, list[str]]]] = []
    for number, line in enumerate(_lines(text), 1):
        match = _LINE.fullmatch(line.rstrip())
        tag, value = (match[1], match[2] or "") if match else ("", line)
        if tag == "TY":
            if open_since:
                faults.append(f"line {open_since}: the record has no end; write `ER  - ` after it")
            open_since = number
            pieces.append([("TY", [value])])
        elif not open_since:
            stray = stray or (number if line.strip() and tag != "ER" else 0)
        elif tag == "ER":
            open_since = 0
        elif tag:
            pieces[-1].append((tag, [value]))
        elif line.strip() or pieces[-1][-1][0] in _IN_LINES:
            pieces[-1][-1][1].append(line)
    if open_since:
        faults.append(f"line {open_since}: the record has no end; write `ER  - ` after it")
    if stray and not pieces:
        faults.append(f"line {stray}: no record begins here; a record begins with `TY  - JOUR`")
    for lines in pieces:
        record: RisRecord = {}
        for tag, parts in lines:
            value = " ".join(" ".join(parts).split())
            if tag in _IN_LINES:
                value = "\n".join(_INDENTED_TAG.sub("", one).rstrip() for one in parts).strip("\n")
            record.setdefault(tag, []).append(value)
        found.append(record)
    return found


def _lines(text: str) -> Iterator[str]:
    return iter(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")))
