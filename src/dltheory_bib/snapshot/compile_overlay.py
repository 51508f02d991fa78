"""Compile a collection that extends others into a copy of their snapshot.

The layers below are not compiled again. Works are written if they are the overlay's own, or if what
is shown or searched of them changes: the other end of a relation, a work of a reading order, of a
card or of an addition. The tables are those of a collection that has all records in one folder;
only the numbers of works differ, since those of the overlay follow those below.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from dltheory_bib.collector import collector_paused
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Person, Topic, Trail, Venue
from dltheory_bib.models.relations import JUDGEMENTS, Relation
from dltheory_bib.models.theorem import Assumption, Question, Result
from dltheory_bib.snapshot.below import BelowSnapshot
from dltheory_bib.snapshot.compile import (
    Numbered,
    People,
    Shown,
    ancestors_of,
    by_id,
    mark,
    searched_texts,
    with_additions,
    write_additions,
    write_counts,
    write_judged,
    write_lists,
    write_papers,
    write_people,
    write_topics,
    write_trails,
    write_venues,
    write_views,
)
from dltheory_bib.snapshot.compile_cards import formulas, result_views, write_cards
from dltheory_bib.snapshot.compile_search import (
    Index,
    Texts,
    idf,
    sentences,
    stored,
    write_glossary,
    write_headings,
    write_priors,
    write_words_of_works,
)
from dltheory_bib.snapshot.compile_views import Stated, all_ties
from dltheory_bib.snapshot.reader import read_numbers
from dltheory_bib.snapshot.statistics import adjusted, coverage
from dltheory_bib.source.catalogue import records_of
from dltheory_bib.source.overlay import Overlay
from dltheory_bib.text.maths import convert
from dltheory_bib.text.search_words import SearchWords, remember_stems

_MANY = "(SELECT value FROM json_each(?))"
_OF_WORKS = (
    *("paper", "record", "list_row", "paper_view", "rendered"),
    *("name", "identifier", "member", "authorship", "search_work"),
)
"""The tables whose rows belong to one work, and are written with it."""
_TENTH = 10
_SIZE = array("I").itemsize
"""The bytes of a number of a work."""


def compile_overlay(
    overlay: Overlay, below: BelowSnapshot, database: sqlite3.Connection, name: str
) -> None:
    """Write an overlay into a copy of the snapshot below it; `name` is that of the layer.

    `below` reads the snapshot of which `database` is a copy.
    """
    with collector_paused():
        _Writer(overlay, below, database, name).write()
    database.commit()


def _list(numbers: Iterable[int | str]) -> str:
    return json.dumps(sorted(numbers))


class _Writer:
    def __init__(
        self, overlay: Overlay, below: BelowSnapshot, database: sqlite3.Connection, name: str
    ) -> None:
        self.overlay, self.below, self.database = overlay, below, database
        self.own = overlay.catalogue
        self.fetch = database.execute
        self.many = database.executemany
        (last,) = self.fetch("SELECT max(id) FROM layer").fetchone()
        self.layer = last + 1
        self.fetch("INSERT INTO layer VALUES (?, ?)", (self.layer, name))
        self.old = dict(self.fetch("SELECT name, n FROM name").fetchall())
        """The numbers of works by the names that they have below."""
        self.works: list[Numbered] = []
        """The own works."""
        self.numbers = self._numbered()
        """The numbers of all works by the names that they have here."""
        self.additions = {at.record.key: at.record for at in self.own.notes}

    def _numbered(self) -> dict[str, int]:
        numbers = {name: n for name, n in self.old.items() if name not in self.overlay.taken}
        for key, now in self.overlay.renamed.items():
            numbers[now] = self.old[key]
        numbers |= {name: self.old[key] for name, key in self.overlay.aliases.items()}
        (last,) = self.fetch("SELECT coalesce(max(n), 0) FROM paper").fetchone()
        for paper in sorted(records_of(self.own.papers), key=lambda one: one.key):
            same = self.overlay.same.get(paper.key)
            last += same is None
            n = last if same is None else self.old[same]
            self.works.append((n, paper))
            numbers.update(dict.fromkeys((paper.key, *paper.aliases), n))
        return numbers

    def write(self) -> None:
        """Write everything, in the order in which one part needs another."""
        self._write_registries()
        write_lists(self.database, records_of(self.own.citations), self.numbers)
        changed = self._changed()
        works = [*changed, *self._added(self.works)]
        old = self._forget([n for n, _ in works])
        found = self._write_papers(changed, works)
        write_judged(self.database, (paper for _, paper in works), self.numbers)
        self._write_cards()
        self._write_views(works, found)
        self._write_search(works)
        self._write_comparisons()
        write_additions(self.database, self.additions.values(), self.numbers, self.layer)
        mark(self.database, "references", self._having("reference_list", works))
        self._write_statistics(works, old)
        if _TENTH * len(self.works) > len(self.old):
            self.fetch("ANALYZE")

    # Records with ids: those below, with the own ones in their place

    def _registry(self, kind: str) -> dict[str, Any]:
        known = {name: self._current(one) for name, one in self.below.registry(kind).items()}
        return known | {at.record.id: at.record for at in getattr(self.own, kind)}

    @cached_property
    def topics(self) -> dict[str, Topic]:
        """Every topic by id."""
        return self._registry("topics")

    @cached_property
    def venues(self) -> dict[str, Venue]:
        """Every venue by id."""
        return self._registry("venues")

    @cached_property
    def trails(self) -> dict[str, Trail]:
        """Every trail by id."""
        return self._registry("trails")

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by id."""
        return self._registry("questions")

    @cached_property
    def assumptions(self) -> dict[str, Assumption]:
        """Every assumption by id."""
        return self._registry("assumptions")

    @cached_property
    def _ancestors(self) -> dict[str, list[str]]:
        return ancestors_of(self.topics.values())

    def _current(self, record: Any) -> Any:
        """Return a record from below with the keys that works have here."""
        if not self.overlay.taken:
            return record
        changed: dict[str, Any] = {}
        for field in ("start", "steps", "relations"):
            steps = getattr(record, field, ())
            if any(step.work in self.overlay.taken for step in steps):
                changed[field] = tuple(
                    step.model_copy(update={"work": self._key(step.work)}) for step in steps
                )
        for field in ("after", "works"):
            names = getattr(record, field, ())
            if not self.overlay.taken.keys().isdisjoint(names):
                changed[field] = tuple(map(self._key, names))
        if getattr(record, "work", None) in self.overlay.taken:
            changed["work"] = self._key(record.work)
        return record.model_copy(update=changed) if changed else record

    def _key(self, name: str) -> str:
        """Return what a name below is called here."""
        key = self.overlay.taken.get(name)
        return name if key is None else self.overlay.renamed.get(key, key)

    def _write_registries(self) -> None:
        """Write topics, trails and venues, and the names by which they are found."""
        replaced = self.overlay.replaced
        for table, kind in (("topic_name", "topics"), ("venue_name", "venues")):
            if kind in replaced:
                ids = _list(replaced[kind])
                self.fetch(f"DELETE FROM {table} WHERE id IN {_MANY}", (ids,))
        ours = records_of(self.own.topics) if not self.overlay.taken else [*self.topics.values()]
        write_topics(self.database, ours)
        trails = records_of(self.own.trails) if not self.overlay.taken else self.trails.values()
        write_trails(self.database, trails)
        write_venues(self.database, records_of(self.own.venues))
        if "topics" in replaced:  # a topic may have moved in the tree
            rows: dict[tuple[str, int], bool] = {}
            for topic, n in self.fetch("SELECT topic, n FROM member WHERE direct").fetchall():
                for name in self._ancestors[topic]:
                    rows[name, n] = rows.get((name, n), False) or name == topic
            self.fetch("DELETE FROM member")
            members = sorted((name, n, direct) for (name, n), direct in rows.items())
            self.many("INSERT INTO member VALUES (?, ?, ?)", members)

    # Works

    def _added(self, works: Iterable[Numbered]) -> list[Numbered]:
        """Return works with what the overlay adds to them."""
        numbered = list(works)
        made = with_additions((paper for _, paper in numbered), self.additions, self.numbers)
        return [(n, paper) for (n, _), paper in zip(numbered, made, strict=True)]

    def _changed(self) -> list[Numbered]:
        """Return the works below of which something changes that is stored with them."""
        numbers = self._affected() - {n for n, _ in self.works}
        found = self._stored("key", numbers)
        papers = self.below.papers(found.values())
        made = []
        for (n, key), paper in zip(found.items(), papers, strict=True):
            paper = self.overlay.named(self._current(paper))
            now = self.overlay.renamed.get(key, key)
            aliases = tuple(
                name for name in paper.aliases if name != now and name not in self.overlay.taken
            )
            if (now, aliases) != (key, paper.aliases):
                paper = paper.model_copy(update={"key": now, "aliases": aliases})
            made.append((n, paper))
        return self._added(made)

    def _affected(self) -> set[int]:
        numbers, old = self.numbers, self.old
        found: set[int] = set()
        for paper in records_of(self.own.papers):
            found.update(numbers[one.work] for one in paper.relations)
        for one in self.additions.values():
            if one.after or one.relations:
                found.add(numbers[one.key])
            found.update(numbers[stated.work] for stated in one.relations)
        found.update(numbers[card.work] for card in records_of(self.own.results))
        ways: list[Any] = [(one.start, "topics", one.id) for one in records_of(self.own.topics)]
        ways += [(one.steps, "trails", one.id) for one in records_of(self.own.trails)]
        for steps, kind, name in ways:
            found.update(numbers[step.work] for step in steps)
            before: Any = self.below.registry(kind).get(name)
            if before is not None:
                steps = before.start if kind == "topics" else before.steps
                found.update(old[step.work] for step in steps if step.work in old)
        # The works whose names change, and those that state or are stated a relation with them.
        overlay = self.overlay
        keys = (*overlay.same.values(), *overlay.taken.values(), *overlay.aliases.values())
        moved = {old[key] for key in keys}
        if moved:
            ends = self.fetch(
                f"SELECT source, target FROM edge WHERE relation != 'cites' "
                f"AND (source IN {_MANY} OR target IN {_MANY})",
                (_list(moved), _list(moved)),
            )
            found.update(n for pair in ends for n in pair)
        return found | moved | set(self._restyled())

    def _restyled(self) -> Iterator[int]:
        """Yield the works that show a record in place of which the overlay has another."""
        replaced = self.overlay.replaced
        asked: list[tuple[str, Iterable[str]]] = []
        if self.own.glossary:  # the words of every work are read by the glossary
            asked.append(("SELECT n FROM paper WHERE json_array_length(?) >= 0", ()))
        if "topics" in replaced:
            asked.append(
                (f"SELECT n FROM member WHERE direct AND topic IN {_MANY}", replaced["topics"])
            )
        if "venues" in replaced:
            asked.append((f"SELECT n FROM paper WHERE venue IN {_MANY}", replaced["venues"]))
        if replaced.keys() & {"questions", "assumptions", "results"}:
            asked.append(("SELECT n FROM result WHERE json_array_length(?) >= 0", ()))
        if self.own.people:
            ours = records_of(self.own.people)
            names = {name for one in ours for name in (one.name, *one.aliases)}
            known: Any = self.below.registry("people").values()
            same = {one.id for one in known if not names.isdisjoint((one.name, *one.aliases))}
            sql = f"SELECT n FROM authorship WHERE person IN {_MANY}"
            asked.append((sql, same | replaced.get("people", set())))
        for sql, values in asked:
            yield from (row[0] for row in self.fetch(sql, (_list(values),)))

    def _stored(self, column: str, works: Iterable[int]) -> dict[int, Any]:
        """Return a column of the works that are stored, by number."""
        sql = f"SELECT n, {column} FROM paper WHERE n IN {_MANY} ORDER BY n"
        return dict(self.fetch(sql, (_list(works),)).fetchall())

    def _forget(self, works: Collection[int]) -> dict[int, Paper]:
        """Delete what is stored of works; return those that were there."""
        numbers = _list(works)
        keys = self._stored("key", works)
        old = dict(zip(keys, self.below.papers(keys.values()), strict=True))
        self._layers = self._stored("layer", works)
        self.many(
            "INSERT INTO text(text, rowid, title, people, annotation) "
            "VALUES ('delete', ?, ?, ?, ?)",
            ((n, *searched_texts(paper)) for n, paper in old.items()),
        )
        sql = f"SELECT n, words FROM search_work WHERE n IN {_MANY}"
        self._old_words = dict(self.fetch(sql, (numbers,)).fetchall())
        for table in _OF_WORKS:
            self.fetch(f"DELETE FROM {table} WHERE n IN {_MANY}", (numbers,))
        self.fetch(f"DELETE FROM edge WHERE relation != 'cites' AND source IN {_MANY}", (numbers,))
        self.fetch(f"DELETE FROM name WHERE name IN {_MANY}", (_list(self.overlay.taken),))
        return old

    def _write_papers(self, changed: list[Numbered], works: list[Numbered]) -> set[str]:
        """Write works to their layers; return the formulas in their texts."""
        people = self._people(works)
        found: set[str] = set()
        layers: dict[int, list[Numbered]] = {self.layer: works[len(changed) :]}
        for n, paper in changed:
            layers.setdefault(self._layers[n], []).append((n, paper))
        for layer, members in layers.items():
            found |= write_papers(self.database, members, people, self._ancestors, layer)
        ours = records_of(self.own.people)
        unmet = [one for one in ours if one.id not in people.met]
        write_people(self.database, people.met.values(), unmet)
        self.fetch("DELETE FROM unmet_person WHERE id IN (SELECT id FROM person)")
        if ours or self.overlay.same:
            self.fetch("DELETE FROM person WHERE id NOT IN (SELECT person FROM authorship)")
            self.fetch("DELETE FROM person_word WHERE person NOT IN (SELECT id FROM person)")
        return found

    def _people(self, works: Iterable[Numbered]) -> People:
        """Return the people whose names may be on works: the own ones first."""
        ours = by_id(records_of(self.own.people))
        for table in ("person", "unmet_person"):
            self.fetch(f"DELETE FROM {table} WHERE id IN {_MANY}", (_list(ours),))
        self.fetch(f"DELETE FROM person_word WHERE person IN {_MANY}", (_list(ours),))
        names = {name for _, paper in works for name in paper.author}
        rows = self.fetch("SELECT data FROM person UNION ALL SELECT data FROM unmet_person")
        known = []
        for (data,) in rows:
            if data.count('":') > 2 or json.loads(data)["name"] in names:
                known.append(self._current(Person.model_validate_json(data)))
        return People([*ours.values(), *known], self.numbers)

    def _having(self, table: str, works: Iterable[Numbered]) -> list[int]:
        """Return the works of which a table has rows, of these works and of the overlay's lists."""
        numbers = {n for n, _ in works}
        numbers |= {self.numbers[one.citing] for one in records_of(self.own.citations)}
        sql = f"SELECT DISTINCT n FROM {table} WHERE n IN {_MANY}"
        return [row[0] for row in self.fetch(sql, (_list(numbers),))]

    # What is shown

    def _write_cards(self) -> None:
        write_cards(
            self.database,
            records_of(self.own.questions),
            records_of(self.own.assumptions),
            records_of(self.own.results),
            self.numbers,
        )
        if self.overlay.taken:
            for name, one in self.below.registry("results").items():
                now = self._current(one)
                if now != one:
                    self.fetch("UPDATE result SET data = ? WHERE id = ?", (now.to_json(), name))

    def _cards(self, where: str, values: Iterable[int | str]) -> list[Result]:
        rows = self.fetch(f"SELECT data FROM result WHERE {where} IN {_MANY}", (_list(values),))
        return [Result.model_validate_json(row[0]) for row in rows]

    def _stated(self, works: Iterable[int]) -> Iterator[Stated]:
        """Yield the relations that these works state or are stated of them."""
        numbers = _list(works)
        rows = self.fetch(
            "SELECT s.key, e.relation, t.key, e.said FROM edge e JOIN paper s ON s.n = e.source "
            f"JOIN paper t ON t.n = e.target WHERE e.relation IN {_MANY} "
            f"AND (e.source IN {_MANY} OR e.target IN {_MANY})",
            (_list(one.value for one in JUDGEMENTS), numbers, numbers),
        )
        for source, relation, target, said in rows.fetchall():
            yield Stated(source, Relation(relation), target, **json.loads(said))

    def _write_views(self, works: list[Numbered], found: set[str]) -> None:
        numbers = [n for n, _ in works]
        self.stated = list(self._stated(numbers))
        self.cards = self._cards("n", numbers)
        questions, assumptions = (self.questions, self.assumptions) if self.cards else ({}, {})
        found |= {*formulas(questions.values(), assumptions.values(), self.cards)}
        maths = self._maths(found)
        results = result_views(self.cards, questions, assumptions, self.numbers, maths)
        labels = {name: topic.label for name, topic in self.topics.items()}
        shown = Shown(self.venues, labels, all_ties(self.stated), results, maths)
        write_views(self.database, shown, works)

    def _maths(self, found: Iterable[str]) -> dict[str, str]:
        """Return formulas in Unicode; those that are new are converted and written."""
        wanted = set(found)
        sql = f"SELECT tex, unicode FROM maths WHERE tex IN {_MANY}"
        known: dict[str, str] = dict(self.fetch(sql, (_list(wanted),)).fetchall())
        new = {tex: convert(tex) for tex in sorted(wanted - known.keys())}
        self.many("INSERT INTO maths VALUES (?, ?)", new.items())
        return known | new

    def _write_comparisons(self) -> None:
        touched = {card.question for card in records_of(self.own.results)}
        touched |= {one.id for one in records_of(self.own.questions)}
        moved = {self.old[key] for key in (*self.overlay.same.values(), *self.overlay.renamed)}
        sql = f"SELECT DISTINCT question FROM result WHERE n IN {_MANY}"
        touched |= {row[0] for row in self.fetch(sql, (_list(moved),))}
        if self.overlay.replaced.keys() & {"assumptions", "results"}:
            touched |= self.questions.keys()
        if not touched:
            return
        from dltheory_bib.snapshot.compile_comparisons import write_comparisons

        cards = self._cards("question", touched)
        first = dict(
            self.fetch(
                "SELECT p.key, json_extract(r.data, '$.author[0]') FROM paper p "
                "JOIN record r ON r.n = p.n WHERE p.n IN (SELECT n FROM result)"
            ).fetchall()
        )
        asked = [self.questions[name] for name in sorted(touched)]
        known = self.assumptions.values()
        maths = self._maths(formulas(asked, (), cards))
        write_comparisons(self.database, asked, known, cards, first, maths)

    # Search

    def _write_search(self, works: list[Numbered]) -> None:
        own = self.own
        if own.glossary:  # every work is read again
            terms = write_glossary(self.database, self._registry("glossary").values())
            self.fetch("DELETE FROM search_word")
            self.fetch("DELETE FROM search_form")
        else:
            (data,) = self.fetch("SELECT data FROM glossary").fetchone()
            terms = json.loads(data)
        remember_stems(
            self.fetch(
                "SELECT f.form, w.stem FROM search_form f JOIN search_word w ON w.id = f.word"
            )
        )
        stems = self.fetch("SELECT stem FROM search_word ORDER BY id")
        index = Index(SearchWords(terms), (row[0] for row in stems.fetchall()))
        keys = {n: paper.key for n, paper in works}

        def key(name: str) -> str | None:
            return keys.get(self.numbers.get(name, 0))

        topics, trails = self.topics.values(), self.trails.values()
        said = sentences(topics, trails, self.cards, self.stated, key)
        write_words_of_works(self.database, index, works, Texts(topics, self.venues, said))
        self._write_words(index)
        index.write_forms(self.database)
        cited = {name for one in records_of(own.citations) for name in one.cites}
        write_priors(self.database, {*keys, *(self.numbers[name] for name in cited)})
        if own.topics or own.questions or own.trails or own.venues or own.glossary:
            questions, venues = self.questions.values(), self.venues.values()
            write_headings(self.database, index.words, topics, questions, trails, venues)

    def _write_words(self, index: Index) -> None:
        """Write the words of which the works change, and the weights of all."""
        gone: dict[int, set[int]] = {}
        for n, words in self._old_words.items():
            for word in {*read_numbers("I", words)} - {0}:
                gone.setdefault(word, set()).add(n)
        (count,) = self.fetch("SELECT count(*) FROM paper").fetchone()
        rows = self.fetch("SELECT id, idf, works, weights FROM search_word ORDER BY id").fetchall()
        added = index.lists()
        changed, weighed, new = [], [], []
        for (word, weight, *lists), (_, _, works, weights) in zip(rows, added, strict=False):
            left_out = gone.get(word)
            if works or left_out:
                if left_out is not None or (
                    lists[0] and works[0] < read_numbers("I", lists[0])[-1]
                ):
                    lists = list(_merged(lists, left_out or set(), works, weights))
                else:  # the new works have the higher numbers
                    lists = [lists[0] + stored(works), lists[1] + stored(weights)]
            now = idf(count, len(lists[0]) // _SIZE)
            if works or left_out:
                changed.append((now, *lists, word))
            elif now != weight:
                weighed.append((now, word))
        for word, stem, works, weights in added:
            new.append((word, stem, idf(count, len(works)), stored(works), stored(weights)))
        self.many("UPDATE search_word SET idf = ?, works = ?, weights = ? WHERE id = ?", changed)
        self.many("UPDATE search_word SET idf = ? WHERE id = ?", weighed)
        self.many("INSERT INTO search_word VALUES (?, ?, ?, ?, ?)", new)

    def _write_statistics(self, works: list[Numbered], old: Mapping[int, Paper]) -> None:
        before = coverage(self.below.snapshot)
        now = [paper for _, paper in works]
        counts = adjusted(before, self.fetch, list(old.values()), now, self.venues)
        write_counts(self.database, counts)


def _merged(
    lists: list[bytes], left_out: set[int], works: array[int], weights: array[int]
) -> tuple[bytes, bytes]:
    """Return the works of a word and their weights, in order, without some and with others."""
    numbers, counts = read_numbers("I", lists[0]), read_numbers("H", lists[1])
    for n in left_out:
        place = bisect_left(numbers, n)
        if numbers[place : place + 1] == array("I", [n]):
            del numbers[place], counts[place]
    for n, weight in zip(works, weights, strict=True):
        place = bisect_left(numbers, n)
        numbers.insert(place, n)
        counts.insert(place, weight)
    return stored(numbers), stored(counts)
