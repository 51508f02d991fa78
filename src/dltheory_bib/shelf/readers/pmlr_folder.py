"""Read a volume of the Proceedings of Machine Learning Research: a repository mlresearch/vNN.

Format: `_posts/*.md`, each with a front matter in YAML, as in
https://github.com/mlresearch/papersite.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from dltheory_bib.input_files import read_text
from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf.readers.json_lines import listed, named, text_of, year_of
from dltheory_bib.shelf.refusals import UNDATED, UNTITLED, Refused
from dltheory_bib.text.latex import from_latex

NAME = "pmlr"
LICENCE = "CC BY 4.0 (papers; the metadata state none)"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def files(path: Path) -> list[Path]:
    """Return the posts of a volume's folder."""
    return sorted(path.glob("_posts/*.md")) if path.is_dir() else []


def read(path: Path) -> Iterator[StatedWork | Refused]:
    """Yield the record of one post."""
    _, mark, rest = read_text(path).text.partition("---\n")
    try:
        post = named(yaml.load(rest.partition("\n---")[0], _Loader)) if mark else {}
    except (yaml.YAMLError, RecursionError, ValueError):
        yield Refused(path.stem, "is no YAML")
        return
    title = text_of(post.get("title"))
    if not title:
        yield Refused(path.stem, UNTITLED)
        return
    volume = text_of(post.get("volume"))
    yield StatedWork(
        source=NAME,
        where=text_of(post.get("id")) or path.stem,
        date=UNDATED,
        title=from_latex(title) if "\\" in title or "$" in title else title,
        authors=tuple(filter(None, map(_name, listed(post.get("author"))))),
        year=_year(post),
        venue=text_of(post.get("container-title")) or text_of(post.get("booktitle")),
        volume=volume,
        pages=text_of(post.get("page")),
        url=f"https://proceedings.mlr.press/v{volume}/{text_of(post.get('id'))}.html",
    )


def _name(person: Any) -> str:
    about = named(person)
    family, given = text_of(about.get("family")), text_of(about.get("given"))
    return f"{family}, {given}" if family and given else family or given


def _year(post: dict[str, Any]) -> int:
    for parts in listed(named(post.get("issued")).get("date-parts")):
        value = listed(parts)[0] if listed(parts) else parts
        if year_of(value):
            return year_of(value)
    return year_of(str(post.get("date") or ""))
