"""Result cards as tables, in a terminal and in a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from dltheory_bib.formats.comparison_files import BEST, HOLDS, improves_something, read_where
from dltheory_bib.snapshot.views import QuestionView, Reader
from dltheory_bib.text.exponents import split_exponent
from dltheory_bib.theorems.bounds import read_power
from dltheory_bib.theorems.standings import ALONE, OPEN, STANDINGS
from dltheory_bib.theorems.standings import BEST as BEST_HERE
from dltheory_bib.theorems.theorem_table import (
    ASPECTS,
    GAPS,
    SIGNS,
    Frontier,
    Group,
    Table,
    TableRow,
)

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.text import Text

_KEY = "cyan"
_DIM = "dim"
_HEAD = "bold"
_STAR = "★"
_MARKS = {BEST_HERE: _STAR, ALONE: "·", OPEN: "?"}
SCREEN = 22
"""Lines that are filled by default: a terminal of 24 has room for the prompt and a note."""
_GAPS = {"matched": ", lower bound matches", "open": ", lower bound open"}
_WORDS = 5
"""Words that explain a symbol in the legend."""
_FEW = 3
"""Cards that are named in one line."""


class ComparisonTable:
    """What is best in each setting of a question, or the cards that apply in one.

    Assumptions are in words, and the symbols and marks that are used are explained above the cards.
    At most `lines` lines are filled; a card that does not fit is left out, never cut.
    """

    def __init__(self, table: Table, read: Reader, lines: int | None = None) -> None:
        self.table = table
        self.read = read
        self.lines = lines
        self.left_out = 0
        """The number of cards that were not shown, after rendering."""
        self._names = {one.id: read(one.label) for one in table.legend.values()}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render for the available width."""
        from rich.text import Text

        page = _Page(console, options.max_width)
        head = [line for text in self._head() for line in page.wrapped(text)]
        sections = [
            _Section(
                page.wrapped(title) if title.plain else [],
                [[line for text in block for line in page.wrapped(text)] for block in blocks],
                [line for text in foot for line in page.wrapped(text)],
            )
            for title, blocks, foot in self._body()
        ]
        page.filled(sections, None if self.lines is None else self.lines - len(head))
        self.left_out = sum(len(one.blocks) - one.shown for one in sections)
        yield from head
        for one in sections:
            if self.lines is None and one.title:
                yield Text()
            more = len(one.blocks) - one.shown
            if more and one.title and self.table.setting:
                one.title[-1].append(f"  … and {more} more", style="not bold dim")
            yield from one.title
            for block in one.blocks[: one.shown]:
                yield from block
            yield from one.foot

    def _head(self) -> list[Text]:
        from rich.text import Text

        table, read = self.table, self.read
        made = [Text(read(table.question.label), style=_HEAD)]
        if table.setting:
            made[0].append(": ").append(read(table.setting.label))
        shown = [row for group in self._groups() for row in group.rows]
        if table.setting and not table.groups:
            shown = list(table.beyond)
        symbols = [
            f"{read(f'${one.tex}$')} {_phrase(read(one.meaning))}"
            for one in table.question.symbols
            if any(_uses(row, one.id) for row in shown)
        ]
        symbols += [
            f"{one.id} {_phrase(read(one.meaning))}"
            for one in table.question.ratios
            if any(_rated(row, one.id) for row in shown)
        ]
        if symbols:
            made.append(Text("; ".join(symbols), style=_DIM))
        used = {row.standing for row in shown}
        marks = [
            f"{_MARKS[name]} {STANDINGS[name].split(':')[0]}" for name in _MARKS if name in used
        ]
        if marks:
            made.append(Text("; ".join(marks), style=_DIM))
        return made

    def _groups(self) -> Iterator[Group]:
        if self.table.setting is None:
            for frontier in self.table.frontiers:
                yield from frontier.groups
        if self.table.setting or not self.table.frontiers or self.lines is None:
            yield from self.table.groups

    def _body(self) -> Iterator[tuple[Text, list[list[Text]], list[Text]]]:
        """Yield sections: a title, the lines of each card, and lines below them."""
        from rich.text import Text

        table = self.table
        if table.setting is None:
            for frontier in table.frontiers:
                gaps = {group.gap for group in frontier.groups} - {""}
                gap = next((text for name, text in _GAPS.items() if name in gaps), "")
                title = Text(self.read(frontier.setting.label), style=_HEAD)
                many = f"  ({frontier.setting.id}, {frontier.applies} cards{gap})"
                title.append(many, style="not bold dim")
                yield title, list(self._best(frontier)), []
        if table.setting or not table.frontiers or self.lines is None:
            for group in table.groups:
                title = Text(self.read(group.title), style=_HEAD)
                blocks = [list(self._card(row, group)) for row in group.rows]
                yield title, blocks, list(self._gap(group))
        if table.setting:
            if not table.groups and table.beyond:
                title = Text("No card assumes so little; the nearest, and what each needs besides")
                title.stylize(_HEAD)
                yield title, [list(self._near(row)) for row in table.beyond], []
            yield Text(), [], list(self._others())

    def _best(self, frontier: Frontier) -> Iterator[list[Text]]:
        """Yield the best cards of a setting, one line each; first one of each group."""
        rows = [(n, group, row) for group in frontier.groups for n, row in enumerate(group.rows)]
        quantities = {group.quantity for group in frontier.groups}
        for _, group, row in sorted(rows, key=lambda one: one[0]):
            line = self._line(row)
            if len(quantities) > 1:
                label = group.title.partition(" on ")[2]
                line.append(f"  {self.read(label)}", style=_DIM)
            yield [line]

    def _line(self, row: TableRow) -> Text:
        from rich.text import Text

        text = Text(f"{_MARKS.get(row.standing, ' ')} ", style="yellow")
        sign = SIGNS.get(row.card.kind, "")
        text.append(f"{sign} {self._bound(row)}  ".lstrip(), style="default")
        text.append(row.card.work, style=_KEY).append(f" {row.paper.year}", style="default")
        if row.card.holds:
            text.append(f", {HOLDS[row.card.holds]}", style="default")
        return text

    def _card(self, row: TableRow, group: Group) -> Iterator[Text]:
        """Yield a card's lines: its bound and work, and what it assumes besides what is granted."""
        from rich.text import Text

        card, read = row.card, self.read
        if group.columns:
            values = [(c.label, card.values[c.id]) for c in group.columns if c.id in card.values]
            text = Text(_MARKS.get(row.standing, " ") + " ", style="yellow")
            text.append("; ".join(f"{label}: {read(value)}" for label, value in values), "default")
            yield text
            second = Text.assemble("    ", (card.work, _KEY), f" {row.paper.year}")
            second.append(f", {HOLDS[card.holds]}" if card.holds else "")
        else:
            yield self._line(row)
            second = Text("    ")
        parts = [] if group.columns else [read(card.method or "")]
        parts.append(self._assumes(row))
        parts += ["read in the abstract only"] * (card.checked == "abstract")
        parts += ["as quoted elsewhere"] * (card.checked == "secondary")
        parts += [f"improves {one['card']}" for one in card.improves[:_FEW]]
        said = "; ".join(filter(None, parts))
        if said and group.columns:
            second.append("; ")
        second.append(said)
        if second.plain.strip():
            yield second

    def _assumes(self, row: TableRow) -> str:
        """Return the assumptions in words, those that the setting names left out."""
        stated = self.table.stated
        words = [self._names[one] for one in row.card.assumptions if one not in stated]
        words += [
            f"{self._names[one]} (supposed)" for one in row.card.supposed if one not in stated
        ]
        words += [f"{ASPECTS.get(one, one)} not read" for one in row.card.unknown]
        return ("assumes " + ", ".join(words)) if words else ""

    def _bound(self, row: TableRow) -> str:
        """Return the bound, or the statement of a card without one."""
        return row.text or (self.read(row.card.statement) if not row.card.quantity else "–")

    def _near(self, row: TableRow) -> Iterator[Text]:
        """Yield a card that does not apply, and what it needs besides what is granted."""
        from rich.text import Text

        yield self._line(row)
        yield Text(f"    needs {', '.join(self._names[one] for one in row.missing)}")

    def _gap(self, group: Group) -> Iterator[Text]:
        from rich.text import Text

        if group.gap:
            names = ", ".join(group.lower[:_FEW])
            yield Text(f"  Lower bound: {GAPS[group.gap]} {names}".rstrip())

    def _others(self) -> Iterator[Text]:
        """Yield the cards that may apply, and those that need the least more."""
        from rich.text import Text

        table = self.table
        if table.may_apply:
            few = [row.card.id for row in table.may_apply]
            text = f"{len(few)} may apply, if nothing but what was read is assumed: "
            yield Text(text + _several(few, self.lines))
        if table.beyond and table.groups:
            few = [
                f"{row.card.id} (+ {', '.join(self._names[one] for one in row.missing[:_FEW])}"
                + (" …)" if len(row.missing) > _FEW else ")")
                for row in table.beyond
            ]
            text = f"{len(few)} need more than is granted: "
            yield Text(text + _several(few, self.lines))


