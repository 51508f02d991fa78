"""Programs that a test runs: found, started, and ended whatever happens."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import dltheory_bib
from helpers.collections import CATALOGUE, shipped_directory

HANG = 600
"""Seconds after which a program is taken to hang.

It guards against a suite that never ends and says nothing of speed: on a busy machine a command
that takes half a second alone may take a minute.
"""


def needs(program: str) -> str:
    """The path of a program; the test is skipped without it, or fails if DLTHEORY_NO_SKIPS is 1.

    The variable is for machines that are meant to have every program, so that a test which quietly
    stopped running is noticed there.
    """
    path = shutil.which(program)
    if path is None and os.environ.get("DLTHEORY_NO_SKIPS") == "1":
        pytest.fail(f"needs the program {program}, and DLTHEORY_NO_SKIPS=1 allows no skips")
    if path is None:
        pytest.skip(f"needs the program {program}")
    return path


def environment(**more: str) -> dict[str, str]:
    """Variables with which a fresh Python sees the package and the collection that a test sees."""
    given = os.environ | {"PYTHONPATH": str(Path(dltheory_bib.__file__).parents[1])}
    if (here := shipped_directory()) != CATALOGUE:
        given["DLTHEORY_DATA"] = str(here)
    return given | more


def run_program(*command: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, without input; what it printed and its exit code.

    The options are those of `subprocess.run`.
    """
    usual = {"stdin": subprocess.DEVNULL, "capture_output": True, "check": False}
    return subprocess.run(command, timeout=HANG, **{**usual, **options})


@contextmanager
def started(*command: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A running program, in a session of its own.

    At the end of the block it is killed with all that it has started, and its pipes are closed:
    one that is left open is a ResourceWarning in whichever test runs when it is collected. The
    options are those of `subprocess.Popen`.
    """
    usual = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(command, **{**usual, **options}) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def read_terminal(terminal: int, wanted: bytes | None = None) -> bytes:
    """What was sent to a pseudo-terminal, up to `wanted` or, without it, to the end."""
    sent, end = b"", time.monotonic() + HANG
    while wanted is None or wanted not in sent:
        assert time.monotonic() < end, f"the terminal hangs after {sent!r}"
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux's way to say that the other end is closed
            part = b""
        if not part:
            break
        sent += part
    return sent


@contextmanager
def not_hours() -> Iterator[None]:
    """What runs in this block ends in minutes of this process's own time, however busy it is."""
    began = time.process_time()
    yield
    assert time.process_time() - began < HANG
