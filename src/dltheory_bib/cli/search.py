"""Search for what people type: search."""

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
    query_argument,
)

if TYPE_CHECKING:
    from dltheory_bib.search_results import SearchResults

_BEST = 20
_WHERE = {
    "topic": "dltheory read {}",
    "person": "dltheory list author:{}",
    "venue": "dltheory list venue:{}",
    "question": "dltheory compare {}",
    "trail": "dltheory read {}",
}
"""The command that shows more of what is not a work."""


@dltheory.command(cls=QueryCommand, short_help="Search for anything; best match first.")
@query_argument(required=True)
@click.option("-n", "--limit", type=click.IntRange(0), help="At most this many; 0 for all.")
@click.option("--shelf", is_flag=True, help="Search the titles on the shelf, which is not curated.")
@click.option("--explain", is_flag=True, help="Say for each work why it was found.")
@format_option(*LIST_FORMATS)
def search(
    query: tuple[str, ...], limit: int | None, shelf: bool, explain: bool, format_: str | None
) -> None:
    """Search by words, a title, author and year, an id or a URL; best match first.

    Not every word needs to match, mistyped words are mended, and nothing is an error. Fields narrow
    the search as they do in `list`. Topics, people and questions that the words name are shown
    above the works.

    With --shelf, the works on the shelf whose titles have all the words are shown instead, or those
    with the nearest title, or with a DOI or an arXiv id; each with its source.

    \b
    Example: dltheory search how deep can signals propagate
    Example: dltheory search jacot 2018
    Example: dltheory search '"edge of chaos" year:2017' --format bibtex
    """
    if shelf:
        _search_shelf(" ".join(query), _BEST if limit is None else limit, format_)
        return
    bib = bibliography()
    found = bib.search(" ".join(query))
    drawn = is_drawn() and format_ is None
    # Output with forced colour, as on build servers, goes into a pipe and is never cut.
    most = (_BEST if drawn and sys.stdout.isatty() else 0) if limit is None else limit
    shown = found[:most] if most else found[:]
    if drawn:
        _draw_headings(found)
    if explain:
        click.echo("".join(f"{key}\t{found.explain(key)}\n" for key in shown.keys), nl=False)
    elif drawn and shown:
        draw(shown)
    elif not drawn:
        sys.stdout.write(shown.to(format_ or "tsv"))
    notes = found.notes
    if not found and not len(bib):
        from dltheory_bib.cli.nothing_found import NO_WORKS

        notes = [NO_WORKS]
    elif not found and len(notes) == 1:
        notes.append("`dltheory help query` explains queries")
    for place, line in enumerate(notes):
        note(f"  {line}" if place and not found else line)
    if drawn and found:
        _note_numbers(found, len(shown))


def _note_numbers(found: SearchResults, shown: int) -> None:
    """Say how many works there are, those apart that have all the words."""
    said = []
    if 0 < found.complete < len(found):
        works = f"{found.complete} {'work' if found.complete == 1 else 'works'}"
        more = len(found) - found.complete
        said.append(f"{works}; {more} more {'has' if more == 1 else 'have'} some of the words")
    if shown < len(found):
        some = f"{shown} shown" if said else f"{shown} of {len(found)} works"
        said.append(f"{some}; --limit 0 shows all")
    if said:
        note("; ".join(said))


def _search_shelf(text: str, most: int, format_: str | None) -> None:
    from dltheory_bib.cli.app import visible
    from dltheory_bib.shelf.chosen_shelf import shelf_folder
    from dltheory_bib.shelf.lookups import Shelf
    from dltheory_bib.shelf.shelf_entries import shelf_entry

    if format_ not in {None, "tsv", "bibtex"}:
        raise click.UsageError("works of the shelf can be shown as tsv or bibtex")
    opened = Shelf(shelf_folder())
    found = opened.search(text, most or 1_000_000)
    for held in found:
        work = held.record
        if format_ == "bibtex":
            entry = shelf_entry(held, work.where, biblatex=False)
            click.echo("\n".join(map(visible, entry.splitlines())))
            continue
        authors = "; ".join(work.authors)
        origin = f"{work.source} of {work.date}"
        cells = work.where, work.title, authors, str(work.year or ""), work.venue, origin
        click.echo("\t".join(map(visible, cells)))
    number = f"{len(found)} work{'s' if len(found) > 1 else ''}"
    note(f"{number} of the shelf, not curated" if found else "the shelf has no such title")
    opened.close()


def _draw_headings(found: SearchResults) -> None:
    from dltheory_bib.display.terminal import heading_list

    if found.headings:
        draw(
            heading_list(
                (one.kind, one.label, _WHERE[one.kind].format(one.id)) for one in found.headings
            )
        )
