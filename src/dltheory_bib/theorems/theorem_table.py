"""Tables that compare the cards of a question: groups, order, marks, what is best in a setting.

Nothing here compares two bounds: `theorems.ranking` did that when the collection was compiled.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.theorems.standings import (
    APPLIES,
    BEATEN,
    BEST,
    MAY_APPLY,
    Comparable,
    Setting,
    standings,
)

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
SIGNS = {"upper": "≤", "lower": "≥", "exact": "="}
"""What stands before a bound of this kind."""
ASPECTS = {"holds": "guarantee", "noise": "noise model"}
"""What can be unknown of a card, where the name in the data is not the word for it."""


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
    improves: Sequence[Mapping[str, str]] = ()

    @property
    def is_fully_read(self) -> bool:
        """Whether the theorem was read, and nothing in the card is supposed or unknown."""
        return self.checked == "full-text" and not self.supposed and not self.unknown


class TableSymbol(NamedTuple):
    """A symbol of a question."""

    id: str
    tex: str
    extreme: str
    meaning: str = ""
    fixed_by: Collection[str] = ()
    """The assumptions under which it is a constant."""


class TableSetting(NamedTuple):
    """A set of assumptions: one that the question lists, or one that was asked for."""

    id: str
    label: str
    assumptions: Sequence[str] = ()
    """What is granted; everything if empty."""
    drop: Sequence[str] = ()
    """What is not granted."""


class TableColumn(NamedTuple):
    """A quantity of a question, or a column for cards without a bound."""

    id: str
    label: str
    values: Sequence[str] = ()


class TableRatio(NamedTuple):
    """A ratio of parameters in exponents, as bounds print it."""

    id: str
    meaning: str


class TableQuestion(NamedTuple):
    """What tables print of a question; its fields are those of `Question`."""

    id: str
    label: str
    better: str
    quantities: Sequence[TableColumn]
    symbols: Sequence[TableSymbol]
    columns: Sequence[TableColumn]
    settings: Sequence[TableSetting] = ()
    chosen: Sequence[str] = ()
    ratios: Sequence[TableRatio] = ()


class TableAssumption(NamedTuple):
    """An assumption in a legend."""

    id: str
    label: str
    definition: str
    about: str = ""
    implies: Sequence[str] = ()


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
    standing: str = ""
    """What the card is in the setting of the table: a key of `standings.STANDINGS`."""
    best_in: tuple[str, ...] = ()
    """The ids of the settings of the question in which it is best."""
    missing: tuple[str, ...] = ()
    """What it assumes that the setting does not grant."""
    marks: tuple[str, ...] = ()
    """Marks of its assumptions, as in the legend."""

    @property
    def best(self) -> bool:
        """Whether it is best in the setting of the table."""
        return self.standing == BEST


class Group(NamedTuple):
    """The comparable cards: those of one kind that bound one quantity."""

    title: str
    kind: str
    quantity: str | None
    columns: Sequence[TableColumn]
    """For cards without a bound: the statement of each."""
    rows: tuple[TableRow, ...]
    gap: str = ""
    """Of upper bounds in a setting: whether a lower bound that applies matches the best of them, as
    a key of `GAPS`.
    """
    lower: tuple[str, ...] = ()
    """The ids of the lower bounds that match, or else of those that apply or may apply."""


GAPS = {
    "matched": "matched up to logarithms by",
    "open": "open: the best lower bound here is",
    "may": "may be matched, if it applies, by",
    "unsure": "not sure to apply are",
    "none": "none is recorded for this setting",
}
"""Whether upper and lower bounds meet."""


class Frontier(NamedTuple):
    """What is best in a setting of the question."""

    setting: TableSetting
    applies: int
    """The number of ranked cards that apply."""
    may_apply: int
    groups: tuple[Group, ...]
    """The best cards of each kind and quantity; the strongest otherwise, if none can be best."""
    rows: tuple[TableRow, ...] = ()
    """All ranked cards that apply."""


class Table(NamedTuple):
    """The cards of a question, in groups, with the legend of their assumptions."""

    question: TableQuestion
    groups: tuple[Group, ...]
    legend: Mapping[str, TableAssumption]
    """Assumptions by mark, in order."""
    setting: TableSetting | None = None
    """The setting that was asked for; its groups have the cards that apply."""
    may_apply: tuple[TableRow, ...] = ()
    """Cards that apply if they assume no more than was read."""
    beyond: tuple[TableRow, ...] = ()
    """Cards that need more than the setting grants: those first that use most of it and need least
    besides.
    """
    frontiers: tuple[Frontier, ...] = ()
    """What is best in each setting of the question."""
    stated: frozenset[str] = frozenset()
    """The assumptions that the setting grants by name, with what they imply."""


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


class Order(NamedTuple):
    """All that the compiler found when it compared the cards of a question."""

    ranking: Ranking
    comparable: Sequence[Comparable]


class Asked(NamedTuple):
    """What a table is asked to show; cards are given by their places in a list."""

    known: frozenset[int]
    """The cards that exist, for what is best: those of the years and methods that were asked for.
    """
    shown: frozenset[int]
    """The cards that may be shown."""
    setting: TableSetting | None = None
    best: bool = False
    """Show only what is best: in the setting, or else in one of the question's."""
    by_year: bool = False
    """Sort by year instead of by strength."""


