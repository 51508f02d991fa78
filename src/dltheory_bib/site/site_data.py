"""The data of the pages, read from a bibliography once and kept during the build."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from markupsafe import Markup

from dltheory_bib.formats.venue_names import venue_name
from dltheory_bib.graph.measures import Similarity, most_similar
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Person
from dltheory_bib.models.relations import Relation
from dltheory_bib.site.formulas import Typesetter
from dltheory_bib.site.options import Options
from dltheory_bib.site.prose_reads import ProseReads, notes_reads
from dltheory_bib.snapshot.reader import Edge
from dltheory_bib.snapshot.views import lists_read
from dltheory_bib.text.identifiers import public_pdf
from dltheory_bib.text.names import author_line, natural
from dltheory_bib.theorems.theorem_table import SIGNS

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.comparison import Comparison
    from dltheory_bib.models.theorem import Question
    from dltheory_bib.revision.change import CatalogueDiff

T = TypeVar("T")

MOST_NAMES = 8
"""Number of authors up to which a work names all where it names more than a few."""
STEPS = 12
"""Number of works in a topic's reading order on the site."""
SIMILAR = 6
"""Number of works listed as similar to one."""


class Entry(NamedTuple):
    """A work as a list item."""

    key: str
    title: Markup
    byline: str
    venue: str
    year: int
    level: str | None
    cited: int
    """How many works here cite it."""
    layer: str = ""
    """The layer of the collection that adds it; empty for a work of the lowest."""
    pdf: str | None = None
    """The address of a PDF that anybody may read, if one is known: arXiv's if it is there, as long
    lists would be too heavy with longer addresses.
    """


class Place(NamedTuple):
    """The position of a work in a reading order."""

    path_kind: str
    """`topic` or `trail`."""
    identity: str
    label: str
    number: int
    """From 1."""
    of: int
    why: str
    before: str | None
    """The key of the previous work, if any."""
    after: str | None


class Order(NamedTuple):
    """A reading order: of a topic, or a trail."""

    path_kind: str
    identity: str
    label: str
    steps: tuple[tuple[str, str], ...]
    """Key and reason, in order."""


class BestBound(NamedTuple):
    """A bound that is best in some settings of its question."""

    question: Question
    card: str
    sign: str
    html: Markup
    settings: tuple[str, ...]
    """Their labels."""


