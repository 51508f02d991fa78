"""Export to JSON-LD in the vocabulary of schema.org, read by search engines and knowledge graphs.

Types and properties: https://schema.org/ScholarlyArticle and, for the venue,
https://schema.org/isPartOf with `Periodical`, `PublicationVolume` and `PublicationIssue`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dltheory_bib.formats.venue_names import (
    period_of,
    place_in_full,
    publisher_of,
    venue_in_full,
)
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Period, Topic, Venue
from dltheory_bib.text.identifiers import Identifier
from dltheory_bib.text.maths import unicode_maths
from dltheory_bib.text.names import family, given, is_collective, natural

_TYPES = {
    "article": "ScholarlyArticle",
    "inproceedings": "ScholarlyArticle",
    "incollection": "Chapter",
    "book": "Book",
    "thesis": "Thesis",
    "report": "Report",
    "online": "WebPage",
    "software": "SoftwareSourceCode",
}
_PARTS = frozenset({"inproceedings", "incollection"})
"""The types whose editors are those of the volume."""


def to_jsonld(
    papers: Iterable[Paper], venues: Mapping[str, Venue], topics: Mapping[str, Topic]
) -> str:
    """Return a JSON-LD document whose `@graph` contains the works, in the order given.

    Raises `UnknownNameError` for a paper whose venue is not in `venues`.
    """
    graph = [jsonld_item(paper, venues, topics) for paper in papers]
    document = {"@context": "https://schema.org", "@graph": graph}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def jsonld_item(
    paper: Paper,
    venues: Mapping[str, Venue],
    topics: Mapping[str, Topic],
    read: Callable[[str], str] = unicode_maths,
) -> dict[str, Any]:
    """Return a work as a node of schema.org, without the context; empty fields are omitted.

    `read` converts mathematics into Unicode. The description is the catalogue's summary, not the
    authors' abstract.
    """
    period = period_of(paper, venues)
    arxiv = Identifier("arxiv", paper.eprint).url if paper.eprint else None
    others = [address for address in (paper.url, arxiv) if address and address != paper.address]
    item: dict[str, Any] = {
        "@type": "ScholarlyArticle" if paper.is_preprint else _TYPES[paper.type],
        "@id": paper.address,
        "name": read(paper.plain_title),
        "author": [_person(name) for name in paper.author],
        "editor": [] if period and paper.type in _PARTS else _editors(paper),
        "datePublished": str(paper.year),
        "description": read(paper.summary) if paper.summary else None,
        "identifier": _identifiers(paper),
        "url": paper.address,
        "sameAs": others,
        "bookEdition": paper.edition,
        "pagination": paper.pages,
        "about": [topics[topic].label for topic in paper.topics if topic in topics],
        **_place(paper, period),
    }
    return {name: value for name, value in item.items() if value}


def _editors(paper: Paper) -> list[dict[str, str]]:
    return [_person(name) for name in paper.editor]


def _person(name: str) -> dict[str, str]:
    if is_collective(name):
        return {"@type": "Organization", "name": family(name)}
    parts = {"familyName": family(name), "givenName": given(name)}
    known = {part: value for part, value in parts.items() if value}
    return {"@type": "Person", "name": natural(name), **known}


def _identifiers(paper: Paper) -> list[dict[str, str]]:
    known = {"citation key": paper.key, "DOI": paper.doi, "arXiv": paper.eprint}
    return [
        {"@type": "PropertyValue", "propertyID": name, "value": value}
        for name, value in known.items()
        if value
    ]


def _place(paper: Paper, period: Period | None) -> dict[str, Any]:
    if period is None or paper.type in {"book", "thesis", "report"}:
        return _published(None if paper.is_preprint else place_in_full(paper, period))
    is_article = paper.type == "article"
    part: dict[str, Any] = {
        "@type": "Periodical" if is_article else "Book",
        "name": venue_in_full(paper, period),
    }
    if paper.type in _PARTS and paper.editor:
        part["editor"] = _editors(paper)
    if is_article and paper.volume:
        part = {"@type": "PublicationVolume", "volumeNumber": paper.volume, "isPartOf": part}
    if is_article and paper.number:
        part = {"@type": "PublicationIssue", "issueNumber": paper.number, "isPartOf": part}
    return {"isPartOf": part, **_published(publisher_of(paper, period))}


def _published(name: str | None) -> dict[str, Any]:
    return {"publisher": {"@type": "Organization", "name": name}} if name else {}
