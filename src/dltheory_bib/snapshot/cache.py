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
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dltheory_bib import __version__
from dltheory_bib.errors import DataError, Problem
from dltheory_bib.snapshot import file_marks
from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.snapshot.schema import SCHEMA
from dltheory_bib.source.folders import (
    COLLECTION,
    DataFile,
    catalogue_files,
    collection_files,
    collection_place,
    is_described,
    is_directory,
    shipped_directory,
)
from dltheory_bib.user_folders import cache_folder

if TYPE_CHECKING:
    from dltheory_bib.source.layers import Layer

Progress = Callable[[str, int], None]
Fill = Callable[[sqlite3.Connection], None]
"""Writes a snapshot into an empty database."""

NAME = "snapshot"
MOST_BYTES = 200_000_000
"""The most that the cache keeps; the collections that were not used for longest go first."""
_GRAIN = 20_000_000
"""Nanoseconds: the clock of a file system is at most so late."""
_ATTEMPTS = 10
"""How often a collection is read again that others change at the same time."""
_DAY = 86_400
_OLD = 600
"""Seconds: no process takes this long to write a temporary file of the cache."""
_MALFORMED = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading a damaged manifest raises."""


def open_snapshot(path: Path | None = None, progress: Progress | None = None) -> Snapshot:
    """Open the snapshot of a collection: the shipped catalogue, a directory, or one papers file.

    Compiles the collection if it has no valid snapshot; `progress` is called with a file's name and
    the number of records read. Raises `DataError` if the data have errors.
    """
    path = path and collection_place(path)
    for _ in range(_ATTEMPTS):
        begun = time.time_ns()
        try:
            return _open(path, progress)
        except DataError:
            # Another process may have changed several files while they were read one by one.
            if path is None or not _changed_since(begun, path):
                raise
    return _open(path, progress)


def _open(path: Path | None, progress: Progress | None) -> Snapshot:
    if path is not None and is_described(path):
        return _open_layers(path, progress)
    return _open_lowest(path, progress)


def _changed_since(begun: int, path: Path) -> bool:
    """Return whether a file of a collection, or of one that it extends, was written since a time in
    nanoseconds.
    """
    from dltheory_bib.source.layers import layers_of

    places = {path}
    with suppress(DataError, ValueError):  # a text may be no path
        places |= {layer.path for layer in layers_of(path) if layer.path is not None}
    changed = 0
    with suppress(OSError, ValueError):
        for place in places:
            entries = [place, *place.iterdir()] if place.is_dir() else [place]
            changed = max(changed, *(one.stat().st_ctime_ns for one in entries))
    return changed >= begun - _GRAIN


def _open_lowest(path: Path | None, progress: Progress | None) -> Snapshot:
    """Open the snapshot of a collection that extends no other."""
    shipped = shipped_directory()
    files = collection_files(path) if path else catalogue_files(shipped)
    cached = _cache_path(path or shipped)
    return _find(path, files, cached) or _make(files, cached, progress)


# A collection that extends others. Its manifest names the layers, so that no YAML is read to find
# its snapshot: as long as each `collection.yaml` is as it was, the layers are.


def _open_layers(path: Path, progress: Progress | None) -> Snapshot:
    cached = _cache_path(path)
    if cached is not None:
        folders = _layers_in(cached)
        if folders and _is_current(cached, _files_of(folders)):
            return Snapshot.open(cached)
    from dltheory_bib.source.layers import layers_of

    return open_stack(layers_of(path), progress)


def open_stack(layers: list[Layer], progress: Progress | None) -> Snapshot:
    """Open the snapshot of some layers, the lowest first; compile what is not compiled."""
    top, folders = layers[-1], [layer.path for layer in layers]
    lowest = len(layers) == 1
    if lowest and (top.path is None or not is_described(top.path)):
        return _open_lowest(top.path, progress)
    cached = _cache_path(*(folder or shipped_directory() for folder in _told(layers)))
    files = _files_of(folders)
    if cached is not None and _is_current(cached, files):
        return Snapshot.open(cached)
    if lowest:
        return _make(top.files(lowest=True), cached, progress, files, folders)
    below = open_stack(layers[:-1], progress)
    from dltheory_bib.snapshot.below import BelowSnapshot
    from dltheory_bib.snapshot.compile_overlay import compile_overlay
    from dltheory_bib.source.overlay import load_overlay

    stamps = _stamps(files)
    known = BelowSnapshot(below)
    overlay = load_overlay(top.files(lowest=False), known, progress)

    def fill(database: sqlite3.Connection) -> None:
        below.database.backup(database)
        compile_overlay(overlay, known, database, top.name)

    made = _kept(fill, cached, stamps, files, folders)
    made.conflicts = below.conflicts + overlay.conflicts
    return made


def _told(layers: list[Layer]) -> list[Path | None]:
    """Return the paths that tell a stack of layers from others: that of its last is enough if the
    others are those that it extends itself.
    """
    from dltheory_bib.source.layers import layers_of

    last = layers[-1].path
    assert last is not None, "the shipped catalogue extends nothing"
    return [last] if layers_of(last) == layers else [layer.path for layer in layers]


def _files_of(folders: Sequence[Path | None]) -> list[DataFile]:
    """Return every file of some layers, the lowest first, also those that say what they extend."""
    lowest, *others = folders
    files = collection_files(lowest) if lowest else catalogue_files(shipped_directory())
    for folder in others:
        assert folder is not None, "the shipped catalogue is the lowest layer"
        files += catalogue_files(folder) if is_directory(folder) else [DataFile(folder, "papers")]
    described = (folder for folder in folders if folder is not None and is_described(folder))
    return [*files, *(DataFile(folder / COLLECTION, "collection") for folder in described)]


def _layers_in(snapshot: Path) -> list[Path | None]:
    """Return the layers that a manifest names; none if it cannot be read."""
    try:
        named = json.loads(snapshot.with_suffix(".json").read_bytes())["layers"]
        return [Path(name) if name else None for name in named]
    except _MALFORMED:
        return []


def shipped_names() -> frozenset[str] | None:
    """Return the keys and aliases of the shipped works; None without a current snapshot."""
    directory = shipped_directory()
    found = _find(None, catalogue_files(directory), _cache_path(directory))
    return frozenset(found.names()) if found else None


def check_layers(
    path: Path, files: list[DataFile] | None = None
) -> tuple[list[Problem], int] | None:
    """Return the problems of a collection that extends others, errors below included, and how many
    records it has; None for one that extends none. `files` may replace its own."""
    if not is_described(path):
        return None
    from dltheory_bib.snapshot.below import BelowSnapshot
    from dltheory_bib.source.layers import layers_of
    from dltheory_bib.source.overlay import check_overlay

    try:
        *below, top = layers_of(path)
        if not below:
            return None
        own = files or top.files(lowest=False)
        return check_overlay(own, BelowSnapshot(open_stack(below, None)))
    except DataError as error:
        return list(error.problems), 0


def _find(path: Path | None, files: list[DataFile], cached: Path | None) -> Snapshot | None:
    """Return the snapshot of a collection as it is now, if there is one."""
    built = shipped_directory() / f"{NAME}.sqlite"
    if path is None and _is_installed(built, files, cached):
        return Snapshot.open(built)
    if cached is not None and _is_current(cached, files):
        return Snapshot.open(cached)
    return None


def _make(
    files: list[DataFile],
    cached: Path | None,
    progress: Progress | None,
    sources: list[DataFile] | None = None,
    layers: Sequence[Path | None] = (),
) -> Snapshot:
    """Compile a collection; `sources` are the files that it depends on, by default its own."""
    # YAML and pydantic are needed only to compile.
    from dltheory_bib.snapshot.compile import compile_catalogue
    from dltheory_bib.source.loader import load_catalogue

    sources = sources or files
    stamps = _stamps(sources)
    catalogue = load_catalogue(files, progress)

    def fill(database: sqlite3.Connection) -> None:
        compile_catalogue(catalogue, database)

    return _kept(fill, cached, stamps, sources, layers)


def _kept(
    fill: Fill,
    cached: Path | None,
    stamps: list[dict[str, Any]] | None,
    files: list[DataFile],
    layers: Sequence[Path | None] = (),
) -> Snapshot:
    """Compile a collection to the cache, or else to memory, and open it."""
    if cached is not None and stamps is not None:
        try:
            write_snapshot(fill, cached, stamps, layers)
            if _is_current(cached, files):  # another process may have replaced it
                return Snapshot.open(cached)
        except (OSError, sqlite3.Error):
            pass  # a cache that cannot be written costs time, but the answer is the same
    database = sqlite3.connect(":memory:", check_same_thread=False)
    fill(database)
    database.execute("PRAGMA query_only = 1")
    return Snapshot(database)


def _stamps(files: list[DataFile]) -> list[dict[str, Any]] | None:
    """Return the marks of the sources; None if one cannot be read, which loading will report."""
    try:
        return [file_marks.stamp(file.path) for file in files if file.path.is_file()]
    except OSError:
        return None


def write_snapshot(
    fill: Fill,
    target: Path,
    stamps: list[dict[str, Any]],
    layers: Sequence[Path | None] = (),
) -> None:
    """Compile to a file of the cache and its manifest, each written atomically.

    `fill` writes an empty database. `stamps` are the marks of the sources, taken by `stamp` before
    they were read; `layers` are the folders of a collection that extends others.
    """
    _secure(target.parent)
    manifest: dict[str, Any] = {
        "schema": SCHEMA,
        "version": __version__,
        "snapshot": _compile(fill, target),
        "sources": stamps,
    }
    if layers:
        manifest["layers"] = [str(layer.absolute()) if layer else "" for layer in layers]
    _write_private(target.with_suffix(".json"), manifest)
    _sweep(target)


def write_shipped(directory: Path, target: Path) -> None:
    """Compile the catalogue in a directory for the wheel, in which the snapshot is next to it.

    The manifest contains neither times nor directories, so that two builds of one commit are equal.
    """
    from dltheory_bib.snapshot.compile import compile_catalogue
    from dltheory_bib.source.loader import load_catalogue

    files = catalogue_files(directory)
    catalogue = load_catalogue(files)
    marks = _compile(lambda database: compile_catalogue(catalogue, database), target)
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


def _compile(fill: Fill, target: Path) -> dict[str, Any]:
    """Compile to a file, and return its SHA-256 and its marks."""
    import tempfile

    from dltheory_bib.files import TEMPORARY

    handle, name = tempfile.mkstemp(
        prefix=f".{NAME}.{os.getpid()}.", suffix=TEMPORARY, dir=target.parent
    )
    temporary = Path(name)
    try:
        with closing(sqlite3.connect(temporary)) as database:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            fill(database)
        os.fsync(handle)  # a power cut may otherwise lose its blocks, and not its marks
        digest = file_marks.digest_of(temporary)
        marks = file_marks.marks_of(os.fstat(handle))
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
    marks = file_marks.marks_of(snapshot.stat())
    record = cached.with_suffix(".verified") if cached is not None else None
    if record is not None and _is_private(record):
        with suppress(*_MALFORMED):
            if json.loads(record.read_bytes()) == {"sha256": digest} | marks:
                return True
    if file_marks.digest_of(snapshot) != digest:
        return False
    if record is not None:
        with suppress(OSError):
            _secure(record.parent)
            _write_private(record, {"sha256": digest} | marks)
    return True


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
            if not file_marks.is_same(path, mark, changed):
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


def is_damaged(path: Path | None = None) -> bool:
    """Return whether the compiled collection that is in use, or one that it extends, is no longer
    what was written.
    """
    used = _used(path)
    if path is None or is_described(path):
        used.append(shipped_directory() / f"{NAME}.sqlite")
    for snapshot in used:
        if not snapshot.exists():
            continue
        try:
            manifest = json.loads(snapshot.with_suffix(".json").read_bytes())
            if file_marks.digest_of(snapshot) != manifest.get("snapshot", manifest)["sha256"]:
                return True
        except _MALFORMED:
            return True
    return False


def discard(path: Path | None = None) -> None:
    """Delete the snapshots of a collection and of those that it extends, which are then compiled on
    the next use; the shipped one is hashed again.
    """
    for cached in _used(path):
        for suffix in (".sqlite", ".json", ".verified"):
            with suppress(OSError):
                cached.with_suffix(suffix).unlink(missing_ok=True)


def _used(path: Path | None) -> list[Path]:
    """Return where the snapshots of a collection and of the layers below it are in the cache."""
    stacks: list[list[Path | None]] = [[path]]
    if path is not None and is_described(path):
        from dltheory_bib.source.layers import layers_of

        with suppress(DataError):
            folders = [layer.path for layer in layers_of(path)]
            stacks += [folders[:size] for size in range(1, len(folders) + 1)]
            stacks += [[folder] for folder in folders]
    found = (_cache_path(*(one or shipped_directory() for one in stack)) for stack in stacks)
    return [cached for cached in dict.fromkeys(found) if cached is not None]


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


def _cache_path(*paths: Path) -> Path | None:
    """Return the path of a collection's snapshot, or None if there is no place for it."""
    from zlib import adler32, crc32

    try:
        # Two paths with the same name cost time, but the answer is right: the manifest names the
        # sources. A collection borrows registries from the package, so its place belongs to it.
        places = (*(path.resolve() for path in paths), shipped_directory().resolve())
        place = b"\0".join(map(os.fsencode, places))
        name = f"{crc32(place):08x}{adler32(place):08x}-{__version__}-{SCHEMA}.sqlite"
        return cache_folder() / name
    except (OSError, RuntimeError, ValueError):
        return None
