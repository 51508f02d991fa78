"""Rank the cards of a question: computed once, when a collection is compiled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from dltheory_bib.models.theorem import Result
from dltheory_bib.theorems.bounds import steepest
from dltheory_bib.theorems.dominance import Order
from dltheory_bib.theorems.standings import Comparable
from dltheory_bib.theorems.theorem_table import Ranking


def rank_cards(cards: Sequence[Result], order: Order) -> Ranking:
    """Rank all cards of a question, which `build_table` then puts in order."""
    ranks: list[int | None] = [None] * len(cards)
    weaker: list[list[int]] = [[] for _ in cards]
    for places in _groups(cards, order):
        keys = {place: _steepness(cards[place], order) for place in places}
        known = {key: rank for rank, key in enumerate(sorted(set(keys.values())))}
        for place in places:
            ranks[place] = known[keys[place]]
            weaker[place] = [
                other
                for other in places
                if place != other and _precedes(cards[place], cards[other], order)
            ]
    return Ranking(ranks, weaker)


def compare_bounds(cards: Sequence[Result], order: Order, plain: Order) -> list[Comparable]:
    """Compare bound and guarantee of all cards of a question, whatever they assume; `plain` is the
    order without logarithms, in which a lower bound matches.
    """
    made = [Comparable() for _ in cards]
    for places in _groups(cards, order):
        for place in places:
            card = cards[place]
            others = [other for other in places if other != place]
            made[place] = Comparable(
                [other for other in others if order.beats(card, cards[other])],
                [other for other in others if order.covers(card, cards[other])],
                [] if card.kind == "lower" else _matches(card, cards, plain),
            )
    return made


def _matches(card: Result, cards: Sequence[Result], order: Order) -> list[int]:
    return [
        place
        for place, other in enumerate(cards)
        if other.kind == "lower"
        and order.is_ranked(other)
        and card.quantity == other.quantity
        and order.no_worse(card, other)
    ]


def _groups(cards: Sequence[Result], order: Order) -> Iterable[list[int]]:
    """Return the ranked cards of each quantity and kind."""
    groups: dict[tuple[str | None, str], list[int]] = defaultdict(list)
    for place, card in enumerate(cards):
        if order.is_ranked(card):
            groups[card.quantity, card.kind].append(place)
    return groups.values()


def _precedes(card: Result, other: Result, order: Order) -> bool:
    if not order.stands_above(card, other):
        return False
    return not order.stands_above(other, card) or order.strictly_dominates(card, other)


def _steepness(card: Result, order: Order) -> tuple[object, ...]:
    """Return the steepest exponents, so that those of a better bound are smaller."""
    better = order.question.better == "smaller"
    ascending = {"upper": better, "lower": not better, "exact": True}
    sign = 1 if ascending[card.kind] else -1
    return tuple(tuple(sign * part for part in one) for one in steepest(order.bound(card)))
