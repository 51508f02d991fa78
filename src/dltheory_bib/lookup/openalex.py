"""OpenAlex: works of all fields, with abstracts as an index of words, and reference lists.

https://docs.openalex.org/api-entities/works/work-object. A work is at `/works/doi:…`; arXiv ids are
the DOIs `10.48550/arxiv.…`. Names are in reading order.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from dltheory_bib.lookup.protocol import Reference, StatedWork
from dltheory_bib.lookup.same_work import inverted
from dltheory_bib.lookup.service import (
    MOST_HITS,
    Service,
    doi_of,
    eprint_of,
    hits,
    objects,
    pages_of,
    path_of,
    query_words,
    text,
    year_of,
)
from dltheory_bib.lookup.service_client import ServiceError
from dltheory_bib.text.identifiers import Identifier

BATCH = 50
"""Works in one request, the most that a filter takes as alternatives."""
_TYPES = {
    "article": "article",
    "journal-article": "article",
    "proceedings-article": "inproceedings",
    "conference-paper": "inproceedings",
    "book-chapter": "incollection",
    "book": "book",
    "dissertation": "thesis",
    "report": "report",
    "preprint": "online",
}
_CONFERENCE = "conference"


class OpenAlex(Service):
    """OpenAlex: a graph of works, made by program."""

    name = "OpenAlex"
    setting = "openalex"
    address = "https://api.openalex.org/works"
    schemes = frozenset({"doi", "arxiv"})

    def by_id(self, identifier: Identifier) -> tuple[list[StatedWork], datetime.date]:
        """Return the work with a DOI or an arXiv id."""
        item, day = self._item(identifier)
        return ([] if item is None else [_read(item, day)]), day

    def by_title(self, reference: Reference) -> tuple[list[StatedWork], datetime.date]:
        """Return works with the words of a title."""
        # A comma separates filters, and a bar alternatives; `query_words` leaves neither.
        asked = {"filter": f"title.search:{query_words(reference.title)}"}
        asked |= {"per-page": str(MOST_HITS), **self._contact()}
        answer, day = self.client.get_json(self.name, self.address, asked, self.pause)
        return [_read(item, day) for item in hits(answer["results"])], day

    def references(self, reference: Reference) -> tuple[list[Reference], str, datetime.date]:
        """Return the reference list of a work, where it is, and the day."""
        for identifier in reference.ids:
            if identifier.scheme not in self.schemes:
                continue
            item, day = self._item(identifier)
            if item is not None:
                ids = [one for one in item.get("referenced_works") or [] if isinstance(one, str)]
                return self._listed(ids), text(item.get("id")), day
        return [], "", datetime.date.today()

    def _listed(self, ids: list[str]) -> list[Reference]:
        found: dict[str, Reference] = {}
        names = [one.rpartition("/")[2] for one in ids]
        for start in range(0, len(names), BATCH):
            asked = {
                "filter": f"openalex:{'|'.join(names[start : start + BATCH])}",
                "per-page": str(BATCH),
                "select": "id,doi,ids,title,publication_year,authorships,locations",
                **self._contact(),
            }
            answer, _ = self.client.get_json(self.name, self.address, asked, self.pause)
            if answer is None:
                raise ServiceError("does not list the works that it refers to")
            for item in hits(answer["results"]):
                found[text(item.get("id")).rpartition("/")[2]] = _reference(item)
        return [found[name] for name in names if name in found]

    def _item(self, identifier: Identifier) -> tuple[Mapping[str, Any] | None, datetime.date]:
        doi = identifier.value
        if identifier.scheme == "arxiv":
            doi = f"10.48550/arxiv.{identifier.folded}"
        place = f"{self.address}/doi:{path_of(doi)}"
        return self.client.get_json(self.name, place, self._contact(), self.pause)

    def _contact(self) -> dict[str, str]:
        return {"mailto": self.client.mailto} if self.client.mailto else {}


def _read(item: Mapping[str, Any], day: datetime.date) -> StatedWork:
    place = item.get("primary_location") or {}
    source = place.get("source") or {}
    part = item.get("biblio") or {}
    doi = doi_of(item.get("doi"))
    eprint = _eprint(item)
    venue = text(source.get("display_name"))
    kind = _TYPES.get(text(item.get("type_crossref")) or text(item.get("type")), "online")
    if source.get("type") == "repository" or "arxiv" in venue.lower():
        kind, venue = "online", ""
    elif source.get("type") == _CONFERENCE and kind == "article":
        kind = "inproceedings"
    return StatedWork(
        source=OpenAlex.name,
        where=text(item.get("id")),
        date=day,
        title=text(item.get("title") or item.get("display_name")),
        authors=_authors(item),
        names_guessed=True,
        type=kind,
        year=year_of(item.get("publication_year")),
        venue=venue,
        volume=text(part.get("volume")) if venue else "",
        number=text(part.get("issue")) if venue else "",
        pages=pages_of(part.get("first_page"), part.get("last_page")) if venue else "",
        doi=doi,
        eprint=eprint,
        abstract=_abstract(item.get("abstract_inverted_index")),
    )


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    people = (one.get("author") or {} for one in objects(item.get("authorships") or []))
    return tuple(filter(None, (inverted(text(one.get("display_name"))) for one in people)))


def _eprint(item: Mapping[str, Any]) -> str:
    """Return the arXiv id of a work: of its DOI, or of one of the places that have it."""
    pages = (one.get("landing_page_url") for one in objects(item.get("locations") or []))
    return eprint_of(item.get("doi"), *pages)


def _abstract(index: Any) -> str:
    """Return an abstract from the positions of its words."""
    if not isinstance(index, Mapping):
        return ""
    places = [
        (place, word)
        for word, found in index.items()
        if isinstance(found, list)
        for place in found[:1000]
        if isinstance(place, int)
    ]
    return text(" ".join(str(word) for _, word in sorted(places)[:2000]))


def _reference(item: Mapping[str, Any]) -> Reference:
    doi, eprint = doi_of(item.get("doi")), _eprint(item)
    ids = [Identifier("doi", doi)] if doi else []
    ids += [Identifier("arxiv", eprint)] if eprint else []
    year = year_of(item.get("publication_year"))
    return Reference(text(item.get("title")), _authors(item), year, "", tuple(ids))
