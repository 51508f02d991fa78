"""Search works by keyword: search."""

from __future__ import annotations

import click

from dltheory_bib.cli.app import (
    LIST_FORMATS,
    QueryCommand,
    bibliography,
    dltheory,
    format_option,
    query_argument,
)
from dltheory_bib.cli.list import print_list

_BEST = 20


@dltheory.command(cls=QueryCommand, short_help="Search by keyword; best match first.")
@query_argument(required=True)
@click.option("-n", "--limit", type=click.IntRange(0), help="At most this many; 0 for all.")
@format_option(*LIST_FORMATS)
def search(query: tuple[str, ...], limit: int | None, format_: str | None) -> None:
    """Search words in titles, names and annotations; best match first.

    \b
    Example: dltheory search spurious local minima
    Example: dltheory search '"edge of chaos" year:2017' --format bibtex
    """
    found = bibliography().search(" ".join(query))
    print_list(found, limit, _BEST, format_)
