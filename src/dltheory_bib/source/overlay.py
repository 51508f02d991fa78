"""Load a collection that extends others: its own records, and what they change below.

What is below is known from its snapshot (`Below`), not from its files: it was checked when it was
compiled. A release of the catalogue below never makes an overlay invalid:

- A work of both is the overlay's: its record counts, and the names of the one below are its
  aliases. `update` can turn such a record into additions.
- A name of another work below means the overlay's work here. If it was that work's key, the work
  has another key here.
- A topic, venue, person and so on with the id of one below takes its place.

Each of these is a warning, with file, line and what to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dltheory_bib.errors import DataError, Problem
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.record import Record
from dltheory_bib.source.catalogue import Catalogue, Located
from dltheory_bib.source.folders import DataFile
from dltheory_bib.source.loader import Progress, place_findings, read_catalogue
from dltheory_bib.source.rules.duplicates import Issue
from dltheory_bib.source.rules.findings import Finding, Known
from dltheory_bib.source.rules.references import check_catalogue
from dltheory_bib.text.identifiers import Identifier, parse_field
from dltheory_bib.text.names import family, fold, quoted, unbraced

REGISTRY_KINDS = (
    "topics",
    "venues",
    "people",
    "trails",
    "assumptions",
    "questions",
    "results",
    "glossary",
)
"""The kinds of record that have an id."""
_OF_CARDS = ("assumptions", "questions", "results")
_SEPARATORS = dict.fromkeys(map(ord, " !\"'(),-./:;?[]`{}~‐‑‒–—‘’“”"))
_BELOW = ""
"""The file of records from below: nothing is reported of them."""


class Below(Protocol):
    """What an overlay must know of the layers below it."""

    def names(self) -> Mapping[str, str]:
        """Return the key of every key and alias."""

    def papers(self, keys: Iterable[str]) -> list[Paper]:
        """Return the works with these keys, in this order."""

    def identified(self, identifier: Identifier) -> str | None:
        """Return the key of the work with an arXiv id or a DOI."""

    def titled(self, title: str) -> Sequence[str]:
        """Return the keys of the works with a title, as `title_letters` gives it."""

    def registry(self, kind: str) -> Mapping[str, Record]:
        """Return the records of a kind by id."""

    def prerequisites(self) -> Mapping[str, set[str]]:
        """Return the keys of the works to be read before a work, by key."""


@dataclass(slots=True)
class Overlay:
    """The records of a collection that extends others, checked against those below."""

    catalogue: Catalogue
    """Its own records; a work that is below as well has the names of that one as aliases."""
    same: dict[str, str] = field(default_factory=dict)
    """By key of an own work, the key of the same work below."""
    taken: dict[str, str] = field(default_factory=dict)
    """By name of another work below that means an own work here, that work's key below."""
    renamed: dict[str, str] = field(default_factory=dict)
    """By key of a work below, the key that it has here."""
    aliases: dict[str, str] = field(default_factory=dict)
    """By alias that its notes add to a work below, that work's key there."""
    replaced: dict[str, set[str]] = field(default_factory=dict)
    """By kind, the ids of records below that an own record differs from."""
    conflicts: int = 0
    """How many of its records take the place of one below, or a name of it."""

    def named(self, paper: Paper) -> Paper:
        """Return a work below with the aliases that it has here."""
        more = [alias for alias, key in self.aliases.items() if key == paper.key]
        return paper.model_copy(update={"aliases": (*paper.aliases, *more)}) if more else paper


def title_letters(title: str) -> str:
    """Return a title as works are compared by it: folded, without blanks and punctuation.

    >>> title_letters("Escaping {SGD}: a note") == title_letters("Escaping SGD — A Note")
    True
    """
    return fold(unbraced(title)).translate(_SEPARATORS)


def load_overlay(
    files: Iterable[DataFile], below: Below, progress: Progress | None = None
) -> Overlay:
    """Read, validate and check the files of an overlay.

    Raises `DataError` with every problem, errors and warnings, if there is any error.
    """
    files = list(files)
    catalogue, problems = read_catalogue(files, progress)
    overlay, conflicts = settle(catalogue, below)
    found = [*conflicts, *_checked(overlay, below, warnings=False)]
    if problems or any(one.level == "error" for one in found):
        problems += place_findings([*conflicts, *_checked(overlay, below)], files)
        raise DataError(sorted(set(problems)))
    return overlay


