"""Writing a user's file: whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

from dltheory_bib.errors import UnsafeChangeError


def write_text(path: Path, text: str) -> None:
    r"""Write a file in one step, in UTF-8 with `\n` line ends; see `write_bytes`."""
    write_bytes(path, text.encode())


def write_bytes(
    path: Path, content: bytes, expected: bytes | None = None, durable: bool = True
) -> None:
    """Write a file in one step.

    The content is written beside it first, so that after a crash the old file or the new one is
    there, never half of one; without `durable` that holds for a crash of the program, not of the
    machine, and a thousand files need not wait for the disk one by one. An existing file keeps its
    permissions; a link is followed. Raises `OSError`, also for a device, a pipe or a directory: a
    file put in its place would take that away. With `expected`, only a file that holds just that is
    replaced; `UnsafeChangeError` for another.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "is not an ordinary file", str(path))
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        temporary.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        if expected is not None and target.read_bytes() != expected:
            raise UnsafeChangeError(f"{path} was changed meanwhile; nothing was written")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def replace_bytes(path: Path, old: bytes, new: bytes) -> Path:
    """Replace what a file holds and keep it beside the file, in `NAME.bak`, `NAME.bak2`, …

    A link stays one; both files are where it leads to. Gives the path of the backup. Raises
    `UnsafeChangeError` where the file does not hold `old` any more, and `OSError` where it cannot
    be written or is marked as read-only; then the file stays as it is, without a backup.
    """
    target = path.resolve()
    if not target.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise OSError(errno.EACCES, "is read-only", str(path))
    backup = target.with_name(f"{target.name}.bak")
    number = 1
    while os.path.lexists(backup):
        number += 1
        backup = target.with_name(f"{target.name}.bak{number}")
    try:
        write_bytes(backup, old)
        write_bytes(path, new, old)
    except BaseException:
        backup.unlink(missing_ok=True)
        raise
    return backup


def _umask() -> int:
    """The permissions that new files do not get; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
