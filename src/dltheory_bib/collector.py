"""Spare Python's cyclic garbage collector: pause it, or let it ignore what was imported."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_LARGE_GENERATION = 20_000
"""The number of new objects after which the collector runs; usually 700."""


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector while many objects are made, none of them in cycles.

    Scanning millions of records for cycles halves the speed of reading them, and costs a tenth of
    the time of importing the modules of a command.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def collector_running() -> Iterator[None]:
    """Let the collector run within a pause, less often than usual: the parser of LaTeX leaves its
    tree in cycles, which for a large file are more than all the rest.
    """
    enabled, thresholds = gc.isenabled(), gc.get_threshold()
    gc.set_threshold(_LARGE_GENERATION, *thresholds[1:])
    gc.enable()
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        if not enabled:
            gc.disable()


def freeze_modules() -> None:
    """Exclude all objects that exist from the collections that Python makes when it ends.

    They search the modules of a command for cycles, for a tenth of its time. Call this last.
    """
    gc.freeze()
