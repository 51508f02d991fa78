"""Decide whether what a source states is the work that was asked for.

A source may answer with another work of the same title, with the work that a mistyped identifier
belongs to, or with a review of the work. Titles and authors decide, as far as they are known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from dltheory_bib.lookup.protocol import Reference, StatedWork
from dltheory_bib.text.names import family, fold, is_collective, searchable, unbraced, words

ALIKE = 0.93
"""Titles with at least this similarity (Ratcliff-Obershelp ratio of their letters) may be the same;
`source.rules.duplicates` uses the same number.
"""
AKIN = 0.6
"""Titles of one work under two names have at least this similarity; `bibfile.match` uses the same
number.
"""
SHORTEST_PART = 12
"""Letters of a title that counts as the whole if another has a subtitle after it."""
_NUMERAL = re.compile(r"(?:[ivx]+[ab]?|\d+)")
_PARTICLES = frozenset(
    "da das de del della den der des di do dos du el la le van vom von zu zum zur".split()  # noqa: SIM905
)
_SUFFIXES = frozenset({"jr.", "jr", "sr.", "sr", "ii", "iii", "iv"})


def is_same(reference: Reference, work: StatedWork) -> bool:
    """Return whether a stated work can be the one that a reference means.

    What one of them lacks is not compared. Titles have to agree; of the authors, at least half of
    those in the reference have to be among the work's.
    """
    titled = not reference.title or not work.title or same_title(reference.title, work.title)
    return titled and same_people(reference.authors, work.authors)


def same_title(one: str, other: str) -> bool:
    """Return whether two titles name one work: up to a few letters, or a subtitle.

    >>> same_title("Deep {ReLU} networks", "Deep ReLU Networks.")
    True
    >>> same_title("Tensor Programs II", "Tensor Programs III")
    False
    """
    first, second = _letters(one), _letters(other)
    if first == second:
        return True
    if _main(one) == second or _main(other) == first:
        return True
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return False
    differing = set(words(one)) ^ set(words(other))
    if differing and all(_NUMERAL.fullmatch(word) for word in differing):
        return False
    return matcher.ratio() >= ALIKE


def akin_title(one: str, other: str) -> bool:
    """Return whether a title may be another printed shorter, or an earlier one of the work."""
    first, second = _letters(one), _letters(other)
    if not first or not second or first.startswith(second) or second.startswith(first):
        return True
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.real_quick_ratio() >= AKIN and matcher.ratio() >= AKIN


def same_people(some: Sequence[str], people: Sequence[str]) -> bool:
    """Return whether at least half of some names are among others, by the last word of the family
    name; true if either list is empty.

    A name without a comma may have the family name first, as in some reference lists: `Jin Chi`.
    """
    wanted = [one for one in map(_may_be_family, some) if one]
    there = set(_families(people))
    if not wanted or not there:
        return True
    return 2 * sum(bool(names & there) for names in wanted) >= len(wanted)


def same_list(some: Sequence[str], people: Sequence[str]) -> bool:
    """Return whether two lists name the same people in the same order, by family names."""
    return _families(some) == _families(people)


def inverted(name: str) -> str:
    """Return a name in reading order as `Family, Given`; the family name is a guess.

    >>> inverted("Sham M. Kakade"), inverted("Ulrike von Luxburg"), inverted("John Doe Jr.")
    ('Kakade, Sham M.', 'von Luxburg, Ulrike', 'Doe, Jr., John')
    """
    if "," in name or is_collective(name):
        return name
    parts = name.split()
    suffix = parts.pop() if len(parts) > 2 and parts[-1].lower() in _SUFFIXES else ""
    if len(parts) < 2:
        return name.strip()
    start = len(parts) - 1
    while start > 1 and parts[start - 1] in _PARTICLES:
        start -= 1
    last, first = " ".join(parts[start:]), " ".join(parts[:start])
    return ", ".join(part for part in (last, suffix, first) if part)


def _letters(title: str) -> str:
    return "".join(words(searchable(unbraced(title).replace("$", " "))))


def _main(title: str) -> str:
    """Return the letters of a title before its subtitle; nothing if they are too few."""
    before, colon, _ = unbraced(title).partition(": ")
    letters = _letters(before) if colon else ""
    return letters if len(letters) >= SHORTEST_PART else "\0"


def _may_be_family(name: str) -> set[str]:
    if "," in name or is_collective(name):
        return set(_families([name]))
    return {word for word in words(fold(name)) if len(word) > 1}


def _families(names: Sequence[str]) -> list[str]:
    """Return the last words of family names, folded."""
    found = []
    for name in names:
        plain = family(inverted(name))
        parts = words(fold(plain))
        if parts:
            found.append(parts[-1])
    return found
