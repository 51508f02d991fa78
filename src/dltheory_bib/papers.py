"""Lists of papers: immutable sequences that chain, and know how to show and export themselves.

Queries are imported where they are asked: `dltheory show` and `topics` have no use for a parser.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from dltheory_bib.errors import MissingExtraError
from dltheory_bib.formats.registry import FORMATS, Listing, format_of, write
from dltheory_bib.models.relations import BUILDS_ON
from dltheory_bib.snapshot import views

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.display.graph_view import GraphView
    from dltheory_bib.display.plots import Plots
    from dltheory_bib.formats.bibtex import Dialect, Preference, VenueNames
    from dltheory_bib.formats.tables import TableName
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Person
    from dltheory_bib.snapshot.reader import Edge, Snapshot
    from dltheory_bib.text.latex import Encoding

_CITED = "SELECT count(*) FROM edge WHERE target = p.n AND relation = 'cites'"

SortKey = Literal["year", "key", "title", "author", "cited"]


def ask_field(snapshot: Snapshot, field: str, value: str) -> list[int]:
    """The numbers of the works for which one field has a value, oldest first."""
    from dltheory_bib.query.grammar import Term
    from dltheory_bib.query.run import ask

    return ask(snapshot, Term(field, value, True, 0))


class PaperList(Sequence["Paper"]):
    """Works of a bibliography in a fixed order.

    Indexing and iterating give `Paper`s; slicing, the methods below and the set operators `|`, `&`
    and `-` give new lists. `whys` says, for a reading order, why each work stands where it does.
    """

    __slots__ = ("_bibliography", "_numbers", "_whys")

    def __init__(
        self,
        bibliography: Bibliography,
        numbers: Iterable[int],
        whys: Mapping[int, str] | None = None,
    ) -> None:
        self._bibliography = bibliography
        self._numbers = tuple(numbers)
        self._whys = dict(whys or {})

    # A sequence

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Paper: ...
    @overload
    def __getitem__(self, index: slice) -> PaperList: ...
    def __getitem__(self, index: int | slice) -> Paper | PaperList:
        if isinstance(index, slice):
            return self._with(self._numbers[index])
        return self._bibliography.snapshot.paper(self._numbers[index])

    def __iter__(self) -> Iterator[Paper]:
        return self._bibliography.snapshot.papers(self._numbers)

    def __contains__(self, item: object) -> bool:
        key = getattr(item, "key", item)
        return isinstance(key, str) and self._bibliography.snapshot.number(key) in self._numbers

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PaperList):
            return NotImplemented
        return self._bibliography is other._bibliography and self._numbers == other._numbers

    def __hash__(self) -> int:
        return hash((id(self._bibliography), self._numbers))

    def __or__(self, other: object) -> PaperList:
        if not isinstance(other, PaperList):
            return NotImplemented
        return self._with(dict.fromkeys((*self._numbers, *other._numbers_in(self._bibliography))))

    def __and__(self, other: object) -> PaperList:
        if not isinstance(other, PaperList):
            return NotImplemented
        kept = set(other._numbers_in(self._bibliography))
        return self._with(n for n in self._numbers if n in kept)

    def __sub__(self, other: object) -> PaperList:
        if not isinstance(other, PaperList):
            return NotImplemented
        left = set(other._numbers_in(self._bibliography))
        return self._with(n for n in self._numbers if n not in left)

    def _numbers_in(self, bibliography: Bibliography) -> tuple[int, ...]:
        if self._bibliography is not bibliography:
            raise ValueError("the lists come from different bibliographies")
        return self._numbers

    def _with(self, numbers: Iterable[int]) -> PaperList:
        return PaperList(self._bibliography, numbers, self._whys)

    # What is in it

    @property
    def keys(self) -> list[str]:
        """The keys, in order."""
        return self._bibliography.snapshot.keys(self._numbers)

    @property
    def whys(self) -> dict[str, str]:
        """By key, why a work stands in this reading order; empty for other lists."""
        said = [n for n in self._numbers if n in self._whys]
        keys = self._bibliography.snapshot.keys(said) if said else []
        return {key: self._whys[n] for key, n in zip(keys, said, strict=True)}

    # Narrower lists

    def where(self, query: str) -> PaperList:
        """The works for which a query holds. Raises `QueryError`, with a suggestion."""
        from dltheory_bib.query.run import ask

        return self._keep(ask(self._bibliography.snapshot, query))

    def search(self, query: str) -> PaperList:
        """The works for which a query holds, the best match of its words first."""
        from dltheory_bib.query.run import ask_best

        kept = set(self._numbers)
        return self._with(n for n in ask_best(self._bibliography.snapshot, query) if n in kept)

    def on(self, topic: str) -> PaperList:
        """The works on a topic, given by id, label or alias, and on its narrower topics."""
        return self._keep(ask_field(self._bibliography.snapshot, "topic", topic))

    def by(self, name: str) -> PaperList:
        """The works of people whose name has all these words; a single letter is an initial."""
        return self._keep(ask_field(self._bibliography.snapshot, "author", name))

    def since(self, year: int) -> PaperList:
        """The works of this year and later."""
        return self._keep(ask_field(self._bibliography.snapshot, "year", f"{year}.."))

    def until(self, year: int) -> PaperList:
        """The works of this year and earlier."""
        return self._keep(ask_field(self._bibliography.snapshot, "year", f"..{year}"))

    def _keep(self, found: Iterable[int]) -> PaperList:
        kept = set(found)
        return self._with(n for n in self._numbers if n in kept)

    def sort(self, by: SortKey = "year", reverse: bool = False) -> PaperList:
        """The works in another order: by `year` (then key), `key`, `title`, first `author`, or
        `cited`, the number of works in the catalogue that cite it, most cited first.
        """
        order = {
            "year": "p.year, p.key",
            "key": "p.key",
            "title": "p.title, p.key",
            "author": "p.first_author, p.year, p.key",
            "cited": f"-({_CITED}), p.key",
        }
        if by not in order:
            raise ValueError(f"cannot sort by {by!r}; known are {', '.join(order)}")
        rows = self._bibliography.snapshot.fetch(
            f"SELECT p.n FROM json_each(?) l JOIN paper p ON p.n = l.value ORDER BY {order[by]}",
            (json.dumps(self._numbers),),
        )
        numbers = [row[0] for row in rows]
        return self._with(reversed(numbers) if reverse else numbers)

    # Other people's formats

    def to_bibtex(
        self,
        *,
        dialect: Dialect = "bibtex",
        prefer: Preference = "published",
        encoding: Encoding | None = None,
        venue_names: VenueNames = "long",
        related: bool = False,
    ) -> str:
        """BibTeX or BibLaTeX; what the options mean stands at `formats.bibtex.to_bibtex`.

        With `related`, an entry for biblatex names the works of this list on which it builds.
        """
        usual = {"bibtex": "latex", "biblatex": "utf-8"}
        if (
            dialect in usual
            and prefer == "published"
            and encoding in {None, usual[dialect]}
            and venue_names == "long"
            and not related
        ):
            return self.to(dialect)  # it was rendered when the collection was compiled
        from dltheory_bib.formats.bibtex import to_bibtex

        builds_on: dict[str, list[str]] = {}
        for edge in self._edges() if related else ():
            if edge.relation in BUILDS_ON:
                builds_on.setdefault(edge.source, []).append(edge.target)

        return to_bibtex(
            self,
            self._bibliography.venues,
            dialect=dialect,
            prefer=prefer,
            encoding=encoding,
            venue_names=venue_names,
            related={key: dict.fromkeys(others) for key, others in builds_on.items()},
        )

    def to(self, format: str, table: TableName = "works") -> str:
        """The works as text in any of the formats of `formats.registry.FORMATS`.

        In `csv`, `table` asks for the works, their people, or the edges among them. Raises
        `UnknownNameError` for an unknown format and `ValueError` for `parquet`, which is no text.
        """
        text = write(self._listing(), format, table)
        if isinstance(text, bytes):
            raise ValueError(f"{format} is not text; save() writes it to a file")
        return text

    def save(
        self,
        path: str | PathLike[str],
        format: str | None = None,
        table: TableName = "works",
    ) -> None:
        """Write the works to a file, whole or not at all; an old file is replaced.

        The format is that of the file's name (`refs.bib`, `works.csv`, `graph.gexf`) unless it is
        given. Raises `ValueError` where the name says none, `OSError`, and what `to` raises.
        """
        # It drags in tempfile, which a query has no use for.
        from dltheory_bib.files import write_bytes

        known = format_of(Path(path))
        if format is None and known is None:
            raise ValueError(f"{path} does not say the format; name it: {', '.join(FORMATS)}")
        made = write(self._listing(), format or (known.name if known else ""), table)
        write_bytes(Path(path), made.encode() if isinstance(made, str) else made)

    def _listing(self) -> Listing:
        bib = self._bibliography
        return Listing(
            self,
            bib.venues,
            bib.topics,
            self.whys,
            lambda: bib.graph,
            self._people,
            self._edges,
            lambda: bib.results_by_key(self._numbers),
            lambda: bib.rows(self),
            lambda: views.records(bib.snapshot, self._numbers),
            lambda: views.results_of(bib.snapshot, self._numbers),
            lambda dialect: views.entries(bib.snapshot, self._numbers, dialect),
        )

    @property
    def numbers(self) -> tuple[int, ...]:
        """The works' numbers in the snapshot, in order."""
        return self._numbers

    def _people(self) -> Iterator[tuple[Person, int]]:
        rows = self._bibliography.snapshot.fetch(
            "SELECT a.person, count(*) FROM json_each(?) l JOIN authorship a ON a.n = l.value "
            "GROUP BY a.person ORDER BY a.person",
            (json.dumps(self._numbers),),
        )
        people = self._bibliography.people
        return ((people[identity], works) for identity, works in rows)

    def _edges(self) -> Iterator[Edge]:
        keys = set(self.keys)
        edges = self._bibliography.snapshot.edges()
        return (edge for edge in edges if edge.source in keys and edge.target in keys)

    def to_json(self) -> str:
        """A JSON array of records with the field names of the data files."""
        return self.to("json")

    def to_tsv(self) -> str:
        """A line a work: key, year, venue, authors, title, separated by tabs; no header."""
        return self.to("tsv")

    def to_markdown(self) -> str:
        """A Markdown list with links, and the summaries or, for a reading order, the reasons."""
        return self.to("markdown")

    def to_dataframe(self) -> pd.DataFrame:
        """A pandas data frame, a row a work, indexed by key; lists stay lists.

        Raises `MissingExtraError` without the extra `pandas`.
        """
        try:
            import pandas as pd
        except ImportError:
            raise MissingExtraError("to_dataframe()", "pandas") from None
        from dltheory_bib.models.paper import Paper

        columns = Paper.model_fields
        empty: dict[str, Any] = {name: [] for name, field in columns.items() if field.default == ()}
        records = views.records(self._bibliography.snapshot, self._numbers)
        rows = [empty | record for record in records]
        frame = pd.DataFrame(rows, columns=list(columns)).set_index("key")
        whys = self.whys
        if whys:
            frame.insert(0, "why", [whys.get(key) for key in frame.index])
        return frame

    # What a person looks at

    def graph_view(self, height: int = 640, title: str = "") -> GraphView:
        """The works with the relations and citations among them as a graph to walk in.

        A notebook shows it, `height` pixels high, and `save("graph.html")` writes it as a page that
        needs nothing else. `title` stands above it.
        """
        from dltheory_bib.display.graph_data import graph_data
        from dltheory_bib.display.graph_view import GraphView

        bib = self._bibliography
        read = bib.snapshot.readable
        return GraphView(graph_data(bib.graph, self, bib.topics, read, title=title), height)

    @property
    def plot(self) -> Plots:
        """Pictures of the works: `plot.timeline()`, `growth`, `citation_age`, `coauthors`,
        `main_path`, `topic_map`; each gives matplotlib's axes.
        """
        from dltheory_bib.display.plots import Plots, Works

        bib = self._bibliography
        return Plots(Works(bib.graph, self.keys, bib.snapshot.readable))

    def __repr__(self) -> str:
        keys = self[:4].keys
        more = ", …" if len(self) > len(keys) else ""
        return f"<PaperList of {len(self)}{': ' if keys else ''}{', '.join(keys)}{more}>"

    def __rich__(self) -> RenderableType:
        from dltheory_bib.display.terminal import PaperTable, reading_list

        rows = self._bibliography.rows(self)
        return reading_list(rows) if self._whys else PaperTable(rows)

    def _repr_html_(self) -> str:
        from dltheory_bib.display.html import papers_html

        return papers_html(self._bibliography.rows(self))
