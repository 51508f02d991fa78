"""Whether what an entry names as its place is a venue of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dltheory_bib.formats.latex import from_latex
from dltheory_bib.records.models import Venue
from dltheory_bib.records.names import words

_PLACEHOLDER = re.compile(r"\{[a-z]+\}")
_FILLING = frozenset({"the", "of", "on", "in", "for", "and"})
"""Words that abbreviated names of journals leave out."""


def names_venue(text: str, venue: Venue) -> bool:
    """Whether a name, with whatever LaTeX is in it, is one of the venue's in any year.

    A journal is known by its whole name, each word in full or abbreviated, for `Nature` is not
    `Nature Communications`. A conference may stand among other words (`Proc. of the 34th ICML`),
    but a workshop at it is another place, and so is a conference "on Machine Learning and …".
    """
    found = words(from_latex(text))
    names = [words(name) for name in _names(venue)]
    if venue.kind == "journal":
        return any(_is_short_for(found, name) for name in names)
    if "workshop" in found and not any("workshop" in name for name in names):
        return False
    plain = " ".join(found)
    return any(
        name and re.search(rf"\b{re.escape(' '.join(name))}\b(?! and\b)", plain) for name in names
    )


def _names(venue: Venue) -> Iterator[str]:
    yield venue.id.replace("-", " ")
    yield from venue.aliases
    for period in venue.periods:
        yield period.short
        yield _PLACEHOLDER.sub(" ", period.long)


def _is_short_for(text: list[str], name: list[str]) -> bool:
    """Whether each word of a text is a word of the name or an abbreviation of it, in order."""
    ours = [word for word in name if word not in _FILLING]
    theirs = [word for word in text if word not in _FILLING]
    return len(ours) == len(theirs) > 0 and all(map(_abbreviates, theirs, ours))


def _abbreviates(short: str, word: str) -> bool:
    """`Natl` for `National`: the same first letter, and the others in order."""
    rest = iter(word)
    return short[0] == word[0] and all(char in rest for char in short)
