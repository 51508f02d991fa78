"""The one object a user holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from dltheory_bib import (
    Bibliography,
    DataError,
    Paper,
    PaperList,
    Person,
    QueryError,
    Topic,
    UnknownNameError,
    Venue,
    load,
)


def test_a_work_is_found_by_any_of_its_names(bib: Bibliography) -> None:
    """Key, alias, arXiv id in every spelling, and DOI lead to the same record."""
    paper = bib["jin2017escape"]
    assert isinstance(paper, Paper)
    names = [*paper.aliases, str(paper.eprint), f"arXiv:{paper.eprint}", f"{paper.eprint}v1"]
    names += [f"https://arxiv.org/abs/{paper.eprint}", f" {paper.eprint} "]
    for name in names:
        assert bib[name] == paper
        assert name in bib
        assert bib.key(name) == paper.key
    with_doi = next(one for one in bib if one.doi)
    for spelling in (
        with_doi.doi,
        f"doi:{with_doi.doi}",
        f"https://doi.org/{with_doi.doi}".upper(),
    ):
        assert bib[str(spelling)] == with_doi
    assert paper in bib


@pytest.mark.parametrize("name", ["", " ", "nosuch", "'", "%", "x" * 5_000, "\x00", "a\udcff", "1"])
def test_what_names_no_work_is_an_unknown_name(bib: Bibliography, name: str) -> None:
    """Whatever is asked for that is not there raises `UnknownNameError`, a KeyError too."""
    with pytest.raises(UnknownNameError) as caught:
        bib[name]
    assert isinstance(caught.value, KeyError)
    assert caught.value.kind == "paper"
    assert caught.value.name == name
    assert str(caught.value).startswith("no paper ")
    assert str(caught.value).isprintable()


def test_the_mappings_hold_every_record_by_its_id(bib: Bibliography) -> None:
    """Papers, topics, venues and people are read-only mappings of their kind, ordered by id."""
    kinds: list[tuple[Mapping[str, object], type]] = [
        (bib.papers, Paper),
        (bib.topics, Topic),
        (bib.venues, Venue),
        (bib.people, Person),
    ]
    for records, kind in kinds:
        assert list(records) == sorted(records)
        assert len(records) == len(list(records)) > 0
        assert all(isinstance(record, kind) for record in records.values())
    assert len(bib.papers) == len(bib)
    assert bib.papers["jin2017escape"] is not None
    assert bib.papers.get("nosuch") is None
    with pytest.raises(UnknownNameError, match="did you mean jin2017escape"):
        bib.papers["jin2017escpae"]


def test_an_alias_finds_its_work_in_the_mapping_too(bib: Bibliography) -> None:
    """Aliases are looked up but not listed: every work is there once."""
    paper = next(one for one in bib if one.aliases)
    assert bib.papers[paper.aliases[0]] == paper
    assert paper.aliases[0] not in list(bib.papers)


def test_iteration_gives_every_work_once_in_order_of_keys(bib: Bibliography) -> None:
    """`for paper in bib` is the catalogue; `all()` is the same as a list, oldest first."""
    assert [paper.key for paper in bib] == sorted(bib.papers)
    assert isinstance(bib.all(), PaperList)
    assert [paper.year for paper in bib.all()] == sorted(paper.year for paper in bib)
    assert bib.all() == bib.where("")


def test_shorthands_are_the_queries_they_stand_for(bib: Bibliography) -> None:
    """`on` and `by` are `topic:` and `author:`; wrong names are errors with a suggestion."""
    assert bib.on("Neural tangent kernel") == bib.where("topic:ntk")
    assert bib.by("Chi Jin") == bib.where('author:"chi jin"')
    with pytest.raises(QueryError, match="unknown topic 'nkt'; did you mean ntk"):
        bib.on("nkt")
    with pytest.raises(QueryError, match="unknown author 'jinn'; did you mean jin"):
        bib.by("jinn")
    with pytest.raises(QueryError, match="topic: needs a value"):
        bib.on("")


def test_a_topic_by_id_label_or_alias(bib: Bibliography) -> None:
    """All three give the record."""
    topic = bib.topic("ntk")
    assert topic == bib.topic(topic.label) == bib.topic(topic.label.upper())
    for one in bib.topics.values():
        assert all(bib.topic(alias) == one for alias in one.aliases)


def test_repr_counts(bib: Bibliography) -> None:
    """Short enough for a prompt."""
    assert repr(bib) == (
        f"<Bibliography of {len(bib)} works, {len(bib.people)} people, {len(bib.topics)} topics>"
    )


def test_a_collection_of_ones_own(catalogue_dir: Path) -> None:
    """A directory is loaded with all that is in it; topics and venues are its own."""
    tea = load(catalogue_dir)
    assert list(tea.papers) == [
        "abel1990leaves",
        "abel1992water",
        "no2001steeping",
        "ost1995kettles",
        "ost2003programsii",
        "ost2004programsiii",
    ]
    assert set(tea.topics) == {"brewing", "cups", "steeping", "water"}
    assert tea["abel1991water"].title == "Water and {pH}"
    assert tea.by("Oest").keys == tea.by("ost").keys
    assert len(tea.by("ost")) == 4
    assert tea.on("mugs").keys == []
    assert tea.topic_counts()["brewing"] == 6
    assert tea.reading("brewing", 3).keys[0] == "abel1990leaves"


def test_a_papers_file_alone_uses_the_shipped_registries(tmp_path: Path) -> None:
    """One file is a collection; its topics and venues are those of the catalogue."""
    file = tmp_path / "mine.yaml"
    file.write_text(
        "- key: doe2020own\n  type: inproceedings\n  title: Own\n  author: ['Doe, Jo']\n"
        "  year: 2020\n  venue: icml\n  topics: [ntk]\n",
        encoding="utf-8",
    )
    mine = load(file)
    assert mine.on("ntk").keys == mine.where("venue:icml").keys == ["doe2020own"]
    assert mine.where("not topic:ntk").keys == []
    assert "mean-field" in mine.topics


def test_an_empty_answer_is_an_empty_list_everywhere(catalogue_dir: Path) -> None:
    """A work without edges has no neighbours, no lineage, no path, nothing similar."""
    tea = load(catalogue_dir)
    lone = "ost2003programsii"
    assert not tea.cites(lone)
    assert not tea.cited_by(lone)
    assert tea.path(lone, "abel1990leaves") is None
    assert not tea.similar(lone)
    assert list(tea.lineage(lone).back.keys()) == [lone]
    assert tea.co_authors("Yes No") == []
    assert tea.narrower("cups") == []


def test_wrong_data_are_never_loaded(catalogue_dir: Path) -> None:
    """One bad record, and nothing is: the error lists every problem with its place."""
    file = catalogue_dir / "papers.yaml"
    file.write_text(file.read_text("utf-8").replace("year: 1990", "year: 1590"), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load(catalogue_dir)
    (problem,) = [one for one in caught.value.problems if one.level == "error"]
    assert (problem.line, problem.rule) == (8, "out-of-range")


def test_what_changed_is_read_again(catalogue_dir: Path) -> None:
    """An edit is seen by the next `load`, and an open bibliography stays as it was."""
    before = load(catalogue_dir)
    file = catalogue_dir / "papers.yaml"
    file.write_text(file.read_text("utf-8").replace("On Leaves", "On Buds"), encoding="utf-8")
    assert load(catalogue_dir)["abel1990leaves"].title == "On Buds"
    assert before["abel1990leaves"].title == "On Leaves"


def test_most_cited_and_stats_agree(bib: Bibliography) -> None:
    """Two ways to count one thing give one number."""
    stats = bib.stats()
    assert stats.works == len(bib)
    assert sum(count for _, count in bib.most_cited(len(bib))) == stats.citations
    assert stats.topics == len(bib.topics)
