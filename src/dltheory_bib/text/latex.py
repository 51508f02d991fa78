r"""Text to LaTeX and back, as a BibTeX file needs it.

What BibTeX does to a value decides how it is written here; the rules are those of "BibTeXing" and
"Designing BibTeX Styles" (Oren Patashnik, btxdoc and btxhak, 1988):

- A style may lower the case of a title wherever the text stands outside braces, mathematics and
  the names of commands included: `$O(N)$` would become `$o(n)$`.
- A group at the outermost level that begins with a backslash, `{\"o}`, is a "special character":
  it counts as one letter, sorts as its letter and keeps its accent in initials and labels, but its
  letters change case with the title. So a group that protects never begins with a backslash.
- Braces are counted without regard to backslashes, so `\{` cannot stand in a value.

The commands compile with LaTeX alone, but for ogoneks, Icelandic and some other letters, which the
encoding of its standard fonts lacks; `formats.bibtex_file` has LaTeX take those from T1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial
from itertools import groupby
from operator import itemgetter
from typing import Literal

from dltheory_bib.text.names import fold, is_collective

Encoding = Literal["utf-8", "latex", "ascii"]
"""How letters beyond ASCII are written: as they are (`é`), as commands (`{\\'e}`), or without
their accents (`e`). Signs of mathematics (`μ`, `∞`) are commands in each of the three, because
pdfLaTeX knows none of them."""

_SPECIAL = re.compile(r"[^ -~]|[#$%&<>\\^_{|}~]")
_KEEPS_CASE = re.compile(r"[^ -~]|[#$%&<>\\^_{|}~]|[A-Za-z0-9][A-Z]")
_ATOM = re.compile(r"\$[^$]*\$|.", re.DOTALL)
_AND = re.compile(r"(?<!\S)(and)(?!\S)", re.IGNORECASE)
_MEANS_SOMETHING = re.compile(r"[\\{}$~%]|--|``|''")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_BARE_PERCENT = re.compile(r"(?<!\\)%")

# A character or a formula, and whether it keeps its case.
_Atom = tuple[str, bool]

# What an ASCII character that LaTeX would not print as itself is written as.
_ESCAPES = {
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "_": r"\_",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    "\\": r"{\textbackslash}",
    "^": r"{\textasciicircum}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
}
# Punctuation is written as one types it in LaTeX, whatever the encoding.
_PUNCTUATION = {
    "\N{NO-BREAK SPACE}": "~",
    "\N{HYPHEN}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{EN DASH}": "--",
    "\N{EM DASH}": "---",
    "\N{LEFT SINGLE QUOTATION MARK}": "`",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": "``",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
    "\N{HORIZONTAL ELLIPSIS}": r"{\ldots}",
}


def to_latex(text: str, encoding: Encoding = "utf-8") -> str:
    r"""A plain text, such as a venue's name, as LaTeX prints it; everything in it is text.

    A character with neither a command nor, for `"ascii"`, a plain spelling stays as it is, so
    nothing is lost: `中` needs a LaTeX that can print it.

    >>> to_latex("Learning & Inference – 100%")
    'Learning \\& Inference -- 100\\%'
    >>> print(to_latex("Montréal", "latex"), to_latex("Montréal", "ascii"))
    Montr{\'e}al Montreal
    """
    if not _SPECIAL.search(text):
        return text
    return "".join(_character(char, encoding) for char in unicodedata.normalize("NFC", text))


def name_to_latex(name: str, encoding: Encoding = "utf-8") -> str:
    r"""A name, "Family, Given" or `{Organisation}`, as one name of an `author` field.

    BibTeX takes any "and" between blanks and outside braces for the end of a name, in capitals
    too; one that belongs to a name is put in braces.

    >>> print(name_to_latex("Łojasiewicz, Stanisław", "latex"))
    {\L}ojasiewicz, Stanis{\l}aw
    >>> name_to_latex("{Research & Engineering}")
    '{Research \\& Engineering}'
    """
    written = to_latex(name.replace("{", "").replace("}", ""), encoding)
    return _group(written) if is_collective(name) else _AND.sub(r"{\1}", written)


def title_to_latex(title: str, encoding: Encoding = "utf-8") -> str:
    r"""A title of the catalogue, in which `{…}` protects capitals and `$…$` is mathematics.

    Protection is by word: a group that holds part of a word grows to the word, because `{S}GD`
    spoils kerning and hyphenation, groups within groups become one, and a group of several words
    becomes one for each, so that no whole title stands in double braces. A word that has a capital
    after its first letter is protected anyway, for "relu" and "sgd" are never right. Words end at
    hyphens and blanks; `{SGD}-based` is left as it is. Mathematics stays untouched, and is put in
    braces where it holds a capital.

    >>> title_to_latex("{S}GD-based {Polyak-Łojasiewicz}: ReLU in 50% of $O(N)$")
    '{SGD}-based {Polyak-Łojasiewicz}: {ReLU} in 50\\% of {$O(N)$}'
    """
    if not _KEEPS_CASE.search(title):
        return title
    parts: list[str] = []
    for protects, run in groupby(_words_kept(unicodedata.normalize("NFC", title)), itemgetter(1)):
        text = "".join(
            _mathematics(atom) if len(atom) > 1 else _character(atom, encoding) for atom, _ in run
        )
        parts.append(_group(text) if protects else text)
    return "".join(parts)


def from_latex(value: str) -> str:
    r"""The text of a LaTeX value, for reading and comparing: `{\"o}` is ö, protecting braces go.

    Mathematics stays as it is written. What cannot be understood is kept as far as it can be; this
    never raises, and is no inverse of `title_to_latex`, because protection is lost.

    >>> from_latex(r"{SGD} meets {\L}ojasiewicz -- in $O(n^{2})$ steps")
    'SGD meets Łojasiewicz – in $O(n^{2})$ steps'
    """
    if not _MEANS_SOMETHING.search(value):
        return value
    quick = read_letters(value)
    if quick is not None:
        return quick
    with suppress(RecursionError):  # thousands of groups in groups
        # A % is no comment in a .bib file, whatever LaTeX makes of it later.
        value = _decoder()(_BARE_PERCENT.sub(r"\\%", value))
    return " ".join(value.split())


def _protected(title: str) -> Iterator[_Atom]:
    """The characters and formulas of a title without its braces, and whether each keeps its case.

    A blank never does, so a run of protected atoms is a word.
    """
    depth = 0
    for atom in _atoms(title):
        if atom == "{":
            depth += 1
        elif atom == "}":
            depth -= 1
        elif len(atom) > 1:
            yield atom, depth > 0 or atom != atom.lower()
        else:
            yield atom, depth > 0 and not atom.isspace()


def _atoms(title: str) -> Iterator[str]:
    """Formulas and single characters; a pair of dollar signs round no formula is two characters."""
    for found in _ATOM.finditer(title):
        if len(found[0]) == 1 or is_formula(found[0][1:-1]):
            yield found[0]
        else:
            yield from found[0]


def is_formula(inside: str) -> bool:
    """Whether LaTeX can read it between two dollar signs and BibTeX can count its braces."""
    unescaped = _ESCAPED.sub("", inside)
    return (
        inside.strip() != ""
        and "\\" not in unescaped
        and _is_balanced(inside)
        and _is_balanced(unescaped)
    )


def _is_balanced(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0


def _words_kept(title: str) -> Iterator[_Atom]:
    """The atoms of a title, with protection spread from part of a word to the whole word."""
    for is_word, run in groupby(_protected(title), lambda atom: atom[0].isalnum()):
        word = list(run)
        keeps = is_word and (
            any(protects for _, protects in word) or any(char.isupper() for char, _ in word[1:])
        )
        yield from ((atom, protects or keeps) for atom, protects in word)


def _group(text: str) -> str:
    """A protecting group; one that began with a backslash would be a special character."""
    return f"{{{{{text[:2]}}}{text[2:]}}}" if text.startswith("\\") else f"{{{text}}}"


def _mathematics(formula: str) -> str:
    if formula.isascii():
        return formula
    return "".join(_formula_sign(char) for char in formula)


def _formula_sign(char: str) -> str:
    if char.isascii():
        return char
    command = _command(char)
    return f"{{{command[1:-1]}}}" if command.startswith("$") else command


def _character(char: str, encoding: Encoding) -> str:
    """One character of running text."""
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isascii():
        return char
    if char in _PUNCTUATION:
        return _PUNCTUATION[char]
    if encoding == "utf-8" and _is_latin(char):
        return char
    command = _command(char)
    if command.startswith("$"):
        return command if command == command.lower() else _group(command)
    if encoding == "ascii":
        plain = _plain(char)
        return to_latex(plain) if plain.isascii() else command
    return char if encoding == "utf-8" else command


def _is_latin(char: str) -> bool:
    """Whether it is in one of the Latin blocks, so that pdfLaTeX may print it as it stands."""
    return char <= "\u024f" or "\u1e00" <= char <= "\u1eff"


def _plain(char: str) -> str:
    """A letter without its accent, in its own case."""
    folded = fold(char)
    return folded.capitalize() if char.isupper() else folded


@cache
def _command(char: str) -> str:
    r"""A character beyond ASCII as a command: `{\'e}`, `{\ss}`, `$\mu$`; itself if there is none.

    Accented letters are taken apart here: pylatexenc 2.11 writes ű as `\'{u}` and knows neither
    the commas of Romanian nor the double accents of Vietnamese.
    """
    accented = _accented(char)
    if accented:
        return f"{{{accented}}}"
    command = _encoder()(char)
    formula = re.fullmatch(r"\{\\ensuremath\{(.+)\}\}|\\ensuremath\{(.+)\}", command)
    return f"${formula[1] or formula[2]}$" if formula else command


def _accented(char: str) -> str:
    """The commands of an accented letter, without braces round them; empty if it is none."""
    base, _, mark = unicodedata.decomposition(char).partition(" ")
    accent = ACCENTS.get(chr(int(mark, 16))) if mark and base[0] != "<" else None
    if accent is None:
        return ""
    letter = chr(int(base, 16))
    inner = letter if letter.isascii() else _accented(letter)
    if len(inner) == 1 and not accent.isalpha():
        # LaTeX takes the dot off an i itself; biber cannot put the accent on a dotless one.
        return f"\\{accent}{inner}"
    return f"\\{accent}{{{inner}}}" if inner else ""


@cache
def _encoder() -> Callable[[str], str]:
    # Most exports need no more than the accents above, so pylatexenc waits until it is needed.
    from pylatexenc.latexencode import UnicodeToLatexEncoder

    encoder = UnicodeToLatexEncoder(
        non_ascii_only=True,
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )
    return encoder.unicode_to_latex  # type: ignore[no-any-return]


@cache
def _decoder() -> Callable[[str], str]:
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.latexwalker import get_default_latex_context_db

    decode = LatexNodes2Text(math_mode="verbatim").latex_to_text
    # Without the table of commands it would make a new one for each text.
    return partial(decode, latex_context=get_default_latex_context_db())


# The commands by which LaTeX writes letters, read without a parser.
#
# pylatexenc reads all of LaTeX and takes a third of a millisecond for a title; a .bib file of
# 10,000 entries has 100,000 values, most of which hold no more than accents and braces.


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
        value = _ACCENTED.sub(_letter_accented, value)
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


def _letter_accented(found: re.Match[str]) -> str:
    letter = found[2] or found[3] or found[4] or found[5]
    return unicodedata.normalize("NFC", letter + _MARKS[found[1]])


# Titles of .bib files in the form of our records.


_COMMAND = re.compile(r"\\(?:[A-Za-z]+[ \t]*|[^A-Za-z])$")
# Private use: no title has these letters, and the decoder leaves them alone.
_OPEN, _CLOSE = "\ue000", "\ue001"


def title_from_latex(value: str) -> str:
    r"""A title with accents in Unicode, and braces round what keeps its capitals alone.

    Braces round the whole title go: they protect every word, and say nothing of any. So do those
    of a special character and of a command's argument. Mathematics stays as it is written.

    >>> title_from_latex(r"{{SGD} meets {\L}ojasiewicz in {$O(n^{2})$} steps}")
    '{SGD} meets Łojasiewicz in $O(n^{2})$ steps'
    """
    title = value.strip()
    while title.startswith("{") and _closing(title, 0) == len(title) - 1:
        title = title[1:-1].strip()
    made, place = "", 0
    while place < len(title):
        end = _closing(title, place)
        inside = title[place + 1 : end] if end else ""
        if title[place] == "$" and "$" in title[place + 1 :]:
            end = title.index("$", place + 1)
            made += title[place : end + 1]
        elif inside and not _COMMAND.search(title[:place]):
            special = inside.startswith(("\\", "$")) or not re.search(r"[^\W\d_]", inside)
            made += title[place : end + 1] if special else f"{_OPEN}{inside}{_CLOSE}"
        else:
            made += title[place : (end or place) + 1]
        place = (end or place) + 1
    return from_latex(made).replace(_OPEN, "{").replace(_CLOSE, "}")


def _closing(text: str, start: int) -> int:
    """Where the group closes that opens here; 0 where none opens, or it never closes."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return place if place > start else 0
    return 0
