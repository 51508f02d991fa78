"""What every reader of a dump yields: a record of a work, or a refusal with its reason."""

from __future__ import annotations

from typing import NamedTuple


class ShelfRecord(NamedTuple):
    """A work as one source describes it. Nothing in it was checked."""

    id: str
    """Its id in the source."""
    title: str
    """As plain text: no LaTeX, no markup."""
    authors: tuple[str, ...] = ()
    """Names as "Family, Given", or as the source writes them if it does not say which is which."""
    year: int = 0
    """0 if the source gives none."""
    venue: str = ""
    """The journal or conference as the source names it; empty for a preprint."""
    volume: str = ""
    pages: str = ""
    doi: str = ""
    arxiv: str = ""
    """The arXiv id without a version."""
    url: str = ""
    track: str = ""
    """What kind of satellite of the venue it belongs to (workshop, blog, datasets, …); empty for
    the venue itself."""


class Refused(NamedTuple):
    """A record of a source that does not go onto the shelf."""

    id: str
    """Its id in the source, or its place there."""
    reason: str
    """Why, in words that are the same for all records of a kind."""


class SourceError(Exception):
    """A source that cannot be read, or is none of those that are known."""


UNTITLED = "has no title"
NO_JSON = "is no JSON"
NOT_A_WORK = "is no work: a home page, a volume, front matter"
"""Reasons that several readers give."""
