"""Rank works by the words of a query: a small algorithm in integers.

The page computes the same (`static/search/rank.js`), so each step is fixed, down to rounding:

1. Each word of the query has a weight `idf`; each work that has the word has a weight between 0 and
   `SCALE` for it, both computed by `snapshot/compile_search.py` (BM25F). A work gets for each word
   `idf * (COVERED + weight)`. Of several alternatives of a word, the best counts.
2. Of the `MOST` best works, on equal sums those with the lower number, the first `RERANKED` are
   looked at closely; the others follow them as they are. A work
   that has every word gets `ALL` per mille more. For two neighbours of the query that are
   neighbours in a field it gets the field's number in `PAIR`, times the lesser idf of the two; the
   best field counts. For each name of the work (its titles, and their parts before and after a
   colon) it gets the sum of idf times `WHOLE` if the query is the name; or else times `IN_NAME` if
   the name has every word, and then times `NAME * length of the query / length of the name`,
   rounded down, besides, if it has them in order and without gaps. The best name counts.
3. A work that is favoured gets `(sum of idf) * favour`: it is by a person that is named, or
   a topic is named and its reading order starts with the work.
4. The sum is multiplied by `1000 + prior` and divided by 1000, rounded down; `prior` comes from
   reading level and citations.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Container, Mapping, Sequence
from heapq import nsmallest
from itertools import chain, pairwise
from typing import NamedTuple

from dltheory_bib.snapshot.reader import Snapshot, read_numbers

COVERED = 700
RERANKED, MOST = 100, 200
ALL = 150
PAIR = (500, 300, 300, 200)
IN_NAME = 450
NAME = 600
WHOLE = 3000
_BREAK = 0
_WORKS = 1 << 32
"""More than there are numbers of works."""


class Unit(NamedTuple):
    """A word of a query: what was typed, and the words of the index that it stands for."""

    form: str
    idf: int
    words: tuple[int, ...]
    """Numbers of words; a work matches if it has any of them. Empty: no work has it."""


class Ranked(NamedTuple):
    """A work with its rank."""

    n: int
    score: int
    matched: tuple[int, ...]
    """The places in the query of the units that it has; empty if it was not looked at closely."""


def rank(
    snapshot: Snapshot,
    units: Sequence[Unit],
    among: Container[int] | None = None,
    favoured: Mapping[int, int] | None = None,
) -> list[Ranked]:
    """Return the best works, best first; only those of `among`, if given.

    Each of the units has a word.
    """
    scores = _sums(snapshot, units)
    if among is not None:
        scores = {n: score for n, score in scores.items() if n in among}
    # One number for a pair, the score before the work's number, is compared faster.
    pairs = nsmallest(MOST, [n - score * _WORKS for n, score in scores.items()])
    best = [(pair % _WORKS, -(pair // _WORKS)) for pair in pairs]
    made = _reranked(snapshot, units, dict(best[:RERANKED]), favoured or {})
    return made + [Ranked(n, score, ()) for n, score in best[RERANKED:]]


def having_all(
    snapshot: Snapshot, units: Sequence[Unit], among: Container[int] | None = None
) -> int:
    """Return how many works have every word; only those of `among`, if given."""
    lists = [_weights(snapshot, unit.words)[0] for unit in units]
    both = set(lists[0]).intersection(*lists[1:])
    return len(both) if among is None else sum(n in among for n in both)


def _sums(snapshot: Snapshot, units: Sequence[Unit]) -> dict[int, int]:
    lists = [(unit.idf, *_weights(snapshot, unit.words)) for unit in units]
    lists.sort(key=lambda one: -len(one[1]))
    scores: dict[int, int] = {}
    for idf, works, weights in lists:
        if not scores:  # the longest list, without looking for sums
            scores = dict(zip(works, [idf * (COVERED + weight) for weight in weights], strict=True))
            continue
        get = scores.get
        for n, weight in zip(works, weights, strict=True):
            scores[n] = get(n, 0) + idf * (COVERED + weight)
    return scores


def _weights(snapshot: Snapshot, words: tuple[int, ...]) -> tuple[Collection[int], Collection[int]]:
    """Return the works that have any of these words, with the greatest weight."""
    lists = []
    for word in words:
        row = snapshot.fetch("SELECT works, weights FROM search_word WHERE id = ?", (word,))
        works, weights = row.fetchone()
        lists.append((read_numbers("I", works), read_numbers("H", weights)))
    if len(lists) == 1:
        return lists[0]
    best: dict[int, int] = {}
    for one in lists:
        for n, weight in zip(*one, strict=True):
            best[n] = max(best.get(n, 0), weight)
    return best.keys(), best.values()


def fields_of(data: bytes) -> list[list[int]]:
    """Return the words of a work: of its four fields, then of each of its names."""
    found = read_numbers("I", data).tolist()
    start = 0
    made: list[list[int]] = []
    while start < len(found):
        end = found.index(_BREAK, start)
        made.append(found[start:end])
        start = end + 1
    return made


def _reranked(
    snapshot: Snapshot, units: Sequence[Unit], sums: dict[int, int], favoured: Mapping[int, int]
) -> list[Ranked]:
    rows = snapshot.fetch(
        "SELECT w.n, w.prior, w.words FROM json_each(?) l JOIN search_work w ON w.n = l.value",
        (json.dumps(list(sums)),),
    )
    places: dict[int, list[int]] = {}
    for place, unit in enumerate(units):
        for word in unit.words:
            places.setdefault(word, []).append(place)
    asked = places.keys()
    pairs = {
        (one, other): min(before.idf, after.idf)
        for before, after in pairwise(units)
        for one in before.words
        for other in after.words
    }
    query = [unit.words[0] for unit in units]
    total = sum(unit.idf for unit in units)
    made = []
    for n, prior, data in rows:
        score = sums[n]
        parts = fields_of(data)
        having = asked & set(chain.from_iterable(parts))
        matched = {place for word in having for place in places[word]}
        if len(matched) == len(units):
            score += score * ALL // 1000
            # Only a work that has every word can be called by all of them.
            score += max((_named(query, name) for name in parts[len(PAIR) :]), default=0) * total
        if len(having) > 1:
            gained: dict[tuple[int, int], int] = {}
            for bonus, field in zip(PAIR, parts, strict=False):
                for pair in pairs.keys() & set(pairwise(field)):
                    gained[pair] = max(gained.get(pair, 0), bonus * pairs[pair])
            score += sum(gained.values())
        score += total * favoured.get(n, 0)
        made.append(Ranked(n, score * (1000 + prior) // 1000, tuple(sorted(matched))))
    return sorted(made, key=lambda one: (-one.score, one.n))


def _named(query: list[int], name: list[int]) -> int:
    """Return by how much of the sum of idf a name of a work raises it."""
    length = len(query)
    if query == name:
        return WHOLE
    if not length or not set(query).issubset(name):
        return 0
    for start in range(len(name) - length + 1):
        if name[start : start + length] == query:
            return IN_NAME + NAME * length // len(name)
    return IN_NAME
