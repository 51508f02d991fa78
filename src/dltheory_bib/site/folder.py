"""The folder of a site: what the build wrote there, what changed, and what is no longer wanted.

A manifest in the folder lists every file that the build wrote, with its SHA-256. Nothing else is
ever overwritten or removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from dltheory_bib.errors import BibliographyError
from dltheory_bib.files import write_bytes, write_text

MANIFEST = ".dltheory-site.json"


class SiteError(BibliographyError):
    """A folder in which no site can be built."""


class Written(NamedTuple):
    """What a build did to the folder, in numbers of files."""

    written: int
    unchanged: int
    removed: int
    kept: tuple[str, ...] = ()
    """Files of an earlier build that are no longer part of the site, but were changed since."""


class Folder:
    """A folder that holds a site or will. Raises `SiteError` where something else lies there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fingerprint = ""
        """What the site was made from."""
        self.hashes: dict[str, str] = {}
        """By path in the folder, the SHA-256 of each file that a build wrote."""
        if path.exists() and not path.is_dir():
            raise SiteError(f"{path} is a file; name a folder for the site")
        if (path / MANIFEST).is_file():
            self._read()
        elif path.is_dir() and any(path.iterdir()):
            raise SiteError(
                f"{path} holds other files; name an empty folder, or one that holds a site"
            )

    def _read(self) -> None:
        try:
            found = json.loads((self.path / MANIFEST).read_text("utf-8"))
            self.fingerprint = str(found["fingerprint"])
            self.hashes = {str(name): str(value) for name, value in found["files"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SiteError(
                f"{self.path / MANIFEST} is damaged, so that nobody can tell which files are the "
                "site's; delete the folder, or name another"
            ) from error
        for name in self.hashes:
            parts = PurePosixPath(name).parts
            if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name:
                raise SiteError(f"{self.path / MANIFEST} names {name!r}, which lies elsewhere")

    def is_current(self, fingerprint: str) -> bool:
        """Whether the site there was made from the same, and is as it was written."""
        return self.fingerprint == fingerprint and all(
            self._on_disk(name) == value for name, value in self.hashes.items()
        )

    def _on_disk(self, name: str) -> str | None:
        """The hash of a file as it is; None where there is none."""
        try:
            return sha256((self.path / name).read_bytes())
        except OSError:
            return None

    def update(self, files: Mapping[str, bytes], fingerprint: str) -> Written:
        """Make the folder hold these files; only what differs is written.

        What an earlier build wrote and this one does not is removed, unless somebody changed it
        since. Raises `SiteError`, and writes nothing, where a file that is not the site's stands in
        the way.
        """
        new = {name: sha256(content) for name, content in files.items()}
        now = {name: self._on_disk(name) for name in new}
        self._refuse_foreign([name for name in new if now[name] not in {None, new[name]}], new)
        self.path.mkdir(parents=True, exist_ok=True)
        # Should the build be stopped half way, the next one still knows which files are ours.
        self._write_manifest("", self.hashes | new)
        changed = [name for name in new if now[name] != new[name]]
        for folder in {(self.path / name).parent for name in changed}:
            folder.mkdir(parents=True, exist_ok=True)
        for name in changed:
            write_bytes(self.path / name, files[name], durable=False)
        removed, kept = self._remove(sorted(self.hashes.keys() - new.keys()))
        self._write_manifest(fingerprint, new)
        return Written(len(changed), len(new) - len(changed), removed, tuple(kept))

    def _refuse_foreign(self, differing: list[str], new: Mapping[str, str]) -> None:
        foreign = [name for name in differing if name not in self.hashes]
        for name in new:  # a link to elsewhere would be followed
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

    def _write_manifest(self, fingerprint: str, hashes: Mapping[str, str]) -> None:
        made = {"about": "Written by dltheory site build; it lists the site's files."}
        made |= {"fingerprint": fingerprint, "files": dict(sorted(hashes.items()))}  # type: ignore[dict-item]
        write_text(self.path / MANIFEST, json.dumps(made, indent=0, ensure_ascii=False) + "\n")


def sha256(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
