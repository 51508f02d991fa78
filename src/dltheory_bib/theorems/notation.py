r"""Print bounds in TeX, and in Unicode where TeX is not typeset."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from dltheory_bib.models.theorem import Question, Result, Symbol
from dltheory_bib.text.maths import superscript

_LOG = re.compile(r"log(?:\^(\S+))?$")


def bound_tex(card: Result, question: Question) -> str:
    r"""Return the bound of a card up to constants, in TeX without dollar signs; empty without a
    monomial.

    `{eps: -2 log^4, d: polylog}` is `\varepsilon^{-2} \log^{4}(1/\varepsilon) \,
    \mathrm{polylog}(d)`.
    """
    return " + ".join(bound_terms(card, question))


def bound_terms(card: Result, question: Question) -> list[str]:
    """Return the terms of the sum, for callers that break lines between them."""
    tex = {symbol.id: symbol.tex for symbol in question.symbols}
    return [_product(one, list(question.symbols), tex, _TeX) for one in card.bound]


def bound_text(card: Result, question: Question, read: Callable[[str], str]) -> str:
    """Return the bound in Unicode; `read` converts the mathematics of a text into Unicode."""
    shown = {symbol.id: read(f"${symbol.tex}$") for symbol in question.symbols}
    symbols = list(question.symbols)
    return " + ".join(_product(one, symbols, shown, _Text) for one in card.bound)


def exponent_text(exponent: str) -> str:
    """Format an exponent for a message: `-7/4 log²`, with a minus sign."""
    return re.sub(r"\^(\S+)", lambda power: superscript(power[1]), exponent).replace("-", "−")


class _TeX:
    """The macros of TeX."""

    times, times_word = r" ", r" \, "
    log, polylog, exp = r"\log", r"\mathrm{polylog}", r"\exp(\mathrm{poly}(%s))"

    @staticmethod
    def power(base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    @staticmethod
    def argument(name: str, inside: str) -> str:
        return f"{name}({inside})"


class _Text:
    """The characters of a terminal."""

    times, times_word = " ", " "
    log, polylog, exp = "log", "polylog", "exp(poly(%s))"

    @staticmethod
    def power(base: str, exponent: str) -> str:
        return f"{base}{superscript(exponent)}"

    @staticmethod
    def argument(name: str, inside: str) -> str:
        return f"{name} {inside}" if len(inside) == 1 else f"{name}({inside})"


_Words = type[_TeX] | type[_Text]


def _product(
    monomial: Mapping[str, str], symbols: list[Symbol], shown: Mapping[str, str], words: _Words
) -> str:
    powers, logs, hidden = [], [], []
    for symbol in symbols:
        text, base = monomial.get(symbol.id, "0"), shown[symbol.id]
        large = f"1/{base}" if symbol.extreme == "zero" else base
        for part in text.split():
            if part == "exp":
                powers.append(words.exp % large)
            elif part == "polylog":
                hidden.append(large)
            elif found := _LOG.match(part):
                name = words.power(words.log, found[1]) if found[1] else words.log
                logs.append(words.argument(name, large))
            elif part not in {"0", "-0"}:
                powers.append(base if part == "1" else words.power(base, part))
    if hidden:
        logs.append(words.argument(words.polylog, ", ".join(hidden)))
    product = words.times.join(powers)
    return words.times_word.join(filter(None, (product, *logs))) or "1"
