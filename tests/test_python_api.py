"""What a person types in a notebook: objects as arguments, printing, copies, threads, files."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from pydantic import ValidationError

import dltheory_bib
from dltheory_bib import (
    Bibliography,
    DataError,
    DetachedRecordError,
    Paper,
    Person,
    QueryError,
    ReferenceList,
    Topic,
    UnknownNameError,
    load,
)
from dltheory_bib.meant_names import MEANT
from dltheory_bib.models.types import FullName
from dltheory_bib.papers import Papers
from dltheory_bib.snapshot.reader import Registry
from helpers.collections import SAMPLE

FORM = '<pre style="line-height:1.3">'


@pytest.fixture
def tea(catalogue_dir: Path) -> Bibliography:
    return load(catalogue_dir)


# What a call takes


def test_a_call_takes_the_object_as_well_as_its_names(bib: Bibliography) -> None:
    """A work as a Paper, by key, arXiv id or address; a topic, person or question likewise."""
    paper, topic = bib["jin2017escape"], bib.topic("ntk")
    for name in (paper, "jin2017escape", "1703.00887", "https://arxiv.org/abs/1703.00887"):
        assert bib[name] == bib.get(name) == bib.papers[name] == paper
        assert name in bib
        assert name in bib.papers
        assert bib.key(name) == paper.key
        assert bib.cites(name) == bib.where("citedby:jin2017escape")
        assert bib.cited_by(name) == bib.where("cites:jin2017escape")
        assert bib.some([name, "jacot2018neural"]).keys == ["jin2017escape", "jacot2018neural"]
        assert bib.lineage(name).back.key == paper.key
        assert bib.path(name, paper) == ()
        assert bib.similar(name, 3) == bib.similar(paper)[:3]
        assert bib.results_of(name) == bib.results_of(paper) != []
        assert bib.view(name) == bib.view(paper)
        assert bib.edges(name) == bib.edges(paper)
        assert bib.improvements(name) == bib.improvements(paper)
    assert bib.on(topic) == bib.on("Neural tangent kernel")
    assert bib.reading(topic, 3) == bib.reading("ntk", 3)
    assert bib.narrower(bib.topics["wide-networks"]) == bib.narrower("wide-networks")
    assert bib.all().on(topic) == bib.on(topic)
    person = bib.person("Chi Jin")
    assert bib.by(person) == bib.all().by(person) == bib.by("jin-chi")
    assert bib.person(person) == person
    assert bib.co_authors(person) == bib.co_authors("Chi Jin")
    question = bib.question("width")
    assert bib.compare(question).cards == bib.compare("width").cards


@pytest.mark.parametrize("given", [0, 1.5, None, ["a"], slice(3), object(), True, b"a"])
def test_what_names_nothing_says_what_may_be_given(bib: Bibliography, given: Any) -> None:
    """A number is not an attribute error deep inside, but advice."""
    calls = [bib.__getitem__, bib.cites, bib.similar, bib.lineage, bib.results_of, bib.key]
    for call in (*calls, bib.papers.__getitem__):
        with pytest.raises(TypeError, match="a work is given by its key, an alias, an arXiv id"):
            call(given)
    with pytest.raises(TypeError, match="a topic is given by its id"):
        bib.on(given)
    with pytest.raises(TypeError, match="a person is given by a name"):
        bib.by(given)
    with pytest.raises(TypeError, match="a question is given by its id"):
        bib.compare(given)


@pytest.mark.parametrize("name", ["\ud800", "a\udcff"])
def test_half_a_character_is_an_unknown_name(bib: Bibliography, name: str) -> None:
    """It is what a byte of another encoding becomes, in an argument or a file's name."""
    for call in (bib.__getitem__, bib.topic, bib.person, bib.lineage, bib.people.__getitem__):
        with pytest.raises(UnknownNameError):
            call(name)
    for registry in (bib.topics, bib.venues, bib.questions):
        with pytest.raises(UnknownNameError):
            registry[name]
    for ask in (bib.by, bib.on, bib.all().by, bib.all().on):
        with pytest.raises(QueryError):
            ask(name)


def test_a_number_or_a_slice_is_sent_to_the_list(bib: Bibliography) -> None:
    """The advice is the expression that works."""
    with pytest.raises(TypeError, match=r"lists have numbers: bib.all\(\)\[0\]"):
        bib[0]  # type: ignore[index]
    with pytest.raises(TypeError, match=r"lists have slices: bib.all\(\)\[:3\]"):
        bib[:3]  # type: ignore[index]
    with pytest.raises(TypeError, match=r"write bib.some\(\['jin2017escape'\]\)"):
        bib.some("jin2017escape")
    with pytest.raises(TypeError, match="load"):
        Bibliography()


