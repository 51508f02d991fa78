"""The cache: whose it is, what damages it, and what killed runs leave in it."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
import stat
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from dltheory_bib import Bibliography, load
from dltheory_bib.cli.main import main
from dltheory_bib.errors import DataError
from dltheory_bib.files import TEMPORARY
from dltheory_bib.snapshot import cache as caching
from dltheory_bib.snapshot import file_marks, reader
from dltheory_bib.snapshot.cache import open_snapshot, write_shipped
from dltheory_bib.snapshot.reader import DamagedSnapshotError
from helpers.programs import environment, run_program
from helpers.records import work
from test_user_files import FAULTS, Fault, ends, posix, root

# Processes, and a fault at every call; each test has a cache of its own.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cache")]

TITLE = "On Leaves"


def title(path: Path) -> str:
    return load(path)["abel1990leaves"].title


def snapshot_in(cache: Path) -> Path:
    (found,) = cache.glob("*.sqlite")
    return found


def _fit(snapshot: Path) -> None:
    """Make the manifest fit the snapshot, as who damages or forges it may do."""
    manifest = snapshot.with_suffix(".json")
    content = json.loads(manifest.read_text("utf-8"))
    marks = file_marks.marks_of(snapshot.stat())
    content["snapshot"] = {"sha256": file_marks.digest_of(snapshot)} | marks
    manifest.write_text(json.dumps(content), "utf-8")


def _fit_marks(snapshot: Path) -> None:
    """Only the marks: what a disk that forgets bits leaves."""
    manifest = snapshot.with_suffix(".json")
    content = json.loads(manifest.read_text("utf-8"))
    content["snapshot"] |= file_marks.marks_of(snapshot.stat())
    manifest.write_text(json.dumps(content), "utf-8")


# Whose it is


def test_the_name_has_the_version_and_the_schema(
    catalogue_dir: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, compiled: list[str]
) -> None:
    """Installations of several versions keep a snapshot each, and none makes its own anew."""
    for _ in range(3):
        for version, schema in (("1.0", 9), ("2.0", 9), ("2.0", 10)):
            monkeypatch.setattr(caching, "__version__", version)
            monkeypatch.setattr(caching, "SCHEMA", schema)
            assert title(catalogue_dir) == TITLE
    ends = sorted(path.stem.partition("-")[2] for path in cache.glob("*.sqlite"))
    assert ends == ["1.0-9", "2.0-10", "2.0-9"]
    assert len(compiled) == 3


def test_two_installations_of_one_version_do_not_fight(
    catalogue_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiled: list[str]
) -> None:
    """A collection without venues uses those of the package, which lies elsewhere in each."""
    (catalogue_dir / "people.yaml").unlink()
    one = caching.shipped_directory()
    other = Path(shutil.copytree(one, tmp_path / "other"))
    for _ in range(3):
        for shipped in (one, other):
            for module in ("source.folders", "source.loader", "snapshot.cache"):
                monkeypatch.setattr(
                    f"dltheory_bib.{module}.shipped_directory", lambda shipped=shipped: shipped
                )
            assert title(catalogue_dir) == TITLE
    assert len(compiled) == 2


@posix
def test_the_cache_is_the_users_alone(catalogue_dir: Path, cache: Path) -> None:
    before = os.umask(0)
    try:
        title(catalogue_dir)
    finally:
        os.umask(before)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in cache.iterdir()} == {0o600}


SHARED: dict[str, Callable[[Path], object]] = {
    "snapshot writable by the group": lambda path: path.chmod(0o660),
    "snapshot writable by all": lambda path: path.chmod(0o666),
    "manifest writable by all": lambda path: path.with_suffix(".json").chmod(0o606),
    "directory writable by all": lambda path: path.parent.chmod(0o777),
    "directory writable by the group": lambda path: path.parent.chmod(0o770),
    "snapshot a link": lambda path: _link(path),
    "manifest a link": lambda path: _link(path.with_suffix(".json")),
}
FOREIGN: dict[str, Callable[[Path], object]] = {
    "snapshot of another user": lambda path: os.chown(path, 1234, -1),
    "manifest of another user": lambda path: os.chown(path.with_suffix(".json"), 1234, -1),
}


def _link(path: Path) -> None:
    path.rename(path.parent.parent / path.name)
    path.symlink_to(path.parent.parent / path.name)


@posix
@pytest.mark.parametrize("share", [*SHARED, *FOREIGN])
def test_what_others_could_have_written_is_not_used(
    catalogue_dir: Path, cache: Path, compiled: list[str], share: str
) -> None:
    if share in FOREIGN and os.geteuid() != 0:
        pytest.skip("only root gives files away")
    title(catalogue_dir)
    with closing(sqlite3.connect(snapshot_in(cache))) as database:
        database.execute("UPDATE paper SET title = 'forged'")
        database.commit()
    _fit(snapshot_in(cache))
    (SHARED | FOREIGN)[share](snapshot_in(cache))
    assert title(catalogue_dir) == TITLE
    assert len(compiled) == 2
    assert title(catalogue_dir) == TITLE
    assert len(compiled) == 2, "what was made again is used"
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert not snapshot_in(cache).is_symlink()


@root
def test_a_directory_of_another_user_is_not_used(
    catalogue_dir: Path, cache: Path, compiled: list[str]
) -> None:
    cache.mkdir(parents=True)
    os.chown(cache, 1234, -1)
    cache.chmod(0o755)
    assert [title(catalogue_dir), title(catalogue_dir)] == [TITLE, TITLE]
    assert len(compiled) == 2
    # Root may change the mode of a foreign directory, but it stays foreign.
    assert list(cache.iterdir()) == []


@posix
@pytest.mark.parametrize("base", ["relative", "", "  "])
def test_a_cache_home_that_is_no_absolute_path_is_ignored(
    catalogue_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    """As the XDG Base Directory Specification demands."""
    if sys.platform != "linux":
        pytest.skip("the variable is for Linux")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", base)
    title(catalogue_dir)
    assert len(list((tmp_path / "home/.cache/dltheory-bib").iterdir())) == 2
    assert not (tmp_path / "relative").exists()


# Damage


def _answers(bib: Bibliography) -> str:
    return repr(
        [list(bib), bib.rows(bib.all()), bib.to_bibtex(), bib.stats(), bib.snapshot.edges()]
    )


@pytest.mark.parametrize("seed", range(6))
def test_bytes_flipped_anywhere_change_no_answer(
    catalogue_dir: Path, cache: Path, seed: int
) -> None:
    """In the snapshot or the manifest, three at a time, with size and time as they were."""
    expected = _answers(load(catalogue_dir))
    draw = random.Random(seed)
    for _ in range(12):
        path = draw.choice(list(cache.iterdir()))
        found, data = path.stat(), bytearray(path.read_bytes())
        for place in draw.sample(range(len(data)), 3):
            data[place] ^= draw.randrange(1, 256)
        path.write_bytes(data)
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
        assert _answers(load(catalogue_dir)) == expected


@pytest.mark.parametrize("seed", range(4))
def test_a_snapshot_cut_off_anywhere_changes_no_answer(
    catalogue_dir: Path, cache: Path, seed: int
) -> None:
    expected = _answers(load(catalogue_dir))
    draw = random.Random(seed)
    for _ in range(6):
        for path in cache.iterdir():
            path.write_bytes(path.read_bytes()[: draw.randrange(path.stat().st_size)])
            assert _answers(load(catalogue_dir)) == expected


def _spoil(path: Path, draw: random.Random) -> None:
    """Damage most of a snapshot, but for its head, so that it opens."""
    data = bytearray(path.read_bytes())
    for place in range(4096, len(data)):
        if draw.random() < 0.3:
            data[place] = draw.randrange(256)
    path.write_bytes(data)


COMMANDS = [
    ("list",),
    ("list", "--format", "json"),
    ("show", "abel1990leaves"),
    ("export",),
    ("stats",),
    ("topics",),
    ("read", "water"),
    ("lineage", "no2001steeping"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("seed", range(3))
def test_damage_that_nothing_tells_is_mended_when_it_is_met(
    catalogue_dir: Path,
    cache: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    command: tuple[str, ...],
    seed: int,
) -> None:
    """The marks fit: a bad disk. The command compiles again, and answers as if nothing were."""
    line = ("--data", str(catalogue_dir), *command)
    code = main(line)
    expected = code, capfdbinary.readouterr()
    assert code == 0
    _spoil(snapshot_in(cache), random.Random(seed))
    _fit_marks(snapshot_in(cache))
    assert (main(line), capfdbinary.readouterr()) == expected
    assert (main(line), capfdbinary.readouterr()) == expected


def test_json_that_is_damaged_is_mended_too(
    catalogue_dir: Path, cache: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """SQLite sees nothing in it; what reads it raises exceptions of Python."""
    line = ("--data", str(catalogue_dir), "show", "abel1990leaves")
    main(line)
    expected = capfdbinary.readouterr()
    for data in ("[", "[]", "{}", '"x"', "[1, 2]", "null", "[" * 100_000):
        with closing(sqlite3.connect(snapshot_in(cache))) as database:
            database.execute("UPDATE paper_view SET data = ?", (data,))
            database.commit()
        _fit_marks(snapshot_in(cache))
        assert main(line) == 0, data
        assert capfdbinary.readouterr() == expected


def test_a_mistake_of_the_program_is_not_taken_for_damage(
    catalogue_dir: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    title(catalogue_dir)
    before = snapshot_in(cache).stat().st_ino

    def mistaken(*_: Any) -> None:
        raise TypeError("a mistake")

    monkeypatch.setattr("dltheory_bib.snapshot.views.rows", mistaken)
    assert main(("--data", str(catalogue_dir), "list")) == 1
    assert "TypeError: a mistake [unexpected]" in capsys.readouterr().err
    assert snapshot_in(cache).stat().st_ino == before


# What a forged snapshot cannot bring to a terminal

_LINK_ID = re.compile(r"id=\d+;")
"""rich gives each link of a terminal a random number."""
FORGED = {
    "escape": "\x1b]0;owned\x07",
    "bell": "a\x07b",
    "C1": "a\x9b31mb",
    "direction": "abc\u202egnp",
    "isolate": "abc\u2066x",
    "zero width": "abc\u200bx",
    "delete": "abc\x7f",
}


@posix
@pytest.mark.parametrize("evil", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("escaped", [False, True], ids=["raw", "escaped in JSON"])
@pytest.mark.parametrize("colour", [False, True])
def test_nothing_forged_reaches_the_terminal(
    catalogue_dir: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    evil: str,
    escaped: bool,
    colour: bool,
) -> None:
    """The manifest fits, and the file is the user's: it is not what the compiler writes."""
    if colour:
        monkeypatch.setenv("FORCE_COLOR", "1")
    commands = [("show", "abel1990leaves"), ("list",), ("export",), ("topics",), ("path",)]
    commands[-1] = ("path", "no2001steeping", "abel1990leaves")
    for command in commands:
        line = ("--data", str(catalogue_dir), *command)
        assert main(line) == 0
        expected = _LINK_ID.sub("", capfd.readouterr().out)
        with closing(sqlite3.connect(snapshot_in(cache))) as database:
            _forge(database, evil, escaped)
        _fit(snapshot_in(cache))
        assert main(line) == 0
        assert _LINK_ID.sub("", capfd.readouterr().out) == expected


