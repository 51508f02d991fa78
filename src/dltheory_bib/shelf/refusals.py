"""What a reader of a dump yields instead of a work: a refusal with its reason."""

from __future__ import annotations

import datetime
from typing import NamedTuple

UNDATED = datetime.date.min
"""The date of a work that a reader yields: a reader does not know the day of the dump."""


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
