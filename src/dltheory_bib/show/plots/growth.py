"""How a field grew, and how far back it looks."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from statistics import median
from typing import TYPE_CHECKING

from dltheory_bib.graph.measures import citation_graph
from dltheory_bib.show.plots.axes import BLUE, LINE, ORANGE, SOFT, axes_for, calm

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dltheory_bib.show.plots import Works


def citations_among(works: Works) -> list[tuple[int, int]]:
    """For each citation between two of the works the years of the citing and the cited one."""
    among = citation_graph(works.graph).subgraph(works.keys).edges
    year = {key: works.graph.nodes[key]["year"] for key in works.keys}
    return sorted((year[citing], year[cited]) for citing, cited in among)


def draw_growth(works: Works, axes: Axes | None) -> Axes:
    """See `Plots.growth`."""
    appeared = Counter(works.graph.nodes[key]["year"] for key in works.keys)
    if not appeared:
        raise ValueError("there are no works to draw")
    axes = axes_for(axes)
    cited = Counter(citing for citing, _ in citations_among(works))
    years = range(min(appeared), max(appeared) + 1)
    calm(axes, "Works, and citations among them, by the end of each year")
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
    """See `Plots.citation_age`.

    A citation of a later year than its own, of a preprint that was published later, counts as one
    of the same year.
    """
    ages = [max(0, citing - cited) for citing, cited in citations_among(works)]
    if not ages:
        raise ValueError("no citation among these works is known")
    axes = axes_for(axes)
    counts = Counter(ages)
    middle = median(ages)
    calm(
        axes,
        f"Age of what is cited, {len(ages):,} citations",
    )
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
