"""Lists of papers: immutable sequences that chain, print and export."""

from __future__ import annotations

import json
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from dltheory_bib.arguments import Viewed, name_of, shown
from dltheory_bib.display.printable import plain_text
from dltheory_bib.errors import UnknownNameError
from dltheory_bib.formats.registry import Listing
from dltheory_bib.selection import Selection
from dltheory_bib.snapshot import views
from dltheory_bib.snapshot.reader import record_reader
from dltheory_bib.text.names import nearest

if TYPE_CHECKING:
    import networkx as nx
    from rich.console import RenderableType

    from dltheory_bib.arguments import Work
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Person
    from dltheory_bib.snapshot.reader import Edge, Snapshot


class PaperList(Sequence["Paper"], Selection, Viewed):
    """Works of a bibliography in a fixed order.

    Indexing and iterating return `Paper`s; slicing, the methods below, `+` and the set operators
    `|`, `&` and `-` return new lists, in which each work occurs once. An index is a number, a slice
    or a name of a work. `whys` gives, for a reading order, the reason for each work. `print` shows
    the list as the terminal does.
    """

    __slots__ = ("_bibliography", "_numbers", "_whys")
    _selects = "narrow it with where(query) or search(words), index it with a number or a key"

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
            try:
                return self._paper(self._numbers[index])
            except IndexError:
                raise IndexError(f"the list has {len(self)} works, so no [{index}]") from None
        name = name_of(index, "work")
        number = snapshot.find(name)
        if number not in self._numbers:
            raise UnknownNameError("paper of this list", name, nearest(name, self.keys))
        return self._paper(number)

    def __iter__(self) -> Iterator[Paper]:
        return self._snapshot.papers(self._numbers)

    def __reversed__(self) -> Iterator[Paper]:
        return self._snapshot.papers(reversed(self._numbers))

    def index(self, value: Work, start: int = 0, stop: int | None = None) -> int:
        """Return the position of a work; raises `ValueError` if the list lacks it."""
        number = self._snapshot.find(name_of(value, "work"))
        if number not in self._numbers[start:stop]:
            raise ValueError(f"{value!r} is not in the list")
        return self._numbers.index(number, start)

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

    if not TYPE_CHECKING:  # a type checker should report missing names

        def __getattr__(self, name):
            from dltheory_bib.meant_names import missing_name

            raise missing_name("PaperList", name, dir(type(self)))

    def _ipython_key_completions_(self) -> list[str]:
        return self.keys

    def __add__(self, other: PaperList) -> PaperList:
        return self | other

    def __or__(self, other: PaperList) -> PaperList:
        return self._with(dict.fromkeys((*self._numbers, *self._numbers_of(other))))

    def __and__(self, other: PaperList) -> PaperList:
        kept = set(self._numbers_of(other))
        return self._with(n for n in self._numbers if n in kept)

    def __sub__(self, other: PaperList) -> PaperList:
        left = set(self._numbers_of(other))
        return self._with(n for n in self._numbers if n not in left)

    def _numbers_of(self, other: object) -> tuple[int, ...]:
        if not isinstance(other, PaperList):
            raise TypeError(
                f"a PaperList is combined with another, not with {shown(other)}; bib.some([...]) "
                "makes one"
            )
        if self._bibliography != other._bibliography:
            raise ValueError("the lists come from different bibliographies")
        return other._numbers

    def _with(self, numbers: Iterable[int]) -> PaperList:
        return PaperList(self._bibliography, numbers, self._whys)

    # Content

    @property
    def whys(self) -> dict[str, str]:
        """By key, the reason for a work in this reading order; empty for other lists."""
        numbers = [n for n in self._numbers if n in self._whys]
        keys = self._bibliography.snapshot.keys(numbers) if numbers else []
        return {key: self._whys[n] for key, n in zip(keys, numbers, strict=True)}

    def _works(self) -> PaperList:
        return self

    def _among(self) -> frozenset[int]:
        return frozenset(self._numbers)

    def _paper(self, number: int) -> Paper:
        return self._snapshot.paper(number)

    @property
    def _snapshot(self) -> Snapshot:
        return self._bibliography.snapshot

    def _keep(self, found: Iterable[int]) -> PaperList:
        kept = set(found)
        return self._with(n for n in self._numbers if n in kept)

    def _keep_order(self, found: Iterable[int]) -> PaperList:
        kept = set(self._numbers)
        return self._with(n for n in found if n in kept)

    def _listing(self, private: bool = False) -> Listing:
        bib = self._bibliography
        from dltheory_bib.snapshot.own_notes import private_fields

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
            bib.snapshot.readable,
            private_fields(bib.snapshot, self._numbers) if private else {},
        )

    @property
    def numbers(self) -> tuple[int, ...]:
        """The works' numbers in the snapshot, in order."""
        return self._numbers

    def _people(self) -> Iterator[tuple[Person, int]]:
        rows = self._snapshot.fetch(
            "SELECT p.data, count(*) FROM json_each(?) l JOIN authorship a ON a.n = l.value "
            "JOIN person p ON p.id = a.person GROUP BY a.person ORDER BY a.person",
            (json.dumps(self._numbers),),
        )
        read = record_reader("person", self._bibliography)
        return ((read(data), works) for data, works in rows)

    def _edges(self) -> Iterator[Edge]:
        keys = set(self.keys)
        edges = self._bibliography.snapshot.edges()
        return (edge for edge in edges if edge.source in keys and edge.target in keys)

    # Graphs

    @property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The part of `bib.graph` among these works: their relations and citations."""
        return self._bibliography.graph.subgraph(self.keys)

    @property
    def citations(self) -> nx.DiGraph[str]:
        """The part of `bib.citations` among these works."""
        return self._bibliography.citations.subgraph(self.keys)

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
    """Unpickle a list."""
    return bibliography._list(keys, whys)


class Papers(Mapping[str, "Paper"], Viewed):
    """Works by key, read from the snapshot on access."""

    _selects = "write bib.papers[key]"

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    if not TYPE_CHECKING:  # a type checker should report missing names

        def __getattr__(self, name):
            from dltheory_bib.meant_names import missing_name

            raise missing_name("Papers", name, dir(type(self)))

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
        """Return the work, or `default` if there is none of this name."""
        return self[work] if work in self else default  # noqa: SIM401 - this is `get`

    def __iter__(self) -> Iterator[str]:
        return iter(self._snapshot.keys())

    def values(self) -> ValuesView[Paper]:
        """Yield the works, in order of keys."""
        return _Values(self)

    def items(self) -> ItemsView[str, Paper]:
        """Keys and works, in order of keys."""
        return _Items(self)

    def __len__(self) -> int:
        return self._snapshot.count()

    def __repr__(self) -> str:
        keys = list(self)
        shown = ", ".join(keys[:4]) + (", …" if len(keys) > 4 else "")
        return f"<{len(keys)} papers: {shown}>"

    def _ipython_key_completions_(self) -> list[str]:
        return self._snapshot.names()


class _Values(ValuesView["Paper"]):
    """All works, read with one SQL statement, where a `ValuesView` would need two for each."""

    _mapping: Papers

    def __iter__(self) -> Iterator[Paper]:
        return self._mapping._snapshot.papers()

    def __contains__(self, work: object) -> bool:
        key = getattr(work, "key", None)
        return isinstance(key, str) and key in self._mapping and self._mapping[key] == work


class _Items(ItemsView[str, "Paper"]):
    """All keys and works, read with one SQL statement."""

    _mapping: Papers

    def __iter__(self) -> Iterator[tuple[str, Paper]]:
        return ((paper.key, paper) for paper in self._mapping._snapshot.papers())
