"""Write the index of the search: the words of each work, and how much each word counts.

All numbers are integers, so that Python and the page rank alike. `query/rank.py` reads them and
describes the ranking; docs/how-to/search.md explains it with its sources.
"""

from __future__ import annotations

import json
import math
import sqlite3
import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import GlossaryEntry, Topic, Trail, Venue
from dltheory_bib.models.theorem import Question, Result
from dltheory_bib.snapshot.compile_views import Stated, stated_by
from dltheory_bib.source.catalogue import Catalogue, records_of
from dltheory_bib.text.names import family, fold, natural, unbraced
from dltheory_bib.text.search_words import (
    STOP_WORDS,
    SearchWords,
    Terms,
    forms_of,
    plain_stems,
    read_glossary,
    stem_of,
    stems_of,
)


class Weight(NamedTuple):
    """How much an occurrence in a field counts: `base`, reduced by length.

    `slope` is BM25F's b in per cent, `pivot` the usual number of words of the field.
    """

    base: int
    slope: int
    pivot: int


FIELDS = ("title", "people", "topics", "text")
WEIGHTS = (Weight(10, 40, 8), Weight(10, 0, 1), Weight(4, 40, 8), Weight(1, 40, 100))
"""Of the fields, in this order."""
SATURATION = 120
"""BM25's k1, in per cent: the count at which a word has half its weight."""
SCALE = 1000
"""The weight that a word approaches when it occurs ever more often."""
LEVELS = {"start": 160, "core": 80}
"""By how many thousandths the reading level raises a work."""
CITED = 40
"""By how many thousandths each doubling of the citations in the collection raises a work."""
_BREAK = 0
"""Separates the fields, then the names, in the numbers of the words of a work."""


def write_search_index(
    database: sqlite3.Connection,
    catalogue: Catalogue,
    works: Sequence[tuple[int, Paper]],
    numbers: Mapping[str, int],
) -> None:
    """Write the tables of the search into a database without them."""
    index = Index(SearchWords(write_glossary(database, records_of(catalogue.glossary))))
    keys = {n: paper.key for n, paper in works}
    papers = (paper for _, paper in works)
    topics, trails = records_of(catalogue.topics), records_of(catalogue.trails)
    said = sentences(
        topics,
        trails,
        records_of(catalogue.results),
        stated_by(papers, lambda name: keys[numbers[name]]),
        lambda name: keys[numbers[name]] if name in numbers else None,
    )
    venues = {at.record.id: at.record for at in catalogue.venues}
    write_words_of_works(database, index, works, Texts(topics, venues, said))
    index.write(database, len(works))
    write_priors(database)
    questions = records_of(catalogue.questions)
    write_headings(database, index.words, topics, questions, trails, venues.values())


def write_words_of_works(
    database: sqlite3.Connection, index: Index, works: Iterable[tuple[int, Paper]], texts: Texts
) -> None:
    """Index works, and write the words of each; `write_priors` must follow."""
    database.executemany(
        "INSERT INTO search_work VALUES (?, 0, ?)",
        (
            (n, index.add(n, titles_of(paper), texts.people(paper), texts.more(paper)))
            for n, paper in works
        ),
    )


def write_glossary(database: sqlite3.Connection, entries: Iterable[GlossaryEntry]) -> Terms:
    """Write the glossary, in place of the one before, and return its terms."""
    entries = list(entries)
    terms = read_glossary([(one, entry.term) for entry in entries for one in entry.spellings])
    database.execute("DELETE FROM glossary")
    database.execute(
        "INSERT INTO glossary VALUES (?)", (json.dumps(terms, sort_keys=True, ensure_ascii=False),)
    )
    database.executemany(
        "INSERT OR REPLACE INTO glossary_entry VALUES (?, ?)",
        ((entry.id, entry.to_json()) for entry in entries),
    )
    return terms


def write_priors(database: sqlite3.Connection, works: Iterable[int] | None = None) -> None:
    """Write by how much reading level and citations raise works, or all of them."""
    chosen = "" if works is None else "AND {} IN (SELECT value FROM json_each(:works))"
    # Counted in one pass: the edges of a catalogue that is compiled have no index yet.
    rows = database.execute(
        "SELECT p.level, coalesce(e.cited, 0), w.n FROM search_work w JOIN paper p ON p.n = w.n "
        "LEFT JOIN (SELECT target, count(*) AS cited FROM edge WHERE relation = 'cites' "
        f"{chosen.format('target')} GROUP BY target) e ON e.target = w.n "
        f"WHERE true {chosen.format('w.n')}",
        {} if works is None else {"works": json.dumps(sorted(works))},
    ).fetchall()
    database.executemany(
        "UPDATE search_work SET prior = ? WHERE n = ?",
        ((LEVELS.get(level or "", 0) + CITED * cited.bit_length(), n) for level, cited, n in rows),
    )


