"""Keep the answers of services on disk, each with the day on which it was given.

The storage is hishel's, in SQLite: https://hishel.com. What a service's headers say of caching is
ignored: the facts of a published work rarely change, and whoever wants them new says so. Only an
answer that could be read is kept, never an error page.
"""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hishel import SqliteStorage

LARGEST = 200 << 20
"""The most bytes that are kept; the answers that were not used for longest go first."""
_DAY = 86_400
_ASKED = "x-dltheory-asked"
_DAMAGE = (sqlite3.Error, OSError, RuntimeError, ValueError)


class ResponseCache:
    """Answers by the address that was asked.

    A cache that cannot be read or written costs time; the answers are the same.
    """

    def __init__(self, file: Path, days: float) -> None:
        self.file = file
        self.days = days
        """The age up to which an answer is used."""
        self._storage: SqliteStorage | None = None

    def get(self, address: str) -> tuple[bytes, datetime.date] | None:
        """Return the answer to an address and its day, if there is one that is not too old."""
        with suppress(*_DAMAGE):
            for entry in self._opened().get_entries(_key(address)):
                day = datetime.date.fromisoformat(entry.response.headers[_ASKED])
                stream = entry.response.stream
                if (datetime.date.today() - day).days <= self.days:
                    return b"".join(stream), day  # type: ignore[arg-type]
        return None

    def put(self, address: str, content: bytes) -> None:
        """Keep an answer of today."""
        from hishel import Headers, Request, Response

        today = datetime.date.today().isoformat()
        response = Response(200, Headers({_ASKED: today}), iter([content]))
        with suppress(*_DAMAGE):
            storage = self._opened()
            entry = storage.create_entry(
                Request("GET", address), response, _key(address), ttl=max(self.days, 1) * _DAY
            )
            for _ in entry.response.stream:  # type: ignore[union-attr]
                pass  # it is written as it is read

    def close(self) -> None:
        """Close the file."""
        if self._storage is not None:
            with suppress(*_DAMAGE):
                self._storage.close()
            self._storage = None

    def _opened(self) -> SqliteStorage:
        if self._storage is None:
            from hishel import SqliteStorage

            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._storage = SqliteStorage(database_path=self.file, max_size=LARGEST)
        return self._storage


def _key(address: str) -> str:
    return sha256(address.encode()).hexdigest()