def _several(names: list[str], lines: int | None) -> str:
    """Return names, only two of many unless there is room for all."""
    if lines is None or len(names) <= _FEW:
        return ", ".join(names)
    return ", ".join(names[: _FEW - 1]) + f" … and {len(names) - _FEW + 1}"


def _phrase(meaning: str) -> str:
    """Return the beginning of a definition: up to the first break, and a few words at most.

    >>> _phrase("Largest delay, in updates, between two steps.")
    'largest delay'
    """
    first = re.split(r" ?[,;:(.](?: |$)| \(", meaning)[0]
    first = re.sub(r"^(?:Number of|The|Norm of the) ", "", first)
    words = first.split()
    short = " ".join(words[:_WORDS])
    short = re.sub(
        r"(?: (?:of|the|to|that|a|by|which|is|from|in|least|limiting|over|must|be|whose))+$",
        "",
        short,
    )
    return short[:1].lower() + short[1:]


def _uses(row: TableRow, symbol: str) -> bool:
    return any(
        symbol == name or symbol in re.split(r"[ /()]", name)
        for monomial in row.card.bound
        for name in monomial
    )


def _rated(row: TableRow, ratio: str) -> bool:
    return any(
        "exp" not in exponent and ratio in read_power(split_exponent(exponent)[0])
        for monomial in row.card.bound
        for exponent in monomial.values()
    )


