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
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Venue
from dltheory_bib.models.relations import Relation
from dltheory_bib.source.catalogue import Catalogue
from dltheory_bib.text.names import family, fold, natural, unbraced
from dltheory_bib.text.search_words import (
    STOP_WORDS,
    SearchWords,
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
    papers: list[Paper],
    numbers: Mapping[str, int],
) -> None:
    """Write the tables of the search; works are numbered from 1 in the order of `papers`."""
    pairs = [
        (spelling, at.record.term) for at in catalogue.glossary for spelling in at.record.spellings
    ]
    terms = read_glossary(pairs)
    database.execute(
        "INSERT INTO glossary VALUES (?)", (json.dumps(terms, sort_keys=True, ensure_ascii=False),)
    )
    index = _Index(SearchWords(terms))
    texts = _Texts(catalogue, papers, numbers)
    cited = dict(
        database.execute(
            "SELECT target, count(*) FROM edge WHERE relation = 'cites' GROUP BY target"
        ).fetchall()
    )
    insert = "INSERT INTO search_work VALUES (?, ?, ?)"
    for n, paper in enumerate(papers, 1):
        blob = index.add(n, titles_of(paper), texts.people(paper), texts.more(n, paper))
        prior = LEVELS.get(paper.level or "", 0) + CITED * cited.get(n, 0).bit_length()
        database.execute(insert, (n, prior, blob))
    index.write(database, len(papers))
    database.executemany("INSERT INTO heading VALUES (?, ?, ?, ?)", _headings(catalogue, index))


def titles_of(paper: Paper) -> list[str]:
    """Return the title of a work, then its other titles and those of other versions."""
    versions = (version.title for version in paper.versions)
    titles = dict.fromkeys((paper.title, *paper.titles, *versions))
    return [unbraced(title) for title in titles if title]


class _Texts:
    """The texts of each work, by field."""

    def __init__(
        self, catalogue: Catalogue, papers: list[Paper], numbers: Mapping[str, int]
    ) -> None:
        topics = (at.record for at in catalogue.topics)
        self._topics = {one.id: " . ".join((one.label, *one.aliases)) for one in topics}
        self._venues: dict[str, Venue] = {at.record.id: at.record for at in catalogue.venues}
        self._said: dict[int, list[str]] = defaultdict(list)
        for paper in papers:
            for stated in paper.relations:
                relation = Relation(stated.kind)
                here, other = numbers[paper.key], numbers[stated.work]
                self._said[here].append(f"{relation.phrase}. {stated.says}")
                self._said[other].append(f"{relation.inverse}. {stated.says}")
        ways = [at.record.start for at in catalogue.topics]
        ways += [at.record.steps for at in catalogue.trails]
        for steps in ways:
            for step in steps:  # of the shipped topics in a collection without those works
                if step.work in numbers:
                    self._said[numbers[step.work]].append(step.says)
        for card in (at.record for at in catalogue.results):
            parts = (card.method, card.statement)
            self._said[numbers[card.work]] += [part for part in parts if part]

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

    def more(self, n: int, paper: Paper) -> tuple[str, str]:
        """The names of the topics; and annotations, relations, reasons for reading, and cards."""
        parts = [paper.summary, paper.idea, paper.limits]
        parts += [f"{remark.text} {remark.comment or ''}" for remark in paper.remarks]
        parts += self._said.get(n, ())
        return (
            " . ".join(self._topics[topic] for topic in paper.topics),
            " . ".join(filter(None, parts)),
        )


class _Numbers(dict[str, int]):
    """The numbers of stems, from 1 in the order in which they are met."""

    def __missing__(self, stem: str) -> int:
        number = self[stem] = len(self) + 1
        return number


class _Index:
    """Numbers words, and collects for each the works that have it."""

    def __init__(self, words: SearchWords) -> None:
        self.words = words
        self._numbers = _Numbers()
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
        while len(works) < len(numbers):
            works.append(array("I"))
            weights.append(array("H"))
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

    def write(self, database: sqlite3.Connection, count: int) -> None:
        """Write the words and the forms in which they were met."""
        lists = zip(self._numbers.items(), self._works, self._weights, strict=True)
        rows = (
            (number, stem, idf(count, len(works)), stored(works), stored(weights))
            for (stem, number), works, weights in lists
        )
        database.executemany("INSERT INTO search_word VALUES (?, ?, ?, ?, ?)", rows)
        forms = (
            (form, number)
            for form in sorted(self.words.met - STOP_WORDS)
            if (number := self._numbers.get(stem_of(form))) is not None
        )
        database.executemany("INSERT INTO search_form VALUES (?, ?)", forms)


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


def _headings(catalogue: Catalogue, index: _Index) -> Iterator[tuple[str, str, str, str]]:
    """Yield the names of topics, trails, questions and venues: kind, id, label, stems of a name.

    The definition of a question and the description of a trail are of kind `question text` and
    `trail text`.
    """

    def read(text: str) -> list[str]:
        return list(dict.fromkeys(index.words.stems(text)))

    for topic in (at.record for at in catalogue.topics):
        for name in (topic.label, *topic.aliases):
            yield "topic", topic.id, topic.label, " ".join(read(name))
    for question in (at.record for at in catalogue.questions):
        for name in (question.label, *question.aliases):
            yield "question", question.id, question.label, " ".join(read(name))
        parts = [question.label, *question.aliases, question.definition]
        parts += [one.label for one in question.quantities]
        yield "question text", question.id, question.label, " ".join(read(" . ".join(parts)))
    for trail in (at.record for at in catalogue.trails):
        yield "trail", trail.id, trail.label, " ".join(read(trail.label))
        text = f"{trail.label} . {trail.description}"
        yield "trail text", trail.id, trail.label, " ".join(read(text))
    for venue in (at.record for at in catalogue.venues):
        for name in _venue_names(venue):
            yield "venue", venue.id, venue.periods[-1].short, " ".join(stems_of(name))


def _venue_names(venue: Venue) -> Iterable[str]:
    names = (venue.id, *venue.aliases, *(period.short for period in venue.periods))
    return {fold(name): name for name in names}.values()
