"""Measure the peak memory of `check` and `fix` on ordinary .bib files of 1, 5 and 10 MB.

    python scripts/memory.py

Of one kind of file the catalogue has no entry; of the other it has a tenth, written as preprints,
so that there is something to change. `make memory` runs it; docs/reliability.md shows the figures.
The goal is 60 MB and 12 times the input. Works where the system reports the memory of a child, so
not on Windows.
"""

from __future__ import annotations

import os
import re
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


KNOWN = re.compile(r"^@\w+\{[^,]+,.*?^\}\n", re.MULTILINE | re.DOTALL)


def main() -> None:
    """Print a row for each command and size."""
    print("| command | input | entries | peak | goal |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "refs.bib"
        for command in ("check", "fix"):
            for kind, known in (("none known", []), ("a tenth known", preprints())):
                for size in (1, 5, 10):
                    path.write_text(entries(size * MEGABYTE, known), "utf-8")
                    goal = 60 + 12 * size
                    row = f"{size} MB | {kind} | {peak(command, path)} MB | {goal} MB"
                    print(f"| {command} | {row} |", flush=True)


def preprints() -> list[str]:
    """Return the entries of the catalogue, as preprints where there is one."""
    words = [sys.executable, "-m", "dltheory_bib", "export", "--prefer", "preprint"]
    said = subprocess.run(words, check=True, capture_output=True, text=True, encoding="utf-8")
    return KNOWN.findall(said.stdout)


def entries(size: int, known: list[str]) -> str:
    """Return at least this number of characters of entries; every tenth is one of `known`."""
    made, length, n = [], 0, 0
    while length < size:
        if known and n % 10 == 9:
            made.append(known[n // 10 % len(known)].replace("{", f"{{n{n}", 1) + "\n")
        else:
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
