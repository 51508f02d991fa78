"""Write records into a collection: at their place, all files or none, one process at a time.

    with changing(folder, "add doe2026deep") as change:
        change.put("venues", venue)
        change.put("papers", paper)

Files are written when the block ends without an exception. What a command changes is first noted in
the folder's `.dltheory`: a run that was killed is completed by the next one, and `undo` takes back
the last change. Other records and all comments of a file stay as they are.
"""

from __future__ import annotations

import difflib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.errors import DataError, Problem, UnsafeChangeError
from dltheory_bib.files import locked, write_bytes, write_text
from dltheory_bib.input_files import read_bytes, refuse, shown
from dltheory_bib.source.folders import ALL_KINDS, COLLECTION, WORKS
from dltheory_bib.source.wanted import WANTED
from dltheory_bib.source.yaml_writer import revised

if TYPE_CHECKING:
    from dltheory_bib.models.additions import Addition
    from dltheory_bib.models.record import Record

PLACE = ".dltheory"
"""The folder in a collection for what the program keeps there; git does not see it."""
KEPT = 50
"""The most changes that can be undone."""
WAIT = 10.0
"""Seconds to wait for another process that is writing."""
_BEGUN, _DONE = ".begun.json", ".json"
_FILES = frozenset({COLLECTION, WANTED, *(f"{kind}.yaml" for kind in ALL_KINDS)})
"""The files of a collection. One that is a single file of papers has a name of its own."""
_ORDER = {kind: place for place, kind in enumerate(ALL_KINDS)}


def _is_data_file(name: str) -> bool:
    """Return whether a change may be about a file: one of the folder itself, never elsewhere."""
    plain = name.endswith(".yaml") and not name.startswith(".") and Path(name).name == name
    return name in _FILES or plain


class Undone(NamedTuple):
    """A change that was taken back."""

    command: str
    """What made it: `note jin2017escape`."""
    files: tuple[str, ...]


class Change:
    """The changes of one command; nothing is written before its block ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before: dict[str, str | None] = {}
        """The texts of the files that were looked at, by name; None for one that does not exist."""
        self.after: dict[str, str | None] = {}
        """Their texts with the changes."""

    def text(self, name: str) -> str:
        """Return the text of a data file, such as `papers.yaml`, with the changes so far."""
        if not _is_data_file(name):
            raise ValueError(f"{name} is no data file of a collection")
        if name not in self.after:
            self.before[name] = _text(self.folder / name)
            self.after[name] = self.before[name]
        return self.after[name] or ""

    def write(self, name: str, text: str) -> None:
        """Give a file a new text."""
        self.text(name)
        self.after[name] = text

    def records(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the records of a kind as they are now, by key or id, as plain values."""
        from dltheory_bib.source.yaml_reader import read_content

        name, problems = f"{kind}.yaml", list[Problem]()
        text = self.text(name)
        if not text.strip():
            return {}
        found = read_content(text.encode(), problems, shown(self.folder / name))
        made = {_name_of(record.value): dict[str, Any](record.value) for record in found}
        if problems and not all(problem.rule == "empty-file" for problem in problems):
            raise DataError(problems)
        return made

    def put(self, kind: str, *records: Record | Mapping[str, Any]) -> None:
        """Write records, each in place of the one with its key or id.

        They are validated. Raises `pydantic.ValidationError`, and `DataError` if the file cannot be
        read or written.
        """
        from dltheory_bib.source.catalogue import MODELS

        put = {}
        for record in records:
            plain = dict(record) if isinstance(record, Mapping) else record.to_dict()
            fields = MODELS[kind].model_validate(plain).to_dict()
            if kind in WORKS and fields.get("checked") == "unchecked":
                del fields["checked"]  # to_dict always includes it
            put[_name_of(fields)] = fields
        if put:
            self._revise(kind, put, ())

    def remove(self, kind: str, name: str) -> None:
        """Delete the record with a key or id, if there is one."""
        self._revise(kind, {}, (name,))

    def amend(self, key: str, edit: Callable[[Addition], Addition]) -> Addition:
        """Change what the collection adds to a work; return what it adds now.

        `edit` is given what it adds so far. An addition without anything is deleted.
        """
        from dltheory_bib.models.additions import Addition

        fields = self.records("notes").get(key, {"key": key})
        changed = edit(Addition.model_validate(fields))
        if changed.to_dict().keys() <= {"key"}:
            self.remove("notes", key)
        else:
            self.put("notes", changed)
        return changed

    def _revise(
        self, kind: str, put: Mapping[str, Mapping[str, Any]], remove: tuple[str, ...]
    ) -> None:
        name = f"{kind}.yaml"
        text = self.text(name)
        if not text and not put:
            return
        try:
            self.after[name] = revised(text, kind, put, remove)
        except ValueError as error:
            message = f"{error}; correct it first, `dltheory check` shows where"
            file = shown(self.folder / name)
            raise DataError([Problem(file, 0, 0, "error", "file", message)]) from None

    @property
    def files(self) -> list[str]:
        """The names of the files that change, each after those that it may refer to."""
        changed = [name for name, text in self.after.items() if text != self.before[name]]
        return sorted(changed, key=_place)

    @property
    def diff(self) -> str:
        """The changes as a unified diff."""
        parts: list[str] = []
        for name in self.files:
            old, new = self.before[name] or "", self.after[name] or ""
            parts += difflib.unified_diff(
                old.splitlines(keepends=True), new.splitlines(keepends=True), name, name
            )
        return "".join(part if part.endswith("\n") else f"{part}\n" for part in parts)


