"""The settings of all commands, checked: `[collection] [network] [shelf] [fix] [check] [site]`.

An option of the command line counts first, then an environment variable, then the project's file,
then the user's (`settings_files.py` says where they are). Each value is decided alone.

A project's file may have come with a repository that somebody else wrote. It can narrow what the
user permits, not widen it: `online = true` counts in the user's own file only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dltheory_bib.correction_kinds import Kind
from dltheory_bib.errors import DataError, Problem, did_you_mean
from dltheory_bib.settings_files import SettingsFile, below, settings_files
from dltheory_bib.text.names import nearest

Service = Literal[
    "arxiv", "crossref", "datacite", "dblp", "openalex", "openreview", "semanticscholar"
]
"""A service of the network that can be asked."""


class _Table(BaseModel):
    """A table of a settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CollectionSettings(_Table):
    """`[collection]`: the collection in use."""

    data: str | None = Field(
        default=None, description="the collection: its folder, or a papers file"
    )


class NetworkSettings(_Table):
    """`[network]`: whether and how services are asked."""

    online: bool = Field(
        default=False,
        description="services may be asked without `--online`; true counts in the user's file only",
    )
    mailto: str | None = Field(
        default=None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="an e-mail address for services that ask for a contact",
    )
    timeout: float = Field(
        default=20.0,
        gt=0,
        le=600,
        strict=False,
        description="seconds after which a request is given up",
    )
    cache_days: int = Field(
        default=30, ge=0, le=3650, description="days for which an answer is kept"
    )
    without: list[Service] = Field(default=[], description="services that are not asked")


class ShelfSettings(_Table):
    """`[shelf]`: the index of works outside the catalogue."""

    path: str | None = Field(
        default=None, description="its folder; by default in the platform's data folder"
    )


class FixSettings(_Table):
    """`[fix]`: what `dltheory fix` changes."""

    only: list[Kind] = Field(default=[], description="the only kinds of correction; all if empty")
    no: list[Kind] = Field(default=[], description="the kinds of correction that are not made")
    venues: Literal["as-is", "long", "short"] = Field(
        default="as-is", description="how the venues of known works are named"
    )
    keep_preprint: bool = Field(
        default=False, description="the arXiv id of published entries is kept"
    )


class CheckSettings(_Table):
    """`[check]`: what `dltheory check` reports of a .bib file."""

    ignore: list[str] = Field(default=[], description="rules that are ignored")
    strict: bool = Field(default=False, description="warnings also give the exit code 1")
    max: int | None = Field(default=None, ge=1, description="the most messages that are printed")
    dialect: Literal["bibtex", "biblatex"] | None = Field(
        default=None, description="by default that of the manuscript, or of most entries"
    )


class SiteSettings(_Table):
    """`[site]`: how the web site is built."""

    title: str | None = Field(default=None, description="the name of the site")
    base_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="its public address, for a sitemap and links",
    )
    report_url: str | None = Field(
        default=None,
        pattern=r"^(https?://|mailto:)",
        description="where a reader reports an error; `{key}` and `{page}` are replaced",
    )
    docs_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="where the documentation is, for a link at the foot of each page",
    )


class Settings(BaseModel):
    """All settings; a value that no file states is the default."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    collection: CollectionSettings = CollectionSettings()
    network: NetworkSettings = NetworkSettings()
    shelf: ShelfSettings = ShelfSettings()
    fix: FixSettings = FixSettings()
    check: CheckSettings = CheckSettings()
    site: SiteSettings = SiteSettings()


_PATHS = frozenset({("collection", "data"), ("shelf", "path")})
"""The values that are paths, which are relative to the file that states them."""


class FoundSettings(NamedTuple):
    """The settings with where they were found."""

    settings: Settings
    files: tuple[SettingsFile, ...]
    stated_by: Mapping[tuple[str, str], SettingsFile]
    """The file that states a value, by table and key."""
    notes: tuple[Problem, ...]
    """What does not count, and why."""


def find_settings(start: Path | None = None) -> FoundSettings:
    """Return the settings for a folder, by default the working one.

    Raises `DataError` with every problem: an unknown table or key, a wrong value.
    """
    files = tuple(settings_files(start))
    tables: dict[str, dict[str, Any]] = {}
    stated_by: dict[tuple[str, str], SettingsFile] = {}
    problems: list[Problem] = []
    notes: list[Problem] = []
    for file in files:
        problems += _problems(file)
        for table, values in file.tables.items():
            for key, value in (values if isinstance(values, dict) else {}).items():
                if not file.is_users and (table, key, value) == ("network", "online", True):
                    notes.append(_online_ignored(file))
                    continue
                if (table, key) not in stated_by:
                    stated_by[table, key] = file
                    is_path = (table, key) in _PATHS and isinstance(value, str)
                    tables.setdefault(table, {})[key] = (
                        str(below(file, value)) if is_path else value
                    )
    if problems:
        raise DataError(problems)
    return FoundSettings(Settings.model_validate(tables), files, stated_by, tuple(notes))


def load_settings(start: Path | None = None) -> Settings:
    """Return the settings for a folder, by default the working one. Raises `DataError`."""
    return find_settings(start).settings


def _online_ignored(file: SettingsFile) -> Problem:
    message = (
        "online = true does not count here: a project must not open the network; write it into "
        "your own settings, or use --online"
    )
    return Problem(file.name, file.line("network", "online"), 1, "note", "settings", message)


def _problems(file: SettingsFile) -> list[Problem]:
    """Return the problems of one file, each with its line."""
    try:
        Settings.model_validate(file.tables)
    except ValidationError as error:
        return sorted(_problem(file, dict(one)) for one in error.errors())
    return []


def _problem(file: SettingsFile, error: dict[str, Any]) -> Problem:
    table, key = [*map(str, error["loc"]), "", ""][:2]
    known = Settings.model_fields
    if error["type"] == "extra_forbidden" and not key:
        hint = did_you_mean(nearest(table, known, 1)) or f"; the tables are {', '.join(known)}"
        message = f"no table [{table}]{hint}"
    elif error["type"] == "extra_forbidden":
        keys = known[table].annotation.model_fields  # type: ignore[union-attr]
        hint = did_you_mean(nearest(key, keys, 1)) or f"; its keys are {', '.join(keys)}"
        message = f"[{table}] has no key {key!r}{hint}"
    else:
        message = f"{key or f'[{table}]'}: {_wrong_value(error)}"
    line = file.line(table, key)
    return Problem(file.name, line, 1 if line else 0, "error", "settings", message)


_WRITE = {
    "bool_type": "write true or false",
    "float_parsing": "write a number",
    "float_type": "write a number",
    "int_type": "write a whole number",
    "list_type": 'write a list: ["a", "b"]',
    "string_type": "write a text in quotes",
    "model_type": "is a table; write [{}] in a line, and its keys below",
}


def _wrong_value(error: dict[str, Any]) -> str:
    """Return what to write in place of a wrong value."""
    if error["type"] == "literal_error":
        expected = str(error["ctx"]["expected"]).replace(" or ", ", ").replace("'", "")
        close = nearest(str(error["input"]), expected.split(", "), 1)
        advice = (
            f"write {close[0]}, or another of {expected}" if close else f"write one of {expected}"
        )
        return f"{error['input']!r} is not known; {advice}"
    if error["type"] == "string_pattern_mismatch":
        is_address = "@" in error["ctx"]["pattern"]
        return f"write {'an e-mail address' if is_address else 'an address that begins with http'}"
    message = _WRITE.get(error["type"]) or str(error["msg"])
    return message.format(error["loc"][0])
