"""Views of a work, a topic, a trail or a question: text only, read from the snapshot.

The compiler writes a view of each work next to its record (`compile_views`), so that showing
imports neither the models nor their validation. Mathematics in a text is between dollar signs, as a
notebook and the site typeset it; `formulas` of a view has each formula in Unicode.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.snapshot.reader import web_address
from dltheory_bib.text.maths import unicode_maths
from dltheory_bib.text.names import is_text

if TYPE_CHECKING:
    from dltheory_bib.snapshot.reader import Snapshot

Reader = Callable[[str], str]
"""Converts the mathematics of a text to Unicode."""


class Row(NamedTuple):
    """A work as a row of a list."""

    key: str
    year: int
    venue: str
    """Short name of the venue; empty without one."""
    authors: str
    """The family names of all authors."""
    byline: str
    """The same, at most three."""
    label: str
    """At most two, and the year: "Jin et al. 2017"."""
    title: str
    """Without protecting braces."""
    readable: str
    """The title, with its mathematics in Unicode."""
    address: str | None
    why: str | None = None
    """The reason for it, in a reading order."""
    layer: str = ""
    """The layer that adds it; empty for a work of the lowest."""


class Tie(NamedTuple):
    """A relation of a work to another, in either direction."""

    phrase: str
    """As in "improves" or "extended by"."""
    key: str
    sentence: str | None
    where: str | None


class RemarkView(NamedTuple):
    """A remark by somebody else on the work."""

    text: str
    comment: str
    """The correct statement; or empty."""
    by: str
    verdict: str
    """Its verdict, in words."""


class ResultView(NamedTuple):
    """A result card, as shown with its work."""

    id: str
    head: str
    """The question, and the quantity or statement."""
    tex: str
    """The bound as the theorem prints it, else up to constants, in TeX; or empty."""
    text: str
    """The same in Unicode."""
    statement: str
    facts: tuple[tuple[str, str], ...]
    """Names and values: guarantee, assumptions, columns, source."""


class ListsRead(NamedTuple):
    """The reference lists on which a number of citations rests: a citation is known only from a
    list that was read.
    """

    read: int
    works: int

    def __str__(self) -> str:
        return f"{self.read:,} of {self.works:,} reference lists read"


class PaperView(NamedTuple):
    """The view of one work."""

    key: str
    title: str
    authors: str
    """All names in reading order."""
    venue: str
    """Short name of the venue; empty without one."""
    imprint: str
    """Venue or type, year, volume and pages."""
    address: str | None
    """The best URL to open."""
    links: tuple[tuple[str, str], ...]
    """Labels and URLs."""
    aliases: tuple[str, ...]
    topics: tuple[str, ...]
    """The labels of its topics."""
    level: str
    annotation: tuple[tuple[str, str], ...]
    """Summary, idea and limits: heads and texts."""
    checked: str
    """The text against which the annotation was checked; empty without one."""
    remarks: tuple[RemarkView, ...]
    ties: tuple[Tie, ...]
    results: tuple[ResultView, ...]
    sources: tuple[str, ...]
    """The public sources of its facts, each once."""
    unverified: tuple[str, ...]
    disagreements: tuple[str, ...]
    formulas: dict[str, str]
    """The formulas of all these texts in Unicode, by their TeX."""
    references_read: bool = False
    """Whether its reference list was read, so that a missing citation is meaningful."""
    cites: tuple[str, ...] = ()
    cited_by: tuple[str, ...] = ()
    lists_read: ListsRead = ListsRead(0, 0)
    """The lists in which citing works were looked for."""
    layer: str = ""
    """The layer that adds it; empty for a work of the lowest."""

    def readable(self, text: str) -> str:
        """Return a text of this view with its mathematics in Unicode."""
        return unicode_maths(text, self.formulas.get) if "$" in text else text

    def _repr_html_(self) -> str:
        # A notebook calls methods of the object itself; only here does a view call the layer above.
        from dltheory_bib.display.html import paper_html

        return paper_html(self)


class TopicView(NamedTuple):
    """A topic in the tree of topics."""

    id: str
    label: str
    broader: str | None
    works: int
    """Number of works on it and on narrower topics."""
    own: int = 0
    """How many of them are not of the lowest layer."""


class TrailView(NamedTuple):
    """A trail in the list of trails."""

    id: str
    label: str
    description: str
    steps: int


class QuestionView(NamedTuple):
    """A question in the list of questions."""

    id: str
    label: str
    definition: str
    cards: int
    works: int


def rows(snapshot: Snapshot, numbers: Iterable[int]) -> Iterator[Row]:
    """Return the rows of some works, in this order."""
    found = snapshot.fetch(
        "SELECT p.key, p.year, r.venue, r.authors, r.byline, r.label, r.title, r.readable, "
        "r.address, NULL, coalesce(y.name, '') FROM json_each(?) l JOIN paper p ON p.n = l.value "
        "JOIN list_row r ON r.n = p.n LEFT JOIN layer y ON y.id = p.layer AND y.id > 0 "
        "ORDER BY l.key",
        (json.dumps(list(numbers)),),
    )
    return map(_row, found)


def _row(found: tuple[Any, ...]) -> Row:
    web_address(found[8])
    return Row(*found)


def lists_read(snapshot: Snapshot) -> ListsRead:
    """Return how many works have a reference list that was read, and how many works there are."""
    counted = "SELECT (SELECT count(DISTINCT n) FROM reference_list), (SELECT count(*) FROM paper)"
    return ListsRead(*snapshot.fetch(counted).fetchone())


def paper_view(snapshot: Snapshot, n: int) -> PaperView:
    """Return the view of a work."""
    fetch = snapshot.fetch
    (data,) = fetch("SELECT data FROM paper_view WHERE n = ?", (n,)).fetchone()
    cites, cited_by = (
        tuple(
            row[0]
            for row in fetch(
                f"SELECT p.key FROM edge e JOIN paper p ON p.n = e.{there} "
                f"WHERE e.{here} = ? AND e.relation = 'cites' ORDER BY p.key",
                (n,),
            )
        )
        for here, there in (("source", "target"), ("target", "source"))
    )
    read = fetch("SELECT 1 FROM reference_list WHERE n = ? LIMIT 1", (n,)).fetchone() is not None
    return restore_view(json.loads(data))._replace(
        references_read=read,
        cites=cites,
        cited_by=cited_by,
        lists_read=lists_read(snapshot),
        layer=layers_of(snapshot, [n]).get(n, ""),
    )


def layers_of(snapshot: Snapshot, numbers: Iterable[int]) -> dict[int, str]:
    """Return the names of the layers that add works, by number, without those of the lowest."""
    found = snapshot.fetch(
        "SELECT p.n, y.name FROM json_each(?) l JOIN paper p ON p.n = l.value "
        "JOIN layer y ON y.id = p.layer WHERE p.layer > 0",
        (json.dumps(list(numbers)),),
    )
    return dict(found.fetchall())


def restore_view(data: list[Any]) -> PaperView:
    """Return a view from its JSON, an array of the fields up to `formulas`."""
    stored = [tuple(value) if isinstance(value, list) else value for value in data]
    view = PaperView._make([*stored, False, (), (), ListsRead(0, 0), ""])
    return view._replace(
        address=web_address(view.address),
        links=tuple((label, web_address(address) or "") for label, address in view.links),
        annotation=tuple((head, text) for head, text in view.annotation),
        remarks=tuple(map(RemarkView._make, view.remarks)),
        ties=tuple(map(Tie._make, view.ties)),
        results=tuple(map(ResultView._make, view.results)),
    )


def records(snapshot: Snapshot, numbers: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Return the stored JSON of some works, in this order: the records of the data files.

    Those that a layer adds have its name as `layer` besides.
    """
    numbers = list(numbers)
    layers = layers_of(snapshot, numbers)
    found = snapshot.fetch(
        "SELECT r.data, r.n FROM json_each(?) l JOIN record r ON r.n = l.value ORDER BY l.key",
        (json.dumps(numbers),),
    )
    for data, n in found:
        record = json.loads(data)
        yield record | {"layer": layers[n]} if n in layers else record


