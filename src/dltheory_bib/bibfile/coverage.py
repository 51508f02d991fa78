"""Compare a list of works with the catalogue, in both directions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.bibfile.bib_parser import read_bib
from dltheory_bib.bibfile.coupling import Coupling
from dltheory_bib.bibfile.find_works import Listed, Status, is_markdown, list_bib, list_text
from dltheory_bib.bibfile.lint.linter import is_bib
from dltheory_bib.display.printable import Printable, printable
from dltheory_bib.input_files import read_text
from dltheory_bib.models.relations import BUILDS_ON, Relation
from dltheory_bib.papers import PaperList
from dltheory_bib.text.names import author_line

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.snapshot.reader import Edge

_MOST_TOPICS = 3
_SHARE = 0.2
"""A topic belongs to the list if it has at least this share of its works, and at least two."""
_BUILT_ON = 2
_SHORT = 60
_LEVELS = {"start": 1.0, "core": 0.5}
_FIRST_STEP = 1.6
_FEW = 10
"""A list with fewer known works lacks first steps and core works before anything else."""
_FEWEST_LINKS = 2
"""Off the topics of a list, a work has to be linked with so many of its works."""
_MOST_NAMED = 2


class Evidence(NamedTuple):
    """A reason why a work matters to a list."""

    weight: float
    text: str
    general: bool = False
    """Whether it would hold for any list."""


class OnTopic(NamedTuple):
    """A topic of a list, and the number of its works on it."""

    topic: str
    works: int


@dataclass(frozen=True, slots=True, repr=False)
class Cover(Printable):
    """A list compared with the catalogue."""

    listed: list[Listed]
    """The works of the list, in its order."""
    topics: list[OnTopic]
    """The topics that were searched for works missing from the list."""
    uncited: PaperList
    """Works on these topics, or linked with works of the list, that the list lacks, the most
    important to this list first; `whys` gives the reasons.
    """

    def having(self, status: Status) -> list[Listed]:
        """Return the items of the list with one status."""
        return [one for one in self.listed if one.status == status]

    def __str__(self) -> str:
        listed = [
            f"{one.status}: line {one.line}: {one.title}  {one.detail}" for one in self.listed
        ]
        on = " and ".join(one.topic for one in self.topics)
        lacking = ["", f"The list lacks on {on}:", str(self.uncited)] if self.topics else []
        return printable("\n".join([line.rstrip() for line in listed] + lacking))

    def __repr__(self) -> str:
        return f"<Cover: {len(self.listed)} listed, {len(self.uncited)} lacking>"


def read_list(bib: Bibliography, path: Path, notes: list[str] | None = None) -> list[Listed]:
    """Return the works in a .bib, a Markdown page or a text file. Raises `DataError`.

    A note about the encoding of the file is added to `notes`.
    """
    if is_bib(path):
        refs = read_bib(path)
        listed, note = list_bib(bib, refs), refs.note
    else:
        file = read_text(path)
        listed, note = list_text(bib, file.text, is_markdown(path)), file.note
    if notes is not None and note:
        notes.append(note)
    return listed


def cover(
    bib: Bibliography,
    listed: list[Listed],
    topics: Iterable[str] = (),
    count: int | None = None,
) -> Cover:
    """Return the works missing from a list on the given topics, by default on those of most of its
    works.

    A work matters to a list if it refutes, corrects or improves a listed work, if listed works
    build on it, and the more, the closer it is coupled with them by citations, as far as reference
    lists were read: a work that is linked with works of every list says little about this one. To
    a list with few known works, first steps and core works on its topics matter most. If no topics
    are given, works on other topics that are coupled with the list are included. At most `count`
    works are returned, by default all.
    """
    keys = list(dict.fromkeys(one.work for one in listed if one.work))
    topics = list(topics)
    wanted = [bib.topic(name).id for name in topics]
    shares = Counter(topic for key in keys for topic in bib[key].topics)
    if not wanted:
        usual = shares.most_common(_MOST_TOPICS)
        enough = max(2, _SHARE * len(keys))
        wanted = [topic for topic, works in usual if works >= enough]
        wanted = wanted or [topic for topic, _ in usual[:1]]
    found = _Lacking(bib, keys, wanted, elsewhere=not topics).found
    ranked = sorted(found, key=lambda key: (-_sum(found[key]), -len(bib.cited_by(key)), key))
    numbers = {bib.snapshot.number(key): key for key in ranked[:count]}
    read = bib.snapshot.readable
    whys = {number: read(_why(found[key])) for number, key in numbers.items() if number}
    on_topic = [OnTopic(topic, _works_on(bib, topic, keys)) for topic in wanted]
    return Cover(listed, on_topic, PaperList(bib, whys, whys))


def _works_on(bib: Bibliography, topic: str, keys: Sequence[str]) -> int:
    return len(set(bib.on(topic).keys) & set(keys))


class _Lacking:
    """The works that a list lacks and that matter to it, each with the evidence."""

    def __init__(
        self, bib: Bibliography, listed: Sequence[str], topics: Sequence[str], elsewhere: bool
    ) -> None:
        self.bib = bib
        self.listed = set(listed)
        self.coupling = Coupling(bib, listed)
        self.lead = 1 + 4 * max(0.0, 1 - len(listed) / _FEW)
        """How much more first steps and core works count for a list with few known works."""
        self.found: dict[str, list[Evidence]] = {}
        starts = self._starts(topics)
        for topic_id in topics:
            for paper in bib.on(topic_id):
                if paper.key in self.listed or paper.key in self.found:
                    continue
                reasons = [starts[paper.key]] if paper.key in starts else []
                reasons += self._reasons(paper)
                told = paper.level in _LEVELS or len(reasons) > 1
                if reasons and (told or reasons[0].weight > 1):
                    self.found[paper.key] = sorted(reasons, reverse=True)
        for number in self.coupling.numbers if elsewhere else ():
            key = bib.snapshot.key(number)
            if key not in self.listed and key not in self.found:
                links = len(self.coupling.linked(number))
                if links >= _FEWEST_LINKS and self.coupling.strength(number) > 1:
                    self.found[key] = sorted(self._reasons(bib[key]), reverse=True)

    def _starts(self, topics: Sequence[str]) -> dict[str, Evidence]:
        """Return the first steps on topics and on those above them."""
        starts: dict[str, Evidence] = {}
        for topic in self.bib.topics.values():
            above = {topic.id, *(one.id for one in self.bib.broader(topic.id))}
            if above & set(topics):
                for step in topic.start:
                    text = f"A first step on {topic.id}: {step.says}"
                    evidence = Evidence(_FIRST_STEP * self.lead, text)
                    starts.setdefault(self.bib.key(step.work), evidence)
        return starts

    def _reasons(self, paper: Paper) -> list[Evidence]:
        """Return why a work matters to the list: its relations, its links, its level."""
        bib, listed = self.bib, self.listed
        out, back = bib.edges(paper.key)
        reasons = [
            Evidence(edge.relation.weight, _done(bib, edge))
            for edge in out
            if edge.target in listed and edge.relation.weight
        ]
        built = [edge for edge in back if edge.source in listed and edge.relation in BUILDS_ON]
        if built:
            reasons.append(Evidence(_BUILT_ON + len(built), _built(bib, built)))
        cites = [edge.target for edge in out if edge.target in listed]
        citing = {edge.source for edge in back if edge.relation is Relation.CITES}
        cited = [key for key in bib.papers if key in citing & listed] if citing & listed else []
        strength = self.coupling.strength(bib.snapshot.find(paper.key) or 0)
        if cited:
            weight = max(strength, 1.0)
            reasons.append(Evidence(weight, f"Cited by {self._named(cited)} of the list."))
        elif cites and not reasons and strength:
            reasons.append(Evidence(strength, f"Cites {self._named(cites)} of the list."))
        if paper.level in _LEVELS:
            kind = "A work to start with" if paper.level == "start" else "A core work"
            by = f", cited by {len(citing)} works here" if len(citing) > 1 else ""
            reasons.append(Evidence(_LEVELS[paper.level] * self.lead, f"{kind}{by}.", True))
        return reasons

    def _named(self, keys: Sequence[str]) -> str:
        """Name a few works of the list, those with the fewest links first, and count the others."""
        keys = sorted(dict.fromkeys(keys), key=self.coupling.renown)
        names = [_name(self.bib, key) for key in keys[:_MOST_NAMED]]
        more = len(keys) - len(names)
        parts = [*names, f"{more} more"] if more else names
        return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _done(bib: Bibliography, edge: Edge) -> str:
    """Describe the relation of a work to a listed one, with the sentence of the relation."""
    text = f": {sentence}" if (sentence := edge.says) else "."
    return f"{edge.relation.phrase.capitalize()} {_name(bib, edge.target)}{text}"


def _built(bib: Bibliography, edges: Sequence[Edge]) -> str:
    first, *others = edges
    text = f"{_name(bib, first.source)} {first.relation.phrase} it"
    return f"{text}; {len(others)} more of the list build on it." if others else f"{text}."


def _name(bib: Bibliography, key: str) -> str:
    paper = bib[key]
    return f"{author_line(paper.author, at_most=2)} {paper.year}"


def _sum(reasons: Sequence[Evidence]) -> float:
    return sum(one.weight for one in reasons)


def _why(reasons: Sequence[Evidence]) -> str:
    """Return the strongest reason, followed by a short one."""
    first, *others = reasons
    ordered = sorted(others, key=lambda one: one.general)
    short = [one.text for one in ordered if len(one.text) <= _SHORT]
    return " ".join([first.text, *short[:1]])
