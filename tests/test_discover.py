"""What is ranked outside a collection: the scores, the store of citations, the command."""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dltheory_bib import load
from dltheory_bib.cli.main import main
from dltheory_bib.discovery.citation_store import (
    CitationStore,
    CitationStoreError,
    write_citations,
)
from dltheory_bib.discovery.discoveries import discover
from dltheory_bib.discovery.engines import DuckDBEngine, Engine, EngineError, open_engine
from dltheory_bib.discovery.own_works import collection_works
from dltheory_bib.discovery.scores import SCALE, Citations, Ranked, degrees, ranking, ties
from dltheory_bib.errors import MissingExtraError
from dltheory_bib.lookup.protocol import Reference, StatedWork
from dltheory_bib.shelf.readers import openalex_dump
from dltheory_bib.shelf.readers.source_kinds import find_source
from dltheory_bib.shelf.refusals import UNDATED, Refused
from dltheory_bib.text.identifiers import Identifier
from helpers.budget import examples

duckdb = pytest.importorskip("duckdb")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "scripts")]

import citation_dump  # noqa: E402

import discover_quality  # noqa: E402

Pairs = set[tuple[int, int]]


class Definition:
    """The definition of the scores, word by word, on sets of pairs."""

    def __init__(self, citations: Pairs, seeds: set[int]) -> None:
        self.seeds = seeds
        self.cites: dict[int, set[int]] = defaultdict(set)
        self.cited_by: dict[int, set[int]] = defaultdict(set)
        for citing, cited in citations:
            self.cites[citing].add(cited)
            self.cited_by[cited].add(citing)
        self.works = {one for pair in citations for one in pair}

    def ranking(self, outside: set[int], count: int) -> list[tuple[int, ...]]:
        rows = [self.row(work) for work in self.works & outside]
        tied = [row for row in rows if row[1]]
        return sorted(tied, key=lambda row: (-row[1], row[0]))[:count]

    def row(self, work: int) -> tuple[int, ...]:
        lists, references = self.cited_by[work], self.cites[work]
        co_cited = sum(
            int(SCALE * len(self.cites[one] & self.seeds) / len(self.cites[one])) for one in lists
        )
        coupled = sum(
            int(SCALE * len(self.cited_by[one] & self.seeds) / len(self.cited_by[one]))
            for one in references
        )
        by, to = len(lists & self.seeds), len(references & self.seeds)
        score = int((co_cited + SCALE * by) / sqrt(len(lists))) if lists else 0
        score += int((coupled + SCALE * to) / sqrt(len(references))) if references else 0
        return work, score, co_cited, coupled, by, to

    def ties(self, works: Iterable[int]) -> set[tuple[int, int, int]]:
        return {
            (work, seed, weight)
            for work in works
            for seed in self.seeds
            if (weight := self.tie(work, seed)) is not None
        }

    def tie(self, work: int, seed: int) -> int | None:
        lists, references = self.cited_by[work], self.cites[work]
        common = lists & self.cited_by[seed]
        shared = references & self.cites[seed]
        parts = []
        if common:
            weight = sum(int(SCALE / len(self.cites[one])) for one in common)
            parts.append(int(weight / sqrt(len(lists))))
        if shared:
            weight = sum(int(SCALE / len(self.cited_by[one])) for one in shared)
            parts.append(int(weight / sqrt(len(references))))
        if seed in lists:
            parts.append(int(SCALE / sqrt(len(lists))))
        if seed in references:
            parts.append(int(SCALE / sqrt(len(references))))
        return sum(parts) if parts else None


def computed(
    engine: Engine, citations: Pairs, seeds: set[int], outside: set[int], count: int
) -> tuple[list[tuple[int, ...]], set[tuple[int, int, int]]]:
    ids = [(one,) for one in seeds]
    pairs = engine.table({"citing": int, "cited": int}, sorted(citations))
    frames = (Citations(pairs, degrees(engine, pairs)), engine.table({"id": int}, ids))
    shown = engine.table({"id": int}, [(one,) for one in outside])
    rows = engine.rows(ranking(engine, *frames, shown, count))
    best = engine.table({"id": int}, [(row[0],) for row in rows])
    return rows, set(engine.rows(ties(engine, *frames, best)))


works = st.integers(-3, 24)
graphs = st.sets(st.tuples(works, works).filter(lambda pair: pair[0] != pair[1]), max_size=120)
hub = {(one, 0) for one in range(1, 25)} | {(0, one) for one in range(1, 25, 2)}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine(threads=1) as opened:
        yield opened


