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
exponent has five parts, compared from the left; each is infinitesimal compared with those before
it:

1. `exp`, above every power; `exp^2` is $e^{\Theta(x^2)}$, `exp^2*log` has a logarithm beside $x^2$,
   and the constant inside is not compared;
2. the power, a rational number;
3. `polylog`, an unspecified power of the logarithm: above every specified power of it;
4. the power of the logarithm;
5. the power of the iterated logarithm.

A ratio of parameters in a power, as in $\varepsilon^{-d/s}$, may have any positive value. So
$\varepsilon^{d/s}$ is compared as a symbol of its own, independent of $\varepsilon$: a combination
that suffices for independent symbols suffices for every value of the ratio. A ratio that is at most
another one is its summand: the larger is the sum of the smaller and of an independent difference.

The logarithm of a quotient, `log(d/eps)`, is the sum of those of its symbols, and a power of this
sum is the sum of their powers, up to a constant.

The weights of a convex combination are rational, and in each coordinate the combination must be at
least the exponent in that order. This condition is sufficient; with logarithms or exponentials in
sums it is not necessary (`log x` is at most a constant times the larger of `x/y` and `log y`), and
then the two bounds count as incomparable. All arithmetic is exact.

Some bounds are not known to the last factor: `polylog` has an unspecified power, `exp` without a
power an unspecified rate, and $\tilde O$ hides logarithms in every symbol. Such a bound has a least
and a greatest reading, between which the true one lies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import gcd, lcm
from typing import Literal, NamedTuple

from dltheory_bib.text.exponents import NUMBER, RATIO, split_exponent, symbols_in

Reading = Literal["least", "greatest"]


class Exponent(NamedTuple):
    """The growth of a monomial as one symbol goes to its extreme; larger is faster."""

    exponential: Fraction = Fraction(0)
    power: Fraction = Fraction(0)
    polylog: Fraction = Fraction(0)
    logs: Fraction = Fraction(0)
    loglogs: Fraction = Fraction(0)


Monomial = tuple[Exponent, ...]
"""An exponent for each symbol of the question, in the question's order, then for each symbol and
ratio of parameters.
"""
Bound = tuple[Monomial, ...]
"""A sum of monomials."""

_EXP = re.compile(r"(-?)exp(?:\^([^\s*]+)(\*log)?)?")
_LOG = re.compile(r"(log|loglog)(?:\^(\S+))?$")
_TERM = re.compile(rf"(?:^|(?<= ))([+-] |-)?(?:({NUMBER})(?: ({RATIO}))?|({RATIO}))(?= |$)")
_FAST, _SLOW = Fraction(10**6), Fraction(1, 10**6)
"""Stand for an unspecified rate inside an exponential, above or below every stated one."""


def read_power(text: str) -> dict[str, Fraction]:
    """Parse a power as a linear form in ratios of parameters; the constant has the empty name.

    >>> {name: str(value) for name, value in read_power("-2 d/s - 1/2").items()}
    {'d/s': '-2', '': '-1/2'}
    """
    found: dict[str, Fraction] = {}
    for sign, number, times, alone in _TERM.findall(text):
        value = Fraction(number or 1) * (-1 if "-" in sign else 1)
        found[times or alone] = found.get(times or alone, Fraction(0)) + value
    return found


def read_exponent(text: str, extreme: str = "infinity", reading: Reading = "greatest") -> Exponent:
    """Parse an exponent such as `-2 log^4` as growth towards the symbol's extreme, without its
    ratios of parameters.

    >>> read_exponent("-7/4 polylog", "zero").power
    Fraction(7, 4)
    """
    sign = -1 if extreme == "zero" else 1
    power, logs = split_exponent(text)
    most = reading == "greatest"
    exponential = Fraction(0)
    if found := _EXP.match(power):
        falls = bool(found[1])
        rate = Fraction(found[2]) if found[2] else _FAST if most != falls else _SLOW
        rate += _SLOW if found[3] else 0
        exponential, power = -rate if falls else rate, ""
    made = Exponent(exponential, read_power(power).get("", Fraction(0)) * sign)
    for log in logs.split():
        if log == "polylog":
            made = made._replace(polylog=Fraction(most))
        elif found := _LOG.match(log):
            value = Fraction(found[2] or 1)
            made = made._replace(**{"logs" if found[1] == "log" else "loglogs": value})
    return made


