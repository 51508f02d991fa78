"""Try random files on every reader, and print what breaks.

    python scripts/fuzz.py [--seconds 60 | --runs N] [--seed S] [--only READER ...]

`make fuzz SECONDS=60` runs it. `tests/fuzzing` describes the readers, the mutants and what must
hold; the seeds and a share of the mutants are also tried by the tests. A file that breaks a promise
is made smaller and kept in build/fuzz; put it in `tests/fuzzing/seeds` when you mend the fault. The
exit code is 1 if any was found.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from dltheory_bib import Bibliography, load  # noqa: E402
from fuzzing.mutants import Mutator, Seed  # noqa: E402
from fuzzing.readers import (  # noqa: E402
    COMMANDS_EACH,
    READERS,
    Bench,
    BrokenPromiseError,
    Reader,
    seeds,
    words,
)
from helpers.collections import SAMPLE, in_place  # noqa: E402

SLOW = 2.0
"""Seconds of CPU per 100 kB that no reader may take; a small file has as many."""
STOPPED = 20.0
"""Seconds of CPU after which a reader is stopped."""
TURN, REPORTED = 0.5, 60.0
"""Seconds of CPU of a reader's turn, and seconds between two reports."""
_SHRUNK = 4.0
"""Seconds that making a file smaller may take."""


class HangError(Exception):
    """A reader was stopped."""


@dataclass
class Tally:
    """What the runs of one reader came to."""

    runs: int = 0
    size: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    hangs: int = 0
    tracebacks: int = 0
    broken: int = 0
    lost: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Raise `HangError` in what runs longer, of this process's own time."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise HangError

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def tried(reader: Reader, bench: Bench, file: Seed, seed: int) -> tuple[str, float, str]:
    """Return the kind of failure of a file, empty if there is none, its CPU time and details."""
    bench.draw.seed(seed)
    began = time.process_time()
    kind = detail = ""
    try:
        with stopped_after(STOPPED):
            reader.run(bench, file)
    except HangError:
        kind = "hang: stopped"
    except BrokenPromiseError as error:
        kind, detail = f"broken: {str(error).partition(':')[0]}", str(error)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        kind = f"traceback: {type(error).__name__} in {Path(last.filename).name}:{last.name}"
        detail = traceback.format_exc()
    took = time.process_time() - began
    if not kind and took > SLOW * max(1.0, len(file.data) / 100_000):
        kind, detail = "hang: slow", f"{took:.1f} s for {len(file.data)} bytes"
    return kind, took, detail


