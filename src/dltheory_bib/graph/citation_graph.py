"""Build the graph; no other module makes nodes or edges.

The graph is a frozen `networkx.MultiDiGraph`, and its attributes are frozen too; `graph.copy()` can
be changed. Nodes are strings: a paper is its key, other nodes have their kind as a prefix
(`topic:ntk`, `person:jin-chi`, `venue:icml`); each has the attributes `kind` and `label`, a paper
also `year`, `byline` ("Jin et al. 2017"), `list_read` (1 if its reference list was read, else 0; it
cites other works only if it was) and, if it has one, `level`. An edge's key and its attribute
`relation` are the value of its `Relation`, a plain string; `cito` is the CiTO term if there is one.
The edge points from the subject to the object of the sentence:

    jin2017escape --cites--> ge2015escaping       jin2017escape --about--> topic:saddle-escape
    jin2017escape --improves--> ge2015escaping    jin2017escape --written_by--> person:jin-chi
    topic:ntk --broader--> topic:wide-networks    jin2017escape --published_in--> venue:icml
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import networkx as nx

from dltheory_bib.errors import UnknownNameError
from dltheory_bib.models.relations import Relation
from dltheory_bib.text.names import natural, nearest

if TYPE_CHECKING:
    from dltheory_bib.snapshot.reader import Snapshot


_KINDS = ("topic", "person", "venue")


class _Nodes(dict[str, Any]):
    """Nodes by name; a name that is missing is explained. networkx looks them up in it."""

    def __missing__(self, name: object) -> Any:
        key = getattr(name, "key", name)
        near = (
            [key] if key in self else [node for kind in _KINDS if (node := f"{kind}:{key}") in self]
        )
        names = near or nearest(str(key), [one for one in self if ":" not in one])
        raise UnknownNameError("node", str(name), [repr(one) for one in names])


class _Edges(dict[str, Any]):
    """The edges between two nodes by relation; a relation that is missing is explained."""

    def __missing__(self, name: object) -> Any:
        raise UnknownNameError("edge", str(name), [repr(one) for one in self])


if TYPE_CHECKING:
    _Graph = nx.MultiDiGraph[str]  # generic in its stubs alone
else:
    _Graph = nx.MultiDiGraph


class MultiDiGraph(_Graph):
    """networkx's class, with an explanation for a node or an edge that is missing."""

    node_dict_factory = _Nodes
    adjlist_outer_dict_factory = _Nodes
    edge_key_dict_factory = _Edges


class Attributes(dict[str, Any]):
    """The attributes of a node, an edge or a graph; to change one raises `NetworkXError`.

    `networkx.freeze` only protects nodes and edges. Copies are plain dictionaries.
    """

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise nx.NetworkXError("Frozen graph can't be modified; change a copy: graph.copy()")

    __setitem__ = __delitem__ = __ior__ = _refuse
    update = setdefault = popitem = clear = _refuse

    def pop(self, key: str, *default: Any) -> Any:
        """Return the default for a missing key; networkx looks for an id in this way."""
        if key in self or not default:
            self._refuse()
        return default[0]

    def __deepcopy__(self, _: dict[int, Any]) -> dict[str, Any]:
        return dict(self)  # the values are strings and numbers

    def __reduce__(self) -> tuple[Any, ...]:
        return Attributes, (dict(self),)


def _freeze(graph: Any) -> None:
    """Freeze a graph with the attributes of its nodes, its edges and itself."""
    nodes = graph._node
    for node, data in nodes.items():
        nodes[node] = Attributes(data)
    multigraph = graph.is_multigraph()
    for source, targets in graph._succ.items():
        for target, found in targets.items():
            if multigraph:  # both directions share the dictionary of parallel edges
                for key, data in found.items():
                    found[key] = Attributes(data)
            else:
                targets[target] = graph._pred[target][source] = Attributes(found)
    graph.graph = Attributes(graph.graph)
    nx.freeze(graph)


