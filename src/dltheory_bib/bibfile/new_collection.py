"""Make a collection from other programs' files: drafts become records in YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dltheory_bib.bibfile.own_material import OwnMaterial, Wishes
from dltheory_bib.bibfile.venue_facts import VenueFacts, venue_facts
from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.source.yaml_writer import canonical_records
from dltheory_bib.text import value_rules as rules
from dltheory_bib.text.identifiers import (
    is_arxiv_doi,
    neurips_year,
    parse_identifier,
    pmlr_volume,
)
from dltheory_bib.text.names import escaped, family, fold, slug, unbraced, words

if TYPE_CHECKING:
    from dltheory_bib.bibfile.importers import Draft
    from dltheory_bib.bibfile.repeated_works import RepeatedWorks
    from dltheory_bib.bibliography import Bibliography

_RULES: dict[str, Callable[[str], str]] = {
    "pages": rules.pages,
    "doi": rules.doi,
    "eprint": rules.arxiv_id,
    "url": rules.url,
    "key": rules.paper_key,
}
_LONGEST_ID, _LONGEST_WORD = 100, 60
"""The most characters of an id made of a venue's name, and of a key's name and word."""
_OTHERS = frozenset({"others", "{others}", "et al.", "{et al.}"})
_IN_PLACES = {"article", "inproceedings"}
_KINDS = {"article": "journal", "inproceedings": "conference", "incollection": "book"}
_SMALL = frozenset(
    "a an and are at by do does for from how in is of on or the to via what with".split()  # noqa: SIM905
)


@dataclass(slots=True)
class Collected:
    """The texts of the files of a collection, and notes about them."""

    papers: str
    venues: str
    keys: list[str] = field(default_factory=list)
    """The keys of its works, in the order of the source files."""
    merged: int = 0
    """The number of drafts that were added to the record of the same work."""
    skipped: int = 0
    """The number of drafts that became no record."""
    known: list[str] = field(default_factory=list)
    """The keys of works that are also in the catalogue."""
    new_venues: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Drafts or fields that were left out, each with the reason."""
    own: OwnMaterial = field(default_factory=OwnMaterial)
    """What drafts say to their owner alone."""

    @property
    def notes(self) -> str:
        """The text of the file of notes; empty if no draft has any."""
        if not self.own.additions:
            return ""
        return canonical_records(self.own.additions.values(), "notes")


def collect(
    bib: Bibliography, drafts: Iterable[Draft], source: str, wishes: Wishes | None = None
) -> Collected:
    """Make records for these drafts, in canonical form.

    Every draft becomes a record, or is reported in `left_out`.

    A venue that `bib` knows by one of its names keeps its record; any other gets one with the name
    in the file. An invalid or used key is replaced by one in Google Scholar's style. Values that
    break the rule of their field are left out and reported; so is a work without title, author or
    year. A work that is listed twice becomes one record, with its other key as an alias. Each
    record names `source` as the source of its facts.
    """
    made = Collected("", "", own=OwnMaterial(wishes or Wishes()))
    maker = RecordMaker(bib, made, source)
    for draft in drafts:
        key = maker.take(draft)
        if key:
            made.own.add(key, draft)
    made.papers = canonical_records(maker.records, "papers")
    made.venues = canonical_records(maker.venues.values(), "venues")
    return made


