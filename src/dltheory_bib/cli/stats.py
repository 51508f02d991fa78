"""Commands about the catalogue and the shell: stats, completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import (
    bibliography,
    dltheory,
    draw,
    format_option,
    note,
    note_lists_read,
)
from dltheory_bib.cli.collection import chosen_collection
from dltheory_bib.cli.output_files import private_option

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography

_SCREENFUL = 20


@dltheory.command(short_help="Count the works and the evidence for them.")
@click.option(
    "--wanted",
    is_flag=True,
    help="Instead, rank the works that our reference lists contain and the catalogue lacks.",
)
@click.option(
    "-n", "--limit", type=click.IntRange(0), help="With --wanted: at most this many; 0 for all."
)
@private_option("count")
@format_option("json")
def stats(wanted: bool, limit: int | None, private: bool, format_: str | None) -> None:
    """Show what the catalogue contains, and the evidence for it.

    For each field: the number of records with a value, of those with two sources or more, and of
    those that list it as unverified.

    \b
    Example: dltheory stats
    Example: dltheory stats --wanted --limit 50
    """
    if wanted:
        _wanted(limit, format_)
        return
    if limit is not None:
        raise click.UsageError("--limit is for --wanted")
    bib = bibliography()
    found = bib.stats()
    own = _own(bib) if private else {}
    if format_ == "json":
        import json

        click.echo(json.dumps(found.to_dict() | own, ensure_ascii=False, indent=2))
        return
    from dltheory_bib.display.stats_view import stats_tables

    draw(stats_tables(found))
    for name, values in own.items():
        for value, number in values.items():
            draw(f"{name}  {value}  {number}")


def _own(bib: Bibliography) -> dict[str, dict[str, int]]:
    """Count the works with notes, and those with each tag and status."""
    from dltheory_bib.snapshot.own_notes import tags

    status = "SELECT status, count(*) FROM reading GROUP BY status ORDER BY status"
    return {
        "additions": {"works": len(bib.where("has:notes or has:tags or has:status or has:files"))},
        "tags": tags(bib.snapshot),
        "status": dict(bib.snapshot.fetch(status).fetchall()),
    }


def _wanted(limit: int | None, format_: str | None) -> None:
    from dltheory_bib.source.wanted import WANTED, read_references, wanted_works

    place = chosen_collection().place
    works = wanted_works(read_references((place if place.is_dir() else place.parent) / WANTED))
    most = (_SCREENFUL if format_ is None else 0) if limit is None else limit
    shown = works[: most or None]
    if format_ == "json":
        import json

        click.echo(json.dumps([one.to_dict() for one in shown], ensure_ascii=False, indent=2))
        return
    if not works:
        note(f"no wanted works: {place} has no entries of reference lists ({WANTED})")
        return
    from dltheory_bib.display.stats_view import wanted_table

    draw(wanted_table(shown))
    note_lists_read("lists")
    if len(shown) < len(works):
        note(f"{len(shown)} of {len(works)} works; --limit 0 shows all")


@dltheory.command(short_help="Set up completion for bash, zsh or fish.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that makes SHELL complete commands, keys, topics and fields.

    zsh needs `autoload -Uz compinit && compinit` before it in ~/.zshrc.

    \b
    Example: dltheory completion bash >> ~/.bashrc
    Example: dltheory completion zsh >> ~/.zshrc
    Example: dltheory completion fish > ~/.config/fish/completions/dltheory.fish
    """
    from dltheory_bib.cli.completion import completion_script

    click.echo(completion_script(shell))
