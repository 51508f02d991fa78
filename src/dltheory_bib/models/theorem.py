"""Result cards: one statement of one theorem, in the terms of the question that it answers."""

from __future__ import annotations

from typing import Literal, Self, get_args

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
    Ratio,
    SettingId,
    SymbolId,
    Text,
    TopicId,
)

About = Literal["problem", "oracle", "noise", "algorithm", "network", "data", "initialisation"]
Aspect = Literal[
    "problem", "oracle", "noise", "algorithm", "network", "data", "initialisation", "holds"
]
ABOUT: frozenset[str] = frozenset(get_args(About))
"""What assumptions restrict."""
Better = Literal["smaller", "larger"]
CardKind = Literal["upper", "lower", "exact", "negative", "statement"]
Extreme = Literal["zero", "infinity"]
Holds = Literal[
    "surely", "high-probability", "constant-probability", "expectation", "asymptotically"
]
CardChecked = Literal["full-text", "abstract", "secondary"]
MOST_SETTINGS = 8
"""The settings of a question that a table has room for."""
ANY = "any-"
"""In a setting, the beginning of a name for all assumptions about one thing: `any-data`."""
RANKED: frozenset[str] = frozenset({"upper", "lower", "exact"})
"""The kinds of card whose bounds are compared."""

_NOTHING = NamedValues()


class Quantity(Record):
    """The quantity of a bound; cards of different quantities are never compared."""

    id: QuantityId
    """Words joined by hyphens: `gradients`. Cards refer to it."""
    label: Text
    """As in "upper bounds on …"."""
    meaning: Text
    """What is counted, and what is not."""


class Symbol(Record):
    """A symbol that the bounds of a question may use."""

    id: SymbolId
    """The name that bounds use: `eps`, `d`."""
    tex: Formula
    r"""Its TeX: `\varepsilon`."""
    meaning: Text
    """What it denotes, in a phrase."""
    extreme: Extreme
    """Its extreme in the hard case: bounds are compared as it goes there."""
    at_most: SymbolId | None = None
    """A symbol that it never exceeds, up to a constant: an average delay, the largest delay."""
    constant_under: AssumptionId | None = None
    """An assumption that fixes it: under `constant-depth`, the depth."""


class ExponentRatio(Record):
    """A ratio of parameters that exponents of a question may contain, as in rates of
    approximation.
    """

    id: Ratio
    """As exponents write it: `d/s`. It is positive; two ratios are compared as independent, unless
    one is `at_most` the other.
    """
    tex: Formula
    """Its TeX."""
    meaning: Text
    """What it denotes, in a phrase."""
    at_most: Ratio | None = None
    """A ratio that it never exceeds: the generative exponent, the information exponent."""


class Setting(Record):
    """A set of assumptions for which a question is asked."""

    id: SettingId
    """Words joined by hyphens: `two-layer-relu`."""
    label: Text
    """Its name."""
    assumptions: tuple[AssumptionId, ...]
    """What may be assumed, with all that follows from it; `any-data` stands for every assumption
    about data.
    """


class Column(Record):
    """A column of a question's table, for cards without a bound."""

    id: ColumnId
    """Words joined by hyphens: `outcome`. The `values` of cards use it."""
    label: Text
    """The head of the column."""
    meaning: Text
    """What the column records, in a phrase."""
    values: tuple[Text, ...] = ()
    """The allowed values; by default any short text."""


