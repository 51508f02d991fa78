"""Find the reader of a source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf.readers import (
    acl_anthology,
    arxiv_dump,
    bib_folder,
    dblp_dump,
    mlanthology_dump,
    openalex_dump,
    openreview_notes,
    pmlr_folder,
)
from dltheory_bib.shelf.refusals import Refused, SourceError


class Reader(Protocol):
    """A module that reads one kind of dump."""

    NAME: str
    """The name of the source."""
    LICENCE: str
    """The licence under which the source gives its records."""

    def files(self, path: Path) -> list[Path]:
        """Return the files of this kind at a path; empty if there are none."""

    def read(self, path: Path) -> Iterator[StatedWork | Refused]:
        """Yield the records of one of these files. Raises `SourceError`."""


READERS: tuple[Reader, ...] = (
    mlanthology_dump,
    openalex_dump,
    arxiv_dump,
    dblp_dump,
    acl_anthology,
    openreview_notes,
    pmlr_folder,
    bib_folder,
)
"""The readers, in the order in which they are tried."""


ADDRESSES = {"dblp": "https://dblp.org/xml/dblp.xml.gz"}
"""Where the newest dump of a reader is, if one file is all of it (https://dblp.org/xml/). The other
sources are repositories, folders of many files, or ask for an account.
"""


class Source(NamedTuple):
    """A source: where it is, its reader and its files."""

    path: Path
    reader: Reader
    files: list[Path]


def find_source(path: Path) -> Source:
    """Return the source at a path. Raises `SourceError` if no reader knows it."""
    if not path.exists():
        raise SourceError(f"{path} does not exist")
    if not (path.is_file() or path.is_dir()):  # a pipe or a device could be read for ever
        raise SourceError(f"{path} is neither a file nor a folder")
    for reader in READERS:
        found = reader.files(path)
        if found:
            return Source(path, reader, found)
    kinds = ", ".join(reader.NAME for reader in READERS)
    raise SourceError(f"{path} is none of the sources that are known: {kinds}")
