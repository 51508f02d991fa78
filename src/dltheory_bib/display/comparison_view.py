"""Result cards as tables, in a terminal and in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.formats.comparison_files import BEST, HOLDS, read_where
from dltheory_bib.snapshot.views import QuestionView, Reader
from dltheory_bib.theorems.theorem_table import Group, Table, TableRow

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

_KEY = "cyan"
_DIM = "dim"
_HEAD = "bold"
_STAR = "★"
_GAP = 2
_NARROWEST = 14
"""In columns: a narrower column has no room for a text."""
_BOUND = 22
"""Width that the only text in a row needs."""
_WITH_METHOD = 120
_WITH_PLACE = 160


class _Cell(NamedTuple):
    """A cell of a row: its column's head, its text and style, and whether it may be wrapped."""

    head: str
    text: str
    style: str
    flexible: bool = False


def _fitted(natural: list[int], least: list[int], width: int) -> list[int] | None:
    """Return widths that fit, by narrowing columns that may be wrapped; None if there is no room.

    `least` is empty for a column that must not be wrapped; a column without text has width 0.
    """
    made = [0 if bends else size for size, bends in zip(natural, least, strict=True)]
    room = width - sum(made) - _GAP * (sum(size > 0 for size in natural) - 1)
    bending = {n: natural[n] for n, bends in enumerate(least) if bends and natural[n]}
    while bending:
        share = room // len(bending)
        short = {n: size for n, size in bending.items() if size <= share}
        short |= {n: least[n] for n in bending if least[n] > share}
        if not short:
            if share < (_BOUND if len(bending) == 1 else _NARROWEST):
                return None
            made = [share if n in bending else size for n, size in enumerate(made)]
            break
        for n, size in short.items():
            made[n] = size
            room -= size
            del bending[n]
    return made if room >= 0 else None


class ComparisonTable:
    """The groups of a table, each in columns if they fit the width, otherwise stacked.

    Each group is followed by the legend of its letters. At most `most` cards of each group are
    shown, the best bounds first.
    """

    def __init__(self, table: Table, read: Reader, most: int | None = None) -> None:
        self.table = table
        self.read = read
        self.most = most

    @property
    def left_out(self) -> int:
        """Return the number of cards that are not shown."""
        return sum(len(group.rows) - len(self._rows(group)) for group in self.table.groups)

    def _rows(self, group: Group) -> Sequence[TableRow]:
        return group.rows[: self.most]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render for the available width."""
        from rich.text import Text

        yield Text(self.read(self.table.question.label), style=_HEAD)
        if any(row.best for group in self.table.groups for row in self._rows(group)):
            yield Text(f"{_STAR} {BEST}", style=_DIM)
        for group in self.table.groups:
            more = len(group.rows) - len(self._rows(group))
            yield Text()
            yield Text.assemble(
                (self.read(group.title), _HEAD), (f"  … and {more} more" if more else "", _DIM)
            )
            yield from self._group(group, options.max_width)
            yield from self._legend(group)

    def _group(self, group: Group, width: int) -> Iterator[RenderableType]:
        from rich.cells import cell_len
        from rich.table import Table as Grid
        from rich.text import Text

        rows = [self._cells(row, group, width) for row in self._rows(group)]
        natural = [
            max(cell_len(cells[n].head if cells[n].text else "") for cells in rows)
            for n in range(len(rows[0]))
        ]
        natural = [
            max(size, *(cell_len(cells[n].text) for cells in rows))
            for n, size in enumerate(natural)
        ]
        # A word of a head is not broken.
        least = [
            max((cell_len(word) for word in cell.head.split()), default=1) if cell.flexible else 0
            for cell in rows[0]
        ]
        widths = _fitted(natural, least, width)
        if widths is None:
            yield from (self._stacked(row, group) for row in self._rows(group))
            return
        grid = Grid(box=None, padding=(0, _GAP, 0, 0), header_style=_DIM, pad_edge=False)
        grid.leading = int(bool(group.columns) and widths != natural)
        for cell, size in zip(rows[0], widths, strict=True):
            if size:
                grid.add_column(cell.head, width=size, style=cell.style, overflow="fold")
        for cells in rows:
            shown = [cell for cell, size in zip(cells, widths, strict=True) if size]
            grid.add_row(*(Text(cell.text) for cell in shown))
        yield grid

    def _cells(self, row: TableRow, group: Group, width: int) -> list[_Cell]:
        """Return a row's cells, as many as fit the width."""
        card, read = row.card, self.read
        cells = [_Cell("", _STAR if row.best else " ", "yellow")]
        if group.columns:
            for column in group.columns:
                value = read(card.values.get(column.id, ""))
                cells.append(_Cell(read(column.label), value, "", True))
        else:
            cells.append(_Cell("bound", self._bound(row), "", True))
        cells += [_Cell("work", card.work, _KEY), _Cell("year", str(row.paper.year), "")]
        cells.append(_Cell("holds", HOLDS[card.holds], ""))
        cells.append(_Cell("assumes", " ".join(row.marks), _DIM))
        if width >= _WITH_METHOD and not group.columns:
            cells.append(_Cell("method", read(card.method or ""), "", True))
        if width >= _WITH_PLACE and not group.columns:
            cells.append(_Cell("where", read(read_where(card)), _DIM, True))
        return cells

    def _bound(self, row: TableRow) -> str:
        """Return the bound, or the statement of a card without one."""
        return row.text or (self.read(row.card.statement) if not row.card.quantity else "–")

    def _stacked(self, row: TableRow, group: Group) -> RenderableType:
        """Show a card on its own lines: its statement, its work, and its guarantee."""
        from rich.console import Group as Lines
        from rich.padding import Padding
        from rich.text import Text

        card, read = row.card, self.read
        first = Text(f"{_STAR} " if row.best else "  ", style="yellow")
        if group.columns:
            values = [(c.label, card.values[c.id]) for c in group.columns if c.id in card.values]
            text = "; ".join(f"{label}: {read(value)}" for label, value in values)
        else:
            text = self._bound(row)
        parts = [row.paper.label, HOLDS[card.holds], read(card.method or "")]
        parts += ["abstract only"] * (card.checked == "abstract")
        parts += ["as quoted elsewhere"] * (card.checked == "secondary")
        marks = f"assumes {' '.join(row.marks)}" if row.marks else ""
        second = Text.assemble((card.work, _KEY), "  ")
        second.append(", ".join(filter(None, (*parts, marks))), style=_DIM)
        head = _beside(first, Text(text))
        return Lines(head, Padding(second, (0, 0, 0, 4)))

    def _legend(self, group: Group) -> Iterator[RenderableType]:
        """Return the legend of a group's letters, in one paragraph."""
        from rich.padding import Padding
        from rich.text import Text

        used = {mark for row in self._rows(group) for mark in row.marks}
        words = Text()
        for mark, one in self.table.legend.items():
            if mark in used:
                words.append("; " if words else "")
                words.append(mark, style=_HEAD).append(f" {self.read(one.label)}")
        if words:
            yield Padding(words, (0, 0, 0, 2))


