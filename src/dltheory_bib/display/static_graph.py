"""The citation graph as a picture and a list, where no script may run.

A saved notebook that is not trusted, and many programs that show notebooks, remove scripts and
frames; what they leave is a picture from a data address and plain lists.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import Any

WIDTH, HEIGHT = 960, 420
"""Size of the picture, in CSS pixels."""
_EDGE = 24
_NAMED = 16
"""Works that the picture names."""
_LETTER, _TALL = 6.2, 13
"""Room of a letter and of a line of a name."""
_MOST = 400
"""Works that are listed; more would make a notebook heavy."""
# Those of graph.css in light colours: the picture has a paper of its own.
_COLOURS = ("#2f86d6", "#b04e06", "#1fb573", "#7a1d45", "#0b4f78", "#d0a50b", "#5f2cc0", "#9a9fa6")
_INK, _SOFT, _LINE, _PAPER = "#1d1f21", "#585e66", "#7c838c", "#fdfdfb"


def static_graph(data: Mapping[str, Any]) -> str:
    """Return HTML of a graph, which is the result of `graph_data`: a picture and a list of the
    works, newest first.
    """
    nodes = data["nodes"]
    if not nodes:
        return "<p>A graph without works.</p>"
    picture = base64.b64encode(graph_svg(data).encode()).decode()
    listed = sorted(nodes, key=lambda node: (-node["year"], node["id"]))[:_MOST]
    items = "".join(f"<li>{_item(node)}</li>" for node in listed)
    more = f"<p>and {len(nodes) - _MOST:,} more</p>" if len(nodes) > _MOST else ""
    said = f"{len(nodes):,} works and {len(data['edges']):,} relations and citations"
    return (
        f'<p><img alt="{said}, years from left to right" width="{WIDTH}" height="{HEIGHT}" '
        f'src="data:image/svg+xml;base64,{picture}"></p>'
        f"<p>{said}. Run the cell, or trust the notebook, to explore them.</p>"
        f"<details><summary>The works</summary><ul>{items}</ul>{more}</details>"
    )


def graph_svg(data: Mapping[str, Any]) -> str:
    """Return the picture as SVG: years from left to right, a lane for each group, arcs for
    relations, and the names of the works that are cited most.
    """
    places = _places(data)
    lane = {group["id"]: number for number, group in enumerate(data["groups"])}
    arcs = []
    for edge in data["edges"]:
        if edge["source"] in places and edge["target"] in places:
            (x0, y0), (x1, y1) = places[edge["source"]], places[edge["target"]]
            strong = 0.6 if edge["relation"] != "cites" else 0.18
            bend = (y0 + y1) / 2 - abs(x1 - x0) * 0.12
            arcs.append(
                f'<path d="M{x0:.1f} {y0:.1f}Q{(x0 + x1) / 2:.1f} {bend:.1f} {x1:.1f} {y1:.1f}" '
                f'stroke-opacity="{strong}"/>'
            )
    most = max((node["cited"] for node in data["nodes"]), default=0) or 1
    dots: list[str] = []
    names: list[str] = []
    ranked = sorted(data["nodes"], key=lambda node: (-node["cited"], node["year"], node["id"]))
    taken: list[tuple[float, float, float]] = []
    for node in ranked:
        x, y = places[node["id"]]
        colour = _COLOURS[min(lane[node["group"]], len(_COLOURS) - 1)]
        radius = 2.5 + 4 * (node["cited"] / most) ** 0.5
        title = escape(f"{node['byline']}: {node['label']}")
        dots.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}">'
            f"<title>{title}</title></circle>"
        )
        anchor = "end" if x > WIDTH * 0.8 else "start"
        shift = -radius - 3 if anchor == "end" else radius + 3
        wide = _LETTER * len(node["byline"])
        left = x + shift - (wide if anchor == "end" else 0)
        free = all(
            abs(y - there) > _TALL or left > right or left + wide < start
            for start, right, there in taken
        )
        if free and len(names) < _NAMED:
            taken.append((left, left + wide, y))
            names.append(
                f'<text x="{x + shift:.1f}" y="{y + 3.5:.1f}" text-anchor="{anchor}">'
                f"{escape(node['byline'])}</text>"
            )
    years = sorted({node["year"] for node in data["nodes"]})
    ends = {years[0]: "start", years[-1]: "end"} if years else {}
    axis = "".join(
        f'<text x="{_across(year, years):.1f}" y="{HEIGHT - 6}" text-anchor="{anchor}" '
        f'fill="{_SOFT}">{year}</text>'
        for year, anchor in ends.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="11">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_PAPER}"/>'
        f'<g fill="none" stroke="{_LINE}">{"".join(arcs)}</g>{"".join(dots)}'
        f'<g fill="{_INK}" stroke="{_PAPER}" stroke-width="3" paint-order="stroke">'
        f"{''.join(names)}</g>{axis}</svg>"
    )


def _places(data: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return where each work stands: works of one year and lane below each other."""
    used = {node["group"] for node in data["nodes"]}
    lanes = [group["id"] for group in data["groups"] if group["id"] in used]
    height = (HEIGHT - 2 * _EDGE) / max(1, len(lanes))
    years = sorted({node["year"] for node in data["nodes"]})
    crowd = Counter((node["group"], node["year"]) for node in data["nodes"])
    placed: Counter[tuple[str, int]] = Counter()
    found = {}
    for node in sorted(data["nodes"], key=lambda one: (one["year"], one["id"])):
        cell = (node["group"], node["year"])
        placed[cell] += 1
        share = placed[cell] / (crowd[cell] + 1)
        top = _EDGE / 2 + lanes.index(node["group"]) * height
        found[node["id"]] = (_across(node["year"], years), top + share * height)
    return found


def _across(year: int, years: list[int]) -> float:
    """Return the place of a year; years without works take no room."""
    if len(years) == 1:
        return WIDTH / 2
    return _EDGE + years.index(year) * (WIDTH - 2 * _EDGE) / (len(years) - 1)


def _item(node: Mapping[str, Any]) -> str:
    text = f"{escape(node['byline'])}, {escape(node['label'])}"
    url = node.get("url") or ""
    is_link = url.startswith(("https://", "http://"))
    return f'<a href="{escape(url)}">{text}</a>' if is_link else text
