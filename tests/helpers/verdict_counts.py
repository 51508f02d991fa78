"""What `check` finds in corrupted entries of works that it knows, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dltheory_bib import Bibliography
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.lint.linter import Linted, lint
from helpers.corruptions import KINDS, Corruptor, Entry, to_bib

ACCUSED = ("contradicted", "differs")
LEAST = {"near-miss title": 0.95, "wrong venue": 0.95, "year off": 0.95}
"""The share of corruptions that has to be seen; 0.98 unless named."""
LEAST_SEEN = 0.98
LEAST_PLACED = 0.95
"""The share that has to be reported about the field that was changed."""


class Seen(NamedTuple):
    """What is found of one kind of corruption."""

    kind: str
    count: int
    seen: int
    """Entries that differ or are contradicted."""
    placed: int
    """Those of which a finding is about the field that was changed."""
    verified: int
    """Entries of which the changed field is called verified, or all is."""

    @property
    def is_enough(self) -> bool:
        """Whether the shares are those that are asked for."""
        least = LEAST.get(self.kind, LEAST_SEEN)
        return self.seen >= least * self.count and self.placed >= LEAST_PLACED * self.count


def corruptions_seen(bib: Bibliography, seed: int, count: int = 200) -> Iterator[Seen]:
    """Corrupt entries of each kind, and check them as a .bib file."""
    made = Corruptor(bib, seed)
    for kind in KINDS:
        changed = made.corrupted(kind, count)
        linted = checked(bib, [entry for _, entry, _ in changed])
        seen = placed = verified = 0
        for one, (_, _, name) in zip(linted.judgements, changed, strict=True):
            seen += one.verdict in ACCUSED
            placed += name in one.found.fields("differs", "contradicted")
            plain = one.verdict == "verified" and not one.found.fields("not checked")
            verified += plain or name in one.found.fields("verified")
        yield Seen(kind, count, seen, placed, verified)


def valid_verdicts(bib: Bibliography) -> Counter[str]:
    """Check an entry of each published work, with the short and with the long name of its venue."""
    made = Corruptor(bib, 0)
    entries = [made.entry(paper, long) for paper in made.works for long in (False, True)]
    return Counter(one.verdict for one in checked(bib, entries).judgements)


def checked(bib: Bibliography, entries: Sequence[Entry]) -> Linted:
    """What `check` reports of a file of these entries."""
    return lint(bib, [parse_bib(to_bib(entries))])
