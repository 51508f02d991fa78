"""The comments of a YAML file, and what each of them stands at; PyYAML drops them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml


@dataclass(slots=True)
class Comments:
    """The comments of a node: on the lines above it, beside it, and below the last of its parts."""

    above: list[str] = field(default_factory=list)
    beside: str = ""
    below: list[str] = field(default_factory=list)


class Notes:
    """Finds the comments of a text, and the node each belongs to.

    A comment above a line belongs to what starts on that line, one beside a value to the value,
    one that is indented further than what follows to the end of the record before; `header` and
    `footer` are those at the two ends of the file.
    """

    def __init__(self, text: str, root: Any) -> None:
        self.lines = text.splitlines()
        self.of: dict[int, Comments] = {}
        self.header: list[str] = []
        self.footer: list[str] = []
        self.entries = list(_entries(root))
        self._assign(root)

    def at(self, node: Any) -> Comments:
        """The comments of a node."""
        return self.of.setdefault(id(node), Comments())

    def _assign(self, root: Any) -> None:
        starts = []
        for node in self.entries:
            line = node.start_mark.line
            # An item begins at its dash, which the parser does not count to it.
            starts.append((line, len(self.lines[line]) - len(self.lines[line].lstrip()), node))
        first = starts[0][0] if starts and root.value else len(self.lines)
        records = list(root.value)
        for line, column, said in _comments(self.lines, root):
            if self.lines[line][:column].strip(" -"):
                beside = self.at([node for number, _, node in starts if number <= line][-1])
                if beside.beside:  # a list in brackets has room for one
                    beside.above.append(said)
                else:
                    beside.beside = said
                continue
            following = next((entry for entry in starts if entry[0] > line), None)
            if line < first and "" in (text.strip() for text in self.lines[line:first]):
                self.header.append(said)
            elif following is None:
                last = records[-1] if records and column else None
                (self.at(last).below if last else self.footer).append(said)
            elif column > following[1]:
                record = [one for one in records if one.start_mark.line < line][-1]
                self.at(record).below.append(said)
            else:
                self.at(following[2]).above.append(said)


def _entries(node: Any) -> Iterator[Any]:
    """What starts a line, in document order: records, the names of fields, items of lists."""
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
    """Line and column (from 0) and text of each comment: a `#` that is in no value."""
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
        for found in re.finditer(r"(?:^|(?<=\s))#", text):
            at = found.start()
            if not any(left <= at < right for left, right in taken.get(number, ())):
                yield number, at, text[at:].rstrip()
                break
