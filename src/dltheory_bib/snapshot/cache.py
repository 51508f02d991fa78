"""Find the snapshot of a collection, or compile it.

A snapshot is used only if it was made from the files as they are. Next to it is a manifest with
size, time of change and SHA-256 of every source file, and with size, time and CRC-32 of the
snapshot itself. A file counts as unchanged if its size and time are as recorded, or else if its
SHA-256 is; then the new time is recorded. In all other cases, including a damaged file or manifest,
the snapshot is compiled again.

The snapshot of an installed package is not hashed: its files change only when another version is
installed, so names, sizes and the version of the package are enough.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dltheory_bib import __version__
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
"""Bytes: reading the whole of a larger snapshot takes longer than a command may."""
_RACY = 2_000_000_000
"""Nanoseconds: a file changed this shortly before it was read may change again unnoticed."""


def open_snapshot(path: Path | None = None, progress: Progress | None = None) -> Snapshot:
    """Open the snapshot of a collection: the shipped catalogue, a directory, or one papers file.

    Compiles the collection if it has no valid snapshot; `progress` is called with a file's name and
    the number of records read. Raises `DataError` if the data have errors.
    """
    shipped = shipped_directory()
    files = collection_files(path) if path else catalogue_files(shipped)
    cached = _cache_path(path or shipped)
    return _find(path, files, cached) or _make(files, cached, progress)


def shipped_names() -> frozenset[str] | None:
    """Return the keys and aliases of the shipped works; None without a current snapshot."""
    directory = shipped_directory()
    found = _find(None, catalogue_files(directory), _cache_path(directory))
    return frozenset(found.names()) if found else None


def _find(path: Path | None, files: list[DataFile], cached: Path | None) -> Snapshot | None:
    """Return the snapshot of a collection as it is now, if there is one."""
    built = shipped_directory() / f"{NAME}.sqlite"
    if path is None and _is_installed(built, files):
        return Snapshot.open(built)
    if cached is not None and _is_current(cached, files):
        return Snapshot.open(cached)
    return None


def _make(files: list[DataFile], cached: Path | None, progress: Progress | None) -> Snapshot:
    # YAML and pydantic are needed only to compile.
    from dltheory_bib.snapshot.compile import compile_catalogue
    from dltheory_bib.source.loader import load_catalogue

    stamps = _stamps(files)
    catalogue = load_catalogue(files, progress)
    if cached is not None and stamps is not None:
        try:
            write_snapshot(catalogue, cached, stamps)
            if _is_current(cached, files):  # another process may have replaced it
                return Snapshot.open(cached)
        except (OSError, sqlite3.Error):
            pass  # a cache that cannot be written costs time, but the answer is the same
    database = sqlite3.connect(":memory:", check_same_thread=False)
    compile_catalogue(catalogue, database)
    return Snapshot(database)


def _stamps(files: list[DataFile]) -> list[dict[str, Any]] | None:
    """Return the marks of the sources; None if one cannot be read, which loading will report."""
    try:
        return [stamp(file.path) for file in files if file.path.is_file()]
    except OSError:
        return None


def write_snapshot(
    catalogue: Catalogue, target: Path, stamps: list[dict[str, Any]], movable: bool = False
) -> None:
    """Compile a catalogue to a file and its manifest, each written atomically.

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
        # Stamp the temporary file before the rename; afterwards another process may replace it with
        # a snapshot of different sources. No other process writes the temporary file, so its time
        # is reliable at once.
        stat = temporary.stat()
        mark = {
            "path": target.name if movable else str(target.absolute()),
            "size": stat.st_size,
            "mtime_ns": None if movable else stat.st_mtime_ns,
            "crc32": _checksum(temporary),
        }
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    _write_manifest(target, {"schema": SCHEMA, "snapshot": mark, "sources": stamps})


def _write_manifest(snapshot: Path, manifest: dict[str, Any]) -> None:
    written = snapshot.with_suffix(f".{os.getpid()}.tmp")
    written.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    written.replace(snapshot.with_suffix(".json"))


def write_shipped(directory: Path, target: Path) -> None:
    """Compile the catalogue in a directory for the wheel, in which the snapshot is next to it.

    The manifest contains neither times nor directories, so that two builds of one commit are equal.
    """
    from dltheory_bib.source.loader import load_catalogue

    files = catalogue_files(directory)
    write_snapshot(load_catalogue(files), target, [])
    manifest = {
        "schema": SCHEMA,
        "version": __version__,
        "files": {file.path.name: file.path.stat().st_size for file in files}
        | {target.name: target.stat().st_size},
    }
    _write_manifest(target, manifest)


