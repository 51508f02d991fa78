"""Make one draft of what several sources state of a work, with who states what.

The fields of a record describe one version. The most trusted source with a publication gives them;
another fills in what that lacks only if it states the same venue and year. Where two sources of one
version differ, the value that is not used is kept as a disagreement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dltheory_bib.bibfile.importers import Draft
from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.lookup.same_work import same_list, same_people, same_title
from dltheory_bib.text.names import given, words

TRUSTED = (
    "Crossref",
    "DataCite",
    "DBLP",
    "OpenReview",
    "arXiv",
    "OpenAlex",
    "Semantic Scholar",
)
"""The most trusted first: publishers, curators, venues, then what programs gathered."""
_COPIED = ("volume", "number", "pages", "publisher")
_DETAILS = ("title", "authors", "year", "volume", "number", "pages", "doi")
_ISSUED = frozenset({"thesis", "report"})


@dataclass(slots=True)
class StatedDraft:
    """A draft, and who states its fields."""

    draft: Draft
    sources: list[dict[str, Any]] = field(default_factory=list)
    """In the form of a record's `sources`."""
    disagreements: list[dict[str, str]] = field(default_factory=list)
    """In the form of a record's `disagreements`."""
    titles: list[str] = field(default_factory=list)
    """Other titles: the preprint's."""
    versions: list[str] = field(default_factory=list)
    """Other versions that sources state, a sentence each."""
    others: list[StatedWork] = field(default_factory=list)
    """Other works that the sources state under this title."""


def draft_of(records: Sequence[StatedWork], names: VenueNames) -> StatedDraft:
    """Return the draft of what is stated; `records` are those of one answer, not empty."""
    group, others = _group(records)
    ordered = sorted(group, key=_trust)
    published = [one for one in ordered if one.type != "online"]
    main = (published or ordered)[0]
    same = [one for one in (published or ordered) if _same_version(main, one, names)]
    found: dict[str, Any] = {"type": main.type, "venue": main.venue, "year": main.year}
    found["title"] = main.title
    found["authors"] = _authors(main, ordered)
    for name in (*_COPIED, "doi"):
        found[name] = next(filter(None, (getattr(one, name) for one in same)), "")
    found["eprint"] = next(filter(None, (one.eprint for one in ordered)), "")
    found["url"] = next(filter(None, (one.url for one in same)), "")
    draft = _draft(main, found)
    draft.abstract = max((one.abstract for one in group), key=len)
    made = StatedDraft(draft, others=others)
    made.sources = [one for work in ordered if (one := _source(work, found, names))]
    made.disagreements = _disagreements(same, found)
    titles = (one.title for one in ordered)
    made.titles = [one for one in dict.fromkeys(titles) if _letters(one) != _letters(main.title)]
    rest = [one for one in published if one not in same]
    made.versions = [_version(one) for one in rest]
    return made


def _group(records: Sequence[StatedWork]) -> tuple[list[StatedWork], list[StatedWork]]:
    """Return the records of the work that the first means, and those of other works."""
    first = records[0]
    group = [
        one
        for one in records
        if same_title(first.title, one.title) and same_people(first.authors, one.authors)
    ]
    return group, [one for one in records if one not in group]


def _trust(work: StatedWork) -> int:
    return TRUSTED.index(work.source) if work.source in TRUSTED else len(TRUSTED)


def _same_version(main: StatedWork, other: StatedWork, names: VenueNames) -> bool:
    if other is main:
        return True
    if main.type == "online" or other.type == "online":
        return main.type == other.type
    near = not main.year or not other.year or abs(main.year - other.year) <= 1
    return near and _same_venue(main.venue, other.venue, names)


def _same_venue(one: str, other: str, names: VenueNames) -> bool:
    if not one or not other:
        return True
    first, second = names.find(one).venue, names.find(other).venue
    if first or second:
        return first == second
    return words(one) == words(other)


def _authors(main: StatedWork, ordered: Sequence[StatedWork]) -> tuple[str, ...]:
    """Return the authors: split by the source, not guessed, and with full given names."""
    lists = [one for one in ordered if same_list(main.authors, one.authors)] or [main]
    return min(lists, key=lambda one: (_initials(one), one.names_guessed)).authors


def _initials(work: StatedWork) -> int:
    """Return how many authors have initials for given names."""
    return sum(bool(re.fullmatch(r"(?:\w\.?[\s-]*)*", given(name))) for name in work.authors)


def _draft(main: StatedWork, found: dict[str, Any]) -> Draft:
    draft = Draft(main.where, "", found["type"])
    draft.title, draft.author = found["title"], list(found["authors"])
    draft.year, draft.venue = found["year"], found["venue"]
    if found["type"] in _ISSUED:
        draft.institution = found["publisher"]
    else:
        draft.publisher = found["publisher"]
    kept = ("volume", "number", "pages", "doi", "eprint", "url")
    draft.fields = {name: found[name] for name in kept if found[name]}
    return draft


def _source(work: StatedWork, found: dict[str, Any], names: VenueNames) -> dict[str, Any] | None:
    """Return which of the used values a source states."""
    stated = work.fields()
    fields = [
        {"authors": "author"}.get(name, name)
        for name, value in stated.items()
        if name not in {"type", "openreview"}
        and found.get(name)
        and _equal(name, value, found[name], names)
    ]
    return {"source": work.source, "where": work.where, "fields": fields} if fields else None


def _equal(name: str, one: Any, other: Any, names: VenueNames | None = None) -> bool:
    if name == "authors":
        return same_list(one, other)
    if name == "title":
        return _letters(one) == _letters(other)
    if name == "venue" and names:
        return _same_venue(one, other, names)
    if name == "pages":
        return re.split(r"\W+", one) == re.split(r"\W+", other)
    return str(one).lower() == str(other).lower()


def _disagreements(same: Sequence[StatedWork], found: dict[str, Any]) -> list[dict[str, str]]:
    made: dict[tuple[str, str], list[str]] = {}
    for work in same:
        for name in _DETAILS:
            value = getattr(work, name)
            if value and found[name] and not _equal(name, value, found[name]):
                written = "; ".join(value) if name == "authors" else str(value)
                made.setdefault((name, written), []).append(work.source)
    return [
        {
            "field": {"authors": "author"}.get(name, name),
            "value": value,
            "source": ", ".join(sources),
        }
        for (name, value), sources in made.items()
    ]


def _version(work: StatedWork) -> str:
    doi = f", DOI {work.doi}" if work.doi else ""
    return f"{work.source} has it also in {work.venue or 'a book'} {work.year or ''}".strip() + doi


def _letters(title: str) -> str:
    return "".join(words(title))
