"""Whole processes, timed in turns.

Other work on the machine slows whatever happens to run; so commands that are compared run in turns
(A, B, floor, A, B, floor, …), and ratios of their CPU times, which depend less on how busy the
machine is, are taken within a round, then their median. This module
imports little on purpose: on Linux the peak memory of a child counts what its parent held when it
was started, so the process that starts the others has to stay smaller than all of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

FLOOR = "floor"


class CommandError(Exception):
    """A command that ended with another code than 0, or did not answer what was expected."""


@dataclass(frozen=True)
class Command:
    """A process to be timed. `fresh` is deleted before each run; `expect` must be in the output.

    What it prints goes to `output` when it is timed; `codes` are the exit codes of a good run.
    """

    name: str
    words: tuple[str, ...]
    expect: str = ""
    fresh: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)
    output: Path | None = None
    codes: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Run:
    """One run of a command: time from start to exit, CPU time (user and system), peak memory."""

    seconds: float
    cpu: float
    megabytes: float


@dataclass(frozen=True)
class Measured:
    """The runs of a command, one a round."""

    runs: tuple[Run, ...]

    @property
    def seconds(self) -> float:
        """Median time."""
        return median(run.seconds for run in self.runs)

    @property
    def cpu(self) -> float:
        """Median CPU time."""
        return median(run.cpu for run in self.runs)

    @property
    def megabytes(self) -> float:
        """Median peak memory."""
        return median(run.megabytes for run in self.runs)

    def over(self, other: Measured) -> float:
        """The median of the ratios of CPU times, round by round: neighbours share the noise."""
        pairs = zip(self.runs, other.runs, strict=True)
        return median(one.cpu / two.cpu for one, two in pairs)


def median(values: Iterable[float]) -> float:
    """The middle value; written out, because `statistics` would cost this process memory."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def environment(work: Path) -> dict[str, str]:
    """A terminal with colour and 100 columns, and a home of its own below the working directory."""
    home = work / "home"
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    if "PYTHONPATH" in kept:  # the commands run in another directory
        parts = kept["PYTHONPATH"].split(os.pathsep)
        kept["PYTHONPATH"] = os.pathsep.join(str(Path(part).resolve()) for part in parts if part)
    return kept | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "FORCE_COLOR": "1",
        "COLUMNS": "100",
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
    }


class Runner:
    """Runs commands in one environment."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.environment = environment(work)

    def check(self, command: Command) -> str:
        """Run once and give the output. Raises `CommandError` when it does not answer."""
        self._clear(command)
        done = subprocess.run(
            command.words,
            env=self.environment | command.environment,
            cwd=self.work,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        if done.returncode or command.expect not in done.stdout:
            said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no answer"]
            raise CommandError(f"{command.name}: {said[0]}")
        return done.stdout

    def once(self, command: Command) -> Run:
        """Run once, timed from start to exit."""
        self._clear(command)
        with Path(command.output or os.devnull).open("wb") as output:
            start = time.perf_counter()
            process = subprocess.Popen(
                command.words,
                env=self.environment | command.environment,
                cwd=self.work,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if command.output else subprocess.DEVNULL,
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in command.codes:
            raise CommandError(f"{command.name}: exit code {process.returncode}")
        unit = 1 if sys.platform == "darwin" else 1024
        return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)

    def turns(self, commands: Iterable[Command], rounds: int) -> dict[str, Measured]:
        """The runs of each command by name; the floor is always among them."""
        commands = [*commands, Command(FLOOR, (sys.executable, "-c", "pass"))]
        runs: dict[str, list[Run]] = {command.name: [] for command in commands}
        for command in commands:
            self.once(command)  # a first run fills caches, the program's and the system's
        for _ in range(rounds):
            for command in commands:
                runs[command.name].append(self.once(command))
        return {name: Measured(tuple(taken)) for name, taken in runs.items()}

    def _clear(self, command: Command) -> None:
        if command.fresh is not None:
            shutil.rmtree(command.fresh, ignore_errors=True)
