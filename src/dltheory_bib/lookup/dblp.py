"""DBLP's search API: computer science, with venues as DBLP names them.

https://dblp.org/faq/How+to+use+the+dblp+search+API.html. There is no search by DOI alone, so a work
is searched by title. A single author is an object and no list; a name shared by several people ends
in a number (`Wei Wang 0001`); titles end in a full stop; preprints have the venue `CoRR`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from dltheory_bib.lookup.protocol import Reference, StatedWork
from dltheory_bib.lookup.same_work import inverted
from dltheory_bib.lookup.service import (
    Service,
    doi_of,
    eprint_of,
    first_author,
    objects,
    query_words,
    text,
    year_of,
)
from dltheory_bib.text.identifiers import says_arxiv

MOST_HITS = 30
"""Hits that are looked at; a preprint and a publication are two."""
_TYPES = {
    "Journal Articles": "article",
    "Conference and Workshop Papers": "inproceedings",
    "Parts in Books or Collections": "incollection",
    "Books and Theses": "book",
    "Informal and Other Publications": "online",
    "Informal Publications": "online",
}


class Dblp(Service):
    """DBLP: the bibliography of computer science, curated."""

    name = "DBLP"
    setting = "dblp"
    address = "https://dblp.org/search/publ/api"
    pause = 1.0

    def by_title(self, reference: Reference) -> tuple[list[StatedWork], datetime.date]:
        """Return works with the words of a title, publications before preprints."""
        words = f"{query_words(reference.title)} {query_words(first_author(reference))}".strip()
        asked = {"q": words, "format": "json", "h": str(MOST_HITS), "c": "0"}
        answer, day = self.client.get_json(self.name, self.address, asked, self.pause)
        hits = objects(answer["result"]["hits"].get("hit") or [])
        works = [_read(one["info"], day) for one in hits if isinstance(one.get("info"), Mapping)]
        return sorted(works, key=lambda one: one.type == "online"), day


def _read(info: Mapping[str, Any], day: datetime.date) -> StatedWork:
    venue = text(info.get("venue"))
    links = info.get("ee")
    pages = links if isinstance(links, list) else [links]
    kind = _TYPES.get(text(info.get("type")), "online")
    is_preprint = kind == "online" or says_arxiv(venue)
    return StatedWork(
        source=Dblp.name,
        where=text(info.get("key")),
        date=day,
        title=text(info.get("title")).removesuffix("."),
        authors=_authors(info),
        names_guessed=True,
        type="online" if is_preprint else kind,
        year=year_of(text(info.get("year"))),
        venue="" if is_preprint else venue,
        volume="" if is_preprint else text(info.get("volume")),
        number="" if is_preprint else text(info.get("number")),
        pages="" if is_preprint else text(info.get("pages")),
        doi=doi_of(info.get("doi")) or next(filter(None, map(doi_of, pages)), ""),
        eprint=eprint_of(*pages, _of_volume(info)),
        url=next((one for one in pages if isinstance(one, str) and _is_publishers(one)), ""),
    )


def _of_volume(info: Mapping[str, Any]) -> str:
    """Return the arXiv id of a preprint, whose volume is `abs/1703.00887`."""
    volume = text(info.get("volume"))
    return volume if volume.startswith("abs/") else ""


def _is_publishers(link: str) -> bool:
    return link.startswith(("https://", "http://")) and not re.search(
        r"doi\.org/|arxiv\.org/|wikidata\.org/", link
    )


def _authors(info: Mapping[str, Any]) -> tuple[str, ...]:
    listed = info.get("authors")
    people = objects(listed.get("author")) if isinstance(listed, Mapping) else []
    names = (re.sub(r"\s\d{4}$", "", text(one.get("text"))) for one in people)
    return tuple(inverted(name) for name in names if name)
