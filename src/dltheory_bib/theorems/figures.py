"""Figures about the order of cards: how many dominations, improvements, best cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from dltheory_bib.models.theorem import Assumption, Question, Result
from dltheory_bib.theorems.dominance import Order, Vocabulary
from dltheory_bib.theorems.ranking import compare_bounds
from dltheory_bib.theorems.standings import APPLIES, STANDINGS, Setting, standings


class Figures(NamedTuple):
    """What `make theorems` prints."""

    cards: int
    ranked: int
    fully_read: int
    """Ranked cards that were read in the full text, with nothing supposed or unknown."""
    dominations: int
    """Strict dominations, under the cards' own assumptions."""
    dominations_in_settings: int
    """Pairs of which one beats the other in at least one listed setting."""
    unread_winners: int
    """Dominations whose winner was not fully read."""
    improvements: int
    """Recorded improvements between ranked cards of one kind and quantity."""
    reproduced: int
    """Those that the order gives: strictly, where what both assume is granted, or that without
    logarithms.
    """
    unread_improvements: int
    """Those of the others whose new card was not fully read."""
    settings: int
    pairs: int
    """Pairs of a listed setting and a ranked card that applies in it."""
    best: int
    alone: int
    open: int


def figures(
    questions: Mapping[str, Question],
    assumptions: Mapping[str, Assumption],
    results: Mapping[str, Result],
) -> Figures:
    """Count over all questions."""
    vocabulary = Vocabulary(assumptions.values())
    counts: Counter[str] = Counter()
    for question in questions.values():
        cards = [card for card in results.values() if card.question == question.id]
        _count(question, cards, vocabulary, results, counts)
    return Figures(*(counts[name] for name in Figures._fields))


def _count(
    question: Question,
    cards: list[Result],
    vocabulary: Vocabulary,
    results: Mapping[str, Result],
    counts: Counter[str],
) -> None:
    order = Order(question, vocabulary)
    ranked = [place for place, card in enumerate(cards) if order.is_ranked(card)]
    read = [card.is_fully_read for card in cards]
    counts["cards"] += len(cards)
    counts["ranked"] += len(ranked)
    counts["fully_read"] += sum(read[place] for place in ranked)
    for one in ranked:
        for other in ranked:
            if one != other and order.strictly_dominates(cards[one], cards[other]):
                counts["dominations"] += 1
                counts["unread_winners"] += not read[one]
    plain = Order(question, vocabulary, ignore_polylog=True)
    comparable = compare_bounds(cards, order, plain)
    beaten: set[tuple[int, int]] = set()
    for setting in question.settings:
        granted = Setting(vocabulary.known, setting.assumptions, chosen=question.chosen)
        here = [place for place in ranked if granted.applies(cards[place]) == APPLIES]
        found = standings(here, comparable, read)
        counts["settings"] += 1
        counts["pairs"] += len(found)
        for name in STANDINGS:
            counts[name] += sum(standing == name for standing in found.values())
        beaten |= {(one, other) for one in here for other in comparable[one].beats if other in here}
    counts["dominations_in_settings"] += len(beaten)
    counts["unread_winners"] += sum(not read[one] for one, _ in beaten)
    for card in cards:
        for claim in card.improves:
            old = results[claim.card]
            if not order.are_comparable(card, old):
                continue
            counts["improvements"] += 1
            given = any(
                one.strictly_dominates(card, old) or one.beats(card, old) for one in (order, plain)
            )
            counts["reproduced"] += given
            counts["unread_improvements"] += not given and not card.is_fully_read
