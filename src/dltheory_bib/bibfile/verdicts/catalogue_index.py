"""Find the work of the catalogue that a reference means, though some of it is wrong."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.bibfile.verdicts.author_comparison import compare_authors
from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference
from dltheory_bib.bibfile.verdicts.known_version import KnownWork, known_paper
from dltheory_bib.bibfile.verdicts.titles import (
    ALIKE,
    TELLING,
    bare,
    is_near,
    last_word,
    similarity,
    spelled_title,
)
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import unbraced, words

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.paper import Paper

_MOST = 40


class CatalogueIndex:
    """The titles and identifiers of a bibliography."""

    def __init__(self, bib: Bibliography, venues: VenueNames) -> None:
        self.bib = bib
        self.venues = venues
        self.source = "the catalogue"
        self._papers: dict[int, Paper] = {}

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
        number = self.bib.snapshot.find(identifier)
        return None if number is None else known_paper(self._paper(number), self.source)

    def _identified(self, reference: CitedReference) -> Paper | None:
        for value in filter(None, (reference.doi, reference.arxiv)):
            number = self.bib.snapshot.find(value)
            if number is None:
                continue
            paper, wanted = self._paper(number), spelled_title(reference.title)
            near = any(similarity(wanted, one) >= ALIKE for one in self._known[number].titles)
            if self._some_authors(reference, paper) or (near and not reference.authors):
                return paper
        return None

    def _titled(self, reference: CitedReference) -> Paper | None:
        numbers = self._by_title.get(bare(reference.title), [])
        papers = [self._paper(number) for number in numbers]
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
        families = {last for name in reference.authors if (last := last_word(name))}
        wanted = spelled_title(reference.title)
        near = [
            (max(similarity(wanted, one) for one in self._known[number].titles), number)
            for number in self._sharing_words(wanted.split())
            if families & self._known[number].families
            and any(is_near(wanted, one) for one in self._known[number].titles)
        ]
        for _, number in sorted(near, reverse=True):
            paper = self._paper(number)
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

    def _sharing_words(self, wanted: Sequence[str]) -> list[int]:
        """Return the works that share at least half of the words, the rarest first."""
        shared: Counter[int] = Counter()
        for word in set(wanted):
            shared.update(self._by_word.get(word, ()))
        enough = len(set(wanted)) / 2
        return [number for number, count in shared.most_common(_MOST) if count >= enough]

    def _paper(self, number: int) -> Paper:
        if number not in self._papers:
            self._papers[number] = self.bib.snapshot.paper(number)
        return self._papers[number]

    def _some_authors(self, reference: CitedReference, paper: Paper) -> bool:
        found = compare_authors(reference.authors, paper.author, reference.and_others)
        return bool(reference.authors) and found.outcome != "others"

    def _most_authors(self, reference: CitedReference, paper: Paper) -> bool:
        found = compare_authors(reference.authors, paper.author, reference.and_others)
        return bool(reference.authors) and found.outcome in {"same", "order", "fewer", "more"}

    @cached_property
    def _by_title(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, known in self._known.items():
            for one in dict.fromkeys(title.replace(" ", "") for title in known.titles):
                found[one].append(number)
        return found

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, known in self._known.items():
            for word in {word for one in known.titles for word in one.split()}:
                found[word].append(number)
        return found

    @cached_property
    def _known(self) -> dict[int, _Known]:
        """Titles and names of each work, read without its model, which would take longer."""
        found: dict[int, _Known] = {}
        for number, data in self.bib.snapshot.fetch("SELECT n, data FROM record ORDER BY n"):
            record: dict[str, Any] = json.loads(data)
            own = [one["title"] for one in record.get("versions", ()) if one.get("title")]
            some = [record["title"], *record.get("titles", ()), *own]
            families = frozenset(last_word(name) for name in record.get("author", ()))
            spelled = tuple(spelled_title(from_latex(unbraced(one))) for one in some)
            found[number] = _Known(spelled, families)
        return found


class _Known(NamedTuple):
    """What of a work is compared with every reference."""

    titles: tuple[str, ...]
    families: frozenset[str]