def _forge(database: sqlite3.Connection, evil: str, escaped: bool) -> None:
    if escaped:
        text = json.dumps(evil)[1:-1]
        for table, column in (("paper_view", "data"), ("topic", "data"), ("edge", "said")):
            database.execute(
                f"UPDATE {table} SET {column} = replace({column}, ':\"', ?)", (f':"{text}',)
            )
            database.execute(
                f"UPDATE {table} SET {column} = replace({column}, ',\"', ?)", (f',"{text}',)
            )
    else:
        for table, column in (
            ("list_row", "readable"),
            ("list_row", "title"),
            ("rendered", "bibtex"),
            ("topic", "label"),
            ("edge", "said"),
            ("paper_view", "data"),
        ):
            quote = '"' if column in {"data", "said"} else ""
            database.execute(f"UPDATE {table} SET {column} = {column} || ?", (quote + evil,))
    database.commit()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "data:x", "x"])
def test_only_addresses_of_the_web_become_links(
    catalogue_dir: Path, cache: Path, capfd: pytest.CaptureFixture[str], address: str
) -> None:
    for command in (("show", "abel1990leaves"), ("list", "--format", "json"), ("list",)):
        line = ("--data", str(catalogue_dir), *command)
        main(line)
        expected = capfd.readouterr()
        with closing(sqlite3.connect(snapshot_in(cache))) as database:
            database.execute("UPDATE list_row SET address = ?", (address,))
            database.execute(
                "UPDATE paper_view SET data = json_set(data, '$[5]', ?, '$[6]', json(?))",
                (address, json.dumps([["page", address]])),
            )
            database.commit()
        _fit(snapshot_in(cache))
        assert main(line) == 0
        assert capfd.readouterr() == expected


