"""Export to plain text: references for readers, tab-separated lines and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dltheory_bib.text.names import natural

if TYPE_CHECKING:
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Venue
    from dltheory_bib.snapshot.views import Row


def to_tsv(rows: Iterable[Row]) -> str:
    """Return one line per work, without a header: key, year, venue, authors, title, separated by
    tabs.

    In a reading order the reason for the work follows; in a list with works that a layer adds, the
    name of the layer. No field contains a tab or a line break; the models reject them.
    """
    rows = list(rows)
    explained, layered = any(row.why for row in rows), any(row.layer for row in rows)
    lines = []
    for row in rows:
        cells = [row.key, str(row.year), row.venue, row.authors, row.title]
        if explained:
            cells.append(row.why or "")
        if layered:
            cells.append(row.layer)
        lines.append("\t".join(cells) + "\n")
    return "".join(lines)


def citation(paper: Paper, venues: Mapping[str, Venue], read: Callable[[str], str]) -> str:
    """Return a work as one line of text; `read` converts mathematics to Unicode."""
    from dltheory_bib.formats.venue_names import names_volume, period_of, place_in_full

    authors = ", ".join(natural(name) for name in paper.author)
    period = period_of(paper, venues)
    where = "arXiv" if paper.is_preprint else place_in_full(paper, period)
    editors = ", ".join(natural(name) for name in paper.editor)
    # Without a venue, and for a book or a thesis, the place is who published the work.
    in_venue = period is not None and paper.type not in {"book", "thesis", "report"}
    publisher = paper.publisher if in_venue else None
    volume = f"{paper.volume}({paper.number})" if paper.number else paper.volume
    pages = paper.pages.replace("-", "–") if paper.pages else None
    named = period is not None and names_volume(period)
    edited = f"edited by {editors}" if editors else None
    facts = (where, edited, None if named else volume, pages, publisher)
    place = ", ".join(filter(None, facts))
    parts = [f"{authors} ({paper.year}). {read(paper.plain_title)}", place, paper.address]
    return ". ".join(filter(None, parts))


def to_text(
    papers: Iterable[Paper],
    venues: Mapping[str, Venue],
    whys: Mapping[str, str],
    read: Callable[[str], str],
) -> str:
    """Return a reference per line, and in a reading order the reason below it, indented."""
    lines = []
    for paper in papers:
        lines.append(f"{citation(paper, venues, read)}\n")
        if paper.key in whys:
            lines.append(f"    {read(whys[paper.key])}\n")
    return "".join(lines)


def to_json(
    records: Iterable[Mapping[str, Any]],
    whys: Mapping[str, str] | None = None,
    results: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> str:
    """Return a JSON array of records with the field names of the data files; empty fields are
    omitted.

    In a reading order each record has a further field `why`, a work with result cards `results`.
    """
    made = []
    for record in records:
        key = record["key"]
        cards = {"results": list(results[key])} if results and key in results else {}
        why = {"why": whys[key]} if whys and key in whys else {}
        made.append({**record, **cards, **why})
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"
