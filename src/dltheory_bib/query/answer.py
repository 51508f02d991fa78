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

from dltheory_bib.query.headings import Heading, headings, people
from dltheory_bib.query.known_items import (
    is_identifier,
    is_name,
    known_works,
    people_named,
)
from dltheory_bib.query.mending import forms_starting, halves, nearest_forms
from dltheory_bib.query.rank import Ranked, Unit, fields_of, having_all, rank
from dltheory_bib.query.typed import read_query
from dltheory_bib.snapshot.reader import Snapshot, read_numbers
from dltheory_bib.text.names import nearest
from dltheory_bib.text.search_words import SearchWords, Word, forms_of, stem_of

MOST_WORDS = 32
"""Of a longer query the first words count."""
BY_PERSON, BY_PERSON_ALONE, BY_FIRST_AUTHOR = 400, 3000, 300
BY_TOPIC = (400, 350, 300, 250, 200, 150, 100)
"""Favour of works by a person whose name is in the query, or is the query; of works whose first
author has this family name; and of the start of a topic that the query is the name of.
"""
YEARS = r"\b((?:19|20)\d\d)\s*(?:-|–|—|\.\.|to)\s*((?:19|20)\d\d)\b"
QUOTED = r'["“]([^"”]*)["”]'
FIELD_NAMES = ("title", "people", "topics", "text")


