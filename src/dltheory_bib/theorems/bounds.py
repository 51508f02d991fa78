r"""Bounds as sums of monomials, and the order between them.

Bounds are compared up to constants, as all symbols go to their extremes independently of each
other. For sums of powers there is an exact criterion:

    $x^a \le C (x^{b_1} + \dots + x^{b_m})$ for all large $x_1, \dots, x_k$, with some constant $C$,
    if and only if a convex combination of $b_1, \dots, b_m$ is at least $a$ in every coordinate,

that is, if $a$ lies in the Newton polyhedron of the other side, the convex hull of its exponents
minus the positive orthant. *If*: a weighted geometric mean is at most the maximum. *Only if*:
otherwise some $w \ge 0$ separates, $w \cdot a > w \cdot b_i$ for every $i$, and along $x_j =
t^{w_j}$ the left side outgrows the right. (In algebra this is the integral closure of a monomial
ideal: see the introduction of arXiv 2409.07986, or Huneke and Swanson, *Integral Closure of Ideals,
Rings, and Modules*, 2006, section 1.4.) A sum is at most another if each of its monomials is.

Exponents measure growth: if a symbol goes to zero, the sign of its exponent is reversed. An
exponent has four parts, compared from the left; each is infinitesimal compared with those before
it:

1. `exp`, above every power; the rate inside is not compared, so any two are equal;
2. the power, a rational number;
3. `polylog`, an unspecified power of the logarithm: above every specified power of it;
4. the power of the logarithm.

The weights of a convex combination are rational, and in each coordinate the combination must be at
least the exponent in that order. This condition is sufficient; with logarithms or exponentials in
sums it is not necessary (`log x` is at most a constant times the larger of `x/y` and `log y`), and
then the two bounds count as incomparable. All arithmetic is exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple


class Exponent(NamedTuple):
    """The growth of a monomial as one symbol goes to its extreme; larger is faster."""

    exponential: Fraction = Fraction(0)
    power: Fraction = Fraction(0)
    polylog: Fraction = Fraction(0)
    logs: Fraction = Fraction(0)


Monomial = tuple[Exponent, ...]
"""An exponent for each symbol of the question, in the question's order."""
Bound = tuple[Monomial, ...]
"""A sum of monomials."""

_PART = re.compile(r"(-?[0-9][0-9./]*)|(exp)|(polylog)|log(?:\^(\S+))?")


def read_exponent(text: str, extreme: str = "infinity") -> Exponent:
    """Parse an exponent such as `-2 log^4` as growth towards the symbol's extreme.

    >>> read_exponent("-7/4 polylog", "zero").power
    Fraction(7, 4)
    """
    exponential = power = polylog = logs = Fraction(0)
    for found in _PART.finditer(text):
        if found[1]:
            power = Fraction(found[1]) * (-1 if extreme == "zero" else 1)
        elif found[2]:
            exponential = Fraction(1)
        elif found[3]:
            polylog = Fraction(1)
        else:
            logs = Fraction(found[4] or 1)
    return Exponent(exponential, power, polylog, logs)


def read_bound(
    monomials: Iterable[Mapping[str, str]],
    extremes: Mapping[str, str],
    ignore_polylog: bool = False,
) -> Bound:
    """Return the bound of a card; empty if the card has no monomial.

    `extremes` has the symbols of the question, each with its extreme. `ignore_polylog` drops all
    logarithmic factors. Raises `KeyError` for a symbol that the question does not declare.
    """
    bound = []
    for monomial in monomials:
        read = {name: read_exponent(text, extremes[name]) for name, text in monomial.items()}
        if ignore_polylog:
            read = {
                name: one._replace(polylog=Fraction(0), logs=Fraction(0))
                for name, one in read.items()
            }
        bound.append(tuple(read.get(name, Exponent()) for name in extremes))
    return tuple(bound)


def at_most(small: Bound, large: Bound) -> bool:
    """Return whether one bound is at most another, up to a constant. Both must have the same
    symbols.
    """
    return all(_is_below(monomial, large) for monomial in small)


def steepest(bound: Bound) -> Monomial:
    """Return the largest exponent of each symbol; a smaller sum has no larger one."""
    return tuple(max(exponents) for exponents in zip(*bound, strict=True))


def _is_below(monomial: Monomial, large: Bound) -> bool:
    if any(all(map(Exponent.__le__, monomial, one)) for one in large):
        return True
    if len(large) == 1 or any(map(Exponent.__gt__, monomial, steepest(large))):
        return False  # no combination is above the largest
    # Build one row per symbol: the surplus of each monomial over this one. The weighted sum of a
    # row must be non-negative.
    surplus = [
        [[one[symbol][part] - monomial[symbol][part] for one in large] for part in range(4)]
        for symbol in range(len(monomial))
    ]
    size = len(large)
    unit = [[Fraction(i == j) for j in range(size)] for i in range(size)]
    weights = [_Row(tuple(row), False) for row in unit] + [_Row((Fraction(1),) * size, True)]
    return _some_weights(weights, surplus)


class _Row(NamedTuple):
    """A linear form in the weights that must be non-negative, or positive."""

    form: tuple[Fraction, ...]
    strict: bool


def _some_weights(known: list[_Row], surplus: list[list[list[Fraction]]]) -> bool:
    """Return whether weights exist for which no symbol's surplus is lexicographically negative."""
    if not _is_feasible(known):
        return False
    if not surplus:
        return True
    return any(_some_weights(known + more, surplus[1:]) for more in _ways(surplus[0]))


def _ways(parts: list[list[Fraction]]) -> Iterator[list[_Row]]:
    """Yield the cases in which a surplus is non-negative, by the first part that is not zero."""
    forms = [tuple(form) for form in parts if any(form)]
    zero: list[_Row] = []
    for form in forms[:-1]:
        yield [*zero, _Row(form, True)]
        zero += [_Row(form, False), _Row(tuple(-value for value in form), False)]
    yield [*zero, *(_Row(form, False) for form in forms[-1:])]


def _is_feasible(rows: Iterable[_Row]) -> bool:
    """Return whether the linear forms can hold at once, by Fourier-Motzkin elimination."""
    left = {_scaled(row) for row in rows}
    size = max((len(row.form) for row in left), default=0)
    for place in range(size):
        above = [row for row in left if row.form[place] > 0]
        below = [row for row in left if row.form[place] < 0]
        left = {row for row in left if not row.form[place]}
        for one in above:
            for other in below:
                left.add(_scaled(_without(place, one, other)))
    return not any(row.strict for row in left)


def _without(place: int, one: _Row, other: _Row) -> _Row:
    """Combine two forms so that one weight is eliminated."""
    up, down = one.form[place], -other.form[place]
    form = tuple(a * down + b * up for a, b in zip(one.form, other.form, strict=True))
    return _Row(form, one.strict or other.strict)


def _scaled(row: _Row) -> _Row:
    first = next((abs(value) for value in row.form if value), Fraction(1))
    return _Row(tuple(value / first for value in row.form), row.strict)
