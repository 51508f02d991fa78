"""How many works there are by year, as bars of an SVG drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

HEIGHT, STEP, FOOT, WIDEST = 72, 14, 18, 46
"""Units of the drawing: the tallest bar, a year's width, the foot with the years; most years."""


class Bar(NamedTuple):
    """A year."""

    year: int
    works: int
    x: float
    y: float
    height: float
    label: str
    """The year where it is written, else empty."""


class Timeline(NamedTuple):
    """A drawing, and what it says in a sentence."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    earlier: int
    """Works from before the first bar."""
    said: str


def timeline(years: Iterable[int]) -> Timeline | None:
    """The bars of some years, from the first to the last; None where there is only one year.

    A few old works would press all others into a corner: no more than `WIDEST` years are drawn, and
    those before are counted.
    """
    numbers = Counter(years)
    if len(numbers) < 2:
        return None
    last = max(numbers)
    first = max(min(numbers), last - WIDEST + 1)
    earlier = sum(count for year, count in numbers.items() if year < first)
    most = max(count for year, count in numbers.items() if year >= first)
    bars = []
    for number, year in enumerate(range(first, last + 1)):
        height = round(HEIGHT * numbers[year] / most, 1)
        labelled = year % 5 == 0 or (last - first < 12 and year in {first, last})
        label = str(year) if labelled else ""
        bars.append(
            Bar(year, numbers[year], number * STEP + 12, HEIGHT - height + 14, height, label)
        )
    top = max(numbers, key=lambda year: (numbers[year], -year))
    said = f"Works by year, {min(numbers)} to {last}; most in {top}, {numbers[top]}."
    return Timeline(tuple(bars), len(bars) * STEP + 24, HEIGHT + 14 + FOOT, earlier, said)
