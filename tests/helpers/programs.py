"""Programs that a test runs and that a machine may lack."""

from __future__ import annotations

import os
import shutil

import pytest


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
