"""Output for a terminal: tables, cards and trees of rich.

Everything from a record is put into `Text`, which rich shows unchanged; no data are parsed as
markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.segment import Segment
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.style import Style
    from rich.table import Table
    from rich.tree import Tree

    from dltheory_bib.snapshot.own_notes import OwnNotes
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
_OWN = "green"

# A table shows authors from the first of these widths on, and titles from the second.
_WITH_AUTHORS = 100
_TITLES, _AUTHORS = 30, 30
_GAP = 2


class PaperTable:
    """A list of works as a table that fits the width, or as lines if the terminal is narrow."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render for the available width."""
        # Three columns determine its widths: rich's own table would measure and wrap every cell,
        # which takes longer than everything else in `list`.
        widths = self._widths(options.max_width)
        if widths is None:
            for row in self.rows:
                yield from self._stacked(row, console, options.max_width)
            return
        styles = {"key": _KEY, "venue": _DIM, "authors": _DIM, "layer": _OWN}
        drawn = [console.get_style(styles.get(name, "none")) for name in widths]
        dim = console.get_style(_DIM)
        yield from _line(list(widths), widths, [dim] * len(widths))
        for row in self.rows:
            cells = [row.key, str(row.year), row.venue, row.readable]
            if "layer" in widths:
                cells.insert(3, row.layer)
            if "authors" in widths:
                cells.insert(-1, row.byline)
            wrapped = [
                _wrapped(cell, width) for cell, width in zip(cells, widths.values(), strict=True)
            ]
            for number in range(max(map(len, wrapped))):
                parts = [lines[number] if number < len(lines) else "" for lines in wrapped]
                yield from _line(parts, widths, drawn)

    def _stacked(self, row: Row, console: Console, width: int) -> RenderResult:
        """A work on its own lines."""
        rest = _whose(row)
        if row.why or len(row.key) + cell_len(rest) > width:
            yield _entry(row)
            return
        for line in _wrapped(row.readable, width):
            yield Segment(line, console.get_style(_HEAD))
            yield Segment.line()
        yield Segment(row.key, console.get_style(_KEY))
        yield Segment(rest)
        yield Segment.line()

    def _widths(self, width: int) -> dict[str, int] | None:
        """Return the columns with their widths; None if there is too little room for the titles."""
        keys = max((len(row.key) for row in self.rows), default=0)
        venues = max((cell_len(row.venue) for row in self.rows), default=0)
        widths = {"key": max(keys, 3), "year": 4, "venue": max(venues, 5)}
        if layers := max((cell_len(row.layer) for row in self.rows), default=0):
            widths["layer"] = max(layers, 5)
        rest = width - sum(size + _GAP for size in widths.values())
        if width >= _WITH_AUTHORS and rest - _AUTHORS - _GAP >= _TITLES:
            widths["authors"] = _AUTHORS
            rest -= _AUTHORS + _GAP
        return widths | {"title": rest} if rest >= _TITLES else None


def _line(parts: Sequence[str], widths: Mapping[str, int], styles: Sequence[Style]) -> RenderResult:
    """Return a line of a table, its cells filled to their widths."""
    last = len(parts) - 1
    for number, (part, width, style) in enumerate(zip(parts, widths.values(), styles, strict=True)):
        blanks = 0 if number == last else width - cell_len(part) + _GAP
        yield Segment(part, style)
        yield Segment(" " * blanks)
    yield Segment.line()


def _wrapped(text: str, width: int) -> list[str]:
    """Wrap a text to a number of cells; a word that is wider is cut."""
    if cell_len(text) <= width:
        return [text]
    lines = [""]
    for word in text.split():
        parts = [word] if cell_len(word) <= width else chop_cells(word, width)
        for number, part in enumerate(parts):
            joined = f"{lines[-1]} {part}" if lines[-1] and number == 0 else ""
            if joined and cell_len(joined) <= width:
                lines[-1] = joined
            elif lines[-1]:
                lines.append(part)
            else:
                lines[-1] = part
    return lines


