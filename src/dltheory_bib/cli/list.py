"""List works, and print lists: list."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import (
    LIST_FORMATS,
    QueryCommand,
    bibliography,
    dltheory,
    draw,
    format_option,
    is_drawn,
    note,
    note_lists_read,
    note_nothing_found,
    query_argument,
)

if TYPE_CHECKING:
    from dltheory_bib.papers import PaperList

_SCREENFUL = 100


@dltheory.command(
    "list", cls=QueryCommand, short_help="List works that match a query, oldest first."
)
@query_argument()
@click.option(
    "--sort",
    type=click.Choice(["year", "key", "title", "author", "venue", "type", "cited"]),
    default="year",
    show_default=True,
    help="Sort order; `cited` is the number of works here that cite it.",
)
@click.option("--reverse", is_flag=True, help="Reverse the order.")
@click.option("-n", "--limit", type=click.IntRange(0), help="At most this many; 0 for all.")
@format_option(*LIST_FORMATS)
def list_(
    query: tuple[str, ...], sort: str, reverse: bool, limit: int | None, format_: str | None
) -> None:
    """List the works that match QUERY, oldest first; without a query, all works.

    Quote a query with quotes or parentheses for the shell, and write `not` if the shell would treat
    `-` as an option.

    \b
    Example: dltheory list topic:ntk year:2018.. not type:preprint
    Example: dltheory list 'title:"saddle points" or cites:ge2015escaping' --format keys
    """
    bib = bibliography()
    found = bib.where(" ".join(query)).sort(sort, reverse)  # type: ignore[arg-type]
    print_list(found, limit, _SCREENFUL, format_)
    if sort == "cited" and found:
        note_lists_read("sorted by citations")


def print_list(found: PaperList, limit: int | None, screen: int, format_: str | None) -> None:
    """Print a list; at a terminal, about a screenful unless a limit is given."""
    drawn = is_drawn() and format_ is None
    # Output with forced colour, as on build servers, goes into a pipe and is never cut.
    most = (screen if drawn and sys.stdout.isatty() else 0) if limit is None else limit
    shown = found[:most] if most else found
    if not found:
        note_nothing_found()
    if drawn and shown:
        draw(shown)
    elif not drawn:
        sys.stdout.write(shown.to(format_ or "tsv"))
    if len(shown) < len(found) and drawn:
        note(f"{len(shown)} of {len(found)} works; --limit 0 shows all")
