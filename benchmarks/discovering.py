"""How long a dump of OpenAlex takes: storing its citations, and what `discover` takes of them.

    python benchmarks/discovering.py [--works 1000000 …] [--memory 400MB …] [--index]

For each number of works a dump is made (`citation_dump.py`) and stored once; then `discover`
answers without a limit and with each of the limits on memory, and the answers are compared byte by
byte. `--index` builds the index of works as well, which only look-ups need. Dumps stay in `.work`.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from citation_dump import number_of, write_dump
from measure import Command, Run, Runner
from programs import WORK

from dltheory_bib import load
from dltheory_bib.discovery.citation_store import CitationStore
from dltheory_bib.discovery.engines import open_engine
from dltheory_bib.discovery.own_works import OwnWork, collection_works


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--memory", nargs="*", default=["400MB"], metavar="LIMIT")
    parser.add_argument("--index", action="store_true", help="also build the index of works")
    parser.add_argument("--work", type=Path, default=WORK, help="where dumps are kept")
    asked = parser.parse_args()
    runner = Runner(asked.work.absolute())
    planted = collection_works(load())
    run(runner, "list", "-n", "1")  # the first command after a change compiles the catalogue
    print("| works | job | wall s | CPU s | MB | answer |\n|---|---|---|---|---|---|")
    for works in asked.works:
        folder = runner.work / f"openalex-{works}"
        if not folder.is_dir():
            write_dump(works, folder, planted=planted)
        shelf = runner.work / f"shelf-{works}"
        words = ("shelf", "build", str(folder), "-o", str(shelf))
        only = () if asked.index else ("--citations-only",)
        report(works, "store", run(runner, *words, *only)[0])
        answers = set()
        for limit in ("", *asked.memory):
            words = ("discover", "--shelf", str(shelf), "-n", "100")
            taken, answer = run(runner, *words, *(("--memory", limit) if limit else ()))
            answers.add(answer)
            report(works, f"discover {limit}".strip(), taken, answer[:12])
        found, wrong = matched(shelf, planted)
        print(f"| {works:,} | match | | | | {found} of {len(planted)}, {wrong} wrong |")
        if len(answers) > 1:
            sys.exit("the answers differ")


def run(runner: Runner, *words: str) -> tuple[Run, str]:
    """Run a command of ours; return what it took, and the sum of its answer."""
    output = runner.work / "answer.tsv"
    command = Command(
        " ".join(words), (sys.executable, "-m", "dltheory_bib", *words), output=output
    )
    taken = runner.once(command)
    return taken, hashlib.sha256(output.read_bytes()).hexdigest()


def report(works: int, job: str, taken: Run, answer: str = "") -> None:
    """Print a row."""
    print(
        f"| {works:,} | {job} | {taken.seconds:.1f} | {taken.cpu:.1f} | {taken.megabytes:.0f}"
        f" | {answer} |",
        flush=True,
    )


def matched(shelf: Path, planted: list[OwnWork]) -> tuple[int, int]:
    """Return how many of the planted works were found, and how many others instead."""
    with open_engine() as engine:
        found = CitationStore(shelf, engine).find([one.reference for one in planted])
    right = [[number_of(place)] == numbers for place, numbers in enumerate(found)]
    return sum(right), sum(bool(one) for one in found) - sum(right)


if __name__ == "__main__":
    main()
