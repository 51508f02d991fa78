"""Generate JSON Schemas of the data files from the models, for editors.

`python -m dltheory_bib.source.json_schema DIRECTORY` writes them, and `make schema` for the data.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from dltheory_bib.files import write_text
from dltheory_bib.models.additions import CollectionFile
from dltheory_bib.source.catalogue import MODELS

SCHEMAS = (*MODELS, "collection")
"""The kinds of file with a schema."""


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one kind of file: a list of records, or for
    `collection` one record.
    """
    listed = kind in MODELS
    model = MODELS[kind] if listed else CollectionFile
    described = model.model_json_schema(ref_template="#/$defs/{model}")
    definitions = described.pop("$defs", {})
    name = described["title"]
    content = {"$ref": f"#/$defs/{name}"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{kind}.yaml",
        **({"type": "array", "items": content} if listed else content),
        "$defs": definitions | {name: described},
    }


def schema_text(kind: str) -> str:
    """Return the text of the schema file."""
    return json.dumps(schema(kind), ensure_ascii=False, indent=2) + "\n"


def write_schemas(directory: Path) -> None:
    """Write `KIND.json` for every kind of file."""
    directory.mkdir(parents=True, exist_ok=True)
    for kind in SCHEMAS:
        write_text(directory / f"{kind}.json", schema_text(kind))


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
