"""The locations of a collection's files. Nothing here reads them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from dltheory_bib.errors import DataError, Problem
from dltheory_bib.input_files import shown

KINDS = (
    "papers",
    "resources",
    "topics",
    "venues",
    "people",
    "citations",
    "trails",
    "assumptions",
    "questions",
    "results",
    "glossary",
)
"""The files of a catalogue, each `KIND.yaml`, in the order in which they are read."""
ALL_KINDS = (*KINDS, "notes")
"""The same, and what a collection of one's own may have besides."""
WORKS = frozenset({"papers", "resources"})
"""The kinds of file that contain works."""
COLLECTION = "collection.yaml"
"""Says what a collection extends; see `source.layers`."""
REGISTRIES = frozenset({"topics", "venues", "people", "assumptions", "questions", "glossary"})
"""The kinds that the shipped catalogue supplies to a collection without its own."""


class DataFile(NamedTuple):
    """A file of a catalogue: its path and its kind."""

    path: Path
    kind: str

    @property
    def shown(self) -> str:
        """The name that problems show."""
        return shown(self.path)


def shipped_directory() -> Path:
    """Return the catalogue of the package: inside it when installed, next to it in a clone."""
    package = Path(__file__).parents[1]
    inside = package / "data"
    return inside if is_directory(inside) else package.parents[1] / "data"


def catalogue_files(directory: Path) -> list[DataFile]:
    """Return the files of a catalogue directory, in a fixed order. Any of them may be missing."""
    found = ((kind, directory / f"{kind}.yaml") for kind in ALL_KINDS)
    return [DataFile(path, kind) for kind, path in found if _exists(path)]


def _exists(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()
    except OSError:
        return True  # reading it will report the problem


def is_directory(path: Path) -> bool:
    """Return whether there is a directory; if a name cannot be looked up, reading it reports
    why.
    """
    try:
        return path.is_dir()
    except OSError:
        return False


def is_file(path: Path) -> bool:
    """Return whether there is a file, as far as that can be determined."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_described(path: Path) -> bool:
    """Return whether a collection has a `collection.yaml`, which says what it extends."""
    return is_directory(path) and _exists(path / COLLECTION)


def collection_place(path: Path) -> Path:
    """Return the folder of a collection that is named by its `papers.yaml` or `collection.yaml`;
    any other path as it is.
    """
    named = path.name in {"papers.yaml", COLLECTION}
    return path.parent if named and is_described(path.parent) else path


def collection_files(path: Path) -> list[DataFile]:
    """Return the files of a collection: a directory, or a single papers file.

    If a collection has no topics, venues, people, questions, assumptions or glossary of its own,
    those of the shipped catalogue are used. Raises `DataError` if there is nothing to read.
    """
    if is_directory(path):
        own = catalogue_files(path)
        if not any(file.kind in WORKS for file in own):
            message = f"contains no papers.yaml; the files of a catalogue are {', '.join(KINDS)}"
            raise DataError([Problem(shown(path), 0, 0, "error", "file", message)])
    else:
        # The registries next to a single file belong to it, as they do for `check`.
        beside = [
            file
            for file in catalogue_files(path.parent)
            if file.kind in REGISTRIES and is_file(file.path)
        ]
        own = [DataFile(path, "papers"), *beside]
    return own + supplied(own)


def supplied(own: list[DataFile]) -> list[DataFile]:
    """Return the registries of the shipped catalogue that these files lack."""
    missing = REGISTRIES - {file.kind for file in own}
    return [file for file in catalogue_files(shipped_directory()) if file.kind in missing]
