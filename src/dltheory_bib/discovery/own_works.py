"""The works from which a discovery starts, and the citations that the collection itself has.

A work has a number in the citations of the shelf if it was found there, several if the shelf has
several versions of it; else a negative one of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.bibfile.bib_parser import BibFile
from dltheory_bib.bibfile.entry_types import WORKS
from dltheory_bib.bibfile.match import Matcher
from dltheory_bib.bibfile.matched_file import match_entries
from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.bibfile.verdicts.cited_reference import read_reference
from dltheory_bib.bibfile.verdicts.online_verdict import asked_reference
from dltheory_bib.lookup.protocol import Reference, StatedWork
from dltheory_bib.shelf.completed_entries import paper_reference
from dltheory_bib.shelf.refusals import UNDATED
from dltheory_bib.source.folders import shipped_directory
from dltheory_bib.source.wanted import WANTED, WantedWork, read_references, wanted_works
from dltheory_bib.text.identifiers import Identifier

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography

LISTS = "reference lists"
"""The source of a work that the collection knows only from the lists that contain it."""


class OwnWork(NamedTuple):
    """A work that the collection, a .bib or a reference list has."""

    name: str
    """Its key in the collection; of an entry that is not there, the entry's; of a wanted work its
    title.
    """
    reference: Reference
    is_kept: bool
    """Whether it is a work of the collection."""
    stated: StatedWork | None = None
    """What is known of a wanted work."""


class OwnCitation(NamedTuple):
    """A citation between two works, by their places in a list."""

    citing: int
    cited: int


def collection_works(bib: Bibliography) -> list[OwnWork]:
    """Return the works of a collection."""
    return [OwnWork(one.key, paper_reference(one), True) for one in bib.papers.values()]


def entries_of(
    bib: Bibliography, file: BibFile, works: Sequence[OwnWork]
) -> tuple[list[int], list[OwnWork]]:
    """Return the works that a .bib names: places in `works`, and those that are not there."""
    places = {one.name: place for place, one in enumerate(works)}
    inside: dict[int, None] = {}
    others = []
    matched = match_entries(bib, file, Matcher(bib), VenueNames(bib))
    for item in matched.entries:
        if item.kind not in WORKS:
            continue
        if item.match is not None:
            inside[places[item.match.paper.key]] = None
        else:
            reference = asked_reference(read_reference(item.kind, item.values))
            others.append(OwnWork(item.entry.key, reference, False))
    return [*inside], others


def own_citations(
    bib: Bibliography, works: Sequence[OwnWork]
) -> tuple[list[OwnWork], list[OwnCitation]]:
    """Return the works that reference lists contain and the collection lacks, and all citations.

    Places beyond those of `works`, which begins with the collection's, are those of the first.
    """
    places = {one.name: place for place, one in enumerate(works) if one.is_kept}
    wanted = wanted_works(read_references(_folder(bib) / WANTED))
    rows = bib.snapshot.fetch(
        "SELECT s.key, t.key FROM edge e JOIN paper s ON s.n = e.source JOIN paper t"
        " ON t.n = e.target WHERE e.relation = 'cites' AND e.source <> e.target"
    )
    citations = [OwnCitation(places[citing], places[cited]) for citing, cited in rows]
    for place, one in enumerate(wanted, start=len(works)):
        keys = (key for key in one.cited_by if key in places)
        citations += [OwnCitation(places[key], place) for key in keys]
    return [_wanted(one) for one in wanted], citations


def numbered(works: Sequence[OwnWork], found: Iterable[Sequence[int]]) -> list[tuple[int, ...]]:
    """Return the numbers of works: those that were found, or else a negative one."""
    return [
        tuple(numbers) or (-1 - place,)
        for place, (_, numbers) in enumerate(zip(works, found, strict=True))
    ]


def _folder(bib: Bibliography) -> Path:
    if bib.source is None:
        return shipped_directory()
    return bib.source if bib.source.is_dir() else bib.source.parent


def _wanted(work: WantedWork) -> OwnWork:
    ids = [Identifier("doi", work.doi)] if work.doi else []
    ids += [Identifier("arxiv", work.eprint)] if work.eprint else []
    authors = (work.author,) if work.author else ()
    reference = Reference(work.title, authors, work.year, ids=tuple(ids))
    stated = StatedWork(
        source=LISTS,
        where=", ".join(work.cited_by[:3]),
        date=UNDATED,
        title=work.title,
        authors=authors,
        year=work.year,
        doi=work.doi or "",
        eprint=work.eprint or "",
    )
    return OwnWork(work.title, reference, False, stated)
