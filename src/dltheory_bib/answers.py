"""What a bibliography answers by its result cards; `Bibliography` is this and more."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dltheory_bib.snapshot.reader import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dltheory_bib.comparison import Comparison
    from dltheory_bib.models.theorem import Assumption, Question, Result
    from dltheory_bib.theorems.dominance import Vocabulary
    from dltheory_bib.theorems.improvements import Improvements


class Answers:
    """Questions, assumptions and result cards of a bibliography, and how they compare."""

    snapshot: Snapshot

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question that result cards answer, by id."""
        from dltheory_bib.snapshot.result_rows import questions

        return questions(self.snapshot)

    @cached_property
    def assumptions(self) -> Mapping[str, Assumption]:
        """The vocabulary of assumptions by id."""
        from dltheory_bib.snapshot.result_rows import assumptions

        return assumptions(self.snapshot)

    @cached_property
    def results(self) -> Mapping[str, Result]:
        """Every result card by id."""
        from dltheory_bib.snapshot.result_rows import results

        return results(self.snapshot)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        from dltheory_bib.snapshot.result_rows import vocabulary

        return vocabulary(self.snapshot)

    def question(self, name: str) -> Question:
        """A question by id, label, alias, or a start of one that is unique.

        Raises `UnknownNameError` with the nearest ids.
        """
        from dltheory_bib.snapshot.result_rows import find_question

        return self.questions[find_question(self.snapshot, name)]

    def results_of(self, name: str) -> list[Result]:
        """The result cards of a work, in order of ids."""
        from dltheory_bib.snapshot.result_rows import cards_of

        number = self._number(name)
        return cards_of(self.snapshot, [number]).get(number, [])

    def results_by_key(self, numbers: Iterable[int]) -> dict[str, list[Result]]:
        """The result cards of those works, given by their numbers, that have some; by key."""
        wanted = set(numbers)
        listed = {row[0] for row in self.snapshot.fetch("SELECT DISTINCT n FROM result")}
        if listed.isdisjoint(wanted):
            return {}  # nothing is imported for a list without cards
        from dltheory_bib.snapshot.result_rows import cards_of

        found = cards_of(self.snapshot, wanted & listed)
        return {self.snapshot.key(n): cards for n, cards in found.items()}

    def compare(
        self,
        question: str,
        query: str = "",
        *,
        ignore_polylog: bool = False,
        best: bool = False,
    ) -> Comparison:
        """The cards on a question, side by side; only those of works for which a query holds.

        `question` is what `question()` takes. Which cards are the best known is judged among all
        cards of the question; with `best` only those are shown. Logarithms count, unless
        `ignore_polylog`. Raises `UnknownNameError` and `QueryError`.
        """
        from dltheory_bib.comparison import Comparison
        from dltheory_bib.formats.venue_names import venue_name
        from dltheory_bib.query.run import ask
        from dltheory_bib.snapshot.result_rows import cards_on
        from dltheory_bib.theorems.dominance import Order
        from dltheory_bib.theorems.theorem_table import build_table

        asked = self.question(question)
        kept = set(ask(self.snapshot, query)) if query.strip() else None
        venues = self.snapshot.venues()
        entries, shown = [], set()
        for n, card in cards_on(self.snapshot, asked.id):
            paper = self.snapshot.paper(n)
            entries.append((card, paper, venue_name(paper, venues)))
            if kept is None or n in kept:
                shown.add(card.id)
        order = Order(asked, self._vocabulary, ignore_polylog)
        if best:
            shown &= order.best(card for card, _, _ in entries)
        read = self.snapshot.readable
        return Comparison(build_table(entries, lambda card: card.id in shown, order, read), read)

    def improvements(self, name: str) -> list[Improvements]:
        """Who improved a bound, and by how much: for a card's id, or for each card of a work.

        Raises `UnknownNameError` for a name that is neither.
        """
        from dltheory_bib.snapshot.result_rows import cards_on
        from dltheory_bib.theorems.improvements import improvements

        cards = [self.results[name]] if name in self.results else self.results_of(name)
        made = []
        for card in cards:
            around = [one for _, one in cards_on(self.snapshot, card.question)]
            made.append(improvements(card, around, self.questions[card.question], self._vocabulary))
        return made

    def _number(self, name: str) -> int:
        raise NotImplementedError
