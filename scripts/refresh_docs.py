"""Regenerate what the documentation shows, from the commands, the Python code and the data.

    python scripts/refresh_docs.py

`make docs` runs it. The tests generate the same texts and accept no difference. It rewrites

- in README.md and every page of docs: the output of each `console` block, the results of each
  `python` block, and each part between `<!-- generated: NAME -->` and `<!-- end -->`;
- docs/compare: one page for each question, and the list of them;
- docs/screen.svg: the picture of a terminal in README.md.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from dltheory_bib import Bibliography, BibliographyError, load
from dltheory_bib.cli.app import dltheory
from dltheory_bib.comparison import Comparison
from dltheory_bib.formats.markdown import escape
from dltheory_bib.formats.registry import FORMATS
from dltheory_bib.query.fields import FIELDS
from dltheory_bib.settings import Settings
from dltheory_bib.source.json_schema import schema
from dltheory_bib.source.loader import check_paths

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
COMPARE = DOCS / "compare"
EXAMPLE = DOCS / "example"
"""The files that the commands in the documentation find in their directory."""
SCREEN = DOCS / "screen.svg"
PICTURED = "dltheory read saddle-escape --count 6"
MADE = "<!-- made by `make docs` from data/results.yaml -->\n\n"
ESCAPES = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")
GENERATED = re.compile(r"(<!-- generated: ([\w-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Rewrite README.md, its picture, the pages of docs, and docs/compare."""
    bib = load()
    SCREEN.write_text(screen(), "utf-8", newline="\n")
    README.write_text(page(README.read_text("utf-8")), "utf-8", newline="\n")
    # The pages of docs/compare are not among those of `pages()`: they have no part to keep.
    made = compared(bib)
    COMPARE.mkdir(exist_ok=True)
    for old in COMPARE.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (COMPARE / name).write_text(text, "utf-8", newline="\n")
    for path in pages():
        path.write_text(page(path.read_text("utf-8")), "utf-8", newline="\n")


def pages() -> list[Path]:
    """Return every page of docs that is partly written by hand."""
    return sorted(path for path in DOCS.rglob("*.md") if path.parent != COMPARE)


def page(text: str) -> str:
    """Regenerate a page: its commands, its Python, and the parts made from the code."""
    text = refreshed(text)
    return GENERATED.sub(lambda found: f"{found[1]}\n{PARTS[found[2]](text)}\n{found[4]}", text)


# The output of commands and of Python


def refreshed(text: str) -> str:
    """Return a Markdown text with the output of its commands and the results of its Python."""
    text = re.sub(r"^```console\n(.*?)^```", _console, text, flags=re.M | re.S)
    names: dict[str, object] = {}
    return re.sub(
        r"^```python\n(.*?)^```", lambda block: _python(block, names), text, flags=re.M | re.S
    )


def _console(block: re.Match[str]) -> str:
    """Return a block of commands, each with its output at 80 columns."""
    made = []
    for part in re.split(r"^\$ ", block[1], flags=re.M)[1:]:
        command = part.partition("\n")[0]
        made.append(f"$ {command}\n{printed(command)}")
    return f"```console\n{''.join(made)}```"


