"""Read the works of an OpenAlex snapshot: JSON Lines or Parquet.

Format: https://docs.openalex.org/download-all-data/openalex-snapshot, the folder `data/works` with
`updated_date=…/part_*.gz`; a work's fields as in https://docs.openalex.org/api-entities/works.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dltheory_bib.errors import MissingExtraError
from dltheory_bib.input_files import read_start
from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf.readers.json_lines import (
    json_lines,
    listed,
    named,
    opened,
    text_of,
    year_of,
)
from dltheory_bib.shelf.refusals import NOT_A_WORK, UNDATED, UNTITLED, Refused, SourceError
from dltheory_bib.text.identifiers import parse_identifier

NAME = "openalex"
LICENCE = "CC0"
_COLUMNS = (
    *("id", "doi", "title", "display_name", "publication_year", "type", "is_paratext"),
    *("authorships", "primary_location", "locations", "biblio"),
)
_PREFIX = "https://openalex.org/"


def files(path: Path) -> list[Path]:
    """Return the files of works in a snapshot's folder, or the file itself."""
    if path.is_dir():
        return sorted(
            one
            for pattern in ("**/works/**/*.gz", "**/works/**/*.parquet")
            for one in path.glob(pattern)
        )
    if path.suffix == ".parquet":
        return [path] if read_start(path, 4) == b"PAR1" else []
    return [path] if _is_ours(path) else []


def read(path: Path) -> Iterator[StatedWork | Refused]:
    """Yield the records of one file. Raises `MissingExtraError` for Parquet without pyarrow."""
    for work in _parquet(path) if path.suffix == ".parquet" else json_lines(path):
        yield work if isinstance(work, Refused) else stated_work(work)


def _parquet(path: Path) -> Iterator[dict[str, Any]]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise MissingExtraError("reading Parquet", "parquet") from error
    try:
        file = ParquetFile(path)
        columns = [one for one in _COLUMNS if one in file.schema_arrow.names]
        for batch in file.iter_batches(5000, columns=columns):
            yield from batch.to_pylist()
    except (ArrowException, OSError) as error:
        raise SourceError(f"{path.name} cannot be read: {error}") from error


def stated_work(work: dict[str, Any]) -> StatedWork | Refused:
    """Return the work that an object of OpenAlex states, or why it is none."""
    key = text_of(work.get("id")).removeprefix(_PREFIX)
    title = text_of(work.get("display_name")) or text_of(work.get("title"))
    if not title:
        return Refused(key, UNTITLED)
    if work.get("is_paratext") is True or text_of(work.get("type")) == "paratext":
        return Refused(key, NOT_A_WORK)
    place, biblio = named(work.get("primary_location")), named(work.get("biblio"))
    doi = parse_identifier(text_of(work.get("doi")))
    venue = text_of(named(place.get("source")).get("display_name"))
    return StatedWork(
        source=NAME,
        where=key,
        date=UNDATED,
        title=title,
        authors=tuple(filter(None, map(_name, listed(work.get("authorships"))))),
        year=year_of(work.get("publication_year")),
        venue="" if venue.lower().startswith("arxiv") else venue,
        volume=text_of(biblio.get("volume")),
        pages=_pages(biblio),
        doi=doi.folded if doi and doi.scheme == "doi" else "",
        eprint=_arxiv_id(work, text_of(work.get("doi"))),
        url=text_of(place.get("landing_page_url")),
    )


def _name(authorship: Any) -> str:
    about = named(authorship)
    return text_of(named(about.get("author")).get("display_name")) or text_of(
        about.get("raw_author_name")
    )


def _pages(biblio: dict[str, Any]) -> str:
    first, last = text_of(biblio.get("first_page")), text_of(biblio.get("last_page"))
    return f"{first}--{last}" if first and last and first != last else first


def _arxiv_id(work: dict[str, Any], doi: str) -> str:
    """Return the arXiv id: OpenAlex has no field for it, but its places and arXiv's DOI tell it."""
    places = [named(work.get("primary_location")), *map(named, listed(work.get("locations")))]
    for text in (doi, *(text_of(one.get("landing_page_url")) for one in places)):
        found = parse_identifier(text) if "arxiv" in text.lower() else None
        if found and found.scheme == "arxiv":
            return found.value
    return ""


def _is_ours(path: Path) -> bool:
    with opened(path) as stream:
        return b"openalex.org/W" in stream.readline(1 << 20)[:200]
