"""The name of a venue in the year of a work."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from dltheory_bib.errors import UnknownNameError
from dltheory_bib.text.names import nearest

if TYPE_CHECKING:
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Period, Venue


def venue_name(paper: Paper, venues: Mapping[str, Venue]) -> str:
    """Return a venue's short name in the year of the work; "arXiv" for a preprint, else empty."""
    if paper.venue:
        return venues[paper.venue].in_year(paper.year).short
    return "arXiv" if paper.is_preprint else ""


def period_of(paper: Paper, venues: Mapping[str, Venue]) -> Period | None:
    """Return the names of the work's venue in its year; None if the work has no venue.

    Raises `UnknownNameError` for a venue that is not in `venues`.
    """
    if paper.venue is None:
        return None
    if paper.venue not in venues:
        raise UnknownNameError("venue", paper.venue, nearest(paper.venue, venues))
    return venues[paper.venue].in_year(paper.year)


def venue_in_full(paper: Paper, period: Period, *, short: bool = False) -> str:
    """Fill the placeholders of a venue's name; a placeholder without a value leaves no gap."""
    template = period.short if short else period.long
    return _filled(template, paper.year, period.ordinal_from, paper.volume or "")


# The works of a volume share its name.
@lru_cache(1_000)
def _filled(template: str, year: int, ordinal_from: int | None, volume: str) -> str:
    count = year - ordinal_from if ordinal_from is not None else 0
    name = template.replace("{ordinal}", _ordinal(count) if count > 0 else "")
    name = name.replace("{year}", str(year)).replace("{volume}", volume)
    return " ".join(name.split())


def names_volume(period: Period, *, short: bool = False) -> bool:
    """Return whether the venue's name contains the volume, so that it is not repeated."""
    return "{volume}" in (period.short if short else period.long)


def _ordinal(count: int) -> str:
    """Return an English ordinal in digits.

    >>> [_ordinal(count) for count in (1, 2, 3, 4, 11, 12, 13, 21, 35, 111)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '35th', '111th']
    """
    teens = count % 100 in {11, 12, 13}
    suffix = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{suffix}"
