"""Read notes of OpenReview: what its API returns, saved as JSON or JSON Lines.

Format: `{"notes": [...]}`; in API 1 a value of `content` is the value, in API 2 it is
`{"value": ...}`: https://docs.openreview.net/reference/api-v2/entities/note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf.readers.json_lines import (
    json_file,
    json_lines,
    listed,
    named,
    opened,
    text_of,
)
from dltheory_bib.shelf.refusals import UNDATED, UNTITLED, Refused

NAME = "openreview"
LICENCE = "CC BY 4.0 (as its terms of use say of submissions)"
_NOT_PUBLISHED = re.compile(r"(?i)\b(?:submitted|submission|reject\w*|withdrawn|desk)\b")
_TRACKS = ("workshop", "blog", "datasets", "tiny papers", "journal track")


def files(path: Path) -> list[Path]:
    """Return the file if it holds notes, or those in a folder."""
    if path.is_dir():
        return [one for one in sorted(path.glob("*openreview*.json*")) if _is_ours(one)]
    return [path] if ".json" in path.name and _is_ours(path) else []


def read(path: Path) -> Iterator[StatedWork | Refused]:
    """Yield the records of one file."""
    if path.name.removesuffix(".gz").endswith(".jsonl"):
        for note in json_lines(path):
            yield note if isinstance(note, Refused) else _record(note)
        return
    whole = json_file(path)
    for note in listed(whole if isinstance(whole, list) else named(whole).get("notes")):
        yield _record(named(note))


def _record(note: dict[str, Any]) -> StatedWork | Refused:
    content = {name: _value(one) for name, one in named(note.get("content")).items()}
    key, title = text_of(note.get("forum") or note.get("id")), text_of(content.get("title"))
    if not title:
        return Refused(key, UNTITLED)
    venue, venue_id = text_of(content.get("venue")), text_of(content.get("venueid"))
    if _NOT_PUBLISHED.search(venue) or _NOT_PUBLISHED.search(venue_id.replace("_", " ")):
        return Refused(key, "was not accepted, or is not decided")
    if not venue and not venue_id:
        return Refused(key, "names no venue")
    years = re.findall(r"\b(?:19|20)\d\d\b", f"{venue} {venue_id}")
    where = f"{venue} {venue_id.replace('_', ' ')}".lower()
    return StatedWork(
        source=NAME,
        where=key,
        date=UNDATED,
        title=title,
        authors=tuple(filter(None, map(text_of, listed(content.get("authors"))))),
        year=int(years[0]) if years else 0,
        venue=venue or venue_id,
        url=f"https://openreview.net/forum?id={key}",
        track=next((one for one in _TRACKS if one in where), ""),
    )


def _value(value: Any) -> Any:
    return value.get("value") if isinstance(value, dict) else value


def _is_ours(path: Path) -> bool:
    with opened(path) as stream:
        start = stream.read(20_000)
    return b'"content"' in start and (b'"forum"' in start or b'"notes"' in start)
