"""Put the catalogue into the wheel, and compile it, so that nobody who installs it waits."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SnapshotHook(BuildHookInterface[Any]):
    """Add `data/` with its snapshot and manifest; an editable install reads the clone's own."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.made: tempfile.TemporaryDirectory[str] | None = None
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from dltheory_bib.snapshot.cache import NAME, write_shipped

        self.made = tempfile.TemporaryDirectory()
        target = Path(self.made.name) / f"{NAME}.sqlite"
        write_shipped(root / "data", target)
        includes = build_data["force_include"]
        for file in (root / "data").rglob("*"):
            if file.is_file() and not file.name.startswith(f"{NAME}."):
                includes[str(file)] = (
                    f"dltheory_bib/data/{file.relative_to(root / 'data').as_posix()}"
                )
        for file in (target, target.with_suffix(".json")):
            includes[str(file)] = f"dltheory_bib/data/{file.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.made is not None:
            self.made.cleanup()
