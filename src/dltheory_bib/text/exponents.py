"""The language of exponents in bounds: patterns, and the parts of a text that matches them."""

from __future__ import annotations

import re

SYMBOL = r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*"
"""The pattern of a symbol's id."""
NUMBER = r"[0-9]+(?:\.[0-9]+|/[1-9][0-9]*)?"
_FACTOR = r"(?:[A-Za-z]|\([A-Za-z0-9]+(?:[+-][A-Za-z0-9]+)*\))"
RATIO = rf"(?:(?!log|exp|poly){_FACTOR}{{1,2}}(?:/{_FACTOR})?|1/{_FACTOR})"
"""The pattern of a ratio of parameters in an exponent: `d/s`, `s/(d+1)`, `p(d-1)/b`, `1/L`."""
_TERM = rf"(?:{NUMBER}(?: {RATIO})?|{RATIO})"
_POWER = rf"-?{_TERM}(?: [+-] {_TERM})*"
_LOGLOG = rf"loglog(?:\^-?{NUMBER})?"
_LOGS = rf"(?:(?:log(?:\^-?{NUMBER})?|polylog)(?: {_LOGLOG})?|{_LOGLOG})"
EXPONENT = rf"(?:(?:{_POWER}|-?exp(?:\^{NUMBER}(?:\*log)?)?)(?: {_LOGS})?|{_LOGS})"
"""The pattern of an exponent: `-2`, `7/4`, `-2 log^4`, `polylog`, `exp^2`, `exp^1*log` for
$e^{\\Theta(x\\log x)}$, `-d/s`, `-2 d/s - 1`.
"""
LOG_OF = rf"log\({SYMBOL}(?: {SYMBOL})*(?:/{SYMBOL}(?: {SYMBOL})*)?\)"
"""The pattern of the logarithm of a product or quotient, where a symbol may be: `log(d/eps)`."""
LOG_POWER = NUMBER
"""The pattern of the power of such a logarithm."""


def symbols_in(name: str) -> list[str]:
    """Return the symbols that a name in a monomial contains.

    >>> symbols_in("log(n L/delta)"), symbols_in("eps")
    (['n', 'L', 'delta'], ['eps'])
    """
    return re.split("[ /]", name[4:-1]) if "(" in name else [name]


def split_exponent(text: str) -> tuple[str, str]:
    """Split an exponent into its power or exponential, and its logarithms.

    >>> split_exponent("-2 d/s - 1 log^4"), split_exponent("polylog")
    (('-2 d/s - 1', 'log^4'), ('', 'polylog'))
    """
    parts = text.split(" ")
    logs = (n for n, part in enumerate(parts) if part.startswith(("log", "polylog")))
    first = next(logs, len(parts))
    return " ".join(parts[:first]), " ".join(parts[first:])
