"""Comparisons are read from the snapshot: the same bytes as the records give, for every option."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from dltheory_bib import Bibliography, load
from dltheory_bib.comparison import Comparison
from dltheory_bib.formats.venue_names import venue_name
from dltheory_bib.models.theorem import Question, Result
from dltheory_bib.snapshot.compile_comparisons import shown_bound
from dltheory_bib.snapshot.result_rows import cards_on
from dltheory_bib.snapshot.views import Row
from dltheory_bib.text.names import author_line, family
from dltheory_bib.theorems.bounds import steepest
from dltheory_bib.theorems.dominance import Order, Vocabulary
from dltheory_bib.theorems.theorem_table import (
    KINDS,
    Group,
    Table,
    TableAssumption,
    TableCard,
    TableColumn,
    TableQuestion,
    TableRow,
    TableSymbol,
    assumed,
)

QUERIES = ("", "year:2016.. not has:doi", "year:1800")


def _sorted(cards: list[Result], order: Order) -> list[Result]:
    """The ranked cards: again and again the steepest of those that no other one precedes."""
    smaller = order.question.better == "smaller"
    sign = {"upper": 1 if smaller else -1, "lower": -1 if smaller else 1, "exact": 1}

    def precedes(one: Result, other: Result) -> bool:
        better = order.bound_dominates(one, other) and not order.bound_dominates(other, one)
        return better or order.strictly_dominates(one, other)

    def steepness(card: Result) -> list[list[object]]:
        return [[sign[card.kind] * part for part in e] for e in steepest(order.bound(card))]

    left = [card for card in cards if order.is_ranked(card)]
    made = []
    while left:
        free = [one for one in left if not any(precedes(o, one) for o in left if o is not one)]
        made.append(min(free, key=steepness))
        left.remove(made[-1])
    return made + [card for card in cards if not order.is_ranked(card)]


def _row(bib: Bibliography, card: Result, question: Question) -> TableRow:
    paper = bib[card.work]
    read = bib.snapshot.readable
    authors = [author_line(paper.author, at_most=most) for most in (0, 3, 2)]
    label, title = f"{authors.pop()} {paper.year}", paper.plain_title
    named = paper.key, paper.year, venue_name(paper, bib.venues)
    work = Row(*named, *authors, label, title, read(title), paper.address)
    fields = [getattr(card, name) for name in TableCard._fields]
    return TableRow(
        TableCard(*fields),
        work,
        family(paper.author[0]),
        *shown_bound(card, question, read),
        card.to_dict(),
    )


def _groups(question: Question, cards: list[Result]) -> Iterator[tuple[str, str, str | None]]:
    """Title, kind and quantity of each group."""
    quantities = [(one.id, f" on {one.label}") for one in question.quantities]
    for (quantity, on), kind in product([*quantities, (None, "")], KINDS):
        if any((card.quantity, card.kind) == (quantity, kind) for card in cards):
            yield KINDS[kind if quantity else "statement"] + on, kind, quantity


def from_records(bib: Bibliography, order: Order, query: str, best: bool) -> Table:
    """The table as the records give it, with all its arithmetic."""
    question = order.question
    cards = [card for _, card in cards_on(bib.snapshot, question.id)]
    strongest = order.best(cards)
    kept = set(bib.where(query).keys)
    shown = [one for one in cards if one.work in kept and (one.id in strongest or not best)]
    often = Counter(name for card in shown for name in assumed(card))
    names = sorted(often, key=lambda name: (-often[name], name))
    letters = "abcdefghijklmnopqrstuvwxyz"
    marks = [*letters, *(one + other for one in letters for other in letters)]
    legend = dict(zip(names, marks, strict=False))
    groups = []
    for title, kind, quantity in _groups(question, shown):
        here = [card for card in shown if (card.quantity, card.kind) == (quantity, kind)]
        if quantity is None and groups and groups[-1].quantity is None:
            continue  # all that have no quantity are in one group
        if quantity is None:
            here, kind = [card for card in shown if card.quantity is None], "statement"
        rows = [
            _row(bib, card, question)._replace(
                ranked=order.is_ranked(card),
                best=card.id in strongest,
                marks=tuple(mark for name, mark in legend.items() if name in assumed(card)),
            )
            for card in _sorted(here, order)
        ]
        columns = [] if quantity else [TableColumn(c.id, c.label) for c in question.columns]
        groups.append(Group(title, kind, quantity, columns, tuple(rows)))
    asked = TableQuestion(
        question.id,
        question.label,
        question.better,
        [TableColumn(one.id, one.label) for one in question.quantities],
        [TableSymbol(one.id, one.tex, one.extreme) for one in question.symbols],
        [TableColumn(one.id, one.label) for one in question.columns],
    )
    known = {name: bib.assumptions[name] for name in names}
    explained = {
        legend[name]: TableAssumption(name, one.label, one.definition)
        for name, one in known.items()
    }
    return Table(asked, tuple(groups), explained)


FORMATS = ("to_latex", "to_markdown", "to_csv", "to_html", "to_json", "__str__")


def _agrees(bib: Bibliography) -> int:
    seen = 0
    vocabulary = Vocabulary(bib.assumptions.values())
    for question, ignore_polylog in product(bib.questions.values(), (False, True)):
        order = Order(question, vocabulary, ignore_polylog)
        for query, best in product(QUERIES, (False, True)):
            found = bib.compare(question, query, ignore_polylog=ignore_polylog, best=best)
            table = from_records(bib, order, query, best)
            wanted = Comparison(table, bib.snapshot)
            for name in FORMATS:
                said = f"{question.id} {query} {ignore_polylog=} {best=} {name}"
                assert getattr(found, name)() == getattr(wanted, name)(), said
            assert [one.id for one in found.cards] == [one.id for one in wanted.cards]
            assert [one.id for one in found.best] == [one.id for one in wanted.best]
            assert found.question == question
            seen += len(found)
    return seen


def test_comparisons_of_the_tea_are_those_of_the_records(catalogue_dir: Path) -> None:
    """In every format, for every question, query and option."""
    assert _agrees(load(catalogue_dir)) > 10


@pytest.mark.catalogue
def test_comparisons_of_the_catalogue_are_those_of_the_records(catalogue: Bibliography) -> None:
    """Its questions have sums, logarithms, lower bounds and statements."""
    assert _agrees(catalogue) > 1_000
