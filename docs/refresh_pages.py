"""Write what the pages of the documentation show anew: outputs, and what is made from the code.

    python docs/refresh_pages.py

`make docs` runs it. The tests make the same texts and accept no difference. A part that is made
from the code stands between `<!-- generated: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from dltheory_bib.cli.app import dltheory
from dltheory_bib.formats.registry import FORMATS
from dltheory_bib.query.fields import FIELDS
from dltheory_bib.source.json_schema import schema
from dltheory_bib.source.loader import check_paths
from refresh_readme import refreshed

DOCS = Path(__file__).parent
GENERATED = re.compile(r"(<!-- generated: ([\w-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def pages() -> list[Path]:
    """Every page of the documentation that is kept up to date here."""
    return sorted(path for path in DOCS.rglob("*.md") if path.parent.name != "compare")


def page(text: str) -> str:
    """A page as it should be."""
    text = refreshed(text)
    return GENERATED.sub(lambda found: f"{found[1]}\n{PARTS[found[2]](text)}\n{found[4]}", text)


def _fields(_: str) -> str:
    rows = [f"| `{field.example}` | {field.finds} |" for field in FIELDS.values()]
    return "\n".join(["| example | finds |", "|---|---|", *rows, ""])


def _formats(_: str) -> str:
    rows = [f"| `{one.name}` | `{one.suffix}` | {one.says} |" for one in FORMATS.values()]
    return "\n".join(["| format | file | what it is |", "|---|---|---|", *rows, ""])


def _commands(_: str) -> str:
    context = click.Context(dltheory, info_name="dltheory", **dltheory.context_settings)
    parts = []
    for name in dltheory.list_commands(context):
        command = dltheory.get_command(context, name)
        assert command, name
        inner = click.Context(command, info_name=name, parent=context, terminal_width=90)
        said = command.get_help(inner)
        # The fields of the query language stand on a page of their own.
        said = said.partition("\nFields:\n")[0].rstrip()
        parts.append(f"## {name}\n\n```text\n{said}\n```\n")
    return "\n".join(parts)


def _data_format(_: str) -> str:
    kinds = ("papers", "topics", "venues", "people", "citations", "trails")
    parts, told = [], set()
    for kind in kinds:
        described = schema(kind)
        models = described["$defs"]
        first = described["items"]["$ref"].rpartition("/")[2]
        parts.append(f"## {kind}.yaml\n")
        for name in [first, *(other for other in models if other != first)]:
            if name in told or "properties" not in models[name]:
                continue
            told.add(name)
            parts += _model(name, models[name], models)
    return "\n".join(parts)


def _model(name: str, model: dict[str, Any], models: dict[str, Any]) -> Iterator[str]:
    first = model.get("description", "").partition("\n\n")[0]
    yield f"### {name}\n\n{' '.join(first.split())}\n"
    yield "| field | holds | |\n|---|---|---|"
    required = set(model.get("required", ()))
    for field, about in model["properties"].items():
        need = "" if field in required else " (optional)"
        said = " ".join(about.get("description", "").split())
        yield f"| `{field}`{need} | {_kind(about, models)} | {said} |"
    yield ""


def _kind(about: dict[str, Any], models: dict[str, Any]) -> str:
    if "anyOf" in about:
        return " or ".join(_kind(one, models) for one in about["anyOf"] if one != {"type": "null"})
    if "$ref" in about:
        name = about["$ref"].rpartition("/")[2]
        return _choices(models[name]["enum"]) if "enum" in models[name] else f"a {name}"
    if "enum" in about:
        return _choices(about["enum"])
    if about.get("type") == "array":
        return f"a list: {_kind(about['items'], models)}"
    return {"string": "text", "integer": "a number", "boolean": "true or false"}.get(
        str(about.get("type")), str(about.get("type", "text"))
    )


def _choices(values: list[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _check(text: str) -> str:
    """What `check` says of the YAML block of this page."""
    (block,) = re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "my-papers.yaml"
        file.write_text(block, encoding="utf-8")
        problems, _ = check_paths([file])
    said = "".join(f"{problem}\n" for problem in problems).replace(f"{directory}/", "")
    return f"```text\n{said}```\n"


PARTS: dict[str, Callable[[str], str]] = {
    "check": _check,
    "commands": _commands,
    "data-format": _data_format,
    "fields": _fields,
    "formats": _formats,
}


if __name__ == "__main__":
    for path in pages():
        path.write_text(page(path.read_text("utf-8")), "utf-8")
