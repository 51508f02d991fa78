"""Data of the interactive graph, as plain values that `static/graph/graph.js` draws.

The works are in lanes by topic; there are no more lanes than colours that can be told apart, also
with red-green colour blindness.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dltheory_bib.graph.measures import citing, lists_read
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Topic
from dltheory_bib.models.relations import JUDGEMENTS, Relation

if TYPE_CHECKING:
    import networkx as nx

    G = nx.MultiDiGraph[str]

COLOURS = 7
"""This number of groups have a colour of their own; the others form one group, in grey."""
OTHERS = "others"
_DRAWN = (Relation.CITES, *JUDGEMENTS)
# A group with a greater share of the works than this is split into its narrower topics.
_BROAD = 0.4


def graph_data(
    graph: G,
    papers: Iterable[Paper],
    topics: Mapping[str, Topic],
    read: Callable[[str], str],
    address: Callable[[Paper], str | None] = lambda paper: paper.address,
    title: str = "",
) -> dict[str, Any]:
    """Return works with the citations and relations among them, as JSON values.

    Each work has `id`, `label`, `byline`, `year`, `topics`, `level`, `group`, `cited` (the number
    of works of the whole graph that cite it) and, if `address` returns one, `url`; an edge has
    `source`, `target`, `relation` and, if it is a relation, its sentence. `lists` says how many
    reference lists of the whole graph were read, on which the citations rest. `read` converts the
    mathematics of titles and sentences into Unicode.
    """
    chosen = {paper.key: paper for paper in papers}
    edges = [
        {"source": source, "target": target, "relation": relation}
        | ({"says": read(data["says"])} if data.get("says") else {})
        for source, target, relation, data in sorted(
            graph.subgraph(chosen).edges(keys=True, data=True), key=lambda edge: edge[:3]
        )
        if relation in _DRAWN
    ]
    group = _grouped({key: paper.topics[:1] for key, paper in chosen.items()}, topics)
    nodes = [
        _node(graph, paper, read(paper.plain_title), group[key], address(paper))
        for key, paper in chosen.items()
    ]
    used = sorted({topic for paper in chosen.values() for topic in paper.topics})
    return {
        "title": title,
        "nodes": nodes,
        "edges": edges,
        "topics": {topic: topics[topic].label for topic in used if topic in topics},
        "groups": _lanes(group, edges, topics),
        "relations": _words(edges),
        "lists": str(lists_read(graph)),
    }


def _node(graph: G, paper: Paper, label: str, group: str, url: str | None) -> dict[str, Any]:
    node = {
        "id": paper.key,
        "label": label,
        "byline": graph.nodes[paper.key]["byline"],
        "year": paper.year,
        "topics": list(paper.topics),
        "level": paper.level,
        "group": group,
        "cited": len(citing(graph, paper.key)),
    }
    return node | ({"url": url} if url else {})


def _words(edges: Iterable[Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return the phrases of each relation that occurs, in both directions, and its line style."""
    found = {}
    for relation in _DRAWN:
        if any(edge["relation"] == relation for edge in edges):
            found[relation.value] = {
                "says": relation.phrase,
                "inverse": relation.inverse,
                "kind": relation.role,
            }
    return found


def _grouped(first: Mapping[str, Sequence[str]], topics: Mapping[str, Topic]) -> dict[str, str]:
    """Return the group of each work, by its first topic: a broad one, or narrower if most share
    it.
    """
    chain = {key: _chain(narrow[0], topics) if narrow else [] for key, narrow in first.items()}
    group = {key: above[0] if above else OTHERS for key, above in chain.items()}
    depth = 0
    while group:
        depth += 1
        largest, count = Counter(group.values()).most_common(1)[0]
        inside = [key for key, one in group.items() if one == largest]
        narrower = {key: _below(chain[key], largest) for key in inside}
        if (
            count <= _BROAD * len(group)
            or set(narrower.values()) <= {largest}
            or depth > len(topics)
        ):
            break
        group |= narrower
    kept = [one for one, _ in Counter(group.values()).most_common() if one != OTHERS][:COLOURS]
    return {key: one if one in kept else OTHERS for key, one in group.items()}


def _chain(topic: str, topics: Mapping[str, Topic]) -> list[str]:
    """Return a topic with all broader ones, the broadest first."""
    chain: list[str] = []
    above: str | None = topic
    while above is not None and above in topics and above not in chain:
        chain.insert(0, above)
        above = topics[above].broader
    return chain


def _below(chain: Sequence[str], topic: str) -> str:
    """Return the next narrower topic of a chain, or the topic itself at the end of the chain."""
    if topic not in chain or topic == chain[-1]:
        return topic
    return chain[chain.index(topic) + 1]


def _lanes(
    group: Mapping[str, str], edges: Iterable[Mapping[str, str]], topics: Mapping[str, Topic]
) -> list[dict[str, str]]:
    """Return the groups from top to bottom, with groups of many common edges next to each other."""
    sizes = Counter(group.values())
    ties: Counter[frozenset[str]] = Counter(
        frozenset((group[edge["source"]], group[edge["target"]])) for edge in edges
    )
    left = [one for one, _ in sizes.most_common() if one != OTHERS]
    order = left[:1]
    while len(order) < len(left):
        _, end, found = max(
            (ties[frozenset((order[end], one))], end, one)
            for end in (0, -1)
            for one in left
            if one not in order
        )
        order.insert(0 if end == 0 else len(order), found)
    lanes = [{"id": one, "label": topics[one].label} for one in order]
    return [*lanes, {"id": OTHERS, "label": "Other topics"}]
