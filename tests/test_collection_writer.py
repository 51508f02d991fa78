"""Writing into a collection: at its place, all or nothing, one at a time, and back again."""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dltheory_bib import DataError, UnsafeChangeError
from dltheory_bib.models.additions import Addition
from dltheory_bib.models.paper import Paper
from dltheory_bib.source import collection_writer
from dltheory_bib.source.collection_writer import PLACE, changing, undo
from dltheory_bib.source.yaml_writer import canonical, revised
from helpers.budget import SOAK
from helpers.programs import environment, started
from helpers.records import work

PAPERS = f"""\
# yaml-language-server: $schema=schema/papers.json
# Ours.

# the first
{work("abel2000first")}
# one between
{work("carr2002third", extra="summary: It   is spaced as no program would.  # kept")}
# the end
"""
NEW: dict[str, Any] = {
    "key": "boyd2001second",
    "type": "online",
    "title": "Second",
    "author": ["Boyd, Bo"],
    "year": 2001,
}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "papers.yaml").write_text(PAPERS, "utf-8")
    return tmp_path


def text(folder: Path, name: str = "papers") -> str:
    return (folder / f"{name}.yaml").read_text("utf-8")


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file()}


# At its place


def test_a_record_is_written_at_its_place_and_all_else_stays(mine: Path) -> None:
    with changing(mine, "add boyd2001second") as change:
        change.put("papers", NEW)
        assert text(mine) == PAPERS, "nothing is written before the end"
    lines = text(mine).splitlines(keepends=True)
    start = lines.index("- key: boyd2001second\n")
    assert "".join(lines[:start] + lines[start + 7 :]) == PAPERS
    assert "".join(lines[start : start + 7]) == (
        "- key: boyd2001second\n  type: online\n  title: Second\n  author:\n    - Boyd, Bo\n"
        "  year: 2001\n\n"
    )


def test_the_diff_shows_what_would_be_written(mine: Path) -> None:
    with changing(mine, "add", write=False) as change:
        change.put("papers", Paper.model_validate(NEW))
    assert text(mine) == PAPERS
    assert not (mine / PLACE).exists()
    added = [line[1:] for line in change.diff.splitlines() if line.startswith("+")]
    assert added[:3] == ["++ papers.yaml", "- key: boyd2001second", "  type: online"]
    assert not [one for one in change.diff.splitlines() if one.startswith("-") and one[1:2] != "-"]


def test_a_replaced_record_keeps_the_comments_of_what_stays(mine: Path) -> None:
    notes = (
        "- key: a2000b\n  # why\n  tags: [one]  # mine\n  notes:\n    # first\n    - One.\n"
        "    - Two.\n\n- key: c2000d\n  tags: [ x ]\n"
    )
    (mine / "notes.yaml").write_text(notes, "utf-8")
    with changing(mine, "note a2000b") as change:
        change.amend("a2000b", lambda one: one.model_copy(update={"notes": ("One.", "3\n4")}))
    assert text(mine, "notes") == (
        "- key: a2000b\n  notes:\n    # first\n    - One.\n    - |-\n      3\n      4\n  # why\n"
        "  tags: [one]  # mine\n\n- key: c2000d\n  tags: [ x ]\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "- key: k\n  tags: [t]\n"),
        ("[]\n", "- key: k\n  tags: [t]\n"),
        ("# a\n# b\n", "# a\n# b\n\n- key: k\n  tags: [t]\n"),
        ("# a\n\n[]\n", "# a\n\n- key: k\n  tags: [t]\n"),
        ("- {key: a, tags: [x]}\n", "- key: a\n  tags: [x]\n\n- key: k\n  tags: [t]\n"),
        ("- tags: [x]\n  key: a", "- key: a\n  tags: [x]\n\n- key: k\n  tags: [t]\n"),
        ("- key: z\n  tags: [ x ]\n", "- key: k\n  tags: [t]\n\n- key: z\n  tags: [ x ]\n"),
        (
            "- key: a\r\n  tags: [ x ]\r\n",
            "- key: a\r\n  tags: [ x ]\r\n\r\n- key: k\r\n  tags: [t]\r\n",
        ),
        (
            "- key: a\n  notes:\n    - 'quoted\n\n- key: no record\n\n  '\n",
            '- key: a\n  notes:\n    - "quoted\\n- key: no record\\n"\n\n- key: k\n  tags: [t]\n',
        ),
    ],
)
def test_a_record_is_put_into_a_file_of_any_form(before: str, after: str) -> None:
    assert revised(before, "notes", {"k": {"key": "k", "tags": ["t"]}}) == after


