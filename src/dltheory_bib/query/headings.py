"""Find topics, people, venues, questions and trails that a query names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dltheory_bib.snapshot.reader import Snapshot

MOST = {"topic": 3, "question": 2, "trail": 1, "venue": 1}
LEAST_WORDS, LEAST_WEIGHT = 0.65, 0.45
"""What part of three or more words, and of their weight, a definition must have."""


class Heading(NamedTuple):
    """Something other than a work that answers a query."""

    kind: str
    """`topic`, `question`, `trail`, `venue` or `person`."""
    id: str
    label: str
    whole: bool
    """Whether the query is its name."""


def headings(snapshot: Snapshot, stems: Sequence[str], idfs: Sequence[int]) -> list[Heading]:
    """Return what a query names, the best first within each kind.

    Best is what has the query for its name; then a name within the query; then a name of which the
    query is a part; then a definition with most words of the query.
    """
    query, total = list(stems), sum(idfs)
    if not query:
        return []
    asked = set(query)
    best: dict[tuple[str, str], tuple[float, str]] = {}
    for kind, identity, label, names in snapshot.fetch(
        "SELECT kind, id, label, stems FROM heading"
    ):
        name = names.split()
        if asked.isdisjoint(name):
            continue
        if kind.endswith(" text"):
            kind = kind.removesuffix(" text")
            value = _text_value(name, query, idfs, total)
        else:
            value = _name_value(name, query, idfs, total, kind)
        if value and value > best.get((kind, identity), (0.0, ""))[0]:
            best[kind, identity] = value, label
    found: list[Heading] = []
    for kind, most in MOST.items():
        ordered = sorted(
            (
                (-value, identity, label)
                for (k, identity), (value, label) in best.items()
                if k == kind
            )
        )
        found += [
            Heading(kind, identity, label, -value >= _WHOLE)
            for value, identity, label in ordered[:most]
        ]
    return found


_WHOLE = 4.0


def _name_value(
    name: list[str], query: list[str], idfs: Sequence[int], total: int, kind: str
) -> float:
    if not name:
        return 0.0
    if name == query:
        return _WHOLE
    if kind == "venue":  # `icml 2017`: one word of the query, which is often a word of its own
        return 0.0
    size = len(name)
    for start in range(len(query) - size + 1):
        if query[start : start + size] == name:
            share = sum(idfs[start : start + size]) / (total or 1)
            return 2 + share if share >= 0.3 else 0.0
    for start in range(size - len(query) + 1):
        if name[start : start + len(query)] == query:
            return 1 + len(query) / size
    return 0.0


def _text_value(text: list[str], query: list[str], idfs: Sequence[int], total: int) -> float:
    if len(query) < 3 or not total:
        return 0.0
    words = set(text)
    having = [idf for stem, idf in zip(query, idfs, strict=True) if stem in words]
    share = sum(having) / total
    enough = len(having) >= LEAST_WORDS * len(query) and share >= LEAST_WEIGHT
    return share if enough else 0.0


def people(snapshot: Snapshot, identities: Sequence[tuple[str, bool]]) -> list[Heading]:
    """Return the people with these ids."""
    from dltheory_bib.text.names import natural

    found = []
    for identity, whole in identities:
        row = snapshot.fetch("SELECT name FROM person WHERE id = ?", (identity,)).fetchone()
        found.append(Heading("person", identity, natural(row[0]), whole))
    return found
