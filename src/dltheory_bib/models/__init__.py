"""The records: works, topics, venues, people, questions and results.

`from dltheory_bib.models import Paper` works for each of them; importing this package alone loads
none, because commands that only show records do without the models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dltheory_bib.models.additions import Addition
    from dltheory_bib.models.paper import Paper, ReferenceList
    from dltheory_bib.models.registries import Person, Topic, Trail, Venue
    from dltheory_bib.models.theorem import Assumption, Question, Result

__all__ = [
    "Addition",
    "Assumption",
    "Paper",
    "Person",
    "Question",
    "ReferenceList",
    "Result",
    "Topic",
    "Trail",
    "Venue",
]

_HOMES = {
    "additions": ("Addition",),
    "paper": ("Paper", "ReferenceList"),
    "registries": ("Person", "Topic", "Trail", "Venue"),
    "theorem": ("Assumption", "Question", "Result"),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
