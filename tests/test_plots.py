"""Pictures of works: the numbers in them, and the main path against counts made by hand."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot

from dltheory_bib import Bibliography, MissingExtraError, load
from dltheory_bib.display.charts import NAMED, Spot, apart, dots, named
from dltheory_bib.display.networks import joint_works, topic_ties
from dltheory_bib.display.plots import Works
from dltheory_bib.graph.main_path import main_path, search_path_counts, without_circles
from dltheory_bib.models.relations import Relation

# Two works (e, f) lead through d, by b or c, to a; g leads by b alone.
DIAMOND = ("ba", "ca", "db", "dc", "ed", "fd", "gb")
PICTURES = ("timeline", "growth", "citation_age", "coauthors", "main_path", "topic_map")


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    """Drawn in memory; each test leaves no figure behind."""
    before = mpl.get_backend()
    pyplot.switch_backend("Agg")
    yield
    pyplot.close("all")
    pyplot.switch_backend(before)


@pytest.fixture(scope="module")
def ntk(catalogue: Bibliography) -> Works:
    return Works(catalogue.graph, catalogue.on("ntk").keys, catalogue.snapshot.readable)


def citing(*edges: str) -> nx.MultiDiGraph[str]:
    """A graph of papers: "ba" is b, which cites a."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for key in sorted(set("".join(edges))):
        graph.add_node(key, kind="paper", year=2000 + ord(key))
    for source, target in edges:
        graph.add_edge(source, target, key=Relation.CITES)
    return graph


@pytest.mark.parametrize("picture", [name for name in PICTURES if name != "coauthors"])
def test_a_picture_of_citations_says_how_many_lists_were_read(
    bib: Bibliography, picture: str
) -> None:
    """Of the works in the picture; the most cited works of a timeline are those of all lists."""
    works = bib.on("ntk")
    read = [key for key in works.keys if bib.graph.nodes[key]["list_read"]]
    here = f"({len(read)} of {len(works)} reference lists read)"
    everywhere = f"({bib.stats().lists_read} of {len(bib)} reference lists read)"
    assert here != everywhere
    title = getattr(works.plot, picture)().get_title(loc="left")
    assert title.endswith(everywhere if picture == "timeline" else here)


# The main path


def test_search_path_counts_are_those_counted_by_hand() -> None:
    """Five paths in all."""
    graph = nx.DiGraph([*DIAMOND])
    assert search_path_counts(graph) == {
        ("b", "a"): 3,
        ("c", "a"): 2,
        ("d", "b"): 2,
        ("d", "c"): 2,
        ("e", "d"): 2,
        ("f", "d"): 2,
        ("g", "b"): 1,
    }


def test_the_main_path_is_the_chain_of_most_weight() -> None:
    """From the oldest on: 3 + 2 + 2 by b against 2 + 2 + 2 by c; of e and f the first by name."""
    found = main_path(citing(*DIAMOND), "abcdefg")
    assert found == (("a", "b", "d", "e"), (3, 2, 2), ())


def test_the_main_path_runs_among_the_works_asked_for() -> None:
    """Without b, by c; without any citation among them, nowhere."""
    graph = citing(*DIAMOND)
    assert main_path(graph, "acdef").keys == ("a", "c", "d", "e")
    assert main_path(graph, "ag") == ((), (), ())
    assert main_path(graph, "") == ((), (), ())


def test_works_that_cite_each_other_do_not_send_a_path_in_a_circle() -> None:
    """Their citations of each other are left out, and said; all else counts."""
    found = main_path(citing("pa", "qa", "pq", "qp", "rp", "sr"), "apqrs")
    assert found.keys == ("a", "p", "r", "s")
    assert found.left_out == (("p", "q"), ("q", "p"))
    longer = main_path(citing("xy", "yz", "zx", "xa", "bz"), "xyzab")
    assert longer.left_out == (("x", "y"), ("y", "z"), ("z", "x"))
    assert longer.keys in {("a", "x"), ("z", "b")}


