"""Find the snapshot of a collection, or make it.

A snapshot is used only while it is that of the files as they are. Beside it lies a manifest with
size, time of change and SHA-256 of every source file and of the snapshot itself. A file counts as
unchanged when size and time are as recorded, else when its SHA-256 is; anything else, a damaged
file or manifest included, means that the snapshot is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.snapshot.schema import SCHEMA
from dltheory_bib.source.folders import (
    DataFile,
    catalogue_files,
    collection_files,
    shipped_directory,
)

if TYPE_CHECKING:
    from dltheory_bib.source.catalogue import Catalogue

Progress = Callable[[str, int], None]

NAME = "snapshot"
_LARGE = 4_000_000
"""Bytes: summing up a snapshot of this size takes longer than most commands."""
_RACY = 2_000_000_000
"""Nanoseconds: a file changed this shortly before it was read may change again unnoticed."""


def open_snapshot(path: Path | None = None, progress: Progress | None = None) -> Snapshot:
    """The snapshot of a collection: the shipped catalogue, a directory, or one papers file.

    Compiles the collection when there is no snapshot of it as it stands; `progress` is called with
    a file's name and the number of records read. Raises `DataError` when the data have errors.
    """
    shipped = shipped_directory()
    files = collection_files(path) if path else catalogue_files(shipped)
    if path is None:
        built = shipped / f"{NAME}.sqlite"
        if _is_current(built, files):
            return Snapshot.open(built)
    cached = _cache_path(path or shipped)
    if cached is not None and _is_current(cached, files):
        return Snapshot.open(cached)
    return _make(files, cached, progress)


def _make(files: list[DataFile], cached: Path | None, progress: Progress | None) -> Snapshot:
    # YAML and pydantic are only wanted when there is something to compile.
    from dltheory_bib.snapshot.compile import compile_catalogue
    from dltheory_bib.source.loader import load_catalogue

    stamps = _stamps(files)
    catalogue, _ = load_catalogue(files, progress)
    if cached is not None and stamps is not None:
        try:
            write_snapshot(catalogue, cached, stamps)
            if _is_current(cached, files):  # another process may have put its own in this place
                return Snapshot.open(cached)
        except (OSError, sqlite3.Error):
            pass  # a cache that cannot be written costs time, not the answer
    database = sqlite3.connect(":memory:", check_same_thread=False)
    compile_catalogue(catalogue, database)
    return Snapshot(database)


def _stamps(files: list[DataFile]) -> list[dict[str, Any]] | None:
    """The marks of the sources; None where one cannot be read, as loading is about to say."""
    try:
        return [stamp(file.path) for file in files if file.path.is_file()]
    except OSError:
        return None


def write_snapshot(
    catalogue: Catalogue, target: Path, stamps: list[dict[str, Any]], movable: bool = False
) -> None:
    """Compile a catalogue to a file and its manifest, each in one step: whole or not at all.

    `stamps` are the marks of the sources, taken by `stamp` before they were read. The manifest of a
    `movable` snapshot has no folder and no time: it depends on the sources alone.
    """
    import tempfile

    from dltheory_bib.snapshot.compile import compile_catalogue

    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=".sqlite", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        with closing(sqlite3.connect(temporary)) as database:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            compile_catalogue(catalogue, database)
        # Marked before it is in place: there, another process may put one of other sources.
        # It is ours alone, so its time tells from the start, however fresh it is.
        mark = stamp(temporary) | {
            "path": target.name if movable else str(target.absolute()),
            "mtime_ns": None if movable else temporary.stat().st_mtime_ns,
        }
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    manifest = {"schema": SCHEMA, "snapshot": mark, "sources": stamps}
    written = target.with_suffix(f".{os.getpid()}.tmp")
    written.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    written.replace(target.with_suffix(".json"))


def write_shipped(directory: Path, target: Path) -> None:
    """Compile the catalogue in a directory for the wheel, where it will lie beside the snapshot.

    The manifest names the files alone: they will have other times and directories when installed.
    """
    from dltheory_bib.source.loader import load_catalogue

    files = catalogue_files(directory)
    stamps = [stamp(file.path, movable=True) for file in files]
    write_snapshot(load_catalogue(files)[0], target, stamps, movable=True)


def stamp(path: Path, movable: bool = False) -> dict[str, Any]:
    """What a file is recognised by: its place, size, time of change in nanoseconds and SHA-256.

    The time is left out when the file changed just now, and, like its directory, when it is
    `movable`.
    """
    stat = path.stat()
    settled = time.time_ns() - stat.st_mtime_ns > _RACY
    return {
        "path": path.name if movable else str(path.absolute()),
        "size": stat.st_size,
        "mtime_ns": stat.st_mtime_ns if settled and not movable else None,
        "sha256": _digest(path),
    }


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_current(snapshot: Path, files: list[DataFile]) -> bool:
    """Whether a snapshot is whole and is that of these files as they are now."""
    try:
        manifest = json.loads(snapshot.with_suffix(".json").read_bytes())
        if manifest["schema"] != SCHEMA:
            return False
        marks = {snapshot.parent / mark["path"]: mark for mark in manifest["sources"]}
        if marks.keys() != {file.path.absolute() for file in files}:
            return False
        whole = _is_whole(snapshot, manifest["snapshot"])
        return whole and all(_is_same(path, mark) for path, mark in marks.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def _is_whole(snapshot: Path, mark: dict[str, Any]) -> bool:
    """Whether a snapshot is what was written: by its sum, or, where that takes long, its time."""
    if snapshot.stat().st_size != mark["size"]:
        return False
    if mark["size"] > _LARGE and snapshot.stat().st_mtime_ns == mark["mtime_ns"]:
        return True
    return bool(_digest(snapshot) == mark["sha256"])


def discard(path: Path | None = None) -> None:
    """Remove the cached snapshot of a collection, which then is made again when it is asked."""
    cached = _cache_path(path or shipped_directory())
    if cached is not None:
        cached.unlink(missing_ok=True)
        cached.with_suffix(".json").unlink(missing_ok=True)


def _is_same(path: Path, mark: dict[str, Any]) -> bool:
    stat = path.stat()
    if stat.st_size != mark["size"]:
        return False
    return bool(stat.st_mtime_ns == mark["mtime_ns"] or _digest(path) == mark["sha256"])


def _cache_path(path: Path) -> Path | None:
    """Where the snapshot of a collection is kept, or None where there is no place to keep it."""
    from platformdirs import user_cache_path

    try:
        name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:20]
        return user_cache_path("dltheory-bib", appauthor=False) / f"{name}.sqlite"
    except (OSError, RuntimeError, ValueError):
        return None
