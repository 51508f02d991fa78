"""Which works' prose is read while a part of the site is made.

Most edits of a collection change prose: a summary, a note on the evidence. Lists, counts and links
do not depend on it, so a build after such an edit makes only the parts that read the prose of the
works that changed. What a part reads is measured, not declared: the papers that the pages hold note
which of their prose is asked for, and so do the statements that read the tables in which it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dltheory_bib.models.paper import Paper

if TYPE_CHECKING:
    from dltheory_bib.snapshot.reader import Snapshot

PROSE = frozenset(
    ("summary", "idea", "limits", "remarks", "checked_in", "sources", "disagreements")
)
"""The fields of a work that nothing but the work's own text depends on; every other field is a fact
on which any page may depend.
"""
EVERY = "*"
"""Stands for every work: no key has an asterisk."""
SEARCH_TABLES = ("text", "note", "search_word", "search_work", "search_form")
"""Tables made from the words of every work."""
ROW_TABLES = ("record", "paper_view")
"""Tables with the prose of a work in the row of its number."""
_IN_PROSE = re.compile(rf"\b({'|'.join(ROW_TABLES + SEARCH_TABLES)})\b")
_OF_ONE = re.compile(rf"FROM ({'|'.join(ROW_TABLES)}) WHERE n = \?$")
_WHOLE = ("model_", "__dict__", "__pydantic_serializer__")
"""Attributes of a record that give all its fields begin with one of these."""

C = TypeVar("C")


class ProseReads:
    """Notes whose prose is read, by key."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._keys: dict[int, str] = dict(snapshot.fetch("SELECT n, key FROM paper").fetchall())
        self._scopes: list[set[str]] = []
        self._kind = _noting(self.add)

    @contextmanager
    def scope(self) -> Iterator[set[str]]:
        """Collect what is read from here on, for an enclosing scope as well."""
        reads: set[str] = set()
        self._scopes.append(reads)
        try:
            yield reads
        finally:
            self._scopes.pop()
            self.add(reads)

    def add(self, keys: Iterable[str]) -> None:
        """Note that the prose of these works is read."""
        if self._scopes:
            self._scopes[-1].update(keys)

    def watched(self, paper: Paper) -> Paper:
        """Return a paper that notes when its prose is read."""
        object.__setattr__(paper, "__class__", self._kind)
        return paper

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Note the statements that read prose, until the end of the block."""
        snapshot, execute = self._snapshot, self._snapshot.fetch

        def fetch(sql: str, values: Any = ()) -> Any:
            if _IN_PROSE.search(sql):
                self.add([self._keys[values[0]] if _OF_ONE.search(sql) else EVERY])
            return execute(sql, values)

        snapshot.fetch = fetch
        try:
            yield
        finally:
            snapshot.fetch = execute


def _noting(note: Callable[[Iterable[str]], None]) -> type[Paper]:
    """Return a class of papers that note when their prose, or the whole record, is read."""

    class NotingPaper(Paper):
        __slots__ = ()

        def __getattribute__(self, name: str) -> Any:
            found = super().__getattribute__
            if name in PROSE or name.startswith(_WHOLE):
                note([found("__dict__")["key"]])
            return found(name)

    return NotingPaper


class _Reader(Protocol):
    """An object whose properties are computed once, from prose or not."""

    reads: ProseReads
    kept: dict[str, tuple[Any, frozenset[str]]]


def notes_reads(kind: type[C]) -> type[C]:
    """Make the cached properties of a class note, at each use, what was read to compute them.

    Otherwise only the part of the site that is made first would be known to depend on it.
    """
    for name, value in list(vars(kind).items()):
        if isinstance(value, cached_property):
            setattr(kind, name, property(_noted(name, value.func), doc=value.__doc__))
    return kind


def _noted(name: str, compute: Callable[[Any], Any]) -> Callable[[_Reader], Any]:
    def get(self: _Reader) -> Any:
        if name not in self.kept:
            with self.reads.scope() as reads:
                value = compute(self)
            self.kept[name] = value, frozenset(reads)
        value, found = self.kept[name]
        self.reads.add(found)
        return value

    return get
