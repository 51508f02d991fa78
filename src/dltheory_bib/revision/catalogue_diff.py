"""Find what changed between two states of a catalogue: two releases, or two folders.

A work is the same in both if its key is, or if its older key is an alias in the newer state.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dltheory_bib.bibliography import Bibliography
from dltheory_bib.formats.venue_names import venue_name
from dltheory_bib.models.paper import Paper, TypedRelation
from dltheory_bib.models.registries import Topic
from dltheory_bib.models.relations import Relation
from dltheory_bib.models.theorem import Question, Result
from dltheory_bib.revision.change import CatalogueDiff, Change, ChangeKind
from dltheory_bib.text.names import author_line
from dltheory_bib.theorems.dominance import Order, Vocabulary
from dltheory_bib.theorems.improvements import change_between, change_in_words
from dltheory_bib.theorems.notation import bound_tex

_FACTS = (
    "type",
    "title",
    "titles",
    "author",
    "editor",
    "year",
    "venue",
    "publisher",
    "institution",
    "volume",
    "number",
    "edition",
    "pages",
    "doi",
    "eprint",
    "url",
    "versions",
)
"""The fields that a reference is made of."""
_ANNOTATION = ("summary", "idea", "limits", "checked", "topics", "level")
_DISPUTES = frozenset({Relation.REFUTES, Relation.QUALIFIES, Relation.CORRECTS})
_CARD = ("quantity", "kind", "bound", "bound_tex", "hidden", "holds", "assumptions", "supposed")
"""The fields of a card that say what its theorem states."""
_MOST = 3
"""Cards, or values of a field, that are named."""


def diff(old: Bibliography, new: Bibliography) -> CatalogueDiff:
    """Return what changed from an older state of a catalogue to a newer one.

    Works, facts, annotations, relations, citations, result cards, topics and questions are
    compared; where facts were seen is not. A bound counts as improved if a card of the newer state
    is known to be stronger than it, or claims to improve it, and that was not known in the older.
    """
    found = [*_Works(old, new).changes(), *_Cards(old, new).changes(), *_vocabulary(old, new)]
    order = {kind: place for place, kind in enumerate(ChangeKind)}
    found.sort(key=lambda one: (order[one.kind], one.subject, one.state))
    broader = {topic.id: topic.broader for topic in new.topics.values()}
    return CatalogueDiff(tuple(found), (len(old), len(new)), new.snapshot.readable, broader)


class _Works:
    """The works of two states, and what of them changed."""

    def __init__(self, old: Bibliography, new: Bibliography) -> None:
        self.old, self.new = old, new
        self.before = {paper.key: paper for paper in old}
        self.after = {paper.key: paper for paper in new}
        self.now = {key: _key_now(new, key) for key in self.before}
        """The key of each older work as it is now; None for one that was removed."""

    def changes(self) -> Iterator[Change]:
        kept = {now for now in self.now.values() if now is not None}
        for key, paper in self.after.items():
            if key not in kept:
                yield self._added(paper)
                yield from self._relations(None, paper)
        for key, paper in self.before.items():
            now = self.now[key]
            if now is None:
                yield _of(paper, ChangeKind.REMOVED, "It is no longer in the catalogue.")
                continue
            here = self.after[now]
            if now != key:
                merged = " with another record of the work" if now in self.before else ""
                text = f"The key {key} is now {now}{merged}; the old one is still understood."
                yield _of(here, ChangeKind.RENAMED, text, state=key)
                if merged:
                    continue
            yield from self._facts(paper, here)
            yield from self._annotation(paper, here)
            yield from self._relations(paper, here)
        yield from self._citations()

    def _added(self, paper: Paper) -> Change:
        where = " ".join(filter(None, (venue_name(paper, self.new.venues), str(paper.year))))
        text = f"{where}. {paper.summary}" if paper.summary else f"{where}."
        return _of(paper, ChangeKind.ADDED, text)

    def _facts(self, old: Paper, new: Paper) -> Iterator[Change]:
        before, after = old.to_dict(), new.to_dict()
        changed = [name for name in _FACTS if before.get(name) != after.get(name)]
        if not changed:
            return
        state = _state(after, changed)
        if old.is_preprint and not new.is_preprint:
            where = venue_name(new, self.new.venues)
            named = f"{where} {new.year}" if where else str(new.year)
            yield _of(new, ChangeKind.PUBLISHED, f"The preprint was published: {named}.", state)
            return
        parts = [_difference(name, before.get(name), after.get(name)) for name in changed]
        yield _of(new, ChangeKind.FACT, "; ".join(parts) + ".", state)

    def _annotation(self, old: Paper, new: Paper) -> Iterator[Change]:
        before, after = old.to_dict(), new.to_dict()
        changed = [name for name in _ANNOTATION if before.get(name) != after.get(name)]
        if not changed:
            return
        parts = []
        for name in changed:
            value = after.get(name)
            if name in {"topics", "level", "checked"}:
                parts.append(_difference(name, before.get(name), value) + ".")
            elif value is None:
                parts.append(f"{name} taken out.")
            else:
                parts.append(f"{name}: {value}")
        yield _of(new, ChangeKind.ANNOTATION, " ".join(parts), _state(after, changed))

    def _relations(self, old: Paper | None, new: Paper) -> Iterator[Change]:
        """Return the relations that a work has or no longer has; None for one that is new."""
        before = {(one.kind, self._now(one.work)): one for one in old.relations} if old else {}
        after = {(one.kind, one.work): one for one in new.relations}
        for name, one in after.items():
            if name not in before:
                yield self._relation(new, one)
        for kind, work in before.keys() - after.keys():
            text = f"No longer: {new.key} {Relation(kind).phrase} {work}."
            works = (new.key, work)
            yield _of(new, ChangeKind.RELATION, text, f"not {kind} {work}", works)

    def _relation(self, paper: Paper, one: TypedRelation) -> Change:
        relation, state = Relation(one.kind), f"{one.kind} {paper.key}"
        other = self.after[_key_now(self.new, one.work) or one.work]
        works = (other.key, paper.key)
        topics = (*other.topics, *paper.topics)
        if relation in _DISPUTES or relation is Relation.IMPROVES:
            kind = ChangeKind.IMPROVED if relation not in _DISPUTES else ChangeKind.DISPUTED
            text = f"{relation.inverse.capitalize()} {_label(paper)}: {one.says}"
            return _of(other, kind, text, state, works, topics)
        text = f"{relation.phrase.capitalize()} {_label(other)}: {one.says}"
        state = f"{one.kind} {other.key}"
        return _of(paper, ChangeKind.RELATION, text, state, works, topics)

    def _citations(self) -> Iterator[Change]:
        before: dict[str, set[str]] = defaultdict(set)
        after = _citations(self.new)
        for citing, cited in _citations(self.old).items():
            now = self._now(citing)
            before[now] |= {self._now(key) for key in cited}
        for citing in sorted(before.keys() | after.keys()):
            paper = self.after.get(citing)
            more = after.get(citing, set()) - before.get(citing, set())
            less = before.get(citing, set()) - after.get(citing, set())
            if paper is None or not (more or less):
                continue
            parts = [f"cites {_counted(more)}"] if more else []
            parts += [f"no longer cites {_counted(less)}"] if less else []
            text = " and ".join(parts).capitalize() + "."
            state = " ".join(sorted(after.get(citing, ())))
            count = len(more) + len(less)
            yield _of(paper, ChangeKind.CITATIONS, text, state, (citing,), count=count)

    def _now(self, key: str) -> str:
        return self.now.get(key) or key


class _Cards:
    """The result cards of two states, and what of them changed."""

    def __init__(self, old: Bibliography, new: Bibliography) -> None:
        self.old, self.new = old, new
        self.before, self.after = dict(old.results), dict(new.results)

    def changes(self) -> Iterator[Change]:
        changed = []
        for name, card in self.after.items():
            old = self.before.get(name)
            if old is None:
                changed.append(card)
                text = f"New card {name}, {self._question(card)}: {card.statement}"
                yield self._of(card, ChangeKind.CARD, text, f"{name} {card.statement}")
            elif text := self._difference(old, card):
                changed.append(card)
                state = f"{name} {_state(card.to_dict(), [*_CARD, 'checked'])}"
                yield self._of(card, ChangeKind.CARD, text, state)
        for name, card in self.before.items():
            key = _key_now(self.new, card.work)
            if name not in self.after and key is not None:
                text = f"The card {name} was withdrawn: {card.statement}"
                yield _of(self.new[key], ChangeKind.CARD, text, f"not {name}")
        yield from self._improved(changed)

    def _difference(self, old: Result, new: Result) -> str:
        """Return in words what a card states otherwise; empty if it states the same."""
        before, after = old.to_dict(), new.to_dict()
        parts = []
        bounds = [bound_tex(old, self.old.questions[old.question]), self._bound(new)]
        if bounds[0] != bounds[1]:
            shown = [f"${bound}$" if bound else "none" for bound in bounds]
            parts.append(f"bound: {shown[1]}, was {shown[0]}")
        for name in ("kind", "quantity", "holds", "assumptions", "supposed", "checked"):
            if before.get(name) != after.get(name):
                parts.append(_difference(name, before.get(name), after.get(name)))
        return f"The card {new.id} was mended: {'; '.join(parts)}." if parts else ""

    def _improved(self, changed: Iterable[Result]) -> Iterator[Change]:
        """Return the bounds that new or mended cards are known to improve, once each."""
        beaten: dict[str, dict[str, Result]] = defaultdict(dict)
        for question, better in _by_question(changed).items():
            there = self.new.questions[question]
            order = Order(there, Vocabulary(self.new.assumptions.values()))
            rivals = [one for one in self.after.values() if one.question == question]
            for card in better:
                claimed = {one.card: one.says for one in card.improves}
                for other in rivals:
                    if other.id not in self.before or other.work == card.work:
                        continue
                    if order.strictly_dominates(card, other) or other.id in claimed:
                        beaten[other.id][card.id] = card
        for name, cards in sorted(beaten.items()):
            fresh = [card for card in cards.values() if not self._was_known(card.id, name)]
            if fresh:
                yield self._beaten(self.after[name], fresh)

    def _was_known(self, better: str, other: str) -> bool:
        """Return whether the older state knew that a card improves another."""
        one, two = self.before.get(better), self.before.get(other)
        if one is None or two is None or one.question != two.question:
            return False
        if any(claim.card == other for claim in one.improves):
            return True
        question = self.old.questions[one.question]
        order = Order(question, Vocabulary(self.old.assumptions.values()))
        return order.strictly_dominates(one, two)

    def _beaten(self, card: Result, better: list[Result]) -> Change:
        question = self.new.questions[card.question]
        bound = self._bound(card)
        head = f"The bound ${bound}$ of {card.id}" if bound else f"The result {card.id}"
        parts = []
        for one in better[:_MOST]:
            said = next((claim.says for claim in one.improves if claim.card == card.id), "")
            stated = f" by ${self._bound(one)}$" if self._bound(one) else ""
            words = said or "; ".join(self._in_words(card, one, question))
            parts.append(f"{_label(self.new[one.work])}{stated}" + (f": {words}" if words else ""))
        if len(better) > _MOST:
            parts.append(f"{len(better) - _MOST} more")
        text = f"{head} ({self._question(card)}) is improved in {' Also in '.join(parts)}"
        works = tuple(dict.fromkeys((card.work, *(one.work for one in better))))
        topics = [topic for work in works for topic in self.new[work].topics]
        state = " ".join((card.id, *sorted(one.id for one in better)))
        return self._of(card, ChangeKind.IMPROVED, _ended(text), state, works, topics)

    def _in_words(self, old: Result, new: Result, question: Question) -> list[str]:
        vocabulary = Vocabulary(self.new.assumptions.values())
        change = change_between(old, new, question, vocabulary)
        return change_in_words(change, question, self.new.assumptions, lambda text: text)

    def _bound(self, card: Result) -> str:
        return bound_tex(card, self.new.questions[card.question])

    def _question(self, card: Result) -> str:
        return self.new.questions[card.question].label

    def _of(
        self,
        card: Result,
        kind: ChangeKind,
        text: str,
        state: str,
        works: tuple[str, ...] = (),
        topics: Iterable[str] = (),
    ) -> Change:
        return _of(self.new[card.work], kind, text, state, works, topics)


def _vocabulary(old: Bibliography, new: Bibliography) -> Iterator[Change]:
    """Return the topics and questions that are new, gone, or defined otherwise."""
    for kind, before, after in (
        (ChangeKind.TOPIC, old.topics, new.topics),
        (ChangeKind.QUESTION, old.questions, new.questions),
    ):
        older: Mapping[str, Topic | Question] = before
        newer: Mapping[str, Topic | Question] = after
        for name, one in newer.items():
            was = older.get(name)
            topics = (name,) if isinstance(one, Topic) else one.topics
            if was is None:
                text = f"New: {one.definition}"
            elif text := _redefined(was, one):
                pass
            else:
                continue
            state = one.model_dump_json()
            yield Change(kind, name, one.label, text, topics=tuple(topics), state=state)
        for name, one in older.items():
            if name not in newer:
                yield Change(kind, name, one.label, "It was taken out.", state="gone")


def _redefined(old: Topic | Question, new: Topic | Question) -> str:
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    changed = [name for name in after if before.get(name) != after[name]]
    parts = [f"definition: {new.definition}"] if "definition" in changed else []
    others = [name for name in changed if name != "definition"]
    parts += [f"changed: {', '.join(others)}."] if others else []
    return " ".join(parts)


def _of(
    paper: Paper,
    kind: ChangeKind,
    text: str,
    state: str = "",
    works: tuple[str, ...] = (),
    topics: Iterable[str] = (),
    count: int = 1,
) -> Change:
    """Return a change of a work."""
    day = str(paper.added) if paper.added and kind is ChangeKind.ADDED else None
    about = tuple(dict.fromkeys(topics or paper.topics))
    return Change(
        kind, paper.key, _label(paper), text, works or (paper.key,), about, state, day, count
    )


def _label(paper: Paper) -> str:
    return f"{author_line(paper.author, at_most=2)} {paper.year}, {paper.plain_title}"


def _key_now(new: Bibliography, key: str) -> str | None:
    number = new.snapshot.number(key)
    return None if number is None else new.snapshot.key(number)


def _citations(bib: Bibliography) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    rows = bib.snapshot.fetch(
        "SELECT s.key, t.key FROM edge e JOIN paper s ON s.n = e.source "
        "JOIN paper t ON t.n = e.target WHERE e.relation = ?",
        (Relation.CITES.value,),
    )
    for citing, cited in rows:
        found[citing].add(cited)
    return found


def _by_question(cards: Iterable[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = defaultdict(list)
    for card in cards:
        found[card.question].append(card)
    return found


def _counted(works: set[str]) -> str:
    """Return how many works, and the first of them."""
    named = sorted(works)[:_MOST]
    if len(works) > _MOST:
        named.append(f"{len(works) - _MOST} more")
    return ", ".join(named)


def _difference(name: str, old: Any, new: Any) -> str:
    if new is None:
        return f"{name}: none, was {_shown(old)}"
    return f"{name}: {_shown(new)}" + ("" if old is None else f", was {_shown(old)}")


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            return "1 version" if len(value) == 1 else f"{len(value)} versions"
        return "; ".join(map(str, value)) or "none"
    return str(value)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _state(fields: Mapping[str, Any], names: Iterable[str]) -> str:
    return json.dumps({name: fields.get(name) for name in names}, ensure_ascii=False)
