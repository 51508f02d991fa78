"""The data of the pages, read from a bibliography once and kept during the build."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from markupsafe import Markup

from dltheory_bib.formats.venue_names import venue_name
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Person
from dltheory_bib.models.relations import Relation
from dltheory_bib.revision.catalogue_diff import diff
from dltheory_bib.revision.release import open_state
from dltheory_bib.site.formulas import Typesetter
from dltheory_bib.site.options import Options
from dltheory_bib.site.prose_reads import ProseReads, notes_reads
from dltheory_bib.snapshot.reader import Edge
from dltheory_bib.snapshot.views import lists_read
from dltheory_bib.text.names import author_line, natural

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.graph.measures import Similarity
    from dltheory_bib.models.theorem import Question
    from dltheory_bib.revision.change import CatalogueDiff

T = TypeVar("T")

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
        self.cited = {work.key: number for work, number in bib.most_cited(len(self.papers))}
        self.lists_read = lists_read(bib.snapshot)

    @cached_property
    def changes(self) -> CatalogueDiff | None:
        """What changed since the older state that the options name; None if they name none."""
        if self.options.since is None:
            return None
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
    def similar(self) -> dict[str, list[Similarity]]:
        """By key, the works most similar by citations, the most similar first."""
        from dltheory_bib.graph.measures import all_similar

        return all_similar(self.bib.graph, SIMILAR)

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

    @cached_property
    def edges(self) -> list[Edge]:
        """Every edge between works."""
        return self.bib.snapshot.edges()

    @cached_property
    def _citations(self) -> dict[str, dict[str, list[str]]]:
        """By key, the works that a work cites, and those that cite it."""
        found: dict[str, dict[str, list[str]]] = {
            key: {"cites": [], "cited_by": []} for key in self.papers
        }
        for edge in self.edges:
            if edge.relation == Relation.CITES:
                found[edge.source]["cites"].append(edge.target)
                found[edge.target]["cited_by"].append(edge.source)
        return found

    def record(self, key: str) -> dict[str, Any]:
        """Return a record with the field names of the data files, and the citations known here."""
        return self.papers[key].to_dict() | self._citations[key]

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
