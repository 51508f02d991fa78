"""Reading YAML: the text that stands there, and where it stands."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from dltheory_bib import Problem
from dltheory_bib.source import yaml_reader as source
from dltheory_bib.source.yaml_reader import RawRecord, read_records
from helpers.budget import examples


@pytest.fixture(params=["libyaml", "pure Python"])
def _each_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML was built without libyaml, its own parser must do the same."""
    if request.param == "pure Python":
        monkeypatch.setattr(source, "_Loader", yaml.BaseLoader)


def _read(path: Path, data: str | bytes) -> tuple[list[RawRecord], list[Problem]]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    problems: list[Problem] = []
    return list(read_records(path, problems)), problems


@pytest.mark.usefixtures("_each_parser")
@pytest.mark.parametrize(
    "text",
    [
        *("No", "yes", "on", "null", "~", "true", ".inf", "NaN", "0x1F", "0o17", "017", "1e3"),
        *("1810.04650", "12:30:45", "2019-02-01", "2001-12-14t21:59:43.10-05:00", "=", "1_000"),
    ],
)
def test_a_scalar_keeps_its_text(tmp_path: Path, text: str) -> None:
    """YAML's own typing makes False of the author No, and 1810.0465 of the arXiv id."""
    records, problems = _read(tmp_path / "a.yaml", f"- author: [{text}]\n  eprint: {text}\n")
    assert [record.value for record in records] == [{"author": [text], "eprint": text}]
    assert problems == []


@pytest.mark.usefixtures("_each_parser")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["Unix", "Windows", "old Macintosh"])
def test_line_ends_of_every_system_give_the_same_records_and_places(
    tmp_path: Path, end: str
) -> None:
    text = "- key: a\n  topics:\n    - b\n    - c\n- key: 'd'  \n  idea: |\n    e\n    f"
    (first, second), problems = _read(tmp_path / "a.yaml", text.replace("\n", end))
    assert problems == []
    assert first.value == {"key": "a", "topics": ["b", "c"]}
    assert second.value == {"key": "d", "idea": "e\nf"}
    assert first.place(("topics", 1)) == (4, 7)
    assert second.place(("idea",)) == (6, 3)


@pytest.mark.usefixtures("_each_parser")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["Unix", "Windows", "old Macintosh"])
@pytest.mark.parametrize(
    ("line", "place", "rule"),
    [
        (b"  idea: \xc3\xa9\xff", (3, 10), "encoding"),
        (b"  idea: \xc3\xa9\x1b[31m", (3, 10), "control-character"),
        (b"\tidea: x", (3, 1), "tab"),
        ("  idea: é\u2028x: y".encode(), (3, 10), "control-character"),
    ],
)
def test_what_cannot_be_read_has_the_place_an_editor_shows(
    tmp_path: Path, end: str, line: bytes, place: tuple[int, int], rule: str
) -> None:
    data = b"- key: a\n  title: b\n" + line + b"\n"
    _, problems = _read(tmp_path / "a.yaml", data.replace(b"\n", end.encode()))
    assert [(p.line, p.column, p.rule) for p in problems] == [(*place, rule)]


def test_a_field_is_pointed_at_by_its_name_and_an_item_by_its_start(tmp_path: Path) -> None:
    text = "- key: a\n  versions:\n    - {kind: x, year: 1}\n    - kind: y\n      year: 2\n"
    (record,), _ = _read(tmp_path / "a.yaml", text)
    assert record.place(()) == (1, 3)
    assert record.place(("key",)) == (1, 3)
    assert record.place(("versions",)) == (2, 3)
    assert record.place(("versions", 0, "year")) == (3, 17)
    assert record.place(("versions", 1, "year")) == (5, 7)
    assert record.place(("versions", 1, "titel")) == (4, 7), "what is missing: what lacks it"
    assert record.place(("versions", 5)) == (2, 3)


def test_a_repeated_field_is_said_and_does_not_shift_later_places(tmp_path: Path) -> None:
    text = "- key: a\n  topics: [b]\n  topics: [c, {d: [e]}]\n  idea: f\n"
    (record,), (problem,) = _read(tmp_path / "a.yaml", text)
    assert (problem.line, problem.column) == (3, 3)
    assert problem.message == "field topics is repeated; keep one of them"
    assert record.value == {"key": "a", "topics": ["b"], "idea": "f"}
    assert record.place(("idea",)) == (4, 3)


LETTERS = st.text(st.characters(categories=["L", "So", "Nd"]), max_size=4)
STRUCTURES = st.recursive(
    LETTERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LETTERS, inner, max_size=3),
    max_leaves=10,
)


def _numbered(value: Any, counter: itertools.count[int]) -> Any:
    """The same structure with a different text in each place."""
    if isinstance(value, str):
        return f"{value}{next(counter)}"
    if isinstance(value, list):
        return [_numbered(item, counter) for item in value]
    return {f"{key}{next(counter)}": _numbered(item, counter) for key, item in value.items()}


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    """Every path in a structure, and what stands there: a field's name, or an item."""
    if isinstance(value, str):
        return []
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for step, child in steps:
        found.append(((*path, step), step if isinstance(value, dict) else child))
        found += _paths(child, (*path, step))
    return found


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value
    return 0 if isinstance(value, str) else 1 + max(map(_depth, inner), default=0)


@examples(50, shared_folder=True)
@given(
    records=st.lists(st.dictionaries(LETTERS, STRUCTURES, max_size=4), min_size=1, max_size=3),
    indent=st.sampled_from([None, 0, 3]),
)
def test_a_place_points_at_the_text_of_its_value(
    tmp_path: Path, records: list[dict[str, Any]], indent: int | None
) -> None:
    numbered = _numbered(records, itertools.count())
    assume(_depth(numbered) <= source.MAX_DEPTH)
    text = json.dumps(numbered, ensure_ascii=False, indent=indent)  # JSON is YAML as well
    found, problems = _read(tmp_path / "a.yaml", text)
    assert problems == []
    assert [record.value for record in found] == numbered
    lines = text.split("\n")
    for record, value in zip(found, numbered, strict=True):
        for path, expected in _paths(value):
            line, column = record.place(path)
            start = json.dumps(expected, ensure_ascii=False)
            start = start if isinstance(expected, str) else start[0]
            assert lines[line - 1][column - 1 :].startswith(start)