def entries(snapshot: Snapshot, numbers: Iterable[int], dialect: str) -> Iterator[str]:
    """Return the entries of some works in the default style of `bibtex` or `biblatex`, in this
    order.
    """
    column = {"bibtex": "bibtex", "biblatex": "biblatex"}[dialect]
    found = snapshot.fetch(
        f"SELECT r.{column} FROM json_each(?) l JOIN rendered r ON r.n = l.value ORDER BY l.key",
        (json.dumps(list(numbers)),),
    )
    return (row[0] for row in found)


def results_of(snapshot: Snapshot, numbers: Iterable[int]) -> dict[str, list[dict[str, Any]]]:
    """Return the stored JSON of the result cards of some works, by key."""
    made: dict[str, list[dict[str, Any]]] = {}
    for key, data in snapshot.fetch(
        "SELECT p.key, r.data FROM result r JOIN paper p ON p.n = r.n "
        "WHERE r.n IN (SELECT value FROM json_each(?)) ORDER BY r.id",
        (json.dumps(list(numbers)),),
    ):
        made.setdefault(key, []).append(json.loads(data))
    return made


def topics(snapshot: Snapshot) -> dict[str, TopicView]:
    """Return every topic by id, in order of ids."""
    found = snapshot.fetch(
        "SELECT t.id, t.label, t.broader, count(m.n), count(nullif(p.layer, 0)) FROM topic t "
        "LEFT JOIN member m ON m.topic = t.id LEFT JOIN paper p ON p.n = m.n "
        "GROUP BY t.id ORDER BY t.id"
    )
    return {row[0]: TopicView(*row) for row in found}


def trails(snapshot: Snapshot) -> list[TrailView]:
    """Return every trail, in order of ids."""
    found = snapshot.fetch(
        "SELECT id, label, json_extract(data, '$.description'), "
        "json_array_length(data, '$.steps') FROM trail ORDER BY id"
    )
    return [TrailView(*row) for row in found]


def questions(snapshot: Snapshot) -> list[QuestionView]:
    """Return every question, in order of ids."""
    found = snapshot.fetch(
        "SELECT q.id, q.label, json_extract(q.data, '$.definition'), count(r.id), "
        "count(DISTINCT r.n) FROM question q LEFT JOIN result r ON r.question = q.id "
        "GROUP BY q.id ORDER BY q.id"
    )
    return [QuestionView(*row) for row in found]


def stored(snapshot: Snapshot, table: str) -> dict[str, dict[str, Any]]:
    """Return the stored JSON of every topic, trail, question or assumption, in order of ids."""
    assert table in {"topic", "trail", "question", "assumption"}
    found = snapshot.fetch(f"SELECT id, data FROM {table} ORDER BY id")
    return {row[0]: json.loads(row[1]) for row in found}


def steps_of(snapshot: Snapshot, table: str, name: str) -> list[tuple[str, str]]:
    """Return the works of a trail, or of the start of a topic, each with the reason for it."""
    field = {"trail": "steps", "topic": "start"}[table]
    if not is_text(name):
        return []
    row = snapshot.fetch(
        f"SELECT json_extract(data, '$.{field}') FROM {table} WHERE id = ?", (name,)
    ).fetchone()
    return [(step["work"], step["says"]) for step in json.loads(row[0])] if row and row[0] else []
