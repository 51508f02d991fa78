"""Find the snapshot of a collection, or compile it.

A snapshot is used only if it was made from the files as they are. Next to it is a manifest with
the SHA-256 of every source file and of the snapshot itself, and with size, times of change and
inode of each. A file counts as unchanged if these marks are as recorded, or else if its SHA-256 is;
then its new marks are recorded. In all other cases, including a damaged file or manifest, the
snapshot is compiled again. Nobody but the user may be able to write what is used from the cache.

The name of a snapshot contains the version of the program and the schema, and depends on where the
collection and the package are, so that installations next to each other do not replace each
other's.

The snapshot of an installed package has a manifest with version, schema, sizes and SHA-256. It is
hashed once; after that its marks, kept in the cache, are enough.
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
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
from dltheory_bib.user_folders import cache_folder

if TYPE_CHECKING:
    from dltheory_bib.source.catalogue import Catalogue

Progress = Callable[[str, int], None]

NAME = "snapshot"
MOST_BYTES = 200_000_000
"""The most that the cache keeps; the collections that were not used for longest go first."""
_RACY = 2_000_000_000
"""Nanoseconds: a file changed this shortly before it was read may change again unnoticed."""
_DAY = 86_400
_OLD = 600
"""Seconds: no process takes this long to write a temporary file of the cache."""
_MARKS = ("size", "mtime_ns", "ctime_ns", "inode")
_MALFORMED = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading a damaged manifest raises."""


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
    if path is None and _is_installed(built, files, cached):
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
    database.execute("PRAGMA query_only = 1")
    return Snapshot(database)


def _stamps(files: list[DataFile]) -> list[dict[str, Any]] | None:
    """Return the marks of the sources; None if one cannot be read, which loading will report."""
    try:
        return [stamp(file.path) for file in files if file.path.is_file()]
    except OSError:
        return None


def write_snapshot(catalogue: Catalogue, target: Path, stamps: list[dict[str, Any]]) -> None:
    """Compile a catalogue to a file of the cache and its manifest, each written atomically.

    `stamps` are the marks of the sources, taken by `stamp` before they were read.
    """
    _secure(target.parent)
    manifest = {
        "schema": SCHEMA,
        "version": __version__,
        "snapshot": _compile(catalogue, target),
        "sources": stamps,
    }
    _write_private(target.with_suffix(".json"), manifest)
    _sweep(target)


def write_shipped(directory: Path, target: Path) -> None:
    """Compile the catalogue in a directory for the wheel, in which the snapshot is next to it.

    The manifest contains neither times nor directories, so that two builds of one commit are equal.
    """
    from dltheory_bib.source.loader import load_catalogue

    files = catalogue_files(directory)
    marks = _compile(load_catalogue(files), target)
    sizes = {file.path.name: file.path.stat().st_size for file in files}
    manifest = {
        "schema": SCHEMA,
        "version": __version__,
        "files": sizes | {target.name: marks["size"]},
        "sha256": marks["sha256"],
    }
    _write_private(target.with_suffix(".json"), manifest)
    for path in (target, target.with_suffix(".json")):
        path.chmod(0o644)


def _compile(catalogue: Catalogue, target: Path) -> dict[str, Any]:
    """Compile a catalogue to a file, and return its SHA-256 and its marks."""
    import tempfile

    from dltheory_bib.files import TEMPORARY
    from dltheory_bib.snapshot.compile import compile_catalogue

    handle, name = tempfile.mkstemp(
        prefix=f".{NAME}.{os.getpid()}.", suffix=TEMPORARY, dir=target.parent
    )
    temporary = Path(name)
    try:
        with closing(sqlite3.connect(temporary)) as database:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            compile_catalogue(catalogue, database)
        os.fsync(handle)  # a power cut may otherwise lose its blocks, and not its marks
        digest = _digest(temporary)
        marks = _marks(os.fstat(handle))
        if sys.platform == "win32":  # there an open file cannot be renamed
            os.close(handle)
            temporary.replace(target)
        else:
            # Renaming changes `ctime`. The marks are those of this file, also if another process
            # has put a snapshot of different sources in its place meanwhile.
            temporary.replace(target)
            marks["ctime_ns"] = os.fstat(handle).st_ctime_ns
            os.close(handle)
    except BaseException:
        with suppress(OSError):
            os.close(handle)
        with suppress(OSError):
            temporary.unlink()
        raise
    return {"sha256": digest} | marks


