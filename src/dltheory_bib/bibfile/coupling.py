"""Measure how closely works are coupled with those of a list.

Two works are linked if one cites the other or has a relation to it. A renowned work has links with
works of every list, so their number alone would suggest the same classics to everybody. The measure
is therefore how much more likely the links of a work are than those of any work with as many links
(the log-likelihood of a Poisson distribution, as for collocations in Dunning 1993,
https://aclanthology.org/J93-1003/).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography


class Coupling:
    """The links of a list's works with all others."""

    def __init__(self, bib: Bibliography, listed: Iterable[str]) -> None:
        snapshot = bib.snapshot
        self._snapshot = snapshot
        numbers = [number for key in listed if (number := snapshot.find(key)) is not None]
        self._linked: dict[int, set[int]] = defaultdict(set)
        ends = 0
        for number in numbers:
            for other in self._neighbours(number):
                ends += 1
                self._linked[other].add(number)
        # Two works may have several relations, and are linked once.
        pairs = "SELECT DISTINCT source, target FROM edge WHERE source != target"
        ((links,),) = snapshot.fetch(f"SELECT count(*) FROM ({pairs})")
        self._share = ends / (2 * links) if links else 0.0
        """The share of all ends of links that are at works of the list."""

    @property
    def numbers(self) -> list[int]:
        """The numbers of all works that are linked with works of the list."""
        return list(self._linked)

    def renown(self, key: str) -> tuple[int, str]:
        """Return a key for sorting works by the number of their links."""
        number = self._snapshot.find(key)
        return len(self._neighbours(number)) if number is not None else 0, key

    def _neighbours(self, number: int) -> set[int]:
        out = self._snapshot.fetch("SELECT target FROM edge WHERE source = ?", (number,))
        back = self._snapshot.fetch("SELECT source FROM edge WHERE target = ?", (number,))
        return {other for (other,) in (*out, *back)} - {number}

    def linked(self, number: int) -> set[int]:
        """Return the works of the list that a work is linked with."""
        return self._linked.get(number, set())

    def strength(self, number: int) -> float:
        """Return how closely a work is coupled with the list; 0 if not more than any work."""
        found = len(self.linked(number))
        if not found:
            return 0.0
        expected = len(self._neighbours(number)) * self._share
        return found * log(found / expected) - (found - expected) if found > expected else 0.0