def titles_of(paper: Paper) -> list[str]:
    """Return the title of a work, then its other titles and those of other versions."""
    versions = (version.title for version in paper.versions)
    titles = dict.fromkeys((paper.title, *paper.titles, *versions))
    return [unbraced(title) for title in titles if title]


def sentences(
    topics: Iterable[Topic],
    trails: Iterable[Trail],
    cards: Iterable[Result],
    stated: Iterable[Stated],
    key: Callable[[str], str | None],
) -> dict[str, list[str]]:
    """Return what relations, reading orders and cards say of works, by key.

    `key` gives the key of a work from a name; None for a work that is not here.
    """
    said: dict[str, list[str]] = defaultdict(list)
    for one in sorted(stated, key=lambda one: one[:3]):
        said[one.source].append(f"{one.relation.phrase}. {one.says}")
        said[one.target].append(f"{one.relation.inverse}. {one.says}")
    ways = [topic.start for topic in sorted(topics, key=lambda one: one.id)]
    ways += [trail.steps for trail in sorted(trails, key=lambda one: one.id)]
    for steps in ways:
        for step in steps:  # of the shipped topics in a collection without those works
            if found := key(step.work):
                said[found].append(step.says)
    for card in sorted(cards, key=lambda one: one.id):
        if found := key(card.work):
            said[found] += filter(None, (card.method, card.statement))
    return said


class Texts:
    """The texts of each work, by field."""

    def __init__(
        self,
        topics: Iterable[Topic],
        venues: Mapping[str, Venue],
        said: Mapping[str, list[str]],
    ) -> None:
        """`said` is what `sentences` returns."""
        self._topics = {one.id: " . ".join((one.label, *one.aliases)) for one in topics}
        self._venues = venues
        self._said = said

    def people(self, paper: Paper) -> str:
        """The names, the first author's family name once more, and when and where it appeared."""
        parts = [natural(name) for name in paper.author]
        parts += [family(paper.author[0]), str(paper.year), paper.key]
        if paper.eprint_year and paper.eprint_year != paper.year:
            parts.append(str(paper.eprint_year))
        venue = self._venues.get(paper.venue or "")
        if venue is not None:
            parts.append(venue.in_year(paper.year).short)
        return " . ".join(parts)

    def more(self, paper: Paper) -> tuple[str, str]:
        """The names of the topics; and annotations, relations, reasons for reading, and cards."""
        parts = [paper.summary, paper.idea, paper.limits]
        parts += [f"{remark.text} {remark.comment or ''}" for remark in paper.remarks]
        parts += self._said.get(paper.key, ())
        return (
            " . ".join(self._topics[topic] for topic in paper.topics),
            " . ".join(filter(None, parts)),
        )


class _Numbers(dict[str, int]):
    """The numbers of stems, from 1 in the order in which they are met."""

    def __missing__(self, stem: str) -> int:
        number = self[stem] = len(self) + 1
        return number


