"""Open a state of a catalogue: a folder, a papers file, or a release's wheel or source archive."""

from __future__ import annotations

import io
import lzma
import sqlite3
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePath, PurePosixPath

from dltheory_bib.bibliography import Bibliography, load
from dltheory_bib.errors import DataError
from dltheory_bib.input_files import read_bytes, refuse, shown
from dltheory_bib.source.folders import KINDS, catalogue_files

_LARGEST = 100_000_000
"""Bytes: no data file of a release is larger."""
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    RuntimeError,
    OSError,
)


def open_state(path: Path) -> Bibliography:
    """Open a collection, or the catalogue in a release's `.whl` or `.tar.gz`.

    Only the data files of an archive are read. Raises `DataError` if it has none, or they have
    errors.
    """
    is_archive = path.name.lower().endswith((".whl", ".zip", ".tar.gz", ".tgz"))
    if not is_archive or path.is_dir():
        return load(path)
    content = read_bytes(path)
    try:
        files = dict(_zipped(content) if zipfile.is_zipfile(io.BytesIO(content)) else _tar(content))
    except _DAMAGED as error:
        # tarfile says on further lines why it is none of the kinds it knows.
        why = next(iter(str(error).splitlines()), type(error).__name__).rstrip(":")
        refuse(shown(path), "file", f"is no archive that can be read ({why})")
    if "papers.yaml" not in files:
        refuse(shown(path), "file", "contains no data/papers.yaml; name a wheel of dltheory-bib")
    return _compiled(files, shown(path))


def _compiled(files: dict[str, bytes], archive: str) -> Bibliography:
    """Return the bibliography of some data files; nothing of it stays in the cache. Problems name
    the files as parts of the archive.
    """
    from dltheory_bib.snapshot.compile import compile_catalogue
    from dltheory_bib.source.loader import load_catalogue

    with tempfile.TemporaryDirectory(prefix="dltheory-release-") as made:
        folder = Path(made)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        try:
            catalogue = load_catalogue(catalogue_files(folder))
        except DataError as error:
            raise DataError(
                one._replace(file=f"{archive}/{PurePath(one.file).name}") for one in error.problems
            ) from None
    with closing(sqlite3.connect(":memory:")) as database:
        compile_catalogue(catalogue, database)
        return Bibliography._of_database(database.serialize())


def _zipped(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for one in archive.infolist():
            if name := _data_file(one.filename):
                with archive.open(one) as stream:
                    yield name, _bounded(stream.read(_LARGEST + 1))


def _tar(content: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:*") as archive:
        for one in archive:
            stream = archive.extractfile(one) if one.isfile() else None
            if stream and (name := _data_file(one.name)):
                with stream:
                    yield name, _bounded(stream.read(_LARGEST + 1))


def _bounded(content: bytes) -> bytes:
    if len(content) > _LARGEST:
        raise ValueError("a data file has more than 100 MB")
    return content


def _data_file(name: str) -> str:
    """Return the name of a data file of the catalogue; empty for another file of an archive. The
    name is one of a few, so nothing in an archive chooses where it is written.
    """
    path = PurePosixPath(name)
    known = path.suffix == ".yaml" and path.stem in KINDS
    return path.name if known and path.parent.name == "data" else ""
