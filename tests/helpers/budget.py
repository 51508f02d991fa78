"""How much a test tries: a share of the cases in `make test`, all of them in `make soak`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings

Cases = TypeVar("Cases", bound=Sequence[Any])

SOAK = os.environ.get("DLTHEORY_SOAK") == "1"
"""Whether the long run is wanted, which `make soak` starts."""
_SOAKED = 25
"""How many times as many random examples `make soak` tries."""
_ON_WHEEL = 0.25
"""Which part of them is tried on the wheel, whose code has met all of them in the source tree."""


def examples(number: int, *, shared_folder: bool = False) -> settings:
    """How many random examples a test tries; the other settings are those of the suite.

    With `shared_folder` all examples of a test may use one folder: each writes all that it reads.
    """
    if SOAK:
        number *= _SOAKED
    elif "DLTHEORY_TESTED" in os.environ:
        number = round(number * _ON_WHEEL)
    if not shared_folder:
        return settings(max_examples=number)
    allowed = (*settings().suppress_health_check, HealthCheck.function_scoped_fixture)
    return settings(max_examples=number, suppress_health_check=allowed)


def share(cases: Cases, part: int, parts: int) -> Cases:
    """Every `parts`-th case, from number `part` on; in `make soak` every case.

    A test that runs once for each of some options gives each of them another part, so that every
    case is tried with one of the options, and in `make soak` with all.
    """
    return cases if SOAK else cases[part::parts]  # type: ignore[return-value]
