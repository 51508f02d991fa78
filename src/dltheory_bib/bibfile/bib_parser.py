r"""Parse a .bib file without loss: every byte, and the positions of the parts of its entries.

bibtexparser returns values without positions and writes its own layout, so its result cannot
reproduce the file byte for byte. This parser keeps the text and only records spans in it; text that
it cannot parse is kept as text between entries. It reads as BibTeX does (btxhak, and the WEB source
of BibTeX 0.99d, sections "Reading the database file"): an entry begins with `@`, a word and `{` or
`(`; values are in braces, in quotes, numbers or names of `@string`s, joined by `#`; braces count
without regard to backslashes. `@comment{…}` is a comment with all its content, as in biber.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dltheory_bib.errors import DataError, Problem
from dltheory_bib.source.folders import shown

MOST_BYTES = 100_000_000
"""A larger file is not a bibliography."""

_START = re.compile(r"@[ \t\r\n]*([A-Za-z][\w.:+/-]*)[ \t\r\n]*([{(])", re.ASCII)
_KEY = re.compile(r"[ \t\r\n]*([^\s,{}()\"#%=]*[^\s,{}\"#%=]*)[ \t\r\n]*")
_NAME = re.compile(r"[ \t\r\n]*([^\s\"#%'(),={}]+)[ \t\r\n]*=[ \t\r\n]*")
_BRACES = re.compile(r"[{}]")
_QUOTED = re.compile(r'[{}"]')
_BARE = re.compile(r"[^\s\"#%'(),={}]+")
_BLANK = re.compile(r"[ \t\r\n]*")
_NOT_ENTRIES = frozenset({"comment", "string", "preamble"})


@dataclass(slots=True)
class BibField:
    """A field of an entry; spans count characters of the file's text."""

    name: str
    """As written."""
    start: int
    """The start of its name."""
    value_start: int
    value_end: int
    parts: list[tuple[str, str]]
    """The parts of its value that `#` joins: the delimiter of each (`{`, `"` or, for a bare word,
    an empty string) and its content.
    """


@dataclass(slots=True)
class BibEntry:
    """An entry of the file."""

    type: str
    """As written, without `@`."""
    key: str
    start: int
    """The position of its `@`."""
    end: int
    """The position after its last brace."""
    key_start: int
    fields: list[BibField] = field(default_factory=list)
    whole: bool = True
    """Whether it was parsed to its end; an incomplete entry is never changed."""
    closing: int = 0
    """The position of its closing brace."""

    def get(self, name: str) -> BibField | None:
        """Return the first field with a name; the case of letters is ignored."""
        lower = name.lower()
        return next((one for one in self.fields if one.name.lower() == lower), None)


@dataclass(slots=True)
class BibFile:
    """A .bib file: its text and its entries."""

    text: str
    """Decoded so that encoding it again gives the same bytes."""
    name: str = "refs.bib"
    encoding: str = "utf-8"
    entries: list[BibEntry] = field(default_factory=list)
    strings: dict[str, str] = field(default_factory=dict)
    """The values of `@string`s by their names in lower case."""
    string_spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    preambles: list[tuple[int, int]] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    """Syntax errors: position, rule, and message."""
    _lines: list[int] = field(default_factory=list)

    def place(self, position: int) -> tuple[int, int]:
        """Return line and column of a position, from 1."""
        from bisect import bisect_right

        if not self._lines:
            self._lines = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", self.text))]
        line = bisect_right(self._lines, position)
        return line, position - self._lines[line - 1] + 1

    def value(self, one: BibField) -> str:
        """Return a value with its `@string`s replaced and white space folded."""
        made = ""
        for kind, inside in one.parts:
            made += inside if kind else self.strings.get(inside.lower(), inside)
        return " ".join(made.split())

    def values(self, entry: BibEntry) -> dict[str, str]:
        """Return the values of an entry by field name in lower case; of a repeated field, the
        first.
        """
        found: dict[str, str] = {}
        for one in entry.fields:
            found.setdefault(one.name.lower(), self.value(one))
        return found

    def source(self, entry: BibEntry) -> str:
        """Return the text of an entry unchanged."""
        return self.text[entry.start : entry.end]

    def encode(self, text: str) -> bytes:
        """Encode a text of this file as bytes."""
        return text.encode(self.encoding, "surrogateescape")


