"""What a source says of one version of a work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dltheory_bib.models.paper import Paper
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import unbraced, words

CATALOGUE = "the catalogue"
"""The name of the catalogue among the lists that are asked."""


class KnownVersion(NamedTuple):
    """One version of a work, as one source states it. What it does not state is empty."""

    source: str
    """The name of the source, with its date: `the catalogue 0.2.0`."""
    work: str
    """Its key or id there."""
    titles: tuple[str, ...]
    """As plain text: that of the version first, then others under which the work is cited."""
    authors: tuple[str, ...]
    """`Family, Given`, or in reading order."""
    year: int
    venue: str = ""
    """The id of its venue in the catalogue, else its name; empty for a preprint."""
    volume: str = ""
    pages: str = ""
    doi: str = ""
    arxiv: str = ""
    unsure: frozenset[str] = frozenset()
    """The fields that no source confirms."""
    disputed: tuple[tuple[str, str], ...] = ()
    """Fields with the value that another source states."""
    is_made_by_program: bool = False
    """Whether nobody has checked it: names may be in the order of the alphabet, a date that of
    another version, a venue in a name of its own.
    """

    @property
    def is_catalogues(self) -> bool:
        """Whether the catalogue states it."""
        return self.source.startswith(CATALOGUE)

    def is_stated(self, field: str, value: str) -> bool:
        """Return whether another source states this value of a field."""
        return any(one == field and words(other) == words(value) for one, other in self.disputed)


class KnownWork(NamedTuple):
    """A work of a list, with its versions."""

    source: str
    """The list."""
    key: str
    """Its key or id there."""
    versions: tuple[KnownVersion, ...]
    """At least one; that of record first."""
    has_editions: bool = False
    """Whether it is a book, or another thing that appears again in other years."""
    is_published: bool = False
    """Whether its first version is a publication, so that a preprint of it is outdated."""

    @property
    def named(self) -> str:
        """Its key and its title, for a message."""
        return f"{self.key} (“{self.versions[0].titles[0]}”)"


def known_paper(paper: Paper, source: str) -> KnownWork:
    """Return a work of the catalogue."""
    editions = paper.type not in {"article", "inproceedings", "online"}
    published = paper.venue is not None and paper.type not in {"online", "software"}
    return KnownWork(source, paper.key, tuple(versions_of(paper, source)), editions, published)


def versions_of(paper: Paper, source: str) -> Iterator[KnownVersion]:
    """Yield the versions of a work of the catalogue: that of record, the preprint, the others."""
    titles = tuple(from_latex(unbraced(one)) for one in (paper.title, *paper.titles))
    disputed = tuple((one.field, one.value) for one in paper.disagreements)
    authors = paper.author
    yield KnownVersion(
        source,
        paper.key,
        titles,
        authors,
        paper.year,
        paper.venue or "",
        paper.volume or "",
        paper.pages or "",
        (paper.doi or "").lower(),
        paper.eprint or "",
        unsure=frozenset(paper.unverified),
        disputed=disputed,
    )
    if paper.eprint and paper.eprint_year and paper.venue:
        yield KnownVersion(
            source,
            paper.key,
            titles,
            authors,
            paper.eprint_year,
            arxiv=paper.eprint,
            disputed=disputed,
        )
    for version in paper.versions:
        own = (from_latex(unbraced(version.title)),) if version.title else ()
        yield KnownVersion(
            source,
            paper.key,
            (*own, *titles),
            authors,
            version.year,
            version.venue or "",
            version.volume or "",
            version.pages or "",
            (version.doi or "").lower(),
            version.eprint or "",
            disputed=disputed,
        )
