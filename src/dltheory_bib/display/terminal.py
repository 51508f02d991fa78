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

from dltheory_bib.display.views import CHECKED, VERDICT, Card, Reader, Row, Shown, Tie, byline
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Topic, Trail
from dltheory_bib.text.names import natural

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dltheory_bib.snapshot.reader import Edge

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
        keys = max((len(row.paper.key) for row in self.rows), default=0)
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
            paper = row.paper
            cells = [Text(paper.key), Text(str(paper.year)), Text(row.venue)]
            if width >= _WITH_AUTHORS:
                cells.append(Text(byline(paper)))
            table.add_row(*cells, Text(row.read(paper.plain_title)))
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
    paper = row.paper
    where = " ".join(filter(None, (row.venue, str(paper.year))))
    parts = [
        Text(row.read(paper.plain_title), style=_HEAD),
        Text.assemble((paper.key, _KEY), f"  {byline(paper)}, {where}"),
    ]
    if row.why:
        parts.append(Text(row.why, style=_DIM))
    return Group(*parts)


def paper_card(card: Card) -> RenderableType:
    """All that is known of a work: bibliography, annotation, relations, evidence."""
    paper = card.paper
    parts: list[RenderableType] = [
        Text(card.read(paper.plain_title), style=_HEAD),
        Text(", ".join(natural(name) for name in paper.author)),
        _imprint(card),
    ]
    parts += [_links(paper)] if paper.address else []
    facts = [("key", Text(paper.key, style=_KEY))]
    if paper.aliases:
        facts.append(("also cited as", Text(", ".join(paper.aliases))))
    if card.topics:
        facts.append(("topics", Text(", ".join(card.topics))))
    if paper.level:
        facts.append(("level", Text(_LEVEL[paper.level])))
    parts += [Text(), _facts(facts)]
    parts += list(_annotation(card))
    if card.ties:
        parts += [Text(), *_block("Relations", [_tie(tie, card.read) for tie in card.ties])]
    if card.results:
        parts += [Text(), *_block("Results", [_result(one, card.read) for one in card.results])]
    parts += [Text(), _facts(_citations(card))]
    parts += [_facts(_evidence(paper))] if paper.sources or paper.unverified else []
    return Group(*parts)


_LEVEL = {"start": "start here", "core": "core", "further": "further reading"}


def _imprint(card: Card) -> Text:
    paper = card.paper
    parts = [f"{card.venue or paper.type.capitalize()} {paper.year}"]
    if paper.volume:
        parts.append(f"vol. {paper.volume}" + (f"({paper.number})" if paper.number else ""))
    if paper.pages:
        many = "pp." if "-" in paper.pages else "p."
        parts.append(f"{many} {paper.pages.replace('-', '–')}")
    return Text(", ".join(parts), style=_DIM)


def _links(paper: Paper) -> Text:
    links = []
    if paper.doi:
        links.append((f"doi:{paper.doi}", f"https://doi.org/{paper.doi}"))
    if paper.eprint:
        links.append((f"arXiv:{paper.eprint}", f"https://arxiv.org/abs/{paper.eprint}"))
    if paper.url and not paper.doi:
        links.append((paper.url, paper.url))
    text = Text()
    for number, (label, address) in enumerate(links):
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


def _annotation(card: Card) -> Iterable[RenderableType]:
    paper, read = card.paper, card.read
    for head, said in (("Summary", paper.summary), ("Idea", paper.idea), ("Limits", paper.limits)):
        if said:
            yield Text()
            yield from _block(head, [Text(read(said))])
    if paper.summary or paper.idea or paper.limits:
        yield Text()
        where = f": {paper.checked_in}" if paper.checked_in else ""
        yield Text(f"({CHECKED[paper.checked]}{where})", style=_DIM)
    for remark in paper.remarks:
        parts: list[RenderableType] = [Text(read(remark.text))]
        if remark.comment:
            but = "But: " if remark.verdict in {"partly", "does-not-stand"} else ""
            parts.append(Text(f"{but}{read(remark.comment)}"))
        yield Text()
        yield from _block(f"Remark ({remark.by}; {VERDICT[remark.verdict]})", parts)


def _tie(tie: Tie, read: Reader) -> Text:
    text = Text.assemble(f"{tie.phrase} ", (tie.key, _KEY))
    if tie.says:
        text.append(f": {read(tie.says)}")
    if tie.where:
        text.append(f" ({tie.where})", style=_DIM)
    return text


def _result(shown: Shown, read: Reader) -> RenderableType:
    parts: list[RenderableType] = [Text.assemble((shown.id, _KEY), f"  {read(shown.head)}")]
    if shown.text:
        parts.append(Text(shown.text, style=_HEAD))
    parts.append(Text(read(shown.statement)))
    parts += [Text(f"{name}: {read(value)}", style=_DIM) for name, value in shown.facts]
    return Group(*parts)


def _citations(card: Card) -> Iterable[tuple[str, Text]]:
    cites = ", ".join(card.cites)
    if not cites:
        cites = "nothing here" if card.references_read else "its reference list was not read"
    yield "cites", Text(cites, style=_KEY if card.cites else _DIM)
    cited = ", ".join(card.cited_by) or "no work whose list was read"
    yield "cited by", Text(cited, style=_KEY if card.cited_by else _DIM)


def _evidence(paper: Paper) -> Iterable[tuple[str, Text]]:
    names = dict.fromkeys(source.source for source in paper.sources)
    if names:
        yield "sources", Text(", ".join(names), style=_DIM)
    if paper.unverified:
        yield "unverified", Text(", ".join(paper.unverified), style="yellow")
    for differing in paper.disagreements:
        said = f"{differing.field} is {differing.value} in {differing.source}"
        comment = f" ({differing.comment})" if differing.comment else ""
        yield "disagreement", Text(said + comment, style=_DIM)


def topic_tree(
    topics: Mapping[str, Topic], counts: Mapping[str, int], root: str | None = None
) -> RenderableType:
    """The topics below a root, or all that have works, with how many on each and below it."""

    def label(topic: Topic) -> Text:
        number = counts.get(topic.id, 0)
        return Text.assemble(
            topic.label, "  ", (topic.id, _KEY), (f"  {number} {works(number)}", _DIM)
        )

    def grow(tree: Tree, above: str | None) -> None:
        for topic in topics.values():
            if topic.broader == above and topic.id in counts:
                grow(tree.add(label(topic)), topic.id)

    if root is not None:
        tree = Tree(label(topics[root]), guide_style=_DIM)
        grow(tree, root)
        return tree
    trees: list[RenderableType] = []
    for topic in topics.values():
        if topic.broader is None and topic.id in counts:
            tree = Tree(label(topic), guide_style=_DIM)
            grow(tree, topic.id)
            trees.append(tree)
    return Group(*trees)


def trail_list(trails: Iterable[Trail]) -> RenderableType:
    """The trails, each with its id, its length and for whom it is."""
    shown: list[RenderableType] = []
    for trail in trails:
        number = len(trail.steps)
        shown.append(
            Text.assemble(
                trail.label, "  ", (trail.id, _KEY), (f"  {number} {works(number)}", _DIM)
            )
        )
        shown.append(Padding(Text(trail.description), (0, 0, 0, 2)))
    return Group(*shown)


def works(number: int) -> str:
    """`work` or `works`."""
    return "work" if number == 1 else "works"


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
