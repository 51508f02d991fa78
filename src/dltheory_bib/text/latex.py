r"""Convert text to LaTeX and back, for BibTeX files.

BibTeX's own processing of a value determines the output; the rules are those of "BibTeXing" and
"Designing BibTeX Styles" (Oren Patashnik, btxdoc and btxhak, 1988):

- A style may lower the case of a title wherever the text is outside braces, including mathematics
  and the names of commands: `$O(N)$` would become `$o(n)$`.
- A group at the outermost level that begins with a backslash, `{\"o}`, is a "special character":
  it counts as one letter, sorts as its letter and keeps its accent in initials and labels, but its
  letters change case with the title. So a group that protects never begins with a backslash.
- Braces are counted without regard to backslashes, so a value cannot contain `\{`.

The commands compile with LaTeX alone, except for ogoneks, Icelandic and some other letters, which
the encoding of its standard fonts lacks; `formats.bibtex_file` makes LaTeX take those from T1.
"""

from __future__ import annotations

import logging
import re
import string
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache, partial
from itertools import groupby
from operator import itemgetter
from typing import Literal

from dltheory_bib.text.latex_parser import commands_of_latex, parse_latex, without_commands
from dltheory_bib.text.names import fold, is_collective

Encoding = Literal["utf-8", "latex", "ascii"]
"""How non-ASCII letters are written: as they are (`é`), as commands (`{\\'e}`), or without their
accents (`e`). Mathematical symbols (`μ`, `∞`) are commands in each of the three, because pdfLaTeX
supports none of them.
"""

_SPECIAL = re.compile(r"[^ -~]|[#$%&<>\\^_{|}~]")
_KEEPS_CASE = re.compile(r"[^ -~]|[#$%&<>\\^_{|}~]|[A-Za-z0-9][A-Z]")
# Words in ASCII, some of them in braces of their own, with nothing that LaTeX would not print.
_PLAIN_WORDS = re.compile(
    r"""(?:[A-Za-z0-9 !"'()*+,\-./:;=?@\[\]`]++"""
    r"""|(?<![A-Za-z0-9}])\{[A-Za-z0-9]+\}(?![A-Za-z0-9{]))*"""
)
_WORD_KEPT = re.compile(r"\{[A-Za-z0-9]+\}|[A-Za-z0-9]+[A-Z][A-Za-z0-9]*")
_ATOM = re.compile(r"\$[^$]*\$|.", re.DOTALL)
_AND = re.compile(r"(?<!\S)(and)(?!\S)", re.IGNORECASE)
_MEANS_SOMETHING = re.compile(r"[\\{}$~%]|--|``|''")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_BARE_PERCENT = re.compile(r"(?<!\\)%")
_FONT = re.compile(r"\\(?:texttt|textsf|textmd|mbox|fbox)(?![A-Za-z])")
"""Commands whose text pylatexenc drops."""
_ADDRESS = re.compile(r"\\href\s*\{[^{}]*\}\s*(?=\{)")
"""The address of a link, which is not printed; its text follows."""
_BARE_AMPERSAND = re.compile(r"(\\.|\$[^$]*\$)|&")

# A character or a formula, and whether it keeps its case.
_Atom = tuple[str, bool]

# Replacements for ASCII characters that LaTeX would not print as themselves.
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
# Punctuation is written with LaTeX's ASCII conventions in every encoding.
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
    r"""Convert a plain text, such as a venue's name, to LaTeX; all of it is text.

    A character with neither a command nor, for `"ascii"`, a plain spelling is kept, so nothing is
    lost: `中` needs a LaTeX that can print it.

    >>> to_latex("Learning & Inference – 100%")
    'Learning \\& Inference -- 100\\%'
    >>> print(to_latex("Montréal", "latex"), to_latex("Montréal", "ascii"))
    Montr{\'e}al Montreal
    """
    if not _SPECIAL.search(text):
        return text
    return "".join(_character(char, encoding) for char in unicodedata.normalize("NFC", text))


def name_to_latex(name: str, encoding: Encoding = "utf-8") -> str:
    r"""Convert a name, "Family, Given" or `{Organisation}`, to one name of an `author` field.

    BibTeX interprets any "and" between spaces and outside braces as the end of a name, in capitals
    too; an "and" within a name is put in braces.

    >>> print(name_to_latex("Łojasiewicz, Stanisław", "latex"))
    {\L}ojasiewicz, Stanis{\l}aw
    >>> name_to_latex("{Research & Engineering}")
    '{Research \\& Engineering}'
    """
    if not _SPECIAL.search(name) and "and" not in name.lower():
        return name
    written = to_latex(name.replace("{", "").replace("}", ""), encoding)
    return _group(written) if is_collective(name) else _AND.sub(r"{\1}", written)


