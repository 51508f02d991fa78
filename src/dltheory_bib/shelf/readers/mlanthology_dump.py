"""Read ML Anthology: proceedings and journals of machine learning.

Format: the repository rbnyng/mlanthology, `data/papers/VENUE-YEAR.json.gz` (an object with
`papers`) and `data/legacy/*.jsonl.gz` (a paper in each line).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf.readers.json_lines import (
    json_file,
    json_lines,
    listed,
    named,
    text_of,
    year_of,
)
from dltheory_bib.shelf.refusals import UNDATED, UNTITLED, Refused

NAME = "mlanthology"
LICENCE = "that of its sources; code MIT"


def files(path: Path) -> list[Path]:
    """Return the files of the dump in a folder, or the file itself; empty if it is none."""
    if path.is_dir():
        return [
            *sorted(path.glob("data/papers/*.json*")),
            *sorted(path.glob("data/legacy/*.jsonl*")),
        ]
    name = path.name.removesuffix(".gz")
    return [path] if name.endswith((".json", ".jsonl")) and _is_ours(path) else []


def read(path: Path) -> Iterator[StatedWork | Refused]:
    """Yield the records of one file."""
    if path.name.removesuffix(".gz").endswith(".jsonl"):
        for paper in json_lines(path):
            yield paper if isinstance(paper, Refused) else _record(paper)
        return
    whole = named(json_file(path))
    for paper in listed(whole.get("papers")):
        yield _record(named(paper))


def _record(paper: dict[str, Any]) -> StatedWork | Refused:
    key, title = text_of(paper.get("bibtex_key")), text_of(paper.get("title"))
    if not title:
        return Refused(key, UNTITLED)
    people = (named(one) for one in listed(paper.get("authors")))
    venue = text_of(paper.get("venue"))
    name = text_of(paper.get("venue_name")) or venue
    # Of a conference that is not among its own, such as ECML PKDD, it says "workshop" as well.
    is_workshop = text_of(paper.get("venue_type")) == "workshop" and (
        not name or "workshop" in name.lower()
    )
    return StatedWork(
        source=NAME,
        where=key,
        date=UNDATED,
        title=title,
        authors=tuple(filter(None, map(_name, people))),
        year=year_of(paper.get("year")),
        venue=name,
        volume=text_of(paper.get("volume")),
        pages=text_of(paper.get("pages")),
        doi=text_of(paper.get("doi")).lower(),
        url=text_of(paper.get("venue_url")) or text_of(paper.get("openreview_url")),
        track="workshop" if is_workshop else "",
        # "dblp+s2": the record is DBLP's, the abstract Semantic Scholar's.
        origin=text_of(paper.get("source")).partition("+")[0],
    )


def _name(person: dict[str, Any]) -> str:
    family, given = text_of(person.get("family")), text_of(person.get("given"))
    return f"{family}, {given}" if family and given else family or given


def _is_ours(path: Path) -> bool:
    from dltheory_bib.shelf.readers.json_lines import opened

    with opened(path) as stream:
        return b'"bibtex_key"' in stream.read(5000)
