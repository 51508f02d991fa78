"""Comparisons are read from the snapshot: the same as the records give, for every option."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

from dltheory_bib import Bibliography, load
from dltheory_bib.formats.venue_names import venue_name
from dltheory_bib.models.theorem import Question, Result
from dltheory_bib.snapshot.comparisons import frontier_data
from dltheory_bib.snapshot.compile_comparisons import shown_bound
from dltheory_bib.snapshot.result_rows import cards_on
from dltheory_bib.snapshot.views import Row
from dltheory_bib.text.names import author_line, family
from dltheory_bib.theorems.bounds import steepest
from dltheory_bib.theorems.dominance import Order, Vocabulary
from dltheory_bib.theorems.standings import APPLIES, Comparable, Setting, standings
from dltheory_bib.theorems.theorem_table import KINDS, TableAssumption, TableCard, TableRow

QUERIES = ("", "year:2016.. not has:doi", "year:1800")


def _sorted(cards: list[Result], order: Order) -> list[Result]:
    """The ranked cards: again and again the steepest of those that no other one precedes."""
    smaller = order.question.better == "smaller"
    sign = {"upper": 1 if smaller else -1, "lower": -1 if smaller else 1, "exact": 1}

    def precedes(one: Result, other: Result) -> bool:
        above = order.stands_above(one, other)
        return above and (
            not order.stands_above(other, one) or order.strictly_dominates(one, other)
        )

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


def _applies(
    card: Result, vocabulary: Vocabulary, assume: list[str], drop: list[str], chosen: set[str]
) -> str:
    """Whether a card applies, as the documentation says it."""
    known = vocabulary.known
    wild = {one.removeprefix("any-") for one in assume if one.startswith("any-")}
    stated = vocabulary.closure(one for one in assume if one in known)
    dropped = {one for one in known if vocabulary.closure([one]) & {*drop}}
    stated -= dropped
    if not assume:
        wild = {one.about for one in known.values()}
    granted = (stated | {one for one in known if known[one].about in wild}) - dropped
    if not granted.issuperset(card.assumptions):
        return ""
    if set(card.unknown) - {"holds"} or not granted.issuperset(card.supposed):
        return "may apply"
    if card.kind == "lower":
        classes = {"algorithm", *chosen}
        has = vocabulary.closure(card.assumptions)
        hard = all(one in has for one in stated if known[one].about not in classes)
        named = all(one in stated for one in card.assumptions if known[one].about in classes)
        if not (hard and named and wild <= classes):
            return "may apply"
    return "applies"


def _standings(cards: list[Result], order: Order) -> dict[str, str]:
    """What each ranked card is among those that apply, by comparing all pairs."""
    found = {}
    for card in cards:
        others = [one for one in cards if one is not card]
        if any(order.beats(one, card) for one in others):
            found[card.id] = "beaten"
        elif not any(order.covers(card, one) or order.covers(one, card) for one in others):
            found[card.id] = "alone"
        elif card.is_fully_read and any(order.covers(card, one) for one in others):
            found[card.id] = "best"
        else:
            found[card.id] = "open"
    return found


def _agrees_without_setting(bib: Bibliography, order: Order, query: str) -> int:
    """Groups, their order, and in which settings a card is best."""
    question = order.question
    cards = [card for _, card in cards_on(bib.snapshot, question.id)]
    kept = set(bib.where(query).keys)
    shown = [one for one in cards if one.work in kept]
    chosen = set(question.chosen)
    best: dict[str, list[str]] = {}
    for setting in question.settings:
        granted = list(setting.assumptions)
        here = [
            one
            for one in cards
            if order.is_ranked(one)
            and _applies(one, order.vocabulary, granted, [], chosen) == "applies"
        ]
        for name, standing in _standings(here, order).items():
            if standing == "best":
                best.setdefault(name, []).append(setting.id)
    found = bib.compare(question, query, ignore_polylog=order.ignore_polylog)
    rows = [row for group in found.table.groups for row in group.rows]
    assert {row.card.id: list(row.best_in) for row in rows if row.best_in} == {
        name: settings for name, settings in best.items() if name in {one.id for one in shown}
    }
    titles = [title for title, _, quantity in _groups(question, shown) if quantity]
    made = [group.title for group in found.table.groups]
    assert made[: len(titles)] == titles
    for group in found.table.groups:
        here = [card for card in shown if card.quantity == group.quantity]
        if group.quantity:
            here = [card for card in here if card.kind == group.kind]
        assert [row.card.id for row in group.rows] == [one.id for one in _sorted(here, order)]
        for row, card in zip(group.rows, _sorted(here, order), strict=True):
            wanted = _row(bib, card, question)
            assert (row.paper, row.family, row.tex, row.text) == wanted[1:5]
            assert row.record == wanted.record
    return len(rows)


def _agrees_in_settings(bib: Bibliography, order: Order, seed: int) -> int:
    """Seeded settings: what applies, what may, and what each card is."""
    question, vocabulary = order.question, order.vocabulary
    cards = [card for _, card in cards_on(bib.snapshot, question.id)]
    used = sorted({name for card in cards for name in (*card.assumptions, *card.supposed)})
    if not used:
        return 0
    drawn = random.Random(seed)
    abouts = sorted({one.about for one in vocabulary.known.values()})
    wild = [f"any-{one}" for one in drawn.sample(abouts, drawn.randint(0, 3))]
    assume = drawn.sample(used, drawn.randint(0, min(12, len(used)))) + wild
    drop = drawn.sample(used, drawn.randint(0 if assume else 1, 2))
    chosen = set(question.chosen)
    applies = {one.id: _applies(one, vocabulary, assume, drop, chosen) for one in cards}
    found = bib.compare(question, assume=assume, drop=drop, ignore_polylog=order.ignore_polylog)
    here = [one for one in cards if applies[one.id] == "applies"]
    assert {one.id for one in found.cards} == {one.id for one in here}
    ranked = [one for one in here if order.is_ranked(one)]
    assert found.standings == _standings(ranked, order)
    assert set(found.may_apply) == {
        one.id for one in cards if applies[one.id] == "may apply" and order.is_ranked(one)
    }
    return len(here)


def _agrees(bib: Bibliography, settings: int) -> int:
    seen = 0
    vocabulary = Vocabulary(bib.assumptions.values())
    for question, ignore_polylog in product(bib.questions.values(), (False, True)):
        order = Order(question, vocabulary, ignore_polylog)
        for query in QUERIES:
            seen += _agrees_without_setting(bib, order, query)
        for seed in range(settings):
            seen += _agrees_in_settings(bib, order, seed)
    return seen


@pytest.mark.catalogue
def test_the_data_of_a_page_give_the_frontier_of_any_setting(catalogue: Bibliography) -> None:
    """Its JSON alone: 60 seeded settings of each question."""
    seen = 0
    for name in catalogue.questions:
        data = json.loads(json.dumps(frontier_data(catalogue.snapshot, name)))
        known = {
            one: TableAssumption(one, given["label"], "", given["about"], given["implies"])
            for one, given in data["assumptions"].items()
        }
        cards = [SimpleNamespace(**one) for one in data["cards"]]
        if not cards:
            continue
        comparable = [Comparable(one.beats, one.covers, one.matches) for one in cards]
        for seed in range(60):
            drawn = random.Random(seed)
            assume = drawn.sample(sorted(known), drawn.randint(0, min(14, len(known))))
            if data["settings"] and seed % 2:
                assume += drawn.choice(data["settings"])["assumptions"]
            drop = drawn.sample(sorted(known), drawn.randint(0 if assume else 1, 2))
            setting = Setting(known, assume, drop, data["chosen"])
            here = [n for n, one in enumerate(cards) if setting.applies(one) == APPLIES]
            found = standings(here, comparable, [one.read for one in cards])
            wanted = catalogue.compare(name, assume=assume, drop=drop).standings
            assert {cards[n].id: standing for n, standing in found.items()} == wanted
            seen += len(wanted)
    assert seen > 500


def test_comparisons_of_the_tea_are_those_of_the_records(catalogue_dir: Path) -> None:
    """For every question, query and option, and for seeded settings."""
    assert _agrees(load(catalogue_dir), 20) > 10


@pytest.mark.catalogue
def test_comparisons_of_the_catalogue_are_those_of_the_records(catalogue: Bibliography) -> None:
    """Its questions have sums, logarithms, lower bounds and statements."""
    assert _agrees(catalogue, 8) > 1_000
