"""The pages of topics: where a reader comes to know a part of the field.

Each can be read without a script; with one, its works are sorted and filtered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from markupsafe import Markup

from dltheory_bib.models.choices import LEVELS
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Topic
from dltheory_bib.models.theorem import Question
from dltheory_bib.site import addresses
from dltheory_bib.site.renderer import Renderer
from dltheory_bib.site.site_data import Contents, Entry, Order
from dltheory_bib.site.topic_charts import growth, path_picture
from dltheory_bib.text.names import author_line, fold
from dltheory_bib.text.sentences import clipped, first_statement
from dltheory_bib.theorems.standings import ALONE, OPEN
from dltheory_bib.theorems.theorem_table import GAPS, SIGNS, Frontier

MOST_ROWS = 180
"""A topic with more works lists only its own; its narrower topics list theirs."""
EVIDENCE = {"full-text": "full text", "abstract": "abstract", "unchecked": "unchecked"}
"""With what the annotation of a work was compared."""
_MOST_PEOPLE = 12
_MOST_NAMED = 3
"""Works that the timeline names of one year; fewer if there are many years."""
_MOST_NAMES = 60
_WHOLE, _MOST_TOLD, _CLIPPED = 12, 32, 80
"""Works of which the whole first statement is shown, those of which some is, and how many letters:
beyond, a line has room for the title alone.
"""
_MOST_NEW = 6
_MOST_BOUNDS = 3
"""Bounds that are shown of one setting and quantity."""
_NOT_BEST = {ALONE: "not comparable", OPEN: "not read in full"}
"""Why a bound is shown that is not called the best."""


class Line(NamedTuple):
    """A work of a topic on a line of its own."""

    entry: Entry
    says: Markup
    """The first statement of its summary."""
    level: str
    checked: str


class Year(NamedTuple):
    """A year of a topic: how many works of each level, and those to read first."""

    year: int
    gap: bool
    """Whether nothing appeared in the year before."""
    levels: tuple[int, int, int]
    named: list[tuple[str, str]]
    """Key and authors."""
    more: int


class Bound(NamedTuple):
    """A bound that is best in a setting, or the strongest of those that cannot be compared."""

    sign: str
    html: Markup
    card: str
    key: str
    byline: str
    why_not: str
    """Why it cannot be called the best, if so."""


class Quantity(NamedTuple):
    """What is best of one quantity in a setting."""

    title: str
    """The quantity, if the setting has several."""
    bounds: list[Bound]
    more: int
    gap: str
    lower: list[tuple[str, str]]
    """The lower bounds that the gap is about: card and byline."""


class Known(NamedTuple):
    """What is best in a setting of a question."""

    setting: str
    quantities: list[Quantity]


class Asked(NamedTuple):
    """A question of a topic."""

    question: Question
    cards: int
    works: int
    known: list[Known]


class New(NamedTuple):
    """The works that were added on one day, those to read first first."""

    day: date
    keys: list[str]
    more: int


def topic_index(contents: Contents, render: Renderer) -> Iterator[tuple[str, bytes]]:
    """Yield the index of topics."""
    path = "topics.html"
    yield path, render("topics.html", path, tree=topic_tree(contents))


def topic_pages(
    contents: Contents, render: Renderer, names: Iterable[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield a page for each of some topics."""
    from dltheory_bib.graph.main_path import main_path_among

    orders = {order.identity: order for order in contents.orders if order.path_kind == "topic"}
    for identity in names:
        topic = contents.topics[identity]
        path = addresses.topic(identity)
        keys = contents.by_topic.get(identity, [])
        direct = [key for key in keys if identity in contents.papers[key].topics]
        listed = keys if len(keys) <= MOST_ROWS else direct
        below = [one for one in contents.topics.values() if one.broader == identity]
        order = orders.get(identity)
        lines = work_lines(contents, listed)
        years = [contents.papers[key].year for key in keys]
        yield (
            path,
            render(
                "topic.html",
                path,
                topic=topic,
                above=_above(contents, topic),
                below=below,
                related=contents.bib.related(identity),
                order=order,
                by_hand=_by_hand(contents, topic, order),
                lines=lines,
                levels=_counted((line.level for line in lines), LEVELS),
                checked=_counted((line.checked for line in lines), EVIDENCE),
                span=sorted({line.entry.year for line in lines}),
                words=LEVELS | EVIDENCE,
                all_works=len(keys),
                first=min(years, default=0),
                last=max(years, default=0),
                read=sum(key in contents.with_list for key in keys),
                drawn=path_picture(contents, main_path_among(contents.cites, keys)),
                growth=growth(contents, keys),
                years=timeline(contents, keys),
                asked=[
                    asked(contents, name)
                    for name, (question, cards, _) in contents.questions.items()
                    if identity in question.topics and cards
                ],
                elsewhere=_elsewhere(contents, identity),
                people=contents.active(keys, _MOST_PEOPLE),
                new=added_last(contents, keys),
                gaps=GAPS | {"none": "none recorded"},
            ),
        )


def topic_tree(contents: Contents) -> list[dict[str, Any]]:
    """Return the topics as a tree, sorted by label; each with its number of works and narrower
    topics.
    """

    def grow(above: str | None) -> list[dict[str, Any]]:
        return [
            {"topic": one, "works": contents.counts.get(one.id, 0), "narrower": grow(one.id)}
            for one in sorted(contents.topics.values(), key=lambda topic: fold(topic.label))
            if one.broader == above
        ]

    return grow(None)


