r"""Find mathematics that cannot be typeset: unbalanced signs, unknown commands, missing arguments.

A page or a terminal would show half of such a formula, or nothing. Commands are known if pylatexenc
knows them, or if they are among those of LaTeX, amsmath and amssymb that it lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from dltheory_bib.text.latex_parser import DEEPEST, LONGEST, commands_of_latex, parse_latex
from dltheory_bib.text.maths import MATHS, SYMBOLS

_FURTHER = frozenset(
    """
    arccos arcsin arctan arg argmax argmin Bbb begin Big big Bigg bigg Biggl biggl Biggm biggm
    Biggr biggr Bigl bigl Bigm bigm Bigr bigr binom bm bmod boldsymbol boxed cases cfrac choose
    colon coloneqq cos cosh cot coth csc dbinom deg det dfrac dim displaystyle end enspace
    eqqcolon exp fbox gcd genfrac hbox hfill hline hom iff iiint iint impliedby implies inf
    injlim int ker land langle lceil left lfloor lg lgroup lim liminf limits limsup ln lnot log
    lor lVert lvert mathbin mathchoice mathclose mathds mathinner mathnormal mathop mathopen
    mathord mathpunct mathrel mathring mathstrut max mbox middle min mod ne negmedspace
    negthickspace negthinspace nolimits nonumber notag operatorname over overset phantom pmb
    pmod pod Pr projlim rangle rceil rfloor rgroup right rlap rVert rvert scriptscriptstyle
    scriptstyle sec shortmid sideset sin sinh smallmatrix smash space stackrel strut substack
    sup tag tan tanh tbinom textnormal textstyle tfrac thickspace thinspace underbar underset
    varinjlim varliminf varlimsup varprojlim vcenter xhookrightarrow xLeftarrow xleftarrow
    xleftrightarrow xmapsto xRightarrow xrightarrow
    """.split()  # noqa: SIM905 - a list of words reads better so
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_ESCAPED = re.compile(r"\\(?:[A-Za-z]+|.|\Z)", re.DOTALL)
_BARE_SCRIPT = re.compile(r"([\^_])\s*(?:[}&]|\Z)")
_BARE = frozenset(",;!:{}|")
"""What follows the backslash of spaces and signs."""
_LONGEST = 60
"""Characters of a formula that a message repeats."""


def faults(text: str) -> Iterator[str]:
    r"""Yield what is wrong with the formulas of a text, and with its dollar signs and braces.

    >>> list(faults(r"A rate of $\frac{1}{n}$ in $[0, 1]$")), list(faults("costs $5"))
    ([], ['has a single $; close the formula, as in $\\epsilon$'])
    """
    if text.count("$") % 2:
        yield r"has a single $; close the formula, as in $\epsilon$"
        return
    for found in MATHS.finditer(text):
        if fault := formula_fault(found[1]):
            shown = found[0] if len(found[0]) <= _LONGEST else f"{found[0][:_LONGEST]}…"
            yield f"{shown} {fault}"
    if not _is_balanced(MATHS.sub("", text)):
        yield "has unbalanced braces; close each, or delete it"


@lru_cache(maxsize=4096)  # as short formulas are: most stand in several places
def formula_fault(tex: str) -> str | None:
    r"""Return what is wrong with a formula, without its dollar signs; None for one that can be
    typeset.

    >>> formula_fault(r"\frac{1"), formula_fault(r"\left( x"), formula_fault(r"\sqrt n")
    ('has unbalanced braces; close each', 'has \\left without \\right', None)
    """
    if fault := fault_of_signs(tex):
        return fault
    if _needs_parser(tex) and parse_latex(_parse, tex) is None:
        return "lacks an argument of a command or the end of an environment"
    return None


def fault_of_signs(tex: str) -> str | None:
    """Return what is wrong with a formula that can be said without parsing it, which takes ten
    times as long.
    """
    if not _is_balanced(_ESCAPED.sub(" ", tex)):
        return "has unbalanced braces; close each"
    if unknown := unknown_commands(tex):
        return f"has the unknown command \\{unknown[0]}; write it with commands of LaTeX"
    commands = _COMMAND.findall(tex)
    open_, close = commands.count("left"), commands.count("right")
    if open_ != close:
        return r"has \left without \right" if open_ > close else r"has \right without \left"
    if found := _BARE_SCRIPT.search(_ESCAPED.sub("x", tex)):
        return f"has nothing after {found[1]}"
    return None


def unknown_commands(tex: str) -> list[str]:
    r"""Return the commands of a formula that nobody knows, without their backslashes.

    >>> unknown_commands(r"\R^d \to \mathbb{R}")
    ['R']
    """
    return [name for name in _COMMAND.findall(tex) if name not in known_commands()]


@cache
def known_commands() -> frozenset[str]:
    """Return the names of the commands that are known."""
    from pylatexenc import latex2text, latexwalker

    found = {*_FURTHER, *SYMBOLS}
    for module in (latexwalker, latex2text):
        database = module.get_default_latex_context_db()
        found |= {one.macroname for one in database.iter_macro_specs()}
    return frozenset(found)


def _needs_parser(tex: str) -> bool:
    """Return whether a formula has more than letters, scripts and commands without arguments, or is
    longer or may be deeper than the parser bears.
    """
    if not tex or "%" in tex or len(tex) > LONGEST or tex.count("{") > DEEPEST:
        return True
    return any(
        one[1:] in _commands_with_arguments() if one[1:].isalpha() else one[1:] not in _BARE
        for one in _ESCAPED.findall(tex)
    )


@cache
def _commands_with_arguments() -> frozenset[str]:
    """Return the commands to which pylatexenc gives arguments, and those of environments."""
    specs = commands_of_latex().iter_macro_specs()
    found = {one.macroname for one in specs if one.args_parser.argspec}
    return frozenset(found | {"begin", "end", "left", "right"})


def _parse(tex: str) -> object:
    from pylatexenc.latexwalker import LatexWalker

    walker = LatexWalker(f"${tex}$", latex_context=commands_of_latex(), tolerant_parsing=False)
    return walker.get_latex_nodes()


def _is_balanced(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0
