"""Files that are broken, hostile, or no files: problems with places, never a crash or a hang."""

from __future__ import annotations

import errno
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import DataError, load
from dltheory_bib.cli.main import main
from dltheory_bib.source import yaml_reader as source
from dltheory_bib.source.loader import check_paths
from dltheory_bib.source.yaml_reader import read_records
from helpers.budget import examples
from helpers.programs import not_hours
from helpers.records import work

Judge = Callable[..., list[str]]

MISTAKES = """\
- key: doe2017a
  type: inproceedings
  title: One
  author:
    - Jane Doe
  year: 2017
  year: 2018
  venue: icml
- key: doe2017b
  type: online
  titel: Two
  author: Doe, Jane
  year: 1066
  eprint: arXiv:1703.00887v2
- just text
- key: doe2017c
  type: online
  title: Three
  author: [&me "Doe, Jane"]
  year: 2017
  topics: [ntk, sadle-escape]
  venue: icmll
- key: doe2017c
  type: online
  title: "Th\\eree"
  author: ["Doe, Jane"]
  year: !!int "2017"
  pages: 10–20
"""
SAID = """\
5:7: error: author, item 1: the family name in 'Jane Doe' is not marked; write \
'Doe, Jane', or '{Jane Doe}' for an organisation [ill-formed]
7:3: error: field year is repeated; keep one of them [repeated-field]
9:3: error: title is missing [missing-field]
11:3: error: unknown field titel; did you mean title or titles? [unknown-field]
12:3: error: author should be a list, one '- item' a line or [a, b], not 'Doe, Jane' [wrong-type]
13:3: error: year 1066 is out of range; it must not be before 1600 [out-of-range]
14:3: error: eprint: 'arXiv:1703.00887v2' is not an arXiv id without a version; write 1703.00887 \
[ill-formed]
15:3: error: is not a record; write it as 'name: value' lines [not-a-record]
19:12: error: YAML anchors and aliases are not allowed; write the value out [anchor]
21:17: error: unknown topic sadle-escape; did you mean saddle-escape? [unknown-topic]
22:3: error: unknown venue icmll; did you mean icml or iclr? [unknown-venue]
23:3: error: doe2017c is already used by an earlier record; choose another one [repeated-key]
25:3: error: title: contains the invisible character U+001B; delete it [ill-formed]
27:9: error: the YAML tag !!int is not allowed; delete it [tag]
28:3: error: pages: '10–20' is not a page range; write 10-20 [ill-formed]
"""


def test_one_run_says_every_mistake_in_a_file(judge: Judge) -> None:
    assert judge(MISTAKES) == [f"papers.yaml:{said}" for said in SAID.splitlines()]


