"""Read the cards of a question as a table, in the order that the compiler computed."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Any

from dltheory_bib.snapshot import views
from dltheory_bib.theorems.theorem_table import (
    Ranking,
    Table,
    TableAssumption,
    TableCard,
    TableColumn,
    TableQuestion,
    TableRow,
    TableSymbol,
    assumed,
    build_table,
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
) -> Table:
    """Return the table of a question, with the cards of the works with these numbers, or all.

    The best known cards are determined among all cards, with logarithms unless `ignore_polylog`;
    `best` selects them.
    """
    found = snapshot.fetch("SELECT data FROM comparison WHERE question = ?", (question,))
    (data,) = found.fetchone()
    texts, *rankings = json.loads(data)
    ranking = Ranking(*rankings[ignore_polylog])
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
    shown = ranking.best if best else range(len(rows))
    return build_table(
        _question(snapshot, question),
        rows,
        ranking,
        _assumptions(snapshot, rows),
        (place for place in shown if works is None or numbers[place] in works),
    )


def question_record(snapshot: Snapshot, question: str) -> dict[str, Any]:
    """Return a question as the data files have it."""
    (data,) = snapshot.fetch("SELECT data FROM question WHERE id = ?", (question,)).fetchone()
    found: dict[str, Any] = json.loads(data)
    return found


def _card(record: dict[str, Any]) -> TableCard:
    return TableCard(**{name: record[name] for name in TableCard._fields if name in record})


def _question(snapshot: Snapshot, name: str) -> TableQuestion:
    record = question_record(snapshot, name)
    symbols = record.get("symbols", ())
    return TableQuestion(
        record["id"],
        record["label"],
        record.get("better", "smaller"),
        _columns(record.get("quantities", ())),
        [TableSymbol(one["id"], one["tex"], one["extreme"]) for one in symbols],
        _columns(record.get("columns", ())),
    )


def _columns(records: Iterable[dict[str, Any]]) -> list[TableColumn]:
    return [TableColumn(one["id"], one["label"], one.get("values", ())) for one in records]


def _assumptions(snapshot: Snapshot, rows: list[TableRow]) -> dict[str, TableAssumption]:
    names = sorted({name for row in rows for name in assumed(row.card)})
    found = snapshot.fetch(
        "SELECT id, json_extract(data, '$.label'), json_extract(data, '$.definition') "
        "FROM assumption WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(names),),
    )
    return {row[0]: TableAssumption(*row) for row in found}
