"""The works of each year, one dot each."""

from __future__ import annotations

from collections import Counter
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.graph.measures import citing
from dltheory_bib.show.plots.axes import INK, LEVELS, SOFT, axes_for, calm

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dltheory_bib.show.plots import Works

NAMED = 9
"""So many works are named at most, each of another year."""
_LEAST = 4  # points from dot to dot; with less there are bars


class Dot(NamedTuple):
    """A work in its year's column: those to start with lowest, then the most cited."""

    key: str
    year: int
    height: int
    level: str
    cited: int


def dots(works: Works) -> list[Dot]:
    """The columns; `cited` counts the works of the whole bibliography that cite one."""
    columns: dict[int, list[tuple[int, int, str]]] = {}
    for key in works.keys:
        node, cited = works.graph.nodes[key], len(citing(works.graph, key))
        rank = list(LEVELS).index(node.get("level") or "further")
        columns.setdefault(node["year"], []).append((rank, -cited, key))
    return [
        Dot(key, year, height, list(LEVELS)[rank], -cited)
        for year, column in sorted(columns.items())
        for height, (rank, cited, key) in enumerate(sorted(column), 1)
    ]


def draw_timeline(works: Works, axes: Axes | None) -> Axes:
    """See `Plots.timeline`."""
    found = dots(works)
    if not found:
        raise ValueError("there are no works to draw")
    axes = axes_for(axes)
    first, last = found[0].year, found[-1].year
    top = max(dot.height for dot in found) * 1.42 + 2
    count = "1 work" if len(found) == 1 else f"{len(found)} works"
    calm(axes, f"{count} by year, with the most cited of some years")
    axes.set_xlim(first - 1, last + 1)
    axes.set_ylim(0, top)
    box = axes.get_window_extent()
    scale = 72 / getattr(axes.get_figure(root=True), "dpi", 100)
    across, up = box.width * scale / (last - first + 2), box.height * scale / top
    if up < _LEAST:
        _bars(axes, found)
    else:
        _columns(axes, found, min(11.0, 0.86 * min(across, up)))
    for dot, height in named(found, max(1, ceil(11 / across))):
        axes.annotate(
            works.graph.nodes[dot.key]["byline"].rsplit(" ", 1)[0],
            (dot.year, height),
            xytext=(0, 5),
            textcoords="offset points",
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=8,
            color=INK,
            parse_math=False,
        )
    axes.set_ylabel("works", color=SOFT, fontsize=9)
    axes.legend(frameon=False, loc="upper left", fontsize=9, labelcolor=SOFT, handletextpad=0.4)
    return axes


def _columns(axes: Axes, found: list[Dot], size: float) -> None:
    for level, colour in LEVELS.items():
        ours = [dot for dot in found if dot.level == level]
        if ours:
            years, heights = [dot.year for dot in ours], [dot.height - 0.5 for dot in ours]
            axes.scatter(years, heights, s=size**2, color=colour, linewidths=0, label=level)


def _bars(axes: Axes, found: list[Dot]) -> None:
    """Where there is no room for dots that can be seen."""
    years = sorted({dot.year for dot in found})
    below = dict.fromkeys(years, 0)
    for level, colour in LEVELS.items():
        counts = Counter(dot.year for dot in found if dot.level == level)
        if counts:
            heights, floor = [counts[year] for year in years], [below[year] for year in years]
            axes.bar(years, heights, 0.8, floor, color=colour, label=level)
        below = {year: below[year] + counts[year] for year in years}


def named(found: list[Dot], apart: int) -> list[tuple[Dot, int]]:
    """The works that are named, and the height of their columns.

    Of each year at most the one that is cited most, and of these those cited most, no nearer than
    `apart` years.
    """
    heights = {dot.year: dot.height for dot in found}
    chosen: list[Dot] = []
    for dot in sorted(found, key=lambda dot: (-dot.cited, dot.key)):
        room = all(abs(dot.year - other.year) >= apart for other in chosen)
        if dot.cited and room:
            chosen.append(dot)
    return [(dot, heights[dot.year]) for dot in chosen[:NAMED]]
