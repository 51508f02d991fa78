"""The protocol of every source in which a work can be looked up.

A source (a collection, an index, a service) is asked for a `Reference`, what is known of a work,
and answers with one of three:

- `Found`: works that the reference means, as the source states them,
- `Absent`: the source was asked, and does not have the work,
- `Failed`: the source could not be asked, or its answer could not be read.

A failure is never `Absent`: "the service did not answer" says nothing about a work.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from dltheory_bib.text.identifiers import Identifier


@dataclass(frozen=True, slots=True)
class Reference:
    """What is known of a work: some of its fields, as an entry or a user states them."""

    title: str = ""
    authors: tuple[str, ...] = ()
    """Names, `Family, Given` or in reading order; possibly not all of them."""
    year: int | None = None
    venue: str = ""
    ids: tuple[Identifier, ...] = ()
    """arXiv ids, DOIs, OpenReview ids and URLs, the most specific first."""

    def value(self, scheme: str) -> str:
        """Return the first identifier of a scheme; empty if there is none."""
        return next((one.value for one in self.ids if one.scheme == scheme), "")

    def __str__(self) -> str:
        named = next((f"{one.scheme}:{one.value}" for one in self.ids), "")
        return named or self.title or "an empty reference"


class Asked(NamedTuple):
    """A source, and the day of its answer; an answer from a cache has the day it was given."""

    source: str
    date: datetime.date


class StatedWork(NamedTuple):
    """A work as one source states it: a service, a collection, a public dump.

    A field that the source does not state is empty. Nothing in it was checked.
    """

    source: str
    """The name of the source: `Crossref`."""
    where: str
    """Where the source has it: an id or an address."""
    date: datetime.date
    """The day of the answer, or of the dump."""
    title: str = ""
    authors: tuple[str, ...] = ()
    """`Family, Given`, in order. On a shelf the names are as the dump writes them: in reading order
    if it does not say which is which.
    """
    names_guessed: bool = False
    """Whether the source gives names in reading order, so that the family name is a guess."""
    type: str = ""
    """The type of entry, as in our records."""
    year: int | None = None
    venue: str = ""
    """The journal or conference as the source names it; empty for a preprint."""
    publisher: str = ""
    volume: str = ""
    number: str = ""
    pages: str = ""
    doi: str = ""
    eprint: str = ""
    """arXiv id, without a version."""
    openreview: str = ""
    url: str = ""
    track: str = ""
    """What kind of satellite of the venue it belongs to (workshop, blog, datasets, …); empty for
    the venue itself.
    """
    origin: str = ""
    """The source from which this one has the work, by the name of its reader, if it says so."""
    abstract: str = ""
    """For suggestions only: it is never written to a collection."""

    def fields(self) -> dict[str, object]:
        """Return the stated bibliographic fields, by name."""
        values = {name: getattr(self, name) for name in FIELDS}
        return {name: value for name, value in values.items() if value}


FIELDS = (
    "title",
    "authors",
    "type",
    "year",
    "venue",
    "publisher",
    "volume",
    "number",
    "pages",
    "doi",
    "eprint",
    "openreview",
    "url",
)
"""The fields of a `StatedWork` that describe the work."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A source that could not be asked, and why."""

    why: str
    source: str = ""

    def __str__(self) -> str:
        return f"{self.source}: {self.why}" if self.source else self.why


@dataclass(frozen=True, slots=True)
class Found:
    """Works that a reference means; never empty."""

    records: tuple[StatedWork, ...]
    """In the order in which the sources were asked. A source may state several versions, or, of a
    reference without authors, several works.
    """
    asked: tuple[Asked, ...] = ()
    """Every source that answered, also those without the work."""
    others: tuple[StatedWork, ...] = ()
    """Works with this identifier or title that are another work: its title or authors differ."""
    failed: tuple[Failed, ...] = ()
    """The sources that could not be asked."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The sources that were asked and do not have the work."""

    asked: tuple[Asked, ...]
    others: tuple[StatedWork, ...] = ()
    """Works with this identifier or title that are another work."""


Answer = Found | Absent | Failed


class Lookup(Protocol):
    """A source in which works can be looked up."""

    @property
    def name(self) -> str:
        """The name of the source, for messages and evidence."""

    def takes(self, reference: Reference) -> bool:
        """Return whether the source can be asked for what is known of this work."""

    def find(self, reference: Reference) -> Answer:
        """Return the works that a reference means."""


def find_first(sources: Iterable[Lookup], reference: Reference) -> Answer:
    """Ask the sources in order, up to the first that has the work."""
    return _joined(_answers(sources, reference, until_found=True))


def find_everywhere(sources: Iterable[Lookup], reference: Reference) -> Answer:
    """Ask every source, and join their answers."""
    return _joined(_answers(sources, reference, until_found=False))


def _answers(
    sources: Iterable[Lookup], reference: Reference, until_found: bool
) -> Iterator[Answer]:
    for source in sources:
        if not source.takes(reference):
            continue
        answer = source.find(reference)
        yield answer
        if until_found and isinstance(answer, Found):
            return


def join_answers(answers: Sequence[Answer]) -> Answer:
    """Join the answers of several sources.

    If one has the work it is found; otherwise, if one could not be asked, that is a failure, since
    it may have the work.
    """
    return _joined(answers)


@dataclass(slots=True)
class _Parts:
    records: list[StatedWork] = field(default_factory=list)
    others: list[StatedWork] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)


def _joined(answers: Iterable[Answer]) -> Answer:
    parts = _Parts()
    for answer in answers:
        if isinstance(answer, Failed):
            parts.failed.append(answer)
            continue
        parts.asked += answer.asked
        parts.others += answer.others
        if isinstance(answer, Found):
            parts.records += answer.records
            parts.failed += answer.failed
    if parts.records:
        asked, others = tuple(parts.asked), tuple(parts.others)
        return Found(tuple(parts.records), asked, others, tuple(parts.failed))
    if parts.failed:
        return Failed("; ".join(map(str, parts.failed)))
    if not parts.asked:
        return Failed("no source can be asked for it")
    return Absent(tuple(parts.asked), tuple(parts.others))
