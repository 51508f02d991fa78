"""Reading orders: what to read, in which order, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import Bibliography, QueryError, Relation, UnknownNameError, load
from dltheory_bib.graph.reading_order import Step, Work, Works, way_to
from dltheory_bib.graph.reading_order import reading_order as ordered
from helpers.budget import examples
from helpers.records import work

LEVELS = ("start", "core", "further", None)


@st.composite
def catalogues(draw: st.DrawFn) -> nx.MultiDiGraph[str]:
    """Papers with levels, years and citations, and a relation `after` without a circle."""
    names = draw(st.permutations([f"p{n}" for n in range(draw(st.integers(1, 10)))]))
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name in names:
        level, year = draw(st.sampled_from(LEVELS)), draw(st.integers(2010, 2014))
        graph.add_node(name, kind="paper", level=level, year=year, byline=f"{name} {year}")
    places = st.integers(0, len(names) - 1)
    for one, other in draw(st.lists(st.tuples(places, places), max_size=14)):
        if one > other:
            graph.add_edge(names[one], names[other], key=Relation.AFTER)
    some = st.sampled_from((Relation.CITES, Relation.EXTENDS, Relation.REFUTES))
    for one, other, relation in draw(st.lists(st.tuples(places, places, some), max_size=14)):
        if one != other:
            graph.add_edge(names[one], names[other], key=relation)
    return graph


def works_of(graph: nx.MultiDiGraph[str]) -> Works:
    """The same works as the snapshot's tables would give them."""
    relations: dict[str, dict[str, frozenset[str]]] = {}
    citing: dict[str, frozenset[str]] = {}
    for source, target, relation in graph.edges(keys=True):
        if relation == Relation.CITES:
            citing[target] = citing.get(target, frozenset()) | {source}
        else:
            there = relations.setdefault(source, {})
            there[target] = there.get(target, frozenset()) | {str(relation)}
    works = {
        key: Work(data.get("level"), data["year"], data["byline"])
        for key, data in graph.nodes(data=True)
    }
    return Works(works, relations, citing)


def reading_order(graph: nx.MultiDiGraph[str], wanted: Iterable[str], count: int) -> list[Step]:
    return ordered(works_of(graph), wanted, count)


def before(graph: nx.MultiDiGraph[str]) -> dict[str, set[str]]:
    """For each work all that is to be read before it, by networkx's own walk."""
    after: nx.DiGraph[str] = nx.DiGraph()
    after.add_nodes_from(graph)
    after.add_edges_from((s, t) for s, t, key in graph.edges(keys=True) if key == Relation.AFTER)
    return {key: set(nx.descendants(after, key)) for key in graph}


def rank(graph: nx.MultiDiGraph[str], key: str) -> int:
    return LEVELS.index(graph.nodes[key]["level"])


def orders(graph: nx.MultiDiGraph[str]) -> Iterator[tuple[int, set[str], list[Step]]]:
    everything = sorted(graph)
    for wanted in (everything, everything[::2], everything[:1]):
        for count in (1, 3, len(everything)):
            yield count, set(wanted), reading_order(graph, wanted, count)


@examples(40)
@given(catalogues())
def test_no_more_works_than_asked_for_each_once(graph: nx.MultiDiGraph[str]) -> None:
    """At most N steps, no work twice."""
    for count, _, order in orders(graph):
        assert len(order) <= count
        assert len({step.key for step in order}) == len(order)


@examples(40)
@given(catalogues())
def test_whatever_comes_first_comes_first(graph: nx.MultiDiGraph[str]) -> None:
    """All that a work is to be read after stands before it, also by way of others."""
    earlier = before(graph)
    for _, _, order in orders(graph):
        seen: set[str] = set()
        for step in order:
            assert earlier[step.key] <= seen
            seen.add(step.key)


@examples(40)
@given(catalogues())
def test_a_work_is_there_because_it_was_wanted_or_is_needed(graph: nx.MultiDiGraph[str]) -> None:
    """Nothing stands in the list that is neither wanted nor a prerequisite of a wanted work."""
    earlier = before(graph)
    for count, wanted, order in orders(graph):
        chosen = {step.key for step in order}
        assert all(
            key in wanted or any(key in earlier[w] for w in chosen & wanted) for key in chosen
        )
        # A wanted work is left out only where it would not fit with what it needs.
        for key in wanted - chosen:
            assert len(chosen | earlier[key] | {key}) > count


@examples(40)
@given(catalogues())
def test_of_what_may_come_next_the_easiest_and_oldest_comes(graph: nx.MultiDiGraph[str]) -> None:
    """Start level first, then core, then further, where nothing forbids; then by year and key."""
    earlier = before(graph)
    for _, _, order in orders(graph):
        rest = [step.key for step in order]
        while rest:
            ready = [key for key in rest if not earlier[key] & set(rest)]
            assert rest[0] == min(
                ready, key=lambda key: (rank(graph, key), graph.nodes[key]["year"], key)
            )
            rest.pop(0)


