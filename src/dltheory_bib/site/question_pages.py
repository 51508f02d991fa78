"""The pages of result cards: each question with what is best in its settings, and all its cards.

A page can be read without a script. With one, it asks for a setting and answers as
`dltheory compare` does, from the data that `setting_data` writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dltheory_bib.models.theorem import Result
from dltheory_bib.site import addresses
from dltheory_bib.site.page_charts import progress
from dltheory_bib.site.renderer import Renderer
from dltheory_bib.site.setting_data import setting_data
from dltheory_bib.site.site_data import Contents
from dltheory_bib.snapshot.compile_views import CARD_CHECKED, HOLDS
from dltheory_bib.text.names import fold
from dltheory_bib.theorems.dominance import Vocabulary
from dltheory_bib.theorems.improvements import change_between, change_in_words
from dltheory_bib.theorems.notation import bound_terms
from dltheory_bib.theorems.theorem_table import (
    ASPECTS,
    GAPS,
    SIGNS,
    Frontier,
    Group,
    Table,
    TableRow,
)

_BEST = "best in one of the settings of the question"
_MOST_OPEN = 10
"""If there are more symbols than this, they are shown on request."""


class Head(NamedTuple):
    """A column of a group: its id, its head, and whether it is a column of the question."""

    id: str
    label: str
    own: bool = False


class Improved(NamedTuple):
    """A card that another one improves."""

    card: str
    byline: str
    """The authors of its work, and the year."""
    changes: list[str]
    """What changes, in words: exponents and assumptions."""


class Line(NamedTuple):
    """A card in a group."""

    row: TableRow
    terms: list[str]
    """The bound in TeX, one line per term."""
    byline: str
    orders: dict[str, int | None]
    """By column, the rank of the card when sorted by it; None sorts last."""
    assumes: list[str]
    """The ids of the assumptions that were read, then of those that are supposed."""
    unread: list[str]
    """What is unknown of it, in words."""
    improves: list[Improved]


class Known(NamedTuple):
    """What is best in a setting that the question lists."""

    frontier: Frontier
    lines: list[tuple[Group, list[Line]]]


class Shelf(NamedTuple):
    """A group and the data of its table."""

    group: Group
    meaning: str
    """The quantity that is counted."""
    heads: list[Head]
    lines: list[Line]


def question_pages(contents: Contents, render: Renderer) -> Iterator[tuple[str, bytes]]:
    """Yield a page for each question, and an index; none if there are no cards."""
    if not contents.questions:
        return
    vocabulary = Vocabulary(contents.bib.assumptions.values())
    for identity, (question, cards, works) in contents.questions.items():
        path = addresses.question(identity)
        found = contents.compared(identity)
        table, records = found.table, {card.id: card for card in found.cards}
        lines = _Lines(contents, table, records, vocabulary)
        drawn = progress(table)
        notes = {card.id: contents.typeset(card.note) for card in found.cards if card.note}
        yield (
            path,
            render(
                "question.html",
                path,
                question=question,
                cards=cards,
                works=works,
                shelves=[_shelf(contents, group, lines) for group in table.groups],
                known=[_known(one, lines) for one in table.frontiers],
                names={one.id: one.label for one in table.legend.values()},
                legend=sorted(table.legend.values(), key=lambda one: fold(one.label)),
                drawn=drawn,
                best=_BEST,
                gaps=GAPS,
                bylines=lines.bylines,
                signs=SIGNS,
                ways=HOLDS,
                checked=CARD_CHECKED,
                data=addresses.question_data(identity),
                notes=addresses.question_notes(identity) if notes else "",
                open=len(question.symbols or question.columns) <= _MOST_OPEN,
            ),
        )
        if notes:
            text = json.dumps(notes, ensure_ascii=False, separators=(",", ":"))
            yield addresses.question_notes(identity), f"dltheory.questionNotes({text});\n".encode()
        if table.frontiers:
            data = setting_data(contents, render, identity, table, lines.changes)
            yield addresses.question_data(identity), data
    path = "questions.html"
    yield path, render(path, path)


class _Lines:
    """The cards of a question as they stand in its tables."""

    def __init__(
        self,
        contents: Contents,
        table: Table,
        records: Mapping[str, Result],
        vocabulary: Vocabulary,
    ) -> None:
        self._contents = contents
        self._records = records
        self._question = contents.questions[table.question.id][0]
        self._vocabulary = vocabulary
        self.bylines = {
            row.card.id: row.paper.label for group in table.groups for row in group.rows
        }
        """The authors of the work of each card, and the year."""
        self.changes: dict[str, list[Improved]] = {}
        """What each card improves, of the cards that were made into lines."""

    def __call__(self, row: TableRow, orders: dict[str, int | None] | None = None) -> Line:
        """Return a line, with the places of the card in each order."""
        card = row.card
        self.changes[card.id] = self._improved(card.id)
        return Line(
            row,
            bound_terms(self._records[card.id], self._question) or [row.tex] * bool(row.tex),
            row.paper.label.rpartition(" ")[0],  # without the year
            orders or {},
            [*card.assumptions, *card.supposed],
            [ASPECTS.get(one, one) for one in card.unknown],
            self.changes[card.id],
        )

    def _improved(self, name: str) -> list[Improved]:
        card = self._records[name]
        found = []
        for claim in card.improves:
            if claim.card not in self._records:
                continue  # an improvement of an answer to another question
            change = change_between(
                self._records[claim.card], card, self._question, self._vocabulary
            )
            words = change_in_words(
                change, self._question, self._contents.bib.assumptions, self._contents.text
            )
            found.append(Improved(claim.card, self.bylines[claim.card], words))
        return found


def _known(frontier: Frontier, lines: _Lines) -> Known:
    """Return what is best in a setting, by group."""
    return Known(
        frontier, [(group, [lines(row) for row in group.rows]) for group in frontier.groups]
    )


def _shelf(contents: Contents, group: Group, lines: _Lines) -> Shelf:
    """Return a group, with the order of its cards by each column."""
    question = contents.questions[group.rows[0].card.question][0]
    meaning = next((one.meaning for one in question.quantities if one.id == group.quantity), "")
    rows, cards = group.rows, [row.card for row in group.rows]
    bylines = [row.paper.label.rpartition(" ")[0] for row in rows]  # without the year
    orders: dict[str, Sequence[int | None]] = {}
    heads = [Head(" bound", "Bound")] * any(row.tex for row in rows)
    orders[" bound"] = [place if row.ranked else None for place, row in enumerate(rows)]
    for column in group.columns:
        values = [contents.text(card.values.get(column.id)) for card in cards]
        if any(values):
            heads.append(Head(column.id, column.label, own=True))
            orders[column.id] = _ranks(values, [contents.text(one) for one in column.values])
    heads += [Head(" work", "Work"), Head(" year", "Year")]
    orders[" work"] = _ranks(bylines)
    orders[" year"] = [row.paper.year for row in rows]
    if any(card.method for card in cards):
        heads.append(Head(" method", "Method"))
        orders[" method"] = _ranks([contents.text(card.method) for card in cards])
    # With extra columns the table has no room for the guarantee, which is shown below them.
    if any(card.holds for card in cards) and not group.columns:
        heads.append(Head(" holds", "Holds"))
        orders[" holds"] = _ranks([card.holds or "" for card in cards], HOLDS)
    made = [
        lines(row, {name: order[place] for name, order in orders.items()})
        for place, row in enumerate(rows)
    ]
    return Shelf(group, meaning, heads, made)


def _ranks(values: Sequence[str], declared: Iterable[str] = ()) -> list[int | None]:
    """Return the rank of each value: in the declared order, else alphabetical; None for an empty
    one.

    >>> _ranks(["b", "", "A", "b"]), _ranks(["no", "yes", "perhaps"], ["yes", "no"])
    ([1, None, 0, 1], [1, 0, 2])
    """
    known = list(declared)
    others = sorted({one for one in values if one and one not in known}, key=lambda v: (fold(v), v))
    places = {value: place for place, value in enumerate([*known, *others])}
    return [places.get(value) for value in values]
