"""Read RIS files, which reference managers and publishers write.

A record is a line `TY  - JOUR`, lines of a tag of two signs and a value, and `ER  - `; a line
without a tag continues the value before it. Programs leave out ends and blanks, so both may lack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINE = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?", re.DOTALL)

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
        elif line.strip():
            pieces[-1][-1][1].append(line)
    if open_since:
        faults.append(f"line {open_since}: the record has no end; write `ER  - ` after it")
    if stray and not pieces:
        faults.append(f"line {stray}: no record begins here; a record begins with `TY  - JOUR`")
    for lines in pieces:
        record: RisRecord = {}
        for tag, parts in lines:
            record.setdefault(tag, []).append(" ".join(" ".join(parts).split()))
        found.append(record)
    return found


def _lines(text: str) -> Iterator[str]:
    return (found[0] for found in re.finditer(r"[^\r\n]+", text.removeprefix("\ufeff")))
