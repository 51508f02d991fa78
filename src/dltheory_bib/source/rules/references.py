"""Rules that compare records.

Each rule is a small generator of `Finding`s: a record, its field, and the problem. They apply to
the shipped catalogue and to users' files alike. A finding becomes a `Problem`, with line and
column, only when it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from dltheory_bib.errors import did_you_mean
from dltheory_bib.models.paper import Paper
from dltheory_bib.source.catalogue import Catalogue, Located
from dltheory_bib.source.rules.duplicates import (
    check_people,
    check_same_works,
    check_spellings,
    check_summaries,
)
from dltheory_bib.source.rules.evidence import (
    check_capitals,
    check_evidence,
    check_lengths,
    check_versions,
)
from dltheory_bib.source.rules.findings import Finding, Known
from dltheory_bib.source.rules.mathematics import check_mathematics
from dltheory_bib.source.rules.ordering import check_cycles, check_order, check_starts, check_years
from dltheory_bib.text.names import nearest

_FEW = 30
_PAPER_FIELDS = tuple(Paper.model_fields)
_FIELD_SET = frozenset(_PAPER_FIELDS)


def check_catalogue(
    catalogue: Catalogue, known: Known, *, warnings: bool = True
) -> Iterator[Finding]:
    """Yield every finding of every rule, rule by rule.

    Without `warnings`, rules that only warn are not applied; others may still yield a warning.
    """
    for rule in RULES:
        if warnings or rule not in ONLY_WARNING:
            yield from rule(catalogue, known)
    if catalogue.questions or catalogue.assumptions or catalogue.results:
        # Some rules on cards need the order of bounds, a layer above the records.
        from dltheory_bib.source.rules.theorem_rules import RULES as ON_CARDS

        for rule in ON_CARDS:
            yield from rule(catalogue, known)


def check_keys(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a key or an alias names one work, and an id one topic, venue or person."""
    taken: dict[str, Located[Paper]] = {}
    for at in catalogue.papers:
        for name in (at.record.key, *at.record.aliases):
            if name not in taken:
                taken[name] = at
                continue
            path: tuple[str | int, ...] = ("key",)
            if name != at.record.key:
                path = ("aliases", at.record.aliases.index(name))
            other = taken[name].record.key
            message = f"{name} is already used by {_the(other, name)}; choose another one"
            yield Finding(at, path, "repeated-key", message)
    described: set[str] = set()
    keys = catalogue.keys() if catalogue.notes else {}
    for note in catalogue.notes:
        name = keys.get(note.record.key, note.record.key)
        if name in described:
            message = f"{note.record.key} is described by an earlier record; join the two"
            yield Finding(note, ("key",), "repeated-key", message)
        described.add(name)
    registries: tuple[Iterable[Located[Any]], ...]
    registries = (catalogue.topics, catalogue.venues, catalogue.people, catalogue.trails)
    registries += (catalogue.assumptions, catalogue.questions, catalogue.results)
    registries += (catalogue.glossary,)
    for entries in registries:
        yield from _repeated_ids(entries)


def _the(other: str, name: str) -> str:
    return "an earlier record" if other == name else other