@examples(25)
@given(
    citations=graphs,
    seeds=st.sets(works, max_size=8),
    inside=st.sets(works, max_size=4),
    count=st.integers(1, 30),
)
@example(citations=hub, seeds={1, 2, 3}, inside=set(), count=30)
@example(citations=hub, seeds={0}, inside={7}, count=5)
@example(citations=set(), seeds={1}, inside=set(), count=5)
def test_the_scores_are_those_of_the_definition(
    engine: Engine, citations: Pairs, seeds: set[int], inside: set[int], count: int
) -> None:
    """On random graphs, with a hub, no citations, works without any: equal in every number."""
    definition = Definition(citations, seeds)
    outside = {*range(-3, 25)} - seeds - inside
    wanted = definition.ranking(outside, count)
    rows, pairs = computed(engine, citations, seeds, outside, count)
    assert rows == wanted
    assert all(len(row) == len(Ranked._fields) for row in rows)
    assert pairs == definition.ties(row[0] for row in wanted)


DUMP: list[dict[str, Any]] = [
    {
        "id": "https://openalex.org/W10",
        "doi": "https://doi.org/10.1000/TEA",
        "display_name": "On the Brewing of Green Tea",
        "publication_year": 2001,
        "authorships": [{"author": {"display_name": "Ida Abel"}, "raw_author_name": None}],
        "primary_location": {"landing_page_url": None, "source": {"display_name": "Tea Letters"}},
        "locations": [
            {"landing_page_url": "http://arxiv.org/abs/math/0309136v2"},
            {"landing_page_url": None},
        ],
        "referenced_works": [
            "https://openalex.org/W20",
            "https://openalex.org/W20",
            "https://openalex.org/W10",
            "https://openalex.org/W99",
            "https://example.org/W20",
            None,
        ],
    },
    {
        "id": "https://openalex.org/W20",
        "doi": "https://doi.org/10.48550/arXiv.1706.03762",
        "display_name": "Überlegungen zum Tee",
        "authorships": [{"author": {"display_name": "Jon Bell"}}],
        "referenced_works": [],
    },
    {
        "id": "https://openalex.org/W30",
        "display_name": "On the brewing of green tea.",
        "authorships": [{"author": {"display_name": "Someone Else"}}],
        "locations": None,
        "referenced_works": ["https://openalex.org/W20"],
    },
    {"id": "https://openalex.org/W40", "type": "paratext", "display_name": "Front Matter of Tea"},
    {"id": "https://openalex.org/W50", "referenced_works": ["https://openalex.org/W10"]},
    {"id": "https://example.org/W60", "display_name": "Of no number"},
]


def written(folder: Path, kind: str) -> Path:
    """The dump as files of a kind."""
    works = folder / kind / "works"
    works.mkdir(parents=True)
    if kind == "parquet":
        pyarrow = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        names = {name: None for one in DUMP for name in one}
        rows = [names | one for one in DUMP]
        parquet.write_table(pyarrow.Table.from_pylist(rows), works / "part_0.parquet")
    else:
        lines = [*map(json.dumps, DUMP[:2]), "{broken", *map(json.dumps, DUMP[2:])]
        (works / "part_0.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    return folder / kind


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_a_dump_is_stored(tmp_path: Path, engine: Engine, kind: str) -> None:
    """Each pair once, no work with itself, no address of another site; works as the shelf's."""
    source = find_source(written(tmp_path, kind))
    stored = write_citations([source], tmp_path, engine)
    assert stored[:2] == (3, 4)
    store = CitationStore(tmp_path, engine)
    assert store.about == stored
    pairs, degree = store.citations()
    assert sorted(engine.rows(pairs)) == [(10, 20), (10, 99), (30, 20), (50, 10)]
    counted = [(10, 2, 1), (20, 0, 2), (30, 1, 0), (50, 1, 0), (99, 0, 1)]
    assert sorted(engine.rows(degree)) == counted
    assert sorted(engine.rows(store.ids())) == [(10,), (20,), (30,)]
    works = store.stated([10, 20, 40, 50, 99])
    assert works.keys() == {10, 20}
    (read,) = (one for one in openalex_dump.read(source.files[0]) if work_id(one) == "W10")
    assert works[10]._replace(date=UNDATED) == read
    assert write_citations([source], tmp_path, engine) == stored, "in place of the first"
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".citations")]


def work_id(record: StatedWork | Refused) -> str:
    return record.where if isinstance(record, StatedWork) else ""


