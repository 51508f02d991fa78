"""Where records lead: from a work to what it cites, from a person to the works, and so on.

A record that a bibliography hands out remembers it; what is asked here is asked of that
bibliography, and nothing of it is imported. Properties are facts; what takes options is a method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dltheory_bib.errors import DetachedRecordError
from dltheory_bib.text.names import family, given

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.comparison import Comparison
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Person, Topic
    from dltheory_bib.models.theorem import Result
    from dltheory_bib.papers import PaperList


class Navigation:
    """A record that may belong to a bibliography."""

    __slots__ = ()

    @property
    def bibliography(self) -> Bibliography:
        """The bibliography to which the record belongs. Raises `DetachedRecordError`."""
        try:
            owner: Bibliography = object.__getattribute__(self, "_bibliography")
        except AttributeError:
            raise DetachedRecordError(repr(self)) from None
        return owner

    if not TYPE_CHECKING:  # a type checker shall see what is missing

        def __getattr__(self, name):
            if name.startswith("_"):
                inherited = getattr(super(), "__getattr__", None)
                if inherited is None:
                    raise AttributeError(name)
                return inherited(name)
            from dltheory_bib.meant_names import missing_name

            kind = type(self)
            raise missing_name(kind.__name__, name, [*kind.model_fields, *dir(kind)])


class PaperNavigation(Navigation):
    """Where a work leads."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        key: str
        doi: str | None
        eprint: str | None

    @property
    def cites(self) -> PaperList:
        """The works that it cites, oldest first."""
        return self.bibliography.cites(self.key)

    @property
    def cited_by(self) -> PaperList:
        """The works that cite it, oldest first."""
        return self.bibliography.cited_by(self.key)

    @property
    def similar(self) -> PaperList:
        """The ten works most alike by shared references and shared citing works."""
        return self.bibliography.similar(self.key)

    @property
    def related(self) -> PaperList:
        """The works to which it stands in a relation, or that do to it; the `whys` say in which."""
        return self.bibliography.relations_of(self.key)

    @property
    def results(self) -> list[Result]:
        """Its result cards."""
        return self.bibliography.results_of(self.key)

    @property
    def authors(self) -> list[Person]:
        """Its authors, in order."""
        return self.bibliography.authors_of(self.key)

    @property
    def arxiv(self) -> str | None:
        """The address of its preprint's page at arXiv."""
        return f"https://arxiv.org/abs/{self.eprint}" if self.eprint else None

    @property
    def pdf(self) -> str | None:
        """The address of its preprint's PDF at arXiv."""
        return f"https://arxiv.org/pdf/{self.eprint}" if self.eprint else None

    def to(self, format: str) -> str:
        """Return the work in any of the formats of `formats.registry.FORMATS`."""
        return self.bibliography.some([self.key]).to(format)

    def to_bibtex(self, **options: Any) -> str:
        """Return its BibTeX or BibLaTeX; the options are those of `PaperList.to_bibtex`."""
        return self.bibliography.some([self.key]).to_bibtex(**options)

    def cite(self) -> str:
        """Return the work as one line of text: authors, year, title, venue."""
        return self.bibliography.citation(self.key)


class PersonNavigation(Navigation):
    """Where a person leads."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        id: str
        name: str

    @property
    def family(self) -> str:
        """The family name."""
        return family(self.name)

    @property
    def given(self) -> str:
        """The given names."""
        return given(self.name)

    @property
    def papers(self) -> PaperList:
        """The works, oldest first."""
        return self.bibliography.by(self.id)

    @property
    def coauthors(self) -> list[tuple[Person, int]]:
        """The people with whom there are works here, and how many, most first."""
        return self.bibliography.co_authors(self.id)


class TopicNavigation(Navigation):
    """Where a topic leads."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        id: str

    @property
    def papers(self) -> PaperList:
        """The works on it and on its narrower topics, oldest first."""
        return self.bibliography.on(self.id)

    @property
    def narrower(self) -> list[Topic]:
        """The topics directly below it."""
        return self.bibliography.narrower(self.id)

    def reading(self, count: int | None = None) -> PaperList:
        """Return what to read on it, in which order, and why."""
        return self.bibliography.reading(f"topic:{self.id}", count)


class VenueNavigation(Navigation):
    """Where a venue leads."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        id: str

    @property
    def papers(self) -> PaperList:
        """The works that it published, oldest first."""
        return self.bibliography.where(venue=self.id)


class TrailNavigation(Navigation):
    """Where a trail leads."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        id: str

    @property
    def papers(self) -> PaperList:
        """Its works, in the order to read them; the `whys` say why."""
        return self.bibliography.reading(self.id)


class ResultNavigation(Navigation):
    """Where a result card leads."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        work: str

    @property
    def paper(self) -> Paper:
        """The work that states it."""
        return self.bibliography[self.work]


class QuestionNavigation(Navigation):
    """Where a question leads."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        id: str

    def compare(self, query: str = "", **options: Any) -> Comparison:
        """Return its cards side by side; the options are those of `Bibliography.compare`."""
        return self.bibliography.compare(self.id, query, **options)
