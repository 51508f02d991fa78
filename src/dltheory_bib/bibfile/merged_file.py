"""Merge the works of a file into a collection: those that are known are linked, not copied.

Every entry is accounted for: it becomes a record, is a work that is here or below, is the same work
as another entry, or is skipped with the reason. What it says to its owner alone becomes additions
to the work; the facts of a known work that differ from its record are named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dltheory_bib.bibfile.new_collection import Collected, RecordMaker
from dltheory_bib.bibfile.own_material import OwnMaterial, Wishes
from dltheory_bib.bibfile.proposal import in_order, reference_of
from dltheory_bib.lookup.held_works import HeldWorks
from dltheory_bib.lookup.protocol import Absent, Found, Reference
from dltheory_bib.lookup.same_work import same_list, same_title
from dltheory_bib.source.rules.duplicates import Issue
from dltheory_bib.text.maths import unicode_maths

if TYPE_CHECKING:
    from dltheory_bib.bibfile.importers import Draft
    from dltheory_bib.bibliography import Bibliography

_NO_FACTS = frozenset({"type", "sources", "unverified"})


@dataclass(slots=True)
class MergedFile:
    """What a file adds to a collection, and what became of each of its entries."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The new records by key, their fields in the order of the model, scalars as text."""
    venues: list[dict[str, Any]] = field(default_factory=list)
    """The records of venues that nothing below has."""
    new: list[Reference] = field(default_factory=list)
    """What is known of the works that get records."""
    own: OwnMaterial = field(default_factory=OwnMaterial)
    """What entries say to their owner alone."""
    entries: int = 0
    linked: int = 0
    """The number of entries whose work is here or below."""
    repeated: int = 0
    """The number of entries whose work another entry has."""
    skipped: int = 0
    said: list[str] = field(default_factory=list)
    """What was left out or changed, each with the entry and the reason."""


def merge_file(
    bib: Bibliography, drafts: Iterable[Draft], source: str, wishes: Wishes
) -> MergedFile:
    """Return what the entries of a file add to a collection.

    Each record names `source` as the source of its facts.
    """
    made = MergedFile(own=OwnMaterial(wishes))
    collected = Collected("", "")
    maker = RecordMaker(bib, collected, source, lambda name: bib.snapshot.number(name) is not None)
    linker = _Linker(bib, maker, made)
    for draft in drafts:
        made.entries += 1
        if linker.is_refused(draft):
            made.skipped += 1
            continue
        key = linker.key_of(draft)
        if key:
            made.linked += 1
        else:
            key = maker.take(draft)
            made.new += [reference_of(draft)] if key else []
        if key:
            made.own.add(key, draft)
        made.said += [*collected.left_out, *made.own.said]
        collected.left_out.clear()
        made.own.said.clear()
    made.repeated = collected.merged
    made.skipped += collected.skipped
    made.records = {one["key"]: in_order(one) for one in maker.records}
    used = {
        place.get("venue") for one in maker.records for place in (one, *one.get("versions", ()))
    }
    new = used - maker.known.keys() - {None}
    made.venues = [one for name, one in maker.venues.items() if name in new]
    return made


class _Linker:
    """Finds the works of entries among those of a collection and below it."""

    def __init__(self, bib: Bibliography, maker: RecordMaker, made: MergedFile) -> None:
        self.snapshot = bib.snapshot
        self.held = HeldWorks(bib.snapshot)
        self.maker = maker
        self.made = made
        self.answer: Found | Absent

    def is_refused(self, draft: Draft) -> bool:
        """Return whether an entry has the identifier of a work that it cannot mean, and say so."""
        reference = reference_of(draft)
        self.answer = self.held.find(reference)
        foreign = {} if isinstance(self.answer, Found) else self.held.holders(reference)
        for value, key in foreign.items():
            self.made.said.append(
                f"{draft.where} has the identifier {value} of {key}, which has another title or "
                "other authors; it is skipped, correct the entry"
            )
        return bool(foreign)

    def key_of(self, draft: Draft) -> str | None:
        """Return the key of the work that an entry means, the last one that was asked about."""
        found = self.answer.records if isinstance(self.answer, Found) else ()
        record = self.maker.record(draft) if found else None
        self.maker.made.left_out.clear()
        for work in found:
            other = self._record(work.where)
            if record is None or not _issue(record).is_apart(_issue(other)):
                self._tell(draft, record or {}, other)
                return work.where
        return None  # or it is another column of a journal, under the same title

    def _record(self, key: str) -> dict[str, Any]:
        number = self.snapshot.number(key)
        row = self.snapshot.fetch("SELECT data FROM record WHERE n = ?", (number,)).fetchone()
        made: dict[str, Any] = json.loads(row[0])
        return made

    def _tell(self, draft: Draft, record: Mapping[str, Any], other: Mapping[str, Any]) -> None:
        """Say which work an entry is, unless its key says so, and which facts are not kept."""
        key = other["key"]
        if summary := other.get("summary"):  # our RIS has it as a note
            draft.notes = [one for one in draft.notes if one != unicode_maths(summary)]
        lost = [f"{name} {value}" for name, value in self._differing(record, other)]
        if draft.key and self.snapshot.number(draft.key) != self.snapshot.number(key):
            self.made.said.append(f"{draft.where} is {key}, which is here")
        if lost:
            listed = ", ".join(lost)
            self.made.said.append(
                f"{draft.where} differs from {key}, whose record stays; not imported: {listed}"
            )

    def _differing(
        self, record: Mapping[str, Any], other: Mapping[str, Any]
    ) -> Iterable[tuple[str, str]]:
        parts = [other, *other.get("versions", ())]
        titles = [*other.get("titles", ()), *(one["title"] for one in parts if one.get("title"))]
        for name, value in record.items():
            if name in _NO_FACTS:
                continue
            values = [one[name] for one in parts if one.get(name)]
            if name == "title":
                same = any(same_title(value, one) for one in titles)
            elif name in {"author", "editor"}:
                same = any(same_list(value, one) for one in values)
            elif name == "url":
                number = self.snapshot.find(value)
                same = number is not None and number == self.snapshot.number(other["key"])
                same = same or value in values
            else:
                same = str(value).lower() in (str(one).lower() for one in values)
            if not same:
                yield name, "; ".join(value) if isinstance(value, list) else str(value)


def _issue(record: Mapping[str, Any]) -> Issue:
    parts = (record.get("volume"), record.get("number"), record.get("pages"))
    return Issue(record["type"], record.get("venue"), str(record["year"]), parts)
