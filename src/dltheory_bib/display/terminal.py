"""What a person looks at in a terminal: rich tables, cards and trees.

Everything that comes from a record is put into `Text`, which rich shows as it is; nothing in the
data is ever read as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dltheory_bib.graph.walks import Branch
    from dltheory_bib.snapshot.reader import Edge
    from dltheory_bib.snapshot.views import (
        PaperView,
        Reader,
        ResultView,
        Row,
        Tie,
        TopicView,
        TrailView,
    )

_KEY = "cyan"
_DIM = "dim"
_HEAD = "bold"
_LINK = "blue underline"

# A table shows authors from the first of these widths on, and needs the second for titles.
_WITH_AUTHORS = 100
_TITLES = 30
_GAP = 2


class PaperTable:
    """A list of works as a table that fits the width, or as lines where that is narrow."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw for the width at hand."""
        table = self._table(options.max_width)
        if table is None:
            yield from (_entry(row) for row in self.rows)
        else:
            yield table

    def _table(self, width: int) -> Table | None:
        """A table, or nothing where too little would be left for the titles."""
        # Rich would measure and wrap every cell to find the widths that follow from three columns.
        keys = max((len(row.key) for row in self.rows), default=0)
        venues = max((cell_len(row.venue) for row in self.rows), default=0)
        heads = [("key", max(keys, 3), _KEY), ("year", 4, ""), ("venue", max(venues, 5), _DIM)]
        if width >= _WITH_AUTHORS:
            heads.append(("authors", 30, _DIM))
        rest = width - sum(size + _GAP for _, size, _ in heads)
        if rest < _TITLES:
            return None
        table = Table(box=None, padding=(0, _GAP, 0, 0), header_style=_DIM, pad_edge=False)
        for name, size, style in heads:
            table.add_column(name, width=size, style=style)
        table.add_column("title", width=rest, overflow="fold")
        for row in self.rows:
            cells = [Text(row.key), Text(str(row.year)), Text(row.venue)]
            if width >= _WITH_AUTHORS:
                cells.append(Text(row.byline))
            table.add_row(*cells, Text(row.readable))
        return table


