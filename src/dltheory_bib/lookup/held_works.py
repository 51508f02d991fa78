"""Look a work up among those of a collection and of the catalogue below it."""

from __future__ import annotations

import datetime
import json
from typing import Any

from dltheory_bib.lookup.protocol import Absent, Asked, Found, Reference, StatedWork
from dltheory_bib.lookup.same_work import akin_title, is_same, same_people, same_title
from dltheory_bib.query.topic_suggestions import nearest_works
from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.text.identifiers import Identifier
from dltheory_bib.text.names import unbraced

_NEAREST = 8
"""Works whose titles are compared with that of a reference."""


class HeldWorks:
    """The works of a snapshot, by identifier and by title.

    `where` of a stated work is its key.
    """

    def __init__(self, snapshot: Snapshot, name: str = "the catalogue") -> None:
        self.snapshot = snapshot
        self.name = name

    def takes(self, reference: Reference) -> bool:
        """Return whether there is anything to look up."""
        return bool(reference.ids or reference.title)

    def find(self, reference: Reference) -> Found | Absent:
        """Return the work with one of the identifiers, else those with the title."""
        asked = (Asked(self.name, datetime.date.today()),)
        others: list[StatedWork] = []
        for one in reference.ids:
            number = self.snapshot.find(_written(one))
            if number is None:
                continue
            versions = self._stated(number)
            same = [work for work in versions if is_same(reference, work)]
            if same:
                return Found((same[0],), asked, tuple(others))
            others.append(versions[0])
        found = list(self._titled(reference)) if reference.title else []
        records = [work for work in found if is_same(reference, work)]
        others += [work for work in found if work not in records]
        if records:
            return Found(tuple(records), asked, tuple(others))
        return Absent(asked, tuple(others))

    def key_of(self, reference: Reference) -> str | None:
        """Return the key of the one work that a reference means; None if there is none."""
        answer = self.find(reference)
        keys = {one.where for one in answer.records} if isinstance(answer, Found) else set()
        return keys.pop() if len(keys) == 1 else None

    def cited(self, reference: Reference) -> str | None:
        """Return the key of the work that an entry of a reference list means.

        Lists print titles shortened: an identifier decides unless title and authors contradict it.
        """
        for key in self.holders(reference).values():
            work = self._stated(self.snapshot.numbers([key])[key])[0]
            akin = not reference.title or akin_title(reference.title, work.title)
            if akin and same_people(reference.authors, work.authors):
                return key
        return self.key_of(reference)

    def holders(self, reference: Reference) -> dict[str, str]:
        """Return the keys of the works that have the identifiers of a reference, whatever else."""
        found = {one.value: self.snapshot.find(_written(one)) for one in reference.ids}
        return {value: self.snapshot.key(n) for value, n in found.items() if n is not None}

    def _titled(self, reference: Reference) -> list[StatedWork]:
        found = []
        exact = self.snapshot.fetch(
            "SELECT n FROM paper WHERE title = ? COLLATE NOCASE", (reference.title,)
        )
        numbers = [row[0] for row in exact]
        numbers += nearest_works(self.snapshot, reference.title, _NEAREST)
        for number in dict.fromkeys(numbers):
            versions = self._stated(number)
            same = [work for work in versions if same_title(reference.title, work.title)]
            found += same[:1]
        return found

    def _stated(self, number: int) -> list[StatedWork]:
        """Return a work under each of its titles, the main one first."""
        row = self.snapshot.fetch("SELECT data FROM record WHERE n = ?", (number,)).fetchone()
        record: dict[str, Any] = json.loads(row[0])
        versions = (one.get("title") for one in record.get("versions", ()))
        titles = [record["title"], *record.get("titles", ()), *filter(None, versions)]
        return [
            StatedWork(
                source=self.name,
                where=record["key"],
                date=datetime.date.today(),
                title=unbraced(title),
                authors=tuple(record["author"]),
                type=record["type"],
                year=record["year"],
                venue=record.get("venue", ""),
                doi=record.get("doi", ""),
                eprint=record.get("eprint", ""),
                url=record.get("url", ""),
            )
            for title in dict.fromkeys(titles)
        ]


def _written(identifier: Identifier) -> str:
    return identifier.url if identifier.scheme == "openreview" else identifier.value
