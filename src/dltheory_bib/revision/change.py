"""One change between two states of a catalogue, and a list of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from dltheory_bib.display.printable import Printable

if TYPE_CHECKING:
    from rich.console import RenderableType


class ChangeKind(StrEnum):
    """A kind of change; in the order of lists, those first that matter to who cites the work."""

    _value_: str
    heading: str

    def __new__(cls, value: str, heading: str = "") -> Self:
        """Make a member: its name in data, and the head of its list."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.heading = heading or value
        return made

    DISPUTED = "disputed", "Claims refuted, qualified or corrected"
    IMPROVED = "improved", "Results and bounds improved"
    PUBLISHED = "published", "Preprints published"
    FACT = "fact", "Facts of a work mended"
    RENAMED = "renamed", "Keys changed"
    REMOVED = "removed", "Works removed"
    ADDED = "added", "New works"
    ANNOTATION = "annotation", "Annotations changed"
    RELATION = "relation", "Other relations"
    CARD = "card", "Result cards"
    TOPIC = "topic", "Topics"
    QUESTION = "question", "Questions"
    CITATIONS = "citations", "Citations"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two states of a catalogue."""

    kind: ChangeKind
    subject: str
    """Key of the work that is affected; id of the topic or the question."""
    title: str
    """The subject in one line, as curators write it."""
    text: str
    """What changed, in sentences; mathematics between dollar signs."""
    works: tuple[str, ...] = ()
    """Keys of the works concerned, as they are now."""
    topics: tuple[str, ...] = ()
    """Ids of their topics."""
    state: str = ""
    """What tells this change from others of the kind and subject: a card, a relation, the new
    values. The state before is not part of it, so that a change has the same id, whatever older
    state is compared.
    """
    date: str | None = None
    """The day of the change, if the record says it."""
    count: int = 1
    """How many edges it stands for."""

    @property
    def id(self) -> str:
        """A name of 32 hexadecimal digits, the same whenever this change is found."""
        named = "\n".join((self.kind, self.subject, self.state))
        return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def to_dict(self) -> dict[str, Any]:
        """Return its fields for JSON; those without a value are left out."""
        named = {
            "id": self.id,
            "kind": self.kind.value,
            "subject": self.subject,
            "title": self.title,
            "text": self.text,
            "works": list(self.works),
            "topics": list(self.topics),
            "date": self.date,
        }
        return {name: value for name, value in named.items() if value or name == "text"}


@dataclass(frozen=True, repr=False)
class CatalogueDiff(Printable):
    """The changes from an older state of a catalogue to a newer one."""

    changes: tuple[Change, ...]
    """In the order of their kinds."""
    sizes: tuple[int, int]
    """Number of works before and after."""
    read: Callable[[str], str] = field(repr=False, compare=False)
    """Makes mathematics readable in a terminal."""
    broader: Mapping[str, str | None] = field(repr=False, compare=False, default_factory=dict)
    """The broader topic of each topic."""
    everything: bool = True
    """Whether all is drawn, or the first changes of each kind."""

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __repr__(self) -> str:
        before, after = self.sizes
        return f"<CatalogueDiff of {len(self)} changes, {before} to {after} works>"

    def counts(self) -> dict[ChangeKind, int]:
        """Return how many changes there are of each kind; of citations, how many edges."""
        found = Counter[ChangeKind]()
        for one in self.changes:
            found[one.kind] += one.count
        return {kind: found[kind] for kind in ChangeKind if found[kind]}

    def of(self, *kinds: str) -> CatalogueDiff:
        """Return the changes of some kinds."""
        wanted = {ChangeKind(kind) for kind in kinds}
        return self._only(one for one in self.changes if one.kind in wanted)

    def concerning(self, works: Iterable[str]) -> CatalogueDiff:
        """Return the changes that concern works, given by key: what became of a list of references.
        New works and citations are left out, unless they say more of the works.
        """
        wanted = frozenset(works)
        return self._only(
            one
            for one in self.changes
            if one.kind not in {ChangeKind.ADDED, ChangeKind.CITATIONS}
            and not wanted.isdisjoint(one.works)
        )

    def on(self, topic: str) -> CatalogueDiff:
        """Return the changes on a topic, given by id, and on the topics below it."""
        return self._only(
            one for one in self.changes if any(topic in self._above(name) for name in one.topics)
        )

    def _only(self, changes: Iterable[Change]) -> CatalogueDiff:
        kept = tuple(changes)
        return CatalogueDiff(kept, self.sizes, self.read, self.broader, self.everything)

    def _above(self, topic: str) -> list[str]:
        """Return a topic and those above it."""
        found: list[str] = []
        name: str | None = topic
        while name is not None and name not in found:
            found.append(name)
            name = self.broader.get(name)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return everything for JSON."""
        return {
            "works": {"before": self.sizes[0], "after": self.sizes[1]},
            "counts": {kind.value: number for kind, number in self.counts().items()},
            "changes": [one.to_dict() for one in self.changes],
        }

    def to_markdown(self) -> str:
        """Return the changes as a page of Markdown, a list for each kind."""
        from dltheory_bib.revision.diff_markdown import diff_markdown

        return diff_markdown(self)

    def __rich__(self) -> RenderableType:
        from dltheory_bib.display.diff_view import diff_lists

        counts = self.counts()
        lists = {
            f"{kind.heading} ({counts[kind]:,})": [(one.title, one.text) for one in changes]
            for kind, changes in self.lists().items()
        }
        return diff_lists(lists, self.read, self.everything)

    def lists(self) -> dict[ChangeKind, list[Change]]:
        """Return the changes by kind."""
        found: dict[ChangeKind, list[Change]] = {}
        for one in self.changes:
            found.setdefault(one.kind, []).append(one)
        return found
