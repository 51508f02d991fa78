"""Convert mathematics to Unicode, for output that is not typeset."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from dltheory_bib.text.latex_parser import commands_of_latex, parse_latex

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

_compiled = cache(re.compile)  # showing a work imports this module, and converts nothing

MATHS = re.compile(r"\$([^$]+)\$")
_SUPERSCRIPTS = str.maketrans("0123456789+-=()nik/.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵏ⸍·")
_SUBSCRIPTS = str.maketrans("0123456789+-=()nijk", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙᵢⱼₖ")
_RELATION = r"([→≤≥∼≲≳≪≫⪰])"
_OPERATOR = r"\\(log|ln|exp|max|min|sup|inf|det|Pr|dim|arg)(?:\s+(?=\w)|\s*(?=\\[a-z]))"
SYMBOLS = dict(
    pair.split("=")
    for pair in """
    Bbbk=𝕜 bigodot=⨀ bigsqcup=⨆ bigstar=★ biguplus=⨄ bot=⊥ Box=□ checkmark=✓ circledR=®
    clubsuit=♣ dashleftarrow=⇠ dashrightarrow=⇢ ddagger=‡ diagdown=╲ Diamond=◇ diamondsuit=♢
    Doteq=≑ doublebarwedge=⩞ eqsim=≂ Finv=Ⅎ gets=← ggg=⋙ heartsuit=♡ Im=ℑ imath=ı jmath=ȷ Join=⋈
    lbrack=[ leadsto=⇝ lhd=⊲ lll=⋘ maltese=✠ models=⊨ ncong=≇ neg=¬ npreceq=⋠ nsim=≁ nsucceq=⋡
    owns=∋ precnsim=⋨ rbrack=] Re=ℜ rhd=⊳ S=§ shortparallel=∥ slash=/ spadesuit=♠ sqsubsetneq=⋤
    thickapprox=≈ thicksim=∼ triangle=△ varpropto=∝ vDash=⊨ yen=¥
    """.split()  # noqa: SIM905 - a list of words reads better so
)
"""Commands of LaTeX and amssymb that pylatexenc does not know, and would drop."""
_SCRIPT = r"(\^|_)(?:\{([^{}]*)\}|(\\?\w))"


def unicode_maths(text: str, known: Callable[[str], str | None] | None = None) -> str:
    """Convert the mathematics of a text to Unicode.

    `known` returns the Unicode of a formula that was converted before, else None: importing the
    converter takes longer than a whole command.

    >>> unicode_maths(r"$\\tilde O(\\epsilon^{-4})$ steps, $x_0 \\to x_{t+1}$")
    'Õ(ϵ⁻⁴) steps, x₀ → x_(t+1)'
    """
    if "$" not in text:
        return text
    return MATHS.sub(lambda found: (known and known(found[1])) or convert(found[1]), text)


@lru_cache(maxsize=4096)  # a site writes each formula in several formats
def convert(tex: str) -> str:
    r"""Convert a formula, without its dollar signs, to Unicode; unchanged if it cannot be
    converted without loss.

    >>> convert(r"\sqrt n"), convert(r"\sqrt")
    ('√(n)', '\\sqrt')
    """
    from dltheory_bib.text.broken_maths import unknown_commands

    if unknown_commands(tex):  # pylatexenc would drop them
        return tex
    named = _compiled(r"\\([A-Za-z]+)").sub(_symbol, tex)
    # Scripts are converted first: pylatexenc would leave them as ^ and _, without their braces.
    # TeX sets a space after an operator, which pylatexenc would drop.
    spaced = _compiled(_OPERATOR).sub(r"\\\1\\ ", named)
    spaced = spaced.replace(r"\|", "‖").replace(r"\colon", ": ")  # dropped as well
    prepared = _compiled(_SCRIPT).sub(_script, spaced)
    strict = partial(
        _converter().latex_to_text, latex_context=commands_of_latex(), tolerant_parsing=False
    )
    converted = parse_latex(strict, prepared)
    if converted is None:
        return tex
    return " ".join(_compiled(_RELATION).sub(r" \1 ", converted).split())


def superscript(text: str) -> str:
    """Return digits and signs as superscripts.

    >>> superscript("-7/4")
    '⁻⁷⸍⁴'
    """
    return text.translate(_SUPERSCRIPTS)


def _symbol(found: re.Match[str]) -> str:
    return SYMBOLS.get(found[1], found[0])


def _script(found: re.Match[str]) -> str:
    inside = found[2] if found[2] is not None else found[3]
    table = _SUPERSCRIPTS if found[1] == "^" else _SUBSCRIPTS
    if inside and all(ord(char) in table for char in inside):
        return "{}" + inside.translate(table)  # otherwise `\sum_j` would be read as `\sumⱼ`
    if inside.isalpha() or inside.startswith("\\"):
        return f"{found[1]}{inside}"
    return f"{found[1]}({inside})"


@cache
def _converter() -> LatexNodes2Text:
    from pylatexenc.latex2text import LatexNodes2Text  # only texts with mathematics need it

    return LatexNodes2Text(math_mode="text", strict_latex_spaces=False)