def reading_list(rows: Iterable[Row]) -> RenderableType:
    """Works in the order in which to read them, each with its title and why it stands there."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style=_DIM)
    table.add_column()
    for place, row in enumerate(rows, 1):
        table.add_row(str(place), _entry(row))
    return table


def _entry(row: Row) -> RenderableType:
    """A work on lines of its own: title, whose it is and where it appeared, and why it is here."""
    where = " ".join(filter(None, (row.venue, str(row.year))))
    parts = [
        Text(row.readable, style=_HEAD),
        Text.assemble((row.key, _KEY), f"  {row.byline}, {where}"),
    ]
    if row.why:
        parts.append(Text(row.why, style=_DIM))
    return Group(*parts)


def paper_card(view: PaperView, *, whole: bool = True) -> RenderableType:
    """A work: bibliography, annotation, relations and counts; with `whole`, all that is known."""
    read = view.readable
    parts: list[RenderableType] = [
        Text(read(view.title), style=_HEAD),
        Text(view.authors),
        Text(view.imprint, style=_DIM),
    ]
    parts += [_links(view)] if view.links else []
    facts = [("key", Text(view.key, style=_KEY))]
    if view.aliases and whole:
        facts.append(("also cited as", Text(", ".join(view.aliases))))
    if view.topics:
        facts.append(("topics", Text(", ".join(view.topics))))
    if view.level:
        facts.append(("level", Text(view.level)))
    parts += [Text(), _facts(facts)]
    for head, text in view.annotation:
        parts += [Text(), *_block(head, [Text(read(text))])]
    if view.checked:
        parts += [Text(), Text(f"({view.checked})", style=_DIM)]
    parts += _remarks(view) if whole else []
    ties = view.ties if whole else view.ties[:_TIES]
    if ties:
        parts += [Text(), *_block("Relations", [_tie(tie, read) for tie in ties])]
    if view.results and whole:
        parts += [Text(), *_block("Results", [_result(one, read) for one in view.results])]
    parts += [Text(), _facts(_citations(view) if whole else _counts(view, len(ties)))]
    evidence = list(_evidence(view, whole))
    parts += [_facts(evidence)] if evidence else []
    return Group(*parts)


_TIES = 3
"""So many relations a short card has."""


def _links(view: PaperView) -> Text:
    text = Text()
    for number, (label, address) in enumerate(view.links):
        text.append("  " if number else "")
        text.append(label, style=f"{_LINK} link {address}")
    return text


def _facts(facts: Iterable[tuple[str, Text]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style=_DIM, no_wrap=True, min_width=13)
    table.add_column()
    for name, value in facts:
        table.add_row(name, value)
    return table


def _block(head: str, parts: Sequence[RenderableType]) -> list[RenderableType]:
    return [Text(head, style=_HEAD), *(Padding(part, (0, 0, 0, 2)) for part in parts)]


def _remarks(view: PaperView) -> list[RenderableType]:
    shown: list[RenderableType] = []
    for remark in view.remarks:
        texts = filter(None, (remark.text, remark.comment))
        head = f"Remark ({remark.by}; {remark.verdict})"
        shown += [Text(), *_block(head, [Text(view.readable(text)) for text in texts])]
    return shown


def _tie(tie: Tie, read: Reader) -> Text:
    text = Text.assemble(f"{tie.phrase} ", (tie.key, _KEY))
    if tie.says:
        text.append(f": {read(tie.says)}")
    if tie.where:
        text.append(f" ({tie.where})", style=_DIM)
    return text


def _result(shown: ResultView, read: Reader) -> RenderableType:
    parts: list[RenderableType] = [Text.assemble((shown.id, _KEY), f"  {read(shown.head)}")]
    if shown.text:
        parts.append(Text(shown.text, style=_HEAD))
    parts.append(Text(read(shown.statement)))
    parts += [Text(f"{name}: {read(value)}", style=_DIM) for name, value in shown.facts]
    return Group(*parts)


def _citations(view: PaperView) -> Iterable[tuple[str, Text]]:
    yield "cites", Text(", ".join(view.cites) or _no_citation(view), style=_shade(view.cites))
    cited = ", ".join(view.cited_by) or "no work whose list was read"
    yield "cited by", Text(cited, style=_shade(view.cited_by))


def _no_citation(view: PaperView) -> str:
    return "nothing here" if view.references_read else "its reference list was not read"


def _shade(found: Sequence[str]) -> str:
    return _KEY if found else _DIM


def _counts(view: PaperView, ties: int) -> Iterable[tuple[str, Text]]:
    """How much there is of what a short card leaves out."""
    cites = f"{len(view.cites)} {works(len(view.cites))} here" if view.cites else _no_citation(view)
    yield "cites", Text(cites, style=_DIM)
    cited = f"{len(view.cited_by)} {works(len(view.cited_by))} here"
    yield "cited by", Text(cited if view.cited_by else "no work whose list was read", style=_DIM)
    left = (
        (len(view.ties) - ties, "relation", "relations"),
        (len(view.results), "result card", "result cards"),
        (len(view.remarks), "remark", "remarks"),
    )
    more = [f"{number} {one if number == 1 else many}" for number, one, many in left if number]
    if more:
        yield "more", Text(f"{', '.join(more)}; --all shows everything", style=_DIM)


def _evidence(view: PaperView, whole: bool) -> Iterable[tuple[str, Text]]:
    if view.sources and whole:
        yield "sources", Text(", ".join(view.sources), style=_DIM)
    if view.unverified:
        yield "unverified", Text(", ".join(view.unverified), style="yellow")
    for differing in view.disagreements if whole else ():
        yield "disagreement", Text(differing, style=_DIM)


def topic_tree(topics: Mapping[str, TopicView], root: str | None = None) -> RenderableType:
    """The topics below a root, or all that have works, with how many on each and below it."""

    def label(topic: TopicView) -> Text:
        number = topic.works
        return Text.assemble(
            topic.label, "  ", (topic.id, _KEY), (f"  {number} {works(number)}", _DIM)
        )

    below: dict[str | None, list[TopicView]] = {}
    for topic in topics.values():
        if topic.works:
            below.setdefault(topic.broader, []).append(topic)

    def grow(tree: Tree, above: str) -> Tree:
        for topic in below.get(above, ()):
            grow(tree.add(label(topic)), topic.id)
        return tree

    starts = [topics[root]] if root is not None else below.get(None, [])
    return Group(*(grow(Tree(label(one), guide_style=_DIM), one.id) for one in starts))


def trail_list(trails: Iterable[TrailView]) -> RenderableType:
    """The trails, each with its id, its length and for whom it is."""
    shown: list[RenderableType] = []
    for trail in trails:
        shown.append(
            Text.assemble(
                trail.label, "  ", (trail.id, _KEY), (f"  {trail.steps} {works(trail.steps)}", _DIM)
            )
        )
        shown.append(Padding(Text(trail.description), (0, 0, 0, 2)))
    return Group(*shown)


def works(number: int) -> str:
    """`work` or `works`."""
    return "work" if number == 1 else "works"


def lineage_tree(
    branch: Branch, read: Reader, describe: Callable[[str], str], phrases: Callable[[Edge], str]
) -> Tree:
    """A line of descent as a tree; `describe` names a work, `phrases` a step to it."""

    def label(here: Branch) -> Text:
        text = Text()
        if here.edges:
            text.append(f"{', '.join(phrases(edge) for edge in here.edges)} ", style=_DIM)
        text.append(here.key, style=_KEY)
        text.append(f"  {describe(here.key)}")
        if here.repeated:
            return text.append("  (shown elsewhere in this tree)", style=_DIM)
        said = next((edge.says for edge in here.edges if edge.says), None)
        return text.append(f"\n{read(said)}", style=_DIM) if said else text

    tree = Tree(label(branch), guide_style=_DIM)
    todo = [(tree, branch)]
    while todo:  # a line may be longer than Python's stack is deep
        node, here = todo.pop()
        todo += [(node.add(label(child)), child) for child in here.branches]
    return tree


def path_steps(
    start: str, edges: Sequence[Edge], describe: Callable[[str], str], says: Callable[[Edge], str]
) -> RenderableType:
    """A path between two works: each work on its line, between two the step with its sentence."""
    lines: list[RenderableType] = [Text.assemble((start, _KEY), f"  {describe(start)}")]
    here = start
    for edge in edges:
        forward = edge.source == here
        here = edge.target if forward else edge.source
        lines.append(Padding(Text(says(edge), style=_DIM), (0, 0, 0, 2)))
        lines.append(Text.assemble((here, _KEY), f"  {describe(here)}"))
    return Group(*lines)