def test_works_are_found_by_every_name(tmp_path: Path, engine: Engine) -> None:
    """DOI, arXiv id and title, if title and authors agree."""
    write_citations([find_source(written(tmp_path, "json"))], tmp_path, engine)
    store = CitationStore(tmp_path, engine)
    tea = "On the Brewing of Green Tea"
    asked = [
        (Reference(ids=(Identifier("doi", "10.1000/tea"),)), [10]),
        (Reference(ids=(Identifier("arxiv", "math/0309136"),)), [10]),
        (Reference(ids=(Identifier("arxiv", "1706.03762"),)), [20]),
        (Reference("On the brewing of green tea", ("Abel, I.",)), [10]),
        (Reference("On the brewing of green tea", ("Else, Someone",)), [30]),
        (Reference("On the brewing of green tea"), [10, 30]),
        (Reference("Uberlegungen zum Tee", ("Bell, J.",)), []),
        (Reference("Überlegungen zum Tee", ("Bell, J.",)), [20]),
        (Reference("Another Thing", ("Cole, C.",), ids=(Identifier("doi", "10.1000/tea"),)), []),
        (Reference(tea, ("Nobody, N.",)), []),
        (Reference("Front Matter of Tea"), []),
        (Reference(), []),
    ]
    assert store.find([one for one, _ in asked]) == [numbers for _, numbers in asked]


def test_a_store_that_cannot_be_read(tmp_path: Path, engine: Engine) -> None:
    """What is wrong is named, with what to do."""
    with pytest.raises(CitationStoreError, match="has no citations; dltheory shelf build"):
        CitationStore(tmp_path, engine)
    write_citations([find_source(written(tmp_path, "json"))], tmp_path, engine)
    about = tmp_path / "citations" / "about.json"
    text = about.read_text("utf-8")
    about.write_text(text.replace('"format": 2', '"format": 1'), "utf-8")
    with pytest.raises(CitationStoreError, match="another version"):
        CitationStore(tmp_path, engine)
    about.write_text("[]", "utf-8")
    with pytest.raises(CitationStoreError, match="damaged"):
        CitationStore(tmp_path, engine)
    about.write_text(text, "utf-8")
    (tmp_path / "citations" / "works" / "part-0.parquet").write_bytes(b"PAR1")
    with pytest.raises(CitationStoreError, match=r"works is damaged; build the shelf again \(Duck"):
        CitationStore(tmp_path, engine).stated([10])
    (tmp_path / "citations" / "degrees" / "part-0.parquet").unlink()
    with pytest.raises(CitationStoreError, match=r"degrees is damaged; build the shelf again"):
        CitationStore(tmp_path, engine).citations()


def test_engines_that_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong name, a wrong size, an extra that is not installed."""
    with pytest.raises(EngineError, match=r"no engine 'dukdb'; write duckdb, or the master"):
        open_engine("dukdb")
    with pytest.raises(EngineError, match="DuckDB cannot be started"):
        open_engine(memory="much")
    with pytest.raises(EngineError, match="int is neither an engine nor a SparkSession"):
        open_engine(3)
    for name in ("duckdb", "pyspark", "pyspark.sql"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match="discover needs"):
        open_engine()
    with pytest.raises(MissingExtraError, match=re.escape("--engine local[2] needs")):
        open_engine("local[2]")


class Crowded:
    """A connection that has too little memory a few times."""

    def __init__(self, connection: Any, failures: int) -> None:
        self.connection, self.failures = connection, failures

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def execute(self, sql: str, values: Any = ()) -> Any:
        if sql.startswith("CREATE") and self.failures:
            self.failures -= 1
            raise duckdb.OutOfMemoryException("failed to allocate data of size 64.0 MiB")
        return self.connection.execute(sql, values)


def test_with_too_little_memory_one_thread_is_tried() -> None:
    """And if that is not enough, a higher limit is asked for."""
    with open_engine(threads=2) as opened:
        assert isinstance(opened, DuckDBEngine)
        opened._connection = Crowded(opened._connection, 1)
        assert opened.rows(opened.table({"id": int}, [(3,)])) == [(3,)]
        threads = "SELECT current_setting('threads')"
        assert opened._connection.execute(threads).fetchall() == [(1,)]
        opened._connection.failures = 2
        with pytest.raises(EngineError, match="needs more memory; name a higher limit"):
            opened.table({"id": int}, [(3,)])


# The command, on a collection of its own with a shelf of works that were made up


PAPERS = """
- key: abel2001brewing
  type: online
  title: On the Brewing of Green Tea
  author: ["Abel, Ida"]
  year: 2001
  doi: 10.1000/tea
