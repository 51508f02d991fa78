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
from dltheory_bib.source.folders import is_directory, is_file, shipped_directory

_PROJECT = r'^name\s*=\s*"dltheory-bib"\s*$'


class Collection(NamedTuple):
    """A collection: the path from which it is loaded, None for the shipped one."""

    path: Path | None
    is_catalogue: bool
    """Whether it is the catalogue itself, shipped or in a clone, and not a user's collection."""

    @property
    def place(self) -> Path:
        """The folder or file that contains its records."""
        return self.path or shipped_directory()


def choose_collection(named: Path | None) -> Collection:
    """Return the collection that an option or the environment names, else that of the settings or
    the clone's, else the shipped.

    If the package is run from that clone, the two are the same, and the shipped one is returned.
    Raises `DataError` if a settings file cannot be read.
    """
    if named is not None:
        return Collection(named, is_catalogue=False)
    clone, setting = clone_data(), collection_setting()
    if setting and not (setting[1].is_users and clone):
        return Collection(setting[0], is_catalogue=False)
    return Collection(clone, is_catalogue=True)


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
