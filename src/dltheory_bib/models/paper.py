"""Works and their versions, relations, remarks, sources and reference lists."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import model_validator

from dltheory_bib.models.choices import Checked, EntryType, ReadingLevel
from dltheory_bib.models.navigation import PaperNavigation
from dltheory_bib.models.record import Record, Source, to_json
from dltheory_bib.models.types import (
    ArxivId,
    Date,
    Doi,
    Name,
    Pages,
    PaperKey,
    RelationKind,
    Text,
    Title,
    TopicId,
    Url,
    VenueId,
    Year,
)
from dltheory_bib.text.identifiers import Identifier, arxiv_year
from dltheory_bib.text.names import family, unbraced


class Remark(Record):
    """A remark by somebody else on a work, restated, with a verdict."""

    text: Text
    """The remark, restated in one sentence."""
    by: Text
    """Its author."""
    verdict: Literal["stands", "partly", "does-not-stand", "unchecked"]
    """Whether the text that was checked confirms it."""
    comment: Text | None = None
    """The correct statement, if the remark is not confirmed."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.verdict in {"partly", "does-not-stand"} and not self.comment:
            raise ValueError(
                f"a remark with the verdict '{self.verdict}' needs a comment: give the reason"
            )
        return self


class TypedRelation(Record):
    """A curator's judgement on the relation of this work to another."""

    kind: RelationKind
    """`extends`, `improves`, `refutes` …"""
    work: PaperKey
    """The other work. The inverse is never stored."""
    says: Text
    """One sentence that states the relation."""
    where: Text | None = None
    """Where that can be read: `abstract`, `section 1.2`, …"""


class Version(Record):
    """Another version of the same work; its fields are never mixed with the main ones."""

    kind: Literal["preprint", "workshop", "conference", "journal"]
    """Where this version appeared: `preprint`, `workshop` …"""
    year: Year
    """Year of this version: `2016`."""
    title: Title | None = None
    """Only if it differs."""
    venue: VenueId | None = None
    """Where it was published: an id of `venues.yaml`, as `icml`."""
    volume: Text | None = None
    """Volume of the journal or of the proceedings' series: `70`."""
    number: Text | None = None
    """Issue of a journal: `2`."""
    pages: Pages | None = None
    """First and last page as printed: `1724-1732`."""
    doi: Doi | None = None
    """DOI without an address: `10.1137/15M1024950`."""
    eprint: ArxivId | None = None
    """arXiv id, without a version: `1703.00887`."""
    url: Url | None = None
    """Its page, in full: `https://proceedings.mlr.press/v70/jin17a.html`."""
    source: Text
    """Where this version was seen."""


class Disagreement(Record):
    """Two sources with different values of one field."""

    field: Text
    """The field on which the sources differ: `year`."""
    value: Text
    """The value that was not used."""
    source: Text
    """The source with that value: `DBLP`."""
    comment: Text | None = None
    """Why the other value was used."""


