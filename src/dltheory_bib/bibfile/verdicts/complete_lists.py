"""The complete lists of a venue's years, in which a work that appeared there must be.

A list counts as complete if two sources of the shelf have that year of the venue, and each has at
least 99 % of the titles of the other: two that were collected apart do not miss the same works.
Satellites of a venue (workshops, blog tracks, datasets) are not the venue.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.bibfile.verdicts.author_comparison import compare_authors
from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference
from dltheory_bib.bibfile.verdicts.titles import last_word
from dltheory_bib.shelf.lookups import Held, Shelf
from dltheory_bib.shelf.shelf_index import title_hash

SHARED = 0.99
"""The share of the titles of one list that the other must have."""
_WITHOUT_SATELLITES = frozenset({("neurips", 2021)})
"""Years in which a track of the venue had proceedings of its own, cited by the venue's name."""
_FEWEST = 20
"""The works of the smallest list that can be complete."""


class CompleteList(NamedTuple):
    """The works of a venue in a year."""

    venue: str
    """The venue's id in the catalogue."""
    year: int
    works: list[Held]
    sources: tuple[str, ...]
    """The sources that agree, with their dates."""

    def __str__(self) -> str:
        sources = " and ".join(self.sources)
        return f"the {len(self.works):,} works of {self.venue} {self.year} in {sources}"

    def by_these_authors(self, reference: CitedReference) -> list[Held]:
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
            if outcome != "others":
                found.append(held)
        return found


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

    def _of_year(self, year: int) -> list[tuple[str, CompleteList]]:
        grouped: dict[str, dict[str, dict[int, Held]]] = defaultdict(lambda: defaultdict(dict))
        for held in self.shelf.of_year(year):
            record = held.record
            venue = None if record.track else self.venues.find(record.venue).venue
            if venue:
                hashed = title_hash(record.title)
                grouped[venue][held.source.reader].setdefault(hashed, held)
        found = []
        for venue, by_source in grouped.items():
            if (venue, year) in _WITHOUT_SATELLITES:
                continue
            if made := _agreeing(venue, year, by_source):
                found.append((venue, made))
        return found


def _agreeing(venue: str, year: int, by_source: dict[str, dict[int, Held]]) -> CompleteList | None:
    """Return the union of two lists that agree, the largest first."""
    ordered = sorted(by_source.values(), key=len, reverse=True)
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            shared = len(one.keys() & other.keys())
            if len(other) >= _FEWEST and shared >= SHARED * len(one):
                works = one | other
                sources = (next(iter(some.values())).source for some in (one, other))
                named = tuple(f"{source.reader} of {source.date}" for source in sources)
                return CompleteList(venue, year, list(works.values()), named)
    return None