def test_fields_of_a_query_are_keywords_too(bib: Bibliography) -> None:
    """Texts, numbers, objects and lists of them; a wrong name is a `QueryError` as in a query."""
    wanted = bib.where("topic:ntk year:2019")
    assert bib.where(topic="ntk", year=2019) == wanted
    assert bib.on("ntk").where(year=2019) == wanted
    assert bib.where("topic:ntk", year="2019") == wanted
    assert bib.where(topic=bib.topic("ntk"), year=[2019]) == wanted
    either = bib.where("topic:ntk (year:2018 or year:2019)")
    assert bib.where(topic="ntk", year=range(2018, 2020)) == either
    assert bib.where(cited_by=bib["jin2017escape"]) == bib.cites("jin2017escape")
    assert bib.search(title="saddle points") == bib.search("title:saddle title:points")
    assert bib.search("saddle", year=2017) == bib.search("saddle year:2017")
    with pytest.raises(QueryError, match="unknown field 'topics'; did you mean topic:"):
        bib.where(topics="ntk")
    with pytest.raises(TypeError, match="year takes text, a number, a record or a list"):
        bib.where(year=None)
    with pytest.raises(TypeError, match="a function goes to filter"):
        bib.where(len)  # type: ignore[arg-type]


# What is meant


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("find", r"bib\.search"),
        ("by_author", r"bib\.by"),
        ("citation_graph", r"bib\.citations"),
        ("jin2017escape", r"bib\['jin2017escape'\]"),
        ("serach", "did you mean search"),
    ],
)
def test_a_missing_name_of_a_bibliography_names_the_one_that_is_meant(
    bib: Bibliography, name: str, meant: str
) -> None:
    """What other libraries call it, and what is mistyped."""
    with pytest.raises(AttributeError, match=meant):
        getattr(bib, name)
    assert not hasattr(bib, name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("sort_by", "sort"), ("top", "head"), ("bibtex", "to_bibtex"), ("wheer", "where")],
)
def test_a_missing_name_of_a_list_names_the_one_that_is_meant(
    bib: Bibliography, name: str, meant: str
) -> None:
    """The words of pandas and of other lists."""
    with pytest.raises(AttributeError, match=meant):
        getattr(bib.on("ntk"), name)


# Lists


def test_lists_have_the_habits_of_lists(bib: Bibliography) -> None:
    """First and last works, a function as filter and order, the value of a name, groups."""
    ntk = bib.on("ntk")
    assert ntk.head(3) == ntk[:3]
    assert ntk.head() == ntk[:5]
    assert ntk.tail(2) == ntk[-2:]
    assert ntk.tail(1_000) == ntk
    assert ntk.tail(0).keys == ntk.head(-1).keys == []
    assert ntk.filter(lambda paper: paper.year == 2019) == ntk.where(year=2019)
    assert ntk.sort(lambda paper: paper.key, reverse=True) == ntk.sort("key", reverse=True)
    assert ntk["jacot2018neural"] == ntk[bib["jacot2018neural"]] == bib["jacot2018neural"]
    with pytest.raises(UnknownNameError, match="no paper of this list"):
        ntk["jin2017escape"]
    with pytest.raises(TypeError, match=r"where\(\) takes a query"):
        ntk.filter("year:2019")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"write sort\('year', reverse=True\)"):
        ntk.sort("-year")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a work is given by its key"):
        ntk[1.5]  # type: ignore[call-overload]


def test_lists_have_columns(bib: Bibliography) -> None:
    """Keys, titles and years, one for each work in its order; also of all works."""
    for works in (bib.on("ntk").sort("title", reverse=True), bib, bib.on("ntk")[:0]):
        listed = list(works.all()) if isinstance(works, Bibliography) else list(works)
        assert works.keys == [paper.key for paper in listed]
        assert works.titles == [paper.plain_title for paper in listed]
        assert works.years == [paper.year for paper in listed]
    assert dict(bib) == {paper.key: paper for paper in bib}
    assert {**bib.on("ntk")} == {paper.key: paper for paper in bib.on("ntk")}


def test_a_list_that_a_property_returns_may_be_called(bib: Bibliography) -> None:
    """It returns itself; with an argument it says how to narrow it, but pandas may pass a frame."""
    paper = bib["jin2017escape"]
    assert paper.cites() == paper.cites
    assert paper.authors() == paper.authors
    assert bib.topics() is bib.topics
    assert bib.papers() is bib.papers  # type: ignore[operator]
    frame = bib.to_dataframe()
    assert list(frame.loc[paper.cites.keys].index) == paper.cites.keys
    assert list(frame.assign(when=bib.years)["when"]) == bib.years
    for call in (lambda: paper.cites("x"), lambda: bib.topics("ntk"), lambda: bib.keys(n=3)):
        with pytest.raises(TypeError, match="takes no arguments; "):
            call()  # type: ignore[no-untyped-call]
    assert pickle.loads(pickle.dumps(bib.years)) == bib.years


