"""Measure every target of the project, as ratios between runs in turns.

    python benchmarks/bench.py --quick                        a look, in a minute or two
    python benchmarks/bench.py --full --write benchmarks/results.md

Times are CPU times of whole processes, which depend on the machine; their ratios to
`python -c pass` (the floor) and to other programs on the same works, run in turns, much less.
Memory is the peak of the whole process.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import fixing
from layers import layered
from measure import FLOOR, Command, Measured, Runner
from programs import (
    HERE,
    PARSE,
    WORK,
    Peers,
    bare_events,
    generate,
    ours,
    python,
    terminal,
)

LOAD = "from dltheory_bib import load; bib = load({!r}); "
SMALL, MEDIUM, LARGE, EDGES = 1_000, 10_000, 100_000, ("--citations", "19")
LISTED = ("--list", "10000")
FIRST = """
from pathlib import Path
from dltheory_bib.snapshot.cache import _cache_path
from dltheory_bib.cli.main import main
_cache_path(Path({0!r})).unlink(missing_ok=True)
raise SystemExit(main(["--data", {0!r}, "list", "topic:{1}"]))
"""
"""Compiles a collection, but for what it extends, and lists works."""
GROUPS = (
    *("terminal", "layers", "library", "inside", "compiling"),
    *("export", "checking", "fix", "large"),
)
LIMITS = {"show --format bibtex": 6, "show": 9, "list": 8, "search": 8, "topics": 8}
"""How many times the floor each command may take."""
KEEP = {
    "show": {"papis": 0.3, "cobib": 0.14},
    "list": {"papis": 0.3, "cobib": 0.1},
    "search": {"papis": 0.3, "cobib": 0.1},
}
"""What part of another program's time each command may take."""


@dataclass(frozen=True)
class Line:
    """A line of the table: what was measured, and what it is held against."""

    job: str
    value: str
    measure: str
    target: str = ""
    met: bool | None = None


def against(job: str, value: str, number: float, unit: str, limit: float | None = None) -> Line:
    """A number with its unit, held against a limit where there is one."""
    shown = f"{number:.3g} {unit}"
    if limit is None:
        return Line(job, value, shown)
    return Line(job, value, shown, f"≤ {limit:g}", number <= limit)


def spell(seconds: float) -> str:
    """A time with the unit that suits it."""
    if seconds >= 1:
        return f"{seconds:.3g} s"
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3g} µs"


