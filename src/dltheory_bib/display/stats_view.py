"""Format the numbers of `dltheory stats`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from dltheory_bib.display.printable import printable
from dltheory_bib.snapshot.statistics import Coverage
from dltheory_bib.source.wanted import WantedWork


def stats_tables(found: Coverage) -> RenderableType:
    """Show the contents of a collection, and the evidence for them."""
    held = Table.grid(padding=(0, 2, 0, 0))
    held.add_column(style="dim", no_wrap=True)
    held.add_column()
    pages, printed = found.printed_pages
    for name, value in (
        ("works", f"{found.works} ({_listed(found.types)})" if found.works else "none"),
        ("people", str(found.people)),
        ("topics", str(found.topics)),
        ("venues", str(found.venues)),
        ("annotations", _listed(found.checked, _CHECKED)),
        ("pages", f"{pages} of {printed} works in venues with page numbers"),
        ("reference lists", f"{found.lists_read} of {found.works} read"),
        ("citations", f"{found.citations} among these works, in the lists read"),
        ("relations", f"{sum(found.relations.values())} ({_listed(found.relations)})"),
        ("result cards", _cards(found)),
    ):
        held.add_row(name, Text(value))
    return Group(held, Text(), _fields(found))


def wanted_table(works: Sequence[WantedWork]) -> Table:
    """Show works that the catalogue lacks, with the number of its reference lists they are in."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("lists", justify="right")
    table.add_column("year")
    table.add_column("work")
    table.add_column("id", overflow="fold")
    for one in works:
        name = ". ".join(printable(part) for part in (one.author, one.title) if part)
        identifier = f"arXiv:{one.eprint}" if one.eprint else one.doi or ""
        year = str(one.year or "")
        table.add_row(str(len(one.cited_by)), year, Text(name), Text(printable(identifier)))
    return table


def _cards(found: Coverage) -> str:
    if not found.results:
        return "none"
    many = "question" if found.questions == 1 else "questions"
    evidence = _listed(found.results, _CHECKED)
    return f"{sum(found.results.values())} on {found.questions} {many} ({evidence})"


_CHECKED = {
    "full-text": "checked against the full text",
    "abstract": "against the abstract",
    "unchecked": "unchecked",
    "secondary": "as another work reports it",
}


def _fields(found: Coverage) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("field")
    for head in ("records", "sourced", "by two or more", "unverified"):
        table.add_column(head, justify="right")
    for field in found.fields:
        table.add_row(field.field, *(str(number) for number in field[1:]))
    return table


def _listed(numbers: Mapping[str, int], names: Mapping[str, str] | None = None) -> str:
    shown = names or {}
    return ", ".join(
        f"{n} {shown.get(name, name.replace('_', ' '))}" for name, n in numbers.items()
    )
