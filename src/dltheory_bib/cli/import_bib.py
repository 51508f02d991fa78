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
    record names FILE as its source. Entries that cannot become a record are reported and skipped.
    FILE may be - for standard input.

    \b
    Example: dltheory import my-refs.bib my-collection
    """
    from dltheory_bib.bibfile.importers import read_drafts
    from dltheory_bib.bibfile.new_collection import collect
    from dltheory_bib.files import write_text

    targets = [directory / "papers.yaml", directory / "venues.yaml"]
    there = [path for path in targets if path.exists() or path.is_symlink()]
    if there:
        raise click.ClickException(f"{there[0]} already exists; name another directory")
    drafts, faults = read_drafts(file)
    made = collect(bibliography(), drafts, file.name)
    for message in (*faults, *made.left_out):
        note(message)
    if not made.keys:
        raise click.ClickException(f"{file} contains no works; nothing was written")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for path, text in zip(targets, (made.papers, made.venues), strict=True):
            write_text(path, text)
    except OSError as error:
        raise click.ClickException(
            f"cannot write {error.filename or directory}: {error.strerror or error}"
        ) from None
    note(_said(made, directory))


def _said(made: Collected, directory: Path) -> str:
    works = f"{len(made.keys)} {'work' if len(made.keys) == 1 else 'works'}"
    known = f", {len(made.known)} of them also in the catalogue" if made.known else ""
    new = len(made.new_venues)
    venues = ""
    if new:
        news = "1 venue is new; check it" if new == 1 else f"{new} venues are new; check them"
        venues = f"; {news}"
    return f"wrote {works} to {directory}{known}{venues}; next: dltheory --data {directory} list"
