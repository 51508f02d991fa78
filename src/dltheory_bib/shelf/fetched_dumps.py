"""Fetch the newest dump in place of the file from which a shelf was built."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from dltheory_bib.lookup.service_client import ServiceClient
from dltheory_bib.shelf.lookups import ShelfSource
from dltheory_bib.shelf.readers.source_kinds import ADDRESSES, find_source
from dltheory_bib.shelf.refusals import SourceError


def address_of(source: ShelfSource) -> str:
    """Return where the reader knows the newest dump to be; empty if it does not."""
    return "" if Path(source.path).is_dir() else ADDRESSES.get(source.reader, "")


def fetch_dump(
    client: ServiceClient,
    source: ShelfSource,
    address: str,
    progress: Callable[[str, int], None] | None = None,
) -> bool:
    """Fetch a dump in place of a source's file; return whether there was a newer one.

    The old file is replaced when all of the new one is there and the same reader knows it; a file
    that was begun is carried on with. `progress` is told the name of the file and its megabytes.
    Raises `ServiceError` and `SourceError`.
    """
    path = Path(source.path)
    if path.is_dir():
        raise SourceError(f"{path} is a folder; a file can be fetched")
    if not path.parent.is_dir():
        raise SourceError(f"{path.parent} does not exist; call it where the shelf was built")
    # Its end stays: some readers go by it.
    partial = path.with_name(f".part.{path.name}")
    since = path.stat().st_mtime if path.exists() else None
    try:
        changed = client.download(address, partial, newer_than=since, progress=progress)
    except OSError as error:
        raise SourceError(f"{partial} cannot be written: {error.strerror or error}") from error
    if changed is None:
        return False
    try:
        reader = find_source(partial).reader.NAME
    except SourceError:
        reader = "none that is known"
    if reader != source.reader:
        partial.unlink()
        raise SourceError(f"{address} is no dump of {source.reader} (but of {reader})")
    os.utime(partial, (changed, changed))  # the date of the source on the shelf
    partial.replace(path)
    return True
