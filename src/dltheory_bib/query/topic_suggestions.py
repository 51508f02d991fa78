"""Suggest topics, and works to read before, for a work that is not in the catalogue.

The words of its title and abstract are ranked against the works as those of a query are
(`query.rank`). The nearest works vote for their topics; a topic whose name is in the text gets a
vote as well.

`scripts/topic_quality.py` leaves out each work in turn. `SHARPNESS` was chosen on one half of the
catalogue, of November 2026; on the other half, of 447 works, the first suggestion is one of the
work's topics for 70 of 100 by titles alone, and for 74 with annotations as abstracts; of those that
get a suggestion, for 84 and 85. Of 250 first lines of modules of Python 3 of 100 get one.

Of 149 entries of works that the catalogue lacks, half of them on its subject, the first suggestion,
or none, was right for 66 of 100 by a reader's judgement, before `SHARPNESS` was raised from 2; the
threshold was chosen on the same entries, so for others it is less.
"""

from __future__ import annotations

import json
from collections.abc import Container
from typing import NamedTuple

from dltheory_bib.query.rank import Ranked, Unit, rank
from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.text.search_words import SearchWords

NEAREST = 20
"""Works that vote."""
SHARPNESS = 3
"""By how much nearer works outvote others: the power of their score."""
LATER_TOPIC = 0.8
"""A work lists its most specific topic first; each further one has this share of a vote."""
NAMED = 0.15
"""The vote of a topic's name, as a share of all votes."""
ENOUGH = 0.12
"""The lowest score of a topic that is suggested."""
MOST_TOPICS, MOST_BEFORE = 3, 3
_MOST_WORDS = 60
_CORE = frozenset({"start", "core"})


class SuggestedTopic(NamedTuple):
    """A topic with its score, from 0 to 1, and the works that speak for it."""

    topic: str
    score: float
    works: tuple[str, ...]
    """Keys of the nearest works with this topic, at most three."""


class NearWork(NamedTuple):
    """A work with the share, from 0 to 1, of the text's words that it has, by weight."""

    key: str
    score: float
    title: str


class Suggestions(NamedTuple):
    """What a text suggests."""

    topics: list[SuggestedTopic]
    before: list[NearWork]
    """Works to read before: of the nearest those for newcomers, or of the core, not younger."""


class _Words(NamedTuple):
    units: list[Unit]
    stems: list[str]
    total: int
    """The weight of all words; a word that no work has weighs as much as the rarest."""


def suggest(
    snapshot: Snapshot,
    title: str,
    abstract: str = "",
    year: int | None = None,
    among: Container[int] | None = None,
) -> Suggestions:
    """Return topics and prerequisites for a title and an abstract; none if nothing is near.

    Only works of `among` are looked at, if given.
    """
    words = _words(snapshot, f"{title}. {abstract}")
    if not words.units:
        return Suggestions([], [])
    nearest = rank(snapshot, words.units, among)[:NEAREST]
    shares = _shares(words, nearest)
    # An abstract has words that no other work has; how near a work is shows in the title.
    titled = _words(snapshot, title) if abstract else words
    near = _shares(titled, rank(snapshot, titled.units, among)) if titled.units else {}
    works = _works(snapshot, [one.n for one in nearest])
    votes: dict[str, float] = {}
    voters: dict[str, list[str]] = {}
    for one in nearest:
        vote = (one.score / nearest[0].score) ** SHARPNESS
        for place, topic in enumerate(works[one.n].topics):
            votes[topic] = votes.get(topic, 0.0) + vote * LATER_TOPIC**place
            voters.setdefault(topic, []).append(works[one.n].key)
    total = sum(votes.values())
    for topic in _named(snapshot, set(words.stems)):
        votes[topic] = votes.get(topic, 0.0) + NAMED * total
    # How near the nearest are: a text on another subject shares few words with any work.
    scale = sum(sorted(near.values(), reverse=True)[:5]) / 5 / (total or 1.0)
    topics = [
        SuggestedTopic(topic, round(vote * scale, 3), tuple(voters.get(topic, ())[:3]))
        for topic, vote in sorted(votes.items(), key=lambda item: (-item[1], item[0]))
    ]
    topics = [one for one in topics if one.score >= ENOUGH][:MOST_TOPICS]
    return Suggestions(topics, _before(works, shares, topics, year))


def nearest_works(snapshot: Snapshot, text: str, count: int) -> list[int]:
    """Return the numbers of the works whose words are nearest to those of a text."""
    words = _words(snapshot, text)
    return [one.n for one in rank(snapshot, words.units)[:count]] if words.units else []


class _Work(NamedTuple):
    key: str
    year: int
    level: str
    title: str
    topics: list[str]


def _words(snapshot: Snapshot, text: str) -> _Words:
    row = snapshot.fetch("SELECT data FROM glossary").fetchone()
    forms: dict[str, str] = {}
    for word in SearchWords(json.loads(row[0])).words(text):
        forms.setdefault(word.stem, word.form)
    stems = list(forms)[:_MOST_WORDS]
    found = {
        stem: Unit(forms[stem], idf, (number,))
        for stem, number, idf in snapshot.fetch(
            "SELECT w.stem, w.id, w.idf FROM json_each(?) l JOIN search_word w ON w.stem = l.value",
            (json.dumps(stems),),
        )
    }
    units = [found[stem] for stem in stems if stem in found]
    rarest = max((unit.idf for unit in units), default=0)
    total = sum(unit.idf for unit in units) + rarest * (len(stems) - len(units))
    return _Words(units, stems, max(total, 1))


def _shares(words: _Words, ranked: list[Ranked]) -> dict[int, float]:
    """Return the share of the words, by weight, that each work has; works may lack details."""
    return {
        one.n: sum(words.units[place].idf for place in one.matched) / words.total
        for one in ranked
        if one.matched
    }


def _works(snapshot: Snapshot, numbers: list[int]) -> dict[int, _Work]:
    rows = snapshot.fetch(
        "SELECT p.n, p.key, p.year, coalesce(p.level, ''), l.readable, "
        "json_extract(r.data, '$.topics') FROM json_each(?) w JOIN paper p ON p.n = w.value "
        "JOIN record r ON r.n = p.n JOIN list_row l ON l.n = p.n",
        (json.dumps(numbers),),
    )
    return {
        n: _Work(key, year, level, title, json.loads(topics or "[]"))
        for n, key, year, level, title, topics in rows
    }


def _named(snapshot: Snapshot, stems: set[str]) -> list[str]:
    """Return the topics of which a name of two words or more is in the text."""
    rows = snapshot.fetch("SELECT id, stems FROM heading WHERE kind = 'topic'")
    names = ((topic, set(name.split())) for topic, name in rows)
    return sorted({topic for topic, name in names if len(name) > 1 and name <= stems})


def _before(
    works: dict[int, _Work],
    shares: dict[int, float],
    topics: list[SuggestedTopic],
    year: int | None,
) -> list[NearWork]:
    suggested = {one.topic for one in topics}
    fitting = [
        NearWork(work.key, round(shares[n], 3), work.title)
        for n, work in works.items()
        if work.level in _CORE
        and suggested & set(work.topics)
        and (year is None or work.year <= year)
    ]
    return sorted(fitting, key=lambda one: (-one.score, one.key))[:MOST_BEFORE]