class Question(QuestionNavigation, Record):
    """A question that result cards answer: the bounded quantities, the symbols, and which bound is
    better.
    """

    id: QuestionId
    """Words joined by hyphens: `second-order-stationary`. Cards refer to it."""
    label: Text
    """Its name."""
    aliases: tuple[Text, ...] = ()
    """Other names of the question."""
    definition: Text
    """The exact question; the cards' bounds are converted to it."""
    topics: tuple[TopicId, ...] = ()
    """Ids of `topics.yaml`: the topics it belongs to."""
    better: Better = "smaller"
    """Whether a smaller or a larger value of the quantity is better, in an upper bound."""
    quantities: tuple[Quantity, ...] = ()
    """The quantities that a bound may have."""
    symbols: tuple[Symbol, ...] = ()
    """The only symbols that bounds may use."""
    exponents: tuple[ExponentRatio, ...] = ()
    """The only ratios of parameters that exponents may contain."""
    settings: tuple[Setting, ...] = ()
    """The sets of assumptions for which the best bounds are shown, at most eight."""
    chosen: tuple[About, ...] = ()
    """What is chosen, as the algorithm always is, in an answer: `network` where networks are
    sought that approximate. A lower bound is stronger if it holds for more choices.
    """
    columns: tuple[Column, ...] = ()
    """The columns for cards without a bound."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.quantities and not self.columns:
            raise ValueError("a question needs quantities that are bounded, or columns")
        if len(self.settings) > MOST_SETTINGS:
            raise ValueError(
                f"settings has {len(self.settings)} items; a table has room for {MOST_SETTINGS}"
            )
        for name in ("quantities", "symbols", "exponents", "settings", "columns"):
            ids = [one.id for one in getattr(self, name)]
            twice = next((one for one in ids if ids.count(one) > 1), None)
            if twice:
                raise ValueError(f"{name} has two items with the id {twice}; delete one of them")
        above = {one.id: one.at_most for one in self.exponents}
        for one in self.exponents:
            larger, steps = one.at_most, 0
            while larger is not None:
                if larger not in above:
                    raise ValueError(f"{one.id} is at most {larger}, which is not in exponents")
                if steps > len(above):
                    raise ValueError(f"{one.id} is at most itself; correct at_most")
                larger, steps = above[larger], steps + 1
        return self


class Assumption(Navigation, Record):
    """A restriction of a result: one vocabulary for all questions."""

    id: AssumptionId
    """Words joined by hyphens: `lipschitz-gradient`. Cards refer to it."""
    label: Text
    """Its name, as tables show it: `Lipschitz gradient`."""
    about: About
    """What it restricts. For a lower bound this determines the direction of the comparison."""
    definition: Text
    """What is assumed, in a sentence."""
    aliases: tuple[Text, ...] = ()
    """Other names."""
    implies: tuple[AssumptionId, ...] = ()
    """Weaker assumptions that follow from it."""


class NetworkModel(Record):
    """The network that a result is about. For display only: restrictions are assumptions."""

    architecture: Text | None = None
    """How the layers are connected: `fully connected`, `residual`."""
    depth: Text | None = None
    """Number of layers, or the range of it: `2`, `any`."""
    width: Text | None = None
    """Number of units of a hidden layer, or how it grows."""
    activation: Text | None = None
    """The nonlinearity: `ReLU`, `linear`."""
    loss: Text | None = None
    """The loss that is minimised or analysed: `squared`."""
    initialisation: Text | None = None
    """Distribution of the weights before training: `Gaussian (He scale)`."""
    trained: Text | None = None
    """Which layers are trained."""


class Improvement(Record):
    """An earlier card that a card claims to improve."""

    card: CardId
    """Id of the earlier card: `fang2019sharp-sgd`."""
    says: Text
    """One sentence: what is better."""


class Result(ResultNavigation, Record):
    """A card: one statement of one theorem, as read in one version of a work."""

    id: CardId
    """The work's key, a hyphen, and a slug: `jin2017escape-pgd`."""
    work: PaperKey
    """Key of the work that contains it."""
    question: QuestionId
    """Id of the question that it answers."""
    quantity: QuantityId | None = None
    """The quantity of the bound: one of the question's."""
    kind: CardKind
    """`upper`, `lower` and `exact` have bounds that are compared; `negative`: something fails or
    is impossible; `statement`: a result without a bound."""
    method: Text | None = None
    """The algorithm or construction."""
    bound: tuple[Monomial, ...] = ()
    """The sum of these monomials, up to a constant; omitted if the bound is not of this form."""
    bound_tex: Formula | None = None
    """The bound as the theorem prints it, in TeX without dollar signs."""
    hidden: Literal["polylog"] | None = None
    r"""`polylog` if the text hides logarithms, as $\tilde O$ does: in every symbol, for all one
    knows.
    """
    holds: Holds | None = None
    """The guarantee of the statement."""
    assumptions: tuple[AssumptionId, ...] = ()
    """Its restrictions that the text states."""
    supposed: tuple[AssumptionId, ...] = ()
    """Restrictions that it presumably has, although the text that was read does not state them.
    They count against the card, never for it.
    """
    unknown: tuple[Aspect, ...] = ()
    """What the text that was read leaves open: the kinds of assumption on which there may be more,
    and `holds` for the guarantee.
    """
    model: NetworkModel | None = None
    """The network that it is about."""
    values: NamedValues = _NOTHING
    """For cards without a bound: the value of each column of the question."""
    statement: Text
    """The result, restated in one sentence."""
    version: Text
    """The version that was read: `ICML 2017`, `arXiv 1703.00887v1`."""
    where: Text
    """The position in it: `Theorem 3`."""
    read_in: Text
    """Where that text was seen."""
    checked: CardChecked
    """The text against which the card was checked; `secondary`: a report of it in another work."""
    improves: tuple[Improvement, ...] = ()
    """Cards of the same question and quantity that it claims to improve."""
    note: Text | None = None
    """A caveat for readers who quote it."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.holds and "holds" in self.unknown:
            raise ValueError("holds is given and unknown; delete one of the two")
        if self.hidden and not self.bound:
            raise ValueError("hidden says what a bound hides; this card has none")
        if both := sorted({*self.assumptions} & {*self.supposed}):
            raise ValueError(f"{both[0]} is both read and supposed; delete it from supposed")
        if self.kind in RANKED:
            needed = ["quantity"] + ["holds"] * ("holds" not in self.unknown)
            missing = next((name for name in needed if not getattr(self, name)), None)
            if missing:
                raise ValueError(f"a card of kind {self.kind} needs {missing}")
        if self.bound and not self.quantity:
            raise ValueError("a bound needs a quantity")
        if self.kind == "statement" and self.bound:
            raise ValueError("a card of kind statement has no bound; write upper, lower or exact")
        return self

    @property
    def is_fully_read(self) -> bool:
        """Whether the theorem itself was read, and nothing in the card is supposed or unknown: only
        such a card can be found stronger than another.
        """
        return self.checked == "full-text" and not self.supposed and not self.unknown
