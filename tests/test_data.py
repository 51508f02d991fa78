"""The shipped catalogue: what must be in it, and what must not."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from dltheory_bib import Bibliography
from dltheory_bib.source.folders import KINDS
from dltheory_bib.source.loader import check_paths
from dltheory_bib.text.names import words
from helpers.collections import CATALOGUE

pytestmark = [pytest.mark.catalogue, pytest.mark.wheel]

SEED = [
    "allenzhu2019convergence",
    "allenzhu2019rate",
    "chen2018dynamical",
    "choromanska2015loss",
    "dauphin2014identifying",
    "dean2012large",
    "desa2015taming",
    "ding2022suboptimal",
    "donoho2019analyses",
    "du2017gradient",
    "du2018convolutional",
    "du2018power",
    "du2019gradient",
    "du2019provably",
    "dwaraknath2019understanding",
    "fang2019sharp",
    "freeman2017topology",
    "garrigaalonso2019deep",
    "ge2015escaping",
    "ge2018learning",
    "gilboa2019dynamical",
    "google2019neural",
    "hanin2018neural",
    "hanin2018start",
    "hanin2020finite",
    "hu2019ultra",
    "jacot2018neural",
    "jin2017escape",
    "jin2021nonconvex",
    "karakida2019universal",
    "kawaguchi2016deep",
    "kawaguchi2019gradient",
    "lee2016gradient",
    "lee2018deep",
    "lee2019wide",
    "li2017convergence",
    "li2018learning",
    "li2022benefit",
    "lian2015asynchronous",
    "liu2020understanding",
    "matthews2018gaussian",
    "novak2020neural",
    "peng2016arock",
    "pennington2017geometry",
    "pennington2017resurrecting",
    "pennington2018emergence",
    "poole2016exponential",
    "safran2018spurious",
    "saxe2014exact",
    "schoenholz2017deep",
    "shwartzziv2017opening",
    "sokol2020information",
    "soltanolkotabi2019theoretical",
    "staib2019escaping",
    "sun2021provable",
    "tarnowski2019dynamical",
    "tian2017symmetry",
    "tishby2015deep",
    "wang2019convergence",
    "wikipedia2020neural",
    "xiao2018dynamical",
    "yang2017mean",
    "yang2019mean",
    "yang2019scaling",
    "yang2019wide",
    "yang2020matrix",
    "yang2020tensor",
    "yun2019deep",
    "zhihu2020view",
    "zhong2017recovery",
]
"""The works that the catalogue started from. A key never changes, so none of these may go."""

FILES = [CATALOGUE / f"{kind}.yaml" for kind in KINDS]


def test_the_catalogue_has_no_error_and_no_warning() -> None:
    problems, records = check_paths([CATALOGUE])
    assert list(map(str, problems)) == []
    assert records >= 780


def test_every_work_that_the_catalogue_started_from_is_there(catalogue: Bibliography) -> None:
    assert len(SEED) == len(set(SEED)) == 70
    assert [key for key in SEED if key not in catalogue.papers] == []
    assert len(catalogue) >= 500


def test_every_work_has_a_topic_and_a_source(catalogue: Bibliography) -> None:
    assert [paper.key for paper in catalogue if not paper.topics] == []
    assert [paper.key for paper in catalogue if not paper.sources] == []


def test_every_annotation_says_what_it_was_checked_against(catalogue: Bibliography) -> None:
    annotated = [paper for paper in catalogue if paper.summary or paper.idea or paper.limits]
    assert len(annotated) >= 70
    assert [p.key for p in annotated if not p.checked_in and p.checked != "unchecked"] == []


def test_every_relation_is_stated_in_a_sentence(catalogue: Bibliography) -> None:
    says = {(p.key, r.work): r.says for p in catalogue for r in p.relations}
    assert len(says) >= 50
    assert [pair for pair, text in says.items() if not text.endswith((".", "?", ")"))] == []
    assert [(p.key, r.work) for p in catalogue for r in p.relations if not r.where] == []


def test_every_venue_has_a_name_in_the_year_of_each_of_its_works(catalogue: Bibliography) -> None:
    for paper in catalogue:
        if paper.venue:
            period = catalogue.venues[paper.venue].in_year(paper.year)
            covers = (period.since or 0) <= paper.year <= (period.until or 9999)
            assert covers, f"{paper.venue} has no name in {paper.year} ({paper.key})"


LEAKS = ["file id", r"\bW\d{4}\b", "TODO", "FIXME", "public file index"]
"""Words of the workshop in which the records were made; a reader cannot know them."""


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_no_word_of_the_workshop_stands_in_the_data(path: Path) -> None:
    # Joined first: a folded text may break a phrase over two lines.
    text = " ".join(path.read_text(encoding="utf-8").split())
    found = [text[m.start() - 40 : m.end() + 20] for m in re.finditer("|".join(LEAKS), text)]
    assert found == []


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_a_file_names_its_schema_and_ends_its_lines_as_git_wants(path: Path) -> None:
    data = path.read_bytes()
    schema = re.match(rb"# yaml-language-server: \$schema=(schema/[a-z]+\.json)\n", data)
    assert schema is not None
    assert (path.parent / schema[1].decode()).is_file()
    assert data.endswith(b"\n")
    assert not data.endswith(b"\n\n")
    assert b"\r" not in data
    assert not re.search(rb"[ \t]\n", data)


def test_no_sentence_of_an_abstract_stands_in_an_annotation(catalogue: Bibliography) -> None:
    """Eight words in a row are a sentence of somebody else's.

    The abstracts are those in the folder that EVIDENCE names, as for `make audit`.
    """
    folder = os.environ.get("EVIDENCE")
    texts = gathered(Path(folder)) if folder else own_texts()
    found = 0
    for paper in catalogue:
        said = texts.get(bare(paper.plain_title))
        if said is None:
            continue
        found += 1
        told = " ".join(filter(None, (paper.summary, paper.idea, paper.limits)))
        told += " ".join(relation.says for relation in paper.relations)
        shared = runs(said) & runs(told)
        assert not shared, f"{paper.key}: {' '.join(sorted(shared)[0])}"
    assert found


def runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    plain = words(text)
    return {tuple(plain[n : n + length]) for n in range(len(plain) - length + 1)}


def bare(title: str) -> str:
    return "".join(words(title))


def gathered(folder: Path) -> dict[str, str]:
    """The gathered abstracts by bare title."""
    titles = {}
    for line in (folder / "works.jsonl").read_text(encoding="utf-8").splitlines():
        work = json.loads(line)
        titles[work["work"]] = bare(work["title"])
    lines = (folder / "abstracts.jsonl").read_text(encoding="utf-8").splitlines()
    return {titles[one["work"]]: one["abstract"] for one in map(json.loads, lines)}


def own_texts() -> dict[str, str]:
    """Where nothing was gathered, one invented abstract shows that the rule would see a copy."""
    copied = "we copy eight words in a row from here to there"
    assert runs(copied) & runs(f"They {copied} too")
    return {bare("How to Escape Saddle Points Efficiently"): copied}


def test_reading_orders_stay_on_their_topics(catalogue: Bibliography) -> None:
    """A topic with a start by hand goes on with its own works."""
    for topic in catalogue.topics.values():
        if topic.start:
            by_hand = {step.work for step in topic.start}
            order = catalogue.reading(topic, 20).keys
            assert set(order) <= by_hand | set(catalogue.on(topic).keys), topic.id


@pytest.mark.parametrize("topic", ["asynchronous-sgd", "adaptive-methods"])
def test_reading_orders_reach_the_present(catalogue: Bibliography, topic: str) -> None:
    """The first twelve works do not end before the newer half of the topic begins."""
    assert max(catalogue[key].year for key in catalogue.reading(topic, 12).keys) > 2019