def test_a_forged_snapshot_is_an_error_in_python(catalogue_dir: Path, cache: Path) -> None:
    title(catalogue_dir)
    with closing(sqlite3.connect(snapshot_in(cache))) as database:
        _forge(database, FORGED["escape"], False)
    _fit(snapshot_in(cache))
    bib = load(catalogue_dir)
    with pytest.raises(DamagedSnapshotError):
        bib.rows(bib.all())


@pytest.mark.catalogue
def test_everything_that_is_compiled_may_be_read(catalogue: Bibliography) -> None:
    """No text of the catalogue looks like a forged one."""
    tables = catalogue.snapshot.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")
    for (table,) in tables.fetchall():
        if not table.startswith(("text", "sqlite_")):
            for row in catalogue.snapshot.fetch(f'SELECT * FROM "{table}"'):
                for value in row:
                    if isinstance(value, str):
                        assert reader._text(value.encode()) == value


# The shipped snapshot


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with its snapshot."""
    made = Path(shutil.copytree(caching.shipped_directory(), tmp_path / "installed"))
    write_shipped(made, made / "snapshot.sqlite")
    for module in ("source.folders", "source.loader", "snapshot.cache"):
        monkeypatch.setattr(f"dltheory_bib.{module}.shipped_directory", lambda: made)
    return made


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were hashed."""
    found: list[Path] = []
    real = file_marks.digest_of
    monkeypatch.setattr(file_marks, "digest_of", lambda path: (found.append(path), real(path))[1])
    return found