def test_a_canonical_file_stays_canonical() -> None:
    before = canonical(PAPERS, "papers")
    after = revised(before, "papers", {NEW["key"]: NEW}, ["abel2000first"])
    assert canonical(after, "papers") == after
    assert revised(after, "papers", {}, [NEW["key"]]).count("- key:") == 1


def test_what_is_no_list_of_records_is_not_written(mine: Path) -> None:
    for wrong in ("key: a\n", "- key: 'a\n", "- &a key\n", "\tx\n"):
        (mine / "notes.yaml").write_text(wrong, "utf-8")
        with pytest.raises(DataError), changing(mine, "tag") as change:
            change.put("notes", {"key": "a2000b", "tags": ["x"]})
        assert text(mine, "notes") == wrong


def test_an_invalid_record_is_not_written(mine: Path) -> None:
    with pytest.raises(ValidationError), changing(mine, "add") as change:
        change.put("papers", NEW | {"year": 3000})
    assert text(mine) == PAPERS
    assert not (mine / PLACE).exists()


def test_an_addition_without_anything_is_deleted(mine: Path) -> None:
    with changing(mine, "tag a2000b x") as change:
        change.amend("a2000b", lambda one: one.model_copy(update={"tags": ("x",)}))
    with changing(mine, "tag a2000b") as change:
        made = change.amend("a2000b", lambda one: one.model_copy(update={"tags": ()}))
    assert made == Addition(key="a2000b")
    assert text(mine, "notes") == "[]\n"


# All files or none


def two_files(folder: Path, number: int = 1) -> None:
    with changing(folder, f"add new{number}") as change:
        change.put("papers", NEW | {"key": f"new{number}", "title": f"New {number}"})
        change.put("notes", {"key": f"new{number}", "tags": ["x"]})
        change.put(
            "venues",
            {"id": "ours", "kind": "workshop", "periods": [{"short": "O", "long": "Ours"}]},
        )


def test_files_are_written_before_those_that_refer_to_them(mine: Path) -> None:
    with changing(mine, "add", write=False) as change:
        for kind in ("notes", "papers", "venues", "citations"):
            change.write(f"{kind}.yaml", "- key: a\n")
    assert change.files == ["venues.yaml", "papers.yaml", "citations.yaml", "notes.yaml"]


