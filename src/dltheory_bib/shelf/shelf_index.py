"""Build a shelf: one SQLite file with the works of all sources.

The works are written in batches into a file beside the shelf. If the program is stopped, the next
call continues after the last batch; the shelf itself is replaced when all is done.

Titles are found by a hash of their folded letters, by DOI, by arXiv id, or by their words.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from dltheory_bib import __version__
from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf.readers.source_kinds import Source, find_source
from dltheory_bib.shelf.refusals import Refused, SourceError
from dltheory_bib.text.names import words

FILE = "shelf.sqlite"
"""The name of a shelf's file in its folder."""
FORMAT = 3
"""Raised when the tables change: a shelf of another format is to be built again."""
APART = "\x1f"
"""What separates the authors of a work in the table."""

_BATCH = 20_000
_TABLES = """
CREATE TABLE source (
    id INTEGER PRIMARY KEY, path TEXT UNIQUE, reader TEXT, licence TEXT, date TEXT,
    kept INTEGER DEFAULT 0, refused INTEGER DEFAULT 0
);
CREATE TABLE refusal (source INTEGER, reason TEXT, works INTEGER, PRIMARY KEY (source, reason));
CREATE TABLE progress (file TEXT PRIMARY KEY, stamp TEXT, records INTEGER, done INTEGER);
CREATE TABLE work (
    id INTEGER PRIMARY KEY, source INTEGER, key TEXT, title TEXT, authors TEXT, year INTEGER,
    venue TEXT, volume TEXT, pages TEXT, doi TEXT, arxiv TEXT, url TEXT, track TEXT,
    origin TEXT, hash INTEGER
);
"""
# Only whether a title has a word is asked, not where: without positions the index is a third.
_WORDS = """
CREATE VIRTUAL TABLE words USING
    fts5(title, content='', detail=none, columnsize=0, tokenize='unicode61 remove_diacritics 0');
"""
_INDEXES = """
CREATE INDEX IF NOT EXISTS work_hash ON work (hash);
CREATE INDEX IF NOT EXISTS work_doi ON work (doi) WHERE doi <> '';
CREATE INDEX IF NOT EXISTS work_year ON work (year);
CREATE INDEX IF NOT EXISTS work_arxiv ON work (arxiv) WHERE arxiv <> '';
"""


class Count(NamedTuple):
    """How many records of a source were kept and refused: together all that it has."""

    source: Path
    reader: str
    kept: int
    refused: int
    reasons: dict[str, int]
    """The number of refused records for each reason."""


def title_hash(title: str) -> int:
    """Return a 64-bit number that is the same for titles of the same letters and digits."""
    return _hash(words(title))


def _hash(found: Sequence[str]) -> int:
    made = blake2b("".join(found).encode(), digest_size=8).digest()
    return int.from_bytes(made, "big", signed=True)


def build_shelf(
    sources: Iterable[Path], folder: Path, progress: Callable[[str, int], None] | None = None
) -> list[Count]:
    """Build the shelf of a folder from sources, and return what became of their records.

    `progress` is told the name of each file and the number of records so far. Raises `SourceError`
    for a source that no reader knows or that cannot be read; what was read until then is kept for
    the next call.
    """
    found = [find_source(path) for path in sources]
    if not found:
        raise SourceError("no source is named")
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{FILE}.part"
    with closing(_opened(partial, found)) as connection:
        records = 0
        for source in found:
            number = _source_number(connection, source)
            for file in source.files:
                for batch in _batches(connection, source, file):
                    _insert(connection, number, batch)
                    records += len(batch)
                    if progress:
                        progress(file.name, records)
        counts = _finish(connection)
    with partial.open("rb") as stream:
        os.fsync(stream.fileno())
    partial.replace(folder / FILE)
    partial.with_name(f"{partial.name}-journal").unlink(missing_ok=True)
    return counts