def check_overlay(files: Sequence[DataFile], below: Below) -> tuple[list[Problem], int]:
    """Return every problem of an overlay, and the number of its records."""
    catalogue, problems = read_catalogue(files)
    overlay, conflicts = settle(catalogue, below)
    problems += place_findings([*conflicts, *_checked(overlay, below)], files)
    return sorted(set(problems)), len(catalogue)


def settle(catalogue: Catalogue, below: Below) -> tuple[Overlay, list[Finding]]:
    """Decide what names and records of the overlay mean that are below as well."""
    overlay = Overlay(catalogue)
    names = below.names()
    findings = list(_same_works(overlay, names, below))
    findings += _added_names(overlay, names)
    findings += _taken_names(overlay, names, below)
    findings += _other_records(overlay, below)
    overlay.conflicts = len(findings)
    old: dict[str, list[str]] = {key: [] for key in overlay.same.values()}
    for name, key in names.items() if old else ():
        if key in old:
            old[key].append(name)
    for place, at in enumerate(catalogue.papers):
        other = overlay.same.get(at.record.key)
        if other is not None:
            own = {at.record.key, *at.record.aliases, *overlay.taken}
            more = tuple(name for name in sorted(old[other]) if name not in own)
            changed = at.record.model_copy(update={"aliases": (*at.record.aliases, *more)})
            catalogue.papers[place] = Located(changed, at.file, at.index)
    return overlay, findings


def _same_works(overlay: Overlay, names: Mapping[str, str], below: Below) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for at in overlay.catalogue.papers:
        found = _same_work(at.record, names, below)
        if found is None:
            continue
        key, path, why = found
        if key in owners:
            message = (
                f"{owners[key]} and {at.record.key} are the same work as {key} below ({why}); make "
                "one record of the two"
            )
            yield Finding(at, path, "same-work", message)
            continue
        owners[key] = at.record.key
        overlay.same[at.record.key] = key
        named = "with this key" if key == at.record.key else key
        message = (
            f"a layer below has this work, {named} ({why}); your record is used. "
            f"`dltheory update {at.record.key}` turns it into additions to the one below"
        )
        yield Finding(at, path, "same-work-below", message, "warning")


_Same = tuple[str, tuple[str | int, ...], str]


def _same_work(paper: Paper, names: Mapping[str, str], below: Below) -> _Same | None:
    """Return the key of the same work below, the field that tells it, and why."""
    parts: list[tuple[tuple[str | int, ...], Any]] = [((), paper)]
    parts += [(("versions", number), one) for number, one in enumerate(paper.versions)]
    for path, part in parts:
        named = [("eprint", "arXiv", parse_field("arxiv", part.eprint) if part.eprint else None)]
        named.append(("doi", "DOI", parse_field("doi", part.doi) if part.doi else None))
        for name, label, parsed in named:
            key = below.identified(parsed) if parsed else None
            if key is not None and parsed is not None:
                return key, (*path, name), f"{label} {parsed.value}"
    authors = _families(paper)
    for other in below.papers(below.titled(title_letters(paper.title))):
        apart = _other_versions(paper, other) or Issue.of(paper).is_apart(Issue.of(other))
        if _families(other) == authors and not apart:
            return other.key, ("title",), "title and authors"
    for other in below.papers([names[paper.key]] if paper.key in names else ()):
        if _families(other) == authors and not _other_versions(paper, other):
            return other.key, ("key",), "key and authors"
    return None


def _families(paper: Paper) -> list[str]:
    return sorted(fold(family(name)) for name in paper.author)


def _other_versions(one: Paper, other: Paper) -> bool:
    """Return whether two works have identifiers of a kind that differ, as parts of a series do."""
    return any(
        getattr(one, name) and getattr(other, name) and getattr(one, name) != getattr(other, name)
        for name in ("eprint", "doi")
    )


def _taken_names(overlay: Overlay, names: Mapping[str, str], below: Below) -> Iterator[Finding]:
    """Find own names that another work below has; that work keeps its other names."""
    for at in overlay.catalogue.papers:
        paper = at.record
        for number, name in enumerate((paper.key, *paper.aliases)):
            other = names.get(name)
            if other is None or other == overlay.same.get(paper.key):
                continue
            path = ("aliases", number - 1) if number else ("key",)
            overlay.taken[name] = other
            what = "an alias of another work"
            if name == other:
                overlay.renamed[other] = _other_key(other, overlay, names)
                what = f"the key of another work, which is {overlay.renamed[other]} here,"
            (below_it,) = below.papers([other])
            message = (
                f"{name} is {what} below ({quoted(below_it.plain_title)}); here it means yours. "
                "Give yours another "
                + ("alias" if number else "key, unless you cite it by this one")
            )
            yield Finding(at, path, "name-below", message, "warning")