def read_bound(
    monomials: Iterable[Mapping[str, str]],
    extremes: Mapping[str, str],
    ignore_polylog: bool = False,
    ratios: Sequence[str] = (),
    reading: Reading = "greatest",
    hidden: int = 0,
    below: Mapping[str, str] | None = None,
    ratios_below: Mapping[str, str] | None = None,
) -> Bound:
    """Return the bound of a card; empty if the card has no monomial.

    `extremes` has the symbols of the question, each with its extreme, `ratios` the ratios of
    parameters. `ignore_polylog` drops all logarithmic factors. `hidden` is 1 if further factors
    `polylog` multiply the bound in this reading, -1 if they divide it. `below` has symbols that are
    at most another one, as an average is at most a maximum: the other one is their product with a
    factor, and these two are independent. `ratios_below` has ratios that are at most another one.
    Raises `KeyError` for a symbol or ratio that the question
    does not declare.
    """
    places = {name: place for place, name in enumerate(extremes)}
    bound = []
    for monomial in monomials:
        parts = [name for name in monomial if "(" not in name]
        made = [Exponent()] * (len(extremes) * (1 + len(ratios)))
        for name in parts:
            made[places[name]] = read_exponent(monomial[name], extremes[name], reading)
            if "exp" in monomial[name]:
                continue
            for ratio, value in read_power(split_exponent(monomial[name])[0]).items():
                if ratio:
                    if ratio not in ratios:
                        raise KeyError(ratio)
                    place = (1 + list(ratios).index(ratio)) * len(extremes) + places[name]
                    made[place] = Exponent(power=-value if extremes[name] == "zero" else value)
        # A power of a sum of logarithms is the sum of their powers.
        sums = [(symbols_in(name), Fraction(monomial[name])) for name in monomial if "(" in name]
        for chosen in product(*(names for names, _ in sums)):
            term = list(made)
            for name, (_, power) in zip(chosen, sums, strict=True):
                old = term[places[name]]
                term[places[name]] = old._replace(logs=old.logs + power)
            bound.append(term)
    for term in bound:
        _split_ratios(term, len(extremes), ratios, ratios_below or {})
    if hidden:
        bound = [
            [
                one._replace(polylog=one.polylog + hidden) if place < len(extremes) else one
                for place, one in enumerate(term)
            ]
            for term in bound
        ]
    if ignore_polylog:
        none = {"polylog": Fraction(0), "logs": Fraction(0), "loglogs": Fraction(0)}
        bound = [[one._replace(**none) for one in term] for term in bound]
    for term in bound:
        _split_symbols(term, places, below or {})
    return tuple(map(tuple, bound))


def _split_symbols(
    term: list[Exponent], places: Mapping[str, int], below: Mapping[str, str]
) -> None:
    """Write each symbol as a product of those that are at most it and an independent factor."""
    for name, larger in below.items():
        pairs = zip(term[places[name]], term[places[larger]], strict=True)
        term[places[name]] = Exponent(*(one + other for one, other in pairs))


def _split_ratios(
    term: list[Exponent], size: int, ratios: Sequence[str], below: Mapping[str, str]
) -> None:
    """Write each ratio as a sum: of those that are at most it, and of an independent difference."""
    powers = [one.power for one in term]
    for number, name in enumerate(ratios, start=1):
        larger = below.get(name)
        while larger is not None:
            other = (1 + list(ratios).index(larger)) * size
            for place in range(size):
                here = number * size + place
                power = term[here].power + powers[other + place]
                term[here] = term[here]._replace(power=power)
            larger = below.get(larger)


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
        [
            _whole([one[symbol][part] - monomial[symbol][part] for one in large])
            for part in range(len(Exponent._fields))
        ]
        for symbol in range(len(monomial))
    ]
    size = len(large)
    unit = [[int(i == j) for j in range(size)] for i in range(size)]
    weights = [_Row(tuple(row), False) for row in unit] + [_Row((1,) * size, True)]
    return _some_weights(weights, surplus)


def _whole(form: Sequence[Fraction]) -> list[int]:
    """Return a multiple of a linear form: only its sign counts, and whole numbers are fast."""
    scale = lcm(*(value.denominator for value in form))
    return [value.numerator * (scale // value.denominator) for value in form]


class _Row(NamedTuple):
    """A linear form in the weights that must be non-negative, or positive."""

    form: tuple[int, ...]
    strict: bool


def _some_weights(known: list[_Row], surplus: list[list[list[int]]]) -> bool:
    """Return whether weights exist for which no symbol's surplus is lexicographically negative."""
    if not _is_feasible(known):
        return False
    if not surplus:
        return True
    return any(_some_weights(known + more, surplus[1:]) for more in _ways(surplus[0]))


def _ways(parts: list[list[int]]) -> Iterator[list[_Row]]:
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
    common = gcd(*row.form)
    return _Row(tuple(value // common for value in row.form), row.strict) if common > 1 else row
