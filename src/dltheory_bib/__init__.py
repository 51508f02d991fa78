"""A curated, annotated bibliography of deep learning theory that you can query from Python.

from dltheory_bib import load

bib = load()
bib.reading("saddle-escape")
bib.where('topic:ntk year:2018..').to_bibtex()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

__all__ = [
    "Assumption",
    "Bibliography",
    "BibliographyError",
    "CatalogueDiff",
    "Chain",
    "Comparison",
    "DataError",
    "DetachedRecordError",
    "Edge",
    "Lineage",
    "MissingExtraError",
    "Paper",
    "PaperList",
    "Person",
    "Problem",
    "QueryError",
    "Question",
    "ReferenceList",
    "Relation",
    "Result",
    "Topic",
    "Trail",
    "UnknownNameError",
    "UnsafeChangeError",
    "Venue",
    "diff",
    "load",
]

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography, load
    from dltheory_bib.comparison import Comparison
    from dltheory_bib.connections import Chain, Lineage
    from dltheory_bib.errors import (
        BibliographyError,
        DataError,
        DetachedRecordError,
        MissingExtraError,
        Problem,
        QueryError,
        UnknownNameError,
        UnsafeChangeError,
    )
    from dltheory_bib.models.paper import Paper, ReferenceList
    from dltheory_bib.models.registries import Person, Topic, Trail, Venue
    from dltheory_bib.models.relations import Relation
    from dltheory_bib.models.theorem import Assumption, Question, Result
    from dltheory_bib.papers import PaperList
    from dltheory_bib.revision.catalogue_diff import diff
    from dltheory_bib.revision.change import CatalogueDiff
    from dltheory_bib.snapshot.reader import Edge

_HOMES = {
    "bibliography": ("Bibliography", "load"),
    "comparison": ("Comparison",),
    "connections": ("Chain", "Lineage"),
    "models.paper": ("Paper", "ReferenceList"),
    "models.registries": ("Person", "Topic", "Trail", "Venue"),
    "models.relations": ("Relation",),
    "models.theorem": ("Assumption", "Question", "Result"),
    "papers": ("PaperList",),
    "revision.catalogue_diff": ("diff",),
    "revision.change": ("CatalogueDiff",),
    "snapshot.reader": ("Edge",),
}


def __getattr__(name: str) -> Any:
    # Importing the package loads nothing: a terminal command imports only the modules it needs.
    from importlib import import_module

    if name not in __all__:
        from dltheory_bib.meant_names import missing_name

        raise missing_name("module", name, __all__)
    home = next((home for home, names in _HOMES.items() if name in names), "errors")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
