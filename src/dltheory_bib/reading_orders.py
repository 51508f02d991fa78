"""What to read, in which order: on a topic, on a trail, or on the way to a work."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dltheory_bib.arguments import explains_calls, name_of, whole
from dltheory_bib.errors import UnknownNameError
from dltheory_bib.selection import Selection
from dltheory_bib.snapshot import views

if TYPE_CHECKING:
    from dltheory_bib.arguments import TopicName, Work
    from dltheory_bib.graph.reading_order import Step, Works
    from dltheory_bib.models.theorem import Result
    from dltheory_bib.papers import PaperList

KNOWN_LEVELS = frozenset({"start", "core"})
"""Who knows a topic knows its works of these levels."""


@explains_calls
class ReadingOrders(Selection):
    """The reading orders of a bibliography."""

    @property
    @abstractmethod
    def results(self) -> Mapping[str, Result]:
        """Every result card by id."""

    @abstractmethod
    def key(self, work: Work) -> str:
        """Return the key of a work."""

    @abstractmethod
    def _list(self, keys: Iterable[str], whys: Mapping[str, str] | None = None) -> PaperList:
        """Return works by key, with reasons."""

    @cached_property
    def _reading_works(self) -> Works:
        from dltheory_bib.graph.reading_order import read_works

        return read_works(self._snapshot)

    def reading(self, query: TopicName = "", count: int | None = None) -> PaperList:
        """Return works in reading order: of a trail, on a topic, or for a query.

        `query` is a Topic; the id of a trail, which is returned whole; the name of a topic, whose
        hand-made start comes first; or a query. A work comes after its prerequisites; the list's
        `whys` give the reason for each work. `count` limits the number of works (default 10).
        """
        from dltheory_bib.graph.reading_order import Step, reading_order
        from dltheory_bib.query.fields import find_topic

        count = None if count is None else whole(count)
        asked = name_of(query, "topic")
        trail = views.steps_of(self._snapshot, "trail", asked)
        topic = None if trail else find_topic(self._snapshot, asked.removeprefix("topic:"))
        by_hand = views.steps_of(self._snapshot, "topic", topic) if topic else trail
        # A user's collection may lack works of a topic that comes from the shipped catalogue.
        keys = self._snapshot.keys_of(work for work, _ in by_hand)
        steps = [Step(keys[work], reason) for work, reason in by_hand if work in keys]
        if trail:
            return self._steps(steps[:count])
        wanted = self.on(topic) if topic else self.where(asked)
        most = 10 if count is None else count
        return self._steps(reading_order(self._reading_works, wanted.keys, most, steps))

    def way_to(
        self,
        wanted: Work | Result | Iterable[Work | Result],
        known: TopicName | Work | Iterable[TopicName | Work] = (),
    ) -> PaperList:
        """Return what to read up to a work, in order: its prerequisites and theirs, and itself.

        `wanted` is a work, a result card or its id, or several. What is `known` is left out, with
        its own prerequisites: works, and topics by id or label, of which the works to start with
        and the core works are known. A wanted work that is merely a prerequisite of something known
        is not left out. `whys` give the reason for each work. The list is empty if all that is
        wanted is known. Raises `UnknownNameError`.
        """
        from dltheory_bib.graph.reading_order import way_to

        targets = [self._target(one) for one in _several(wanted)]
        have = {key for one in _several(known) for key in self._known(one)}
        return self._steps(way_to(self._reading_works, targets, have))

    def _target(self, wanted: Work | Result) -> str:
        """Return the key of a work, or of the work that has a result card."""
        name = getattr(wanted, "id", wanted)
        if isinstance(name, str) and self._snapshot.find(name) is None and name in self.results:
            return self.results[name].work
        return self.key(wanted)  # type: ignore[arg-type]

    def _known(self, name: TopicName | Work) -> list[str]:
        """Return the keys of the works that somebody knows who knows a topic or a work."""
        from dltheory_bib.query.fields import find_topic, nearest_topics

        asked = getattr(name, "id", name)
        topic = None
        if isinstance(asked, str):
            topic = find_topic(self._snapshot, asked.removeprefix("topic:"))
        if topic is None:
            try:
                return [self.key(name)]  # type: ignore[arg-type]
            except UnknownNameError as error:
                topics = nearest_topics(self._snapshot, error.name.removeprefix("topic:"))
                near = (*error.nearest, *topics)
                raise UnknownNameError("paper or topic", error.name, near) from None
        works = self._reading_works.works
        return [key for key in self.on(topic).keys if works[key].level in KNOWN_LEVELS]

    def _steps(self, steps: Iterable[Step]) -> PaperList:
        reasons = {step.key: step.why for step in steps}
        return self._list(reasons, reasons)


def _several(names: Any) -> list[Any]:
    is_record = hasattr(names, "key") or hasattr(names, "id")  # pydantic's records are iterable
    if isinstance(names, str) or is_record or not isinstance(names, Iterable):
        return [names]
    return list(names)