def test_load_raises_all_that_check_says_and_keeps_nothing(
    judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing partial is ever loaded, from the file or from the cache."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    said = judge(MISTAKES)
    for _ in range(2):
        with pytest.raises(DataError) as raised:
            load("papers.yaml")
        assert list(map(str, raised.value.problems)) == said
        assert str(raised.value).startswith("15 errors in the data:\npapers.yaml:5:7: error: ")
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_a_mistake_after_a_good_load_is_not_hidden_by_the_cache(catalogue_dir: Path) -> None:
    load(catalogue_dir)
    papers = catalogue_dir / "papers.yaml"
    good = papers.read_bytes()
    papers.write_bytes(good + b"- key: [\n")
    with pytest.raises(DataError):
        load(catalogue_dir)
    papers.write_bytes(good)
    assert len(load(catalogue_dir)) == 6


SNIPPETS: list[tuple[str, str | bytes, list[str]]] = [
    ("an empty file", "", ["1:1: error: is empty; a record starts with '- key: …' [empty-file]"]),
    (
        "comments only",
        "# a\n# b\n",
        ["1:1: error: is empty; a record starts with '- key: …' [empty-file]"],
    ),
    (
        "the start of a document only",
        "---\n",
        ["1:1: error: contains no record; a record starts with '- key: …' [empty-file]"],
    ),
    ("an empty list", "[]\n", []),
    (
        "two documents",
        work() + "---\n" + work("doe2018b"),
        ["7:1: error: contains a second document; join them in one list [shape]"],
    ),
    (
        "a mapping",
        "key: a\n",
        ["1:1: error: is not a list; each record starts with '- ' [shape]"],
    ),
    ("a text", "hello\n", ["1:1: error: is not a list; each record starts with '- ' [shape]"]),
    (
        "a record that is a text",
        "- hello\n",
        ["1:3: error: is not a record; write it as 'name: value' lines [not-a-record]"],
    ),
    (
        "a record that is a list",
        "- [a]\n",
        ["1:3: error: is not a record; write it as 'name: value' lines [not-a-record]"],
    ),
    (
        "a field's name that is a list",
        work(extra="? [a, b]\n: c"),
        ["7:5: error: the name of a field must be a plain word [shape]"],
    ),
    (
        "a field's name that is a mapping",
        work(extra="? {a: b}\n: c"),
        ["7:5: error: the name of a field must be a plain word [shape]"],
    ),
    ("a tab", work() + "\tidea: x\n", ["7:1: error: a tab; indent with spaces [tab]"]),
    (
        "a byte order mark",
        b"\xef\xbb\xbf" + work().encode(),
        [
            "1:1: error: starts with a byte order mark; save the file as UTF-8 without BOM"
            " [byte-order-mark]"
        ],
    ),
    (
        "UTF-16",
        work().encode("utf-16"),
        ["1:1: error: is in UTF-16; save the file as UTF-8 without BOM [encoding]"],
    ),
    (
        "Latin-1",
        work(author="Dœ, Zoé").replace("œ", "oe").encode("latin-1"),
        ["5:14: error: byte 0xE9 is not UTF-8; save the file as UTF-8 [encoding]"],
    ),
    (
        "NUL",
        work(extra="idea: a\0b"),
        ["7:10: error: the control character U+0000 is not allowed; delete it [control-character]"],
    ),
    (
        "ESC",
        work(extra="idea: é\x1b[31m"),
        ["7:10: error: the control character U+001B is not allowed; delete it [control-character]"],
    ),
    (
        "a line end that no editor shows",
        work(extra="idea: a\u2028b"),
        [
            "7:10: error: the invisible line end U+2028 is not allowed; delete it"
            " [control-character]"
        ],
    ),
    (
        "a Python object",
        work(extra='idea: !!python/object/apply:os.system "true"'),
        [
            "7:9: error: the YAML tag !!python/object/apply:os.system is not allowed; delete it "
            "[tag]"
        ],
    ),
    (
        "a tag of one's own",
        work(extra="idea: !foo x"),
        ["7:9: error: the YAML tag !foo is not allowed; delete it [tag]"],
    ),
    (
        "a tag that would colour the terminal",
        work(extra="idea: !<%1b[31m> x"),
        [r"7:9: error: the YAML tag '\x1b[31m' is not allowed; delete it [tag]"],
    ),
    (
        "a tag on the whole list",
        "--- !foo\n" + work(),
        ["1:5: error: the YAML tag !foo is not allowed; delete it [tag]"],
    ),
    (
        "an anchor",
        work(extra="idea: &a x"),
        ["7:9: error: YAML anchors and aliases are not allowed; write the value out [anchor]"],
    ),
    (
        "an alias",
        work(extra="idea: *a"),
        [
            "7:3: error: idea: is empty; write a value or omit the field [ill-formed]",
            "7:9: error: YAML anchors and aliases are not allowed; write the value out [anchor]",
        ],
    ),
    (
        "a colon and a blank in a plain text",
        work(extra="idea: a: b"),
        [
            "7:10: error: mapping values are not allowed in this context; quote a value that "
            "contains ': ' [yaml]"
        ],
    ),
    (
        "a special character at the start",
        work(extra="idea: @a"),
        [
            "7:9: error: found character that cannot start any token; quote a value that "
            "starts with a special character [yaml]"
        ],
    ),
    (
        "a quotation mark that is not closed",
        work(extra='idea: "a'),
        [
            "8:1: error: found unexpected end of stream; a quotation mark is not closed [yaml]",
        ],
    ),
    (
        "deep nesting",
        "- a: " + "[" * 20 + "]" * 20,
        ["1:13: error: is nested deeper than 8 levels [depth]"],
    ),
    ("no line end at the end", work().rstrip(), []),
    ("blanks at line ends", work().replace("\n", "   \n"), []),
    ("Windows line ends", work().replace("\n", "\r\n"), []),
    ("old Macintosh line ends", work().replace("\n", "\r"), []),
    ("a text of 10,000 lines", work(extra="idea: |\n" + "  x\n" * 10_000), []),
]


@pytest.mark.parametrize(("data", "said"), [s[1:] for s in SNIPPETS], ids=[s[0] for s in SNIPPETS])
def test_what_is_no_record_file_is_said_in_words(
    judge: Judge, data: str | bytes, said: list[str]
) -> None:
    assert judge(data) == [f"papers.yaml:{line}" for line in said]


def test_an_alias_is_never_expanded(judge: Judge) -> None:
    """Nine levels of ten aliases each would be a billion values."""
    lines = ["- a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    tracemalloc.start()
    try:
        found = judge("\n".join(lines))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000
    assert sum("[anchor]" in said for said in found) == 100


def test_a_file_stops_being_read_after_200_problems_and_the_next_one_does_not(
    tmp_path: Path,
) -> None:
    """One record alone can hold them: 300,000 times the same field."""
    (tmp_path / "papers.yaml").write_text("- {" + "a: 1, " * 300_000 + "}\n", encoding="utf-8")
    (tmp_path / "people.yaml").write_text("- {id: A}\n- {id: B}\n", encoding="utf-8")
    problems, _ = check_paths([tmp_path])
    papers = [p for p in problems if p.file.endswith("papers.yaml")]
    assert len(papers) == source.MAX_PROBLEMS + 1
    (last,) = [p for p in papers if p.rule == "too-many"]
    assert last.message == "this file has 200 problems or more; fix those shown first"
    assert [p.line for p in problems if p.file.endswith("people.yaml")] == [1, 1, 2, 2]


def test_a_record_with_thousands_of_unknown_fields_is_judged_quickly(judge: Judge) -> None:
    with not_hours():
        found = judge("- {" + ", ".join(f"titl{n}: x" for n in range(9000)) + "}\n")
    assert len(found) == source.MAX_PROBLEMS + 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "text", "rule"),
    [
        ("", "[", "depth"),
        ("", "[]", "yaml"),
        ("[", "[],", "too-many"),
        ("", "{", "shape"),
        ("", "- ", "depth"),
        ("- a: [", "[],", "size"),
        ("- {", "a: 1, ", "too-many"),
        ("", "- a\n", "too-many"),
    ],
)
def test_a_hundred_megabytes_of_brackets_are_refused_at_once(
    tmp_path: Path, start: str, text: str, rule: str
) -> None:
    path = tmp_path / "papers.yaml"
    with path.open("w", encoding="utf-8") as stream:
        stream.write(start)
        block = text * (1_000_000 // len(text))
        for _ in range(100):
            stream.write(block)
    with not_hours():
        problems, records = check_paths([path])
    assert records == 0
    assert rule in {problem.rule for problem in problems}
    path.unlink()


# What is no readable file


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    assert _only(path) == "does not exist"


def test_a_directory_in_the_place_of_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "papers.yaml").mkdir()
    assert _only(tmp_path) == "is a directory; name a file in it"


