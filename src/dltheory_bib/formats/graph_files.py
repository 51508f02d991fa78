"""Export the graph of some works, with typed edges, to graph programs.

GraphML (http://graphml.graphdrawing.org/specification.html) and GEXF 1.2
(https://gexf.net/1.2draft/gexf-12draft-primer.pdf), both written by networkx.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx


def to_graphml(graph: nx.MultiDiGraph[str], keys: Iterable[str]) -> str:
    """Return the works and the relations and citations among them as GraphML.

    Nodes have `label`, `byline`, `year`, `list_read` and `level`; edges have `relation`, `where`,
    `evidence`, `cito` and the sentence, as far as they are known. `graph.citation_graph` defines
    these attributes.
    """
    import networkx as nx

    part = _among(graph, keys)
    # Edge ids must be unique; networkx would use the kind of relation, which many edges share.
    for number, (_, _, data) in enumerate(part.edges(data=True)):
        data["edge"] = f"e{number}"
    stream = BytesIO()
    nx.write_graphml(part, stream, edge_id_from_attribute="edge")
    return f"{stream.getvalue().decode()}\n"


def to_gexf(graph: nx.MultiDiGraph[str], keys: Iterable[str]) -> str:
    """Return the works and the relations and citations among them as GEXF, with the attributes of
    GraphML.
    """
    import networkx as nx

    stream = BytesIO()
    nx.write_gexf(_among(graph, keys), stream, version="1.2draft")
    return f"{stream.getvalue().decode()}\n"


def _among(graph: nx.MultiDiGraph[str], keys: Iterable[str]) -> nx.MultiDiGraph[str]:
    """Copy the works and the edges between them, in order of keys."""
    import networkx as nx

    part: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    chosen = sorted(set(keys))
    part.add_nodes_from((key, graph.nodes[key]) for key in chosen)
    edges = graph.subgraph(chosen).edges(keys=True, data=True)
    for source, target, relation, data in sorted(edges, key=lambda edge: edge[:3]):
        part.add_edge(source, target, key=relation, **data)
    return part
