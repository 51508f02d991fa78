"""Reading orders: what to read, in which order, and why."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.graph.measures import citing
from dltheory_bib.models.relations import BUILDS_ON, JUDGEMENTS, Relation, phrase

if TYPE_CHECKING:
    import networkx as nx

    G = nx.MultiDiGraph[str]

_RANK = {"start": 0, "core": 1, "further": 2, None: 3}


class Step(NamedTuple):
    """A work in a reading order, and one line that says why it stands there."""

    key: str
    why: str


def reading_order(
    graph: G, wanted: Iterable[str], count: int, start: Sequence[Step] = ()
) -> list[Step]:
    """At most `count` works, so that what must be read before a work comes before it.

    `wanted` are the keys to choose from. Works to start with are chosen first, then core works,
    then the rest; within each, the most cited in the catalogue first. What a chosen work must be
    read after is taken in as well, also from outside `wanted`, unless that would be more than
    `count`; then the work is left for another.

    The steps of `start` were chosen by hand: they come first, as they are, and the rest goes on
    from there.
    """
    begun = list(start[:count])
    choice = list(dict.fromkeys(wanted))
    choice.sort(key=lambda key: (_rank(graph, key), -len(citing(graph, key)), key))
    chosen = {step.key for step in begun}
    for key in choice:
        needed = chosen | _before(graph, key) | {key}
        if len(needed) <= count:
            chosen = needed
    order = [step.key for step in begun]
    order += _sorted(graph, chosen - set(order))
    found = (Step(key, _why(graph, order, place, not begun)) for place, key in enumerate(order))
    return begun + list(islice(found, len(begun), None))


def _rank(graph: G, key: str) -> int:
    return _RANK[graph.nodes[key].get("level")]


def _before(graph: G, key: str) -> set[str]:
    """Everything that is to be read before a work."""
    found: set[str] = set()
    todo = [key]
    while todo:
        earlier = {work for work, edges in graph.adj[todo.pop()].items() if Relation.AFTER in edges}
        todo += earlier - found
        found |= earlier
    return found


def _sorted(graph: G, chosen: set[str]) -> list[str]:
    """Each work after what it needs; where there is a choice, the easier, then the older one."""
    waiting = {key: _before(graph, key) & chosen for key in chosen}
    opens: dict[str, list[str]] = {key: [] for key in chosen}
    for key, before in waiting.items():
        for earlier in before:
            opens[earlier].append(key)
    ready = [_place(graph, key) for key, before in waiting.items() if not before]
    heapq.heapify(ready)
    order = []
    while ready:
        key = heapq.heappop(ready)[-1]
        order.append(key)
        for later in opens[key]:
            waiting[later].discard(key)
            if not waiting[later]:
                heapq.heappush(ready, _place(graph, later))
    return order


def _place(graph: G, key: str) -> tuple[int, int, str]:
    return _rank(graph, key), graph.nodes[key]["year"], key


def _why(graph: G, order: Sequence[str], place: int, starts: bool) -> str:
    """What the work does to an earlier one, what it prepares, or its weight.

    Also where to start, unless the order has a start that was chosen by hand.
    """
    key = order[place]
    reasons = ["Start here."] if starts and _rank(graph, key) == 0 else []
    earlier = [work for work in order[:place] if graph.has_edge(key, work)]
    stated = [
        f"{phrase(relation).capitalize()} {_byline(graph, work)}."
        for relation in (*BUILDS_ON, *(r for r in JUDGEMENTS if r not in BUILDS_ON))
        for work in earlier
        if graph.has_edge(key, work, key=relation)
    ]
    reasons += stated[:1]
    later = [work for work in order[place + 1 :] if graph.has_edge(work, key, key=Relation.AFTER)]
    if later and len(reasons) < 2:
        names = [_byline(graph, work) for work in later[:2]]
        names += [f"{len(later) - 2} more"] if len(later) > 2 else []
        listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        reasons.append(f"Prepares {listed}.")
    number = len(citing(graph, key))
    if number and len(reasons) < 2:
        reasons.append(f"Cited by {number} {'work' if number == 1 else 'works'} here.")
    if not reasons:
        needs = [work for work in earlier if graph.has_edge(key, work, key=Relation.AFTER)]
        after = f" after {_byline(graph, needs[-1])}" if needs else ""
        reasons.append(
            f"{(graph.nodes[key].get('level') or 'further').capitalize()} reading{after}."
        )
    return " ".join(reasons)


def _byline(graph: G, key: str) -> str:
    byline: str = graph.nodes[key]["byline"]
    return byline
