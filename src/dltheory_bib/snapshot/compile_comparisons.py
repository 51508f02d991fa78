"""Compile the order of the cards of each question: the writer's side of `comparisons`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dltheory_bib.models.theorem import Assumption, Question, Result
from dltheory_bib.snapshot.comparisons import CARDS
from dltheory_bib.text.maths import unicode_maths
from dltheory_bib.text.names import family
from dltheory_bib.theorems.dominance import Order, Vocabulary
from dltheory_bib.theorems.notation import bound_tex, bound_text
from dltheory_bib.theorems.ranking import compare_bounds, rank_cards


def write_comparisons(
    database: sqlite3.Connection,
    questions: Iterable[Question],
    assumptions: Iterable[Assumption],
    cards: Iterable[Result],
    first: Mapping[str, str],
    maths: Mapping[str, str],
) -> None:
    """Write a row for each of these questions, after its cards and their works.

    `first` has the first author of each work with cards by key, `maths` formulas in Unicode.
    """

    def read(text: str) -> str:
        return unicode_maths(text, maths.get)

    vocabulary = Vocabulary(assumptions)
    known = {card.id: card for card in cards}
    for question in sorted(questions, key=lambda one: one.id):
        rows = database.execute(f"SELECT r.id, p.key {CARDS}", (question.id,)).fetchall()
        asked = [known[card] for card, _ in rows]
        texts = [
            [family(first[key]), *shown_bound(known[card], question, read)] for card, key in rows
        ]
        orders = [Order(question, vocabulary, ignore) for ignore in (False, True)]
        found_orders = [
            [rank_cards(asked, one), compare_bounds(asked, one, orders[1])] for one in orders
        ]
        data: list[Any] = [texts, *found_orders]
        written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        row = (question.id, written)
        database.execute("INSERT OR REPLACE INTO comparison VALUES (?, ?)", row)


def shown_bound(card: Result, question: Question, read: Callable[[str], str]) -> tuple[str, str]:
    """Return the bound of a card up to constants, or else as printed, in TeX and in Unicode."""
    if card.bound:
        return bound_tex(card, question), bound_text(card, question, read)
    return card.bound_tex or "", read(f"${card.bound_tex}$") if card.bound_tex else ""
