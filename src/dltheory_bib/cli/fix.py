"""Update a .bib: fix."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from dltheory_bib.cli.app import bibliography, dltheory, is_drawn, note, visible
from dltheory_bib.cli.output_files import print_bytes
from dltheory_bib.correction_kinds import KINDS
from dltheory_bib.errors import did_you_mean
from dltheory_bib.text.names import nearest, quoted

if TYPE_CHECKING:
    from dltheory_bib.bibfile.bib_parser import BibFile
    from dltheory_bib.bibfile.fix.fix_options import VenueStyle
    from dltheory_bib.bibfile.fix.fixer import Fixed

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def _named_kinds(_: click.Context, option: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Return the kinds of correction that an option names, separated by commas."""
    named = tuple(dict.fromkeys(part.strip() for part in (value or "").split(",") if part.strip()))
    if value is not None and not named:
        raise click.BadParameter(f"name at least one of {', '.join(KINDS)}", param=option)
    for name in named:
        if name not in KINDS:
            near = did_you_mean(nearest(name, KINDS, 1)) or f"; the kinds are {', '.join(KINDS)}"
            raise click.BadParameter(f"{quoted(name)} is no kind of correction{near}", param=option)
    return named


@dltheory.command(short_help="Update a .bib from the catalogue.")
@click.argument("refs", type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Write the file; a backup of the old one is kept.")
@click.option(
    "--only",
    callback=_named_kinds,
    metavar="KINDS",
    help=f"Make only these corrections, also where the file has no such habit: {','.join(KINDS)}.",
)
@click.option("--no", callback=_named_kinds, metavar="KINDS", help="Do not make these corrections.")
@click.option(
    "--keep-preprint/--no-keep-preprint",
    default=None,
    help="Keep the arXiv id of published entries.",
)
@click.option(
    "--venues",
    type=click.Choice(["as-is", "long", "short"]),
    help="How to name the venues of known works.  [default: as-is]",
)
@click.option("--merge", is_flag=True, help="Merge entries of one work under the first key.")
def fix(
    refs: Path,
    write: bool,
    only: tuple[str, ...],
    no: tuple[str, ...],
    keep_preprint: bool | None,
    venues: VenueStyle | None,
    merge: bool,
) -> None:
    """Show corrections of REFS, a .bib file, from the catalogue; with --write, apply them.

    Entries for published preprints are changed to the published version as a whole. Missing
    volumes, pages and DOIs, given names for initials, and braces around capitals are added if other
    entries of the file have them; venues are named as in the rest of the file. An entry is matched
    by its DOI, its arXiv id, or its title, authors and year together. Entries not in the catalogue
    are left unchanged, byte for byte. An entry that contradicts the published version is reported.

    The output is a patch. --write keeps the old file as REFS.bak, and fails if another program has
    changed REFS meanwhile. The table [fix] of .dltheory.toml sets other defaults.

    \b
    Example: dltheory fix my-refs.bib
    Example: dltheory fix my-refs.bib --only upgrades,pages
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
    options = _with_settings(only, no, keep_preprint, venues)
    made = fixed(bibliography(), file, merge=merge, **options)
    for position, _, message in file.faults:
        line, column = file.place(min(position, max(len(file.text) - 1, 0)))
        note(f"{file.name}:{line}:{column}: {message}; it is left unchanged")
    if made.edits:
        _show(made)
    for one in made.problems:
        note(f"{file.name}:{one.line}: {one.key}: {one.message}")
    for keys in made.twins:
        stay = "not merged, because another entry refers to one of them, or a key is duplicated"
        joins = stay if merge else "use --merge to merge them"
        note(f"{' and '.join(keys)} are the same work; {joins}")
    note(f"{file.name}: {_summary(made, file)}")
    if made.edits and write:
        _write(refs, made)
    elif made.edits:
        note("nothing was written; use --write to apply the changes")


class _Options(TypedDict):
    """The options of `fix`."""

    only: tuple[str, ...]
    no: tuple[str, ...]
    keep_preprint: bool
    venues: VenueStyle


def _with_settings(
    only: tuple[str, ...],
    no: tuple[str, ...],
    keep_preprint: bool | None,
    venues: VenueStyle | None,
) -> _Options:
    """Return the options, with the values of `[fix]` for those that were not given."""
    from dltheory_bib.settings_files import settings_files

    made: _Options = {
        "only": only,
        "no": no,
        "keep_preprint": bool(keep_preprint),
        "venues": venues or "as-is",
    }
    if not settings_files():
        return made  # importing the models takes longer than most files
    from dltheory_bib.settings import load_settings

    stated = load_settings().fix
    made["only"] = only or tuple(stated.only)
    made["no"] = no or tuple(one for one in stated.no if one not in only)
    made["keep_preprint"] = stated.keep_preprint if keep_preprint is None else keep_preprint
    made["venues"] = venues or stated.venues
    return made


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
