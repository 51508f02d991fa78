"""Write what the README shows anew: outputs of its commands, of its Python, and its numbers.

    python docs/refresh_readme.py

`make docs` runs it. The tests run the same commands and accept no difference.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from dltheory_bib import Bibliography, BibliographyError, load

ROOT = Path(__file__).parents[1]
ESCAPES = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")
MARKS = ("<!-- numbers: made by `make docs` -->\n", "<!-- end of numbers -->\n")


def main() -> None:
    """Rewrite README.md."""
    path = ROOT / "README.md"
    text = refreshed(path.read_text(encoding="utf-8"))
    start, end = text.index(MARKS[0]) + len(MARKS[0]), text.index(MARKS[1])
    text = text[:start] + numbers(load()) + text[end:]
    path.write_text(text, encoding="utf-8")


def refreshed(text: str) -> str:
    """A text in Markdown with what its commands print and its Python gives."""
    text = re.sub(r"^```console\n(.*?)^```", _console, text, flags=re.M | re.S)
    names: dict[str, object] = {}
    return re.sub(
        r"^```python\n(.*?)^```", lambda block: _python(block, names), text, flags=re.M | re.S
    )


def _console(block: re.Match[str]) -> str:
    """A block of commands with what each prints at 80 columns."""
    made = []
    for part in re.split(r"^\$ ", block[1], flags=re.M)[1:]:
        command = part.partition("\n")[0]
        made.append(f"$ {command}\n{printed(command)}")
    return f"```console\n{''.join(made)}```"


def printed(command: str) -> str:
    """What a command prints in an empty directory, colours taken away."""
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            [sys.executable, "-m", "dltheory_bib", *shlex.split(command)[1:]],
            capture_output=True,
            encoding="utf-8",
            cwd=directory,
            env=os.environ | {"FORCE_COLOR": "1", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
            check=True,
        )
    lines = ESCAPES.sub("", done.stdout + done.stderr).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _python(block: re.Match[str], names: dict[str, object]) -> str:
    """A doctest block with what each example gives; one without examples as it is."""
    made = []
    for example in doctest.DocTestParser().get_examples(block[1]):
        first, *more = example.source.rstrip("\n").split("\n")
        shown = [f">>> {first}", *(f"... {line}".rstrip() for line in more)]
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            try:
                exec(compile(example.source, "README.md", "single"), names)
            except BibliographyError as error:
                kind = type(error)
                said.write(
                    "Traceback (most recent call last):\n    ...\n"
                    f"{kind.__module__}.{kind.__qualname__}: {error}\n"
                )
        made.append("\n".join(shown) + "\n" + said.getvalue())
    return f"```python\n{''.join(made)}\n```" if made else block[0]


def numbers(bib: Bibliography) -> str:
    """The table of what the catalogue holds, from `stats` and the last `make audit`."""
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
    body = "".join(f"| {name} | {said} |\n" for name, said in rows)
    return "| what | how much |\n|---|---|\n" + body


def _audited() -> str:
    """The figure of the last audit against gathered evidence."""
    kept = json.loads((ROOT / "docs" / "audit.json").read_text(encoding="utf-8"))
    totals = {
        name: sum(field[name] for field in kept["fields"].values())
        for name in ("agree", "explained", "differ")
    }
    return (
        f"{kept['compared']} works compared field by field with gathered evidence: "
        f"{totals['agree']} values agree, {totals['explained']} differ with the reason on record, "
        f"{totals['differ']} differ without"
    )


if __name__ == "__main__":
    main()