def test_works_are_sorted_by_what_a_list_shows(bib: Bibliography) -> None:
    """By venue, those without one last, and by type; a plain `sorted` is by year and key."""
    venues = [paper.venue for paper in bib.sort("venue")]
    known = [one for one in venues if one]
    assert venues == [*sorted(known), *[None] * (len(venues) - len(known))]
    types = [paper.type for paper in bib.sort("type")]
    assert types == sorted(types)
    assert sorted(bib) == list(bib.all())
    assert min(bib) == bib.all()[0]
    with pytest.raises(TypeError, match="'<' not supported"):
        _ = bib.all()[0] < 3  # type: ignore[operator]


def test_groups_hold_every_work_of_a_value(bib: Bibliography) -> None:
    """A work with two topics is in two groups; one without a level is in none."""
    ntk = bib.on("ntk")
    years = ntk.groupby("year")
    assert list(years) == sorted({paper.year for paper in ntk})
    assert years[2019] == ntk.where(year=2019)
    topics = ntk.groupby("topics")
    assert topics["ntk"] == ntk.filter(lambda paper: "ntk" in paper.topics)
    assert sum(map(len, ntk.groupby("level").values())) == len(ntk.filter(lambda p: p.level))
    assert ntk.groupby(lambda paper: len(paper.author) > 2)[True]
    with pytest.raises(AttributeError, match="topics"):
        ntk.groupby("topic")
    assert ntk[:0].groupby("year") == {}


def test_a_list_has_its_part_of_the_graphs(bib: Bibliography) -> None:
    """Only its works, and what is between them."""
    ntk = bib.on("ntk")
    assert set(ntk.graph) == set(ntk.citations) == set(ntk.keys)
    assert nx.is_frozen(ntk.graph)
    inside = [edge for edge in bib.snapshot.edges() if {edge.source, edge.target} <= set(ntk.keys)]
    assert ntk.graph.number_of_edges() == len(inside)


@pytest.mark.parametrize("table", ["works", "people", "edges", "cards"])
def test_every_table_is_a_data_frame(bib: Bibliography, table: Any) -> None:
    """The rows of the CSV of the same name."""
    frame = bib.on("ntk").to_dataframe(table)
    assert len(frame) == len(bib.on("ntk").to("csv", table).split("\r\n")) - 2
    assert len(bib.on("ntk").head(0).to_dataframe(table)) == 0
    with pytest.raises(UnknownNameError, match="did you mean people"):
        bib.to_dataframe("peple")  # type: ignore[arg-type]


def test_the_whole_bibliography_is_written_like_a_list(bib: Bibliography, tmp_path: Path) -> None:
    """The same words, for all works."""
    assert bib.to("keys") == bib.all().to("keys")
    assert bib.to_bibtex(dialect="biblatex") == bib.all().to_bibtex(dialect="biblatex")
    assert bib.to("bib") == bib.to("bibtex")
    paper = bib["jin2017escape"]
    assert bib.to_bibtex(paper) == bib.to_bibtex("jin2017escape") == paper.to_bibtex()
    assert bib.to_bibtex([paper], dialect="biblatex") == paper.to_bibtex(dialect="biblatex")
    assert bib.head(3) == bib.all()[:3]
    assert bib.sort("cited").keys[:1] == [bib.most_cited(1)[0][0].key]
    assert bib.since(2020) == bib.where("year:2020..")
    assert bib.groupby("year")[2017] == bib.where(year=2017)
    assert bib.filter(lambda paper: paper.level == "start") == bib.where("level:start")
    ntk = bib.on("ntk")
    counts = {paper.key: len(paper_cited) for paper in ntk if (paper_cited := bib.cited_by(paper))}
    assert {paper.key: count for paper, count in ntk.most_cited(100)} == counts
    assert ntk.graph_view("year:2019").data["title"] == "year:2019"
    assert list(bib.to_dataframe().index) == bib.all().keys
    bib.save(tmp_path / "all.bib")
    assert (tmp_path / "all.bib").read_text("utf-8") == bib.to_bibtex()


# Records that lead on


def test_a_work_leads_to_what_is_around_it(bib: Bibliography) -> None:
    """Properties of a Paper are what the bibliography answers about it."""
    paper = bib["jin2017escape"]
    assert paper.bibliography is bib
    assert paper.cites == bib.cites(paper)
    assert paper.cited_by == bib.cited_by(paper)
    assert paper.similar == bib.similar(paper)
    assert paper.results == bib.results_of(paper)
    assert [one.name for one in paper.authors] == list(paper.author)
    assert paper.arxiv == "https://arxiv.org/abs/1703.00887"
    assert paper.pdf == "https://proceedings.mlr.press/v70/jin17a/jin17a.pdf"
    assert paper.to_bibtex() == bib.some([paper]).to_bibtex()
    assert paper.to("ris") == bib.some([paper]).to("ris")
    assert paper.cite() == (
        "Chi Jin, Rong Ge, Praneeth Netrapalli, Sham M. Kakade, Michael I. Jordan (2017). How to "
        "Escape Saddle Points Efficiently. Proceedings of the 34th International Conference on "
        "Machine Learning, 70, 1724–1732. https://proceedings.mlr.press/v70/jin17a.html"
    )
    assert all("\n" not in one.cite() for one in bib)
    without = next(one for one in bib if one.eprint is None)
    assert without.arxiv is without.pdf is None