def _opened(partial: Path, sources: list[Source]) -> sqlite3.Connection:
    """Open what an interrupted build left, if it was of the same sources, else begin anew."""
    named = "\n".join(str(one.path.resolve()) for one in sources)
    if partial.exists():
        connection = sqlite3.connect(partial)
        try:
            if dict(connection.execute("SELECT * FROM about")) == _about(named):
                return connection
        except sqlite3.Error:
            pass
        connection.close()
        partial.unlink()
    connection = sqlite3.connect(partial)
    # The file is complete or it is not used; a crash costs a new start at worst.
    connection.executescript("PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF;")
    connection.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT)")
    connection.executemany("INSERT INTO about VALUES (?, ?)", _about(named).items())
    connection.executescript(_TABLES + _WORDS)
    connection.commit()
    return connection


def _about(sources: str) -> dict[str, str]:
    return {"format": str(FORMAT), "version": __version__, "sources": sources}


def _source_number(connection: sqlite3.Connection, source: Source) -> int:
    latest = max(file.stat().st_mtime for file in source.files)
    connection.execute(
        "INSERT OR IGNORE INTO source (path, reader, licence, date) VALUES (?, ?, ?, ?)",
        (
            str(source.path),
            source.reader.NAME,
            source.reader.LICENCE,
            datetime.fromtimestamp(latest, UTC).date().isoformat(),
        ),
    )
    row = connection.execute("SELECT id FROM source WHERE path = ?", (str(source.path),))
    return int(row.fetchone()[0])


def _batches(
    connection: sqlite3.Connection, source: Source, file: Path
) -> Iterator[list[StatedWork | Refused]]:
    """Yield the records of a file that are not in the table yet; each batch is committed."""
    about = file.stat()
    stamp = f"{about.st_size} {about.st_mtime_ns}"
    row = connection.execute(
        "SELECT stamp, records, done FROM progress WHERE file = ?", (str(file),)
    ).fetchone()
    if row and row[0] != stamp:
        raise SourceError(f"{file} has changed since the build began; delete the .part file")
    if row and row[2]:
        return
    read = row[1] if row else 0
    records = iter(islice(source.reader.read(file), read, None))
    done = False
    while not done:
        batch = list(islice(records, _BATCH))
        done = len(batch) < _BATCH
        read += len(batch)
        yield batch
        connection.execute(
            "INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?)", (str(file), stamp, read, done)
        )
        connection.commit()


def _insert(connection: sqlite3.Connection, source: int, batch: list[StatedWork | Refused]) -> None:
    refused = Counter(one.reason for one in batch if isinstance(one, Refused))
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM work").fetchone()
    kept = [one for one in batch if isinstance(one, StatedWork)]
    titles = [words(one.title) for one in kept]
    connection.executemany(
        "INSERT INTO work (id, source, key, title, authors, year, venue, volume, pages, doi, arxiv,"
        " url, track, origin, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                number,
                source,
                one.where,
                one.title,
                APART.join(one.authors),
                one.year or 0,
                one.venue,
                one.volume,
                one.pages,
                one.doi,
                one.eprint,
                one.url,
                one.track,
                one.origin,
                _hash(found),
            )
            for number, (one, found) in enumerate(zip(kept, titles, strict=True), last + 1)
        ),
    )
    connection.executemany(
        "INSERT INTO words (rowid, title) VALUES (?, ?)",
        ((number, " ".join(found)) for number, found in enumerate(titles, last + 1)),
    )
    connection.executemany(
        "INSERT INTO refusal VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
        " works = works + excluded.works",
        ((source, reason, count) for reason, count in refused.items()),
    )
    connection.execute(
        "UPDATE source SET kept = kept + ?, refused = refused + ? WHERE id = ?",
        (len(kept), refused.total(), source),
    )


def _finish(connection: sqlite3.Connection) -> list[Count]:
    """Make the indexes; what a stopped program left of them is made again."""
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("INSERT INTO words (words) VALUES ('optimize')")
    connection.commit()
    # The words leave pages empty when they are merged, which these indexes fill.
    connection.executescript(_INDEXES)
    reasons: dict[int, dict[str, int]] = {}
    for source, reason, count in connection.execute("SELECT * FROM refusal"):
        reasons.setdefault(source, {})[reason] = count
    rows = connection.execute("SELECT id, path, reader, kept, refused FROM source ORDER BY id")
    return [
        Count(Path(path), reader, kept, refused, reasons.get(number, {}))
        for number, path, reader, kept, refused in rows
    ]