def test_if_one_file_cannot_be_written_none_is(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(mine)
    real = collection_writer.write_text

    def full(path: Path, content: str) -> None:
        if path.name == "notes.yaml":
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr(collection_writer, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        two_files(mine)
    assert files(mine) == before
    assert undo(mine) is None


def test_a_file_that_another_program_changed_is_not_overwritten(mine: Path) -> None:
    def add_while_edited() -> None:
        with changing(mine, "add") as change:
            change.put("papers", NEW)
            (mine / "papers.yaml").write_text(PAPERS + "# theirs\n", "utf-8")

    with pytest.raises(UnsafeChangeError):
        add_while_edited()
    assert text(mine) == PAPERS + "# theirs\n"
    assert undo(mine) is None


def test_the_folder_of_changes_is_nothing_for_git_or_for_others(mine: Path) -> None:
    two_files(mine)
    assert (mine / PLACE / ".gitignore").read_text("utf-8") == "*\n"
    if sys.platform != "win32":
        assert (mine / PLACE).stat().st_mode & 0o077 == 0


# Back again


def test_each_change_is_undone_the_last_first(mine: Path) -> None:
    start = files(mine)
    two_files(mine, 1)
    middle = files(mine)
    two_files(mine, 2)
    assert undo(mine) == ("add new2", ("papers.yaml", "notes.yaml"))
    assert files(mine) == middle
    undone = undo(mine)
    assert undone is not None
    assert undone.files == ("venues.yaml", "papers.yaml", "notes.yaml")
    assert files(mine) == start
    assert undo(mine) is None


def test_what_was_edited_since_is_not_undone(mine: Path) -> None:
    two_files(mine)
    (mine / "notes.yaml").write_text(text(mine, "notes") + "# mine\n", "utf-8")
    now = files(mine)
    with pytest.raises(UnsafeChangeError, match="was changed after `dltheory add new1`"):
        undo(mine)
    assert files(mine) == now


def test_as_many_changes_as_said_are_kept(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection_writer, "KEPT", 3)
    for number in range(5):
        two_files(mine, number)
    assert len([*(mine / PLACE).glob("*.json")]) == 3
    assert [bool(undo(mine)) for _ in range(4)] == [True, True, True, False]


HOSTILE = {"before": None, "after": "0" * 64, "start": 0, "old": "", "new": "pwned"}


@pytest.mark.parametrize(
    "entry",
    [
        {"command": "x", "files": {"../outside.yaml": HOSTILE}},
        {"command": "x", "files": {"notes.yaml": HOSTILE | {"new": 1}}},
        {"command": "x", "files": []},
        {"files": {}},
        [],
    ],
)
def test_a_change_that_came_with_a_repository_reaches_no_other_file(
    tmp_path: Path, entry: object
) -> None:
    mine = tmp_path / "mine"
    (mine / PLACE).mkdir(parents=True)
    for name in ("000001.begun.json", "000002.json"):
        (mine / PLACE / name).write_text(json.dumps(entry), "utf-8")
    with changing(mine, "look"):
        pass
    with pytest.raises(UnsafeChangeError, match="was not written by this program"):
        undo(mine)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert [path.name for path in mine.iterdir()] == [PLACE]


def test_only_data_files_are_written(mine: Path) -> None:
    with changing(mine, "x", write=False) as change, pytest.raises(ValueError, match="no data"):
        change.write("../other.yaml", "x")


# Killed, and two at once

WRITER = """\
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
from test_collection_writer import two_files
folder = Path(sys.argv[1])
print("ready", flush=True)
for number in map(int, sys.argv[2:]):
    two_files(folder, number)
    print(number, flush=True)
"""


def writer(folder: Path, *numbers: int) -> tuple[str, ...]:
    code = WRITER.format(tests=str(Path(__file__).parent))
    return (sys.executable, "-c", code, str(folder), *map(str, numbers))


@pytest.mark.slow
def test_two_processes_at_once_both_write(mine: Path) -> None:
    with (
        started(*writer(mine, *range(10)), env=environment()) as one,
        started(*writer(mine, *range(10, 20)), env=environment()) as two,
    ):
        assert (one.wait(), two.wait()) == (0, 0), one.stderr.read() + two.stderr.read()  # type: ignore[union-attr]
    for kind in ("papers", "notes"):
        assert {f"- key: new{n}\n" for n in range(20)} <= {*text(mine, kind).splitlines(True)}
    undone = 0
    while undo(mine):
        undone += 1
    assert (undone, text(mine)) == (20, PAPERS)


def is_whole(folder: Path, number: int) -> bool:
    """Whether a change is there; in part it must not be."""
    there = [
        f"- key: new{number}\n" in path.read_text("utf-8")
        for kind in ("papers", "notes")
        if (path := folder / f"{kind}.yaml").exists()
    ]
    assert len({*there}) == 1
    return there[0]


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_any_moment_a_change_is_whole_or_not_there(mine: Path) -> None:
    """The process is stopped after a random time in which some changes may have been made."""
    draw = random.Random(13)
    for turn in range(300 if SOAK else 12):
        first = 100 * turn
        command = writer(mine, *range(first, first + 100))
        with started(*command, env=environment(), stderr=None) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            time.sleep(draw.uniform(0, 0.05))
            child.send_signal(signal.SIGKILL)
            done = [int(line) for line in child.stdout.read().split()]
        with changing(mine, "look"):
            pass  # completes what was begun
        assert done == [*range(first, first + len(done))]
        assert all(is_whole(mine, number) for number in done)
        made = len(done) + is_whole(mine, first + len(done))
        assert not [*mine.glob(f"{PLACE}/*.begun.json")]
        assert [undo(mine) is not None for _ in range(made + 1)] == [True] * made + [False]
        assert text(mine) == PAPERS
