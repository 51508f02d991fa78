"""Compile questions, assumptions and result cards: their rows, and what is shown of them."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from dltheory_bib.models.theorem import Assumption, Column, Quantity, Question, Result
from dltheory_bib.snapshot.compile_views import model_facts, result_view
from dltheory_bib.snapshot.schema import FEATURES
from dltheory_bib.snapshot.views import ResultView
from dltheory_bib.text.maths import MATHS, unicode_maths
from dltheory_bib.text.names import fold


def result_views(
    cards: Iterable[Result],
    questions: Mapping[str, Question],
    assumptions: Mapping[str, Assumption],
    numbers: Mapping[str, int],
    maths: Mapping[str, str],
) -> dict[int, list[ResultView]]:
    """Return the result cards as shown with their works, in order of ids, by number."""
    found: dict[int, list[ResultView]] = defaultdict(list)
    for card in sorted(cards, key=lambda one: one.id):
        view = result_view(
            card,
            questions[card.question],
            assumptions,
            lambda text: unicode_maths(text, maths.get),
        )
        found[numbers[card.work]].append(view)
    return found


def write_cards(
    database: sqlite3.Connection,
    questions: Iterable[Question],
    assumptions: Iterable[Assumption],
    cards: Iterable[Result],
    numbers: Mapping[str, int],
) -> None:
    """Write the rows, in place of those with their ids; mark the works that have cards."""
    questions, cards = sorted(questions, key=_id), sorted(cards, key=_id)
    many = database.executemany
    many(
        "INSERT OR REPLACE INTO question VALUES (?, ?, ?)",
        ((one.id, one.label, one.to_json()) for one in questions),
    )
    names = {fold(name): one.id for one in questions for name in (one.label, *one.aliases)}
    names |= {one.id: one.id for one in questions}
    many("INSERT OR REPLACE INTO question_name VALUES (?, ?)", sorted(names.items()))
    many(
        "INSERT OR REPLACE INTO assumption VALUES (?, ?)",
        ((one.id, one.to_json()) for one in sorted(assumptions, key=_id)),
    )
    many(
        "INSERT OR REPLACE INTO result VALUES (?, ?, ?, ?)",
        ((one.id, numbers[one.work], one.question, one.to_json()) for one in cards),
    )
    bit = 1 << FEATURES.index("results")
    database.execute(
        "UPDATE paper SET features = features | ?1 WHERE NOT features & ?1 "
        "AND n IN (SELECT n FROM result)",
        (bit,),
    )


def _id(record: Question | Assumption | Result) -> str:
    return record.id


def formulas(
    questions: Iterable[Question], assumptions: Iterable[Assumption], cards: Iterable[Result]
) -> Iterator[str]:
    """Return the formulas in questions, assumptions and cards, without dollar signs."""
    for question in questions:
        yield from (symbol.tex for symbol in question.symbols)
        yield from (ratio.tex for ratio in question.exponents)
        yield from _in(_texts_of_question(question))
    for assumption in assumptions:
        yield from _in((assumption.label, assumption.definition))
    for card in cards:
        if card.bound_tex:
            yield card.bound_tex
        yield from _in(_texts_of_card(card))


def _in(texts: Iterator[str | None] | tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        if text and "$" in text:
            yield from MATHS.findall(text)


def _texts_of_question(question: Question) -> Iterator[str | None]:
    yield from (question.label, question.definition)
    yield from (symbol.meaning for symbol in question.symbols)
    yield from (ratio.meaning for ratio in question.exponents)
    yield from (setting.label for setting in question.settings)
    parts: tuple[Quantity | Column, ...] = (*question.quantities, *question.columns)
    for part in parts:
        yield from (part.label, part.meaning)


def _texts_of_card(card: Result) -> Iterator[str | None]:
    yield from (card.method, card.statement, card.note, card.version, card.where)
    yield from card.values.values()
    yield from (claim.says for claim in card.improves)
    yield from model_facts(card)