def test_a_link_that_leads_nowhere_is_not_taken_for_a_missing_registry(
    catalogue_dir: Path,
) -> None:
    """The shipped topics would silently take the place of one's own."""
    (catalogue_dir / "topics.yaml").unlink()
    (catalogue_dir / "topics.yaml").symlink_to("nowhere.yaml")
    assert _only(catalogue_dir) == "does not exist"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "papers.yaml")
    said = "is a named pipe, which may never end; write `- < PIPE`"
    assert _only(tmp_path / "papers.yaml") == said


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_an_endless_device_is_refused() -> None:
    said = "is a device, which may never end; save the data in a file"
    assert _only(Path("/dev/zero")) == said


@pytest.fixture
def forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that may not be read.

    Root may read everything; and becoming somebody else for a while would also shut out the
    modules that are still to be imported. So for root the system's answer is played.
    """
    file = tmp_path / "papers.yaml"
    file.write_text(work(), encoding="utf-8")
    file.chmod(0)
    if os.access(file, os.R_OK):
        opened = os.open

        def refuse(path: Any, *arguments: Any, **options: Any) -> Any:
            if path == file:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return opened(path, *arguments, **options)

        monkeypatch.setattr(os, "open", refuse)
    return file


def test_a_file_that_may_not_be_read_is_said(forbidden: Path) -> None:
    assert _only(forbidden) == "cannot be read: permission denied"


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs /proc")
def test_an_error_of_the_disk_is_said() -> None:
    """The first bytes of a process's memory cannot be read, though the file can be opened."""
    assert _only(Path("/proc/self/mem")) == "cannot be read: input/output error"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x" * 300, "cannot be read: file name too long"),
        ("a\0b", "is not a file name"),
        ("- key: jin2017escape\n" * 20, "cannot be read: file name too long"),
    ],
)
def test_a_text_that_cannot_name_a_file_is_said(name: str, said: str) -> None:
    assert _only(Path(name)) == said


