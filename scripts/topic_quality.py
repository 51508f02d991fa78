"""Measure how often the first suggested topic of a work is right.

    python scripts/topic_quality.py [--half test] [--sample N] [--seed 13] [--abstracts]

Each work with topics is hidden in turn, and topics are suggested by its title and, with
`--abstracts`, by its annotation in place of an abstract. The first is right if it is one of the
work's topics. The works are split in two halves by a seed: `tune` to choose numbers by, `test` to
report on.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter

from dltheory_bib import Bibliography, load
from dltheory_bib.models.paper import Paper
from dltheory_bib.query.topic_suggestions import suggest


def half(bib: Bibliography, name: str, seed: int) -> list[Paper]:
    """The works with topics of one half."""
    works = [paper for paper in bib if paper.topics]
    random.Random(seed).shuffle(works)
    middle = len(works) // 2
    return works[:middle] if name == "tune" else works[middle:]


def judged(bib: Bibliography, works: list[Paper], abstracts: bool) -> Counter[str]:
    """Count the suggestions: `right`, `near` (a broader or narrower topic), `wrong`, `none`."""
    everything = frozenset(bib.snapshot.numbers(bib.papers).values())
    made: Counter[str] = Counter()
    for paper in works:
        (number,) = bib.snapshot.numbers([paper.key]).values()
        said = (paper.summary or "") if abstracts else ""
        found = suggest(
            bib.snapshot, paper.plain_title, said, paper.year, everything - {number}
        ).topics
        made[_verdict(bib, paper, found[0].topic) if found else "none"] += 1
    return made


def _verdict(bib: Bibliography, paper: Paper, topic: str) -> str:
    if topic in paper.topics:
        return "right"
    near = {one.id for one in (*bib.broader(topic), *bib.narrower(topic))}
    return "near" if near & set(paper.topics) else "wrong"


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--half", choices=["tune", "test"], default="test")
    parser.add_argument("--sample", type=int, default=0, help="so many of them; default: all")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--abstracts", action="store_true")
    options = parser.parse_args()
    bib = load()
    works = half(bib, options.half, options.seed)
    works = works[: options.sample] if options.sample else works
    made = judged(bib, works, options.abstracts)
    shares = ", ".join(f"{name} {made[name]}" for name in ("right", "near", "wrong", "none"))
    suggested = len(works) - made["none"]
    sys.stdout.write(
        f"{len(works)} works, {options.half} half: {shares}; the first is right for "
        f"{made['right'] / len(works):.1%} of all, and for "
        f"{made['right'] / max(suggested, 1):.1%} of those with a suggestion\n"
    )


if __name__ == "__main__":
    main()
