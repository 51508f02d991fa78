"""Update a .bib: fix."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import bibliography, dltheory, is_drawn, note, visible
from dltheory_bib.cli.output_files import print_bytes

if TYPE_CHECKING:
    from dltheory_bib.bibfile.bib_parser import BibFile
    from dltheory_bib.bibfile.fix.entry import VenueStyle
    from dltheory_bib.bibfile.fix.fixer import Fixed

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@dltheory.command(short_help="Update a .bib from the catalogue.")
@click.argument("refs", type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Write the file; a backup of the old one is kept.")
@click.option("--keep-preprint", is_flag=True, help="Keep the arXiv id of published entries.")
@click.option(
    "--venues",
    type=click.Choice(["as-is", "long", "short"]),
    default="as-is",
    show_default=True,
    help="How to name the venues of known works.",
)
@click.option("--merge", is_flag=True, help="Merge entries of one work under the first key.")
def fix(refs: Path, write: bool, keep_preprint: bool, venues: VenueStyle, merge: bool) -> None:
    """Show corrections of REFS, a .bib file, from the catalogue; with --write, apply them.

    Entries for published preprints are changed to the published version; missing pages and DOIs,
    given names for initials, and braces around capitals are added. An entry is matched by its DOI,
    its arXiv id, or its title, authors and year together; entries not in the catalogue are left
    unchanged, byte for byte.

    The output is a patch. --write keeps the old file as REFS.bak, and fails if another program has
    changed REFS meanwhile.

    \b
    Example: dltheory fix my-refs.bib
    Example: dltheory fix my-refs.bib --keep-preprint --venues short > my-refs.patch
    Example: dltheory fix my-refs.bib --merge --write
    """
    from dltheory_bib.bibfile.bib_parser import read_bib
    from dltheory_bib.bibfile.fix.fixer import fix as fixed
    from dltheory_bib.input_files import is_stream

    if write and is_stream(refs):
        raise click.UsageError(f"--write needs a file; {refs} is standard input or a pipe")
    file = read_bib(refs)
    if file.note:
        note(f"{file.note}; it is written so")
    made = fixed(bibliography(), file, keep_preprint=keep_preprint, venues=venues, merge=merge)
    for position, _, message in file.faults:
        line, column = file.place(min(position, max(len(file.text) - 1, 0)))
        note(f"{file.name}:{line}:{column}: {message}; it is left unchanged")
    if made.edits:
        _show(made)
    for keys in made.twins:
        stay = "not merged, because another entry refers to one of them, or a key is duplicated"
        joins = stay if merge else "use --merge to merge them"
        note(f"{' and '.join(keys)} are the same work; {joins}")
    note(f"{file.name}: {_summary(made, file)}")
    if made.edits and write:
        _write(refs, made)
    elif made.edits:
        note("nothing was written; use --write to apply the changes")


def _show(made: Fixed) -> None:
    """Print the patch, then a line for each entry with its changes and how it was matched."""
    if is_drawn():
        # rich would measure and wrap each of thousands of lines, so it is not used here.
        click.echo("".join(map(_coloured, made.diff())), nl=False, color=True)
    else:
        for line in made.diff():
            print_bytes(line, made.before.encoding)  # so that `patch` applies it
    for entry in made.changed:
        if entry.key not in made.merged:
            text = "; ".join(change.text for change in entry.changes)
            how = f"matched by {entry.match.by}, {entry.match.confidence:.2f}"
            note(f"{made.before.name}:{entry.line}: {entry.key}: {text} ({how})")
    for key, kept_key in made.merged.items():
        note(f"{key} is deleted; cite {kept_key} instead")


def _coloured(line: str) -> str:
    shown = f"{visible(line.rstrip())}\n"
    if os.environ.get("NO_COLOR"):
        return shown
    colour = _COLOURS.get(line[0])
    return click.style(shown, fg=colour, dim=None if colour else True)


def _summary(made: Fixed, file: BibFile) -> str:
    number = len(file.entries)
    text = f"{number} {'entry' if number == 1 else 'entries'}, {len(made.entries)} matched"
    if not made.edits:
        return f"{text}; nothing to change"
    kept = [one for one in made.changed if one.key not in made.merged]
    whats = Counter(change.what for entry in kept for change in entry.changes)
    parts = [f"{what} {count}" for what, count in whats.items()]
    parts += [f"merged {len(made.merged)}"] if made.merged else []
    return f"{text}, {len(kept)} to change: {', '.join(parts)}"


def _write(refs: Path, made: Fixed) -> None:
    from dltheory_bib.bibfile.fix.fixer import write_fixed
    from dltheory_bib.files import owner_and_group

    try:
        before = owner_and_group(refs)
        backup = write_fixed(refs, made)
    except OSError as error:
        text = (error.strerror or str(error)).lower()
        raise click.ClickException(f"cannot write {refs}: {text}; the file is unchanged") from None
    kept = (
        backup.name if backup.parent == refs.resolve().parent == refs.absolute().parent else backup
    )
    note(f"wrote {refs}; the backup is {kept}")
    if owner_and_group(refs) != before:
        note(f"{refs} belongs to you now: the system did not permit to keep its owner and group")
