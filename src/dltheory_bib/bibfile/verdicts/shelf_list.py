"""Which work on a shelf an entry means, for verdicts: its records may be wrong themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from dltheory_bib.bibfile.venue_match import VenueNames, ordinals
from dltheory_bib.bibfile.verdicts.author_comparison import ANONYMOUS, compare_authors
from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference
from dltheory_bib.bibfile.verdicts.complete_lists import CompleteList, CompleteLists
from dltheory_bib.bibfile.verdicts.known_version import KnownVersion, KnownWork
from dltheory_bib.bibfile.verdicts.titles import TELLING, is_near, is_unrelated, spelled_title
from dltheory_bib.shelf.lookups import Held, Shelf
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import words

_SATELLITE = re.compile(
    r"(?i)workshop|track|blog|companion|tiny|dataset|tutorial|competition|demo|poster|abstract"
    r"|findings|student|submi|review"
)
_VOLUME_NUMBER = re.compile(r"(?<![\d'’.-])(?<!\d )\b(\d{1,2})\s*\Z")
"""The number at the end of a venue's name."""
_VOLUME_TITLE = re.compile(r"(?i)proceedings\b")
"""What the title of a whole volume begins with."""
_NEAR = 75.0
"""The similarity of titles that are looked at; authors, venue and year have to agree as well."""
_NEARER = 92.0
"""The similarity of titles at which only the authors have to agree."""
_OWN_TITLE = 6
"""The words of the shortest title that no other people have given to a work of theirs: of 230,000
titles on a shelf with as many words, 0.01 % are those of two works by different people.
"""
_MOST_AUTHORS = frozenset({"same", "order", "fewer", "more"})
_SOME_AUTHORS = _MOST_AUTHORS | {"names"}
_CAREER = 8
"""The years before and after a work in which its authors may have written another together."""
_MOST_NAMES = 8
"""The most authors whose works are looked for."""
_LATE_VOLUMES = 2008
"""The volumes of NIPS appeared in the year after the conference."""


