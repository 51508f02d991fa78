"""What is known in a setting: which cards apply under given assumptions, and which are best.

A setting grants assumptions, with all that follows from them. A card applies if each of its
assumptions is granted. It *may* apply if all that was read of it is granted, but not all that it is
supposed to assume, or if something in it is unknown. A lower bound applies only if its hard
instance has all that is granted about problem, oracle, noise, network, data and start, and if the
class of its methods is granted by name: otherwise a method that uses more may do better, so such a
bound may apply as well.

In a setting only bounds and guarantees are compared, since all assumptions are granted. Nothing
here compares two bounds: `theorems.ranking` did that when the collection was compiled. This module
imports no records, and the page of a question computes the same in the browser.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

ANY = "any-"
"""Begins a name for all assumptions about one thing: `any-data`."""
CLASS = frozenset({"algorithm"})
"""What restricts the methods to which a lower bound applies, with what its question lets answers
choose; the rest restricts its instance.
"""
APPLIES, MAY_APPLY = "applies", "may apply"
BEST, BEATEN, ALONE, OPEN = "best", "beaten", "alone", "open"
STANDINGS = {
    BEST: "best in this setting: no card that applies has a stronger bound and guarantee",
    BEATEN: "a card that applies is stronger",
    ALONE: "nothing here compares: no other card that applies is comparable with it",
    OPEN: "not comparable as far as read: the theorem was not read in full, so it cannot be best",
}
"""What a card can be in a setting."""


class _Assumption(Protocol):
    @property
    def about(self) -> str: ...
    @property
    def implies(self) -> Sequence[str]: ...


class _Card(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def assumptions(self) -> Sequence[str]: ...
    @property
    def supposed(self) -> Sequence[str]: ...
    @property
    def unknown(self) -> Sequence[str]: ...


class Setting:
    """What may be assumed.

    `assume` grants these assumptions and what they imply, `any-data` all that are about data;
    without it everything is granted. `drop` takes assumptions away, with all that imply them.
    `chosen` is what the question lets answers choose.
    """

    def __init__(
        self,
        vocabulary: Mapping[str, _Assumption],
        assume: Iterable[str] = (),
        drop: Iterable[str] = (),
        chosen: Iterable[str] = (),
    ) -> None:
        self._vocabulary = vocabulary
        self._classes = CLASS | set(chosen)
        self._closed: dict[str, frozenset[str]] = {}
        self.assume, self.drop = tuple(assume), frozenset(drop)
        wild = {one.removeprefix(ANY) for one in self.assume if one.startswith(ANY)}
        named = {one for one in self.assume if one in vocabulary}
        dropped = {one for one in vocabulary if self.closure(one) & self.drop}
        self.wild = wild if self.assume else {one.about for one in vocabulary.values()}
        everything = {one for one in vocabulary if vocabulary[one].about in self.wild}
        stated = {follows for one in named for follows in self.closure(one)}
        self.granted = frozenset((everything | stated) - dropped)
        """All that may be assumed."""
        self.stated = frozenset(stated - dropped)
        """What is granted by name."""

    def closure(self, name: str) -> frozenset[str]:
        """Return an assumption and all that follows from it."""
        if name not in self._closed:
            found, todo = {name}, [name]
            while todo:
                here = self._vocabulary.get(todo.pop())
                new = set(here.implies if here else ()) - found
                found |= new
                todo += new
            self._closed[name] = frozenset(found)
        return self._closed[name]

    def implying(self, name: str) -> frozenset[str]:
        """Return the assumptions from which this one follows."""
        return frozenset(one for one in self._vocabulary if name in self.closure(one))

    def applies(self, card: _Card) -> str:
        """Return `applies`, `may apply`, or nothing."""
        if not self.granted.issuperset(card.assumptions):
            return ""
        sure = self.granted.issuperset(card.supposed) and not set(card.unknown) - {"holds"}
        if card.kind == "lower":
            sure = sure and self._is_hard(card)
        return APPLIES if sure else MAY_APPLY

    def _is_hard(self, card: _Card) -> bool:
        """Return whether a lower bound holds for an instance that has all that is granted, and for
        every method of the classes that are granted by name.
        """
        has = {follows for one in card.assumptions for follows in self.closure(one)}
        classed = {one for one in self._vocabulary if self._vocabulary[one].about in self._classes}
        return (
            self.stated - classed <= has
            and classed.intersection(card.assumptions) <= self.stated
            and not self.wild - self._classes
        )

    def missing(self, card: _Card) -> tuple[str, ...]:
        """Return what a card assumes that is not granted; nothing if it assumes what is dropped."""
        needed = [one for one in (*card.assumptions, *card.supposed) if one not in self.granted]
        return () if any(self.closure(one) & self.drop for one in needed) else tuple(needed)


class Comparable(NamedTuple):
    """How the bound and the guarantee of a card compare with those of others of its quantity, which
    are given by their places in a list; all but `matches` of its kind.
    """

    beats: Sequence[int] = ()
    """Those that it is known to beat strictly."""
    covers: Sequence[int] = ()
    """Those whose bound and guarantee follow from its own, if it is as it says."""
    matches: Sequence[int] = ()
    """Of an upper bound, the lower bounds of its quantity that it does not exceed, but for
    logarithms.
    """


def standings(
    places: Collection[int], comparable: Sequence[Comparable], fully_read: Sequence[bool]
) -> dict[int, str]:
    """Return what each of some cards is among them: the ranked cards that apply in a setting."""
    here = set(places)
    beaten = {other for place in here for other in comparable[place].beats} & here
    related: dict[int, set[int]] = {place: set() for place in here}
    for place in here:
        for other in comparable[place].covers:
            if other in here:
                related[place].add(other)
                related[other].add(place)
    found = {}
    for place in sorted(here):
        if place in beaten:
            found[place] = BEATEN
        elif not related[place]:
            found[place] = ALONE
        elif fully_read[place] and here.intersection(comparable[place].covers):
            found[place] = BEST
        else:
            found[place] = OPEN
    return found
