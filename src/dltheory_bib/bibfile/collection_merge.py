"""Merge another person's collection into one's own: where they differ, one's own stays.

A work of both is found by its key, its identifiers, or its title and authors; another key of it
becomes an alias, and what refers to it follows. Fields that one's own record lacks are taken, lists
are joined. A value that differs is a `Conflict` with the place in one's own file and what to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dltheory_bib.errors import DataError, Problem
from dltheory_bib.input_files import read_bytes, shown
from dltheory_bib.lookup.held_works import HeldWorks
from dltheory_bib.lookup.protocol import Found, Reference
from dltheory_bib.lookup.same_work import akin_title, same_people
from dltheory_bib.source.catalogue import MODELS
from dltheory_bib.source.folders import ALL_KINDS, WORKS, catalogue_files
from dltheory_bib.source.yaml_reader import RawRecord, read_content
from dltheory_bib.text.identifiers import Identifier
from dltheory_bib.text.names import unbraced

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.source.collection_writer import Change

Fields = dict[str, Any]

PRIVATE = frozenset({"notes", "tags", "status", "files"})
_NAMES = ("key", "id", "citing")
_QUIET = frozenset({"added", "checked", "unverified"})
"""Fields that say how a record came to be: one's own stay, and that is no conflict."""
_FOLLOWING = ("after", "relations")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value that differs, or one that cannot be taken."""

    place: str
    """`papers.yaml:12:3`, in one's own collection; else where the other has it."""
    message: str
    is_private: bool = False
    public: str = ""
    """The message without what is private, if that is private."""