def _write_private(path: Path, content: Any) -> None:
    """Write JSON atomically to a file that only the user can read and write."""
    import tempfile

    from dltheory_bib.files import TEMPORARY

    handle, name = tempfile.mkstemp(
        prefix=f".{NAME}.{os.getpid()}.", suffix=TEMPORARY, dir=path.parent
    )
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(content, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _is_installed(snapshot: Path, files: list[DataFile], cached: Path | None) -> bool:
    """Return whether a snapshot was shipped with these files by this version of the package."""
    try:
        manifest = json.loads(snapshot.with_suffix(".json").read_bytes())
        if (manifest["schema"], manifest["version"]) != (SCHEMA, __version__):
            return False
        present = [snapshot, *(file.path for file in files)]
        if manifest["files"] != {path.name: path.stat().st_size for path in present}:
            return False
        return _is_verified(snapshot, manifest["sha256"], cached)
    except _MALFORMED:
        return False


def _is_verified(snapshot: Path, digest: str, cached: Path | None) -> bool:
    """Return whether a shipped snapshot has this SHA-256, which is computed once for its marks."""
    marks = _marks(snapshot.stat())
    record = cached.with_suffix(".verified") if cached is not None else None
    if record is not None and _is_private(record):
        with suppress(*_MALFORMED):
            if json.loads(record.read_bytes()) == {"sha256": digest} | marks:
                return True
    if _digest(snapshot) != digest:
        return False
    if record is not None:
        with suppress(OSError):
            _secure(record.parent)
            _write_private(record, {"sha256": digest} | marks)
    return True


def stamp(path: Path) -> dict[str, Any]:
    """Return the marks of a file: its path, size, times of change in nanoseconds, inode and
    SHA-256.

    The times are omitted if the file has just changed.
    """
    marks = _settled_marks(path.stat())
    return {"path": str(path.absolute()), "sha256": _digest(path)} | marks


def _marks(found: os.stat_result) -> dict[str, Any]:
    """Return what tells that a file is the one that was seen before. A user may set a file's time
    of change back, but not `ctime`.
    """
    values = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    return dict(zip(_MARKS, values, strict=True))


def _settled_marks(found: os.stat_result) -> dict[str, Any]:
    marks = _marks(found)
    if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) <= _RACY:
        marks |= {"mtime_ns": None, "ctime_ns": None}
    return marks


def _digest(path: Path) -> str:
    import hashlib  # for most commands the marks of the files are enough

    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_current(snapshot: Path, files: list[DataFile]) -> bool:
    """Return whether a snapshot is intact and was made from these files as they are now."""
    manifest_path = snapshot.with_suffix(".json")
    try:
        if not _is_private(snapshot) or not _is_private(manifest_path):
            return False
        manifest = json.loads(manifest_path.read_bytes())
        if (manifest["schema"], manifest["version"]) != (SCHEMA, __version__):
            return False
        marks = {Path(mark["path"]): mark for mark in manifest["sources"]}
        if marks.keys() != {file.path.absolute() for file in files}:
            return False
        changed: list[Path] = []
        for path, mark in ((snapshot, manifest["snapshot"]), *marks.items()):
            if not _is_same(path, mark, changed):
                return False
        if changed:
            with suppress(OSError):  # the next command then need not read these files again
                _write_private(manifest_path, manifest)
        elif time.time() - manifest_path.stat().st_mtime > _DAY:
            with suppress(OSError):
                os.utime(manifest_path)  # it was used; see `_sweep`
    except _MALFORMED:
        return False
    return True


def _is_same(path: Path, mark: dict[str, Any], changed: list[Path]) -> bool:
    """Return whether a file is as it was; other marks of the same content are recorded."""
    found = path.stat()
    if all(mark[name] == value for name, value in _marks(found).items()):
        return True
    now = _settled_marks(found)
    if found.st_size != mark["size"] or _digest(path) != mark["sha256"]:
        return False
    if now["mtime_ns"] is not None:
        mark |= now
        changed.append(path)
    return True


