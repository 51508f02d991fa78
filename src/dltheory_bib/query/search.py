"""Search: what people type, answered by works, best first, and by topics, people and questions.

1. Ids, addresses and keys give their work (`known_items`).
2. Filters of the query language are separated from words (`typed`).
3. Words that no work has are completed, parted or mended (`mending`).
4. Works are ranked by the words (`rank`), not all of which they need to have.
5. Topics, people, venues, questions and trails that are named are found as well (`headings`).

Nothing that is typed is an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container
from dataclasses import dataclass, field

from dltheory_bib.query.headings import Heading, headings, people
from dltheory_bib.query.known_items import is_identifier, known_works, people_named
from dltheory_bib.query.mending import forms_starting, halves, nearest_forms
from dltheory_bib.query.rank import Ranked, Unit, fields_of, numbers, rank
from dltheory_bib.query.typed import read_query
from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.text.search_words import SearchWords, Word, forms_of, stem_of

MOST_WORDS = 32
"""Of a longer query the first words count."""
BY_PERSON = 400
BY_FIRST_AUTHOR = 300
BY_TOPIC = (400, 350, 300, 250, 200, 150, 100)
"""Favour, in thousandths, of works by a person that is named, and of the start of a topic that the
query is the name of.
"""
_YEARS = re.compile(r"\b((?:19|20)\d\d)\s*(?:-|–|—|\.\.|to)\s*((?:19|20)\d\d)\b")
FIELD_NAMES = ("title", "people", "topics", "text")


@dataclass
class Found:
    """The answer to a query."""

    query: str
    works: list[int] = field(default_factory=list)
    """The numbers of the works, best first; at most `rank.RERANKED` if there are words."""
    headings: list[Heading] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    """The words that count, also those that no work has."""
    ranked: dict[int, Ranked] = field(default_factory=dict)
    filters: str = ""
    """The part of the query that is in the query language."""
    mended: list[tuple[str, str]] = field(default_factory=list)
    """Words that no work has, each with what was searched for instead."""
    suggestion: str = ""
    known: bool = False
    """Whether the query is an id or an address of the works."""

    @property
    def missing(self) -> list[str]:
        """The words that no work has and that could not be mended."""
        return [unit.form for unit in self.units if not unit.words]


def search(snapshot: Snapshot, query: str, among: Container[int] | None = None) -> Found:
    """Return the answer to a query; works only of `among`, if given."""
    found = Found(query)
    known = [n for n in known_works(snapshot, query) if among is None or n in among]
    if known:
        found.works, found.known = known, True
        return found
    if is_identifier(query):
        found.known = True
        return found
    typed = read_query(snapshot, query)
    found.filters, found.suggestion = typed.filters, typed.suggestion
    within = typed.among
    if within is not None and among is not None:
        within = frozenset(n for n in within if n in among)
    if within is not None and not typed.words.strip():
        found.works = _oldest_first(snapshot, within)
        return found
    stems = _read_words(snapshot, typed.words, found)
    having = [unit for unit in found.units if unit.words]
    favoured = _name(snapshot, typed.words, stems, found)
    ranked = rank(snapshot, having, among if within is None else within, favoured)
    found.ranked = {one.n: one for one in ranked}
    found.works = [one.n for one in ranked]
    return found


def _oldest_first(snapshot: Snapshot, works: Container[int]) -> list[int]:
    rows = snapshot.fetch("SELECT n FROM paper ORDER BY year, key")
    return [row[0] for row in rows if row[0] in works]


def _glossary(snapshot: Snapshot) -> SearchWords:
    row = snapshot.fetch("SELECT data FROM glossary").fetchone()
    return SearchWords([(spelling, term) for spelling, term in json.loads(row[0])])


def _read_words(snapshot: Snapshot, text: str, found: Found) -> list[str]:
    """Fill in the words of the query; return their stems."""
    years = [sorted(pair) for pair in _YEARS.findall(text)]
    text = _YEARS.sub(" ", text)
    words = _glossary(snapshot).words(text)
    if all(word.stem.isdigit() for word in words):  # `he 2016`: a name that is a stop word
        words = [Word(form, stem_of(form)) for form in forms_of(text)]
    stems = list(dict.fromkeys(word.stem for word in words))[:MOST_WORDS]
    forms = {word.stem: word.form for word in reversed(words)}
    known = {
        stem: (number, idf)
        for stem, number, idf in snapshot.fetch(
            "SELECT w.stem, w.id, w.idf FROM json_each(?) l JOIN search_word w ON w.stem = l.value",
            (json.dumps(stems),),
        )
    }
    for stem in stems:
        if stem in known:
            number, idf = known[stem]
            found.units.append(Unit(forms[stem], idf, (number,)))
        else:
            others = [number for number, _ in known.values()]
            found.units += _mended(snapshot, forms[stem], others, found)
    for first, last in years:
        found.units += _years(snapshot, int(first), int(last))
    return [stem for stem in stems if stem in known]


def _years(snapshot: Snapshot, first: int, last: int) -> list[Unit]:
    wanted = [str(year) for year in range(first, last + 1)]
    rows = snapshot.fetch(
        "SELECT id, idf FROM search_word WHERE stem IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(wanted),),
    ).fetchall()
    idf = min((row[1] for row in rows), default=0)
    return [Unit(f"{first}-{last}", idf, tuple(row[0] for row in rows))]


def _mended(snapshot: Snapshot, form: str, others: list[int], found: Found) -> list[Unit]:
    """Return what to search for instead of a word that no work has."""
    if parts := halves(snapshot, form):
        return [_unit(snapshot, part, [word]) for part, word in parts]
    if near := nearest_forms(snapshot, form):
        best, word = _best_with(snapshot, near, others)
        found.mended.append((form, best))
        return [_unit(snapshot, best, [word])]
    if started := forms_starting(snapshot, form):
        return [_unit(snapshot, form, sorted({word for _, word in started}))]
    return [Unit(form, 0, ())]


def _unit(snapshot: Snapshot, form: str, words: list[int]) -> Unit:
    rows = snapshot.fetch(
        "SELECT min(idf) FROM search_word WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(words),),
    )
    return Unit(form, rows.fetchone()[0], tuple(words))


def _best_with(
    snapshot: Snapshot, near: list[tuple[str, int]], others: list[int]
) -> tuple[str, int]:
    """Return the word that occurs in one work with most of the other words of the query."""
    if len(near) == 1 or not others:
        return near[0]
    counts: dict[int, int] = {}
    for word in others:
        for n in _works(snapshot, word):
            counts[n] = counts.get(n, 0) + 1
    most = {
        word: max((counts.get(n, 0) for n in _works(snapshot, word)), default=0)
        for _, word in near
    }
    return max(near, key=lambda pair: most[pair[1]])  # the first of equals


def _works(snapshot: Snapshot, word: int) -> list[int]:
    row = snapshot.fetch("SELECT works FROM search_word WHERE id = ?", (word,)).fetchone()
    return numbers("I", row[0]).tolist()


def _name(snapshot: Snapshot, text: str, stems: list[str], found: Found) -> dict[int, int]:
    """Find what else the query names; return the works that this favours, and how much."""
    weights = [unit.idf for unit in found.units if unit.words][: len(stems)]
    found.headings = headings(snapshot, stems, weights)
    named = people_named(snapshot, forms_of(text))
    found.headings += people(snapshot, named)
    favoured = dict.fromkeys(_first_author(snapshot, text), BY_FIRST_AUTHOR)
    for one in found.headings:
        if one.kind == "person" and one.whole:
            rows = snapshot.fetch("SELECT n FROM authorship WHERE person = ?", (one.id,))
            favoured |= dict.fromkeys((row[0] for row in rows), BY_PERSON)
        elif one.kind == "topic" and one.whole:
            rows = snapshot.fetch(
                "SELECT m.n FROM topic t, json_each(t.data, '$.start') s "
                "JOIN name m ON m.name = json_extract(s.value, '$.work') "
                "WHERE t.id = ? ORDER BY s.key",
                (one.id,),
            )
            for (n,), favour in zip(rows, BY_TOPIC, strict=False):
                favoured[n] = max(favoured.get(n, 0), favour)
    return favoured


def _first_author(snapshot: Snapshot, text: str) -> list[int]:
    """Return the works whose first author has this family name: `jacot`, `jacot 2018`."""
    names = [form for form in forms_of(text) if not form.isdigit()]
    if len(names) != 1:
        return []
    rows = snapshot.fetch(
        "SELECT a.n FROM person_word w JOIN authorship a ON a.person = w.person "
        "JOIN paper p ON p.n = a.n WHERE w.word = ? AND a.position = 0 "
        "AND substr(p.first_author, 1, ?) = ?",
        (names[0], len(names[0]) + 1, f"{names[0]},"),
    )
    return [row[0] for row in rows]


def explain(snapshot: Snapshot, found: Found, n: int) -> list[tuple[str, list[str]]]:
    """Return, for each word of a query that a work has, the fields that have it."""
    row = snapshot.fetch("SELECT words FROM search_work WHERE n = ?", (n,)).fetchone()
    parts = fields_of(row[0])
    made = []
    for unit in found.units:
        words = set(unit.words)
        fields = [
            name for name, part in zip(FIELD_NAMES, parts, strict=False) if words & set(part)
        ]
        if not fields and any(words & set(name) for name in parts[4:]):
            fields = ["title of another version"]
        if fields:
            made.append((unit.form, fields))
    return made


__all__ = ["Found", "Word", "explain", "search"]
