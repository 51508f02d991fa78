"""DataCite's REST API: works with DOIs of repositories, arXiv's among them.

https://support.datacite.org/docs/api-get-doi: a record is `data`, its fields are `attributes`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.lookup.same_work import inverted
from dltheory_bib.lookup.service import (
    Service,
    doi_of,
    eprint_of,
    objects,
    path_of,
    text,
    year_of,
)
from dltheory_bib.text.identifiers import Identifier

_TYPES = {
    "JournalArticle": "article",
    "ConferencePaper": "inproceedings",
    "BookChapter": "incollection",
    "Book": "book",
    "Dissertation": "thesis",
    "Report": "report",
    "Software": "software",
}


class DataCite(Service):
    """DataCite: what repositories state of works with DOIs."""

    name = "DataCite"
    setting = "datacite"
    address = "https://api.datacite.org/dois"
    schemes = frozenset({"doi"})
    has_titles = False

    def by_id(self, identifier: Identifier) -> tuple[list[StatedWork], datetime.date]:
        """Return the work with a DOI."""
        place = f"{self.address}/{path_of(identifier.value)}"
        answer, day = self.client.get_json(self.name, place, {}, self.pause)
        return ([] if answer is None else [_read(answer["data"]["attributes"], day)]), day


def _read(item: Mapping[str, Any], day: datetime.date) -> StatedWork:
    given = text(item.get("doi"))
    titles = objects(item.get("titles") or [])
    main = next((one for one in titles if not one.get("titleType")), titles[0] if titles else {})
    kinds = item.get("types") or {}
    publisher = item.get("publisher")  # a text, or an object since schema 4.5
    named = publisher.get("name") if isinstance(publisher, Mapping) else publisher
    kind = _TYPES.get(text(kinds.get("resourceTypeGeneral")), "online")
    place = item.get("container") or {}
    described = objects(item.get("descriptions") or [])
    abstract = next((one for one in described if one.get("descriptionType") == "Abstract"), {})
    return StatedWork(
        source=DataCite.name,
        where=given,
        date=day,
        title=text(main.get("title")),
        authors=tuple(filter(None, map(_name, objects(item.get("creators") or [])))),
        type=kind,
        year=year_of(item.get("publicationYear")),
        venue=text(place.get("title")) if kind in {"article", "inproceedings"} else "",
        publisher="" if eprint_of(given) else text(named),
        doi=doi_of(given),
        eprint=eprint_of(given),
        abstract=text(abstract.get("description")),
    )


def _name(person: Mapping[str, Any]) -> str:
    family, given = text(person.get("familyName")), text(person.get("givenName"))
    if family:
        return f"{family}, {given}" if given else family
    name = text(person.get("name"))
    if person.get("nameType") == "Organizational" and name:
        return f"{{{name}}}"
    return inverted(name)
