"""Crossref's REST API: works with DOIs of publishers, and their reference lists.

https://www.crossref.org/documentation/retrieve-metadata/rest-api/ and the format
https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md. A DOI of another agency is not
there (404). A work's title is a list; dates are `date-parts`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from dltheory_bib.lookup.protocol import Reference, StatedWork
from dltheory_bib.lookup.service import (
    MOST_HITS,
    Service,
    doi_of,
    first_author,
    hits,
    objects,
    path_of,
    query_words,
    text,
    year_of,
)
from dltheory_bib.text.identifiers import Identifier, find_arxiv_ids, find_dois, says_arxiv

_TYPES = {
    "journal-article": "article",
    "proceedings-article": "inproceedings",
    "book-chapter": "incollection",
    "book": "book",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "dissertation": "thesis",
    "report": "report",
    "posted-content": "online",
}
_DATES = ("published-print", "published", "issued", "published-online")


class Crossref(Service):
    """Crossref: what publishers state of works with DOIs."""

    name = "Crossref"
    setting = "crossref"
    address = "https://api.crossref.org/works"
    schemes = frozenset({"doi"})

    def by_id(self, identifier: Identifier) -> tuple[list[StatedWork], datetime.date]:
        """Return the work with a DOI."""
        item, day = self._item(identifier.value)
        return ([] if item is None else [_read(item, day)]), day

    def by_title(self, reference: Reference) -> tuple[list[StatedWork], datetime.date]:
        """Return works with the words of a title."""
        words = query_words(reference.title)
        asked = {"query.bibliographic": words, "rows": str(MOST_HITS), **self._contact()}
        if author := query_words(first_author(reference)):
            asked["query.author"] = author
        answer, day = self.client.get_json(self.name, self.address, asked, self.pause)
        return [_read(item, day) for item in hits(answer["message"]["items"])], day

    def references(self, reference: Reference) -> tuple[list[Reference], str, datetime.date]:
        """Return the reference list of a work with a DOI, where it is, and the day."""
        doi = reference.value("doi")
        item, day = self._item(doi) if doi else (None, datetime.date.today())
        listed = objects((item or {}).get("reference") or [])
        return [_reference(one) for one in listed], f"{self.address}/{doi}", day

    def _item(self, doi: str) -> tuple[Mapping[str, Any] | None, datetime.date]:
        place = f"{self.address}/{path_of(doi)}"
        answer, day = self.client.get_json(self.name, place, self._contact(), self.pause)
        return (None if answer is None else answer["message"]), day

    def _contact(self) -> dict[str, str]:
        return {"mailto": self.client.mailto} if self.client.mailto else {}


def _read(item: Mapping[str, Any], day: datetime.date) -> StatedWork:
    title, subtitle = text(item.get("title")), text(item.get("subtitle"))
    if subtitle and subtitle.lower() not in title.lower():
        title = f"{title}: {subtitle}"
    doi = doi_of(item.get("DOI"))
    kind = _TYPES.get(text(item.get("type")), "online")
    return StatedWork(
        source=Crossref.name,
        where=doi or text(item.get("DOI")),
        date=day,
        title=title,
        authors=tuple(filter(None, map(_name, objects(item.get("author") or [])))),
        type=kind,
        year=next(filter(None, (_year(item.get(name)) for name in _DATES)), None),
        venue=text(item.get("container-title")),
        publisher=text(item.get("publisher")),
        volume=text(item.get("volume")),
        number=text(item.get("issue")),
        pages=text(item.get("page")),
        doi=doi,
        abstract=text(item.get("abstract")),
    )


def _name(person: Mapping[str, Any]) -> str:
    if organisation := text(person.get("name")):
        return f"{{{organisation}}}"
    parts = (text(person.get(part)) for part in ("family", "suffix", "given"))
    return ", ".join(part for part in parts if part)


def _year(date: Any) -> int | None:
    parts = date.get("date-parts") if isinstance(date, Mapping) else None
    if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
        return year_of(parts[0][0])
    return None


def _reference(one: Mapping[str, Any]) -> Reference:
    doi = doi_of(one.get("DOI"))
    printed = text(one.get("unstructured"))
    title = text(one.get("article-title")) or text(one.get("volume-title"))
    ids = [Identifier("doi", one) for one in ([doi] if doi else find_dois(printed))]
    if says_arxiv(printed):
        ids += [Identifier("arxiv", one) for one in find_arxiv_ids(printed)]
    return Reference(
        title=title or printed,
        authors=tuple(filter(None, [text(one.get("author"))])),
        year=year_of(text(one.get("year"))),
        ids=tuple(ids),
    )