def reading_list(rows: Iterable[Row]) -> RenderableType:
    """Works in reading order, each with its title and the reason."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style=_DIM)
    table.add_column()
    for place, row in enumerate(rows, 1):
        table.add_row(str(place), _entry(row))
    return table


def _whose(row: Row) -> str:
    """Return authors and venue of a work, to follow the key."""
    where = " ".join(filter(None, (row.venue, str(row.year))))
    return f"  {row.byline}, {where}" + (f"  [{row.layer}]" if row.layer else "")


def _entry(row: Row) -> RenderableType:
    """Show a work on its own lines: title, authors, venue, and the reason for it."""
    parts = [
        Text(row.readable, style=_HEAD),
        Text.assemble((row.key, _KEY), (_whose(row), _DIM if row.why else "")),
    ]
    if row.why:
        # The reason is what one reads first: it is never the faintest line.
        parts.append(Text(row.why))
    return Group(*parts)


def paper_card(view: PaperView, *, whole: bool = True) -> RenderableType:
    """Show a work: bibliography, annotation, relations and counts; with `whole`, the whole
    record.
    """
    read = view.readable
    parts: list[RenderableType] = [
        Text(read(view.title), style=_HEAD),
        Text(view.authors),
        Text(view.imprint, style=_DIM),
    ]
    parts += [_links(view)] if view.links else []
    facts = [("key", Text(view.key, style=_KEY))]
    if view.layer:
        facts.append(("layer", Text(view.layer, style=_OWN)))
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


def own_notes(found: Iterable[OwnNotes]) -> RenderableType:
    """Show the private additions to a work, those of each layer apart."""
    parts: list[RenderableType] = []
    for one in found:
        head = f"Your notes ({one.layer})" if one.layer else "Your notes"
        facts = [("status", one.status), ("tags", ", ".join(one.tags))]
        facts += [("file", file) for file in one.files]
        shown: list[RenderableType] = [Text(text) for text in one.notes]
        shown += [_facts((name, Text(value)) for name, value in facts if value)]
        parts += [Text(), *_block(head, shown)]
    return Group(*parts)


_TIES = 3
"""The number of relations on a short card."""


def _links(view: PaperView) -> Text:
    text = Text()
    for number, (label, address) in enumerate(view.links):
        text.append("  " if number else "")
        text.append(label, style=f"{_LINK} link {address}")
    return text


def _facts(facts: Iterable[tuple[str, Text]]) -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style=_DIM, no_wrap=True, min_width=13)
    table.add_column()
    for name, value in facts:
        table.add_row(name, value)
    return table


def _block(head: str, parts: Sequence[RenderableType]) -> list[RenderableType]:
    from rich.padding import Padding

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
    if tie.sentence:
        text.append(f": {read(tie.sentence)}")
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
    cited = Text(", ".join(view.cited_by), style=_KEY)
    yield "cited by", cited.append(_in_lists(view), style=_DIM)


def _no_citation(view: PaperView) -> str:
    return "none here" if view.references_read else "its reference list was not read"


def _in_lists(view: PaperView) -> str:
    """Return in how many lists citing works were looked for."""
    return f" ({view.lists_read})" if view.cited_by else f"no work here ({view.lists_read})"


def _shade(found: Sequence[str]) -> str:
    return _KEY if found else _DIM


def _counts(view: PaperView, ties: int) -> Iterable[tuple[str, Text]]:
    """Return the number of items that a short card leaves out."""
    cites = f"{len(view.cites)} {works(len(view.cites))} here" if view.cites else _no_citation(view)
    yield "cites", Text(cites, style=_DIM)
    cited = f"{len(view.cited_by)} {works(len(view.cited_by))} here" if view.cited_by else ""
    yield "cited by", Text(cited + _in_lists(view), style=_DIM)
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
    """Show the topics below a root, or all that have works, with the number of works on each and
    below.
    """
    from rich.tree import Tree

    def label(topic: TopicView) -> Text:
        number = f"  {topic.works} {works(topic.works)}"
        own = f", {topic.own} own" if topic.own else ""
        return Text.assemble(topic.label, "  ", (topic.id, _KEY), (number, _DIM), (own, _OWN))

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
    """List the trails, each with its id, its length and its audience."""
    from rich.padding import Padding

    shown: list[RenderableType] = []
    for trail in trails:
        shown.append(
            Text.assemble(
                trail.label, "  ", (trail.id, _KEY), (f"  {trail.steps} {works(trail.steps)}", _DIM)
            )
        )
        shown.append(Padding(Text(trail.description), (0, 0, 0, 2)))
    return Group(*shown)


def heading_list(headings: Iterable[tuple[str, str, str]]) -> RenderableType:
    """List what is not a work: its kind, its name, and the command that shows it."""
    lines = [
        Text.assemble((f"{kind:8}  ", _DIM), (label, _HEAD), "  ", (command, _KEY))
        for kind, label, command in headings
    ]
    return Group(*lines, Text())


def works(number: int) -> str:
    """Return `work` or `works`."""
    return "work" if number == 1 else "works"


def path_steps(
    start: str,
    edges: Sequence[Edge],
    describe: Callable[[str], str],
    sentence: Callable[[Edge], str],
) -> RenderableType:
    """Show a path between two works: each work on its line, and between two the step with its
    sentence.
    """
    from rich.padding import Padding

    lines: list[RenderableType] = [Text.assemble((start, _KEY), f"  {describe(start)}")]
    here = start
    for edge in edges:
        forward = edge.source == here
        here = edge.target if forward else edge.source
        lines.append(Padding(Text(sentence(edge)), (0, 0, 0, 2)))
        lines.append(Text.assemble((here, _KEY), f"  {describe(here)}"))
    return Group(*lines)
