"""Lists of papers: immutable sequences that chain, and know how to show and export themselves.

Queries are imported where they are asked: `dltheory show` and `topics` have no use for a parser.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, overload

from dltheory_bib.arguments import name_of
from dltheory_bib.display.printable import plain_text
from dltheory_bib.errors import MissingExtraError, UnknownNameError
from dltheory_bib.formats.registry import FORMATS, Listing, format_of, write
from dltheory_bib.models.facade import Paper, Person
from dltheory_bib.models.relations import BUILDS_ON
from dltheory_bib.snapshot.reader import Edge, Snapshot, plain
from dltheory_bib.text.names import nearest

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    from rich.console import RenderableType

    from dltheory_bib.arguments import PersonName, TopicName, Work
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.display.graph_view import GraphView
    from dltheory_bib.display.plots import Plots
    from dltheory_bib.formats.bibtex import Dialect, Preference, VenueNames
    from dltheory_bib.formats.tables import TableName
    from dltheory_bib.text.latex import Encoding

_CITED = "SELECT count(*) FROM edge WHERE target = p.n AND relation = 'cites'"

SortKey = Literal["year", "key", "title", "author", "cited"]


def ask_field(snapshot: Snapshot, field: str, value: str) -> list[int]:
    """The numbers of the works for which one field has a value, oldest first."""
    from dltheory_bib.query.grammar import Term
    from dltheory_bib.query.run import ask

    return ask(snapshot, Term(field, value, True, 0))


class PaperList(Sequence[Paper]):
    """Works of a bibliography in a fixed order.

    Indexing and iterating give `Paper`s; slicing, the methods below, `+` and the set operators `|`,
    `&` and `-` give new lists, in which each work is once. An index is a number, a slice or what
    names a work. `whys` says, for a reading order, why each work is where it is. `print` shows the
    list as the terminal does.
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
    @overload
    def __getitem__(self, index: Work) -> Paper: ...
    def __getitem__(self, index: int | slice | Work) -> Paper | PaperList:
        snapshot = self._bibliography.snapshot
        if isinstance(index, slice):
            return self._with(self._numbers[index])
        if isinstance(index, SupportsIndex):
            return snapshot.paper(self._numbers[index])
        name = name_of(index, "work")
        number = snapshot.find(name)
        if number not in self._numbers:
            raise UnknownNameError("paper of this list", name, nearest(name, self.keys))
        return snapshot.paper(number)

    def __iter__(self) -> Iterator[Paper]:
        return map(self._bibliography.snapshot.paper, self._numbers)

    def __contains__(self, item: object) -> bool:
        name = getattr(item, "key", item)
        return isinstance(name, str) and self._bibliography.snapshot.find(name) in self._numbers

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PaperList):
            return NotImplemented
        return self._bibliography == other._bibliography and self._numbers == other._numbers

    def __hash__(self) -> int:
        return hash((self._bibliography, self._numbers))

    def __copy__(self) -> PaperList:
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> PaperList:
        return self  # it never changes

    def __reduce__(self) -> tuple[Any, ...]:
        return _relisted, (self._bibliography, self.keys, self.whys)

    def __getattr__(self, name: str) -> Any:
        from dltheory_bib.meant_names import missing_name

        raise missing_name("PaperList", name, dir(type(self)))

    def _ipython_key_completions_(self) -> list[str]:
        return self.keys

    def __add__(self, other: object) -> PaperList:
        return self | other if isinstance(other, PaperList) else NotImplemented

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
        if self._bibliography != bibliography:
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
        key = self._bibliography.snapshot.key
        return {key(n): self._whys[n] for n in self._numbers if n in self._whys}

    # Narrower lists

    def head(self, count: int = 5) -> PaperList:
        """The first works."""
        return self[: max(count, 0)]

    def tail(self, count: int = 5) -> PaperList:
        """The last works."""
        return self[max(len(self) - max(count, 0), 0) :]

    def filter(self, keep: Callable[[Paper], object]) -> PaperList:
        """The works for which a function of a `Paper` is true; for a query see `where`."""
        if not callable(keep):
            raise TypeError(
                "filter() takes a function of a Paper; where() takes a query and fields"
            )
        pairs = zip(self._numbers, self, strict=True)
        return self._with([number for number, paper in pairs if keep(paper)])

    def where(self, query: str = "", **fields: object) -> PaperList:
        """The works for which a query holds, also given as keywords: `where(topic="ntk")`.

        Raises `QueryError`, with a suggestion.
        """
        from dltheory_bib.query.keywords import query_of
        from dltheory_bib.query.run import ask

        return self._keep(ask(self._bibliography.snapshot, query_of(query, fields)))

    def search(self, query: str = "", **fields: object) -> PaperList:
        """The works for which a query holds, the best match of its words first."""
        from dltheory_bib.query.keywords import query_of
        from dltheory_bib.query.run import ask_best

        kept = set(self._numbers)
        found = ask_best(self._bibliography.snapshot, query_of(query, fields))
        return self._with(n for n in found if n in kept)

    def on(self, topic: TopicName) -> PaperList:
        """The works on a topic, given by id, label or alias, and on its narrower topics."""
        return self._keep(ask_field(self._bibliography.snapshot, "topic", name_of(topic, "topic")))

    def by(self, person: PersonName) -> PaperList:
        """The works of people whose name has all these words; a single letter is an initial."""
        return self._keep(
            ask_field(self._bibliography.snapshot, "author", name_of(person, "person"))
        )

    def since(self, year: int) -> PaperList:
        """The works of this year and later."""
        return self._keep(ask_field(self._bibliography.snapshot, "year", f"{year}.."))

    def until(self, year: int) -> PaperList:
        """The works of this year and earlier."""
        return self._keep(ask_field(self._bibliography.snapshot, "year", f"..{year}"))

    def _keep(self, found: Iterable[int]) -> PaperList:
        kept = set(found)
        return self._with(n for n in self._numbers if n in kept)

    def sort(
        self, by: SortKey | Callable[[Paper], Any] = "year", reverse: bool = False
    ) -> PaperList:
        """The works in another order: by `year` (then key), `key`, `title`, first `author`,
        `cited`, the number of works in the catalogue that cite it, most cited first, or by what a
        function of a `Paper` gives.
        """
        order = {
            "year": "p.year, p.key",
            "key": "p.key",
            "title": "p.title, p.key",
            "author": "p.first_author, p.year, p.key",
            "cited": f"-({_CITED}), p.key",
        }
        if callable(by):
            pairs = sorted(
                zip(self, self._numbers, strict=True), key=lambda pair: by(pair[0]), reverse=reverse
            )
            return self._with(number for _, number in pairs)
        if by not in order:
            hint = f"; known are {', '.join(order)}"
            if isinstance(by, str) and by.lstrip("-") in order:
                hint = f"; write sort({by.lstrip('-')!r}, reverse=True)"
            raise ValueError(f"cannot sort by {by!r}{hint}")
        rows = self._bibliography.snapshot.fetch(
            f"SELECT p.n FROM json_each(?) l JOIN paper p ON p.n = l.value ORDER BY {order[by]}",
            (json.dumps(self._numbers),),
        )
        numbers = [row[0] for row in rows]
        return self._with(reversed(numbers) if reverse else numbers)

    def groupby(self, by: str | Callable[[Paper], Any]) -> dict[Any, PaperList]:
        """The works by the value of a field, or by what a function of a `Paper` gives.

        A work with several values (`topics`, `author`) is in the list of each, one without in none.
        Values are in order, those of a list's works in the order of the list.
        """
        found: dict[Any, list[int]] = {}
        if isinstance(by, str) and self._numbers and by not in Paper.__dataclass_fields__:
            from dltheory_bib.meant_names import missing_name

            raise missing_name("Paper", by, Paper.__dataclass_fields__)
        for number, paper in zip(self._numbers, self, strict=True):
            value = getattr(paper, by) if isinstance(by, str) else by(paper)
            values = dict.fromkeys(value) if isinstance(value, tuple) else (value,)
            for one in values:
                if one is not None:
                    found.setdefault(one, []).append(number)
        try:
            keys = sorted(found)
        except TypeError:
            keys = list(found)
        return {key: self._with(found[key]) for key in keys}

    # Graphs

    @property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The part of `bib.graph` among these works: their relations and citations."""
        return self._bibliography.graph.subgraph(self.keys)

    @property
    def citations(self) -> nx.DiGraph[str]:
        """The part of `bib.citations` among these works."""
        return self._bibliography.citations.subgraph(self.keys)

    # Other programs' formats

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
        )

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

    def to_dataframe(self, table: TableName = "works") -> pd.DataFrame:
        """A pandas data frame of the works, their people, the edges among them, or their cards.

        `works` has a row a work with the fields of a `Paper`, and its key as the index as well;
        lists stay lists: `frame.explode("topics").groupby("topics")`. `people`, `edges` and
        `cards` have the columns of `save("people.csv", table="people")`. Raises
        `MissingExtraError` without the extra `pandas`.
        """
        if table != "works":
            from dltheory_bib.formats.registry import table_of

            made = table_of(self._listing(), table)
            return data_frame(made.rows, made.columns)
        columns = fields(Paper)
        empty: dict[str, Any] = {field.name: [] for field in columns if field.default == ()}
        rows = [empty | plain(paper) for paper in self]
        frame = data_frame(rows, [field.name for field in columns])
        # As a column it is found by name; a nameless index leaves that name unambiguous.
        frame.index = frame["key"].rename(None)
        whys = self.whys
        if whys:
            frame.insert(1, "why", [whys.get(key) for key in frame["key"]])
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

    def __str__(self) -> str:
        return plain_text(self) if self else "no works"

    def __rich__(self) -> RenderableType:
        from dltheory_bib.display.terminal import PaperTable, reading_list

        rows = self._bibliography.rows(self)
        return reading_list(rows) if self._whys else PaperTable(rows)

    def _repr_html_(self) -> str:
        from dltheory_bib.display.html import papers_html

        return papers_html(self._bibliography.rows(self))


def _relisted(
    bibliography: Bibliography, keys: Sequence[str], whys: Mapping[str, str]
) -> PaperList:
    """A list that was pickled."""
    return bibliography._list(keys, whys)


def data_frame(rows: Sequence[Any], columns: Sequence[str]) -> pd.DataFrame:
    """A pandas data frame. Raises `MissingExtraError` without the extra `pandas`."""
    try:
        import pandas as pd
    except ImportError:
        raise MissingExtraError("to_dataframe()", "pandas") from None
    return pd.DataFrame(list(rows), columns=list(columns))


class Papers(Mapping[str, Paper]):
    """Works by key, read from the snapshot when they are asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def __getitem__(self, work: Work) -> Paper:
        name = name_of(work, "work")
        number = self._snapshot.find(name)
        if number is None:
            raise UnknownNameError("paper", name, nearest(name, self._snapshot.names()))
        return self._snapshot.paper(number)

    def __contains__(self, work: object) -> bool:
        name = getattr(work, "key", work)
        return isinstance(name, str) and self._snapshot.find(name) is not None

    def get(self, work: Work, default: Any = None) -> Any:
        """The work, or `default` where there is none of this name."""
        return self[work] if work in self else default  # noqa: SIM401 - this is `get`

    def __iter__(self) -> Iterator[str]:
        return iter(self._snapshot.keys())

    def __len__(self) -> int:
        return self._snapshot.count()

    def __repr__(self) -> str:
        keys = list(self)
        shown = ", ".join(keys[:4]) + (", …" if len(keys) > 4 else "")
        return f"<{len(keys)} papers: {shown}>"

    def _ipython_key_completions_(self) -> list[str]:
        return self._snapshot.names()
