"""Export to Hayagriva YAML, the native bibliography format of Typst.

Its description defines the entry types and fields
(https://github.com/typst/hayagriva/blob/main/docs/file-format.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dltheory_bib.formats.venue_names import (
    names_volume,
    period_of,
    place_in_full,
    publisher_of,
    venue_in_full,
)
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Period, Venue
from dltheory_bib.text.maths import unicode_maths
from dltheory_bib.text.names import family, given, is_collective, suffix

_TYPES = {
    "article": "article",
    "inproceedings": "article",
    "incollection": "chapter",
    "book": "book",
    "thesis": "thesis",
    "report": "report",
    "online": "web",
    "software": "repository",
}
_PARENTS = {"article": "periodical", "inproceedings": "proceedings", "incollection": "anthology"}


def to_hayagriva(
    papers: Iterable[Paper],
    venues: Mapping[str, Venue],
    readable: Callable[[str], str] = unicode_maths,
) -> str:
    """Return a YAML mapping from citation key to entry, in the order given.

    Titles are `verbatim`, so that no style changes a capital; `readable` converts their mathematics
    to Unicode. Raises `UnknownNameError` for a paper
    whose venue is not in `venues`.
    """
    import yaml

    entries = {paper.key: _entry(paper, period_of(paper, venues), readable) for paper in papers}
    if not entries:
        return ""
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(entries, Dumper=dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return text


def _entry(paper: Paper, period: Period | None, readable: Callable[[str], str]) -> dict[str, Any]:
    kind = "article" if paper.is_preprint else _TYPES[paper.type]
    identifiers = {"doi": paper.doi, "arxiv": paper.eprint}
    entry: dict[str, Any] = {
        "type": kind,
        "title": {"value": readable(paper.plain_title), "verbatim": True},
        "author": [_person(name) for name in paper.author],
        "date": paper.year,
        "edition": paper.edition,
        "page-range": paper.pages,
        "url": paper.address,
        "serial-number": {name: value for name, value in identifiers.items() if value},
    }
    if paper.is_preprint:
        entry["parent"] = {"type": "repository", "title": "arXiv"}
    else:
        entry |= _place(paper, period)
    return {name: value for name, value in entry.items() if value}


def _place(paper: Paper, period: Period | None) -> dict[str, Any]:
    editors = [_person(name) for name in paper.editor]
    # Typst's styles print the publisher of a thesis or report, and no organisation.
    if period is None or paper.type not in _PARENTS:
        return {"editor": editors, "publisher": place_in_full(paper, period)}
    named = names_volume(period) and paper.type != "article"
    parent: dict[str, Any] = {
        "type": _PARENTS[paper.type],
        "title": {"value": venue_in_full(paper, period), "verbatim": True},
        "editor": editors,
        "volume": None if named else _number(paper.volume),
        "issue": _number(paper.number),
        "publisher": publisher_of(paper, period),
    }
    if period.series and paper.type != "article":
        parent["parent"] = {"type": "anthology", "title": period.series}
    return {"parent": {key: value for key, value in parent.items() if value}}


def _number(text: str | None) -> int | str | None:
    return int(text) if text and text.isdecimal() else text


def _person(name: str) -> str | dict[str, str]:
    """Split a name into named parts; an organisation's name may contain a comma, a family name a
    space.
    """
    if is_collective(name) or not given(name):
        return {"name": family(name)}
    parts = {"name": family(name), "given-name": given(name), "suffix": suffix(name)}
    return {part: value for part, value in parts.items() if value}
