"""Dominance between cards: an order whatever the cards are, and the answers known by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib.models.theorem import ExponentRatio, Result
from dltheory_bib.theorems.dominance import Order, Vocabulary, changed_assumptions
from dltheory_bib.theorems.ranking import rank_cards
from dltheory_bib.theorems.theorem_table import sorted_places
from helpers.budget import examples
from helpers.cards import assumption, card, question

VOCABULARY = Vocabulary(
    [
        assumption("smooth"),
        assumption("analytic", "problem", "smooth"),
        assumption("polynomial", "problem", "analytic"),
        assumption("first-order", "algorithm"),
        assumption("only-this-method", "algorithm"),
        assumption("gradient-descent", "algorithm", "first-order"),
        assumption("noisy", "oracle"),
        assumption("gaussian-noise", "oracle", "noisy"),
        assumption("gaussian-start", "initialisation"),
        assumption("separable", "data"),
    ]
)
ORDER = Order(question(), VOCABULARY)


def order(better: str = "smaller", ignore_polylog: bool = False) -> Order:
    return Order(question(better), VOCABULARY, ignore_polylog)


UPPER = {
    "a smaller power": (card({"eps": "-2"}), card({"eps": "-4"}, id="a-c")),
    "fewer assumptions": (card({"n": "1"}), card({"n": "1"}, id="a-c", assumptions=("smooth",))),
    "a weaker assumption, two implications away": (
        card({"n": "1"}, assumptions=("smooth",)),
        card({"n": "1"}, id="a-c", assumptions=("polynomial",)),
    ),
    "a stronger guarantee": (
        card({"n": "1"}),
        card({"n": "1"}, id="a-c", holds="constant-probability"),
    ),
    "Markov's inequality": (
        card({"n": "1"}, holds="expectation"),
        card({"n": "1"}, id="a-c", holds="constant-probability"),
    ),
    "a logarithm less": (card({"n": "1"}), card({"n": "1 log"}, id="a-c")),
}
LOWER = {
    "a larger lower bound": (
        card({"n": "2"}, kind="lower"),
        card({"n": "1"}, id="a-c", kind="lower"),
    ),
    "a nicer hard instance": (
        card({"n": "1"}, kind="lower", assumptions=("polynomial", "separable")),
        card({"n": "1"}, id="a-c", kind="lower", assumptions=("smooth",)),
    ),
    "a wider class of algorithms": (
        card({"n": "1"}, kind="lower", assumptions=("first-order",)),
        card({"n": "1"}, id="a-c", kind="lower", assumptions=("gradient-descent",)),
    ),
}


@pytest.mark.parametrize("pair", (UPPER | LOWER).values(), ids=UPPER | LOWER)
def test_one_card_says_more(pair: tuple[Result, Result]) -> None:
    assert ORDER.strictly_dominates(*pair)
    assert not ORDER.dominates(*reversed(pair))


APART = {
    "another quantity": ({}, {"quantity": "steps"}),
    "another kind": ({}, {"kind": "lower"}),
    "a better guarantee but more assumptions": (
        {"assumptions": ("smooth",)},
        {"holds": "expectation"},
    ),
    "in expectation and with high probability": (
        {"holds": "expectation"},
        {"holds": "high-probability"},
    ),
    "lower bounds with different oracles": (
        {"kind": "lower", "assumptions": ("noisy",)},
        {"kind": "lower", "assumptions": ("gaussian-noise",)},
    ),
    "lower bounds with and without a fixed start": (
        {"kind": "lower", "assumptions": ("gaussian-start",)},
        {"kind": "lower"},
    ),
    "a lower bound with a nicer instance for fewer algorithms": (
        {"kind": "lower", "assumptions": ("smooth", "gradient-descent")},
        {"kind": "lower"},
    ),
    "negative results": ({"kind": "negative"}, {"kind": "negative"}),
}


@pytest.mark.parametrize(("one", "other"), APART.values(), ids=APART)
def test_incomparable_is_an_answer(one: dict[str, Any], other: dict[str, Any]) -> None:
    a, b = card({"n": "1"}, **one), card({"n": "1"}, id="a-c", **other)
    assert not ORDER.dominates(a, b)
    assert not ORDER.dominates(b, a)


def test_where_larger_is_better_upper_bounds_turn_round() -> None:
    small, large = card({"n": "1"}), card({"n": "2"}, id="a-c")
    assert order("larger").strictly_dominates(large, small)
    assert order("smaller").strictly_dominates(small, large)


def test_an_exact_bound_dominates_only_an_equal_one() -> None:
    one = card({"n": "1"}, kind="exact")
    assert not ORDER.dominates(one, card({"n": "2"}, id="a-c", kind="exact"))
    more = card({"n": "1"}, id="a-c", kind="exact", assumptions=("smooth",))
    assert ORDER.strictly_dominates(one, more)


def test_logarithms_are_ignored_only_when_asked() -> None:
    hidden, plain = card({"n": "1", "d": "polylog"}), card({"n": "1"}, id="a-c")
    assert not ORDER.dominates(hidden, plain)
    assert order(ignore_polylog=True).dominates(hidden, plain)


def test_cards_without_a_monomial_are_not_ranked() -> None:
    bare = card(bound_tex="f(n)")
    assert not ORDER.dominates(bare, bare)
    assert ORDER.best([bare]) == set()


# What was not read

WEAK = card({"n": "2"}, id="a-weak", assumptions=("smooth",))


@pytest.mark.parametrize(
    "fields",
    [
        {"checked": "abstract"},
        {"checked": "secondary"},
        {"supposed": ("smooth",), "assumptions": ()},
        {"unknown": ("noise",)},
    ],
)
def test_what_is_supposed_or_unknown_never_wins(fields: dict[str, Any]) -> None:
    """The answer is that the two are not comparable as far as they were read."""
    read: dict[str, Any] = {"id": "a-read", "assumptions": ("smooth",)}
    assert ORDER.strictly_dominates(card({"n": "1"}, **read), WEAK)
    unread = card({"n": "1"}, **(read | fields))
    assert not ORDER.dominates(unread, WEAK)
    assert ORDER.is_open(unread, WEAK)
    assert not ORDER.is_open(card({"n": "3"}, **(read | fields)), WEAK)


def test_a_card_may_lose_by_what_it_is_supposed_to_assume() -> None:
    winner = card({"n": "1"}, id="a-b", assumptions=("smooth",))
    assert ORDER.strictly_dominates(winner, card({"n": "2"}, id="a-c", supposed=("smooth",)))
    assert not ORDER.dominates(winner, card({"n": "2"}, id="a-c", unknown=("problem",)))


def test_an_unknown_guarantee_may_be_the_strongest() -> None:
    unknown = card({"n": "2"}, id="a-c", holds=None, unknown=("holds",))
    assert ORDER.strictly_dominates(card({"n": "1"}, holds="surely"), unknown)
    assert not ORDER.dominates(card({"n": "1"}, holds="high-probability"), unknown)


def test_hidden_logarithms_are_in_every_symbol() -> None:
    """They neither win nor lose; a power decides."""
    plain, hidden = card({"n": "1"}), card({"n": "1"}, id="a-h", hidden="polylog")
    printed = card({"n": "1", "d": "polylog"}, id="a-p")
    assert not ORDER.dominates(hidden, printed)
    assert ORDER.dominates(printed, hidden)
    for one in (plain, printed):
        assert not ORDER.strictly_dominates(one, hidden)
    assert ORDER.strictly_dominates(printed, card({"n": "2"}, id="a-q", hidden="polylog"))
    assert not ORDER.dominates(hidden, card({"n": "2"}, id="a-q"))
    assert ORDER.dominates(hidden, card({"n": "2"}, id="a-q", hidden="polylog"))


def test_a_lower_bound_may_hide_the_inverse_of_logarithms() -> None:
    plain = card({"n": "1"}, kind="lower")
    hidden = card({"n": "1"}, id="a-h", kind="lower", hidden="polylog")
    assert ORDER.dominates(plain, hidden)
    assert not ORDER.strictly_dominates(plain, hidden)
    assert not ORDER.dominates(hidden, plain)
    assert ORDER.strictly_dominates(card({"n": "2"}, id="a-q", kind="lower"), hidden)


def test_an_unspecified_power_of_a_logarithm_does_not_lose_to_a_stated_one() -> None:
    """It may be smaller than the stated one."""
    stated, unspecified = card({"n": "log"}), card({"n": "polylog"}, id="a-p")
    assert ORDER.dominates(stated, unspecified)
    assert not ORDER.strictly_dominates(stated, unspecified)
    assert not ORDER.dominates(unspecified, stated)


def test_a_lower_bound_for_one_method_says_nothing_of_another() -> None:
    general = card({"n": "1"}, id="a-g", kind="lower")
    fields: dict[str, Any] = {"kind": "lower", "assumptions": ("only-this-method",)}
    one = card({"n": "1"}, id="a-1", method="SGD", **fields)
    other = card({"n": "2"}, id="a-2", method="Adam", **fields)
    assert ORDER.strictly_dominates(general, one)
    assert not ORDER.dominates(one, general)
    assert not ORDER.dominates(other, one)
    assert ORDER.strictly_dominates(other.model_copy(update={"method": "SGD"}), one)


def test_an_unknown_assumption_may_be_part_of_a_hard_instance() -> None:
    """A lower bound says more if its instance has more properties, and those may be unknown."""
    winner = card({"n": "2"}, kind="lower", assumptions=("smooth",))
    fields: dict[str, Any] = {"kind": "lower", "assumptions": ("smooth",)}
    assert ORDER.strictly_dominates(winner, card({"n": "1"}, id="a-b", **fields))
    assert not ORDER.dominates(winner, card({"n": "1"}, id="a-b", unknown=("problem",), **fields))


def test_ratios_of_parameters_are_compared_for_all_their_values() -> None:
    ratios = tuple(ExponentRatio(id=one, tex=one, meaning="A ratio.") for one in ("d/s", "1/k"))
    rated = Order(question().model_copy(update={"exponents": ratios}), VOCABULARY)

    def no_worse(one: str, other: str) -> bool:
        return rated.no_worse(card({"eps": one}), card({"eps": other}))

    assert no_worse("-d/s", "-2 d/s")
    assert no_worse("-d/s", "-d/s - 1")
    assert no_worse("-1/2 d/s", "-1/2 d/s log")
    assert not no_worse("-2 d/s", "-d/s")
    assert not no_worse("-d/s", "-1")
    assert not no_worse("-1", "-d/s")
    assert not no_worse("-d/s", "-1/k")


def test_a_ratio_that_is_at_most_another_is_compared_with_it() -> None:
    """As the generative exponent g is at most the information exponent k, at most the degree p."""
    larger = {"g": "k", "k": "p", "p": None, "s": None}
    ratios = tuple(
        ExponentRatio(id=one, tex=one, meaning="A ratio.", at_most=larger[one]) for one in larger
    )
    rated = Order(question().model_copy(update={"exponents": ratios}), VOCABULARY)

    def no_worse(one: list[str], other: list[str]) -> bool:
        cards = (card(*({"d": power} for power in powers)) for powers in (one, other))
        return rated.no_worse(*cards)

    assert no_worse(["g"], ["k"])
    assert no_worse(["g"], ["1/2 g + 1/2 p"])
    assert no_worse(["g - 1", "1"], ["k - 1", "1"])
    assert no_worse(["1/2 g", "1"], ["k - 1", "1"])
    assert not no_worse(["k"], ["g"])
    assert not no_worse(["1/2 k"], ["g"])
    assert not no_worse(["g"], ["s"])


def test_ratios_that_are_at_most_each_other_are_rejected() -> None:
    def made(**larger: str) -> None:
        ratios = [
            {"id": one, "tex": one, "meaning": "A ratio.", "at_most": larger.get(one)}
            for one in ("g", "k")
        ]
        type(question()).model_validate(question().model_dump() | {"exponents": ratios})

    made(g="k")
    with pytest.raises(ValueError, match="g is at most p, which is not in exponents"):
        made(g="p")
    with pytest.raises(ValueError, match="g is at most itself"):
        made(g="k", k="g")


def test_exponentials_are_compared_by_their_rates() -> None:
    def dominates(one: str, other: str) -> tuple[bool, bool]:
        cards = card({"n": one}), card({"n": other}, id="a-c")
        return ORDER.dominates(*cards), ORDER.strictly_dominates(*cards)

    assert dominates("exp^1", "exp^2") == (True, True)
    assert dominates("exp^2", "exp^1") == (False, False)
    assert dominates("exp^1", "exp") == (True, False)
    assert dominates("exp", "exp^1") == (False, False)
    assert dominates("5", "exp^1/2") == (True, True)
    assert dominates("-exp^1", "-5") == (True, True)


# Whatever the cards are

EXPONENTS = st.sampled_from(["-2", "1", "1/2", "2 log", "log", "polylog", "1 polylog", "exp"])
SUMS = st.lists(
    st.dictionaries(st.sampled_from(["eps", "n", "d"]), EXPONENTS, max_size=2),
    min_size=1,
    max_size=2,
)
NAMES = st.lists(st.sampled_from(sorted(VOCABULARY.known)), max_size=2, unique=True)
HOLDS = st.sampled_from(
    ["surely", "high-probability", "expectation", "constant-probability", "asymptotically"]
)
IDS = st.integers(0, 10**6).map("a-{}".format)


def cards(kinds: Any = ("upper", "lower", "exact")) -> st.SearchStrategy[Result]:
    return st.builds(
        lambda name, bound, **fields: card(*bound, id=name, **fields),
        IDS,
        SUMS,
        kind=st.sampled_from(kinds),
        holds=HOLDS,
        assumptions=NAMES.map(tuple),
    )


@given(cards(), st.sampled_from(["smaller", "larger"]))
def test_a_card_dominates_itself(one: Result, better: str) -> None:
    assert order(better).dominates(one, one)
    assert not order(better).strictly_dominates(one, one)


@given(cards(), cards())
def test_cards_that_dominate_each_other_say_the_same(one: Result, other: Result) -> None:
    """Antisymmetric up to equality: of bounds, of guarantees, and of what the assumptions imply."""
    if ORDER.dominates(one, other) and ORDER.dominates(other, one):
        assert (one.kind, one.holds) == (other.kind, other.holds)
        assert ORDER.no_worse(one, other)
        assert ORDER.no_worse(other, one)
        closed = VOCABULARY.closure
        if one.kind != "lower":
            assert closed(one.assumptions) == closed(other.assumptions)


@examples(25)
@given(st.lists(cards(("upper",)), max_size=7), st.lists(cards(("lower",)), max_size=7))
def test_dominance_goes_on(uppers: list[Result], lowers: list[Result]) -> None:
    """If A dominates B and B dominates C then A dominates C."""
    for some in (uppers, lowers):
        pairs = [(a, b) for a in some for b in some if ORDER.dominates(a, b)]
        for a, b in pairs:
            for c in some:
                if ORDER.dominates(b, c):
                    assert ORDER.dominates(a, c)


def sort_cards(some: list[Result]) -> list[Result]:
    """In the order of a table."""
    return [some[place] for place in sorted_places(range(len(some)), rank_cards(some, ORDER))]


@examples(25)
@given(st.lists(cards(), max_size=8, unique_by=lambda one: one.id), st.data())
def test_some_cards_are_sorted_as_if_there_were_no_others(
    some: list[Result], data: st.DataObject
) -> None:
    """A ranking of all cards orders any of them; a card that is not shown leaves no trace."""
    kinds: dict[tuple[str, str | None], list[int]] = {}
    for place, one in enumerate(some):
        kinds.setdefault((one.kind, one.quantity), []).append(place)
    ranking = rank_cards(some, ORDER)
    for places in kinds.values():
        kept = [place for place in places if data.draw(st.booleans())]
        ordered = [some[place] for place in sorted_places(kept, ranking)]
        assert ordered == sort_cards([some[place] for place in kept])


@examples(25)
@given(st.lists(cards(("upper",)), max_size=8, unique_by=lambda one: one.id))
def test_a_table_is_a_linear_extension_and_keeps_ties_in_their_order(some: list[Result]) -> None:
    """What says more stands above; equal bounds without dominance stay as they were."""
    made = sort_cards(some)
    assert sorted(made, key=lambda one: one.id) == sorted(some, key=lambda one: one.id)
    place = {one.id: number for number, one in enumerate(made)}
    for one in some:
        for other in some:
            if ORDER.strictly_dominates(one, other):
                assert place[one.id] < place[other.id]
            if ORDER.no_worse(one, other) and not ORDER.no_worse(other, one):
                assert place[one.id] < place[other.id]
    assert sort_cards(made) == made


@examples(25)
@given(st.lists(cards(), max_size=8, unique_by=lambda one: one.id))
def test_every_ranked_card_is_dominated_by_a_best_one(some: list[Result]) -> None:
    best = ORDER.best(some)
    for one in some:
        assert any(ORDER.dominates(other, one) for other in some if other.id in best)


def test_what_changed_in_the_assumptions_counts_what_follows() -> None:
    old = card({"n": "1"}, assumptions=("polynomial", "separable"))
    new = card({"n": "1"}, id="a-c", assumptions=("smooth", "noisy"))
    more, less = changed_assumptions(old, new, VOCABULARY)
    assert (more, less) == ({"noisy"}, {"polynomial", "separable"})


# A lower bound above an upper one

UPPER_CARD = card({"n": "1"}, id="a-u", assumptions=("smooth",))


@pytest.mark.parametrize(
    ("fields", "fires"),
    [
        ({"assumptions": ("polynomial",)}, True),
        ({"assumptions": ()}, False),  # its instance may not be smooth
        ({"assumptions": ("smooth", "gradient-descent")}, False),  # another method may do better
        ({"assumptions": ("smooth", "noisy")}, False),  # its oracle is weaker
        ({"assumptions": ("smooth",), "holds": "high-probability"}, True),
        ({"assumptions": ("smooth",), "holds": "expectation"}, False),
        ({"assumptions": ("smooth",), "quantity": "steps"}, False),
    ],
)
def test_a_lower_bound_above_an_upper_one_is_seen_where_nothing_explains_it(
    fields: dict[str, Any], fires: bool
) -> None:
    assert ORDER.contradict(UPPER_CARD, card({"n": "2"}, kind="lower", **fields)) == fires


def test_logarithms_alone_make_no_contradiction() -> None:
    """One theorem may hide what the other one shows."""
    lower = card({"n": "1 log"}, kind="lower", assumptions=("smooth",))
    assert not ORDER.contradict(UPPER_CARD, lower)
