"""The data of the page "A way to a work", as a script.

A browser that opens a page from a folder does not load a JSON file next to it, but runs a script.
`static/way/order.js` computes with it what `graph.reading_order.way_to` computes; a test compares
them.
"""

from __future__ import annotations

import json

from dltheory_bib.graph.reading_order import read_works
from dltheory_bib.models.relations import BUILDS_ON, JUDGEMENTS, Relation
from dltheory_bib.reading_orders import KNOWN_LEVELS
from dltheory_bib.site.site_data import Contents

STATED = (*BUILDS_ON, *(one for one in JUDGEMENTS if one not in BUILDS_ON))
"""The relations that a reason may name, the best first."""


def way_data(contents: Contents) -> bytes:
    """Return the script that passes the works, topics and cards to the page.

    A work is its key, byline, title, level, year, prerequisites, relations (with the place of each
    in `phrases`) and the works that cite it; works are named by their place in the list.
    """
    found = read_works(contents.bib.snapshot)
    places = {key: place for place, key in enumerate(found.works)}
    works = []
    for key, work in found.works.items():
        stated = found.relations.get(key, {})
        works.append(
            [
                key,
                work.byline,
                contents.text(contents.papers[key].plain_title),
                work.level,
                work.year,
                sorted(places[other] for other, kinds in stated.items() if Relation.AFTER in kinds),
                [
                    [places[other], STATED.index(kind)]
                    for other, kinds in stated.items()
                    for kind in STATED
                    if kind in kinds
                ],
                sorted(places[other] for other in found.citing.get(key, ())),
            ]
        )
    topics = []
    for topic in contents.topics.values():
        on = contents.bib.on(topic).keys
        known = [places[key] for key in on if found.works[key].level in KNOWN_LEVELS]
        topics.append([topic.id, contents.text(topic.label), known])
    cards = [
        [card.id, contents.text(card.statement), places[card.work]]
        for card in contents.bib.results.values()
        if card.work in places
    ]
    phrases = [relation.phrase.capitalize() for relation in STATED]
    data = {"works": works, "topics": topics, "cards": cards, "phrases": phrases}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"dltheory.way({text});\n".encode()
