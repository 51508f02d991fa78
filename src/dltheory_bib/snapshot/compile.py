"""Compile a checked catalogue to a snapshot: one SQLite file, read without YAML or pydantic.

With one version of SQLite, the same catalogue always gives the same file, byte for byte.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import compress
from operator import attrgetter
from typing import Any
from zlib import crc32

from dltheory_bib.collector import collector_paused
from dltheory_bib.formats.bibtex import DIALECTS, render_entries
from dltheory_bib.models.paper import Paper, ReferenceList, TypedRelation, Version
from dltheory_bib.models.record import Record, to_json
from dltheory_bib.models.registries import Person, Topic
from dltheory_bib.models.relations import Relation
from dltheory_bib.models.theorem import Column, Quantity, Question, Result
from dltheory_bib.models.types import LONGEST_ID
from dltheory_bib.snapshot.compile_comparisons import write_comparisons
from dltheory_bib.snapshot.compile_search import write_search_index
from dltheory_bib.snapshot.compile_views import (
    all_ties,
    list_row,
    model_facts,
    plain_view,
    result_view,
    view_of,
)
from dltheory_bib.snapshot.schema import FEATURES, INDEXES, TABLES
from dltheory_bib.snapshot.statistics import count
from dltheory_bib.snapshot.views import ResultView
from dltheory_bib.source.catalogue import Catalogue
from dltheory_bib.text.identifiers import parse_field, parse_identifier
from dltheory_bib.text.maths import MATHS, convert, unicode_maths
from dltheory_bib.text.names import fold, natural, searchable, slug, unbraced, words

_BATCH = 500
"""Works whose rows are written together: many statements at once, and little memory."""
_OF_PAPER = {name: 1 << bit for bit, name in enumerate(FEATURES) if name in Paper.model_fields}
_values_of_paper = attrgetter(*_OF_PAPER)


def compile_catalogue(catalogue: Catalogue, database: sqlite3.Connection) -> None:
    """Write a catalogue without errors into an empty database.

    Works are numbered from 1 in the order of their keys. Raises `KeyError` if a record names a
    work, topic or venue that the catalogue lacks, so that the error is found here and not later.
    """
    with collector_paused():
        _write(catalogue, database)
    database.execute("INSERT INTO text(text) VALUES ('optimize')")
    database.commit()
    database.execute("ANALYZE")
    database.commit()


def _write(catalogue: Catalogue, database: sqlite3.Connection) -> None:
    database.executescript(TABLES)
    papers = sorted((at.record for at in catalogue.papers), key=lambda paper: paper.key)
    numbers = {name: n for n, paper in enumerate(papers, 1) for name in (paper.key, *paper.aliases)}
    people = _People((at.record for at in catalogue.people), numbers)
    topics = [at.record for at in catalogue.topics]
    _write_topics(database, topics)
    _write_trails(database, catalogue)
    _write_venues(database, catalogue)
    found = _write_papers(database, papers, people, _ancestors(topics))
    _write_people(database, people)
    del people  # no longer needed, and large
    maths = {formula: convert(formula) for formula in sorted(found.union(formulas(catalogue)))}
    database.executemany("INSERT INTO maths VALUES (?, ?)", maths.items())
    _write_views(database, catalogue, papers, numbers, maths)
    _write_edges(database, catalogue, papers, numbers)
    write_cards(database, catalogue, numbers, dump)
    write_search_index(database, catalogue, papers, numbers)
    write_comparisons(database, catalogue, lambda text: unicode_maths(text, maths.get))
    listed = {numbers[at.record.citing] for at in catalogue.citations}
    bit = 1 << FEATURES.index("references")
    database.executemany(
        "UPDATE paper SET features = features | ? WHERE n = ?", ((bit, n) for n in sorted(listed))
    )
    database.executescript(INDEXES)
    counts = count(database.execute, papers, {at.record.id: at.record for at in catalogue.venues})
    database.execute("INSERT INTO statistics VALUES (?)", (to_json(counts.to_dict()),))


def dump(record: Record) -> str:
    """Return a record as JSON."""
    return record.to_json()


class _People:
    """Identify the people named on works: people in people.yaml first, otherwise by the name
    itself.
    """

    def __init__(self, settled: Iterable[Person], numbers: Mapping[str, int]) -> None:
        self.numbers = numbers
        self.met: dict[str, Person] = {}
        """By id, the people whose name is on a work."""
        self.unsettled: dict[str, Person] = {}
        self.by_name: dict[str, list[Person]] = defaultdict(list)
        self.taken: set[str] = set()
        for one in settled:
            self.taken.add(one.id)
            for name in (one.name, *one.aliases):
                self.by_name[name].append(one)

    def of(self, name: str, n: int) -> Person:
        """Return the person whose name is on this work."""
        one = self._settled(name, n) if name in self.by_name else None
        if one is None:
            if name not in self.unsettled:
                identity = _identity(name)
                # A person in people.yaml has that id, but is, by the works listed, somebody else.
                identity += "-other" if identity in self.taken else ""
                self.unsettled[name] = Person(id=identity, name=name)
            one = self.unsettled[name]
        return self.met.setdefault(one.id, one)

    def _settled(self, name: str, n: int) -> Person | None:
        candidates = self.by_name[name]
        for one in candidates:
            if any(self.numbers.get(key) == n for key in one.works):
                return one
        return next((one for one in candidates if not one.works), None)


def _identity(name: str) -> str:
    """Make an id for a person who is not in people.yaml; a non-Latin letter gives its code point.

    >>> _identity("Garriga-Alonso, Adrià"), _identity("王, 伟")
    ('garriga-alonso-adria', 'u738b-u4f1f')
    """
    folded = fold(name)
    if not folded.isascii():
        latin = (c if c.isascii() or not c.isalnum() else f"u{ord(c):x}" for c in folded)
        folded = "".join(latin)
    identity = slug(folded) or f"u{ord(name[0]):x}"
    if len(identity) > LONGEST_ID:  # the person's page is named after it
        identity = f"{identity[: LONGEST_ID - 9].strip('-')}-{crc32(name.encode()):08x}"
    return identity


def _ancestors(topics: Iterable[Topic]) -> dict[str, list[str]]:
    """Return each topic with itself and all its broader topics, nearest first."""
    broader = {topic.id: topic.broader for topic in topics}
    lines: dict[str, list[str]] = {}
    for topic in broader:
        line: list[str] = []
        here: str | None = topic
        while here is not None:
            line.append(here)
            here = broader[here]
        lines[topic] = line
    return lines


def _write_topics(database: sqlite3.Connection, topics: list[Topic]) -> None:
    database.executemany(
        "INSERT INTO topic VALUES (?, ?, ?, ?)",
        ((topic.id, topic.broader, topic.label, dump(topic)) for topic in topics),
    )
    names = (
        (fold(name), topic.id)
        for topic in topics
        for name in (topic.id, topic.label, *topic.aliases)
    )
    database.executemany("INSERT OR IGNORE INTO topic_name VALUES (?, ?)", names)


def _write_trails(database: sqlite3.Connection, catalogue: Catalogue) -> None:
    trails = (at.record for at in catalogue.trails)
    rows = ((trail.id, trail.label, dump(trail)) for trail in trails)
    database.executemany("INSERT INTO trail VALUES (?, ?, ?)", rows)


def _write_venues(database: sqlite3.Connection, catalogue: Catalogue) -> None:
    venues = [at.record for at in catalogue.venues]
    database.executemany(
        "INSERT INTO venue VALUES (?, ?)", ((venue.id, dump(venue)) for venue in venues)
    )
    names = (
        (fold(name), venue.id)
        for venue in venues
        for name in (
            venue.id,
            *venue.aliases,
            *(period.short for period in venue.periods),
            *(period.long for period in venue.periods),
        )
    )
    database.executemany("INSERT OR IGNORE INTO venue_name VALUES (?, ?)", names)


def _write_papers(
    database: sqlite3.Connection,
    papers: list[Paper],
    people: _People,
    ancestors: dict[str, list[str]],
) -> set[str]:
    """Write the works; return the formulas in their titles and annotations."""
    names: list[tuple[Any, ...]] = []
    identifiers: list[tuple[str, str, int]] = []
    member: list[tuple[Any, ...]] = []
    authorship: list[tuple[Any, ...]] = []
    maths: set[str] = set()
    many = database.executemany
    for batch in _batches(papers):
        rows, texts = [], []
        for n, paper in batch:
            title, annotation = unbraced(paper.title), _annotation(paper)
            rows.append(_row(paper, n, title))
            written_by = " ".join(map(natural, paper.author))
            texts.append((n, *map(searchable, (title, written_by, annotation))))
            for text in (paper.title, annotation):
                if "$" in text:
                    maths.update(MATHS.findall(text))
            names += ((name, n) for name in (paper.key, *paper.aliases))
            identifiers += _identifiers(paper, n)
            members: dict[str, int] = {}
            for topic in paper.topics:
                for name in ancestors[topic]:
                    members[name] = max(members.get(name, 0), name == topic)
            member += ((topic, n, direct) for topic, direct in members.items())
            authors = dict.fromkeys([people.of(name, n).id for name in paper.author])
            authorship += ((person, n, place) for place, person in enumerate(authors))
        many("INSERT INTO paper VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        many("INSERT INTO record VALUES (?, ?)", ((n, dump(paper)) for n, paper in batch))
        many("INSERT INTO text(rowid, title, people, annotation) VALUES (?, ?, ?, ?)", texts)
    # Rows written in key order touch each page of a table once.
    many("INSERT INTO name VALUES (?, ?)", sorted(names))
    many("INSERT INTO identifier VALUES (?, ?, ?)", _unshared(identifiers))
    many("INSERT INTO member VALUES (?, ?, ?)", sorted(member))
    many("INSERT INTO authorship VALUES (?, ?, ?)", sorted(authorship))
    return maths


def _batches(papers: list[Paper]) -> Iterator[list[tuple[int, Paper]]]:
    """Return the works with their numbers, some at a time."""
    for start in range(0, len(papers), _BATCH):
        yield list(enumerate(papers[start : start + _BATCH], start + 1))


def _row(paper: Paper, n: int, title: str) -> tuple[object, ...]:
    """Return a work as the queries and sort orders need it."""
    return (
        n,
        paper.key,
        paper.year,
        paper.venue,
        "preprint" if paper.is_preprint else paper.type,
        paper.level,
        paper.checked,
        fold(unbraced(paper.author[0])),
        fold(title),
        _features(paper),
    )


def _write_views(
    database: sqlite3.Connection,
    catalogue: Catalogue,
    papers: list[Paper],
    numbers: dict[str, int],
    maths: dict[str, str],
) -> None:
    """Write what lists and `show` print of each work, and its entries in the default styles."""
    venues = {at.record.id: at.record for at in catalogue.venues}
    labels = {at.record.id: at.record.label for at in catalogue.topics}
    ties = all_ties(papers, {name: papers[n - 1].key for name, n in numbers.items()})
    results = _result_views(catalogue, numbers, maths)

    def read(text: str) -> str:
        return unicode_maths(text, maths.get)

    many = database.executemany
    for batch in _batches(papers):
        rows, views = [], []
        for n, paper in batch:
            row = list_row(paper, venues, read)
            view = view_of(
                paper,
                row[0],
                [labels[topic] for topic in paper.topics],
                ties.get(paper.key, ()),
                results.get(n, ()),
                maths.get,
            )
            rows.append((n, *row))
            views.append((n, to_json(plain_view(view))))
        works = [paper for _, paper in batch]
        entries = [render_entries(works, venues, dialect) for dialect in DIALECTS]
        many("INSERT INTO list_row VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        many("INSERT INTO paper_view VALUES (?, ?)", views)
        numbered = zip((n for n, _ in batch), *entries, strict=True)
        many("INSERT INTO rendered VALUES (?, ?, ?)", numbered)


def _result_views(
    catalogue: Catalogue, numbers: Mapping[str, int], maths: Mapping[str, str]
) -> dict[int, list[ResultView]]:
    """Return the result cards as shown with their works, in order of ids, by number."""
    questions = {at.record.id: at.record for at in catalogue.questions}
    assumptions = {at.record.id: at.record for at in catalogue.assumptions}
    found: dict[int, list[ResultView]] = defaultdict(list)
    for card in sorted((at.record for at in catalogue.results), key=lambda one: one.id):
        view = result_view(
            card,
            questions[card.question],
            assumptions,
            lambda text: unicode_maths(text, maths.get),
        )
        found[numbers[card.work]].append(view)
    return found


def _annotation(paper: Paper) -> str:
    parts = [paper.summary, paper.idea, paper.limits]
    parts += [f"{remark.text} {remark.comment or ''}" for remark in paper.remarks]
    parts += [relation.says for relation in paper.relations]
    return " ".join(filter(None, parts))


def _features(paper: Paper) -> int:
    """Return which of `FEATURES` the work has, one bit each."""
    return sum(compress(_OF_PAPER.values(), _values_of_paper(paper)))


def _identifiers(paper: Paper, n: int) -> Iterator[tuple[str, str, int]]:
    parts: tuple[Paper | Version, ...] = (paper, *paper.versions)
    for part in parts:
        for parsed in (
            parse_field("arxiv", part.eprint) if part.eprint else None,
            parse_field("doi", part.doi) if part.doi else None,
            parse_identifier(part.url) if part.url else None,
        ):
            if parsed is not None:
                yield parsed.scheme, parsed.folded, n


def _unshared(identifiers: Iterable[tuple[str, str, int]]) -> Iterator[tuple[str, str, int]]:
    """Return identifiers in order, without URLs that several works share."""
    owners: dict[tuple[str, str], int] = {}
    shared = set()
    for scheme, value, n in sorted(identifiers):
        if owners.setdefault((scheme, value), n) != n and scheme == "url":
            shared.add(value)
    for (scheme, value), n in owners.items():
        if scheme != "url" or value not in shared:
            yield scheme, value, n


def _write_people(database: sqlite3.Connection, people: _People) -> None:
    known = sorted(people.met.values(), key=lambda one: one.id)
    rows = ((one.id, one.name, dump(one)) for one in known)
    database.executemany("INSERT INTO person VALUES (?, ?, ?)", rows)
    tokens = {
        (token, one.id)
        for one in known
        for name in (one.name, *one.aliases)
        for token in (*words(name), one.id)
    }
    database.executemany("INSERT INTO person_word VALUES (?, ?)", sorted(tokens))


def _write_edges(
    database: sqlite3.Connection,
    catalogue: Catalogue,
    papers: list[Paper],
    numbers: dict[str, int],
) -> None:
    lists = sorted((at.record for at in catalogue.citations), key=lambda cited: cited.citing)
    many = database.executemany
    many("INSERT INTO reference_list VALUES (?, ?, ?)", _lists(lists, numbers))
    # One statement a list takes half the time of one a citation.
    cited = f"SELECT ?, '{Relation.CITES.value}', value, NULL, ? FROM json_each(?)"
    many(f"INSERT OR IGNORE INTO edge {cited}", _cited(lists, numbers))
    many("INSERT OR IGNORE INTO edge VALUES (?, ?, ?, ?, NULL)", _judged(papers, numbers))


def _lists(lists: list[ReferenceList], numbers: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    for identity, cited in enumerate(lists, 1):
        evidence = {"source": cited.source, "where": cited.where, "how": cited.how}
        yield identity, numbers[cited.citing], to_json(evidence)


def _cited(lists: list[ReferenceList], numbers: dict[str, int]) -> Iterator[tuple[int, int, str]]:
    for identity, cited in enumerate(lists, 1):
        targets = sorted([numbers[key] for key in cited.cites])
        yield numbers[cited.citing], identity, str(targets)


def _judged(papers: list[Paper], numbers: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    for paper in papers:
        source = numbers[paper.key]
        for key in paper.after:
            yield source, Relation.AFTER.value, numbers[key], None
        for stated in paper.relations:
            yield source, stated.kind.value, numbers[stated.work], _said(stated)


def _said(stated: TypedRelation) -> str:
    return json.dumps({"says": stated.says, "where": stated.where}, ensure_ascii=False)


# Questions, assumptions and result cards as rows of a snapshot.


def write_cards(
    database: sqlite3.Connection,
    catalogue: Catalogue,
    numbers: Mapping[str, int],
    dump: Callable[[Record], str],
) -> None:
    """Write the rows, each table in order of ids; mark the works that have cards."""
    questions = sorted((at.record for at in catalogue.questions), key=lambda one: one.id)
    assumptions = sorted((at.record for at in catalogue.assumptions), key=lambda one: one.id)
    results = sorted((at.record for at in catalogue.results), key=lambda one: one.id)
    many = database.executemany
    many(
        "INSERT INTO question VALUES (?, ?, ?)",
        ((one.id, one.label, dump(one)) for one in questions),
    )
    names = {fold(name): one.id for one in questions for name in (one.label, *one.aliases)}
    names |= {one.id: one.id for one in questions}
    many("INSERT INTO question_name VALUES (?, ?)", sorted(names.items()))
    many("INSERT INTO assumption VALUES (?, ?)", ((one.id, dump(one)) for one in assumptions))
    many(
        "INSERT INTO result VALUES (?, ?, ?, ?)",
        ((one.id, numbers[one.work], one.question, dump(one)) for one in results),
    )
    bit = 1 << FEATURES.index("results")
    database.execute(
        "UPDATE paper SET features = features | ? WHERE n IN (SELECT n FROM result)", (bit,)
    )


def formulas(catalogue: Catalogue) -> Iterator[str]:
    """Return the formulas in questions, assumptions and cards, without dollar signs."""
    for at in catalogue.questions:
        yield from (symbol.tex for symbol in at.record.symbols)
        yield from (ratio.tex for ratio in at.record.exponents)
        yield from _in(_texts_of_question(at.record))
    for assumption in catalogue.assumptions:
        yield from _in((assumption.record.label, assumption.record.definition))
    for card in catalogue.results:
        if card.record.bound_tex:
            yield card.record.bound_tex
        yield from _in(_texts_of_card(card.record))


def _in(texts: Iterator[str | None] | tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        if text and "$" in text:
            yield from MATHS.findall(text)


def _texts_of_question(question: Question) -> Iterator[str | None]:
    yield from (question.label, question.definition)
    yield from (symbol.meaning for symbol in question.symbols)
    yield from (ratio.meaning for ratio in question.exponents)
    yield from (setting.label for setting in question.settings)
    parts: tuple[Quantity | Column, ...] = (*question.quantities, *question.columns)
    for part in parts:
        yield from (part.label, part.meaning)


def _texts_of_card(card: Result) -> Iterator[str | None]:
    yield from (card.method, card.statement, card.note, card.version, card.where)
    yield from card.values.values()
    yield from (claim.says for claim in card.improves)
    yield from model_facts(card)
