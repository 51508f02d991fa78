"""arXiv's API: an Atom feed, by ids or by a search.

https://info.arxiv.org/help/api/user-manual.html. An unknown id gives no entry; a malformed query
gives one whose id is `http://arxiv.org/api/errors#…`. arXiv asks for three seconds between two
requests.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dltheory_bib.lookup.protocol import Absent, Answer, Asked, Failed, Found, Reference, StatedWork
from dltheory_bib.lookup.same_work import inverted, is_same
from dltheory_bib.lookup.service import (
    MOST_HITS,
    Service,
    doi_of,
    eprint_of,
    first_author,
    query_words,
    text,
    year_of,
)
from dltheory_bib.lookup.service_client import ServiceError
from dltheory_bib.text.identifiers import Identifier

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

BATCH = 50
"""Ids in one request."""
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"


class Arxiv(Service):
    """arXiv: preprints, their authors in full, and the DOI that authors added."""

    name = "arXiv"
    setting = "arxiv"
    address = "https://export.arxiv.org/api/query"
    schemes = frozenset({"arxiv"})
    pause = 3.0

    def by_id(self, identifier: Identifier) -> tuple[list[StatedWork], datetime.date]:
        """Return the preprint with an id."""
        return self._ask({"id_list": identifier.value, "max_results": "1"})

    def by_title(self, reference: Reference) -> tuple[list[StatedWork], datetime.date]:
        """Return preprints with the words of a title."""
        query = f'ti:"{query_words(reference.title)}"'
        if author := query_words(first_author(reference)):
            query += f' AND au:"{author}"'
        return self._ask({"search_query": query, "max_results": str(MOST_HITS)})

    def find_many(self, references: Sequence[Reference]) -> Iterator[Answer]:
        """Yield the answer to each reference; ids are asked for in batches."""
        ids = list(dict.fromkeys(filter(None, (one.value("arxiv") for one in references))))
        works: dict[str, StatedWork] = {}
        failed: dict[str, Failed] = {}
        days: dict[str, datetime.date] = {}
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            try:
                listed = {"id_list": ",".join(batch), "max_results": str(len(batch))}
                found, day = self._ask(listed)
            except (ServiceError, ValueError, AttributeError) as error:
                failed |= dict.fromkeys(batch, Failed(str(error), self.name))
                continue
            works |= {_folded(work.eprint): work for work in found}
            days |= dict.fromkeys(batch, day)
        for reference in references:
            wanted = reference.value("arxiv")
            if not wanted:
                yield self.find(reference)
            elif wanted in failed:
                yield failed[wanted]
            else:
                yield self._judged(reference, works.get(_folded(wanted)), days[wanted])

    def identify_many(self, references: Sequence[Reference]) -> Iterator[Answer]:
        """Yield the answer to each reference with an arXiv id; ids are asked for in batches."""
        return self.find_many(references)

    def _judged(self, reference: Reference, work: StatedWork | None, day: datetime.date) -> Answer:
        asked = (Asked(self.name, day),)
        if work is None:
            return Absent(asked)
        return Found((work,), asked) if is_same(reference, work) else Absent(asked, (work,))

    def _ask(self, parameters: dict[str, str]) -> tuple[list[StatedWork], datetime.date]:
        feed, day = self.client.get_xml(self.name, self.address, parameters, self.pause)
        if feed is None or feed.tag != f"{_ATOM}feed":
            raise ServiceError("its answer is not a feed")
        works = []
        for entry in feed.findall(f"{_ATOM}entry"):
            place = _text(entry, f"{_ATOM}id")
            if "/api/errors" in place:
                said = _text(entry, f"{_ATOM}summary")
                if "incorrect id format" in said:
                    continue
                raise ServiceError(f"refuses the question: {said[:100]}")
            works.append(_read(entry, place, day))
        return works, day


def _read(entry: Element, place: str, day: datetime.date) -> StatedWork:
    names = [_text(one, f"{_ATOM}name") for one in entry.findall(f"{_ATOM}author")]
    eprint = eprint_of(place.replace("http://", "https://"))
    return StatedWork(
        source=Arxiv.name,
        where=eprint,
        date=day,
        title=_text(entry, f"{_ATOM}title"),
        authors=tuple(inverted(name) for name in names if name),
        names_guessed=True,
        type="online",
        year=year_of(_text(entry, f"{_ATOM}published")),
        doi=doi_of(_text(entry, f"{_ARXIV}doi")),
        eprint=eprint,
        abstract=_text(entry, f"{_ATOM}summary"),
    )


def _text(parent: Element, name: str) -> str:
    return text(parent.findtext(name) or "")


def _folded(identifier: str) -> str:
    return Identifier("arxiv", identifier).folded
