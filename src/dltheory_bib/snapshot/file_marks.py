"""The marks by which a file is known to be the one that was read before."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

_RACY = 2_000_000_000
"""Nanoseconds: a file changed this shortly before it was read may change again unnoticed."""
_MARKS = ("size", "mtime_ns", "ctime_ns", "inode")


def stamp(path: Path) -> dict[str, Any]:
    """Return the marks of a file: its path, size, times of change in nanoseconds, inode and
    SHA-256.

    The times are omitted if the file has just changed.
    """
    marks = _settled(path.stat())
    return {"path": str(path.absolute()), "sha256": digest_of(path)} | marks


def marks_of(found: os.stat_result) -> dict[str, Any]:
    """Return what tells that a file is the one that was seen before. A user may set a file's time
    of change back, but not `ctime`.
    """
    values = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    return dict(zip(_MARKS, values, strict=True))


def _settled(found: os.stat_result) -> dict[str, Any]:
    marks = marks_of(found)
    if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) <= _RACY:
        marks |= {"mtime_ns": None, "ctime_ns": None}
    return marks


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    import hashlib  # for most commands the marks of the files are enough

    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_same(path: Path, mark: dict[str, Any], changed: list[Path]) -> bool:
    """Return whether a file is as it was; other marks of the same content are recorded."""
    found = path.stat()
    if all(mark[name] == value for name, value in marks_of(found).items()):
        return True
    now = _settled(found)
    if found.st_size != mark["size"] or digest_of(path) != mark["sha256"]:
        return False
    if now["mtime_ns"] is not None:
        mark |= now
        changed.append(path)
    return True
