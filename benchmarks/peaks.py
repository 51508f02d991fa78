"""The peak memory of `check` and `fix` on .bib files of 1, 5 and 10 MB, and their time.

    python benchmarks/peaks.py [MEGABYTES ...]

A tenth of the entries are works of the shipped catalogue, written as preprints, so that `fix` has
something to change. At most 60 MB and 12 times the input are allowed; the exit code is 1 if one
takes more. `docs/reliability.md` has the figures.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from pathlib import Path

from measure import Command, Runner

BASE, FACTOR = 60, 12
"""Megabytes that are allowed, and so many for each megabyte of the file."""
SIZES = (1.0, 5.0, 10.0)
_ENTRY = re.compile(r"^@\w+\{([^,]+),.*?^\}\n", re.MULTILINE | re.DOTALL)


def refs(known: list[str], megabytes: float) -> str:
    """A .bib of this size: entries of the catalogue among nine times as many others."""
    draw = random.Random(3)
    terms = "gradient descent kernel width saddle landscape margin spectrum feature noise".split()  # noqa: SIM905
    parts, size, number = [], 0, 0
    while size < megabytes * 1e6:
        number += 1
        if number % 10:
            title = " ".join(draw.choices(terms, k=8)).capitalize()
            made = (
                f"@article{{doe{number},\n  title = {{{title} {number}}},\n"
                f"  author = {{Doe, Jane and Roe, Rix{number}}},\n  journal = {{Journal of Tea}},\n"
                f"  year = {{{1990 + number % 30}}},\n  pages = {{{number}--{number + 9}}}\n}}\n"
            )
        else:
            made = known[number // 10 % len(known)].replace("{", f"{{n{number}", 1)
        parts.append(made)
        size += len(made.encode())
    return "\n".join(parts)


def main(sizes: list[float]) -> int:
    """Print a line for each command and size; 1 if one takes more than is allowed."""
    exceeded = False
    with tempfile.TemporaryDirectory() as directory:
        runner = Runner(Path(directory))
        program = (sys.executable, "-m", "dltheory_bib")
        said = runner.check(Command("export", (*program, "export", "--prefer", "preprint")))
        known = [found[0] for found in _ENTRY.finditer(said)]
        del said
        for megabytes in sizes:
            path = Path(directory) / "refs.bib"
            path.write_text(refs(known, megabytes), encoding="utf-8")
            for name in ("check", "fix"):
                # `check` ends with 1 if it finds errors.
                words = ("sh", "-c", '"$@" || [ $? = 1 ]', "sh", *program, name, str(path))
                run = runner.once(Command(name, words))
                size = path.stat().st_size / 1e6
                allowed = BASE + FACTOR * size
                exceeded |= run.megabytes > allowed
                print(
                    f"{name:5} {size:5.1f} MB: {run.megabytes:4.0f} MB of {allowed:.0f}, "
                    f"{run.cpu:5.1f} s of CPU"
                )
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main([float(one) for one in sys.argv[1:]] or list(SIZES)))
