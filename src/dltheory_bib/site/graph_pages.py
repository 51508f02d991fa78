"""The pages of the citation graph: of all works, and of each topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dltheory_bib.display.graph_data import graph_data
from dltheory_bib.display.graph_view import SCRIPTS, STYLE, data_element
from dltheory_bib.site import addresses

if TYPE_CHECKING:
    from dltheory_bib.models.registries import Topic
    from dltheory_bib.site.renderer import Renderer
    from dltheory_bib.site.site_data import Contents


def graph_pages(contents: Contents, render: Renderer) -> Iterator[tuple[str, bytes]]:
    """Yield a page with the whole graph, and one for the part of each topic that has works."""
    yield _page(contents, render, "graph.html", contents.papers, None)
    for topic in contents.topics.values():
        keys = contents.bib.on(topic.id).keys
        if keys:
            yield _page(contents, render, addresses.graph(topic.id), keys, topic)


def _page(
    contents: Contents, render: Renderer, path: str, keys: Iterable[str], topic: Topic | None
) -> tuple[str, bytes]:
    root = addresses.root(path)
    data: dict[str, Any] = graph_data(
        contents.bib.graph,
        [contents.papers[key] for key in keys],
        contents.topics,
        contents.text,
        address=lambda paper: addresses.link(root, addresses.work(paper.key)),
    )
    shown = {
        "data": Markup(data_element(data, in_address=True)),
        "topic": topic,
        "works": len(data["nodes"]),
    }
    return path, render("graph.html", path, scripts=SCRIPTS, style=STYLE, **shown)