- key: cole2008kettle
  type: online
  title: A Kettle of One's Own
  author: ["Cole, Carol"]
  year: 2008
  eprint: '0801.0001'
"""


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "papers.yaml").write_text(PAPERS, "utf-8")
    lines = [
        {"citing": "cole2008kettle", "title": "Tea and Steam", "author": "Dan Dorn", "year": 1990},
        {"citing": "cole2008kettle", "title": "Überlegungen zum Tee", "author": "Jon Bell"},
    ]
    (folder / "wanted.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in lines), "utf-8")
    (folder / "citations.yaml").write_text(
        "- citing: cole2008kettle\n  source: a list\n  where: its end\n  how: parsed\n"
        "  cites: [abel2001brewing]\n",
        "utf-8",
    )
    return folder


@pytest.fixture
def shelf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "shelf"
    dump = written(tmp_path, "json")
    assert main(["shelf", "build", str(dump), "-o", str(folder)]) == 0
    assert "shelf: 4 citations of 3 works" in capsys.readouterr().err
    assert main(["shelf", "list", "--shelf", str(folder)]) == 0
    assert "4 citations of 3 works in OpenAlex of 2" in capsys.readouterr().err
    return folder


def test_what_the_reference_lists_lead_to(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a shelf the collection's own lists are used, and a note says what adds others."""
    own = ["--data", str(collection), "discover"]
    assert main(own) == 0
    out, err = capsys.readouterr()
    first, second = (line.split("\t") for line in out.splitlines())
    assert first[1:] == [
        "",
        "Tea and Steam",
        "Dan Dorn",
        "1990",
        why := ("cited by 1 of yours; near cole2008kettle, abel2001brewing"),
    ]
    assert (second[2], second[5]) == ("Überlegungen zum Tee", why)
    assert "2 works, not curated; 2 of 2 works are in 3 citations in" in err
    assert main([*own, "--format", "bibtex"]) == 0
    bibtex = capsys.readouterr().out
    assert f"% dorn1990steam: not curated; {why}\n@misc{{dorn1990steam,\n" in bibtex
    assert main([*own, "-n", "1", "--format", "json"]) == 0
    (hit,) = json.loads(capsys.readouterr().out)
    assert hit["because"] == ["cole2008kettle", "abel2001brewing"]
    assert (hit["cited_by"], hit["cites"], hit["co_cited"]) == (1, 0, 0.333333)
    assert (hit["score"], hit["source"]) == (1.333333, "reference lists")