@examples(40)
@given(catalogues())
def test_every_step_says_why_in_one_line(graph: nx.MultiDiGraph[str]) -> None:
    """One line that ends like a sentence; "Start here." on the works to start with, only there."""
    for _, _, order in orders(graph):
        for step in order:
            assert step.why.isprintable()
            assert step.why.endswith(".")
            assert step.why[0].isupper()
            assert ("Start here." in step.why) == (rank(graph, step.key) == 0)


@examples(40)
@given(catalogues(), st.randoms())
def test_the_order_is_the_same_every_time(graph: nx.MultiDiGraph[str], random) -> None:  # type: ignore[no-untyped-def]
    """It depends on the data alone: not on the order in which works or edges were added."""
    wanted = sorted(graph)
    other: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    nodes, edges = list(graph.nodes(data=True)), list(graph.edges(keys=True))
    random.shuffle(nodes)
    random.shuffle(edges)
    other.add_nodes_from(nodes)
    other.add_edges_from(edges)
    expected = reading_order(graph, wanted, 5)
    random.shuffle(wanted)
    assert [step.key for step in reading_order(other, wanted, 5)] == [s.key for s in expected]


def test_a_start_waits_only_for_what_it_needs() -> None:
    """A work to start with stands first although an older core work could; unless it needs that."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for key, level, year in (("old", "core", 2000), ("easy", "start", 2010), ("new", "core", 2020)):
        graph.add_node(key, kind="paper", level=level, year=year, byline=key)
    keys = [step.key for step in reading_order(graph, graph, 3)]
    assert keys == ["easy", "old", "new"]
    graph.add_edge("easy", "new", key=Relation.AFTER)
    assert [step.key for step in reading_order(graph, graph, 3)] == ["old", "new", "easy"]
    assert [step.key for step in reading_order(graph, ["easy"], 1)] == []


def test_what_is_said_of_each_step() -> None:
    """What the work does to an earlier one, what it prepares, how often it is cited here."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for key, level in (("a", "start"), ("b", "core"), ("c", "further"), ("d", None), ("e", "core")):
        graph.add_node(key, kind="paper", level=level, year=2000, byline=f"{key.upper()} 2000")
    graph.add_edge("b", "a", key=Relation.AFTER)
    graph.add_edge("b", "a", key=Relation.CITES)
    graph.add_edge("b", "a", key=Relation.USES_METHOD_OF)
    graph.add_edge("c", "a", key=Relation.AFTER)
    graph.add_edge("d", "b", key=Relation.CITES)
    assert dict(reading_order(graph, graph, 9)) == {
        "a": "Start here. Prepares B 2000 and C 2000.",
        "b": "Uses the method of A 2000. Cited by 1 of these works.",
        "e": "Core reading.",
        "c": "Further reading after A 2000.",
        "d": "Further reading.",
    }


def test_relevance_is_that_among_the_works_asked_for() -> None:
    """Fame elsewhere does not count, nor does it count against a work that it is new."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    years = {"begin": 2000, "famous": 2001, "apt": 2001, "new": 2021, "u": 2010, "v": 2011}
    for key, year in years.items():
        graph.add_node(key, kind="paper", level="core", year=year, byline=key)
    for number in range(9):
        graph.add_node(f"far{number}", kind="paper", level="core", year=2015, byline="far")
        graph.add_edge(f"far{number}", "famous", key=Relation.CITES)
    for key in ("u", "v"):
        graph.add_edge(key, "begin", key=Relation.CITES)
        graph.add_edge(key, "apt", key=Relation.CITES)
    graph.add_edge("new", "begin", key=Relation.EXTENDS)
    found = [step.key for step in reading_order(graph, years, 3)]
    assert found == ["begin", "apt", "new"]


def test_after_a_start_by_hand_nothing_comes_from_outside() -> None:
    """The start prepares what it leads to; levels above core are those of beginners."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    levels = {"head": "start", "notes": "start", "next": "core", "outside": "core"}
    for year, (key, level) in enumerate(levels.items(), start=2000):
        graph.add_node(key, kind="paper", level=level, year=year, byline=key)
    graph.add_edge("next", "outside", key=Relation.AFTER)
    graph.add_edge("next", "head", key=Relation.CITES)
    graph.add_edge("next", "head", key=Relation.EXTENDS)
    start = [Step("head", "By hand.")]
    found = ordered(works_of(graph), ["head", "notes", "next"], 2, start)
    assert [step.key for step in found] == ["head", "next"]
    assert [step.key for step in reading_order(graph, ["next"], 2)] == ["outside", "next"]


def test_the_reading_list_of_a_topic(bib: Bibliography) -> None:
    """A topic by id, label or alias, or any query; `whys` has a line for each work."""
    found = bib.reading("saddle-escape", 6)
    assert len(found) == 6
    assert list(found.whys) == found.keys
    assert bib["ge2015escaping"] in found
    assert bib.reading("Saddle escape", 6) == bib.reading("topic:saddle-escape", 6) == found
    assert found.whys == bib.reading("topic:saddle-escape", 6).whys
    assert len(bib.reading(count=len(bib))) == len(bib)


