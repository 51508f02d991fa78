"""Suggest works outside by the citations that tie them to one's own: discover."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import (
    QueryCommand,
    bibliography,
    dltheory,
    draw,
    format_option,
    is_drawn,
    note,
    note_nothing_found,
    query_argument,
    visible,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dltheory_bib.discovery.discoveries import Discovery

_MOST = 1000
"""The most works that are suggested: for each of them the ties to all seeds are computed."""


@dltheory.command(cls=QueryCommand, short_help="Suggest works outside, by citations.")
@query_argument()
@click.option(
    "--shelf",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder of the shelf.  [default: that of the settings, else the platform's]",
)
@click.option(
    "-n", "--count", type=click.IntRange(1, _MOST), default=20, show_default=True, help="How many."
)
@click.option(
    "--engine",
    metavar="NAME",
    default="duckdb",
    show_default=True,
    help="What computes: duckdb, or the master of a Spark cluster (spark://host:7077, local[2]).",
)
@click.option("--memory", metavar="SIZE", help="At most this much memory for DuckDB, as 400MB.")
@format_option("tsv", "json", "bibtex")
def discover(
    query: tuple[str, ...],
    folder: Path | None,
    count: int,
    engine: str,
    memory: str | None,
    format_: str | None,
) -> None:
    """Suggest works that the collection lacks, by the citations that tie them to its works.

    With a query, ties to the works that match it count. With a file REFS.bib instead, ties to its
    works count, and works of the collection that it lacks are suggested as well, with their keys.

    A work is tied to yours if a list cites both, if both cite the same, or if one cites the other;
    what is cited by everybody counts less. Each suggestion names up to three of your works that it
    is tied to most closely. The citations are those of an OpenAlex dump on the shelf, and those in
    the reference lists of the collection. Suggested works are not curated.

    \b
    Example: dltheory discover
    Example: dltheory discover topic:ntk year:2020.. -n 50
    Example: dltheory discover my-refs.bib --format bibtex
    """
    from dltheory_bib.discovery.discoveries import discover as found

    bib = bibliography()
    refs = _bib_file(query)
    text = "" if refs else " ".join(query)
    if text and not bib.where(text):
        note_nothing_found()
        if format_ == "json":
            click.echo("[]")
        return
    made = found(bib, text, refs=refs, shelf=folder, engine=engine, count=count, memory=memory)
    if format_ == "json":
        import json

        # In ASCII: a dump may contain any character, including a terminal's control codes.
        click.echo(json.dumps([hit.to_dict() for hit in made], indent=2))
    elif format_ == "bibtex":
        click.echo("\n".join(map(visible, made.to_bibtex().splitlines())))
    elif format_ == "tsv" or not is_drawn():
        for row in _rows(made):
            sys.stdout.write("\t".join(visible(" ".join(cell.split())) for cell in row) + "\n")
    elif made.hits:
        draw(_drawn(made))
    for line in _notes(made, refs):
        note(line)


def _bib_file(query: tuple[str, ...]) -> Path | None:
    """Return the .bib that is named in place of a query."""
    if len(query) != 1 or not query[0].lower().endswith(".bib"):
        return None
    return Path(query[0])


def _rows(found: Discovery) -> Iterator[tuple[str, ...]]:
    from dltheory_bib.discovery.scores import SCALE

    for hit in found:
        work = hit.work
        yield (
            f"{hit.ranked.score / SCALE:.3f}",
            hit.name,
            work.title,
            "; ".join(work.authors),
            str(work.year or ""),
            hit.why,
        )


def _notes(found: Discovery, refs: Path | None) -> Iterator[str]:
    """Yield what was searched; if nothing was found, why, and what to type next."""
    what = str(refs) if refs else "the collection"
    if not found.seeds:
        yield f"{what} has no works"
    elif not found.tied:
        none = f"none of the {found.seeds:,} works is" if found.seeds > 1 else "the work is not"
        yield f"{none} in {found.citations}"
    elif not found.hits:
        yield f"no work outside is tied to one of {found.seeds:,} works by {found.citations}"
    else:
        number = f"{len(found):,} work{'s' if len(found) > 1 else ''}, not curated"
        yield f"{number}; {found.tied:,} of {found.seeds:,} works are in {found.citations}"
        return
    if found.seeds and not found.has_shelf:
        yield "  dltheory shelf build FOLDER adds those of a dump of OpenAlex"


def _drawn(found: Discovery) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from dltheory_bib.lookup.same_work import inverted
    from dltheory_bib.text.names import author_line

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim")
    table.add_column()
    for place, hit in enumerate(found, 1):
        work = hit.work
        names = author_line([*map(inverted, work.authors)], at_most=2)
        by = " ".join(filter(None, (names, str(work.year or ""))))
        text = Text.assemble(
            (visible(work.title), "bold"),
            f"  {visible(by)}",
            (f"  {hit.key}" if hit.key else "", "cyan"),
        )
        text.append(f"\n{visible(hit.why)}")
        table.add_row(str(place), text)
    return table
