"""The JSON Schemas for editors: they are the models', and judge as the models do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from dltheory_bib.source.folders import KINDS, shipped_directory
from dltheory_bib.source.json_schema import SCHEMAS, schema, schema_text, write_schemas
from dltheory_bib.source.loader import check_paths
from helpers.records import work


@pytest.mark.catalogue
@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_schema_file_is_that_of_the_model(kind: str) -> None:
    path = shipped_directory() / "schema" / f"{kind}.json"
    assert path.read_text(encoding="utf-8") == schema_text(kind), "run `make schema`"


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_a_valid_schema_and_describes_its_fields(kind: str) -> None:
    described = schema(kind)
    Draft202012Validator.check_schema(described)
    content = described.get("items", described)
    model = described["$defs"][content["$ref"].rpartition("/")[2]]
    assert model["additionalProperties"] is False
    assert all(model["properties"].values())


def test_write_schemas_writes_one_file_for_each_kind(tmp_path: Path) -> None:
    write_schemas(tmp_path / "new")
    written = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert written == sorted(f"{kind}.json" for kind in SCHEMAS)


def _parsed(text: str) -> Any:
    """YAML as an editor's language server types it, to numbers, texts and booleans."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@pytest.mark.catalogue
@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_files_fit_their_schemas(kind: str) -> None:
    text = (shipped_directory() / f"{kind}.yaml").read_text(encoding="utf-8")
    errors = Draft202012Validator(schema(kind)).iter_errors(_parsed(text))
    assert [f"{list(e.absolute_path)}: {e.message}" for e in errors] == []


RECORDS = [
    (work(), True),
    (work(extra="eprint: '1703.00887'\ndoi: 10.1137/15M1024950\npages: 1-9\nlevel: core"), True),
    (work(extra="relations: [{kind: extends, work: a2000b, says: It does.}]"), True),
    (work(extra="titel: x"), False),
    (work(year=1599), False),
    (work(year=2101), False),
    (work(year="soon"), False),
    (work(extra="eprint: '1703.00887v2'"), False),
    (work(extra="eprint: '1810.0465'"), False),
    (work(extra="eprint: '١٨١٠.٠٤٦٥٠'"), False),
    (work(extra="doi: https://doi.org/10.1137/15M1024950"), False),
    (work(extra='doi: "10.1137/\\e"'), False),
    (work(extra="pages: 10–20"), False),
    (work(extra="url: example.org"), False),
    (work(extra="level: begin"), False),
    (work(extra="topics: ntk"), False),
    (work(extra="topics: [Neural Tangent Kernel]"), False),
    (work(extra="relations: [{kind: cites, work: a2000b, says: It does.}]"), False),
    (work(extra="relations: [{kind: extends, work: a2000b}]"), False),
    (work(extra="summary: ''"), False),
    (work().replace("  type: online\n", ""), False),
]


@pytest.mark.parametrize(("text", "valid"), RECORDS, ids=[str(n) for n in range(len(RECORDS))])
def test_schema_and_model_take_and_refuse_the_same_records(
    tmp_path: Path, text: str, valid: bool
) -> None:
    path = tmp_path / "papers.yaml"
    path.write_text(text, encoding="utf-8")
    rules = {problem.rule for problem in check_paths([path])[0]}
    rules -= {"unknown-work", "unknown-topic"}  # those are rules over several records
    by_schema = list(Draft202012Validator(schema("papers")).iter_errors(_parsed(text)))
    assert (not rules, not by_schema) == (valid, valid)


def test_a_schema_is_json_that_a_reader_can_compare() -> None:
    """One line for each value, in a fixed order, so that a change of a field is a small change."""
    for kind in KINDS:
        text = schema_text(kind)

        assert json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n" == text
