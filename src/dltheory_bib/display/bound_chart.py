"""Chart of exponent against year: how a bound fell, and how far the lower bounds have risen.

A point is a card whose bound can be compared, at the year of its work and the exponent with which
its bound grows as one symbol goes to its extreme; in a sum, the largest. The frontier joins the
best exponents known in each year, whatever their assumptions, so it shows less than the table:
logarithms, other symbols, guarantees and assumptions are not in the picture.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.display.charts import axes_for
from dltheory_bib.errors import MissingExtraError, UnknownNameError
from dltheory_bib.files import write_bytes
from dltheory_bib.text.names import nearest
from dltheory_bib.theorems.bounds import read_bound, steepest
from dltheory_bib.theorems.theorem_table import Table, TableQuestion, TableSymbol

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


def draw_frontier(
    table: Table,
    symbol: str | None = None,
    quantity: str | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw the cards of one quantity into `axes`, or into a new figure; return the axes.

    The default `quantity` is that with most cards, the default `symbol` the first in which they
    differ. Raises `MissingExtraError` without matplotlib, `UnknownNameError` for a quantity or
    symbol that the question does not declare, and `ValueError` if no card has an exponent to draw.
    """
    chosen, of = quantity_of(table, quantity), table.question
    shown = symbol_of(table, chosen, symbol)
    points = points_of(table, chosen, shown)
    axes = axes_for(axes)
    label = next(one.label for one in of.quantities if one.id == chosen)
    _draw(axes, points, of)
    axes.set_title(f"{of.label}: {label}", loc="left", fontsize=11)
    axes.set_ylabel(_axis(shown))
    return axes


def frontier_svg(
    table: Table, path: Path, symbol: str | None = None, quantity: str | None = None
) -> None:
    """Write the chart as SVG, the same bytes each time; raises as `draw_frontier` does."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("a picture", "plots") from None
    with rc_context({"svg.hashsalt": "dltheory-bib"}):
        figure = Figure(figsize=(8, 4.5), layout="constrained")
        draw_frontier(table, symbol, quantity, figure.subplots())
        stream = io.BytesIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    write_bytes(path, stream.getvalue())


def quantity_of(table: Table, wanted: str | None = None) -> str:
    """Return the quantity to draw; raises as `draw_frontier` does."""
    counts: Counter[str] = Counter()
    for group in table.groups:
        counts[group.quantity or ""] += sum(row.ranked for row in group.rows)
    declared = [one.id for one in table.question.quantities]
    if wanted is not None:
        if wanted not in declared:
            raise UnknownNameError("quantity", wanted, nearest(wanted, declared) or declared)
        return wanted
    found = max(declared, key=lambda name: counts[name], default="")
    if not counts[found]:
        raise ValueError(f"no card on {table.question.id} has a bound to draw")
    return found


def symbol_of(table: Table, quantity: str, wanted: str | None = None) -> TableSymbol:
    """Return the symbol to draw; raises as `draw_frontier` does."""
    symbols = {one.id: one for one in table.question.symbols}
    if wanted is not None:
        if wanted not in symbols:
            raise UnknownNameError("symbol", wanted, nearest(wanted, symbols) or list(symbols))
        return symbols[wanted]
    for one in symbols.values():
        if len({point.exponent for point in points_of(table, quantity, one)}) > 1:
            return one
    if not symbols:
        raise ValueError(f"{table.question.id} declares no symbol to draw against")
    return next(iter(symbols.values()))


def points_of(table: Table, quantity: str, symbol: TableSymbol) -> list[Point]:
    """Return the cards in the chart, sorted by year; raises as `draw_frontier` does."""
    extremes = {one.id: one.extreme for one in table.question.symbols}
    place = list(extremes).index(symbol.id)
    made = []
    for group in table.groups:
        for row in group.rows if group.quantity == quantity else ():
            if not row.ranked:
                continue
            steep = steepest(read_bound(row.card.bound, extremes))[place]
            power = None if steep.exponential else steep.power
            card = row.card
            made.append(Point(row.paper.year, power, card.kind, row.family, card.id))
    if not made:
        raise ValueError(f"no card on {table.question.id} has a bound on {quantity} to draw")
    return sorted(made, key=lambda point: point.year)


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


def _draw(axes: Axes, points: Sequence[Point], question: TableQuestion) -> None:
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
        axes.plot(
            *zip(*places, strict=True),
            _MARKERS[kind],
            color=colour,
            alpha=0.55,
            markeredgewidth=0,
            label=_NAMES[kind],
        )
        line = frontier(ours, (question.better == "smaller") == (kind != "lower"))
        _draw_frontier(axes, line, last, colour)
        named = {(point.year, point.exponent) for point in line}
        for (year, exponent), place in _clusters(ours, places).items():
            if (year, exponent) not in named:
                names = [
                    point.name for point in ours if (point.year, point.exponent) == (year, exponent)
                ]
                _say(axes, _few(names), place, (-3, -12 - 9 * (year % 2)), "0.45", 7.5)
    if any(point.exponent is None for point in points):
        axes.axhline(top, color="0.8", linewidth=0.8, linestyle=":", zorder=0)
        axes.annotate("exponential", (first, top), xytext=(0, 4), textcoords="offset points")
    axes.set_xticks(range(first, last + 1, max(1, (last - first) // 8)))
    axes.set_xlim(first - 0.7, last + 1.6)
    axes.set_xlabel(
        "the line: best so far, whatever the assumptions; without logarithms", fontsize=8.5
    )
    axes.margins(y=0.15)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y", color="0.92", zorder=0)
    axes.legend(frameon=False, loc="best", fontsize=9)


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
