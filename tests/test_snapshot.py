"""The snapshot: the same records without YAML, and never those of another day."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dltheory_bib import Bibliography, load
from dltheory_bib.models.registries import Topic
from dltheory_bib.snapshot import cache as cache_module
from dltheory_bib.snapshot import compile as compiling
from dltheory_bib.snapshot import file_marks, schema
from dltheory_bib.snapshot.cache import open_snapshot, write_shipped
from dltheory_bib.source.folders import catalogue_files, shipped_directory
from dltheory_bib.source.loader import load_catalogue
from helpers.programs import HANG, environment, started
from helpers.records import work

pytestmark = pytest.mark.usefixtures("cache")


def _title(path: Path) -> str:
    return load(path)["abel1990leaves"].title


def _retitle(directory: Path, title: str) -> None:
    papers = directory / "papers.yaml"
    text = papers.read_text(encoding="utf-8")
    start = text.index("title: ") + len("title: ")
    papers.write_text(text[:start] + title + text[text.index("\n", start) :], encoding="utf-8")


def _snapshot_in(cache: Path) -> Path:
    (found,) = cache.glob("*.sqlite")
    return found


# The same records


def test_a_catalogue_compiled_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.sqlite", tmp_path / "two.sqlite"
    write_shipped(shipped_directory(), one)
    write_shipped(shipped_directory(), two)
    assert one.read_bytes() == two.read_bytes()


def test_every_shipped_record_comes_back_as_it_was_validated(catalogue: Bibliography) -> None:
    validated = load_catalogue(catalogue_files(shipped_directory()))
    assert dict(catalogue.papers) == {at.record.key: at.record for at in validated.papers}
    assert dict(catalogue.topics) == {at.record.id: at.record for at in validated.topics}
    assert dict(catalogue.venues) == {at.record.id: at.record for at in validated.venues}
    settled = {at.record.id: at.record for at in validated.people}
    assert {name: catalogue.people[name] for name in settled} == settled
    lists = {
        (at.record.citing, catalogue.key(key), at.record.source, at.record.where)
        for at in validated.citations
        for key in at.record.cites
    }
    cited = [edge for edge in catalogue.snapshot.edges() if edge.relation.value == "cites"]
    assert {(e.source, e.target, e.evidence, e.where) for e in cited} <= lists
    assert {(e.source, e.target) for e in cited} == {entry[:2] for entry in lists}


def test_every_record_of_the_tiny_catalogue_comes_back_too(catalogue_dir: Path) -> None:
    """It has fields that the shipped one does not use yet."""
    bib = load(catalogue_dir)
    catalogue = load_catalogue(catalogue_files(catalogue_dir))
    assert list(bib) == [at.record for at in catalogue.papers]
    assert list(bib.venues.values()) == [at.record for at in catalogue.venues]
    assert list(bib.topics.values()) == [at.record for at in catalogue.topics]
    assert bib.people["ost-bo"] == catalogue.people[1].record


def test_a_record_as_a_file_holds_it_leaves_out_what_is_empty() -> None:
    topic = Topic(id="ntk", label="NTK", definition="Kernels.", related=("wide",))
    assert topic.to_dict() == {
        "id": "ntk",
        "label": "NTK",
        "definition": "Kernels.",
        "related": ["wide"],
    }
    assert Topic.model_validate(topic.to_dict()) == topic
    assert list(Topic.model_fields)[:2] == ["id", "label"]


# The snapshot of the files as they are


def test_a_second_load_compiles_nothing(
    catalogue_dir: Path, cache: Path, compiled: list[str]
) -> None:
    assert [_title(catalogue_dir), _title(catalogue_dir)] == ["On Leaves", "On Leaves"]
    assert compiled == ["compiled"]
    assert sorted(path.suffix for path in cache.iterdir()) == [".json", ".sqlite"]


def test_a_change_of_the_same_size_is_seen(
    catalogue_dir: Path,
) -> None:
    assert _title(catalogue_dir) == "On Leaves"
    _retitle(catalogue_dir, "On Loaves")
    assert _title(catalogue_dir) == "On Loaves"


def test_a_file_that_was_only_touched_is_not_compiled_again(
    catalogue_dir: Path, compiled: list[str]
) -> None:
    for moment in (1_000_000_000, 1_500_000_000, 2_500_000_000):
        os.utime(catalogue_dir / "papers.yaml", (moment, moment))
        assert _title(catalogue_dir) == "On Leaves"
    assert compiled == ["compiled"]


def test_a_file_is_read_once_after_its_time_has_changed(
    catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its new time is recorded, unless the file is so new that it may change again unnoticed."""
    read: list[str] = []
    real = file_marks.digest_of
    monkeypatch.setattr(file_marks, "digest_of", lambda path: read.append(path.name) or real(path))
    papers = catalogue_dir / "papers.yaml"
    later = time.time_ns() + 10_000_000_000
    with monkeypatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: later)
        load(catalogue_dir)
    papers.touch()
    read.clear()
    assert [_title(catalogue_dir), _title(catalogue_dir)] == ["On Leaves", "On Leaves"]
    assert read == ["papers.yaml", "papers.yaml"], "the file is new"
    monkeypatch.setattr(time, "time_ns", lambda: later)
    assert [_title(catalogue_dir), _title(catalogue_dir)] == ["On Leaves", "On Leaves"]
    assert read == ["papers.yaml"] * 3
    _retitle(catalogue_dir, "On Loaves")
    assert _title(catalogue_dir) == "On Loaves"


