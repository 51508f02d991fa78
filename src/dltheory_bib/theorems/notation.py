r"""Print bounds in TeX, and in Unicode where TeX is not typeset.

What is printed can be read back: a symbol that is not a single letter or name is put in
parentheses, a logarithm of a quotient stays one, and a bound with hidden logarithms is inside
$\tilde O$. The exact value of a quantity, and an exponential whose rate no exponent expresses, are
printed as in the work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import ClassVar

from dltheory_bib.models.theorem import Question, Result, Symbol
from dltheory_bib.text.exponents import NUMBER, RATIO, split_exponent, symbols_in
from dltheory_bib.text.maths import superscript

_LOG = re.compile(r"(log|loglog)(?:\^(\S+))?$")
_EXP = re.compile(r"(-?)exp(?:\^([^\s*]+)(\*log)?)?$")
_BRACES = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_ATOM = re.compile(
    rf"(?:[A-Za-z]|\\[A-Za-z]+(?:{_BRACES}| [A-Za-z](?![A-Za-z]))?|\\\|(?:(?!\\\|).)*\\\|)"
    rf"(?:_(?:{_BRACES}|[A-Za-z0-9]|\\[A-Za-z]+))?(?:\([^()]*\))?"
)
r"""A symbol that needs no parentheses: `\Pi_\sigma`, `\|V\|_F`, `I(W;S)`."""


def bound_tex(card: Result, question: Question) -> str:
    r"""Return the bound of a card up to constants, in TeX without dollar signs; empty without a
    monomial.

    `{eps: -2, log(d/eps): 4}` is `\varepsilon^{-2} \, \log^{4}(d/\varepsilon)`.
    """
    return " + ".join(bound_terms(card, question))


def bound_terms(card: Result, question: Question) -> list[str]:
    """Return the terms of the sum, for callers that break lines between them."""
    if card.bound_tex and is_printed_as_in_work(card):
        return [card.bound_tex]
    return _terms(card, question, {symbol.id: symbol.tex for symbol in question.symbols}, _TeX)


def bound_text(card: Result, question: Question, read: Callable[[str], str]) -> str:
    """Return the bound in Unicode; `read` converts the mathematics of a text into Unicode."""
    if card.bound_tex and is_printed_as_in_work(card):
        return read(f"${card.bound_tex}$")
    shown = {symbol.id: read(f"${symbol.tex}$") for symbol in question.symbols}
    return " + ".join(_terms(card, question, shown, _Text))


def is_printed_as_in_work(card: Result) -> bool:
    """Return whether the monomials of a card say less than the formula of the work: its bound is an
    exact value, or an exponential of unspecified rate.
    """
    exponents = (exponent for monomial in card.bound for exponent in monomial.values())
    return card.kind == "exact" or any(
        split_exponent(exponent)[0] in {"exp", "-exp"} for exponent in exponents
    )


def exponent_text(exponent: str) -> str:
    """Format an exponent for a message: `-7/4 log²`, with a minus sign."""
    return re.sub(r"\^(\S+)", lambda power: superscript(power[1]), exponent).replace("-", "−")


class _TeX:
    """The macros of TeX."""

    times, times_word = r" ", r" \, "
    log, loglog, polylog = r"\log", r"\log\log", r"\mathrm{polylog}"
    hides: ClassVar = {"upper": r"\tilde O", "lower": r"\tilde\Omega", "exact": r"\tilde\Theta"}

    @staticmethod
    def power(base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    @staticmethod
    def argument(name: str, inside: str) -> str:
        return f"{name}({inside})"

    @staticmethod
    def exponential(sign: str, inside: str | None, large: str) -> str:
        rate = r"\Theta" if inside else r"\mathrm{poly}"
        return f"e^{{{sign}{rate}({inside or large})}}"


class _Text:
    """The characters of a terminal."""

    times, times_word = " ", " "
    log, loglog, polylog = "log", "log log", "polylog"
    hides: ClassVar = {"upper": "Õ", "lower": "Ω̃", "exact": "Θ̃"}

    @staticmethod
    def power(base: str, exponent: str) -> str:
        if re.search("[A-Za-z(]", exponent):
            return f"{base}^({exponent.replace('-', '−')})"
        return f"{base}{superscript(exponent)}"

    @staticmethod
    def argument(name: str, inside: str) -> str:
        return f"{name} {inside}" if len(inside) == 1 else f"{name}({inside})"

    @staticmethod
    def exponential(sign: str, inside: str | None, large: str) -> str:
        return f"exp({sign.replace('-', '−')}{'Θ' if inside else 'poly'}({inside or large}))"


_Words = type[_TeX] | type[_Text]


def _terms(card: Result, question: Question, shown: Mapping[str, str], words: _Words) -> list[str]:
    terms = [_Product(one, question, shown, words).text() for one in card.bound]
    if card.hidden and terms:
        terms[0] = f"{words.hides.get(card.kind, words.hides['upper'])}({terms[0]}"
        terms[-1] += ")"
    return terms


class _Product:
    """Prints a monomial."""

    def __init__(
        self,
        monomial: Mapping[str, str],
        question: Question,
        shown: Mapping[str, str],
        words: _Words,
    ) -> None:
        self.monomial = monomial
        self.symbols = {symbol.id: symbol for symbol in question.symbols}
        self.ratios = {one.id: one.tex for one in question.exponents}
        self.shown = shown
        self.words = words

    def text(self) -> str:
        """Return powers, then logarithms, each in the order of the question's symbols."""
        powers, logs, hidden = [], [], []
        alone = list(self.monomial.values()) == ["1"]
        for symbol in self.symbols.values():
            power, found = split_exponent(self.monomial.get(symbol.id, "0"))
            if power not in {"0", "-0", ""}:
                powers.append(self._power(symbol, power, alone))
            for log in found.split():
                if log == "polylog":
                    hidden.append(self._large(symbol))
                else:
                    logs.append(self._log(log, self._large(symbol)))
        for name, power in self.monomial.items():
            if "(" in name:
                log = "log" if power == "1" else f"log^{power}"
                logs.append(self._log(log, self._quotient(name)))
        if hidden:
            logs.append(self.words.argument(self.words.polylog, ", ".join(hidden)))
        product = self.words.times.join(powers)
        return self.words.times_word.join(filter(None, (product, *logs))) or "1"

    def _base(self, symbol: Symbol) -> str:
        """Return a symbol as it may be followed by anything."""
        text = self.shown[symbol.id]
        return text if _ATOM.fullmatch(symbol.tex) else f"({text})"

    def _large(self, symbol: Symbol) -> str:
        """Return what grows as the symbol goes to its extreme; inside parentheses."""
        if symbol.extreme == "zero":
            return f"1/{self._base(symbol)}"
        return self.shown[symbol.id]

    def _power(self, symbol: Symbol, power: str, alone: bool) -> str:
        words = self.words
        if found := _EXP.match(power):
            inside = None
            if found[2]:
                sign = "-" if symbol.extreme == "zero" else ""
                rate = f"{sign}{found[2]}"
                inside = self.shown[symbol.id]
                if rate != "1":
                    inside = words.power(self._base(symbol), rate)
                if found[3]:
                    inside += words.times + words.argument(words.log, self._large(symbol))
            return words.exponential(found[1], inside, self._large(symbol))
        if power == "1":
            return self.shown[symbol.id] if alone else self._base(symbol)
        return words.power(self._base(symbol), self._exponent(power))

    def _exponent(self, power: str) -> str:
        """Return a power with its ratios as they are printed: `-2d/s-1`."""

        def ratio(found: re.Match[str]) -> str:
            number, name = found[1], found[2]
            printed = self.ratios.get(name, name) if self.words is _TeX else name
            if "/" in (number or ""):
                number = f"({number})"
            return f"{number or ''}{printed}"

        return re.sub(rf"(?:({NUMBER}) )?({RATIO})", ratio, power).replace(" ", "")

    def _log(self, log: str, inside: str) -> str:
        found = _LOG.match(log)
        assert found  # as the model has checked
        words = self.words
        if found[1] == "loglog":
            made = words.argument(words.loglog, inside)
            return words.power(f"({made})", found[2]) if found[2] else made
        name = words.power(words.log, found[2]) if found[2] else words.log
        return words.argument(name, inside)

    def _quotient(self, name: str) -> str:
        """Return what a logarithm of several symbols is of: `d/\\varepsilon`."""
        above, _, below = name[4:-1].partition("/")
        top = " ".join(self._base(self.symbols[one]) for one in symbols_in(f"log({above})"))
        if not below:
            return top
        names = symbols_in(f"log({below})")
        bottom = " ".join(self._base(self.symbols[one]) for one in names)
        return f"{top}/{bottom}" if len(names) == 1 else f"{top}/({bottom})"
