"""Compare a list of works with the catalogue: cover."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import (
    bibliography,
    dltheory,
    draw,
    format_option,
    is_drawn,
    note,
    note_lists_read,
    visible,
)
from dltheory_bib.cli.completion import complete_topic

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dltheory_bib.bibfile.coverage import Cover
    from dltheory_bib.bibfile.find_works import Listed

_MOST_UNCITED = 10


@dltheory.command(short_help="Compare a list with the catalogue.")
@click.argument("path", metavar="LIST", type=click.Path(path_type=Path))
@click.option(
    "-t",
    "--topic",
    "topics",
    multiple=True,
    shell_complete=complete_topic,
    help=(
        "Search this topic alone for works missing from the list; default: the topics of most of "
        "its works, and works linked with them."
    ),
)
@click.option(
    "-n",
    "--count",
    type=click.IntRange(0),
    default=_MOST_UNCITED,
    show_default=True,
    help="Show at most this number of missing works; 0 for all.",
)
@format_option("tsv", "json")
def cover(path: Path, topics: tuple[str, ...], count: int, format_: str | None) -> None:
    """Show which works of LIST are in the catalogue, missing or outdated, and which LIST lacks.

    LIST is a .bib, a Markdown page or a text file. In text, works are found by arXiv id, DOI or
    key, or by a long title delimited by punctuation.

    The works that LIST lacks are ranked by how closely they are coupled with LIST by relations and
    citations, compared with what any list has in common with them. Each has the reason: the works
    of LIST that cite it or that it improves, or its place among the first steps on a topic.

    \b
    Example: dltheory cover own.bib --topic saddle-escape
    Example: dltheory cover own.bib --format json
    """
    from dltheory_bib.bibfile.coverage import cover as covered
    from dltheory_bib.bibfile.coverage import read_list
    from dltheory_bib.collector import collector_running

    bib = bibliography()
    notes: list[str] = []
    with collector_running():
        found = covered(bib, read_list(bib, path, notes), topics, count or None)
    if format_ == "json":
        _print_json(found)
    elif format_ == "tsv" or not is_drawn():
        for row in _rows(found):
            sys.stdout.write("\t".join(visible(" ".join(cell.split())) for cell in row) + "\n")
    else:
        _draw(found, bool(topics))
    for message in notes:
        note(message)
    if any("ited by" in why for why in found.uncited.whys.values()):
        note_lists_read("citations")
    note(f"{path}: {_counted(found)}")


def _rows(found: Cover) -> Iterator[tuple[str, ...]]:
    """Print status, line, key, title and reason; the works that the list lacks come last, without a
    line.
    """
    for one in found.listed:
        yield one.status, str(one.line), one.work or "", one.title, one.detail
    whys = found.uncited.whys
    for paper in found.uncited:
        yield "lacking", "", paper.key, paper.plain_title, whys[paper.key]


def _print_json(found: Cover) -> None:
    import json

    whys = found.uncited.whys
    record = {
        "listed": [one._asdict() for one in found.listed],
        "topics": [one._asdict() for one in found.topics],
        "lacking": [
            {"work": paper.key, "title": paper.plain_title, "why": whys[paper.key]}
            for paper in found.uncited
        ],
    }
    # In ASCII: the list may contain any character, including a terminal's control codes.
    click.echo(json.dumps(record, indent=2))


def _counted(found: Cover) -> str:
    """Return the numbers, in a sentence."""
    outdated, missing = len(found.having("outdated")), len(found.having("missing"))
    here = len(found.having("covered")) + outdated
    text = f"{here} in the catalogue"
    text += f" ({outdated} outdated)" if outdated else ""
    text += f", {missing} not"
    lines = len(found.having("unrecognised"))
    if lines:
        text += f", {lines} {'line' if lines == 1 else 'lines'} in which no work was recognised"
    return text


def _draw(found: Cover, topics: bool) -> None:
    """Show the works to check, section by section; those in the catalogue are only counted."""
    sections = (
        ("Outdated", found.having("outdated"), True),
        ("Not in the catalogue", found.having("missing"), False),
        ("Not recognised", found.having("unrecognised"), False),
    )
    for head, listed, outdated in sections:
        if listed:
            _head(head)
            draw(_table(listed, outdated))
            draw("")
    if not found.topics:
        note(
            "no work of the list is in the catalogue, so its topic is unknown; give one with "
            "--topic"
        )
        return
    on = " and ".join(f"{one.topic} ({one.works} of its works)" for one in found.topics)
    if found.uncited:
        _head(f"Missing from the list on {on}{'' if topics else ', or linked with its works'}")
        draw(found.uncited)
        draw("")
    else:
        draw(f"The list contains every core work on {on}.")


def _head(text: str) -> None:
    from rich.text import Text

    draw(Text(text, style="bold"))


def _table(listed: list[Listed], outdated: bool) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim")
    table.add_column()
    for one in listed:
        text, detail = Text(visible(one.title)), one.detail
        if outdated:
            text = Text.assemble((one.work or "", "cyan"), f"  {visible(detail)}")
        elif one.status == "missing" and detail not in one.title:
            text.append(f"  {visible(detail)}", style="dim")
        table.add_row(str(one.line), text)
    return table