def test_an_old_change_of_the_same_size_is_seen(
    catalogue_dir: Path,
) -> None:
    papers = catalogue_dir / "papers.yaml"
    os.utime(papers, (1_000_000_000, 1_000_000_000))
    assert _title(catalogue_dir) == "On Leaves"
    _retitle(catalogue_dir, "On Loaves")
    os.utime(papers, (1_000_000_001, 1_000_000_001))
    assert _title(catalogue_dir) == "On Loaves"


def test_a_registry_that_appears_beside_the_papers_is_taken(
    tmp_path: Path,
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "papers.yaml").write_text(work(extra="topics: [ntk]"), encoding="utf-8")
    assert "saddle-escape" in load(own).topics
    topic = "- {id: ntk, label: Mine, definition: Mine.}\n"
    (own / "topics.yaml").write_text(topic, encoding="utf-8")
    assert [topic.label for topic in load(own).topics.values()] == ["Mine"]
    (own / "topics.yaml").unlink()
    assert "saddle-escape" in load(own).topics


def test_a_lone_papers_file_uses_the_shipped_registries(
    tmp_path: Path,
) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text(work(extra="topics: [ntk]\nvenue: neurips"), encoding="utf-8")
    bib = load(own)
    assert len(bib) == 1
    assert len(bib.on("ntk")) == 1
    assert bib.venues["neurips"].in_year(2017).short == "NIPS"


def test_a_shipped_person_s_works_need_not_be_in_a_collection_of_one_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    shutil.copytree(shipped_directory(), shipped)
    with (shipped / "people.yaml").open("a", encoding="utf-8") as stream:
        stream.write("- {id: zzz-z, name: 'Zzz, Z.', works: [jin2017escape]}\n")
    for module in ("source.folders", "source.loader", "snapshot.cache"):
        monkeypatch.setattr(f"dltheory_bib.{module}.shipped_directory", lambda: shipped)
    own = tmp_path / "mine.yaml"
    own.write_text(work(), encoding="utf-8")
    assert len(load(own)) == 1


