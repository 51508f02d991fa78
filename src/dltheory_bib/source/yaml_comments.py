"""The comments of a YAML file, and the nodes they belong to; PyYAML drops comments."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml


@dataclass(slots=True)
class Comments:
    """The comments of a node: on the lines above it, next to it, and below the last of its
    parts.
    """

    above: list[str] = field(default_factory=list)
    beside: str = ""
    below: list[str] = field(default_factory=list)


class Notes:
    """Finds the comments of a text, and the node each belongs to.

    A comment above a line belongs to the node that starts on that line; one after a value to the
    value; one that is indented further than the next line to the end of the record before. `header`
    and `footer` are those at the start and the end of the file.
    """

    def __init__(self, text: str, root: Any) -> None:
        self.lines = text.splitlines()
        self.of: dict[int, Comments] = {}
        self.header: list[str] = []
        self.footer: list[str] = []
        self.entries = list(_entries(root))
        self._assign(root)

    def at(self, node: Any) -> Comments:
        """Return the comments of a node."""
        return self.of.setdefault(id(node), Comments())

    def _assign(self, root: Any) -> None:
        starts = []
        for node in self.entries:
            line = node.start_mark.line
            # An item begins at its dash, which the parser does not include.
            starts.append((line, len(self.lines[line]) - len(self.lines[line].lstrip()), node))
        numbers = [start[0] for start in starts]
        first = starts[0][0] if starts and root.value else len(self.lines)
        blank = [not text.strip() for text in self.lines[:first]]
        last_blank = max((number for number, is_blank in enumerate(blank) if is_blank), default=-1)
        records = list(root.value)
        record_lines = [one.start_mark.line for one in records]
        for line, column, comment in _comments(self.lines, root):
            after = bisect_right(numbers, line)
            if self.lines[line][:column].strip(" -"):
                beside = self.at(starts[after - 1][2])
                if beside.beside:  # a list in brackets has room for one
                    beside.above.append(comment)
                else:
                    beside.beside = comment
                continue
            following = starts[after] if after < len(starts) else None
            if line < first and last_blank >= line:
                self.header.append(comment)
            elif following is None:
                last = records[-1] if records and column else None
                (self.at(last).below if last else self.footer).append(comment)
            elif column > following[1]:
                record = records[bisect_left(record_lines, line) - 1]
                self.at(record).below.append(comment)
            else:
                self.at(following[2]).above.append(comment)


class NoNotes(Notes):
    """The comments of new records, which have none."""

    def __init__(self) -> None:
        self.header, self.footer = [], []
        self.none = Comments()

    def at(self, node: Any) -> Comments:  # noqa: ARG002
        """Return no comments."""
        return self.none


def _entries(node: Any) -> Iterator[Any]:
    """Yield the nodes that start lines, in document order: records, field names, list items."""
    if isinstance(node, yaml.SequenceNode):
        for item in () if node.flow_style else node.value:
            yield item
            if not isinstance(item, yaml.ScalarNode):
                yield from _entries(item)
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield name
            yield from _entries(value)


def _scalars(node: Any) -> Iterator[Any]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    else:
        for pair in node.value:
            for part in pair:
                yield from _scalars(part)


def _comments(lines: list[str], root: Any) -> Iterator[tuple[int, int, str]]:
    """Return line and column (from 0) and text of each comment: a `#` outside values."""
    taken: dict[int, list[tuple[int, int]]] = {}
    for node in _scalars(root):
        start, end = node.start_mark, node.end_mark
        for line in range(start.line, end.line + 1):
            left = start.column if line == start.line else 0
            right = end.column if line == end.line else len(lines[line]) if line < len(lines) else 0
            if node.style in ("|", ">") and line == start.line:
                right = left + 1  # a comment may follow the indicator
            taken.setdefault(line, []).append((left, right))
    for number, text in enumerate(lines):
        values = sorted(taken.get(number, ()))
        for found in re.finditer(r"(?:^|(?<=\s))#", text):
            at = found.start()
            place = bisect_right(values, (at, len(text) + 1)) - 1  # values do not overlap
            if place < 0 or at >= values[place][1]:
                yield number, at, text[at:].rstrip()
                break