def _place(name: str) -> int:
    """Return the place of a file: a topic or a venue is written before the works that name it."""
    kind = name.removesuffix(".yaml")
    return -1 if kind not in _ORDER else _ORDER[kind] + 100 * (kind not in _FIRST)


_FIRST = frozenset({"topics", "venues", "people", "assumptions", "questions", "glossary"})


def _name_of(fields: Mapping[str, Any]) -> str:
    return next((str(fields[name]) for name in ("key", "id", "citing") if name in fields), "")


@contextmanager
def changing(
    folder: Path, command: str, *, write: bool = True, wait: float = WAIT
) -> Iterator[Change]:
    """Change a collection; `command` says later what can be undone.

    A second process waits for so many seconds. Without `write` nothing is written; `Change.diff`
    shows what would be. Raises `OSError` if the folder cannot be written, `UnsafeChangeError` if
    another program changed a file meanwhile, `DataError` if a file cannot be read.
    """
    with locked(folder, wait):
        if write:
            _complete(folder)
        change = Change(folder)
        yield change
        if write and change.files:
            _apply(folder, _entry(change, command))


def undo(folder: Path, *, wait: float = WAIT) -> Undone | None:
    """Take back the last change of a collection; return None if there is none.

    Raises `UnsafeChangeError` if a file has changed since: nothing is written then.
    """
    with locked(folder, wait):
        _complete(folder)
        entries = _entries(folder)
        if not entries:
            return None
        last = _read(entries[-1])
        if last is None:
            place = shown(entries[-1])
            raise UnsafeChangeError(f"{place} was not written by this program; delete it")
        for name, delta in last["files"].items():
            if _digest(_text(folder / name)) != delta["after"]:
                raise UnsafeChangeError(
                    f"{shown(folder / name)} was changed after `dltheory {last['command']}`; "
                    "to undo it would lose that change, so nothing was written"
                )
        back = {name: _reversed(delta) for name, delta in reversed(last["files"].items())}
        _apply(folder, {"command": "undo", "undoes": entries[-1].name, "files": back})
        return Undone(last["command"], tuple(last["files"]))


def _entry(change: Change, command: str) -> dict[str, Any]:
    files = {name: _delta(change.before[name], change.after[name]) for name in change.files}
    return {"command": command, "time": time.time(), "files": files}


def _apply(folder: Path, entry: dict[str, Any]) -> None:
    place = _prepared(folder)
    entries = _entries(folder)
    number = int(entries[-1].name.split(".")[0]) + 1 if entries else 1
    begun = place / f"{number:06d}{_BEGUN}"
    write_text(begun, json.dumps(entry, ensure_ascii=False))
    try:
        for name, delta in entry["files"].items():
            _put(folder / name, delta)
    except (OSError, DataError, UnsafeChangeError):
        for name, delta in entry["files"].items():
            with suppress(OSError, DataError, UnsafeChangeError):
                _put(folder / name, _reversed(delta))
        begun.unlink()
        raise
    _finish(place, begun, entry)