def test_a_name_knows_its_parts() -> None:
    """It is text, also in a copy, a pickle, JSON and an update; an organisation has no parts."""
    names = ["Huval, Jr., Brody", "De Sa, Christopher", "{Stanford University}"]
    paper = Paper(key="huval2020own", type="online", title="A", author=names, year=2020)  # type: ignore[arg-type]
    changed = paper.model_copy(update={"editor": ["Jin, Chi"]})
    again = Paper.model_validate_json(paper.model_dump_json())
    for one in (paper, again, copy.deepcopy(paper), pickle.loads(pickle.dumps(paper)), changed):
        assert list(one.author) == names
        parts = [(name.family, name.given, name.natural) for name in one.author]  # type: ignore[attr-defined]
        assert parts == [
            ("Huval", "Brody", "Brody Huval, Jr."),
            ("De Sa", "Christopher", "Christopher De Sa"),
            ("Stanford University", "", "Stanford University"),
        ]
    assert changed.editor[0].family == "Jin"  # type: ignore[attr-defined]
    assert type(paper.to_dict()["author"][0]) is str
    with pytest.raises(
        AttributeError, match="'FullName' object has no attribute 'last'; write fam"
    ):
        _ = paper.author[0].last  # type: ignore[attr-defined]


def test_a_reference_in_words(bib: Bibliography, tmp_path: Path) -> None:
    """`text` is what `cite` returns, a line each, and in a reading order the reason below it."""
    ntk = bib.on("ntk")
    assert ntk.to("text").splitlines() == [paper.cite() for paper in ntk]
    assert bib["jin2017escape"].to("text") == f"{bib['jin2017escape'].cite()}\n"
    reading = bib.reading("ntk", 3)
    lines = reading.to("txt").splitlines()
    assert lines[::2] == [paper.cite() for paper in reading]
    assert lines[1::2] == [f"    {bib.snapshot.readable(why)}" for why in reading.whys.values()]
    ntk.save(tmp_path / "ntk.txt")
    assert (tmp_path / "ntk.txt").read_text("utf-8") == ntk.to("text")
    assert ntk.to() == ntk.to_bibtex()
    assert bib["jin2017escape"].to() == bib["jin2017escape"].to_bibtex()


def test_a_call_that_does_not_fit_shows_its_parameters(bib: Bibliography) -> None:
    """Of methods of every object; an error inside a call that fits keeps its own message."""
    paper = bib["jin2017escape"]
    with pytest.raises(TypeError, match=r"'limit'; it is reading\(query, count\)"):
        bib.reading("ntk", limit=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"it is to\(format\)"):
        paper.to("ris", "works")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"it is reading\(count\)"):
        bib.topic("ntk").reading(limit=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"write 'b' in bib.cites\('a'\)"):
        bib.cites("jin2017escape", "ge2015escaping")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^no such thing$"):
        bib.filter(_refuse)
    assert Bibliography.cites.__doc__ == "Return the works that a work cites."


def _refuse(_: Paper) -> bool:
    raise TypeError("no such thing")


def test_relations_are_read_both_ways(bib: Bibliography) -> None:
    """What a work does to others and what is done to it, each with its sentence."""
    found = bib["jin2017escape"].related
    assert found.whys["ge2015escaping"].startswith("Improves: ")
    assert found.whys["zhang2021escape"].startswith("Improved by: ")
    stated = {one.work for one in bib["jin2017escape"].relations}
    back = bib.where("not key:jin2017escape").filter(
        lambda paper: any(one.work == "jin2017escape" for one in paper.relations)
    )
    assert set(found.keys) == {bib.key(key) for key in stated} | set(back.keys)


def test_people_topics_venues_trails_and_results_lead_to_works(bib: Bibliography) -> None:
    """Each to its own, by its id and not by a name that others share."""
    person = bib.person("Chi Jin")
    assert person.papers == bib.by("jin-chi")
    assert person.coauthors == bib.co_authors(person)
    assert (person.family, person.given) == ("Jin", "Chi")
    topic = bib.topic("wide-networks")
    assert topic.papers == bib.on(topic)
    assert topic.narrower == bib.narrower(topic)
    assert topic.reading(3) == bib.reading("wide-networks", 3)
    for venue in bib.venues.values():
        assert venue.papers == bib.filter(lambda paper, venue=venue: paper.venue == venue.id)
    trail = next(iter(bib.trails.values()))
    assert [step.work for step in trail.steps] == trail.papers.keys
    card = bib["jin2017escape"].results[0]
    assert card.paper == bib["jin2017escape"]
    assert bib.results[card.id].paper == card.paper
    question = bib.question("width")
    assert question.compare(best=True).cards == bib.compare("width", best=True).cards


