"""The layers of a collection: those that it extends, from the lowest up, and itself.

`collection.yaml` in the folder of a collection says what it extends: the shipped catalogue, or
other collections, which may extend more. The lowest layer is a catalogue on its own; each of the
others adds works, and additions to works below it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from dltheory_bib.errors import DataError, Problem
from dltheory_bib.input_files import shown
from dltheory_bib.models.additions import CollectionFile
from dltheory_bib.source.folders import (
    COLLECTION,
    DataFile,
    catalogue_files,
    collection_files,
    is_described,
    is_directory,
    is_file,
    shipped_directory,
)
from dltheory_bib.source.loader import record_problems
from dltheory_bib.source.yaml_reader import RawRecord, read_mapping

SHIPPED = "shipped"
"""The word for the catalogue of the package."""
_MOST = 32


class Layer(NamedTuple):
    """A collection as a layer: its name and its folder, or the file of its papers."""

    name: str
    path: Path | None
    """None for the catalogue of the package."""

    def files(self, lowest: bool) -> list[DataFile]:
        """Return its data files; those of the lowest layer with the registries that it borrows.

        Raises `DataError` if the lowest layer has no papers.
        """
        if self.path is None:
            return catalogue_files(shipped_directory())
        if lowest:
            return collection_files(self.path)
        if is_directory(self.path):
            return catalogue_files(self.path)
        return [DataFile(self.path, "papers")]


def layers_of(path: Path) -> list[Layer]:
    """Return the layers of a collection from the lowest to itself.

    A layer that is extended twice counts once, where it is lowest. Raises `DataError`, with the
    place in `collection.yaml`, if one is not there or a collection extends itself.
    """
    found: dict[Path | None, Layer] = {}
    _collect(path, [], found)
    return list(found.values())


def read_collection(path: Path) -> tuple[CollectionFile, RawRecord | None]:
    """Return what a collection's folder says about it, and the places of the values.

    Raises `DataError` with every problem in the file.
    """
    file = path / COLLECTION
    if not is_described(path):
        return CollectionFile(), None
    problems: list[Problem] = []
    raw = read_mapping(file, problems, shown(file))
    if raw is not None:
        try:
            made = CollectionFile.model_validate(raw.value)
        except ValidationError as error:
            problems += record_problems(error, raw, CollectionFile, shown(file))
    if problems or raw is None:
        raise DataError(sorted(problems))
    return made, raw


def _collect(path: Path, above: list[Path], found: dict[Path | None, Layer]) -> None:
    described, raw = read_collection(path)
    here = [*above, _resolved(path)]
    for number, name in enumerate(described.extends):
        if name == SHIPPED:
            found.setdefault(None, Layer(SHIPPED, None))
            continue
        below = path / Path(name).expanduser()
        message = ""
        if not (is_directory(below) or is_file(below)):
            message = f"there is no collection at {below}; write {SHIPPED}, or the path of a folder"
        elif _resolved(below) in here or len(here) > _MOST:
            message = f"{name} extends this collection; a collection cannot extend itself"
        if message:
            place = raw.place(("extends", number)) if raw else (1, 1)
            raise DataError(
                [Problem(shown(path / COLLECTION), *place, "error", "extends", message)]
            )
        if _resolved(below) not in found:
            _collect(below, here, found)
    found.setdefault(_resolved(path), Layer(described.name or _resolved(path).stem, path))


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()
