"""Compare two lists of authors, however their names are written.

Accents, capitals, initials, hyphens, middle names, "Family, Given" or not, and the order of family
and given name make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from dltheory_bib.text.names import fold, words

Outcome = Literal["same", "order", "fewer", "more", "names", "others"]

ANONYMOUS = "anonymous"
"""The name of an author who is not to be known yet."""
_ALIKE = 0.8
"""The similarity (Ratcliff-Obershelp ratio) of family names that differ by a slip."""
_SHORT_FORM = 4
"""The letters of the shortest given name that may be the end of a longer one."""
_SHORTEST_FAMILY = 3
_LONGEST_PARTICLE = 3
_LONG = 5
"""The letters of the shortest family name in which a slip is looked for."""


class Authors(NamedTuple):
    """The outcome of a comparison, with the names that are concerned."""

    outcome: Outcome
    """`same`; the same in another `order`; `fewer` or `more` than there are; some other `names`;
    less than half in common, also if a slip in a name is forgiven (`others`).
    """
    names: tuple[str, ...] = ()


class _Name(NamedTuple):
    written: str
    family: str
    """The last word of the family name, folded."""
    rest: tuple[str, ...]
    """The other words, folded."""
    parts: frozenset[str] = frozenset()
    """The words of a family name of two: "Bouchard-Côté", or "Garriga Alonso" before a comma."""


def compare_authors(
    theirs: Sequence[str], ours: Sequence[str], and_others: bool = False
) -> Authors:
    """Compare the authors of an entry with those of a record; `and_others`: it names some only."""
    cited, known = [_read(name) for name in theirs], [_read(name) for name in ours]
    expected = known[: len(cited)] if and_others else known
    if len(cited) == len(expected) and all(map(_is_same, cited, expected)):
        return Authors("same")
    # "Anonymous submission" as well.
    if len(cited) == 1 and ANONYMOUS in (cited[0].family, *cited[0].rest) and known:
        return Authors("fewer", tuple(one.written for one in known))
    pairs = _paired(cited, known)
    unpaired = [one for one, other in zip(cited, pairs, strict=True) if other is None]
    unknown = [one.written for one in unpaired]
    strangers = [one for one in unpaired if not any(_may_be(one, other) for other in known)]
    some = 2 * len(strangers) > len(cited) or len(strangers) == len(cited)
    if some and not (known and len(cited) - len(unpaired) == len(known)):
        return Authors("others", tuple(unknown))
    taken = {index for index in pairs if index is not None}
    missing = [one.written for index, one in enumerate(known) if index not in taken]
    if not unknown and not missing:
        return Authors("order")
    if not unknown:
        return Authors("same" if and_others else "fewer", tuple(missing))
    if not missing:
        return Authors("more", tuple(unknown))
    return Authors("names", tuple(unknown))


def _read(name: str) -> _Name:
    plain = _SUFFIX.sub("", name.strip("{} "))
    before, comma, after = plain.partition(",")
    mixed = not plain.isupper()  # "YIFEI LI" has no initials
    parts = words(before) if comma else words(_INITIALS.sub(_apart, plain) if mixed else plain)
    given = words(_INITIALS.sub(_apart, after) if mixed else after)
    family = parts if comma else words(plain.split()[-1]) if plain.split() else []
    double = frozenset(one for one in family if len(one) >= _LONG) if len(family) == 2 else ()
    return _Name(name, parts[-1] if parts else "", (*given, *parts[:-1]), frozenset(double))


# "AL Blum" and "Blum, AL" have two initials; "LI, Wei" has none.
_INITIALS = re.compile(r"(?<![\w.-])([A-Z]{2,3})(?![\w.-])(?=.*[a-z]|\s*\Z)")


# "Hal Daumé III"; some sources take the suffix for the family name: "III, Hal Daume".
_SUFFIX = re.compile(r"(?i),?\s+(?:jr|sr|ii|iii|iv)\.?\s*(?=,|\Z)|\A(?:jr|sr|ii|iii|iv)\.?,\s*")


def _apart(found: re.Match[str]) -> str:
    return " ".join(found[1])


def _paired(cited: list[_Name], known: list[_Name]) -> list[int | None]:
    """Return for each cited name the index of the known name that it is, each at most once."""
    free = dict(enumerate(known))
    found: list[int | None] = []
    for one in cited:
        index = next((number for number, other in free.items() if _is_same(one, other)), None)
        if index is not None:
            del free[index]
        found.append(index)
    return found


def _is_same(one: _Name, other: _Name) -> bool:
    if _plain(one.family) == _plain(other.family):
        return _given_agree(one.rest, other.rest)
    everything, all_of_other = {one.family, *one.rest}, {other.family, *other.rest}
    # "Wei Wang" and "Wang Wei"; "Garriga Alonso, A." and "A. Garriga-Alonso".
    if everything == all_of_other and len(everything) > 1:
        return True
    ways = ((one, other), (other, one))
    return any(_swapped(*both) or _is_half(*both) or _is_joined(*both) for both in ways)


def _is_half(one: _Name, other: _Name) -> bool:
    """Return whether a family name is one half of another's, and the given names are the same."""
    if one.family not in other.parts or not one.rest:
        return False
    given = tuple(word for word in other.rest if word not in other.parts)
    return bool(given) and one.rest[0] == given[0]


