"""Registry of the export formats.

The terminal, the Python interface and the site look formats up here; a format is imported when it
is first written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.arguments import shown
from dltheory_bib.errors import UnknownNameError
from dltheory_bib.text.names import nearest

if TYPE_CHECKING:
    import networkx as nx

    from dltheory_bib.formats.tables import Table, TableName
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Person, Topic, Venue
    from dltheory_bib.models.theorem import Result
    from dltheory_bib.snapshot.reader import Edge
    from dltheory_bib.snapshot.views import Row


class Listing(NamedTuple):
    """Works in order, and what they refer to; data that only some formats need is loaded on
    request.
    """

    papers: Sequence[Paper]
    venues: Mapping[str, Venue]
    topics: Mapping[str, Topic]
    whys: Mapping[str, str]
    """By key, the reason for a work's position in a reading order."""
    graph: Callable[[], nx.MultiDiGraph[str]]
    """The graph of the whole bibliography."""
    people: Callable[[], Iterable[tuple[Person, int]]]
    """The authors of these works, each with the number of their works in this list."""
    edges: Callable[[], Iterable[Edge]]
    """The citations and relations among these works."""
    results: Callable[[], Mapping[str, Sequence[Result]]]
    """The result cards of these works, by key; works without cards are absent."""
    rows: Callable[[], Sequence[Row]]
    """The works as rows of a list."""
    records: Callable[[], Iterable[Mapping[str, Any]]]
    """The works as records of the data files."""
    cards: Callable[[], Mapping[str, Sequence[Mapping[str, Any]]]]
    """The result cards as records of the data files, by key of their work."""
    entries: Callable[[str], Iterable[str]]
    """The works as entries in the default style of `bibtex` or `biblatex`."""
    readable: Callable[[str], str]
    """Converts the mathematics of a text to Unicode."""
    private: Mapping[str, Mapping[str, Any]] = {}
    """By key, the notes, tags, status and files of works; empty unless they were asked for."""


class Format(NamedTuple):
    """A format: its name at the terminal, its file extension, and its writer."""

    name: str
    suffix: str
    description: str
    """A short description."""
    write: Callable[[Listing], str] | None = None
    """Writes works as text; None for a table format."""
    write_table: Callable[[Table], str | bytes] | None = None
    """Writes any of `formats.tables.TABLES`; None if the format is not a table."""
    is_list: bool = True
    """Whether each work has its own place in the format, so that a list of works is shown in it."""


def _keys(listing: Listing) -> str:
    return "".join(f"{row.key}\n" for row in listing.rows())


def _tsv(listing: Listing) -> str:
    from dltheory_bib.formats.plain_text import to_tsv

    return to_tsv(listing.rows())


def _text(listing: Listing) -> str:
    from dltheory_bib.formats.plain_text import to_text

    return to_text(listing.papers, listing.venues, listing.whys, listing.readable)


def _json(listing: Listing) -> str:
    from dltheory_bib.formats.plain_text import to_json

    private = listing.private
    records = (
        {**record, **private[record["key"]]} if record["key"] in private else record
        for record in listing.records()
    )
    return to_json(records, listing.whys, listing.cards())


def _bibtex(listing: Listing) -> str:
    from dltheory_bib.formats.bibtex_file import join_entries

    return join_entries(_entries(listing, "bibtex"), "bibtex")


def _biblatex(listing: Listing) -> str:
    from dltheory_bib.formats.bibtex_file import join_entries

    return join_entries(_entries(listing, "biblatex"), "biblatex")


def _entries(listing: Listing, dialect: str) -> Iterable[str]:
    entries = listing.entries(dialect)
    if not listing.private:
        return entries
    from dltheory_bib.formats.private_fields import with_private_fields

    def private(key: str) -> Mapping[str, Any]:
        return listing.private.get(key, {})

    return (with_private_fields(entry, private) for entry in entries)


def _csl_json(listing: Listing) -> str:
    from dltheory_bib.formats.csl import to_csl_json

    return to_csl_json(listing.papers, listing.venues, listing.private)


def _ris(listing: Listing) -> str:
    from dltheory_bib.formats.ris import to_ris

    return to_ris(listing.papers, listing.venues, listing.private)


def _hayagriva(listing: Listing) -> str:
    from dltheory_bib.formats.hayagriva import to_hayagriva

    return to_hayagriva(listing.papers, listing.venues)


def _markdown(listing: Listing) -> str:
    from dltheory_bib.formats.markdown import to_markdown

    return to_markdown(listing.papers, listing.venues, listing.whys)


def _html(listing: Listing) -> str:
    from dltheory_bib.formats.web_page import to_html

    return to_html(listing.papers, listing.venues, listing.whys)


