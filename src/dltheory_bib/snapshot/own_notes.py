"""The private additions to works: notes, tags, status and files.

Only what shows them to their owner reads them, and what is asked for them by `--private`. Nothing
else that is made of a collection contains them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dltheory_bib.snapshot.reader import Snapshot

PRIVATE = ("notes", "tags", "status", "files")
"""The fields of an addition that are private."""


class OwnNotes(NamedTuple):
    """The private additions of one layer to a work."""

    layer: str
    """The name of the layer; empty for a collection that extends none."""
    notes: tuple[str, ...] = ()
    """Each may have several lines."""
    tags: tuple[str, ...] = ()
    status: str = ""
    files: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the additions as plain values, without empty ones."""
        return {name: value for name, value in self._asdict().items() if value}


def own_notes(snapshot: Snapshot, numbers: Iterable[int]) -> dict[int, list[OwnNotes]]:
    """Return the private additions to some works by number, those of the lowest layer first."""
    found: dict[int, list[OwnNotes]] = {}
    for n, layer, data in snapshot.fetch(
        "SELECT a.n, y.name, a.data FROM addition a JOIN layer y ON y.id = a.layer "
        "WHERE a.n IN (SELECT value FROM json_each(?)) ORDER BY a.n, a.layer",
        (json.dumps(list(numbers)),),
    ):
        stated: dict[str, Any] = json.loads(data)
        notes, tags, files = (tuple(stated.get(name, ())) for name in ("notes", "tags", "files"))
        one = OwnNotes(layer, notes, tags, stated.get("status", ""), files)
        if any(one[1:]):
            found.setdefault(n, []).append(one)
    return found


def private_fields(snapshot: Snapshot, numbers: Iterable[int]) -> dict[str, dict[str, Any]]:
    """Return the same by key, with the additions of all layers together; the highest status."""
    numbers = list(numbers)
    found = own_notes(snapshot, numbers)
    keys = dict(zip(found, snapshot.keys(found), strict=True))
    made: dict[str, dict[str, Any]] = {}
    for n, layers in found.items():
        joined: dict[str, Any] = {}
        for name in ("notes", "tags", "files"):
            if several := dict.fromkeys(one for layer in layers for one in getattr(layer, name)):
                joined[name] = list(several)
        if status := next((layer.status for layer in reversed(layers) if layer.status), ""):
            joined["status"] = status
        made[keys[n]] = joined
    return made


def tags(snapshot: Snapshot) -> dict[str, int]:
    """Return the number of works with each tag, in order of tags."""
    return dict(
        snapshot.fetch("SELECT tag, count(*) FROM tag GROUP BY tag ORDER BY tag").fetchall()
    )
