"""Show what changed between two states of a catalogue: diff."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
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
)
from dltheory_bib.cli.completion import complete_topic

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.revision.change import CatalogueDiff

_STATE = click.Path(exists=True, path_type=Path)


@dltheory.command(short_help="Show what changed between two releases.")
@click.argument("old", type=_STATE)
@click.argument("new", type=_STATE, required=False)
@click.option("-t", "--topic", shell_complete=complete_topic, help="Only changes on this topic.")
@click.option(
    "--cited",
    metavar="LIST",
    type=click.Path(path_type=Path),
    help="Only what concerns the works of this list (.bib, Markdown or text): what was refuted, "
    "improved, published or mended since you cited it.",
)
@click.option("--all", "everything", is_flag=True, help="Every change, not the first of each kind.")
@click.option(
    "--date",
    metavar="YYYY-MM-DD",
    help="For a feed: the day of NEW. Default: the day on which its last work was added.",
)
@format_option("markdown", "json", "atom")
def diff(
    old: Path,
    new: Path | None,
    topic: str | None,
    cited: Path | None,
    everything: bool,
    date: str | None,
    format_: str | None,
) -> None:
    """Show what changed from OLD to NEW: folders of data, papers files, or a release's .whl or
    .tar.gz. NEW is by default the collection in use.

    Claims that were refuted, qualified or corrected come first, then bounds and results that were
    improved, preprints that were published, and facts that were mended: what matters to whoever
    cites the works. Then new works, annotations, relations, result cards, topics and citations.

    \b
    Example: dltheory diff dltheory_bib-0.2.0-py3-none-any.whl
    Example: dltheory diff old/data data --topic ntk --format markdown
    Example: dltheory diff old/data --cited thesis.bib
    """
    from dltheory_bib.revision.catalogue_diff import diff as compared
    from dltheory_bib.revision.release import open_state

    if date is not None and not _is_day(date):
        raise click.UsageError(f"--date {date!r} is no day; write it as 2026-11-30")
    if date is not None and format_ != "atom":
        raise click.UsageError("--date is for --format atom")
    before, after = open_state(old), open_state(new) if new else bibliography()
    found = compared(before, after)
    identity = after.topic_id(topic) if topic else ""
    found = found.on(identity) if identity else found
    if cited is not None:
        found = _cited(found, before, after, cited)
    _print(replace(found, everything=everything or not is_drawn()), after, date, format_, identity)
    counts = ", ".join(f"{number:,} {kind.value}" for kind, number in found.counts().items())
    works = f"{found.sizes[0]:,} works before, {found.sizes[1]:,} after"
    note(f"{works}; {counts or 'nothing changed'}")


def _is_day(text: str) -> bool:
    """Return whether a text is a day of the calendar, in the one form that feeds are written in."""
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None


def _cited(found: CatalogueDiff, old: Bibliography, new: Bibliography, path: Path) -> CatalogueDiff:
    """Return the changes that concern the works of a list: those that either state knows."""
    from dltheory_bib.bibfile.coverage import read_list

    listed = [one.work for bib in (old, new) for one in read_list(bib, path) if one.work]
    works = {new.key(key) if key in new else key for key in listed}
    if not works:
        note(f"{path}: no work of the catalogue is in it")
    return found.concerning(works)


def _print(
    found: CatalogueDiff, new: Bibliography, date: str | None, format_: str | None, topic: str
) -> None:
    if format_ == "json":
        import json

        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    elif format_ == "markdown":
        click.echo(found.to_markdown(), nl=False)
    elif format_ == "atom":
        from dltheory_bib.settings import load_settings
        from dltheory_bib.site.change_feed import change_feed, last_day

        settings = load_settings().site
        title = f"{settings.title or 'Deep learning theory'}: what changed"
        title += f" on {new.topics[topic].label}" if topic else ""
        feed = change_feed(found, title, date or last_day(new), settings.base_url or "", topic)
        click.echo(feed.decode("utf-8"), nl=False)
    elif found:
        from dltheory_bib.display.diff_view import FEW

        draw(found)
        if not found.everything and any(len(one) > FEW for one in found.lists().values()):
            note("--all shows every change")