@dataclass(slots=True)
class Merge:
    """What another collection adds to one's own."""

    records: dict[str, dict[str, Fields]] = field(default_factory=dict)
    """By kind and name, the records to be written."""
    added: list[str] = field(default_factory=list)
    """Keys of the works that are new here."""
    completed: list[str] = field(default_factory=list)
    """Keys of own works that get more."""
    noted: list[str] = field(default_factory=list)
    """Keys of the works with more notes, or more of one's own about them."""
    others: int = 0
    """The number of other records that are new or get more: topics, venues, citations."""
    conflicts: list[Conflict] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What else was decided: keys that were changed, references that were left out."""


class _File:
    """A file of a collection: its records by name, with the places of their values."""

    def __init__(self, path: Path, kind: str, text: str | None = None) -> None:
        self.name = shown(path)
        self.kind = kind
        problems: list[Problem] = []
        content = read_bytes(path) if text is None else text.encode()
        self.raw: dict[str, RawRecord] = {
            _name(one.value): one for one in read_content(content, problems, self.name)
        }
        if any(one.rule != "empty-file" for one in problems):
            raise DataError(problems)
        model = MODELS[kind]
        self.records: dict[str, Fields] = {
            name: model.model_validate(one.value).to_dict() for name, one in self.raw.items()
        }

    def place(self, name: str, *path: str | int) -> str:
        line, column = self.raw[name].place(path)
        return f"{self.name}:{line}:{column}"


def _name(fields: Mapping[str, Any]) -> str:
    return next((str(fields[name]) for name in _NAMES if name in fields), "")


def merge_collection(bib: Bibliography, change: Change, other: Path, theirs: Bibliography) -> Merge:
    """Return what the collection in a folder adds to the one that `change` writes.

    `bib` and `theirs` are the two with their layers. Raises `DataError` for a file that cannot be
    read.
    """
    return _Merger(bib, change, other, theirs).merged()


class _Merger:
    def __init__(
        self, bib: Bibliography, change: Change, other: Path, theirs: Bibliography
    ) -> None:
        self.bib = bib
        self.theirs = theirs
        self.held = HeldWorks(bib.snapshot)
        self.made = Merge()
        self.files = {file.kind: _File(file.path, file.kind) for file in catalogue_files(other)}
        self.ours: dict[str, _File] = {}
        for kind in ALL_KINDS:
            path = change.folder / f"{kind}.yaml"
            self.ours[kind] = _File(path, kind, change.text(path.name))
        self.keys: dict[str, str] = {}
        """By each name that the other gives to a work of its own, the key here."""
        self.new: set[str] = set()
        self.unknown: set[str] = set()

    def merged(self) -> Merge:
        """Decide which works are the same, then take each file over."""
        works = [file for kind, file in self.files.items() if kind in WORKS]
        for file in works:
            for key, record in file.records.items():
                here = self._key_here(key, record)
                self.keys |= dict.fromkeys([*record.get("aliases", ()), key], here)
        for kind in ALL_KINDS:
            if kind in self.files:
                for name, record in self.files[kind].records.items():
                    self._take(kind, name, record)
        return self.made

    # Which work is which

    def _key_here(self, key: str, record: Fields) -> str:
        known = self._same_work(key, record)
        if known:
            if known != key:
                self.made.said.append(f"{key} there is {known} here")
            return known
        free, number = key, 1
        while self.bib.snapshot.number(free) is not None or free in self.new:
            number += 1
            free = f"{key}-{number}"
        if free != key:
            self.made.said.append(
                f"{key} is another work here ({self.bib.snapshot.key(self._number(key))}); "
                f"theirs gets the key {free}"
            )
        self.new.add(free)
        return free

    def _number(self, name: str) -> int:
        number = self.bib.snapshot.number(name)
        assert number is not None
        return number

    def _same_work(self, key: str, record: Fields) -> str | None:
        """Return the key here of the work of a record; None if it is not here."""
        answer = self.held.find(_reference(record))
        found = [one.where for one in answer.records] if isinstance(answer, Found) else []
        if key in found:
            return key
        number = self.bib.snapshot.number(key)
        if number is not None:
            named = self.bib.snapshot.key(number)
            ours = self.bib.papers[named].to_dict()
            shared = any(
                record.get(name) and record[name] == ours.get(name) for name in ("doi", "eprint")
            )
            akin = same_people(record["author"], ours["author"]) and not _contradicts(record, ours)
            if named in found or shared or akin:
                return named
        return found[0] if found else None

    def _here(self, name: str) -> str | None:
        """Return the key here of a work that the other collection refers to."""
        if name in self.keys:
            return self.keys[name]
        if name in self.bib:
            return name
        if name in self.theirs:
            found = self._same_work(name, self.theirs[name].to_dict())
            if found:
                self.keys[name] = found
            return found
        return None

    # Records

    def _take(self, kind: str, name: str, record: Fields) -> None:
        record = self._followed(kind, name, record)
        if not record:
            return
        if kind in WORKS:
            self._take_work(kind, name, record)
        elif kind == "notes":
            self._take_addition(record)
        else:
            self._take_other(kind, name, record)

    def _followed(self, kind: str, name: str, record: Fields) -> Fields:
        """Return a record that names works by their keys here, without those that are not here."""
        made = dict(record)
        for role in ("key", "citing", "work"):
            if role in made and (kind not in WORKS or role != "key"):
                here = self._here(str(made[role]))
                if here is None:
                    self._missing(kind, name, str(made[role]))
                    return {}
                made[role] = here
        if kind in WORKS:
            made["key"] = self.keys[name]
        for role in ("after", "cites"):
            if made.get(role):
                made[role] = self._all_here(kind, name, made[role])
        for role in ("relations", "start", "steps"):
            if made.get(role):
                made[role] = [
                    {**one, "work": here}
                    for one in made[role]
                    if (here := self._one_here(kind, name, one["work"]))
                ]
        return made

    def _all_here(self, kind: str, name: str, works: Iterable[str]) -> list[str]:
        found = (self._one_here(kind, name, one) for one in works)
        return list(dict.fromkeys(one for one in found if one))

    def _one_here(self, kind: str, name: str, work: str) -> str | None:
        here = self._here(work)
        if here is None:
            self._missing(kind, name, work)
        return here

    def _missing(self, kind: str, name: str, work: str) -> None:
        place = self.files[kind].place(name)
        what = f"{work} is" if name == work else f"{name} refers to {work},"
        message = f"{what} a work of a layer that you do not extend; that is not taken"
        self.made.conflicts.append(Conflict(place, message))

    def _take_work(self, kind: str, name: str, record: Fields) -> None:
        key = record["key"]
        if name != key:
            record["aliases"] = [*record.get("aliases", ()), name]
        taken = [one for one in record.get("aliases", ()) if self._is_anothers(one, key)]
        record["aliases"] = [one for one in record.get("aliases", ()) if one not in (key, *taken)]
        for alias in taken:
            self.made.said.append(f"the alias {alias} of {key} is not taken; it is another work's")
        for one in WORKS:
            if key in self.ours[one].records:
                if self._complete(one, key, record):
                    self.made.completed.append(key)
                return
        if key in self.new:
            self._put(kind, key, {field: value for field, value in record.items() if value})
            self.made.added.append(key)
            return
        self._add_to_below(kind, name, record)

    def _is_anothers(self, name: str, key: str) -> bool:
        number = self.bib.snapshot.number(name)
        return number is not None and self.bib.snapshot.key(number) != key

    def _add_to_below(self, kind: str, name: str, record: Fields) -> None:
        """Take prerequisites and relations of a work that a layer below has; its facts stay."""
        below = self.bib.papers[record["key"]].to_dict()
        known = {relation["work"] for relation in below.get("relations", ())}
        more: Fields = {
            "after": [one for one in record.get("after", ()) if one not in below.get("after", ())],
            "relations": [one for one in record.get("relations", ()) if one["work"] not in known],
        }
        differing = [
            one
            for one in ("title", "author", "year", "venue", "doi", "eprint", "summary")
            if record.get(one) and record[one] != below.get(one)
        ]
        if differing:
            message = (
                f"{record['key']} is a work of a layer below, whose record stays; theirs has "
                f"another {', '.join(differing)}"
            )
            self.made.conflicts.append(Conflict(self.files[kind].place(name), message))
        if any(more.values()):
            self._take_addition({"key": record["key"], **more})

    def _take_addition(self, record: Fields) -> None:
        key = record["key"]
        ours = self.ours["notes"]
        named = next(
            (one for one in ours.records if one in self.bib and self.bib.key(one) == key), key
        )
        record = {**record, "key": named}
        before = self._record("notes", named)
        if before is None:
            self._put("notes", named, {n: v for n, v in record.items() if v})
            self.made.noted.append(key)
        elif self._complete("notes", named, record):
            self.made.noted.append(key)

    def _take_other(self, kind: str, name: str, record: Fields) -> None:
        here = record.get("citing", name)
        if self._record(kind, here) is not None:
            self.made.others += self._complete(kind, here, record)
        elif not self._is_below(kind, here, record):
            self._put(kind, here, record)
            self.made.others += 1

    def _is_below(self, kind: str, name: str, record: Fields) -> bool:
        """Return whether a layer below has this very record."""
        known: Mapping[str, Any] = getattr(self.bib, kind, {})
        return (
            name in known and known[name].to_dict() == MODELS[kind].model_validate(record).to_dict()
        )

    # Fields

    def _record(self, kind: str, name: str) -> Fields | None:
        return self.made.records.get(kind, {}).get(name) or self.ours[kind].records.get(name)

    def _put(self, kind: str, name: str, record: Fields) -> None:
        self.made.records.setdefault(kind, {})[name] = record

    def _complete(self, kind: str, name: str, record: Fields) -> bool:
        """Take what one's own record lacks; return whether it changes."""
        ours = self._record(kind, name) or {}
        made = dict(ours)
        if kind == "citations" and _evidence(ours) != _evidence(record):
            if not set(record["cites"]) <= set(ours["cites"]):
                self._conflict(kind, name, "source", ours, record)
            return False
        for field_, value in record.items():
            if field_ in _NAMES or not value or ours.get(field_) == value:
                continue
            if field_ == "relations":
                made[field_] = self._joined_relations(kind, name, ours, value)
            elif not ours.get(field_):
                made[field_] = value
            elif isinstance(value, list) and field_ not in {"author", "editor", "periods"}:
                made[field_] = [*ours[field_], *(one for one in value if one not in ours[field_])]
            elif field_ not in _QUIET:
                self._conflict(kind, name, field_, ours, record)
        made = {field_: value for field_, value in made.items() if value}
        if made == ours:
            return False
        self._put(kind, name, made)
        return True

    def _joined_relations(
        self, kind: str, name: str, ours: Fields, theirs: list[Fields]
    ) -> list[Fields]:
        made = list(ours.get("relations", ()))
        for relation in theirs:
            same = [
                (number, one)
                for number, one in enumerate(made)
                if (one["kind"], one["work"]) == (relation["kind"], relation["work"])
            ]
            if not same:
                made.append(relation)
            for number, one in same:
                if one != relation:
                    what = f"relation {one['kind']} {one['work']}"
                    self._report(kind, name, ("relations", number), what, one, relation)
        return made

    def _conflict(self, kind: str, name: str, field_: str, ours: Fields, theirs: Fields) -> None:
        self._report(kind, name, (field_,), field_, ours[field_], theirs[field_])

    def _report(
        self,
        kind: str,
        name: str,
        path: tuple[str | int, ...],
        what: str,
        ours: Any,
        theirs: Any,
    ) -> None:
        file = self.ours[kind]
        there = self.files.get(kind)
        place = file.place(name, *path) if name in file.raw else file.name
        source = next((one for one in (there,) if one and name in one.raw), None)
        of_them = f" ({source.place(name, *path)})" if source else ""
        message = (
            f"{name}: {what} is {_short(ours)!r} here, and there{of_them} {_short(theirs)!r}; "
            "yours stays, write the other to take theirs"
        )
        private = str(path[0]) in PRIVATE and kind == "notes"
        public = f"{name}: {what} is another there{of_them}; yours stays"
        self.made.conflicts.append(Conflict(place, message, private, public))


def _evidence(record: Fields) -> tuple[Any, ...]:
    return tuple(record.get(name) for name in ("source", "where", "how"))


def _contradicts(one: Fields, other: Fields) -> bool:
    """Return whether identifiers of one kind, years or titles tell two works apart."""
    ids = any(
        one.get(name) and other.get(name) and one[name] != other[name] for name in ("doi", "eprint")
    )
    titles = [unbraced(record["title"]) for record in (one, other)]
    return (
        ids
        or abs(int(one["year"]) - int(other["year"])) > 1
        or not akin_title(titles[0], titles[1])
    )


def _reference(record: Fields) -> Reference:
    ids = []
    if record.get("eprint"):
        ids.append(Identifier("arxiv", record["eprint"]))
    if record.get("doi"):
        ids.append(Identifier("doi", record["doi"]))
    return Reference(
        unbraced(record["title"]), tuple(record["author"]), record["year"], ids=tuple(ids)
    )


def _short(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("says", value)
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def kinds_of(made: Merge) -> Iterator[tuple[str, list[Fields]]]:
    """Yield the records to be written by kind, in the order of the files."""
    for kind in ALL_KINDS:
        if made.records.get(kind):
            yield kind, list(made.records[kind].values())