def _jsonld(listing: Listing) -> str:
    from dltheory_bib.formats.jsonld import to_jsonld

    return to_jsonld(listing.papers, listing.venues, listing.topics)


def _csv(table: Table) -> str:
    from dltheory_bib.formats.tables import to_csv

    return to_csv(table)


def _parquet(table: Table) -> bytes:
    from dltheory_bib.formats.tables import to_parquet

    return to_parquet(table)


def _graphml(listing: Listing) -> str:
    from dltheory_bib.formats.graph_files import to_graphml

    return to_graphml(listing.graph(), (paper.key for paper in listing.papers))


def _gexf(listing: Listing) -> str:
    from dltheory_bib.formats.graph_files import to_gexf

    return to_gexf(listing.graph(), (paper.key for paper in listing.papers))


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("keys", ".keys.txt", "citation keys, one per line", _keys),
        Format("text", ".txt", "references as plain text, one per line", _text),
        Format("tsv", ".tsv", "key, year, venue, authors and title, separated by tabs", _tsv),
        Format("json", ".json", "all known fields, with the names of the data files", _json),
        Format("bibtex", ".bib", "BibTeX", _bibtex),
        Format("biblatex", ".bib", "BibLaTeX", _biblatex),
        Format("csl-json", ".csl.json", "CSL-JSON, for Zotero, Pandoc and Quarto", _csl_json),
        Format("ris", ".ris", "RIS, for EndNote and other reference managers", _ris),
        Format("hayagriva", ".yaml", "Hayagriva YAML, for Typst", _hayagriva),
        Format("markdown", ".md", "a Markdown list", _markdown),
        Format("html", ".html", "a page to send or to print", _html),
        Format("jsonld", ".jsonld", "JSON-LD in the vocabulary of schema.org", _jsonld),
        Format("csv", ".csv", "a table for a spreadsheet", write_table=_csv),
        Format(
            "parquet", ".parquet", "a table for data frames", write_table=_parquet, is_list=False
        ),
        Format("graphml", ".graphml", "the citation graph as GraphML", _graphml, is_list=False),
        Format("gexf", ".gexf", "the citation graph as GEXF, for Gephi", _gexf, is_list=False),
    )
}
"""Every format by name."""


WITH_PRIVATE = ("json", "csv", "bibtex", "biblatex", "csl-json", "ris")
"""The formats that have a place for notes, tags and files, which are written if asked for."""


def find_format(name: str) -> Format:
    """Return a format by its name or the extension of its files, as `bib`; the first that has it.

    Raises `UnknownNameError` with the nearest names.
    """
    if not isinstance(name, str):
        raise TypeError(f"a format is given by its name, as in 'bibtex', not by {shown(name)}")
    if name not in FORMATS:
        for one in FORMATS.values():
            if one.suffix == f".{name.removeprefix('.')}":
                return one
        raise UnknownNameError("format", name, nearest(name, FORMATS) or list(FORMATS))
    return FORMATS[name]


def format_of(path: PurePath) -> Format | None:
    """Return the format for a file's extension: BibTeX for `.bib`, None for an unknown
    extension.
    """
    name = path.name.lower()
    found = [one for one in FORMATS.values() if name.endswith(one.suffix)]
    # The longest extension wins: `.csl.json` also ends in `.json`. Among equals the first, plainer
    # format wins.
    return max(found, key=lambda one: len(one.suffix), default=None)


def write(listing: Listing, name: str, table: TableName = "works") -> str | bytes:
    """Write the works in a format; only Parquet returns bytes.

    `table` selects the table of a table format. Raises `UnknownNameError` for an unknown format and
    `MissingExtraError` if the library of a format is not installed.
    """
    wanted = find_format(name)
    if wanted.write_table:
        return wanted.write_table(table_of(listing, table))
    assert wanted.write, "a format that is no table writes text"
    return wanted.write(listing)


def table_of(listing: Listing, name: TableName) -> Table:
    """Return one of the tables of some works. Raises `UnknownNameError` for an unknown table."""
    from dltheory_bib.formats.tables import (
        TABLES,
        cards_table,
        edges_table,
        people_table,
        works_table,
    )

    ways: dict[str, Callable[[], Table]] = {
        "works": lambda: works_table(
            listing.papers,
            listing.venues,
            {row.key: row.layer for row in listing.rows() if row.layer},
            listing.private,
        ),
        "people": lambda: people_table(listing.people()),
        "edges": lambda: edges_table(listing.edges()),
        "cards": lambda: cards_table(
            card for cards in listing.results().values() for card in cards
        ),
    }
    if name not in TABLES:
        raise UnknownNameError("table", str(name), nearest(str(name), TABLES) or TABLES)
    return ways[name]()
