"""Reading YAML: the text that stands there, and where it stands."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dltheory_bib import Problem
from dltheory_bib.source import yaml_reader as source
from dltheory_bib.source.simple_yaml import read_simple
from dltheory_bib.source.yaml_reader import RawRecord, read_records

_SAMPLE = Path(__file__).parent / "sample"


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


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
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


# Records read alone, without the parser


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ("key: a", {"key": "a"}),
        ("title: 'On a: b'", {"title": "On a: b"}),
        ('title: "#1"', {"title": "#1"}),
        ("title: a#b, c's [d] {e} é 中", {"title": "a#b, c's [d] {e} é 中"}),
        ("topics: [a-b, c d]", {"topics": ["a-b", "c d"]}),
        ("author:\n    - Jin, Chi\n    - Erdős, Pál", {"author": ["Jin, Chi", "Erdős, Pál"]}),
        ("idea: >-\n    One: two  three\n    # four.", {"idea": "One: two  three # four."}),
        (
            "relations:\n    - kind: extends\n      says: >-\n        One\n        two.\n"
            "    - kind: b",
            {"relations": [{"kind": "extends", "says": "One two."}, {"kind": "b"}]},
        ),
    ],
)
def test_a_simple_record_is_read_without_the_parser(lines: str, value: dict[str, Any]) -> None:
    assert read_simple(f"  {lines}\n") == value
    assert yaml.load(f"  {lines}\n", Loader=yaml.BaseLoader) == value


@pytest.mark.parametrize(
    "lines",
    [
        *("key:", "key: ", "key:  a", "key: a ", "key: a: b", "key: a #b", "key: a:", "- key: a"),
        *("key: |\n    a", "key: >\n    a", "key: >-\n     a", "key: >-\n    a\n\n    b"),
        *("key: a\n    b", "key: 'a\n    b'", "key: 'a''b'", 'key: "a\\n"', "key: &a b", "key: *a"),
        *(
            "key: [a, [b]]",
            "key: [a: b]",
            "key: [a,b]",
            "key: [a, 'b']",
            "key: {a: b}",
            "key: !!int 1",
        ),
        *(
            "key: a\n  key: b",
            "Key: a",
            "key: a\n   b: c",
            "key: a\n# b",
            "key: a\n...",
            "key: a\tb",
        ),
        *(
            "key:\n    a: b",
            "key:\n  - a",
            "key:\n    - a\n      - b",
            "key: a\x85",
            "key: a\u2028b",
        ),
        *(
            "key:\n    - a\n     - b",
            "key:\n    - a #b",
            "key:\n    -  a",
            "key:\n    - - a",
            "key: -a",
        ),
    ],
)
def test_anything_else_is_left_to_the_parser(lines: str) -> None:
    assert read_simple(f"  {lines}\n") is None


_TOKENS = (
    *(
        "\n",
        "\n ",
        "\n  ",
        "\n    ",
        "\n- ",
        "\n    - ",
        "\n  - ",
        "\n...\n",
        "\n---\n",
        "\n# c\n",
        "\n\n",
    ),
    *(
        ": ",
        ":",
        " #",
        "#",
        "'",
        '"',
        "\\",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ",",
        "- ",
        "-",
        "? ",
        "!",
        "&a ",
        "*a ",
    ),
    *(
        "|",
        ">",
        ">-",
        "%",
        "@",
        "`",
        "\t",
        " ",
        "\r",
        "\r\n",
        "é",
        "中",
        "\x85",
        "\u2028",
        "\xa0",
        "\ufeff",
    ),
    *("\n  key: ", "\n  x: >-\n    a\n", "\n    b", "'c: d'", "~", "null"),
)
_EDITS = st.lists(st.tuples(st.integers(0), st.sampled_from(_TOKENS)), min_size=1, max_size=4)


def _all_paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for step, part in () if isinstance(value, str) else parts:
        yield from _all_paths(part, (*path, step))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(edits=_EDITS, first=st.integers(0), count=st.integers(1, 3))
def test_a_file_in_pieces_reads_as_a_whole(
    tmp_path: Path, edits: list[tuple[int, str]], first: int, count: int
) -> None:
    """Whatever is written into a file: the same records, problems and places."""
    text = "".join((_SAMPLE / f"{kind}.yaml").read_text("utf-8") for kind in ("papers", "results"))
    records = text.split("\n- ")[1:]
    first %= len(records)
    text = "\n- ".join(["# Head", *records[first : first + count]])
    for at, token in edits:
        at %= len(text) + 1
        text = text[:at] + token + text[at:]
    found, problems = _read(tmp_path / "a.yaml", text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_in_pieces", _not_in_pieces)
        whole, expected = _read(tmp_path / "a.yaml", text)
    assert problems == expected
    # The parser reads ahead: a character that it refuses may hide the records before it.
    refused = {"encoding", "control-character"} & {problem.rule for problem in problems}
    assert [record.value for record in found][: len(whole) if refused else None] == [
        record.value for record in whole
    ]
    for one, other in zip(found, whole, strict=not refused):
        for path in _all_paths(one.value):
            assert one.place(path) == other.place(path)


def _not_in_pieces(_: object) -> None:
    raise source._OtherFormError


def test_a_record_in_another_form_between_simple_ones_keeps_its_place(tmp_path: Path) -> None:
    text = "# c\n\n- key: a\n  idea: b\n\n- key: c\n  # d\n  idea: |\n    e\n- key: f\n  url: g\n"
    found, problems = _read(tmp_path / "a.yaml", text)
    assert problems == []
    assert [record.value["key"] for record in found] == ["a", "c", "f"]
    assert found[1].value["idea"] == "e\n"
    assert [record.place(()) for record in found] == [(3, 3), (6, 3), (10, 3)]
    assert [record.place(("idea",)) for record in found[:2]] == [(4, 3), (8, 3)]


def test_a_problem_late_in_a_file_is_told_once_and_ends_the_pieces(tmp_path: Path) -> None:
    text = "".join(f"- key: a{n}\n" for n in range(40)) + "- key: 'b\n- key: c\n"
    found, problems = _read(tmp_path / "a.yaml", text)
    assert [record.value["key"] for record in found] == [f"a{n}" for n in range(40)]
    assert [(p.line, p.rule) for p in problems] == [(43, "yaml")]


@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_record_may_lie_across_two_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """A record longer than a block ends the pieces as well."""
    monkeypatch.setattr(source, "_BLOCK", size)
    text = "# c\n" + "".join(f"- key: a{n}\n  idea: b\n\n" for n in range(20))
    found, problems = _read(tmp_path / "a.yaml", text)
    assert problems == []
    assert [record.value for record in found] == [{"key": f"a{n}", "idea": "b"} for n in range(20)]
    assert [record.place(("idea",)) for record in found] == [(3 * n + 3, 3) for n in range(20)]
