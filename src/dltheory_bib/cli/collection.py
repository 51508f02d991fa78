"""Find the collection of a command line, for all commands.

The first of these that exists:

1. the option `--data`,
2. the environment variable `DLTHEORY_DATA` (click reads it as the option),
3. `data` in `[collection]` of the project's settings file,
4. `data/` of the clone of this repository around the working directory,
5. `data` in `[collection]` of the user's settings file,
6. the catalogue of the package.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import click

from dltheory_bib.input_files import read_start
from dltheory_bib.settings_files import collection_setting
from dltheory_bib.source.folders import (
    collection_place,
    is_directory,
    is_file,
    shipped_directory,
)

_PROJECT = r'^name\s*=\s*"dltheory-bib"\s*$'


class Collection(NamedTuple):
    """A collection: the path from which it is loaded, None for the shipped one."""

    path: Path | None
    is_catalogue: bool
    """Whether it is the catalogue itself, shipped or in a clone, and not a user's collection."""
    why: str = "it was installed"
    """What decided that it is used."""

    @property
    def place(self) -> Path:
        """The folder or file that contains its records."""
        return self.path or shipped_directory()


def choose_collection(named: Path | None, why: str = "--data") -> Collection:
    """Return the collection that an option or the environment names, else that of the settings or
    the clone's, else the shipped.

    If the package is run from that clone, the two are the same, and the shipped one is returned.
    Raises `DataError` if a settings file cannot be read.
    """
    if named is not None:
        return Collection(collection_place(named), False, why)
    clone, setting = clone_data(), collection_setting()
    if setting and not (setting[1].is_users and clone):
        return Collection(collection_place(setting[0]), False, f"[collection] in {setting[1].path}")
    if clone is not None:
        return Collection(clone, True, f"you are in the clone {clone.parent}")
    return Collection(None, is_catalogue=True)


def clone_data() -> Path | None:
    """Return `data/` of the clone around the working directory, unless it is the shipped one."""
    try:
        here = Path.cwd()
    except OSError:  # a directory that was removed
        return None
    for folder in (here, *here.parents):
        project, data = folder / "pyproject.toml", folder / "data"
        if is_file(project) and is_file(data / "papers.yaml") and _is_ours(project):
            shipped = shipped_directory()
            return None if is_directory(shipped) and data.samefile(shipped) else data
    return None


def _is_ours(project: Path) -> bool:
    start = read_start(project, 100_000).decode("utf-8", "replace")
    return re.search(_PROJECT, start, re.MULTILINE) is not None


def chosen_collection() -> Collection:
    """Return the collection of the running command."""
    chosen = click.get_current_context().find_root().obj
    assert isinstance(chosen, Collection)
    return chosen


def own_folder() -> Path:
    """Return the folder of the running command's collection, to which it may write.

    Raises `ClickException`, with what to type, if that is the catalogue or a single file.
    """
    chosen = chosen_collection()
    if chosen.path is None or chosen.is_catalogue:
        raise click.ClickException(
            "this is the catalogue; `dltheory init` makes a collection of your own over it, "
            "then name that with --data, DLTHEORY_DATA or .dltheory.toml"
        )
    if not is_directory(chosen.path):
        what = "is a single file" if is_file(chosen.path) else "does not exist"
        raise click.ClickException(
            f"{chosen.path} {what}; `dltheory init DIRECTORY` makes a collection that has notes"
        )
    return chosen.path