@notes_reads
class Contents:
    """A bibliography prepared for the pages, with data that many of them share."""

    def __init__(self, bib: Bibliography, options: Options) -> None:
        self.bib = bib
        self.options = options
        self.reads = ProseReads(bib.snapshot)
        """Notes whose prose is read."""
        self.kept: dict[str, tuple[Any, frozenset[str]]] = {}
        """The cached properties that were computed, and whose prose they depend on."""
        self.typeset = Typesetter(bib.snapshot.readable)
        self.venues = bib.snapshot.venues()
        self.topics = bib.snapshot.topics()
        self.people = bib.snapshot.people()
        self.trails = dict(bib.trails)
        self.papers: dict[str, Paper] = {paper.key: self.reads.watched(paper) for paper in bib}
        self.counts = bib.topic_counts()
        self.cited: dict[str, int] = dict(
            bib.snapshot.fetch(
                "SELECT p.key, count(*) AS cited FROM edge e JOIN paper p ON p.n = e.target "
                "WHERE e.relation = 'cites' GROUP BY e.target ORDER BY cited DESC, e.target"
            ).fetchall()
        )
        """By key, how many works cite a work, of those that any cites; the most cited first."""
        self.lists_read = lists_read(bib.snapshot)

    @cached_property
    def changes(self) -> CatalogueDiff | None:
        """What changed since the older state that the options name; None if they name none."""
        if self.options.since is None:
            return None
        from dltheory_bib.revision.catalogue_diff import diff
        from dltheory_bib.revision.release import open_state

        return diff(open_state(self.options.since), self.bib)

    def entry(self, key: str) -> Entry:
        """Return a work as a list item."""
        return self._entries[key]

    def entries(self, keys: Iterable[str]) -> list[Entry]:
        """Return some works as list items, in the order given."""
        return [self._entries[key] for key in keys]

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return {key: self._make_entry(paper) for key, paper in self.papers.items()}

    def _make_entry(self, paper: Paper) -> Entry:
        return Entry(
            paper.key,
            self.typeset.title(paper.title),
            author_line(paper.author, at_most=3),
            venue_name(paper, self.venues),
            paper.year,
            paper.level,
            self.cited.get(paper.key, 0),
            self.layers.get(paper.key, ""),
            public_pdf(None, paper.eprint) or paper.pdf,
        )

    @cached_property
    def layers(self) -> dict[str, str]:
        """The layers that add works, by key, without those of the lowest."""
        return {row.key: row.layer for row in self.bib.rows(self.bib.all()) if row.layer}

    def text(self, text: str | None) -> str:
        """Return a text for places without HTML, with its mathematics in Unicode."""
        return self.bib.snapshot.readable(text or "")

    @cached_property
    def authors(self) -> dict[str, list[tuple[str, str]]]:
        """By key, each author's id and name in reading order, as printed in the work."""
        rows = self.bib.snapshot.fetch(
            "SELECT p.key, a.person FROM authorship a JOIN paper p ON p.n = a.n "
            "ORDER BY a.n, a.position"
        )
        found: dict[str, list[str]] = defaultdict(list)
        for key, identity in rows:
            found[key].append(identity)
        return {
            # If two names of a work may belong to one person, each person is listed once.
            key: [
                (identity, natural(printed))
                for identity, printed in zip(
                    found[key],
                    paper.author
                    if len(found[key]) == len(paper.author)
                    else [self.people[one].name for one in found[key]],
                    strict=True,
                )
            ]
            for key, paper in self.papers.items()
        }

    def author_names(self, key: str) -> str:
        """Return the names of the authors of a work, of many only the first."""
        names = [name for _, name in self.authors[key]]
        if len(names) <= MOST_NAMES:
            return ", ".join(names)
        named = names[: MOST_NAMES - 1]
        return f"{', '.join(named)} and {len(names) - len(named)} more"

    def newest_first(self, key: str) -> tuple[int, str]:
        """Return what sorts works from the newest to the oldest."""
        return -self.papers[key].year, key

    def to_read_first(self, keys: Iterable[str]) -> list[str]:
        """Return some works in the order in which a reader of one of them would look at them: by
        level, then the most cited here, then the newest.
        """
        ranks = {"start": 0, "core": 1}

        def place(key: str) -> tuple[int, int, int, str]:
            paper = self.papers[key]
            return ranks.get(paper.level or "", 2), -self.cited.get(key, 0), -paper.year, key

        return sorted(keys, key=place)

    @cached_property
    def by_person(self) -> dict[str, list[str]]:
        """By id of a person, the keys of their works, the oldest first."""
        return self._grouped(
            (identity, key) for key, who in self.authors.items() for identity, _ in who
        )

    @cached_property
    def by_venue(self) -> dict[str, list[str]]:
        """By id of a venue, the keys of the works it published, the oldest first."""
        return self._grouped((p.venue, key) for key, p in self.papers.items() if p.venue)

    @cached_property
    def by_year(self) -> dict[int, list[str]]:
        """By year, in order, the keys of its works."""
        return dict(sorted(self._grouped((p.year, key) for key, p in self.papers.items()).items()))

    @cached_property
    def by_topic(self) -> dict[str, list[str]]:
        """By id of a topic, the keys of the works on it and on narrower topics, oldest first."""
        rows = self.bib.snapshot.fetch(
            "SELECT m.topic, p.key FROM member m JOIN paper p ON p.n = m.n"
        )
        return self._grouped(rows)

    def _grouped(self, pairs: Iterable[tuple[T, str]]) -> dict[T, list[str]]:
        found: dict[T, list[str]] = defaultdict(list)
        for group, key in pairs:
            found[group].append(key)
        for keys in found.values():
            keys.sort(key=lambda key: (self.papers[key].year, key))
        return found

    def active(self, keys: Iterable[str], count: int) -> list[tuple[Person, int]]:
        """Return the most frequent authors of some works, and how many of them each wrote."""
        numbers = Counter(identity for key in keys for identity, _ in self.authors[key])
        most = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))[:count]
        return [(self.people[identity], number) for identity, number in most]

    @cached_property
    def with_list(self) -> frozenset[str]:
        """The works whose reference list was read."""
        rows = self.bib.snapshot.fetch(
            "SELECT DISTINCT p.key FROM reference_list r JOIN paper p ON p.n = r.n"
        )
        return frozenset(key for (key,) in rows)

    def similar(self, key: str) -> list[Similarity]:
        """Return the works most similar to one by citations, the most similar first."""
        return most_similar(key, self.cites.__getitem__, self.cited_by.__getitem__, SIMILAR)

    @cached_property
    def questions(self) -> dict[str, tuple[Question, int, int]]:
        """By id, each question with its numbers of cards and works; questions without a card are
        absent.
        """
        from dltheory_bib.snapshot.result_rows import question_counts

        counts = question_counts(self.bib.snapshot)
        if not any(cards for cards, _ in counts.values()):
            return {}
        return {name: (one, *counts[name]) for name, one in self.bib.questions.items()}

    def compared(self, question: str) -> Comparison:
        """Return the cards of a question, compared."""
        name = f"compared {question}"
        if name not in self.kept:
            with self.reads.scope() as reads:
                made = self.bib.compare(question)
            self.kept[name] = made, frozenset(reads)
        found, read = self.kept[name]
        self.reads.add(read)
        return found  # type: ignore[no-any-return]

    def best_bounds(self, key: str) -> list[BestBound]:
        """Return the bounds of a work that are best in a setting of their question."""
        rows = self.bib.snapshot.fetch(
            "SELECT DISTINCT r.question FROM result r JOIN paper p ON p.n = r.n "
            "WHERE p.key = ? ORDER BY r.question",
            (key,),
        )
        found: list[BestBound] = []
        for (name,) in rows:
            question, _, _ = self.questions[name]
            labels = {one.id: one.label for one in question.settings}
            cards = [row for group in self.compared(name).table.groups for row in group.rows]
            for row in (row for row in cards if row.paper.key == key and row.best_in):
                bound = self.typeset(f"${row.tex}$" if row.tex else row.text)
                settings = tuple(labels[one] for one in row.best_in)
                made = BestBound(question, row.card.id, SIGNS[row.card.kind], bound, settings)
                if all(made._replace(card=one.card) != one for one in found):  # as a reader sees it
                    found.append(made)
        return found

    @cached_property
    def edges(self) -> list[Edge]:
        """Every edge between works."""
        return self.bib.snapshot.edges()

    @cached_property
    def judgements(self) -> dict[tuple[str, str], tuple[Relation, str | None]]:
        """By the later and the earlier work, the first relation between them, with its sentence."""
        rows = self.bib.snapshot.fetch(
            "SELECT s.key, t.key, e.relation, e.said FROM edge e JOIN paper s ON s.n = e.source "
            "JOIN paper t ON t.n = e.target WHERE e.relation NOT IN ('cites', 'after') "
            "ORDER BY s.key, t.key, e.relation DESC"
        )
        return {
            (later, earlier): (Relation(kind), json.loads(said).get("says") if said else None)
            for later, earlier, kind, said in rows
        }

    @cached_property
    def cites(self) -> dict[str, list[str]]:
        """By key, the works that a work cites."""
        return self._cited("source", "target")

    @cached_property
    def cited_by(self) -> dict[str, list[str]]:
        """By key, the works that cite a work."""
        return self._cited("target", "source")

    def _cited(self, here: str, there: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {key: [] for key in self.papers}
        rows = self.bib.snapshot.fetch(
            f"SELECT h.key, t.key FROM edge e JOIN paper h ON h.n = e.{here} "
            f"JOIN paper t ON t.n = e.{there} WHERE e.relation = 'cites' ORDER BY h.key, t.key"
        )
        for key, other in rows:
            found[key].append(other)
        return found

    @cached_property
    def bibtex(self) -> dict[str, tuple[str, str]]:
        """By key, the entry of a work for BibTeX and that for biblatex."""
        rows = self.bib.snapshot.fetch(
            "SELECT p.key, r.bibtex, r.biblatex FROM rendered r JOIN paper p ON p.n = r.n "
            "ORDER BY p.key"
        )
        return {key: (bibtex, biblatex) for key, bibtex, biblatex in rows}

    def record(self, key: str) -> dict[str, Any]:
        """Return a record with the field names of the data files, and the citations known here."""
        citations = {"cites": self.cites[key], "cited_by": self.cited_by[key]}
        return self.papers[key].to_dict() | citations

    @cached_property
    def orders(self) -> list[Order]:
        """The reading order of each topic that has works, and each trail."""
        made = []
        for identity, one in self.topics.items():
            if self.counts.get(identity):
                found = self.bib.reading(f"topic:{identity}", STEPS)
                steps = tuple((key, found.whys[key]) for key in found.keys)
                made.append(Order("topic", identity, one.label, steps))
        for identity, trail in self.trails.items():
            here = (step for step in trail.steps if step.work in self.bib)
            ways = tuple((self.bib.key(step.work), step.says) for step in here)
            made.append(Order("trail", identity, trail.label, ways))
        return made

    @cached_property
    def places(self) -> dict[str, list[Place]]:
        """By key, the positions of the work in the reading orders."""
        found: dict[str, list[Place]] = defaultdict(list)
        for kind, identity, label, steps in self.orders:
            keys = [key for key, _ in steps]
            for number, (key, why) in enumerate(steps):
                before = keys[number - 1] if number else None
                after = keys[number + 1] if number + 1 < len(keys) else None
                place = Place(kind, identity, label, number + 1, len(keys), why, before, after)
                found[key].append(place)
        return found
