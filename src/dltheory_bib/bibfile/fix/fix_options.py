"""The options of `fix`, and the names of what it changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from dltheory_bib.bibfile.fix.house_style import Gates
from dltheory_bib.correction_kinds import KINDS, Kind
from dltheory_bib.errors import UnknownNameError
from dltheory_bib.text.names import nearest

VenueStyle = Literal["as-is", "long", "short"]
"""How venues are named: unchanged, or by the catalogue's long or short names."""
What = Literal["published", "year", "title", "pages", "doi", "venue", "capitals", "authors"]
"""A change in an entry."""

_GATES: dict[Kind, tuple[str, ...]] = {
    "pages": ("article pages", "book pages", "article volume", "article number"),
    "dois": ("article doi", "book doi"),
    "names": ("names", "others"),
    "capitals": ("capitals",),
}


@dataclass(frozen=True, slots=True)
class FixOptions:
    """What is changed, and how."""

    kinds: frozenset[Kind]
    """The kinds of correction that are made."""
    refused: frozenset[Kind]
    """The kinds that are not made even as a part of an upgrade."""
    asked: Gates
    """The habits that do not count, because the user asked for a kind by its name."""
    keep_preprint: bool
    venues: VenueStyle


def options_of(
    only: Collection[str], no: Collection[str], *, keep_preprint: bool, venues: VenueStyle
) -> FixOptions:
    """Return checked options. Raises `UnknownNameError` for an unknown kind of correction."""
    known: dict[str, Kind] = {kind: kind for kind in KINDS}
    for name in (*only, *no):
        if name not in known:
            near = nearest(str(name), known, 2) or list(known)
            raise UnknownNameError("kind of correction", str(name), near)
    kinds = {known[name] for name in only or known} - {known[name] for name in no}
    asked = (gate for name in only for gate in _GATES.get(known[name], ()))
    refused = frozenset(known[name] for name in no)
    return FixOptions(frozenset(kinds), refused, frozenset(asked), keep_preprint, venues)
