"""Compile the order of the cards of each question: the writer's side of `comparisons`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from dltheory_bib.models.theorem import Question, Result
from dltheory_bib.snapshot.comparisons import CARDS
from dltheory_bib.source.catalogue import Catalogue
from dltheory_bib.text.names import family
from dltheory_bib.theorems.dominance import Order, Vocabulary
from dltheory_bib.theorems.notation import bound_tex, bound_text
from dltheory_bib.theorems.ranking import compare_bounds, rank_cards


def write_comparisons(
    database: sqlite3.Connection, catalogue: Catalogue, read: Callable[[str], str]
) -> None:
    """Write a row for each question, after its cards and their works.

    `read` converts the mathematics of a text into Unicode.
    """
    vocabulary = Vocabulary(at.record for at in catalogue.assumptions)
    cards = {at.record.id: at.record for at in catalogue.results}
    authors = {at.record.key: at.record.author for at in catalogue.papers}
    for question in sorted((at.record for at in catalogue.questions), key=lambda one: one.id):
        found = database.execute(f"SELECT r.id {CARDS}", (question.id,))
        asked = [cards[row[0]] for row in found]
        texts = [
            [family(authors[card.work][0]), *shown_bound(card, question, read)] for card in asked
        ]
        orders = [Order(question, vocabulary, ignore) for ignore in (False, True)]
        found_orders = [[rank_cards(asked, one), compare_bounds(asked, one)] for one in orders]
        data: list[Any] = [texts, *found_orders]
        written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        database.execute("INSERT INTO comparison VALUES (?, ?)", (question.id, written))


def shown_bound(card: Result, question: Question, read: Callable[[str], str]) -> tuple[str, str]:
    """Return the bound of a card up to constants, or else as printed, in TeX and in Unicode."""
    if card.bound:
        return bound_tex(card, question), bound_text(card, question, read)
    return card.bound_tex or "", read(f"${card.bound_tex}$") if card.bound_tex else ""
