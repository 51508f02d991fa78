"""Measure the peak memory of `check` and `fix` on ordinary .bib files of 1, 5 and 10 MB.

    python scripts/memory.py

`make memory` runs it; docs/reliability.md shows the figures. The goal is 60 MB and 12 times the
input. Works on systems that report the memory of a child process (not Windows).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

MEGABYTE = 1_000_000
ENTRY = r"""@article{{doe{n}a,
  title = {{On the {{Convergence}} of Method {n} for Deep Networks}},
  author = {{Doe, Jane and M{{\"u}}ller, Hans and Smith, John {n}}},
  journal = {{Journal of Machine Learning Research}},
  year = {{{year}}},
  volume = {{{n}}},
  pages = {{{n}--{last}}},
  doi = {{10.1000/jmlr.{n}}},
  url = {{https://jmlr.org/papers/v{n}/doe{n}.html}},
}}

"""


def main() -> None:
    """Print a row for each command and size."""
    print("| command | input | peak | goal |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "refs.bib"
        for command in ("check", "fix"):
            for size in (1, 5, 10):
                path.write_text(entries(size * MEGABYTE), "utf-8")
                print(f"| {command} | {size} MB | {peak(command, path)} MB | {60 + 12 * size} MB |")


def entries(size: int) -> str:
    """Return at least this number of characters of entries."""
    made, length, n = [], 0, 0
    while length < size:
        made.append(ENTRY.format(n=n, year=1990 + n % 30, last=n + 20))
        length += len(made[-1])
        n += 1
    return "".join(made)


def peak(command: str, path: Path) -> int:
    """Return the peak memory of a command on a file, in MB."""
    words = [sys.executable, "-m", "dltheory_bib", command, str(path)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    unit = 1 if sys.platform == "darwin" else 1024
    return round(usage.ru_maxrss * unit / MEGABYTE)


if __name__ == "__main__":
    main()
