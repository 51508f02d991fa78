"""The complete lists of a venue's years, in which a work that appeared there must be.

A list counts as complete for one of four reasons, which its evidence names:

- the publisher of the venue made it (the ACL Anthology, a volume of PMLR),
- the page ranges of its works follow each other from the first page on: a work that was missing
  would leave a gap,
- two sources of the shelf have that year, and nearly the same works, and neither has them from the
  other or from a third: two that were collected apart do not miss the same works,
- it has as many works as the venue accepted.

To be on the safe side, the works of every other source are added to the list. Satellites of a venue
(workshops, blog tracks, datasets) are not the venue.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.bibfile.verdicts.author_comparison import compare_authors
from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference
from dltheory_bib.bibfile.verdicts.titles import last_word
from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf.lookups import Held, Shelf
from dltheory_bib.shelf.shelf_index import title_hash

SHARED = 0.99
"""The share of the works of one list that the other must have."""
GAPS = 0.005
"""The most pages, as a share of all, that may belong to no work: title pages, and blank ones."""
_PLACED = 0.97
"""The share of the works that must have pages, for their ranges to count."""
_FEWEST = 20
"""The works of the smallest list that can be complete."""
_PUBLISHERS_OWN = frozenset({"aclanthology", "pmlr"})
"""The sources that the publisher of the venue makes."""
_GATHERED = frozenset({"bib", "mlanthology"})
"""The sources whose records are others': each record says where it is from, or it is not known.

