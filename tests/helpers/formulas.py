"""Read printed bounds back, as TeX and as a terminal shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dltheory_bib.models.theorem import Question

_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⸍·−", "0123456789+-/.-")
_SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⸍·"
_HIDES = (r"\tilde O", r"\tilde\Omega", r"\tilde\Theta", "Õ", "Ω̃", "Θ̃")
Read = tuple[bool, list[dict[str, str]]]


def read_formula(text: str, question: Question, shown: Mapping[str, str]) -> Read:
    """Return whether logarithms are hidden, and the monomials; `shown` prints each symbol."""
    hidden = next((mark for mark in _HIDES if text.startswith(f"{mark}(")), "")
    if hidden:
        assert text.endswith(")")
        text = text[len(hidden) + 1 : -1]
    return bool(hidden), [_Reader(term, question, shown).monomial() for term in _sum(text)]


def _sum(text: str) -> list[str]:
    depth, parts = 0, [""]
    for place, char in enumerate(text):
        depth += (char in "({") - (char in ")}")
        if char == "+" and not depth and text[place - 1 : place + 2] == " + ":
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


class _Reader:
    """Reads one product from left to right."""

    def __init__(self, text: str, question: Question, shown: Mapping[str, str]) -> None:
        self.text = text
        self.ratios = {one.tex: one.id for one in question.exponents}
        # A longer symbol first: `S_F` before `S`.
        self.names = {text: name for name, text in shown.items()}
        names = "|".join(re.escape(one) for one in sorted(self.names, key=len, reverse=True))
        self.symbol = rf"\((?:{names})\)|(?:{names})(?![A-Za-z])"
        self.powers: dict[str, str] = {}
        self.logs: dict[str, list[str]] = {}
        self.quotients: dict[str, str] = {}

    def _take(self, pattern: str) -> re.Match[str] | None:
        found = re.match(pattern, self.text)
        if found:
            self.text = self.text[found.end() :]
        return found

    def monomial(self) -> dict[str, str]:
        """Return symbol → exponent, with logarithms of quotients."""
        if self.text == "1":
            return {}
        while self.text:
            self._factor()
            self._take(r"(?: \\,)? ?")
        made = dict(self.powers)
        for name, logs in self.logs.items():
            made[name] = " ".join([*([made[name]] if name in made else []), *logs])
        return made | self.quotients

    def _factor(self) -> None:
        power = (
            r"\^\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}"
            r"|\^\(([^()]*(?:\([^()]*\)[^()]*)*)\)"
            rf"|([{_SUPER}]+)"
        )
        if found := self._take(r"e\^\{(-?)(\\Theta|\\mathrm\{poly\})\((.*?)\)\}(?= |$)"):
            self._exponential(found[1], found[2] == r"\Theta", found[3])
        elif found := self._take(r"exp\((−?)(Θ|poly)\((.*?)\)\)(?= |$)"):
            self._exponential(found[1], found[2] == "Θ", found[3])
        elif self._take(r"(?:\\mathrm\{polylog\}|polylog)"):
            for one in self._argument().split(", "):
                self._log(one, "polylog")
        elif self._take(r"\(?(?:\\log\\log|log log)"):
            argument = self._argument()
            self._take(r"\)")
            found = self._take(power)
            self._log(argument, "loglog", _number(found))
        elif self._take(r"\\?log"):
            found = self._take(power)
            self._log(self._argument(), "log", _number(found))
        else:
            symbol = self._take(self.symbol)
            assert symbol, self.text
            name = self.names[symbol[0]] if symbol[0] in self.names else self.names[symbol[0][1:-1]]
            found = self._take(power)
            assert name not in self.powers
            self.powers[name] = self._power(_number(found) or "1")

    def _argument(self) -> str:
        if found := self._take(r" (\S)(?=[ )]|$)"):
            return found[1]
        assert self.text.startswith("("), self.text
        depth = 0
        for place, char in enumerate(self.text):
            depth += (char == "(") - (char == ")")
            if not depth:
                inside, self.text = self.text[1:place], self.text[place + 1 :]
                return inside
        raise AssertionError(self.text)

    def _name(self, text: str) -> str:
        return self.names[text] if text in self.names else self.names[text[1:-1]]

    def _log(self, argument: str, word: str, power: str = "") -> None:
        above, _, below = argument.partition("/")
        tops = [] if above == "1" else self._symbols(above)
        bottoms = self._symbols(
            below[1:-1] if below not in self.names and below[:1] == "(" else below
        )
        if len(tops) + len(bottoms) == 1:
            written = f"{word}^{power}" if power else word
            self.logs.setdefault((tops + bottoms)[0], []).append(written)
        else:
            end = "/" + " ".join(bottoms) if bottoms else ""
            self.quotients[f"log({' '.join(tops)}{end})"] = power or "1"

    def _symbols(self, text: str) -> list[str]:
        found = re.findall(self.symbol, text)
        assert "".join(found).replace(" ", "") == text.replace(" ", ""), text
        return [self._name(one) for one in found]

    def _exponential(self, sign: str, stated: bool, inside: str) -> None:
        minus = "-" if sign else ""
        if not stated:
            self.powers[self._name(inside.removeprefix("1/"))] = f"{minus}exp"
            return
        reader = _Reader.__new__(_Reader)
        reader.__dict__.update(self.__dict__, text=inside, powers={}, logs={}, quotients={})
        ((name, rate),) = reader.monomial().items()
        self.powers[name] = f"{minus}exp^{rate.removeprefix('-').replace(' log', '*log')}"

    def _power(self, text: str) -> str:
        """Return `-2d/r-1` as the data write it: `-2 d/r - 1`."""
        held: list[str] = []
        for tex, name in self.ratios.items():
            for printed in {tex, name, name.replace("-", "−")}:
                if printed in text:
                    text = text.replace(printed, f"@{len(held)}")
                    held.append(name)
        text = text.replace("−", "-")
        text = re.sub(r"(?<=.)([+-])", r" \1 ", text)
        text = re.sub(r"\(?([0-9][0-9./]*)\)?@", r"\1 @", text)
        return re.sub(r"@([0-9]+)", lambda found: held[int(found[1])], text)


def _number(found: re.Match[str] | None) -> str:
    if not found:
        return ""
    return next(one for one in found.groups() if one is not None).translate(_PLAIN)
