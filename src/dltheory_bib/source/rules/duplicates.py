"""Rules that find duplicates: works, summaries, and people's names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Person
from dltheory_bib.source.catalogue import Catalogue, Located
from dltheory_bib.source.rules.findings import Finding, Known
from dltheory_bib.text.names import family, fold, given, unbraced, words

SAME_TITLE = 0.93
"""Titles with at least this similarity (Ratcliff-Obershelp, 0 to 1) by the same authors are
suspect.
"""

_MOST_COMPARED = 100
"""The most works by the same authors, and spellings of one name, that one is compared with."""
_NUMERALS = re.compile(r"(?:[ivx]+[ab]?|\d+)")


class Issue(NamedTuple):
    """Where a work was published, as far as it tells two works of one title apart."""

    type: str
    venue: str | None
    year: str
    parts: tuple[str | None, ...]
    """Volume, number and pages."""

    @classmethod
    def of(cls, paper: Paper) -> Issue:
        """Return the issue of a record."""
        parts = (paper.volume, paper.number, paper.pages)
        return cls(paper.type, paper.venue, str(paper.year), parts)

    def is_apart(self, other: Issue) -> bool:
        """Return whether the two are in different issues of one venue, as the columns of a journal
        are, which share title and author.
        """
        if self.venue is None or self.venue != other.venue:
            return False
        years = self.year != other.year
        pairs = zip(self.parts, other.parts, strict=True)
        parts = any(one and two and one != two for one, two in pairs)
        return years or parts if self.type == other.type == "article" else years and parts


def check_same_works(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that no two records with nearly equal titles and the same authors are the same work,
    unless they are in different issues of one journal.
    """
    groups: dict[tuple[str, ...], list[Located[Paper]]] = defaultdict(list)
    for at in catalogue.papers:
        groups[group_of(at.record.author)].append(at)
    for works in groups.values():
        if len(works) == 1:
            continue
        group = [(words(unbraced(at.record.title)), at) for at in works]
        first: dict[tuple[str, ...], Located[Paper]] = {}
        for number, (title, at) in enumerate(group):
            same = first.setdefault(tuple(title), at)
            compared = group[max(number - _MOST_COMPARED, 0) : number]
            issue = Issue.of(at.record)
            others = compared if same is at else [(title, same), *compared]
            suspects = (
                (words, one)
                for words, one in others
                if one.record.key != at.record.key and not issue.is_apart(Issue.of(one.record))
            )
            other = next((one for words, one in suspects if are_alike(title, words)), None)
            if other is not None:
                message = (
                    f"{other.record.key} has nearly the same title and the same authors; make "
                    "one record of two versions of a work, with the other version under "
                    "versions"
                )
                yield Finding(at, ("title",), "same-work", message)


def group_of(authors: Iterable[str]) -> tuple[str, ...]:
    """Return the family names of authors; works of the same group may be the same."""
    return tuple(sorted([fold(family(name)) for name in authors]))


def are_alike(one: list[str], other: list[str]) -> bool:
    """Return whether the words of two titles are nearly the same."""
    if one == other:
        return True
    title, theirs = " ".join(one), " ".join(other)
    both = len(title) + len(theirs)
    # The matcher is made only for titles that may be alike: making it takes most of the time.
    if 2 * min(len(title), len(theirs)) < SAME_TITLE * both:
        return False
    if 2 * (Counter(title) & Counter(theirs)).total() < SAME_TITLE * both:
        return False
    matcher = SequenceMatcher(None, title, theirs, autojunk=False)
    # Parts of a series differ only in a numeral: "Tensor Programs II" and "… III".
    differing = set(one) ^ set(other)
    if differing and all(_NUMERALS.fullmatch(word) for word in differing):
        return False
    return matcher.ratio() >= SAME_TITLE


def check_summaries(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that no two works have the same summary."""
    seen: dict[str, str] = {}
    for at in catalogue.papers:
        if not at.record.summary:
            continue
        other = seen.setdefault(fold(at.record.summary), at.record.key)
        if other != at.record.key:
            message = (
                f"the summary is the same as that of {other}; write what distinguishes this work"
            )
            yield Finding(at, ("summary",), "repeated-summary", message, "warning")


def check_people(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a spelling belongs to one person, unless each lists works."""
    settled: dict[str, list[Person]] = defaultdict(list)
    for at in catalogue.people:
        for number, name in enumerate((at.record.name, *at.record.aliases)):
            unlisted = (one for one in settled[name] if not (one.works and at.record.works))
            shared = next(unlisted, None)
            if shared and at.record.id != shared.id:
                path: tuple[str | int, ...] = ("aliases", number - 1) if number else ("name",)
                message = (
                    f"{name} also belongs to {shared.id}; list the works of each person under works"
                )
                yield Finding(at, path, "ambiguous-name", message)
            settled[name].append(at.record)


def check_spellings(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that similar spellings of a name are settled in people.yaml."""
    people = (at.record for at in catalogue.people)
    settled = {name for one in people for name in (one.name, *one.aliases)}
    spellings: dict[str, dict[str, Located[Paper]]] = defaultdict(dict)
    for at in catalogue.papers:
        for name in at.record.author:
            if name not in settled and "," in name:
                # Names with different initials are different people; without this shortcut, a
                # family name with thousands of bearers would need a million comparisons.
                spellings[fold(family(name)) + fold(given(name))[:1]].setdefault(name, at)
    for group in spellings.values():
        names = list(group)
        for number, name in enumerate(names):
            for other in names[max(number - _MOST_COMPARED, 0) : number]:
                if _compatible(given(name), given(other)):
                    at = group[name]
                    path = ("author", at.record.author.index(name))
                    message = (
                        f"{name} may be the same person as {other}; settle it in people.yaml, or "
                        "use one spelling"
                    )
                    yield Finding(at, path, "unsettled-name", message, "warning")


def _compatible(one: str, other: str) -> bool:
    """Return whether two given names may belong to one person: "Simon" and "Simon S.", "S." and
    "Simon".
    """
    first, second = words(one), words(other)
    if len(first) > len(second):
        first, second = second, first
    return bool(first) and all(
        a == b or (min(len(a), len(b)) == 1 and a[0] == b[0])
        for a, b in zip(first, second, strict=False)
    )
