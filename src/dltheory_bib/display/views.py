"""What is shown of a work, gathered before anything is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from dltheory_bib.formats.venue_names import venue_name
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Topic, Venue
from dltheory_bib.models.relations import INVERSE_PHRASE, JUDGEMENTS, Relation, phrase
from dltheory_bib.snapshot.reader import Edge
from dltheory_bib.text.maths import unicode_maths
from dltheory_bib.text.names import author_line

Reader = Callable[[str], str]
"""Turns the mathematics of a text into what can be shown where it is not typeset."""


class Row(NamedTuple):
    """A work in a list."""

    paper: Paper
    read: Reader
    venue: str
    """Short name of where it appeared."""
    why: str | None = None
    """Why it stands there, in a reading order."""


class Tie(NamedTuple):
    """What a work does to another, or what is done to it."""

    phrase: str
    """As in "improves" or "extended by"."""
    key: str
    says: str | None
    where: str | None


class Shown(NamedTuple):
    """A result card as it is shown with its work."""

    id: str
    head: str
    """The question, and what is bounded or stated."""
    tex: str
    """The bound as the theorem prints it, else up to constants, in TeX; or empty."""
    text: str
    """The same in Unicode."""
    statement: str
    facts: tuple[tuple[str, str], ...]
    """Names and values: how it holds, what it assumes, what its columns say, where it was read."""


class Card(NamedTuple):
    """Everything that is shown of one work."""

    paper: Paper
    read: Reader
    venue: str
    topics: tuple[str, ...]
    """The labels of its topics."""
    ties: tuple[Tie, ...]
    cites: tuple[str, ...]
    cited_by: tuple[str, ...]
    references_read: bool
    """Whether its reference list was read, so that a missing citation means something."""
    results: tuple[Shown, ...] = ()
    """Its result cards."""

    def _repr_html_(self) -> str:
        from dltheory_bib.display.html import paper_html

        return paper_html(self)


def row(paper: Paper, read: Reader, venues: Mapping[str, Venue], why: str | None = None) -> Row:
    """A work in a list."""
    return Row(paper, read, venue_name(paper, venues), why)


def card(
    paper: Paper,
    read: Reader,
    venues: Mapping[str, Venue],
    topics: Mapping[str, Topic],
    edges: tuple[Sequence[Edge], Sequence[Edge]],
    references_read: bool,
    results: Sequence[Shown] = (),
) -> Card:
    """All of a work; `edges` are those that start at it and those that end there."""
    starting, ending = edges
    ties = [
        Tie(phrase(edge.relation), edge.target, edge.says, edge.where)
        for relation in JUDGEMENTS
        for edge in starting
        if edge.relation == relation
    ]
    ties += [
        Tie(INVERSE_PHRASE[edge.relation], edge.source, edge.says, edge.where)
        for relation in JUDGEMENTS
        for edge in ending
        if edge.relation == relation
    ]
    cites = tuple(edge.target for edge in starting if edge.relation == Relation.CITES)
    cited = tuple(edge.source for edge in ending if edge.relation == Relation.CITES)
    return Card(
        paper,
        read,
        venue_name(paper, venues),
        tuple(topics[topic].label for topic in paper.topics),
        tuple(ties),
        cites,
        cited,
        references_read,
        tuple(results),
    )


def own_card(paper: Paper) -> Card:
    """What a work says of itself, without the catalogue around it."""
    venue = "arXiv" if paper.is_preprint else paper.venue or ""
    ties = tuple(
        Tie(phrase(Relation(stated.kind.value)), stated.work, stated.says, stated.where)
        for stated in paper.relations
    )
    return Card(paper, unicode_maths, venue, paper.topics, ties, (), (), False)


def byline(paper: Paper, at_most: int = 3) -> str:
    """The authors, short."""
    return author_line(paper.author, at_most=at_most)


CHECKED = {
    "full-text": "checked against the full text",
    "abstract": "checked against the abstract",
    "unchecked": "not checked against a text",
}
"""How an annotation's evidence is said."""
VERDICT = {
    "stands": "stands up",
    "partly": "stands up in part",
    "does-not-stand": "does not stand up",
    "unchecked": "not checked",
}
"""How it is said whether a remark stands up."""
