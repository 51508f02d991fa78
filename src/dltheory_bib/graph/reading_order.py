"""Reading orders: which works to read, in which order, and why."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.models.relations import BUILDS_ON, JUDGEMENTS, Relation

if TYPE_CHECKING:
    from dltheory_bib.snapshot.reader import Snapshot

_RANK = {"start": 0, "core": 1, "further": 2, None: 3, "background": 4}


class Step(NamedTuple):
    """A work in a reading order, and one line with the reason for its position."""

    key: str
    why: str


class Work(NamedTuple):
    """The data of a work that an order needs."""

    level: str | None
    year: int
    byline: str
    """"Jin et al. 2017"."""


class Works(NamedTuple):
    """The works of a catalogue by key, and what connects them. An order needs no graph."""

    works: Mapping[str, Work]
    relations: Mapping[str, Mapping[str, frozenset[str]]]
    """By the two keys, the relations from the one work to the other, citations excluded."""
    citing: Mapping[str, frozenset[str]]
    """By key, the works that cite it."""


def read_works(snapshot: Snapshot) -> Works:
    """Read the data of reading orders from the tables of a snapshot."""
    works, keys = {}, {}
    for number, key, *data in snapshot.fetch(
        "SELECT p.n, p.key, p.level, p.year, r.label FROM paper p JOIN list_row r ON r.n = p.n"
    ):
        works[key], keys[number] = Work(*data), key
    relations: dict[str, dict[str, frozenset[str]]] = {}
    citing: dict[str, set[str]] = {}
    for source, relation, target in snapshot.fetch(
        "SELECT source, relation, target FROM edge ORDER BY source, target, relation"
    ):
        if source not in keys or target not in keys:
            continue  # an edge to a topic or from a person
        if relation == Relation.CITES:
            citing.setdefault(keys[target], set()).add(keys[source])
        else:
            there = relations.setdefault(keys[source], {})
            there[keys[target]] = there.get(keys[target], frozenset()) | {relation}
    return Works(works, relations, {key: frozenset(by) for key, by in citing.items()})


def reading_order(
    catalogue: Works, wanted: Iterable[str], count: int, start: Sequence[Step] = ()
) -> list[Step]:
    """At most `count` works, so that what must be read before a work comes before it.

    `wanted` are the keys to choose from; background works among them are left out. Works to start
    with are chosen first, then core works, then the rest; within each, by `_relevance`. What a
    chosen work must be read after is taken in as well, also from outside `wanted`, unless that
    would be more than `count`; then the work is left for another.

    The steps of `start` were chosen by hand: they come first, as they are, and the rest goes on
    from there, with nothing from outside `wanted`, for a start prepares what it leads to.
    """
    begun = list(start[:count])
    known = catalogue.works
    choice = [key for key in dict.fromkeys(wanted) if known[key].level != "background"]
    among = frozenset(choice)
    relevance = _relevance(catalogue, among)
    first = _RANK["core"] if begun else 0  # what to start with was chosen
    choice.sort(key=lambda key: (max(first, _rank(catalogue, key)), -relevance[key], key))
    chosen = {step.key for step in begun}
    for key in choice:
        needed = chosen | {key} | (_before(catalogue, key) & (among if begun else known.keys()))
        if len(needed) <= count:
            chosen = needed
    order = [step.key for step in begun]
    order += _sorted(catalogue, chosen - set(order))
    found = (
        Step(key, _why(catalogue, order, place, among, not begun))
        for place, key in enumerate(order)
    )
    return begun + list(islice(found, len(begun), None))


def way_to(catalogue: Works, wanted: Iterable[str], known: Iterable[str]) -> list[Step]:
    """What to read up to some works: they and all their prerequisites, without those that are known
    and the prerequisites of these. A work that is wanted is left out only if it is itself known.
    """
    targets, named = list(wanted), set(known)
    have = named | {key for one in named for key in _before(catalogue, one)}
    have -= set(targets) - named
    needed = set(targets).union(*(_before(catalogue, key) for key in targets))
    order = _sorted(catalogue, needed - have)
    # A reason may name a work that is known: what comes next goes on from there.
    whole = _sorted(catalogue, needed & have) + order
    among = frozenset(whole)
    start = len(whole) - len(order)
    return [
        Step(key, _why(catalogue, whole, place, among, starts=False))
        for place, key in enumerate(order, start)
    ]


def _relevance(catalogue: Works, among: frozenset[str]) -> dict[str, float]:
    """Return for each work the share of the later works among them that cite it or relate to it.

    Only works whose citations are known count as later ones. One is added to the connected works
    and four to the later ones, as if four more had been read and one of them were connected: a new
    work, which few can cite, comes before an old one that few do. Fame outside `among` does not
    count.
    """
    citing = {key: catalogue.citing.get(key, frozenset()) & among for key in among}
    reading = frozenset().union(*citing.values())
    years = sorted(catalogue.works[key].year for key in reading)
    linked = {key: set(by) for key, by in citing.items()}
    for key in among:
        for other in catalogue.relations.get(key, {}).keys() & among:
            linked[key].add(other)
            linked[other].add(key)
    found = {}
    for key in among:
        year = catalogue.works[key].year
        later = len(years) - bisect_left(years, year) - (key in reading)
        later += sum(one not in reading or catalogue.works[one].year < year for one in linked[key])
        found[key] = (len(linked[key]) + 1) / (later + 4)
    return found


def _rank(catalogue: Works, key: str) -> int:
    return _RANK[catalogue.works[key].level]


def _before(catalogue: Works, key: str) -> set[str]:
    """Return all prerequisites of a work."""
    found: set[str] = set()
    todo = [key]
    while todo:
        stated = catalogue.relations.get(todo.pop(), {})
        earlier = {work for work, relations in stated.items() if Relation.AFTER in relations}
        todo += earlier - found
        found |= earlier
    return found


def _sorted(catalogue: Works, chosen: set[str]) -> list[str]:
    """Sort works after their prerequisites; among several candidates, the easier, then the older
    comes first.
    """
    waiting = {key: _before(catalogue, key) & chosen for key in chosen}
    opens: dict[str, list[str]] = {key: [] for key in chosen}
    for key, before in waiting.items():
        for earlier in before:
            opens[earlier].append(key)
    ready = [_place(catalogue, key) for key, before in waiting.items() if not before]
    heapq.heapify(ready)
    order = []
    while ready:
        key = heapq.heappop(ready)[-1]
        order.append(key)
        for later in opens[key]:
            waiting[later].discard(key)
            if not waiting[later]:
                heapq.heappush(ready, _place(catalogue, later))
    return order


def _place(catalogue: Works, key: str) -> tuple[int, int, str]:
    return _rank(catalogue, key), catalogue.works[key].year, key


def _why(
    catalogue: Works, order: Sequence[str], place: int, among: frozenset[str], starts: bool
) -> str:
    """Return the reason for a work: its relation to an earlier one, what it prepares, or its
    weight.

    It also marks where to start, unless the order has a start that was chosen by hand.
    """
    key = order[place]
    reasons = ["Start here."] if starts and _rank(catalogue, key) == 0 else []
    here = catalogue.relations.get(key, {})
    earlier = [work for work in order[:place] if work in here]
    stated = [
        f"{relation.phrase.capitalize()} {_byline(catalogue, work)}."
        for relation in (*BUILDS_ON, *(r for r in JUDGEMENTS if r not in BUILDS_ON))
        for work in earlier
        if relation in here[work]
    ]
    reasons += stated[:1]
    later = [
        work
        for work in order[place + 1 :]
        if Relation.AFTER in catalogue.relations.get(work, {}).get(key, ())
    ]
    if later and len(reasons) < 2:
        names = [_byline(catalogue, work) for work in later[:2]]
        names += [f"{len(later) - 2} more"] if len(later) > 2 else []
        listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        reasons.append(f"Prepares {listed}.")
    number = len(catalogue.citing.get(key, frozenset()) & among)
    if number and len(reasons) < 2:
        reasons.append(f"Cited by {number} of these works.")
    if not reasons:
        needs = [work for work in earlier if Relation.AFTER in here[work]]
        after = f" after {_byline(catalogue, needs[-1])}" if needs else ""
        reasons.append(f"{(catalogue.works[key].level or 'further').capitalize()} reading{after}.")
    return " ".join(reasons)


def _byline(catalogue: Works, key: str) -> str:
    return catalogue.works[key].byline
