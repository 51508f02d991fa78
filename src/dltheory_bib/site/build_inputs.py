"""What a site is built from, as digests: the program, the facts, and the prose of each work."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.site.prose_reads import PROSE, ROW_TABLES, SEARCH_TABLES

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.site.options import Options

_DERIVED = ("maths",)
"""Tables whose rows are computed from their keys alone, so that a row never changes."""
_PROSE = sorted(PROSE)
_SHORT = 16
"""Digits of the digest of one work's prose: for telling two versions of it apart."""


class BuildInputs(NamedTuple):
    """Digests of what a site is built from."""

    program: str
    """The program and the options."""
    facts: str
    """The snapshot without the prose of works, and what is made from that."""
    prose: dict[str, str]
    """By key, the prose of each work."""

    @property
    def fingerprint(self) -> str:
        """The digest of all of it."""
        return sha256(json.dumps(self).encode()).hexdigest()

    def state(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return self._asdict()

    def changed_since(self, state: object) -> frozenset[str] | None:
        """Return the works whose prose differs from that of an earlier build, by its `state`; None
        if anything else differs, or may differ.
        """
        if not isinstance(state, dict) or not isinstance(state.get("prose"), dict):
            return None
        before = state["prose"]
        if (state.get("program"), state.get("facts")) != (self.program, self.facts):
            return None
        if before.keys() != self.prose.keys():
            return None
        return frozenset(key for key, mark in self.prose.items() if before[key] != mark)


def inputs_of(bib: Bibliography, options: Options, program: str) -> BuildInputs:
    """Return the inputs of the site of a bibliography."""
    fetch = bib.snapshot.fetch
    facts, prose = sha256(), {}
    rows = "record r JOIN paper p USING (n) JOIN paper_view v USING (n)"
    for key, data, view in fetch(f"SELECT p.key, r.data, v.data FROM {rows} ORDER BY p.key"):
        record = json.loads(data)
        told = [record.pop(name, None) for name in _PROSE]
        facts.update(json.dumps(record).encode())
        prose[key] = _digest(told, view)[:_SHORT]
    for (table,) in fetch("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"):
        if not _is_left_out(table):
            facts.update(table.encode())
            facts.update(repr(fetch(f"SELECT * FROM {table}").fetchall()).encode())
    return BuildInputs(_digest(program, repr(options)), facts.hexdigest(), prose)


def _is_left_out(table: str) -> bool:
    """Return whether the rows of a table are prose or follow from it, or are SQLite's own."""
    name = table.partition("_")[0] if table.startswith(("text_", "note_")) else table
    return name.startswith("sqlite_") or name in (*ROW_TABLES, *SEARCH_TABLES, *_DERIVED)


def _digest(*values: object) -> str:
    return sha256(json.dumps(values).encode()).hexdigest()