def read_bib(path: Path) -> BibFile:
    """Read and parse a .bib file.

    It is decoded as UTF-8; bytes that are not UTF-8 are preserved as surrogates. Raises `DataError`
    for a file that does not exist or cannot be a .bib: UTF-16, or one with null bytes.
    """
    name = shown(path)
    raw = _bytes(path, name)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        _refuse(name, "encoding", "is in UTF-16; save it as UTF-8")
    if b"\0" in raw[:1_000_000]:
        _refuse(name, "encoding", "contains null bytes; it is not a text file")
    return parse_bib(raw.decode("utf-8", "surrogateescape"), name)


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            _refuse(name, "file", "is a directory; name a .bib file")
        if path.stat().st_size > MOST_BYTES:
            _refuse(name, "size", f"is larger than {MOST_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except FileNotFoundError:
        _refuse(name, "file", "does not exist")
    except OSError as error:
        _refuse(name, "file", f"cannot be read: {(error.strerror or str(error)).lower()}")
    except ValueError:
        _refuse(name, "file", "is not a file name")
    raise AssertionError


def _refuse(name: str, rule: str, message: str) -> None:
    raise DataError([Problem(name, 0, 0, "error", rule, message)])


def parse_bib(text: str, name: str = "refs.bib") -> BibFile:
    """Parse the text of a .bib file. Never raises, whatever the text."""
    found = BibFile(text, name)
    position = 0
    while match := _START.search(text, position):
        kind = match[1].lower()
        if kind in _NOT_ENTRIES:
            position = _Reader(found, match).other(kind)
        else:
            position = _Reader(found, match).entry()
    return found


class _Reader:
    """Parses what begins at one `@`."""

    def __init__(self, found: BibFile, match: re.Match[str]) -> None:
        self.found = found
        self.text = found.text
        self.match = match
        self.close = "}" if match[2] == "{" else ")"

    def other(self, kind: str) -> int:
        """Parse a comment, a `@string` or a `@preamble`; return its end."""
        start, inside = self.match.start(), self.match.end()
        if kind == "comment" and self.close == ")":
            return inside  # for BibTeX only the word itself is the comment
        if kind == "comment" or kind == "preamble":
            end = self._matching(inside)
            if end is None:
                self._fault(start, "unbalanced", f"@{kind} is not closed")
                return inside
            if kind == "preamble":
                self.found.preambles.append((start, end + 1))
            return end + 1
        one = self._field(inside)
        if isinstance(one, int):
            self._fault(start, "syntax", "@string without a name and a value")
            return inside
        end = self._blank(one.value_end)
        if self.text[end : end + 1] == ",":
            end = self._blank(end + 1)
        if self.text[end : end + 1] != self.close:
            self._fault(start, "unbalanced", "@string is not closed")
            return one.value_end
        lower = one.name.lower()
        self.found.strings[lower] = self.found.value(one)
        self.found.string_spans[lower] = (start, end + 1)
        return end + 1

    def entry(self) -> int:
        """Parse an entry; return its end."""
        start = self.match.start()
        key = _KEY.match(self.text, self.match.end())
        if key is None:
            return self.match.end()
        made = BibEntry(self.match[1], key[1], start, key.end(), key.start(1))
        position = key.end()
        while True:
            char = self.text[position : position + 1]
            if char == self.close:
                made.closing, made.end = position, position + 1
                break
            if char == ",":
                after = self._blank(position + 1)
                if self.text[after : after + 1] in {self.close, ","}:
                    position = after
                    continue
                one = self._field(position + 1)
                if not isinstance(one, int):
                    made.fields.append(one)
                    position = self._blank(one.value_end)
                    continue
                position = one
            made.whole = False
            made.end = self._recover(position, made)
            break
        self.found.entries.append(made)
        return made.end

    def _recover(self, position: int, made: BibEntry) -> int:
        """Report a syntax error in an entry, and find where the next can begin."""
        message = "is not closed" if position >= len(self.text) else "cannot be read from here on"
        rule = "unbalanced" if position >= len(self.text) else "syntax"
        self._fault(min(position, len(self.text)), rule, f"the entry {made.key} {message}")
        following = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
        found = following.search(self.text, max(position, made.start + 1))
        return found.start() if found else len(self.text)

    def _field(self, position: int) -> BibField | int:
        """Parse a field and its value; on an error, return the position."""
        name = _NAME.match(self.text, position)
        if name is None:
            return self._blank(position)
        begin = position = name.end()
        parts: list[tuple[str, str]] = []
        while True:
            part = self._part(position)
            if part is None:
                return len(self.text) if self.text[position : position + 1] in '{"' else position
            kind, inside, end = part
            parts.append((kind, inside))
            after = self._blank(end)
            if self.text[after : after + 1] != "#":
                return BibField(name[1], name.start(1), begin, end, parts)
            position = self._blank(after + 1)

    def _part(self, position: int) -> tuple[str, str, int] | None:
        """Parse a part of a value: return its delimiter, its content, and its end."""
        char = self.text[position : position + 1]
        if char == "{":
            end = self._matching(position + 1)
            return None if end is None else ("{", self.text[position + 1 : end], end + 1)
        if char == '"':
            end = self._quote(position + 1)
            return None if end is None else ('"', self.text[position + 1 : end], end + 1)
        bare = _BARE.match(self.text, position)
        if bare is None:
            return None
        return ("0" if bare[0].isdigit() else "", bare[0], bare.end())

    def _matching(self, position: int) -> int | None:
        """Find the brace that closes the one before this position."""
        depth = 1
        for brace in _BRACES.finditer(self.text, position):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                return brace.start()
        return None

    def _quote(self, position: int) -> int | None:
        """Find the quotation mark that closes a value: the next outside braces."""
        depth = 0
        for found in _QUOTED.finditer(self.text, position):
            if found[0] == '"' and depth == 0:
                return found.start()
            depth += {"{": 1, "}": -1}.get(found[0], 0)
            if depth < 0:
                return None
        return None

    def _blank(self, position: int) -> int:
        found = _BLANK.match(self.text, position)
        return found.end() if found else position

    def _fault(self, position: int, rule: str, message: str) -> None:
        self.found.faults.append((position, rule, message))


def needed_strings(bib: BibFile, entries: Iterator[BibEntry]) -> list[str]:
    """Return the names of the `@string`s that some entries use, including nested ones."""
    wanted: dict[str, None] = {}
    for entry in entries:
        for one in entry.fields:
            for kind, inside in one.parts:
                if not kind and inside.lower() in bib.string_spans:
                    wanted[inside.lower()] = None
    return [name for name in bib.string_spans if name in wanted]
