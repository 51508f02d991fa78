"""Find the work of the catalogue that a reference means, though some of it is wrong."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dltheory_bib import __version__
from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.bibfile.verdicts.author_comparison import compare_authors
from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference
from dltheory_bib.bibfile.verdicts.known_version import CATALOGUE, KnownWork, known_paper
from dltheory_bib.bibfile.verdicts.titles import (
    ALIKE,
    TELLING,
    is_near,
    similarity,
    spelled_title,
)
from dltheory_bib.bibfile.work_index import WorkIndex
from dltheory_bib.text.names import words

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.paper import Paper


class CatalogueIndex:
    """A bibliography as a list of works, for verdicts."""

    def __init__(
        self, bib: Bibliography, venues: VenueNames, index: WorkIndex | None = None
    ) -> None:
        self.bib = bib
        self.venues = venues
        self.index = index or WorkIndex(bib)

    @cached_property
    def source(self) -> str:
        """Its name, with the version of the package and the day of its newest work."""
        rows = self.bib.snapshot.fetch("SELECT max(json_extract(data, '$.added')) FROM record")
        added = next(iter(rows), (None,))[0]
        return f"{CATALOGUE} {__version__}{f' of {added}' if added else ''}"

    def find(self, reference: CitedReference) -> KnownWork | None:
        """Return the work that a reference means, or None.

        By its title and some author; else by its title alone, if it is long enough and the venue or
        the year agrees; else by an identifier, if some author agrees; else by a near title with the
        authors.
        """
        paper = self._titled(reference) or self._identified(reference) or self._near(reference)
        return known_paper(paper, self.source) if paper else None

    def whole(self, _: CitedReference) -> None:
        """Return None: the catalogue chooses its works."""

    def have_written_together(self, _: CitedReference) -> bool:
        """Return False: it is asked of complete lists only."""
        return False

    def owner(self, identifier: str) -> KnownWork | None:
        """Return the work that has an identifier."""
        number = self.index.find(identifier)
        return None if number is None else known_paper(self.index.paper(number), self.source)

    def _identified(self, reference: CitedReference) -> Paper | None:
        for value in filter(None, (reference.doi, reference.arxiv)):
            number = self.index.find(value)
            if number is None:
                continue
            paper, wanted = self.index.paper(number), spelled_title(reference.title)
            near = any(
                similarity(wanted, one) >= ALIKE for one in self.index.spelled_titles[number]
            )
            if self._some_authors(reference, paper) or (near and not reference.authors):
                return paper
        return None

    def _titled(self, reference: CitedReference) -> Paper | None:
        numbers = self.index.titled(reference.bare_title)
        papers = [self.index.paper(number) for number in numbers]
        agreeing = [one for one in papers if self._some_authors(reference, one)]
        if agreeing:
            years = reference.year or 0
            return min(agreeing, key=lambda one: abs(one.year - years))
        if len(papers) != 1 or not reference.authors:
            return None
        # Other people may have written another work of this title, elsewhere or at another time.
        telling = len(words(reference.title)) >= TELLING
        same_venue, same_year = self._agreement(reference, papers[0])
        agree = same_venue or same_year if telling else same_venue and same_year
        return papers[0] if agree else None

    def _agreement(self, reference: CitedReference, paper: Paper) -> tuple[bool, bool]:
        """Return whether a reference names the venue, and nearly the year, of a version."""
        found = self.venues.find(reference.venue).venue if reference.venue else None
        venues = {paper.venue, *(one.venue for one in paper.versions)} - {None}
        years = {paper.year, paper.eprint_year, *(one.year for one in paper.versions)} - {None}
        cited = reference.year or 0
        return found in venues, any(abs(cited - (one or 0)) <= 1 for one in years)

    def _near(self, reference: CitedReference) -> Paper | None:
        """Return the work with the nearest title among those that share words and an author."""
        candidates = self.index.by_authors(reference.families)
        wanted = spelled_title(reference.title) if candidates else ""
        words = set(wanted.split())
        near = []
        for number in candidates:
            if not self.index.shares_words(number, words):
                continue
            titles = self.index.spelled_titles[number]
            if any(is_near(wanted, one) for one in titles):
                near.append((max(similarity(wanted, one) for one in titles), number))
        for _, number in sorted(near, reverse=True):
            paper = self.index.paper(number)
            if self._most_authors(reference, paper) and self._same_place(reference, paper):
                return paper
        return None

    def _same_place(self, reference: CitedReference, paper: Paper) -> bool:
        """Return whether nothing but the title says that a reference means another work."""
        ids = {paper.eprint, *(one.eprint for one in paper.versions)} - {None}
        if reference.arxiv and ids and reference.arxiv not in ids:
            return False
        years = {paper.year, paper.eprint_year, *(one.year for one in paper.versions)}
        same_venue, _ = self._agreement(reference, paper)
        return reference.year in years and (same_venue or not reference.venue)

    def _some_authors(self, reference: CitedReference, paper: Paper) -> bool:
        found = compare_authors(reference.authors, paper.author, reference.and_others)
        return bool(reference.authors) and found.outcome != "others"

    def _most_authors(self, reference: CitedReference, paper: Paper) -> bool:
        found = compare_authors(reference.authors, paper.author, reference.and_others)
        return bool(reference.authors) and found.outcome in {"same", "order", "fewer", "more"}
