"""Writing a user's file: whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    r"""Write a file in one step, in UTF-8 with `\n` line ends; see `write_bytes`."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes, durable: bool = True) -> None:
    """Write a file in one step.

    The content is written beside it first, so that after a crash the old file or the new one is
    there, never half of one; without `durable` that holds for a crash of the program, not of the
    machine, and a thousand files need not wait for the disk one by one. An existing file keeps its
    permissions; a link is followed. Raises `OSError`, also for a device, a pipe or a directory: a
    file put in its place would take that away.
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
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    """The permissions that new files do not get; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
