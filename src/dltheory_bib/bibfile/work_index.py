"""The index of the works of a bibliography: by identifier, title, words of a title and authors.

Who asks decides what is enough: `match.py` must be certain, since entries are changed;
`verdicts/catalogue_index.py` finds the work that is meant, though some of a reference is wrong;
`find_works.py` reads lists in which there are only titles.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dltheory_bib.bibfile.verdicts.titles import bare, last_word, spelled_title
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import family, unbraced

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.paper import Paper


class WorkIndex:
    """The works of a bibliography, by number; what is looked up is kept."""

    def __init__(self, bib: Bibliography) -> None:
        self.bib = bib
        self._papers: dict[int, Paper] = {}
        self._bare: dict[str, list[str]] = {}

    def find(self, name: str) -> int | None:
        """Return the work with a DOI, or an arXiv id without a version."""
        found = self._identified.get(name)
        return self._identified.get(name.lower()) if found is None else found

    def paper(self, number: int) -> Paper:
        """Return the record of a work."""
        if number not in self._papers:
            self._papers[number] = self.bib.snapshot.paper(number)
        return self._papers[number]

    def bare_titles(self, paper: Paper) -> list[str]:
        """Return the titles of a work and of its versions, as folded letters and digits."""
        if paper.key not in self._bare:
            own = (one.title for one in paper.versions if one.title)
            titles = (paper.title, *paper.titles, *own)
            self._bare[paper.key] = [bare(from_latex(unbraced(one))) for one in titles]
        return self._bare[paper.key]

    def by_first_author(self, name: str) -> list[int]:
        """Return the works whose first author's family name ends with this folded word."""
        return self._by_first_author.get(name, [])

    def titled(self, title: str) -> list[int]:
        """Return the works with a title, given as folded letters and digits."""
        return self._by_title.get(title, [])

    def by_authors(self, families: Collection[str]) -> Collection[int]:
        """Return the works with an author whose family name ends with one of these folded words."""
        return dict.fromkeys(n for name in families for n in self._by_family.get(name, ()))

    def shares_words(self, number: int, wanted: Collection[str]) -> bool:
        """Return whether a title of a work has at least half of these folded words."""
        enough = len(wanted) / 2
        return any(sum(word in one for word in wanted) >= enough for one in self._word_sets[number])

    @property
    def stated_titles(self) -> dict[int, tuple[str, ...]]:
        """The titles of each work and of its versions, as its record states them."""
        return self._stated[0]

    @cached_property
    def spelled_titles(self) -> dict[int, tuple[str, ...]]:
        """The titles of each work as folded words with a space between them."""
        return {
            number: tuple(spelled_title(from_latex(unbraced(one))) for one in titles)
            for number, titles in self.stated_titles.items()
        }

    @cached_property
    def _stated(self) -> tuple[dict[int, tuple[str, ...]], dict[int, list[str]]]:
        """The titles and the authors of each work, read without models, which would take longer."""
        titles, authors = {}, {}
        for number, data in self.bib.snapshot.fetch("SELECT n, data FROM record ORDER BY n"):
            record: dict[str, Any] = json.loads(data)
            versions = record.get("versions", ())
            own = (one["title"] for one in versions if one.get("title"))
            titles[number] = (record["title"], *record.get("titles", ()), *own)
            authors[number] = record.get("author", [])
        return titles, authors

    @cached_property
    def _identified(self) -> dict[str, int]:
        rows = self.bib.snapshot.fetch(
            "SELECT value, n FROM identifier WHERE scheme IN ('arxiv', 'doi')"
        )
        return dict(rows.fetchall())

    @cached_property
    def _by_title(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, titles in self.spelled_titles.items():
            for one in dict.fromkeys(title.replace(" ", "") for title in titles):
                found[one].append(number)
        return dict(found)

    @cached_property
    def _word_sets(self) -> dict[int, tuple[frozenset[str], ...]]:
        return {
            number: tuple(frozenset(one.split()) for one in titles)
            for number, titles in self.spelled_titles.items()
        }

    @cached_property
    def _by_family(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, names in self._stated[1].items():
            for last in {last_word(name) for name in names}:
                found[last].append(number)
        return dict(found)

    @cached_property
    def _by_first_author(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, first in self.bib.snapshot.fetch("SELECT n, first_author FROM paper"):
            found[last_word(family(first))].append(number)
        return dict(found)
