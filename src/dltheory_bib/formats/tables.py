"""Tables of works, people, edges and result cards, for spreadsheets and data frames."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, Literal, get_args

from dltheory_bib.errors import MissingExtraError
from dltheory_bib.formats.private_fields import PRIVATE_COLUMNS, private_cells
from dltheory_bib.formats.venue_names import venue_name
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Person, Venue
from dltheory_bib.text.names import natural

if TYPE_CHECKING:
    from dltheory_bib.models.theorem import Result
    from dltheory_bib.snapshot.reader import Edge

TableName = Literal["works", "people", "edges", "cards"]
TABLES: tuple[TableName, ...] = get_args(TableName)
"""The available tables."""
Cell = str | int | None
_JOIN = "; "


@dataclass(frozen=True, slots=True)
class Table:
    """Columns with their names, and rows with one cell per column; an unknown value is None."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def works_table(
    papers: Iterable[Paper],
    venues: Mapping[str, Venue],
    layers: Mapping[str, str] | None = None,
    private: Mapping[str, Mapping[str, Any]] | None = None,
) -> Table:
    """One row per work; several authors, editors, topics or aliases are joined by "; ".

    `layers` names the layer that adds a work, by key; with some there is a column for them.
    `private` has the notes, tags, status and files that are to be written, by key.
    """
    plain = (
        *("publisher", "institution", "volume", "number", "pages"),
        *("doi", "eprint", "url", "level", "checked"),
    )
    annotation = ("summary", "idea", "limits")
    columns = ("key", "type", "title", "author", "editor", "year", "venue", "venue_name", *plain)
    rows = [
        (
            paper.key,
            paper.type,
            paper.plain_title,
            _JOIN.join(paper.author),
            _JOIN.join(paper.editor) or None,
            paper.year,
            paper.venue,
            venue_name(paper, venues) or None,
            *(getattr(paper, name) for name in plain),
            _JOIN.join(paper.topics) or None,
            _JOIN.join(paper.aliases) or None,
            *(getattr(paper, name) for name in annotation),
            *((layers.get(paper.key),) if layers else ()),
            *(private_cells(private.get(paper.key, {})) if private else ()),
        )
        for paper in papers
    ]
    last = (*(("layer",) if layers else ()), *(PRIVATE_COLUMNS if private else ()))
    return Table((*columns, "topics", "aliases", *annotation, *last), rows)


def people_table(people: Iterable[tuple[Person, int]]) -> Table:
    """One row per person, with the number of works."""
    rows = [
        (
            one.id,
            one.name,
            natural(one.name),
            works,
            _JOIN.join(one.aliases) or None,
            one.orcid,
            one.dblp,
        )
        for one, works in people
    ]
    return Table(("id", "name", "natural_name", "works", "aliases", "orcid", "dblp"), rows)


def edges_table(edges: Iterable[Edge]) -> Table:
    """One row per edge between two works: the relation of `source` to `target`."""
    rows = [
        (edge.source, edge.relation.value, edge.target, edge.says, edge.where, edge.evidence)
        for edge in edges
    ]
    return Table(("source", "relation", "target", "says", "where", "evidence"), rows)


def cards_table(cards: Iterable[Result]) -> Table:
    """One row per result card; the bound is that of `data/results.yaml`, with terms joined by " +
    ".
    """
    first = ("id", "work", "question", "quantity", "kind", "method")
    last = ("bound_tex", "holds", "statement", "version", "where", "read_in", "checked", "note")
    known = ("hidden", "assumptions", "supposed", "unknown")
    rows = [
        (
            *(getattr(card, name) for name in first),
            " + ".join(map(_named, card.bound)) or None,
            *(getattr(card, name) for name in last),
            card.hidden,
            _JOIN.join(card.assumptions) or None,
            _JOIN.join(card.supposed) or None,
            _JOIN.join(card.unknown) or None,
            _named(card.values) if card.values else None,
            _JOIN.join(one.card for one in card.improves) or None,
        )
        for card in cards
    ]
    return Table((*first, "bound", *last, *known, "values", "improves"), rows)


def _named(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}"


def to_csv(table: Table) -> str:
    r"""Return the table as CSV (RFC 4180): a header, `\r\n` line ends, quotes where needed."""
    stream = StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return stream.getvalue()


def to_parquet(table: Table) -> bytes:
    """Return the table as Apache Parquet.

    Raises `MissingExtraError` without the extra `parquet`.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError("Parquet", "parquet") from None
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    kinds = {
        name: pa.int64() if any(isinstance(cell, int) for cell in cells) else pa.string()
        for name, cells in zip(table.columns, columns, strict=True)
    }
    stream = BytesIO()
    made = pa.table(
        {
            name: pa.array(list(cells), kinds[name])
            for name, cells in zip(table.columns, columns, strict=True)
        }
    )
    pq.write_table(made, stream)
    return stream.getvalue()
