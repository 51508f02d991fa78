"""Walks along the relations between papers.

Every function takes the graph of `build_graph` and keys in it. "Back" is the direction of an edge,
from a work to what it builds on; "forward" is the opposite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx

from dltheory_bib.models.relations import JUDGEMENTS, Relation
from dltheory_bib.snapshot.reader import Edge

if TYPE_CHECKING:
    G = nx.MultiDiGraph[str]


@dataclass(frozen=True, slots=True)
class Branch:
    """A work on a line of descent, the edges that lead to it, and the works beyond it.

    `repeated` marks a work that also appears elsewhere in the tree; the works beyond it are shown
    there.
    """

    key: str
    edges: tuple[Edge, ...]
    branches: tuple[Branch, ...]
    repeated: bool = False

    def keys(self) -> Iterator[str]:
        """Return the keys of all works in the branch, its own first, each once."""
        todo = [self]
        while todo:
            branch = todo.pop()
            if not branch.repeated:
                yield branch.key
                todo += reversed(branch.branches)


def edge_of(graph: G, source: str, target: str, relation: Relation) -> Edge:
    """Return the edge as a record. Raises `KeyError` if there is none."""
    data = graph.edges[source, target, relation.value]
    return Edge(source, relation, target, data.get("says"), data.get("where"), data.get("evidence"))


def lineage(graph: G, key: str, relations: Iterable[Relation], back: bool) -> Branch:
    """Return the tree of what a work builds on, back to the roots, or of what builds on it, to the
    tips.

    Follows the given relations. A work that is reached twice is expanded once, where it is nearest
    to the start, so the tree is finite even if a relation has a cycle.
    """
    followed = tuple(relations)
    parent: dict[str, str | None] = {key: None}
    leading: dict[str, tuple[Edge, ...]] = {key: ()}
    children: dict[str, dict[str, tuple[Edge, ...]]] = {}
    order = [key]
    for node in order:  # breadth first, extended in the loop
        children[node] = _children(graph, node, followed, back)
        for child, edges in children[node].items():
            if child not in parent:
                parent[child], leading[child] = node, edges
                order.append(child)
    made: dict[str, Branch] = {}
    for node in reversed(order):  # no recursion: a line may be long
        branches = tuple(
            made[child] if parent[child] == node else Branch(child, edges, (), repeated=True)
            for child, edges in children[node].items()
        )
        made[node] = Branch(node, leading[node], branches)
    return made[key]


def _children(
    graph: G, key: str, relations: tuple[Relation, ...], back: bool
) -> dict[str, tuple[Edge, ...]]:
    """Return the works one step on, sorted by year and key, with the edges that lead there."""
    around = graph.adj[key] if back else graph.pred[key]
    found = {}
    for other in sorted(around, key=lambda node: (graph.nodes[node].get("year", 0), node)):
        ends = (key, other) if back else (other, key)
        edges = tuple(
            edge_of(graph, *ends, relation) for relation in relations if relation in around[other]
        )
        if edges:
            found[other] = edges
    return found


def shortest_path(graph: G, engaged: nx.DiGraph[str], start: str, end: str) -> list[Edge] | None:
    """Return a shortest chain of citations or relations from one work to another; None if there is
    none.

    A direct edge in either direction is always preferred. Otherwise a chain in which each work
    cites the next, from `start` to `end` or from `end` to `start`, is preferred to one that changes
    direction, unless it is more than twice as long. If several relations connect the works of a
    step, the edge with a curator's sentence is returned. The steps are in order from `start`; a
    step against the direction of its edge has the nearer work as the edge's target. `engaged` is
    the result of `engagement`.
    """
    either = _nodes(engaged.to_undirected(as_view=True), start, end)
    if either is None:
        return None
    back = _nodes(engaged, end, start)
    chains = [_nodes(engaged, start, end), back[::-1] if back else None]
    one_way = min((chain for chain in chains if chain is not None), key=len, default=None)
    longest = _DETOUR * (len(either) - 1) + 1
    nodes = either if one_way is None or len(one_way) > longest else one_way
    # In the chain's own direction, also if two works cite each other.
    if nodes is chains[1]:
        return [_step(graph, one, other) for one, other in pairwise(reversed(nodes))][::-1]
    return [_step(graph, one, other) for one, other in pairwise(nodes)]


_DETOUR = 2
"""A chain in one direction may be longer by this factor than one that changes direction."""


def _nodes(view: nx.DiGraph[str] | nx.Graph[str], start: str, end: str) -> list[str] | None:
    try:
        nodes: list[str] = nx.shortest_path(view, start, end)
    except nx.NetworkXNoPath:
        return None
    return nodes


_ENGAGING = (*JUDGEMENTS, Relation.CITES)


def engagement(graph: G) -> nx.DiGraph[str]:
    """Return which paper engages with which: by a citation, or by a relation."""
    simple: nx.DiGraph[str] = nx.DiGraph()
    simple.add_nodes_from(node for node, data in graph.nodes(data=True) if data["kind"] == "paper")
    simple.add_edges_from(
        (source, target) for source, target, key in graph.edges(keys=True) if key in _ENGAGING
    )
    return simple


def _step(graph: G, one: str, other: str) -> Edge:
    for ends in ((one, other), (other, one)):
        for relation in _ENGAGING:
            if graph.has_edge(*ends, key=relation):
                return edge_of(graph, *ends, relation)
    raise AssertionError(f"no edge between {one} and {other}")
