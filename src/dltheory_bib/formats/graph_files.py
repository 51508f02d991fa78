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

    Nodes have `label`, `byline`, `year` and `level`; edges have `relation`, `says`, `where`,
    `evidence` and `cito`, as far as they are known. `graph.citation_graph` defines these
    attributes.
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
    """Copy the edges between these works; the key of an edge becomes an attribute."""
    import networkx as nx

    part: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    chosen = sorted(set(keys))
    for key in chosen:
        part.add_node(key, **_known(graph.nodes[key]))
    edges = graph.subgraph(chosen).edges(keys=True, data=True)
    for source, target, relation, data in sorted(edges, key=lambda edge: edge[:3]):
        part.add_edge(source, target, key=str(relation), relation=str(relation), **_known(data))
    return part


def _known(attributes: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in attributes.items() if value is not None}