def printed(command: str) -> str:
    """Run a command next to the example files and return its output without colours."""
    lines = ESCAPES.sub("", drawn(command)).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def drawn(command: str) -> str:
    """Run a command next to the example files and return its output at 80 columns."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(EXAMPLE, directory, dirs_exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "dltheory_bib", *shlex.split(command)[1:]],
            capture_output=True,
            encoding="utf-8",
            cwd=directory,
            env=os.environ | {"FORCE_COLOR": "1", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
            check=True,
        )
    return done.stdout + done.stderr


def _python(block: re.Match[str], names: dict[str, object]) -> str:
    """Return a doctest block with fresh results; a block without examples is left unchanged."""
    made = []
    for example in doctest.DocTestParser().get_examples(block[1]):
        first, *more = example.source.rstrip("\n").split("\n")
        shown = [f">>> {first}", *(f"... {line}".rstrip() for line in more)]
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            try:
                exec(compile(example.source, "README.md", "single"), names)
            except BibliographyError as error:
                kind = type(error)
                output.write(
                    "Traceback (most recent call last):\n    ...\n"
                    f"{kind.__module__}.{kind.__qualname__}: {error}\n"
                )
        made.append("\n".join(shown) + "\n" + output.getvalue())
    return f"```python\n{''.join(made)}\n```" if made else block[0]


# The picture of a terminal

# rich's own format loads a font from the network; every system has a monospace one.
SVG = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace(
    "Fira Code, monospace", "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"
)


def screen() -> str:
    """Return a picture of the terminal in which a command has run."""
    console = Console(
        record=True,
        width=80,
        file=io.StringIO(),
        color_system="truecolor",
        force_terminal=True,
        highlight=False,
    )
    console.print(f"[bold green]$[/] [bold]{PICTURED}[/]")
    console.print(Text.from_ansi(drawn(PICTURED).rstrip("\n")))
    made = console.export_svg(title="dltheory", code_format=SVG, unique_id="screen")
    return "".join(f"{line.rstrip()}\n" for line in made.splitlines())


# What the catalogue has


def size(bib: Bibliography) -> str:
    """Return the size of the catalogue in one sentence."""
    found = bib.stats()
    return (
        f"{found.works} works on {found.topics} topics by {found.people} people, "
        f"{found.citations} citations, {sum(found.relations.values())}\n"
        f"typed relations, {sum(found.results.values())} results on {found.questions} questions."
    )


def numbers(bib: Bibliography) -> str:
    """Return the table of what the catalogue holds, from `stats` and the last `make audit`."""
    found = bib.stats()
    checked = found.checked
    pages, printing = found.printed_pages
    relations = sum(found.relations.values())
    rows = [
        ("works", f"{found.works}, of them {found.types.get('preprint', 0)} preprints"),
        ("people, topics, venues", f"{found.people}, {found.topics}, {found.venues}"),
        (
            "annotations checked against",
            f"{checked.get('full-text', 0)} the full text, {checked.get('abstract', 0)} the "
            f"abstract, {checked.get('unchecked', 0)} neither",
        ),
        ("pages, where the venue prints them", f"{pages} of {printing}"),
        ("reference lists read", f"{found.lists_read}, with {found.citations} citations"),
        ("typed relations", f"{relations}, each with a sentence"),
        (
            "result cards",
            f"{sum(found.results.values())} on {found.questions} questions, "
            f"{found.results.get('full-text', 0)} checked against the full text",
        ),
    ]
    for field in found.fields:
        rows.append(
            (
                f"`{field.field}`",
                f"{field.carried} works, {field.sourced} with a source, {field.twice} with two, "
                f"{field.unverified} unverified",
            )
        )
    rows.append(("audit", _audited()))
    body = "".join(f"| {name} | {value} |\n" for name, value in rows)
    return "| what | how much |\n|---|---|\n" + body


def _audited() -> str:
    """Return the result of the last comparison with the sources."""
    kept = json.loads((DOCS / "audit.json").read_text(encoding="utf-8"))
    return (
        f"{kept['resolved']} of {kept['lines']} source lines found in copies of the repositories "
        f"they name, {kept['unreachable']} not reachable, {kept['unresolved']} lead nowhere; "
        f"{kept['compared']} values compared: {kept['agree']} agree, {kept['on_record']} differ "
        f"with the reason on record, {kept['unexplained']} differ without"
    )


# The comparison pages


def compared(bib: Bibliography) -> dict[str, str]:
    """Return the pages of docs/compare by file name."""
    found = {name: bib.compare(name) for name in bib.questions}
    made = {f"{name}.md": _question_page(comparison) for name, comparison in found.items()}
    lines = [
        f"- [{escape(one.question.label)}]({name}.md): {len(one)} cards of "
        f"{len({card.work for card in one.cards})} works\n"
        for name, one in found.items()
        if len(one)
    ]
    made["README.md"] = (
        f"{MADE}# Comparison pages\n\n"
        "Theorems side by side, the best bound first: what `dltheory compare QUESTION` shows.\n"
        "A star marks what is the best known, which is computed: no other card has the same\n"
        "quantity, assumptions that follow from this one's, a guarantee at least as strong and a\n"
        "bound at most this one's.\n\n" + ("".join(lines) or "No question has a card yet.\n")
    )
    return made


def _question_page(found: Comparison) -> str:
    """Return a question with its tables and the statement of each card."""
    question = found.question
    parts = [f"{MADE}# {escape(question.label)}\n\n{escape(question.definition)}\n"]
    meant = [*question.quantities, *question.columns]
    if meant:
        parts.append("".join(f"- *{escape(one.label)}*: {escape(one.meaning)}\n" for one in meant))
    if question.symbols:
        limits = [
            f"- ${one.tex}$ → {_EXTREMES[one.extreme]}: {escape(one.meaning)}\n"
            for one in question.symbols
        ]
        limits += [f"- ${one.tex}$: {escape(one.meaning)}\n" for one in question.exponents]
        parts.append("".join(limits))
    if len(found):
        parts.append(found.to_markdown())
        parts.append("### What each card says\n")
        parts.append("".join(_card(found, number) for number in range(len(found))))
    return "\n".join(parts)


_EXTREMES = {"zero": "0", "infinity": "∞"}


def _card(found: Comparison, number: int) -> str:
    card = found.cards[number]
    printed = f" As printed: ${card.bound_tex}$." if card.bound_tex else ""
    noted = f" *Note:* {escape(card.note)}" if card.note else ""
    return f"- `{card.id}`: {escape(card.statement)}{printed}{noted}\n"


# The parts of pages that are made from the code


def _fields(_: str) -> str:
    rows = [f"| `{field.example}` | {field.finds} |" for field in FIELDS.values()]
    return "\n".join(["| example | finds |", "|---|---|", *rows, ""])


def _formats(_: str) -> str:
    rows = [f"| `{one.name}` | `{one.suffix}` | {one.description} |" for one in FORMATS.values()]
    return "\n".join(["| format | file | what it is |", "|---|---|---|", *rows, ""])


def _commands(_: str) -> str:
    context = click.Context(dltheory, info_name="dltheory", **dltheory.context_settings)
    parts = []
    for name in dltheory.list_commands(context):
        command = dltheory.get_command(context, name)
        assert command, name
        inner = click.Context(command, info_name=name, parent=context, terminal_width=90)
        # The fields of the query language have a page of their own.
        text = command.get_help(inner).partition("\nFields:\n")[0].rstrip()
        parts.append(f"## {name}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def _data_format(_: str) -> str:
    kinds = (
        *("papers", "topics", "venues", "people", "citations", "trails"),
        *("questions", "assumptions", "results", "glossary", "notes", "collection"),
    )
    parts, told = [], set()
    for kind in kinds:
        described = schema(kind)
        models = described["$defs"]
        first = described.get("items", described)["$ref"].rpartition("/")[2]
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
        text = " ".join(about.get("description", "").split())
        yield f"| `{field}`{need} | {_kind(about, models)} | {text} |"
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


def _settings(_: str) -> str:
    """Return a table for each table of the settings: keys, values, defaults, meaning."""
    described = Settings.model_json_schema()
    parts = []
    for table, about in described["properties"].items():
        name = about.get("$ref", "").rpartition("/")[2]
        parts.append(f"## [{table}]\n\n| key | value | default | |\n|---|---|---|---|")
        for key, one in described["$defs"][name]["properties"].items():
            cells = f"`{key}`", _kind(one, {}), _default(one.get("default")), one["description"]
            parts.append(f"| {' | '.join(cells)} |")
        parts.append("")
    return "\n".join(parts)


def _default(value: object) -> str:
    return "" if value in (None, []) else f"`{json.dumps(value)}`"


def _check(text: str) -> str:
    """Return what `check` reports of the YAML block of this page."""
    (block,) = re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "my-papers.yaml"
        file.write_text(block, encoding="utf-8")
        problems, _ = check_paths([file])
    lines = "".join(f"{problem}\n" for problem in problems).replace(f"{directory}/", "")
    return f"```text\n{lines}```\n"


PARTS: dict[str, Callable[[str], str]] = {
    "check": _check,
    "commands": _commands,
    "coverage": lambda _: numbers(load()),
    "data-format": _data_format,
    "fields": _fields,
    "formats": _formats,
    "settings": _settings,
    "size": lambda _: size(load()),
}


if __name__ == "__main__":
    main()