def _added_names(overlay: Overlay, names: Mapping[str, str]) -> Iterator[Finding]:
    """Collect the aliases that notes add to works below."""
    own = {name for at in overlay.catalogue.papers for name in (at.record.key, *at.record.aliases)}
    for at in overlay.catalogue.notes:
        key = names.get(at.record.key)
        for number, alias in enumerate(
            at.record.aliases if key and at.record.key not in own else ()
        ):
            if alias in own or names.get(alias, key) != key:
                message = f"{alias} is a name of another work; choose another alias"
                yield Finding(at, ("aliases", number), "repeated-key", message)
            elif key and alias not in names:
                overlay.aliases[alias] = key


def _other_key(key: str, overlay: Overlay, names: Mapping[str, str]) -> str:
    """Return the key that a work below gets: one of its aliases, or else one that is free."""
    own = {name for at in overlay.catalogue.papers for name in (at.record.key, *at.record.aliases)}
    aliases = (name for name, meant in names.items() if meant == key and name != key)
    free = next((name for name in sorted(aliases) if name not in own), f"{key}-below")
    number = 1
    while free in own or (free in names and names[free] != key):
        number += 1
        free = f"{key}-below{number}"
    return free


def _other_records(overlay: Overlay, below: Below) -> Iterator[Finding]:
    for kind in REGISTRY_KINDS:
        ours: list[Located[Any]] = getattr(overlay.catalogue, kind)
        known = below.registry(kind) if ours else {}
        for at in ours:
            other = known.get(at.record.id)
            if other is None or other == at.record:
                continue
            overlay.replaced.setdefault(kind, set()).add(at.record.id)
            if kind == "people" and other.to_dict().keys() == {"id", "name"}:
                continue  # nobody settled it: it is only the name on a work
            differing = [
                name
                for name in type(other).model_fields
                if getattr(other, name) != getattr(at.record, name)
            ]
            message = (
                f"a layer below has {at.record.id} too, with another {', '.join(differing)}; yours "
                "is used. Delete it, or give it another id"
            )
            yield Finding(at, ("id",), "record-below", message, "warning")


def _checked(overlay: Overlay, below: Below, warnings: bool = True) -> Iterator[Finding]:
    """Apply the rules to the own records among those below that they refer to."""
    own = overlay.catalogue
    names = {name: key for name, key in below.names().items() if name not in overlay.taken}
    names |= overlay.aliases
    among = Catalogue(refused=own.refused, unread=own.unread)
    theirs = set(overlay.same.values())
    wanted = dict.fromkeys(
        names[name] for name in _named(own, warnings) if name in names and names[name] not in theirs
    )
    among.papers += (Located(overlay.named(one), _BELOW, 0) for one in below.papers(wanted))
    cards = any(getattr(own, kind) for kind in _OF_CARDS)
    for kind in ("topics", "venues", *(_OF_CARDS if cards else ())):
        ids = {at.record.id for at in getattr(own, kind)}
        known = below.registry(kind).values()
        getattr(among, kind).extend(Located(one, _BELOW, 0) for one in known if one.id not in ids)  # type: ignore[attr-defined]
    for kind in ("papers", "citations", "notes", *REGISTRY_KINDS):
        getattr(among, kind).extend(getattr(own, kind))
    after: Mapping[str, set[str]] = {}
    if overlay.same or any(at.record.after for at in own.notes):
        after = below.prerequisites()
    known_works = Known(frozenset((*names, *overlay.renamed.values())), after=after)
    for finding in check_catalogue(among, known_works, warnings=warnings):
        if finding.at.file != _BELOW:
            yield finding


def _named(own: Catalogue, warnings: bool) -> Iterator[str]:
    """Yield the names of works that records refer to; those in reference lists for warnings."""
    stating: tuple[list[Located[Any]], ...] = (own.papers, own.notes)
    for records in stating:
        for at in records:
            yield from at.record.after
            yield from (relation.work for relation in at.record.relations)
    for note in own.notes:
        if warnings or note.record.aliases:
            yield note.record.key
    for topic in own.topics:
        yield from (step.work for step in topic.record.start)
    for trail in own.trails:
        yield from (step.work for step in trail.record.steps)
    for card in own.results:
        yield card.record.work
    if warnings:
        for cited in own.citations:
            yield cited.record.citing
            yield from cited.record.cites
