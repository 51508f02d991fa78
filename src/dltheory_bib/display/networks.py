"""Networks of people and topics: coauthors, and a map of topics."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product
from textwrap import fill
from typing import TYPE_CHECKING, Any

import networkx as nx

from dltheory_bib.display.charts import Spot, apart, draw_map
from dltheory_bib.errors import MissingExtraError
from dltheory_bib.graph.citation_graph import citations_of
from dltheory_bib.graph.measures import lists_read
from dltheory_bib.models.relations import Relation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dltheory_bib.display.plots import Works


_WIDEST = 620.0  # of a row of groups, and the distance between them, in points
_APART = 95.0


def joint_works(works: Works, people: int) -> nx.Graph[str]:
    """Return the people with most works, with the attribute `works`; an edge has the number of
    joint works.

    People with equally many works are sorted by id.
    """
    authors = {
        key: sorted(
            person for person, edges in works.graph.adj[key].items() if Relation.WRITTEN_BY in edges
        )
        for key in works.keys
    }
    counts = Counter(person for names in authors.values() for person in names)
    chosen = sorted(counts, key=lambda person: (-counts[person], person))[:people]
    together = Counter(
        pair
        for names in authors.values()
        for pair in combinations([name for name in names if name in set(chosen)], 2)
    )
    found: nx.Graph[str] = nx.Graph()
    for person in chosen:
        found.add_node(person, works=counts[person], label=works.graph.nodes[person]["label"])
    for (one, other), number in sorted(together.items()):
        found.add_edge(one, other, works=number)
    return found


def draw_coauthors(works: Works, people: int, axes: Axes | None) -> Axes:
    """Draw `Plots.coauthors`."""
    found = joint_works(works, people)
    if not found:
        raise ValueError("there are no people to draw")
    spots = {}
    for person, (x, y) in _places(found).items():
        number = found.nodes[person]["works"]
        name = f"{found.nodes[person]['label']} {number}"
        spots[person] = Spot(x, y, 2.6 * number**0.5, name)
    widths = {
        (one, other): 0.8 + 0.8 * found.edges[one, other]["works"] for one, other in found.edges
    }
    count = (
        "1 person" if len(found) == 1 else f"the {len(found)} people with most works, and how many"
    )
    return draw_map(apart(spots), widths, f"Who wrote with whom: {count}", axes)


def _layout(found: nx.Graph[str], **options: Any) -> dict[str, tuple[float, float]]:
    """Return a point for each node (Kamada and Kawai 1989).

    Raises `MissingExtraError` without scipy, which networkx needs for it.
    """
    try:
        spots = nx.kamada_kawai_layout(found, **options)
    except ImportError:
        raise MissingExtraError("a picture", "plots") from None
    return {node: (float(x), float(y)) for node, (x, y) in spots.items()}


def _places(found: nx.Graph[str]) -> dict[str, tuple[float, float]]:
    """Place groups without joint works in rows, the largest first; each group by its distances."""
    groups = sorted(nx.connected_components(found), key=lambda group: (-len(group), min(group)))
    placed: dict[str, tuple[float, float]] = {}
    widest = max(_WIDEST, 2 * _scale(groups[0]))
    left = top = 0.0
    foot = 0.0
    for group in groups:
        ordered: nx.Graph[str] = nx.Graph()  # sorted, so that the layout is the same each time
        ordered.add_nodes_from(sorted(group))
        ordered.add_edges_from(sorted((min(e), max(e)) for e in found.subgraph(group).edges))
        spots = _layout(ordered, scale=_scale(group))
        xs, ys = [x for x, _ in spots.values()], [0.7 * y for _, y in spots.values()]
        width = max(xs) - min(xs) + _APART
        if left and left + width > widest:
            left, top = 0.0, foot
        for person, x, y in zip(spots, xs, ys, strict=True):
            placed[person] = (left + x - min(xs), top + y - max(ys))
        left += width
        foot = min(foot, top - (max(ys) - min(ys)) - 0.5 * _APART)
    return placed


def _scale(group: set[str]) -> float:
    return float(58 * (len(group) - 1) ** 0.55)


# A map of topics, with related topics close to each other.


_STRONGEST = 2
"""At least this number of ties of each topic is drawn; more would cover the map."""


def topic_ties(works: Works) -> nx.Graph[str]:
    """Return the topics of the works, with the attribute `works`, and the ties between them.

    An edge's `ties` counts works on both topics and citations between a work on one and a work on
    the other; its `strength` divides them by the square root of the product of the topics' sizes
    (Salton's cosine, as for similar works), so that large topics are not close to all others.
    """
    about = {
        key: sorted(
            topic for topic, edges in works.graph.adj[key].items() if Relation.ABOUT in edges
        )
        for key in works.keys
    }
    sizes = Counter(topic for topics in about.values() for topic in topics)
    ties = Counter(pair for topics in about.values() for pair in combinations(topics, 2))
    for citing, cited in citations_of(works.graph).subgraph(works.keys).edges:
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
    """Draw `Plots.topic_map`."""
    found = topic_ties(works)
    if not found:
        raise ValueError("the works have no topic")
    drawn = _strongest(found)
    most = max((found.edges[edge]["strength"] for edge in drawn), default=1)
    for one, other, data in found.edges(data=True):
        found.edges[one, other]["far"] = 1 / (0.3 + data["strength"] / most)
    scale = 45.0 * len(found) ** 0.5
    largest = max(found.nodes[topic]["works"] for topic in found)
    spots = {}
    for topic, (x, y) in _layout(found, weight="far", scale=scale).items():
        data = found.nodes[topic]
        name = fill(f"{data['label']}\u00a0{data['works']}", 18)
        radius = 3 + 12 * (data["works"] / largest) ** 0.5
        spots[topic] = Spot(x, 0.75 * y, radius, name)
    widths = {edge: 0.6 + 4 * found.edges[edge]["strength"] / most for edge in drawn}
    title = "Topics by number of works; joined if these cite each other or are the same"
    lists = lists_read(works.graph, works.keys)
    return draw_map(apart(spots), widths, f"{title}\n({lists})", axes)


def _strongest(found: nx.Graph[str]) -> list[tuple[str, str]]:
    """Return the strongest ties of each topic."""
    kept = set()
    for topic in found:
        ties = sorted(found.edges(topic), key=lambda edge: (-found.edges[edge]["strength"], edge))
        kept |= {(min(edge), max(edge)) for edge in ties[:_STRONGEST]}
    return sorted(kept)