class ShelfList:
    """A shelf as a list of works, for verdicts."""

    def __init__(self, shelf: Shelf, venues: VenueNames) -> None:
        self.shelf = shelf
        self.venues = venues
        self.lists = CompleteLists(shelf, venues)

    @cached_property
    def source(self) -> str:
        """Its sources with their dates."""
        named = ", ".join(f"{one.reader} of {one.date}" for one in self.shelf.sources.values())
        return f"the shelf ({named})"

    def find(self, reference: CitedReference) -> KnownWork | None:
        """Return the work that a reference means, with all records of it, or None.

        By its title and some author; else by its title alone, if it is long, or long enough and
        the venue and the year agree; else by an identifier, if some author and
        a word of the title agree; else by a near
        title with the authors, the venue and the year.
        """
        titled = self.shelf.titled(reference.title)
        same = [one for one in titled if _some_authors(reference, one)]
        if same:
            return self._work(same)
        if titled and len(words(reference.title)) >= TELLING and reference.authors:
            placed = [one for one in titled if self._is_placed(reference, one)]
            if placed:
                return self._work(placed)
        if self._is_own_title(titled, reference):
            return self._work(titled)
        wanted = spelled_title(reference.title)
        found = [
            one
            for one in self._identified(reference)
            if _some_authors(reference, one)
            and not is_unrelated(wanted, spelled_title(one.record.title))
        ]
        if found:
            return self._work([*found, *self.shelf.titled(found[0].record.title)])
        near = [
            one
            for one in self.shelf.near(reference.title, _NEAR, thorough=False)
            if is_near(wanted, spelled_title(one.record.title))
            and (
                _compared(reference, one) in _SOME_AUTHORS
                if one.score >= _NEARER
                else _compared(reference, one) in _MOST_AUTHORS and self._is_placed(reference, one)
            )
        ]
        return self._work(near[:1]) if near else None

    def whole(self, reference: CitedReference) -> CompleteList | None:
        """Return the complete list of the venue and year that a reference names, if there is one.

        None for a satellite of the venue, for a volume whose number is that of another year, and
        for a short title, which others may have used. An entry with a `journal` is none: what it
        names is seldom meant as the proceedings.
        """
        if reference.year is None or len(words(reference.title)) < TELLING:
            return None
        if reference.venue_field != "booktitle" or _VOLUME_TITLE.match(reference.title):
            return None
        for one in reference.venues:
            venue = self.venues.find(one).venue
            if venue and not _SATELLITE.search(one):
                other = self._is_of_other_year(one, venue, reference.year)
                return None if other else self.lists.find(venue, reference.year)
        return None

    def _is_of_other_year(self, named: str, venue: str, year: int) -> bool:
        """Return whether a venue's name has a number that is not that of its meeting in a year.

        "Uncertainty in Artificial Intelligence 4", of 1990, is the volume of the meeting of 1988.
        """
        first = self.venues.venues[venue].in_year(year).ordinal_from
        plain = from_latex(named)
        last = _VOLUME_NUMBER.search(plain)
        counts = {count for _, _, count in ordinals(plain)} | ({int(last[1])} if last else set())
        return bool(first and counts) and not counts & {year - (first or 0), year % 100}

    def have_written_together(self, reference: CitedReference) -> bool:
        """Return whether two authors of a reference have another work together, or its only author
        has one: people who exist, and may have written this for a workshop.
        """
        names = [both for name in reference.authors if all(both := _written(name))]
        if not names or reference.year is None:
            return False
        since, until = reference.year - _CAREER, reference.year + _CAREER
        fewest = min(2, len(reference.authors))
        return self.shelf.has_work_by(names[:_MOST_NAMES], fewest, since, until)

    def owner(self, identifier: str) -> KnownWork | None:
        """Return the work that has a DOI or an arXiv id, if the records of it agree."""
        doi = identifier.lower()
        held = self.shelf.with_doi(doi) if "/" in doi else self.shelf.with_arxiv(identifier)
        return self._work(held) if held else None

    def _is_own_title(self, titled: list[Held], reference: CitedReference) -> bool:
        """Return whether a title names one work, whoever is said to have written it."""
        if len(words(reference.title)) < _OWN_TITLE or not reference.authors:
            return False
        named = [one.record.authors for one in titled if _known(one.record.authors)]
        return bool(named) and all(
            compare_authors(named[0], other).outcome != "others" for other in named[1:]
        )

    def _identified(self, reference: CitedReference) -> Iterator[Held]:
        if reference.doi:
            yield from self.shelf.with_doi(reference.doi)
        if reference.arxiv:
            yield from self.shelf.with_arxiv(reference.arxiv)

    def _is_placed(self, reference: CitedReference, held: Held) -> bool:
        """Return whether a record has the year of a reference, and its venue if it names one."""
        year = held.record.year or 0
        late = year <= _LATE_VOLUMES and self._venue(held) == "neurips"
        if reference.year not in ({year, year + 1} if late else {year}):
            return False
        return not reference.venue or self._same_venue(reference.venues, held)

    def _same_venue(self, cited: Iterable[str], held: Held) -> bool:
        known = self._venue(held)
        return any(self.venues.find(one).venue == known for one in cited)

    def _venue(self, held: Held) -> str:
        """Return the catalogue's id of a record's venue, else the name; a satellite is another."""
        record = held.record
        if record.track or not record.venue:
            return record.venue
        return self.venues.find(record.venue).venue or record.venue

    def _work(self, held: Iterable[Held]) -> KnownWork:
        found = list(held)
        return KnownWork(
            self.source, found[0].record.where, tuple(self._version(one) for one in found)
        )

    def _version(self, held: Held) -> KnownVersion:
        record = held.record
        return KnownVersion(
            f"{record.source} of {record.date}",
            record.where,
            (record.title,),
            _known(record.authors),
            record.year or 0,
            self._venue(held),
            record.volume,
            record.pages,
            record.doi,
            record.eprint,
        )


def _known(authors: tuple[str, ...]) -> tuple[str, ...]:
    """Return the authors of a record; none if it is anonymous."""
    return () if [one.lower() for one in authors] == [ANONYMOUS] else authors


def _written(name: str) -> tuple[str, str]:
    """Return a name as shelves write it: "Family, Given" up to an initial's point, "Given Family".

    A name that is a family name alone gives empty texts: it is anybody's.
    """
    before, comma, after = name.partition(",")
    given, family = (after.strip(), before.strip()) if comma else name.rpartition(" ")[::2]
    if not given or not family:
        return "", ""
    return f"{family}, {given.partition('.')[0]}", f"{given} {family}"


def _some_authors(reference: CitedReference, held: Held) -> bool:
    return bool(reference.authors) and _compared(reference, held) != "others"


def _compared(reference: CitedReference, held: Held) -> str:
    found = compare_authors(reference.authors, held.record.authors, reference.and_others)
    return found.outcome