# A file's change: the SHA-256 of its text before and after, and the part that differs. A large
# file in fifty copies would be too much.


def _delta(before: str | None, after: str | None) -> dict[str, Any]:
    old = (before or "").splitlines(keepends=True)
    new = (after or "").splitlines(keepends=True)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return {
        "before": _digest(before),
        "after": _digest(after),
        "start": len("".join(old[:start])),
        "old": "".join(old[start : len(old) - end]),
        "new": "".join(new[start : len(new) - end]),
    }


def _reversed(delta: Mapping[str, Any]) -> dict[str, Any]:
    swapped = {"before": "after", "after": "before", "old": "new", "new": "old"}
    return {name: delta[swapped.get(name, name)] for name in delta}


def _digest(text: str | None) -> str | None:
    return None if text is None else sha256(text.encode()).hexdigest()


def _put(path: Path, delta: Mapping[str, Any]) -> None:
    """Change a file; one that is changed already stays. Raises `UnsafeChangeError` for another."""
    text = _text(path)
    if _digest(text) == delta["after"]:
        return
    if _digest(text) != delta["before"]:
        raise UnsafeChangeError(f"{shown(path)} was changed by another program meanwhile")
    if delta["after"] is None:
        path.unlink()
        return
    start, old = delta["start"], text or ""
    new = old[:start] + delta["new"] + old[start + len(delta["old"]) :]
    if text is None:
        write_text(path, new)
    else:
        write_bytes(path, new.encode(), text.encode())


def _complete(folder: Path) -> None:
    """Complete the changes of a run that was killed; what was edited since is left as it is."""
    for begun in sorted((folder / PLACE).glob(f"*{_BEGUN}")):
        entry = _read(begun)
        if entry is None:
            continue
        for name, delta in entry["files"].items():
            with suppress(UnsafeChangeError):
                _put(folder / name, delta)
        _finish(folder / PLACE, begun, entry)


def _read(path: Path) -> dict[str, Any] | None:
    """Return a change that was noted; None if this program did not write it.

    It may have come with somebody else's repository, so it may change data files of this folder
    alone.
    """
    try:
        entry = json.loads(path.read_bytes())
        files, texts = entry["files"], (str, type(None))
        sound = isinstance(entry["command"], str) and all(
            _is_data_file(name)
            and isinstance(delta["start"], int)
            and isinstance(delta["old"], str)
            and isinstance(delta["new"], str)
            and isinstance(delta["before"], texts)
            and isinstance(delta["after"], texts)
            for name, delta in files.items()
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return entry if sound else None


def _finish(place: Path, begun: Path, entry: Mapping[str, Any]) -> None:
    if undone := entry.get("undoes"):
        (place / Path(undone).name).unlink(missing_ok=True)
        begun.unlink()
        return
    begun.replace(place / begun.name.replace(_BEGUN, _DONE))
    for old in _entries(place.parent)[:-KEPT]:
        old.unlink(missing_ok=True)


def _entries(folder: Path) -> list[Path]:
    """Return the changes that are done, the last one last."""
    found = (folder / PLACE).glob(f"*{_DONE}")
    return sorted(path for path in found if not path.name.endswith(_BEGUN))


def _prepared(folder: Path) -> Path:
    """Return the folder for changes, which git does not see and others cannot read."""
    place = folder / PLACE
    place.mkdir(mode=0o700, exist_ok=True)
    ignore = place / ".gitignore"
    if not ignore.exists():
        write_text(ignore, "*\n")
    return place


def _text(path: Path) -> str | None:
    """Return the text of a file; None if there is none. Raises `DataError` if it is not UTF-8."""
    if not path.exists() and not path.is_symlink():
        return None
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        refuse(shown(path), "encoding", "is not UTF-8 text; `dltheory check` shows where")
