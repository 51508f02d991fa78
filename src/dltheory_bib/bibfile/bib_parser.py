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
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from sys import intern
from typing import Literal, NamedTuple

from dltheory_bib.bibfile.delimiters import Delimiters
from dltheory_bib.input_files import encode, legible, read_text

LONGEST_EXPANSION = 20_000
"""The most characters that `@string`s add to one value; BibTeX's limit for a string."""
EXPANSION = 100_000
"""The most that they add to all values of a file, and twice its length more."""

_START = re.compile(r"@[ \t\r\n]*([A-Za-z][\w.:+/-]*)[ \t\r\n]*([{(])", re.ASCII)
_LINE_START = re.compile(r"^[ \t%]*@[ \t]*[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_KEY = re.compile(r"[ \t\r\n]*([^\s,{}()\"#%=]*[^\s,{}\"#%=]*)[ \t\r\n]*")
_NAME = re.compile(r"[ \t\r\n]*((?![0-9])[^\s\"#%'(),={}]+)[ \t\r\n]*=[ \t\r\n]*")
# A comma and a field whose value is a number or has no braces or quotation marks inside, as most.
_USUAL_FIELD = re.compile(
    r",[ \t\r\n]*((?![0-9])[^\s\"#%'(),={}]+)[ \t\r\n]*=[ \t\r\n]*"
    r"(\{[^{}]*\}|\"[^\"{}]*\"|[0-9]+)[ \t\r\n]*(?=[,})])"
)
_BARE = re.compile(r"[^\s\"#%'(),={}]+")
_BLANK = re.compile(r"[ \t\r\n]*")
_BLANKS = " \t\r\n"
_LINE_END = re.compile(r"\r\n|\r|\n")
_NOT_ENTRIES = frozenset({"comment", "string", "preamble"})
_COMMENT = re.compile(r"@[ \t\r\n]*comment(?![\w.:+/-])", re.IGNORECASE | re.ASCII)


class Slip(NamedTuple):
    """Text at which BibTeX stops, and which this parser skips."""

    position: int
    kind: Literal["stray", "commented", "comma"]
    """An `@` that begins no entry; an entry inside `@comment{…}`; a comma after a comma."""


def _part_of(text: str) -> tuple[str, str]:
    """Return the delimiter and the content of a part of a value."""
    if text[0] in '{"':
        return text[0], text[1:-1]
    return "0" if text.isdigit() else "", text


@dataclass(slots=True)
class BibField:
    """A field of an entry; spans count characters of the file's text.

    A large file has a million fields, so a field stores short distances, which Python shares, and
    no copy of its value.
    """

    name: str
    """As written."""
    start: int
    """The start of its name."""
    lead: int
    """The distance from there to its value."""
    length: int
    """The length of its value."""
    text: str = field(repr=False)
    """The text of the file."""
    joined: tuple[tuple[str, str], ...] = ()
    """The parts of a value of several."""

    @property
    def value_start(self) -> int:
        """The start of its value, with its delimiter."""
        return self.start + self.lead

    @property
    def value_end(self) -> int:
        """The end of its value."""
        return self.start + self.lead + self.length

    @property
    def is_literal(self) -> bool:
        """Whether its value is one text in braces or quotation marks."""
        return not self.joined and self.text[self.start + self.lead] in '{"'

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """The parts of its value that `#` joins: the delimiter of each (`{`, `"` or, for a bare
        word, an empty string; `0` for a number) and its content.
        """
        if self.joined:
            return self.joined
        return (_part_of(self.text[self.value_start : self.value_end]),)


@dataclass(slots=True)
class BibEntry:
    """An entry of the file."""

    type: str
    """As written, without `@`."""
    key: str
    """With letters for stray bytes, as a manuscript cites it."""
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
    """Python's name of its encoding."""
    note: str = ""
    """A note about its encoding; empty for UTF-8."""
    entries: list[BibEntry] = field(default_factory=list)
    strings: dict[str, str] = field(default_factory=dict)
    """The values of `@string`s by their names in lower case."""
    string_spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    string_fields: dict[str, BibField] = field(default_factory=dict)
    """The definitions of `@string`s, each as a field with its name."""
    given: Mapping[str, str] = field(default_factory=dict)
    """The `@string`s of the files that are read with this one; its own take precedence."""
    preambles: list[tuple[int, int]] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    """Syntax errors: position, rule, and message."""
    slips: list[Slip] = field(default_factory=list)
    unexpanded: set[int] = field(default_factory=set)
    """The starts of values whose `@string`s are not replaced, because that would be too long."""
    _lines: array[int] = field(default_factory=lambda: array("I"))

    def place(self, position: int) -> tuple[int, int]:
        """Return line and column of a position, from 1."""
        if not self._lines:
            self._lines.append(0)
            self._lines.extend(found.end() for found in _LINE_END.finditer(self.text))
        line = bisect_right(self._lines, position)
        return line, position - self._lines[line - 1] + 1

    def value(self, one: BibField) -> str:
        """Return a value with its `@string`s replaced and white space folded."""
        made = self._content(one)
        is_plain = made.isascii() and made.isprintable() and "  " not in made
        if is_plain and made[:1] != " " and made[-1:] != " ":  # as most values are
            return made
        return legible(" ".join(made.split()))

    def value_in_lines(self, one: BibField) -> str:
        """Return a value with its `@string`s replaced; white space and lines stay."""
        return legible(self._content(one))

    def _content(self, one: BibField) -> str:
        if one.joined:
            return "".join(i if kind else self._macro(i, one) for kind, i in one.joined)
        if one.is_literal:
            return self.text[one.start + one.lead + 1 : one.start + one.lead + one.length - 1]
        kind, inside = one.parts[0]
        return inside if kind else self._macro(inside, one)

    def string(self, name: str) -> str | None:
        """Return what a `@string` stands for; None if neither this file nor one that is read with
        it defines it.
        """
        lower = name.lower()
        found = self.strings.get(lower)
        return self.given.get(lower) if found is None else found

    def _macro(self, name: str, one: BibField) -> str:
        found = None if one.value_start in self.unexpanded else self.string(name)
        return name if found is None else found

    def values(self, entry: BibEntry) -> dict[str, str]:
        """Return the values of an entry by field name in lower case; of a repeated field, the
        first.
        """
        found: dict[str, str] = {}
        for one in entry.fields:
            name = intern(one.name.lower())
            if name not in found:
                found[name] = self.value(one)
        return found

    def source(self, entry: BibEntry) -> str:
        """Return the text of an entry unchanged."""
        return self.text[entry.start : entry.end]

    def encode(self, text: str) -> bytes:
        """Encode a text of this file as bytes."""
        return encode(text, self.encoding)


def read_bib(path: Path) -> BibFile:
    """Read and parse a .bib file, in any encoding of `input_files`.

    Stray bytes in a file of UTF-8 are preserved as surrogates in its text; values have letters in
    their place. Raises `DataError` for a file that cannot be read.
    """
    file = read_text(path, exact=True)
    made = BibFile(file.text, file.name, file.encoding, file.note)
    return _parsed(made, read_on=False)


def parse_bib(text: str, name: str = "refs.bib") -> BibFile:
    """Parse the text of a .bib file. Never raises, whatever the text."""
    return _parsed(BibFile(text, name), read_on=False)


def read_on(file: BibFile) -> BibFile:
    """Return a file in which the text after an entry that is never closed is parsed, as if the
    entry ended before the next one. The file itself is not changed.
    """
    last = file.entries[-1] if file.entries else None
    if last is None or last.whole or last.end < len(file.text):
        return file
    return _parsed(BibFile(file.text, file.name, file.encoding, file.note), read_on=True)


def share_strings(files: Iterable[BibFile]) -> list[BibFile]:
    """Return files with each other's `@string`s, as BibTeX and biber read all files of a
    bibliography; the files themselves are not changed.
    """
    files = list(files)
    if len(files) < 2 or not any(file.strings for file in files):
        return files
    every: dict[str, str] = {}
    shared = []
    for file in files:
        made = replace(
            file,
            strings=dict(file.strings),
            given=every,
            faults=list(file.faults),
            unexpanded=set(file.unexpanded),
        )
        for name, one in made.string_fields.items():
            parts = [inside.lower() for kind, inside in one.parts if not kind]
            needs_others = any(part in every and part not in file.strings for part in parts)
            if needs_others and expansion(made, one.parts) <= LONGEST_EXPANSION:
                made.strings[name] = made.value(one)
        for name, value in made.strings.items():
            every.setdefault(name, value)
        shared.append(made)
    for made in shared:
        _limit_expansion(made)
    return shared


def iter_entries(found: BibFile, read_on: bool = False) -> Iterator[BibEntry]:
    """Parse a file entry by entry; its `@string`s, preambles and faults are added to it."""
    parser = _Parser(found, read_on)
    position = 0
    while match := _START.search(found.text, position):
        parser.between(position, match.start())
        kind = match[1].lower()
        if kind in _NOT_ENTRIES:
            position = parser.other(kind, match)
        else:
            made = parser.entry(match)
            yield made
            position = made.end
    parser.between(position, len(found.text))


def _parsed(found: BibFile, read_on: bool) -> BibFile:
    found.entries.extend(iter_entries(found, read_on))
    _limit_expansion(found)
    return found


def _limit_expansion(found: BibFile) -> None:
    """List the values whose `@string`s would make them, or all values together, too long."""
    if not found.strings and not found.given:
        return
    left = EXPANSION + 2 * len(found.text)
    fields = (one for entry in found.entries for one in entry.fields)
    for one in fields:
        size = expansion(found, one.parts)
        if size <= min(left, LONGEST_EXPANSION):
            left -= size
            continue
        if not found.unexpanded:
            message = "the @strings of this value are too long; it is read without them"
            found.faults.append((one.value_start, "expansion", message))
        found.unexpanded.add(one.value_start)


def expansion(found: BibFile, parts: Iterable[tuple[str, str]]) -> int:
    """Return the number of characters that `@string`s add to a value."""
    return sum(len(found.string(inside) or "") for kind, inside in parts if not kind)


class _Parser:
    """Parses the entries of one file; nothing is read twice."""

    def __init__(self, found: BibFile, read_on: bool) -> None:
        self.found = found
        self.text = found.text
        self.read_on = read_on
        self.delimiters = Delimiters(found.text)
        self.left = EXPANSION + 2 * len(found.text)
        """The characters that `@string`s may still add to other `@string`s."""

    def between(self, start: int, end: int) -> None:
        """Note each line between entries with an `@`, at which BibTeX expects an entry."""
        text = self.text
        place = text.find("@", start, end)
        while place >= 0:
            after = place + 1
            if not _COMMENT.match(text, place):
                self.found.slips.append(Slip(place, "stray"))
                line = text.find("\n", place, end)
                after = line if line >= 0 else end
            place = text.find("@", after, end)

    def _commented(self, start: int, end: int) -> None:
        """Note the entries in a `@comment{…}`, which BibTeX reads."""
        place = self.text.find("@", start, end)
        while place >= 0:
            inner = _START.match(self.text, place, end)
            after = inner.end() if inner else self.text.find("\n", place, end)
            if inner is None:
                self.between(place, place + 1)
            elif inner[1].lower() not in _NOT_ENTRIES:
                self.found.slips.append(Slip(place, "commented"))
            place = self.text.find("@", after, end) if after >= 0 else -1

    def other(self, kind: str, match: re.Match[str]) -> int:
        """Parse a comment, a `@string` or a `@preamble`; return its end."""
        start, inside = match.start(), match.end()
        close = "}" if match[2] == "{" else ")"
        if kind == "comment" and close == ")":
            return inside  # for BibTeX only the word itself is the comment
        if kind == "comment" or kind == "preamble":
            end = self.delimiters.brace(inside)
            if end is None:
                self._fault(start, "unbalanced", f"@{kind} is not closed")
                return inside
            if kind == "comment":
                self._commented(inside, end)
            else:
                self.found.preambles.append((start, end + 1))
            return end + 1
        one = self._field(inside)
        if isinstance(one, int):
            self._fault(start, "syntax", "@string without a name and a value")
            return inside
        end = self._blank(one.value_end)
        if self.text[end : end + 1] == ",":
            end = self._blank(end + 1)
        if self.text[end : end + 1] != close:
            self._fault(start, "unbalanced", "@string is not closed")
            return one.value_end
        self._define(one, start, end + 1)
        return end + 1

    def _define(self, one: BibField, start: int, end: int) -> None:
        size = expansion(self.found, one.parts)
        if size > min(self.left, LONGEST_EXPANSION):
            message = (
                f"@string {one.name} stands for more than {LONGEST_EXPANSION:,} characters; it is "
                "read without the others in it"
            )
            self._fault(start, "expansion", message)
            self.found.unexpanded.add(one.value_start)
        else:
            self.left -= size
        lower = one.name.lower()
        self.found.strings[lower] = self.found.value(one)
        self.found.string_spans[lower] = (start, end)
        self.found.string_fields[lower] = one

    def entry(self, match: re.Match[str]) -> BibEntry:
        """Parse an entry."""
        start = match.start()
        close = "}" if match[2] == "{" else ")"
        key = _KEY.match(self.text, match.end())
        assert key is not None  # every part of it may be empty
        made = BibEntry(intern(match[1]), legible(key[1]), start, key.end(), key.start(1))
        position = key.end()
        while True:
            char = self.text[position : position + 1]
            if char == close:
                made.closing, made.end = position, position + 1
                break
            if char == ",":
                usual = _USUAL_FIELD.match(self.text, position)
                if usual:
                    start, value, end = usual.start(1), usual.start(2), usual.end(2)
                    made.fields.append(
                        BibField(intern(usual[1]), start, value - start, end - value, self.text)
                    )
                    position = usual.end()
                    continue
                after = self._blank(position + 1)
                sign = self.text[after : after + 1]
                if sign in {close, ","}:
                    if sign == ",":
                        self.found.slips.append(Slip(after, "comma"))
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
        return made

    def _recover(self, position: int, made: BibEntry) -> int:
        """Report a syntax error in an entry, and find where the next can begin."""
        ended = position >= len(self.text)
        message = "is not closed" if ended else "cannot be read from here on"
        rule = "unbalanced" if ended else "syntax"
        self._fault(min(position, len(self.text)), rule, f"the entry {made.key} {message}")
        # BibTeX takes the rest of the file into an entry that is not closed.
        after = made.start + 1 if ended and self.read_on else max(position, made.start + 1)
        found = _LINE_START.search(self.text, after)
        return found.start() if found else len(self.text)

    def _field(self, position: int) -> BibField | int:
        """Parse a field and its value; on an error, return the position."""
        name = _NAME.match(self.text, position)
        if name is None:
            return self._blank(position)
        begin = position = name.end()
        spans: list[tuple[int, int]] = []
        while True:
            end = self._part(position)
            if end is None:
                return len(self.text) if self.text[position : position + 1] in '{"' else position
            after = self._blank(end)
            if self.text[after : after + 1] == "#":
                spans.append((position, end))
                position = self._blank(after + 1)
                continue
            joined: tuple[tuple[str, str], ...] = ()
            if spans:
                joined = tuple(_part_of(self.text[a:b]) for a, b in [*spans, (position, end)])
            start = name.start(1)
            return BibField(intern(name[1]), start, begin - start, end - begin, self.text, joined)

    def _part(self, position: int) -> int | None:
        """Return the end of a part of a value; None if there is none."""
        char = self.text[position : position + 1]
        if char == "{":
            end = self.delimiters.brace(position + 1)
        elif char == '"':
            end = self.delimiters.quote(position + 1)
        else:
            bare = _BARE.match(self.text, position)
            return bare.end() if bare else None
        return None if end is None else end + 1

    def _blank(self, position: int) -> int:
        if self.text[position : position + 1] not in _BLANKS:
            return position
        found = _BLANK.match(self.text, position)
        return found.end() if found else position

    def _fault(self, position: int, rule: str, message: str) -> None:
        self.found.faults.append((position, rule, message))


def needed_strings(
    files: Sequence[BibFile], file: BibFile, entries: Iterable[BibEntry]
) -> list[tuple[BibFile, str]]:
    """Return the `@string`s that some entries of a file use, each after those in its own value: the
    file that defines it, among those that are read together, and its name in lower case.
    """
    order = [file, *(one for one in files if one is not file)]
    found: dict[str, BibFile] = {}
    open_: set[str] = set()
    todo = list(dict.fromkeys(_macros(one for entry in entries for one in entry.fields)))[::-1]
    while todo:
        name = todo[-1]
        home = next((one for one in order if name in one.string_spans), None)
        inner = _macros([home.string_fields[name]]) if home and name not in open_ else ()
        open_.add(name)
        nested = [one for one in inner if one not in found and one not in open_]
        todo += nested
        if not nested:
            todo.pop()
            if home is not None and name not in found:
                found[name] = home
    return [(home, name) for name, home in found.items()]


def _macros(fields: Iterable[BibField]) -> Iterator[str]:
    """Yield the names of the `@string`s in some values, in lower case."""
    for one in fields:
        yield from (inside.lower() for kind, inside in one.parts if not kind)
