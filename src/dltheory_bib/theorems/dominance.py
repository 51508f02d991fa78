"""Which card is stronger than which: dominance by bounds, assumptions and guarantees.

Card A dominates card B if both answer the same question for the same quantity with statements of
the same kind, and A's statement is at least as strong in each of three respects:

- *Bound.* An upper bound is at most B's, or at least B's if larger is better; for a lower bound
  the other way round; an exact one equals B's. `theorems.bounds` defines "at most".
- *Guarantee.* B's follows from A's: surely implies with high probability and in expectation; with
  high probability implies with constant probability and asymptotically; in expectation implies with
  constant probability (Markov's inequality).
- *Assumptions.* Those of an upper or exact bound all follow from B's. A lower bound is a statement
  about some hard instance and every algorithm of a class: there B's assumptions on problem, data
  and network must follow from A's (its instance is at least as nice), those on the algorithm the
  other way round (its class is at least as wide). An oracle and an initialisation are part of the
  instance as well as of the class, so those must be equivalent.

An assumption follows from others if it is one of them or is reached from one by `implies`. This is
a preorder: two cards that dominate each other are equally strong, and many are incomparable. Cards
without a monomial, negative results and statements without a bound are not ranked.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from dltheory_bib.models.theorem import RANKED, Assumption, Question, Result
from dltheory_bib.models.types import Monomial
from dltheory_bib.theorems.bounds import Bound, at_most, read_bound

_IMPLIED = {
    "surely": {
        "surely",
        "high-probability",
        "expectation",
        "constant-probability",
        "asymptotically",
    },
    "high-probability": {"high-probability", "constant-probability", "asymptotically"},
    "expectation": {"expectation", "constant-probability"},
    "constant-probability": {"constant-probability"},
    "asymptotically": {"asymptotically"},
}
INSTANCE = frozenset({"problem", "data", "network"})
"""Assumptions that restrict the instance of a lower bound."""
CLASS = frozenset({"algorithm"})
"""Assumptions that restrict the algorithms to which a lower bound applies."""
BOTH = frozenset({"oracle", "initialisation"})
"""Assumptions that restrict both."""


class Vocabulary:
    """Assumptions by id, and their implications."""

    def __init__(self, assumptions: Iterable[Assumption]) -> None:
        self.known = {one.id: one for one in assumptions}
        self._closed: dict[str, frozenset[str]] = {}

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """Return these assumptions and all that follows from them."""
        found: set[str] = set()
        for name in names:
            found |= self._closure_of(name)
        return frozenset(found)

    def _closure_of(self, name: str) -> frozenset[str]:
        if name not in self._closed:
            found, todo = {name}, [name]
            while todo:
                here = self.known.get(todo.pop())
                new = set(here.implies if here else ()) - found
                found |= new
                todo += new
            self._closed[name] = frozenset(found)
        return self._closed[name]

    def about(self, names: Iterable[str], kinds: frozenset[str]) -> frozenset[str]:
        """Return the assumptions that restrict something of these kinds."""
        return frozenset(n for n in names if n in self.known and self.known[n].about in kinds)

    def follow(self, weaker: Iterable[str], stronger: Iterable[str]) -> bool:
        """Return whether all of `conclusions` follow from `premises`."""
        return self.closure(stronger).issuperset(weaker)


class Order:
    """The order of the cards of one question."""

    def __init__(
        self, question: Question, vocabulary: Vocabulary, ignore_polylog: bool = False
    ) -> None:
        self.question = question
        self.vocabulary = vocabulary
        self.ignore_polylog = ignore_polylog
        self._extremes = {symbol.id: symbol.extreme for symbol in question.symbols}
        self._bounds: dict[tuple[Monomial, ...], Bound] = {}
        self._no_worse: dict[tuple[tuple[Monomial, ...], tuple[Monomial, ...]], bool] = {}

    def bound(self, card: Result) -> Bound:
        """Return the bound of the card; empty if the card has no monomial."""
        if card.bound not in self._bounds:
            self._bounds[card.bound] = read_bound(card.bound, self._extremes, self.ignore_polylog)
        return self._bounds[card.bound]

    def is_ranked(self, card: Result) -> bool:
        """Return whether the card has a bound that can be compared."""
        return card.kind in RANKED and bool(card.bound)

    @cached_property
    def _smaller_is_better(self) -> bool:
        return self.question.better == "smaller"

    def no_worse(self, card: Result, other: Result) -> bool:
        """Return whether a bound, read as an upper bound, is at least as good as another."""
        asked = (card.bound, other.bound)  # called many times while the cards are sorted
        if asked not in self._no_worse:
            one, two = self.bound(card), self.bound(other)
            self._no_worse[asked] = (
                at_most(one, two) if self._smaller_is_better else at_most(two, one)
            )
        return self._no_worse[asked]

    def dominates(self, card: Result, other: Result) -> bool:
        """Return whether a card is at least as strong as another, as defined above."""
        return (
            self.are_comparable(card, other)
            and self.bound_dominates(card, other)
            and (other.holds or "") in _IMPLIED.get(card.holds or "", ())
            and self._assumes_no_more(card, other)
        )

    def strictly_dominates(self, card: Result, other: Result) -> bool:
        """Return whether a card is strictly stronger than another."""
        return self.dominates(card, other) and not self.dominates(other, card)

    def are_comparable(self, card: Result, other: Result) -> bool:
        """Return whether two cards have comparable bounds: same question, quantity and kind."""
        return (
            card.question == other.question == self.question.id
            and card.quantity == other.quantity
            and card.kind == other.kind
            and self.is_ranked(card)
            and self.is_ranked(other)
        )

    def bound_dominates(self, card: Result, other: Result) -> bool:
        """Return whether one bound alone is at least as strong, for two cards of one kind."""
        if card.kind == "upper":
            return self.no_worse(card, other)
        if card.kind == "lower":
            return self.no_worse(other, card)
        return self.no_worse(card, other) and self.no_worse(other, card)

    def _assumes_no_more(self, card: Result, other: Result) -> bool:
        follow, about = self.vocabulary.follow, self.vocabulary.about
        ours, theirs = card.assumptions, other.assumptions
        if card.kind != "lower":
            return follow(ours, theirs)
        return (
            follow(about(theirs, INSTANCE), about(ours, INSTANCE))
            and follow(about(ours, CLASS), about(theirs, CLASS))
            and follow(about(ours, BOTH), about(theirs, BOTH))
            and follow(about(theirs, BOTH), about(ours, BOTH))
        )

    def contradict(self, upper: Result, lower: Result) -> bool:
        """Return whether a lower bound contradicts an upper bound that holds for its hard instance.

        True only if nothing else can explain it: both have bounds of the same quantity; the upper
        one is strictly better, with and without logarithms; its assumptions on problem, data and
        network follow from the lower bound's, the lower bound's on the algorithm from its own, and
        those on oracle and initialisation both ways; and both hold in the same way, or each surely
        or with high probability. This function never guesses whether a method keeps to assumptions
        that its card does not list.
        """
        follow, about = self.vocabulary.follow, self.vocabulary.about
        sure = {"surely", "high-probability"}
        same = upper.holds == lower.holds or {upper.holds, lower.holds} <= sure
        if not (same and upper.quantity == lower.quantity and upper.bound and lower.bound):
            return False
        ours, theirs = upper.assumptions, lower.assumptions
        applies = (
            follow(about(ours, INSTANCE), about(theirs, INSTANCE))
            and follow(about(theirs, CLASS), about(ours, CLASS))
            and follow(about(ours, BOTH), about(theirs, BOTH))
            and follow(about(theirs, BOTH), about(ours, BOTH))
        )
        plain = Order(self.question, self.vocabulary, ignore_polylog=True)
        return applies and all(
            order.no_worse(upper, lower) and not order.no_worse(lower, upper)
            for order in (self, plain)
        )

    def best(self, cards: Iterable[Result]) -> set[str]:
        """Return the ids of the ranked cards that no other card strictly dominates."""
        ranked = [card for card in cards if self.is_ranked(card)]
        return {
            card.id
            for card in ranked
            if not any(self.strictly_dominates(other, card) for other in ranked)
        }


def changed_assumptions(
    old: Result, new: Result, vocabulary: Vocabulary
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the assumptions of a card that do not follow from an older card's, and those it no
    longer needs.
    """
    more = frozenset(new.assumptions) - vocabulary.closure(old.assumptions)
    less = frozenset(old.assumptions) - vocabulary.closure(new.assumptions)
    return more, less
