"""The folder of a site: which files the build wrote, changed and removed.

A manifest in the folder lists every file that the build wrote, with its SHA-256. No other file is
ever overwritten or removed. It also lists the parts in which the files were made, and whose prose
each part depends on, so that the next build makes only what may differ.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from dltheory_bib.errors import BibliographyError
from dltheory_bib.files import sweep, write_bytes, write_text

MANIFEST = ".dltheory-site.json"


class SiteError(BibliographyError):
    """No site can be built in this folder."""


class Written(NamedTuple):
    """The changes of a build, in numbers of files."""

    written: int
    unchanged: int
    removed: int
    kept: tuple[str, ...] = ()
    """Files of an earlier build that are no longer part of the site, but were edited since and
    therefore kept.
    """
    made: int = 0
    """Files that were made to be compared with those in the folder."""


class Part(NamedTuple):
    """A part of a site: files that are made together."""

    files: tuple[str, ...]
    reads: frozenset[str]
    """The keys of the works whose prose it depends on; `*` is every work."""

    def depends_on(self, works: Collection[str]) -> bool:
        """Return whether it depends on the prose of one of these works."""
        return bool(works) and ("*" in self.reads or not self.reads.isdisjoint(works))


class Folder:
    """A folder for a site. Raises `SiteError` if it contains other files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fingerprint = ""
        """The inputs that the site was built from."""
        self.hashes: dict[str, str] = {}
        """The SHA-256 of each file that a build wrote, by path in the folder."""
        self.state: Any = None
        """What the last build recorded of its inputs."""
        self.parts: dict[str, Part] = {}
        """The parts of the site by name, if the last build ran to its end."""
        self._found: dict[str, str | None] = {}
        if path.exists() and not path.is_dir():
            raise SiteError(f"{path} is a file; name a folder for the site")
        if (path / MANIFEST).is_file():
            self._read()
        elif path.is_dir() and any(path.iterdir()):
            raise SiteError(
                f"{path} contains other files; name an empty folder, or one that contains a site"
            )

    def _read(self) -> None:
        try:
            found = json.loads((self.path / MANIFEST).read_text("utf-8"))
            self.fingerprint = str(found["fingerprint"])
            self.hashes = {str(name): str(value) for name, value in found["files"].items()}
            self.state = found.get("state")
            self.parts = {
                str(name): Part(tuple(map(str, files)), frozenset(map(str, reads)))
                for name, (files, reads) in found.get("parts", {}).items()
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SiteError(
                f"{self.path / MANIFEST} is damaged, so the site's files cannot be identified; "
                "delete the folder, or name another one"
            ) from error
        for name in self.hashes:
            parts = PurePosixPath(name).parts
            if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name:
                raise SiteError(
                    f"{self.path / MANIFEST} names {name!r}, which is outside the folder"
                )

    def is_current(self, fingerprint: str) -> bool:
        """Return whether the site there was built from the same inputs, and is unchanged."""
        return self.fingerprint == fingerprint and all(self.is_intact(name) for name in self.hashes)

    def is_intact(self, name: str) -> bool:
        """Return whether a file is as the last build left it."""
        return self._on_disk(name) == self.hashes.get(name)

    def _on_disk(self, name: str) -> str | None:
        """Return the hash of a file; None if it does not exist. Each file is read once."""
        if name not in self._found:
            try:
                self._found[name] = sha256((self.path / name).read_bytes())
            except OSError:
                self._found[name] = None
        return self._found[name]

    def update(
        self,
        files: Mapping[str, bytes],
        fingerprint: str,
        parts: Mapping[str, Part] | None = None,
        state: object = None,
    ) -> Written:
        """Make the folder contain these files, and those of `parts` that are there; write only
        those that differ.

        Files of an earlier build that are no longer needed are removed, unless somebody edited
        them. Raises `SiteError`, and writes nothing, if a path is taken by a file that is not the
        site's.
        """
        parts = parts or {}
        there = (name for part in parts.values() for name in part.files if name not in files)
        new = {name: self.hashes[name] for name in there}
        new |= {name: sha256(content) for name, content in files.items()}
        now = {name: self._on_disk(name) for name in new}
        self._refuse_foreign([name for name in new if now[name] not in {None, new[name]}], new)
        self.path.mkdir(parents=True, exist_ok=True)
        # If the build is interrupted, the next one still knows which files belong to the site.
        self._write_manifest(self.hashes | new)
        changed = [name for name in new if now[name] != new[name]]
        for folder in {(self.path / name).parent for name in changed}:
            folder.mkdir(parents=True, exist_ok=True)
        for name in changed:
            write_bytes(self.path / name, files[name], durable=False)
        for folder in {(self.path / name).parent for name in new}:
            sweep(folder)
        removed, kept = self._remove(sorted(self.hashes.keys() - new.keys()))
        self._write_manifest(new, fingerprint, parts, state)
        self.fingerprint, self.hashes, self._found = fingerprint, new, dict(new)
        return Written(len(changed), len(new) - len(changed), removed, tuple(kept), len(files))

    def _refuse_foreign(self, differing: list[str], new: Mapping[str, str]) -> None:
        foreign = [name for name in differing if name not in self.hashes]
        for name in new:  # a link out of the folder would be followed
            for above in [*PurePosixPath(name).parents][:-1]:
                if (self.path / above).is_symlink():
                    foreign.append(str(above))
        if foreign:
            raise SiteError(
                f"{self.path / foreign[0]} was not written by this program; move it away, or name "
                "another folder"
            )

    def _remove(self, stale: list[str]) -> tuple[int, list[str]]:
        removed, kept = 0, []
        for name in stale:
            there = self._on_disk(name)
            if there is None:
                continue
            if there != self.hashes[name] or self.path.resolve() not in (
                (self.path / name).resolve().parents
            ):
                kept.append(name)
                continue
            (self.path / name).unlink()
            removed += 1
            if not any((self.path / name).parent.iterdir()):
                (self.path / name).parent.rmdir()
        return removed, kept

    def _write_manifest(
        self,
        hashes: Mapping[str, str],
        fingerprint: str = "",
        parts: Mapping[str, Part] | None = None,
        state: object = None,
    ) -> None:
        made = {
            "about": "Written by dltheory site build; it lists the site's files.",
            "fingerprint": fingerprint,
            "files": dict(sorted(hashes.items())),
            "parts": {name: (one.files, sorted(one.reads)) for name, one in (parts or {}).items()},
            "state": state,
        }
        write_text(self.path / MANIFEST, json.dumps(made, ensure_ascii=False) + "\n")


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
