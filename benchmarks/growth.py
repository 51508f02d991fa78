"""How time and memory grow from 1,000 to 100,000 works, as a picture.

python benchmarks/growth.py --output benchmarks/growth.svg
"""

from __future__ import annotations

import argparse
from pathlib import Path

from measure import FLOOR, Command, Run, Runner
from programs import WORK, generate, ours, terminal

SIZES = (1_000, 10_000, 100_000)
JOBS = ("compile", "show", "list", "search")
COLOURS = {"compile": "#b5492a", "show": "#1f6f8b", "list": "#5b8c3e", "search": "#7a5195"}


def measure(runner: Runner, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Time in floors and memory of each job at each size.

    All sizes take turns. Compiling runs once: it is what fills the caches of the others.
    """
    compiled: list[Run] = []
    asked: list[Command] = []
    for works in SIZES:
        data, about = generate(runner, works)
        compiled.append(runner.once(ours("compile", data, "topics", "-f", "keys", fresh=True)))
        cache = {"XDG_CACHE_HOME": str(data / "cache")}
        asked += [
            Command(f"{command.name} {works}", command.words, command.expect, None, cache)
            for command in terminal(data, about)
            if command.name in JOBS
        ]
    for command in asked:
        runner.check(command)
    taken = runner.turns(asked, rounds)
    floor = taken[FLOOR]
    found = {"compile": [(run.seconds / floor.seconds, run.megabytes) for run in compiled]}
    for job in JOBS[1:]:
        runs = [taken[f"{job} {works}"] for works in SIZES]
        found[job] = [(run.over(floor), run.megabytes) for run in runs]
    return found


def draw(found: dict[str, list[tuple[float, float]]], output: Path) -> None:
    """Two panels, time and memory, with lines named at their ends instead of in a legend."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams |= {"svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 10}
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    panels = (("Time, in starts of Python", (5, 30_000)), ("Peak memory, MB", (10, 1_000)))
    for part, (axis, (title, limits)) in enumerate(zip(axes, panels, strict=True)):
        ends = []
        for job in JOBS:
            line = [one[part] for one in found[job]]
            axis.loglog(SIZES, line, marker="o", markersize=4, color=COLOURS[job])
            ends.append((line[-1], job))
        for place, job in apart(ends, (limits[1] / limits[0]) ** 0.065):
            axis.text(SIZES[-1] * 1.2, place, job, color=COLOURS[job], va="center")
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_xlabel("works")
        axis.set_xticks(SIZES, [f"{works:,}" for works in SIZES])
        axis.minorticks_off()
        axis.set_xlim(700, 500_000)
        axis.set_ylim(*limits)
        axis.grid(axis="y", color="#e4e4e4", linewidth=0.6)
        axis.spines[["top", "right"]].set_visible(False)
        axis.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    figure.savefig(output, metadata={"Date": None} if output.suffix == ".svg" else None)


def apart(ends: list[tuple[float, str]], factor: float) -> list[tuple[float, str]]:
    """Places for names on a logarithmic axis, pushed up until none covers another."""
    placed: list[tuple[float, str]] = []
    for value, name in sorted(ends):
        placed.append((max(value, placed[-1][0] * factor) if placed else value, name))
    return placed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("growth.svg"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--work", type=Path, default=WORK, help="where collections are kept")
    asked = parser.parse_args()
    found = measure(Runner(asked.work.absolute()), asked.rounds)
    for job, values in found.items():
        rows = [
            f"{works:,}: {time:.3g} × floor, {size:.3g} MB"
            for works, (time, size) in zip(SIZES, values, strict=True)
        ]
        print(f"{job:8} {'; '.join(rows)}")
    draw(found, asked.output)


if __name__ == "__main__":
    main()