def test_only_citations_make_the_main_path() -> None:
    """A stated relation is no citation."""
    graph = citing("ba")
    graph.add_edge("a", "b", key=Relation.EXTENDS)
    graph.add_node("c", kind="paper", year=2020)
    graph.add_edge("c", "b", key=Relation.IMPROVES)
    assert main_path(graph, "abc").keys == ("a", "b")


_EDGES = st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=24)


@given(_EDGES)
def test_search_path_counts_are_numbers_of_paths(edges: set[tuple[int, int]]) -> None:
    """In any graph without circles they are what listing every path gives."""
    graph = nx.DiGraph([(str(max(one)), str(min(one))) for one in edges if one[0] != one[1]])
    starts = [node for node in graph if not graph.in_degree(node)]
    ends = [node for node in graph if not graph.out_degree(node)]
    counted: Counter[tuple[str, str]] = Counter()
    for start in starts:
        for end in ends:
            for path in nx.all_simple_paths(graph, start, end):
                counted.update(pairwise(path))
    assert search_path_counts(graph) == dict(counted)


@given(_EDGES)
def test_what_is_left_has_no_circle(edges: set[tuple[int, int]]) -> None:
    """And nothing is left out that lies on none."""
    graph = nx.DiGraph([(str(one), str(other)) for one, other in edges if one != other])
    free, left_out = without_circles(graph)
    assert nx.is_directed_acyclic_graph(free)
    assert {*free.edges, *left_out} == set(graph.edges)
    assert all(nx.has_path(graph, target, source) for source, target in left_out)


def test_the_main_path_of_a_topic_goes_up_the_years(bib: Bibliography) -> None:
    """Each work cites the one before."""
    found = main_path(bib.graph, bib.on("saddle-escape").keys)
    assert len(found.keys) > 3
    for cited, later in pairwise(found.keys):
        assert bib.graph.has_edge(later, cited, key=Relation.CITES)
    assert len(found.weights) == len(found.keys) - 1


# The pictures


@pytest.mark.slow
@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("query", ["topic:ntk", "author:jin", ""])
def test_every_picture_is_drawn_on_axes_that_are_given_back(
    bib: Bibliography, picture: str, query: str, tmp_path: Path
) -> None:
    """As a new figure with a title, which is written without a warning."""
    axes = getattr(bib.where(query).plot, picture)()
    assert axes.get_title(loc="left")
    assert axes.has_data()
    axes.figure.savefig(tmp_path / "picture.png", dpi=50)
    assert (tmp_path / "picture.png").stat().st_size > 2000


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_can_go_into_axes_of_ones_own(bib: Bibliography, picture: str) -> None:
    """Beside others; no further figure is made."""
    figure, (left, right) = pyplot.subplots(1, 2)
    assert getattr(bib.on("ntk").plot, picture)(axes=right) is right
    assert not left.has_data()
    assert pyplot.get_fignums() == [figure.number]


