"""Works for programs: tab-separated lines, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dltheory_bib.snapshot.views import Row


def to_tsv(rows: Iterable[Row]) -> str:
    """Return one line per work, without a header: key, year, venue, authors, title, separated by
    tabs.

    In a reading order each line ends with the reason for the work. No field contains a tab or a
    line break; the models reject them.
    """
    rows = list(rows)
    explained = any(row.why for row in rows)
    lines = []
    for row in rows:
        cells = [row.key, str(row.year), row.venue, row.authors, row.title]
        if explained:
            cells.append(row.why or "")
        lines.append("\t".join(cells) + "\n")
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
