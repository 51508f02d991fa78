"""The pages of result cards: each question with a table of its cards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dltheory_bib.models.theorem import Result
from dltheory_bib.site import addresses
from dltheory_bib.site.page_charts import progress
from dltheory_bib.site.renderer import Renderer
from dltheory_bib.site.site_data import Contents
from dltheory_bib.snapshot.compile_views import CARD_CHECKED, HOLDS
from dltheory_bib.text.names import fold
from dltheory_bib.theorems.notation import bound_terms
from dltheory_bib.theorems.theorem_table import Group, TableRow

_BEST = "best in one of the settings of the question"
_MOST_OPEN = 10
"""If there are more symbols than this, they are shown on request."""


class Head(NamedTuple):
    """A column of a group: its id, its head, and whether it is a column of the question."""

    id: str
    label: str
    own: bool = False


class Line(NamedTuple):
    """A card in a group."""

    row: TableRow
    terms: list[str]
    """The bound in TeX, one line per term."""
    byline: str
    orders: dict[str, int | None]
    """By column, the rank of the card when sorted by it; None sorts last."""


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
    for identity, (question, cards, works) in contents.questions.items():
        path = addresses.question(identity)
        found = contents.bib.compare(identity)
        table, records = found.table, {card.id: card for card in found.cards}
        yield (
            path,
            render(
                "question.html",
                path,
                question=question,
                cards=cards,
                works=works,
                shelves=[_shelf(contents, group, records) for group in table.groups],
                legend=table.legend,
                drawn=progress(table),
                best=_BEST,
                ways=HOLDS,
                checked=CARD_CHECKED,
                open=len(question.symbols or question.columns) <= _MOST_OPEN,
            ),
        )
    path = "questions.html"
    yield path, render(path, path)


def _shelf(contents: Contents, group: Group, records: Mapping[str, Result]) -> Shelf:
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
    if any(row.marks for row in rows) and not group.columns:
        heads.append(Head(" assumes", "Assumes"))
        orders[" assumes"] = [len(row.marks) for row in rows]
    lines = [
        Line(
            row,
            bound_terms(records[row.card.id], question) or [row.tex] * bool(row.tex),
            bylines[place],
            {name: order[place] for name, order in orders.items()},
        )
        for place, row in enumerate(rows)
    ]
    return Shelf(group, meaning, heads, lines)


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
