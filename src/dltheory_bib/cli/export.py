"""Write works in other formats: export."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import QueryCommand, bibliography, dltheory, note, query_argument
from dltheory_bib.cli.output_files import bib_options, with_private, write_export, write_new
from dltheory_bib.formats.registry import FORMATS, WITH_PRIVATE, format_of

if TYPE_CHECKING:
    from dltheory_bib.formats.bibtex import Dialect, Preference, VenueNames
    from dltheory_bib.formats.tables import TableName
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.papers import PaperList
    from dltheory_bib.text.latex import Encoding

_BIB = ("bibtex", "biblatex")
_FOR_BIB = {"dialect": "bibtex", "prefer": "published", "accents": None, "venues": "long"}


class _ExportCommand(QueryCommand):
    """A command whose help lists the formats as well."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the formats as a definition list, then the fields."""
        with formatter.section("Formats"):
            formatter.write_dl(
                [(one.name, f"{one.description} ({one.suffix})") for one in FORMATS.values()],
                col_max=34,
            )
        super().format_epilog(ctx, formatter)


@dltheory.command(cls=_ExportCommand, short_help="Write BibTeX, CSL-JSON, RIS, tables, graphs …")
@query_argument()
@click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    metavar="FORMAT",
    help="Output format.  [default: by the extension of OUTPUT, else bibtex]",
)
@click.option(
    "--table",
    type=click.Choice(["works", "people", "edges", "cards"]),
    default="works",
    show_default=True,
    help="Which table, for csv and parquet.",
)
@bib_options(dialect="bibtex")
@click.option(
    "--related", is_flag=True, help="For biblatex: name the works that an entry builds on."
)
@click.option(
    "--from-shelf",
    is_flag=True,
    help="Complete entries of your own works from the shelf, each under a remark that it is not "
    "curated: DOI, pages, volume, and the venue of a preprint.",
)
@click.pass_context
def export(
    context: click.Context,
    /,
    query: tuple[str, ...],
    format_: str | None,
    table: TableName,
    output: Path | None,
    force: bool,
    related: bool,
    private: bool,
    from_shelf: bool,
    **options: str | None,
) -> None:
    """Write the works that match QUERY in a format for another program; without a query, all works.

    \b
    Example: dltheory export topic:saddle-escape -o refs.bib
    Example: dltheory export author:jacot --dialect biblatex --venues short
    Example: dltheory export topic:ntk -o ntk.csl.json
    Example: dltheory export topic:ntk --format csv --table edges
    """
    output = None if output == Path("-") else output
    named = format_of(output) if output else None
    kind = format_ or (named.name if named else "bibtex")
    if kind == "bibtex" and options["dialect"] == "biblatex":
        kind = "biblatex"
    _refuse_what_does_not_fit(context, kind, output, related)
    if private and kind not in WITH_PRIVATE:
        raise click.UsageError(f"--private is for {', '.join(WITH_PRIVATE)}, not for {kind}")
    if from_shelf and kind not in _BIB:
        raise click.UsageError(f"--from-shelf is for bibtex and biblatex, not for {kind}")
    asked = " ".join(query)
    found = bibliography().where(asked).sort("key")
    if not found:
        note("no work matches; nothing was written")
        return
    if (
        private
        and kind == "ris"
        and bibliography().where(f"({asked}) has:status" if asked else "has:status")
    ):
        note("RIS has no place for a status; bibtex, json and csl-json have")
    command = f"export {shlex.quote(asked)}" if asked else "export"
    if kind in _BIB:
        text = _bib(found, kind, related, options)  # type: ignore[arg-type]
        if from_shelf:
            text = _with_shelf(text, found, kind, options)
        if private:
            text = with_private(text, found)
    if output is None:
        sys.stdout.write(text if kind in _BIB else found.to(kind, table, private=private))
        return
    if kind in _BIB:
        write_export(output, text, command, force)
    else:
        write_new(output, lambda path: found.save(path, kind, table, private=private), force)
    note(f"wrote {_said(len(found), kind, table)} to {output}")


def _said(number: int, kind: str, table: str) -> str:
    if kind in _BIB:
        return f"{number} {'entry' if number == 1 else 'entries'}"
    works = f"{number} {'work' if number == 1 else 'works'}"
    whose = f"the {table} of " if table != "works" else ""
    return f"{whose}{works} as {kind}"


def _bib(found: PaperList, kind: Dialect, related: bool, options: dict[str, str | None]) -> str:
    prefer: Preference = options["prefer"]  # type: ignore[assignment]
    accents: Encoding | None = options["accents"]  # type: ignore[assignment]
    venues: VenueNames = options["venues"]  # type: ignore[assignment]
    return found.to_bibtex(
        dialect=kind, prefer=prefer, encoding=accents, venue_names=venues, related=related
    )


def _with_shelf(text: str, found: PaperList, kind: str, options: dict[str, str | None]) -> str:
    """Complete the entries of works that are the user's own."""
    from dltheory_bib.bibfile.venue_match import VenueNames
    from dltheory_bib.cli.collection import chosen_collection
    from dltheory_bib.formats.bibtex import entry_fields
    from dltheory_bib.shelf.chosen_shelf import shelf_folder
    from dltheory_bib.shelf.completed_entries import completed, with_completed
    from dltheory_bib.shelf.lookups import Shelf

    bib = bibliography()
    shelf = Shelf(shelf_folder())
    lowest = 0 if bib.layers or chosen_collection().is_catalogue else -1
    rows = bib.snapshot.fetch("SELECT n FROM paper WHERE layer > ?", (lowest,))
    own = {bib.snapshot.key(row[0]) for row in rows}
    names = VenueNames(bib)
    works = [one for paper in found if paper.key in own if (one := completed(paper, shelf, names))]
    shelf.close()

    def fields(paper: Paper) -> tuple[str, dict[str, str]]:
        return entry_fields(
            paper,
            bib.venues,
            dialect=kind,  # type: ignore[arg-type]
            prefer=options["prefer"],  # type: ignore[arg-type]
            encoding=options["accents"],  # type: ignore[arg-type]
            venue_names=options["venues"],  # type: ignore[arg-type]
        )

    made, number = with_completed(text, works, fields, lambda key: fields(bib[key])[1])
    if number:
        entries = "1 entry is" if number == 1 else f"{number} entries are"
        note(f"{entries} completed from the shelf, not curated")
    else:
        note("the shelf completes no entry of your own works")
    return made


def _refuse_what_does_not_fit(
    context: click.Context, kind: str, output: Path | None, related: bool
) -> None:
    """An option without effect is an error, reported before anything is written."""
    given = [
        name
        for name in (*_FOR_BIB, "table")
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    if kind not in _BIB and (wrong := [name for name in given if name in _FOR_BIB]):
        raise click.UsageError(f"--{wrong[0]} is for bibtex and biblatex, not for {kind}")
    if kind not in {"csv", "parquet"} and "table" in given:
        raise click.UsageError(f"--table is for csv and parquet, not for {kind}")
    if related and kind != "biblatex":
        raise click.UsageError(f"--related is for biblatex, not for {kind}")
    if kind == "parquet" and output is None:
        raise click.UsageError("parquet is not a text format; give a file with -o")
