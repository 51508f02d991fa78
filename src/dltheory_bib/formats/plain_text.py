"""Records for programs: tab-separated lines, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from dltheory_bib.formats.venue_names import names_volume, period_of, venue_in_full, venue_name
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.record import Record
from dltheory_bib.models.registries import Venue
from dltheory_bib.text.names import author_line, natural


def to_tsv(
    papers: Iterable[Paper], venues: Mapping[str, Venue], whys: Mapping[str, str] | None = None
) -> str:
    """One line a work, without a header: key, year, venue, authors, title, separated by tabs.

    A reading order's lines end with why the work stands there. No field holds a tab or a line
    break; the models refuse them.
    """
    lines = []
    for paper in papers:
        cells = [paper.key, str(paper.year), venue_name(paper, venues), author_line(paper.author)]
        cells.append(paper.plain_title)
        if whys:
            cells.append(whys.get(paper.key, ""))
        lines.append("\t".join(cells) + "\n")
    return "".join(lines)


def citation(paper: Paper, venues: Mapping[str, Venue], read: Callable[[str], str]) -> str:
    """A work as one line of text; `read` turns mathematics into what can be read untypeset."""
    authors = ", ".join(natural(name) for name in paper.author)
    period = period_of(paper, venues)
    where = venue_in_full(paper, period) if period else "arXiv" if paper.is_preprint else ""
    volume = f"{paper.volume}({paper.number})" if paper.number else paper.volume
    pages = paper.pages.replace("-", "–") if paper.pages else None
    named = period is not None and names_volume(period)
    place = ", ".join(filter(None, (where, None if named else volume, pages)))
    parts = [f"{authors} ({paper.year}). {read(paper.plain_title)}", place, paper.address]
    return ". ".join(filter(None, parts))


def to_json(
    papers: Iterable[Paper],
    whys: Mapping[str, str] | None = None,
    results: Mapping[str, Sequence[Record]] | None = None,
) -> str:
    """A JSON array of records with the field names of the data files, empty fields left out.

    In a reading order each has a further field `why`, and a work with result cards `results`.
    """
    records = []
    for paper in papers:
        why = {"why": whys[paper.key]} if whys and paper.key in whys else {}
        cards = [card.to_dict() for card in (results or {}).get(paper.key, ())]
        records.append(paper.to_dict() | ({"results": cards} if cards else {}) | why)
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"
