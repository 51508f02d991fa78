"""Read YAML: every scalar as plain text, with its position; no other YAML feature is interpreted.

Ordinary YAML typing damages bibliographies: `1810.04650` becomes a float without its last zero, the
author `No` becomes `False`, and a repeated key wins silently. So the file is read as a stream of
parser events, one record at a time (a file of 100,000 works is never in memory as a tree), and
features that a record file does not need are rejected: tags, anchors, aliases, several documents,
nesting beyond `MAX_DEPTH`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dltheory_bib.errors import DataError, Problem
from dltheory_bib.input_files import read_bytes
from dltheory_bib.text.names import quoted

MAX_DEPTH = 8
"""Deeper nesting than any record has."""
MAX_NODES = 20_000
"""More values than any record has; a larger one is an attack or an accident."""
MAX_PROBLEMS = 200
"""Reading a file stops after this number of problems."""
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
"""The rules that stop the reading of a file, so that the rest of it is unknown."""

Value = str | list["Value"] | dict[str, "Value"]
Place = tuple[int, int]
"""Line and column, both from 1."""

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_FORBIDDEN = re.compile(
    "[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that YAML 1.1 forbids in a stream (section 5.1 of its specification)."""
_SEPARATOR = re.compile("[\x85\u2028\u2029]")
"""Line ends in YAML, but not in an editor; text pasted from a PDF contains them."""
_BOM_ADVICE = "starts with a byte order mark; save the file as UTF-8 without BOM"


class _RefusedError(Exception):
    """Raised to stop reading a file; carries the problem that ends it."""

    def __init__(self, place: Place, rule: str, message: str) -> None:
        self.place, self.rule, self.message = place, rule, message
        super().__init__(message)


@dataclass(slots=True)
class RawRecord:
    """A record as plain text in dicts and lists, with the position of each value.

    `marks` contains the parser's marks in document order, one for each key and each value; they are
    converted to positions only when a problem needs one.
    """

    value: dict[str, Value]
    marks: list[Any]

    def place(self, path: tuple[str | int, ...]) -> Place:
        """Return the start of the value at a path; for a missing or unknown one, of its nearest
        ancestor.
        """
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
                mark = self.marks[position]  # the position of a field is that of its name
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
    """Return the number of marks of a value: its own, and those of its parts."""
    if isinstance(value, str):
        return 1
    if isinstance(value, list):
        return 1 + sum(map(_size, value))
    return 1 + sum(1 + _size(child) for child in value.values())


def read_records(
    path: Path, problems: list[Problem], shown: str | None = None
) -> Iterator[RawRecord]:
    """Yield the records of a YAML file, one at a time; problems of the file go to `problems`.

    The file is a list of mappings, in UTF-8. Problems name the file as `shown` (default: `path`).
    Never raises for the content of a file; an unreadable file is a problem as well.
    """
    file = shown or str(path)
    try:
        content = read_bytes(path)
    except DataError as error:
        problems += [problem._replace(file=file) for problem in error.problems]
        return
    yield from read_content(content, problems, file)


def read_content(content: bytes, problems: list[Problem], file: str) -> Iterator[RawRecord]:
    """Yield the records of the content of a YAML file, as `read_records` does."""
    try:
        _refuse_encoding(content)
        yield from _Reader(content, file, problems).records()
    except _RefusedError as refused:
        problems.append(Problem(file, *refused.place, "error", refused.rule, refused.message))
    except yaml.YAMLError as error:
        problems.append(_yaml_problem(file, content, error))
    except UnicodeDecodeError:
        problems.append(_encoding_problem(file, content))


def read_mapping(path: Path, problems: list[Problem], shown: str | None = None) -> RawRecord | None:
    """Return the one record of a YAML file that is a mapping; None, with a problem, without one."""
    file = shown or str(path)
    try:
        content = read_bytes(path)
    except DataError as error:
        problems += [problem._replace(file=file) for problem in error.problems]
        return None
    found: list[RawRecord] = []
    try:
        _refuse_encoding(content)
        found = list(_Reader(content, file, problems).records(listed=False))
    except _RefusedError as refused:
        problems.append(Problem(file, *refused.place, "error", refused.rule, refused.message))
    except yaml.YAMLError as error:
        problems.append(_yaml_problem(file, content, error))
    except UnicodeDecodeError:
        problems.append(_encoding_problem(file, content))
    return found[0] if found else None


def _refuse_encoding(content: bytes) -> None:
    """Reject a file whose first bytes show that it is not plain UTF-8."""
    if content.startswith(codecs.BOM_UTF8):
        raise _RefusedError((1, 1), "byte-order-mark", _BOM_ADVICE)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _RefusedError((1, 1), "encoding", "is in UTF-16; save the file as UTF-8 without BOM")


