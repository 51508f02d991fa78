"""What a record is.

The records are plain frozen dataclasses. Pydantic validates them where data enters
(`source.loader`); a snapshot gives them back without it, so a terminal command pays for no
validation that has already been done, and there is still only one model of a paper.

Field names are BibLaTeX's where it has one, SKOS's for topics. Nothing derivable is stored.
This module is the front door of what every command needs; the records stand in `values`, `works`
and `registries`. Result cards, and what they answer, stand in `cards`.
"""

from __future__ import annotations

from dltheory_bib.models.choices import Checked, EntryType, ReadingLevel
from dltheory_bib.models.paper import (
    Disagreement,
    Paper,
    ReferenceList,
    Remark,
    TypedRelation,
    Version,
)
from dltheory_bib.models.registries import Period, Person, Step, Topic, Trail, Venue
from dltheory_bib.models.values import Source

__all__ = [
    "Checked",
    "Disagreement",
    "EntryType",
    "Paper",
    "Period",
    "Person",
    "ReadingLevel",
    "ReferenceList",
    "Remark",
    "Source",
    "Step",
    "Topic",
    "Trail",
    "TypedRelation",
    "Venue",
    "Version",
]
