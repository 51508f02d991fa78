"""Chart of exponent against year: how a bound fell, and how far the lower bounds have risen.

There is one panel for each setting, since bounds under different assumptions have no common
frontier: a lower bound of one setting may be above an upper one of another. A point is a card that
applies in the setting, at the year of its work and the exponent with which its bound grows as one
symbol goes to its extreme; in a sum, the largest. The frontier joins the best exponents known in
each year. It shows less than the table: logarithms, other symbols and guarantees are not in the
picture. In SVG every point leads to its work. Arrows lead from a card to those that claim to
improve it.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.errors import MissingExtraError, UnknownNameError
from dltheory_bib.files import write_bytes
from dltheory_bib.text.names import nearest
from dltheory_bib.theorems.bounds import read_bound, steepest
from dltheory_bib.theorems.theorem_table import (
    Table,
    TableCard,
    TableQuestion,
    TableRow,
    TableSymbol,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = {"upper": "#1b6ca8", "exact": "#1b6ca8", "lower": "#b5532a"}
_MARKERS = {"upper": "o", "exact": "D", "lower": "^"}
_NAMES = {"upper": "upper bounds", "exact": "exact bounds", "lower": "lower bounds"}


class Point(NamedTuple):
    """A card in the chart."""

    year: int
    exponent: Fraction | None
    """None for an exponential."""
    kind: str
    name: str
    """The family name of its first author."""
    card: str = ""
    """Its id."""
    address: str = ""
    """Where its work is found."""
    improves: tuple[str, ...] = ()
    """Ids of the cards that it claims to improve."""


class Panel(NamedTuple):
    """The cards of one setting."""

    label: str
    points: list[Point]
    """Sorted by year."""
    quantity: str
    symbol: TableSymbol
    comparable: bool = True
    """Whether the cards have a common frontier; not if their assumptions differ."""


def draw_frontier(
    table: Table,
    symbol: str | None = None,
    quantity: str | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw the cards of one quantity and setting into `axes`, or into a new figure; return the
    axes.

    The setting is that of the table, or the one of the question with most cards; the default
    `quantity` the one with most cards in it, the default `symbol` the first in which they differ.
    Raises `MissingExtraError` without matplotlib, `UnknownNameError` for a quantity or symbol that
    the question does not declare, and `ValueError` if no card has an exponent to draw.
    """
    panel = max(panels_of(table, symbol, quantity), key=lambda one: len(one.points))
    from dltheory_bib.display.charts import axes_for

    axes = axes_for(axes)
    _draw_panel(axes, panel, table.question)
    return axes


