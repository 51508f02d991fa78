"""A chart of how a bound fell over the years, as SVG for its question's page.

It draws the data of `display.bound_chart`: a mark for each card at the exponent of one symbol, and
lines through the best so far in one setting. Each mark links to its card.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from dltheory_bib.display.bound_chart import Panel, Point, frontier, panels_of
from dltheory_bib.theorems.theorem_table import Table

WIDTH, HEIGHT = 700, 250
_LEFT, _RIGHT, _TOP, _FOOT = 44, 84, 26, 26
_BESIDE = 7
"""Distance between marks of one year with one exponent, if there is room."""
_LINE = 13
"""Least distance between labels of an axis."""
_FEWEST = 3
_LETTER = 6
"""Width of a letter of a name, on the average."""


class Mark(NamedTuple):
    """A card in the chart."""

    x: float
    y: float
    kind: str
    card: str
    label: str


class Label(NamedTuple):
    """A label."""

    x: float
    y: float
    text: str
    minor: bool = False
    """Whether it names a mark off the lines."""


class Progress(NamedTuple):
    """A chart and its description."""

    marks: list[Mark]
    lines: list[tuple[str, str]]
    """The kind of bound, and the path of the line through its best."""
    names: list[Label]
    years: list[Label]
    exponents: list[Label]
    quantity: str
    base: str
    r"""The base of the exponent, in TeX: `(1/\varepsilon)`."""
    setting: str
    """What all these cards may assume, in words."""


class _Scale:
    """Converts years and exponents to positions in the chart."""

    def __init__(self, points: list[Point]) -> None:
        self.first, self.last = points[0].year, points[-1].year
        finite = [point.exponent for point in points if point.exponent is not None]
        self.low, self.high = min(finite), max(finite)
        self.step = (WIDTH - _LEFT - _RIGHT) / (self.last - self.first)
        self.exponential = len(finite) < len(points)

    def x(self, year: int) -> float:
        return round(_LEFT + 10 + (year - self.first) * self.step, 1)

    def y(self, exponent: Fraction | None) -> float:
        if exponent is None:
            return float(_TOP)
        top = _TOP + 30 * self.exponential
        share = float((self.high - exponent) / ((self.high - self.low) or 1))
        return round(top + share * (HEIGHT - _FOOT - 10 - top), 1)


def progress(table: Table) -> Progress | None:
    """Return the chart of the setting with most cards of those in which something changed; None if
    nothing did.
    """
    try:
        panels = sorted(panels_of(table), key=lambda one: -len(one.points))
    except ValueError:
        return None
    return next(filter(None, (_chart(panel, table) for panel in panels)), None)


def charts_by_setting(table: Table) -> dict[str, Progress]:
    """Return the chart of each setting of the question in which something changed, by its id."""
    made = {}
    for known in table.frontiers:
        try:
            (panel,) = panels_of(table._replace(frontiers=(known,)))
        except ValueError:
            continue
        drawn = _chart(panel, table)
        if drawn:
            made[known.setting.id] = drawn
    return made


def _chart(panel: Panel, table: Table) -> Progress | None:
    quantity, symbol, points = panel.quantity, panel.symbol, panel.points
    exponents = {point.exponent for point in points} - {None}
    if len(points) < _FEWEST or len(exponents) < 2 or points[0].year == points[-1].year:
        return None
    scale = _Scale(points)
    smaller = table.question.better == "smaller"
    lines: list[tuple[str, str]] = []
    names: list[Label] = []
    for kind in ("upper", "exact", "lower"):
        ours = [point for point in points if point.kind == kind and panel.comparable]
        line = frontier(ours, smaller == (kind != "lower"))
        if line:
            lines.append((kind, _path(line, scale)))
            new = (_name(point, scale) for point in line)
            names += [one for one in new if not any(_over(one, other) for other in names)]
    marks = _marks(points, scale)
    names += _others(points, marks, names)
    return Progress(
        marks,
        lines,
        names,
        _years(scale),
        _exponents(points, scale),
        next(one.label for one in table.question.quantities if one.id == quantity),
        f"(1/{symbol.tex})" if symbol.extreme == "zero" else symbol.tex,
        panel.label,
    )


def _marks(points: list[Point], scale: _Scale) -> list[Mark]:
    """Place marks of one year with one exponent next to each other, before the next year begins."""
    many = Counter((point.year, point.exponent) for point in points)
    taken: Counter[tuple[int, Fraction | None]] = Counter()
    made = []
    for point in points:
        place = point.year, point.exponent
        apart = min(_BESIDE, (scale.step - _BESIDE) / many[place])
        x = round(scale.x(point.year) + apart * taken[place], 1)
        taken[place] += 1
        power = "exponential" if point.exponent is None else f"exponent {point.exponent}"
        label = f"{point.name} {point.year}: {power}"
        made.append(Mark(x, scale.y(point.exponent), point.kind, point.card, label))
    return made


def _path(line: list[Point], scale: _Scale) -> str:
    """Return a step line from the first best to the last year."""
    start = f"M{scale.x(line[0].year)} {scale.y(line[0].exponent)}"
    steps = [f"H{scale.x(point.year)}V{scale.y(point.exponent)}" for point in line[1:]]
    return "".join([start, *steps, f"H{WIDTH - _RIGHT + 20}"])


def _name(point: Point, scale: _Scale) -> Label:
    """Above the line, but below that of the lower bounds, which may coincide with it."""
    away = 15 if point.kind == "lower" else -7
    x, y = scale.x(point.year) + 3, scale.y(point.exponent) + away
    return Label(x, round(y, 1), f"{point.name} {point.year}")


def _others(points: list[Point], marks: list[Mark], names: list[Label]) -> list[Label]:
    """Return the names of the marks off the lines, below the first mark of each place, as far as
    there is room.
    """
    places: dict[tuple[int, Fraction | None], list[tuple[Point, Mark]]] = {}
    for point, mark in zip(points, marks, strict=True):
        places.setdefault((point.year, point.exponent), []).append((point, mark))
    named = {one.text for one in names}
    made: list[Label] = []
    for (year, _), here in places.items():
        people = list(dict.fromkeys(point.name for point, _ in here))
        if any(f"{one} {year}" in named for one in people):
            continue
        more = f" +{len(people) - 1}" if len(people) > 1 else ""
        mark = here[0][1]
        label = Label(mark.x - 4, mark.y + 14, f"{people[0]}{more}", minor=True)
        fits = label.x + _LETTER * len(label.text) < WIDTH and label.y < HEIGHT - _FOOT
        if fits and not any(_over(label, other) for other in (*names, *made)):
            made.append(label)
    return made


def _over(one: Label, other: Label) -> bool:
    first, second = sorted((one, other), key=lambda label: label.x)
    return second.x - first.x < _LETTER * len(first.text) and abs(one.y - other.y) < _LINE - 2


def _years(scale: _Scale) -> list[Label]:
    step = max(1, (scale.last - scale.first) // 8)
    years = range(scale.first, scale.last + 1, step)
    return [Label(scale.x(year), HEIGHT - 6, str(year)) for year in years]


def _exponents(points: list[Point], scale: _Scale) -> list[Label]:
    """Return the exponents that occur, as many as fit below each other."""
    made: list[Label] = [Label(_LEFT, scale.y(None), "exp")] if scale.exponential else []
    for exponent in sorted({p.exponent for p in points if p.exponent is not None}, reverse=True):
        label = Label(_LEFT, scale.y(exponent), str(exponent).replace("-", "−"))
        if not made or label.y - made[-1].y >= _LINE:
            made.append(label)
    return made


# A bar chart of works by year, as SVG.


TALLEST, STEP, FOOT, WIDEST = 72, 14, 18, 46
"""Units of the chart: the tallest bar, a year's width, the foot with the years; most years."""


