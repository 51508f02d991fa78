"""The data from which a question's page finds what is best in a setting, as a script.

A browser that opens a page from a folder does not load a JSON file next to it, but runs a script.
`static/question/` computes with it what `theorems.standings` and `theorems.theorem_table` compute;
a test compares them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Protocol

from dltheory_bib.site import addresses
from dltheory_bib.site.page_charts import charts_by_setting
from dltheory_bib.site.renderer import Renderer
from dltheory_bib.site.site_data import Contents
from dltheory_bib.snapshot.comparisons import frontier_data
from dltheory_bib.theorems.standings import STANDINGS
from dltheory_bib.theorems.theorem_table import GAPS, Table


class _Improved(Protocol):
    """A card that another one improves, and how."""

    @property
    def card(self) -> str: ...
    @property
    def changes(self) -> Sequence[str]: ...


def setting_data(
    contents: Contents,
    render: Renderer,
    question: str,
    table: Table,
    improvements: Mapping[str, Sequence[_Improved]],
) -> bytes:
    """Return the script that passes the data of a question to its page.

    Besides `snapshot.comparisons.frontier_data`, with labels as plain text: of each card the
    authors and year of its work and what it improves; what gaps and standings mean; and, by the id
    of a listed setting, its picture as HTML.
    """
    data = frontier_data(contents.bib.snapshot, question)
    for one in (*data["assumptions"].values(), *data["settings"]):
        one["label"] = contents.text(one["label"])
    labels = {row.card.id: row.paper.label for group in table.groups for row in group.rows}
    places = {card["id"]: place for place, card in enumerate(data["cards"])}
    for card in data["cards"]:
        card["byline"] = labels[card["id"]]
        card["method"] = contents.text(card["method"])
        card["improves"] = [
            [places[one.card], "; ".join(one.changes)]
            for one in improvements[card["id"]]
            if one.card in places
        ]
    data["gaps"] = GAPS
    data["standings"] = STANDINGS
    path = addresses.question(question)
    data["charts"] = {
        name: render("progress.html", path, drawn=drawn).decode().strip()
        for name, drawn in charts_by_setting(table).items()
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"dltheory.questionData({text});\n".encode()
