"""OpenReview's API, both versions: papers of conferences that review there.

https://docs.openreview.net/reference/api-v2. A note is asked for by id; in version 2 each value of
its content is `{"value": …}`, in version 1 the value itself. Conferences before 2023 are in version
1, at another address. A note that is not there is an error with status 404, or an empty list.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from dltheory_bib.lookup.protocol import Reference, StatedWork
from dltheory_bib.lookup.same_work import inverted
from dltheory_bib.lookup.service import MOST_HITS, Service, objects, query_words, text, year_of
from dltheory_bib.lookup.service_client import Received, ServiceError
from dltheory_bib.text.identifiers import Identifier

_UNPUBLISHED = re.compile(
    r"submitted|submission|withdrawn|reject|under review|corr\b", re.IGNORECASE
)
_AWARD = re.compile(
    r"[\s(]*\b(?:poster|oral|spotlight|notable.*|talk|conference)\b\)?", re.IGNORECASE
)


class OpenReview(Service):
    """OpenReview: submissions, with the venue that accepted them."""

    name = "OpenReview"
    setting = "openreview"
    address = "https://api2.openreview.net/notes"
    older = "https://api.openreview.net/notes"
    schemes = frozenset({"openreview"})
    pause = 0.5

    def by_id(self, identifier: Identifier) -> tuple[list[StatedWork], datetime.date]:
        """Return the paper with an id, of either version."""
        return self._of_either("", {"id": identifier.value})

    def by_title(self, reference: Reference) -> tuple[list[StatedWork], datetime.date]:
        """Return papers with the words of a title."""
        words = query_words(reference.title)
        asked = {"term": words, "type": "terms", "content": "title", "source": "forum"}
        return self._of_either("/search", {**asked, "limit": str(MOST_HITS)})

    def _of_either(
        self, part: str, asked: dict[str, str]
    ) -> tuple[list[StatedWork], datetime.date]:
        """Ask version 2, then version 1 if that has nothing."""
        works: list[StatedWork] = []
        failed: ServiceError | None = None
        day = datetime.date.today()
        for number, address in enumerate((self.address, self.older)):
            name = self.name if not number else f"{self.name} (version 1)"
            try:
                answer, day = self._notes(name, f"{address}{part}", asked)
            except ServiceError as error:
                failed = error
                continue
            works = [_read(note, day) for note in objects((answer or {}).get("notes") or [])]
            works = [work for work in works if work.title]
            if works:
                return works, day
        if failed is not None:
            raise failed  # the version that failed may have it
        return works, day

    def _notes(self, name: str, address: str, asked: dict[str, str]) -> Received:
        received = self.client.get_json(name, address, asked, self.pause)
        answer = received.content
        if answer is not None and not isinstance(answer.get("notes"), list):
            raise ServiceError(f"answers {text(answer.get('name')) or 'without notes'}")
        return received


def _read(note: Mapping[str, Any], day: datetime.date) -> StatedWork:
    content = note.get("content") or {}

    def value(name: str) -> Any:
        found = content.get(name)
        return found.get("value") if isinstance(found, Mapping) else found

    forum = text(note.get("forum") or note.get("id"))
    stated = text(value("venue"))
    accepted = bool(stated) and not _UNPUBLISHED.search(f"{stated} {text(value('venueid'))}")
    names = value("authors")
    listed = [text(name) for name in names] if isinstance(names, list) else []
    published = re.search(r"\b(19|20)\d\d\b", stated) if accepted else None
    dated = year_of(note.get("pdate")) or year_of(note.get("cdate") or note.get("tcdate"))
    return StatedWork(
        source=OpenReview.name,
        where=forum,
        date=day,
        title=text(value("title")),
        authors=tuple(inverted(one) for one in listed if one and one.lower() != "anonymous"),
        names_guessed=True,
        type="inproceedings" if accepted else "online",
        year=int(published[0]) if published else dated,
        venue=_AWARD.sub("", stated).strip(" ,") if accepted else "",
        openreview=forum,
        url=Identifier("openreview", forum).url if forum else "",
        abstract=text(value("abstract")),
    )