class _Reader:
    """Builds records from parser events."""

    def __init__(self, content: bytes, file: str, problems: list[Problem]) -> None:
        self.loader: Any = _Loader(content)
        self.next: Any = self.loader.get_event
        self.file = file
        self.problems = problems
        self.most = len(problems) + MAX_PROBLEMS
        self.marks: list[Any] = []

    def records(self, listed: bool = True) -> Iterator[RawRecord]:
        """Yield the records of a list, or else the one mapping of the file."""
        try:
            yield from self._document(listed)
        finally:
            self.loader.dispose()

    def _document(self, listed: bool) -> Iterator[RawRecord]:
        self.next()  # the start of the stream
        event = self.next()
        if isinstance(event, yaml.StreamEndEvent):
            raise _RefusedError((1, 1), "empty-file", "is empty; a record starts with '- key: …'")
        event = self.next()
        self._guard(event, 0)
        if not listed:
            yield self._only_record(event)
            return
        if not isinstance(event, yaml.SequenceStartEvent):
            if isinstance(event, yaml.ScalarEvent) and not event.value:
                raise _RefusedError(
                    (1, 1), "empty-file", "contains no record; a record starts with '- key: …'"
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
                _place(event), "shape", "contains a second document; join them in one list"
            )

    def _only_record(self, event: Any) -> RawRecord:
        if not isinstance(event, yaml.MappingStartEvent):
            message = "is not a mapping; write 'name: value' lines"
            raise _RefusedError(_place(event), "shape", message)
        value = self._value(event, 1)
        assert isinstance(value, dict)
        return RawRecord(value, self.marks)

    def _value(self, event: Any, depth: int) -> Value:
        """Build the value that starts with this event; add its marks to `self.marks`."""
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
                raise _RefusedError(
                    _place(event), "shape", "the name of a field must be a plain word"
                )
            name, before = event.value, len(self.marks)
            self.marks.append(event.start_mark)
            child = self._value(self.next(), depth + 1)
            if name in value:
                self._say(
                    event,
                    "repeated-field",
                    f"field {shown_name(name)} is repeated; keep one of them",
                )
                del self.marks[before:]
            else:
                value[name] = child
        return value

    def _guard(self, event: Any, depth: int) -> None:
        """Reject YAML features that a record file does not need, before anything is built from
        them.
        """
        if getattr(event, "anchor", None) is not None:
            self._say(
                event, "anchor", "YAML anchors and aliases are not allowed; write the value out"
            )
        if getattr(event, "tag", None) is not None:
            self._say(event, "tag", f"the YAML tag {_tag(event.tag)} is not allowed; delete it")
        if depth > MAX_DEPTH:
            raise _RefusedError(_place(event), "depth", f"is nested deeper than {MAX_DEPTH} levels")
        if len(self.marks) > MAX_NODES:
            raise _RefusedError(_place(event), "size", f"a record has more than {MAX_NODES} values")

    def _say(self, event: Any, rule: str, message: str) -> None:
        self.problems.append(Problem(self.file, *_place(event), "error", rule, message))
        self._stop_at_too_many(event)

    def _stop_at_too_many(self, event: Any) -> None:
        if len(self.problems) >= self.most:
            message = f"this file has {MAX_PROBLEMS} problems or more; fix those shown first"
            raise _RefusedError(_place(event), "too-many", message)


def shown_name(name: str) -> str:
    """Format the name of a field for a message: quoted unless it is a short, plain word."""
    return name if re.fullmatch(r"[!-&(-~]{1,60}", name) else quoted(name)


def _tag(tag: str) -> str:
    """Return a tag in short form: `!!int` for `tag:yaml.org,2002:int`."""
    return shown_name(re.sub("^tag:yaml.org,2002:", "!!", tag))


def _place(event: Any) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _yaml_problem(file: str, content: bytes, error: yaml.YAMLError) -> Problem:
    """Return a syntax error of libyaml, with a position, reworded for authors of records."""
    if isinstance(error, yaml.reader.ReaderError):
        return _encoding_problem(file, content)
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column, length = (mark.line + 1, mark.column + 1, mark.index + 1) if mark else (1, 1, 1)
    message = str(getattr(error, "problem", None) or error)
    text = content[: 4 * length].decode("utf-8", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")[:length]
    if separator := _SEPARATOR.search(text):
        return _invisible_line_end(file, text, separator.start())
    before = text.split("\n")[line - 1 : line]
    if before and "\t" in before[0] and ("token" in message or "tab" in message):
        column = before[0].index("\t") + 1
        return Problem(file, line, column, "error", "tab", "a tab; indent with spaces")
    if "mapping values are not allowed" in message:
        message += "; quote a value that contains ': '"
    elif "unexpected end of stream" in message or "quoted scalar" in message:
        message += "; a quotation mark is not closed"
    elif "cannot start any token" in message:
        message += "; quote a value that starts with a special character"
    elif "expected <block end>" in message or "did not find expected" in message:
        message += "; check the indentation and quote values that start with a special character"
    return Problem(file, line, column, "error", "yaml", message)


def _encoding_problem(file: str, content: bytes) -> Problem:
    """Find the first byte that is not UTF-8, or the first character that YAML does not allow."""
    rule, message, end = "encoding", "is not UTF-8 text", 0
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        text, end = content[: error.start].decode("utf-8"), error.start
        message = f"byte 0x{content[end]:02X} is not UTF-8; save the file as UTF-8"
        end = len(text)
    if found := _FORBIDDEN.search(text):
        rule, end = "control-character", found.start()
        message = f"the control character U+{ord(found[0]):04X} is not allowed; delete it"
    starts = [line.end() for line in re.finditer(r"\r\n|\r|\n", text[:end])]
    column = end - (starts[-1] if starts else 0) + 1
    return Problem(file, len(starts) + 1, column, "error", rule, message)


def _invisible_line_end(file: str, text: str, at: int) -> Problem:
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    message = f"the invisible line end U+{ord(text[at]):04X} is not allowed; delete it"
    return Problem(file, line, column, "error", "control-character", message)
