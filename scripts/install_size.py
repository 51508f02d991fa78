"""Measure what `pip install .` adds to an empty environment, in megabytes on disk.

    python scripts/install_size.py [REQUIREMENT ...]

`make install-size` runs it. The requirements given are counted in. The versions are those of
constraints.txt, as far as it names them. The exit code is 1 if the limit is exceeded.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIMIT = 70


def main(requirements: list[str]) -> int:
    """Install into a temporary environment and print the size of each part; 1 if too large."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory) / "environment"
        venv.create(place, with_pip=True)
        empty = megabytes(place)
        (python,) = [*place.glob("bin/python"), *place.glob("Scripts/python.exe")]
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, "-c", str(ROOT / "constraints.txt"), str(ROOT), *requirements], check=True
        )
        added = megabytes(place) - empty
        (packages,) = [*place.glob("lib/python*/site-packages"), *place.glob("Lib/site-packages")]
        parts = sorted(((megabytes(part), part.name) for part in packages.iterdir()), reverse=True)
        for size, name in parts:
            if size >= 1 and name not in {"pip", "setuptools", "pkg_resources"}:
                print(f"{size:6.1f} MB  {name}")
        print(f"{added:6.1f} MB  in all; at most {LIMIT} are allowed")
    return int(added > LIMIT)


def megabytes(path: Path) -> float:
    """Return the space that a file or a folder takes on disk."""
    files = [path, *path.rglob("*")] if path.is_dir() else [path]
    stats = [file.lstat() for file in files]
    # Windows does not tell how many blocks a file has.
    return sum(getattr(stat, "st_blocks", stat.st_size / 512) * 512 for stat in stats) / 2**20


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