@pytest.mark.parametrize("name", ["with blank", "Grüße-王", "a#b", "a?b", "50%41", "'q'", "-x"])
def test_a_collection_may_have_any_path(
    catalogue_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The path is part of an SQLite address, where # and ? have a meaning."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache {name}"))
    moved = catalogue_dir.rename(tmp_path / name)
    assert [_title(moved), _title(moved)] == ["On Leaves", "On Leaves"]
    assert len(list((tmp_path / f"cache {name}").rglob("*.sqlite"))) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a name is Unicode")
def test_a_path_that_is_no_unicode_is_a_path(
    catalogue_dir: Path,
) -> None:
    moved = catalogue_dir.rename(os.fsdecode(os.fsencode(catalogue_dir.parent) + b"/caf\xe9"))
    assert [_title(moved), _title(moved)] == ["On Leaves", "On Leaves"]


# Damage


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def _rot(path: Path) -> None:
    """A byte that changed by itself: size and time are as they were."""
    stat = path.stat()
    _flip(path)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _manifest(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        manifest = path.with_suffix(".json")
        content = json.loads(manifest.read_text(encoding="utf-8"))
        change(content)
        manifest.write_text(json.dumps(content), encoding="utf-8")

    return damage


DAMAGE: dict[str, Callable[[Path], object]] = {
    "snapshot gone": Path.unlink,
    "snapshot empty": lambda path: path.write_bytes(b""),
    "snapshot truncated": _truncate,
    "snapshot garbage": lambda path: path.write_bytes(b"garbage" * 1000),
    "snapshot garbage of the same size": lambda p: p.write_bytes(b"g" * p.stat().st_size),
    "snapshot with a flipped byte": _flip,
    "snapshot with a rotten byte": _rot,
    "manifest gone": lambda path: path.with_suffix(".json").unlink(),
    "manifest empty": lambda path: path.with_suffix(".json").write_bytes(b""),
    "manifest truncated": lambda path: _truncate(path.with_suffix(".json")),
    "manifest garbage": lambda path: path.with_suffix(".json").write_bytes(b"\xff\0{"),
    "manifest of brackets": lambda path: path.with_suffix(".json").write_bytes(b"[" * 100_000),
    "manifest a list": lambda path: path.with_suffix(".json").write_bytes(b"[]"),
    "manifest of another schema": _manifest(lambda m: m.update(schema=schema.SCHEMA + 1)),
    "manifest of no schema": _manifest(lambda m: m.pop("schema")),
    "manifest of other sources": _manifest(lambda m: m.update(sources=[])),
    "manifest of strange sources": _manifest(lambda m: m.update(sources=[1, None])),
    "manifest with a wrong sum": _manifest(
        lambda m: m["snapshot"].update(sha256="0" * 64, mtime_ns=0)
    ),
    "manifest without sizes": _manifest(lambda m: m["sources"][0].pop("size")),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_snapshot_is_made_again(
    catalogue_dir: Path, cache: Path, compiled: list[str], damage: Callable[[Path], object]
) -> None:
    load(catalogue_dir)
    whole = _snapshot_in(cache).read_bytes()
    damage(_snapshot_in(cache))
    assert _title(catalogue_dir) == "On Leaves"
    assert compiled == ["compiled", "compiled"]
    assert _snapshot_in(cache).read_bytes() == whole
    _title(catalogue_dir)
    assert compiled == ["compiled", "compiled"], "what was made again is used"


def test_a_cache_that_cannot_be_written_costs_time_and_not_the_answer(
    catalogue_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert [_title(catalogue_dir), _title(catalogue_dir)] == ["On Leaves", "On Leaves"]


def test_a_disk_that_is_full_costs_time_and_not_the_answer(
    catalogue_dir: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own error for it is no `OSError`."""
    real = compiling.compile_catalogue

    def full(catalogue: Any, database: sqlite3.Connection) -> None:
        if database.execute("PRAGMA database_list").fetchone()[2]:
            raise sqlite3.OperationalError("database or disk is full")
        real(catalogue, database)

    monkeypatch.setattr(compiling, "compile_catalogue", full)
    assert _title(catalogue_dir) == "On Leaves"
    assert list(cache.iterdir()) == [], "nothing is left behind"


def test_a_crash_while_compiling_leaves_no_half_snapshot(
    catalogue_dir: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(compiling, "compile_catalogue", crash)
    with pytest.raises(KeyboardInterrupt):
        load(catalogue_dir)
    assert list(cache.iterdir()) == []


# Several processes

LOADING = (
    "import sys; from dltheory_bib import load; print(load(sys.argv[1])['abel1990leaves'].title)"
)


def test_two_processes_may_compile_at_once(catalogue_dir: Path, cache: Path) -> None:
    command = [sys.executable, "-c", LOADING, str(catalogue_dir)]
    with started(*command, env=environment()) as one, started(*command, env=environment()) as other:
        for process in (one, other):
            assert process.communicate(timeout=HANG) == (b"On Leaves\n", b"")
    assert sorted(path.suffix for path in cache.iterdir()) == [".json", ".sqlite"]
    assert cache_module._is_current(_snapshot_in(cache), catalogue_files(catalogue_dir))


def test_a_snapshot_that_another_process_puts_in_its_place_is_not_taken_for_ours(
    catalogue_dir: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow process that read older files may finish between our snapshot and our manifest."""
    load(catalogue_dir)
    older = _snapshot_in(cache).read_bytes()
    _retitle(catalogue_dir, "On Loaves")
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        moved = real(self, target)
        if target.suffix == ".sqlite":
            target.write_bytes(older)
        return moved

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        assert _title(catalogue_dir) == "On Loaves"
    assert _title(catalogue_dir) == "On Loaves"


def test_an_open_snapshot_answers_on_while_a_new_one_takes_its_place(
    catalogue_dir: Path,
) -> None:
    before = load(catalogue_dir)
    _retitle(catalogue_dir, "On Loaves")
    assert _title(catalogue_dir) == "On Loaves"
    assert before["abel1990leaves"].title == "On Leaves"


@pytest.mark.catalogue
def test_a_shipped_snapshot_is_found_wherever_it_is_installed(
    tmp_path: Path, cache: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel's files get new times and a new directory, and are the same files."""
    built = tmp_path / "built"
    shutil.copytree(shipped_directory(), built)
    write_shipped(built, built / "snapshot.sqlite")
    installed = built.rename(tmp_path / "installed")
    for path in installed.glob("*.yaml"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    monkeypatch.setattr(cache_module, "shipped_directory", lambda: installed)
    compiled.clear()
    assert open_snapshot().path == installed / "snapshot.sqlite"
    assert compiled == []
    (record,) = cache.iterdir()
    assert record.suffix == ".verified"


# What is written


WRITTEN = (14, "192d42950cb57b7f")
"""`SCHEMA`, and a digest of what is written into the snapshot of the tea catalogue."""


def test_the_schema_is_counted_up_with_what_is_written(catalogue_dir: Path) -> None:
    """A snapshot of older code is not read as if it were of today's."""
    bib = load(catalogue_dir)
    database = bib.snapshot.database
    made = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    searched = {name for name, sql in made if sql.startswith("CREATE VIRTUAL")}
    # How SQLite keeps a full-text index is its own affair, and differs between its versions.
    content = [
        (name, sql, sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))))
        if sql.startswith("CREATE TABLE") or name in searched
        else (name, sql)
        for name, sql in sorted(made)
        if name in searched or not any(name.startswith(f"{one}_") for one in searched)
    ]
    found = (schema.SCHEMA, hashlib.sha256(repr(content).encode()).hexdigest()[:16])
    assert found == WRITTEN, (
        f"if SCHEMA in snapshot/schema.py was counted up, or stands for no release yet, write "
        f"WRITTEN = {found!r} here; else count it up first, for another content is written"
    )
