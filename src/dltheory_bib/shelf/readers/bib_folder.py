"""Read a folder of .bib files, and of RIS and CSL-JSON, as one source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dltheory_bib.bibfile.importers import Draft, read_drafts
from dltheory_bib.errors import DataError
from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf.refusals import UNDATED, UNTITLED, Refused, SourceError

NAME = "bib"
LICENCE = "yours"


def files(path: Path) -> list[Path]:
    """Return the .bib and .ris files of a folder and of those in it, or the file itself."""
    if path.is_dir():
        return sorted(one for one in path.rglob("*") if one.suffix.lower() in {".bib", ".ris"})
    return [path] if path.suffix.lower() in {".bib", ".ris"} else []


def read(path: Path) -> Iterator[StatedWork | Refused]:
    """Yield the records of one file; an entry that could not be parsed is refused."""
    try:
        drafts, notes = read_drafts(path)
    except DataError as error:
        raise SourceError("; ".join(one.message for one in error.problems)) from error
    for note in notes:
        if f"{path.name}:" in note:  # other notes are on fields, or on the whole file
            yield Refused(note, "cannot be parsed")
    for draft in drafts:
        yield _record(draft)


def _record(draft: Draft) -> StatedWork | Refused:
    if not draft.title:
        return Refused(draft.where, UNTITLED)
    fields = draft.fields
    return StatedWork(
        source=NAME,
        where=draft.key or draft.where,
        date=UNDATED,
        title=draft.title,
        authors=tuple(draft.author),
        year=draft.year or 0,
        venue=draft.venue,
        volume=fields.get("volume", ""),
        pages=fields.get("pages", ""),
        doi=fields.get("doi", "").lower(),
        eprint=fields.get("eprint", ""),
        url=fields.get("url", ""),
        # The keys of the entries that DBLP writes.
        origin="dblp" if draft.key.startswith("DBLP:") else "",
    )
