"""Make a collection from other programs' files: import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import bibliography, dltheory, note

if TYPE_CHECKING:
    from dltheory_bib.bibfile.new_collection import Collected


@dltheory.command("import", short_help="Make a collection from a BibTeX, CSL-JSON or RIS file.")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("directory", type=click.Path(path_type=Path))
def import_(file: Path, directory: Path) -> None:
    """Make a collection in DIRECTORY from FILE (.bib, .json in CSL, .ris); query it with --data.

    The command writes papers.yaml and venues.yaml in DIRECTORY; they must not exist yet. Every
    record names FILE as its source. Every entry becomes a record or is reported: those that cannot
    become one are skipped, and a work that is listed twice becomes one record. Fields that records
    have no place for are listed as well. FILE may be - for standard input.

    \b
    Example: dltheory import my-refs.bib my-collection
    """
    from dltheory_bib.bibfile.importers import read_drafts
    from dltheory_bib.bibfile.new_collection import collect
    from dltheory_bib.collector import collector_running
    from dltheory_bib.files import finish_together, write_together

    targets = [directory / "papers.yaml", directory / "venues.yaml"]
    try:
        finish_together(directory)
    except OSError as error:
        raise _unwritable(error, directory) from None
    there = [path for path in targets if path.exists() or path.is_symlink()]
    if there:
        raise click.ClickException(f"{there[0]} already exists; name another directory")
    with collector_running():
        drafts, faults = read_drafts(file)
        made = collect(bibliography(), drafts, file.name)
    for message in (*faults, *made.left_out):
        note(message)
    if not made.keys:
        raise click.ClickException(f"{file} contains no works; nothing was written")
    try:
        # papers.yaml is last: without it there is no collection.
        write_together(directory, {"venues.yaml": made.venues, "papers.yaml": made.papers})
    except OSError as error:
        raise _unwritable(error, directory) from None
    note(_said(made, directory))


def _unwritable(error: OSError, directory: Path) -> click.ClickException:
    # The name of a temporary file would tell nothing.
    return click.ClickException(f"cannot write to {directory}: {error.strerror or error}")


def _said(made: Collected, directory: Path) -> str:
    works = f"{len(made.keys)} {'work' if len(made.keys) == 1 else 'works'}"
    if more := made.merged + made.skipped:
        works += f" from {len(made.keys) + more} entries"
    known = f", {len(made.known)} of them also in the catalogue" if made.known else ""
    new = len(made.new_venues)
    venues = ""
    if new:
        news = "1 venue is new; check it" if new == 1 else f"{new} venues are new; check them"
        venues = f"; {news}"
    return f"wrote {works} to {directory}{known}{venues}; next: dltheory --data {directory} list"
