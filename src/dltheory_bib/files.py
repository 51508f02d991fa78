"""Write a user's file atomically."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

from dltheory_bib.errors import UnsafeChangeError


def write_text(path: Path, text: str) -> None:
    r"""Write a text file atomically, in UTF-8 with `\n` line ends; see `write_bytes`."""
    write_bytes(path, text.encode())


def write_bytes(
    path: Path, content: bytes, expected: bytes | None = None, durable: bool = True
) -> None:
    """Write a file atomically.

    The content goes to a temporary file in the same directory first, so that after a crash either
    the old or the new file exists, never half of one. Without `durable` this holds for a crash of
    the program, not of the machine; a thousand files then need not wait for the disk one by one. An
    existing file keeps its permissions; a symbolic link is followed. Raises `OSError`, also for a
    device, a pipe or a directory, which the rename would destroy. With `expected`, the file is
    replaced only if that is its content; otherwise raises `UnsafeChangeError`.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "is not a regular file", str(path))
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
            raise UnsafeChangeError(f"{path} was changed by another program; nothing was written")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def replace_bytes(path: Path, old: bytes, new: bytes) -> Path:
    """Replace the content of a file and keep the old one as `NAME.bak`, `NAME.bak2`, …

    If the path is a symbolic link, both files are in the directory of its target. Returns the path
    of the backup. Raises `UnsafeChangeError` if the content is no longer `old`, and `OSError` if
    the file cannot be written or is read-only; then the file is unchanged, without a backup.
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
    """Return the umask; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