@pytest.mark.parametrize("picture", PICTURES)
def test_nothing_to_draw_is_said(bib: Bibliography, picture: str) -> None:
    """No empty figure is left behind."""
    with pytest.raises(ValueError, match=r"there are no|no citation|have no topic"):
        getattr(bib.where("year:1700").plot, picture)()
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("picture", PICTURES)
def test_without_matplotlib_the_extra_is_named(
    bib: Bibliography, picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that installs it."""
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(
        MissingExtraError, match=r"needs matplotlib and scipy; run: pip install 'matplotlib"
    ):
        getattr(bib.on("ntk").plot, picture)()


@pytest.mark.parametrize("picture", ["coauthors", "topic_map"])
def test_without_scipy_the_extra_is_named(
    bib: Bibliography, picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The layout of a network needs it; no figure is left behind."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(MissingExtraError, match=r"needs matplotlib and scipy; run: pip install"):
        getattr(bib.on("ntk").plot, picture)()
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("picture", PICTURES)
def test_texts_of_records_are_no_formulas(catalogue_dir: Path, picture: str) -> None:
    """A dollar sign in a title or a topic is one."""
    bad = r"$\undefined{x}$"
    for kind, old in (("papers", "On Leaves"), ("topics", "label: Cups")):
        file = catalogue_dir / f"{kind}.yaml"
        new = f"label: '{bad} 5$'" if kind == "topics" else f"'{bad}'"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
    tea = load(catalogue_dir)
    try:
        axes = getattr(tea.all().plot, picture)()
    except ValueError as error:
        assert "no citation" in str(error)  # noqa: PT017 - the tiny catalogue may know none
    else:
        axes.figure.canvas.draw()


def test_the_timeline_has_a_dot_for_each_work(catalogue: Bibliography, ntk: Works) -> None:
    """In its year, one above the other, those to start with lowest."""
    axes = catalogue.on("ntk").plot.timeline()
    drawn = Counter(
        round(float(x)) for found in axes.collections for x in found.get_offsets()[:, 0]
    )
    assert drawn == Counter(paper.year for paper in catalogue.on("ntk"))
    for year in drawn:
        column = [dot for dot in dots(ntk) if dot.year == year]
        assert [dot.height for dot in column] == list(range(1, drawn[year] + 1))
        ranks = [("start", "core", "further").index(dot.level) for dot in column]
        assert ranks == sorted(ranks)


def test_a_timeline_of_many_works_has_bars(catalogue: Bibliography) -> None:
    """As high as there are works, all levels together."""
    axes = catalogue.all().plot.timeline()
    total: Counter[int] = Counter()
    for bar in axes.patches:
        total[round(bar.get_x() + bar.get_width() / 2)] += round(bar.get_height())  # type: ignore[attr-defined]
    assert +total == Counter(paper.year for paper in catalogue)


def test_the_timeline_names_the_most_cited_work_of_a_year(
    catalogue: Bibliography, ntk: Works
) -> None:
    """Not too many, none twice in a year, none too near another."""
    found = named(dots(ntk), 2)
    assert 3 < len(found) <= NAMED
    for dot, _ in found:
        rivals = [other.cited for other in dots(ntk) if other.year == dot.year]
        assert dot.cited == max(rivals) == len(catalogue.cited_by(dot.key))
    assert all(abs(one[0].year - other[0].year) >= 2 for one, other in combinations(found, 2))


def test_growth_counts_works_and_citations_up_to_each_year(catalogue: Bibliography) -> None:
    """The last value is all of them; in between those of the years so far."""
    axes = catalogue.on("ntk").plot.growth()
    lines: dict[Any, dict[int, int]] = {
        line.get_label(): dict(zip(line.get_xdata(), line.get_ydata(), strict=True))  # type: ignore[arg-type]
        for line in axes.lines
    }
    papers = catalogue.on("ntk")
    inside = set(papers.keys)
    edges = [
        edge
        for edge in catalogue.snapshot.edges()
        if edge.relation == Relation.CITES and {edge.source, edge.target} <= inside
    ]
    for year in (2016, 2019, 2024):
        assert lines["works"][year] == len(papers.until(year))
        assert lines["citations"][year] == sum(
            catalogue[edge.source].year <= year for edge in edges
        )
    assert lines["citations"][2024] == len(edges) > 100


def test_the_age_of_citations_is_in_years(bib: Bibliography) -> None:
    """A bar for each, the median marked; a preprint's lead counts as none."""
    axes = bib.on("ntk").plot.citation_age()
    inside = set(bib.on("ntk").keys)
    ages = [
        max(0, bib[edge.source].year - bib[edge.target].year)
        for edge in bib.snapshot.edges()
        if edge.relation == Relation.CITES and {edge.source, edge.target} <= inside
    ]
    bars = {
        round(bar.get_x() + bar.get_width() / 2): round(bar.get_height())  # type: ignore[attr-defined]
        for bar in axes.patches
    }
    assert bars == Counter(ages)
    assert axes.lines[0].get_xdata() == [median(ages)] * 2


def test_people_are_joined_by_their_joint_works(catalogue: Bibliography, ntk: Works) -> None:
    """With how many; the people with most works are chosen."""
    found = joint_works(ntk, 20)
    assert len(found) == 20
    papers = catalogue.on("ntk")
    number = {
        person: sum(
            catalogue.graph.has_edge(key, person, key=Relation.WRITTEN_BY) for key in papers.keys
        )
        for person in found
    }
    assert dict(found.nodes(data="works")) == number
    for one, other in combinations(found, 2):
        both = sum(
            catalogue.graph.has_edge(key, one, key=Relation.WRITTEN_BY)
            and catalogue.graph.has_edge(key, other, key=Relation.WRITTEN_BY)
            for key in papers.keys
        )
        assert found.get_edge_data(one, other, {"works": 0})["works"] == both


def test_topics_are_tied_by_works_and_citations() -> None:
    """Two works on a and b, one on c that cites one of them: counted by hand."""
    graph = citing("31")
    graph.add_node("2", kind="paper", year=2001)
    for topic in "abc":
        graph.add_node(f"topic:{topic}", kind="topic", label=topic.upper())
    for key, topics in (("1", "ab"), ("2", "ab"), ("3", "c")):
        for topic in topics:
            graph.add_edge(key, f"topic:{topic}", key=Relation.ABOUT)
    found = topic_ties(Works(graph, ["1", "2", "3"], str))
    assert dict(found.nodes(data="works")) == {"topic:a": 2, "topic:b": 2, "topic:c": 1}
    ties = {(one[-1], other[-1]): data["ties"] for one, other, data in found.edges(data=True)}
    assert ties == {("a", "b"): 2, ("a", "c"): 1, ("b", "c"): 1}
    assert found.edges["topic:a", "topic:b"]["strength"] == 1
    assert found.edges["topic:a", "topic:c"]["strength"] == pytest.approx(0.5**0.5)


@pytest.mark.slow
@pytest.mark.parametrize("picture", ["coauthors", "topic_map"])
def test_names_on_a_map_cover_no_other(catalogue: Bibliography, picture: str) -> None:
    """Of the whole catalogue, as it is drawn."""
    axes = getattr(catalogue.all().plot, picture)()
    axes.figure.canvas.draw()
    boxes = [text.get_window_extent().padded(-2) for text in axes.texts]
    assert len(boxes) > 30
    covered = [
        (axes.texts[i].get_text(), axes.texts[j].get_text())
        for (i, one), (j, other) in combinations(enumerate(boxes), 2)
        if one.overlaps(other)
    ]
    assert covered == []


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60),
            st.integers(0, 60),
            st.integers(2, 12),
            st.text("ab\n", min_size=1, max_size=12),
        ),
        max_size=12,
    )
)
def test_what_overlaps_is_pushed_apart(found: list[tuple[int, int, int, str]]) -> None:
    """Any map ends with room for each; one without overlaps is left as it is."""
    spots = {str(n): Spot(x, y, r, name) for n, (x, y, r, name) in enumerate(found)}
    made = apart(spots)
    for one, other in combinations(made.values(), 2):
        x, y, wide, high = one.box
        u, v, width, height = other.box
        assert abs(x - u) >= wide + width - 1 or abs(y - v) >= high + height - 1
    assert apart(made) == made


@pytest.mark.slow
def test_a_picture_is_the_same_each_time(bib: Bibliography) -> None:
    """Places are computed, never drawn by lot."""
    for picture in ("coauthors", "topic_map"):
        seen = [
            [(text.get_text(), text.xy) for text in getattr(bib.on("ntk").plot, picture)().texts]  # type: ignore[attr-defined]
            for _ in range(2)
        ]
        assert seen[0] == seen[1]