def test_what_a_shelf_adds(
    collection: Path, shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Citations of both are joined; a wanted work that the shelf has is one work."""
    own = ["--data", str(collection), "discover", "--shelf", str(shelf)]
    assert main([*own, "--format", "json"]) == 0
    out, err = capsys.readouterr()
    hits = {one["title"]: one for one in json.loads(out)}
    assert hits.keys() == {"Überlegungen zum Tee", "On the brewing of green tea.", "Tea and Steam"}
    tea = hits["Überlegungen zum Tee"]
    assert (tea["where"], tea["eprint"], tea["cited_by"]) == ("W20", "1706.03762", 2)
    assert tea["because"] == ["abel2001brewing", "cole2008kettle"]
    assert hits["On the brewing of green tea."]["because"] == ["abel2001brewing", "cole2008kettle"]
    assert "4 citations in OpenAlex of 2" in err
    assert main([*own, "key:abel2001brewing", "--format", "bibtex"]) == 0
    bibtex = capsys.readouterr().out
    assert re.search(r"% 1706.03762: not curated; cited by 1 .*; openalex of 2.*, W20\n", bibtex)


def test_what_a_bib_lacks(
    collection: Path, shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its works count, also those that the collection lacks; others of the collection are shown."""
    refs = tmp_path / "refs.bib"
    refs.write_text(
        "@article{mine, title={A Kettle of One's Own}, author={Cole, Carol}, year={2008},"
        " eprint={0801.0001}}\n@misc{tee, title={Überlegungen zum Tee},"
        " author={Bell, Jon}}\n",
        "utf-8",
    )
    own = ["--data", str(collection), "discover", str(refs)]
    assert main([*own, "--shelf", str(shelf), "--format", "json"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["key"], first["source"]) == ("abel2001brewing", "the collection")
    assert {*first["because"]} == {"cole2008kettle", "tee"}
    assert main([*own, "--format", "bibtex"]) == 0
    assert "in the collection, dltheory export key:abel2001brewing" in capsys.readouterr().out
    refs.write_text("% nothing\n", "utf-8")
    assert main(own) == 0
    assert capsys.readouterr().err == f"{refs} has no works\n"


def test_empty_answers_say_what_to_type(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A query without works, a collection without citations, a shelf without them."""
    own = ["--data", str(collection), "discover"]
    assert main([*own, "year:1900"]) == 0
    assert "no work matches year:1900" in capsys.readouterr().err
    assert main([*own, "year:1900", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    for name in ("wanted.jsonl", "citations.yaml"):
        (collection / name).unlink()
    assert main(own) == 0
    err = capsys.readouterr().err
    assert "none of the 2 works is in 0 citations" in err
    key = next(iter(load(collection).papers))
    assert main([*own, f"key:{key}"]) == 0
    assert "the work is not in 0 citations" in capsys.readouterr().err
    assert "dltheory shelf build FOLDER adds those of a dump of OpenAlex" in err
    assert main([*own, "--shelf", str(tmp_path)]) == 1
    assert "has no citations; dltheory shelf build FOLDER" in capsys.readouterr().err
    assert main([*own, "--engine", "ray"]) == 1
    assert "no engine 'ray'" in capsys.readouterr().err


def test_only_the_citations_of_a_dump(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an index of works; and without the extra the index alone, with a note."""
    dump, folder = written(tmp_path, "json"), tmp_path / "shelf"
    assert main(["shelf", "build", str(dump), "-o", str(folder), "--citations-only"]) == 0
    assert [one.name for one in folder.iterdir()] == ["citations"]
    refs = tmp_path / "refs.bib"
    refs.write_text("@misc{a, title={A}}\n", "utf-8")
    assert main(["shelf", "build", str(refs), "-o", str(folder), "--citations-only"]) == 2
    assert "no source is a dump of OpenAlex" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert main(["shelf", "build", str(dump), "-o", str(tmp_path / "other")]) == 0
    assert "citations were not stored: discover needs" in capsys.readouterr().err
    assert (tmp_path / "other" / "shelf.sqlite").is_file()


def test_the_answer_is_the_same_with_little_memory(tmp_path: Path, collection: Path) -> None:
    """Every byte of it, with one thread and two, as JSON Lines and as Parquet."""
    bib = load(collection)
    works = collection_works(bib)
    answers = set()
    for kind, threads, memory in (("json", 1, None), ("parquet", 2, "60MB")):
        dump = citation_dump.write_dump(20_000, tmp_path / kind, kind, works)
        with open_engine(threads=threads, memory=memory) as engine:
            write_citations([find_source(dump)], tmp_path / kind, engine)
            store = CitationStore(tmp_path / kind, engine)
            found = store.find([one.reference for one in works])
            assert found == [[citation_dump.number_of(place)] for place, _ in enumerate(works)]
            made = discover(bib, shelf=tmp_path / kind, engine=engine, count=100)
            assert len(made) == 100
            assert bib.discover(shelf=tmp_path / kind, engine=engine, count=3)[2] == made[2]
            text = json.dumps([one.to_dict() for one in made]) + made.to_bibtex() + str(made)
        answers.add(text.replace(str(store.about.date), ""))
    assert len(answers) == 1


def test_the_measure_of_quality(engine: Engine) -> None:
    """A hidden work that a list has together with those that are left is found, the lists of hidden
    works are withheld, and a hub is first by plain citations.
    """
    case = discover_quality.Case([0, 1, 2], [3, 4])
    pairs = [(0, 1), (0, 2), (0, 3), (4, 1), (4, 2)] + [(20 + one, 10) for one in range(9)]
    made = discover_quality.outcome(engine, case, pairs, 1, withheld=False)
    assert (made.reachable, made.found["citations"], made.found["discover"]) == (1, 0, 0.5)
    assert discover_quality.outcome(engine, case, pairs, 2, withheld=False).found["discover"] == 1
    made = discover_quality.outcome(engine, case, pairs, 2, withheld=True)
    assert (made.found["discover"], made.found["coupling"]) == (0.5, 0)
    one, other = discover_quality.cases([*range(100)], 2, "name")
    assert len(one.hidden) == 20
    assert one != other
    assert not set(one.left) & set(one.hidden)
    assert [one, other] == [*discover_quality.cases([*range(100)], 2, "name")]
