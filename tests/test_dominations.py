"""The order against what was looked at by hand: dominations, improvements, settings."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from dltheory_bib import Bibliography
from dltheory_bib.models.theorem import RANKED
from dltheory_bib.theorems.dominance import Order, Vocabulary
from dltheory_bib.theorems.figures import figures

pytestmark = pytest.mark.catalogue
FOLDER = Path(__file__).parent / "theorems"
WRONG = {
    ("drori2020complexity-sgd", "arjevani2023lower-variance"),
    ("sun2019escaping-manifold", "criscitiello2019efficiently-prgd"),
    ("fang2018spider-first-order-online", "li2023convergence-vradam"),
    ("li2021page-online", "li2023convergence-vradam"),
    ("li2022simple-first-order-online", "li2023convergence-vradam"),
    ("cutkosky2019momentum-storm", "li2023convergence-vradam"),
    ("chen2022faster-lena", "fang2018spider-online"),
    ("xian2023finding-pedestal", "fang2018spider-online"),
    ("xian2023finding-pedestal", "li2022simple-online-third"),
}
"""Dominations that were once computed and that the texts contradict."""


@cache
def entries(name: str) -> list[dict[str, str]]:
    loaded: list[dict[str, str]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def orders(catalogue: Bibliography) -> dict[str, Order]:
    vocabulary = Vocabulary(catalogue.assumptions.values())
    return {name: Order(one, vocabulary) for name, one in catalogue.questions.items()}


def test_every_domination_was_looked_at(catalogue: Bibliography, orders: dict[str, Order]) -> None:
    listed = {(one["winner"], one["loser"]): one["verdict"] for one in entries("dominations")}
    assert len(listed) >= 167
    assert all(listed[pair] == "wrong" for pair in WRONG)
    assert all("why" in one for one in entries("dominations") if one["verdict"] != "right")
    cards = list(catalogue.results.values())
    derived = {
        (winner.id, loser.id)
        for winner in cards
        for loser in cards
        if winner.question == loser.question
        and winner.id != loser.id
        and orders[winner.question].strictly_dominates(winner, loser)
    }
    assert derived <= {pair for pair, verdict in listed.items() if verdict == "right"}
    assert len(derived) >= 80


def test_right_dominations_are_derived_and_wrong_ones_are_not(
    catalogue: Bibliography, orders: dict[str, Order]
) -> None:
    for one in entries("dominations"):
        winner, loser = catalogue.results[one["winner"]], catalogue.results[one["loser"]]
        order = orders[winner.question]
        if one["verdict"] == "right":
            assert order.why_not(winner, loser) == (), one
        if one["verdict"] == "wrong":
            assert not order.strictly_dominates(winner, loser), one


def test_only_what_was_read_in_full_dominates(
    catalogue: Bibliography, orders: dict[str, Order]
) -> None:
    cards = list(catalogue.results.values())
    for winner in cards:
        for loser in cards:
            if winner.question == loser.question and winner.id != loser.id:
                order = orders[winner.question]
                if order.strictly_dominates(winner, loser) or order.beats(winner, loser):
                    assert winner.checked == "full-text"
                    assert not winner.supposed
                    assert not winner.unknown


def test_a_recorded_improvement_is_reproduced_or_explained(
    catalogue: Bibliography, orders: dict[str, Order]
) -> None:
    listed = entries("improvements")
    recorded = {
        (new.id, claim.card)
        for new in catalogue.results.values()
        for claim in new.improves
        if orders[new.question].are_comparable(new, catalogue.results[claim.card])
    }
    assert recorded <= {(one["new"], one["old"]) for one in listed}
    assert sum("reproduced" in one for one in listed) >= 30
    for one in listed:
        new, old = catalogue.results[one["new"]], catalogue.results[one["old"]]
        order = orders[new.question]
        plain = Order(order.question, order.vocabulary, ignore_polylog=True)
        found = {
            "strict": order.strictly_dominates(new, old),
            "setting": order.is_ranked(new) and order.is_ranked(old) and order.beats(new, old),
        }
        found["logarithms"] = plain.strictly_dominates(new, old) or (
            plain.is_ranked(new) and plain.is_ranked(old) and plain.beats(new, old)
        )
        assert found[one["reproduced"]] if "reproduced" in one else one["why"], one


def test_a_setting_has_five_ranked_cards_at_least(catalogue: Bibliography) -> None:
    for name in catalogue.questions:
        table = catalogue.compare(name).table
        assert len(table.frontiers) <= 8
        for frontier in table.frontiers:
            assert frontier.applies >= 5, (name, frontier.setting.id)


def test_few_cards_are_best_and_what_compares_with_nothing_is_alone(
    catalogue: Bibliography,
) -> None:
    standings = Counter(
        row.standing
        for name in catalogue.questions
        for frontier in catalogue.compare(name).table.frontiers
        for row in frontier.rows
    )
    assert standings["best"] <= standings.total() / 4
    assert set(standings) == {"best", "beaten", "alone", "open"}


def test_no_ranked_card_has_decisive_assumptions_that_were_not_seen(
    catalogue: Bibliography,
) -> None:
    decisive = {"problem", "oracle", "noise"}
    for card in catalogue.results.values():
        if card.kind in RANKED and card.bound:
            assert not decisive.intersection(card.unknown), card.id


def test_a_method_for_stochastic_gradients_says_whether_they_are_delayed(
    catalogue: Bibliography,
) -> None:
    """Otherwise a method without delays would seem to need less than one that allows them."""
    vocabulary = Vocabulary(catalogue.assumptions.values())
    says = vocabulary.closure(["single-machine", "bounded-heterogeneity"])
    for card in catalogue.results.values():
        if card.kind == "upper" and card.bound and card.quantity == "stochastic-gradients":
            assert says.intersection((*card.assumptions, *card.supposed)), card.id


def test_the_figures_are_those_that_are_asked_for(catalogue: Bibliography) -> None:
    found = figures(catalogue.questions, catalogue.assumptions, catalogue.results)
    assert found.unread_winners == 0
    assert found.best <= found.pairs / 4
    assert found.dominations_in_settings >= 80
