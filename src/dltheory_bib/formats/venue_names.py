"""The names of a work's venue in its year, its publisher and its institution."""

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
    """Return the short name of the place where a work appeared.

    It is that of the venue in the year of the work, or "arXiv" for a preprint; for a work without
    either its institution or publisher, if it has one.
    """
    if paper.venue:
        return venues[paper.venue].in_year(paper.year).short
    return ("arXiv" if paper.is_preprint else place_in_full(paper, None)) or ""


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
    name = template.replace("{ordinal}", ordinal(count) if count > 0 else "")
    name = name.replace("{year}", str(year)).replace("{volume}", volume)
    return " ".join(name.split())


def place_in_full(paper: Paper, period: Period | None, *, short: bool = False) -> str | None:
    """Return the one name that a citation gives as the place of a work; None if it has none.

    It is the publisher of a book, the institution of a thesis or report, and otherwise the venue. A
    publisher or institution that the record itself has wins over the name of its venue.
    """
    venue = venue_in_full(paper, period, short=short) if period else None
    if paper.type == "book":
        return publisher_of(paper, period) or venue
    if paper.type in {"thesis", "report"}:
        return paper.institution or venue or paper.publisher
    return venue or paper.publisher or paper.institution


def publisher_of(paper: Paper, period: Period | None) -> str | None:
    """Return the publisher of a work or of its volume: that of the record, else of the venue."""
    return paper.publisher or (period.publisher if period else None)


def names_volume(period: Period, *, short: bool = False) -> bool:
    """Return whether the venue's name contains the volume, so that it is not repeated."""
    return "{volume}" in (period.short if short else period.long)


def ordinal(count: int) -> str:
    """Return an English ordinal in digits.

    >>> [ordinal(count) for count in (1, 2, 3, 4, 11, 12, 13, 21, 35, 111)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '35th', '111th']
    """
    teens = count % 100 in {11, 12, 13}
    suffix = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{suffix}"
