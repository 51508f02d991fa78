"""Export to tab-separated lines and JSON, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from dltheory_bib.formats.venue_names import venue_name
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.record import Record
from dltheory_bib.models.registries import Venue
from dltheory_bib.text.names import author_line


def to_tsv(
    papers: Iterable[Paper], venues: Mapping[str, Venue], whys: Mapping[str, str] | None = None
) -> str:
    """Return one line per work, without a header: key, year, venue, authors, title, separated by
    tabs.

    In a reading order each line ends with the reason for the work. No field contains a tab or a
    line break; the models reject them.
    """
    lines = []
    for paper in papers:
        cells = [paper.key, str(paper.year), venue_name(paper, venues), author_line(paper.author)]
        cells.append(paper.plain_title)
        if whys:
            cells.append(whys.get(paper.key, ""))
        lines.append("\t".join(cells) + "\n")
    return "".join(lines)


def to_json(
    papers: Iterable[Paper],
    whys: Mapping[str, str] | None = None,
    results: Mapping[str, Sequence[Record]] | None = None,
) -> str:
    """Return a JSON array of records with the field names of the data files; empty fields are
    omitted.

    In a reading order each record has a further field `why`, a work with result cards `results`.
    """
    records = []
    for paper in papers:
        why = {"why": whys[paper.key]} if whys and paper.key in whys else {}
        cards = [card.to_dict() for card in (results or {}).get(paper.key, ())]
        records.append(paper.to_dict() | ({"results": cards} if cards else {}) | why)
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"