def title_to_latex(title: str, encoding: Encoding = "utf-8") -> str:
    r"""Convert a title of the catalogue, in which `{…}` protects capitals and `$…$` is mathematics.

    Protection is by word: a group that covers part of a word is extended to the word, because
    `{S}GD` spoils kerning and hyphenation. Nested groups become one, and a group of several words
    becomes one group per word, so that no whole title is in double braces. A word that has a
    capital after its first letter is always protected, since "relu" and "sgd" are never right.
    Words end at hyphens and spaces; `{SGD}-based` is left as it is. Mathematics is unchanged, and
    is put in braces if it contains a capital.

    >>> title_to_latex("{S}GD-based {Polyak-Łojasiewicz}: ReLU in 50% of $O(N)$")
    '{SGD}-based {Polyak-Łojasiewicz}: {ReLU} in 50\\% of {$O(N)$}'
    """
    if title.isascii():
        return _ascii_title_to_latex(title)
    return _any_title_to_latex(title, encoding)


# An entry is rendered once for each dialect.
@lru_cache(1_000)
def _ascii_title_to_latex(title: str) -> str:
    if not _KEEPS_CASE.search(title):
        return title
    if _PLAIN_WORDS.fullmatch(title):  # as most titles are; a tenth of the time of what follows
        return _WORD_KEPT.sub(_kept, title)
    return _any_title_to_latex(title, "ascii")


def _kept(word: re.Match[str]) -> str:
    return word[0] if word[0].startswith("{") else f"{{{word[0]}}}"


def _any_title_to_latex(title: str, encoding: Encoding) -> str:
    parts: list[str] = []
    for protects, run in groupby(_words_kept(unicodedata.normalize("NFC", title)), itemgetter(1)):
        text = "".join(
            _mathematics(atom) if len(atom) > 1 else _character(atom, encoding) for atom, _ in run
        )
        parts.append(_group(text) if protects else text)
    return "".join(parts)


def from_latex(value: str) -> str:
    r"""Return the text of a LaTeX value, for reading and comparing: `{\"o}` is ö, protecting braces
    are dropped.

    Mathematics is unchanged. Text that cannot be parsed is kept as far as possible; this function
    never raises. It is no inverse of `title_to_latex`, because protection is lost.

    >>> from_latex(r"{SGD} meets {\L}ojasiewicz -- in $O(n^{2})$ steps")
    'SGD meets Łojasiewicz – in $O(n^{2})$ steps'
    >>> from_latex(r"Proceedings of \href{https://example.org/100%25}{a \emph{Meeting}}")
    'Proceedings of a Meeting'
    """
    if not _MEANS_SOMETHING.search(value):
        return value
    quick = read_letters(value)
    if quick is not None:
        return quick
    value = _without_addresses(value)
    # A % does not start a comment in a .bib file, although LaTeX later treats it as one.
    value = _BARE_PERCENT.sub(r"\\%", value)
    # Nor does a & in text separate columns: it is one without its backslash.
    value = _BARE_AMPERSAND.sub(lambda found: found[1] or r"\&", value)
    parsed = parse_latex(_decoder(), _FONT.sub(r"\\text", value))
    if parsed is None:
        parsed = without_commands(_letters(value))
    return " ".join(parsed.split())


def _without_addresses(value: str) -> str:
    return _ADDRESS.sub("", value) if "\\href" in value else value


