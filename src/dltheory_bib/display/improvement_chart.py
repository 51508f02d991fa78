"""Who improved a bound, and by how much: shown as trees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from dltheory_bib.models.paper import Paper
from dltheory_bib.models.theorem import Assumption, Question, Result
from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.text.names import author_line
from dltheory_bib.theorems.improvements import (
    Change,
    Improvements,
    Link,
    change_in_words,
)
from dltheory_bib.theorems.notation import bound_text

_KEY = "cyan"
_DIM = "dim"


class _Holder(Protocol):
    """The methods of a bibliography that are needed here."""

    snapshot: Snapshot

    @property
    def assumptions(self) -> Mapping[str, Assumption]: ...

    def __getitem__(self, name: str) -> Paper: ...


def improvement_tree(found: Improvements, bib: _Holder, back: bool | None) -> RenderableType:
    """Show what a card improves, what improves it, and what is known to be stronger; `back` selects
    one direction.
    """
    read = bib.snapshot.readable
    draw = _Drawing(found.question, bib, read)
    start = found.back.card
    parts: list[RenderableType] = [draw.card(start)]
    if back is not False:
        parts.append(draw.branch("improves", found.back, "improves no card recorded here"))
    if back is not True:
        parts.append(draw.branch("improved by", found.forward, "no card recorded here improves it"))
    if start.id in {one.id for one in found.best}:
        parts.append(Text("No card recorded here is known to be stronger.", style=_DIM))
    elif found.best:
        parts.append(Text("Known to be at least as strong in every respect:", style=_DIM))
        parts += [Text.assemble("  ", draw.card(one)) for one in found.best]
    return Group(*parts)


class _Drawing:
    """Draws the cards of one question."""

    def __init__(self, question: Question, bib: _Holder, read: Callable[[str], str]) -> None:
        self.question = question
        self.bib = bib
        self.read = read

    def card(self, card: Result) -> Text:
        """Return a card in one line: its id, its work, its bound."""
        paper = self.bib[card.work]
        line = author_line(paper.author, at_most=2)
        text = Text.assemble((card.id, _KEY), f"  {line} {paper.year}")
        shown = self._bound(card)
        return text.append(f"  {shown}") if shown else text

    def _bound(self, card: Result) -> str:
        if card.bound:
            return bound_text(card, self.question, self.read)
        return self.read(f"${card.bound_tex}$") if card.bound_tex else ""

    def branch(self, phrase: str, link: Link, nothing: str) -> RenderableType:
        """Return the steps from a card in one direction."""
        if not link.links:
            return Text(nothing, style=_DIM)
        tree = Tree(Text(phrase, style=_DIM), guide_style=_DIM)
        todo = [(tree, one) for one in link.links]
        for node, here in todo:  # extended in the loop
            child = node.add(self._label(here))
            todo += [(child, one) for one in here.links]
        return tree

    def _label(self, link: Link) -> Text:
        text = self.card(link.card)
        if link.repeated:
            return text.append("  (shown elsewhere in this tree)", style=_DIM)
        if link.change:
            for line in self._changed(link.change):
                text.append(f"\n{line}")
        return text.append(f"\n{self.read(link.claim)}", style=_DIM)

    def _changed(self, change: Change) -> list[str]:
        return change_in_words(change, self.question, self.bib.assumptions, self.read)
