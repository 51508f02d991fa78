r"""Assemble a .bib file from entries: the text between them, and the preamble that BibTeX needs.

Separate from `bibtex`, so that entries rendered before are printed without its writer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ONLY_IN_T1 = re.compile(r"\\(k|TH|th|DH|dh|DJ|dj|NG|ng)(?![A-Za-z])")
_LETTERS_OF_T1 = {
    "k": "ąęįųĄĘĮŲ",
    "TH": "Þ",
    "th": "þ",
    "DH": "Ð",
    "dh": "ð",
    "DJ": "Đ",
    "dj": "đ",
    "NG": "Ŋ",
    "ng": "ŋ",
}
_LINK = re.compile(r"^  (url|doi) = \{(.*)\},$", re.MULTILINE)
_SPECIAL = re.compile("[%#_&~^]")


def join_entries(entries: Iterable[str], dialect: str) -> str:
    """Return the text of a file in the dialect `bibtex` or `biblatex` from its entries."""
    text = "\n".join(entries)
    return with_preamble(text) if dialect == "bibtex" else text


def with_preamble(text: str) -> str:
    """Return entries for BibTeX after the definitions that they need, if any."""
    preamble = borrowed_letters(text) + _verbatim(text)
    return f'@preamble{{"{preamble}"}}\n\n{text}' if preamble else text


def borrowed_letters(text: str) -> str:
    r"""Return the TeX code that a document in LaTeX's standard encoding needs for rare letters of a
    text.

    It is empty if there are none. The code defines a command only if the current encoding lacks it
    (as `\DeclareTextCommandDefault` would in a preamble: LaTeX2e, fntguide, section 5.2), so it
    changes nothing in a document that loads T1. Labels of natbib and of alpha name authors before
    the bibliography is read, so the .aux file gets the definitions as well.

    >>> print(borrowed_letters(r"Stanis{\l}aw Jastrz{\k{e}}bski").partition(r"\expandafter\imm")[0])
    \expandafter\gdef\csname ?\string\k\endcsname{\UseTextAccent{T1}\k}
    """
    found = set(_ONLY_IN_T1.findall(text))
    # inputenc turns the letters themselves into these commands.
    found |= {name for name, letters in _LETTERS_OF_T1.items() if any(c in text for c in letters)}
    made = "".join(
        rf"\expandafter\gdef\csname ?\string\{name}\endcsname"
        rf"{{\UseText{'Accent' if name == 'k' else 'Symbol'}{{T1}}\{name}}}"
        for name in sorted(found)
    )
    to_aux = r"\expandafter\immediate\expandafter\write\csname @auxout\endcsname"
    return rf"{made}{to_aux}{{\unexpanded{{{made}}}}}" if made else ""


def _verbatim(text: str) -> str:
    r"""Return the TeX code with which natbib's styles print the special characters of a `url` or
    `doi`.

    The styles define `\url` and `\doi` themselves if no package has, but parse the argument as
    text; these definitions take it verbatim, and apply only if no package has defined the command.
    """
    special = {name for name, value in _LINK.findall(text) if _SPECIAL.search(value)}
    needed = [name for name in ("url", "doi") if name in special]
    if not needed:
        return ""
    others = "".join(rf"\catcode`\{char}=12" for char in "%#_&~^")
    start = {"url": "", "doi": "doi: "}
    provided = "".join(
        rf"\ifx\{name}\undefined\def\{name}{{{start[name]}\begingroup{others}\relax\asitstands}}\fi"
        for name in needed
    )
    return provided + r"\def\asitstands#1{\texttt{#1}\endgroup}"
