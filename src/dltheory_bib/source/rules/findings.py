"""What a rule finds, and what it may take for granted."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from dltheory_bib.errors import Level
from dltheory_bib.source.catalogue import Located


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a field of a record, before it has a line and a column."""

    at: Located[Any]
    path: tuple[str | int, ...]
    rule: str
    message: str
    level: Level = "error"


@dataclass(slots=True)
class Known:
    """The works beyond the records judged.

    `works` may be referred to; `elsewhere` gives those of a catalogue that does not count here, so
    that a message can say where an unknown work stands. It is only called when one is unknown.
    """

    works: AbstractSet[str] = field(default_factory=frozenset)
    elsewhere: Callable[[], AbstractSet[str]] = frozenset
