"""The one object a user holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.answers import Answers
from dltheory_bib.errors import UnknownNameError
from dltheory_bib.models.facade import Paper, Person, Topic, Trail, Venue
from dltheory_bib.models.relations import BUILDS_ON, Relation
from dltheory_bib.papers import PaperList, ask_field
from dltheory_bib.snapshot.cache import open_snapshot
from dltheory_bib.snapshot.reader import Edge, Registry, Snapshot
from dltheory_bib.text.names import natural, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx as nx

    from dltheory_bib.display.graph_view import GraphView
    from dltheory_bib.display.views import Card, Row
    from dltheory_bib.graph.measures import Similarity
    from dltheory_bib.graph.walks import Branch
    from dltheory_bib.snapshot.statistics import Coverage


class Lineage(NamedTuple):
    """A work between what it stands on (`back`, to the roots) and what stands on it (`forward`)."""

    back: Branch
    forward: Branch


def load(
    path: str | PathLike[str] | None = None, progress: Callable[[str, int], None] | None = None
) -> Bibliography:
    """The shipped catalogue, or that of a directory or a papers file of one's own.

    A collection without its own `topics.yaml`, `venues.yaml` or `people.yaml` uses the shipped one.
    `progress` is called now and then with a file's name and the number of records read, while the
    YAML is compiled; that happens once, until a file changes. Raises `DataError` with every problem
    when the data have errors: nothing partial is ever loaded.
    """
    return Bibliography(open_snapshot(Path(path) if path is not None else None, progress))


class Bibliography(Answers):
    """Papers, people, topics and venues, the graph of their relations, and the ways to ask it.

    `bib["jin2017escape"]` is a paper, by key, alias, arXiv id or DOI; `bib.papers`,
    `bib.people`, `bib.topics` and `bib.venues` are mappings by key or id;
    `bib.where("…")` gives a list of papers. Walks take what `bib[…]` takes, and raise
    `UnknownNameError`, with the nearest names, for anything else.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    # Records

    @cached_property
    def papers(self) -> Mapping[str, Paper]:
        """Every work by key, in order of keys; an alias finds its work as well."""
        return _Papers(self.snapshot)

    @cached_property
    def topics(self) -> Mapping[str, Topic]:
        """Every topic by id."""
        return Registry(self.snapshot, "topic", Topic)

    @cached_property
    def venues(self) -> Mapping[str, Venue]:
        """Every venue by id."""
        return Registry(self.snapshot, "venue", Venue)

    @cached_property
    def trails(self) -> Mapping[str, Trail]:
        """Every hand-made trail through the works by id."""
        return Registry(self.snapshot, "trail", Trail)

    @cached_property
    def people(self) -> Mapping[str, Person]:
        """Every author by id (`jin-chi`)."""
        return Registry(self.snapshot, "person", Person)

    def __getitem__(self, name: str) -> Paper:
        return self.snapshot.paper(self._number(name))

    def __contains__(self, item: object) -> bool:
        name = item.key if isinstance(item, Paper) else item
        return isinstance(name, str) and self.snapshot.find(name) is not None

    def __len__(self) -> int:
        return self.snapshot.count()

    def __iter__(self) -> Iterator[Paper]:
        return self.snapshot.papers()

    def __repr__(self) -> str:
        return (
            f"<Bibliography of {len(self)} works, {len(self.people)} people, "
            f"{len(self.topics)} topics>"
        )

    def key(self, name: str) -> str:
        """The key of the work with this key or alias."""
        return self.snapshot.key(self._number(name))

    def topic(self, name: str) -> Topic:
        """A topic, by id, label or alias. Raises `UnknownNameError` with the nearest names."""
        from dltheory_bib.query.fields import find_topic, nearest_topics

        found = find_topic(self.snapshot, name)
        if found is None:
            raise UnknownNameError("topic", name, nearest_topics(self.snapshot, name))
        return self.topics[found]

    def person(self, name: str) -> Person:
        """The one person whose name has all these words; a single letter is an initial.

        An id (`jin-chi`) does as well. Raises `UnknownNameError` when there is none, or, with
        the ids, when there are several.
        """
        from dltheory_bib.query.fields import find_people

        found = find_people(self.snapshot, name)
        if len(found) == 1:
            return self.people[found[0]]
        if found:
            raise UnknownNameError("single person", name, found)
        known = {natural(person.name): one for one, person in self.people.items()}
        raise UnknownNameError("person", name, nearest(name, known))

    def _number(self, name: str) -> int:
        try:
            number = self.snapshot.find(name)
        except UnicodeEncodeError:  # bytes of the command line that are not UTF-8
            number = None
        if number is None:
            raise UnknownNameError("paper", name, nearest(name, self.snapshot.names()))
        return number

    # Lists of papers

    def all(self) -> PaperList:
        """Every work, oldest first."""
        rows = self.snapshot.fetch("SELECT n FROM paper ORDER BY year, key")
        return PaperList(self, [row[0] for row in rows])

    def where(self, query: str) -> PaperList:
        """The works for which a query holds, oldest first. Raises `QueryError`."""
        from dltheory_bib.query.run import ask

        return PaperList(self, ask(self.snapshot, query))

    def search(self, query: str) -> PaperList:
        """The works for which a query holds, the best match of its words first."""
        from dltheory_bib.query.run import ask_best

        return PaperList(self, ask_best(self.snapshot, query))

    def on(self, topic: str) -> PaperList:
        """The works on a topic and on its narrower topics."""
        return PaperList(self, ask_field(self.snapshot, "topic", topic))

    def by(self, name: str) -> PaperList:
        """The works of people whose name has all these words."""
        return PaperList(self, ask_field(self.snapshot, "author", name))

    def _list(self, keys: Iterable[str], whys: Mapping[str, str] | None = None) -> PaperList:
        numbers = {key: self._number(key) for key in keys}
        said = {numbers[key]: why for key, why in (whys or {}).items()}
        return PaperList(self, numbers.values(), said)

    def some(self, names: Iterable[str]) -> PaperList:
        """The works with these keys, aliases, arXiv ids or DOIs, in this order, each once."""
        return PaperList(self, dict.fromkeys(self._number(name) for name in names))

    # What is shown

    def rows(self, papers: PaperList) -> list[Row]:
        """A list of papers as tables show it."""
        from dltheory_bib.display.views import row

        whys = papers.whys
        read = self.snapshot.readable
        return [row(paper, read, self.venues, whys.get(paper.key)) for paper in papers]

    def card(self, name: str) -> Card:
        """All that is shown of one work."""
        from dltheory_bib.display.views import card

        read = self.snapshot.readable
        listed = "SELECT 1 FROM reference_list WHERE n = ?"
        was_read = self.snapshot.fetch(listed, (self._number(name),)).fetchone() is not None
        edges, shown = self.edges(name), self._shown_results(name)
        return card(self[name], read, self.venues, self.topics, edges, was_read, shown)

    def describe(self, name: str) -> str:
        """A work in one line: authors, year, title."""
        from dltheory_bib.display.views import byline

        paper = self[name]
        title = self.snapshot.readable(paper.plain_title)
        return f"{byline(paper, 2)} {paper.year}, {title}"

    def _repr_html_(self) -> str:
        from dltheory_bib.display.html import bibliography_html

        return bibliography_html(repr(self)[1:-1], self.topics, self.topic_counts())

    def topic_counts(self) -> dict[str, int]:
        """How many works there are on each topic and its narrower topics."""
        rows = self.snapshot.fetch("SELECT topic, count(*) FROM member GROUP BY topic")
        return dict(rows)

    # One step

    def edges(self, name: str) -> tuple[list[Edge], list[Edge]]:
        """The edges between a work and others: those that start at it, and those that end there."""
        number = self._number(name)
        return self.snapshot.edges_from(number), self.snapshot.edges_to(number)

    def neighbours(self, name: str, relation: Relation, inverse: bool = False) -> PaperList:
        """The works that a work stands in a relation to; with `inverse`, those that do to it."""
        here, there = ("target", "source") if inverse else ("source", "target")
        rows = self.snapshot.fetch(
            f"SELECT p.n FROM edge e JOIN paper p ON p.n = e.{there} "
            f"WHERE e.{here} = ? AND e.relation = ? ORDER BY p.year, p.key",
            (self._number(name), Relation(relation).value),
        )
        return PaperList(self, [row[0] for row in rows])

    def cites(self, name: str) -> PaperList:
        """The works that a work cites."""
        return self.neighbours(name, Relation.CITES)

    def cited_by(self, name: str) -> PaperList:
        """The works that cite a work."""
        return self.neighbours(name, Relation.CITES, inverse=True)

    def extends(self, name: str) -> PaperList:
        """The works that a work extends."""
        return self.neighbours(name, Relation.EXTENDS)

    def extended_by(self, name: str) -> PaperList:
        """The works that extend a work."""
        return self.neighbours(name, Relation.EXTENDS, inverse=True)

    def narrower(self, topic: str) -> list[Topic]:
        """The topics directly below a topic."""
        above = self.topic(topic).id
        return [one for one in self.topics.values() if one.broader == above]

    def broader(self, topic: str) -> list[Topic]:
        """The topics above a topic, the nearest first."""
        found = [self.topic(topic)]
        while (above := found[-1].broader) is not None:
            found.append(self.topics[above])
        return found[1:]

    def related(self, topic: str) -> list[Topic]:
        """The topics that a topic names as related, or that name it."""
        here = self.topic(topic)
        return [
            one for one in self.topics.values() if one.id in here.related or here.id in one.related
        ]

    def co_authors(self, name: str) -> list[tuple[Person, int]]:
        """The people somebody wrote with, and how many works here, most first."""
        identity = self.person(name).id
        rows = self.snapshot.fetch(
            "SELECT b.person, count(*) FROM authorship a JOIN authorship b ON a.n = b.n "
            "WHERE a.person = ? AND b.person != a.person "
            "GROUP BY b.person ORDER BY count(*) DESC, b.person",
            (identity,),
        )
        return [(self.people[person], count) for person, count in rows]

    # Walks on the graph

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The frozen graph of papers, people, topics and venues, as `citation_graph` makes it."""
        from dltheory_bib.graph.citation_graph import build_graph

        return build_graph(self.snapshot)

    @cached_property
    def citations(self) -> nx.DiGraph[str]:
        """The frozen graph of works and their citations, from the citing to the cited work.

        `nx.pagerank`, `nx.ancestors` and the rest of networkx take it as it is.
        """
        from dltheory_bib.graph.citation_graph import citations_of

        return citations_of(self.graph)

    @cached_property
    def _engagement(self) -> nx.DiGraph[str]:
        from dltheory_bib.graph.walks import engagement

        return engagement(self.graph)

    def lineage(self, name: str, relations: Iterable[Relation | str] = BUILDS_ON) -> Lineage:
        """What a work stands on, back to the roots, and what stands on it, forward to the tips.

        Follows the kinds of relation asked for: by default those by which a work builds on another
        (extends, generalises, improves, simplifies, corrects, uses the method of).
        """
        from dltheory_bib.graph.walks import lineage

        wanted = [relations] if isinstance(relations, str) else relations
        kinds = [_relation(kind) for kind in wanted]
        key = self.key(name)
        return Lineage(
            lineage(self.graph, key, kinds, back=True), lineage(self.graph, key, kinds, back=False)
        )

    def path(self, start: str, end: str) -> list[Edge] | None:
        """A shortest chain of citations between two works, in steps from `start` to `end`.

        None where none is known. See `graph.walks.shortest_path` for what is preferred.
        """
        from dltheory_bib.graph.walks import shortest_path

        return shortest_path(self.graph, self._engagement, self.key(start), self.key(end))

    def similar(self, name: str, count: int = 10) -> list[Similarity]:
        """The works most alike by shared references and shared citing works."""
        from dltheory_bib.graph.measures import similar

        return similar(self.graph, self.key(name))[:count]

    def graph_view(self, query: str = "", height: int = 640) -> GraphView:
        """The works for which a query holds as a graph to walk in; see `PaperList.graph_view`."""
        return self.where(query).graph_view(height, query or "All works")

    def stats(self) -> Coverage:
        """What is held, and what evidence there is for it."""
        from dltheory_bib.snapshot.statistics import coverage

        return coverage(self.snapshot)

    def most_cited(self, count: int = 10) -> list[tuple[Paper, int]]:
        """The works that most works of the catalogue cite, and by how many."""
        rows = self.snapshot.fetch(
            "SELECT target, count(*) AS cited FROM edge WHERE relation = 'cites' "
            "GROUP BY target ORDER BY cited DESC, target LIMIT ?",
            (count,),
        ).fetchall()
        return [(self.snapshot.paper(n), cited) for n, cited in rows]

    def pagerank(self) -> dict[str, float]:
        """PageRank by key, highest first; the values sum to 1."""
        from dltheory_bib.graph.measures import pagerank

        ranks = pagerank(self.citations)
        return dict(sorted(ranks.items(), key=lambda item: (-item[1], item[0])))

    def reading(self, query: str = "", count: int | None = None) -> PaperList:
        """Works in the order to read them: of a trail, on a topic, or for a query.

        `query` is the id of a trail, which is given whole; the name of a topic, whose hand-made
        start comes first; or a query. What must be read before a work comes before it; the list's
        `whys` say why each is there. At most `count` works, where nothing is said 10.
        """
        from dltheory_bib.graph.reading_order import Step, reading_order
        from dltheory_bib.query.fields import find_topic

        if query in self.trails:
            steps = [Step(self.key(step.work), step.says) for step in self.trails[query].steps]
            steps = steps[:count]
        else:
            topic = find_topic(self.snapshot, query.removeprefix("topic:"))
            wanted = self.on(topic) if topic else self.where(query)
            # A collection of one's own may lack works of a topic that the catalogue lent it.
            start = [
                Step(self.key(step.work), step.says)
                for step in (self.topics[topic].start if topic else ())
                if step.work in self
            ]
            steps = reading_order(self.graph, wanted.keys, 10 if count is None else count, start)
        return self._list((step.key for step in steps), {step.key: step.why for step in steps})


def _relation(name: Relation | str) -> Relation:
    known = [relation.value for relation in Relation]
    if name not in known:
        raise UnknownNameError("relation", str(name), nearest(str(name), known, 1))
    return Relation(name)


class _Papers(Mapping[str, Paper]):
    """Works by key, read from the snapshot when they are asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def __getitem__(self, name: str) -> Paper:
        number = self._snapshot.number(name)
        if number is None:
            raise UnknownNameError("paper", name, nearest(name, self._snapshot.names()))
        return self._snapshot.paper(number)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._snapshot.number(name) is not None

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401 - this is `get`

    def __iter__(self) -> Iterator[str]:
        return iter(self._snapshot.keys())

    def __len__(self) -> int:
        return self._snapshot.count()
