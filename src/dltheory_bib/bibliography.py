"""The main object of the package: a bibliography."""

from __future__ import annotations

import sqlite3
from abc import ABCMeta
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dltheory_bib.arguments import explains_calls, name_of, several, whole
from dltheory_bib.errors import UnknownNameError
from dltheory_bib.models.relations import BUILDS_ON, JUDGEMENTS, Relation
from dltheory_bib.papers import PaperList, Papers
from dltheory_bib.reading_orders import ReadingOrders
from dltheory_bib.snapshot import views
from dltheory_bib.snapshot.cache import open_snapshot
from dltheory_bib.snapshot.reader import Registry, Snapshot
from dltheory_bib.text.names import natural, nearest

if TYPE_CHECKING:
    import networkx as nx

    from dltheory_bib.arguments import PersonName, QuestionName, TopicName, Work
    from dltheory_bib.bibfile.coverage import Cover
    from dltheory_bib.bibfile.fix.fix_options import VenueStyle
    from dltheory_bib.bibfile.fix.fixer import Fixed
    from dltheory_bib.bibfile.lint.linter import Linted
    from dltheory_bib.comparison import Comparison
    from dltheory_bib.connections import Chain, Lineage, Statistics
    from dltheory_bib.discovery.discoveries import Discovery
    from dltheory_bib.display.graph_view import GraphView
    from dltheory_bib.formats.bibtex import Dialect
    from dltheory_bib.manuscript.cited_works import Cited
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.record import Record
    from dltheory_bib.models.registries import Person, Topic, Trail, Venue
    from dltheory_bib.models.theorem import Assumption, Question, Result
    from dltheory_bib.snapshot.own_notes import OwnNotes
    from dltheory_bib.snapshot.reader import Edge
    from dltheory_bib.theorems.dominance import Vocabulary
    from dltheory_bib.theorems.improvements import Improvements


def load(
    path: str | PathLike[str] | None = None, progress: Callable[[str, int], None] | None = None
) -> Bibliography:
    """Open the shipped catalogue, or a collection in a directory or a papers file.

    A directory with a `collection.yaml` has what it extends below it. Another collection without
    its own `topics.yaml`, `venues.yaml` or `people.yaml` uses the shipped one.
    While the YAML is compiled, `progress` is called with a file's name and the number of records
    read; a collection is compiled once, until a file changes. Raises `DataError` with every problem
    if the data have errors: a collection is never loaded in part.
    """
    own = Path(path) if path is not None else None
    return Bibliography(open_snapshot(own, progress), own.absolute() if own else None)


class _Named(ABCMeta):
    """Explains names that a class does not have: `Bibliography.load()`."""

    if not TYPE_CHECKING:  # a type checker should report missing names

        def __getattr__(cls, name):
            from dltheory_bib.meant_names import missing_name

            raise missing_name(cls.__name__, name)


