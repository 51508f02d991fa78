"""The venues of a catalogue as its data state them, without the models.

To make a record of an entry takes the venues' names and a few of their facts; to import the models
for that would take longer than everything else.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.text.value_rules import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from dltheory_bib.snapshot.reader import Snapshot


class PeriodFacts(NamedTuple):
    """The names of a venue in some years, as `models.registries.Period`."""

    short: str
    long: str
    publisher: str | None
    since: int | None
    until: int | None


class VenueFacts(NamedTuple):
    """A venue, as `models.registries.Venue`."""

    id: str
    kind: str
    aliases: tuple[str, ...]
    periods: tuple[PeriodFacts, ...]
    data: dict[str, Any]

    def in_year(self, year: int) -> PeriodFacts:
        """Return its names in a year, as those of the model."""
        return min(
            self.periods,
            key=lambda one: max(
                (one.since or FIRST_YEAR) - year, year - (one.until or LAST_YEAR), 0
            ),
        )


def venue_facts(snapshot: Snapshot) -> dict[str, VenueFacts]:
    """Return the venues by id."""
    found = {}
    for (text,) in snapshot.fetch("SELECT data FROM venue ORDER BY id"):
        data = json.loads(text)
        periods = tuple(
            PeriodFacts(
                one["short"], one["long"], *(one.get(n) for n in ("publisher", "since", "until"))
            )
            for one in data["periods"]
        )
        aliases = tuple(data.get("aliases", ()))
        found[data["id"]] = VenueFacts(data["id"], data["kind"], aliases, periods, data)
    return found
