"""Read records that use only the simple part of YAML, in a fifth of the time of a YAML parser.

Files in canonical form (`yaml_writer`), and most that people write, consist of few kinds of lines:

    key: jin2017escape                 a plain or quoted text on one line
    topics: [saddle-escape]            a list of words
    author:                            a list of texts, or of such fields
      - Jin, Chi
    summary: >-                        a folded text, its lines equally indented
      Gradient descent that …

`read_simple` returns what a YAML parser would return, or None if a record contains anything else:
it never guesses. `yaml_reader` then asks the parser. Tests compare the two on generated text.

Keys, names and words are interned: 100,000 works repeat each many times.
"""

from __future__ import annotations

import re
from functools import cache
from sys import intern

LONGEST = 40_000
"""Characters: a longer record is left to the parser, which counts its values."""

Value = str | list["Value"] | dict[str, "Value"]

_WORD = r"[A-Za-z0-9]+(?:[ _./+-]+[A-Za-z0-9]+)*"
_WORDS = re.compile(rf"\[{_WORD}(?:, {_WORD})*\]")
_ITEMS = re.compile(r"(?:    - [^\W_](?:[\w ,.'()/+-]*[\w.')])?\n)+")
_INDICATORS = frozenset(["", " ", *"-?:,[]{}#&*!|>'\"%@`"])
"""What a plain text cannot begin with (YAML 1.1, section 9.1.3); nor with a space, or be empty."""
_QUOTED = re.compile(r"'[^']*'|\"[^\"\\]*\"")


def read_simple(text: str) -> dict[str, Value] | None:
    """Return the fields of one record, from its text with two spaces in place of its dash.

    Returns None if the text has another form.
    """
    if len(text) > LONGEST or not text.replace("\n", " ").isprintable():
        return None
    return _fields(text.rstrip("\n") + "\n", 2)


@cache
def _field_at(indent: int) -> re.Pattern[str]:
    """Return the pattern of a field: its name, its line, and the deeper lines below it."""
    margin = " " * indent
    return re.compile(rf"{margin}([a-z_]+):(?: ([^\n]+))?\n((?:{margin}  [^\n]*\n)*)")


@cache
def _item_at(indent: int) -> re.Pattern[str]:
    """Return the pattern of an item of a list: its line, and the deeper lines below it."""
    margin = " " * indent
    return re.compile(rf"{margin}- ([^\n]+\n(?:{margin}  [^\n]*\n)*)")


def _fields(text: str, indent: int) -> dict[str, Value] | None:
    found: dict[str, Value] = {}
    read = 0
    for name, line, below in _field_at(indent).findall(text):
        value: Value | None
        if below:
            value = _below(line, below, indent + 2)
        elif line[:1] == "[":
            words = line[1:-1].split(", ") if _WORDS.fullmatch(line) else None
            value = words and list(map(intern, words))
        else:
            value = _text(line)
        if value is None or name in found:
            return None
        found[name] = value
        read += indent + len(name) + len(line) + len(below) + (3 if line else 2)
    return found if read == len(text) else None  # else there is something between the fields


def _below(line: str, below: str, indent: int) -> Value | None:
    """Return the value in the lines below a field, which have at least this indent."""
    margin = " " * indent
    if line == ">-":
        # No line is empty, or deeper than the others.
        if below[indent] in " \n" or f"\n{margin} " in below or f"{margin}\n" in below:
            return None
        return below[indent:-1].replace(f"\n{margin}", " ")
    if line:
        return None
    if indent == 4 and _ITEMS.fullmatch(below):
        return list(map(intern, below[6:-1].split("\n    - ")))
    items: list[Value] = []
    read = 0
    for item in _item_at(indent).findall(below):
        value: Value | None = _text(item[:-1])
        if value is None:
            value = _fields(f"{margin}  {item}", indent + 2)
        if value is None:
            return None
        items.append(value)
        read += indent + 2 + len(item)
    return items if read == len(below) else None


def _text(line: str) -> str | None:
    """Return the text that one line is, plain or in quotation marks."""
    if line[:1] not in _INDICATORS:
        if ": " in line or " #" in line or line[-1] in " :" or "\n" in line:
            return None
        return intern(line) if line.isalpha() else line
    return line[1:-1] if _QUOTED.fullmatch(line) else None
