"""Walks along the relations between papers.

Every function takes the graph of `build_graph` and keys that are in it. "Back" is the direction of
an edge, from a work to what it stands on; "forward" is against it.
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
    """A work on a line of descent, the edges by which it was reached, and what comes beyond it.

    `repeated` marks a work that stands elsewhere in the tree too; what comes beyond is shown there.
    """

    key: str
    edges: tuple[Edge, ...]
    branches: tuple[Branch, ...]
    repeated: bool = False

    def keys(self) -> Iterator[str]:
        """The keys of all works in the branch, its own first, each once."""
        todo = [self]
        while todo:
            branch = todo.pop()
            if not branch.repeated:
                yield branch.key
                todo += reversed(branch.branches)


def edge_of(graph: G, source: str, target: str, relation: Relation) -> Edge:
    """The edge as a record. Raises `KeyError` where there is none."""
    data = graph.edges[source, target, relation.value]
    return Edge(source, relation, target, data.get("says"), data.get("where"), data.get("evidence"))


def lineage(graph: G, key: str, relations: Iterable[Relation], back: bool) -> Branch:
    """The tree of what a work stands on, back to the roots, or of what stands on it, to the tips.

    Follows the relations asked for. A work reached by two ways is followed once, where it is
    nearest to the start, so the tree ends even where a relation goes in a circle.
    """
    followed = tuple(relations)
    parent: dict[str, str | None] = {key: None}
    leading: dict[str, tuple[Edge, ...]] = {key: ()}
    children: dict[str, dict[str, tuple[Edge, ...]]] = {}
    order = [key]
    for node in order:  # breadth first, growing as it goes: each work becomes its nearest's child
        children[node] = _children(graph, node, followed, back)
        for child, edges in children[node].items():
            if child not in parent:
                parent[child], leading[child] = node, edges
                order.append(child)
    made: dict[str, Branch] = {}
    for node in reversed(order):  # a long line of descent is no deeper a call
        branches = tuple(
            made[child] if parent[child] == node else Branch(child, edges, (), repeated=True)
            for child, edges in children[node].items()
        )
        made[node] = Branch(node, leading[node], branches)
    return made[key]


def _children(
    graph: G, key: str, relations: tuple[Relation, ...], back: bool
) -> dict[str, tuple[Edge, ...]]:
    """The works one step on, in order of year and key, with the edges that lead there."""
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
    """A shortest chain of citations or judgements from one work to another; None without any.

    A direct edge in either direction is always the answer. Otherwise a chain in which each work
    cites the next, from `start` to `end` or from `end` to `start`, is preferred to one whose
    direction changes on the way, unless it is more than twice as long. Where several relations hold
    on a step, the edge with a curator's sentence is given. The steps are in order from `start`; a
    step against the direction of its edge has the nearer work as the edge's target. `engaged` is
    what `engagement` made of the graph.
    """
    either = _nodes(engaged.to_undirected(as_view=True), start, end)
    if either is None:
        return None
    back = _nodes(engaged, end, start)
    chains = [_nodes(engaged, start, end), back[::-1] if back else None]
    one_way = min((chain for chain in chains if chain is not None), key=len, default=None)
    longest = _DETOUR * (len(either) - 1) + 1
    nodes = either if one_way is None or len(one_way) > longest else one_way
    # In the chain's own direction, also where two works cite each other.
    if nodes is chains[1]:
        return [_step(graph, one, other) for one, other in pairwise(reversed(nodes))][::-1]
    return [_step(graph, one, other) for one, other in pairwise(nodes)]


_DETOUR = 2
"""A chain in one direction may have so many times the steps of one whose direction changes."""


def _nodes(view: nx.DiGraph[str] | nx.Graph[str], start: str, end: str) -> list[str] | None:
    try:
        nodes: list[str] = nx.shortest_path(view, start, end)
    except nx.NetworkXNoPath:
        return None
    return nodes


_ENGAGING = (*JUDGEMENTS, Relation.CITES)


def engagement(graph: G) -> nx.DiGraph[str]:
    """Which paper engages with which: it cites it, or a relation to it is stated."""
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
