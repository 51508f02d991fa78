r"""The commands by which LaTeX writes letters, read without a parser.

pylatexenc reads all of LaTeX and takes a third of a millisecond for a title; a .bib file of ten
thousand entries has a hundred thousand values, most of which hold no more than accents and braces.
"""

from __future__ import annotations

import re
import unicodedata

ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0326": "textcommabelow",
    "\u0327": "c",
    "\u0328": "k",
    "\u0331": "b",
}
"""The accents of LaTeX, by combining character (LaTeX2e font encodings, encguide, table of T1)."""

_MARKS = {command: mark for mark, command in ACCENTS.items()}
_ACCENTED = re.compile(
    r"\\([`'^~\"=.]|[uvHcdkrb](?![A-Za-z]))[ \t\r\n]*"
    r"(?:\{\\?([ij])\}|\{([A-Za-z])\}|\\([ij])(?![A-Za-z])[ \t\r\n]*|([A-Za-z]))"
)
_LETTERS = {
    "ss": "ß",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "i": "ı",
    "j": "ȷ",
}
_LETTER = re.compile(rf"\\({'|'.join(_LETTERS)})(?![A-Za-z])(?:\{{\}}|[ \t\r\n]*)")
_SIGN = re.compile(r"\\([&%_#])")
_BRACE = re.compile(r"[{}]")


def read_letters(value: str) -> str | None:
    r"""A LaTeX value as text; None where there is more in it than letters, dashes and braces.

    >>> read_letters(r"{SGD} meets {\L}ojasiewicz -- and Schr{\"o}dinger"), read_letters("$x$")
    ('SGD meets Łojasiewicz – and Schrödinger', None)
    """
    if "$" in value or "\\\\" in value:
        return None
    if "\\" in value:
        value = _ACCENTED.sub(_accented, value)
        value = _LETTER.sub(lambda found: _LETTERS[found[1]], value)
        value = _SIGN.sub(r"\1", value)
        if "\\" in value:
            return None
    value = value.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")
    if "{" in value or "}" in value:
        depth = 0
        for brace in _BRACE.findall(value):
            depth += 1 if brace == "{" else -1
            if depth < 0:
                return None
        if depth:
            return None
        value = _BRACE.sub("", value)
    return " ".join(value.replace("~", " ").split())


def _accented(found: re.Match[str]) -> str:
    letter = found[2] or found[3] or found[4] or found[5]
    return unicodedata.normalize("NFC", letter + _MARKS[found[1]])
