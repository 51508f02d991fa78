"""Compile a checked catalogue to a snapshot: one SQLite file, read without YAML or pydantic.

With one version of SQLite, the same catalogue always gives the same file, byte for byte.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar
from zlib import crc32

from dltheory_bib.collector import collector_paused
from dltheory_bib.formats.bibtex import DIALECTS, render_entries
from dltheory_bib.models.additions import Addition
from dltheory_bib.models.paper import Paper, ReferenceList, TypedRelation, Version
from dltheory_bib.models.record import Record, to_json
from dltheory_bib.models.registries import Person, Topic, Trail, Venue
from dltheory_bib.models.relations import Relation
from dltheory_bib.models.theorem import Assumption, Question, Result
from dltheory_bib.snapshot.compile_cards import formulas, result_views, write_cards
from dltheory_bib.snapshot.compile_search import write_search_index
from dltheory_bib.snapshot.compile_views import (
    all_ties,
    list_row,
    plain_view,
    stated_by,
    view_of,
)
from dltheory_bib.snapshot.schema import FEATURES, INDEXES, TABLES
from dltheory_bib.snapshot.statistics import Coverage, count
from dltheory_bib.snapshot.views import ResultView, Tie
from dltheory_bib.source.catalogue import Catalogue, records_of
from dltheory_bib.text.identifiers import parse_field, parse_identifier
from dltheory_bib.text.maths import MATHS, convert, unicode_maths
from dltheory_bib.text.names import fold, natural, searchable, slug, unbraced, words
from dltheory_bib.text.value_rules import LONGEST_ID

Numbered = tuple[int, Paper]
"""A work with its number."""
K = TypeVar("K", Person, Topic, Venue, Question, Assumption, Result)
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
    database.execute("INSERT INTO layer VALUES (0, '')")
    added = {at.record.key: at.record for at in catalogue.notes}
    papers = sorted(records_of(catalogue.papers), key=lambda paper: paper.key)
    numbers = {name: n for n, paper in enumerate(papers, 1) for name in (paper.key, *paper.aliases)}
    if added:
        papers = with_additions(papers, added, numbers)
    works = list(enumerate(papers, 1))
    people = People(records_of(catalogue.people), numbers)
    topics, venues = records_of(catalogue.topics), by_id(records_of(catalogue.venues))
    write_topics(database, topics)
    write_trails(database, records_of(catalogue.trails))
    write_venues(database, venues.values())
    found = write_papers(database, works, people, ancestors_of(topics))
    unmet = (one for name, one in people.settled.items() if name not in people.met)
    write_people(database, people.met.values(), unmet)
    del people  # no longer needed, and large
    cards = records_of(catalogue.results)
    questions, assumptions = records_of(catalogue.questions), records_of(catalogue.assumptions)
    found.update(formulas(questions, assumptions, cards))
    maths = {formula: convert(formula) for formula in sorted(found)}
    database.executemany("INSERT INTO maths VALUES (?, ?)", maths.items())
    labels = {topic.id: topic.label for topic in topics}
    ties = all_ties(stated_by(papers, lambda name: papers[numbers[name] - 1].key))
    results = result_views(cards, by_id(questions), by_id(assumptions), numbers, maths)
    write_views(database, Shown(venues, labels, ties, results, maths), works)
    write_lists(database, records_of(catalogue.citations), numbers)
    write_judged(database, papers, numbers)
    write_cards(database, questions, assumptions, cards, numbers)
    write_search_index(database, catalogue, works, numbers)
    # An overlay without cards does not need it.
    from dltheory_bib.snapshot.compile_comparisons import write_comparisons

    first = {paper.key: paper.author[0] for paper in papers}
    write_comparisons(database, questions, assumptions, cards, first, maths)
    write_additions(database, added.values(), numbers, 0)
    mark(database, "references", {numbers[at.record.citing] for at in catalogue.citations})
    database.executescript(INDEXES)
    write_counts(database, count(database.execute, papers, venues))


def write_counts(database: sqlite3.Connection, counts: Coverage) -> None:
    """Write the statistics, in place of those before."""
    database.execute("DELETE FROM statistics")
    database.execute("INSERT INTO statistics VALUES (?)", (to_json(counts.to_dict()),))


def mark(database: sqlite3.Connection, feature: str, works: Iterable[int]) -> None:
    """Mark works as having one of `FEATURES`."""
    bit = 1 << FEATURES.index(feature)
    database.executemany(
        "UPDATE paper SET features = features | ? WHERE n = ?", ((bit, n) for n in sorted(works))
    )


def with_additions(
    papers: Iterable[Paper], added: Mapping[str, Addition], numbers: Mapping[str, int]
) -> list[Paper]:
    """Return works with the prerequisites and relations that are added to them.

    `added` has them by key or alias. What a work states itself is not repeated.
    """
    of_work = {numbers[name]: one for name, one in added.items() if one.after or one.relations}
    made = []
    for paper in papers:
        more = of_work.get(numbers[paper.key])
        if more is not None:
            before = {numbers[name] for name in paper.after}
            stated = {(one.kind, numbers[one.work]) for one in paper.relations}
            after = (name for name in more.after if numbers[name] not in before)
            new = (one for one in more.relations if (one.kind, numbers[one.work]) not in stated)
            paper = paper.model_copy(
                update={"after": (*paper.after, *after), "relations": (*paper.relations, *new)}
            )
        made.append(paper)
    return made


def write_additions(
    database: sqlite3.Connection,
    additions: Iterable[Addition],
    numbers: Mapping[str, int],
    layer: int,
) -> None:
    """Write the private additions of a layer; a status takes the place of one below."""
    (last,) = database.execute("SELECT coalesce(max(id), 0) FROM addition").fetchone()
    for identity, one in enumerate(sorted(additions, key=lambda one: one.key), last + 1):
        n = numbers[one.key]
        database.execute(
            "INSERT INTO addition VALUES (?, ?, ?, ?)", (identity, n, layer, dump(one))
        )
        tags = sorted({(fold(tag), n) for tag in one.tags})
        database.executemany("INSERT OR IGNORE INTO tag VALUES (?, ?)", tags)
        if one.status:
            database.execute("INSERT OR REPLACE INTO reading VALUES (?, ?)", (n, one.status))
        if one.notes:
            text = searchable(" ".join(one.notes))
            database.execute("INSERT INTO note(rowid, words) VALUES (?, ?)", (identity, text))


def dump(record: Record) -> str:
    """Return a record as JSON."""
    return record.to_json()


def by_id(records: Iterable[K]) -> dict[str, K]:
    """Return records by their ids."""
    return {one.id: one for one in records}


class People:
    """Identify the people named on works: people in people.yaml first, otherwise by the name
    itself.
    """

    def __init__(self, settled: Iterable[Person], numbers: Mapping[str, int]) -> None:
        self.numbers = numbers
        self.met: dict[str, Person] = {}
        """By id, the people whose name is on a work."""
        self.unsettled: dict[str, Person] = {}
        self.by_name: dict[str, list[Person]] = defaultdict(list)
        self.settled: dict[str, Person] = {}
        for one in settled:
            self.settled[one.id] = one
            for name in (one.name, *one.aliases):
                self.by_name[name].append(one)

    def of(self, name: str, n: int) -> Person:
        """Return the person whose name is on this work."""
        one = self._settled(name, n) if name in self.by_name else None
        if one is None:
            if name not in self.unsettled:
                identity = _identity(name)
                # A person in people.yaml has that id, but is, by the works listed, somebody else.
                identity += "-other" if identity in self.settled else ""
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

    >>> _identity("Garriga-Alonso, Adrià"), _identity("王, 伟"), _identity("{3D Group}")
    ('garriga-alonso-adria', 'u738b-u4f1f', 'name-3d-group')
    """
    folded = fold(name)
    if not folded.isascii():
        latin = (c if c.isascii() or not c.isalnum() else f"u{ord(c):x}" for c in folded)
        folded = "".join(latin)
    identity = slug(folded) or f"u{ord(name[0]):x}"
    identity = identity if identity[0].isalpha() else f"name-{identity}"
    if len(identity) > LONGEST_ID:  # the person's page is named after it
        identity = f"{identity[: LONGEST_ID - 9].strip('-')}-{crc32(name.encode()):08x}"
    return identity


