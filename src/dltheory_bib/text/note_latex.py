r"""Write a user's notes and tags as LaTeX that can be read back without a loss, and read others'.

`to_latex` makes text to be typeset: there `--` is a dash, and lines are joined. Here every
character of a note comes back, and so do its lines and the blanks that shape them.
"""

from __future__ import annotations

import re
import unicodedata

from dltheory_bib.text.latex import from_latex, to_latex

SEPARATOR = "---"
"""The line between two notes in one field."""
_COMMANDS = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    **{char: f"\\{char}" for char in "$&%#_"},
}
_SPELLED = {**{command.removesuffix("{}"): char for char, command in _COMMANDS.items()}, r"\{": "{"}
_SPELLED[r"\}"] = "}"
_FIRST = 0xE000
"""The first of the characters, of Unicode's area for private use, that stand for others."""
_COMMAND = re.compile(r"(\\text[a-z]+)(?![a-zA-Z])(?:\{\}| +)?|(\\[{}$&%#_])")
_BRACED = re.compile(r"\{(\\text[a-z]+)\}")
_REFERENCE = re.compile(
    r"\\(?:[a-zA-Z]*cite[a-zA-Z]*|[a-zA-Z]*ref|label)\*?(?:\[[^\]]*\])*\{[^{}]*\}"
)
_HREF = re.compile(r"\\href\{([^{}]*)\}\{([^{}]*)\}")
_URL = re.compile(r"\\url\{([^{}]*)\}")
_BALANCE = re.compile(r"\\vphantom\{\\[{}]\}")
"""What Zotero writes beside a brace, so that braces are in pairs."""
_PARAGRAPH = re.compile(r"[ \t]*\\par(?![a-zA-Z])[ \t]*\n?")
_WORD = re.compile(r"\\[a-zA-Z]+(?![a-zA-Z{])")
_KEPT = re.compile(r"--+|''+|``+|,,+|(?<=[!?])`|  +")
"""What LaTeX would draw as other characters, and blanks that it would fold."""


_SILENT = frozenset(rf"\{name}" for name in "em it bf sl sc tt small noindent item relax".split())  # noqa: SIM905
"""Commands that are no text, and say nothing that a note would lose."""


def note_to_latex(text: str) -> str:
    r"""Return a note as LaTeX; its lines stay.

    >>> print(note_to_latex("a -- b: 5% {x} \\alpha"))
    a -- b: 5\% \textbraceleft{}x\textbraceright{} \textbackslash{}alpha
    """
    return "\n".join(map(_line, unicodedata.normalize("NFC", text).split("\n")))


def _line(line: str) -> str:
    made = "".join(map(_character, line))
    if line.strip() == SEPARATOR:
        made = line.replace(SEPARATOR, "{}".join(SEPARATOR))
    return re.sub(r"^ +", lambda found: "~" * len(found[0]), made)


def _character(char: str) -> str:
    if char in _COMMANDS or char.isascii():
        return _COMMANDS.get(char, char)
    made = to_latex(char)
    return made if made.startswith("{\\") and from_latex(made) == char else char


def note_from_latex(value: str) -> str:
    r"""Return the text of a value of a .bib with its lines, unless an editor has wrapped them.

    Lines of which all but the first are indented are wrapped; an empty one ends a paragraph.

    >>> note_from_latex("Read with\n    M{\\\"u}ller, p.~3")
    'Read with Müller, p. 3'
    """
    value = _PARAGRAPH.sub("\n", value)
    lines = value.replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n").split("\n")
    more = [line for line in lines[1:] if line.strip()]
    if more and all(line[0] in " \t" for line in more):
        paragraphs = re.split(r"\n\s*\n", "\n".join(lines))
        return "\n\n".join(_read(" ".join(one.split())) for one in paragraphs)
    if any(_is_open(line) for line in lines):
        return _read(" ".join(value.split()))
    return "\n".join(map(_read, lines))


def _is_open(line: str) -> bool:
    """Return whether braces or a formula of a line end in another."""
    bare = re.sub(r"\\.", "", line)
    return bare.count("{") != bare.count("}") or bare.count("$") % 2 == 1


def _read(line: str) -> str:
    kept: list[str] = []

    def hidden(part: str) -> str:
        if part not in kept:
            kept.append(part)
        return chr(_FIRST + kept.index(part))

    def command(found: re.Match[str]) -> str:
        char = _SPELLED.get(found[1] or found[2])
        return found[0] if char is None else hidden(char)

    def word(found: re.Match[str]) -> str:
        return found[0] if from_latex(found[0]) or found[0] in _SILENT else hidden(found[0])

    text = _BRACED.sub(r"\1{}", _BALANCE.sub("", line.rstrip()))
    text = _HREF.sub(lambda found: f"{found[2]} ({hidden(found[1])})", text)
    text = _URL.sub(lambda found: hidden(found[1]), text)
    text = _REFERENCE.sub(lambda found: hidden(found[0]), text)
    text = _WORD.sub(word, _COMMAND.sub(command, text)) if "\\" in text else text
    text = _KEPT.sub(lambda found: hidden(found[0]), text)
    text = re.sub(r"(?<!\\)~", lambda _: hidden(" "), text)
    text = "".join(hidden(char) if char.isspace() and char != " " else char for char in text)
    text = from_latex(text)
    return "".join(
        kept[ord(char) - _FIRST] if 0 <= ord(char) - _FIRST < len(kept) else char for char in text
    ).rstrip()
