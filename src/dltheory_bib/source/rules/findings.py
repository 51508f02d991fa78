"""The findings of rules, and what rules may assume."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from dltheory_bib.errors import Level
from dltheory_bib.source.catalogue import Located


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in a field of a record, without its line and column."""

    at: Located[Any]
    path: tuple[str | int, ...]
    rule: str
    message: str
    level: Level = "error"


@dataclass(slots=True)
class Known:
    """Works beyond the records that are checked.

    `works` may be referred to; `elsewhere` returns those of a catalogue that is not part of this
    collection, so that a message can point there for an unknown work. It is called only if a work
    is unknown. `after` has the prerequisites of works below, by key.
    """

    works: AbstractSet[str] = field(default_factory=frozenset)
    elsewhere: Callable[[], AbstractSet[str]] = frozenset
    after: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
