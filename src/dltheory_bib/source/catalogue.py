"""The records of a catalogue, each with its file and position."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from dltheory_bib.models.additions import Addition
from dltheory_bib.models.paper import Paper, ReferenceList
from dltheory_bib.models.record import Record
from dltheory_bib.models.registries import GlossaryEntry, Person, Topic, Trail, Venue
from dltheory_bib.models.theorem import Assumption, Question, Result
from dltheory_bib.source.folders import ALL_KINDS

R = TypeVar("R", bound=Record)

_RECORDS: tuple[type[Record], ...] = (
    Paper,
    Paper,
    Topic,
    Venue,
    Person,
    ReferenceList,
    Trail,
    Assumption,
    Question,
    Result,
    GlossaryEntry,
    Addition,
)
MODELS: dict[str, type[Record]] = dict(zip(ALL_KINDS, _RECORDS, strict=True))
"""The record type of each file: `data/papers.yaml` contains `Paper`s, and so on."""

_LISTS = {model: kind for kind, model in MODELS.items() if kind != "resources"}


@dataclass(frozen=True, slots=True)
class Located(Generic[R]):
    """A record, the file it was read from (as shown to the user) and its index there, from 0."""

    record: R
    file: str
    index: int


@dataclass(slots=True)
class Catalogue:
    """All records read, in file order."""

    papers: list[Located[Paper]] = field(default_factory=list)
    topics: list[Located[Topic]] = field(default_factory=list)
    venues: list[Located[Venue]] = field(default_factory=list)
    people: list[Located[Person]] = field(default_factory=list)
    citations: list[Located[ReferenceList]] = field(default_factory=list)
    trails: list[Located[Trail]] = field(default_factory=list)
    assumptions: list[Located[Assumption]] = field(default_factory=list)
    questions: list[Located[Question]] = field(default_factory=list)
    results: list[Located[Result]] = field(default_factory=list)
    glossary: list[Located[GlossaryEntry]] = field(default_factory=list)
    notes: list[Located[Addition]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    """Keys and ids of rejected records: a reference to them is not an error."""
    unread: set[str] = field(default_factory=set)
    """The kinds of file that could not be read to the end."""

    def add(self, located: Located[Record]) -> None:
        """Add a record under its kind."""
        records: list[Located[Record]] = getattr(self, _LISTS[type(located.record)])
        records.append(located)

    def __len__(self) -> int:
        """Return the number of records of all kinds."""
        return (
            len(self.papers)
            + len(self.topics)
            + len(self.venues)
            + len(self.people)
            + len(self.citations)
            + len(self.trails)
            + len(self.assumptions)
            + len(self.questions)
            + len(self.results)
            + len(self.glossary)
            + len(self.notes)
        )

    def works(self) -> Iterator[Paper]:
        """Return the papers and resources."""
        return (entry.record for entry in self.papers)

    def keys(self) -> dict[str, str]:
        """Return the key for every name of a work: its key, or one of its aliases."""
        return {name: paper.key for paper in self.works() for name in (paper.key, *paper.aliases)}


def records_of(located: Iterable[Located[R]]) -> list[R]:
    """Return the records alone."""
    return [at.record for at in located]
