"""Write data files in one canonical form, so that a diff shows only what changed.

Records are sorted by key, fields in the order of the model; a long text is folded at `WIDTH`, a
short list is on one line, and a text that another YAML reader would interpret as a number is
quoted. Comments stay with the value they belong to. The output is parsed again and compared with
the input: text with a different meaning is never returned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from dltheory_bib.errors import Problem
from dltheory_bib.files import write_text
from dltheory_bib.input_files import read_bytes
from dltheory_bib.source.yaml_comments import NoNotes, Notes
from dltheory_bib.source.yaml_reader import read_content
from dltheory_bib.text.exponents import EXPONENT, LOG_OF, SYMBOL

if TYPE_CHECKING:
    from dltheory_bib.models.record import Record

WIDTH = 98
"""Column at which a long text is folded."""

_UNWRITABLE = {
    "depth": "is nested too deeply",
    "size": "has a record with too many values",
    "too-many": "has too many problems",
    "anchor": "has YAML anchors or aliases; write the values out",
}
"""The rules of problems that prevent writing a file again, and why."""
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_ADDED = "added"
_SORTED_BY = ("key", "id", "citing")
_NUMBERS = frozenset({"year", "since", "until", "ordinal_from", "prints_pages"})
"""Fields whose numbers and truth values are not quoted."""
_ONE_EACH = frozenset({"author", "cites", "notes", "files"})
"""Lists with one item per line, however short, so that a diff shows the changed item."""
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=~<][^\n]*")
_TYPED = re.compile(
    r"[-+]?(?:[0-9][0-9_,]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:e[-+]?[0-9]+)?"
    r"|0x[0-9a-f_]+|0o[0-7_]+|[-+]?[0-9]+(?::[0-9]+)+(?:\.[0-9]*)?|[-+]?\.inf|\.nan"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|(?:null|true|false|yes|no|on|off|y|n|~)?",
    re.IGNORECASE,
)
"""Text that YAML 1.1 (https://yaml.org/type/) or 1.2 may interpret as another type."""
_PART = 50
"""The number of new records that are written, and read again, at once."""
_WORD = re.compile(r"[\w./:@+'() -]*\w")
_FACTOR = re.compile(f"{SYMBOL}|{LOG_OF}")


def canonical(text: str, kind: str, today: date | None = None) -> str:
    """Return a data file in canonical form.

    `text` is the content of a file of this kind (`papers`, `topics` …) whose YAML was read without
    a problem. With `today`, a work without the date of its entry gets this one. Raises
    `ValueError` if the text is not a list of records, or contains a value that cannot be written
    back with the same meaning.
    """
    return _written(text, kind, {}, frozenset(), today=today)


def _written(
    text: str,
    kind: str,
    put: Mapping[str, Mapping[str, Any]],
    remove: Collection[str],
    ordered: bool = False,
    today: date | None = None,
) -> str:
    """Return a data file in canonical form with records added, replaced and removed, by name.

    If the fields of all records are `ordered` already, the models need not be imported.
    """
    root = yaml.compose(text, _Loader)
    if not isinstance(root, yaml.SequenceNode):
        raise ValueError("is not a list of records")
    if not all(isinstance(name, yaml.ScalarNode) for name in _names(root)):
        raise ValueError("has a field whose name is not a plain word")
    notes = Notes(text, root)
    model = None if ordered else _model(kind)
    new = {name: _node(record) for name, record in put.items()}
    records = []
    for node in root.value:
        name = _sort_key(node)
        if name in new:
            records.append(_joined(node, new.pop(name)))
        elif name not in remove:
            records.append(node)
    records = sorted([*records, *new.values()], key=_sort_key)
    written = _Writer(notes)
    if today is not None and model is not None and _ADDED in model.model_fields:
        _date(records, today)
    blocks = ["\n".join(written.record(record, model)) for record in records] or ["[]"]
    head = ["\n".join(notes.header)] if notes.header else []
    foot = ["\n".join(notes.footer)] if notes.footer else []
    made = "\n\n".join([*head, *blocks, *foot]) + "\n"
    _compare(made, records, model)
    return made


def canonical_records(records: Iterable[Mapping[str, Any]], kind: str) -> str:
    """Return a data file with some new records, in canonical form; it has no comments.

    Raises `ValueError` for a value that cannot be written with the same meaning.
    """
    model = _model(kind)
    written = _Writer(NoNotes())
    blocks = []
    ordered = sorted(records, key=_key)
    for start in range(0, len(ordered), _PART):  # the tree of a large file takes much memory
        part = [_node(one) for one in ordered[start : start + _PART]]
        made = "\n\n".join("\n".join(written.record(record, model)) for record in part)
        _compare(made, part, model)
        blocks.append(made)
    return "\n\n".join(blocks or ["[]"]) + "\n"


def _compare(made: str, records: list[Any], model: type[Record] | None) -> None:
    """Raise `ValueError` if a text has another meaning than some records."""
    if _plain(yaml.compose(made, _Loader), model) != [_plain(r, model) for r in records]:
        raise ValueError("cannot be written in canonical form without a change of meaning")


def _key(record: Mapping[str, Any]) -> str:
    """Return the key by which a record is sorted."""
    return next((str(record[name]) for name in _SORTED_BY if name in record), "")


def _node(value: Any) -> Any:
    """Return the node of a value."""
    if isinstance(value, str):
        return yaml.ScalarNode("", value)
    if isinstance(value, Mapping):
        return yaml.MappingNode("", [(_node(name), _node(one)) for name, one in value.items()])
    if isinstance(value, (list, tuple)):
        return yaml.SequenceNode("", [_node(one) for one in value])
    return yaml.ScalarNode("", json.dumps(value))


def _model(kind: str) -> type[Record] | None:
    from dltheory_bib.source.catalogue import MODELS

    return MODELS.get(kind)


def _joined(old: Any, new: Any) -> Any:
    """Return a node with the data of the new one, made of parts of the old one where those have the
    same data, since comments belong to them.
    """
    if _plain(old, None) == _plain(new, None):
        return old
    if isinstance(old, yaml.MappingNode) and isinstance(new, yaml.MappingNode):
        before = {name.value: (name, value) for name, value in old.value}
        old.value = [
            (before[name.value][0], _joined(before[name.value][1], value))
            if name.value in before
            else (name, value)
            for name, value in new.value
        ]
        return old
    if isinstance(old, yaml.SequenceNode) and isinstance(new, yaml.SequenceNode):
        known = [(_plain(item, None), item) for item in old.value]
        old.value = [
            next((item for data, item in known if data == _plain(one, None)), one)
            for one in new.value
        ]
        return old
    return new


def revised(
    text: str,
    kind: str,
    put: Mapping[str, Mapping[str, Any]],
    remove: Collection[str] = (),
    ordered: bool = False,
) -> str:
    """Return a data file with records added, replaced and removed, by their key or id.

    A new record is written in canonical form where the order of names has its place. A replaced one
    keeps the comments of what stays in it. All other records stay byte for byte, unless the file
    has a form in which they cannot be told apart line by line; then the whole is written in
    canonical form. Raises `ValueError` as `canonical` does, also for what is not YAML.

    The fields of new records are put in order, unless they are `ordered` as those of the model,
    which then is not imported.
    """
    if "\r\n" in text and text.count("\r\n") == text.count("\n"):
        return revised(text.replace("\r\n", "\n"), kind, put, remove, ordered).replace("\n", "\r\n")
    try:
        parts = _parts(text)
        if parts is not None:
            return _rejoined(*parts, kind, put, remove, ordered)
        if all(line[:1] in {"#", ""} for line in text.splitlines()):
            text = f"{text.rstrip()}\n\n[]\n".lstrip("\n")  # comments alone, or nothing
        _refuse_unwritable(text.encode())
        alone = ordered and text.rpartition("\n\n")[2].strip() == "[]"
        return _written(text, kind, put, remove, alone)
    except yaml.YAMLError:
        raise ValueError("is not valid YAML") from None


def _rejoined(
    head: str,
    blocks: list[tuple[str, str]],
    foot: str,
    kind: str,
    put: Mapping[str, Mapping[str, Any]],
    remove: Collection[str],
    ordered: bool,
) -> str:
    left = dict(put)
    made: list[tuple[str, str]] = []
    for name, block in blocks:
        if name in left:
            _refuse_unwritable(block.encode())
            made.append((name, _written(block, kind, {name: left.pop(name)}, ())))
        elif name not in remove:
            made.append((name, block))
    for name, record in sorted(left.items()):
        place = next((n for n, (other, _) in enumerate(made) if other > name), len(made))
        made.insert(place, (name, _written("[]", kind, {name: record}, (), ordered)))
    joined = "\n".join(block.rstrip("\n") + "\n" for _, block in made) or "[]\n"
    return "\n".join(part for part in (head, joined, foot) if part)


_NAMED = re.compile(r"- (?:key|id|citing): ([A-Za-z][^\s#'\"]*)\n")


def _parts(text: str) -> tuple[str, list[tuple[str, str]], str] | None:
    """Return the comments at the start of a file, its records with their names and comments as they
    are, and the comments at its end; None if it has another form.
    """
    lines = text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith("- ")]
    if not starts or "\r" in text or not text.endswith("\n"):
        return None
    first = starts[0]
    between = {number: _comments_above(lines, number) for number in starts}
    blank = [n for n in range(first) if not lines[n].strip()]
    between[first] = blank[-1] + 1 if blank else between[first]
    if any(line.strip() and not line.startswith("#") for line in lines[:first]):
        return None
    end = len(lines)
    while end > starts[-1] and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    blocks = []
    for number, following in zip(starts, [*starts[1:], None], strict=True):
        named = _NAMED.match(lines[number])
        if named is None:
            return None
        stop = end if following is None else between[following]
        blocks.append((named[1], "".join(lines[between[number] : stop]).strip("\n") + "\n"))
    if any(line[:1] not in {" ", "-", "#", "\n"} for line in lines):
        return None
    head = "".join(lines[: between[first]]).rstrip("\n")
    foot = "".join(lines[end:]).strip("\n")
    return head and f"{head}\n", blocks, foot and f"{foot}\n"


