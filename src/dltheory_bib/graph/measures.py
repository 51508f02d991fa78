"""Bibliometric measures over the citations inside the catalogue.

They measure connections between works here; they do not judge a work, and a work whose reference
list was not read neither couples nor counts as citing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from functools import partial
from heapq import nsmallest
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.models.relations import Relation
from dltheory_bib.snapshot.views import ListsRead

if TYPE_CHECKING:
    import networkx as nx

    G = nx.MultiDiGraph[str]


class Similarity(NamedTuple):
    """The similarity of two works by their citations.

    `coupling` counts the references they share (bibliographic coupling, Kessler 1963,
    doi:10.1002/asi.5090140103), `cocitation` the works that cite both (co-citation, Small 1973,
    doi:10.1002/asi.4630240406). `score`, from 0 to 2, is the sum of both after Salton's cosine
    normalisation: shared / sqrt(degree of one × degree of the other).
    """

    key: str
    coupling: int
    cocitation: int
    score: float

    @property
    def sentence(self) -> str:
        """Describe the numbers in a sentence."""
        shared = (
            "1 shared reference" if self.coupling == 1 else f"{self.coupling} shared references"
        )
        both = "1 work cites" if self.cocitation == 1 else f"{self.cocitation} works cite"
        return f"{shared}; {both} both; similarity {self.score:.2f} of 2."


def similar(graph: G, key: str) -> list[Similarity]:
    """Return the works that share references or citing works with this one, most similar first."""
    return most_similar(key, partial(cited, graph), partial(citing, graph))


def most_similar(
    key: str,
    cited: Callable[[str], Collection[str]],
    citing: Callable[[str], Collection[str]],
    count: int | None = None,
) -> list[Similarity]:
    """Return the `count` works most similar to one, by default all that are similar; `cited` and
    `citing` return, of a work, those that it cites and those that cite it.
    """
    references, citations = cited(key), citing(key)
    coupling: Counter[str] = Counter()
    cocitation: Counter[str] = Counter()
    for work in references:
        coupling.update(citing(work))
    for work in citations:
        cocitation.update(cited(work))
    scores: dict[str, float] = {}
    for other, shared in coupling.items():
        scores[other] = shared / sqrt(len(references) * len(cited(other)))
    for other, together in cocitation.items():
        alike = together / sqrt(len(citations) * len(citing(other)))
        scores[other] = scores.get(other, 0.0) + alike
    scores.pop(key, None)
    order = partial(nsmallest, len(scores) if count is None else count)
    best = order(((-score, other) for other, score in scores.items()))
    return [Similarity(other, coupling[other], cocitation[other], -score) for score, other in best]


def lists_read(graph: G, keys: Iterable[str] | None = None) -> ListsRead:
    """Return how many of some works, by default of all, have a reference list that was read."""
    papers = (node for node, data in graph.nodes(data=True) if data["kind"] == "paper")
    read = [graph.nodes[key]["list_read"] for key in (papers if keys is None else keys)]
    return ListsRead(sum(read), len(read))


def cited(graph: G, key: str) -> set[str]:
    """Return the works that a work cites."""
    return {other for other, edges in graph.adj[key].items() if Relation.CITES in edges}


def citing(graph: G, key: str) -> set[str]:
    """Return the works that cite a work."""
    return {other for other, edges in graph.pred[key].items() if Relation.CITES in edges}


_DAMPING = 0.85
_PRECISE = 1e-12
"""PageRank stops when a step changes all ranks together by at most this."""


def pagerank(citations: nx.DiGraph[str]) -> dict[str, float]:
    """Return PageRank of each paper over the citations (Brin and Page 1998,
    doi:10.1016/S0169-7552(98)00110-X), damping 0.85; the values sum to 1.

    A paper passes its rank to the papers it cites, in equal parts; one without references passes it
    to all papers. `networkx.pagerank` has the same definition, but needs scipy and numpy, which
    take more than three times the space of all other dependencies.
    """
    if not citations:
        return {}
    count = len(citations)
    references = [(key, list(cited)) for key, cited in citations.adj.items() if cited]
    dangling = [key for key, cited in citations.adj.items() if not cited]
    ranks = dict.fromkeys(citations, 1 / count)
    change = 1.0
    # A step multiplies the change by the damping or less, so 175 steps are always enough.
    while change > _PRECISE:
        everywhere = 1 - _DAMPING + _DAMPING * sum(ranks[key] for key in dangling)
        following = dict.fromkeys(ranks, everywhere / count)
        for key, cited in references:
            share = _DAMPING * ranks[key] / len(cited)
            for other in cited:
                following[other] += share
        change = sum(abs(rank - ranks[key]) for key, rank in following.items())
        ranks = following
    return ranks
