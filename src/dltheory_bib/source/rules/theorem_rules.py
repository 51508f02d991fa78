"""Rules on result cards, and on their questions and assumptions.

`source.rules.references` calls them like its own; some need the order of bounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from dltheory_bib.errors import did_you_mean
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.theorem import ABOUT, ANY, Question, Result
from dltheory_bib.source.catalogue import Catalogue, Located
from dltheory_bib.source.rules.findings import Finding, Known
from dltheory_bib.source.rules.ordering import cycle, first_year
from dltheory_bib.text.exponents import split_exponent, symbols_in
from dltheory_bib.text.identifiers import arxiv_year, find_arxiv_ids
from dltheory_bib.text.names import nearest, quoted
from dltheory_bib.theorems.bounds import read_power
from dltheory_bib.theorems.dominance import Order, Vocabulary

_FEW = 30
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


def check_card_references(catalogue: Catalogue, known: Known) -> Iterator[Finding]:
    """Check that references exist, and that the id of a card begins with its work."""
    topics = _Names("topic", (at.record.id for at in catalogue.topics), catalogue, "topics")
    for question in catalogue.questions:
        for number, topic in enumerate(question.record.topics):
            yield from topics.missing(question, ("topics", number), topic)
    vocabulary = [at.record.id for at in catalogue.assumptions]
    assumptions = _Names("assumption", vocabulary, catalogue, "assumptions")
    for question in catalogue.questions:
        for place, setting in enumerate(question.record.settings):
            for number, name in enumerate(setting.assumptions):
                if name.removeprefix(ANY) not in ABOUT:
                    path = ("settings", place, "assumptions", number)
                    yield from assumptions.missing(question, path, name)
    for at in catalogue.assumptions:
        for number, name in enumerate(at.record.implies):
            yield from assumptions.missing(at, ("implies", number), name)
    works = _Names("work", {*catalogue.keys(), *known.works}, catalogue, "papers", "resources")
    questions = _Names(
        "question", (at.record.id for at in catalogue.questions), catalogue, "questions"
    )
    cards = _Names("card", (at.record.id for at in catalogue.results), catalogue, "results")
    for card in catalogue.results:
        result = card.record
        yield from works.missing(card, ("work",), result.work)
        yield from questions.missing(card, ("question",), result.question)
        for field in ("assumptions", "supposed"):
            for number, name in enumerate(getattr(result, field)):
                yield from assumptions.missing(card, (field, number), name)
        for number, claim in enumerate(result.improves):
            yield from cards.missing(card, ("improves", number, "card"), claim.card)
        if not result.id.startswith(f"{result.work}-"):
            message = f"{result.id} does not begin with its work; write {result.work}-…"
            yield Finding(card, ("id",), "card-id", message)


class _Names:
    """The names that may be referred to, and the nearest of them to an unknown one."""

    def __init__(self, what: str, names: Iterable[str], catalogue: Catalogue, *kinds: str) -> None:
        self.what = what
        self.known = {*names, *catalogue.refused}
        self.unread = bool(catalogue.unread & {*kinds})

    def missing(
        self, at: Located[Any], path: tuple[str | int, ...], name: str
    ) -> Iterator[Finding]:
        if self.unread or name in self.known:
            return
        hint = _hint(name, self.known)
        yield Finding(at, path, f"unknown-{self.what}", f"unknown {self.what} {name}{hint}")


def _hint(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = did_you_mean(nearest(name, names, 2))
    few = "; known are " + ", ".join(names) if 0 < len(names) <= _FEW else ""
    return near or few


def check_card_terms(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a card uses its question's quantities, symbols, columns and values."""
    questions = _questions(catalogue)
    for at in catalogue.results:
        question = questions.get(at.record.question)
        if question is not None:
            yield from _terms(at, question)


