"""Measure how many works that were taken out of the catalogue `discover` finds again.

    python scripts/discover_quality.py

`make discover-quality` runs it. A fifth of the works is hidden, and works outside are ranked from
the rest by the citations that the catalogue holds: works that reference lists contain and the
catalogue lacks are outside as well. Printed is the share of the hidden works among the best, mean
and range over hold-outs, beside a ranking by plain numbers of citations.

The lists of the catalogue are not a fair sample: whoever has a list is in the catalogue. So each
measurement is made twice, with all lists and without those of hidden works.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import mean
from typing import NamedTuple

from dltheory_bib import load
from dltheory_bib.bibliography import Bibliography
from dltheory_bib.discovery.engines import Engine, open_engine
from dltheory_bib.discovery.own_works import collection_works, own_citations
from dltheory_bib.discovery.scores import Citations, Ranked, degrees, ranking

SHARE = 5
"""One in so many works is hidden."""
HOLD_OUTS = 5
BEST = 200
BEST_ON_TOPIC = 50
SMALLEST, LARGEST = 25, 150
"""The works of a topic whose works are hidden."""


class Case(NamedTuple):
    """A hold-out: the works that are left, and those that are hidden."""

    left: list[int]
    hidden: list[int]


class Outcome(NamedTuple):
    """Which share of the hidden works each ranking found."""

    found: dict[str, float]
    reachable: float
    """Which share has a citation at all."""


def main() -> None:
    """Print the two tables."""
    bib = load()
    works = collection_works(bib)
    wanted, citations = own_citations(bib, works)
    pairs = [(one.citing, one.cited) for one in citations]
    print(f"{len(works)} works, {len(wanted)} wanted works, {len(pairs)} citations")
    with open_engine() as engine:
        whole = [*cases([*range(len(works))], HOLD_OUTS, "catalogue")]
        report(f"the catalogue, {len(whole)} hold-outs", engine, whole, pairs, BEST)
        topics = [case for name, some in topic_works(bib) for case in cases(some, 1, name)]
        report(f"{len(topics)} topics, a hold-out each", engine, topics, pairs, BEST_ON_TOPIC)


def topic_works(bib: Bibliography) -> Iterator[tuple[str, list[int]]]:
    """Yield the topics of middling size, each with the places of its works."""
    places = {key: place for place, key in enumerate(bib.papers)}
    for name, count in sorted(bib.topic_counts().items()):
        if SMALLEST <= count <= LARGEST:
            yield name, sorted(places[key] for key in bib.on(name).keys)


def cases(works: Sequence[int], count: int, name: str) -> Iterator[Case]:
    """Yield so many seeded hold-outs of some works."""
    for seed in range(count):
        hidden = random.Random(f"{name} {seed}").sample(works, len(works) // SHARE)
        yield Case(sorted(set(works) - set(hidden)), sorted(hidden))


def report(
    head: str, engine: Engine, tried: list[Case], pairs: list[tuple[int, int]], best: int
) -> None:
    """Print what each ranking found."""
    print(f"\n{head}: recall at {best}, mean (lowest to highest)")
    for text, withheld in (("all lists", False), ("without the lists of hidden works", True)):
        made = [outcome(engine, one, pairs, best, withheld) for one in tried]
        print(f"  {text}; with citations {mean(one.reachable for one in made):.3f}")
        base = mean(one.found["citations"] for one in made)
        for name in made[0].found:
            values = [one.found[name] for one in made]
            spread = f"{mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"
            print(f"    {name:12} {spread}  {mean(values) / base:.2f} x citations")


def outcome(
    engine: Engine, case: Case, pairs: list[tuple[int, int]], best: int, withheld: bool
) -> Outcome:
    """Rank the works outside in one hold-out."""
    hidden = set(case.hidden)
    used = [pair for pair in pairs if not (withheld and pair[0] in hidden)]
    ends = sorted({one for pair in used for one in pair} | hidden | set(case.left))
    # Equal scores are ordered by number, so numbers are given at random.
    shuffled = random.Random(f"{case.hidden}").sample(range(len(ends)), len(ends))
    number = dict(zip(ends, shuffled, strict=True))
    outside = set(ends) - set(case.left)
    numbered = [(number[a], number[b]) for a, b in used]
    table = engine.table({"citing": int, "cited": int}, numbered)
    rows = engine.rows(
        ranking(
            engine,
            Citations(table, degrees(engine, table)),
            engine.table({"id": int}, [(number[one],) for one in case.left]),
            engine.table({"id": int}, [(number[one],) for one in outside]),
            len(outside),
        )
    )
    ranked = [Ranked(*row) for row in rows]
    renown = Counter(number[cited] for _, cited in used)
    goal = {number[one] for one in hidden}
    orders = {
        "citations": sorted((number[one] for one in outside), key=lambda n: (-renown[n], n)),
        "discover": [one.id for one in ranked],
        "co-citation": ordered(ranked, "co_cited"),
        "coupling": ordered(ranked, "coupled"),
        "cited by": ordered(ranked, "cited_by"),
    }
    found = {name: len(goal & set(ids[:best])) / len(goal) for name, ids in orders.items()}
    cited = {one for pair in used for one in pair}
    return Outcome(found, len(hidden & cited) / len(hidden))


def ordered(ranked: list[Ranked], name: str) -> list[int]:
    """Return the works that have one part of the score, in the order of that alone."""
    some = [one for one in ranked if getattr(one, name)]
    return [one.id for one in sorted(some, key=lambda one: (-getattr(one, name), one.id))]


if __name__ == "__main__":
    main()
