"""Code shared by all pictures: the import of matplotlib, colours, and maps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, combinations, pairwise
from math import ceil
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.errors import MissingExtraError
from dltheory_bib.graph.citation_graph import citations_of
from dltheory_bib.graph.main_path import main_path
from dltheory_bib.graph.measures import citing, lists_read

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dltheory_bib.display.plots import Works


BLUE = "#2f6fb0"
ORANGE = "#c25a12"
INK = "#2b2f33"
SOFT = "#6b7178"
LINE = "#c9ccd0"
_NAME = 8  # size of the names on a map, in points
LEVELS = {"start": "#c25a12", "core": "#2f6fb0", "further": "#a9c1da", "background": "#b9b9b4"}
"""A colour for each level; the levels also differ in lightness."""


def axes_for(axes: Axes | None, width: float = 8, height: float = 4.5) -> Axes:
    """Return the axes given, or those of a new figure of this size in inches.

    Raises `MissingExtraError` without matplotlib.
    """
    if axes is not None:
        return axes
    try:
        from matplotlib import pyplot
    except ImportError:
        raise MissingExtraError("a picture", "plots") from None
    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


def calm(axes: Axes, title: str) -> None:
    """Set the title at the left, no frame but the axes, whole years and numbers."""
    from matplotlib.ticker import MaxNLocator

    axes.set_title(title, loc="left", fontsize=11, color=INK, parse_math=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(LINE)
    axes.tick_params(colors=SOFT, labelsize=9)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))


def join(
    axes: Axes,
    ends: Sequence[tuple[tuple[float, float], tuple[float, float]]],
    widths: Sequence[float],
    colour: str = LINE,
) -> None:
    """Draw straight lines below everything else, with widths in points."""
    from matplotlib.collections import LineCollection

    lines = LineCollection(list(ends), linewidths=list(widths), colors=colour, zorder=1)
    axes.add_collection(lines)


class Spot(NamedTuple):
    """A circle on a map with its name below, all in points."""

    x: float
    y: float
    radius: float
    name: str
    """Broken into lines."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return the middle, and half of width and height, of the circle and its name together."""
        lines = self.name.split("\n")
        wide = max(2 * self.radius, 0.58 * _NAME * max(map(len, lines)))
        high = 1.25 * _NAME * len(lines)
        return self.x, self.y - high / 2, wide / 2 + 3, self.radius + high / 2 + 2


def apart(spots: Mapping[str, Spot]) -> dict[str, Spot]:
    """Return the map without overlapping names or circles: those that overlap are pushed apart.

    The moves are as small as possible, and in the same order each time.
    """
    made = dict(spots)
    for _ in range(400):
        still = True
        for one, other in combinations(sorted(made), 2):
            x, y, wide, high = made[one].box
            u, v, width, height = made[other].box
            over, up = wide + width - abs(x - u), high + height - abs(y - v)
            if over <= 0 or up <= 0:
                continue
            still = False
            # Each moves half of the overlap, along the shorter way out.
            dx = (over / 2 + 0.5) * (1 if u >= x else -1) if over < up else 0.0
            dy = 0.0 if over < up else (up / 2 + 0.5) * (1 if v >= y else -1)
            made[one] = made[one]._replace(x=made[one].x - dx, y=made[one].y - dy)
            made[other] = made[other]._replace(x=made[other].x + dx, y=made[other].y + dy)
        if still:
            break
    return made