def smaller(reader: Reader, bench: Bench, file: Seed, seed: int, kind: str) -> Seed:
    """Return a smaller file that fails in the same way."""
    data, end = file.data, time.process_time() + _SHRUNK
    size = max(len(data) // 2, 1)
    while size and time.process_time() < end:
        at = 0
        while at < len(data) and time.process_time() < end:
            shorter = data[:at] + data[at + size :]
            if tried(reader, bench, Seed(file.name, shorter), seed)[0] == kind:
                data = shorter
            else:
                at += size
        size //= 2
    return Seed(file.name, data)


def main() -> int:
    """Try files on readers in turn; 1 if any breaks a promise."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=float, help="CPU seconds in all (default: 60)")
    asked.add_argument("--runs", type=int, help="mutants in all, instead of a time")
    asked.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked.add_argument("--only", nargs="+", choices=READERS, default=list(READERS))
    asked.add_argument("--commands-each", type=int, default=COMMANDS_EACH, metavar="N")
    asked.add_argument("--keep", type=Path, default=ROOT / "build" / "fuzz")
    given = asked.parse_args()
    print(f"seed {given.seed}", flush=True)
    with in_place(SAMPLE), tempfile.TemporaryDirectory() as folder:
        tallies = fuzz(given, Path(folder))
    report(tallies)
    return int(any(tally.kinds for tally in tallies.values()))


def fuzz(given: argparse.Namespace, folder: Path) -> dict[str, Tally]:
    """Try mutants of each reader's seeds, in turns of equal time or, with `--runs`, of number."""
    bib = load()
    tallies = {name: Tally() for name in given.only}
    mutators = {name: mutator(name, bib, given.seed) for name in given.only}
    seconds = given.seconds or (1e9 if given.runs else 60.0)
    each = max((given.runs or 10**12) // len(given.only), 1)
    for name in given.only:
        (folder / name).mkdir()
        for seed in mutators[name].seeds[:8]:
            warm(READERS[name], Bench(bib, folder / name, commands_each=1), seed)
    began, told, number = time.process_time(), time.monotonic(), 0
    while time.process_time() - began < seconds and any(t.runs < each for t in tallies.values()):
        for name, tally in tallies.items():
            home = folder / name
            home.mkdir(exist_ok=True)
            end = time.process_time() + TURN
            while time.process_time() < end and tally.runs < each:
                number += 1
                bench = Bench(bib, home, commands_each=given.commands_each)
                one(READERS[name], bench, mutators[name].mutant(), number, tally, given.keep / name)
        if time.monotonic() - told > REPORTED:
            told = time.monotonic()
            report(tallies)
    return tallies


def mutator(name: str, bib: Bibliography, seed: int) -> Mutator:
    """Return what draws the mutants of a reader."""
    draw = random.Random(f"{seed} {name}")
    return Mutator(seeds(name, bib), words(READERS[name].tokens), draw)


def warm(reader: Reader, bench: Bench, file: Seed) -> None:
    """Read a seed, so that no mutant pays for imports and caches."""
    with suppress(Exception):
        reader.run(bench, file)


def one(reader: Reader, bench: Bench, file: Seed, seed: int, tally: Tally, keep: Path) -> None:
    """Try one file; keep a smaller one if it fails in a new way."""
    kind, took, detail = tried(reader, bench, file, seed)
    tally.runs += 1
    tally.size += len(file.data)
    tally.seconds += took
    tally.slowest = max(tally.slowest, took / max(1.0, len(file.data) / 100_000))
    tally.lost += bench.lost
    if not kind:
        return
    tally.kinds[kind] += 1
    tally.hangs += kind.startswith("hang")
    tally.tracebacks += kind.startswith("traceback")
    tally.broken += kind.startswith("broken")
    if tally.kinds[kind] > 3:
        return
    keep.mkdir(parents=True, exist_ok=True)
    found = smaller(reader, bench, file, seed, kind)
    slug = re.sub(r"\W+", "-", kind).strip("-").lower()
    name = f"{slug}-{tally.kinds[kind]}--{file.name}"
    (keep / name).write_bytes(found.data)
    (keep / f"{name}.log").write_text(
        f"{kind}, seed {seed}\n{detail}\n\nsmaller:\n" + tried(reader, bench, found, seed)[2],
        encoding="utf-8",
        errors="backslashreplace",
    )
    shutil.rmtree(bench.folder)
    bench.folder.mkdir()


def report(tallies: dict[str, Tally]) -> None:
    """Print a line for each reader, and one for all."""
    head = "reader", "mutants", "MB", "CPU s", "slowest s", "tracebacks", "hangs", "broken", "lost"
    print(("{:>11}" * len(head)).format(*head))
    rows = dict(tallies)
    total = Tally()
    for tally in tallies.values():
        for name in ("runs", "size", "seconds", "hangs", "tracebacks", "broken", "lost"):
            setattr(total, name, getattr(total, name) + getattr(tally, name))
        total.slowest = max(total.slowest, tally.slowest)
    for name, t in [*rows.items(), ("all", total)]:
        print(
            f"{name:>11}{t.runs:11,}{t.size / 1e6:11.1f}{t.seconds:11.1f}{t.slowest:11.2f}"
            f"{t.tracebacks:11}{t.hangs:11}{t.broken:11}{t.lost:11}"
        )
    for name, tally in tallies.items():
        for kind, number in tally.kinds.most_common():
            print(f"{name}: {number} x {kind}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
