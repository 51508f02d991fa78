r"""Parse LaTeX with pylatexenc, as far as it can bear it.

pylatexenc takes time exponential in the number of `\sqrt[` or `\frac{` that are never closed, a
frame of Python's stack for each nested group, and raises errors of its own on `\href{x}`. So its
input is checked first: braces and formulas are closed in order, nested and long as no value of a
bibliography is. Any other text is read without a parser: accents become letters, other commands
are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pylatexenc.macrospec import LatexContextDb

DEEPEST = 40
"""Deeper nesting than any value has; pylatexenc takes some frames of the stack for each level."""
LONGEST = 20_000
"""The most characters that are parsed."""

_SIGN = re.compile(r"\\(?:begin|end)(?![A-Za-z])|\\.|[{}\[\]$]", re.DOTALL)
_CLOSES = {"}": "{", "]": "[", "\\)": "\\(", "\\]": "\\[", "\\end": "\\begin"}
_OPENS = frozenset(_CLOSES.values())
_COMMAND = re.compile(r"\\(?:[A-Za-z@]+\*?[ \t\r\n]*+|.|\Z)", re.DOTALL)


def parse_latex(parse: Callable[[str], Any], text: str) -> Any:
    """Return what a parser of pylatexenc makes of a text; None if it is not fit for one."""
    sound = _sound(text)
    if sound is None:
        return None
    try:
        return parse(sound)
    except Exception:  # an IndexError for `\href{x}`, a KeyError for `\sqrt`, a RecursionError
        return None


@cache
def commands_of_latex() -> LatexContextDb:
    """Return the commands that pylatexenc parses, which it would make anew for each text: a third
    of the time of a short formula.
    """
    from pylatexenc.latexwalker import get_default_latex_context_db

    return get_default_latex_context_db()


def without_commands(text: str) -> str:
    r"""Return a text without its commands and braces; formulas keep theirs.

    >>> without_commands(r"\emph{A} {b $x_{1}$} \href{c")
    'A b $x_{1}$ c'
    """
    parts = text.split("$")
    made = [_plain(part) if number % 2 == 0 else part for number, part in enumerate(parts)]
    if len(parts) % 2 == 0:  # the last formula is not closed
        made[-1] = _plain(made[-1])
    return "$".join(made)


def _plain(text: str) -> str:
    plain = _COMMAND.sub(lambda found: found[0][1:] if found[0][1:2] in "&%#_$" else "", text)
    return plain.replace("{", "").replace("}", "")


def _sound(text: str) -> str | None:
    """Return a text that pylatexenc parses in time, with braces around brackets that are never
    closed; None if there is none.
    """
    if len(text) > LONGEST:
        return None
    opened: list[tuple[str, int]] = []
    loose: list[int] = []
    depth = formulas = 0  # what is open, without brackets; and the formulas among it
    for found in _SIGN.finditer(text):
        sign = found[0]
        if sign in _OPENS or (sign == "$" and not formulas):
            opened.append((sign, found.start()))
            depth += sign != "["
            formulas += sign == "$"
            if depth > DEEPEST:
                return None
            continue
        opener = "$" if sign == "$" else _CLOSES.get(sign)
        if opener is None:
            continue
        if opener == "[":
            if opened and opened[-1][0] == "[":
                opened.pop()
            continue
        while opened and opened[-1][0] == "[":
            loose.append(opened.pop()[1])
        if not opened or opened.pop()[0] != opener:
            return None
        depth -= 1
        formulas -= opener == "$"
    if any(sign != "[" for sign, _ in opened):
        return None
    loose += [place for _, place in opened]
    if not loose:
        return text
    parts, last = [], 0
    for place in sorted(loose):
        parts += [text[last:place], "{[}"]
        last = place + 1
    return "".join([*parts, text[last:]])
