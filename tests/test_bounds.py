"""Bounds in order: what the criterion says by hand, and what an order must always do."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from dltheory_bib.text.exponents import EXPONENT
from dltheory_bib.theorems.bounds import (
    Bound,
    Exponent,
    at_most,
    read_bound,
    read_exponent,
    steepest,
)
from helpers.budget import examples
from helpers.cards import card, question

QUESTION = question()
FAST = 10**6
"""The exponential of an unspecified rate, in its greatest reading."""


def bound(*monomials: dict[str, str], ignore_polylog: bool = False) -> Bound:
    extremes = {symbol.id: symbol.extreme for symbol in QUESTION.symbols}
    return read_bound(card(*monomials).bound, extremes, ignore_polylog)


@pytest.mark.parametrize(
    ("text", "extreme", "read"),
    [
        ("-2", "zero", (0, 2, 0, 0, 0)),
        ("-2", "infinity", (0, -2, 0, 0, 0)),
        ("0", "infinity", (0, 0, 0, 0, 0)),
        ("-3.5 log^4", "zero", (0, Fraction(7, 2), 0, 4, 0)),
        ("7/4 polylog", "infinity", (0, Fraction(7, 4), 1, 0, 0)),
        ("log", "zero", (0, 0, 0, 1, 0)),
        ("log^-1", "zero", (0, 0, 0, -1, 0)),
        ("log^1/2", "infinity", (0, 0, 0, Fraction(1, 2), 0)),
        ("exp", "zero", (FAST, 0, 0, 0, 0)),
        ("exp polylog", "infinity", (FAST, 0, 1, 0, 0)),
        ("exp^1/2", "infinity", (Fraction(1, 2), 0, 0, 0, 0)),
        ("-exp^2 log", "infinity", (-2, 0, 0, 1, 0)),
        ("log^-1 loglog^-1", "zero", (0, 0, 0, -1, -1)),
        ("1 loglog", "infinity", (0, 1, 0, 0, 1)),
        ("-2 d/s - 1/2 log", "zero", (0, Fraction(1, 2), 0, 1, 0)),
    ],
)
def test_an_exponent_is_read_as_growth(text: str, extreme: str, read: tuple[Any, ...]) -> None:
    """A symbol that goes to zero has its power turned round, its logarithm not."""
    assert re.fullmatch(EXPONENT, text)
    assert read_exponent(text, extreme) == read


# Each left side is at most the right one; the second column says whether also the other way round.
ORDERED = [
    ([{"eps": "-2"}], False, [{"eps": "-4"}]),
    ([{"eps": "-7/4"}], False, [{"eps": "-2"}]),
    ([{"eps": "-1.75"}], True, [{"eps": "-7/4"}]),
    ([{"eps": "-2"}], False, [{"eps": "-2", "d": "polylog"}]),
    ([{"eps": "-2", "d": "log^4"}], False, [{"eps": "-2", "d": "polylog"}]),
    ([{"eps": "-2", "d": "polylog"}], False, [{"eps": "-2", "d": "1/100"}]),
    ([{"d": "1000 polylog"}], False, [{"d": "exp"}]),
    ([{"d": "exp"}], True, [{"d": "exp"}]),
    ([{}], False, [{"n": "log^1/2"}]),
    ([{}], True, [{}, {}]),
    ([{"n": "-1"}], False, [{}]),
    # Sums
    ([{"n": "1/2", "eps": "-2"}], False, [{"n": "1"}, {"eps": "-4"}]),
    ([{"n": "1/2", "eps": "-2"}, {"n": "1"}], False, [{"n": "1"}, {"eps": "-4"}]),
    ([{"n": "1"}, {"n": "1/3"}], True, [{"n": "1"}]),
    ([{"n": "1", "d": "1"}, {"n": "2"}, {"d": "2"}], True, [{"n": "2"}, {"d": "2"}]),
    ([{"n": "1/2 log^2", "eps": "-2"}], False, [{"n": "1 log^4"}, {"eps": "-4"}]),
    ([{"n": "1/2", "d": "log"}], False, [{"n": "1"}, {"d": "polylog"}]),
    ([{"n": "5", "d": "5"}], False, [{"n": "exp"}, {"d": "exp"}]),
    ([{"n": "1", "d": "1", "eps": "-1"}], False, [{"n": "3"}, {"d": "3"}, {"eps": "-3"}]),
]


@pytest.mark.parametrize(("small", "equal", "large"), ORDERED)
def test_one_bound_is_at_most_another(
    small: list[dict[str, str]], equal: bool, large: list[dict[str, str]]
) -> None:
    assert at_most(bound(*small), bound(*large))
    assert at_most(bound(*large), bound(*small)) == equal


INCOMPARABLE = [
    ([{"eps": "-2", "d": "1"}], [{"eps": "-3"}]),
    ([{"n": "1"}], [{"d": "1"}]),
    ([{"n": "1", "eps": "-2"}], [{"n": "1"}, {"eps": "-4"}]),
    ([{"n": "2/3", "eps": "-2"}], [{"n": "1/2", "eps": "-3"}]),
    # log²x / log y is not at most the larger of x²/y and 1: along y = x² it is log x / 2.
    ([{"n": "log^2", "d": "log^-1"}], [{"n": "2", "d": "-1"}, {}]),
]


@pytest.mark.parametrize(("one", "other"), INCOMPARABLE)
def test_incomparable_is_an_answer(one: list[dict[str, str]], other: list[dict[str, str]]) -> None:
    assert not at_most(bound(*one), bound(*other))
    assert not at_most(bound(*other), bound(*one))


def test_logarithms_are_ignored_only_when_asked() -> None:
    one, other = [{"eps": "-2 log^4", "d": "polylog"}], [{"eps": "-2"}]
    assert not at_most(bound(*one), bound(*other))
    plain = bound(*one, ignore_polylog=True)
    assert plain == bound(*other, ignore_polylog=True)


def test_a_symbol_that_nobody_declared_raises() -> None:
    with pytest.raises(KeyError, match="delta"):
        bound({"delta": "-1"})


POWERS = st.fractions(-3, 3, max_denominator=4)
LOGS = st.sampled_from(["", " log", " log^2", " polylog"])
EXPONENTS = st.one_of(
    st.builds("{}{}".format, POWERS, LOGS), st.just("exp"), st.sampled_from(["log", "polylog"])
)
NAMES = st.sampled_from([symbol.id for symbol in QUESTION.symbols])
SUMS = st.lists(st.dictionaries(NAMES, EXPONENTS, max_size=3), min_size=1, max_size=3)
PLAIN_SUMS = st.lists(st.dictionaries(NAMES, POWERS.map(str), max_size=3), min_size=1, max_size=4)


@given(SUMS)
def test_every_bound_is_at_most_itself(one: list[dict[str, str]]) -> None:
    assert at_most(bound(*one), bound(*one))


@examples(25)
@given(SUMS, SUMS, SUMS)
def test_at_most_goes_on(
    one: list[dict[str, str]], two: list[dict[str, str]], three: list[dict[str, str]]
) -> None:
    """If a ≤ b and b ≤ c then a ≤ c; the second is made so that it is above the first."""
    a, b = bound(*one), bound(*one, *two)
    assert at_most(a, b)
    for c in (bound(*one, *two, *three), bound(*three)):
        assert not at_most(b, c) or at_most(a, c)


@given(SUMS, SUMS)
def test_a_smaller_bound_is_nowhere_steeper(
    one: list[dict[str, str]], two: list[dict[str, str]]
) -> None:
    a, b = bound(*one), bound(*two)
    if at_most(a, b):
        assert all(map(Exponent.__le__, steepest(a), steepest(b)))


@given(st.dictionaries(NAMES, EXPONENTS, max_size=3), st.dictionaries(NAMES, EXPONENTS, max_size=3))
def test_single_monomials_below_each_other_are_equal(
    one: dict[str, str], two: dict[str, str]
) -> None:
    a, b = bound(one), bound(two)
    if at_most(a, b) and at_most(b, a):
        assert a == b


@pytest.mark.slow
@examples(25)
@given(PLAIN_SUMS, PLAIN_SUMS)
def test_exact_arithmetic_agrees_with_a_linear_program(
    one: list[dict[str, str]], two: list[dict[str, str]]
) -> None:
    """On sums of powers the hull is that of a floating-point solver, away from its edge."""
    a, b = bound(*one), bound(*two)
    surplus = []
    for monomial in a:
        # The largest t such that a convex combination is above the monomial by t in each symbol.
        size = len(b)
        rows = [[*(-float(m[j].power) for m in b), 1.0] for j in range(3)]
        limits = [-float(monomial[j].power) for j in range(3)]
        solved = linprog(
            [*([0.0] * size), -1.0],
            A_ub=rows,
            b_ub=limits,
            A_eq=[[1.0] * size + [0.0]],
            b_eq=[1.0],
            bounds=[(0, None)] * size + [(None, None)],
        )
        surplus.append(-solved.fun)
    assume(all(abs(value) > 1e-7 for value in surplus))
    assert at_most(a, b) == all(value > 0 for value in surplus)
