"""Methods to narrow, sort, group, export and show works.

Lists of papers and whole bibliographies inherit them; "the works" are those of the list, or all.
The query language is imported on first use.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dltheory_bib.arguments import Items, explains_calls, name_of, shown, whole
from dltheory_bib.errors import MissingExtraError
from dltheory_bib.formats.registry import FORMATS, format_of, write
from dltheory_bib.models.relations import BUILDS_ON
from dltheory_bib.snapshot import views

if TYPE_CHECKING:
    import pandas as pd

    from dltheory_bib.arguments import PersonName, TopicName
    from dltheory_bib.display.graph_view import GraphView
    from dltheory_bib.display.plots import Plots
    from dltheory_bib.formats.bibtex import Dialect, Preference, VenueNames
    from dltheory_bib.formats.tables import TableName
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.papers import PaperList
    from dltheory_bib.search_results import SearchResults
    from dltheory_bib.snapshot.reader import Snapshot
    from dltheory_bib.text.latex import Encoding

_CITED = "SELECT count(*) FROM edge WHERE target = p.n AND relation = 'cites'"

SortKey = Literal["year", "key", "title", "author", "venue", "type", "cited"]


def ask_field(snapshot: Snapshot, field: str, value: str) -> list[int]:
    """Return the numbers of the works that match one field, oldest first."""
    from dltheory_bib.query.grammar import Term
    from dltheory_bib.query.run import ask

    return ask(snapshot, Term(field, value, True, 0))


@explains_calls
class Selection(ABC):
    """The works of a list, or of a bibliography, and their methods."""

    __slots__ = ()

    @abstractmethod
    def _works(self) -> PaperList:
        """Return the works as a list."""

    @property
    @abstractmethod
    def _snapshot(self) -> Snapshot:
        """The snapshot that the works are read from."""

    def _among(self) -> frozenset[int] | None:
        """Return the numbers of the works of a list; None for a whole bibliography."""
        return None

    @abstractmethod
    def _keep(self, found: Iterable[int]) -> PaperList:
        """Return the works with these numbers, in the order of the list, if this is one."""

    @abstractmethod
    def _keep_order(self, found: Iterable[int]) -> PaperList:
        """Return the works with these numbers, in the order given."""

    # Columns

    @property
    def keys(self) -> Items[str]:
        """The key of each work, in order."""
        return Items(self._snapshot.keys(self._works()._numbers))

    @property
    def titles(self) -> Items[str]:
        """The title of each work, in order, without protecting braces."""
        return Items(row.title for row in views.rows(self._snapshot, self._works()._numbers))

    @property
    def years(self) -> Items[int]:
        """The year of each work, in order."""
        return Items(row.year for row in views.rows(self._snapshot, self._works()._numbers))

    # Narrower lists

    def head(self, count: int = 5) -> PaperList:
        """Return the first works."""
        return self._works()[: max(whole(count), 0)]

    def tail(self, count: int = 5) -> PaperList:
        """Return the last works."""
        here = self._works()
        return here[max(len(here) - max(whole(count), 0), 0) :]

    def filter(self, keep: Callable[[Paper], object]) -> PaperList:
        """Return the works for which a function of a `Paper` is true; for a query see `where`."""
        if not callable(keep):
            raise TypeError(
                "filter() takes a function of a Paper; where() takes a query and fields"
            )
        here = self._works()
        pairs = zip(here._numbers, here, strict=True)
        return here._with([number for number, paper in pairs if keep(paper)])

    def where(self, query: str = "", **fields: object) -> PaperList:
        """Return the works that match a query, also given as keywords: `where(topic="ntk")`.

        Raises `QueryError`, with a suggestion.
        """
        from dltheory_bib.query.keywords import query_of
        from dltheory_bib.query.run import ask

        return self._keep(ask(self._snapshot, query_of(query, fields)))

    def search(self, query: str = "", **fields: object) -> SearchResults:
        """Return the works that answer what people type, best first, and the topics it names.

        Unlike `where`, nothing is an error: not every word needs to match, mistyped words are
        mended, ids, titles and `author year` are understood. Fields are conditions, as in `where`.
        With words, the best 200 works are returned.
        """
        from dltheory_bib.query.answer import search
        from dltheory_bib.query.keywords import query_of
        from dltheory_bib.query.run import ask
        from dltheory_bib.search_results import SearchResults

        query_of(query, fields)  # raises TypeError for other types
        among = self._among()
        if fields:
            found = frozenset(ask(self._snapshot, query_of("", fields)))
            among = found if among is None else among & found
        words = " ".join(str(fields[name]) for name in ("text", "title") if name in fields)
        answer = search(self._snapshot, query, among, weighed=words)
        return SearchResults(self._snapshot.owner, answer)  # type: ignore[arg-type]

    def on(self, topic: TopicName) -> PaperList:
        """Return the works on a topic, given by id, label or alias, and on its narrower topics."""
        return self._keep(ask_field(self._snapshot, "topic", name_of(topic, "topic")))

    def by(self, person: PersonName) -> PaperList:
        """Return the works of people whose name has all these words; a single letter is an
        initial.
        """
        return self._keep(ask_field(self._snapshot, "author", name_of(person, "person")))

    def since(self, year: int) -> PaperList:
        """Return the works of this year and later."""
        return self._keep(ask_field(self._snapshot, "year", f"{year}.."))

    def until(self, year: int) -> PaperList:
        """Return the works of this year and earlier."""
        return self._keep(ask_field(self._snapshot, "year", f"..{year}"))

    def sort(
        self, by: SortKey | Callable[[Paper], Any] = "year", reverse: bool = False
    ) -> PaperList:
        """Sort the works: by `year` (then key), `key`, `title`, first `author`, `venue`, `type`,
        `cited` (the number of works in the catalogue that cite it, most cited first), or by a
        function of a `Paper`. Works without a venue come last.
        """
        order = {
            "year": "p.year, p.key",
            "key": "p.key",
            "title": "p.title, p.key",
            "author": "p.first_author, p.year, p.key",
            "venue": "p.venue IS NULL, p.venue, p.year, p.key",
            "type": "p.type, p.year, p.key",
            "cited": f"-({_CITED}), p.key",
        }
        here = self._works()
        if callable(by):
            pairs = list(zip(here, here._numbers, strict=True))
            pairs.sort(key=lambda pair: by(pair[0]), reverse=reverse)
            return here._with(number for _, number in pairs)
        if not isinstance(by, str) or by not in order:
            from dltheory_bib.meant_names import meant_argument

            hint = meant_argument("sort", by) or f"known are {', '.join(order)}, or a function"
            if isinstance(by, str) and by.lstrip("-") in order:
                hint = f"write sort({by.lstrip('-')!r}, reverse=True)"
            raise ValueError(f"cannot sort by {by!r}; {hint}")
        rows = self._snapshot.fetch(
            f"SELECT p.n FROM json_each(?) l JOIN paper p ON p.n = l.value ORDER BY {order[by]}",
            (json.dumps(here._numbers),),
        )
        numbers = [row[0] for row in rows]
        return here._with(reversed(numbers) if reverse else numbers)

    def groupby(self, by: str | Callable[[Paper], Any]) -> dict[Any, PaperList]:
        """Group the works by the value of a field, or by a function of a `Paper`.

        A work with several values (`topics`, `author`) is in the list of each, one without a value
        in none. Values are sorted; the works of each keep the order of the list.
        """
        found: dict[Any, list[int]] = {}
        here = self._works()
        if isinstance(by, str):
            from dltheory_bib.models.paper import Paper

            if by not in Paper.model_fields:
                from dltheory_bib.meant_names import missing_name

                raise missing_name("Paper", by, Paper.model_fields)
        elif not callable(by):
            raise TypeError(f"groupby() takes a field or a function of a Paper, not {shown(by)}")
        for number, paper in zip(here._numbers, here, strict=True):
            value = getattr(paper, by) if isinstance(by, str) else by(paper)
            values = dict.fromkeys(value) if isinstance(value, tuple) else (value,)
            for one in values:
                if one is not None:
                    found.setdefault(one, []).append(number)
        try:
            keys = sorted(found)
        except TypeError:
            keys = list(found)
        return {key: here._with(found[key]) for key in keys}

    def most_cited(self, count: int = 10) -> list[tuple[Paper, int]]:
        """Return the works cited by most works of the catalogue, with the numbers.

        Only the reference lists that were read are counted: `bib.stats().lists_read`.
        """
        here = self._works()
        rows = self._snapshot.fetch(
            "SELECT e.target, count(*) AS cited FROM json_each(?) l "
            "JOIN edge e ON e.target = l.value WHERE e.relation = 'cites' "
            "GROUP BY e.target ORDER BY cited DESC, e.target LIMIT ?",
            (json.dumps(here._numbers), min(whole(count), len(here))),
        ).fetchall()
        papers = here._with(n for n, _ in rows)
        return [(paper, cited) for paper, (_, cited) in zip(papers, rows, strict=True)]

    # Export

    def to_bibtex(
        self,
        *,
        dialect: Dialect = "bibtex",
        prefer: Preference = "published",
        encoding: Encoding | None = None,
        venue_names: VenueNames = "long",
        related: bool = False,
    ) -> str:
        """Return BibTeX or BibLaTeX; `formats.bibtex.to_bibtex` describes the options.

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

        here = self._works()
        builds_on: dict[str, list[str]] = {}
        for edge in here._edges() if related else ():
            if edge.relation in BUILDS_ON:
                builds_on.setdefault(edge.source, []).append(edge.target)

        return to_bibtex(
            here,
            here._bibliography.venues,
            dialect=dialect,
            prefer=prefer,
            encoding=encoding,
            venue_names=venue_names,
            related={key: dict.fromkeys(others) for key, others in builds_on.items()},
        )

    def to(
        self, format: str = "bibtex", table: TableName = "works", *, private: bool = False
    ) -> str:
        """Return the works as text in any of the formats of `formats.registry.FORMATS`: `text` for
        readers, `json`, `ris`, `markdown` and others for programs.

        In `csv`, `table` selects the works, their people, or the edges among them. With `private`
        the formats of `WITH_PRIVATE` contain your notes, tags, status and files. Raises
        `UnknownNameError` for an unknown format and `ValueError` for `parquet`, which is not text.
        """
        text = write(self._works()._listing(private), format, table)
        if isinstance(text, bytes):
            raise ValueError(f"{format} is not a text format; save() writes it to a file")
        return text

    def save(
        self,
        path: str | PathLike[str],
        format: str | None = None,
        table: TableName = "works",
        *,
        private: bool = False,
    ) -> None:
        """Write the works to a file atomically; an old file is replaced.

        The default format is that of the file's extension (`refs.bib`, `works.csv`, `graph.gexf`).
        Raises `ValueError` for an unknown extension, `OSError`, and the exceptions of `to`.
        """
        # It imports tempfile, which queries do not need.
        from dltheory_bib.files import write_bytes

        known = format_of(Path(path))
        if format is None and known is None:
            raise ValueError(
                f"the extension of {path} is not that of a format; give one: {', '.join(FORMATS)}"
            )
        listing = self._works()._listing(private)
        made = write(listing, format or (known.name if known else ""), table)
        write_bytes(Path(path), made.encode() if isinstance(made, str) else made)

    def to_json(self) -> str:
        """Return a JSON array of records with the field names of the data files."""
        return self.to("json")

    def to_tsv(self) -> str:
        """Return one line per work: key, year, venue, authors, title, separated by tabs; no
        header.
        """
        return self.to("tsv")

    def to_markdown(self) -> str:
        """Return a Markdown list with links, and the summaries or, for a reading order, the
        reasons.
        """
        return self.to("markdown")

    def to_dataframe(self, table: TableName = "works") -> pd.DataFrame:
        """Return a pandas data frame of the works, their people, the edges among them, or their
        cards.

        `works` has one row per work with the fields of a `Paper`, and its key as the index as well.
        Several values are a tuple, as in a `Paper`: `frame.groupby("topics")` groups by all of a
        work's topics, `frame.explode("topics").groupby("topics")` by each. `people`, `edges` and
        `cards` have the columns of `save("people.csv", table="people")`. Raises `MissingExtraError`
        without the extra `pandas`.
        """
        if table != "works":
            from dltheory_bib.formats.registry import table_of

            made = table_of(self._works()._listing(), table)
            return data_frame(made.rows, made.columns)
        from dltheory_bib.models.paper import Paper

        columns = Paper.model_fields
        empty: dict[str, Any] = {name: () for name, field in columns.items() if field.default == ()}
        here = self._works()
        rows = [empty | _hashable(one) for one in views.records(self._snapshot, here._numbers)]
        frame = data_frame(rows, list(columns))
        # The column makes the key available by name; a nameless index keeps that name unambiguous.
        frame.index = frame["key"].rename(None)
        whys = here.whys
        if whys:
            frame.insert(1, "why", [whys.get(key) for key in frame["key"]])
        return frame

    # Display

    def graph_view(self, query: str = "", height: int = 640, title: str = "") -> GraphView:
        """Return the works, or those that match a query, as an interactive graph.

        It has the relations and citations among them. A notebook shows it, `height` pixels high,
        and `save("graph.html")` writes it as a self-contained page. Its heading is `title`, or by
        default the query.
        """
        from dltheory_bib.display.graph_data import graph_data
        from dltheory_bib.display.graph_view import GraphView

        here = self.where(query) if query else self._works()
        bib = here._bibliography
        data = graph_data(bib.graph, here, bib.topics, bib.snapshot.readable, title=title or query)
        return GraphView(data, height)

    @property
    def plot(self) -> Plots:
        """Pictures of the works: `plot.timeline()`, `growth`, `citation_age`, `coauthors`,
        `main_path`, `topic_map`; each returns matplotlib's axes.
        """
        from dltheory_bib.display.plots import Plots, Works

        here = self._works()
        bib = here._bibliography
        return Plots(Works(bib.graph, here.keys, bib.snapshot.readable))


def _hashable(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with tuples for lists: pandas groups by values that have a hash."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in record.items()
    }


def data_frame(rows: Sequence[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Return a pandas data frame. Raises `MissingExtraError` without the extra `pandas`."""
    try:
        import pandas as pd
    except ImportError:
        raise MissingExtraError("to_dataframe()", "pandas") from None
    return pd.DataFrame(list(rows), columns=list(columns))
