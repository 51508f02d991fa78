"""The same answers on Spark as on DuckDB. `make test-spark` installs Spark; it needs Java."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dltheory_bib import load
from dltheory_bib.discovery.citation_store import CitationStore, write_citations
from dltheory_bib.discovery.discoveries import discover
from dltheory_bib.discovery.engines import Engine, EngineError, open_engine
from dltheory_bib.discovery.own_works import collection_works
from dltheory_bib.shelf.readers.source_kinds import find_source
from helpers.programs import needs
from test_discover import Definition, computed, hub

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import citation_dump

# Spark and its libraries warn of what they will need of later versions of others.
pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
WORKS = 20_000


@pytest.fixture(scope="module")
def spark() -> Iterator[Engine]:
    pytest.importorskip("pyspark")
    needs("java")
    with pytest.MonkeyPatch.context() as patch:
        # Java's second compiler is for programs that run longer than a test.
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
        with open_engine("local[2]") as engine:
            yield engine


def test_the_scores_on_spark_are_those_of_the_definition(spark: Engine) -> None:
    """On a graph with a hub."""
    seeds, outside = {1, 2, 3}, {*range(-3, 25)} - {1, 2, 3}
    definition = Definition(hub, seeds)
    rows, pairs = computed(spark, hub, seeds, outside, 30)
    assert rows == definition.ranking(outside, 30)
    assert pairs == definition.ties(row[0] for row in rows)


def test_a_table_that_is_not_there(spark: Engine, tmp_path: Path) -> None:
    """Said as with DuckDB, and not as Java's trace."""
    with pytest.raises(EngineError, match=r"^Spark: .*nowhere"):
        spark.parquet(tmp_path / "nowhere")


def test_the_answer_on_spark_is_that_of_duckdb(spark: Engine, tmp_path: Path) -> None:
    """Every byte of it, from tables that each of them stored of one dump."""
    bib = load()
    planted = collection_works(bib)
    dump = citation_dump.write_dump(WORKS, tmp_path / "dump", "json", planted)
    answers = []
    with open_engine() as duckdb:
        for engine in (spark, duckdb):
            folder = tmp_path / engine.name
            stored = write_citations([find_source(dump)], folder, engine)
            found = CitationStore(folder, engine).find([one.reference for one in planted])
            made = discover(bib, shelf=folder, engine=engine, count=100)
            hits = json.dumps([hit.to_dict() for hit in made]) + made.to_bibtex()
            answers.append((stored, found, hits))
    assert answers[0] == answers[1]
    assert found == [[citation_dump.number_of(place)] for place, _ in enumerate(planted)]
