"""The data of a graph as columns and numbers, about half as heavy once compressed.

`static/graph/model.js` unpacks them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_COLUMNS = ("label", "year", "cited")


def packed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result of `graph_data` packed, or as it is if an edge has an end that is no work.

    `works` has a list for each field. Topics, levels and groups are numbers in `topic_ids`,
    `levels` and `group_ids`. A byline that ends with the year ends with `~` instead; an id that
    is name, year and a word of the title, as keys are, is the number of that word. `cites` has for
    each work those that it cites, as differences of their numbers in ascending order. `stated` has
    all other edges: source, target, number of the relation in `kinds`, and the sentence if there
    is one. `url` is the text before and after the id in all addresses, or their list.
    """
    nodes: Sequence[Mapping[str, Any]] = data["nodes"]
    number = {node["id"]: place for place, node in enumerate(nodes)}
    if any(edge[end] not in number for edge in data["edges"] for end in ("source", "target")):
        return dict(data)
    topic_ids = _distinct(topic for node in nodes for topic in node["topics"])
    levels = _distinct(node["level"] for node in nodes)
    group_ids = _distinct(node["group"] for node in nodes)
    works: dict[str, Any] = {name: [node[name] for node in nodes] for name in _COLUMNS}
    works["id"] = [_id(node) for node in nodes]
    works["byline"] = [_byline(node) for node in nodes]
    works["topics"] = [[topic_ids[topic] for topic in node["topics"]] for node in nodes]
    works["level"] = [levels[node["level"]] for node in nodes]
    works["group"] = [group_ids[node["group"]] for node in nodes]
    kinds = _distinct(edge["relation"] for edge in data["edges"])
    targets: list[list[int]] = [[] for _ in nodes]
    stated: list[list[Any]] = []
    for edge in data["edges"]:
        source, target = number[edge["source"]], number[edge["target"]]
        if edge["relation"] == "cites" and not edge.get("says"):
            targets[source].append(target)
        else:
            says = [edge["says"]] if edge.get("says") else []
            stated.append([source, target, kinds[edge["relation"]], *says])
    rest = {name: value for name, value in data.items() if name not in {"nodes", "edges"}}
    return {
        **rest,
        "works": works,
        "url": _addresses(nodes),
        "topic_ids": list(topic_ids),
        "levels": list(levels),
        "group_ids": list(group_ids),
        "kinds": list(kinds),
        "cites": [_differences(sorted(found)) for found in targets],
        "stated": stated,
    }


def without_sentences(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return packed data with the number of each sentence in its place, and the sentences.

    They are half of the data once compressed, and only those of one work are shown at a time.
    """
    sentences: list[str] = []
    stated: list[list[Any]] = []
    for edge in data.get("stated", ()):
        says = edge[3:]
        stated.append([*edge[:3], *range(len(sentences), len(sentences) + len(says))])
        sentences += says
    return {**data, "stated": stated} if stated else dict(data), sentences


def _distinct(values: Iterable[str]) -> dict[str, int]:
    """Return the number of each different value, in order of appearance."""
    return {value: place for place, value in enumerate(dict.fromkeys(values))}


def _byline(node: Mapping[str, Any]) -> str:
    text: str = node["byline"]
    without = text.removesuffix(f" {node['year']}")
    return text if without == text or "~" in text else f"{without}~"


def _id(node: Mapping[str, Any]) -> int | str:
    """Return the place of the title's word with which the key ends, or the key as it is."""
    key: str = node["id"]
    family = re.split(r" et al| and |~", _byline(node))[0]
    start = f"{re.sub('[^a-z]', '', _folded(family))}{node['year']}"
    words = re.split(r"[^a-z0-9]+", _folded(node["label"]))
    last = key.removeprefix(start)
    return words.index(last) if last and last != key and last in words else key


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.category(char).startswith("M")).lower()


def _differences(numbers: Sequence[int]) -> list[int]:
    return [number - before for number, before in zip(numbers, [0, *numbers], strict=False)]


def _addresses(nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what is before and after the id in all addresses, or the list of addresses."""
    urls = [node.get("url") for node in nodes]
    first = urls[0] if urls else None
    if first and nodes[0]["id"] in first:
        before, _, after = first.partition(nodes[0]["id"])
        if all(
            url == f"{before}{node['id']}{after}" for url, node in zip(urls, nodes, strict=True)
        ):
            return {"before": before, "after": after}
    return {"list": urls}