def _only(path: Path) -> str:
    """What `check` and `load` both say of a file as a whole."""
    (problem,) = check_paths([path])[0]
    assert (problem.line, problem.column, problem.rule) == (0, 0, "file")
    with pytest.raises(DataError) as raised:
        load(path)
    assert raised.value.problems == (problem,)
    return problem.message


# Anything at all


@pytest.mark.slow
@examples(50, shared_folder=True)
@given(
    data=st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text("-:[]{}?&*!|>'\"%@` \n\t#a1,~\\.", max_size=60).map(str.encode),
    field=st.booleans(),
)
def test_no_bytes_in_a_file_raise_anything(tmp_path: Path, data: bytes, field: bool) -> None:
    """Random bytes, random text and random YAML, as a file and as the value of a field."""
    path = tmp_path / "papers.yaml"
    path.write_bytes(work(extra="idea:").encode()[:-1] + b" " + data if field else data)
    problems, records = check_paths([path])
    assert problems or records or not field
    for problem in problems:
        assert problem.file == str(path)
        assert problem.line >= 1
        assert problem.column >= 1
        assert "\n" not in problem.message
        assert problem.message.isprintable()


@pytest.mark.parametrize("data", [s[1] for s in SNIPPETS], ids=[s[0] for s in SNIPPETS])
def test_both_parsers_of_yaml_refuse_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str | bytes
) -> None:
    """Where PyYAML was built without libyaml, its own parser judges; its words may differ."""
    path = tmp_path / "papers.yaml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    by_libyaml, by_python = [], []
    values = [record.value for record in read_records(path, by_libyaml)]
    monkeypatch.setattr(source, "_Loader", yaml.BaseLoader)
    found = [record.value for record in read_records(path, by_python)]
    assert [problem.rule for problem in by_python] == [problem.rule for problem in by_libyaml]
    assert by_python or found == values


def test_the_command_says_the_same_and_gives_exit_code_1(
    judge: Judge, capsys: pytest.CaptureFixture[str]
) -> None:
    judge(MISTAKES)
    assert main(["check", "papers.yaml"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"papers.yaml:{said}" for said in SAID.splitlines()
    ]