class RecordMaker:
    """Makes records of drafts, one after another; `made` gets the keys and notes.

    A draft keeps its key if that is valid and free. With `ours` every key is in Google Scholar's
    style, and the draft's becomes an alias. A key that `is_taken` is not given.
    """

    def __init__(
        self,
        bib: Bibliography,
        made: Collected,
        source: str,
        is_taken: Callable[[str], bool] | None = None,
        ours: bool = False,
    ) -> None:
        self.bib = bib
        self.made = made
        self.source = escaped(source)
        self.venues: dict[str, dict[str, Any]] = {}
        """The venues of the records made, by id: those of `bib`, and new ones."""
        self.taken: set[str] = set()
        self.is_taken = is_taken
        self.ours = ours
        self.copies: dict[str, int] = {}
        """The last number that a key got, so that the next is not searched from 2."""
        self.records: list[dict[str, Any]] = []

    def take(self, draft: Draft) -> str | None:
        """Make a record of a draft, or add it to that of the same work; return its key, or None."""
        record = self.record(draft)
        if record is None:
            self.made.skipped += 1
            return None
        earlier = self.works.find(record)
        for name, other in list(self.works.taken(record)):
            if other is not earlier:
                said = f"has {name} {record.pop(name)}, which {other['key']} has too"
                self._leave(draft, f"{said}; that field is skipped")
                for source in record["sources"]:
                    source["fields"] = [field for field in source["fields"] if field != name]
        if earlier is not None:
            self._merge(draft, record, earlier)
            return str(earlier["key"])
        record["key"] = self._key(draft, record["author"], record["title"])
        self.records.append(record)
        self.works.add(record)
        self.made.keys.append(record["key"])
        if any(one in self.bib for one in (record.get("doi"), record.get("eprint")) if one):
            self.made.known.append(record["key"])
        return str(record["key"])

    def _merge(self, draft: Draft, record: dict[str, Any], earlier: dict[str, Any]) -> None:
        what = self.works.merge(earlier, record)
        alias = ""
        if _is_key(draft.key) and not self._is_used(draft.key):
            self.taken.add(draft.key)
            earlier.setdefault("aliases", []).append(draft.key)
            alias = f", and {draft.key} an alias"
        self.made.merged += 1
        self._leave(draft, f"is the same work as {earlier['key']}; {what}{alias}")

    @cached_property
    def works(self) -> RepeatedWorks:
        """The works of one file, among which one may be listed twice."""
        from dltheory_bib.bibfile.repeated_works import RepeatedWorks

        return RepeatedWorks(self.venues)

    @cached_property
    def known(self) -> dict[str, VenueFacts]:
        """The venues of the bibliography."""
        return venue_facts(self.bib.snapshot)

    @cached_property
    def names(self) -> VenueNames:
        """The names of the venues; a preprint needs none."""
        return VenueNames(self.known)

    def record(self, draft: Draft) -> dict[str, Any] | None:
        """Return the record of a draft without its key, its scalars as text; None, with a note, if
        it is incomplete.
        """
        others = bool(_OTHERS.intersection(draft.author))
        lacking = [n for n in ("title", "author", "year") if not getattr(draft, n)]
        if lacking:
            self._leave(draft, f"has no {' and no '.join(lacking)}; it is skipped")
            return None
        if not rules.FIRST_YEAR <= int(draft.year or 0) <= rules.LAST_YEAR:
            self._leave(draft, f"has the year {draft.year}, which no work has; it is skipped")
            return None
        try:
            title = rules.balanced(draft.title)
            author = [rules.person(name) for name in draft.author if name not in _OTHERS]
        except ValueError as error:
            self._leave(draft, f"{error}; it is skipped")
            return None
        if len(set(author)) < len(author):
            author = list(dict.fromkeys(author))
            self._leave(draft, "lists an author twice; the repetition is skipped")
        for name in ("venue", "publisher", "institution"):
            setattr(draft, name, self._plain(draft, name))
        kind = draft.type
        if kind in _IN_PLACES and not draft.venue:
            self._leave(draft, f"is of type {kind} but has no venue; the record gets type online")
            kind = "online"
        venue = self._venue(draft)
        found = {
            "type": kind,
            "title": title,
            "author": author,
            "editor": self._editors(draft),
            "year": str(draft.year),
            "venue": venue,
            **self._publishers(draft, venue),
            **self._fields(draft),
        }
        record = {name: value for name, value in found.items() if value}
        if others:
            self._leave(draft, "does not name all authors; author is listed as unverified")
            record["unverified"] = ["author"]
        if record.get("editor") and _OTHERS.intersection(draft.editor):
            self._leave(draft, "does not name all editors; editor is listed as unverified")
            record["unverified"] = [*record.get("unverified", ()), "editor"]
        seen = [n for n in record if n not in {"type", "unverified", *record.get("unverified", ())}]
        sources = [{"source": self.source, "where": escaped(draft.where), "fields": seen}]
        return {**record, "sources": sources}

    def keyed(self, draft: Draft) -> dict[str, Any] | None:
        """Return the record of a draft with a new key; None, with a note, if it is incomplete."""
        record = self.record(draft)
        if record is None:
            return None
        key = self._key(draft, record["author"], record["title"])
        return {"key": key, **self._alias(draft, key), **record}

    def _alias(self, draft: Draft, key: str) -> dict[str, list[str]]:
        """Return the draft's key as an alias, if it is another, valid and free."""
        alias = draft.key
        if not self.ours or alias == key or not _is_key(alias) or self._is_used(alias):
            return {}
        self.taken.add(alias)
        return {"aliases": [alias]}

    def _plain(self, draft: Draft, name: str) -> str:
        """Return a field; empty, with a note, if it is no plain text."""
        value: str = getattr(draft, name)
        try:
            return rules.clean(value) if value.strip() else ""
        except ValueError as error:
            self._leave(draft, f"has {name} {error}; that field is skipped")
            return ""

    def _leave(self, draft: Draft, why: str) -> None:
        self.made.left_out.append(f"{draft.where} {why}")

    def _editors(self, draft: Draft) -> list[str]:
        try:
            names = (rules.person(name) for name in draft.editor if name not in _OTHERS)
            return list(dict.fromkeys(names))
        except ValueError as error:
            self._leave(draft, f"has editor {error}; that field is skipped")
            return []

    def _publishers(self, draft: Draft, venue: str) -> dict[str, str]:
        """Return the publisher and the institution, unless the venue determines them."""
        named = {tuple(words(name)) for name in self._names(venue, draft.year or 0)}
        found = {}
        for name in ("publisher", "institution"):
            text = getattr(draft, name)
            if text and tuple(words(text)) not in named:
                found[name] = text
        return found

    def _names(self, venue: str, year: int) -> Iterator[str]:
        """Yield the names of a venue in a year, and its publisher's."""
        if venue in self.known:
            period = self.known[venue].in_year(year)
            yield from filter(None, (period.long, period.short, period.publisher))
        elif venue:
            yield from self.venues[venue]["periods"][0].values()

    def _fields(self, draft: Draft) -> dict[str, str]:
        found = {}
        for name, value in draft.fields.items():
            text = re.sub(r"(?<!\s)\s*(?:-{2,}|–|—)\s*", "-", value) if name == "pages" else value
            rule = _RULES.get(name)
            try:
                found[name] = rule(text) if rule else rules.clean(text)
            except ValueError as error:
                self._leave(draft, f"has {name} {error}; that field is skipped")
        if is_arxiv_doi(found.get("doi", "")):
            of_preprint = parse_identifier(found.pop("doi"))
            found.setdefault("eprint", of_preprint.value if of_preprint else "")
        address = parse_identifier(found.get("url", ""))
        if "eprint" in found and address and address.scheme == "arxiv":
            del found["url"]  # it repeats the id
        if fault := self._contradiction(found, draft.year):
            self._leave(draft, f"has url {found.pop('url')}, {fault}; that field is skipped")
        return found

    def _contradiction(self, found: Mapping[str, str], year: int | None) -> str:
        """Return what a URL of a volume of proceedings contradicts."""
        url = found.get("url", "")
        if volume := pmlr_volume(url):
            theirs = found.get("volume", volume)
            return "" if theirs == volume else f"which is in volume {volume}, not {theirs}"
        of_url = neurips_year(url)
        return f"which is of {of_url}, not {year}" if of_url and of_url != year else ""

    def _key(self, draft: Draft, author: list[str], title: str) -> str:
        """Return the draft's own key if it is valid and free, otherwise one in Google Scholar's
        style.
        """
        key = draft.key
        if self.ours or not _is_key(key):
            telling = [
                word for word in words(re.sub(r"\$[^$]*\$", " ", unbraced(title))) if word.isalpha()
            ]
            first = next((word for word in telling if word not in _SMALL), "")[:_LONGEST_WORD]
            last = re.sub(r"[^a-z0-9]", "", fold(family(author[0])))[:_LONGEST_WORD]
            key = f"{last or 'work'}{draft.year}{slug(first).replace('-', '')}"
            key = key if key[0].isalpha() else f"work{key}"
        free, number = key, self.copies.get(key, 1)
        while self._is_used(free):
            number += 1
            free = f"{key}-{number}"
        self.copies[key] = number
        self.taken.add(free)
        if draft.key and free != draft.key and not self.ours:
            self._leave(draft, f"gets the key {free}; {draft.key} is {self._why_not(draft.key)}")
        return free

    def _is_used(self, key: str) -> bool:
        return key in self.taken or bool(self.is_taken and self.is_taken(key))

    def _why_not(self, key: str) -> str:
        return (
            "taken"
            if _is_key(key) and self._is_used(key)
            else "not a valid key: use ASCII letters and digits, joined by -_.:+"
        )

    def _venue(self, draft: Draft) -> str:
        """Return the id of a draft's venue; empty without one.

        The publisher of a book, or the institution of a thesis, is its venue if `bib` has that.
        """
        own = {"book": draft.publisher, "thesis": draft.institution, "report": draft.institution}
        named = draft.venue or own.get(draft.type, "")
        known = self.names.find(named).venue if named else None
        if known and not draft.venue and self.known[known].kind != "publisher":
            known = None
        if known:
            self.venues[known] = self.known[known].data
            return known
        if not draft.venue:
            return ""
        identity = slug(draft.venue)[:_LONGEST_ID].strip("-") or "venue"
        identity = identity if identity[0].isalpha() else f"v-{identity}"
        if identity not in self.venues:
            self.made.new_venues.append(draft.venue)
            kind = _KINDS.get(draft.type, "publisher")
            period = {"short": draft.venue, "long": draft.venue}
            if draft.publisher.strip() and draft.publisher != draft.venue:
                period["publisher"] = draft.publisher
            self.venues[identity] = {"id": identity, "kind": kind, "periods": [period]}
        return identity


def _is_key(text: str) -> bool:
    try:
        return bool(_RULES["key"](text))
    except ValueError:
        return False