def test_prerequisites_come_from_outside_the_query_too(bib: Bibliography) -> None:
    """What a wanted work needs is taken in although the query does not hold for it."""
    paper = next(p for p in bib if p.after)
    found = bib.reading(f"key:{paper.key}", 30)
    assert found[-1] == paper
    assert {bib.key(name) for name in paper.after} <= set(found.keys)


def test_nothing_to_read_is_an_empty_list(bib: Bibliography) -> None:
    """A query without works gives none; an unknown topic is an error."""
    assert list(bib.reading("year:1700")) == []
    assert list(bib.reading("ntk", 0)) == []
    with pytest.raises(QueryError, match="did you mean ntk"):
        bib.reading("topic:nkt")


def test_a_topic_begins_with_its_hand_made_start(catalogue_dir: Path) -> None:
    """The chosen works come first, in their order and with their lines; the rest goes on."""
    bib = load(catalogue_dir)
    found = bib.reading("brewing", 3)
    assert found.keys == ["abel1990leaves", "abel1992water", "no2001steeping"]
    assert found.whys["abel1992water"] == "The same law where the water is soft."
    assert bib.reading("brewing", 1).keys == ["abel1990leaves"]
    assert bib.reading("topic:brewing", 3) == found
    assert bib.reading("topic:brewing key:ost1995kettles").keys == ["ost1995kettles"]


def test_a_trail_is_read_whole(catalogue_dir: Path) -> None:
    """By its id; an alias in it leads to the work; a count cuts it."""
    bib = load(catalogue_dir)
    assert bib.reading("from-leaf-to-cup").keys == ["abel1992water", "no2001steeping"]
    assert bib.reading("from-leaf-to-cup").whys["no2001steeping"] == "How long one waits."
    assert bib.reading("from-leaf-to-cup", 1).keys == ["abel1992water"]
    assert bib.trails["from-leaf-to-cup"].label == "From leaf to cup"


def test_a_start_skips_what_a_collection_lacks(tmp_path: Path) -> None:
    """The shipped topics serve a collection of one's own, with works it does not hold."""
    own = tmp_path / "papers.yaml"
    own.write_text(work("abel1990leaves", extra="topics: [ntk]"), encoding="utf-8")
    assert load(own).reading("ntk").keys == ["abel1990leaves"]


@examples(60)
@given(catalogues(), st.integers(0, 9), st.sets(st.integers(0, 9), max_size=3))
def test_a_way_has_what_is_needed_and_not_known(
    graph: nx.MultiDiGraph[str], goal: int, known: set[int]
) -> None:
    names = sorted(graph)
    wanted = names[goal % len(names)]
    have = {names[one % len(names)] for one in known}
    earlier = before(graph)
    way = [step.key for step in way_to(works_of(graph), [wanted], have)]
    closed = have.union(*(earlier[key] for key in have))
    assert set(way) == (earlier[wanted] - closed) | ({wanted} - have)
    assert all(not earlier[key] & set(way[place:]) for place, key in enumerate(way))
    if way:
        assert way[-1] == wanted


def test_a_reason_on_a_way_may_name_what_is_known() -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for year, key in enumerate("abc", start=2000):
        graph.add_node(key, kind="paper", level="core", year=year, byline=f"{key.upper()} {year}")
    graph.add_edge("b", "a", key=Relation.AFTER)
    graph.add_edge("b", "a", key=Relation.EXTENDS)
    graph.add_edge("c", "b", key=Relation.AFTER)
    assert [step.key for step in way_to(works_of(graph), ["b"], ["c"])] == ["b"]  # a part of "c"
    assert way_to(works_of(graph), ["c"], ["a"]) == [
        Step("b", "Extends A 2000. Prepares C 2002."),
        Step("c", "Core reading after B 2001."),
    ]


def test_a_way_to_a_work_or_a_card_from_topics_and_works(bib: Bibliography) -> None:
    whole = bib.way_to("jin2017escape")
    assert whole.keys[-1] == "jin2017escape"
    assert len(whole) > 1
    assert list(whole.whys) == whole.keys
    assert bib.way_to(bib["jin2017escape"], known=[bib[whole.keys[0]]]).keys == whole.keys[1:]
    card = next(one for one in bib.results.values() if one.work == "jin2017escape")
    assert bib.way_to(card).keys == bib.way_to(card.id).keys == whole.keys
    assert bib.way_to(["jin2017escape", whole.keys[0]]).keys == whole.keys
    assert not bib.way_to("jin2017escape", known="jin2017escape")
    assert not bib.way_to(whole.keys[0], known=["saddle-escape", "Saddle escape"])
    for unknown in ({"wanted": "nobody2020"}, {"wanted": "jin2017escape", "known": "nobody2020"}):
        with pytest.raises(UnknownNameError, match="nobody2020"):
            bib.way_to(**unknown)