class Bar(NamedTuple):
    """A bar for one year."""

    year: int
    works: int
    x: float
    y: float
    height: float
    label: str
    """The year if it is labelled, otherwise empty."""


class Timeline(NamedTuple):
    """A chart, and a sentence that describes it."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    earlier: int
    """Number of works before the first bar."""
    label: str


def timeline(years: Iterable[int]) -> Timeline | None:
    """Return the bars from the first to the last year; None if there is only one year.

    A few old works would squeeze all others: at most `WIDEST` years are drawn, and the works before
    them are counted.
    """
    numbers = Counter(years)
    if len(numbers) < 2:
        return None
    last = max(numbers)
    first = max(min(numbers), last - WIDEST + 1)
    earlier = sum(count for year, count in numbers.items() if year < first)
    most = max(count for year, count in numbers.items() if year >= first)
    bars = []
    for number, year in enumerate(range(first, last + 1)):
        height = round(TALLEST * numbers[year] / most, 1)
        labelled = year % 5 == 0 or (last - first < 12 and year in {first, last})
        label = str(year) if labelled else ""
        bars.append(
            Bar(year, numbers[year], number * STEP + 12, TALLEST - height + 14, height, label)
        )
    top = max(numbers, key=lambda year: (numbers[year], -year))
    label = f"Works by year, {min(numbers)} to {last}; most in {top}, {numbers[top]}."
    return Timeline(tuple(bars), len(bars) * STEP + 24, TALLEST + 14 + FOOT, earlier, label)
