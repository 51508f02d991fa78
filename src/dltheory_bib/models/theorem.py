"""Result cards: one statement of one theorem, in the terms of the question that it answers."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from dltheory_bib.models.navigation import Navigation, QuestionNavigation, ResultNavigation
from dltheory_bib.models.record import Record
from dltheory_bib.models.types import (
    AssumptionId,
    CardId,
    ColumnId,
    Formula,
    Monomial,
    NamedValues,
    PaperKey,
    QuantityId,
    QuestionId,
    SymbolId,
    Text,
    TopicId,
)

About = Literal["problem", "oracle", "algorithm", "network", "data", "initialisation"]
Better = Literal["smaller", "larger"]
CardKind = Literal["upper", "lower", "exact", "negative", "statement"]
Extreme = Literal["zero", "infinity"]
Holds = Literal[
    "surely", "high-probability", "constant-probability", "expectation", "asymptotically"
]
CardChecked = Literal["full-text", "abstract", "secondary"]
RANKED: frozenset[str] = frozenset({"upper", "lower", "exact"})
"""The kinds of card whose bounds are compared."""

_NOTHING = NamedValues()


class Quantity(Record):
    """What a bound counts; cards of different quantities are never compared."""

    id: QuantityId
    label: Text
    """As in "upper bounds on …"."""
    meaning: Text
    """What is counted, and what is not."""


class Symbol(Record):
    """A symbol that the bounds of a question may use."""

    id: SymbolId
    tex: Formula
    r"""How it is typeset: `\varepsilon`."""
    meaning: Text
    extreme: Extreme
    """Where it goes in the hard case: bounds are compared as it goes there."""


class Column(Record):
    """What a card without a bound says: a column of its question's table."""

    id: ColumnId
    label: Text
    meaning: Text
    values: tuple[Text, ...] = ()
    """The values there are; without them any short text."""


class Question(QuestionNavigation, Record):
    """A question that result cards answer: what is bounded, in which symbols, what is better."""

    id: QuestionId
    label: Text
    """Its name."""
    aliases: tuple[Text, ...] = ()
    """Other names under which it is asked for."""
    definition: Text
    """What exactly is asked; the cards' bounds are converted to this."""
    topics: tuple[TopicId, ...] = ()
    better: Better = "smaller"
    """Whether a smaller or a larger value of the quantity is better, in an upper bound."""
    quantities: tuple[Quantity, ...] = ()
    """What a bound may count."""
    symbols: tuple[Symbol, ...] = ()
    """The only symbols that bounds may use."""
    columns: tuple[Column, ...] = ()
    """What cards without a bound say."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.quantities and not self.columns:
            raise ValueError("a question needs quantities that are bounded, or columns")
        for name in ("quantities", "symbols", "columns"):
            ids = [one.id for one in getattr(self, name)]
            twice = next((one for one in ids if ids.count(one) > 1), None)
            if twice:
                raise ValueError(f"{name} has two with the id {twice}; delete one")
        return self


class Assumption(Navigation, Record):
    """Something that restricts a result: one vocabulary for all questions."""

    id: AssumptionId
    label: Text
    about: About
    """What it restricts. For a lower bound this decides which way it counts."""
    definition: Text
    aliases: tuple[Text, ...] = ()
    """Other names."""
    implies: tuple[AssumptionId, ...] = ()
    """Weaker assumptions that follow from it."""


class NetworkModel(Record):
    """The network that a result is about. For display only: what restricts is an assumption."""

    architecture: Text | None = None
    depth: Text | None = None
    width: Text | None = None
    activation: Text | None = None
    loss: Text | None = None
    initialisation: Text | None = None
    trained: Text | None = None
    """Which layers are trained."""


class Improvement(Record):
    """An earlier card that a card claims to improve."""

    card: CardId
    says: Text
    """One sentence: what is better."""


class Result(ResultNavigation, Record):
    """A card: one statement of one theorem, as it was read in one version of a work."""

    id: CardId
    """The work's key, a hyphen, and a slug: `jin2017escape-pgd`."""
    work: PaperKey
    question: QuestionId
    quantity: QuantityId | None = None
    """What the bound counts: one of the question's."""
    kind: CardKind
    method: Text | None = None
    """The algorithm or construction."""
    bound: tuple[Monomial, ...] = ()
    """The sum of these monomials, up to a constant; left out where none expresses it."""
    bound_tex: Formula | None = None
    """The bound as the theorem prints it, in TeX without dollar signs."""
    holds: Holds | None = None
    """How the statement holds."""
    assumptions: tuple[AssumptionId, ...] = ()
    """Everything that restricts it."""
    model: NetworkModel | None = None
    values: NamedValues = _NOTHING
    """For cards without a bound: what each column of the question says."""
    statement: Text
    """One sentence of ours: what is shown."""
    version: Text
    """The version that was read: `ICML 2017`, `arXiv 1703.00887v1`."""
    where: Text
    """The place in it: `Theorem 3`."""
    read_in: Text
    """Where that text was seen."""
    checked: CardChecked
    """What the card was checked against; `secondary`: what another work says of it."""
    improves: tuple[Improvement, ...] = ()
    """Cards of the same question and quantity that it claims to improve."""
    note: Text | None = None
    """What a reader should know before quoting it."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.kind in RANKED:
            missing = next((n for n in ("quantity", "holds") if not getattr(self, n)), None)
            if missing:
                raise ValueError(f"a card of kind {self.kind} needs {missing}")
        if self.bound and not self.quantity:
            raise ValueError("a bound needs the quantity that it counts")
        if self.kind == "statement" and self.bound:
            raise ValueError("a card of kind statement has no bound; write upper, lower or exact")
        return self