def _terms(at: Located[Result], question: Question) -> Iterator[Finding]:
    card = at.record
    quantities = [one.id for one in question.quantities]
    if card.quantity and card.quantity not in quantities:
        yield _unknown(at, ("quantity",), "quantity", card.quantity, quantities, question)
    for number, monomial in enumerate(card.bound):
        for name, exponent in monomial.items():
            yield from _factor(at, ("bound", number, name), name, exponent, question)
    columns = {one.id: one for one in question.columns}
    for name, value in card.values.items():
        if name not in columns:
            yield _unknown(at, ("values", name), "column", name, columns, question)
        elif columns[name].values and value not in columns[name].values:
            allowed = columns[name].values
            hint = (
                did_you_mean(nearest(value, allowed, 1)) or f"; write one of {', '.join(allowed)}"
            )
            message = f"{name} cannot be {quoted(value)}{hint}"
            yield Finding(at, ("values", name), "unknown-value", message)


def _factor(
    at: Located[Result], place: tuple[str | int, ...], name: str, exponent: str, question: Question
) -> Iterator[Finding]:
    """Check the symbols and ratios of one factor of a monomial, and that a logarithm of a quotient
    is the sum of those of its symbols.
    """
    symbols = {one.id: one for one in question.symbols}
    unknown = [one for one in symbols_in(name) if one not in symbols]
    for one in unknown:
        yield _unknown(at, place, "symbol", one, symbols, question)
    if "(" in name and not unknown:
        below = symbols_in(f"log({name[4:-1].partition('/')[2] or '1'})")
        for one in symbols_in(name):
            if (symbols[one].extreme == "zero") != (one in below):
                message = (
                    f"{name} is not the sum of the logarithms of its symbols, since {one} goes to "
                    f"{symbols[one].extreme}; leave {one} out, or the bound"
                )
                yield Finding(at, place, "log-of-quotient", message)
    ratios = [one.id for one in question.exponents]
    if "(" not in name and "exp" not in exponent:
        for ratio in read_power(split_exponent(exponent)[0]):
            if ratio and ratio not in ratios:
                yield _unknown(at, place, "ratio", ratio, ratios, question)


def _unknown(
    at: Located[Result],
    path: tuple[str | int, ...],
    what: str,
    name: str,
    known: Iterable[str],
    question: Question,
) -> Finding:
    names = list(known)
    hint = _hint(name, names) or f"; it declares no {what}" * (not names)
    shown = name if name.isprintable() else quoted(name)
    message = f"{question.id} has no {what} {shown}{hint}"
    return Finding(at, path, f"unknown-{what}", message)


