"""The main path of a field: the chain of citations through which most lines run.

Hummon and Doreian 1989, doi:10.1016/0378-8733(89)90017-8, weigh a citation by the paths that run
through it. Here the weight is the search path count: of all paths from a work that no other cites
to one that cites none of them, the number that run through the citation. The main path is the
global one, the chain with the greatest sum of weights.

Papers of about the same time may cite each other in a cycle. No path may pass a cycle twice, so the
citations between works of a cycle (a strongly connected component) are left out: none of those
works comes before another. Their other citations are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx

from dltheory_bib.graph.citation_graph import citations_of

if TYPE_CHECKING:
    G = nx.MultiDiGraph[str]


class MainPath(NamedTuple):
    """A chain of works, the oldest first, each cited by the next.

    `weights` are the search path counts of its citations, one fewer than there are works;
    `left_out` are the citations, as (citing, cited), that were left out because they are part of a
    cycle.
    """

    keys: tuple[str, ...]
    weights: tuple[int, ...]
    left_out: tuple[tuple[str, str], ...]


def main_path(graph: G, keys: Iterable[str]) -> MainPath:
    """Return the main path through the citations among some works; empty if none cites another."""
    return _main_path(citations_of(graph).subgraph(keys))


def main_path_among(cites: Mapping[str, Iterable[str]], keys: Iterable[str]) -> MainPath:
    """Return the same from the works that each cites, where no graph is at hand."""
    among: nx.DiGraph[str] = nx.DiGraph()
    among.add_nodes_from(keys)
    among.add_edges_from([(key, other) for key in among for other in cites[key] if other in among])
    return _main_path(among)


def _main_path(among: nx.DiGraph[str]) -> MainPath:
    citations, left_out = without_circles(among)
    weights = search_path_counts(citations)
    if not weights:
        return MainPath((), (), left_out)
    # The greatest sum of a chain that ends in a work, going from the cited to the citing; of equal
    # sums the earlier name wins, so that the path is the same each time.
    best: dict[str, int] = {}
    before: dict[str, str] = {}
    for work in reversed(list(nx.lexicographical_topological_sort(citations))):
        best[work] = 0
        for cited in sorted(citations.adj[work]):
            total = best[cited] + weights[work, cited]
            if total > best[work]:
                best[work], before[work] = total, cited
    chain = [min(best, key=lambda work: (-best[work], work))]
    while chain[-1] in before:
        chain.append(before[chain[-1]])
    counted = [weights[step] for step in pairwise(chain)]
    return MainPath(tuple(reversed(chain)), tuple(reversed(counted)), left_out)


def search_path_counts(citations: nx.DiGraph[str]) -> dict[tuple[str, str], int]:
    """Return the search path count of each citation (citing, cited) of a graph without cycles.

    It is the number of paths that end in the citing work, times those that begin in the cited one.
    """
    order = list(nx.topological_sort(citations))
    reaching = dict.fromkeys(order, 1)
    for work in order:
        if citations.in_degree(work):
            reaching[work] = sum(reaching[other] for other in citations.pred[work])
    leaving = dict.fromkeys(order, 1)
    for work in reversed(order):
        if citations.out_degree(work):
            leaving[work] = sum(leaving[other] for other in citations.adj[work])
    return {(citing, cited): reaching[citing] * leaving[cited] for citing, cited in citations.edges}


def without_circles(
    citations: nx.DiGraph[str],
) -> tuple[nx.DiGraph[str], tuple[tuple[str, str], ...]]:
    """Split the citations: a graph of those that are in no cycle, and a list of the others."""
    circle = {
        work: number
        for number, works in enumerate(nx.strongly_connected_components(citations))
        for work in works
    }
    left_out = tuple(sorted(edge for edge in citations.edges if circle[edge[0]] == circle[edge[1]]))
    free = nx.DiGraph(citations)
    free.remove_edges_from(left_out)
    return free, left_out