def _is_joined(one: _Name, other: _Name) -> bool:
    """Return whether a name is another with a particle that became a given name: "Yann LeCun" and
    "Cun, Yann L.".
    """
    if len(other.rest) < 2 or not one.rest or len(other.family) < _SHORTEST_FAMILY:
        return False
    particle = one.family.removesuffix(other.family)
    joined = particle != one.family and 1 < len(particle) <= _LONGEST_PARTICLE
    return joined and particle.startswith(other.rest[-1]) and one.rest[0][0] == other.rest[0][0]


def _may_be(one: _Name, other: _Name) -> bool:
    """Return whether a name can be another with a slip in the family name, or in the given one."""
    ours, theirs = _plain(one.family), _plain(other.family)
    if len(ours) < _LONG or len(theirs) < _LONG:
        return False
    return ours == theirs or SequenceMatcher(None, ours, theirs, False).ratio() >= _ALIKE


def _swapped(one: _Name, other: _Name) -> bool:
    """Return whether one name is written with the family name first, and an initial."""
    first = one.rest[0] if len(one.rest) == 1 else ""
    return (
        _plain(first) == _plain(other.family)
        and bool(first)
        and len(one.family) > 1
        and (_given_agree((one.family,), other.rest) and bool(other.rest))
    )


def _given_agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether given names can be those of one person; what is left out is not compared."""
    if not one or not other:
        return True
    if any(map(_alike, one, other)):
        return True
    # "J. Scott Armstrong" and "Scott Armstrong"; "Xuan-Long" and "Xuanlong".
    if any(_alike(a, b) for a in one for b in other if min(len(a), len(b)) > 1):
        return True
    # "Sanmi" and "Oluwasanmi".
    if any(len(b) >= _SHORT_FORM and a.endswith(b) for a, b in _both_ways(one, other)):
        return True
    joined, theirs = "".join(one), "".join(other)
    return joined.startswith(theirs) or theirs.startswith(joined)


def _both_ways(one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for a in one:
        for b in other:
            yield a, b
            yield b, a


def _alike(one: str, other: str) -> bool:
    """Return whether two given names are the same, or one is an initial or a short form."""
    short, long = sorted((one, other), key=len)
    if long.startswith(short):
        return True
    # "Russ" and "Ruslan", "Misha" and "Mikhail": no list of short forms is complete.
    return short[:1] == long[:1]


def _plain(name: str) -> str:
    """Return a name without the letters in which transliterations differ."""
    made = fold(name)
    for written, short in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("yu", "iu"), ("y", "i")):
        made = made.replace(written, short)
    return made
