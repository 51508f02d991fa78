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
  other way round (its class is at least as wide). An oracle, a noise model and an initialisation
  are part of the instance as well as of the class, so those must be equivalent. A lower bound that
  holds for one method only is compared with others for the same method.

An assumption follows from others if it is one of them or is reached from one by `implies`.

Not everything of a card is known. What was not read never makes a card stronger:

- A card dominates others only if its theorem was read, and nothing in it is supposed or unknown
  (`Result.is_fully_read`).
- The other card may lose by what it is supposed to assume. What is unknown of it counts in its
  favour: an unknown guarantee is the strongest, an unknown assumption on the instance of a lower
  bound may be one that the stronger card does not have.
- Logarithms that a text hides, and rates that it does not specify, are part of the statement: A
  dominates B if B's bound *as stated* follows. It does so strictly only if no reading of B's
  bound would give A's.

This is a preorder: two cards that dominate each other are equally strong, and many are
incomparable. Cards without a monomial, negative results and statements without a bound are not
ranked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from dltheory_bib.models.theorem import RANKED, Assumption, Question, Result
from dltheory_bib.models.types import Monomial
from dltheory_bib.text.exponents import split_exponent, symbols_in
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
"""Assumptions that restrict the algorithms to which a lower bound applies, with what a question
lets its answers choose.
"""
BOTH = frozenset({"oracle", "noise", "initialisation"})
"""Assumptions that restrict both."""
ONE_METHOD = "only-this-method"
"""Of a lower bound that holds for its method only: means another class for each method."""


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
        """Return whether all of `weaker` follow from `stronger`."""
        return self.closure(stronger).issuperset(weaker)


