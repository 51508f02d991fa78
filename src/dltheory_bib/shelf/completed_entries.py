"""Complete entries of one's own works from a shelf: DOI, pages, volume, a preprint's venue.

A value is taken only if every record of that version on the shelf states the same one. What the
entry has already is not changed, except that a preprint that was published becomes the publication.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.lookup.protocol import Found, Reference, StatedWork
from dltheory_bib.models.paper import Paper, Version
from dltheory_bib.shelf.lookups import Shelf
from dltheory_bib.text.identifiers import Identifier, is_arxiv_doi
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import unbraced

COMPLETED = ("doi", "pages", "volume")
"""The fields that are added to an entry of the same version."""
_HEAD = re.compile(r"@\w+\{([^,\s]+),")
_KEPT = ("  related =", "  relatedstring =")
"""Lines of an entry that are about other works."""
_TYPES = {"conference": "inproceedings", "journal": "article"}


class Completed(NamedTuple):
    """A work with what a shelf adds to it."""

    paper: Paper
    record: StatedWork
    """The first record that states it."""


def completed(paper: Paper, shelf: Shelf, names: VenueNames) -> Completed | None:
    """Return a work with what it lacks, or None if the shelf adds nothing."""
    answer = shelf.find(paper_reference(paper))
    if not isinstance(answer, Found):
        return None
    stated = [
        (one, names.find(one.venue).venue)
        for one in answer.records
        if one.venue and one.year and not one.track
    ]
    added: dict[str, Any] = {}
    unpublished = paper.type == "online"
    if unpublished:
        places = {(venue, one.year) for one, venue in stated}
        venue, year = next(iter(places)) if len(places) == 1 else (None, None)
        kind = _TYPES.get(names.venues[venue].kind) if venue else None
        if not kind:
            return None
        added = {"type": kind, "venue": venue, "year": year}
    elif paper.venue:
        stated = [one for one in stated if one[1] == paper.venue and one[0].year == paper.year]
    else:
        return None
    records = [one for one, _ in stated]
    for name in COMPLETED:
        values = {value for one in records if (value := _value(name, one))}
        # The DOI of a preprint is not that of the publication.
        if len(values) == 1 and (unpublished or not getattr(paper, name)):
            added[name] = values.pop()
    return Completed(paper.model_copy(update=added), records[0]) if added else None


def with_completed(
    text: str,
    works: Iterable[Completed],
    fields: Callable[[Paper], tuple[str, Mapping[str, str]]],
    before: Callable[[str], Mapping[str, str]],
) -> tuple[str, int]:
    """Return entries with those of some works replaced by complete ones, and how many there are.

    `fields` returns the type and the fields of a work's entry, `before` those of the entry as it
    was, by key. Each entry stands under a remark that names what was added, and the source.
    """
    complete = {one.paper.key: one for one in works}
    made: list[str] = []
    number = 0
    for block in re.split(r"(?<=\n\}\n)", text):
        found = _HEAD.search(block)
        one = complete.get(found[1]) if found else None
        if one is None or found is None:
            made.append(block)
            continue
        kind, now = fields(one.paper)
        old = before(one.paper.key)
        added = [name for name, value in now.items() if old.get(name) != value]
        if not added:
            made.append(block)
            continue
        number += 1
        record = one.record
        kept = [line for line in block.splitlines() if line.startswith(_KEPT)]
        lines = [
            f"% {found[1]}: {', '.join(added)} from the shelf, not curated;"
            f" {record.source.removesuffix(' (shelf)')} of {record.date}, {record.where}",
            f"@{kind}{{{found[1]},",
            *(f"  {name} = {{{value}}}," for name, value in now.items()),
            *kept,
            "}\n",
        ]
        made.append(block[: found.start()] + "\n".join(lines))
    return "".join(made), number


def paper_reference(paper: Paper) -> Reference:
    """Return what identifies a work of the collection, to look it up."""
    ids = [Identifier("doi", paper.doi)] if paper.doi else []
    ids += [Identifier("arxiv", paper.eprint)] if paper.eprint else []
    return Reference(from_latex(unbraced(paper.title)), paper.author, paper.year, ids=tuple(ids))


def _value(name: str, record: StatedWork) -> str:
    """Return a field of a record as our records write it; empty if they cannot have it."""
    value = str(getattr(record, name))
    if name == "pages":
        value = re.sub(r"\s*[-–—]+\s*", "-", value)
    if not value or (name == "doi" and is_arxiv_doi(value)):
        return ""
    try:
        Version(kind="conference", year=record.year or 0, source="shelf", **{name: value})
    except ValueError:
        return ""
    return value
