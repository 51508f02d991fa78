"""Pictures of a list of works, drawn with matplotlib; each method returns its axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes


class Works(NamedTuple):
    """The data of a picture."""

    graph: nx.MultiDiGraph[str]
    """The graph of the whole bibliography, from `graph.citation_graph`."""
    keys: Sequence[str]
    """The works in the picture."""
    read: Callable[[str], str]
    """Converts the mathematics of a title to Unicode."""


class Plots:
    """The pictures of a list of works: `bib.on("ntk").plot.timeline()`.

    Each method draws into `axes`, or into those of a new figure, and returns them, so that size,
    title and file are set with matplotlib: `axes.figure.savefig("ntk.svg")`. The methods raise
    `MissingExtraError` without the extra `plots`, and `ValueError` if there is nothing to draw.
    """

    def __init__(self, works: Works) -> None:
        self._works = works

    def __repr__(self) -> str:
        names = [name for name in vars(type(self)) if not name.startswith("_")]
        return f"<Plots of {len(self._works.keys)} works: {', '.join(names)}>"

    def timeline(self, axes: Axes | None = None) -> Axes:
        """Draw a dot for each work above its year, by level; the most cited works are named."""
        from dltheory_bib.display.charts import draw_timeline

        return draw_timeline(self._works, axes)

    def growth(self, axes: Axes | None = None) -> Axes:
        """Draw the number of works by the end of each year, and of citations among them."""
        from dltheory_bib.display.charts import draw_growth

        return draw_growth(self._works, axes)

    def citation_age(self, axes: Axes | None = None) -> Axes:
        """Draw the years between the works and those they cite in the list."""
        from dltheory_bib.display.charts import draw_citation_age

        return draw_citation_age(self._works, axes)

    def coauthors(self, people: int = 40, axes: Axes | None = None) -> Axes:
        """Draw the coauthors: the `people` with most of these works, and their joint works."""
        from dltheory_bib.display.networks import draw_coauthors

        return draw_coauthors(self._works, people, axes)

    def main_path(self, axes: Axes | None = None) -> Axes:
        """Draw the chain of citations through which most lines run; see `graph.main_path`."""
        from dltheory_bib.display.charts import draw_main_path

        return draw_main_path(self._works, axes)

    def topic_map(self, axes: Axes | None = None) -> Axes:
        """Draw the topics of the works, close together if their works cite each other or are the
        same.
        """
        from dltheory_bib.display.networks import draw_topic_map

        return draw_topic_map(self._works, axes)