def test_the_shipped_snapshot_is_hashed_once(
    installed: Path, hashed: list[Path], compiled: list[str]
) -> None:
    for _ in range(3):
        assert open_snapshot().path == installed / "snapshot.sqlite"
    assert hashed == [installed / "snapshot.sqlite"]
    assert compiled == []


def test_a_shipped_snapshot_that_changed_is_not_used(installed: Path, compiled: list[str]) -> None:
    """Also with its size and time as they were."""
    snapshot = installed / "snapshot.sqlite"
    open_snapshot()
    found, data = snapshot.stat(), bytearray(snapshot.read_bytes())
    data[len(data) // 2] ^= 1
    snapshot.write_bytes(data)
    os.utime(snapshot, ns=(found.st_atime_ns, found.st_mtime_ns))
    opened = open_snapshot()
    assert opened.path != snapshot
    assert opened.count() > 0
    assert compiled == ["compiled"]


@posix
@pytest.mark.usefixtures("installed")
def test_a_record_that_others_could_have_written_is_not_believed(
    cache: Path, hashed: list[Path]
) -> None:
    open_snapshot()
    (record,) = cache.iterdir()
    record.chmod(0o666)
    open_snapshot()
    assert len(hashed) == 2
    record.write_text("[" * 100_000, "utf-8")
    open_snapshot()
    assert len(hashed) == 3


def test_without_a_place_for_the_record_it_is_hashed_each_time(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashed: list[Path]
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    for _ in range(2):
        assert open_snapshot().path == installed / "snapshot.sqlite"
    assert len(hashed) == 2


# Marks


def test_a_file_of_the_same_size_and_time_is_seen(catalogue_dir: Path, compiled: list[str]) -> None:
    """Its inode or the time of its last change of any kind tells."""
    papers = catalogue_dir / "papers.yaml"
    os.utime(papers, ns=(1_000_000_000, 1_000_000_000))
    assert title(catalogue_dir) == TITLE
    text = papers.read_text("utf-8").replace(TITLE, "On Loaves")
    papers.write_text(text, "utf-8")
    os.utime(papers, ns=(1_000_000_000, 1_000_000_000))
    assert title(catalogue_dir) == "On Loaves"
    other = papers.with_name("other")
    other.write_text(text.replace("On Loaves", "On Lemons"), "utf-8")
    os.utime(other, ns=(1_000_000_000, 1_000_000_000))
    other.replace(papers)
    assert title(catalogue_dir) == "On Lemons"
    assert len(compiled) == 3


def test_a_touched_file_is_hashed_once(
    catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch, compiled: list[str]
) -> None:
    title(catalogue_dir)
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 10_000_000_000)
    hashed: list[Path] = []
    real = file_marks.digest_of
    monkeypatch.setattr(file_marks, "digest_of", lambda path: (hashed.append(path), real(path))[1])
    title(catalogue_dir)
    assert hashed, "they had just been written"
    hashed.clear()
    title(catalogue_dir)
    assert hashed == []
    assert compiled == ["compiled"]


# What is left and what is too much


def test_what_killed_runs_left_is_swept(catalogue_dir: Path, cache: Path) -> None:
    cache.mkdir(parents=True, mode=0o700)
    ended = run_program(sys.executable, "-c", "import os; print(os.getpid())").stdout.decode()
    left = [
        f".snapshot.{ended.strip()}.abc{TEMPORARY}",
        f".snapshot.{os.getpid()}.old{TEMPORARY}",
        "tmpabcd.sqlite",
        "deadbeef.4711.tmp",
    ]
    kept = [f".snapshot.{os.getpid()}.new{TEMPORARY}", "tmpnew.sqlite"]
    for name in (*left, *kept):
        (cache / name).write_bytes(b"x")
    for name in left[1:]:
        os.utime(cache / name, (time.time() - 3600, time.time() - 3600))
    title(catalogue_dir)
    names = {path.name for path in cache.iterdir()}
    assert names.isdisjoint(left)
    assert names >= set(kept)
    assert len(names) == len(kept) + 2


def test_the_collections_unused_for_longest_go_first(
    catalogue_dir: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [Path(shutil.copytree(catalogue_dir, tmp_path / f"c{n}")) for n in range(4)]
    made: list[Path] = []
    for number, place in enumerate(places):
        title(place)
        (new,) = set(cache.glob("*.sqlite")) - set(made)
        made.append(new)
        for path in (new, new.with_suffix(".json")):
            os.utime(path, (time.time() - 90_000 * (9 - number),) * 2)
            _fit_marks(new)
            os.utime(path, (time.time() - 90_000 * (9 - number),) * 2)
    title(places[0])  # its use is noted
    size = made[0].stat().st_size + 5_000
    monkeypatch.setattr(caching, "MOST_BYTES", 3 * size)
    title(catalogue_dir)
    left = set(cache.glob("*.sqlite"))
    assert len(left) == 3
    assert made[0] in left
    assert made[1] not in left
    assert {path.stem for path in cache.glob("*.json")} == {path.stem for path in left}
    monkeypatch.setattr(caching, "MOST_BYTES", 1)
    (catalogue_dir / "papers.yaml").write_bytes(
        (catalogue_dir / "papers.yaml").read_bytes() + b"\n"
    )
    assert title(catalogue_dir) == TITLE
    assert len(list(cache.glob("*.sqlite"))) == 1, "the one that was just written stays"


# Faults while it is written


@posix
@pytest.mark.parametrize("act", FAULTS.values(), ids=FAULTS)
def test_a_call_that_fails_costs_time_and_not_the_answer(
    catalogue_dir: Path, cache: Path, act: Callable[..., Any]
) -> None:
    for at in range(1, 100):
        shutil.rmtree(cache, ignore_errors=True)
        fault = Fault(at, act)
        with fault.active(), suppress(KeyboardInterrupt):
            assert title(catalogue_dir) == TITLE
        assert title(catalogue_dir) == TITLE
        if not fault.what:
            break
    assert at > 4


@posix
@pytest.mark.parametrize("half", [False, True], ids=["before the call", "in the call"])
def test_a_process_that_ends_at_any_call_costs_time_and_not_the_answer(
    catalogue_dir: Path, cache: Path, half: bool
) -> None:
    """What it leaves is swept when the next run compiles."""

    for at in range(1, 100):
        shutil.rmtree(cache, ignore_errors=True)
        child = os.fork()
        if child == 0:
            with suppress(BaseException), Fault(at, ends(half)).active():
                os._exit(0 if title(catalogue_dir) == TITLE else 1)
            os._exit(2)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert ended in {0, 9}
        assert title(catalogue_dir) == TITLE
        papers = catalogue_dir / "papers.yaml"
        papers.write_bytes(papers.read_bytes() + b"\n")
        assert title(catalogue_dir) == TITLE
        assert sorted(path.suffix for path in cache.iterdir()) == [".json", ".sqlite"]
        if ended == 0:
            break
    assert at > 4


def test_eight_processes_at_once_give_one_answer(catalogue_dir: Path, cache: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    line = (sys.executable, "-m", "dltheory_bib", "--data", str(catalogue_dir), "list")
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: run_program(*line, env=environment()), range(8)))
    assert {(one.returncode, one.stdout, one.stderr) for one in done} == {(0, done[0].stdout, b"")}
    assert sorted(path.suffix for path in cache.iterdir()) == [".json", ".sqlite"]


def test_a_collection_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "collection.yaml").write_text("extends: shipped\n", "utf-8")
    papers, notes = tmp_path / "papers.yaml", tmp_path / "notes.yaml"
    papers.write_text(work("doe2017first"), "utf-8")
    notes.write_text("- key: doe2017first\n  tags: [x]\n", "utf-8")
    read = []

    def another_adds(name: str, _records: int) -> None:
        if name.endswith("papers.yaml") and not read:
            papers.write_text(work("doe2017first") + work("roe2018second"), "utf-8")
            notes.write_text("- key: roe2018second\n  tags: [y]\n", "utf-8")
        read.append(name)

    names = open_snapshot(tmp_path, another_adds).names()
    assert {"doe2017first", "roe2018second"} <= set(names)
    assert len([name for name in read if name.endswith("papers.yaml")]) == 2


def test_a_fault_that_stays_is_reported_after_few_readings(tmp_path: Path) -> None:
    (tmp_path / "collection.yaml").write_text("extends: shipped\n", "utf-8")
    (tmp_path / "notes.yaml").write_text("- key: roe2018second\n  tags: [y]\n", "utf-8")
    read = []
    with pytest.raises(DataError, match="unknown work roe2018second"):
        open_snapshot(tmp_path, lambda name, _: read.append(name))
    assert 1 <= sum(name.endswith("notes.yaml") for name in read) <= caching._ATTEMPTS + 1