class TableBuilder:
    """Builds the table of a question. `rows` has all cards, `vocabulary` all assumptions by id."""

    def __init__(
        self,
        question: TableQuestion,
        rows: Sequence[TableRow],
        order: Order,
        vocabulary: Mapping[str, TableAssumption],
    ) -> None:
        self.question = question
        self.rows = rows
        self.order = order
        self.vocabulary = vocabulary
        self._ranked = [place is not None for place in order.ranking.steepness]
        self._read = [row.card.is_fully_read for row in rows]

    def build(self, asked: Asked) -> Table:
        """Return the table."""
        best_in = self._best_in(asked.known)
        setting = self._setting(asked.setting) if asked.setting else None
        stand: dict[int, str] = {}
        may, beyond = [], []
        wanted = sorted(asked.shown & asked.known)
        if setting:
            found = {place: setting.applies(self.rows[place].card) for place in sorted(asked.known)}
            stand = self._standings([one for one in found if found[one] == APPLIES])
            may = [one for one in wanted if found[one] == MAY_APPLY]
            missing = {one: setting.missing(self.rows[one].card) for one in wanted}
            beyond = [one for one in wanted if not found[one] and missing[one]]
            beyond.sort(key=lambda one: (-self._shared(one, setting), len(missing[one])))
            wanted = [one for one in wanted if found[one] == APPLIES]
        if asked.best:
            wanted = [
                one for one in wanted if (stand.get(one) == BEST if setting else best_in.get(one))
            ]
        named = [*wanted, *may, *beyond]
        names = _names(self.rows[place].card for place in named)
        made = {
            place: self.rows[place]._replace(
                ranked=self._ranked[place],
                standing=stand.get(place, ""),
                best_in=tuple(best_in.get(place, ())),
                missing=missing[place] if setting else (),
                marks=tuple(
                    sorted((names[n] for n in assumed(self.rows[place].card)), key=_by_mark)
                ),
            )
            for place in named
        }
        groups = self._groups(wanted, made, asked.by_year)
        if setting:
            groups = [self._with_gap(group, stand, may) for group in groups]
        return Table(
            self.question,
            tuple(groups),
            {mark: self.vocabulary[name] for name, mark in names.items()},
            asked.setting,
            tuple(made[place] for place in may if self._ranked[place]),
            tuple(made[place] for place in beyond if self._ranked[place]),
            tuple(self._frontier(one, asked.known) for one in self.question.settings),
            setting.stated if setting else frozenset(),
        )

    def _shared(self, place: int, setting: Setting) -> int:
        """Count what a card assumes of what the setting names."""
        return len(set(setting.assume).intersection(assumed(self.rows[place].card)))

    def _setting(self, asked: TableSetting) -> Setting:
        chosen = self.question.chosen
        return Setting(self.vocabulary, asked.assumptions, asked.drop, chosen)

    def _standings(self, places: Iterable[int]) -> dict[int, str]:
        ranked = [place for place in places if self._ranked[place]]
        return standings(ranked, self.order.comparable, self._read)

    def _applying(self, asked: TableSetting, known: Iterable[int]) -> dict[str, list[int]]:
        setting = self._setting(asked)
        found: dict[str, list[int]] = {APPLIES: [], MAY_APPLY: [], "": []}
        for place in sorted(known):
            if self._ranked[place]:
                found[setting.applies(self.rows[place].card)].append(place)
        return found

    def _best_in(self, known: Iterable[int]) -> dict[int, list[str]]:
        best: dict[int, list[str]] = {}
        for one in self.question.settings:
            for place, standing in self._standings(self._applying(one, known)[APPLIES]).items():
                if standing == BEST:
                    best.setdefault(place, []).append(one.id)
        return best

    def _frontier(self, asked: TableSetting, known: Iterable[int]) -> Frontier:
        found = self._applying(asked, known)
        stand = self._standings(found[APPLIES])
        made = {
            place: self.rows[place]._replace(ranked=True, standing=stand[place])
            for place in found[APPLIES]
        }
        groups = []
        for group in self._groups(found[APPLIES], made, False):
            # Where nothing can be called best, what is not beaten is the most that is known.
            kept = [row for row in group.rows if row.standing == BEST]
            kept = kept or [row for row in group.rows if row.standing != BEATEN]
            full = self._with_gap(group, stand, found[MAY_APPLY])
            groups.append(full._replace(rows=tuple(kept)))
        counts = len(found[APPLIES]), len(found[MAY_APPLY])
        return Frontier(asked, *counts, tuple(groups), tuple(made.values()))

    def _groups(
        self, wanted: Iterable[int], made: Mapping[int, TableRow], by_year: bool
    ) -> list[Group]:
        question, ranking = self.question, self.order.ranking
        groups: dict[tuple[int, str], list[int]] = {}
        places = {one.id: place for place, one in enumerate(question.quantities)}
        for place in wanted:
            card = self.rows[place].card
            kind = card.kind if card.quantity else "statement"
            number = places.get(card.quantity or "", len(places))
            groups.setdefault((number, kind), []).append(place)
        found = []
        kinds = list(KINDS)
        for number, kind in sorted(groups, key=lambda key: (key[0], kinds.index(key[1]))):
            # The list of all cards is in the order of years.
            here = groups[number, kind]
            lines = tuple(made[one] for one in (here if by_year else sorted_places(here, ranking)))
            quantity = question.quantities[number] if number < len(places) else None
            title = f"{KINDS[kind]} on {quantity.label}" if quantity else KINDS[kind]
            columns = () if quantity else question.columns
            found.append(Group(title, kind, quantity.id if quantity else None, columns, lines))
        return found

    def _with_gap(self, group: Group, stand: Mapping[int, str], may: Iterable[int]) -> Group:
        """Say whether a lower bound that applies matches an upper bound that is not beaten, or else
        one that may apply.
        """
        if group.kind != "upper":
            return group

        def lowers(places: Iterable[int]) -> list[int]:
            cards = {place: self.rows[place].card for place in places if self._ranked[place]}
            return [
                place
                for place, card in cards.items()
                if card.kind == "lower" and card.quantity == group.quantity
            ]

        lower = lowers(place for place in stand if stand[place] != BEATEN)
        places = {row.card.id: place for place, row in enumerate(self.rows)}
        upper = [places[row.card.id] for row in group.rows if row.standing not in {"", BEATEN}]
        known = {one for place in upper for one in self.order.comparable[place].matches}
        matching = known.intersection(lower)
        gap, shown = "matched" if matching else "open", matching or lower
        if not lower:
            lower = lowers(may)
            matching = known.intersection(lower)
            gap, shown = "may" if matching else "unsure" if lower else "none", matching or lower
        names = tuple(self.rows[one].card.id for one in sorted(shown))
        return group._replace(gap=gap, lower=names)


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