class Found:
    """The answer to a query."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.works: list[int] = []
        """The numbers of the works, best first; at most `rank.MOST` if there are words."""
        self.complete = 0
        """How many works have all the words that some work has."""
        self.headings: list[Heading] = []
        self.stems: list[str] = []
        self.units: list[Unit] = []
        """The words that count, also those that no work has."""
        self.ranked: dict[int, Ranked] = {}
        self.favoured: dict[int, int] = {}
        self.filters = ""
        """The part of the query that is in the query language."""
        self.filtered = 0
        """The number of works that match the filters."""
        self.searched = ""
        """The words that were searched for, mended."""
        self.mended: list[tuple[str, str]] = []
        """Words that no work has, each with what was searched for instead."""
        self.suggestion = ""
        self.known = False
        """Whether the query is an id or an address."""

    @property
    def missing(self) -> list[str]:
        """The words that no work has and that could not be mended."""
        return [unit.form for unit in self.units if not unit.words]


def search(
    snapshot: Snapshot, query: str, among: Container[int] | None = None, *, weighed: str = ""
) -> Found:
    """Return the answer to a query; works only of `among`, if given.

    All of these have the words `weighed`, which only order them.
    """
    found = Found(query)
    known = [n for n in known_works(snapshot, query) if among is None or n in among]
    if known or is_identifier(query):
        found.works, found.known = known, True
        return found
    typed = read_query(snapshot, query)
    found.filters, found.suggestion = typed.filters, typed.suggestion
    within = among
    if typed.among is not None:
        within = frozenset(n for n in typed.among if among is None or n in among)
        found.filtered = len(within)
    having = _read_words(snapshot, f"{typed.words} {typed.weighed} {weighed}", found)
    if having:
        _name_others(snapshot, typed.words, found)
        ranked = rank(snapshot, having, within, found.favoured)
        found.ranked = {one.n: one for one in ranked}
        found.works = list(found.ranked)
        found.complete = having_all(snapshot, having, within)
    if not typed.words.strip():  # filters alone, or nothing: every work that matches
        found.works += [n for n in _oldest_first(snapshot, within) if n not in found.ranked]
    return found


def _oldest_first(snapshot: Snapshot, works: Container[int] | None) -> list[int]:
    rows = snapshot.fetch("SELECT n FROM paper ORDER BY year, key")
    return [row[0] for row in rows if works is None or row[0] in works]


def _glossary(snapshot: Snapshot) -> SearchWords:
    row = snapshot.fetch("SELECT data FROM glossary").fetchone()
    return SearchWords(json.loads(row[0]))


def _read_words(snapshot: Snapshot, text: str, found: Found) -> list[Unit]:
    """Fill in the words of the query; return those that some work has."""
    years: list[list[str]] = []
    if sum(char.isdigit() for char in text) > 7:
        years = [sorted(pair) for pair in re.findall(YEARS, text)]
        text = re.sub(YEARS, " ", text)
    glossary = _glossary(snapshot)
    text = _mended(snapshot, text, glossary, found)
    found.searched = " ".join(text.split())
    words = glossary.words(text)
    if words and all(
        word.stem.isdigit() for word in words
    ):  # `he 2016`: a name that is a stop word
        words = [Word(form, stem_of(form)) for form in forms_of(text)]
    forms = {word.stem: word.form for word in reversed(words[:MOST_WORDS])}
    known = {
        stem: Unit(forms[stem], idf, (number,))
        for stem, number, idf in snapshot.fetch(
            "SELECT w.stem, w.id, w.idf FROM json_each(?) l JOIN search_word w ON w.stem = l.value",
            (json.dumps(list(forms)),),
        )
    }
    found.stems = []
    for stem in dict.fromkeys(word.stem for word in words[:MOST_WORDS]):
        unit = known.get(stem)
        if unit is None:
            started = forms_starting(snapshot, forms[stem])
            unit = _unit(snapshot, forms[stem], [word for _, word in started])
        found.units.append(unit)
        found.stems.append(stem)
    for first, last in years:
        found.units += _years(snapshot, int(first), int(last))
    return [unit for unit in found.units if unit.words]


def _years(snapshot: Snapshot, first: int, last: int) -> list[Unit]:
    wanted = [str(year) for year in range(first, last + 1)]
    rows = snapshot.fetch(
        "SELECT id FROM search_word WHERE stem IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(wanted),),
    ).fetchall()
    return [_unit(snapshot, f"{first}-{last}", [row[0] for row in rows])]


def _mended(snapshot: Snapshot, text: str, glossary: SearchWords, found: Found) -> str:
    """Return a query whose words that no work has are replaced by the nearest that have.

    Words in quotes are kept.
    """
    quoted = re.findall(QUOTED, text) if '"' in text or "“" in text else []
    kept = set(forms_of(" ".join(quoted)))
    words = {word.form: word.stem for word in glossary.words(text)}
    rows = snapshot.fetch(
        "SELECT l.value, w.id FROM json_each(?) l LEFT JOIN search_word w ON w.stem = l.value",
        (json.dumps(sorted(set(words.values()))),),
    )
    numbers = dict(rows.fetchall())
    others = [number for number in numbers.values() if number]
    instead: dict[str, str] = {}
    for form, stem in words.items():
        if numbers[stem] or " " in form or form in kept:
            continue
        if parts := halves(snapshot, form):
            instead[form] = " ".join(parts)
        elif (near := nearest_forms(snapshot, form)) and (
            best := _best_with(snapshot, near, others)
        ):
            instead[form] = best
            found.mended.append((form, best))
    if not instead:
        return text
    return " ".join(instead.get(form, form) for form in forms_of(text))


def _unit(snapshot: Snapshot, form: str, words: list[int]) -> Unit:
    """Return a word that stands for several, or for none."""
    rows = snapshot.fetch(
        "SELECT min(idf) FROM search_word WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(words),),
    )
    return Unit(form, rows.fetchone()[0] or 0, tuple(sorted(set(words))))


def _best_with(snapshot: Snapshot, near: list[tuple[str, int]], others: list[int]) -> str:
    """Return the word that occurs in one work with most of the other words of the query.

    Without any of them, the word was hardly meant, and an empty text is returned.
    """
    if not others:
        return near[0][0]
    counts: dict[int, int] = {}
    for word in others:
        for n in _works(snapshot, word):
            counts[n] = counts.get(n, 0) + 1
    most = {
        word: max((counts.get(n, 0) for n in _works(snapshot, word)), default=0) for _, word in near
    }
    form, word = max(near, key=lambda pair: most[pair[1]])  # the first of equals
    return form if most[word] else ""


def _works(snapshot: Snapshot, word: int) -> list[int]:
    row = snapshot.fetch("SELECT works FROM search_word WHERE id = ?", (word,)).fetchone()
    return read_numbers("I", row[0]).tolist()


def _name_others(snapshot: Snapshot, text: str, found: Found) -> None:
    """Find what else the query names, and the works that this favours."""
    words = list(zip(found.stems, found.units, strict=False))
    stems = [stem for stem, unit in words if unit.words]
    found.headings = headings(snapshot, stems, [unit.idf for _, unit in words if unit.words])
    found.headings += people(snapshot, people_named(snapshot, forms_of(text)))
    favoured = found.favoured
    favoured |= dict.fromkeys(_first_author(snapshot, text), BY_FIRST_AUTHOR)
    forms = [form for form in forms_of(text) if not form.isdigit()]
    for one in found.headings:
        if one.kind == "person" and one.whole:
            rows = snapshot.fetch("SELECT n FROM authorship WHERE person = ?", (one.id,))
            alone = BY_PERSON_ALONE if is_name(snapshot, one.id, forms) else BY_PERSON
            favoured |= dict.fromkeys((row[0] for row in rows), alone)
        elif one.kind == "topic" and one.whole:
            rows = snapshot.fetch(
                "SELECT m.n FROM topic t, json_each(t.data, '$.start') s "
                "JOIN name m ON m.name = json_extract(s.value, '$.work') "
                "WHERE t.id = ? ORDER BY s.key",
                (one.id,),
            )
            for (n,), favour in zip(rows, BY_TOPIC, strict=False):
                favoured[n] = max(favoured.get(n, 0), favour)


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


def explain(snapshot: Snapshot, found: Found, n: int) -> str:
    """Return why a work answers a query, in one line."""
    if found.known:
        return "the query is an id, a key or an address of this work"
    row = snapshot.fetch("SELECT words FROM search_work WHERE n = ?", (n,)).fetchone()
    parts = fields_of(row[0])
    having, lacking = [], []
    for unit in found.units:
        words = set(unit.words)
        fields = [name for name, part in zip(FIELD_NAMES, parts, strict=False) if words & set(part)]
        if not fields and any(words & set(name) for name in parts[4:]):
            fields = ["title of another version"]
        if fields:
            having.append(f"{unit.form} ({', '.join(fields)})")
        else:
            lacking.append(unit.form)
    made = [", ".join(dict.fromkeys(having))] if having else []
    made += [f"without {', '.join(dict.fromkeys(lacking))}"] if lacking else []
    made += [f"matches {found.filters}"] if found.filters else []
    if n in found.favoured:
        made.append("by the person, or at the start of the topic, that the query names")
    return "; ".join(made)


def notes(snapshot: Snapshot, found: Found) -> list[str]:
    """Return what there is to say about an answer, a sentence each."""
    if found.known:
        return [] if found.works else [f"no work here has the id or address {found.query.strip()}"]
    made = []
    if found.works and found.mended:
        swapped = ", ".join(f"{form} for {typed}" for typed, form in found.mended)
        made.append(f"showing results for {found.searched} ({swapped}); quote a word to keep it")
    if found.suggestion:
        made.append(found.suggestion)
    if found.works:
        if found.missing:
            made.append(f"left out, because no work has it: {', '.join(found.missing)}")
        having = sum(1 for unit in found.units if unit.words)
        best = max((len(one.matched) for one in found.ranked.values()), default=having)
        if best < having:
            made.append(f"no work has all {having} words; the nearest have {best}")
        return made
    return [f"no work matches {found.query.strip()}", *made, *_why_nothing(snapshot, found)]


def _why_nothing(snapshot: Snapshot, found: Found) -> list[str]:
    """Return which part of a query matches nothing, and what is near."""
    made = []
    for form in dict.fromkeys(found.missing):
        rows = snapshot.fetch(
            "SELECT form FROM search_form WHERE form >= ? AND form < ?",
            (form[0], chr(ord(form[0]) + 1)),
        )
        near = nearest(form, (row[0] for row in rows))
        made.append(f"no work has {form!r}" + (f"; near it are {', '.join(near)}" if near else ""))
    having = [unit for unit in found.units if unit.words]
    if found.filters and found.units:
        words = " ".join(unit.form for unit in having)
        count = len(rank(snapshot, having))
        if count:
            made.append(f"{count} {_works_match(count)} {words} without {found.filters}")
        count = found.filtered
        made.append(f"{count} {_works_match(count)} {found.filters}")
    elif not found.units and not found.filters:
        made.append("it has no word to search for")
    return made


def _works_match(count: int) -> str:
    return "work matches" if count == 1 else "works match"