def build_graph(snapshot: Snapshot) -> nx.MultiDiGraph[str]:
    """Return the graph of a catalogue: papers, people, topics and venues, with relations as edge
    keys.

    All values are strings and integers and none is None, as the writers of networkx require. Nodes
    are added first. Raises `KeyError` for an edge to a missing node, which networkx would otherwise
    add silently.
    """
    graph: nx.MultiDiGraph[str] = MultiDiGraph(name="dltheory-bib")
    _add_nodes(graph, snapshot)
    for edge in snapshot.edges():
        _add_edge(
            graph,
            edge.source,
            edge.target,
            edge.relation,
            says=edge.says,
            where=edge.where,
            evidence=edge.evidence,
            cito=edge.relation.cito,
        )
    fetch = snapshot.fetch
    keyed = "JOIN paper p ON p.n = a.n ORDER BY p.key"
    for key, person in fetch(f"SELECT p.key, a.person FROM authorship a {keyed}, a.position"):
        _add_edge(graph, key, f"person:{person}", Relation.WRITTEN_BY)
    direct = keyed.replace("ORDER BY", "WHERE a.direct ORDER BY")
    for key, topic in fetch(f"SELECT p.key, a.topic FROM member a {direct}, a.topic"):
        _add_edge(graph, key, f"topic:{topic}", Relation.ABOUT)
    for key, venue in fetch("SELECT key, venue FROM paper WHERE venue IS NOT NULL ORDER BY key"):
        _add_edge(graph, key, f"venue:{venue}", Relation.PUBLISHED_IN)
    above = "SELECT id, broader FROM topic WHERE broader IS NOT NULL ORDER BY id"
    for topic, broader in fetch(above):
        _add_edge(graph, f"topic:{topic}", f"topic:{broader}", Relation.BROADER)
    beside = "SELECT t.id, r.value FROM topic t, json_each(t.data, '$.related') r ORDER BY t.id"
    for topic, other in fetch(beside):
        _add_edge(graph, f"topic:{topic}", f"topic:{other}", Relation.RELATED)
    _freeze(graph)
    return graph


def _add_nodes(graph: nx.MultiDiGraph[str], snapshot: Snapshot) -> None:
    for key, label, byline, year, read, level in snapshot.fetch(
        "SELECT p.key, r.title, r.label, p.year, p.n IN (SELECT n FROM reference_list), p.level "
        "FROM paper p JOIN list_row r ON r.n = p.n ORDER BY p.key"
    ):
        facts = {"kind": "paper", "label": label, "byline": byline, "year": year}
        ranked = {"level": level} if level else {}
        graph.add_node(key, **facts, list_read=read, **ranked)
    for person, name in snapshot.fetch("SELECT id, name FROM person ORDER BY id"):
        graph.add_node(f"person:{person}", kind="person", label=natural(name))
    for topic, label in snapshot.fetch("SELECT id, label FROM topic ORDER BY id"):
        graph.add_node(f"topic:{topic}", kind="topic", label=label)
    latest = "json_extract(data, '$.periods[#-1].short')"
    for venue, label in snapshot.fetch(f"SELECT id, {latest} FROM venue ORDER BY id"):
        graph.add_node(f"venue:{venue}", kind="venue", label=label)


def _add_edge(
    graph: nx.MultiDiGraph[str],
    source: str,
    target: str,
    relation: Relation,
    **attributes: str | None,
) -> None:
    for node in (source, target):
        if node not in graph:
            raise KeyError(f"{source} {relation} {target}: there is no node {node}")
    known = {name: value for name, value in attributes.items() if value is not None}
    graph.add_edge(source, target, key=relation.value, relation=relation.value, **known)


def citations_of(graph: nx.MultiDiGraph[str]) -> nx.DiGraph[str]:
    """Return the frozen graph of papers and their citations, from the citing to the cited paper.

    Papers have the attributes that they have in `graph`.
    """
    citations: nx.DiGraph[str] = nx.DiGraph(name="dltheory-bib citations")
    citations.add_nodes_from(
        (node, data) for node, data in graph.nodes(data=True) if data["kind"] == "paper"
    )
    citations.add_edges_from(
        (source, target)
        for source, target, relation in graph.edges(keys=True)
        if relation == Relation.CITES
    )
    _freeze(citations)
    return citations
