"""What all pictures share: where matplotlib comes in, colours, and maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE = "#2f6fb0"
ORANGE = "#c25a12"
INK = "#2b2f33"
SOFT = "#6b7178"
LINE = "#c9ccd0"
_NAME = 8  # size of the names on a map, in points
LEVELS = {"start": "#c25a12", "core": "#2f6fb0", "further": "#a9c1da"}
"""A colour for each level, told apart also by how light it is."""


def axes_for(axes: Axes | None, width: float = 8, height: float = 4.5) -> Axes:
    """The axes given, or those of a new figure of this size in inches.

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
    """A title at the left, no frame but the axes, whole years and numbers."""
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
    """Straight lines below everything else, with widths in points."""
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
        """Middle, and half of width and height, of the circle and its name together."""
        lines = self.name.split("\n")
        wide = max(2 * self.radius, 0.58 * _NAME * max(map(len, lines)))
        high = 1.25 * _NAME * len(lines)
        return self.x, self.y - high / 2, wide / 2 + 3, self.radius + high / 2 + 2


def apart(spots: Mapping[str, Spot]) -> dict[str, Spot]:
    """The same map with no name or circle over another: what overlaps is pushed apart.

    Moves as little as it can, and in the same order each time.
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
            # One half each, along the way out that is shorter.
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
    """Circles with their names, and lines between them by their widths; all in points.

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