def _comments_above(lines: list[str], number: int) -> int:
    """Return the first of the comment lines that belong to the record that starts on a line."""
    while number and (lines[number - 1].startswith("#") or not lines[number - 1].strip()):
        number -= 1
    while not lines[number].strip():
        number += 1
    return number


def _refuse_unwritable(content: bytes) -> None:
    # What cannot be read one record at a time must not be built as a tree: nesting, aliases.
    problems: list[Problem] = []
    for _ in read_content(content, problems, ""):
        pass
    for problem in problems:
        if problem.rule in _UNWRITABLE:
            raise ValueError(_UNWRITABLE[problem.rule])


def rewrite(path: Path, kind: str, today: date | None = None) -> bool:
    """Write a file of this kind in canonical form; return whether that changed it.

    With `today`, works without the date of their entry get this one. The file is written
    atomically. Raises `ValueError` as `canonical` does, also if the file is not YAML or not UTF-8,
    and `OSError`.
    """
    before = read_bytes(path)
    _refuse_unwritable(before)
    try:
        after = canonical(before.decode("utf-8"), kind, today)
    except yaml.YAMLError:
        raise ValueError("is not valid YAML") from None
    if after.encode() == before:
        return False
    write_text(path, after)
    return True


def _date(records: Iterable[Any], today: date) -> None:
    """Give each record without the date of its entry this one."""
    for record in records:
        if isinstance(record, yaml.MappingNode) and _ADDED not in (
            n.value for n, _ in record.value
        ):
            text = "tag:yaml.org,2002:str"
            day = yaml.ScalarNode(text, today.isoformat())
            record.value.append((yaml.ScalarNode(text, _ADDED), day))


