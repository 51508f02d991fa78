"""Bringing a .bib up to date: fix."""

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


@dltheory.command(short_help="Bring a .bib up to date.")
@click.argument("refs", type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Write the file; the old one is kept beside it.")
@click.option("--keep-preprint", is_flag=True, help="Published entries keep their arXiv id.")
@click.option(
    "--venues",
    type=click.Choice(["as-is", "long", "short"]),
    default="as-is",
    show_default=True,
    help="How the venues of known works are named.",
)
@click.option("--merge", is_flag=True, help="Join entries of one work under the first key.")
def fix(refs: Path, write: bool, keep_preprint: bool, venues: VenueStyle, merge: bool) -> None:
    """Show what the catalogue knows better than REFS, a .bib file; with --write, change it.

    Preprints that were published become the published version; missing pages and DOIs, given
    names for initials, and braces round capitals are put in. An entry is known by its DOI, its
    arXiv id, or its title, authors and year together; everything else stays byte for byte.

    What is shown is a patch. --write keeps the old file as REFS.bak, and refuses where REFS was
    changed meanwhile.

    \b
    Example: dltheory fix my-refs.bib
    Example: dltheory fix my-refs.bib --keep-preprint --venues short > my-refs.patch
    Example: dltheory fix my-refs.bib --merge --write
    """
    from dltheory_bib.bibfile.bib_parser import read_bib
    from dltheory_bib.bibfile.fix.fixer import fix as fixed

    file = read_bib(refs)
    made = fixed(bibliography(), file, keep_preprint=keep_preprint, venues=venues, merge=merge)
    for position, _, message in file.faults:
        line, column = file.place(min(position, max(len(file.text) - 1, 0)))
        note(f"{file.name}:{line}:{column}: {message}; it is left as it is")
    if made.edits:
        _show(made)
    for keys in made.twins:
        stay = "they stay: others refer to one, or a key stands twice"
        joins = stay if merge else "--merge joins them"
        note(f"{' and '.join(keys)} are one work; {joins}")
    note(f"{file.name}: {_summary(made, file)}")
    if made.edits and write:
        _write(refs, made)
    elif made.edits:
        note("nothing was written; --write does")


def _show(made: Fixed) -> None:
    """The patch, then a line for each entry on what is changed and how it was recognised."""
    if is_drawn():
        # Not by rich, which would measure and wrap each of what may be thousands of lines.
        click.echo("".join(map(_coloured, made.diff())), nl=False, color=True)
    else:
        print_bytes("".join(made.diff()))
    for entry in made.changed:
        if entry.key not in made.merged:
            said = "; ".join(change.says for change in entry.changes)
            how = f"known by {entry.match.by}, {entry.match.confidence:.2f}"
            note(f"{made.before.name}:{entry.line}: {entry.key}: {said} ({how})")
    for key, stays in made.merged.items():
        note(f"{key} goes; cite {stays} in its place")


def _coloured(line: str) -> str:
    shown = f"{visible(line.rstrip())}\n"
    if os.environ.get("NO_COLOR"):
        return shown
    colour = _COLOURS.get(line[0])
    return click.style(shown, fg=colour, dim=None if colour else True)


def _summary(made: Fixed, file: BibFile) -> str:
    number = len(file.entries)
    said = f"{number} {'entry' if number == 1 else 'entries'}, {len(made.entries)} known"
    if not made.edits:
        return f"{said}; nothing to change"
    kept = [one for one in made.changed if one.key not in made.merged]
    whats = Counter(change.what for entry in kept for change in entry.changes)
    parts = [f"{what} {count}" for what, count in whats.items()]
    parts += [f"merged {len(made.merged)}"] if made.merged else []
    return f"{said}, {len(kept)} to change: {', '.join(parts)}"


def _write(refs: Path, made: Fixed) -> None:
    from dltheory_bib.bibfile.fix.fixer import write_fixed

    try:
        backup = write_fixed(refs, made)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise click.ClickException(f"cannot write {refs}: {said}; it is as it was") from None
    kept = (
        backup.name if backup.parent == refs.resolve().parent == refs.absolute().parent else backup
    )
    note(f"wrote {refs}; the old one is {kept}")
