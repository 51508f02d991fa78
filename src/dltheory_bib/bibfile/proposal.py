"""Propose a record for a work that is to be added: its key, fields, topics, and what it repeats."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dltheory_bib.bibfile.importers import Draft
from dltheory_bib.bibfile.new_collection import Collected, RecordMaker
from dltheory_bib.lookup.held_works import HeldWorks
from dltheory_bib.lookup.protocol import Found, Reference, StatedWork
from dltheory_bib.lookup.same_work import same_list
from dltheory_bib.query.topic_suggestions import Suggestions, suggest
from dltheory_bib.text.identifiers import Identifier, parse_identifier
from dltheory_bib.text.names import fold, natural, unbraced

if TYPE_CHECKING:
    from dltheory_bib.bibfile.stated_draft import StatedDraft
    from dltheory_bib.bibliography import Bibliography

FIELDS = (
    "key",
    "aliases",
    "type",
    "title",
    "titles",
    "author",
    "editor",
    "year",
    "venue",
    "publisher",
    "institution",
    "volume",
    "number",
    "edition",
    "pages",
    "doi",
    "eprint",
    "url",
    "topics",
    "after",
    "versions",
    "sources",
    "unverified",
    "disagreements",
    "added",
)
"""The fields of a proposed record, in the order of the model, which is not imported for it."""
_PUBLISHED = (
    "type",
    "title",
    "author",
    "year",
    "venue",
    "publisher",
    "volume",
    "number",
    "pages",
    "doi",
    "url",
)
"""The fields of a preprint's record that its publication changes."""
_PROTECTED = re.compile(r"\{[^{}]*\}|\$[^$]*\$")
_CAPITALS = re.compile(r"[^\W\d_][\w'’]*")


@dataclass(slots=True)
class Proposal:
    """A record to be added, or why there is none."""

    where: str
    """What it was made of: an entry's key, an identifier, a title."""
    reference: Reference | None = None
    """What is known of the work, to look it up."""
    record: dict[str, Any] | None = None
    """The record, its scalars as text; None if the work is held, or lacks a title."""
    venue: dict[str, Any] | None = None
    """The record of its venue, if that is new."""
    known: str | None = None
    """The key of the work that it is."""
    near: list[str] = field(default_factory=list)
    """Keys of other works with its title or identifier."""
    suggestions: Suggestions = field(default_factory=lambda: Suggestions([], []))
    draft: Draft | None = None
    """The entry of a file that it was made of, with the user's notes, keywords and files."""
    as_made: bool = True
    """Whether the record is as it was proposed: valid, its fields in order."""
    notes: list[str] = field(default_factory=list)
    """What was left out or changed, and other versions, a sentence each."""

    @property
    def key(self) -> str:
        """The key of the record; empty without one."""
        return str(self.record["key"]) if self.record else ""


