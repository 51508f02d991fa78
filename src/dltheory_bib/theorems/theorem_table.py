"""Tables that compare the cards of a question: groups, order, marks, best known bounds."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from string import ascii_lowercase
from typing import NamedTuple

from dltheory_bib.models.paper import Paper
from dltheory_bib.models.theorem import Assumption, Column, Question, Result
from dltheory_bib.theorems.bounds import steepest
from dltheory_bib.theorems.dominance import Order
from dltheory_bib.theorems.notation import bound_tex, bound_text

KINDS = {
    "upper": "Upper bounds",
    "lower": "Lower bounds",
    "exact": "Exact bounds",
    "negative": "Negative results",
    "statement": "Statements",
}
"""The kinds of card, in the order of the tables."""


class TableRow(NamedTuple):
    """A card in a table."""

    card: Result
    paper: Paper
    venue: str
    """Short name of the venue."""
    tex: str
    """The bound up to constants in TeX; as printed in the work if no monomial expresses it."""
    text: str
    """The same in Unicode."""
    ranked: bool
    """Whether the bound can be compared."""
    best: bool
    """Whether no other card is stronger."""
    marks: tuple[str, ...]
    """Marks of its assumptions, as in the legend."""


class Group(NamedTuple):
    """The comparable cards: those of one kind that bound one quantity."""

    title: str
    kind: str
    quantity: str | None
    columns: tuple[Column, ...]
    """For cards without a bound: the statement of each."""
    rows: tuple[TableRow, ...]


class Table(NamedTuple):
    """The cards of a question, in groups, with the legend of their assumptions."""

    question: Question
    groups: tuple[Group, ...]
    legend: dict[str, Assumption]
    """Assumptions by mark, in order."""


Entry = tuple[Result, Paper, str]
"""A card, its work, and the short name of the venue."""


def build_table(
    entries: Sequence[Entry],
    shown: Callable[[Result], bool],
    order: Order,
    read: Callable[[str], str],
) -> Table:
    """Build the table of a question.

    `entries` are all its cards, among which the best are determined; the table contains those that
    are `shown`. `read` converts the mathematics of a text into Unicode.
    """
    question = order.question
    best = order.best(card for card, _, _ in entries)
    wanted = [entry for entry in entries if shown(entry[0])]
    names = _names(wanted)
    known = order.vocabulary.known
    groups: dict[tuple[int, str], list[Entry]] = {}
    places = {one.id: place for place, one in enumerate(question.quantities)}
    for entry in wanted:
        card = entry[0]
        kind: str = card.kind if card.quantity else "statement"
        groups.setdefault((places.get(card.quantity or "", len(places)), kind), []).append(entry)
    made = []
    kinds = list(KINDS)
    for place, kind in sorted(groups, key=lambda key: (key[0], kinds.index(key[1]))):
        rows = []
        for card, paper, venue in sort_cards(groups[place, kind], order):
            marks = sorted((names[name] for name in card.assumptions), key=_mark_order)
            ranked = order.is_ranked(card)
            tex, text = _shown_bound(card, question, read)
            rows.append(
                TableRow(card, paper, venue, tex, text, ranked, card.id in best, tuple(marks))
            )
        quantity = question.quantities[place] if place < len(places) else None
        title = f"{KINDS[kind]} on {quantity.label}" if quantity else KINDS[kind]
        columns = () if quantity else question.columns
        made.append(Group(title, kind, quantity.id if quantity else None, columns, tuple(rows)))
    return Table(question, tuple(made), {mark: known[name] for name, mark in names.items()})


def _shown_bound(card: Result, question: Question, read: Callable[[str], str]) -> tuple[str, str]:
    if card.bound:
        return bound_tex(card, question), bound_text(card, question, read)
    return card.bound_tex or "", read(f"${card.bound_tex}$") if card.bound_tex else ""


def _names(entries: Iterable[Entry]) -> dict[str, str]:
    """Give each assumption a mark, `a` to the most frequent; return the marks by id, in order."""
    counts = Counter(name for card, _, _ in entries for name in card.assumptions)
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return {name: _mark(place) for place, name in enumerate(ordered)}


def _mark(place: int) -> str:
    """Yield `a` to `z`, then `aa`, `ab` …"""
    rounds, letter = divmod(place, len(ascii_lowercase))
    return (ascii_lowercase[rounds - 1] if rounds else "") + ascii_lowercase[letter]


def _mark_order(mark: str) -> tuple[int, str]:
    return len(mark), mark


def sort_cards(entries: Sequence[Entry], order: Order) -> list[Entry]:
    """Sort the cards by bound, better first, then those that are not ranked; the sort is stable.

    The result is a linear extension of the order of bounds and of dominance: a stronger card
    precedes a weaker one. The steepest exponents decide between incomparable cards, in the order in
    which the question names the symbols.
    """
    ranked = [entry for entry in entries if order.is_ranked(entry[0])]
    rest = [entry for entry in entries if not order.is_ranked(entry[0])]
    better = order.question.better == "smaller"
    ascending = {"upper": better, "lower": not better, "exact": True}

    def above(one: Result, other: Result) -> bool:
        if order.bound_dominates(one, other) and not order.bound_dominates(other, one):
            return True
        return order.strictly_dominates(one, other)

    def key(place: int) -> tuple[object, ...]:
        card = ranked[place][0]
        sign = 1 if ascending[card.kind] else -1
        steep = steepest(order.bound(card))
        return (tuple(tuple(sign * part for part in one) for one in steep), place)

    after: dict[int, list[int]] = {place: [] for place in range(len(ranked))}
    waiting = dict.fromkeys(after, 0)
    for place, (one, _, _) in enumerate(ranked):
        for other, (card, _, _) in enumerate(ranked):
            if place != other and above(one, card):
                after[place].append(other)
                waiting[other] += 1
    ready = [(key(place), place) for place in after if not waiting[place]]
    heapq.heapify(ready)
    made = []
    while ready:
        _, place = heapq.heappop(ready)
        made.append(ranked[place])
        for other in after[place]:
            waiting[other] -= 1
            if not waiting[other]:
                heapq.heappush(ready, (key(other), other))
    return [*made, *rest]