ML Anthology is built of DBLP, OpenReview, PMLR and the sites of conferences
(https://github.com/rbnyng/mlanthology, "Data sources"), and names one in each record; of its lists
before 2013 most are DBLP's. Files of entries are mostly DBLP's, whose keys they keep.
"""
_TRACK_APART = frozenset({("neurips", 2021)})
"""Years in which a track of the venue had proceedings of its own, cited by the venue's name:
what is not in the list is to be cited otherwise, but it may be real.
"""
TOTALS = {
    ("iclr", 2017): 198,
    ("iclr", 2020): 687,
    ("iclr", 2025): 3706,
    ("neurips", 2023): 3540,
}
"""The works that a venue accepted, where no list of it has pages and no two agree: of ICLR as in
https://github.com/lixin4ever/Conference-Acceptance-Rate, of NeurIPS with its datasets track as in
https://joltml.com/neurips-2023/highlights.
"""
_OF_TOTAL = 0.002
"""By which share of them the works of a list may differ from the total."""
_NUMBER = re.compile(r"\d+")


class CompleteList(NamedTuple):
    """The works of a venue in a year."""

    venue: str
    """The venue's id in the catalogue."""
    year: int
    works: list[Held]
    sources: tuple[str, ...]
    """The sources that have it, with their dates."""
    reason: str
    """Why it is complete."""

    @property
    def excludes(self) -> bool:
        """Return whether what it lacks was not at the venue, under any of its names."""
        return (self.venue, self.year) not in _TRACK_APART

    def __str__(self) -> str:
        sources = " and ".join(self.sources)
        count = f"{len(self.works):,} works of {self.venue} {self.year}"
        return f"the {count} in {sources} ({self.reason})"

    def by_these_authors(self, reference: CitedReference) -> list[StatedWork]:
        """Return the works of the list by the authors of a reference, or most of them."""
        families = {last_word(name) for name in reference.authors}
        found = []
        for held in self.works:
            ours = {last_word(name) for name in held.record.authors}
            if 2 * len(families & ours) < len(families):
                continue
            outcome = compare_authors(
                reference.authors, held.record.authors, reference.and_others
            ).outcome
            if outcome in {"same", "order", "fewer", "more"}:
                found.append(held.record)
        return found


class VenueYear(NamedTuple):
    """A venue's year on a shelf, complete or not."""

    venue: str
    """The venue's id in the catalogue."""
    year: int
    works: int
    """The works of all sources together."""
    complete: str
    """Why the list is complete; empty if it is not known to be."""


class CompleteLists:
    """The complete lists on a shelf, made when they are asked for."""

    def __init__(self, shelf: Shelf, venues: VenueNames) -> None:
        self.shelf = shelf
        self.venues = venues
        self._years: dict[int, dict[str, CompleteList]] = {}

    def find(self, venue: str, year: int) -> CompleteList | None:
        """Return the list of a venue's year, or None if it is not known to be complete."""
        if year not in self._years:
            self._years[year] = dict(self._of_year(year))
        return self._years[year].get(venue)

    def venue_years(self) -> Iterator[VenueYear]:
        """Yield every year of every conference of the catalogue on the shelf, the newest first."""
        for year in self.shelf.years():
            for venue, by_source in sorted(self._grouped(year).items()):
                if self._meets(venue):
                    made = _complete(venue, year, by_source)
                    works = len({hashed for some in by_source.values() for hashed in some})
                    yield VenueYear(venue, year, works, made.reason if made else "")

    def _of_year(self, year: int) -> Iterator[tuple[str, CompleteList]]:
        for venue, by_source in self._grouped(year).items():
            if self._meets(venue) and (made := _complete(venue, year, by_source)):
                yield venue, made

    def _grouped(self, year: int) -> dict[str, dict[str, dict[int, Held]]]:
        """Return the works of a year by venue, source and hash of the title."""
        grouped: dict[str, dict[str, dict[int, Held]]] = defaultdict(lambda: defaultdict(dict))
        for held in self.shelf.of_year(year):
            record = held.record
            venue = None if record.track else self.venues.find(record.venue).venue
            if venue:
                hashed = title_hash(record.title)
                grouped[venue][record.source].setdefault(hashed, held)
        return grouped

    def _meets(self, venue: str) -> bool:
        """Return whether a venue is a conference: the volumes of a journal do not end with a year,
        and an article is cited by the year in which it was put online or printed.
        """
        return self.venues.venues[venue].kind == "conference"


def _complete(
    venue: str, year: int, by_source: Mapping[str, dict[int, Held]]
) -> CompleteList | None:
    ordered = sorted(by_source.items(), key=lambda item: len(item[1]), reverse=True)
    whole = {hashed: held for _, some in reversed(ordered) for hashed, held in some.items()}
    reason, sources = _reason(ordered, TOTALS.get((venue, year), 0))
    if not reason:
        return None
    named = tuple(f"{one.source} of {one.date}" for one in sources)
    return CompleteList(venue, year, list(whole.values()), named, reason)


def _reason(
    ordered: Sequence[tuple[str, dict[int, Held]]], total: int
) -> tuple[str, list[StatedWork]]:
    """Return why one of some lists is complete, with a work of each of its sources.

    The reason is empty if none is.
    """
    large = [
        (name, some, next(iter(some.values())).record)
        for name, some in ordered
        if len(some) >= _FEWEST
    ]
    for name, _, source in large:
        if name in _PUBLISHERS_OWN:
            return "the publisher's own list", [source]
    for index, (_, one, source) in enumerate(large):
        for _, other, second in large[index + 1 :]:
            if _shared(one, other) >= SHARED * len(one):
                return "two sources agree", [source, second]
    for _, some, source in large:
        pages = _pages_without_gap(held.record.pages for held in some.values())
        if pages:
            return f"its works fill the pages 1 to {pages:,}", [source]
        if abs(len(some) - total) <= _OF_TOTAL * total:
            return f"the venue accepted {total:,}", [source]
    return "", []


def _shared(one: Mapping[int, Held], other: Mapping[int, Held]) -> int:
    """Return how many works two lists share, by title, else by all authors, and did not copy."""
    same = sum(_are_apart(one[hashed], other[hashed]) for hashed in one.keys() & other.keys())
    theirs: dict[tuple[str, ...], list[Held]] = defaultdict(list)
    for hashed, held in other.items():
        if hashed not in one:
            theirs[_people(held)].append(held)
    for hashed, held in one.items():
        if hashed not in other and (likely := theirs.get(_people(held))):
            same += _are_apart(held, likely.pop())
    return same


def _are_apart(one: Held, other: Held) -> bool:
    """Return whether two records come from different origins, both known."""
    first, second = _origin(one), _origin(other)
    return bool(first and second) and first != second


def _origin(held: Held) -> str:
    record = held.record
    return record.origin or ("" if record.source in _GATHERED else record.source)


def _people(held: Held) -> tuple[str, ...]:
    return tuple(sorted(last_word(name) for name in held.record.authors))


def _pages_without_gap(pages: Iterable[str]) -> int:
    """Return the last page of works whose ranges follow each other; 0 if they do not."""
    ranges, count = [], 0
    for text in pages:
        count += 1
        numbers = [int(one) for one in _NUMBER.findall(text)]
        if len(numbers) == 2 and numbers[0] <= numbers[1]:
            ranges.append((numbers[0], numbers[1]))
    if len(ranges) < _PLACED * count:
        return 0
    last = missing = 0
    for start, end in sorted(ranges):
        missing += max(0, start - last - 1)
        last = max(last, end)
    several = last >= 2 * len(ranges)  # else each work may begin with page 1
    return last if several and missing <= GAPS * last else 0
