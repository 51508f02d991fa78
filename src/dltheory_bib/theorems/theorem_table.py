"""Tables that compare the cards of a question: groups, order, marks, best known bounds.

Nothing here compares two bounds: `theorems.ranking` did that when the collection was compiled.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dltheory_bib.snapshot.views import Row

KINDS = {
    "upper": "Upper bounds",
    "lower": "Lower bounds",
    "exact": "Exact bounds",
    "negative": "Negative results",
    "statement": "Statements",
}
"""The kinds of card, in the order of the tables."""


class TableCard(NamedTuple):
    """What tables print of a card; its fields are those of `Result`."""

    id: str
    work: str
    question: str
    kind: str
    statement: str
    version: str
    where: str
    checked: str
    quantity: str | None = None
    method: str | None = None
    bound: Sequence[Mapping[str, str]] = ()
    bound_tex: str | None = None
    holds: str | None = None
    assumptions: Sequence[str] = ()
    supposed: Sequence[str] = ()
    unknown: Sequence[str] = ()
    hidden: str | None = None
    values: Mapping[str, str] = {}
    note: str | None = None


class TableSymbol(NamedTuple):
    """A symbol of a question."""

    id: str
    tex: str
    extreme: str


class TableColumn(NamedTuple):
    """A quantity of a question, or a column for cards without a bound."""

    id: str
    label: str
    values: Sequence[str] = ()


class TableQuestion(NamedTuple):
    """What tables print of a question; its fields are those of `Question`."""

    id: str
    label: str
    better: str
    quantities: Sequence[TableColumn]
    symbols: Sequence[TableSymbol]
    columns: Sequence[TableColumn]


class TableAssumption(NamedTuple):
    """An assumption in a legend."""

    id: str
    label: str
    definition: str


class TableRow(NamedTuple):
    """A card in a table."""

    card: TableCard
    paper: Row
    """Its work."""
    family: str
    """The family name of the first author."""
    tex: str
    """The bound up to constants in TeX; as printed in the work if no monomial expresses it."""
    text: str
    """The same in Unicode."""
    record: Mapping[str, Any]
    """The card as the data files have it."""
    ranked: bool = False
    """Whether the bound can be compared."""
    best: bool = False
    """Whether no other card is stronger."""
    marks: tuple[str, ...] = ()
    """Marks of its assumptions, as in the legend."""


class Group(NamedTuple):
    """The comparable cards: those of one kind that bound one quantity."""

    title: str
    kind: str
    quantity: str | None
    columns: Sequence[TableColumn]
    """For cards without a bound: the statement of each."""
    rows: tuple[TableRow, ...]


class Table(NamedTuple):
    """The cards of a question, in groups, with the legend of their assumptions."""

    question: TableQuestion
    groups: tuple[Group, ...]
    legend: Mapping[str, TableAssumption]
    """Assumptions by mark, in order."""


class Ranking(NamedTuple):
    """The order of all cards of a question, which are given by their places in a list."""

    steepness: Sequence[int | None]
    """For each card the rank of its steepest exponents, the better first; None if its bound cannot
    be compared.
    """
    weaker: Sequence[Sequence[int]]
    """For each card those that it precedes: those of its kind and quantity that have a worse bound,
    or that it strictly dominates.
    """
    best: Sequence[int]
    """The cards that no other card strictly dominates."""


def build_table(
    question: TableQuestion,
    rows: Sequence[TableRow],
    ranking: Ranking,
    vocabulary: Mapping[str, TableAssumption],
    shown: Iterable[int],
) -> Table:
    """Build the table of a question, with the cards that are `shown`, given by their places.

    `rows` and `ranking` have all cards, `vocabulary` their assumptions by id.
    """
    wanted = sorted(shown)
    names = _names(rows[place].card for place in wanted)
    best = set(ranking.best)
    groups: dict[tuple[int, str], list[int]] = {}
    places = {one.id: place for place, one in enumerate(question.quantities)}
    for place in wanted:
        card = rows[place].card
        kind = card.kind if card.quantity else "statement"
        groups.setdefault((places.get(card.quantity or "", len(places)), kind), []).append(place)
    made = []
    kinds = list(KINDS)
    for number, kind in sorted(groups, key=lambda key: (key[0], kinds.index(key[1]))):
        lines = tuple(
            rows[place]._replace(
                ranked=ranking.steepness[place] is not None,
                best=place in best,
                marks=tuple(sorted((names[n] for n in assumed(rows[place].card)), key=_by_mark)),
            )
            for place in sorted_places(groups[number, kind], ranking)
        )
        quantity = question.quantities[number] if number < len(places) else None
        title = f"{KINDS[kind]} on {quantity.label}" if quantity else KINDS[kind]
        columns = () if quantity else question.columns
        made.append(Group(title, kind, quantity.id if quantity else None, columns, lines))
    return Table(question, tuple(made), {mark: vocabulary[name] for name, mark in names.items()})


def assumed(card: TableCard) -> tuple[str, ...]:
    """Return the assumptions of a card, those that are only supposed last."""
    return (*card.assumptions, *card.supposed)


def _names(cards: Iterable[TableCard]) -> dict[str, str]:
    """Give each assumption a mark, `a` to the most frequent; return the marks by id, in order."""
    counts = Counter(name for card in cards for name in assumed(card))
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return {name: _mark(place) for place, name in enumerate(ordered)}


def _mark(place: int) -> str:
    """Yield `a` to `z`, then `aa`, `ab` …"""
    rounds, letter = divmod(place, len(ascii_lowercase))
    return (ascii_lowercase[rounds - 1] if rounds else "") + ascii_lowercase[letter]


def _by_mark(mark: str) -> tuple[int, str]:
    return len(mark), mark


def sorted_places(places: Iterable[int], ranking: Ranking) -> list[int]:
    """Sort cards of one kind and quantity by bound, better first, then those that are not ranked.

    The sort is stable, and a linear extension of the order of bounds and of dominance: a stronger
    card precedes a weaker one. The steepest exponents decide between incomparable cards, in the
    order in which the question names the symbols.
    """
    ranked: dict[int, tuple[int, int]] = {}
    rest = []
    for place in places:
        steepness = ranking.steepness[place]
        if steepness is None:
            rest.append(place)
        else:
            ranked[place] = steepness, place
    waiting = Counter(other for place in ranked for other in ranking.weaker[place])
    ready = [key for place, key in ranked.items() if not waiting[place]]
    heapq.heapify(ready)
    made = []
    while ready:
        _, place = heapq.heappop(ready)
        made.append(place)
        for other in ranking.weaker[place]:
            waiting[other] -= 1
            if not waiting[other] and other in ranked:
                heapq.heappush(ready, ranked[other])
    return [*made, *rest]