class Bench:
    """Runs the jobs group by group and collects lines."""

    def __init__(self, runner: Runner, rounds: int, interpreter: str) -> None:
        self.runner, self.rounds, self.interpreter = runner, rounds, interpreter
        self.lines: list[Line] = []
        self.missing: list[str] = []

    @cached_property
    def _collection(self) -> tuple[Path, dict[str, Any]]:
        return generate(self.runner, SMALL, "--peers")

    @property
    def data(self) -> Path:
        """The directory of 1,000 works."""
        return self._collection[0]

    @property
    def about(self) -> dict[str, Any]:
        """What to ask them for."""
        return self._collection[1]

    @cached_property
    def peers(self) -> Peers:
        """The other programs, with the same works."""
        made = Peers(self.runner, self.data, self.about, self.interpreter)
        self.missing += made.missing
        return made

    def _turns(self, commands: list[Command], rounds: int = 0) -> dict[str, Measured]:
        say(f"{', '.join(command.name for command in commands)} …")
        for command in commands:
            self.runner.check(command)
        return self.runner.turns(commands, rounds or self.rounds)

    def _ratio(self, taken: dict[str, Measured], name: str, other: str, limit: float) -> None:
        if other in taken:
            number = taken[name].over(taken[other])
            shown = spell(taken[other].cpu)
            self.lines.append(against(f"… against {other}", shown, number, "× its time", limit))

    def _floor(
        self, taken: dict[str, Measured], name: str, label: str, limit: float | None = None
    ) -> None:
        number = taken[name].over(taken[FLOOR])
        shown = spell(taken[name].cpu)
        self.lines.append(against(label, shown, number, "× floor", limit))

    def terminal(self) -> None:
        """Commands with 1,000 works, drawn."""
        for command in terminal(self.data, self.about):
            name = command.name
            peers = self.peers.get(f"papis {name}", f"cobib {name}")
            taken = self._turns([command, *peers])
            self._floor(taken, name, f"{name}, 1,000 works", LIMITS[name])
            memory = taken[name].megabytes
            self.lines.append(against("… peak memory", "", memory, "MB", 28))
            for peer, limit in KEEP.get(name, {}).items():
                self._ratio(taken, name, f"{peer} {name}", limit)

    def large(self) -> None:
        """The same commands with 100,000 works, compiled by `compiling`."""
        data, about = generate(self.runner, LARGE)
        cache = {"XDG_CACHE_HOME": str(data / "cache")}
        pairs = zip(terminal(data, about, "100,000 "), terminal(self.data, self.about), strict=True)
        for there, here in pairs:
            there = Command(there.name, there.words, there.expect, None, cache)
            taken = self._turns([there, here])
            number = taken[there.name].over(taken[here.name])
            shown = spell(taken[there.name].cpu)
            job = f"{here.name}, 100,000 works"
            limit = 1.5 if here.name == "search" else 1.2
            self.lines.append(against(job, shown, number, "× with 1,000", limit))
            self.lines.append(against("… peak memory", "", taken[there.name].megabytes, "MB"))
        common = ours("search", data, "search", about["common"], expect="SGD")
        common = Command("common words", common.words, common.expect, None, cache)
        taken = self._turns([common])
        self._floor(taken, "common words", "search of words in every third of 100,000 works")

    def layers(self) -> None:
        """The same commands with three overlays, and the first command after a change of one."""
        lab = layered(self.runner.work / "layers", self.data)
        pairs = zip(
            terminal(lab[-1], self.about, "layered "), terminal(self.data, self.about), strict=True
        )
        for there, here in pairs:
            taken = self._turns([there, here])
            number = taken[there.name].over(taken[here.name])
            shown = spell(taken[there.name].cpu)
            job = f"{here.name}, 1,000 works and three overlays of 200"
            self.lines.append(against(job, shown, number, "× without", 1.15))
        taken = self._turns([python("first", FIRST.format(str(lab[0]), self.about["topic"]))])
        cpu = taken["first"].cpu
        job = "list, first compiling an overlay of 200 works"
        self.lines.append(against(job, spell(cpu), cpu, "s of CPU", 0.5))

    def library(self) -> None:
        """A fresh Python that loads and asks."""
        start = LOAD.format(str(self.data))
        asked = python("load", f"{start}print(len(bib.where('topic:{self.about['topic']}')))")
        graph = python("graph", f"{start}print(len(bib.graph))")
        taken = self._turns([asked, graph, *self.peers.get("acl-anthology load")])
        self._floor(taken, "load", "load() and a topic query, 1,000 works")
        self._ratio(taken, "load", "acl-anthology load", 0.35)
        self._floor(taken, "graph", "load() and the networkx graph, 1,000 works")
        self._ratio(taken, "graph", "acl-anthology load", 1.0)

    def inside(self, works: int) -> None:
        """Single questions in one process; at 1,000 works, with 20,000 edges."""
        data, about = generate(self.runner, works, *(EDGES if works == SMALL else ()))
        # The large collection is compiled already, by `large`.
        environment = {"XDG_CACHE_HOME": str(data / "cache")} if works == LARGE else {}
        words = (sys.executable, str(HERE / "inside.py"), str(data))
        say(f"questions in process, {works:,} works …")
        answers = json.loads(self.runner.check(Command("inside", words, "", None, environment)))
        size = f"{works:,} works, {about['edges']:,} edges"
        for name, seconds in answers.items():
            limit = 20 if name in {"reading order", "lineage", "path"} else 1
            target: Any = limit if works == SMALL else None
            job = f"{name}, in process, {size}"
            self.lines.append(against(job, spell(seconds), seconds * 1e3, "ms", target))

    def compiling(self, sizes: tuple[int, ...]) -> None:
        """YAML works to a snapshot, whole process, nothing cached; beside the bare events.

        Rendering is part of it: views, and entries in BibTeX and BibLaTeX. The largest collection
        is measured once, after a first run.
        """
        for works in sizes:
            data, _ = generate(self.runner, works)
            command = ours("compile", data, "topics", "-f", "keys", fresh=True)
            say(f"compiling {works:,} works …")
            rounds = 1 if works == LARGE else max(3, self.rounds // 2)
            taken = self.runner.turns([command, bare_events(data)], rounds)
            compiled, events = taken["compile"], taken["bare events"]
            job = f"compile {works:,} works"
            self._floor(taken, "compile", job, 60 if works == SMALL else None)
            limit = 2.5 if works == LARGE else None
            ratio = compiled.over(events)
            self.lines.append(
                against(
                    "… against PyYAML's events", spell(events.cpu), ratio, "× their time", limit
                )
            )
            limit = 650 if works == LARGE else None
            self.lines.append(against("… peak memory", "", compiled.megabytes, "MB", limit))

    def export(self) -> None:
        """1,000 entries as BibTeX, whole process."""
        mine = ours("export", self.data, "export", expect=self.about["shown"])
        others = self.peers.get("pybtex-convert", "bibtexparser round trip")
        taken = self._turns([mine, *others], max(3, self.rounds // 2))
        self._floor(taken, "export", "export 1,000 entries")
        self._ratio(taken, "export", "pybtex-convert", 0.15)
        self._ratio(taken, "export", "bibtexparser round trip", 0.9)

    def fix(self, interpreter: str) -> None:
        """200 preprints of a .bib brought up to date, whole process."""
        say("fix, rebiber …")
        rows, missing = fixing.measured(self.runner, max(3, self.rounds // 2), interpreter)
        self.lines += [Line(*row) for row in rows]
        self.missing += missing

    def checking(self) -> None:
        """A .bib of 10,000 entries judged, whole process; a tenth are works of the collection."""
        data, _ = generate(self.runner, SMALL, *LISTED)
        refs = str(data / "list.bib")
        mine = ours("check", data, "check", refs, expect="lost-capitals")
        parsing = python("bibtexparser parse", PARSE.format(refs))
        taken = self._turns([mine, parsing], max(3, self.rounds // 2))
        self._floor(taken, "check", "check a .bib of 10,000 entries")
        self.lines.append(against("… peak memory", "", taken["check"].megabytes, "MB"))
        self._ratio(taken, "check", "bibtexparser parse", 1.5)


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="3 rounds instead of 7")
    parser.add_argument("--full", action="store_true", help="100,000 works as well")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table as Markdown")
    parser.add_argument(
        "--peers",
        default=sys.executable,
        metavar="PYTHON",
        help="the Python in which requirements.txt is installed (default: this one)",
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=WORK,
        metavar="DIRECTORY",
        help="where the collections are kept for another run (default: benchmarks/.work)",
    )
    parser.add_argument(
        "--rebiber",
        default=sys.executable,
        metavar="PYTHON",
        help="the Python in which requirements-rebiber.txt is installed (default: this one)",
    )
    parser.add_argument(
        "--only",
        choices=GROUPS,
        help="one group alone; written, its lines take the place of those in the table",
    )
    asked = parser.parse_args()
    runner = Runner(asked.work.absolute())
    bench = Bench(runner, 3 if asked.quick else 7, asked.peers)
    large = asked.full or asked.only == "compiling"
    groups = {
        "terminal": bench.terminal,
        "layers": bench.layers,
        "library": bench.library,
        "inside": lambda: bench.inside(SMALL),
        "compiling": lambda: bench.compiling((SMALL, MEDIUM, LARGE) if large else (SMALL, MEDIUM)),
        "export": bench.export,
        "checking": bench.checking,
        "fix": lambda: bench.fix(asked.rebiber),
        "large": bench.large,
    }
    for group in [asked.only] if asked.only else groups:
        if asked.only or asked.full or group != "large":
            groups[group]()
    if asked.full and not asked.only:
        bench.inside(LARGE)
    # rich would make this process, and so all the others, larger
    from report import draw, renew, write

    draw(bench.lines, bench.missing)
    if asked.write and asked.only:
        renew(asked.write, bench.lines)
    elif asked.write:
        options = [name for name in ("quick", "full") if getattr(asked, name)]
        write(asked.write, bench.lines, bench.missing, options)


if __name__ == "__main__":
    main()