def test_every_way_to_a_record_leads_on(bib: Bibliography) -> None:
    """However a record was come by, it knows its bibliography."""
    ways = [
        bib.papers["jin2017escape"],
        next(iter(bib)),
        next(iter(bib.papers.values())),
        bib.all()[0],
        next(iter(bib.all())),
        bib.most_cited(1)[0][0],
        next(iter(bib.topics.values())),
        bib.co_authors("Chi Jin")[0][0],
        bib.compare("width").cards[0],
        bib.compare("width").question,
        bib.assumptions["relu"],
    ]
    assert all(one.bibliography == bib for one in ways)


def test_a_record_of_ones_own_belongs_to_no_bibliography(bib: Bibliography) -> None:
    """It says so; a copy and a pickle do not carry the bibliography along."""
    paper = bib["jin2017escape"]
    alone = Paper.model_validate(paper.model_dump())
    assert alone == paper
    assert hash(alone) == hash(paper)
    others = [copy.copy(paper), copy.deepcopy(paper), pickle.loads(pickle.dumps(paper))]
    for one in (alone, paper.model_copy(), *others):
        assert one == paper
        with pytest.raises(DetachedRecordError, match=r"escape.* belongs to no bibliography"):
            _ = one.cites
    assert len(pickle.dumps(paper)) < 20_000
    assert "bibliography" not in paper.model_dump_json()[:200]
    assert set(paper.model_dump()) == set(Paper.model_fields)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("abstract", "summary"),
        ("keywords", "topics"),
        ("journal", "venue"),
        ("authors_list", "author"),
        ("bibtex", "to_bibtex"),
        ("citations", "cited_by"),
        ("sumary", "did you mean summary"),
    ],
)
def test_a_missing_name_of_a_record_names_the_one_that_is_meant(
    bib: Bibliography, name: str, meant: str
) -> None:
    """Also on a record of one's own, which is asked for nothing else."""
    for paper in (bib["jin2017escape"], copy.copy(bib["jin2017escape"])):
        with pytest.raises(AttributeError, match=meant):
            getattr(paper, name)
    with pytest.raises(AttributeError, match="definition"):
        _ = bib.topic("ntk").description  # type: ignore[attr-defined]


def test_what_is_meant_exists_and_what_is_missing_does_not() -> None:
    """The table names no class that is not there and no name that has come to be."""
    inner = {"FullName": FullName, "Papers": Papers, "Registry": Registry, "module": dltheory_bib}
    classes = {one: inner.get(one) or getattr(dltheory_bib, one) for one in MEANT}
    for owner, names in MEANT.items():
        known = set(dir(classes[owner]))
        known |= set(getattr(classes[owner], "model_fields", {}))
        assert known & set(names) == set(), owner
        for meant in names.values():
            first = re.match(r"[a-z_]+(?=\(|$|,)", meant)
            assert (
                first is None or owner == "module" or first[0] in known | {"len", "list", "print"}
            ), meant


# Printing


def terminal(*words: str) -> str:
    """What the terminal draws, at a width of 100 columns and without colour."""
    done = subprocess.run(
        [sys.executable, "-m", "dltheory_bib", "--data", str(SAMPLE), *words],
        env=os.environ | {"FORCE_COLOR": "1", "NO_COLOR": "1", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    )
    return "\n".join(line.rstrip() for line in done.stdout.splitlines())


def test_print_shows_what_the_terminal_draws(bib: Bibliography, tea: Bibliography) -> None:
    """Reading orders, lists, lineages, paths, comparisons and numbers, and as HTML."""
    shown: list[tuple[Any, tuple[str, ...]]] = [
        (bib.reading("ntk"), ("read", "ntk")),
        (bib.where("topic:ntk year:2019"), ("list", "topic:ntk year:2019")),
        (bib.lineage("jin2017escape"), ("lineage", "jin2017escape", "--all")),
        (bib.stats(), ("stats",)),
    ]
    path = bib.path("wang2019convergence", "ge2015escaping")
    shown.append((path, ("path", "wang2019convergence", "ge2015escaping")))
    for one, words in shown:
        assert str(one).split() == _bare(terminal(*words)).split(), words
        assert max(map(len, str(one).splitlines())) <= 100
        assert len(repr(one)) < 200
        assert "object at" not in repr(one)
        assert one._repr_html_().startswith("<")
    assert str(bib.where("year:1700")) == "no works"
    assert "builds on no work recorded here" in str(tea.lineage("ost2003programsii"))


def _bare(text: str) -> str:
    """Without the codes of links and styles, which a terminal does not show."""
    return re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text)


