"""Entries of reference lists which no work of the catalogue fits: what its works cite beyond it.

They are facts about the entries (first author, year, title, identifiers), never the printed text,
in `wanted.jsonl` beside the YAML files: one JSON object a line, sorted by citing work and title.
They are no records of the catalogue, and the snapshot does not contain them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from dltheory_bib.errors import DataError, Problem
from dltheory_bib.input_files import read_text
from dltheory_bib.text.names import fold, searchable, words

WANTED = "wanted.jsonl"
"""The file's name."""


class Reference(NamedTuple):
    """An entry of a reference list."""

    citing: str
    """The key of the work whose list contains it."""
    title: str
    author: str = ""
    """The first author, as printed."""
    year: int | None = None
    eprint: str | None = None
    """The arXiv id, without version."""
    doi: str | None = None


class WantedWork(NamedTuple):
    """A work which reference lists of the catalogue contain and the catalogue does not."""

    title: str
    author: str
    year: int | None
    eprint: str | None
    doi: str | None
    cited_by: tuple[str, ...]
    """The keys of the works whose lists contain it, sorted."""

    def to_dict(self) -> dict[str, Any]:
        """Return the work with its number of lists, ready for JSON."""
        known = {name: value for name, value in self._asdict().items() if value}
        return {"lists": len(self.cited_by)} | known | {"cited_by": [*self.cited_by]}


def read_references(file: Path) -> Iterator[Reference]:
    """Yield the stored entries; none if there is no such file.

    Raises `DataError`, with file and line, if a line is no entry.
    """
    if not file.is_file():
        return
    for number, line in enumerate(read_text(file).text.splitlines(), start=1):
        try:
            read = Reference(**json.loads(line))
        except (TypeError, ValueError, RecursionError):
            read = None
        if read is None or not _is_sound(read):
            message = (
                "expected an object with citing, title and, if known, author, year, eprint, doi"
            )
            raise DataError([Problem(str(file), number, 1, "error", "wanted-entry", message)])
        yield read


def _is_sound(entry: Reference) -> bool:
    """Return whether the values have their types and, since they are printed, no control codes."""
    texts = (entry.citing, entry.title, entry.author, entry.eprint or "", entry.doi or "")
    year = entry.year is None or type(entry.year) is int
    return year and all(isinstance(text, str) and text.isprintable() for text in texts)


def reference_line(reference: Reference) -> str:
    """Return an entry as a line of the file, without the values that it lacks."""
    values = {name: value for name, value in reference._asdict().items() if value}
    return json.dumps(values, ensure_ascii=False) + "\n"


def wanted_works(references: Iterable[Reference]) -> list[WantedWork]:
    """Return the works that the entries name, those of most lists first.

    Entries are the same work if they share an arXiv id or a DOI, or the letters of the title and
    the first author's family name. The title is that of most entries, as are author and year.
    """
    groups = _groups(references)
    works = [_work(group) for group in groups]
    return sorted(works, key=lambda one: (-len(one.cited_by), one.year or 0, one.title))


def _groups(references: Iterable[Reference]) -> list[list[Reference]]:
    """Join the entries that share a mark, by the marks' smallest representative."""
    entries = list(references)
    parent = list(range(len(entries)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[str, int] = {}
    for number, entry in enumerate(entries):
        for mark in _marks(entry):
            one, other = sorted((root(first.setdefault(mark, number)), root(number)))
            parent[other] = one
    groups: dict[int, list[Reference]] = {}
    for number, entry in enumerate(entries):
        groups.setdefault(root(number), []).append(entry)
    return list(groups.values())


def _marks(entry: Reference) -> Iterator[str]:
    if entry.eprint:
        yield f"arxiv:{entry.eprint}"
    if entry.doi:
        yield f"doi:{entry.doi.lower()}"
    yield f"{_family(entry.author)} {''.join(words(searchable(entry.title)))}"


def _family(name: str) -> str:
    last = name.partition(",")[0] if "," in name else (name.split() or [""])[-1]
    return (words(fold(last)) or [""])[-1]


def _work(group: list[Reference]) -> WantedWork:
    def usual(values: Iterable[Any]) -> Any:
        given = [value for value in values if value]
        # Of equally frequent values the smallest, so that the answer never depends on the order.
        return max(sorted(set(given)), key=given.count) if given else None

    return WantedWork(
        title=usual(one.title for one in group) or "",
        author=usual(one.author for one in group) or "",
        year=usual(one.year for one in group),
        eprint=usual(one.eprint for one in group),
        doi=usual(one.doi for one in group),
        cited_by=tuple(sorted({one.citing for one in group})),
    )
