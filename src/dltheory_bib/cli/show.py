"""Show works: show."""

from __future__ import annotations

import sys

import click

from dltheory_bib.cli.app import (
    LIST_FORMATS,
    bibliography,
    dltheory,
    draw,
    format_option,
    key_argument,
)


@dltheory.command(short_help="Show a work.")
@key_argument("keys", many=True)
@click.option(
    "--all",
    "whole",
    is_flag=True,
    help="Also remarks, result cards, all relations and citations, and the evidence.",
)
@format_option(*LIST_FORMATS)
def show(keys: tuple[str, ...], whole: bool, format_: str | None) -> None:
    """Show works: bibliography, annotation, relations, and how many works they cite.

    KEYS are citation keys, aliases, arXiv ids or DOIs. The default is a short form with the first
    three relations of each kind; --all shows the whole record.

    \b
    Example: dltheory show jin2017escape
    Example: dltheory show jin2017escape --all
    Example: dltheory show 1703.00887 --format bibtex
    """
    bib = bibliography()
    if format_:
        sys.stdout.write(bib.some(keys).to(format_))
        return
    from dltheory_bib.display.terminal import own_notes, paper_card

    cards = [bib.view(key) for key in keys]
    for number, card in enumerate(cards):
        if number:
            draw("")
        draw(paper_card(card, whole=whole))
        if notes := bib.own_notes(card.key):
            draw(own_notes(notes))