def _protected(title: str) -> Iterator[_Atom]:
    """Return the characters and formulas of a title without its braces, and whether each keeps its
    case.

    A space never does, so a run of protected atoms is a word.
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
    """Yield formulas and single characters; a pair of dollar signs without a formula is two
    characters.
    """
    for found in _ATOM.finditer(title):
        if len(found[0]) == 1 or is_formula(found[0][1:-1]):
            yield found[0]
        else:
            yield from found[0]


def is_formula(inside: str) -> bool:
    """Return whether LaTeX can read it between two dollar signs and BibTeX can count its braces."""
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
    """Return the atoms of a title, with protection extended from part of a word to the whole
    word.
    """
    for is_word, run in groupby(_protected(title), lambda atom: atom[0].isalnum()):
        word = list(run)
        keeps = is_word and (
            any(protects for _, protects in word) or any(char.isupper() for char, _ in word[1:])
        )
        yield from ((atom, protects or keeps) for atom, protects in word)


def _group(text: str) -> str:
    """Return a protecting group; one that began with a backslash would be a special character."""
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
    """Convert one character of running text."""
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
    """Return whether it is in one of the Latin blocks, so that pdfLaTeX may print it directly."""
    return char <= "\u024f" or "\u1e00" <= char <= "\u1eff"


def _plain(char: str) -> str:
    """Return a letter without its accent, in its own case."""
    folded = fold(char)
    return folded.capitalize() if char.isupper() else folded


@cache
def _command(char: str) -> str:
    r"""Convert a non-ASCII character to a command: `{\'e}`, `{\ss}`, `$\mu$`; unchanged if there is
    none.

    Accented letters are decomposed here: pylatexenc 2.11 writes ű as `\'{u}` and supports neither
    the commas of Romanian nor the double accents of Vietnamese.
    """
    accented = _accented(char)
    if accented:
        return f"{{{accented}}}"
    command = _encoder()(char)
    formula = re.fullmatch(r"\{\\ensuremath\{(.+)\}\}|\\ensuremath\{(.+)\}", command)
    return f"${formula[1] or formula[2]}$" if formula else command


def _accented(char: str) -> str:
    """Return the commands of an accented letter, without braces around them; empty if it is not
    one.
    """
    base, _, mark = unicodedata.decomposition(char).partition(" ")
    accent = ACCENTS.get(chr(int(mark, 16))) if mark and base[0] != "<" else None
    if accent is None:
        return ""
    letter = chr(int(base, 16))
    inner = letter if letter.isascii() else _accented(letter)
    if len(inner) == 1 and not accent.isalpha():
        # LaTeX removes the dot of an i itself; biber cannot put the accent on a dotless one.
        return f"\\{accent}{inner}"
    return f"\\{accent}{{{inner}}}" if inner else ""


@cache
def _encoder() -> Callable[[str], str]:
    # Most exports need only the accents above, so pylatexenc is imported when it is needed.
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

    # It warns on standard error of what it cannot parse.
    logging.getLogger("pylatexenc").addHandler(logging.NullHandler())
    decode = LatexNodes2Text(math_mode="verbatim").latex_to_text
    return partial(decode, latex_context=commands_of_latex())


# The commands for letters, read without a parser.  pylatexenc parses all of LaTeX and takes a third
# of a millisecond for a title; a .bib file of 10,000 entries has 100,000 values, most of which
# contain only accents and braces.


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
"""Return the accents of LaTeX, by combining character (LaTeX2e font encodings, encguide, table of
T1).
"""

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
    r"""Return a LaTeX value as text; None if it contains more than letters, dashes and braces.

    >>> read_letters(r"{SGD} meets {\L}ojasiewicz -- and Schr{\"o}dinger"), read_letters("$x$")
    ('SGD meets Łojasiewicz – and Schrödinger', None)
    """
    if "$" in value or "\\\\" in value:
        return None
    if "\\" in value:
        value = _SIGN.sub(r"\1", _letters(value))
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


def _letters(value: str) -> str:
    """Replace the commands for letters."""
    value = _ACCENTED.sub(_letter_accented, value)
    return _LETTER.sub(lambda found: _LETTERS[found[1]], value)


def _letter_accented(found: re.Match[str]) -> str:
    letter = found[2] or found[3] or found[4] or found[5]
    return unicodedata.normalize("NFC", letter + _MARKS[found[1]])


# Convert titles of .bib files to the form of the catalogue's records.


_LONGEST_COMMAND = 50
# Private use: no title contains these letters, and the decoder leaves them unchanged.
_OPEN, _CLOSE = "\ue000", "\ue001"


def title_from_latex(value: str) -> str:
    r"""Return a title with accents in Unicode, and braces only around text that keeps its capitals.

    Braces around the whole title are dropped: they protect every word, and so carry no information.
    So are those of a special character and of a command's argument. Mathematics is unchanged.

    >>> title_from_latex(r"{{SGD} meets {\L}ojasiewicz in {$O(n^{2})$} steps}")
    '{SGD} meets Łojasiewicz in $O(n^{2})$ steps'
    """
    title = _without_addresses(value).strip()
    ends = _group_ends(title)
    start, end = 0, len(title)
    while ends.get(start) == end - 1:
        inside = title[start + 1 : end - 1]
        start, end = end - 1 - len(inside.lstrip()), start + 1 + len(inside.rstrip())
    made: list[str] = []
    place = start
    while place < end:
        close = ends.get(place, 0)
        formula = title.find("$", place + 1, end) if title[place] == "$" else -1
        if formula >= 0:
            made.append(title[place : formula + 1])
            close = formula
        elif close > place + 1 and not _is_argument(title, place):
            inside = title[place + 1 : close]
            special = inside.startswith(("\\", "$")) or not re.search(r"[^\W\d_]", inside)
            made.append(title[place : close + 1] if special else f"{_OPEN}{inside}{_CLOSE}")
        else:
            made.append(title[place : (close or place) + 1])
        place = (close or place) + 1
    return from_latex("".join(made)).replace(_OPEN, "{").replace(_CLOSE, "}")


def _group_ends(text: str) -> dict[int, int]:
    """Return the end of each group by its start; a group that is never closed has none."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif opened:
            ends[opened.pop()] = brace.start()
    return ends


def _is_argument(text: str, place: int) -> bool:
    """Return whether a command ends before a position, so that the group there is its argument."""
    before = text[max(place - _LONGEST_COMMAND, 0) : place]
    name = before.rstrip(" \t")
    letters = name.rstrip(string.ascii_letters)
    if letters != name:
        return letters.endswith("\\")
    return before[-2:-1] == "\\" and not before[-1:].isspace()
