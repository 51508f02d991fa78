"""The pictures of a topic, as SVG for its page: its main path, and how it grew.

Both are narrow enough for a phone. The main path is that of `graph.main_path`; the growth has the
curves of `Plots.growth`, and below them the works of each year, those apart whose reference lists
were read: citations by the others are not known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from textwrap import wrap
from typing import NamedTuple

from dltheory_bib.graph.main_path import MainPath
from dltheory_bib.site.site_data import Contents
from dltheory_bib.text.names import author_line

WIDTH = 400
"""Of both pictures."""
_FIRST, _LAST = 18, 86
"""Where the years of the main path begin and end."""
_ROW, _TOP = 58, 8
_THINNEST, _THICKEST = 1.5, 6.0
_TITLE = 42
"""Letters of a line of a title that fit beside the path; two lines are below each other."""
_TALLEST_CURVE, _CURVE_TOP, _GAP, _TALLEST_BAR, _FOOT = 120, 18, 10, 44, 20
_EDGE = 6
_MOST_YEARS = 46
"""A few old works would squeeze all others: the earlier ones only count."""
_LABEL = 15
"""Least distance between the labels of the curves."""


class Stop(NamedTuple):
    """A work on the main path."""

    key: str
    x: float
    y: float
    name: str
    title: list[str]
    """In lines; a very long one is shortened."""


class Stretch(NamedTuple):
    """A citation on the main path."""

    from_x: float
    from_y: float
    to_x: float
    to_y: float
    width: float


class Step(NamedTuple):
    """What is recorded of a work on the path and the one before."""

    key: str
    before: str
    phrase: str
    """`extends`."""
    says: str | None


class PathPicture(NamedTuple):
    """The main path as a picture, and in words."""

    stops: list[Stop]
    stretches: list[Stretch]
    years: list[tuple[float, int]]
    height: int
    steps: list[Step]


def path_picture(contents: Contents, found: MainPath) -> PathPicture | None:
    """Return the picture of a main path; None for a path of fewer than three works."""
    if len(found.keys) < 3:
        return None
    papers = [contents.papers[key] for key in found.keys]
    years = [paper.year for paper in papers]
    first, last = min(years), max(years)
    scale = (_LAST - _FIRST) / (last - first or 1)
    stops = [
        Stop(
            paper.key,
            round(_FIRST + (paper.year - first) * scale, 1),
            _TOP + _ROW * row + 14,
            f"{author_line(paper.author, at_most=2)} {paper.year}",
            wrap(contents.text(paper.plain_title), _TITLE, max_lines=2, placeholder=" …"),
        )
        for row, paper in enumerate(papers)
    ]
    heaviest = max(found.weights)
    stretches = [
        Stretch(one.x, one.y, other.x, other.y, _thickness(weight / heaviest))
        for (one, other), weight in zip(pairwise(stops), found.weights, strict=True)
    ]
    marked = sorted({first, last})
    ticks = [(round(_FIRST + (year - first) * scale, 1), year) for year in marked]
    height = _TOP + _ROW * len(stops) + 14
    return PathPicture(stops, stretches, ticks, height, _steps(contents, found.keys))


def _thickness(share: float) -> float:
    return round(_THINNEST + (_THICKEST - _THINNEST) * share, 1)


def _steps(contents: Contents, keys: Sequence[str]) -> list[Step]:
    made = []
    for before, key in pairwise(keys):
        relation, says = contents.judgements.get((key, before), (None, None))
        if relation:
            made.append(Step(key, before, relation.phrase, says))
    return made


class Curve(NamedTuple):
    """A number that grows, as a path, with the label of its end."""

    path: str
    label: str
    y: float
    """Of the label."""


class Growth(NamedTuple):
    """How a topic grew."""

    works: Curve
    area: str
    citations: Curve | None
    bars: str
    """A bar for each year, as a path."""
    read_bars: str
    """The same for the works whose reference lists were read."""
    years: list[tuple[float, int]]
    base: float
    """Where the curves stand."""
    foot: float
    """Where the bars stand."""
    height: int
    read: int
    """The works whose reference list was read."""
    late: tuple[int, int, int] | None
    """The first of the last years in which few lists were read; of its works and of later ones how
    many have a list that was read, and how many there are.
    """


def growth(contents: Contents, keys: Sequence[str]) -> Growth | None:
    """Return the picture of how some works, and the citations among them, grew; None if they are of
    fewer than three years.
    """
    appeared = Counter(contents.papers[key].year for key in keys)
    if len(appeared) < 3:
        return None
    here = set(keys)
    cited = Counter(
        contents.papers[key].year for key in keys for other in contents.cites[key] if other in here
    )
    read = Counter(contents.papers[key].year for key in keys if key in contents.with_list)
    last = max(appeared)
    years = range(max(min(appeared), last - _MOST_YEARS + 1), last + 1)
    step = (WIDTH - 2 * _EDGE) / len(years)

    def x(year: int) -> float:
        return round(_EDGE + (year - years[0] + 0.5) * step, 1)

    works, citations = _totals(appeared, years), _totals(cited, years)
    most = max(works[-1], citations[-1])
    base = float(_CURVE_TOP + _TALLEST_CURVE)

    def y(total: int) -> float:
        return round(base - _TALLEST_CURVE * total / most, 1)

    drawn = [_curve(works, years, x, y, "works")]
    if citations[-1]:
        drawn.append(_curve(citations, years, x, y, "citations among them"))
    _part_labels(drawn, base)
    foot = base + _GAP + _TALLEST_BAR
    unit = _TALLEST_BAR / max(appeared[year] for year in years)

    def bars(counts: Counter[int]) -> str:
        return "".join(
            f"M{round(x(year) - 0.4 * step, 1)} {foot}v-{round(counts[year] * unit, 1)}"
            f"h{round(0.8 * step, 1)}V{foot}z"
            for year in years
            if counts[year]
        )

    return Growth(
        drawn[0],
        f"{drawn[0].path}V{base}H{x(years[0])}z",
        drawn[1] if len(drawn) > 1 else None,
        bars(appeared),
        bars(read),
        [(x(year), year) for year in _marked(years)],
        base,
        foot,
        int(foot) + _FOOT,
        sum(read.values()),
        _late(appeared, read),
    )


def _totals(counts: Counter[int], years: range) -> list[int]:
    """Return how many there are by the end of each year."""
    earlier = sum(number for year, number in counts.items() if year < years[0])
    return list(accumulate((counts[year] for year in years), initial=earlier))[1:]


def _curve(
    totals: Sequence[int],
    years: range,
    x: Callable[[int], float],
    y: Callable[[int], float],
    noun: str,
) -> Curve:
    points = [f"{x(year)} {y(total)}" for year, total in zip(years, totals, strict=True)]
    number = f"{totals[-1]:,} {noun}" if totals[-1] > 1 else f"1 {noun.replace('s', '', 1)}"
    return Curve("M" + "L".join(points), number, y(totals[-1]) - 5)


def _part_labels(curves: list[Curve], base: float) -> None:
    """Write the label of the lower curve below it, if the two would cover each other."""
    if len(curves) < 2 or abs(curves[0].y - curves[1].y) >= _LABEL:
        return
    lower = 0 if curves[0].y > curves[1].y else 1
    curves[lower] = curves[lower]._replace(y=min(curves[lower].y + 18, base - 3))


def _marked(years: range) -> list[int]:
    step = next(one for one in (1, 2, 5, 10) if len(years) <= 8 * one)
    return [year for year in years if year % step == 0]


def _late(appeared: Counter[int], read: Counter[int]) -> tuple[int, int, int] | None:
    """Find the last years of whose works less than a fifth have a list that was read."""
    found = None
    works = lists = 0
    for year in sorted(appeared, reverse=True):
        works, lists = works + appeared[year], lists + read[year]
        if 5 * lists >= works:
            break
        if works >= 5:
            found = (year, lists, works)
    return found
