"""Navigation between records: from a work to the works it cites, from a person to their works.

A record that a bibliography returns remembers it; the methods here call that bibliography, and
import none of it. Properties are data; methods take options.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dltheory_bib.arguments import Items, explains_calls
from dltheory_bib.errors import DetachedRecordError
from dltheory_bib.text.identifiers import public_pdf
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

    if not TYPE_CHECKING:  # a type checker should report missing names

        def __getattr__(self, name):
            if name.startswith("_"):
                inherited = getattr(super(), "__getattr__", None)
                if inherited is None:
                    raise AttributeError(name)
                return inherited(name)
            from dltheory_bib.meant_names import missing_name

            kind = type(self)
            if name in kind.model_fields:  # `model_construct` leaves out what it is not given
                raise AttributeError(f"this {kind.__name__} was made without {name}")
            raise missing_name(kind.__name__, name, [*kind.model_fields, *dir(kind)])


@explains_calls
class PaperNavigation(Navigation):
    """Navigation from a work."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        key: str
        doi: str | None
        eprint: str | None
        url: str | None

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
        """The ten works most similar by shared references and shared citing works."""
        return self.bibliography.similar(self.key)

    @property
    def related(self) -> PaperList:
        """The works with a relation to or from it; the `whys` name the relation."""
        return self.bibliography.relations_of(self.key)

    @property
    def results(self) -> Items[Result]:
        """Its result cards."""
        return Items(self.bibliography.results_of(self.key))

    @property
    def authors(self) -> Items[Person]:
        """Its authors, in order."""
        return Items(self.bibliography.authors_of(self.key))

    @property
    def arxiv(self) -> str | None:
        """The URL of its preprint's page at arXiv."""
        return f"https://arxiv.org/abs/{self.eprint}" if self.eprint else None

    @property
    def pdf(self) -> str | None:
        """The URL of a PDF that anybody may read, at the publisher or at arXiv."""
        return public_pdf(self.url, self.eprint)

    def to(self, format: str = "bibtex") -> str:
        """Return the work in any of the formats of `formats.registry.FORMATS`."""
        return self.bibliography.some([self.key]).to(format)

    def to_bibtex(self, **options: Any) -> str:
        """Return its BibTeX or BibLaTeX; the options are those of `PaperList.to_bibtex`."""
        return self.bibliography.some([self.key]).to_bibtex(**options)

    def cite(self) -> str:
        """Return the work as one line of text: authors, year, title, venue."""
        return self.bibliography.citation(self.key)


class PersonNavigation(Navigation):
    """Navigation from a person."""

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
    def coauthors(self) -> Items[tuple[Person, int]]:
        """The coauthors of works here, and the number of joint works, most first."""
        return Items(self.bibliography.co_authors(self.id))


@explains_calls
class TopicNavigation(Navigation):
    """Navigation from a topic."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        id: str

    @property
    def papers(self) -> PaperList:
        """The works on it and on its narrower topics, oldest first."""
        return self.bibliography.on(self.id)

    @property
    def narrower(self) -> Items[Topic]:
        """The topics directly below it."""
        return Items(self.bibliography.narrower(self.id))

    def reading(self, count: int | None = None) -> PaperList:
        """Return works on it in reading order, each with the reason."""
        return self.bibliography.reading(f"topic:{self.id}", count)


class VenueNavigation(Navigation):
    """Navigation from a venue."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        id: str

    @property
    def papers(self) -> PaperList:
        """The works that it published, oldest first."""
        return self.bibliography.where(venue=self.id)


class TrailNavigation(Navigation):
    """Navigation from a trail."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        id: str

    @property
    def papers(self) -> PaperList:
        """Its works, in reading order; the `whys` give the reasons."""
        return self.bibliography.reading(self.id)


class ResultNavigation(Navigation):
    """Navigation from a result card."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        work: str

    @property
    def paper(self) -> Paper:
        """The work that contains it."""
        return self.bibliography[self.work]


class QuestionNavigation(Navigation):
    """Navigation from a question."""

    __slots__ = ()

    if TYPE_CHECKING:  # pydantic would take these for fields
        id: str

    def compare(self, query: str = "", **options: Any) -> Comparison:
        """Return a table of its cards; the options are those of `Bibliography.compare`."""
        return self.bibliography.compare(self.id, query, **options)