def draw_map(
    spots: Mapping[str, Spot],
    ties: Mapping[tuple[str, str], float],
    title: str,
    axes: Axes | None,
) -> Axes:
    """Draw circles with their names, and lines between them by their widths; all in points.

    A new figure is as large as the map.
    """
    boxes = [spot.box for spot in spots.values()]
    left, right = min(b[0] - b[2] for b in boxes) - 8, max(b[0] + b[2] for b in boxes) + 8
    low, high = min(b[1] - b[3] for b in boxes) - 8, max(b[1] + b[3] for b in boxes) + 8
    axes = axes_for(axes, max(6.0, (right - left) / 72 + 0.1), max(3.0, (high - low) / 72 + 0.4))
    axes.set_title(title, loc="left", fontsize=11, color=INK, parse_math=False)
    axes.set_axis_off()
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    place = {name: (spot.x, spot.y) for name, spot in spots.items()}
    join(axes, [(place[one], place[other]) for one, other in ties], list(ties.values()))
    axes.scatter(
        [x for x, _ in place.values()],
        [y for _, y in place.values()],
        s=[(2 * spot.radius) ** 2 for spot in spots.values()],
        color=BLUE,
        edgecolors="white",
        linewidths=0.8,
        zorder=3,
    )
    for spot in spots.values():
        _name(axes, spot)
    return axes


def _name(axes: Axes, spot: Spot) -> None:
    from matplotlib.patheffects import withStroke

    axes.annotate(
        spot.name,
        (spot.x, spot.y),
        xytext=(0, -spot.radius - 1),
        textcoords="offset points",
        ha="center",
        va="top",
        fontsize=_NAME,
        linespacing=1.05,
        color=INK,
        parse_math=False,
        path_effects=[withStroke(linewidth=2.2, foreground="white")],
        zorder=5,
    )


# The works of each year, one dot each.


NAMED = 9
"""At most this number of works is named, each of another year."""
_LEAST = 4  # points from dot to dot; if there is less room, bars are drawn


class Dot(NamedTuple):
    """Sort key in a year's column: start works lowest, then the most cited."""

    key: str
    year: int
    height: int
    level: str
    cited: int


def dots(works: Works) -> list[Dot]:
    """The columns; `cited` returns the number of works in the whole bibliography that cite a
    work.
    """
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
    """Draw `Plots.timeline`."""
    found = dots(works)
    if not found:
        raise ValueError("there are no works to draw")
    axes = axes_for(axes)
    first, last = found[0].year, found[-1].year
    top = max(dot.height for dot in found) * 1.42 + 2
    count = "1 work" if len(found) == 1 else f"{len(found)} works"
    cited = f"with the most cited of some years ({lists_read(works.graph)})"
    calm(axes, f"{count} by year, {cited}")
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
    """Draw bars if there is no room for visible dots."""
    years = sorted({dot.year for dot in found})
    below = dict.fromkeys(years, 0)
    for level, colour in LEVELS.items():
        counts = Counter(dot.year for dot in found if dot.level == level)
        if counts:
            heights, floor = [counts[year] for year in years], [below[year] for year in years]
            axes.bar(years, heights, 0.8, floor, color=colour, label=level)
        below = {year: below[year] + counts[year] for year in years}


def named(found: list[Dot], apart: int) -> list[tuple[Dot, int]]:
    """Return the works to name, and the height of their columns.

    Of each year at most the most cited work is named, and of these the most cited, at least `apart`
    years apart.
    """
    heights = {dot.year: dot.height for dot in found}
    chosen: list[Dot] = []
    for dot in sorted(found, key=lambda dot: (-dot.cited, dot.key)):
        room = all(abs(dot.year - other.year) >= apart for other in chosen)
        if dot.cited and room:
            chosen.append(dot)
    return [(dot, heights[dot.year]) for dot in chosen[:NAMED]]


# Growth of a field, and the age of what it cites.


def citations_among(works: Works) -> list[tuple[int, int]]:
    """Return the years of the citing and the cited work for each citation between two of the
    works.
    """
    among = citations_of(works.graph).subgraph(works.keys).edges
    year = {key: works.graph.nodes[key]["year"] for key in works.keys}
    return sorted((year[citing], year[cited]) for citing, cited in among)


