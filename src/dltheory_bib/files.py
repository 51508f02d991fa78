"""Write a user's files: whole or not at all, with the old file's permissions, several together."""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from dltheory_bib.errors import UnsafeChangeError

if sys.platform != "win32":
    import fcntl

TEMPORARY = ".dltheory-tmp"
"""The end of the name of a file that is being written; see `sweep`."""
JOURNAL = ".dltheory-unfinished.json"
"""Lists the files that `write_together` is writing."""
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_ACCESS_LIST = "system.posix_acl_access"
_DAY = 86_400
_PAUSE = 0.02
"""Seconds between two attempts to lock a folder."""
_FRESH = 2
"""Seconds within which a temporary file may not be locked yet by the process that made it."""


def write_text(path: Path, text: str) -> None:
    r"""Write a text file atomically, in UTF-8 with `\n` line ends; see `write_bytes`."""
    write_bytes(path, text.encode())


def write_bytes(
    path: Path, content: bytes, expected: bytes | None = None, durable: bool = True
) -> None:
    """Write a file atomically.

    The content goes to a temporary file in the same directory first, so that after a crash either
    the old or the new file exists, never half of one. Without `durable` this holds for a crash of
    the program, not of the machine; a thousand files then need not wait for the disk one by one.

    A symbolic link is followed. An existing file keeps its permissions, extended attributes and
    access list, and its owner and group as far as the system permits: only root may give a file to
    others. Hard links to the old file keep the old content. Raises `OSError`, also for a read-only
    file, a device, a pipe or a directory, which the rename would replace. With `expected`, the file
    is replaced only if that is its content; otherwise raises `UnsafeChangeError`.
    """
    target = resolved(path)
    there = target.exists()
    if there and not target.is_file():
        raise OSError(errno.EINVAL, "is not a regular file", str(path))
    if there and not target.stat().st_mode & _WRITABLE:
        raise OSError(errno.EACCES, "is read-only", str(path))
    with _temporary(target, content, target if there else None, durable) as temporary:
        if expected is not None and target.read_bytes() != expected:
            raise UnsafeChangeError(f"{path} was changed by another program; nothing was written")
        temporary.replace(target)
    if durable:
        _sync_directory(target.parent)
        sweep(target.parent, target.name)


def replace_bytes(path: Path, old: bytes, new: bytes) -> Path:
    """Replace the content of a file and keep the old one as `NAME.bak`, `NAME.bak2`, …

    If the path is a symbolic link, both files are in the directory of its target. The backup has
    the permissions, owner, group and times of the file. Returns the path of the backup; a backup
    that an interrupted run left is used. Raises `UnsafeChangeError` if the content is no longer
    `old`, and `OSError` if the file cannot be written or is read-only; then the file is unchanged,
    without a backup.
    """
    target = resolved(path)
    if not target.stat().st_mode & _WRITABLE:
        raise OSError(errno.EACCES, "is read-only", str(path))
    backup, made = _back_up(target, old)
    try:
        write_bytes(path, new, old)
    except BaseException:
        # Interrupted behind the rename, the backup is the only copy of the old content.
        if made and not _contains(target, new):
            with suppress(OSError):
                backup.unlink()
        raise
    return backup


def resolved(path: Path) -> Path:
    """Return the file that a path leads to, whether it exists or not.

    Raises `OSError` for a loop of links, on which versions of `Path.resolve` disagree.
    """
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, "is a link that leads to itself", str(path))
    return target


def owner_and_group(path: Path) -> tuple[int, int]:
    """Return the numbers of the user and the group that own a file."""
    found = resolved(path).stat()
    return found.st_uid, found.st_gid


def write_together(folder: Path, texts: Mapping[str, str]) -> None:
    """Write new text files in a folder: all of them, or none.

    The folder is made if it does not exist. If the machine or the program stops in between, the
    next `finish_together` completes or removes what is there. Raises `OSError`, also if one of the
    files exists or another process is writing here; then nothing is left behind.
    """
    from hashlib import sha256

    folder.mkdir(parents=True, exist_ok=True)
    contents = {name: text.encode() for name, text in texts.items()}
    with locked(folder):
        _finish(folder)
        for name in contents:
            _refuse_taken(folder / name)
        journal = {name: sha256(content).hexdigest() for name, content in contents.items()}
        write_text(folder / JOURNAL, json.dumps(journal))
        try:
            for name, content in contents.items():
                with _temporary(folder / name, content, None, True) as temporary:
                    if not _put(temporary, folder / name):
                        _refuse_taken(folder / name)
            _sync_directory(folder)
        except BaseException:
            with suppress(OSError):
                _finish(folder)
            raise
        with suppress(OSError):  # the files are complete; the next run deletes the journal
            (folder / JOURNAL).unlink()
    for name in contents:
        sweep(folder, name)


def _refuse_taken(path: Path) -> None:
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, "already exists", str(path))


def finish_together(folder: Path) -> None:
    """Delete the files of an interrupted `write_together`, unless it had written all of them.

    A file that was changed since is kept. Raises `OSError` if another process is writing here.
    """
    if (folder / JOURNAL).is_file():
        with locked(folder):
            _finish(folder)


def _finish(folder: Path) -> None:
    from hashlib import sha256

    try:
        listed = json.loads((folder / JOURNAL).read_bytes())
        marks = {str(name): str(mark) for name, mark in listed.items()}
    except FileNotFoundError:
        return
    except (ValueError, AttributeError, RecursionError):
        marks = {}  # not a journal of this program
    ours = []
    for name, mark in marks.items():
        path = folder / name
        if Path(name).name != name or path.is_symlink() or not path.is_file():
            continue  # a name with a folder in it would lead out of this one
        if sha256(path.read_bytes()).hexdigest() == mark:
            ours.append(path)
    if len(ours) < len(marks):
        for path in ours:
            path.unlink()
    (folder / JOURNAL).unlink()