def _above(contents: Contents, topic: Topic) -> list[Topic]:
    """Return the broader topics, the broadest first."""
    found: list[Topic] = []
    while topic.broader:
        topic = contents.topics[topic.broader]
        found.insert(0, topic)
    return found


def _by_hand(contents: Contents, topic: Topic, order: Order | None) -> int:
    """Return how many steps from the first were chosen by hand."""
    chosen = {contents.bib.key(step.work) for step in topic.start if step.work in contents.bib}
    steps = order.steps if order else ()
    return max((n for n, (key, _) in enumerate(steps, 1) if key in chosen), default=0)


def work_lines(contents: Contents, keys: Iterable[str]) -> list[Line]:
    """Return works on lines of their own, those first that are read first: by level, and the most
    cited of a level before the others.
    """
    papers = (contents.papers[key] for key in sorted(keys, key=_place_in(contents)))
    return [
        Line(
            contents.entry(paper.key),
            contents.typeset(_told(paper, place)),
            paper.level or "further",
            paper.checked,
        )
        for place, paper in enumerate(papers)
    ]


def _told(paper: Paper, place: int) -> str:
    """Return what a work shows, in the place that it has in a list: whole, clipped, or nothing."""
    if place >= _MOST_TOLD:
        return ""
    said = first_statement(paper.summary or "")
    return said if place < _WHOLE else clipped(said, _CLIPPED)


def _place_in(contents: Contents) -> Callable[[str], tuple[int, int, int, str]]:
    """Return the place of a work among those that are read first."""
    ranks = list(LEVELS)

    def place(key: str) -> tuple[int, int, int, str]:
        paper = contents.papers[key]
        level = ranks.index(paper.level or "further")
        return level, -contents.cited.get(key, 0), -paper.year, key

    return place


def _counted(found: Iterable[str], names: Iterable[str]) -> list[tuple[str, int]]:
    """Return how often each of the names occurs, without those that do not."""
    numbers = Counter(found)
    return [(name, numbers[name]) for name in names if numbers[name]]


def timeline(contents: Contents, keys: Iterable[str]) -> list[Year]:
    """Return the years of some works, the first first; empty if there are fewer than three."""
    by_year: dict[int, list[str]] = {}
    for key in keys:
        by_year.setdefault(contents.papers[key].year, []).append(key)
    if len(by_year) < 3:
        return []
    most = max(1, min(_MOST_NAMED, _MOST_NAMES // len(by_year)))
    made: list[Year] = []
    for year, here in sorted(by_year.items()):
        here.sort(key=_place_in(contents))
        numbers = Counter(contents.papers[key].level or "further" for key in here)
        named = here[:most]
        made.append(
            Year(
                year,
                bool(made) and year - 1 not in by_year,
                (numbers["start"], numbers["core"], numbers["further"] + numbers["background"]),
                [(key, author_line(contents.papers[key].author, at_most=2)) for key in named],
                len(here) - len(named),
            )
        )
    return made


def asked(contents: Contents, name: str) -> Asked:
    """Return a question with what is best in its settings, as its own page has it."""
    question, cards, works = contents.questions[name]
    table = contents.compared(name).table
    bylines = {row.card.id: row.paper.label for group in table.groups for row in group.rows}
    known = [_known(contents, one, bylines) for one in table.frontiers]
    return Asked(question, cards, works, known)


def _known(contents: Contents, found: Frontier, bylines: dict[str, str]) -> Known:
    quantities = []
    for group in found.groups:
        bounds = [
            Bound(
                SIGNS[row.card.kind],
                contents.typeset(f"${row.tex}$" if row.tex else row.text),
                row.card.id,
                row.paper.key,
                row.paper.label,
                _NOT_BEST.get(row.standing, ""),
            )
            for row in group.rows[:_MOST_BOUNDS]
        ]
        title = group.title.partition(" on ")[2] if len(found.groups) > 1 else ""
        lower = [(card, bylines[card]) for card in group.lower[:_MOST_BOUNDS]]
        more = len(group.rows) - len(bounds)
        quantities.append(Quantity(title, bounds, more, group.gap, lower))
    return Known(found.setting.label, quantities)


def _elsewhere(contents: Contents, identity: str) -> list[Question]:
    """Return the questions of narrower topics that are not asked on the topic itself."""
    inside = {one.id for one in contents.topics.values() if identity in _broader(contents, one)}
    return [
        question
        for question, cards, _ in contents.questions.values()
        if cards and identity not in question.topics and inside & set(question.topics)
    ]


def _broader(contents: Contents, topic: Topic) -> set[str]:
    return {one.id for one in _above(contents, topic)}


def added_last(contents: Contents, keys: Sequence[str]) -> list[New]:
    """Return the works that were added last, by day, the last day first."""
    by_day: dict[date, list[str]] = {}
    for key in keys:
        day = contents.papers[key].added
        if day:
            by_day.setdefault(day, []).append(key)
    made: list[New] = []
    room = _MOST_NEW
    for day in sorted(by_day, reverse=True):
        if room <= 0:
            break
        here = sorted(by_day[day], key=_place_in(contents))
        made.append(New(day, here[:room], len(here[room:])))
        room -= len(here)
    return made