class Proposer:
    """Proposes records for a bibliography, one after another: no key is given twice.

    `is_taken` tells whether a key or alias exists, in the collection or below it.
    """

    def __init__(self, bib: Bibliography, is_taken: Callable[[str], bool]) -> None:
        self.bib = bib
        self.held = HeldWorks(bib.snapshot)
        self.is_taken = is_taken
        self._made = Collected("", "")
        self._people: dict[str, str] | None = None
        self._maker = RecordMaker(bib, self._made, "", is_taken, ours=True)
        self._new: dict[str, str] = {}

    def of_draft(self, draft: Draft, source: str) -> Proposal:
        """Return the proposal for an entry of a file."""
        made = self._propose(draft, source, None)
        made.draft = draft
        return made

    def of_works(self, works: Iterable[StatedWork], where: str) -> Proposal:
        """Return the proposal for a work as services state it."""
        from dltheory_bib.bibfile.stated_draft import draft_of

        stated = draft_of(list(works), self._maker.names)
        made = self._propose(stated.draft, "", stated)
        made.where = where
        made.notes += stated.versions
        made.notes += [
            f"{one.source} has another work of this title, by {'; '.join(one.authors) or 'nobody'}"
            for one in stated.others
        ]
        return made

    def upgraded(self, old: Mapping[str, Any], works: Iterable[StatedWork]) -> Proposal:
        """Return the record of a preprint as its publication, if that is stated.

        The key, what is said of the work and the preprint's id stay. Without a publication there is
        no record, and the notes say so.
        """
        from dltheory_bib.bibfile.stated_draft import draft_of

        made = Proposal(str(old["key"]))
        stated = draft_of(list(works), self._maker.names)
        draft = stated.draft
        made.notes += stated.versions
        if draft.type == "online" or not (draft.venue or draft.fields.get("doi")):
            made.notes.append("no source states a publication")
            return made
        draft.title = protected(draft.title)
        if not draft.author:
            draft.author = list(old["author"])
        before = set(self._maker.venues)
        self._made.left_out.clear()
        new = self._maker.record(draft)
        made.notes += self._made.left_out
        if new is None:
            return made
        made.venue = self._new_venue(before)
        fields = {name: new[name] for name in _PUBLISHED if new.get(name)}
        if same_list(new["author"], old["author"]) or not old.get("author"):
            del fields["author"]  # the curator's spelling of the names is kept
        titles = list(old.get("titles", ()))
        if fold(unbraced(fields["title"])) != fold(unbraced(old["title"])):
            titles.append(old["title"])
        else:
            del fields["title"]
        sources = [*old.get("sources", ()), *_only(stated.sources, fields)]
        known = {name for one in sources for name in one["fields"]}
        record = dict(old) | fields | {"titles": titles, "sources": sources}
        record["unverified"] = [one for one in old.get("unverified", ()) if one not in known]
        record["disagreements"] = [*old.get("disagreements", ()), *stated.disagreements]
        made.record = {name: value for name, value in record.items() if value}
        made.as_made = False
        return made

    def _new_venue(self, before: set[str]) -> dict[str, Any] | None:
        new = (one for one in self._maker.venues if one not in before)
        return next((self._maker.venues[one] for one in new if one not in self._maker.known), None)

    def _propose(self, draft: Draft, source: str, stated: StatedDraft | None) -> Proposal:
        reference = reference_of(draft)
        made = Proposal(draft.where, reference)
        answer = self.held.find(reference)
        made.near = list(dict.fromkeys(one.where for one in answer.others))
        if isinstance(answer, Found):
            made.known = answer.records[0].where
            return made
        foreign = self.held.holders(reference)
        if foreign:
            made.near = [one for one in made.near if one not in foreign.values()]
            made.notes = [
                f"has the identifier {value} of {key}, which has another title or other authors; "
                "correct the entry"
                for value, key in foreign.items()
            ]
            return made
        marks = [f"{one.scheme}:{one.folded}" for one in reference.ids]
        marks.append(fold(" ".join([reference.title, *reference.authors[:1]])))
        twin = next((self._new[mark] for mark in marks if mark in self._new), None)
        if twin:
            made.known = twin
            return made
        draft.author = [self._known_name(name) for name in draft.author]
        draft.title = protected(draft.title)
        self._maker.source = source
        before = set(self._maker.venues)
        self._made.left_out.clear()
        record = self._maker.keyed(draft)
        made.notes = list(self._made.left_out)
        if record is None:
            return made
        made.venue = self._new_venue(before)
        made.suggestions = suggest(
            self.bib.snapshot, unbraced(draft.title), draft.abstract, draft.year
        )
        made.record = self._completed(record, made, stated)
        self._new |= dict.fromkeys(marks, made.key)
        return made

    def _completed(
        self, record: dict[str, Any], made: Proposal, stated: StatedDraft | None
    ) -> dict[str, Any]:
        sources = record.pop("sources")
        if stated:
            record["titles"] = [protected(one) for one in stated.titles]
            sources = _only(stated.sources, record)
            named = {name for one in sources for name in one["fields"]}
            unnamed = [name for name in _facts(record) if name not in named]
            if unnamed:
                record["unverified"] = [*record.get("unverified", ()), *unnamed]
            record["disagreements"] = stated.disagreements
        topics = [one.topic for one in made.suggestions.topics[:1]]
        record |= {"topics": topics, "sources": sources}
        record["added"] = datetime.date.today().isoformat()
        return in_order(record)

    def _known_name(self, name: str) -> str:
        """Return a name as the catalogue writes it, if it knows exactly this one."""
        if self._people is None:
            self._people = {}
            for spelled, data in self.bib.snapshot.fetch("SELECT name, data FROM person"):
                for one in {spelled, *_aliases(data)}:
                    self._people.setdefault(fold(natural(one)), spelled)
        return self._people.get(fold(natural(name)), name)


def _only(sources: list[dict[str, Any]], fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return sources with those of some fields that they support, and no others."""
    made = [one | {"fields": [name for name in one["fields"] if name in fields]} for one in sources]
    return [one for one in made if one["fields"]]


def _facts(record: dict[str, Any]) -> list[str]:
    from dltheory_bib.source.rules.evidence import FACTS

    return [name for name in FACTS if record.get(name)]


def _aliases(data: str) -> list[str]:
    import json

    found: list[str] = json.loads(data).get("aliases", [])
    return found


def in_order(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record without empty fields, in the order of the model."""
    return {name: record[name] for name in FIELDS if record.get(name)}


def reference_of(draft: Draft) -> Reference:
    """Return what an entry states of a work, to look it up."""
    ids = []
    for scheme, name in (("arxiv", "eprint"), ("doi", "doi"), ("", "url")):
        value = draft.fields.get(name, "")
        parsed = parse_identifier(value) if value else None
        if parsed and (not scheme or parsed.scheme == scheme):
            ids.append(Identifier(parsed.scheme, parsed.value))
    return Reference(
        unbraced(draft.title), tuple(draft.author), draft.year, draft.venue, tuple(ids)
    )


def protected(title: str) -> str:
    """Return a title with braces around words that have a capital inside, which styles lower.

    >>> protected("Understanding SGD for {ReLU} networks")
    'Understanding {SGD} for {ReLU} networks'
    """
    made, last = [], 0
    for kept in _PROTECTED.finditer(title):
        made += [_braced(title[last : kept.start()]), kept[0]]
        last = kept.end()
    return "".join([*made, _braced(title[last:])])


def _braced(text: str) -> str:
    def brace(word: re.Match[str]) -> str:
        return f"{{{word[0]}}}" if word[0][1:] != word[0][1:].lower() else word[0]

    return text if "{" in text or "}" in text else _CAPITALS.sub(brace, text)
