"""Pictures of a list of works, drawn with matplotlib; each method gives the axes it drew on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes


class Works(NamedTuple):
    """What a picture is made of."""

    graph: nx.MultiDiGraph[str]
    """The graph of the whole bibliography, as `graph.citation_graph` makes it."""
    keys: Sequence[str]
    """The works that are shown."""
    read: Callable[[str], str]
    """Turns the mathematics of a title into what can be read untypeset."""


class Plots:
    """The pictures that a list of works can make: `bib.on("ntk").plot.timeline()`.

    Each method draws into `axes`, or into those of a new figure, and gives them, so that size,
    title and file are matplotlib's business: `axes.figure.savefig("ntk.svg")`. They raise
    `MissingExtraError` without the extra `plots`, and `ValueError` where there is nothing to draw.
    """

    def __init__(self, works: Works) -> None:
        self._works = works

    def timeline(self, axes: Axes | None = None) -> Axes:
        """A dot for each work above its year, by level; the most cited works are named."""
        from dltheory_bib.display.charts import draw_timeline

        return draw_timeline(self._works, axes)

    def growth(self, axes: Axes | None = None) -> Axes:
        """How many works there were by the end of each year, and citations among them."""
        from dltheory_bib.display.charts import draw_growth

        return draw_growth(self._works, axes)

    def citation_age(self, axes: Axes | None = None) -> Axes:
        """How many years lie between the works and what they cite among each other."""
        from dltheory_bib.display.charts import draw_citation_age

        return draw_citation_age(self._works, axes)

    def coauthors(self, people: int = 40, axes: Axes | None = None) -> Axes:
        """Who wrote with whom: the `people` with most of these works, and their joint works."""
        from dltheory_bib.display.networks import draw_coauthors

        return draw_coauthors(self._works, people, axes)

    def main_path(self, axes: Axes | None = None) -> Axes:
        """The chain of citations through which most lines run; see `graph.main_path`."""
        from dltheory_bib.display.charts import draw_main_path

        return draw_main_path(self._works, axes)

    def topic_map(self, axes: Axes | None = None) -> Axes:
        """The topics of the works, near where their works cite each other or are the same."""
        from dltheory_bib.display.networks import draw_topic_map

        return draw_topic_map(self._works, axes)