class Order:
    """The order of the cards of one question."""

    def __init__(
        self, question: Question, vocabulary: Vocabulary, ignore_polylog: bool = False
    ) -> None:
        self.question = question
        self.vocabulary = vocabulary
        self.ignore_polylog = ignore_polylog
        self.classes = CLASS | frozenset(question.chosen)
        self.instances = INSTANCE - self.classes
        self._extremes = {symbol.id: symbol.extreme for symbol in question.symbols}
        self._below = {one.id: one.at_most for one in question.symbols if one.at_most}
        self._fixed = {one.id: one.constant_under for one in question.symbols}
        self._ratios = [one.id for one in question.exponents]
        self._ratios_below = {one.id: one.at_most for one in question.exponents if one.at_most}
        self._bounds: dict[tuple[object, ...], tuple[Bound, object]] = {}
        self._distinct: dict[Bound, Bound] = {}
        self._at_most: dict[tuple[int, int], bool] = {}

    def bound(
        self, card: Result, strongest: bool = False, fixed: frozenset[str] = frozenset()
    ) -> Bound:
        """Return the bound of the card; empty if the card has no monomial.

        Where the text hides a factor or leaves a rate open, it is the bound as stated, hence the
        weakest reading, or the strongest. Symbols that are `fixed` count as constants.
        """
        # A bound from above is weakest where it is greatest.
        falls = (card.kind != "lower") == self._smaller_is_better
        # Asked for each pair of cards: to hash the monomials each time would take as long as to
        # compare them. What is kept beside the bound keeps its `id`.
        asked = (id(card.bound), bool(card.hidden), falls, strongest, fixed)
        if asked not in self._bounds:
            hidden = 0 if strongest or not card.hidden else 1 if falls else -1
            made = read_bound(
                [_without(one, fixed) for one in card.bound],
                self._extremes,
                self.ignore_polylog,
                self._ratios,
                "greatest" if falls != strongest else "least",
                hidden,
                self._below,
                self._ratios_below,
            )
            self._bounds[asked] = self._distinct.setdefault(made, made), card.bound
        return self._bounds[asked][0]

    def _constants(self, card: Result) -> frozenset[str]:
        """Return the symbols that what is assumed for an upper bound fixes."""
        if card.kind == "lower" or not any(self._fixed.values()):
            return frozenset()
        known = self.vocabulary.closure((*card.assumptions, *card.supposed))
        return frozenset(one for one, by in self._fixed.items() if by in known)

    def is_ranked(self, card: Result) -> bool:
        """Return whether the card has a bound that can be compared."""
        return card.kind in RANKED and bool(card.bound)

    @cached_property
    def _smaller_is_better(self) -> bool:
        return self.question.better == "smaller"

    def _is_at_most(self, small: Bound, large: Bound) -> bool:
        # Called many times while the cards are sorted. Equal bounds of this order are one object,
        # kept as long as it is; to hash their fractions each time would take most of a compilation.
        asked = (id(small), id(large))
        if asked not in self._at_most:
            self._at_most[asked] = at_most(small, large)
        return self._at_most[asked]

    def no_worse(self, card: Result, other: Result) -> bool:
        """Return whether a bound, read as an upper bound, is at least as good as another."""
        return self._no_worse(self.bound(card), self.bound(other))

    def _no_worse(self, one: Bound, two: Bound) -> bool:
        return self._is_at_most(*((one, two) if self._smaller_is_better else (two, one)))

    def dominates(self, card: Result, other: Result) -> bool:
        """Return whether a card is known to be at least as strong as another, as defined above."""
        return card.is_fully_read and self._follows(card, other)

    def strictly_dominates(self, card: Result, other: Result) -> bool:
        """Return whether a card is known to be strictly stronger than another."""
        return self.dominates(card, other) and not self._may_follow(card, other)

    def is_open(self, card: Result, other: Result) -> bool:
        """Return whether a card would strictly dominate another if it were as it is supposed to be:
        the two are not comparable as far as they were read.
        """
        return (
            not card.is_fully_read and self._follows(card, other) and not self._follows(other, card)
        )

    def why_not(self, card: Result, other: Result) -> tuple[str, ...]:
        """Return the reasons for which a card is not known to be strictly stronger than another;
        none if it is.
        """
        if self.strictly_dominates(card, other):
            return ()
        unranked = [one for one in (card, other) if not self.is_ranked(one)]
        if unranked:
            return tuple(f"{one.id} is not ranked" for one in unranked)
        if not self.are_comparable(card, other):
            return ("the two bound different quantities",)
        found = []
        if card.checked != "full-text":
            found.append(f"{card.id} was not read in the full text")
        elif not card.is_fully_read:
            found.append(f"something in {card.id} is supposed or unknown")
        if not self.bound_dominates(card, other):
            plain = Order(self.question, self.vocabulary, ignore_polylog=True)
            logs = plain.bound_dominates(card, other)
            found.append(
                "the bound is better only without logarithms"
                if logs
                else "the bound is not better in every symbol"
            )
        if not guarantee_follows(card, other):
            unknown = [one.id for one in (card, other) if not one.holds]
            found.append(
                f"the guarantee of {unknown[0]} is unknown"
                if unknown
                else "the guarantee is weaker"
            )
        if not self._assumes_no_more(card, other):
            more, _ = changed_assumptions(other, card, self.vocabulary)
            names = sorted(self.vocabulary.known[one].label for one in more)
            found.append(
                f"assumes more: {', '.join(names)}"
                if names and card.kind != "lower"
                else "its assumptions are others"
            )
        return tuple(found) or ("the other may be as strong, as far as it was read",)

    def _follows(self, card: Result, other: Result) -> bool:
        """Return whether the statement of the other card follows, if this one is as it says."""
        return (
            self.are_comparable(card, other)
            and self.bound_dominates(card, other)
            and guarantee_follows(card, other)
            and self._assumes_no_more(card, other)
        )

    def _may_follow(self, card: Result, other: Result) -> bool:
        """Return whether this card would follow from the most that the other one may say."""
        supposed = (
            self.vocabulary.about(other.supposed, self.instances | BOTH)
            if card.kind == "lower"
            else ()
        )
        read = other.model_copy(
            update={"supposed": tuple(supposed), "unknown": (), "holds": other.holds or "surely"}
        )
        return (
            self.bound_dominates(other, card, strongest=True)
            and guarantee_follows(read, card)
            and self._assumes_no_more(read, card)
        )

    def are_comparable(self, card: Result, other: Result) -> bool:
        """Return whether two cards have comparable bounds: same question, quantity and kind."""
        return (
            card.question == other.question == self.question.id
            and card.quantity == other.quantity
            and card.kind == other.kind
            and self.is_ranked(card)
            and self.is_ranked(other)
        )

    def bound_dominates(self, card: Result, other: Result, strongest: bool = False) -> bool:
        """Return whether one bound alone is at least as strong, for two cards of one kind; with
        `strongest`, in its strongest reading.
        """
        # Where both apply, what one of them assumes holds for the bound of the other as well.
        fixed = self._constants(card) | self._constants(other)
        return self.stands_above(card, other, strongest, fixed)

    def stands_above(
        self,
        card: Result,
        other: Result,
        strongest: bool = False,
        fixed: frozenset[str] = frozenset(),
    ) -> bool:
        """Return whether one bound is at least as strong as it is printed: in this relation, unlike
        `bound_dominates`, a third card never makes a circle.
        """
        # An exact bound has no stronger reading: a hidden factor may be on either side.
        one = self.bound(card, strongest and card.kind != "exact", fixed)
        two = self.bound(other, fixed=fixed)
        if card.kind == "upper":
            return self._no_worse(one, two)
        if card.kind == "lower":
            return self._no_worse(two, one)
        return self._no_worse(one, two) and self._no_worse(two, one)

    def covers(self, card: Result, other: Result) -> bool:
        """Return whether bound and guarantee of another card follow from this one's, if it is as it
        says: where all assumptions are granted, nothing else counts.
        """
        return (
            self.are_comparable(card, other)
            and self.bound_dominates(card, other)
            and guarantee_follows(card, other)
            and (ONE_METHOD not in card.assumptions or card.method == other.method)
        )

    def beats(self, card: Result, other: Result) -> bool:
        """Return whether bound and guarantee of a card are known to be strictly stronger."""
        if not (card.is_fully_read and self.covers(card, other)):
            return False
        guarantee = (card.holds or "") in _IMPLIED.get(other.holds or "surely", ())
        return not (guarantee and self.bound_dominates(other, card, strongest=True))

    def _assumes_no_more(self, card: Result, other: Result) -> bool:
        """Return whether a card assumes no more than another, as far as that one was read."""
        follow, about = self.vocabulary.follow, self.vocabulary.about
        ours = {*card.assumptions, *card.supposed}
        theirs = {*other.assumptions, *other.supposed}
        if card.kind != "lower":
            return follow(ours, theirs)
        if {*other.unknown} & (self.instances | BOTH):
            return False
        return (
            follow(about(theirs, self.instances), about(ours, self.instances))
            and follow(about(ours, self.classes), about(theirs, self.classes))
            and follow(about(ours, BOTH), about(theirs, BOTH))
            and follow(about(theirs, BOTH), about(ours, BOTH))
            and (ONE_METHOD not in ours or card.method == other.method)
        )

    def contradict(self, upper: Result, lower: Result) -> bool:
        """Return whether a lower bound contradicts an upper bound that holds for its hard instance.

        True only if nothing else can explain it: both have bounds of the same quantity; the upper
        one is strictly better, with and without logarithms; its assumptions on problem, data and
        network follow from the lower bound's, the lower bound's on the algorithm from its own, and
        those on oracle, noise and initialisation both ways; and both hold in the same way, or each
        surely or with high probability. This function never guesses whether a method keeps to
        assumptions that its card does not list.
        """
        follow, about = self.vocabulary.follow, self.vocabulary.about
        sure = {"surely", "high-probability"}
        same = upper.holds == lower.holds or {upper.holds, lower.holds} <= sure
        if not (same and upper.quantity == lower.quantity and upper.bound and lower.bound):
            return False
        if upper.unknown or lower.unknown:
            return False
        ours = {*upper.assumptions, *upper.supposed}
        theirs = {*lower.assumptions, *lower.supposed}
        applies = (
            follow(about(ours, self.instances), about(theirs, self.instances))
            and follow(about(theirs, self.classes), about(ours, self.classes))
            and follow(about(ours, BOTH), about(theirs, BOTH))
            and follow(about(theirs, BOTH), about(ours, BOTH))
            and (ONE_METHOD not in theirs or upper.method == lower.method)
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


def _without(monomial: Monomial, fixed: frozenset[str]) -> Mapping[str, str]:
    """Return a monomial without the symbols that are constants."""
    if not fixed.intersection(monomial.symbols):
        return monomial
    made = {}
    for name, exponent in monomial.items():
        left = [one for one in symbols_in(name) if one not in fixed]
        if len(left) == 1 and "(" in name:
            # The logarithm of a quotient with one symbol left is that of the symbol.
            base, logs = split_exponent(monomial.get(left[0], ""))
            made[left[0]] = " ".join(filter(None, (base, logs or f"log^{exponent}")))
        elif left and "(" in name:
            above = name[4:-1].partition("/")[0]
            tops = [one for one in symbols_in(f"log({above})") if one in left]
            bottoms = [one for one in left if one not in tops]
            written = " ".join(tops) + ("/" + " ".join(bottoms) if bottoms else "")
            made[f"log({written})"] = exponent
        elif left:
            made.setdefault(name, exponent)
    return made


def guarantee_follows(card: Result, other: Result) -> bool:
    """Return whether the guarantee of the other card follows from this one's; one that is not known
    may be the strongest.
    """
    return (other.holds or "surely") in _IMPLIED.get(card.holds or "", ())


def changed_assumptions(
    old: Result, new: Result, vocabulary: Vocabulary
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the assumptions of a card that do not follow from an older card's, and those it no
    longer needs.
    """
    ours, theirs = (new.assumptions + new.supposed), (old.assumptions + old.supposed)
    more = frozenset(ours) - vocabulary.closure(theirs)
    less = frozenset(theirs) - vocabulary.closure(ours)
    return more, less
