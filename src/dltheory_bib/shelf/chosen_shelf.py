"""The shelf in use: the one that is named, else that of the settings, else the default one."""

from __future__ import annotations

from pathlib import Path

from dltheory_bib.settings import load_settings
from dltheory_bib.shelf.lookups import Shelf, default_folder
from dltheory_bib.shelf.shelf_index import FILE


def shelf_folder(named: Path | None = None) -> Path:
    """Return the folder of the shelf in use, whether or not there is one."""
    if named is not None:
        return named
    stated = load_settings().shelf.path
    return Path(stated) if stated else default_folder()


def open_shelf(named: Path | None = None) -> Shelf | None:
    """Return the shelf in use, or None if nobody has built one.

    Raises `ShelfError` if it cannot be read, or if one that is named, here or in the settings, is
    not there.
    """
    folder = shelf_folder(named)
    chosen = named is not None or load_settings().shelf.path
    if not chosen and not (folder / FILE).is_file():
        return None
    return Shelf(folder)