def ancestors_of(topics: Iterable[Topic]) -> dict[str, list[str]]:
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


def write_topics(database: sqlite3.Connection, topics: list[Topic]) -> None:
    """Write topics and their names, in place of those with their ids."""
    database.executemany(
        "INSERT OR REPLACE INTO topic VALUES (?, ?, ?, ?)",
        ((topic.id, topic.broader, topic.label, dump(topic)) for topic in topics),
    )
    names = (
        (fold(name), topic.id)
        for topic in topics
        for name in (topic.id, topic.label, *topic.aliases)
    )
    database.executemany("INSERT OR IGNORE INTO topic_name VALUES (?, ?)", names)


def write_trails(database: sqlite3.Connection, trails: Iterable[Trail]) -> None:
    """Write trails, in place of those with their ids."""
    rows = ((trail.id, trail.label, dump(trail)) for trail in trails)
    database.executemany("INSERT OR REPLACE INTO trail VALUES (?, ?, ?)", rows)


def write_venues(database: sqlite3.Connection, venues: Collection[Venue]) -> None:
    """Write venues and their names, in place of those with their ids."""
    database.executemany(
        "INSERT OR REPLACE INTO venue VALUES (?, ?)", ((venue.id, dump(venue)) for venue in venues)
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


def write_papers(
    database: sqlite3.Connection,
    works: Sequence[Numbered],
    people: People,
    ancestors: Mapping[str, list[str]],
    layer: int = 0,
) -> set[str]:
    """Write works of a layer; return the formulas in their titles and annotations."""
    names: list[tuple[Any, ...]] = []
    identifiers: list[tuple[str, str, int]] = []
    member: list[tuple[Any, ...]] = []
    authorship: list[tuple[Any, ...]] = []
    maths: set[str] = set()
    many = database.executemany
    for batch in _batches(works):
        rows, texts = [], []
        for n, paper in batch:
            rows.append(_row(paper, n, layer))
            texts.append((n, *searched_texts(paper)))
            for text in (paper.title, annotation_of(paper)):
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
        many("INSERT INTO paper VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        many("INSERT INTO record VALUES (?, ?)", ((n, dump(paper)) for n, paper in batch))
        many("INSERT INTO text(rowid, title, people, annotation) VALUES (?, ?, ?, ?)", texts)
    # Rows written in key order touch each page of a table once.
    many("INSERT INTO name VALUES (?, ?)", sorted(names))
    many("INSERT OR IGNORE INTO identifier VALUES (?, ?, ?)", _unshared(identifiers))
    many("INSERT INTO member VALUES (?, ?, ?)", sorted(member))
    many("INSERT INTO authorship VALUES (?, ?, ?)", sorted(authorship))
    return maths


def searched_texts(paper: Paper) -> tuple[str, str, str]:
    """Return title, people and annotation of a work as the index of words has them."""
    written_by = " ".join(map(natural, paper.author))
    title, people, annotation = map(
        searchable, (unbraced(paper.title), written_by, annotation_of(paper))
    )
    return title, people, annotation


def _batches(works: Sequence[Numbered]) -> Iterator[Sequence[Numbered]]:
    """Return the works some at a time."""
    for start in range(0, len(works), _BATCH):
        yield works[start : start + _BATCH]


def _row(paper: Paper, n: int, layer: int) -> tuple[object, ...]:
    """Return a work as the queries and sort orders need it."""
    own = 1 << FEATURES.index("own") if layer else 0
    return (
        n,
        paper.key,
        paper.year,
        paper.venue,
        "preprint" if paper.is_preprint else paper.type,
        paper.level,
        paper.checked,
        fold(unbraced(paper.author[0])),
        fold(unbraced(paper.title)),
        _features(paper) | own,
        layer,
    )


class Shown(NamedTuple):
    """What the views of works contain beside the works."""

    venues: Mapping[str, Venue]
    topics: Mapping[str, str]
    """Labels by id."""
    ties: Mapping[str, list[Tie]]
    """By key."""
    results: Mapping[int, list[ResultView]]
    """By number."""
    maths: Mapping[str, str]
    """Formulas in Unicode, by their TeX."""


def write_views(database: sqlite3.Connection, shown: Shown, works: Sequence[Numbered]) -> None:
    """Write what lists and `show` print of each work, and its entries in the default styles."""
    maths = shown.maths

    def read(text: str) -> str:
        return unicode_maths(text, maths.get)

    many = database.executemany
    for batch in _batches(works):
        rows, views = [], []
        for n, paper in batch:
            row = list_row(paper, shown.venues, read)
            view = view_of(
                paper,
                row[0],
                [shown.topics[topic] for topic in paper.topics],
                shown.ties.get(paper.key, ()),
                shown.results.get(n, ()),
                maths.get,
            )
            rows.append((n, *row))
            views.append((n, to_json(plain_view(view))))
        papers = [paper for _, paper in batch]
        entries = [render_entries(papers, shown.venues, dialect) for dialect in DIALECTS]
        many("INSERT INTO list_row VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        many("INSERT INTO paper_view VALUES (?, ?)", views)
        numbered = zip((n for n, _ in batch), *entries, strict=True)
        many("INSERT INTO rendered VALUES (?, ?, ?)", numbered)


def annotation_of(paper: Paper) -> str:
    """Return all that is said of a work, as one text."""
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


def write_people(
    database: sqlite3.Connection, met: Iterable[Person], unmet: Iterable[Person]
) -> None:
    """Write the people whose names are on works, but for those that are there, and apart from them
    settled people whose names are on none.
    """
    many = database.executemany
    rows = ((one.id, dump(one)) for one in unmet)
    many("INSERT OR REPLACE INTO unmet_person VALUES (?, ?)", sorted(rows))
    known = sorted(met, key=lambda one: one.id)
    many(
        "INSERT OR IGNORE INTO person VALUES (?, ?, ?)",
        ((one.id, one.name, dump(one)) for one in known),
    )
    tokens = {
        (token, one.id)
        for one in known
        for name in (one.name, *one.aliases)
        for token in (*words(name), one.id)
    }
    many("INSERT OR IGNORE INTO person_word VALUES (?, ?)", sorted(tokens))


def write_lists(
    database: sqlite3.Connection, lists: Iterable[ReferenceList], numbers: Mapping[str, int]
) -> None:
    """Write reference lists and their citations, after those that are there."""
    (last,) = database.execute("SELECT coalesce(max(id), 0) FROM reference_list").fetchone()
    numbered = list(enumerate(sorted(lists, key=lambda cited: cited.citing), last + 1))
    many = database.executemany
    many("INSERT INTO reference_list VALUES (?, ?, ?)", _lists(numbered, numbers))
    # One statement a list takes half the time of one a citation.
    cited = f"SELECT ?, '{Relation.CITES.value}', value, NULL, ? FROM json_each(?)"
    many(f"INSERT OR IGNORE INTO edge {cited}", _cited(numbered, numbers))


def write_judged(
    database: sqlite3.Connection, papers: Iterable[Paper], numbers: Mapping[str, int]
) -> None:
    """Write the edges that works state: relations and prerequisites."""
    database.executemany(
        "INSERT OR IGNORE INTO edge VALUES (?, ?, ?, ?, NULL)", _judged(papers, numbers)
    )


def _lists(
    lists: Iterable[tuple[int, ReferenceList]], numbers: Mapping[str, int]
) -> Iterator[tuple[Any, ...]]:
    for identity, cited in lists:
        evidence = {"source": cited.source, "where": cited.where, "how": cited.how}
        yield identity, numbers[cited.citing], to_json(evidence)


def _cited(
    lists: Iterable[tuple[int, ReferenceList]], numbers: Mapping[str, int]
) -> Iterator[tuple[int, int, str]]:
    for identity, cited in lists:
        targets = sorted([numbers[key] for key in cited.cites])
        yield numbers[cited.citing], identity, str(targets)


def _judged(papers: Iterable[Paper], numbers: Mapping[str, int]) -> Iterator[tuple[Any, ...]]:
    for paper in papers:
        source = numbers[paper.key]
        for key in paper.after:
            yield source, Relation.AFTER.value, numbers[key], None
        for stated in paper.relations:
            yield source, stated.kind.value, numbers[stated.work], _said(stated)


def _said(stated: TypedRelation) -> str:
    return json.dumps({"says": stated.says, "where": stated.where}, ensure_ascii=False)
