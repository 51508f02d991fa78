"""The registries that works refer to: topics, venues, people; and trails through the works."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from dltheory_bib.models.navigation import (
    PersonNavigation,
    TopicNavigation,
    TrailNavigation,
    VenueNavigation,
)
from dltheory_bib.models.record import Record, Source
from dltheory_bib.models.types import (
    Name,
    Orcid,
    PaperKey,
    PersonId,
    TermId,
    Text,
    TopicId,
    TrailId,
    Url,
    VenueId,
    Year,
)
from dltheory_bib.text.names import natural
from dltheory_bib.text.value_rules import FIRST_YEAR, LAST_YEAR

MOST_TO_START = 7
"""A start has at most this many works."""


class Step(Record):
    """A work on the way through a topic, and the reason for its position."""

    work: PaperKey
    """The work's key: `jin2017escape`."""
    says: Text
    """One line: what the reader learns from it at this position."""


class Topic(TopicNavigation, Record):
    """A topic, in SKOS terms (https://www.w3.org/TR/skos-reference/)."""

    id: TopicId
    """Words joined by hyphens: `saddle-escape`. Works refer to it."""
    label: Text
    """Its name (skos:prefLabel)."""
    aliases: tuple[Text, ...] = ()
    """Other names (skos:altLabel)."""
    definition: Text
    """What belongs here, in a sentence or two."""
    broader: TopicId | None = None
    """The topic it is part of; none for a root."""
    related: tuple[TopicId, ...] = ()
    """Related topics that are neither broader nor narrower; the relation is symmetric."""
    start: tuple[Step, ...] = ()
    """Where a newcomer starts: at most seven works, in the order to read them."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.start) > MOST_TO_START:
            raise ValueError(
                f"start lists {len(self.start)} works; at most {MOST_TO_START} are allowed"
            )
        return self

    def _repr_html_(self) -> str:
        from dltheory_bib.display.html import topic_html

        return topic_html(self)

    def __repr__(self) -> str:
        return f"<Topic {self.id}: {self.label}>"

    def __str__(self) -> str:
        return repr(self)


class Period(Record):
    """The names and publishers of a venue over some years (both ends included)."""

    since: Year | None = None
    """The first year; omitted if the names hold from the start."""
    until: Year | None = None
    """The last year; omitted if they still hold."""
    short: Text
    """`NIPS`, `ICML`."""
    long: Text
    """As the volume prints it; `{ordinal}`, `{year}` and `{volume}` are filled in."""
    ordinal_from: Year | None = None
    """The year before the first: the ordinal is the year minus this."""
    series: Text | None = None
    """Series in which the volumes appear: `Lecture Notes in Computer Science`."""
    publisher: Text | None = None
    """Publisher of the volumes: `PMLR`."""
    prints_pages: bool = True
    """Whether its papers have page numbers."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"until {self.until} is before since {self.since}; exchange them")
        return self


class Venue(VenueNavigation, Record):
    """A conference, journal or workshop."""

    id: VenueId
    """Words joined by hyphens: `icml`. Works refer to it."""
    kind: Literal["conference", "journal", "workshop", "book", "publisher"]
    """`book`: a collection whose chapters are works; `publisher`: that of books."""
    aliases: tuple[Text, ...] = ()
    """Other names under which the venue is cited."""
    url: Url | None = None
    """Its home page."""
    doi_prefixes: tuple[Text, ...] | None = None
    """Prefixes of the DOIs of its works: `10.1145`. An empty list: its works have none. Omitted if
    that was not looked up.
    """
    periods: tuple[Period, ...]
    """Its names and publishers, by years; at least one period."""
    sources: tuple[Source, ...] = ()
    """Where its facts were seen."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.periods:
            raise ValueError("a venue needs at least one period with its short and long name")
        return self

    def in_year(self, year: int) -> Period:
        """Return its names in a year; those of the nearest known period if none covers that
        year.
        """
        if len(self.periods) == 1:
            return self.periods[0]
        return min(
            self.periods,
            key=lambda period: max(
                (period.since or FIRST_YEAR) - year, year - (period.until or LAST_YEAR), 0
            ),
        )

    def __repr__(self) -> str:
        return f"<Venue {self.id}: {self.periods[-1].short}>"

    def __str__(self) -> str:
        return repr(self)


class Person(PersonNavigation, Record):
    """A person whose name has several spellings, is shared, or has an identifier."""

    id: PersonId
    """Family name and given names, joined by hyphens: `allen-zhu-zeyuan`."""
    name: Name
    """`Family, Given`, as most of the works print it."""
    aliases: tuple[Name, ...] = ()
    """Other spellings."""
    works: tuple[PaperKey, ...] = ()
    """Only if two people share a name: the works of this one."""
    orcid: Orcid | None = None
    """The person's ORCID iD: `0000-0002-1825-0097`."""
    dblp: Text | None = None
    """The id in DBLP: `95/5939`."""
    sources: tuple[Source, ...] = ()
    """Where these facts were seen."""

    def __repr__(self) -> str:
        return f"<Person {self.id}: {natural(self.name)}>"

    def __str__(self) -> str:
        return repr(self)


class GlossaryEntry(Record):
    """A term, and the spellings, acronyms and synonyms that `search` takes for it."""

    id: TermId
    """Words joined by hyphens: `batch-normalisation`."""
    term: Text
    """The spelling that stands for all."""
    spellings: tuple[Text, ...]
    """What is read as the term: `NTK`, `one-hidden-layer`. Case, accents, hyphens, and the endings
    of words do not matter.
    """
    sources: tuple[Source, ...] = ()
    """Where an acronym was seen next to its term."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.spellings:
            raise ValueError("spellings is empty; name at least one other spelling of the term")
        return self


class Trail(TrailNavigation, Record):
    """A hand-made way through works of several topics, in reading order."""

    id: TrailId
    """Words joined by hyphens: `first-course`."""
    label: Text
    """Its name."""
    description: Text
    """Its audience, its prerequisites, and where it ends."""
    steps: tuple[Step, ...]
    """The works in reading order, each with the reason for its position; at least two."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.steps) < 2:
            raise ValueError("a trail needs at least two steps")
        return self
