"""Questions, assumptions and result cards as rows of a snapshot."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping

from dltheory_bib.records.cards import Column, Quantity, Question, Result
from dltheory_bib.records.catalogue import Catalogue, Record
from dltheory_bib.records.maths import MATHS
from dltheory_bib.records.names import fold
from dltheory_bib.records.tables import FEATURES


def write_cards(
    database: sqlite3.Connection,
    catalogue: Catalogue,
    numbers: Mapping[str, int],
    dump: Callable[[Record], str],
) -> None:
    """Write the rows, each table in order of ids; mark the works that have cards."""
    questions = sorted((at.record for at in catalogue.questions), key=lambda one: one.id)
    assumptions = sorted((at.record for at in catalogue.assumptions), key=lambda one: one.id)
    results = sorted((at.record for at in catalogue.results), key=lambda one: one.id)
    many = database.executemany
    many(
        "INSERT INTO question VALUES (?, ?, ?)",
        ((one.id, one.label, dump(one)) for one in questions),
    )
    names = {fold(name): one.id for one in questions for name in (one.label, *one.aliases)}
    names |= {one.id: one.id for one in questions}
    many("INSERT INTO question_name VALUES (?, ?)", sorted(names.items()))
    many("INSERT INTO assumption VALUES (?, ?)", ((one.id, dump(one)) for one in assumptions))
    many(
        "INSERT INTO result VALUES (?, ?, ?, ?)",
        ((one.id, numbers[one.work], one.question, dump(one)) for one in results),
    )
    bit = 1 << FEATURES.index("results")
    database.execute(
        "UPDATE paper SET features = features | ? WHERE n IN (SELECT n FROM result)", (bit,)
    )


def formulas(catalogue: Catalogue) -> Iterator[str]:
    """The formulas in questions, assumptions and cards, without dollar signs."""
    for at in catalogue.questions:
        yield from (symbol.tex for symbol in at.record.symbols)
        yield from _in(_texts_of_question(at.record))
    for assumption in catalogue.assumptions:
        yield from _in((assumption.record.label, assumption.record.definition))
    for card in catalogue.results:
        if card.record.bound_tex:
            yield card.record.bound_tex
        yield from _in(_texts_of_card(card.record))


def _in(texts: Iterator[str | None] | tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        if text and "$" in text:
            yield from MATHS.findall(text)


def _texts_of_question(question: Question) -> Iterator[str | None]:
    yield from (question.label, question.definition)
    yield from (symbol.meaning for symbol in question.symbols)
    parts: tuple[Quantity | Column, ...] = (*question.quantities, *question.columns)
    for part in parts:
        yield from (part.label, part.meaning)


def _texts_of_card(card: Result) -> Iterator[str | None]:
    yield from (card.method, card.statement, card.note, card.version, card.where)
    yield from card.values.values()
    yield from (claim.says for claim in card.improves)
    if card.model:
        yield from (getattr(card.model, name) for name in card.model.__slots__)
