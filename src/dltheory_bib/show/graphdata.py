"""What the picture of the graph draws: works, their topics, and how they engage with each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dltheory_bib.formats.plain import venue_name
from dltheory_bib.records.models import Paper, Topic, Venue
from dltheory_bib.records.relations import INVERSE_PHRASE, JUDGEMENTS, Relation, phrase
from dltheory_bib.records.snapshot import Edge
from dltheory_bib.show.views import Reader, byline

DRAWN = (*JUDGEMENTS, Relation.CITES)
"""The relations that are drawn; between two works the first of these that holds."""


def graph_data(
    papers: Iterable[Paper],
    edges: Iterable[Edge],
    topics: Mapping[str, Topic],
    venues: Mapping[str, Venue],
    read: Reader,
) -> dict[str, Any]:
    """Plain values for `static/graph`: works and topics by number, edges between these numbers.

    A work is [key, title, byline, year, venue, topics]; a topic [id, label, number of the broader
    one or -1]; an edge [source, target, relation, sentence], the last only where there is one.
    """
    shown = list(papers)
    number = {paper.key: n for n, paper in enumerate(shown)}
    place = {identity: n for n, identity in enumerate(topics)}
    kind = {relation: n for n, relation in enumerate(DRAWN)}
    return {
        "works": [
            [
                paper.key,
                read(paper.plain_title),
                byline(paper, 2),
                paper.year,
                venue_name(paper, venues),
                [place[topic] for topic in paper.topics],
            ]
            for paper in shown
        ],
        "topics": [
            [one.id, one.label, place[one.broader] if one.broader else -1]
            for one in topics.values()
        ],
        "relations": [
            [relation.value, phrase(relation), INVERSE_PHRASE[relation]] for relation in DRAWN
        ],
        "edges": [
            [number[edge.source], number[edge.target], kind[edge.relation]]
            + ([read(edge.says)] if edge.says else [])
            for edge in edges
            if edge.relation in kind and edge.source in number and edge.target in number
        ],
    }