@contextmanager
def locked(folder: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold a lock on a folder, which the system releases when the process ends, however it ends.

    Waits for so many seconds for another process that holds it. Raises `OSError` if it is still
    held then, or if there is no such folder.
    """
    if sys.platform == "win32":
        yield
        return
    end = time.monotonic() + wait
    handle = os.open(folder, os.O_RDONLY)
    try:
        while not _lock(handle):
            if time.monotonic() >= end:
                message = "another process is writing there"
                raise OSError(errno.EBUSY, message, str(folder))
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    """Return whether an open file is locked now, or is on a file system without locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def sweep(folder: Path, name: str = "") -> None:
    """Delete temporary files that ended processes left in a folder: those of one file, or all."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if (
                entry.name.startswith(_prefix(name) if name else ".")
                and entry.name.endswith(TEMPORARY)
                and entry.is_file(follow_symlinks=False)
                and is_abandoned(Path(entry.path))
            ):
                with suppress(OSError):
                    Path(entry.path).unlink()


def is_abandoned(temporary: Path) -> bool:
    """Return whether the process that wrote a temporary file has ended: the file is unlocked, or a
    day old where locks say nothing.
    """
    try:
        age = time.time() - temporary.stat().st_mtime
        if age > _DAY:
            return True
        if sys.platform == "win32" or age < _FRESH:
            return False
        handle = os.open(temporary, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def lock_temporary(handle: int) -> None:
    """Mark an open temporary file as in use, until it is closed; see `is_abandoned`."""
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def _temporary(target: Path, content: bytes, model: Path | None, durable: bool) -> Iterator[Path]:
    """A temporary file beside its target, with the content and the attributes that the target is to
    have: those of `model`, or those of a new file. It is deleted if it was not put in its place.
    """
    handle, name = tempfile.mkstemp(
        prefix=_prefix(target.name), suffix=TEMPORARY, dir=target.parent
    )
    temporary = Path(name)
    # Windows cannot rename an open file; what is not flushed may fail when it is closed.
    open_until_renamed = durable and sys.platform != "win32"
    try:
        lock_temporary(handle)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(handle, left) :]
            if model is None:
                temporary.chmod(0o666 & ~_umask())
            else:
                _copy_attributes(model, temporary)
            if durable:
                os.fsync(handle)
            if open_until_renamed:
                yield temporary
        finally:
            with suppress(*([OSError] if open_until_renamed else [])):
                os.close(handle)
        if not open_until_renamed:
            yield temporary
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _prefix(name: str) -> str:
    return f".{name[:40]}."  # a name has at most 255 bytes


def _copy_attributes(model: Path, temporary: Path) -> None:
    """Give a file the owner, group, extended attributes and permissions of another, as far as the
    system permits.
    """
    old, new = model.stat(), temporary.stat()
    mode = stat.S_IMODE(old.st_mode)
    same_group = old.st_gid == new.st_gid
    if hasattr(os, "chown") and (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        try:
            os.chown(temporary, old.st_uid, old.st_gid)
            same_group = True
        except OSError:
            with suppress(OSError):
                os.chown(temporary, -1, old.st_gid)
                same_group = True
            mode &= 0o777  # no program runs as another user than before
    if not same_group:
        mode &= ~stat.S_IRWXG | (mode & stat.S_IRWXO) << 3  # what others may, the new group may
    if sys.platform == "linux":
        with suppress(OSError):
            for name in os.listxattr(model):
                if same_group or name != _ACCESS_LIST:
                    with suppress(OSError):
                        os.setxattr(temporary, name, os.getxattr(model, name))
    temporary.chmod(mode)


def _back_up(target: Path, old: bytes) -> tuple[Path, bool]:
    """Return the path of a backup of a file, and whether it was made now."""
    model = target.stat()
    number = 1
    with _temporary(target, old, target, True) as temporary:
        while True:
            suffix = "" if number == 1 else str(number)
            backup = target.with_name(f"{target.name}.bak{suffix}")
            if _is_backup(backup, old, model):
                temporary.unlink()
                return backup, False
            if _put(temporary, backup):
                break
            number += 1
    with suppress(OSError):
        os.utime(backup, ns=(model.st_atime_ns, model.st_mtime_ns))
    _sync_directory(target.parent)
    return backup, True


def _is_backup(path: Path, old: bytes, model: os.stat_result) -> bool:
    """Return whether a file is a backup of this content that others may read no more than it."""
    try:
        found = path.lstat()
    except OSError:
        return False
    same = stat.S_IMODE(found.st_mode) == stat.S_IMODE(model.st_mode)
    same = same and (found.st_uid, found.st_gid) == (model.st_uid, model.st_gid)
    whole = stat.S_ISREG(found.st_mode) and found.st_size == len(old)
    return same and whole and _contains(path, old)


def _contains(path: Path, content: bytes) -> bool:
    """Return whether a file has this content; if it cannot be read, it may have."""
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _put(temporary: Path, target: Path) -> bool:
    """Move a temporary file to a path that is free; return False if it is taken."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        return False
    except (OSError, NotImplementedError):  # a file system without hard links
        if os.path.lexists(target):
            return False
        temporary.replace(target)
        return True
    with suppress(OSError):
        temporary.unlink()
    return True


def _sync_directory(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    with suppress(OSError):  # Windows cannot, nor can some file systems
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    """Return the umask; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