def _beside(mark: RenderableType, text: RenderableType) -> RenderableType:
    """Put a mark next to a text that wraps on its own."""
    from rich.table import Table as Grid

    grid = Grid.grid()
    grid.add_column(width=2)
    grid.add_column()
    grid.add_row(mark, text)
    return grid


_TABLE = "border-collapse:collapse"
_CELL = "text-align:left;vertical-align:top;padding:.15em .8em .15em 0"
_FAINT = "opacity:.65"
_MONO = "font-family:monospace;white-space:nowrap"


def comparison_html(table: Table) -> str:
    """Return the groups as HTML tables, everything escaped, mathematics between dollar signs."""
    parts = [f"<p><b>{escape(table.question.label)}</b></p>"]
    for group in table.groups:
        heads = [column.label for column in group.columns] or ["Bound"]
        heads = ["", *heads, "Work", "Method", "Holds", "Assumes", "Where"]
        head = "".join(f'<th style="{_CELL};{_FAINT}">{escape(one)}</th>' for one in heads)
        body = "".join(_html_row(row, group) for row in group.rows)
        parts.append(
            f'<p style="margin:.6em 0 .2em">{escape(group.title)}</p><table style="{_TABLE}">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )
    if any(row.best for group in table.groups for row in group.rows):
        parts.append(f'<p style="{_FAINT}">{_STAR} {escape(BEST)}</p>')
    items = [
        f"<li><b>{mark}</b> {escape(one.label)}: {escape(one.definition)}</li>"
        for mark, one in table.legend.items()
    ]
    listed = (
        f'<ul style="list-style:none;padding:0;{_FAINT}">{"".join(items)}</ul>' if items else ""
    )
    return f"<div>{''.join(parts)}{listed}</div>"


def _html_row(row: TableRow, group: Group) -> str:
    card, paper = row.card, row.paper
    if group.columns:
        shown = [escape(card.values.get(column.id, "")) for column in group.columns]
    else:
        shown = [escape(f"${row.tex}$") if row.tex else ""]
    byline = escape(paper.label)
    linked = (
        f'<a href="{escape(paper.address)}" rel="noopener">{byline}</a>'
        if paper.address
        else byline
    )
    where = read_where(card)
    cells = [
        _STAR if row.best else "",
        *shown,
        f'{linked} <span style="{_MONO};{_FAINT}">{escape(card.work)}</span>',
        escape(card.method or ""),
        escape(HOLDS[card.holds]),
        escape(" ".join(row.marks)),
        f'<span title="{escape(card.statement)}">{escape(where)}</span>',
    ]
    return f'<tr style="background:none">{"".join(_html_cells(cells))}</tr>'


def _html_cells(cells: Iterable[str]) -> Iterator[str]:
    return (f'<td style="{_CELL}">{cell}</td>' for cell in cells)


def question_list(questions: Iterable[QuestionView], read: Reader) -> RenderableType:
    """List the questions, each with its id, its numbers of cards and works, and its text."""
    from rich.console import Group as Lines
    from rich.padding import Padding
    from rich.text import Text

    shown: list[RenderableType] = []
    for one in questions:
        many = f"{one.cards} {'card' if one.cards == 1 else 'cards'} of {one.works} "
        many += "work" if one.works == 1 else "works"
        shown.append(Text.assemble(read(one.label), "  ", (one.id, _KEY), (f"  {many}", _DIM)))
        shown.append(Padding(Text(read(one.definition)), (0, 0, 0, 2)))
    return Lines(*shown)
