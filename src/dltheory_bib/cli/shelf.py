"""Commands for the reference shelf: shelf build, shelf update, shelf list."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import bibliography, dltheory, draw, is_drawn, note, visible
from dltheory_bib.cli.network_options import network_options, permitted_client

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from dltheory_bib.shelf.lookups import Shelf, ShelfSource
    from dltheory_bib.shelf.shelf_index import Count


@dltheory.group(short_help="Index public dumps of scholarly works, to look references up.")
def shelf() -> None:
    """Make an index of scholarly works outside the catalogue, from public dumps.

    The works on the shelf are not curated: each is what its source says. Nothing is fetched,
    except by `shelf update`; name the files that you have.

    \b
    Example: dltheory shelf build dblp.xml.gz mlanthology/
    Example: dltheory shelf list
    """


@shelf.command(short_help="Build the shelf from files or folders.")
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Its folder.  [default: that of the settings, else the platform's folder for data]",
)
@click.option(
    "--citations-only",
    is_flag=True,
    help="Store the citations of OpenAlex for `discover`, and make no index of works.",
)
@click.option(
    "--engine",
    metavar="NAME",
    default="duckdb",
    show_default=True,
    help="What stores citations: duckdb, or the master of a Spark cluster (spark://host:7077).",
)
@click.option("--memory", metavar="SIZE", help="At most this much memory for DuckDB, as 4GB.")
def build(
    sources: tuple[Path, ...],
    out: Path | None,
    citations_only: bool,
    engine: str,
    memory: str | None,
) -> None:
    """Build the shelf from SOURCES, in place of an earlier one.

    A source is one of these, compressed with gzip or not; it is recognised by its content:

    \b
      ML Anthology   a clone of its repository, or a file of its data
      OpenAlex       the folder of a snapshot, or a file of works (JSON Lines, Parquet)
      ACL Anthology  a clone of its repository, or a file of its data
      arXiv          its metadata as JSON Lines
      DBLP           dblp.xml
      OpenReview     notes as its API returns them, JSON or JSON Lines
      PMLR           a clone of the repository of a volume
      .bib, .ris     a file, or a folder of them

    Every record of a source is on the shelf, or is counted with the reason. A build that was
    stopped continues when it is called again.

    The reference lists of OpenAlex are stored beside the shelf, for `discover`, if the extra
    `discover` is installed.

    \b
    Example: dltheory shelf build dblp.xml.gz
    Example: dltheory shelf build mlanthology/ my-bib-files/ -o shelf
    """
    from dltheory_bib.shelf.chosen_shelf import shelf_folder

    folder = out or shelf_folder()
    if not citations_only:
        _build(sources, folder)
    _store_citations(sources, folder, engine, memory, needed=citations_only)


def _store_citations(
    sources: Iterable[Path], folder: Path, engine: str, memory: str | None, needed: bool
) -> None:
    """Store the citations of the sources that have some; without the extra, tell how."""
    from dltheory_bib.discovery.citation_store import has_citations, write_citations
    from dltheory_bib.discovery.engines import open_engine
    from dltheory_bib.errors import MissingExtraError
    from dltheory_bib.shelf.readers.source_kinds import find_source
    from dltheory_bib.shelf.refusals import SourceError

    try:
        dumps = [one for one in map(find_source, sources) if has_citations(one)]
    except SourceError as error:
        raise click.ClickException(visible(str(error))) from error
    if not dumps:
        if needed:
            raise click.UsageError("no source is a dump of OpenAlex, which has citations")
        return
    try:
        with open_engine(engine, memory=memory) as opened:
            stored = write_citations(dumps, folder, opened)
    except MissingExtraError as error:
        if needed:
            raise
        note(f"citations were not stored: {error}")
        return
    note(f"{folder}: {stored.citations:,} citations of {_works(stored.works)}")


def _build(sources: Iterable[Path], folder: Path) -> None:
    from dltheory_bib.cli.progress import CompileProgress
    from dltheory_bib.shelf.refusals import SourceError
    from dltheory_bib.shelf.shelf_index import build_shelf

    progress = CompileProgress("reading") if sys.stderr.isatty() else nullcontext()
    try:
        with progress as shown:
            counts = build_shelf(sources, folder, shown)
    except SourceError as error:
        raise click.ClickException(visible(str(error))) from error
    for one in counts:
        note(f"{one.source}: {_counted(one)}")
        for reason, works in sorted(one.reasons.items()):
            note(f"  {works:,} refused: {reason}")
    note(f"{folder}: {_works(sum(one.kept for one in counts))}")


@shelf.command(short_help="Fetch newer dumps, and build the shelf again.")
@click.option(
    "--from",
    "given",
    nargs=2,
    multiple=True,
    metavar="FILE ADDRESS",
    help="Fetch the source with this file name from this address; may be repeated.",
)
@click.option(
    "--shelf",
    "folder",
    type=click.Path(path_type=Path),
    help="Its folder.  [default: that of the settings, else the platform's folder for data]",
)
@network_options
def update(
    given: tuple[tuple[str, str], ...], folder: Path | None, online: bool | None, mailto: str | None
) -> None:
    """Fetch the newest dump of each source of the shelf that can be fetched, and build it again.

    The address of DBLP's dump is known; of other sources that are one file, name it with --from.
    Folders and clones stay as they are. A file that has not changed is not fetched again, and one
    of which a part was fetched is carried on with. The old file is replaced when the new one is
    there and was recognised.

    \b
    Example: dltheory shelf update --online
    Example: dltheory shelf update --from arxiv.json https://example.org/arxiv.json --online
    """
    from dltheory_bib.shelf.chosen_shelf import shelf_folder
    from dltheory_bib.shelf.fetched_dumps import address_of
    from dltheory_bib.shelf.lookups import Shelf

    place = folder or shelf_folder()
    opened = Shelf(place)
    sources = list(opened.sources.values())
    opened.close()
    named = dict(given)
    if unknown := named.keys() - {Path(one.path).name for one in sources}:
        names = ", ".join(Path(one.path).name for one in sources)
        raise click.UsageError(f"{min(unknown)} is no source of the shelf; it has {names}")
    found = [(one, named.get(Path(one.path).name) or address_of(one)) for one in sources]
    for one, address in found:
        if not address:
            note(visible(f"{one.path}: no address is known; it stays as it is"))
    wanted = [(one, address) for one, address in found if address]
    if not wanted:
        raise click.ClickException("no source can be fetched; name one: --from FILE ADDRESS")
    if _fetched(wanted, online, mailto):
        paths = [Path(one.path) for one in sources]
        _build(paths, place)
        _store_citations(paths, place, "duckdb", None, needed=False)
    else:
        note("the shelf has the newest dumps")


def _fetched(
    wanted: list[tuple[ShelfSource, str]], online: bool | None, mailto: str | None
) -> bool:
    """Fetch dumps in place of those that are there; return whether one is newer."""
    from dltheory_bib.cli.progress import CompileProgress
    from dltheory_bib.lookup.service_client import ServiceError
    from dltheory_bib.shelf.fetched_dumps import fetch_dump
    from dltheory_bib.shelf.refusals import SourceError

    newer = False
    with permitted_client(online, mailto) as client:
        if client is None:
            addresses = ", ".join(address for _, address in wanted)
            raise click.ClickException(f"would fetch {addresses}; use --online")
        for one, address in wanted:
            progress = CompileProgress("fetching", "MB") if sys.stderr.isatty() else nullcontext()
            try:
                with progress as shown:
                    is_newer = fetch_dump(client, one, address, shown)
            except (SourceError, ServiceError) as error:
                raise click.ClickException(visible(f"{one.path}: {error}")) from error
            note(visible(f"{one.path}: {'fetched' if is_newer else 'has not changed'}"))
            newer |= is_newer
    return newer


@shelf.command("list", short_help="Tell what is on the shelf.")
@click.option(
    "--shelf",
    "folder",
    type=click.Path(path_type=Path),
    help="Its folder.  [default: that of the settings, else the platform's folder for data]",
)
@click.option("--venues", is_flag=True, help="List the years of each conference instead.")
@click.option("-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text")
def list_(folder: Path | None, venues: bool, format_: str) -> None:
    """List the sources of the shelf, with the date of each, its works and its licence.

    With --venues, list the years of the conferences of the catalogue with their works, and why a
    list is complete: a reference to what such a list lacks is contradicted by `check`.

    \b
    Example: dltheory shelf list
    Example: dltheory shelf list --venues
    """
    from dltheory_bib.discovery.citation_store import has_store, stored_citations
    from dltheory_bib.shelf.chosen_shelf import shelf_folder
    from dltheory_bib.shelf.lookups import Shelf

    opened = Shelf(folder or shelf_folder())
    if venues:
        _list_venues(opened, format_)
        return
    size = opened.path.stat().st_size / (1 << 20)
    if format_ == "json":
        import json

        sources = [one._asdict() for one in opened.sources.values()]
        about = {"path": str(opened.path), "megabytes": round(size, 1), "sources": sources}
        click.echo(json.dumps(about, indent=2))
        return
    if is_drawn():
        draw(_table(opened.sources.values()))
    else:
        for one in opened.sources.values():
            cells = one.reader, one.date, str(one.kept), one.licence, one.path
            click.echo("\t".join(map(visible, cells)))
    note(f"{opened.path}: {_works(len(opened))}, {size:.0f} MB")
    if has_store(opened.path.parent):
        stored = stored_citations(opened.path.parent)
        number = f"{stored.citations:,} citations of {_works(stored.works)}"
        note(f"{number} in OpenAlex of {stored.date}, for dltheory discover")


def _list_venues(shelf: Shelf, format_: str) -> None:
    from dltheory_bib.bibfile.venue_match import VenueNames
    from dltheory_bib.bibfile.verdicts.complete_lists import CompleteLists

    found = list(CompleteLists(shelf, VenueNames(bibliography())).venue_years())
    if format_ == "json":
        import json

        click.echo(json.dumps([one._asdict() for one in found], indent=2))
        return
    for one in found:
        why = one.complete or "not known to be complete"
        click.echo(f"{one.venue}\t{one.year}\t{one.works}\t{why}")
    complete = sum(bool(one.complete) for one in found)
    note(f"years of conferences: {len(found)}, complete: {complete}")


def _counted(one: Count) -> str:
    refused = f", {one.refused:,} refused" if one.refused else ""
    return f"{one.reader}, {_works(one.kept)}{refused}"


def _works(count: int) -> str:
    return f"{count:,} {'work' if count == 1 else 'works'}"


def _table(sources: Iterable[ShelfSource]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("source", "date", "works", "licence", "from"):
        table.add_column(name, justify="right" if name == "works" else "left", header_style="dim")
    for one in sources:
        cells = one.reader, one.date, f"{one.kept:,}", one.licence, one.path
        table.add_row(*(Text(visible(cell)) for cell in cells))
    return table