class Index:
    """Numbers words, and collects for each the works that have it."""

    def __init__(self, words: SearchWords, known: Iterable[str] = ()) -> None:
        """`known` are the stems that have numbers, from 1."""
        self.words = words
        self._numbers = _Numbers()
        for stem in known:
            self._numbers[stem]
        self._works: list[array[int]] = []
        self._weights: list[array[int]] = []

    def _numbered(self, text: str) -> list[int]:
        numbers = self._numbers
        return [numbers[stem] for stem in self.words.stems(text)]

    def add(self, n: int, titles: list[str], people: str, more: tuple[str, str]) -> bytes:
        """Index a work; return the numbers of its words, field by field, then of its names."""
        forms = forms_of(people)
        self.words.met.update(forms)
        numbers = self._numbers
        names = [self._numbered(title) for title in titles]
        stems = self.words.stems
        plain = (stem for stem in plain_stems(titles[0]) if numbers[stem] not in names[0])
        fields = (
            [*names[0], *(numbers[stem] for stem in plain)],
            [numbers[stem_of(form)] for form in forms],
            *([numbers[stem] for stem in stems(text, both=True)] for text in more),
        )
        counts: dict[int, int] = {}
        for (base, slope, pivot), found in zip(WEIGHTS, fields, strict=True):
            each = 10_000 * base // (100 - slope + slope * len(found) // pivot)
            for word in found:
                counts[word] = counts.get(word, 0) + each
        for other in names[1:]:
            for word in set(other).difference(names[0]):
                counts[word] = counts.get(word, 0) + 100 * WEIGHTS[0].base
        works, weights = self._works, self._weights
        self._grow()
        for word, count in counts.items():
            works[word - 1].append(n)
            weights[word - 1].append(SCALE * count // (count + SATURATION))
        for title in titles:
            head, colon, tail = title.partition(":")
            if colon:
                names += [self._numbered(head), self._numbered(tail)]
        made: list[int] = []
        for part in (*fields, *map(dict.fromkeys, names)):
            made += part
            made.append(_BREAK)
        return stored(array("I", made))

    def _grow(self) -> None:
        while len(self._works) < len(self._numbers):
            self._works.append(array("I"))
            self._weights.append(array("H"))

    def lists(self) -> Iterator[tuple[int, str, array[int], array[int]]]:
        """Yield number and stem of each word, the works that were added with it, and weights."""
        self._grow()
        lists = zip(self._numbers.items(), self._works, self._weights, strict=True)
        for (stem, number), works, weights in lists:
            yield number, stem, works, weights

    def write(self, database: sqlite3.Connection, count: int) -> None:
        """Write the words and the forms in which they were met, into empty tables."""
        rows = (
            (number, stem, idf(count, len(works)), stored(works), stored(weights))
            for number, stem, works, weights in self.lists()
        )
        database.executemany("INSERT INTO search_word VALUES (?, ?, ?, ?, ?)", rows)
        self.write_forms(database)

    def write_forms(self, database: sqlite3.Connection) -> None:
        """Write the forms in which words were met."""
        forms = (
            (form, number)
            for form in sorted(self.words.met - STOP_WORDS)
            if (number := self._numbers.get(stem_of(form))) is not None
        )
        database.executemany("INSERT OR IGNORE INTO search_form VALUES (?, ?)", forms)


def idf(count: int, having: int) -> int:
    """Return the weight of a word that so many of `count` works have, in hundredths.

    The logarithm of BM25 with 1 added, so that it is never negative.
    """
    return round(100 * math.log(1 + (count - having + 0.5) / (having + 0.5)))


def stored(numbers: array[int]) -> bytes:
    """Return numbers as bytes, lowest first on every machine."""
    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()


def write_headings(
    database: sqlite3.Connection,
    words: SearchWords,
    topics: Iterable[Topic],
    questions: Iterable[Question],
    trails: Iterable[Trail],
    venues: Iterable[Venue],
) -> None:
    """Write the names of topics, questions, trails and venues, in place of those before.

    A row has kind, id, label, and the stems of a name. The definition of a question and the
    description of a trail are of kind `question text` and `trail text`.
    """

    def read(text: str) -> str:
        return " ".join(dict.fromkeys(words.stems(text)))

    rows: list[tuple[str, str, str, str]] = []
    for topic in topics:
        for name in (topic.label, *topic.aliases):
            rows.append(("topic", topic.id, topic.label, read(name)))
    for question in questions:
        for name in (question.label, *question.aliases):
            rows.append(("question", question.id, question.label, read(name)))
        parts = [question.label, *question.aliases, question.definition]
        parts += [one.label for one in question.quantities]
        rows.append(("question text", question.id, question.label, read(" . ".join(parts))))
    for trail in trails:
        rows.append(("trail", trail.id, trail.label, read(trail.label)))
        text = f"{trail.label} . {trail.description}"
        rows.append(("trail text", trail.id, trail.label, read(text)))
    for venue in venues:
        for name in _venue_names(venue):
            stems = " ".join(stems_of(name))
            rows.append(("venue", venue.id, venue.periods[-1].short, stems))
    database.execute("DELETE FROM heading")
    database.executemany("INSERT INTO heading VALUES (?, ?, ?, ?)", rows)


def _venue_names(venue: Venue) -> Iterable[str]:
    names = (venue.id, *venue.aliases, *(period.short for period in venue.periods))
    return {fold(name): name for name in names}.values()