class Paper(PaperNavigation, Record):
    """A work: a paper, a book, a course, a piece of software or another thing worth citing.

    The main fields are those of the version of record; `eprint` is the id of its preprint.
    """

    key: PaperKey
    """Citation key in Google Scholar's style: `jin2017escape`. Never changes."""
    aliases: tuple[PaperKey, ...] = ()
    """Other keys under which the work is cited, and former keys."""
    type: EntryType
    """BibLaTeX entry type; a preprint that was not published elsewhere is `online`."""
    title: Title
    """As printed, with `{…}` around text that keeps its capitals and `$…$` for mathematics."""
    titles: tuple[Title, ...] = ()
    """Other titles under which the work is cited: the preprint's, with or without a subtitle."""
    author: tuple[Name, ...]
    """In full and in order, each `Family, Given`; an organisation as `{Name}`."""
    editor: tuple[Name, ...] = ()
    """Editors of the book or volume, as `author`."""
    year: Year
    """Year of the version of record."""
    venue: VenueId | None = None
    """Where it was published: an id of `venues.yaml`; for a book, its publisher."""
    publisher: Text | None = None
    """Only if the venue does not determine it."""
    institution: Text | None = None
    """Of a thesis or a report: the university or laboratory."""
    volume: Text | None = None
    """Volume of the journal or of the proceedings' series: `70`."""
    number: Text | None = None
    """Issue of a journal."""
    edition: Text | None = None
    """Of a book, from the second on: a number."""
    pages: Pages | None = None
    """`1724-1732`, as printed; omitted if the venue prints none."""
    doi: Doi | None = None
    """DOI of the version of record, without an address: `10.1137/15M1024950`."""
    eprint: ArxivId | None = None
    """arXiv id, without a version."""
    url: Url | None = None
    """The publisher's page."""
    topics: tuple[TopicId, ...] = ()
    """Ids of `topics.yaml`, the most specific first, the narrowest that fit."""
    level: ReadingLevel | None = None
    """`start`: a newcomer starts here; `core`: a thesis on the topic cites it; `further`;
    `background`: outside the topic, kept out of reading orders."""
    summary: Text | None = None
    """The result, for which model, under which assumptions."""
    idea: Text | None = None
    """The key idea of the proof or method."""
    limits: Text | None = None
    """Limitations, and errors found by later work."""
    checked: Checked = "unchecked"
    """The text against which summary, idea and limits were checked."""
    checked_in: Text | None = None
    """Where that text was seen."""
    remarks: tuple[Remark, ...] = ()
    """Remarks by others, with verdicts."""
    after: tuple[PaperKey, ...] = ()
    """Prerequisites: works to read before this one."""
    relations: tuple[TypedRelation, ...] = ()
    """Relations to other works."""
    versions: tuple[Version, ...] = ()
    """Other versions: a preprint under another title, a workshop paper, a journal extension."""
    sources: tuple[Source, ...] = ()
    """Where its facts were seen."""
    unverified: tuple[Text, ...] = ()
    """Fields that no source supports."""
    disagreements: tuple[Disagreement, ...] = ()
    """Fields on which sources differ, with the values that were not used."""
    added: Date | None = None
    """The day on which the work was added."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.author:
            raise ValueError("author is empty; every work has an author, or an '{Organisation}'")
        if self.type in {"article", "inproceedings"} and not self.venue:
            raise ValueError(
                f"a work of type {self.type} needs a venue; an unpublished preprint has type online"
            )
        if self.checked != "unchecked" and not self.checked_in:
            raise ValueError(
                f"checked: {self.checked} needs checked_in: name the text that was read"
            )
        if self.key in self.aliases:
            raise ValueError(f"the key {self.key} is listed among its own aliases; delete it there")
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the record with the fields of the data files; `checked` is always included."""
        made = super().to_dict() | {"checked": self.checked}
        return {name: made[name] for name in type(self).model_fields if name in made}

    def __lt__(self, other: object) -> bool:
        """Whether it comes before another in a list: by year, then by key."""
        if not isinstance(other, Paper):
            return NotImplemented
        return (self.year, self.key) < (other.year, other.key)

    def to_json(self) -> str:
        """Return the JSON of `to_dict`, in one line without spaces."""
        if self.checked == type(self).model_fields["checked"].default:
            return to_json(self.to_dict())
        return super().to_json()

    def __repr__(self) -> str:
        if not {"key", "title", "author", "year"} <= self.__dict__.keys():
            return super().__repr__()  # `model_construct` was called without them
        author = f"{family(self.author[0])} et al." if self.author[1:] else family(self.author[0])
        return f"<Paper {self.key}: {author} {self.year}, {self.plain_title}>"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        # Jupyter calls methods of the object itself; only here does a record call the layer that
        # shows it.
        from dltheory_bib.display.html import paper_html
        from dltheory_bib.snapshot.compile_views import own_view

        return paper_html(own_view(self))

    @property
    def plain_title(self) -> str:
        """Return the title without protecting braces."""
        return unbraced(self.title)

    @property
    def is_preprint(self) -> bool:
        """Return whether the version of record is a preprint."""
        return self.type == "online" and self.eprint is not None

    @property
    def eprint_year(self) -> int | None:
        """Return the year of the preprint, from its arXiv id."""
        return None if self.eprint is None else arxiv_year(self.eprint)

    @property
    def address(self) -> str | None:
        """Return the best URL to open: the DOI's, the publisher's page, or arXiv's."""
        if self.doi:
            return Identifier("doi", self.doi).url
        if self.url:
            return self.url
        return Identifier("arxiv", self.eprint).url if self.eprint else None


class ReferenceList(Record):
    """Citations with their evidence: a reference list that was read, or the works found in it."""

    citing: PaperKey
    """The work whose list it is."""
    source: Text
    """The public copy that contains the list."""
    where: Text | None = None
    """The location in it: a file, a record's id, a URL."""
    how: Literal["parsed", "transcribed", "title-found"]
    """Entries split by program, transcribed by a reader, or titles found in the list's text."""
    cites: tuple[PaperKey, ...]
    """The works of this catalogue in the list."""
    explanation: Text | None = None
    """Why a cited work is younger than this one, if its preprint does not explain it."""
