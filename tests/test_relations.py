"""The table of relations, and what derives from it."""

from __future__ import annotations

import copy
import json
import pickle
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

import dltheory_bib
from dltheory_bib import Bibliography, Relation
from dltheory_bib.cli.lineage import lineage
from dltheory_bib.models.paper import TypedRelation
from dltheory_bib.models.relations import BETWEEN_WORKS, BUILDS_ON, JUDGEMENTS, Role
from dltheory_bib.query.fields import FIELDS, RELATION_FIELDS
from dltheory_bib.source.json_schema import schema

PACKAGE = Path(dltheory_bib.__file__).parent


def test_a_relation_is_its_value_whatever_else_its_row_has() -> None:
    """The members are texts: in data, as keys of edges, pickled and copied."""
    for relation in Relation:
        assert relation == relation.value == str(relation) == json.loads(json.dumps(relation))
        assert Relation(relation.value) is relation
        assert pickle.loads(pickle.dumps(relation)) is copy.deepcopy(relation) is relation


def test_each_row_is_complete() -> None:
    """A relation between works reads from both sides; CiTO's terms and the glosses are distinct."""
    assert {one.role for one in Relation} == set(get_args(Role))
    for relation in BETWEEN_WORKS:
        assert all((relation.phrase, relation.inverse, relation.plural, relation.gloss)), relation
        assert (relation.inverse == relation.phrase) == (relation is Relation.CONCURRENT_WITH)
    terms = [one.cito for one in Relation if one.cito]
    assert len(terms) == len(set(terms))
    assert all(term.startswith("cito:") for term in terms)
    assert len({one.gloss for one in BETWEEN_WORKS}) == len(BETWEEN_WORKS)
    assert not any(one.cito or one.weight for one in Relation if one.role == "link")


def test_the_groups_are_those_of_the_roles() -> None:
    assert set(BETWEEN_WORKS) == {Relation.CITES, Relation.AFTER, *JUDGEMENTS}
    assert set(BUILDS_ON) < set(JUDGEMENTS)
    disputed = {one for one in JUDGEMENTS if one.role == "disputes"}
    assert disputed == {Relation.REFUTES, Relation.QUALIFIES}


@pytest.mark.parametrize("relation", Relation)
def test_a_record_states_judgements_only(relation: Relation) -> None:
    """By name or as a member; any other relation is refused, with those that are possible."""
    for kind in (relation, relation.value):
        values: dict[str, Any] = {"kind": kind, "work": "a2000b", "says": "It does."}
        if relation in JUDGEMENTS:
            stated = TypedRelation.model_validate(values)
            assert stated.kind is relation
            assert stated.to_dict() == values
            assert TypedRelation.model_validate_json(stated.model_dump_json()) == stated
        else:
            with pytest.raises(ValidationError, match="'extends', 'generalises'"):
                TypedRelation.model_validate(values)


def test_the_schema_for_editors_lists_the_judgements() -> None:
    described = schema("papers")["$defs"]["TypedRelation"]["properties"]["kind"]
    assert described["enum"] == [one.value for one in JUDGEMENTS]


def test_the_query_language_asks_for_every_relation_between_works() -> None:
    """Forward by its name, back by the words of its inverse; no two have one field."""
    forward = [relation for relation, inverse in RELATION_FIELDS.values() if not inverse]
    assert forward == list(BETWEEN_WORKS)
    back = {relation for relation, inverse in RELATION_FIELDS.values() if inverse}
    assert set(BETWEEN_WORKS) - back == {Relation.AFTER, Relation.CONCURRENT_WITH}
    assert RELATION_FIELDS.keys() <= FIELDS.keys()
    assert FIELDS["usesmethodof"].finds == "works that use the method of this one"
    assert FIELDS["methodusedby"].finds == "works that this one uses the method of"


def test_lineage_names_every_relation_between_works() -> None:
    (option,) = (one for one in lineage.params if one.name == "relations")
    assert ", ".join(BETWEEN_WORKS) in getattr(option, "help", "")


def test_the_graph_has_the_cito_term_of_each_edge(bib: Bibliography) -> None:
    for _, _, data in bib.graph.edges(data=True):
        assert data.get("cito") == Relation(data["relation"]).cito


def test_the_legend_of_the_graph_names_every_role_that_is_drawn() -> None:
    """The page has a line style for each role of a citation or a judgement, and no other."""
    script = (PACKAGE / "display/static/graph/panel.js").read_text(encoding="utf-8")
    kinds = re.search(r"const KINDS = \[(.*?)\];", script, re.DOTALL)
    assert kinds
    drawn = {relation.role for relation in (Relation.CITES, *JUDGEMENTS)}
    assert set(re.findall(r'\["(\w+)"', kinds[1])) == drawn
