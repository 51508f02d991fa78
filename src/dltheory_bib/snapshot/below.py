"""What an overlay must know of the layers below it, read from their snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dltheory_bib.snapshot.reader import Snapshot, record_reader
from dltheory_bib.source.overlay import title_letters

if TYPE_CHECKING:
    from pathlib import Path

    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.record import Record
    from dltheory_bib.source.folders import DataFile
    from dltheory_bib.text.identifiers import Identifier

_TABLES = {
    "topics": "topic",
    "venues": "venue",
    "people": "person",
    "trails": "trail",
    "assumptions": "assumption",
    "questions": "question",
    "results": "result",
    "glossary": "glossary_entry",
}


class BelowSnapshot:
    """A `source.overlay.Below`; each record is read once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._papers: dict[str, Paper] = {}
        self._registries: dict[str, dict[str, Record]] = {}

    @cached_property
    def _names(self) -> dict[str, str]:
        found = self.snapshot.fetch("SELECT m.name, p.key FROM name m JOIN paper p ON p.n = m.n")
        return dict(found.fetchall())

    def names(self) -> Mapping[str, str]:
        """Return the key of every key and alias."""
        return self._names

    def papers(self, keys: Iterable[str]) -> list[Paper]:
        """Return the works with these keys, in this order."""
        wanted = list(keys)
        new = [key for key in wanted if key not in self._papers]
        if new:
            numbers = self.snapshot.numbers(new)
            read = self.snapshot.papers(numbers[key] for key in new)
            self._papers.update(zip(new, read, strict=True))
        return [self._papers[key] for key in wanted]

    def identified(self, identifier: Identifier) -> str | None:
        """Return the key of the work with an arXiv id or a DOI."""
        row = self.snapshot.fetch(
            "SELECT p.key FROM identifier i JOIN paper p ON p.n = i.n "
            "WHERE i.scheme = ? AND i.value = ?",
            (identifier.scheme, identifier.folded),
        ).fetchone()
        return str(row[0]) if row else None

    @cached_property
    def _titles(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for key, title in self.snapshot.fetch("SELECT key, title FROM paper ORDER BY key"):
            found[title_letters(title)].append(key)
        return found

    def titled(self, title: str) -> Sequence[str]:
        """Return the keys of the works with a title, as `title_letters` gives it."""
        return self._titles.get(title, ())

    def registry(self, kind: str) -> Mapping[str, Record]:
        """Return the records of a kind by id."""
        if kind not in self._registries:
            table = _TABLES[kind]
            read: Any = record_reader(table, None)
            rows = self.snapshot.fetch(f"SELECT id, data FROM {table} ORDER BY id")
            self._registries[kind] = {name: read(data) for name, data in rows}
        return self._registries[kind]

    def prerequisites(self) -> Mapping[str, set[str]]:
        """Return the keys of the works to be read before a work, by key."""
        found: dict[str, set[str]] = defaultdict(set)
        for later, earlier in self.snapshot.fetch(
            "SELECT s.key, t.key FROM edge e JOIN paper s ON s.n = e.source "
            "JOIN paper t ON t.n = e.target WHERE e.relation = 'after'"
        ):
            found[later].add(earlier)
        return found


def open_below(path: Path) -> tuple[Snapshot, list[DataFile]] | None:
    """Open the snapshot of the layers below a collection, and return it with the collection's own
    files; None if it extends nothing.
    """
    from dltheory_bib.snapshot.cache import open_stack
    from dltheory_bib.source.folders import is_described
    from dltheory_bib.source.layers import layers_of

    if not is_described(path):
        return None
    *below, top = layers_of(path)
    return (open_stack(below, None), top.files(lowest=False)) if below else None
