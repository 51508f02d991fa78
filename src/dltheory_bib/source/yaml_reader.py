"""Reading YAML: every scalar as the text that stands there, with its place; nothing else obeyed.

Ordinary YAML typing damages bibliographies: `1810.04650` becomes a float that lost its last zero,
the author `No` becomes `False`, and a repeated key wins silently. So the file is read as a stream
of parser events, a record at a time (a file of 100,000 works never stands in memory as a tree), and
what a record file has no use for is refused: tags, anchors, aliases, several documents, nesting
beyond `MAX_DEPTH`.
"""

from __future__ import annotations

import codecs
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import yaml

from dltheory_bib.errors import Problem
from dltheory_bib.text.names import quoted

MAX_DEPTH = 8
"""Deeper nesting than any record has."""
MAX_NODES = 20_000
"""More values than any record has; beyond it a file is not data but an attack or an accident."""
MAX_PROBLEMS = 200
"""A file is not read further once it has shown this many problems."""
STOPPING = frozenset(
    [
        "file",
        "byte-order-mark",
        "encoding",
        "control-character",
        "empty-file",
        "yaml",
        "tab",
        "shape",
        "depth",
        "size",
        "too-many",
    ]
)
"""The rules after which a file is not read further, so that the rest of it is not known."""

Value = str | list["Value"] | dict[str, "Value"]
Place = tuple[int, int]
"""Line and column, both from 1."""

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_FORBIDDEN = re.compile(
    "[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML 1.1 forbids in a stream (section 5.1 of its specification)."""
_SEPARATOR = re.compile("[\x85\u2028\u2029]")
"""Line ends to YAML, but not to an editor; they come with text that is pasted from a PDF."""
_BOM_ADVICE = "starts with a byte order mark; save the file as UTF-8 without BOM"


class _RefusedError(Exception):
    """Raised to stop reading one file; carries the problem that ends it."""

    def __init__(self, place: Place, rule: str, message: str) -> None:
        self.place, self.rule, self.message = place, rule, message
        super().__init__(message)


@dataclass(slots=True)
class RawRecord:
    """A record as it stands in the file: plain text in dicts and lists, and where each value is.

    `marks` holds the parser's marks in document order, one for each key and each value; they are
    only turned into places when a problem asks for one.
    """

    value: dict[str, Value]
    marks: list[Any]

    def place(self, path: tuple[str | int, ...]) -> Place:
        """Where the value at a path begins; for a missing or unknown one, its nearest ancestor."""
        mark = self.marks[0]
        position = 0
        node: Value = self.value
        for step in path:
            if isinstance(node, dict) and step in node:
                position += 1
                for key, child in node.items():
                    if key == step:
                        break
                    position += 1 + _size(child)
                mark = self.marks[position]  # a field is pointed at by its name
                position += 1
                node = node[str(step)]
            elif isinstance(node, list) and isinstance(step, int) and step < len(node):
                position += 1 + sum(_size(child) for child in node[:step])
                mark = self.marks[position]
                node = node[step]
            else:
                break
        return mark.line + 1, mark.column + 1


def _size(value: Value) -> int:
    """How many marks a value has: its own, and those of all that is in it."""
    if isinstance(value, str):
        return 1
    if isinstance(value, list):
        return 1 + sum(map(_size, value))
    return 1 + sum(1 + _size(child) for child in value.values())


def read_records(
    path: Path, problems: list[Problem], shown: str | None = None
) -> Iterator[RawRecord]:
    """The records of a YAML file, one at a time; what is wrong with the file goes to `problems`.

    The file is a list of mappings, in UTF-8. Problems name the file as `shown` (default: `path`).
    Never raises for what the file holds; a file that cannot be read is a problem as well.
    """
    file = shown or str(path)
    try:
        yield from _records(path, file, problems)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"cannot be read: {reason.lower()}"
        if isinstance(error, FileNotFoundError):
            message = "does not exist"
        problems.append(Problem(file, 0, 0, "error", "file", message))


def _records(path: Path, file: str, problems: list[Problem]) -> Iterator[RawRecord]:
    try:
        with _open(path) as stream:
            _refuse_encoding(stream)
            yield from _Reader(stream, file, problems).records()
    except _RefusedError as refused:
        problems.append(Problem(file, *refused.place, "error", refused.rule, refused.message))
    except yaml.YAMLError as error:
        problems.append(_yaml_problem(file, path, error))
    except UnicodeDecodeError:
        problems.append(_encoding_problem(file, path))


def _open(path: Path) -> IO[bytes]:
    """The file, or `_RefusedError` saying why it cannot be read, or `OSError`."""
    try:
        mode = path.stat().st_mode
    except ValueError:
        raise _RefusedError((0, 0), "file", "is not the name of a file") from None
    if stat.S_ISDIR(mode):
        raise _RefusedError((0, 0), "file", "is a directory; name a YAML file in it")
    if not stat.S_ISREG(mode):
        # It is read more than once, to give problems their place; and a pipe may never end.
        raise _RefusedError((0, 0), "file", "is a pipe or a device; save the data in a file")
    return path.open("rb")


def _refuse_encoding(stream: IO[bytes]) -> None:
    """Refuse a file that says by its first bytes that it is not plain UTF-8."""
    start = stream.read(4)
    stream.seek(0)
    if start.startswith(codecs.BOM_UTF8):
        raise _RefusedError((1, 1), "byte-order-mark", _BOM_ADVICE)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _RefusedError((1, 1), "encoding", "is in UTF-16; save the file as UTF-8 without BOM")


class _Reader:
    """Builds records from parser events."""

    def __init__(self, stream: IO[bytes], file: str, problems: list[Problem]) -> None:
        self.loader: Any = _Loader(stream)
        self.next: Any = self.loader.get_event
        self.file = file
        self.problems = problems
        self.most = len(problems) + MAX_PROBLEMS
        self.marks: list[Any] = []

    def records(self) -> Iterator[RawRecord]:
        try:
            yield from self._document()
        finally:
            self.loader.dispose()

    def _document(self) -> Iterator[RawRecord]:
        self.next()  # the start of the stream
        event = self.next()
        if isinstance(event, yaml.StreamEndEvent):
            raise _RefusedError((1, 1), "empty-file", "is empty; a record starts with '- key: …'")
        event = self.next()
        self._guard(event, 0)
        if not isinstance(event, yaml.SequenceStartEvent):
            if isinstance(event, yaml.ScalarEvent) and not event.value:
                raise _RefusedError(
                    (1, 1), "empty-file", "holds no record; one starts with '- key: …'"
                )
            raise _RefusedError(
                _place(event), "shape", "is not a list; each record starts with '- '"
            )
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            self.marks = []
            start = len(self.problems)
            value = self._value(event, 1)
            if isinstance(value, dict):
                yield RawRecord(value, self.marks)
            elif len(self.problems) == start:
                self._say(event, "not-a-record", "is not a record; write it as 'name: value' lines")
            self._stop_at_too_many(event)
        self.next()  # the end of the document
        if not isinstance(event := self.next(), yaml.StreamEndEvent):
            raise _RefusedError(
                _place(event), "shape", "holds a second document; join them in one list"
            )

    def _value(self, event: Any, depth: int) -> Value:
        """The value that starts with this event; its marks are added to `self.marks`."""
        self._guard(event, depth)
        self.marks.append(event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            text: str = event.value
            return text
        if isinstance(event, yaml.AliasEvent):
            return ""  # never expanded, so a file cannot grow while it is read
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(depth)
        items: list[Value] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            items.append(self._value(event, depth + 1))
        return items

    def _mapping(self, depth: int) -> dict[str, Value]:
        value: dict[str, Value] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            self._guard(event, depth)
            if not isinstance(event, yaml.ScalarEvent):
                raise _RefusedError(_place(event), "shape", "a field's name must be a plain word")
            name, before = event.value, len(self.marks)
            self.marks.append(event.start_mark)
            child = self._value(self.next(), depth + 1)
            if name in value:
                self._say(
                    event, "repeated-field", f"field {shown_name(name)} is repeated; keep one"
                )
                del self.marks[before:]
            else:
                value[name] = child
        return value

    def _guard(self, event: Any, depth: int) -> None:
        """Refuse what a record file has no use for, before anything is built from it."""
        if getattr(event, "anchor", None) is not None:
            self._say(event, "anchor", "YAML anchors and aliases are refused; write the value out")
        if getattr(event, "tag", None) is not None:
            self._say(event, "tag", f"the YAML tag {_tag(event.tag)} is refused; delete it")
        if depth > MAX_DEPTH:
            raise _RefusedError(_place(event), "depth", f"nests deeper than {MAX_DEPTH} levels")
        if len(self.marks) > MAX_NODES:
            raise _RefusedError(_place(event), "size", f"a record has more than {MAX_NODES} values")

    def _say(self, event: Any, rule: str, message: str) -> None:
        self.problems.append(Problem(self.file, *_place(event), "error", rule, message))
        self._stop_at_too_many(event)

    def _stop_at_too_many(self, event: Any) -> None:
        if len(self.problems) >= self.most:
            message = f"this file has {MAX_PROBLEMS} problems or more; mend those shown first"
            raise _RefusedError(_place(event), "too-many", message)


def shown_name(name: str) -> str:
    """The name of a field as a message shows it: quoted unless it is a short, plain word."""
    return name if re.fullmatch(r"[!-&(-~]{1,60}", name) else quoted(name)


def _tag(tag: str) -> str:
    """A tag as it is written: `!!int` for `tag:yaml.org,2002:int`."""
    return shown_name(re.sub("^tag:yaml.org,2002:", "!!", tag))


def _place(event: Any) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _yaml_problem(file: str, path: Path, error: yaml.YAMLError) -> Problem:
    """libyaml's complaint, with a place, in the words of somebody who is typing a record."""
    if isinstance(error, yaml.reader.ReaderError):
        return _encoding_problem(file, path)
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column, length = (mark.line + 1, mark.column + 1, mark.index + 1) if mark else (1, 1, 1)
    said = str(getattr(error, "problem", None) or error)
    with path.open(encoding="utf-8", errors="replace") as stream:
        text = stream.read(length)
    if separator := _SEPARATOR.search(text):
        return _invisible_line_end(file, text, separator.start())
    before = text.split("\n")[line - 1 : line]
    if before and "\t" in before[0] and ("token" in said or "tab" in said):
        column = before[0].index("\t") + 1
        return Problem(file, line, column, "error", "tab", "a tab; indent with spaces")
    if "mapping values are not allowed" in said:
        said += "; put quotes round a value that holds ': '"
    elif "unexpected end of stream" in said or "quoted scalar" in said:
        said += "; a quotation mark is not closed"
    elif "cannot start any token" in said:
        said += "; put quotes round a value that starts with a special character"
    elif "expected <block end>" in said or "did not find expected" in said:
        said += "; check the indentation and quote values that start with a special character"
    return Problem(file, line, column, "error", "yaml", said)


def _encoding_problem(file: str, path: Path) -> Problem:
    """Where the first byte stands that is not UTF-8, or the first character YAML does not allow."""
    line = 0
    for line, raw in _lines(path):
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            column = len(raw[: error.start].decode("utf-8")) + 1
            said = f"byte 0x{raw[error.start]:02X} is not UTF-8; save the file as UTF-8"
            return Problem(file, line, column, "error", "encoding", said)
        if found := _FORBIDDEN.search(text):
            said = f"the control character U+{ord(found[0]):04X} is not allowed; delete it"
            return Problem(file, line, found.start() + 1, "error", "control-character", said)
    return Problem(file, max(line, 1), 1, "error", "encoding", "is not UTF-8 text")


def _invisible_line_end(file: str, text: str, at: int) -> Problem:
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    said = f"the invisible line end U+{ord(text[at]):04X} is not allowed; delete it"
    return Problem(file, line, column, "error", "control-character", said)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The numbered lines of a file, however they end: Unix, Windows or old Macintosh."""
    with path.open(encoding="latin-1") as stream:  # one byte, one character, there and back
        for number, line in enumerate(stream, 1):
            yield number, line.encode("latin-1")
