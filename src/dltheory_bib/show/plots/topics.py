"""A map of topics, near each other where their works have to do with each other."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product
from textwrap import fill
from typing import TYPE_CHECKING

import networkx as nx

from dltheory_bib.graph.measures import citation_graph
from dltheory_bib.records.relations import Relation
from dltheory_bib.show.plots.axes import Spot, apart, draw_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dltheory_bib.show.plots import Works

_STRONGEST = 2
"""Of each topic so many ties at least are drawn; the rest would cover the map."""


def topic_ties(works: Works) -> nx.Graph[str]:
    """The topics of the works, with their number `works`, and what they have to do with others.

    An edge's `ties` counts works on both topics and citations between a work on one and a work on
    the other; its `strength` divides them by the root of the product of the topics' sizes (Salton's
    cosine, as for similar works), so that large topics are not near to all.
    """
    about = {
        key: sorted(
            topic for topic, edges in works.graph.adj[key].items() if Relation.ABOUT in edges
        )
        for key in works.keys
    }
    sizes = Counter(topic for topics in about.values() for topic in topics)
    ties = Counter(pair for topics in about.values() for pair in combinations(topics, 2))
    for citing, cited in citation_graph(works.graph).subgraph(works.keys).edges:
        pairs = {tuple(sorted(pair)) for pair in product(about[citing], about[cited])}
        ties.update((one, other) for one, other in pairs if one != other)
    found: nx.Graph[str] = nx.Graph()
    for topic in sorted(sizes):
        found.add_node(topic, works=sizes[topic], label=works.graph.nodes[topic]["label"])
    for (one, other), number in sorted(ties.items()):
        strength = number / (sizes[one] * sizes[other]) ** 0.5
        found.add_edge(one, other, ties=number, strength=strength)
    return found


def draw_topic_map(works: Works, axes: Axes | None) -> Axes:
    """See `Plots.topic_map`."""
    found = topic_ties(works)
    if not found:
        raise ValueError("the works are on no topic")
    drawn = _strongest(found)
    most = max((found.edges[edge]["strength"] for edge in drawn), default=1)
    for one, other, data in found.edges(data=True):
        found.edges[one, other]["far"] = 1 / (0.3 + data["strength"] / most)
    scale = 45.0 * len(found) ** 0.5
    largest = max(found.nodes[topic]["works"] for topic in found)
    spots = {}
    for topic, (x, y) in nx.kamada_kawai_layout(found, weight="far", scale=scale).items():
        data = found.nodes[topic]
        name = fill(f"{data['label']}\u00a0{data['works']}", 18)
        radius = 3 + 12 * (data["works"] / largest) ** 0.5
        spots[topic] = Spot(float(x), 0.75 * float(y), radius, name)
    widths = {edge: 0.6 + 4 * found.edges[edge]["strength"] / most for edge in drawn}
    title = "Topics by number of works; joined where these cite each other or are the same"
    return draw_map(apart(spots), widths, title, axes)


def _strongest(found: nx.Graph[str]) -> list[tuple[str, str]]:
    """Of each topic the strongest ties."""
    kept = set()
    for topic in found:
        ties = sorted(found.edges(topic), key=lambda edge: (-found.edges[edge]["strength"], edge))
        kept |= {(min(edge), max(edge)) for edge in ties[:_STRONGEST]}
    return sorted(kept)
