"""The graph of a catalogue, and the walks and measures on it."""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from collections.abc import Iterable
from math import sqrt
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import Bibliography, Edge, Relation, UnknownNameError, load
from dltheory_bib.graph.citation_graph import build_graph, citations_of
from dltheory_bib.graph.measures import pagerank, similar
from dltheory_bib.graph.walks import Branch, edge_of, engagement, lineage, shortest_path
from dltheory_bib.models.relations import BETWEEN_WORKS, BUILDS_ON
from dltheory_bib.snapshot.reader import Snapshot
from helpers.budget import examples


def papers_graph(edges: Iterable[tuple[int, int, Relation]], count: int) -> nx.MultiDiGraph[str]:
    """A graph of papers alone, as `build_graph` makes it."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n in range(count):
        graph.add_node(f"p{n}", kind="paper", label=f"P{n}", byline=f"P{n}", year=2000 + n)
    for source, target, relation in edges:
        graph.add_edge(f"p{source}", f"p{target}", key=relation, says=f"{source} to {target}")
    return graph


NODES = 8


def edges_of(*relations: Relation) -> st.SearchStrategy[set[tuple[int, int, Relation]]]:
    number = st.integers(0, NODES - 1)
    return st.sets(st.tuples(number, number, st.sampled_from(relations)), max_size=24)


# Its shape


def test_the_graph_is_frozen(bib: Bibliography) -> None:
    """It is one MultiDiGraph that nobody can change by accident, and it is built once."""
    assert isinstance(bib.graph, nx.MultiDiGraph)
    assert bib.graph is bib.graph
    with pytest.raises(nx.NetworkXError, match=r"[Ff]rozen"):
        bib.graph.add_node("x")
    with pytest.raises(nx.NetworkXError, match=r"[Ff]rozen"):
        bib.graph.remove_edge(*next(iter(bib.graph.edges)))


def test_nodes_are_the_records(bib: Bibliography) -> None:
    """Every paper, person, topic and venue is a node of its kind with a label, and nothing else."""
    graph = bib.graph
    kinds: dict[str, set[str]] = {}
    for node, data in graph.nodes(data=True):
        kinds.setdefault(data["kind"], set()).add(node)
        assert data["label"]
    assert kinds == {
        "paper": set(bib.papers),
        "person": {f"person:{one}" for one in bib.people},
        "topic": {f"topic:{one}" for one in bib.topics},
        "venue": {f"venue:{one}" for one in bib.venues},
    }


def test_edges_are_keyed_by_relation_and_point_as_the_sentence_reads(bib: Bibliography) -> None:
    """Subject to object: what the records state are exactly the edges, and no inverse is stored."""
    expected: set[tuple[str, str, Relation]] = set()
    for paper in bib:
        key = paper.key
        expected |= {(key, bib.key(other), Relation.AFTER) for other in paper.after}
        expected |= {
            (key, bib.key(stated.work), Relation(stated.kind.value)) for stated in paper.relations
        }
        expected |= {(key, f"topic:{topic}", Relation.ABOUT) for topic in paper.topics}
        if paper.venue:
            expected.add((key, f"venue:{paper.venue}", Relation.PUBLISHED_IN))
    for topic in bib.topics.values():
        if topic.broader:
            expected.add((f"topic:{topic.id}", f"topic:{topic.broader}", Relation.BROADER))
        expected |= {
            (f"topic:{topic.id}", f"topic:{other}", Relation.RELATED) for other in topic.related
        }
    derived = {Relation.CITES, Relation.WRITTEN_BY}
    found = {edge for edge in bib.graph.edges(keys=True) if edge[2] not in derived}
    assert found == expected
    for _, _, key, data in bib.graph.edges(keys=True, data=True):
        assert type(key) is str
        assert data["relation"] == key


def test_networkx_writes_and_measures_the_graphs_as_they_are(
    bib: Bibliography, catalogue_dir: Path, tmp_path: Path
) -> None:
    """GEXF and GraphML need no conversion; citations are a frozen graph of works alone."""
    nx.write_gexf(bib.graph, tmp_path / "all.gexf")
    nx.write_graphml(bib.graph, tmp_path / "all.graphml")
    again = nx.read_graphml(tmp_path / "all.graphml", force_multigraph=True)
    assert again.number_of_edges() == bib.graph.number_of_edges()
    assert {data["relation"] for *_, data in again.edges(data=True)} >= {"cites", "about"}
    assert set(bib.citations) == set(bib.papers)
    assert bib.citations is bib.citations
    assert set(bib.citations["jin2017escape"]) == set(bib.cites("jin2017escape").keys)
    assert bib.citations.nodes["jin2017escape"]["year"] == 2017
    with pytest.raises(nx.NetworkXError):
        bib.citations.remove_node("jin2017escape")
    nx.write_gexf(load(catalogue_dir).citations, tmp_path / "tea.gexf")
    assert nx.node_link_data(bib.graph)["nodes"][0]["kind"] == "paper"


def test_direction_of_citations_and_authorship(catalogue_dir: Path) -> None:
    """The citing work points to the cited one, the work to its author; evidence is on the edge."""
    graph = load(catalogue_dir).graph
    cites = {(s, t) for s, t, key in graph.edges(keys=True) if key == Relation.CITES}
    assert cites == {
        ("abel1992water", "abel1990leaves"),
        ("no2001steeping", "abel1990leaves"),
        ("no2001steeping", "abel1992water"),  # listed under its alias
    }
    written = [(s, t) for s, t, key in graph.edges(keys=True) if key == Relation.WRITTEN_BY]
    assert ("abel1992water", "person:ost-bo") in written
    assert len(written) == 7
    assert edge_of(graph, "no2001steeping", "abel1992water", Relation.CITES) == Edge(
        "no2001steeping", Relation.CITES, "abel1992water", None, "cs/0101001", "arXiv"
    )
    assert edge_of(graph, "abel1992water", "abel1990leaves", Relation.EXTENDS).says
    with pytest.raises(KeyError):
        edge_of(graph, "abel1990leaves", "abel1992water", Relation.EXTENDS)


@pytest.mark.parametrize(
    ("spoil", "missing"),
    [
        ("DELETE FROM venue WHERE id = 'icml'", "venue:icml"),
        ("DELETE FROM topic WHERE id = 'ntk'", "topic:ntk"),
        ("DELETE FROM topic WHERE id = 'wide-networks'", "topic:wide-networks"),
        ("DELETE FROM person WHERE id = 'jin-chi'", "person:jin-chi"),
    ],
)
def test_an_edge_to_a_missing_node_raises(bib: Bibliography, spoil: str, missing: str) -> None:
    """networkx would add the node in silence; here it is a `KeyError` that names it."""
    database = sqlite3.connect(":memory:")
    try:
        bib.snapshot.database.backup(database)
        database.execute(spoil)
        with pytest.raises(KeyError, match=f"there is no node {missing}"):
            build_graph(Snapshot(database))
    finally:
        database.close()


# One step


def test_neighbours_are_the_edges_of_the_graph(bib: Bibliography) -> None:
    """Every relation can be walked both ways, by method or by name."""
    for relation in BETWEEN_WORKS:
        for key in ("jin2017escape", "ge2015escaping", "jacot2018neural"):
            there = {t for _, t, kind in bib.graph.out_edges(key, keys=True) if kind == relation}
            back = {s for s, _, kind in bib.graph.in_edges(key, keys=True) if kind == relation}
            assert set(bib.neighbours(key, relation).keys) == there
            assert set(bib.neighbours(key, relation, inverse=True).keys) == back
    assert bib.cites("jin2017escape") == bib.neighbours("jin2017escape", Relation.CITES)
    assert "jin2017escape" in bib.cited_by("ge2015escaping")
    assert "jin2021nonconvex" in bib.extended_by("jin2017escape")
    assert "jin2017escape" in bib.extends("jin2021nonconvex")


def test_a_walk_from_an_unknown_work_names_the_nearest(bib: Bibliography) -> None:
    """Every walk takes keys, aliases, arXiv ids and DOIs, and refuses anything else."""
    for walk in (bib.cites, bib.cited_by, bib.extends, bib.extended_by, bib.lineage, bib.similar):
        with pytest.raises(UnknownNameError, match="did you mean jin2017escape") as caught:
            walk("jin2017escpae")
        assert caught.value.nearest[0] == "jin2017escape"
    assert bib.similar("1703.00887") == bib.similar("jin2017escape")


def test_co_authors_are_counted_over_the_records(bib: Bibliography) -> None:
    """Each work together counts once, most first; nobody is a co-author of oneself."""
    identity = "jin-chi"
    counted: Counter[str] = Counter()
    for key in bib.papers:
        people = {t for _, t, r in bib.graph.out_edges(key, keys=True) if r == Relation.WRITTEN_BY}
        if f"person:{identity}" in people:
            counted.update(people - {f"person:{identity}"})
    found = bib.co_authors("Chi Jin")
    assert {f"person:{person.id}": count for person, count in found} == counted
    assert [count for _, count in found] == sorted(counted.values(), reverse=True)


def test_a_person_is_one_or_an_error(bib: Bibliography) -> None:
    """A name that fits several people names them; one that fits nobody gives the nearest."""
    assert bib.person("chi jin").id == "jin-chi"
    with pytest.raises(UnknownNameError, match="no single person 'j'"):
        bib.person("j")
    with pytest.raises(UnknownNameError, match="did you mean Chi Jin"):
        bib.person("Chj Jin")


def test_narrower_broader_and_related_topics(bib: Bibliography) -> None:
    """`narrower` is one step down, `broader` all the way up, `related` goes both ways."""
    assert [topic.id for topic in bib.narrower("mean-field")] == sorted(
        topic.id for topic in bib.topics.values() if topic.broader == "mean-field"
    )
    above = [topic.id for topic in bib.broader("dynamical-isometry")]
    assert above == ["mean-field", "wide-networks"]
    for topic in bib.topics.values():
        for other in topic.related:
            assert topic in bib.related(other)
            assert bib.topics[other] in bib.related(topic.id)
    with pytest.raises(UnknownNameError, match="no topic 'nosuch'"):
        bib.narrower("nosuch")


def test_counts_of_a_topic_include_the_narrower(bib: Bibliography) -> None:
    """The number beside a topic is the number of works that `on` finds."""
    counts = bib.topic_counts()
    for topic in bib.topics:
        assert counts.get(topic, 0) == len(bib.on(topic))


# Lineage


def depths(branch: Branch) -> dict[str, int]:
    """How deep in the tree each work that is followed stands."""
    found: dict[str, int] = {}
    todo = [(branch, 0)]
    while todo:
        here, depth = todo.pop()
        if here.repeated:
            assert here.branches == ()
            continue
        assert here.key not in found, "a work is followed twice"
        found[here.key] = depth
        todo += [(below, depth + 1) for below in here.branches]
    return found


@given(edges_of(Relation.EXTENDS, Relation.IMPROVES, Relation.CITES), st.booleans())
def test_lineage_holds_what_can_be_reached_each_once(
    edges: set[tuple[int, int, Relation]], back: bool
) -> None:
    """On any graph, circles included: every work within reach, at its shortest distance."""
    graph = papers_graph(edges, NODES)
    kinds = (Relation.EXTENDS, Relation.IMPROVES)
    followed: nx.DiGraph[str] = nx.DiGraph()
    followed.add_nodes_from(graph)
    followed.add_edges_from((f"p{s}", f"p{t}") for s, t, relation in edges if relation in kinds)
    tree = lineage(graph, "p0", kinds, back)
    distances = nx.single_source_shortest_path_length(
        followed if back else followed.reverse(), "p0"
    )
    assert depths(tree) == dict(distances)
    assert sorted(tree.keys()) == sorted(distances)
    assert next(iter(tree.keys())) == "p0"


@given(edges_of(Relation.EXTENDS, Relation.IMPROVES), st.booleans())
def test_every_edge_of_a_lineage_is_one_of_the_graph(
    edges: set[tuple[int, int, Relation]], back: bool
) -> None:
    """A step carries all its relations, from subject to object whichever way one walks."""
    tree = lineage(papers_graph(edges, NODES), "p0", (Relation.EXTENDS, Relation.IMPROVES), back)
    seen: set[tuple[int, int, Relation]] = set()
    todo = [tree]
    while todo:
        here = todo.pop()
        for below in here.branches:
            ends = (here.key, below.key) if back else (below.key, here.key)
            assert below.edges
            for edge in below.edges:
                assert (edge.source, edge.target) == ends
                seen.add((int(edge.source[1:]), int(edge.target[1:]), edge.relation))
            todo.append(below)
    reached = {int(key[1:]) for key in list(tree.keys())}
    near = 0 if back else 1
    assert seen == {edge for edge in edges if edge[near] in reached}


def test_a_long_line_of_descent_is_walked_to_its_end() -> None:
    """Five thousand works in a row are no deeper than three."""
    graph = papers_graph(((n + 1, n, Relation.EXTENDS) for n in range(5_000)), 5_001)
    assert len(list(lineage(graph, "p5000", BUILDS_ON, back=True).keys())) == 5_001
    assert list(lineage(graph, "p0", BUILDS_ON, back=False).keys())[-1] == "p5000"


def test_lineage_follows_the_relations_asked_for(bib: Bibliography) -> None:
    """By default those by which a work builds on another; names do as well as members."""
    plain = bib.lineage("jin2017escape")
    assert "ge2015escaping" in set(plain.back.keys())
    assert "jin2021nonconvex" in set(plain.forward.keys())
    only = bib.lineage("jin2017escape", ["extends"])
    assert set(only.back.keys()) == {"jin2017escape"}
    assert set(only.forward.keys()) < set(plain.forward.keys())
    assert bib.lineage("jin2017escape", "extends") == only
    with pytest.raises(UnknownNameError, match="no relation 'extend'; did you mean extends"):
        bib.lineage("jin2017escape", ["extend"])


# Paths


@examples(60)
@given(
    edges_of(Relation.CITES, Relation.EXTENDS, Relation.AFTER),
    st.integers(0, NODES - 1),
    st.integers(0, NODES - 1),
)
def test_a_path_is_as_short_as_networkx_finds_it(
    edges: set[tuple[int, int, Relation]], start: int, end: int
) -> None:
    """A chain in one direction is preferred unless it is long; `after` is no link."""
    graph = papers_graph(edges, NODES)
    engaged = engagement(graph)
    one, other = f"p{start}", f"p{end}"
    found = shortest_path(graph, engaged, one, other)
    either = engaged.to_undirected()
    if not nx.has_path(either, one, other):
        assert found is None
        return
    assert found is not None
    here = one
    forward = []
    for edge in found:
        assert here in (edge.source, edge.target)
        assert edge.relation in (Relation.CITES, Relation.EXTENDS)
        forward.append(edge.source == here)
        here = edge.target if edge.source == here else edge.source
    assert here == other
    shortest = nx.shortest_path_length(either, one, other)
    ways = [
        nx.shortest_path_length(engaged, *ends)
        for ends in ((one, other), (other, one))
        if nx.has_path(engaged, *ends)
    ]
    if ways and min(ways) <= 2 * shortest:
        assert len(found) == min(ways)
        assert all(forward) or not any(forward)
    else:
        assert len(found) == shortest


def test_a_direct_edge_is_the_path_whichever_way_it_points() -> None:
    """One step backwards says more than seven forwards; a shared neighbour less than four."""
    ring = [(n, n + 1, Relation.CITES) for n in range(7)]
    graph = papers_graph([*ring, (7, 0, Relation.QUALIFIES)], 8)
    engaged = engagement(graph)
    for ends in (("p0", "p7"), ("p7", "p0")):
        steps = shortest_path(graph, engaged, *ends)
        assert steps is not None
        assert [step.relation for step in steps] == [Relation.QUALIFIES]
    shared = papers_graph([*ring[:4], (0, 5, Relation.CITES), (4, 5, Relation.CITES)], 6)
    steps = shortest_path(shared, engagement(shared), "p0", "p4")
    assert steps is not None
    assert [step.target for step in steps] == ["p1", "p2", "p3", "p4"]
    longer = papers_graph([*ring[:5], (0, 6, Relation.CITES), (5, 6, Relation.CITES)], 7)
    steps = shortest_path(longer, engagement(longer), "p0", "p5")
    assert steps is not None
    assert [step.target for step in steps] == ["p6", "p6"]


def test_a_step_with_a_sentence_is_given_before_a_bare_citation() -> None:
    """Where a curator has said what a work does to the other, the path says so too."""
    graph = papers_graph([(1, 0, Relation.CITES), (1, 0, Relation.IMPROVES)], 2)
    steps = shortest_path(graph, engagement(graph), "p1", "p0")
    assert steps is not None
    assert [(step.relation, step.says) for step in steps] == [(Relation.IMPROVES, "1 to 0")]


def test_paths_in_the_catalogue(bib: Bibliography) -> None:
    """Between any two works the path is that of the citation graph, and can be walked back."""
    some = ["jin2017escape", "dauphin2014identifying", "jacot2018neural", "poole2016exponential"]
    engaged = engagement(bib.graph).to_undirected()
    for one, other in itertools.permutations(some, 2):
        there, back = bib.path(one, other), bib.path(other, one)
        assert (there is None) == (not nx.has_path(engaged, one, other))
        assert (there is None) == (back is None)
        if there is not None and back is not None:
            assert len(there) == len(back) >= nx.shortest_path_length(engaged, one, other)
    assert bib.path("jin2017escape", "1703.00887") == ()


# Measures


@examples(60)
@given(edges_of(Relation.CITES, Relation.EXTENDS))
def test_similarity_is_what_a_naive_count_gives(edges: set[tuple[int, int, Relation]]) -> None:
    """Coupling counts shared references, co-citation shared citing works; the cosine sums both."""
    graph = papers_graph(edges, NODES)
    cites = {n: {t for s, t, r in edges if s == n and r == Relation.CITES} for n in range(NODES)}
    cited = {n: {s for s, t, r in edges if t == n and r == Relation.CITES} for n in range(NODES)}
    expected = {}
    for other in range(1, NODES):
        coupling, together = len(cites[0] & cites[other]), len(cited[0] & cited[other])
        if coupling or together:
            score = coupling / sqrt(len(cites[0]) * len(cites[other])) if coupling else 0
            score += together / sqrt(len(cited[0]) * len(cited[other])) if together else 0
            expected[f"p{other}"] = (coupling, together, pytest.approx(score))
    found = similar(graph, "p0")
    assert {one.key: tuple(one)[1:] for one in found} == expected
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0 < one.score <= 2 + 1e-9 for one in found)


def test_pagerank_sums_to_one_and_solves_its_equation(bib: Bibliography) -> None:
    """Brin and Page's equation with damping 0.85 holds for every work, highest first."""
    ranks = bib.pagerank()
    citations = bib.citations
    assert set(ranks) == set(bib.papers)
    assert sum(ranks.values()) == pytest.approx(1)
    assert list(ranks.values()) == sorted(ranks.values(), reverse=True)
    count = len(ranks)
    dangling = sum(rank for key, rank in ranks.items() if not citations.out_degree(key))
    for key, rank in ranks.items():
        flow = sum(ranks[one] / citations.out_degree(one) for one in citations.predecessors(key))
        assert rank == pytest.approx(0.15 / count + 0.85 * (flow + dangling / count), abs=1e-11)


@given(edges_of(Relation.CITES, Relation.AFTER))
def test_pagerank_is_that_of_networkx(edges: set[tuple[int, int, Relation]]) -> None:
    """With circles, works that cite themselves, and works without references."""
    graph = papers_graph(edges, NODES)
    expected = nx.pagerank(citations_of(graph), tol=1e-15, max_iter=1000)
    assert pagerank(citations_of(graph)) == pytest.approx(expected, abs=1e-11)


def test_pagerank_of_no_papers_is_empty() -> None:
    assert pagerank(citations_of(papers_graph([], 0))) == {}


def test_the_most_cited_are_counted_inside_the_catalogue(bib: Bibliography) -> None:
    """As many as asked for, with the number of works here that cite them, most first."""
    counted = Counter(edge.target for edge in bib.snapshot.edges() if edge.relation == "cites")
    found = [(paper.key, count) for paper, count in bib.most_cited(5)]
    assert found == sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:5]
    degrees = bib.citations.in_degree()
    assert {key: count for key, count in degrees if count} == counted
    assert len(bib.most_cited(0)) == 0