class _Section:
    """A title, the lines of each card, and the lines below them."""

    def __init__(self, title: list[Text], blocks: list[list[Text]], foot: list[Text]) -> None:
        self.title, self.blocks, self.foot = title, blocks, foot
        self.shown = 0

    @property
    def lines(self) -> int:
        """Return the number of lines of what is shown."""
        cards = sum(map(len, self.blocks[: self.shown]))
        return len(self.title) + cards + len(self.foot)

    def grows(self, room: int) -> int:
        """Show another card if there is room; return the lines that it takes."""
        if self.shown == len(self.blocks) or len(self.blocks[self.shown]) > room:
            return 0
        self.shown += 1
        return len(self.blocks[self.shown - 1])


class _Page:
    """Lines of a terminal, as many as there is room for."""

    def __init__(self, console: Console, width: int) -> None:
        self._console, self._width = console, width

    def wrapped(self, text: Text, indent: int = 4) -> list[Text]:
        """Wrap a line; what follows the first is indented."""
        from rich.text import Text

        if text.cell_len <= self._width:
            return [text]
        first, *rest = text.wrap(self._console, max(20, self._width - indent))
        made = [first]
        for line in rest:
            made.append(Text(" " * indent).append_text(line))
        for line in made:
            line.rstrip()
        return made

    def filled(self, sections: Sequence[_Section], room: int | None) -> None:
        """Let the sections show as many cards as there is room for, one after the other."""
        if room is None:
            for one in sections:
                one.shown = len(one.blocks)
            return
        for one in reversed(sections):
            if sum(each.lines for each in sections) > room and one.title:
                one.foot = []
        left = room - sum(one.lines for one in sections)
        for one in sections:
            left -= one.grows(left)
        for one in sections:
            while taken := one.grows(left):
                left -= taken


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
        heads += ["Improves"] * improves_something(group)
        head = "".join(f'<th style="{_CELL};{_FAINT}">{escape(one)}</th>' for one in heads)
        body = "".join(_html_row(row, group) for row in group.rows)
        parts.append(
            f'<p style="margin:.6em 0 .2em">{escape(group.title)}</p><table style="{_TABLE}">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )
    if any(row.best for group in table.groups for row in group.rows):
        parts.append(f'<p style="{_FAINT}">{_STAR} {escape(BEST)}</p>')
    if table.setting is None:
        parts += [_html_frontier(one) for one in table.frontiers]
    items = [
        f"<li><b>{mark}</b> {escape(one.label)}: {escape(one.definition)}</li>"
        for mark, one in table.legend.items()
    ]
    listed = (
        f'<ul style="list-style:none;padding:0;{_FAINT}">{"".join(items)}</ul>' if items else ""
    )
    return f"<div>{''.join(parts)}{listed}</div>"


def _html_frontier(frontier: Frontier) -> str:
    """Return what is best in a setting, as a paragraph."""
    bounds = [
        f"{escape(SIGNS.get(group.kind, ''))} {escape(f'${row.tex}$')} {escape(row.card.work)}"
        for group in frontier.groups
        for row in group.rows
        if row.best
    ]
    listed = "; ".join(bounds) or "nothing that can be called best"
    return f"<p><b>{escape(frontier.setting.label)}</b>: {listed}</p>"


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
    if improves_something(group):
        cells.append(escape(", ".join(one["card"] for one in card.improves)))
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
