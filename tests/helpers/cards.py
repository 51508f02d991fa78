"""Invented questions, assumptions and cards, for tests that compare them."""

from __future__ import annotations

from typing import Any

from dltheory_bib.models.theorem import Assumption, Quantity, Question, Result, Symbol
from dltheory_bib.models.types import Monomial

SYMBOLS = (
    Symbol(id="eps", tex=r"\varepsilon", meaning="Accuracy.", extreme="zero"),
    Symbol(id="n", tex="n", meaning="Number.", extreme="infinity"),
    Symbol(id="d", tex="d", meaning="Dimension.", extreme="infinity"),
)


def question(better: Any = "smaller") -> Question:
    """A question with three symbols and two quantities."""
    return Question(
        id="q",
        label="Q",
        definition="How many?",
        better=better,
        quantities=(
            Quantity(id="calls", label="calls", meaning="Calls."),
            Quantity(id="steps", label="steps", meaning="Steps."),
        ),
        symbols=SYMBOLS,
    )


def card(*bound: dict[str, str], **fields: Any) -> Result:
    """A card with this sum of monomials."""
    given: dict[str, Any] = {
        "id": "a-b",
        "work": "a",
        "question": "q",
        "quantity": "calls",
        "kind": "upper",
        "holds": "surely",
        "bound": tuple(Monomial(one) for one in bound),
        "statement": "It holds.",
        "version": "2020",
        "where": "Theorem 1",
        "read_in": "a copy",
        "checked": "full-text",
    }
    return Result(**(given | fields))


def assumption(name: str, about: Any = "problem", *implies: str) -> Assumption:
    """An assumption and what follows from it."""
    return Assumption(id=name, label=name, about=about, definition="It is so.", implies=implies)
