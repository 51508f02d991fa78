"""What an entry of a file says to its owner alone: notes, keywords, files, whether it was read."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dltheory_bib.text.value_rules import clean, lines

if TYPE_CHECKING:
    from dltheory_bib.bibfile.importers import Draft

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co"})
_LISTS = ("aliases", "notes", "tags", "files", "after", "relations")
"""The fields of an addition that are lists."""
_ABSTRACT = "Abstract: "


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user wants of the entries of a file besides."""

    tags: tuple[str, ...] = ()
    """Tags for every work of the file."""
    abstracts: bool = False
    """Whether abstracts become private notes."""
    file: Path | None = None
    """Where the file is: paths of copies may be relative to it."""
    folder: Path | None = None
    """The folder of the collection, to which paths of copies then are relative."""


@dataclass(slots=True)
class OwnMaterial:
    """The private additions that the entries of a file make to works, by key."""

    wishes: Wishes = field(default_factory=Wishes)
    additions: dict[str, dict[str, Any]] = field(default_factory=dict)
    abstracts: int = 0
    """The number of entries whose abstract is left out."""
    said: list[str] = field(default_factory=list)
    """What else was left out, each with the entry and the reason."""

    def add(self, key: str, draft: Draft) -> None:
        """Add what an entry says of the work with a key."""
        notes, wishes = draft.notes, self.wishes
        if draft.abstract and wishes.abstracts:
            notes = [*notes, f"{_ABSTRACT}{draft.abstract}"]
        elif draft.abstract:
            self.abstracts += 1
        files = [self._placed(one) for one in draft.files]
        own, said = _fields(notes, [*draft.keywords, *wishes.tags], draft.status, files)
        self.said += [f"{draft.where} {one}" for one in said]
        if not own:
            return
        self.additions[key], refused = joined(self.additions.get(key, {"key": key}), own)
        if refused:
            self.said.append(f"{draft.where} has the status {refused}; another entry's is kept")

    def _placed(self, name: str) -> str:
        """Return the path of a copy as the collection has it, if the file names one beside it."""
        file, folder = self.wishes.file, self.wishes.folder
        if file is None or folder is None:
            return name
        try:
            path = file.parent / name
            if Path(name).is_absolute() or not path.is_file():
                return name
            return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
        except (OSError, ValueError):
            return name


def _fields(
    notes: Iterable[str], tags: Iterable[str], status: str, files: Iterable[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return the fields of an addition that are valid, and what was left out of them."""
    said: list[str] = []
    found: dict[str, Any] = {
        "notes": _valid(notes, lines, "note", said),
        "tags": _valid(tags, clean, "keyword", said),
        "status": status,
        "files": _valid(files, clean, "file", said),
    }
    return {name: value for name, value in found.items() if value}, said


def _valid(
    values: Iterable[str], rule: Callable[[str], str], what: str, said: list[str]
) -> list[str]:
    """Return values that a record may have, without invisible characters."""
    made: list[str] = []
    for value in values:
        seen = "".join(one for one in value if one in "\n\t" or not _is_invisible(one))
        if seen != value:
            said.append(f"has a {what} with invisible characters, which are left out")
        if seen.strip():
            made.append(rule(seen))
    return list(dict.fromkeys(made))


def _is_invisible(char: str) -> bool:
    return not char.isprintable() and unicodedata.category(char) in _INVISIBLE


def joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return an addition with what another adds, and the status that was not taken, if any.

    What is there stays: of two statuses the old one.
    """
    made = dict(old)
    for name in _LISTS:
        if new.get(name):
            there = list(old.get(name, ()))
            made[name] = there + [one for one in new[name] if one not in there]
    if not new.get("status") or old.get("status") == new["status"]:
        return made, ""
    if old.get("status"):
        return made, str(new["status"])
    made["status"] = new["status"]
    return made, ""
