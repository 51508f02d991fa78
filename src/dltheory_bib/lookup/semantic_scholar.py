"""Semantic Scholar's graph API: works of all fields, and their reference lists.

https://api.semanticscholar.org/api-docs/graph. A paper is named `ARXIV:…`, `DOI:…`; an unknown one
is `{"error": …}` with status 404. A list is `data`, each entry a `citedPaper`, and a `next` offset.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from dltheory_bib.lookup.protocol import Reference, StatedWork
from dltheory_bib.lookup.same_work import inverted
from dltheory_bib.lookup.service import (
    Service,
    doi_of,
    eprint_of,
    hits,
    objects,
    path_of,
    query_words,
    text,
    year_of,
)
from dltheory_bib.text.identifiers import Identifier

_FIELDS = "title,year,venue,publicationVenue,authors,externalIds,journal,publicationTypes,abstract"
_LIST_FIELDS = "title,year,authors,externalIds"
PAGE = 1000
"""Entries of a reference list in one request."""
_MOST_PAGES = 10
_PREFIXES = {"arxiv": "ARXIV:", "doi": "DOI:"}


class SemanticScholar(Service):
    """Semantic Scholar: a graph of works, made by program."""

    name = "Semantic Scholar"
    setting = "semanticscholar"
    address = "https://api.semanticscholar.org/graph/v1/paper"
    schemes = frozenset({"arxiv", "doi"})
    pause = 1.0

    def by_id(self, identifier: Identifier) -> tuple[list[StatedWork], datetime.date]:
        """Return the work with a DOI or an arXiv id."""
        item, day = self.client.get_json(
            self.name, self._place(identifier), {"fields": _FIELDS}, self.pause
        )
        return ([] if item is None else [_read(item, day)]), day

    def by_title(self, reference: Reference) -> tuple[list[StatedWork], datetime.date]:
        """Return the work whose title is nearest."""
        asked = {"query": query_words(reference.title), "fields": _FIELDS}
        place = f"{self.address}/search/match"
        answer, day = self.client.get_json(self.name, place, asked, self.pause)
        return [_read(item, day) for item in (hits(answer["data"]) if answer else [])], day

    def references(self, reference: Reference) -> tuple[list[Reference], str, datetime.date]:
        """Return the reference list of a work, where it is, and the day."""
        for identifier in reference.ids:
            if identifier.scheme not in self.schemes:
                continue
            place = f"{self.address}/{self._name(identifier)}/references"
            listed, day = self._pages(f"{self._place(identifier)}/references")
            if listed:
                return [_reference(one) for one in listed], place, day
        return [], "", datetime.date.today()

    def _pages(self, place: str) -> tuple[list[Mapping[str, Any]], datetime.date]:
        found: list[Mapping[str, Any]] = []
        offset, day = 0, datetime.date.today()
        for _ in range(_MOST_PAGES):
            asked = {"fields": _LIST_FIELDS, "limit": str(PAGE), "offset": str(offset)}
            answer, day = self.client.get_json(self.name, place, asked, self.pause)
            if answer is None:
                break
            found += [one["citedPaper"] for one in hits(answer["data"]) if one.get("citedPaper")]
            following = answer.get("next")
            if not isinstance(following, int) or following <= offset:
                break
            offset = following
        return found, day

    def _name(self, identifier: Identifier) -> str:
        return f"{_PREFIXES[identifier.scheme]}{identifier.value}"

    def _place(self, identifier: Identifier) -> str:
        return f"{self.address}/{path_of(self._name(identifier))}"


def _read(item: Mapping[str, Any], day: datetime.date) -> StatedWork:
    ids = item.get("externalIds") or {}
    place = item.get("publicationVenue") or {}
    journal = item.get("journal") or {}
    venue = text(place.get("name")) or text(item.get("venue")) or text(journal.get("name"))
    eprint = eprint_of(ids.get("ArXiv"))
    is_preprint = not venue or "arxiv" in venue.lower()
    kind = "inproceedings" if place.get("type") == "conference" else "article"
    return StatedWork(
        source=SemanticScholar.name,
        where=text(item.get("paperId")),
        date=day,
        title=text(item.get("title")),
        authors=_authors(item),
        names_guessed=True,
        type="online" if is_preprint else kind,
        year=year_of(item.get("year")),
        venue="" if is_preprint else venue,
        doi=doi_of(ids.get("DOI")),
        eprint=eprint,
        abstract=text(item.get("abstract")),
    )


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    names = (text(one.get("name")) for one in objects(item.get("authors") or []))
    return tuple(inverted(name) for name in names if name)


def _reference(item: Mapping[str, Any]) -> Reference:
    ids = item.get("externalIds") or {}
    doi, eprint = doi_of(ids.get("DOI")), eprint_of(ids.get("ArXiv"))
    known = [Identifier("arxiv", eprint)] if eprint else []
    known += [Identifier("doi", doi)] if doi else []
    return Reference(
        text(item.get("title")), _authors(item), year_of(item.get("year")), "", tuple(known)
    )
