"""Show output at a terminal: directly if it fits the screen, else through a pager.

The pager is that of `DLTHEORY_PAGER`, else of `PAGER`, else `less`, else `more`; an empty name and
`cat` mean none. `less` gets git's options `FRX` if `LESS` sets none: it passes colours on, leaves
the text on the screen, and exits by itself if the text fits.
"""

from __future__ import annotations

import os
import re
import sys

_LINK = r"\x1b\]8;[^\x1b\x07]*(?:\x1b\\|\x07)"


def show(text: str, height: int, paged: bool = True) -> None:
    """Print a text drawn for a terminal of this height, through a pager if it is longer.

    The pager is used only at a terminal with a keyboard; `paged` is the option of the command line.
    """
    is_longer = text.count("\n") >= height  # the prompt needs a line as well
    command = _command() if paged and is_longer and _has_person() else []
    if not command or not _page(text, command):
        sys.stdout.write(text)


def _has_person() -> bool:
    """Return whether there is a terminal that can move its cursor, and a keyboard to press `q`
    on.
    """
    if os.environ.get("TERM") in {"dumb", "emacs"}:
        return False
    return sys.stdout.isatty() and sys.stdin is not None and sys.stdin.isatty()


def _command() -> list[str]:
    import shlex  # most answers fit the screen
    import shutil

    for name in ("DLTHEORY_PAGER", "PAGER"):
        if name in os.environ:
            try:
                words = shlex.split(os.environ[name], posix=os.name != "nt")
            except ValueError:  # a quote that is not closed
                return []
            return [] if words in ([], ["cat"]) else words
    found = next(filter(None, map(shutil.which, ("less", "more"))), None)
    return [found] if found else []


def _page(text: str, command: list[str]) -> bool:
    """Pass a text to a pager and wait until it exits; return whether there was one."""
    import subprocess

    environment = {"LESS": "FRX", "LESSCHARSET": "utf-8", **os.environ}
    sys.stdout.flush()
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    except OSError:
        return False
    assert pager.stdin is not None
    # Older pagers print the codes of a link as text.
    data = re.sub(_LINK, "", text).encode(sys.stdout.encoding or "utf-8", "replace")
    try:
        with pager.stdin as stream:
            stream.write(data)
    except (OSError, KeyboardInterrupt):
        pass  # the user left before the end and does not need the rest
    while True:
        try:
            pager.wait()
        except KeyboardInterrupt:  # a pager handles Ctrl-C itself, and continues
            continue
        return True
