"""Write what is your own about a work: note, tag, status."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_args

import click

from dltheory_bib.cli.app import bibliography, dltheory, key_argument, note
from dltheory_bib.cli.collection import own_folder
from dltheory_bib.cli.completion import complete_tag
from dltheory_bib.models.choices import ReadingStatus

if TYPE_CHECKING:
    from dltheory_bib.models.additions import Addition
    from dltheory_bib.snapshot.own_notes import OwnNotes

_RULE = "---"
"""Separates notes in the editor."""
_NO_STATUS = "none"


@dltheory.command("note", short_help="Write a private note on a work, or show its notes.")
@key_argument()
@click.argument("text", nargs=-1)
@click.option("--edit", is_flag=True, help="Edit all notes on the work in your editor (EDITOR).")
@click.option("--file", "files", multiple=True, metavar="PATH", help="Name a copy of the work.")
@click.option("--delete", type=click.IntRange(1), metavar="N", help="Delete the note number N.")
def note_(
    key: str, text: tuple[str, ...], edit: bool, files: tuple[str, ...], delete: int | None
) -> None:
    """Add TEXT as a note on a work to your collection; without TEXT, show the notes.

    TEXT may be - for standard input. Notes, tags, status and files are private: exports, sites and
    citations leave them out. `note:WORDS` finds works by their notes.

    \b
    Example: dltheory note jin2017escape "Theorem 3 needs the Hessian to be Lipschitz."
    Example: dltheory note jin2017escape --file papers/jin2017.pdf
    """
    if text and (edit or delete):
        raise click.UsageError("give TEXT, --edit or --delete, not two of them")
    said = sys.stdin.read().strip() if text == ("-",) else " ".join(text).strip()
    if edit and not sys.stdin.isatty():
        raise click.UsageError("--edit needs a terminal; give the note as TEXT, or - for input")
    if not (said or edit or files or delete):
        _show(key)
        return

    def change(one: Addition) -> dict[str, Any]:
        notes = [*one.notes, said] if said else [*one.notes]
        if delete:
            if delete > len(notes):
                raise click.UsageError(f"there are {len(notes)} notes on it, so no number {delete}")
            del notes[delete - 1]
        if edit:
            notes = _edited(notes)
        return {"notes": tuple(notes), "files": tuple(dict.fromkeys((*one.files, *files)))}

    told = " --edit" if edit else f" --delete {delete}" if delete else ""
    _amend("note", key, told, change)


@dltheory.command(short_help="Tag a work, or show its tags.")
@key_argument()
@click.argument("words", nargs=-1, shell_complete=complete_tag)
@click.option(
    "-r",
    "--remove",
    multiple=True,
    metavar="WORD",
    shell_complete=complete_tag,
    help="Remove a tag.",
)
def tag(key: str, words: tuple[str, ...], remove: tuple[str, ...]) -> None:
    """Add the tags WORDS to a work in your collection; without WORDS, show them.

    `tag:WORD` finds the works. Quote a tag of several words for the shell.

    \b
    Example: dltheory tag jin2017escape thesis "chapter 2"
    Example: dltheory tag jin2017escape --remove thesis
    """
    if not (words or remove):
        _show(key)
        return

    def change(one: Addition) -> dict[str, Any]:
        kept = (word for word in one.tags if word not in remove)
        return {"tags": tuple(dict.fromkeys((*kept, *words)))}

    _amend("tag", key, "".join(f" {word}" for word in words), change)


@dltheory.command(short_help="Say whether a work is to be read, or was read.")
@key_argument()
@click.argument("status", required=False, type=click.Choice([*get_args(ReadingStatus), _NO_STATUS]))
def status(key: str, status: str | None) -> None:
    """Give a work in your collection a STATUS: to-read, reading, read, or none; without, show it.

    `dltheory list status:to-read` finds the works.

    \b
    Example: dltheory status jin2017escape read
    """
    if status is None:
        _show(key)
        return
    value = None if status == _NO_STATUS else status
    _amend("status", key, f" {status}", lambda _: {"status": value})


def _amend(
    command: str, name: str, told: str, change: Callable[[Addition], dict[str, Any]]
) -> None:
    """Change what the collection adds to a work, and say so."""
    from dltheory_bib.input_files import shown
    from dltheory_bib.source.collection_writer import changing

    folder = own_folder()
    bib = bibliography()
    key = bib.key(name)
    with changing(folder, f"{command} {name}{told}") as changes:
        # A record may name the work by an alias.
        known = (one for one in changes.records("notes") if one in bib and bib.key(one) == key)
        changes.amend(next(known, key), lambda one: one.model_copy(update=change(one)))
    changed = bool(changes.files)
    place = shown(folder / "notes.yaml")
    note(f"{key}: {f'wrote {place}; `dltheory undo` takes it back' if changed else 'no change'}")


def _edited(notes: list[str]) -> list[str]:
    """Let the user edit notes, which lines of dashes separate."""
    import re

    text = click.edit(f"\n{_RULE}\n".join(notes), extension=".md", require_save=False)
    parts = re.split(rf"(?m)^{_RULE}\s*$", text or "")
    return [part.strip("\n") for part in parts if part.strip()]


def _show(name: str) -> None:
    bib = bibliography()
    key = bib.key(name)
    found = bib.own_notes(key)
    click.echo("".join(_lines(found)), nl=False)
    if not found:
        note(f'{key} has no notes; dltheory note {key} "TEXT" adds one')


def _lines(found: list[OwnNotes]) -> list[str]:
    from dltheory_bib.cli.app import visible

    lines = []
    for one in found:
        lines += [f"[{one.layer}]\n"] if one.layer and len(found) > 1 else []
        lines += [f"status  {one.status}\n"] if one.status else []
        lines += [f"tags    {', '.join(one.tags)}\n"] if one.tags else []
        lines += [f"file    {file}\n" for file in one.files]
        for number, text in enumerate(one.notes, 1):
            first, *more = text.split("\n")
            lines += [f"{number:>4}    {visible(first)}\n"]
            lines += [f"        {visible(line)}\n" for line in more]
    return lines
