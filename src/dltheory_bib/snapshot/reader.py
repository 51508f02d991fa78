"""Read a compiled catalogue: SQLite rows become records again.

A row contains the JSON of one record, which the record's own model reads.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
import weakref
from array import array
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, ValuesView
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from dltheory_bib.arguments import Viewed, shown
from dltheory_bib.errors import UnknownNameError
from dltheory_bib.models.relations import Relation
from dltheory_bib.text.identifiers import Identifier, find_dois, parse_identifier
from dltheory_bib.text.maths import unicode_maths
from dltheory_bib.text.names import is_text, natural, nearest

if TYPE_CHECKING:
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.record import Record
    from dltheory_bib.models.registries import Person, Topic, Venue

T = TypeVar("T")


class Edge(NamedTuple):
    """An edge between two works, `source` → `target`, with its data."""

    source: str
    relation: Relation
    target: str
    says: str | None
    """The sentence of a typed relation."""
    where: str | None
    """The source of the sentence, or of the reference list."""
    evidence: str | None
    """The public source of the reference list."""


class DamagedSnapshotError(sqlite3.DatabaseError):
    """A snapshot contains what no compiler wrote."""


_NEVER_WRITTEN = (
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
    r"|(?<!\\)(?:\\\\)*\\u(?=[0-9A-Fa-f]{4})(?=[A-Fa-f]{0,3}[0-9])"
)
"""Control characters and direction marks, which no record may contain, and escapes for them in
JSON, which the compiler never writes (a backslash of a text is two there); no command of TeX has a
digit in its name.
"""


def _text(value: bytes) -> str:
    """Decode a value of a snapshot, which may reach a terminal. Raises `DamagedSnapshotError`."""
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        raise DamagedSnapshotError(str(error)) from None
    # Nearly every value passes this test, which is much faster than the pattern.
    if text.isprintable() and "\\u" not in text:
        return text
    plain = "\\u" not in text and text.replace("\n", "").isprintable()
    if not plain and re.search(_NEVER_WRITTEN, text):  # most commands never compile it
        raise DamagedSnapshotError("it contains a control character")
    return text


def web_address(address: str | None) -> str | None:
    """Return the address of a work in a snapshot. Raises `DamagedSnapshotError` for `javascript:`
    and other schemes that no record has.
    """
    if address and not address.startswith(("https://", "http://")):
        raise DamagedSnapshotError("it contains an address that is not of the web")
    return address


def read_numbers(code: str, data: bytes) -> array[int]:
    """Read numbers that `compile_search.stored` wrote."""
    found = array(code)
    found.frombytes(data)
    if sys.byteorder == "big":
        found.byteswap()
    return found


_OPEN: weakref.WeakSet[Snapshot] = weakref.WeakSet()
_LEFT_OPEN: list[sqlite3.Connection] = []


def _connect(path: Path) -> sqlite3.Connection:
    # The form required by https://sqlite.org/uri.html (3.1); as_uri() would import urllib.
    name = path.absolute().as_posix()
    for char, code in (("%", "%25"), ("?", "%3f"), ("#", "%23")):
        name = name.replace(char, code)
    address = f"file://{name if name.startswith('/') else '/' + name}?mode=ro&immutable=1"
    database = sqlite3.connect(address, uri=True, check_same_thread=False)
    database.text_factory = _text
    return database


def _marks(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _reopen_all() -> None:
    for snapshot in list(_OPEN):
        snapshot.reopen()


if hasattr(os, "register_at_fork"):
    # https://sqlite.org/howtocorrupt.html, 2.6: a connection must not be carried across a fork.
    os.register_at_fork(after_in_child=_reopen_all)


class Snapshot:
    """Read access to a compiled catalogue.

    Works are identified by their number. Those of the lowest layer are numbered in order of keys;
    the works that each further layer adds follow.
    """

    def __init__(self, database: sqlite3.Connection, path: Path | None = None) -> None:
        self.path = path
        """The file that was opened; None for one in memory."""
        self.identity: object = (path, *_marks(path)) if path else id(self)
        """Equal for two readers of the same content."""
        self.owner: object = None
        """The bibliography to which the records belong."""
        self.private = True
        """Whether queries may ask for notes, tags and status, as those of their owner do."""
        self.conflicts = 0
        """How many records of layers that were compiled now take the place of one below."""
        self._use(database)
        if path:
            _OPEN.add(self)

    def _use(self, database: sqlite3.Connection) -> None:
        self.database = database
        self.fetch = database.execute
        # Nobody closes a bibliography in a notebook; Python 3.13 warns of an open connection.
        self._close = weakref.finalize(self, database.close)

    @classmethod
    def open(cls, path: Path) -> Snapshot:
        """Open a snapshot file for reading; it must not change while it is open."""
        return cls(_connect(path), path.absolute())

    def __reduce__(self) -> tuple[Any, ...]:
        if self.owner is None:
            raise TypeError("a Snapshot is pickled with its bibliography")
        return _snapshot_of, (self.owner,)

    def __deepcopy__(self, _: dict[int, Any]) -> Snapshot:
        return self  # it never changes

    def reopen(self) -> None:
        """Open a separate connection: after a fork the old one still belongs to the parent."""
        if self.path:
            self._close.detach()
            _LEFT_OPEN.append(self.database)  # the parent closes it
            self._use(_connect(self.path))

    def count(self) -> int:
        """Return the number of works."""
        return int(self.fetch("SELECT count(*) FROM paper").fetchone()[0])

    def number(self, name: str) -> int | None:
        """Return the number of the work with this key or alias."""
        if not is_text(name):
            return None
        row = self.fetch("SELECT n FROM name WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def find(self, name: str) -> int | None:
        """Return the number of the work with this key, alias, arXiv id, DOI or URL."""
        number = self.number(name)
        if number is not None or not is_text(name):
            return number
        parsed = parse_identifier(name)
        if parsed is None:
            return None
        number = self._identified(parsed)
        if number is None and parsed.scheme == "url":  # publishers' URLs often contain the DOI
            dois = map(parse_identifier, find_dois(parsed.value))
            number = next(filter(None, (self._identified(doi) for doi in dois if doi)), None)
        return number

    def _identified(self, name: Identifier) -> int | None:
        sql = "SELECT n FROM identifier WHERE scheme = ? AND value = ?"
        row = self.fetch(sql, (name.scheme, name.folded)).fetchone()
        return row[0] if row else None

    def numbers(self, names: Iterable[str]) -> dict[str, int]:
        """Return the numbers of the works with these keys and aliases; unknown ones are skipped."""
        rows = self.fetch(
            "SELECT m.name, m.n FROM json_each(?) l JOIN name m ON m.name = l.value",
            (json.dumps(list(names)),),
        )
        return dict(rows.fetchall())

    def keys_of(self, names: Iterable[str]) -> dict[str, str]:
        """Return the keys of the works with these keys and aliases; unknown ones are skipped."""
        numbers = self.numbers(names)
        return dict(zip(numbers, self.keys(numbers.values()), strict=True))

    def key(self, n: int) -> str:
        """Return the key of a work."""
        return str(self.fetch("SELECT key FROM paper WHERE n = ?", (n,)).fetchone()[0])

    def keys(self, numbers: Iterable[int] | None = None) -> list[str]:
        """Return the keys of some works, in the order given, or of all."""
        if numbers is None:
            return [row[0] for row in self.fetch("SELECT key FROM paper ORDER BY key")]
        rows = self.fetch(
            "SELECT p.key FROM json_each(?) l JOIN paper p ON p.n = l.value ORDER BY l.key",
            (json.dumps(list(numbers)),),
        )
        return [row[0] for row in rows]

    def names(self) -> list[str]:
        """Return all keys and aliases."""
        return [row[0] for row in self.fetch("SELECT name FROM name")]

    def paper(self, n: int) -> Paper:
        """Return a work."""
        row = self.fetch("SELECT data FROM record WHERE n = ?", (n,)).fetchone()
        paper: Paper = record_reader("paper", self.owner)(row[0])
        return paper

    def papers(self, numbers: Iterable[int] | None = None) -> Iterator[Paper]:
        """Return some works, in the order given, or every work, in order of keys."""
        if numbers is None:
            rows = self.fetch(
                "SELECT r.data FROM paper p JOIN record r ON r.n = p.n ORDER BY p.key"
            )
        else:
            rows = self.fetch(
                "SELECT r.data FROM json_each(?) l JOIN record r ON r.n = l.value ORDER BY l.key",
                (json.dumps(list(numbers)),),
            )
        read = record_reader("paper", self.owner)
        for row in rows:  # yielded: whoever iterates keeps the connection open by this
            yield read(row[0])

    def readable(self, text: str) -> str:
        """Return a text with its mathematics in Unicode, as converted at compile time."""
        return unicode_maths(text, self._formula) if "$" in text else text

    def _formula(self, tex: str) -> str | None:
        row = self.fetch("SELECT unicode FROM maths WHERE tex = ?", (tex,)).fetchone()
        return row[0] if row else None

    def topics(self) -> dict[str, Topic]:
        """Return every topic by id, in order of ids."""
        return dict(Registry[Any](self, "topic").items())

    def venues(self) -> dict[str, Venue]:
        """Return every venue by id, in order of ids."""
        return dict(Registry[Any](self, "venue").items())

    def people(self) -> dict[str, Person]:
        """Return every author by id, in order of ids."""
        return dict(Registry[Any](self, "person").items())

    def edges_from(self, n: int) -> list[Edge]:
        """Return the edges that start at a work: what it cites, extends …"""
        return self._edges("e.source = ?", (n,))

    def edges_to(self, n: int) -> list[Edge]:
        """Return the edges that end at a work: what cites it, extends it …"""
        return self._edges("e.target = ?", (n,))

    def edges(self) -> list[Edge]:
        """Every edge between works."""
        return self._edges("1", ())

    def _edges(self, where: str, values: tuple[int, ...]) -> list[Edge]:
        rows = self.fetch(
            "SELECT s.key, e.relation, t.key, e.said, l.data FROM edge e "
            "JOIN paper s ON s.n = e.source JOIN paper t ON t.n = e.target "
            f"LEFT JOIN reference_list l ON l.id = e.reference_list WHERE {where} "
            "ORDER BY s.key, e.relation, t.key",
            values,
        )
        return [_edge(*row) for row in rows]


_MODELS = {
    "paper": ("paper", "Paper"),
    "topic": ("registries", "Topic"),
    "venue": ("registries", "Venue"),
    "person": ("registries", "Person"),
    "trail": ("registries", "Trail"),
    "question": ("theorem", "Question"),
    "assumption": ("theorem", "Assumption"),
    "result": ("theorem", "Result"),
    "glossary_entry": ("registries", "GlossaryEntry"),
    "addition": ("additions", "Addition"),
}


def _snapshot_of(owner: Any) -> Snapshot:
    found: Snapshot = owner.snapshot
    return found


def belonging(record: Any, owner: object) -> Any:
    """Return the record, attached to a bibliography; see `models.navigation`."""
    if owner is not None:
        object.__setattr__(record, "_bibliography", owner)
    return record


def record_reader(table: str, owner: object) -> Callable[[str], Any]:
    """Return a function that makes records of a bibliography from the stored JSON of a table."""
    read = _validator(table)
    return lambda data: belonging(read(data), owner)


@cache
def _validator(table: str) -> Callable[[str], Any]:
    # The model is imported when its records are read.
    from importlib import import_module

    module, name = _MODELS[table]
    model: type[Record] = getattr(import_module(f"dltheory_bib.models.{module}"), name)
    return model.model_validate_json


_PLURAL = {
    "topic": "topics",
    "venue": "venues",
    "person": "people",
    "trail": "trails",
    "question": "questions",
    "assumption": "assumptions",
    "result": "results",
}


class Registry(Mapping[str, T], Viewed):
    """Topics, venues or people by id, in order of ids, read on access."""

    def __init__(self, snapshot: Snapshot, table: str) -> None:
        self._snapshot = snapshot
        self._table = table
        self._read: dict[str, T] = {}
        self._selects = f"write bib.{_PLURAL[table]}[id]"

    if not TYPE_CHECKING:  # a type checker should report missing names

        def __getattr__(self, name):
            from dltheory_bib.meant_names import missing_name

            identity = name.replace("_", "-")
            if not name.startswith("_") and identity in self:
                message = f"'Registry' object has no attribute {name!r}"
                raise AttributeError(f"{message}; write bib.{_PLURAL[self._table]}[{identity!r}]")
            raise missing_name("Registry", name, dir(type(self)))

    def _id(self, given: object) -> str:
        """Return the id of a record, or the id that was given. Raises `TypeError` otherwise."""
        name = getattr(given, "id", given)
        if isinstance(name, str):
            return name
        here = f"bib.{_PLURAL[self._table]}"
        raise TypeError(
            f"{here} is indexed by id, not by {shown(given)}; list({here}.values()) is a list"
        )

    def __getitem__(self, name: str) -> T:
        name = self._id(name)
        if name not in self._read:
            row = None
            if is_text(name):
                sql = f"SELECT data FROM {self._table} WHERE id = ?"
                row = self._snapshot.fetch(sql, (name,)).fetchone()
            if row is None:
                known = self._names()
                near = dict.fromkeys(known[one] for one in nearest(name, known))
                raise UnknownNameError(self._table, name, list(near))
            self._read[name] = record_reader(self._table, self._snapshot.owner)(row[0])
        return self._read[name]

    def several(self, names: Iterable[str]) -> list[T]:
        """Return the records with these ids, in this order, with one SQL statement."""
        wanted = list(names)
        missing = [name for name in wanted if name not in self._read]
        if missing:
            read = record_reader(self._table, self._snapshot.owner)
            rows = self._snapshot.fetch(
                f"SELECT id, data FROM {self._table} WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(missing),),
            )
            self._read |= {name: read(data) for name, data in rows}
        return [self[name] for name in wanted]

    def _names(self) -> dict[str, str]:
        """Return the ids by id and by the name that people know, for a message."""
        column = {"person": "name", "topic": "label", "question": "label", "trail": "label"}
        named = column.get(self._table, "id")
        rows = self._snapshot.fetch(f"SELECT id, {named} FROM {self._table}").fetchall()
        read = natural if self._table == "person" else str
        return {read(name): one for one, name in rows} | {one: one for one, _ in rows}

    def _read_all(self) -> dict[str, T]:
        """Yield every record, with one SQL statement."""
        if len(self._read) < len(self):
            rows = self._snapshot.fetch(f"SELECT id, data FROM {self._table} ORDER BY id")
            known = self._read
            read = record_reader(self._table, self._snapshot.owner)
            self._read = {name: known[name] if name in known else read(data) for name, data in rows}
        return self._read

    def items(self) -> ItemsView[str, T]:
        """Ids and records, in order of ids."""
        return self._in_order().items()

    def values(self) -> ValuesView[T]:
        """Yield the records, in order of ids."""
        return self._in_order().values()

    def _in_order(self) -> dict[str, T]:
        found = self._read_all()
        # Records that were read one by one are cached in the order in which they were read.
        return found if list(found) == sorted(found) else dict(sorted(found.items()))

    def __contains__(self, name: object) -> bool:
        sql = f"SELECT 1 FROM {self._table} WHERE id = ?"
        name = getattr(name, "id", name)
        if isinstance(name, str) and name in self._read:
            return True
        known = isinstance(name, str) and is_text(name)
        return known and self._snapshot.fetch(sql, (name,)).fetchone() is not None

    def get(self, name: str, default: Any = None) -> Any:
        """Return the record with this id, or `default`, without a search for similar ids."""
        return self[name] if name in self else default  # noqa: SIM401 - this is `get`

    def __repr__(self) -> str:
        ids = list(self)
        shown = ", ".join(ids[:4]) + (", …" if len(ids) > 4 else "")
        return f"<{len(ids)} {_PLURAL[self._table]}: {shown}>"

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __iter__(self) -> Iterator[str]:
        rows = self._snapshot.fetch(f"SELECT id FROM {self._table} ORDER BY id")
        return (row[0] for row in rows)

    def __len__(self) -> int:
        return int(self._snapshot.fetch(f"SELECT count(*) FROM {self._table}").fetchone()[0])


_RELATIONS = {relation.value: relation for relation in Relation}


def _edge(source: str, relation: str, target: str, statement: str | None, data: str | None) -> Edge:
    stated = json.loads(statement) if statement else {}
    found = json.loads(data) if data else {}
    return Edge(
        source,
        _RELATIONS[relation],
        target,
        stated.get("says"),
        stated.get("where") or found.get("where"),
        found.get("source"),
    )