def _is_installed(snapshot: Path, files: list[DataFile]) -> bool:
    """Return whether a snapshot was shipped with these files by this version of the package."""
    try:
        manifest = json.loads(snapshot.with_suffix(".json").read_bytes())
        if (manifest["schema"], manifest["version"]) != (SCHEMA, __version__):
            return False
        present = [snapshot, *(file.path for file in files)]
        return bool(manifest["files"] == {path.name: path.stat().st_size for path in present})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def stamp(path: Path) -> dict[str, Any]:
    """Return the marks of a file: its path, size, time of change in nanoseconds and SHA-256.

    The time is omitted if the file has just changed.
    """
    stat = path.stat()
    settled = _is_settled(stat)
    return {
        "path": str(path.absolute()),
        "size": stat.st_size,
        "mtime_ns": stat.st_mtime_ns if settled else None,
        "sha256": _digest(path),
    }


def _digest(path: Path) -> str:
    import hashlib  # for most commands the times of the files are enough

    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _checksum(path: Path) -> int:
    from zlib import crc32

    checksum = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 18):  # never the whole of a large snapshot
            checksum = crc32(block, checksum)
    return checksum


def _is_current(snapshot: Path, files: list[DataFile]) -> bool:
    """Return whether a snapshot is intact and was made from these files as they are now."""
    try:
        manifest = json.loads(snapshot.with_suffix(".json").read_bytes())
        if manifest["schema"] != SCHEMA:
            return False
        marks = {snapshot.parent / mark["path"]: mark for mark in manifest["sources"]}
        if marks.keys() != {file.path.absolute() for file in files}:
            return False
        if not _is_whole(snapshot, manifest["snapshot"]):
            return False
        known = [mark["mtime_ns"] for mark in marks.values()]
        if not all(_is_same(path, mark) for path, mark in marks.items()):
            return False
        if known != [mark["mtime_ns"] for mark in marks.values()]:
            with suppress(OSError):  # the next command then reads these files again
                _write_manifest(snapshot, manifest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    return True


def _is_whole(snapshot: Path, mark: dict[str, Any]) -> bool:
    """Return whether the snapshot is intact: compare its CRC-32, or its mtime if the file is
    large.
    """
    if snapshot.stat().st_size != mark["size"]:
        return False
    if mark["size"] > _LARGE and snapshot.stat().st_mtime_ns == mark["mtime_ns"]:
        return True
    return bool(_checksum(snapshot) == mark["crc32"])


def discard(path: Path | None = None) -> None:
    """Delete the snapshot of a collection, which is then compiled on the next use.

    For the shipped one, delete the manifest, if that is permitted.
    """
    shipped = shipped_directory()
    if path is None:
        with suppress(OSError):
            (shipped / f"{NAME}.json").unlink(missing_ok=True)
    cached = _cache_path(path or shipped)
    if cached is not None:
        cached.unlink(missing_ok=True)
        cached.with_suffix(".json").unlink(missing_ok=True)


def _is_same(path: Path, mark: dict[str, Any]) -> bool:
    """Return whether a file is as it was; if only its time has changed, put that into the mark."""
    stat = path.stat()
    if stat.st_size != mark["size"]:
        return False
    if stat.st_mtime_ns == mark["mtime_ns"]:
        return True
    settled = _is_settled(stat)
    if _digest(path) != mark["sha256"]:
        return False
    if settled:
        mark["mtime_ns"] = stat.st_mtime_ns
    return True


def _is_settled(stat: os.stat_result) -> bool:
    return time.time_ns() - stat.st_mtime_ns > _RACY


def _cache_path(path: Path) -> Path | None:
    """Return the path of a collection's snapshot, or None if there is no place for it."""
    from zlib import adler32, crc32

    try:
        # Two paths with the same name cost time, but the answer is right: the manifest names the
        # sources.
        place = os.fsencode(path.resolve())
        return _cache_directory() / f"{crc32(place):08x}{adler32(place):08x}.sqlite"
    except (OSError, RuntimeError, ValueError):
        return None


def _cache_directory() -> Path:
    system: str = sys.platform
    if system == "linux":
        # The path that platformdirs returns; importing it takes a tenth of the time of `show`.
        base = os.environ.get("XDG_CACHE_HOME", "").strip()
        return Path(base if base else "~/.cache").expanduser() / "dltheory-bib"
    from platformdirs import user_cache_path

    return user_cache_path("dltheory-bib", appauthor=False)
