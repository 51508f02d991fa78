"""Read JSON from a file, compressed or not: whole, or a value in each line."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from dltheory_bib.shelf.refusals import NO_JSON, Refused, SourceError

_LONGEST = 64 << 20
"""The most bytes of one line, or of one file that is read whole when uncompressed."""

_GZIP = b"\x1f\x8b"


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file as bytes, uncompressed if its content is that of gzip, whatever its name.

    Raises `SourceError` if it cannot be read to its end.
    """
    try:
        with path.open("rb") as stream:
            packed = stream.read(len(_GZIP)) == _GZIP
        with gzip.open(path) if packed else path.open("rb") as opened_file:
            yield cast(BinaryIO, opened_file)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"{path.name} cannot be read: {reason.lower()}") from error


def json_lines(path: Path) -> Iterator[dict[str, Any] | Refused]:
    """Yield the object in each line of a file; a line that is no object is refused."""
    with opened(path) as stream:
        number = 0
        while line := stream.readline(_LONGEST):
            number += 1
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                value = None
            yield value if isinstance(value, dict) else Refused(f"line {number}", NO_JSON)


def json_file(path: Path) -> Any:
    """Return the value in a file. Raises `SourceError` if it is no JSON."""
    with opened(path) as stream:
        content = stream.read(_LONGEST * 4)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path.name} {NO_JSON}") from error


def text_of(value: Any) -> str:
    """Return a value as text on one line; empty unless it is a text or a number."""
    if value is None:
        return ""
    if isinstance(value, str):
        # Most values are one word, and a dump has millions.
        return value if value.isalnum() else " ".join(value.split())
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def year_of(value: Any) -> int:
    """Return the year that a value begins with; 0 if there is none."""
    digits = text_of(value)[:4]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) == 4 else 0


def listed(value: Any) -> list[Any]:
    """Return a value that should be a list; empty if it is none."""
    return value if isinstance(value, list) else []


def named(value: Any) -> dict[str, Any]:
    """Return a value that should be an object; empty if it is none."""
    return value if isinstance(value, dict) else {}