def test_a_path_is_a_chain_of_edges_with_its_works(bib: Bibliography) -> None:
    """A direct edge is found from either end; the works on the way are a list."""
    for ends in (("jacot2018neural", "chizat2019lazy"), ("chizat2019lazy", "jacot2018neural")):
        chain = bib.path(*ends)
        assert chain is not None
        assert len(chain) == 1
        assert chain.keys == list(ends) == chain.papers.keys
        assert chain[0].source == "chizat2019lazy"
    lineage = bib.lineage("jin2017escape")
    back, forward = lineage
    assert {*back.keys(), *forward.keys()} == set(lineage.papers.keys)


# What does not fit


WRONG: list[tuple[Callable[[Bibliography], object], type[Exception], str]] = [
    (lambda bib: bib.from_records(3), TypeError, "takes a list of records, not the number 3"),  # type: ignore[arg-type]
    (lambda bib: bib.from_records(bib["jin2017escape"]), TypeError, "not a Paper"),  # type: ignore[arg-type]
    (lambda bib: bib.from_records(bib.papers), TypeError, "not a mapping; write .values()"),  # type: ignore[arg-type]
    (lambda bib: bib.on("ntk").to("nope"), UnknownNameError, "keys, text, tsv, json"),
    (lambda bib: bib.to_dataframe("nope"), UnknownNameError, "works, people, edges or cards"),  # type: ignore[arg-type]
    (lambda bib: bib.to_dataframe([]), UnknownNameError, "works, people, edges or cards"),  # type: ignore[arg-type]
    (lambda bib: bib.sort([]), ValueError, "known are year, key"),  # type: ignore[arg-type]
    (lambda bib: bib.lineage("jin2017escape", None), TypeError, "such as 'extends', not None"),  # type: ignore[arg-type]
    (lambda bib: bib.compare("width", 3), TypeError, "a query is text"),  # type: ignore[arg-type]
    (lambda bib: bib.compare("width").plot([]), UnknownNameError, "did you mean n, L"),  # type: ignore[arg-type]
    (lambda bib: bib.check("x.bib", ignore="same"), UnknownNameError, "no rule 'same'"),
    (lambda bib: bib.check("x.bib", ignore=3), TypeError, "ignore takes names of rules"),  # type: ignore[arg-type]
    (lambda bib: bib.cover("x.bib", None), TypeError, "topics are names, not None"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(
    ("call", "error", "message"), WRONG, ids=[message for *_, message in WRONG]
)
def test_a_call_with_something_else_says_what_it_takes(
    bib: Bibliography,
    call: Callable[[Bibliography], object],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call(bib)


def test_one_name_is_as_good_as_a_list_of_one(bib: Bibliography, tmp_path: Path) -> None:
    """A relation, a rule, a topic; a path is text or a Path; a number of works may be large."""
    assert bib.lineage("jin2017escape", "cites") == bib.lineage("jin2017escape", ["cites"])
    entry = "@misc{a, title={A}, author={Doe, J.}, year=2020}\n"
    file = tmp_path / "two.bib"
    file.write_text(entry + entry.replace("{a", "{b"))
    assert [one.rule for one in bib.check(file).problems] == ["same-work"]
    assert not bib.check(file, ignore="same-work").problems
    assert str(bib.cover(file, "ntk")) == str(bib.cover(file, [bib.topic("ntk")]))
    bib.compare("width").save_plot(str(tmp_path / "width.svg"))
    assert (tmp_path / "width.svg").read_text().startswith("<?xml")
    assert bib.most_cited(10**30) == bib.most_cited(len(bib))


def test_a_class_made_where_there_is_no_file_has_a_schema() -> None:
    """A user's own, in a console: the inherited fields are described, its own are not."""
    made: dict[str, Any] = {"Paper": Paper}
    exec("class Mine(Paper):\n    note: str = ''\n", made)
    fields = made["Mine"].model_json_schema()["properties"]
    assert fields["year"]["description"] == "Year of the version of record."
    assert "description" not in fields["note"]


def test_a_paper_that_nobody_validated_is_shown_as_far_as_it_goes() -> None:
    """`model_construct` leaves out fields; a missing one is named without a guess."""
    bare = Paper.model_construct(key="doe2020own")
    assert repr(bare) == "Paper(key='doe2020own')"
    with pytest.raises(AttributeError, match="this Paper was made without author"):
        _ = bare.author


@pytest.mark.parametrize(("model", "field"), [(Paper, "key"), (Topic, "id"), (Person, "id")])
def test_a_key_or_id_is_short_enough_for_the_name_of_a_file(
    model: type[Paper | Topic | Person], field: str
) -> None:
    """Pages are named after it; no file system takes 300 characters."""
    with pytest.raises(ValidationError, match="has 201 characters; write 200 at most"):
        model.model_validate({field: "k" * 201})


def test_a_person_with_a_long_name_has_a_short_id() -> None:
    """A page can be named after it, and two that differ at the end only are two people."""
    names = ["B" * 400 + ", C", "B" * 400 + ", D"]
    own = Bibliography.from_records(
        [{"key": "b2020own", "type": "online", "title": "A", "author": names, "year": 2020}]
    )
    assert [len(one) for one in own.people] == [200, 200]
    assert [one.name for one in own["b2020own"].authors] == names


# Copies, processes, threads


def test_a_bibliography_is_copied_and_pickled_as_its_collection(
    bib: Bibliography, tea: Bibliography, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A copy is the bibliography itself; a pickle opens the same collection, from any directory."""
    monkeypatch.chdir(tmp_path)
    for one in (bib, tea):
        assert copy.deepcopy(one) is copy.copy(one) is one
        pickled = pickle.dumps(one)
        assert len(pickled) < 500
        again = pickle.loads(pickled)
        assert again == one
        assert hash(again) == hash(one)
        assert list(again.papers) == list(one.papers)
    assert bib != tea
    assert bib != load.__name__


def test_what_reads_a_collection_is_pickled_with_its_place(bib: Bibliography) -> None:
    """A mapping, a comparison, and those of records made in Python, which carry their records."""
    own = Bibliography.from_records(
        [{"key": "doe2020own", "type": "online", "title": "A", "author": ["Doe, J."], "year": 2020}]
    )
    for one in (bib.papers, bib.topics, own.papers):
        again = pickle.loads(pickle.dumps(one))
        assert dict(again) == dict(one)
        assert dict(copy.deepcopy(one)) == dict(one)
    assert len(pickle.dumps(bib.papers)) < 500
    assert not pickle.loads(pickle.dumps(own.papers))["doe2020own"].cited_by
    compared = bib.compare("width")
    assert str(pickle.loads(pickle.dumps(compared))) == str(copy.deepcopy(compared))


def test_several_bibliographies_at_once(bib: Bibliography, tea: Bibliography) -> None:
    """Each answers for itself."""
    assert len(tea) == 6
    assert "jin2017escape" not in tea
    assert "abel1990leaves" not in bib
    assert tea.topics != bib.topics
    with pytest.raises(ValueError, match="different bibliographies"):
        _ = tea.all() | bib.all()


def test_threads_share_a_bibliography(bib: Bibliography) -> None:
    """Sixteen threads that ask at once get the answers of one."""
    keys = bib.all().keys[:100]

    def asked(key: str) -> tuple[str, int, int]:
        return bib[key].title, len(bib.cites(key)), len(bib.where(f"cites:{key}"))

    alone = [asked(key) for key in keys]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(asked, keys)) == alone


def _titles(papers: Any) -> list[str]:
    return [paper.title for paper in papers]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_processes_use_what_the_parent_opened(tea: Bibliography, method: str) -> None:
    """A list goes to another process and is read there, forked or started anew."""
    lists = [tea.all(), tea.on("brewing")]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(_titles, lists) == [_titles(one) for one in lists]
    assert _titles(tea.all())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_reads_with_a_connection_of_its_own(tea: Bibliography) -> None:
    """SQLite forbids to carry a connection into a child."""
    before = tea.snapshot.database
    child = os.fork()
    if child == 0:
        right = tea.snapshot.database is not before and len(tea) == 6
        os._exit(0 if right else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert tea.snapshot.database is before


def test_ipython_completes_keys(bib: Bibliography) -> None:
    """In brackets: keys and aliases of works, ids of registries, the keys of a list."""
    assert "jin2017escape" in bib._ipython_key_completions_()
    assert set(bib.papers._ipython_key_completions_()) == set(bib._ipython_key_completions_())  # type: ignore[attr-defined]
    assert bib.topics._ipython_key_completions_() == list(bib.topics)  # type: ignore[attr-defined]
    assert bib.on("ntk")._ipython_key_completions_() == bib.on("ntk").keys


# Files


REFS = """@misc{jin17,
  title = {How to Escape Saddle Points Efficiently},
  author = {Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M. and
            Jordan, Michael I.},
  year = {2017},
  eprint = {1703.00887},
  archiveprefix = {arXiv},
}
"""


def test_a_bib_is_fixed_checked_and_covered_from_python(bib: Bibliography, tmp_path: Path) -> None:
    """`fix` shows a patch and writes when asked; `check` and `cover` print what they find."""
    refs = tmp_path / "refs.bib"
    refs.write_text(REFS, encoding="utf-8")
    made = bib.fix(refs)
    assert "+++" in str(made)
    assert refs.read_text("utf-8") == REFS
    assert made._repr_html_().startswith(FORM)
    assert bib.check(refs).counts == {"differs": 1}
    assert "outdated" in str(bib.check(str(refs)))
    covered = bib.cover(refs, count=2)
    assert [one.work for one in covered.listed] == ["jin2017escape"]
    assert len(covered.uncited) == 2
    assert covered.uncited.keys[0] in str(covered)
    assert bib.cover(refs, bib.topic("ntk")).topics[0].topic == "ntk"
    written = bib.fix(refs, write=True)
    assert refs.read_text("utf-8") == written.text != REFS
    assert bib.fix(refs, write=True).edits == {}
    assert "nothing to change" in str(bib.fix(refs))
    assert bib.check(refs, ignore=["unknown-type"]).counts == {"verified": 1}


def test_a_manuscript_gets_its_bib_from_python(bib: Bibliography, tmp_path: Path) -> None:
    """An entry for each key that is cited; what nobody knows is named."""
    tex, own = tmp_path / "main.tex", tmp_path / "own.bib"
    tex.write_text(r"\cite{jin2017escape, mine, nobody}", encoding="utf-8")
    own.write_text("@misc{mine,\n  title = {Mine},\n}\n", encoding="utf-8")
    made = bib.cite(tex, own=own)
    assert made.own == ("mine",)
    assert [one.key for one in made.unknown] == ["nobody"]
    assert str(made).startswith("@")
    made.save(tmp_path / "thesis.bib")
    assert (tmp_path / "thesis.bib").read_text("utf-8") == str(made)
    assert repr(made) == "<Cited: 2 entries, keys without one: nobody>"


def test_data_files_are_checked_from_python(bib: Bibliography, catalogue_dir: Path) -> None:
    """A directory or a file of one's own: the problems that `dltheory check` reports."""
    assert bib.check(catalogue_dir).problems == []
    file = catalogue_dir / "papers.yaml"
    file.write_text(file.read_text("utf-8").replace("year: 1990", "year: soon"), encoding="utf-8")
    assert "year should be a whole number" in str(bib.check(file))


# Records of one's own


def test_records_make_a_bibliography(bib: Bibliography) -> None:
    """Papers and mappings together; shipped topics and venues are known, and objects navigate."""
    first = Paper(
        key="doe2020own",
        type="inproceedings",
        title="A First Work",
        author=("Doe, Jane",),
        year=2020,
        venue="icml",
        topics=("ntk",),
    )
    second = {
        "key": "roe2021own",
        "type": "online",
        "title": "A Second",
        "author": ["Roe, Richard", "Doe, Jane"],
        "year": 2021,
        "topics": ["teacups"],
        "relations": [{"kind": "improves", "work": "doe2020own", "says": "It is shorter."}],
    }
    topic = {"id": "teacups", "label": "Teacups", "definition": "Cups for tea."}
    cites = ReferenceList(
        citing="roe2021own", source="arXiv", how="transcribed", cites=("doe2020own",)
    )
    mine = Bibliography.from_records([first, second, topic, cites])
    assert list(mine.papers) == ["doe2020own", "roe2021own"]
    assert mine["doe2020own"] == first
    assert mine["doe2020own"].cited_by.keys == ["roe2021own"]
    assert mine["doe2020own"].related.keys == ["roe2021own"]
    assert mine.on("ntk").keys == mine.where(venue="icml").keys == ["doe2020own"]
    assert mine.topic("teacups").papers.keys == ["roe2021own"]
    assert mine["roe2021own"].authors[1].papers.keys == ["doe2020own", "roe2021own"]
    assert "Proceedings of the 37th" in mine["doe2020own"].to_bibtex()
    again = pickle.loads(pickle.dumps(mine))
    assert again == mine
    assert again.all() == mine.all()
    assert mine != bib


def test_records_of_a_catalogue_make_another(tea: Bibliography) -> None:
    """What was handed out is taken back, with one more, in any order."""
    more = Paper(key="abel2024again", type="online", title="Again", author=("Abel, A.",), year=2024)
    mine = Bibliography.from_records([*tea, *tea.topics.values(), *tea.venues.values(), more])
    assert list(mine) == [*sorted([*tea, more], key=lambda paper: paper.key)]
    assert mine.all().since(2001).until(2004).keys == tea.all().since(2001).keys


def test_wrong_records_are_named_by_number_and_key() -> None:
    """Every problem at once: of one field, of a reference, and of what is no record."""
    wrong = [
        {"key": "doe2020own", "type": "zine", "title": "A", "author": ["Jane Doe"], "year": "soon"},
        {"key": "roe2021own", "type": "online", "title": "B", "author": ["Roe, R."], "year": 2021}
        | {"topics": ["nkt"], "after": ["nobody2020nothing"]},
        7,
    ]
    with pytest.raises(DataError) as caught:
        Bibliography.from_records(wrong)  # type: ignore[list-item]
    found = [(problem.file, problem.rule) for problem in caught.value.problems]
    assert ("record 1 (doe2020own)", "unknown-value") in found
    assert ("record 1 (doe2020own)", "ill-formed") in found
    assert ("record 1 (doe2020own)", "wrong-type") in found
    assert ("record 3", "wrong-type") in found
    said = str(caught.value)
    assert "unknown topic" in said or "nkt" in said
    assert "nobody2020nothing" in said
