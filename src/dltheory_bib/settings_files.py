"""The settings files: where they are, and what they contain, without a check of every table.

A project's file is `.dltheory.toml` in the working folder or above it, up to the root of the
repository (the folder with `.git`), else up to the home folder. Outside both only the working
folder is looked at: another person may have put a file above it. The user's own file is
`settings.toml` in the configuration folder of the platform.

`settings.py` checks all tables. Commands that only show works read one value of `[collection]`
here, since pydantic would take most of their time.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from dltheory_bib.input_files import is_readable, read_text, refuse
from dltheory_bib.user_folders import config_folder

PROJECT = ".dltheory.toml"
"""The name of a project's settings file."""
USER = "settings.toml"
"""The name of the user's settings file, in the configuration folder."""

_TABLE = r"\s*\[\s*([\w\"'-]+)\s*\]"
_KEY = r"\s*([\w\"'-]+)\s*="


class SettingsFile(NamedTuple):
    """A settings file: its path, its name in problems, its text and its tables."""

    path: Path
    name: str
    text: str
    tables: dict[str, Any]
    is_users: bool
    """Whether it is the user's own, not that of a project, which somebody else may have written."""

    def line(self, table: str, key: str = "") -> int:
        """Return the line of a key, else of its table, from 1; 0 if neither is found."""
        found, here = 0, ""
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := re.match(_TABLE, line):
                here = header[1].strip("\"'")
                found = found or (number if here == table else 0)
            elif (named := re.match(_KEY, line)) is not None:
                name = named[1].strip("\"'")
                if here == table and name == key:
                    return number
                if not here and name == table:
                    found = found or number
        return found


def project_file(start: Path | None = None) -> Path | None:
    """Return the settings file of the project around a folder, by default the working one."""
    for folder in _project_folders(start):
        if is_readable(folder / PROJECT):
            return folder / PROJECT
    return None


def user_file() -> Path:
    """Return the path of the user's settings file, which need not exist."""
    return config_folder() / USER


def settings_files(start: Path | None = None) -> list[SettingsFile]:
    """Return the settings files that exist, the one that counts first: the project's, the user's.

    Raises `DataError` if one cannot be read or is no TOML.
    """
    found: list[SettingsFile] = []
    project = project_file(start)
    if project:
        found.append(_read(project, is_users=False))
    if is_readable(user_file()):
        found.append(_read(user_file(), is_users=True))
    return found


def collection_setting(start: Path | None = None) -> tuple[Path, SettingsFile] | None:
    """Return the collection that the settings name, with the file that names it.

    Raises `DataError` if a settings file cannot be read, or the value is no text.
    """
    for file in settings_files(start):
        table = file.tables.get("collection")
        named = table.get("data") if isinstance(table, dict) else None
        if named is None:
            continue
        if not isinstance(named, str) or not named.strip():
            message = "data: write the path of a collection in quotes"
            refuse(file.name, "settings", message, file.line("collection", "data"), 1)
        return below(file, named), file
    return None


def below(file: SettingsFile, path: str) -> Path:
    """Return a path that a settings file names: relative to its folder, `~` is the home folder."""
    return file.path.parent / Path(path).expanduser()


def _project_folders(start: Path | None) -> list[Path]:
    try:
        here = (start or Path.cwd()).resolve()
        home = Path.home().resolve()
    except (OSError, RuntimeError):  # a folder that was removed, a user without a home
        return []
    above = [here, *here.parents]
    for number, folder in enumerate(above, 1):
        if _exists(folder / ".git"):
            return above[:number]
        if folder == home:
            return above[:number]
    return [here]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _read(path: Path, is_users: bool) -> SettingsFile:
    import tomllib

    file = read_text(path)
    text = file.text.removeprefix("\ufeff")
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # Python before 3.14 gives the position in the message alone.
        place = re.search(r" \(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (0, 0)
        what = str(error).split(" (at ")[0] if isinstance(error, ValueError) else "nested too deep"
        message = f"is no TOML: {what[:1].lower()}{what[1:]}"
        refuse(file.name, "settings", message, line, column)
    return SettingsFile(path, file.name, text, tables, is_users)