def _repeated_ids(entries: Iterable[Located[Any]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for at in entries:
        if at.record.id in seen:
            message = f"{at.record.id} is already used by an earlier record; choose another one"
            yield Finding(at, ("id",), "repeated-key", message)
        seen.add(at.record.id)


def check_identifiers(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that an arXiv id or a DOI belongs to one work."""
    taken: dict[tuple[str, str], str] = {}
    for at in catalogue.papers:
        paper = at.record
        found: list[tuple[tuple[str | int, ...], str | None]] = [
            (("eprint",), paper.eprint),
            (("doi",), paper.doi),
        ]
        for number, version in enumerate(paper.versions):
            found.append((("versions", number, "eprint"), version.eprint))
            found.append((("versions", number, "doi"), version.doi))
        for path, value in found:
            if value is None:
                continue
            kind = "arXiv id" if path[-1] == "eprint" else "DOI"
            other = taken.setdefault((kind, value.lower()), paper.key)
            if other != paper.key:
                message = (
                    f"{kind} {value} also belongs to {other}; merge the records or correct the id"
                )
                yield Finding(at, path, "repeated-identifier", message)


def check_references(catalogue: Catalogue, known: Known) -> Iterator[Finding]:
    """Check that topics, venues and works that are referred to exist."""
    topics = _names("topics", (at.record.id for at in catalogue.topics), catalogue)
    venues = _names("venues", (at.record.id for at in catalogue.venues), catalogue)
    keys = (name for paper in catalogue.works() for name in (paper.key, *paper.aliases))
    works = _names("papers", keys, catalogue, known)
    for at in catalogue.papers:
        paper = at.record
        yield from _missing_in(at, "topics", "topic", paper.topics, topics)
        if paper.venue:
            yield from _missing(at, ("venue",), "venue", paper.venue, venues)
        for number, version in enumerate(paper.versions):
            if version.venue:
                place = ("versions", number, "venue")
                yield from _missing(at, place, "venue", version.venue, venues)
        yield from _missing_in(at, "after", "work", paper.after, works)
        for number, relation in enumerate(paper.relations):
            yield from _missing(at, ("relations", number, "work"), "work", relation.work, works)
    for note in catalogue.notes:
        yield from _missing(note, ("key",), "work", note.record.key, works)
        yield from _missing_in(note, "after", "work", note.record.after, works)
        for number, relation in enumerate(note.record.relations):
            yield from _missing(note, ("relations", number, "work"), "work", relation.work, works)
    for cited in catalogue.citations:
        yield from _missing(cited, ("citing",), "work", cited.record.citing, works)
        yield from _missing_in(cited, "cites", "work", cited.record.cites, works)
    for someone in catalogue.people:
        yield from _missing_in(someone, "works", "work", someone.record.works, works)
    for subject in catalogue.topics:
        if subject.record.broader:
            yield from _missing(subject, ("broader",), "topic", subject.record.broader, topics)
        yield from _missing_in(subject, "related", "topic", subject.record.related, topics)
        for number, step in enumerate(subject.record.start):
            yield from _missing(subject, ("start", number, "work"), "work", step.work, works)
    for trail in catalogue.trails:
        for number, step in enumerate(trail.record.steps):
            yield from _missing(trail, ("steps", number, "work"), "work", step.work, works)


class _Names:
    """The names that may be referred to, and the nearest of them to an unknown one.

    Finding the nearest among 100,000 names takes seconds, so only the first few unknown names get
    suggestions.
    """

    def __init__(
        self, known: set[str], elsewhere: Callable[[], AbstractSet[str]] = frozenset
    ) -> None:
        self.known = known
        self.elsewhere = elsewhere
        self.suggestions = 25

    def hint(self, name: str) -> str:
        self.suggestions -= 1
        if self.suggestions < 0:
            return ""
        if name in self.elsewhere():
            return (
                "; it is in the shipped catalogue, which this collection does not extend: write "
                "extends: shipped in collection.yaml"
            )
        near = did_you_mean(nearest(name, self.known, 2))
        few = "; known are " + ", ".join(sorted(self.known)) if len(self.known) <= _FEW else ""
        return near or few


def _names(
    kind: str, names: Iterable[str], catalogue: Catalogue, known: Known | None = None
) -> _Names | None:
    """Return the names of a kind; None if a file was not read to its end, so that they are not
    known.
    """
    if catalogue.unread & ({"papers", "resources"} if kind == "papers" else {kind}):
        return None
    beyond = known or Known()
    return _Names({*names, *catalogue.refused, *beyond.works}, beyond.elsewhere)


def _missing(
    at: Located[Any],
    path: tuple[str | int, ...],
    kind: str,
    name: str,
    names: _Names | None,
) -> Iterator[Finding]:
    if names is not None and name not in names.known:
        message = f"unknown {kind} {name}" + names.hint(name)
        yield Finding(at, path, f"unknown-{kind}", message)


def _missing_in(
    at: Located[Any], field: str, kind: str, listed: tuple[str, ...], names: _Names | None
) -> Iterator[Finding]:
    # One question a list: a catalogue of 100,000 works has over a million citations.
    if names is not None and not names.known.issuperset(listed):
        for number, name in enumerate(listed):
            yield from _missing(at, (field, number), kind, name, names)


def check_repetition(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a list contains nothing twice, and that a work has no relation to itself."""
    keys = catalogue.keys()
    for at in catalogue.papers:
        paper = at.record
        if paper.topics[1:]:
            yield from _twice(at, "topics", paper.topics)
        if paper.after[1:]:
            yield from _twice(at, "after", paper.after, keys)
        if len(set(paper.author)) < len(paper.author):
            yield from _twice(at, "author", paper.author)
        if paper.relations[1:]:
            stated = [f"{r.kind.value} {keys.get(r.work, r.work)}" for r in paper.relations]
            yield from _twice(at, "relations", stated)
        for number, name in enumerate(paper.after):
            if keys.get(name) == paper.key:
                message = f"{paper.key} cannot be a prerequisite of itself"
                yield Finding(at, ("after", number), "self-reference", message)
        for number, relation in enumerate(paper.relations):
            if keys.get(relation.work) == paper.key:
                message = f"{paper.key} cannot have a relation to itself"
                yield Finding(at, ("relations", number, "work"), "self-reference", message)
    for note in catalogue.notes:
        yield from _twice(note, "tags", note.record.tags)
        yield from _twice(note, "files", note.record.files)
    for cited in catalogue.citations:
        citing, cites = cited.record.citing, cited.record.cites
        same = {keys.get(name, name) for name in cites}
        if len(same) == len(cites) and keys.get(citing, citing) not in same:
            continue
        yield from _twice(cited, "cites", cites, keys)
        for number, name in enumerate(cites):
            if keys.get(name, name) == keys.get(citing, citing):
                message = "a work cannot cite itself"
                yield Finding(cited, ("cites", number), "self-reference", message)


def _twice(
    at: Located[Any], name: str, items: Sequence[str], keys: Mapping[str, str] | None = None
) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, item in enumerate(items):
        same = keys.get(item, item) if keys else item
        if same in seen:
            message = f"{item} is listed twice; delete one"
            yield Finding(at, (name, number), "repeated-item", message)
        seen.add(same)


def check_field_names(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that sources, disagreements and `unverified` name fields of a paper."""
    for at in catalogue.papers:
        paper = at.record
        if _names_fields(paper):
            continue
        named: list[tuple[tuple[str | int, ...], str]] = [
            (("unverified", number), name) for number, name in enumerate(paper.unverified)
        ]
        for number, source in enumerate(paper.sources):
            named += [(("sources", number, "fields", n), f) for n, f in enumerate(source.fields)]
        for number, differing in enumerate(paper.disagreements):
            named.append((("disagreements", number, "field"), differing.field))
        for path, name in named:
            if name not in _PAPER_FIELDS:
                message = f"a paper has no field {name}" + did_you_mean(
                    nearest(name, _PAPER_FIELDS, 1)
                )
                yield Finding(at, path, "unknown-field", message)


def _names_fields(paper: Paper) -> bool:
    """Return whether all fields that a paper names exist."""
    return (
        _FIELD_SET.issuperset(paper.unverified)
        and all(_FIELD_SET.issuperset(source.fields) for source in paper.sources)
        and _FIELD_SET.issuperset(differing.field for differing in paper.disagreements)
    )


RULES: tuple[Callable[[Catalogue, Known], Iterator[Finding]], ...] = (
    check_keys,
    check_identifiers,
    check_same_works,
    check_references,
    check_repetition,
    check_cycles,
    check_order,
    check_years,
    check_starts,
    check_field_names,
    check_summaries,
    check_people,
    check_spellings,
    check_evidence,
    check_capitals,
    check_versions,
    check_lengths,
    check_mathematics,
)
ONLY_WARNING = frozenset(
    {
        check_order,
        check_years,
        check_summaries,
        check_spellings,
        check_evidence,
        check_capitals,
        check_lengths,
        check_mathematics,
    }
)
"""The rules that yield no error: a collection is loaded whatever they find."""