def check_card_repetition(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a list contains nothing twice, and that nothing improves or implies itself."""
    for at in catalogue.results:
        yield from _twice(at, "assumptions", at.record.assumptions)
        yield from _twice(at, "supposed", at.record.supposed)
        yield from _twice(at, "unknown", at.record.unknown)
        yield from _twice(at, "improves", [claim.card for claim in at.record.improves])
    for assumption in catalogue.assumptions:
        yield from _twice(assumption, "implies", assumption.record.implies)


def _twice(at: Located[Any], field: str, names: Iterable[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            message = f"{name} is listed twice; delete one"
            yield Finding(at, (field, number), "repeated-item", message)
        if name == at.record.id:
            message = f"{name} cannot be in {field} of itself"
            yield Finding(at, (field, number), "self-reference", message)
        seen.add(name)


def check_card_cycles(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that neither implications nor improvements have a cycle."""
    assumptions = {at.record.id: at for at in catalogue.assumptions}
    implied = {n: {*at.record.implies} & {*assumptions} - {n} for n, at in assumptions.items()}
    yield from cycle(assumptions, implied, "implies", "implies-cycle")
    cards = {at.record.id: at for at in catalogue.results}
    improved = {
        name: {claim.card for claim in at.record.improves} & {*cards} - {name}
        for name, at in cards.items()
    }
    yield from cycle(cards, improved, "improves", "improves-cycle")


def check_improvements(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a card improves an answer to the same question, which is not stronger than the
    card.
    """
    cards = {at.record.id: at.record for at in catalogue.results}
    orders = _orders(catalogue)
    for at in catalogue.results:
        card = at.record
        for number, claim in enumerate(card.improves):
            old, place = cards.get(claim.card), ("improves", number, "card")
            if old is None or old is card:
                continue
            if (old.question, old.quantity) != (card.question, card.quantity):
                theirs = " and ".join(filter(None, (old.question, old.quantity)))
                message = (
                    f"{old.id} is a card of {theirs}; a card can only improve a card of the same "
                    "question and quantity"
                )
                yield Finding(at, place, "improves-other", message)
                continue
            order = orders.get(card.question)
            judged = order and _sound(card, order) and _sound(old, order)
            if order and judged and order.strictly_dominates(old, card):
                message = (
                    f"{old.id} is stronger than {card.id}: its bound, guarantee and assumptions "
                    "are at least as good; correct one of the cards or delete the claim"
                )
                yield Finding(at, place, "improves-contradicted", message)


def check_lower_bounds(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that no lower bound exceeds an upper bound for its own instance; see
    `Order.contradict`.
    """
    orders = _orders(catalogue)
    uppers: dict[tuple[str, str | None], list[Result]] = {}
    for at in catalogue.results:
        if at.record.kind == "upper":
            uppers.setdefault((at.record.question, at.record.quantity), []).append(at.record)
    for at in catalogue.results:
        lower, order = at.record, orders.get(at.record.question)
        if lower.kind != "lower" or order is None or not _sound(lower, order):
            continue
        for upper in uppers.get((lower.question, lower.quantity), ()):
            if _sound(upper, order) and order.contradict(upper, lower):
                message = (
                    f"exceeds the upper bound {upper.id}, whose assumptions its instance "
                    "satisfies; correct one of the two, or add the missing assumption"
                )
                yield Finding(at, ("bound",), "lower-above-upper", message)


def check_card_years(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that the version that was read is not older than the work."""
    papers: dict[str, Paper] = {n: p for p in catalogue.works() for n in (p.key, *p.aliases)}
    for at in catalogue.results:
        paper, year = papers.get(at.record.work), version_year(at.record.version)
        if paper is None or year is None or paper.key in catalogue.refused:
            continue  # the year of a rejected work may be a placeholder
        if year < first_year(paper):
            message = (
                f"{paper.key} did not exist in {year}, its first version is of "
                f"{first_year(paper)}; name the version that was read"
            )
            yield Finding(at, ("version",), "version-year", message)


def version_year(version: str) -> int | None:
    """Return the year in the name of a version, or of its arXiv id if it has one.

    >>> version_year("ICML 2017"), version_year("arXiv 2003.01234v2"), version_year("a thesis")
    (2017, 2020, None)
    """
    if found := find_arxiv_ids(version):
        return arxiv_year(found[0])
    years = _YEAR.findall(version)
    return max(map(int, years)) if years else None


def check_unused_assumptions(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that each assumption is used by a card, or follows from one that is."""
    if not catalogue.results or "results" in catalogue.unread:
        return
    vocabulary = Vocabulary(at.record for at in catalogue.assumptions)
    cards = [at.record for at in catalogue.results]
    used = vocabulary.closure(n for one in cards for n in (*one.assumptions, *one.supposed))
    for at in catalogue.assumptions:
        if at.record.id not in used and at.record.id not in catalogue.refused:
            message = f"no card assumes {at.record.id}; use it or delete it"
            yield Finding(at, ("id",), "unused-assumption", message, "warning")


def _questions(catalogue: Catalogue) -> Mapping[str, Question]:
    return {at.record.id: at.record for at in catalogue.questions}


def _orders(catalogue: Catalogue) -> Mapping[str, Order]:
    vocabulary = Vocabulary(at.record for at in catalogue.assumptions)
    return {name: Order(one, vocabulary) for name, one in _questions(catalogue).items()}


def _sound(card: Result, order: Order) -> bool:
    """Return whether a card uses only declared symbols and assumptions."""
    symbols = {symbol.id for symbol in order.question.symbols}
    ratios = {"", *(one.id for one in order.question.exponents)}
    known = order.vocabulary.known
    return (
        all(symbols.issuperset(one.symbols) for one in card.bound)
        and all(
            "exp" in exponent or ratios.issuperset(read_power(split_exponent(exponent)[0]))
            for one in card.bound
            for exponent in one.values()
        )
        and all(name in known for name in (*card.assumptions, *card.supposed))
    )


RULES: tuple[Callable[[Catalogue, Known], Iterator[Finding]], ...] = (
    check_card_references,
    check_card_terms,
    check_card_repetition,
    check_card_cycles,
    check_improvements,
    check_lower_bounds,
    check_card_years,
    check_unused_assumptions,
)
