"""Take works from other programs' files into a collection, new or one's own: import."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import bibliography, dltheory, note
from dltheory_bib.cli.patches import print_patch
from dltheory_bib.cli.writable_collection import (
    Writable,
    catalogue_hint,
    collection_change,
    put_additions,
    put_venues,
    writable_collection,
)

if TYPE_CHECKING:
    from dltheory_bib.bibfile.importers import Draft
    from dltheory_bib.bibfile.merged_file import MergedFile
    from dltheory_bib.bibfile.new_collection import Collected
    from dltheory_bib.bibfile.own_material import OwnMaterial, Wishes
    from dltheory_bib.source.collection_writer import Change

_PRIVATE = {"notes": "notes", "tags": "tags", "status": "statuses", "files": "files"}


@dltheory.command("import", short_help="Merge a BibTeX, CSL-JSON or RIS file into a collection.")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@click.option("--tag", "tags", multiple=True, metavar="WORD", help="Tag every work of FILE.")
@click.option("--abstracts", is_flag=True, help="Keep abstracts as private notes.")
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
def import_(
    file: Path, directory: Path | None, tags: tuple[str, ...], abstracts: bool, dry_run: bool
) -> None:
    """Merge FILE (.bib, .json in CSL, .ris) into your collection, or the one in DIRECTORY.

    Works that the collection or a layer below it has are linked, not copied; others become records,
    under their own keys, with FILE as the source. Notes, keywords, files and reading status go to
    notes.yaml, where they are private. A second run changes nothing; `dltheory undo` takes the
    import back. Every entry is counted, and what is not imported is reported: entries that cannot
    become a record, and fields that have no place.

    If DIRECTORY has no collection, a new one is made that extends nothing. FILE may be - for
    standard input.

    \b
    Example: dltheory import my-refs.bib --tag thesis
    Example: dltheory import my-refs.bib my-collection
    """
    from dltheory_bib.bibfile.importers import read_drafts
    from dltheory_bib.bibfile.own_material import Wishes
    from dltheory_bib.collector import collector_running
    from dltheory_bib.files import finish_together
    from dltheory_bib.input_files import is_stream

    if directory is not None:
        try:
            finish_together(directory)
        except OSError as error:
            raise _unwritable(error, directory) from None
    place = writable_collection() if directory is None else _collection_in(directory)
    with collector_running():
        drafts, faults = read_drafts(file, with_notes=True)
    for message in faults:
        note(message)
    if not drafts:
        raise click.ClickException(f"{file} contains no works; nothing was written")
    folder = place.folder if place else directory
    wishes = Wishes(tags, abstracts, None if is_stream(file) else file, folder)
    if place is None:
        assert directory is not None
        _make(directory, drafts, file, wishes, dry_run)
    else:
        _merge(place, drafts, file, wishes, dry_run)


def _collection_in(directory: Path) -> Writable | None:
    """Return the collection in a directory; None if there is none yet."""
    from dltheory_bib.source.folders import COLLECTION, is_directory, is_file

    if is_file(directory) and directory.suffix == ".yaml":
        named = {"papers.yaml", COLLECTION}
        return Writable(
            directory.parent, "papers.yaml" if directory.name in named else directory.name
        )
    files = (directory / name for name in ("papers.yaml", "resources.yaml", COLLECTION))
    there = is_directory(directory) and any(map(is_file, files))
    return Writable(directory, "papers.yaml") if there else None


# Into a collection that is there


def _merge(place: Writable, drafts: list[Draft], file: Path, wishes: Wishes, dry_run: bool) -> None:
    """Merge works in one change; the collection is read while no other process writes to it."""
    from dltheory_bib.bibfile.merged_file import merge_file
    from dltheory_bib.bibliography import load
    from dltheory_bib.collector import collector_running

    command = f"import {file.name}"
    with collection_change(place, command, write=not dry_run) as change, collector_running():
        bib = load(place.folder if not place.is_file else place.folder / place.papers)
        made = merge_file(bib, drafts, file.name, wishes)
        if made.own.additions and not _keeps_notes(place):
            note("notes, keywords and files are private; this collection does not keep them")
            made.own.additions.clear()
        for message in made.said:
            note(message)
        put_venues(change, place, bib, made.venues)
        _put_records(change, place, made)
        put_additions(change, bib, made.own.additions)
    if dry_run:
        for name in change.files:
            print_patch(name, change.before[name] or "", change.after[name] or "")
    _tell(made.own)
    catalogue_hint(place, made.new)
    where = place.folder if not place.is_file else place.folder / place.papers
    note(f"{_counted(made)}: {_written(change, where, made, dry_run)}")


def _keeps_notes(place: Writable) -> bool:
    from dltheory_bib.cli.collection import chosen_collection, clone_data

    chosen = chosen_collection()
    theirs = chosen.is_catalogue and place.folder == chosen.place
    return not (place.is_file or theirs or place.folder == clone_data())


def _put_records(change: Change, place: Writable, made: MergedFile) -> None:
    from dltheory_bib.source.yaml_writer import revised

    if not made.records:
        return
    ordered = not any("versions" in one for one in made.records.values())
    text = revised(change.text(place.papers), "papers", made.records, ordered=ordered)
    change.write(place.papers, text)


def _counted(made: MergedFile) -> str:
    parts = [f"{len(made.records)} added", f"{made.linked} linked"]
    parts += [f"{made.repeated} repeated"] if made.repeated else []
    parts += [f"{made.skipped} skipped"] if made.skipped else []
    return f"{_number(made.entries, 'entry', 'entries')}, {', '.join(parts)}"


def _written(change: Change, where: Path, made: MergedFile, dry_run: bool) -> str:
    if not change.files:
        return f"{where} has all of it; nothing to change"
    if dry_run:
        return "nothing was written"
    new = f"; {_news(len(made.venues))}" if made.venues else ""
    return f"wrote {', '.join(change.files)} in {where}{new}; `dltheory undo` takes it back"


# A new collection


def _make(directory: Path, drafts: list[Draft], file: Path, wishes: Wishes, dry_run: bool) -> None:
    from dltheory_bib.bibfile.new_collection import collect
    from dltheory_bib.collector import collector_running
    from dltheory_bib.files import write_together

    targets = [directory / name for name in ("papers.yaml", "venues.yaml", "notes.yaml")]
    there = [path for path in targets if path.exists() or path.is_symlink()]
    if there:
        raise click.ClickException(f"{there[0]} already exists; name another directory")
    with collector_running():
        made = collect(bibliography(), drafts, file.name, wishes)
    for message in (*made.left_out, *made.own.said):
        note(message)
    if not made.keys:
        raise click.ClickException(f"{file} contains no works; nothing was written")
    _tell(made.own)
    # papers.yaml is last: without it there is no collection.
    texts = {"venues.yaml": made.venues, "notes.yaml": made.notes, "papers.yaml": made.papers}
    try:
        if not dry_run:
            write_together(directory, {name: text for name, text in texts.items() if text})
    except OSError as error:
        raise _unwritable(error, directory) from None
    note(_said(made, directory, dry_run))


def _unwritable(error: OSError, directory: Path) -> click.ClickException:
    # The name of a temporary file would tell nothing.
    return click.ClickException(f"cannot write to {directory}: {error.strerror or error}")


def _said(made: Collected, directory: Path, dry_run: bool) -> str:
    works = _number(len(made.keys), "work", "works")
    if more := made.merged + made.skipped:
        works += f" from {len(made.keys) + more} entries"
    known = f", {len(made.known)} of them also in the catalogue" if made.known else ""
    venues = f"; {_news(len(made.new_venues))}" if made.new_venues else ""
    if dry_run:
        return f"{works} for {directory}{known}{venues}; nothing was written"
    named = shlex.quote(str(directory))
    return f"wrote {works} to {directory}{known}{venues}; next: dltheory --data {named} list"


# Both


def _tell(own: OwnMaterial) -> None:
    """Say what went to the notes, and that abstracts did not."""
    if own.abstracts:
        number = _number(own.abstracts, "abstract is", "abstracts are")
        note(f"{number} not imported; --abstracts keeps them as private notes")
    counts = dict.fromkeys(_PRIVATE, 0)
    for one in own.additions.values():
        for name in counts:
            value = one.get(name, ())
            counts[name] += 1 if isinstance(value, str) else len(value)
    listed = ", ".join(f"{counts[name]} {what}" for name, what in _PRIVATE.items() if counts[name])
    if listed:
        works = _number(len(own.additions), "work", "works")
        note(f"private, on {works}, in notes.yaml: {listed}")


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _news(count: int) -> str:
    return "1 venue is new; check it" if count == 1 else f"{count} venues are new; check them"
