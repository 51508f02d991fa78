"""The command that makes a collection of one's own out of other programs' files: import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import bibliography, dltheory, note

if TYPE_CHECKING:
    from dltheory_bib.bibfile.new_collection import Collected


@dltheory.command("import", short_help="A .bib, CSL-JSON or RIS file as a collection of your own.")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("directory", type=click.Path(path_type=Path))
def import_(file: Path, directory: Path) -> None:
    """Make of FILE (.bib, .json in CSL, .ris) a collection in DIRECTORY, to be asked with --data.

    DIRECTORY gets a papers.yaml and a venues.yaml; it must not have them yet. Every record names
    FILE as its source. What cannot be a record is said, and left out.

    \b
    Example: dltheory import my-refs.bib my-collection
    """
    from dltheory_bib.bibfile.importers import read_drafts
    from dltheory_bib.bibfile.new_collection import collect
    from dltheory_bib.files import write_text

    targets = [directory / "papers.yaml", directory / "venues.yaml"]
    there = [path for path in targets if path.exists() or path.is_symlink()]
    if there:
        raise click.ClickException(f"{there[0]} is there already; name another directory")
    drafts, faults = read_drafts(file)
    made = collect(bibliography(), drafts, file.name)
    for said in (*faults, *made.left_out):
        note(said)
    if not made.keys:
        note(f"{file} holds no work; nothing was written")
        return
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
    known = f", {len(made.known)} of them in the catalogue as well" if made.known else ""
    new = len(made.new_venues)
    venues = ""
    if new:
        said = "1 venue is new, look at it" if new == 1 else f"{new} venues are new, look at them"
        venues = f"; {said}"
    return f"wrote {works} to {directory}{known}{venues}; next: dltheory --data {directory} list"
