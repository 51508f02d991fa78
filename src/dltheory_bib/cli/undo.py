"""Take back the last change of a collection: undo."""

from __future__ import annotations

import click

from dltheory_bib.cli.app import dltheory, note
from dltheory_bib.cli.collection import own_folder


@dltheory.command(short_help="Take back the last change that a command made to your collection.")
def undo() -> None:
    """Take back the last change of note, tag, status, add and the like; repeat it for earlier ones.

    A file that you edited since is not changed.

    \b
    Example: dltheory undo
    """
    from dltheory_bib.source import collection_writer

    folder = own_folder()
    undone = collection_writer.undo(folder)
    if undone is None:
        raise click.ClickException(f"there is no change of {folder} to undo")
    note(f"took back `dltheory {undone.command}` ({', '.join(undone.files)})")
