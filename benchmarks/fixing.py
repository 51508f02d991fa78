"""`fix` beside rebiber on one file of 200 preprints."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from measure import FLOOR, Command, CommandError, Runner, median
from programs import HERE

ENTRIES = 200
NAME, PEER = "fix", "rebiber"


def commands(runner: Runner, interpreter: str) -> tuple[list[Command], list[str]]:
    """Ours and, where it can be run, the peer's, each from the same file; what is missing."""
    refs, mine, theirs = (str(runner.work / f"{name}.bib") for name in ("refs", NAME, PEER))
    runner.check(Command("refs", (sys.executable, str(HERE / "refs.py"), "write", refs)))
    start = 'rm -f "$2"*; cp "$1" "$2"; exec "$0" -m dltheory_bib fix "$2" --write'
    found = [Command(NAME, ("sh", "-c", start, sys.executable, refs, mine))]
    script = Path(interpreter).parent / PEER
    peer = Command(PEER, (str(script), "-i", refs, "-o", theirs))
    try:
        if not script.exists():
            raise CommandError("not installed")
        runner.check(peer)
    except (CommandError, OSError) as error:
        return found, [f"{PEER} ({error})"]
    return [*found, peer], []


def judged(runner: Runner, name: str) -> dict[str, int]:
    """How many entries of what a command wrote are right, wrong and untouched."""
    words = (sys.executable, str(HERE / "refs.py"), "judge", str(runner.work / f"{name}.bib"))
    counts: dict[str, int] = json.loads(runner.check(Command("judge", words)))
    return {what: counts.get(what, 0) for what in ("right", "wrong", "untouched")}


def measured(
    runner: Runner, rounds: int, interpreter: str
) -> tuple[list[tuple[str, str, str, str, bool | None]], list[str]]:
    """The rows of the table, and which peers are missing."""
    found, missing = commands(runner, interpreter)
    runner.check(found[0])
    taken = runner.turns(found, rounds)
    ours = taken[NAME]
    counts = judged(runner, NAME)
    time = f"{ours.seconds:.3g} s"
    rows: list[tuple[str, str, str, str, bool | None]] = [
        (f"fix {ENTRIES} entries", time, f"{ours.over(taken[FLOOR]):.3g} × floor", "", None),
        ("… peak memory", "", f"{ours.megabytes:.3g} MB", "", None),
    ]
    right = ", ".join(f"{count} {what}" for what, count in counts.items())
    if missing:
        return [*rows, ("… by the catalogue", "", right, "", None)], missing
    peer, theirs = taken[PEER], judged(runner, PEER)
    pairs = zip(ours.runs, peer.runs, strict=True)
    memory = median(one.megabytes / two.megabytes for one, two in pairs)
    ratio = ours.over(peer)
    shown = f"{peer.seconds:.3g} s"
    said = ", ".join(f"{count} {what}" for what, count in theirs.items())
    more = counts["right"] > theirs["right"]
    return [
        *rows,
        (f"… against {PEER}", shown, f"{ratio:.3g} × its time", "≤ 0.15", ratio <= 0.15),
        (f"… against {PEER}", "", f"{memory:.3g} × its memory", "≤ 0.25", memory <= 0.25),
        ("… by the catalogue", "", right, f"more right than {PEER}", more),
        (f"… the same of {PEER}", "", said, "", None),
    ], missing