def is_damaged(path: Path | None = None) -> bool:
    """Return whether the compiled collection that is in use is no longer what was written."""
    shipped = shipped_directory()
    used = [_cache_path(path or shipped)]
    used += [shipped / f"{NAME}.sqlite"] if path is None else []
    for snapshot in used:
        if snapshot is None or not snapshot.exists():
            continue
        try:
            manifest = json.loads(snapshot.with_suffix(".json").read_bytes())
            if _digest(snapshot) != manifest.get("snapshot", manifest)["sha256"]:
                return True
        except _MALFORMED:
            return True
    return False


def discard(path: Path | None = None) -> None:
    """Delete the snapshot of a collection, which is then compiled on the next use; the shipped one
    is hashed again.
    """
    cached = _cache_path(path or shipped_directory())
    if cached is not None:
        for suffix in (".sqlite", ".json", ".verified"):
            with suppress(OSError):
                cached.with_suffix(suffix).unlink(missing_ok=True)


# The cache directory


def _is_private(path: Path) -> bool:
    """Return whether there is a file that, like its directory, belongs to the user and cannot be
    written by others, where the system knows owners.
    """
    try:
        found, above = path.lstat(), path.parent.stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and not _is_foreign(found) and not _is_foreign(above)


def _is_foreign(found: os.stat_result) -> bool:
    """Return whether another user owns a file or may write to it."""
    if sys.platform == "win32":
        return False
    shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return found.st_uid != os.geteuid() or bool(shared)


def _secure(directory: Path) -> None:
    """Make the cache directory, for the user alone. Raises `OSError` if it is another user's."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_foreign(directory.stat()):
        return
    directory.chmod(0o700)  # only its owner can
    if _is_foreign(directory.stat()):
        raise PermissionError(f"{directory} belongs to another user")
    for path in directory.iterdir():  # others may have put these there
        with suppress(OSError):
            path.unlink()


def _sweep(written: Path) -> None:
    """Delete what killed runs left in the cache, and collections above the size limit, those that
    were not used for longest first.
    """
    kept: dict[str, list[os.DirEntry[str]]] = {}
    sizes: dict[str, int] = {}
    used: dict[str, float] = {}
    with suppress(OSError), os.scandir(written.parent) as entries:
        for entry in entries:
            with suppress(OSError):
                if not entry.is_file(follow_symlinks=False):
                    continue
                found = entry.stat(follow_symlinks=False)
                if _is_leftover(entry.name, time.time() - found.st_mtime):
                    Path(entry.path).unlink()
                    continue
                name = Path(entry.name).stem
                kept.setdefault(name, []).append(entry)
                sizes[name] = sizes.get(name, 0) + found.st_size
                used[name] = max(used.get(name, 0.0), found.st_mtime)
    total = sum(sizes.values())
    for name in sorted(kept, key=lambda one: used[one]):
        if total <= MOST_BYTES:
            break
        if name == written.stem:
            continue
        for entry in kept[name]:
            with suppress(OSError):
                Path(entry.path).unlink()
        total -= sizes[name]


def _is_leftover(name: str, age: float) -> bool:
    """Return whether a file of this name and age, in seconds, is a temporary one of an ended
    process.
    """
    from dltheory_bib.files import TEMPORARY

    if not name.endswith((TEMPORARY, ".tmp")) and not name.startswith("tmp"):  # as 0.2 named them
        return False
    process = name.split(".")[2] if name.startswith(f".{NAME}.") else ""
    if process.isdecimal() and sys.platform != "win32":
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):
            pass
    return age > _OLD


def _cache_path(path: Path) -> Path | None:
    """Return the path of a collection's snapshot, or None if there is no place for it."""
    from zlib import adler32, crc32

    try:
        # Two paths with the same name cost time, but the answer is right: the manifest names the
        # sources. A collection borrows registries from the package, so its place belongs to it.
        places = (path.resolve(), shipped_directory().resolve())
        place = b"\0".join(map(os.fsencode, places))
        name = f"{crc32(place):08x}{adler32(place):08x}-{__version__}-{SCHEMA}.sqlite"
        return cache_folder() / name
    except (OSError, RuntimeError, ValueError):
        return None
