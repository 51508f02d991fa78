"""Connections between works, and statistics, as objects that can be printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from dltheory_bib.display.printable import Printable, stacked
from dltheory_bib.snapshot.reader import Edge
from dltheory_bib.snapshot.statistics import Coverage

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.graph.walks import Branch
    from dltheory_bib.papers import PaperList


class Chain(tuple[Edge, ...], Printable):
    """A chain of edges from one work to another: a tuple of `Edge`s, in steps from `start`.

    In a step against the direction of its edge, the nearer work is the edge's target.
    """

    _bibliography: Bibliography
    start: str
    """The key of the first work of the chain."""

    def __new__(cls, bibliography: Bibliography, start: str, edges: Iterable[Edge]) -> Chain:
        """Make a chain of edges that begins at a key."""
        made = super().__new__(cls, edges)
        made._bibliography = bibliography
        made.start = start
        return made

    @property
    def keys(self) -> list[str]:
        """The keys of the works on the way, both ends included."""
        found = [self.start]
        for edge in self:
            found.append(edge.target if edge.source == found[-1] else edge.source)
        return found

    @property
    def papers(self) -> PaperList:
        """The works on the way, both ends included."""
        return self._bibliography.some(self.keys)

    def __reduce__(self) -> tuple[Any, ...]:
        return Chain, (self._bibliography, self.start, tuple(self))

    def __repr__(self) -> str:
        steps = "1 step" if len(self) == 1 else f"{len(self)} steps"
        return f"<Chain of {steps}: {' – '.join(self.keys)}>"

    __str__ = Printable.__str__

    def __rich__(self) -> RenderableType:
        from dltheory_bib.display.terminal import path_steps

        return path_steps(self.start, self, self._bibliography.describe, step_sentence)


def step_sentence(edge: Edge) -> str:
    """Describe a step: the curator's sentence, or the source of the citation."""
    if sentence := edge.says:
        return f"{edge.source} {edge.relation.phrase} {edge.target}: {sentence}"
    where = ", ".join(filter(None, (edge.evidence, edge.where)))
    read = f" (reference list read in {where})" if where else ""
    return f"{edge.source} {edge.relation.phrase} {edge.target}{read}"


@dataclass(frozen=True, repr=False)
class Lineage(Printable):
    """A work between the works it builds on (`back`, to the roots) and those that build on it
    (`forward`).

    Each is a tree of `Branch`es; `back, forward = lineage` unpacks them.
    """

    _bibliography: Bibliography
    back: Branch
    forward: Branch

    @property
    def papers(self) -> PaperList:
        """Every work of both trees, oldest first."""
        return self._bibliography.some([*self.back.keys(), *self.forward.keys()]).sort("year")

    def __iter__(self) -> Iterator[Branch]:
        return iter((self.back, self.forward))

    def tree(self, back: bool) -> RenderableType:
        """One of the trees, as the terminal draws it with `--all`."""
        from dltheory_bib.display.lineage_view import lineage_tree

        bib = self._bibliography
        return lineage_tree(
            self.back if back else self.forward,
            bib.snapshot.readable,
            bib.describe,
            attrgetter("relation.phrase" if back else "relation.inverse"),
        )

    def __repr__(self) -> str:
        back, forward = (len(list(branch.keys())) - 1 for branch in self)
        return f"<Lineage of {self.back.key}: builds on {back}, {forward} build on it>"

    __str__ = Printable.__str__

    def __rich__(self) -> RenderableType:
        drawn = [
            self.tree(back)
            for back, branch in ((True, self.back), (False, self.forward))
            if branch.branches
        ]
        nothing = f"{self.back.key} builds on no work recorded here, and no work here builds on it"
        return stacked(drawn or [nothing])


class Statistics(Coverage, Printable):
    """The contents of a bibliography, and the evidence for them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Statistics of {self.works} works>"

    def __rich__(self) -> RenderableType:
        from dltheory_bib.display.stats_view import stats_tables

        return stats_tables(self)
