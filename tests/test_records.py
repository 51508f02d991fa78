"""Records as a user holds them: pydantic models that validate, and know no bibliography."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from dltheory_bib import Paper, Topic, load
from dltheory_bib.models.record import Record, field_docstrings, nested_record
from dltheory_bib.models.registries import Person, Trail, Venue
from dltheory_bib.models.theorem import Assumption, Question, Result
from dltheory_bib.models.types import Monomial
from dltheory_bib.source.catalogue import MODELS

RECORDS = sorted(
    (one for one in Record.__subclasses__() if one.__module__.startswith("dltheory_bib.")),
    key=lambda one: one.__name__,
)
GIVEN: dict[str, Any] = {
    "key": "doe2017first",
    "type": "online",
    "title": "A First {SGD}",
    "author": ["Doe, Jane"],
    "year": 2017,
}


@pytest.fixture
def paper() -> Paper:
    return Paper.model_validate(GIVEN)


@pytest.mark.parametrize("model", sorted(set(MODELS.values()), key=lambda one: one.__name__))
def test_every_record_is_a_frozen_pydantic_model(model: type[Record]) -> None:
    assert issubclass(model, BaseModel)
    assert model.model_config["frozen"]
    assert model.model_config["extra"] == "forbid"


def test_the_constructor_validates() -> None:
    with pytest.raises(ValidationError) as caught:
        Paper(
            key="a b",
            type="banana",  # type: ignore[arg-type]
            title="{",
            author=("x y",),
            year="abc",  # type: ignore[arg-type]
            doi="nonsense",
        )
    wrong = {error["loc"][0] for error in caught.value.errors()}
    assert wrong == {"key", "type", "title", "author", "year", "doi"}
    with pytest.raises(ValidationError):
        Paper(**GIVEN | {"author": "Doe, Jane"})
    with pytest.raises(ValidationError):
        Paper(**GIVEN, titel="x")


def test_a_rule_over_two_fields_is_the_models() -> None:
    with pytest.raises(ValidationError, match="needs a venue"):
        Paper(**GIVEN | {"type": "article"})


def test_what_it_dumps_makes_it_again(paper: Paper) -> None:
    assert Paper.model_validate(paper.model_dump()) == paper
    assert Paper.model_validate_json(paper.model_dump_json()) == paper
    assert Paper.model_validate(paper.to_dict()) == paper
    assert json.loads(json.dumps(paper.to_dict())) == GIVEN | {"checked": "unchecked"}


def test_every_kind_of_record_of_a_bibliography_dumps_and_comes_back(catalogue_dir: Path) -> None:
    bib = load(catalogue_dir)
    records: list[Record] = [*bib, *bib.topics.values(), *bib.venues.values()]
    records += [*bib.people.values(), *bib.trails.values()]
    records += [*bib.questions.values(), *bib.assumptions.values(), *bib.results.values()]
    kinds = {type(record) for record in records}
    assert kinds == {Paper, Topic, Venue, Person, Trail, Question, Assumption, Result}
    for record in records:
        assert type(record).model_validate(record.model_dump()) == record
        assert type(record).model_validate_json(record.model_dump_json()) == record


def test_a_copy_with_changes_is_validated(paper: Paper) -> None:
    assert paper.model_copy(update={"year": 2018}).year == 2018
    assert paper.model_copy(deep=True) == paper
    with pytest.raises(ValidationError):
        paper.model_copy(update={"doi": "nonsense"})
    with pytest.raises(ValidationError):
        paper.model_copy(update={"titel": "x"})


def test_a_record_does_not_change(paper: Paper) -> None:
    with pytest.raises(ValidationError):
        paper.year = 2018  # type: ignore[misc]


def test_a_record_carries_no_bibliography(catalogue_dir: Path) -> None:
    """Equality, hash, pickle, copies and dumps are those of a record made by hand."""
    mine = load(catalogue_dir)["abel1990leaves"]
    alone = Paper.model_validate(mine.model_dump())
    assert mine == alone
    assert hash(mine) == hash(alone)
    assert len({mine, alone}) == 1
    assert len(pickle.dumps(mine)) < 20_000
    assert pickle.loads(pickle.dumps(mine)) == copy.copy(mine) == copy.deepcopy(mine) == alone


def test_the_schema_is_described_by_the_docstrings() -> None:
    properties = Paper.model_json_schema()["properties"]
    assert properties["author"]["description"].startswith("In full and in order")
    assert properties["key"]["pattern"].startswith("^[A-Za-z]")
    assert field_docstrings(Topic)["label"] == "Its name (skos:prefLabel)."


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_every_field_of_a_record_is_described(model: type[Record]) -> None:
    properties = model.model_json_schema()["properties"]
    assert list(properties) == list(model.model_fields)
    assert [name for name, about in properties.items() if not about.get("description")] == []


def test_a_day_is_a_date(paper: Paper) -> None:
    dated = paper.model_copy(update={"added": "2026-11-30"})
    assert dated.added == date(2026, 11, 30)
    assert dated.to_dict()["added"] == "2026-11-30"
    for wrong in ("yesterday", "1700000000", "2026-02-30", "30.11.2026"):
        with pytest.raises(ValidationError):
            paper.model_copy(update={"added": wrong})


def test_a_monomial_is_a_mapping_that_can_be_hashed_and_dumped() -> None:
    monomial = Monomial({"eps": "-2", "d": "log^4"})
    assert monomial == {"eps": "-2", "d": "log^4"}
    assert hash(monomial) == hash(Monomial({"d": "log^4", "eps": "-2"}))


def test_a_field_knows_the_records_it_holds() -> None:
    held = nested_record(Paper, "versions")
    assert held is not None
    assert held.__name__ == "Version"
    assert nested_record(Paper, "year") is None
    assert nested_record(Paper, "titel") is None


def test_a_record_shows_itself_in_a_line(catalogue_dir: Path) -> None:
    bib = load(catalogue_dir)
    assert repr(bib.people["ost-bo"]).startswith("<Person ost-bo: ")
    topic = next(iter(bib.topics.values()))
    assert str(topic) == repr(topic) == f"<Topic {topic.id}: {topic.label}>"
    venue = next(iter(bib.venues.values()))
    assert repr(venue) == f"<Venue {venue.id}: {venue.periods[-1].short}>"