def draw_growth(works: Works, axes: Axes | None) -> Axes:
    """Draw `Plots.growth`."""
    appeared = Counter(works.graph.nodes[key]["year"] for key in works.keys)
    if not appeared:
        raise ValueError("there are no works to draw")
    axes = axes_for(axes)
    cited = Counter(citing for citing, _ in citations_among(works))
    years = range(min(appeared), max(appeared) + 1)
    lists = lists_read(works.graph, works.keys)
    calm(axes, f"Works, and citations among them, by the end of each year ({lists})")
    for counts, colour, what in ((cited, ORANGE, "citations"), (appeared, BLUE, "works")):
        totals = list(accumulate(counts[year] for year in years))
        if totals[-1]:
            axes.plot(years, totals, color=colour, linewidth=2, label=what)
            axes.fill_between(years, totals, color=colour, alpha=0.08, linewidth=0)
            axes.annotate(
                f"{totals[-1]:,} {what}",
                (years[-1], totals[-1]),
                xytext=(-4, 5),
                textcoords="offset points",
                ha="right",
                color=colour,
                fontsize=9.5,
            )
    axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    axes.set_ylim(bottom=0)
    axes.margins(y=0.12)
    axes.grid(axis="y", color=LINE, alpha=0.4)
    axes.set_axisbelow(True)
    return axes


def draw_citation_age(works: Works, axes: Axes | None) -> Axes:
    """Draw `Plots.citation_age`.

    A citation of a later year than its own, of a preprint that was published later, counts as a
    citation of the same year.
    """
    ages = [max(0, citing - cited) for citing, cited in citations_among(works)]
    if not ages:
        raise ValueError("no citation among these works is known")
    axes = axes_for(axes)
    counts = Counter(ages)
    middle = median(ages)
    lists = lists_read(works.graph, works.keys)
    calm(axes, f"Age of cited works, {len(ages):,} citations ({lists})")
    axes.bar(list(counts), list(counts.values()), width=0.84, color=BLUE)
    axes.axvline(middle, color=ORANGE, linewidth=1.5)
    axes.annotate(
        f"median {middle:g} {'year' if middle == 1 else 'years'}",
        (middle, axes.get_ylim()[1]),
        xytext=(5, -4),
        textcoords="offset points",
        va="top",
        color=ORANGE,
        fontsize=9.5,
    )
    axes.set_xlabel("years between the citing and the cited work", color=SOFT, fontsize=9)
    axes.set_ylabel("citations", color=SOFT, fontsize=9)
    axes.set_xlim(-0.7, max(ages) + 0.7)
    return axes


# The main path of a field, step by step down the years.


_LONGEST = 60


def draw_main_path(works: Works, axes: Axes | None) -> Axes:
    """Draw `Plots.main_path`."""
    found = main_path(works.graph, works.keys)
    if not found.keys:
        raise ValueError("no citation among these works is known")
    nodes = [works.graph.nodes[key] for key in found.keys]
    axes = axes_for(axes, 9.5, 1.1 + 0.3 * len(nodes))
    years = [node["year"] for node in nodes]
    places = [(float(year), float(-row)) for row, year in enumerate(years)]
    lists = lists_read(works.graph, works.keys)
    calm(axes, f"Main path: {len(nodes)} works, each cited by the next below ({lists})")
    heaviest = max(found.weights)
    join(
        axes,
        list(pairwise(places)),
        [1.2 + 3.6 * weight / heaviest for weight in found.weights],
        LINE,
    )
    axes.scatter(years, [y for _, y in places], s=52, color=BLUE, edgecolors="white", zorder=3)
    low, high = min(years), max(years)
    axes.set_xlim(low - 1, high + 1)
    axes.set_ylim(-len(nodes) + 0.4, 0.6)
    for node, (x, y) in zip(nodes, places, strict=True):
        axes.plot([x, high + 1], [y, y], color=LINE, linewidth=0.6, linestyle=":", zorder=0)
        title = works.read(node["label"])
        if len(title) > _LONGEST:
            title = f"{title[: _LONGEST - 1].rstrip()}…"
        axes.annotate(
            f"{node['byline']}, {title}",
            (high + 1, y),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=INK,
            parse_math=False,
            annotation_clip=False,
        )
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("a wider line has more paths through it", color=SOFT, fontsize=9)
    return axes