def frontier_svg(
    table: Table, path: Path, symbol: str | None = None, quantity: str | None = None
) -> None:
    """Write a chart with a panel for each setting as SVG, the same bytes each time; raises as
    `draw_frontier` does.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("a picture", "plots") from None
    panels = panels_of(table, symbol, quantity)
    columns = min(2, len(panels))
    lines = -(-len(panels) // columns)
    with rc_context({"svg.hashsalt": "dltheory-bib"}):
        figure = Figure(figsize=(8 * columns, 4.2 * lines), layout="constrained")
        grid = figure.subplots(lines, columns, squeeze=False)
        for place, axes in enumerate(grid.flat):
            if place < len(panels):
                _draw_panel(axes, panels[place], table.question)
            else:
                axes.set_axis_off()
        stream = io.BytesIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    write_bytes(path, stream.getvalue())


def _draw_panel(axes: Axes, panel: Panel, question: TableQuestion) -> None:
    label = next(one.label for one in question.quantities if one.id == panel.quantity)
    _draw(axes, panel, question)
    axes.set_title(f"{panel.label}\n{label}".replace("$", r"\$"), loc="left", fontsize=10)
    axes.set_ylabel(_axis(panel.symbol))


def panels_of(table: Table, symbol: str | None = None, quantity: str | None = None) -> list[Panel]:
    """Return a panel for the setting of the table, or else for each one of its question that has
    cards to draw; for a question without settings one of all cards, which have no frontier.

    Raises as `draw_frontier` does.
    """
    everything = [row for group in table.groups for row in group.rows]
    sets = [(one.setting.label, list(one.rows)) for one in table.frontiers]
    if table.setting:
        sets = [(table.setting.label, everything)]
    comparable = bool(sets)
    made = []
    for label, rows in sets or [("under different assumptions", everything)]:
        chosen = quantity_of(table.question, rows, quantity)
        if not chosen:
            continue
        shown = symbol_of(table.question, rows, chosen, symbol)
        points = points_of(table.question, rows, chosen, shown)
        made.append(Panel(label, points, chosen, shown, comparable))
    if not made:
        what = f"on {quantity} to draw" if quantity else "to draw"
        raise ValueError(f"no card on {table.question.id} has a bound {what}")
    return made


def quantity_of(
    question: TableQuestion, rows: Sequence[TableRow], wanted: str | None = None
) -> str:
    """Return the quantity to draw, empty if these cards have none; raises as `draw_frontier`."""
    counts = Counter(row.card.quantity for row in rows if row.ranked)
    declared = [one.id for one in question.quantities]
    if wanted is not None:
        if wanted not in declared:
            raise UnknownNameError(
                "quantity", str(wanted), nearest(str(wanted), declared) or declared
            )
        return wanted if counts[wanted] else ""
    found = max(declared, key=lambda name: counts[name], default="")
    return found if counts[found] else ""


def symbol_of(
    question: TableQuestion, rows: Sequence[TableRow], quantity: str, wanted: str | None = None
) -> TableSymbol:
    """Return the symbol to draw; raises as `draw_frontier` does."""
    symbols = {one.id: one for one in question.symbols}
    if wanted is not None:
        if wanted not in list(symbols):
            near = nearest(str(wanted), symbols) or list(symbols)
            raise UnknownNameError("symbol", str(wanted), near)
        return symbols[wanted]
    for one in symbols.values():
        if len({point.exponent for point in points_of(question, rows, quantity, one)}) > 1:
            return one
    if not symbols:
        raise ValueError(f"{question.id} declares no symbol to draw against")
    return next(iter(symbols.values()))


def points_of(
    question: TableQuestion, rows: Sequence[TableRow], quantity: str, symbol: TableSymbol
) -> list[Point]:
    """Return the ranked cards of a quantity as points, sorted by year, but those whose exponent
    depends on ratios of parameters, and those that take the symbol as a constant.
    """
    extremes = {one.id: one.extreme for one in question.symbols}
    place = list(extremes).index(symbol.id)
    made = []
    for row in rows:
        card = row.card
        if not row.ranked or card.quantity != quantity or _is_fixed(card, symbol):
            continue
        ratios = [one.id for one in question.ratios]
        steep = steepest(read_bound(card.bound, extremes, ratios=ratios))
        if any(one.power for one in steep[place + len(extremes) :: len(extremes)]):
            continue  # the height would be that of the constant part
        power = None if steep[place].exponential > 0 else steep[place].power
        address = row.paper.address or ""
        improves = tuple(one["card"] for one in card.improves)
        made.append(Point(row.paper.year, power, card.kind, row.family, card.id, address, improves))
    return sorted(made, key=lambda point: point.year)


def _is_fixed(card: TableCard, symbol: TableSymbol) -> bool:
    assumed = (*card.assumptions, *card.supposed)
    return card.kind != "lower" and any(one in symbol.fixed_by for one in assumed)


def frontier(points: Iterable[Point], smallest: bool) -> list[Point]:
    """Return the points that were better than all before them, sorted by year; one per year."""
    made: list[Point] = []
    for point in points:
        if point.exponent is None:
            continue
        last = made[-1].exponent if made else None
        if last is None or (point.exponent < last if smallest else point.exponent > last):
            if made and made[-1].year == point.year:
                made.pop()
            made.append(point)
    return made


def _draw(axes: Axes, panel: Panel, question: TableQuestion) -> None:
    points = panel.points
    first, last = points[0].year, points[-1].year
    finite = [float(point.exponent) for point in points if point.exponent is not None]
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    top = high + 0.25 * max(high - low, 1.0)  # the height of exponentials
    for kind, colour in _COLOURS.items():
        ours = [point for point in points if point.kind == kind]
        if not ours:
            continue
        taken: Counter[tuple[int, Fraction | None]] = Counter()
        places = []
        for point in ours:
            # Cards of one year with one exponent are drawn next to each other.
            beside = taken[point.year, point.exponent]
            taken[point.year, point.exponent] += 1
            y = top if point.exponent is None else float(point.exponent)
            places.append((point.year + 0.12 * beside, y))
        axes.scatter(
            *zip(*places, strict=True),
            marker=_MARKERS[kind],
            color=colour,
            alpha=0.55,
            linewidths=0,
            label=_NAMES[kind],
            urls=[point.address for point in ours],
        )
        smallest = (question.better == "smaller") == (kind != "lower")
        line = frontier(ours, smallest) if panel.comparable else []
        _draw_frontier(axes, line, last, colour)
        named = {(point.year, point.exponent) for point in line}
        for (year, exponent), place in _clusters(ours, places).items():
            if (year, exponent) not in named:
                names = [
                    point.name for point in ours if (point.year, point.exponent) == (year, exponent)
                ]
                _say(axes, _few(names), place, (-3, -12 - 9 * (year % 2)), "0.45", 7.5)
    _draw_improvements(axes, points, top)
    if any(point.exponent is None for point in points):
        axes.axhline(top, color="0.8", linewidth=0.8, linestyle=":", zorder=0)
        axes.annotate("exponential", (first, top), xytext=(0, 4), textcoords="offset points")
    axes.set_xticks(range(first, last + 1, max(1, (last - first) // 8)))
    axes.set_xlim(first - 0.7, last + 1.6)
    axes.set_xlabel("the line: best so far in this setting; without logarithms", fontsize=8.5)
    axes.margins(y=0.15)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y", color="0.92", zorder=0)
    axes.legend(frameon=False, loc="best", fontsize=9)


def _draw_improvements(axes: Axes, points: Sequence[Point], top: float) -> None:
    """Draw an arrow from each card to those that claim to improve it."""
    places = {
        point.card: (point.year, top if point.exponent is None else float(point.exponent))
        for point in points
    }
    for point in points:
        for old in point.improves:
            if old in places:
                axes.annotate(
                    "",
                    places[point.card],
                    xytext=places[old],
                    arrowprops={"arrowstyle": "->", "color": "0.6", "linewidth": 0.8},
                    zorder=1,
                )


def _draw_frontier(axes: Axes, line: Sequence[Point], last: int, colour: str) -> None:
    if not line:
        return
    years = [point.year for point in line] + [max(last, line[-1].year) + 0.6]
    values = [float(point.exponent or 0) for point in line]
    axes.step(years, [*values, values[-1]], where="post", color=colour, linewidth=1.8)
    for point, value in zip(line, values, strict=True):
        _say(axes, f"{point.name} {point.year}", (point.year, value), (4, 5), colour, 8.5)


def _say(
    axes: Axes,
    text: str,
    place: tuple[float, float],
    offset: tuple[int, int],
    colour: str,
    size: float,
) -> None:
    axes.annotate(
        text.replace("$", r"\$"),
        place,
        xytext=offset,
        textcoords="offset points",
        fontsize=size,
        color=colour,
    )


def _clusters(
    points: Sequence[Point], places: Sequence[tuple[float, float]]
) -> dict[tuple[int, Fraction | None], tuple[float, float]]:
    """Return the position of the first of the points of one year and exponent."""
    found: dict[tuple[int, Fraction | None], tuple[float, float]] = {}
    for point, place in zip(points, places, strict=True):
        found.setdefault((point.year, point.exponent), place)
    return found


def _few(names: Iterable[str]) -> str:
    """Return two names, and the number of the others."""
    different = list(dict.fromkeys(names))
    more = f" +{len(different) - 2}" if len(different) > 2 else ""
    return ", ".join(different[:2]) + more


def _axis(symbol: TableSymbol) -> str:
    """Return the label of the axis; a symbol that matplotlib cannot set is given by its id."""
    from matplotlib.mathtext import MathTextParser

    tex = symbol.tex
    base = f"(1/{tex})" if symbol.extreme == "zero" else tex
    try:
        MathTextParser("path").parse(f"${base}^p$")
    except ValueError:
        base = rf"\mathrm{{{symbol.id.replace('_', '-')}}}"
    return f"exponent $p$ of ${base}^p$"
