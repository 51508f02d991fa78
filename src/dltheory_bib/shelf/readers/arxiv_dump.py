"""Read arXiv's metadata: JSON Lines, an object for each paper.

Format: the dataset that Cornell University publishes (`arxiv-metadata-oai-snapshot.json`), whose
fields are `id`, `title`, `authors_parsed`, `journal-ref`, `doi`, `versions`, `update_date`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf.readers.json_lines import json_lines, listed, named, opened, text_of
from dltheory_bib.shelf.refusals import UNDATED, UNTITLED, Refused
from dltheory_bib.text.identifiers import arxiv_year
from dltheory_bib.text.latex import from_latex

NAME = "arxiv"
LICENCE = "CC0 (metadata)"


def files(path: Path) -> list[Path]:
    """Return the file if it is this dump's, or those in a folder."""
    if path.is_dir():
        return [one for one in sorted(path.glob("*arxiv*.json*")) if _is_ours(one)]
    return [path] if ".json" in path.name and _is_ours(path) else []


def read(path: Path) -> Iterator[StatedWork | Refused]:
    """Yield the records of one file."""
    for paper in json_lines(path):
        yield paper if isinstance(paper, Refused) else _record(paper)


def _record(paper: dict[str, Any]) -> StatedWork | Refused:
    key, title = text_of(paper.get("id")), _plain(text_of(paper.get("title")))
    if not title or not key:
        return Refused(key, UNTITLED)
    try:
        year = arxiv_year(key)
    except ValueError:
        return Refused(key, "has no arXiv id")
    names = (listed(one) for one in listed(paper.get("authors_parsed")))
    return StatedWork(
        source=NAME,
        where=key,
        date=UNDATED,
        title=title,
        authors=tuple(filter(None, map(_name, names))),
        year=_first_year(paper) or year,
        doi=text_of(paper.get("doi")).split(" ")[0].lower(),
        eprint=key,
        url=f"https://arxiv.org/abs/{key}",
    )


def _name(parts: list[Any]) -> str:
    family, given, suffix = (_plain(text_of(one)) for one in [*parts, "", "", ""][:3])
    return ", ".join(filter(None, (family, suffix, given)))


def _first_year(paper: dict[str, Any]) -> int:
    """Return the year of the first version: "Mon, 2 Apr 2007 19:18:42 GMT"."""
    versions = listed(paper.get("versions"))
    created = text_of(named(versions[0]).get("created")) if versions else ""
    found = re.search(r"\b(?:19|20)\d\d\b", created)
    return int(found[0]) if found else 0


def _plain(text: str) -> str:
    return from_latex(text) if "\\" in text or "{" in text or "$" in text else text


def _is_ours(path: Path) -> bool:
    with opened(path) as stream:
        start = stream.readline(1 << 20)
    return b'"authors_parsed"' in start or (b'"submitter"' in start and b'"id"' in start)
