"""The collections that tests use, and which of them stands where the catalogue is shipped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dltheory_bib.source import folders

EXAMPLE = Path(__file__).parents[1] / "example"
"""A tiny catalogue about tea."""
SAMPLE = Path(__file__).parents[1] / "sample"
"""Some forty works of the catalogue as they once were: what tests of code see in its place."""
_real = folders.shipped_directory
CATALOGUE = _real()
"""The shipped catalogue, for tests that are marked `catalogue`."""

_in_place = [CATALOGUE]


def shipped_directory() -> Path:
    """The collection that stands where the catalogue is shipped."""
    return _in_place[-1]


@contextmanager
def in_place(directory: Path) -> Iterator[None]:
    """A collection stands where the catalogue is shipped."""
    _in_place.append(directory)
    try:
        yield
    finally:
        _in_place.pop()


# For modules that took the function by its name already, and for those that are imported later.
for _module in list(sys.modules.values()):
    if getattr(_module, "shipped_directory", None) is _real:
        _module.shipped_directory = shipped_directory  # type: ignore[attr-defined]
