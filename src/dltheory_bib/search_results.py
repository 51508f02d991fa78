"""The answer to a search: works, best first, and what else the query names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dltheory_bib.papers import PaperList
from dltheory_bib.query.answer import explain, notes

if TYPE_CHECKING:
    from dltheory_bib.arguments import Work
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.registries import Person, Topic, Trail, Venue
    from dltheory_bib.models.theorem import Question
    from dltheory_bib.query.answer import Found
    from dltheory_bib.query.headings import Heading


class SearchResults(PaperList):
    """Works that answer a search, best first, with the topics, people, venues, questions and trails
    that it names.

    It is a list of papers in every respect. `notes` says what was mended, left out or not found,
    and `explain(work)` why a work is here.
    """

    __slots__ = ("_found",)

    def __init__(self, bibliography: Bibliography, found: Found) -> None:
        super().__init__(bibliography, found.works)
        self._found = found

    @property
    def query(self) -> str:
        """What was typed."""
        return self._found.query

    @property
    def complete(self) -> int:
        """How many works have all the words; the others have some of them, and come later."""
        return self._found.complete

    @property
    def headings(self) -> list[Heading]:
        """What else answers the query: kind, id and label of each."""
        return list(self._found.headings)

    def _ids(self, kind: str) -> list[str]:
        return [one.id for one in self._found.headings if one.kind == kind]

    @property
    def topics(self) -> list[Topic]:
        """Topics that the query names, best first; `topic.reading()` is the order to read them."""
        return [self._bibliography.topics[name] for name in self._ids("topic")]

    @property
    def people(self) -> list[Person]:
        """People whom the query names, those with most works first."""
        return [self._bibliography.people[name] for name in self._ids("person")]

    @property
    def venues(self) -> list[Venue]:
        """Venues that the query names."""
        return [self._bibliography.venues[name] for name in self._ids("venue")]

    @property
    def questions(self) -> list[Question]:
        """Questions with a table of results that the query asks."""
        return [self._bibliography.questions[name] for name in self._ids("question")]

    @property
    def trails(self) -> list[Trail]:
        """Trails that the query names."""
        return [self._bibliography.trails[name] for name in self._ids("trail")]

    @property
    def mended(self) -> dict[str, str]:
        """Words that no work has, each with the word that was searched for instead."""
        return dict(self._found.mended)

    @property
    def missing(self) -> list[str]:
        """Words that no work has, and for which no other was near."""
        return self._found.missing

    @property
    def suggestion(self) -> str:
        """What was probably meant by a term that looks like a field; or empty."""
        return self._found.suggestion

    @property
    def notes(self) -> list[str]:
        """Sentences on the answer: what was mended, what was left out, why it is empty."""
        return notes(self._snapshot, self._found)

    def explain(self, work: Work) -> str:
        """Return why a work is here: the fields that have each word of the query."""
        return explain(self._snapshot, self._found, self._bibliography._number(work))

    def __repr__(self) -> str:
        return super().__repr__().replace("PaperList", "SearchResults", 1)

    def __str__(self) -> str:
        return super().__str__() if self else "\n".join(self.notes)