def _sort_key(record: Any) -> str:
    if isinstance(record, yaml.MappingNode):
        values = {name.value: value.value for name, value in record.value}
        for name in _SORTED_BY:
            if isinstance(values.get(name), str):
                return str(values[name])
    return ""


def _plain(node: Any, model: type[Record] | None) -> Any:
    """Return the data of a node, without its form."""
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, model) for item in node.value]
    return {name.value: _plain(value, model) for name, value in node.value}


class _Writer:
    """Writes nodes as lines."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def record(self, node: Any, model: type[Record] | None) -> list[str]:
        comments = self.notes.at(node)
        lines = [*comments.above, *self._item(node, 0, model)]
        return [*lines, *("  " + comment for comment in comments.below)]

    def _item(self, node: Any, indent: int, model: type[Record] | None = None) -> list[str]:
        """Write an item of a list, with its dash."""
        margin = " " * indent
        if isinstance(node, yaml.MappingNode):
            lines = self._fields(node, indent + 2, model)
            first = next((n for n, line in enumerate(lines) if line.lstrip()[:1] != "#"), 0)
            lines[first] = f"{margin}- {lines[first][indent + 2 :]}"
            return [line[2:] for line in lines[:first]] + lines[first:]
        if isinstance(node, yaml.SequenceNode):
            raise ValueError("contains a list in a list, which no record has")
        head, rest = _scalar(node.value, indent + 2, f"{margin}- ", "")
        return [f"{margin}- {head}{self._beside(node)}", *rest]

    def _beside(self, node: Any) -> str:
        comment = self.notes.at(node).beside
        return f"  {comment}" if comment else ""

    def _fields(self, node: Any, indent: int, model: type[Record] | None) -> list[str]:
        order = {name: n for n, name in enumerate(model.model_fields)} if model else {}
        known = sorted(node.value, key=lambda pair: order.get(pair[0].value, len(order)))
        lines: list[str] = []
        for name, value in known:
            margin = " " * indent
            lines += [margin + comment for comment in self.notes.at(name).above]
            nested = _nested(model, name.value) if model else None
            lines += self._field(name, value, indent, nested)
        return lines

    def _field(self, name: Any, value: Any, indent: int, nested: type[Record] | None) -> list[str]:
        start = f"{' ' * indent}{name.value}:"
        beside = self._beside(name)
        if isinstance(value, yaml.ScalarNode):
            head, rest = _scalar(value.value, indent + 2, f"{start} ", name.value)
            return [f"{start} {head}{beside or self._beside(value)}".rstrip(), *rest]
        if isinstance(value, yaml.MappingNode):
            if not value.value:
                return [f"{start} {{}}{beside}"]
            return [start + beside, *self._fields(value, indent + 2, nested)]
        one_line = self._flow(name.value, value, start)
        if one_line:
            return [one_line + beside]
        lines = [start + beside]
        for item in value.value:
            above = self.notes.at(item).above
            lines += [" " * (indent + 2) + comment for comment in above]
            if monomial := self._monomial(name.value, item):
                lines.append(f"{' ' * (indent + 2)}- {monomial}{self._beside(item)}")
            else:
                lines += self._item(item, indent + 2, nested)
        return lines

    def _monomial(self, name: str, item: Any) -> str:
        """Write a product of powers on one line, its numbers unquoted; return nothing for other
        values.
        """
        if not isinstance(item, yaml.MappingNode) or (name != "bound" and item.value):
            return ""
        pairs = []
        for symbol, power in item.value:
            plain = isinstance(power, yaml.ScalarNode) and re.fullmatch(EXPONENT, power.value)
            if not plain or not _FACTOR.fullmatch(symbol.value):
                return ""
            if _has_comment(self.notes, symbol) or _has_comment(self.notes, power):
                return ""
            pairs.append(f"{symbol.value}: {power.value}")
        return f"{{{', '.join(pairs)}}}"

    def _flow(self, name: str, value: Any, start: str) -> str:
        """Return a short list on one line, or nothing if it needs more."""
        items = value.value
        if not items:
            return f"{start} []"
        if name in _ONE_EACH or any(_has_comment(self.notes, item) for item in items):
            return ""
        if not all(isinstance(item, yaml.ScalarNode) for item in items):
            return ""
        if not all(_WORD.fullmatch(item.value) and ": " not in item.value for item in items):
            return ""
        line = f"{start} [{', '.join(_short(item.value, '') for item in items)}]"
        return line if len(line) <= WIDTH else ""


def _nested(model: type[Record], field: str) -> type[Record] | None:
    from dltheory_bib.models.record import nested_record

    return nested_record(model, field)


def _has_comment(notes: Notes, node: Any) -> bool:
    comments = notes.at(node)
    return bool(comments.above or comments.beside)


def _scalar(text: str, indent: int, start: str, name: str) -> tuple[str, list[str]]:
    """Return a value as the rest of its name's line, and the lines below that."""
    lines = text.split("\n")
    if lines[1:] and text[:1].strip() and lines[-1] and all(map(_is_plain_line, lines)):
        return "|-", [f"{' ' * indent}{line}".rstrip() for line in lines]
    if lines[1:] or not text.isprintable():
        return _quoted(text), []
    short = _short(text, name)
    if len(start) + len(short) <= WIDTH or " " not in text or "  " in text or text != text.strip():
        return short, []
    return ">-", list(_folded(text.split(" "), indent))


def _is_plain_line(line: str) -> bool:
    return line.isprintable() and line == line.rstrip()


def _short(text: str, name: str) -> str:
    """Write a text on one line: plain if that is safe, otherwise quoted."""
    if name in _NUMBERS and text:
        return text
    safe = _PLAIN.fullmatch(text) and not text.endswith((" ", ":"))
    if safe and ": " not in text and " #" not in text and not _TYPED.fullmatch(text):
        return text
    if "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def _quoted(text: str) -> str:
    """Write a text with line ends or invisible characters, in double quotes on one line."""
    made: str = yaml.dump(text, default_style='"', allow_unicode=False, width=2**31).rstrip("\n")
    return made


def _folded(words: Iterable[str], indent: int) -> Iterator[str]:
    margin = " " * indent
    line = ""
    for word in words:
        if line and indent + len(line) + 1 + len(word) > WIDTH:
            yield margin + line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield margin + line


def _names(node: Any) -> Iterator[Any]:
    """Yield the names of all fields."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield name
            yield from _names(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _names(item)
