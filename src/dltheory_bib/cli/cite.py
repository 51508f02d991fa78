"""Commands for a manuscript: cite."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import bibliography, dltheory, note, visible
from dltheory_bib.cli.output_files import bib_options, print_bytes, with_private, write_export

if TYPE_CHECKING:
    from dltheory_bib.formats.bibtex import Dialect, Preference, VenueNames
    from dltheory_bib.manuscript.cited_works import Cited
    from dltheory_bib.manuscript.manuscript import Manuscript
    from dltheory_bib.text.latex import Encoding


@dltheory.command(short_help="Write the .bib of a manuscript, and no more.")
@click.argument("manuscript", type=click.Path(path_type=Path))
@click.option(
    "--bib",
    "own",
    multiple=True,
    type=click.Path(path_type=Path),
    help=(
        "Your own .bib, once or several times: entries for works that are not in the catalogue are "
        "copied from it unchanged. Default: the .bib files that MANUSCRIPT names."
    ),
)
@click.option(
    "--from-shelf",
    is_flag=True,
    help=(
        "Write entries from the shelf for DOIs and arXiv ids that neither the catalogue nor a .bib "
        "has, each under a remark that it is not curated."
    ),
)
@bib_options(dialect=None)
def cite(
    manuscript: Path,
    own: tuple[Path, ...],
    from_shelf: bool,
    output: Path | None,
    force: bool,
    dialect: Dialect | None,
    prefer: Preference,
    accents: Encoding | None,
    venues: VenueNames,
    private: bool,
) -> None:
    """Write an entry for every key that MANUSCRIPT cites: a .tex, .aux or .bcf file.

    Keys may be keys of the catalogue, its aliases, arXiv ids or DOIs; each entry gets the key that
    the manuscript uses. Works that are not in the catalogue are copied from the .bib files that the
    manuscript names, or from those of --bib. Files that a .tex file includes are read as well.
    Unknown keys are listed with file, line and the nearest known ones, and the exit code is 1.
    With --from-shelf, those that are DOIs or arXiv ids are looked up on the shelf.

    \b
    Example: dltheory cite main.tex -o thesis.bib
    Example: dltheory cite main.tex --bib own.bib -o cited.bib
    """
    from dltheory_bib.bibfile.bib_parser import read_bib
    from dltheory_bib.manuscript.cited_works import cite as cited_by
    from dltheory_bib.manuscript.cited_works import named_files
    from dltheory_bib.manuscript.manuscript import read_manuscript

    found = read_manuscript(manuscript)
    theirs, notes = named_files(found, output) if not own else ([read_bib(one) for one in own], [])
    notes += [f"{one.note}; its entries are written in UTF-8" for one in theirs if one.note]
    for message in notes:
        note(visible(message))
    bib = bibliography()
    made = cited_by(
        bib,
        found,
        theirs,
        dialect=dialect,
        prefer=prefer,
        encoding=accents,
        venue_names=venues,
    )
    if from_shelf:
        made = _with_shelf(
            made, found.biblatex if dialect is None else dialect == "biblatex", accents
        )
    _say(found, made)
    text = with_private(made.text, bib) if private else made.text
    _write(text, made.entries, output, f"cite {manuscript}", force)
    if not found.keys and not found.everything:
        note(f"{manuscript} contains no citations")
    if made.unknown:
        more = "" if theirs else "; add your own .bib with --bib"
        number = len(made.unknown)
        note(f"{number} {'key has' if number == 1 else 'keys have'} no entry{more}")
        raise click.exceptions.Exit(1)


def _with_shelf(made: Cited, biblatex: bool, accents: Encoding | None) -> Cited:
    """Add entries of the shelf for the unknown keys that it has."""
    from dataclasses import replace

    from dltheory_bib.shelf.chosen_shelf import shelf_folder
    from dltheory_bib.shelf.lookups import Shelf
    from dltheory_bib.shelf.shelf_entries import held_by_key, shelf_entry

    shelf = Shelf(shelf_folder())
    held = {one.key: held_by_key(shelf, one.key) for one in made.unknown}
    entries = [
        shelf_entry(one, key, biblatex, accents or "utf-8")
        for key, one in held.items()
        if one is not None
    ]
    shelf.close()
    if not entries:
        return made
    number = len(entries)
    note(f"{number} {'entry is' if number == 1 else 'entries are'} from the shelf, not curated")
    return replace(
        made,
        text="\n".join(filter(None, (made.text, *entries))),
        entries=made.entries + number,
        unknown=tuple(one for one in made.unknown if held[one.key] is None),
    )


def _say(found: Manuscript, made: Cited) -> None:
    """Print the warnings of the reader, then the unknown keys."""
    from dltheory_bib.text.names import shortened

    for problem in found.problems:
        note(visible(str(problem)))
    for message in made.notes:
        note(visible(message))
    for missing in made.unknown:
        place = missing.place
        where = f"{place.file}:{place.line}" if place.line else place.file
        near = f"; did you mean {' or '.join(missing.nearest)}?" if missing.nearest else ""
        note(visible(f"{where}: no entry for {shortened(missing.key)}{near}"))


def _write(text: str, entries: int, output: Path | None, asked: str, force: bool) -> None:
    if output is None or output == Path("-"):
        print_bytes(text)
        return
    write_export(output, text, asked, force)
    note(f"wrote {entries} {'entry' if entries == 1 else 'entries'} to {output}")