@explains_calls
class Bibliography(ReadingOrders, metaclass=_Named):
    """Papers, people, topics, venues and results, the graph of their relations, and queries.

    `bib["jin2017escape"]` is a paper, by key, alias, arXiv id, DOI or URL; `bib.papers`,
    `bib.people`, `bib.topics`, `bib.venues`, `bib.questions` and `bib.results` are mappings by key
    or id; `bib.where("…")` returns a list of papers. Every call accepts what `bib[…]` accepts, or
    the object itself. It raises `UnknownNameError`, with the nearest names, for an unknown name,
    and `TypeError` for other types.

    A bibliography never changes. It can be used from several threads and after a fork; pickling
    keeps the path of its collection, which is opened again on unpickling.
    """

    def __init__(self, snapshot: Snapshot | None = None, source: Path | None = None) -> None:
        if not isinstance(snapshot, Snapshot):
            raise TypeError(
                "dltheory_bib.load() opens a bibliography; Bibliography.from_records([...]) makes "
                "one from records"
            )
        self.snapshot = snapshot
        snapshot.owner = self
        self.source = source
        """The directory or file of a user's collection; None for the shipped catalogue."""
        self._made = False

    @classmethod
    def from_records(cls, records: Iterable[Record | Mapping[str, Any]]) -> Bibliography:
        """Make a bibliography in memory from records, or from mappings of their fields.

            Bibliography.from_records([Paper(key="doe2020own", …), {"key": "roe2021own", …}])

        The records are validated and checked together, as files are. They may refer to the shipped
        topics, venues, people, questions and assumptions. Raises `DataError` with every problem, of
        `record 1 (doe2020own)` and so on. A list of papers (`[*bib, Paper(…)]`) is also accepted.
        """
        from dltheory_bib.snapshot.compile import compile_catalogue
        from dltheory_bib.source.record_catalogue import catalogue_of

        catalogue = catalogue_of(records)
        with closing(sqlite3.connect(":memory:")) as database:
            compile_catalogue(catalogue, database)
            return cls._of_database(database.serialize())

    # Records

    @cached_property
    def papers(self) -> Mapping[str, Paper]:
        """Every work by key, sorted by key; an alias is also accepted."""
        return Papers(self.snapshot)

    @cached_property
    def topics(self) -> Mapping[str, Topic]:
        """Every topic by id."""
        return Registry(self.snapshot, "topic")

    @cached_property
    def venues(self) -> Mapping[str, Venue]:
        """Every venue by id."""
        return Registry(self.snapshot, "venue")

    @cached_property
    def trails(self) -> Mapping[str, Trail]:
        """Every hand-made trail through the works, by id."""
        return Registry(self.snapshot, "trail")

    @cached_property
    def people(self) -> Registry[Person]:
        """Every author by id (`jin-chi`)."""
        return Registry(self.snapshot, "person")

    def __getitem__(self, work: Work) -> Paper:
        return self.snapshot.paper(self._number(work))

    def get(self, work: Work, default: Any = None) -> Any:
        """Return the work, or `default` if there is none of this name."""
        return self[work] if work in self else default  # noqa: SIM401 - this is `get`

    def __contains__(self, item: object) -> bool:
        name = getattr(item, "key", item)
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

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Bibliography):
            return NotImplemented
        return self.snapshot.identity == other.snapshot.identity

    def __hash__(self) -> int:
        return hash(self.snapshot.identity)

    def __copy__(self) -> Bibliography:
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> Bibliography:
        return self  # it never changes

    def __reduce__(self) -> tuple[Any, ...]:
        if self._made:
            return _reopen, (self.snapshot.database.serialize(),)
        return load, (self.source,)

    if not TYPE_CHECKING:  # a type checker should report missing names

        def __getattr__(self, name):
            from dltheory_bib.meant_names import missing_name

            if name.startswith("_") or name == "snapshot":
                raise AttributeError(name)
            if self.snapshot.number(name) is not None:
                message = f"'Bibliography' object has no attribute {name!r}"
                raise AttributeError(f"{message}; write bib[{name!r}]")
            raise missing_name("Bibliography", name, dir(type(self)))

    def _ipython_key_completions_(self) -> list[str]:
        return self.snapshot.names()

    def key(self, work: Work) -> str:
        """Return the key of a work."""
        return self.snapshot.key(self._number(work))

    def topic(self, topic: TopicName) -> Topic:
        """Return a topic, by id, label or alias. Raises `UnknownNameError` with the nearest
        names.
        """
        return self.topics[self.topic_id(topic)]

    def topic_id(self, topic: TopicName) -> str:
        """The id of a topic, by id, label or alias."""
        from dltheory_bib.query.fields import find_topic, nearest_topics

        name = name_of(topic, "topic")
        found = find_topic(self.snapshot, name)
        if found is None:
            raise UnknownNameError("topic", name, nearest_topics(self.snapshot, name))
        return found

    def person(self, person: PersonName) -> Person:
        """Return the only person whose name has all these words; a single letter is an initial.

        An id (`jin-chi`) is also accepted. Raises `UnknownNameError` if there is none, or, with the
        ids, if there are several.
        """
        from dltheory_bib.query.fields import find_people

        name = name_of(person, "person")
        found = find_people(self.snapshot, name)
        if len(found) == 1:
            return self.people[found[0]]
        if found:
            raise UnknownNameError("single person", name, found)
        rows = self.snapshot.fetch("SELECT name FROM person")
        known = [natural(row[0]) for row in rows]
        raise UnknownNameError("person", name, nearest(name, known))

    def _number(self, work: Work) -> int:
        name = name_of(work, "work")
        try:
            number = self.snapshot.find(name)
        except UnicodeEncodeError:  # bytes of the command line that are not UTF-8
            number = None
        if number is None:
            raise UnknownNameError("paper", name, nearest(name, self.snapshot.names()))
        return number

    # Lists of papers

    def all(self) -> PaperList:
        """Return every work, oldest first."""
        rows = self.snapshot.fetch("SELECT n FROM paper ORDER BY year, key")
        return PaperList(self, [row[0] for row in rows])

    def _works(self) -> PaperList:
        return self.all()

    @property
    def _snapshot(self) -> Snapshot:
        return self.snapshot

    def _keep(self, found: Iterable[int]) -> PaperList:
        return PaperList(self, found)

    _keep_order = _keep

    @classmethod
    def _of_database(cls, content: bytes) -> Bibliography:
        import hashlib  # 6 of some 75 ms of imports; only a collection made in memory needs it

        database = sqlite3.connect(":memory:", check_same_thread=False)
        database.deserialize(content)
        database.execute("PRAGMA query_only = 1")
        snapshot = Snapshot(database)
        snapshot.identity = hashlib.sha256(content).digest()
        made = cls(snapshot)
        made._made = True
        return made

    def _list(self, keys: Iterable[str], whys: Mapping[str, str] | None = None) -> PaperList:
        numbers = self._numbers(keys)
        reasons = {numbers[key]: why for key, why in (whys or {}).items()}
        return PaperList(self, numbers.values(), reasons)

    def some(self, works: Iterable[Work]) -> PaperList:
        """Return these works, in this order, each once."""
        if isinstance(works, str) or hasattr(works, "key") or not isinstance(works, Iterable):
            name = name_of(works, "work")
            raise TypeError(f"some() takes a list of works; write bib.some([{name!r}])")
        names = [name_of(work, "work") for work in works]
        return PaperList(self, dict.fromkeys(self._numbers(names).values()))

    def _numbers(self, names: Iterable[str]) -> dict[str, int]:
        """Return the number of each of some works; keys are looked up with one statement."""
        wanted = list(names)
        known = self.snapshot.numbers(wanted)
        return {name: known[name] if name in known else self._number(name) for name in wanted}

    def to_bibtex(self, works: Work | Iterable[Work] | None = None, **options: Any) -> str:
        """BibTeX or BibLaTeX of every work, or of one or some; options as of a list."""
        if works is None:
            return super().to_bibtex(**options)
        one = isinstance(works, str) or hasattr(works, "key")
        return self.some([works] if one else works).to_bibtex(**options)  # type: ignore[list-item, arg-type]

    # Results

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question that result cards answer, by id."""
        from dltheory_bib.snapshot.result_rows import questions

        return questions(self.snapshot)

    @cached_property
    def assumptions(self) -> Mapping[str, Assumption]:
        """The vocabulary of assumptions by id."""
        from dltheory_bib.snapshot.result_rows import assumptions

        return assumptions(self.snapshot)

    @cached_property
    def results(self) -> Mapping[str, Result]:
        """Return every result card by id."""
        from dltheory_bib.snapshot.result_rows import results

        return results(self.snapshot)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        from dltheory_bib.snapshot.result_rows import vocabulary

        return vocabulary(self.snapshot)

    def question(self, question: QuestionName) -> Question:
        """Return a question by id, label, alias, or a unique prefix of one.

        Raises `UnknownNameError` with the nearest ids.
        """
        from dltheory_bib.snapshot.result_rows import find_question

        return self.questions[find_question(self.snapshot, name_of(question, "question"))]

    def results_of(self, work: Work) -> list[Result]:
        """Return the result cards of a work, sorted by id."""
        from dltheory_bib.snapshot.result_rows import cards_of

        number = self._number(work)
        return cards_of(self.snapshot, [number]).get(number, [])

    def results_by_key(self, numbers: Iterable[int]) -> dict[str, list[Result]]:
        """Return, by key, the result cards of works given by number; works without cards are
        absent.
        """
        wanted = set(numbers)
        listed = {row[0] for row in self.snapshot.fetch("SELECT DISTINCT n FROM result")}
        if listed.isdisjoint(wanted):
            return {}  # nothing is imported for a list without cards
        from dltheory_bib.snapshot.result_rows import cards_of

        found = cards_of(self.snapshot, wanted & listed)
        return {self.snapshot.key(n): cards for n, cards in found.items()}

    def compare(
        self,
        question: QuestionName,
        query: str = "",
        *,
        ignore_polylog: bool = False,
        best: bool = False,
        setting: str | None = None,
        assume: Iterable[str] = (),
        drop: Iterable[str] = (),
        year: str = "",
        method: str = "",
        by_year: bool = False,
    ) -> Comparison:
        """Compare the cards on a question; a query selects those of matching works.

        `question` is what `question()` accepts, `setting` one of its settings. `assume` grants
        assumptions and what they imply, `any-data` all about data; `drop` takes some away. Cards
        that apply are compared by bound and guarantee. `year` (`..2020`) and `method` restrict
        what is known. Raises `UnknownNameError` and `QueryError`.
        """
        from dltheory_bib.comparison import compare
        from dltheory_bib.snapshot.result_rows import find_question

        options = (query, ignore_polylog, best, setting, assume, drop, year, method, by_year)
        asked = find_question(self.snapshot, name_of(question, "question"))
        return compare(self.snapshot, asked, *options)

    def improvements(self, name: Work | Result) -> list[Improvements]:
        """Trace who improved a bound, and by how much: of a card or its id, or of each card of a
        work.

        Raises `UnknownNameError` for an unknown name.
        """
        from dltheory_bib.comparison import improvements_of

        identity = getattr(name, "id", name)
        if isinstance(identity, str) and identity in self.results:
            cards = [self.results[identity]]
        else:
            cards = self.results_of(name)  # type: ignore[arg-type]
        return improvements_of(self.snapshot, cards, self.questions, self._vocabulary)

    # Display

    def rows(self, papers: PaperList) -> list[views.Row]:
        """Return a list of papers as rows of a table."""
        whys = papers.whys
        found = views.rows(self.snapshot, papers.numbers)
        return [row._replace(why=whys[row.key]) if row.key in whys else row for row in found]

    def view(self, work: Work) -> views.PaperView:
        """Return the view of one work."""
        return views.paper_view(self.snapshot, self._number(work))

    def own_notes(self, work: Work) -> list[OwnNotes]:
        """Return the private notes, tags, status and files of a work, those of each layer apart.

        Exports, sites and the HTML of a notebook leave them out.
        """
        from dltheory_bib.snapshot.own_notes import own_notes

        number = self._number(work)
        return own_notes(self.snapshot, [number]).get(number, [])

    @property
    def layers(self) -> list[str]:
        """The names of the layers over the lowest, the last one the collection itself."""
        rows = self.snapshot.fetch("SELECT name FROM layer WHERE id > 0 ORDER BY id")
        return [row[0] for row in rows]

    def describe(self, work: Work) -> str:
        """Return a work in one line: authors, year, title."""
        (row,) = views.rows(self.snapshot, [self._number(work)])
        return f"{row.label}, {row.readable}"

    def _repr_html_(self) -> str:
        from dltheory_bib.display.html import bibliography_html

        return bibliography_html(repr(self)[1:-1], views.topics(self.snapshot))

    def topic_counts(self) -> dict[str, int]:
        """Return the number of works on each topic and its narrower topics."""
        rows = self.snapshot.fetch("SELECT topic, count(*) FROM member GROUP BY topic")
        return dict(rows)

    # One step

    def relations_of(self, work: Work) -> PaperList:
        """Return the works with a relation to or from a work, except citations.

        The list's `whys` name the relation, with its sentence.
        """
        out, back = self.edges(work)
        whys: dict[str, list[str]] = {}
        for edges, phrase, other in ((out, "phrase", "target"), (back, "inverse", "source")):
            for edge in edges:
                if edge.relation in JUDGEMENTS:
                    what = getattr(edge.relation, phrase).capitalize()
                    reason = f"{what}: {sentence}" if (sentence := edge.says) else f"{what}."
                    whys.setdefault(getattr(edge, other), []).append(reason)
        read = self.snapshot.readable
        return self._list(
            whys, {key: read(" ".join(reasons)) for key, reasons in whys.items()}
        ).sort()

    def authors_of(self, work: Work) -> list[Person]:
        """Return the authors of a work, in order."""
        rows = self.snapshot.fetch(
            "SELECT person FROM authorship WHERE n = ? ORDER BY position", (self._number(work),)
        )
        return self.people.several(row[0] for row in rows)

    def citation(self, work: Work) -> str:
        """Return a work as one line of text: authors, year, title, venue and URL."""
        from dltheory_bib.formats.plain_text import citation

        return citation(self[work], self.venues, self.snapshot.readable)

    def edges(self, work: Work) -> tuple[list[Edge], list[Edge]]:
        """Return the edges between a work and others: those from it, and those to it."""
        number = self._number(work)
        return self.snapshot.edges_from(number), self.snapshot.edges_to(number)

    def neighbours(self, work: Work, relation: Relation | str, inverse: bool = False) -> PaperList:
        """Return the works to which a work has a relation; with `inverse`, those with the relation
        to it.
        """
        here, there = ("target", "source") if inverse else ("source", "target")
        rows = self.snapshot.fetch(
            f"SELECT p.n FROM edge e JOIN paper p ON p.n = e.{there} "
            f"WHERE e.{here} = ? AND e.relation = ? ORDER BY p.year, p.key",
            (self._number(work), _relation(relation).value),
        )
        return PaperList(self, [row[0] for row in rows])

    def cites(self, work: Work) -> PaperList:
        """Return the works that a work cites."""
        return self.neighbours(work, Relation.CITES)

    def cited_by(self, work: Work) -> PaperList:
        """Return the works that cite a work, of those whose reference list was read."""
        return self.neighbours(work, Relation.CITES, inverse=True)

    def extends(self, work: Work) -> PaperList:
        """Return the works that a work extends."""
        return self.neighbours(work, Relation.EXTENDS)

    def extended_by(self, work: Work) -> PaperList:
        """Return the works that extend a work."""
        return self.neighbours(work, Relation.EXTENDS, inverse=True)

    def narrower(self, topic: TopicName) -> list[Topic]:
        """Return the topics directly below a topic."""
        above = self.topic(topic).id
        return [one for one in self.topics.values() if one.broader == above]

    def broader(self, topic: TopicName) -> list[Topic]:
        """Return the topics above a topic, the nearest first."""
        found = [self.topic(topic)]
        while (above := found[-1].broader) is not None:
            found.append(self.topics[above])
        return found[1:]

    def related(self, topic: TopicName) -> list[Topic]:
        """Return the topics that a topic names as related, or that name it."""
        here = self.topic(topic)
        return [
            one for one in self.topics.values() if one.id in here.related or here.id in one.related
        ]

    def co_authors(self, person: PersonName) -> list[tuple[Person, int]]:
        """Return a person's coauthors, and the number of joint works here, most first."""
        identity = self.person(person).id
        rows = self.snapshot.fetch(
            "SELECT b.person, count(*) FROM authorship a JOIN authorship b ON a.n = b.n "
            "WHERE a.person = ? AND b.person != a.person "
            "GROUP BY b.person ORDER BY count(*) DESC, b.person",
            (identity,),
        )
        others = dict(rows.fetchall())
        return list(zip(self.people.several(others), others.values(), strict=True))

    # Walks on the graph

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The frozen graph of papers, people, topics and venues; see `citation_graph`."""
        from dltheory_bib.graph.citation_graph import build_graph

        return build_graph(self.snapshot)

    @cached_property
    def citations(self) -> nx.DiGraph[str]:
        """The frozen graph of works and their citations, from the citing to the cited work.

        `nx.ancestors` and other functions of networkx accept it. `nx.pagerank` also needs scipy,
        which the extra `plots` installs; `pagerank()` does not.
        """
        from dltheory_bib.graph.citation_graph import citations_of

        return citations_of(self.graph)

    @cached_property
    def _engagement(self) -> nx.DiGraph[str]:
        from dltheory_bib.graph.walks import engagement

        return engagement(self.graph)

    def lineage(self, work: Work, relations: Iterable[Relation | str] = BUILDS_ON) -> Lineage:
        """Return what a work builds on, back to the roots, and what builds on it, forward to the
        tips.

        Follows the given kinds of relation: by default those by which a work builds on another
        (extends, generalises, improves, simplifies, corrects, uses the method of).
        """
        from dltheory_bib.connections import Lineage
        from dltheory_bib.graph.walks import lineage

        wanted = several(relations, "relations are names such as 'extends'")
        kinds = [_relation(kind) for kind in wanted]
        key = self.key(work)
        ways = (lineage(self.graph, key, kinds, back=back) for back in (True, False))
        return Lineage(self, *ways)

    def path(self, start: Work, end: Work) -> Chain | None:
        """Return a shortest chain of citations between two works, in steps from `start` to `end`.

        Returns None if there is none. `graph.walks.shortest_path` describes which chain is
        preferred.
        """
        from dltheory_bib.connections import Chain
        from dltheory_bib.graph.walks import shortest_path

        key = self.key(start)
        steps = shortest_path(self.graph, self._engagement, key, self.key(end))
        return None if steps is None else Chain(self, key, steps)

    def similar(self, work: Work, count: int = 10) -> PaperList:
        """Return the works most similar by shared references and shared citing works, most similar
        first.

        The list's `whys` describe the numbers; `graph.measures.similar` returns them.
        """
        from dltheory_bib.graph.measures import similar

        found = similar(self.graph, self.key(work))[: whole(count)]
        return self._list((one.key for one in found), {one.key: one.sentence for one in found})

    def graph_view(self, query: str = "", height: int = 640, title: str = "") -> GraphView:
        """Return the works that match a query, or all, as an interactive graph."""
        return super().graph_view(query, height, title or query or "All works")

    def stats(self) -> Statistics:
        """Show the contents of a collection, and the evidence for them."""
        from dltheory_bib.connections import Statistics
        from dltheory_bib.snapshot.statistics import coverage

        return Statistics(*coverage(self.snapshot))

    def pagerank(self) -> dict[str, float]:
        """Return PageRank by key, highest first; the values sum to 1.

        It is that of the citations in the reference lists that were read: `stats().lists_read`.
        """
        from dltheory_bib.graph.measures import pagerank

        ranks = pagerank(self.citations)
        return dict(sorted(ranks.items(), key=lambda item: (-item[1], item[0])))

    # The user's files

    def fix(
        self,
        path: str | PathLike[str],
        *,
        write: bool = False,
        keep_preprint: bool = False,
        venues: VenueStyle = "as-is",
        merge: bool = False,
        only: Collection[str] = (),
        no: Collection[str] = (),
    ) -> Fixed:
        """Return corrections of a .bib file from the catalogue, as a patch; `write` changes the
        file.

        The options are those of `bibfile.fix.fixer.fix`; a backup of the old file is kept.
        """
        from dltheory_bib.bibfile.bib_parser import read_bib
        from dltheory_bib.bibfile.fix.fixer import fix, write_fixed

        file = Path(path)
        made = fix(
            self,
            read_bib(file),
            keep_preprint=keep_preprint,
            venues=venues,
            merge=merge,
            only=only,
            no=no,
        )
        if write and made.edits:
            write_fixed(file, made)
        return made

    def check(
        self,
        path: str | PathLike[str],
        *,
        tex: str | PathLike[str] | None = None,
        dialect: Dialect | None = None,
        ignore: Iterable[str] = (),
        shelf: str | PathLike[str] | bool = True,
    ) -> Linted:
        """Return every problem in a .bib file, or in a data file or a directory of data files.

        `tex` is a manuscript whose citations the .bib must contain; `ignore` names rules to skip.
        `shelf` is the folder of another shelf than that in use, or False for none.
        """
        from dltheory_bib.bibfile.lint.linter import check

        manuscript = Path(tex) if tex is not None else None
        skipped = tuple(several(ignore, "ignore takes names of rules"))
        return check(self, Path(path), manuscript, dialect=dialect, ignore=skipped, shelf=shelf)

    def cite(
        self,
        manuscript: str | PathLike[str],
        *,
        own: str | PathLike[str] | Iterable[str | PathLike[str]] | None = None,
        **options: Any,
    ) -> Cited:
        """Return the .bib of a manuscript: an entry for every key that a .tex, .aux or .bcf file
        cites.

        Works that are not in the catalogue are taken from `own`, one or more .bib files, by default
        those that the manuscript names. The options are those of `manuscript.cited_works.cite`:
        `dialect`, `prefer`, `encoding`, `venue_names`.
        """
        from dltheory_bib.bibfile.bib_parser import read_bib
        from dltheory_bib.manuscript.cited_works import cite, named_files
        from dltheory_bib.manuscript.manuscript import read_manuscript

        found = read_manuscript(Path(manuscript))
        if own is None:
            files, notes = named_files(found)
            made = cite(self, found, files, **options)
            return replace(made, notes=(*notes, *made.notes))
        paths = [own] if isinstance(own, (str, PathLike)) else own
        return cite(self, found, [read_bib(Path(path)) for path in paths], **options)

    def cover(
        self, path: str | PathLike[str], topics: Iterable[TopicName] = (), count: int | None = 10
    ) -> Cover:
        """Return which works of a list are in the catalogue, and which of its topics' works the
        list lacks.

        `path` is a .bib, a Markdown page or a text file; `count` limits the number of missing
        works.
        """
        from dltheory_bib.bibfile.coverage import cover, read_list

        names = several(topics, "topics are names", lambda given: hasattr(given, "id"))
        wanted = [name_of(topic, "topic") for topic in names]
        return cover(self, read_list(self, Path(path)), wanted, count)

    def discover(
        self,
        query: str = "",
        *,
        refs: str | PathLike[str] | None = None,
        shelf: str | PathLike[str] | None = None,
        count: int = 20,
        engine: object = "duckdb",
        memory: str | None = None,
    ) -> Discovery:
        """Return works that the collection lacks, ranked by citations that tie them to its works.

        A query restricts whose ties count; `refs` is a .bib that takes the place of the collection.
        `shelf` is the folder of another shelf than that in use. `engine` is `duckdb`, the master
        of a Spark cluster, or a `SparkSession`; `memory` (`400MB`) limits DuckDB.
        """
        from dltheory_bib.discovery.discoveries import discover

        file, folder = (None if one is None else Path(one) for one in (refs, shelf))
        options = {"engine": engine, "count": count, "memory": memory}
        return discover(self, query, refs=file, shelf=folder, **options)  # type: ignore[arg-type]


def _reopen(database: bytes) -> Bibliography:
    """Unpickle a bibliography that was made from records."""
    return Bibliography._of_database(database)


def _relation(name: Relation | str) -> Relation:
    known = [relation.value for relation in Relation]
    if name not in known:
        raise UnknownNameError("relation", str(name), nearest(str(name), known, 1) or known)
    return Relation(name)
