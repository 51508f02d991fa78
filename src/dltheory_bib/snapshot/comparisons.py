"""Read the cards of a question as a table, in the order that the compiler computed."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Any

from dltheory_bib.errors import UnknownNameError
from dltheory_bib.snapshot import views
from dltheory_bib.text.names import fold, nearest, searchable
from dltheory_bib.theorems.standings import ANY, Comparable, Setting
from dltheory_bib.theorems.theorem_table import (
    Asked,
    Order,
    Ranking,
    Table,
    TableAssumption,
    TableBuilder,
    TableCard,
    TableColumn,
    TableQuestion,
    TableRatio,
    TableRow,
    TableSetting,
    TableSymbol,
)

if TYPE_CHECKING:
    from dltheory_bib.snapshot.reader import Snapshot

CARDS = "FROM result r JOIN paper p ON p.n = r.n WHERE r.question = ? ORDER BY p.year, r.id"
"""The cards of a question in the order in which they are ranked: the oldest work first."""


def comparison_table(
    snapshot: Snapshot,
    question: str,
    works: Container[int] | None = None,
    ignore_polylog: bool = False,
    best: bool = False,
    setting: TableSetting | None = None,
    known_works: Container[int] | None = None,
    method: str = "",
    by_year: bool = False,
) -> Table:
    """Return the table of a question, with the cards of the works with these numbers, or all.

    With a `setting`, the cards that apply in it. What is best is determined among all cards of the
    `known_works` whose method contains the words of `method`, lower bounds for every method
    included; with logarithms unless `ignore_polylog`. `best` selects the best.
    """
    found = snapshot.fetch("SELECT data FROM comparison WHERE question = ?", (question,))
    (data,) = found.fetchone()
    texts, *orders = json.loads(data)
    ranking, comparable = orders[ignore_polylog]
    numbers: list[int] = []
    records: list[dict[str, Any]] = []
    for n, record in snapshot.fetch(f"SELECT r.n, r.data {CARDS}", (question,)):
        numbers.append(n)
        records.append(json.loads(record))
    papers = views.rows(snapshot, numbers)
    rows = [
        TableRow(_card(record), paper, family, tex, text, record)
        for record, paper, (family, tex, text) in zip(records, papers, texts, strict=True)
    ]
    known = [
        place
        for place, row in enumerate(rows)
        if (known_works is None or numbers[place] in known_works) and uses_method(row.card, method)
    ]
    shown = [place for place in known if works is None or numbers[place] in works]
    builder = TableBuilder(
        _question(snapshot, question),
        rows,
        Order(Ranking(*ranking), [Comparable(*one) for one in comparable]),
        vocabulary(snapshot),
    )
    return builder.build(Asked(frozenset(known), frozenset(shown), setting, best, by_year))


def find_setting(
    snapshot: Snapshot,
    question: str,
    name: str | None = None,
    assume: Iterable[str] = (),
    drop: Iterable[str] = (),
) -> TableSetting | None:
    """Return the setting of a question with this id, with these assumptions granted and dropped;
    None if nothing is asked for.

    An assumption may be named by its id, its label, an alias or a part of one that only it has.
    Raises `UnknownNameError` for an unknown setting or assumption.
    """
    known = vocabulary(snapshot)
    granted = [_assumption(snapshot, known, one) for one in assume]
    dropped = [_assumption(snapshot, known, one) for one in drop]
    if name is None and not granted and not dropped:
        return None
    labels = [_label(known, one) for one in granted] + [f"not {_label(known, d)}" for d in dropped]
    if name is None:
        return TableSetting("", ", ".join(labels), granted, dropped)
    listed = {one.id: one for one in _question(snapshot, question).settings}
    started = [one for one in listed if one.startswith(name)]
    found = listed.get(name) or (listed[started[0]] if len(started) == 1 else None)
    if found is None:
        raise UnknownNameError("setting", name, nearest(name, listed) or list(listed))
    label = "; ".join([found.label, *labels])
    return TableSetting(found.id, label, [*found.assumptions, *granted], dropped)


def _label(known: dict[str, TableAssumption], name: str) -> str:
    if name.startswith(ANY):
        return f"anything about {name.removeprefix(ANY)}"
    return known[name].label


def _assumption(snapshot: Snapshot, known: dict[str, TableAssumption], name: str) -> str:
    """Return the id of an assumption; `any-data` stays as it is."""
    wanted = fold(name.strip()).replace("-", " ")
    if name in known or wanted.removeprefix("any ") in {one.about for one in known.values()}:
        return name if name in known else wanted.replace(" ", "-")
    names: dict[str, set[str]] = {}
    others: dict[str, set[str]] = {}
    for identity, record in views.stored(snapshot, "assumption").items():
        for text in (identity, record["label"]):
            names.setdefault(fold(text).replace("-", " "), set()).add(identity)
        for text in record.get("aliases", ()):
            others.setdefault(fold(text).replace("-", " "), set()).add(identity)
    found: set[str] = set()
    for listed in (names, others):
        found = found or listed.get(wanted, set()) or listed.get(wanted.removesuffix("s"), set())
    for listed in (names, others):
        if not found and wanted:
            found = {one for text in listed if f" {wanted} " in f" {text} " for one in listed[text]}
    names = {text: names.get(text, set()) | others.get(text, set()) for text in {**names, **others}}
    if found and len(found) == 1:
        return next(iter(found))
    if found:
        raise UnknownNameError("single assumption", name, sorted(found))
    near = [one for text in nearest(wanted, names) for one in sorted(names[text])]
    raise UnknownNameError("assumption", name, list(dict.fromkeys(near)))


_ABBREVIATIONS = {"sgd": "stochastic gradient descent", "gd": "gradient descent"}


def uses_method(card: TableCard, method: str) -> bool:
    """Return whether the method of a card contains these words, `SGD` being stochastic gradient
    descent, which `gradient descent` is not. A lower bound for every method does.
    """
    if not method or (card.kind == "lower" and "only-this-method" not in card.assumptions):
        return True
    wanted, found = _words(method), _words(card.method or "")
    if f" {wanted} " not in f" {found} ":
        return False
    return "stochastic" in wanted or f"stochastic {wanted}" not in found


def _words(text: str) -> str:
    words = searchable(text).replace("-", " ").split()
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)


def frontier_data(snapshot: Snapshot, question: str) -> dict[str, Any]:
    """Return what a page needs to find the frontier of any setting, as JSON: `theorems.standings`
    computes it from nothing else.

    `assumptions` has those of the cards and settings and what they imply, `settings` the listed
    ones, `chosen` what answers choose. Each ranked card has its assumptions, whether it was `read`
    in full, and the places in `cards` of those that it beats, covers and matches
    (`standings.Comparable`).
    """
    table = comparison_table(snapshot, question)
    (data,) = snapshot.fetch(
        "SELECT data FROM comparison WHERE question = ?", (question,)
    ).fetchone()
    comparable = [Comparable(*one) for one in json.loads(data)[1][1]]
    records = [json.loads(row[0]) for row in snapshot.fetch(f"SELECT r.data {CARDS}", (question,))]
    rows = {row.card.id: row for group in table.groups for row in group.rows}
    places = [place for place, one in enumerate(records) if rows[one["id"]].ranked]
    moved = {place: number for number, place in enumerate(places)}
    cards = []
    for place in places:
        related = {
            name: [moved[one] for one in listed]
            for name, listed in comparable[place]._asdict().items()
        }
        cards.append(_card_data(rows[records[place]["id"]]) | related)
    known = vocabulary(snapshot)
    named = [one.id for one in table.legend.values()]
    named += [name for one in table.question.settings for name in one.assumptions]
    used = _all_that_follows(known, named)
    return {
        "assumptions": {
            name: {
                "label": known[name].label,
                "about": known[name].about,
                "implies": list(known[name].implies),
            }
            for name in sorted(used)
        },
        "chosen": list(table.question.chosen),
        "settings": [
            {"id": one.id, "label": one.label, "assumptions": list(one.assumptions)}
            for one in table.question.settings
        ],
        "cards": cards,
    }


def _card_data(row: TableRow) -> dict[str, Any]:
    """Return what decides whether a card applies."""
    card = row.card
    return {
        "id": card.id,
        "work": card.work,
        "year": row.paper.year,
        "kind": card.kind,
        "quantity": card.quantity,
        "method": card.method or "",
        "assumptions": list(card.assumptions),
        "supposed": list(card.supposed),
        "unknown": list(card.unknown),
        "read": card.is_fully_read,
    }


def _all_that_follows(known: dict[str, TableAssumption], names: Iterable[str]) -> set[str]:
    """Return some assumptions with all that follows from them."""
    used: set[str] = set()
    todo = [name for name in names if name in known]
    while todo:
        name = todo.pop()
        if name not in used:
            used.add(name)
            todo += known[name].implies
    return used


def question_record(snapshot: Snapshot, question: str) -> dict[str, Any]:
    """Return a question as the data files have it."""
    (data,) = snapshot.fetch("SELECT data FROM question WHERE id = ?", (question,)).fetchone()
    found: dict[str, Any] = json.loads(data)
    return found


def _card(record: dict[str, Any]) -> TableCard:
    return TableCard(**{name: record[name] for name in TableCard._fields if name in record})


def _question(snapshot: Snapshot, name: str) -> TableQuestion:
    record = question_record(snapshot, name)
    known = Setting(vocabulary(snapshot))
    return TableQuestion(
        record["id"],
        record["label"],
        record.get("better", "smaller"),
        _columns(record.get("quantities", ())),
        [
            TableSymbol(
                one["id"],
                one["tex"],
                one["extreme"],
                one["meaning"],
                known.implying(one["constant_under"]) if "constant_under" in one else (),
            )
            for one in record.get("symbols", ())
        ],
        _columns(record.get("columns", ())),
        [TableSetting(**one) for one in record.get("settings", ())],
        record.get("chosen", ()),
        [TableRatio(one["id"], one["meaning"]) for one in record.get("exponents", ())],
    )


def _columns(records: Iterable[dict[str, Any]]) -> list[TableColumn]:
    return [TableColumn(one["id"], one["label"], one.get("values", ())) for one in records]


def vocabulary(snapshot: Snapshot) -> dict[str, TableAssumption]:
    """Return all assumptions by id."""
    records = views.stored(snapshot, "assumption")
    return {
        name: TableAssumption(
            name, one["label"], one["definition"], one["about"], one.get("implies", ())
        )
        for name, one in records.items()
    }
