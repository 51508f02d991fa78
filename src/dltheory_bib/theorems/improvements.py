"""Trace who improved a bound, and by how much, up to what is known to be stronger.

The line follows the improvements that the cards themselves claim, back to the first card and
forward to the last. The size of each improvement is computed from the bounds, what is stronger by
`theorems.dominance`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from dltheory_bib.models.theorem import Assumption, Question, Result
from dltheory_bib.text.exponents import split_exponent, symbols_in
from dltheory_bib.theorems.bounds import read_exponent, read_power
from dltheory_bib.theorems.dominance import Order, Vocabulary, changed_assumptions
from dltheory_bib.theorems.notation import exponent_text


class Change(NamedTuple):
    """What one card changes in another that it improves."""

    exponents: tuple[tuple[str, str, str], ...]
    """Symbol or logarithm of a quotient, old exponent, new exponent; only if both bounds are single
    monomials.
    """
    more: tuple[str, ...]
    """Assumptions of the new card that do not follow from the old card's."""
    less: tuple[str, ...]
    """Assumptions that the new card no longer needs."""


class Link(NamedTuple):
    """A card on a line of improvements, with the claim that leads to it and the cards beyond it."""

    card: Result
    claim: str
    """The sentence of the claim that leads here; empty for the first card."""
    change: Change | None
    links: tuple[Link, ...]
    repeated: bool = False
    """Whether the card also appears elsewhere in the tree, where its branch is shown."""


class Improvements(NamedTuple):
    """A card with what it improves, what improves it, and the cards known to be stronger."""

    question: Question
    back: Link
    """The card and what it improves, back to the first."""
    forward: Link
    """The card and what improves it, up to the last."""
    best: tuple[Result, ...]
    """The cards that dominate this one and that no card strictly dominates; possibly the card
    itself.
    """


def improvements(
    card: Result, around: Sequence[Result], question: Question, vocabulary: Vocabulary
) -> Improvements:
    """Return the line of improvements through a card; `around` are all cards of its question."""
    known = {one.id: one for one in around}
    order = Order(question, vocabulary)

    def backward(here: Result) -> list[tuple[Result, str, Result, Result]]:
        claims = [(known[c.card], c.says) for c in here.improves if c.card in known]
        return [(old, claim, old, here) for old, claim in claims]

    def forward(here: Result) -> list[tuple[Result, str, Result, Result]]:
        return [
            (new, claim.says, here, new)
            for new in around
            for claim in new.improves
            if claim.card == here.id
        ]

    def change(old: Result, new: Result) -> Change:
        return change_between(old, new, question, vocabulary)

    best = order.best(around)
    better = [one for one in around if one.id in best and order.dominates(one, card)]
    return Improvements(
        question,
        _tree(card, backward, change),
        _tree(card, forward, change),
        tuple(better),
    )


def change_between(old: Result, new: Result, question: Question, vocabulary: Vocabulary) -> Change:
    """Return what one card changes in another that it improves."""
    more, less = changed_assumptions(old, new, vocabulary)
    return Change(_exponents(old, new, question), tuple(sorted(more)), tuple(sorted(less)))


def change_in_words(
    change: Change,
    question: Question,
    assumptions: Mapping[str, Assumption],
    read: Callable[[str], str],
) -> list[str]:
    """Return the exponents that change and the assumptions, as lines of plain text; `read` makes
    mathematics readable.
    """
    shown = {symbol.id: read(f"${symbol.tex}$") for symbol in question.symbols}
    powers = [
        f"{_factor(symbol, shown)}: {exponent_text(old)} → {exponent_text(new)}"
        for symbol, old, new in change.exponents
    ]
    lines = [f"exponent of {', of '.join(powers)}"] if powers else []
    for names, label in (
        (change.less, "no longer assumes"),
        (change.more, "additionally assumes"),
    ):
        if names:
            labels = [read(assumptions[name].label) for name in names]
            lines.append(f"{label}: {', '.join(labels)}")
    return lines


def _factor(name: str, shown: Mapping[str, str]) -> str:
    """Return a symbol, or the logarithm of a quotient, as it is printed."""
    for symbol in symbols_in(name) if "(" in name else ():
        name = re.sub(rf"(?<=[( /]){re.escape(symbol)}(?=[) /])", shown[symbol], name)
    return shown.get(name, name)


_Steps = Callable[[Result], "list[tuple[Result, str, Result, Result]]"]


def _tree(start: Result, steps: _Steps, change: Callable[[Result, Result], Change]) -> Link:
    """Build the tree of cards reachable from a card; each card is expanded once."""
    seen = {start.id}

    def grow(here: Result, claim: str, changed: Change | None) -> Link:
        links = []
        for there, claim, old, new in steps(here):
            if there.id in seen:
                links.append(Link(there, claim, change(old, new), (), repeated=True))
                continue
            seen.add(there.id)
            links.append(grow(there, claim, change(old, new)))
        return Link(here, claim, changed, tuple(links))

    return grow(start, "", None)


def _exponents(old: Result, new: Result, question: Question) -> tuple[tuple[str, str, str], ...]:
    if len(old.bound) != 1 or len(new.bound) != 1:
        return ()
    before, after = old.bound[0], new.bound[0]
    changed = []
    quotients = {name: None for name in (*before, *after) if "(" in name}
    for name in (*(symbol.id for symbol in question.symbols), *quotients):
        was, now = before.get(name, "0"), after.get(name, "0")
        if _differ(was, now):
            changed.append((name, was, now))
    return tuple(changed)


def _differ(was: str, now: str) -> bool:
    ratios = [read_power(split_exponent(one)[0]) for one in (was, now)]
    return read_exponent(was) != read_exponent(now) or ratios[0] != ratios[1]
