"""Merge another person's collection into one's own: merge."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import dltheory, note
from dltheory_bib.cli.collection import own_folder
from dltheory_bib.cli.output_files import private_option
from dltheory_bib.cli.patches import print_patch
from dltheory_bib.cli.writable_collection import Writable, collection_change

if TYPE_CHECKING:
    from dltheory_bib.bibfile.collection_merge import Merge
    from dltheory_bib.errors import Problem
    from dltheory_bib.source.collection_writer import Change


@dltheory.command(short_help="Merge another person's collection into yours.")
@click.argument("other", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@private_option("print")
def merge(other: Path, dry_run: bool, yes: bool, private: bool) -> None:
    """Merge the works, relations, citations and notes of the collection OTHER into yours.

    A work of both is found by its key, its identifiers, or its title and authors. What your record
    lacks is taken, lists are joined. Where the two differ yours stays, and the conflict is listed
    with its place and what to write; the exit code is 1 then. Works of the layers below OTHER are
    not taken, only what it adds to works that you have as well.

    Notes, tags, status and files are merged, but printed only with --private. At a terminal you are
    asked before anything is written; `dltheory undo` takes the merge back.

    \b
    Example: dltheory merge ../ada/references --dry-run
    Example: dltheory merge ../ada/references --yes
    """
    from dltheory_bib.source.folders import collection_place, is_directory
    from dltheory_bib.source.layers import layers_of

    folder = own_folder()
    other = collection_place(other)
    if not is_directory(other):
        raise click.ClickException(f"there is no collection in a folder {other}")
    if other.resolve() == folder.resolve():
        raise click.ClickException(f"{other} is your own collection; name another")
    if other.resolve() in {one.path for one in layers_of(folder)}:
        raise click.ClickException(f"{other} is a layer below yours, which has all of it already")
    place = Writable(folder, "papers.yaml")
    ask = not (yes or dry_run) and sys.stdin.isatty() and sys.stdout.isatty()
    command = f"merge {other}"
    if ask or dry_run:
        with collection_change(place, command, write=False) as change:
            made = _merged(change, other)
        _show(change, private)
        if dry_run or not change.files:
            _finish(made, change, private, dry_run)
            return
        if not click.confirm(f"merge {_said(made)}?", default=True, err=True):
            raise click.ClickException("nothing was written")
    with collection_change(place, command) as change:
        made = _merged(change, other)
    if not ask:
        _show(change, private)
    _finish(made, change, private, dry_run=False)


def _merged(change: Change, other: Path) -> Merge:
    """Put what another collection adds into a change, unless the result is invalid."""
    from dltheory_bib.bibfile.collection_merge import kinds_of, merge_collection
    from dltheory_bib.bibliography import load
    from dltheory_bib.errors import DataError

    made = merge_collection(load(change.folder), change, other, load(other))
    for kind, records in kinds_of(made):
        change.put(kind, *records)
    if change.files and (faults := _faults(change)):
        note("the two together are not valid, so nothing is written; correct one of them first")
        raise DataError(faults)
    return made


def _faults(change: Change) -> list[Problem]:
    """Return the errors of a collection with a change, as if it were written."""
    from dltheory_bib.snapshot.cache import check_layers
    from dltheory_bib.source.folders import catalogue_files
    from dltheory_bib.source.loader import check_paths

    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for file in catalogue_files(change.folder):
            change.text(file.path.name)
        for file_name, text in change.after.items():
            if text is not None and text.strip():
                (copy / file_name).write_text(text, "utf-8")
        found = check_layers(change.folder, catalogue_files(copy)) or check_paths([copy])
        return [
            one._replace(file=str(change.folder / Path(one.file).name))
            for one in found[0]
            if one.level == "error"
        ]


def _show(change: Change, private: bool) -> None:
    for name in change.files:
        if name != "notes.yaml" or private:
            print_patch(name, change.before[name] or "", change.after[name] or "")
        else:
            print_patch(name, _public(change.before[name]), _public(change.after[name]))


def _public(text: str | None) -> str:
    """Return the notes without what is private."""
    from dltheory_bib.bibfile.collection_merge import PRIVATE
    from dltheory_bib.source.yaml_reader import read_content
    from dltheory_bib.source.yaml_writer import canonical_records

    records = (one.value for one in read_content((text or "").encode(), [], "notes.yaml"))
    kept = ({n: v for n, v in one.items() if n not in PRIVATE} for one in records)
    listed = [one for one in kept if len(one) > 1]
    return canonical_records(listed, "notes") if listed else ""


def _finish(made: Merge, change: Change, private: bool, dry_run: bool) -> None:
    for text in made.said:
        note(text)
    for one in made.conflicts:
        message = one.message if private or not one.is_private else one.public
        note(f"{one.place}: conflict: {message}")
    if not change.files:
        note(f"nothing to merge{_unresolved(made)}")
    elif dry_run:
        note(f"{_said(made)}{_unresolved(made)}; nothing was written")
    else:
        files = ", ".join(change.files)
        note(f"{_said(made)}{_unresolved(made)}: wrote {files}; `dltheory undo` takes it back")
    if made.conflicts:
        click.get_current_context().exit(1)


def _said(made: Merge) -> str:
    parts = [
        (len(made.added), "work added", "works added"),
        (len(made.completed), "completed", "completed"),
        (len(made.noted), "work with more notes", "works with more notes"),
        (made.others, "other record", "other records"),
    ]
    return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in parts if n) or "nothing"


def _unresolved(made: Merge) -> str:
    number = len(made.conflicts)
    return f", {number} conflict{'' if number == 1 else 's'}" if number else ""
