"""Statistics of a catalogue, and of the evidence for it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.models.relations import JUDGEMENTS

if TYPE_CHECKING:
    import sqlite3

    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Venue
    from dltheory_bib.snapshot.reader import Snapshot

    Fetch = Callable[..., sqlite3.Cursor]

FIELDS = ("author", "title", "year", "venue", "volume", "pages", "doi", "eprint", "url")
"""The bibliographic fields that are counted."""


class FieldCoverage(NamedTuple):
    """The coverage of a bibliographic field, in numbers of records."""

    field: str
    carried: int
    """Records that have it."""
    sourced: int
    """Of these, records with a source that supports it."""
    twice: int
    """Of these, records with two sources or more."""
    unverified: int
    """Records that list it as unverified."""


class Coverage(NamedTuple):
    """Numbers of records, edges and evidence."""

    works: int
    people: int
    topics: int
    venues: int
    types: dict[str, int]
    checked: dict[str, int]
    """Works by the text against which their annotation was checked."""
    fields: tuple[FieldCoverage, ...]
    printed_pages: tuple[int, int]
    """Works with pages, and works whose venue prints pages."""
    lists_read: int
    """Works whose reference list was read."""
    citations: int
    relations: dict[str, int]
    questions: int
    """Questions with result cards."""
    results: dict[str, int]
    """Result cards by the text against which they were checked."""

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values, for JSON."""
        made = self._asdict()
        made["fields"] = [field._asdict() for field in self.fields]
        return made


def coverage(snapshot: Snapshot) -> Coverage:
    """The contents of a catalogue, as counted at compile time."""
    (data,) = snapshot.fetch("SELECT data FROM statistics").fetchone()
    found = json.loads(data)
    found["fields"] = tuple(FieldCoverage(**field) for field in found["fields"])
    found["printed_pages"] = tuple(found["printed_pages"])
    return Coverage(**found)


def count(fetch: Fetch, papers: Sequence[Paper], venues: Mapping[str, Venue]) -> Coverage:
    """Count the contents of a catalogue; `fetch` queries the tables that are already written."""
    edges = dict(fetch("SELECT relation, count(*) FROM edge GROUP BY relation").fetchall())
    printing = [
        paper
        for paper in papers
        if paper.venue and venues[paper.venue].in_year(paper.year).prints_pages
    ]
    return Coverage(
        works=len(papers),
        people=fetch("SELECT count(*) FROM person").fetchone()[0],
        topics=fetch("SELECT count(*) FROM topic").fetchone()[0],
        venues=fetch("SELECT count(*) FROM venue").fetchone()[0],
        types=_counted("preprint" if paper.is_preprint else paper.type for paper in papers),
        checked=_counted(paper.checked for paper in papers),
        fields=tuple(_fields(papers)),
        printed_pages=(sum(paper.pages is not None for paper in printing), len(printing)),
        lists_read=fetch("SELECT count(DISTINCT n) FROM reference_list").fetchone()[0],
        citations=edges.get("cites", 0),
        relations={r.value: edges[r.value] for r in JUDGEMENTS if r.value in edges},
        questions=fetch("SELECT count(DISTINCT question) FROM result").fetchone()[0],
        results=_counted(
            row[0]
            for row in fetch("SELECT json_extract(data, '$.checked') FROM result ORDER BY id")
        ),
    )


def adjusted(
    before: Coverage,
    fetch: Fetch,
    gone: Sequence[Paper],
    new: Sequence[Paper],
    venues: Mapping[str, Venue],
) -> Coverage:
    """Return the statistics of a catalogue in which some works were replaced or are new.

    `before` has those without the change; `fetch` queries the tables after it.
    """
    left, came = count(fetch, gone, venues), count(fetch, new, venues)

    def changed(name: str) -> dict[str, int]:
        sums = Counter(getattr(before, name))
        sums.subtract(getattr(left, name))
        sums.update(getattr(came, name))
        return {value: number for value, number in sums.most_common() if number}

    def sums(old: Sequence[int], less: Sequence[int], more: Sequence[int]) -> list[int]:
        return [a - b + c for a, b, c in zip(old, less, more, strict=True)]

    fields = (
        FieldCoverage(old.field, *sums(old[1:], less[1:], more[1:]))
        for old, less, more in zip(before.fields, left.fields, came.fields, strict=True)
    )
    pages = sums(before.printed_pages, left.printed_pages, came.printed_pages)
    return came._replace(
        works=before.works - left.works + came.works,
        types=changed("types"),
        checked=changed("checked"),
        fields=tuple(fields),
        printed_pages=(pages[0], pages[1]),
    )


def _counted(values: Iterable[str]) -> dict[str, int]:
    """Count by value, the most frequent first."""
    return dict(Counter(values).most_common())


def _fields(papers: Iterable[Paper]) -> Iterator[FieldCoverage]:
    values_of = attrgetter(*FIELDS)
    # Many works have the same fields from the same sources.
    alike = Counter(
        (
            tuple(compress(FIELDS, values_of(paper))),
            tuple([source.fields for source in paper.sources]),
            paper.unverified,
        )
        for paper in papers
    )
    for name in FIELDS:
        carried = sourced = twice = unverified = 0
        for (present, sources, doubted), works in alike.items():
            unverified += works * (name in doubted)
            if name in present:
                supporting = sum(name in fields for fields in sources)
                carried += works
                sourced += works * (supporting > 0)
                twice += works * (supporting > 1)
        yield FieldCoverage(name, carried, sourced, twice, unverified)
