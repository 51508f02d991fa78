"""Find works that a file lists twice, and make one record of them.

Two records of one work are an error in a collection: the second one would hide what is said about
the first. Whether two are the same is decided by the rules of `source.rules`, so that a collection
that `import` writes can be loaded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from dltheory_bib.source.rules.duplicates import Issue, are_alike, group_of
from dltheory_bib.text.names import unbraced, words

RecordDict = dict[str, Any]
"""A record as in a data file; its scalars are texts."""

_MOST_COMPARED = 30
"""The most works by the same authors that one is compared with."""
_AKIN = 0.5
"""Titles with at least this similarity, under one identifier and with a common author, are of one
work.
"""
_VERSION_FIELDS = ("venue", "volume", "number", "pages", "doi", "eprint", "url")
_VERSION_KINDS = {"article": "journal", "inproceedings": "conference", "online": "preprint"}


class RepeatedWorks:
    """The works of a collection that is being made, by authors and by identifiers."""

    def __init__(self, venues: Mapping[str, Mapping[str, Any]]) -> None:
        self.venues = venues
        self._by_authors: dict[tuple[str, ...], list[tuple[Issue, list[str], RecordDict]]]
        self._by_authors = defaultdict(list)
        self._by_title: dict[tuple[tuple[str, ...], str], RecordDict] = {}
        self._by_id: dict[tuple[str, str], RecordDict] = {}

    def add(self, record: RecordDict) -> None:
        """Add a work; one that was changed is added again."""
        group, title = group_of(record["author"]), words(unbraced(record["title"]))
        self._by_authors[group].append((_issue(record), title, record))
        self._by_title.setdefault((group, " ".join(title)), record)
        for identity in _identities(record):
            self._by_id.setdefault(identity, record)

    def find(self, record: RecordDict) -> RecordDict | None:
        """Return an earlier record of the same work."""
        for identity in _identities(record):
            other = self._by_id.get(identity)
            if other is not None and _are_akin(record, other):
                return other
        group, title = group_of(record["author"]), words(unbraced(record["title"]))
        issue = _issue(record)
        same = self._by_title.get((group, " ".join(title)))
        if same is not None and not issue.is_apart(_issue(same)):
            return same
        near = self._by_authors.get(group, [])[-_MOST_COMPARED:]
        together = ((words, one) for other, words, one in near if not issue.is_apart(other))
        return next((one for words, one in together if are_alike(title, words)), None)

    def taken(self, record: RecordDict) -> Iterator[tuple[str, RecordDict]]:
        """Yield the fields of identifiers that earlier works have, each with the work."""
        for name, value in _identities(record):
            other = self._by_id.get((name, value))
            if other is not None:
                yield name, other

    def merge(self, record: RecordDict, other: RecordDict) -> str:
        """Add the data of another record of the same work to a record; return what became of them.

        The main fields become those of the published one; fields of two versions are never mixed.
        """
        what = self._merge(record, other)
        self.add(record)
        return what

    def _merge(self, record: RecordDict, other: RecordDict) -> str:
        if record["type"] == "online" and "venue" not in record and "venue" in other:
            kept = {name: record.pop(name) for name in ("key", "aliases") if name in record}
            versions = record.pop("versions", [])
            earlier = dict(record)
            record.clear()
            record.update(kept | other)
            if versions:
                record["versions"] = versions
            other = earlier
        source = other["sources"][0]
        if other["type"] == "online" and other.get("eprint") and not record.get("eprint"):
            record["eprint"] = other["eprint"]
            record["sources"].append(source | {"fields": ["eprint"]})
            return "its arXiv id is added to that record"
        kind = self._kind(other)
        places = [record, *record.get("versions", ())]
        if kind is None or any(_place(other) == _place(one) for one in places):
            return "its own fields are skipped"
        known = {value for one in places for _, value in _identities(one)}
        version = {name: other[name] for name in ("year", *_VERSION_FIELDS) if name in other}
        for name in ("doi", "eprint"):
            if str(version.get(name, "")).lower() in known:
                del version[name]
        if kind == "preprint" and len(version) == 1:
            return "its own fields are skipped"
        if words(other["title"]) != words(record["title"]):
            version["title"] = other["title"]
        where = f"{source['source']}: {source['where']}"
        record.setdefault("versions", []).append({"kind": kind} | version | {"source": where})
        return "it becomes a version of that record"

    def _kind(self, record: RecordDict) -> str | None:
        """Return what kind of version a record is; None if versions have no such kind."""
        venue = self.venues.get(record.get("venue", ""), {})
        if venue.get("kind") == "workshop":
            return "workshop"
        kind = _VERSION_KINDS.get(record["type"])
        return None if kind == "preprint" and "venue" in record else kind


def _identities(record: RecordDict) -> list[tuple[str, str]]:
    """Return the DOIs and arXiv ids of a record and of its versions."""
    parts = [record, *record.get("versions", ())]
    return [
        (name, one[name].lower()) for one in parts for name in ("doi", "eprint") if one.get(name)
    ]


def _are_akin(one: RecordDict, other: RecordDict) -> bool:
    """Return whether two works with one identifier are the same; ids are also mistyped."""
    if not {*group_of(one["author"])} & {*group_of(other["author"])}:
        return False
    title, theirs = (" ".join(words(unbraced(each["title"]))) for each in (one, other))
    matcher = SequenceMatcher(None, title, theirs, autojunk=False)
    return matcher.real_quick_ratio() >= _AKIN and matcher.ratio() >= _AKIN


def _issue(record: RecordDict) -> Issue:
    parts = (record.get("volume"), record.get("number"), record.get("pages"))
    return Issue(record["type"], record.get("venue"), record["year"], parts)


def _place(record: RecordDict) -> tuple[object, object]:
    return record.get("venue"), record["year"]
