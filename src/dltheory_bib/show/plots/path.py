"""The main path of a field, step by step down the years."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from dltheory_bib.graph.mainpath import main_path
from dltheory_bib.show.plots.axes import BLUE, INK, LINE, SOFT, axes_for, calm, join

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dltheory_bib.show.plots import Works

_LONGEST = 60


def draw_main_path(works: Works, axes: Axes | None) -> Axes:
    """See `Plots.main_path`."""
    found = main_path(works.graph, works.keys)
    if not found.keys:
        raise ValueError("no citation among these works is known")
    nodes = [works.graph.nodes[key] for key in found.keys]
    axes = axes_for(axes, 9.5, 1.1 + 0.3 * len(nodes))
    years = [node["year"] for node in nodes]
    places = [(float(year), float(-row)) for row, year in enumerate(years)]
    calm(axes, f"Main path: {len(nodes)} works, each cited by the next below")
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
    axes.set_xlabel("the wider a line, the more paths run through it", color=SOFT, fontsize=9)
    return axes
