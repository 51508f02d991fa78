"""Commands for reading orders: read, trails."""

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
from dltheory_bib.cli.completion import complete_key, complete_topic
from dltheory_bib.snapshot import views

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography


@dltheory.command(cls=QueryCommand, short_help="Suggest what to read, in which order, and why.")
@query_argument()
@click.option(
    "-n",
    "--count",
    type=click.IntRange(1),
    help="Number of works.  [default: 10, and all of a trail]",
)
@click.option(
    "--to",
    "wanted",
    metavar="WORK",
    multiple=True,
    shell_complete=complete_key,
    help="Instead, what to read up to this work or result card.",
)
@click.option(
    "--known",
    metavar="NAME",
    multiple=True,
    shell_complete=complete_topic,
    help="With --to: a work or a topic that you know.",
)
@format_option(*LIST_FORMATS)
def read(
    query: tuple[str, ...],
    count: int | None,
    wanted: tuple[str, ...],
    known: tuple[str, ...],
    format_: str | None,
) -> None:
    """Suggest what to read on a topic, on a trail or for a QUERY, in which order, and why.

    A topic begins with works for newcomers, chosen by hand. Every work comes after its
    prerequisites, which may be outside the query. `dltheory trails` lists the trails.

    With --to the output leads from what you know to a work: its prerequisites, without the works
    that you know, and their own; of a topic that you know, those to start with and the core works.

    \b
    Example: dltheory read saddle-escape
    Example: dltheory read saddles-to-edge-of-stability
    Example: dltheory read topic:ntk or topic:mean-field --count 7
    Example: dltheory read --to nguyen2021proof --known ntk
    """
    bib = bibliography()
    if wanted:
        if query or count is not None:
            raise click.UsageError("--to needs neither a query nor --count")
        _way(bib, wanted, known, format_)
        return
    if known:
        raise click.UsageError("--known is for --to")
    found = bib.reading(" ".join(query), count)
    if not found:
        note_nothing_found()
    _hint_at_topic(bib, query)
    if format_ or not is_drawn():
        sys.stdout.write(found.to(format_ or "tsv"))
    elif found:
        draw(found)
    if any("Cited by" in why for why in found.whys.values()):
        note_lists_read("citations")


def _way(
    bib: Bibliography, wanted: tuple[str, ...], known: tuple[str, ...], format_: str | None
) -> None:
    """Print what to read up to some works."""
    found = bib.way_to(wanted, known)
    if not found:
        note("you know it already: nothing is left to read")
    if format_ or not is_drawn():
        sys.stdout.write(found.to(format_ or "tsv"))
    elif found:
        draw(found)


def _hint_at_topic(bib: Bibliography, query: tuple[str, ...]) -> None:
    """A mistyped topic is searched as words, which match other works; warn about it."""
    from dltheory_bib.query.fields import find_topic, nearest_topics

    asked = " ".join(query)
    known = views.steps_of(bib.snapshot, "trail", asked) or find_topic(bib.snapshot, asked)
    if not asked or ":" in asked or '"' in asked or known:
        return
    near = nearest_topics(bib.snapshot, asked)
    if near:
        note(f"searched for the words {asked!r}; did you mean the topic {near[0]}?")


@dltheory.command(short_help="List the hand-made reading trails.")
@format_option("keys", "json")
def trails(format_: str | None) -> None:
    """List the trails: reading orders through works of several topics.

    `dltheory read` with the id of a trail shows its works.

    \b
    Example: dltheory trails
    Example: dltheory trails -f json
    """
    snapshot = bibliography().snapshot
    found = views.trails(snapshot)
    if format_ == "json":
        import json

        records = list(views.stored(snapshot, "trail").values())
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    elif format_ == "keys":
        click.echo("".join(f"{trail.id}\n" for trail in found), nl=False)
    elif found:
        from dltheory_bib.display.terminal import trail_list

        draw(trail_list(found))
    else:
        note("this collection has no trails; add them in trails.yaml")
