"""Commands that ask for works: topics, list, search, show."""

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
    key_argument,
    note,
    note_nothing_found,
    query_argument,
)
from dltheory_bib.cli.completion import complete_topic

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.papers import PaperList

_SCREENFUL = 100
_BEST = 20


@dltheory.command(short_help="Topics as a tree.")
@click.argument("topic", required=False, shell_complete=complete_topic)
@format_option("keys", "tsv", "json")
def topics(topic: str | None, format_: str | None) -> None:
    """Show the topics as a tree, with the number of works on each.

    With a TOPIC, only that one with its definition and its narrower topics.

    \b
    Example: dltheory topics wide-networks
    """
    from rich.text import Text

    from dltheory_bib.display.terminal import topic_tree

    bib = bibliography()
    root = bib.topic(topic) if topic else None
    counts = bib.topic_counts()
    if format_:
        _print_topics(bib, root.id if root else None, format_, counts)
        return
    if root:
        draw(Text(root.definition))
    draw(topic_tree(bib.topics, counts, root.id if root else None))


def _print_topics(
    bib: Bibliography, root: str | None, format_: str, counts: dict[str, int]
) -> None:
    import json

    found = [
        one
        for one in bib.topics.values()
        if root in {None, one.id, *(above.id for above in bib.broader(one.id))}
    ]
    if format_ == "json":
        records = [one.to_dict() | {"works": counts.get(one.id, 0)} for one in found]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(
            one.id if format_ == "keys" else f"{one.id}\t{counts.get(one.id, 0)}\t{one.label}"
        )


@dltheory.command("list", cls=QueryCommand, short_help="Works for a query, oldest first.")
@query_argument()
@click.option(
    "--sort",
    type=click.Choice(["year", "key", "title", "author", "cited"]),
    default="year",
    show_default=True,
    help="Order; `cited` is by how many works here cite it.",
)
@click.option("--reverse", is_flag=True, help="The other way round.")
@click.option("-n", "--limit", type=click.IntRange(0), help="At most this many; 0 for all.")
@format_option(*LIST_FORMATS)
def list_(
    query: tuple[str, ...], sort: str, reverse: bool, limit: int | None, format_: str | None
) -> None:
    """List the works for which QUERY holds, oldest first; all works without a query.

    Quote a query that has quotes or parentheses for the shell, and write `not` where the shell
    would take `-` for an option.

    \b
    Example: dltheory list topic:ntk year:2018.. not type:preprint
    Example: dltheory list 'title:"saddle points" or cites:ge2015escaping' --format keys
    """
    bib = bibliography()
    found = bib.where(" ".join(query)).sort(sort, reverse)  # type: ignore[arg-type]
    _print_list(found, limit, _SCREENFUL, format_)


@dltheory.command(cls=QueryCommand, short_help="Works for words, best match first.")
@query_argument(required=True)
@click.option("-n", "--limit", type=click.IntRange(0), help="At most this many; 0 for all.")
@format_option(*LIST_FORMATS)
def search(query: tuple[str, ...], limit: int | None, format_: str | None) -> None:
    """Find works by words in titles, names and annotations, the best match first.

    \b
    Example: dltheory search spurious local minima
    Example: dltheory search '"edge of chaos" year:2017' --format bibtex
    """
    found = bibliography().search(" ".join(query))
    _print_list(found, limit, _BEST, format_)


def _print_list(found: PaperList, limit: int | None, screen: int, format_: str | None) -> None:
    """Print a list; at a terminal, where nobody asked for all, no more than a screenful or so."""
    drawn = is_drawn() and format_ is None
    # Forced colour, as build servers force it, draws into a pipe: that is never cut.
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


@dltheory.command(short_help="All that is known of a work.")
@key_argument("keys", many=True)
@format_option(*LIST_FORMATS)
def show(keys: tuple[str, ...], format_: str | None) -> None:
    """Show works: bibliography, annotation, relations, citations and evidence.

    KEYS are citation keys, aliases, arXiv ids or DOIs.

    \b
    Example: dltheory show jin2017escape
    Example: dltheory show 1703.00887 --format bibtex
    """
    bib = bibliography()
    if format_:
        sys.stdout.write(bib.some(keys).to(format_))
        return
    from dltheory_bib.display.terminal import paper_card

    cards = [bib.card(key) for key in keys]
    for number, card in enumerate(cards):
        if number:
            draw("")
        draw(paper_card(card))
