"""The pages of the citation graph: of all works, and of each topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dltheory_bib.display.graph_data import graph_data
from dltheory_bib.display.graph_view import SCRIPTS, STYLE, data_element, sentences_script
from dltheory_bib.site import addresses

if TYPE_CHECKING:
    from dltheory_bib.models.registries import Topic
    from dltheory_bib.site.renderer import Renderer
    from dltheory_bib.site.site_data import Contents


def graph_pages(contents: Contents, render: Renderer) -> Iterator[tuple[str, bytes]]:
    """Yield a page with the whole graph, and one for the part of each topic that has works.

    The sentences of the whole graph are a file of their own; those of a topic are few.
    """
    data = _data(contents, "graph.html", contents.papers)
    yield _page(render, "graph.html", data, None, sentences=addresses.GRAPH_SENTENCES)
    yield addresses.GRAPH_SENTENCES, sentences_script(data).encode()
    for topic in contents.topics.values():
        keys = contents.bib.on(topic.id).keys
        if keys:
            path = addresses.graph(topic.id)
            yield _page(render, path, _data(contents, path, keys), topic)


def _data(contents: Contents, path: str, keys: Iterable[str]) -> dict[str, Any]:
    root = addresses.root(path)
    return graph_data(
        contents.bib.graph,
        [contents.papers[key] for key in keys],
        contents.topics,
        contents.text,
        address=lambda paper: addresses.link(root, addresses.work(paper.key)),
    )


def _page(
    render: Renderer, path: str, data: dict[str, Any], topic: Topic | None, sentences: str = ""
) -> tuple[str, bytes]:
    shown = {
        "data": Markup(data_element(data, in_address=True, sentences=sentences)),
        "topic": topic,
        "works": len(data["nodes"]),
    }
    return path, render("graph.html", path, scripts=SCRIPTS, style=STYLE, **shown)
