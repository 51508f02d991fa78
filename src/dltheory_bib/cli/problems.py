"""Print problems: for a person, for a program, for a code host."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from dltheory_bib.cli.app import draw, is_drawn, note, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dltheory_bib.errors import Problem

PROBLEM_FORMATS = ("text", "json", "github", "sarif")
_COLOURS = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def print_problems(
    problems: Sequence[Problem],
    format_: str,
    rules: Mapping[str, str] | None = None,
    verdicts: Mapping[Problem, Mapping[str, Any]] | None = None,
) -> None:
    """Print problems in one of `PROBLEM_FORMATS`; `rules` gives a description of each rule, and
    `verdicts` what formats for programs add to a problem that reports a verdict.
    """
    told = verdicts or {}
    if format_ == "json":
        import json

        records = [
            problem._asdict() | ({"verdict": told[problem]} if problem in told else {})
            for problem in problems
        ]
        # In ASCII: a name in the file may contain any character, including a terminal's control
        # codes.
        click.echo(json.dumps(records, indent=2))
    elif format_ == "sarif":
        from dltheory_bib.formats.sarif import to_sarif

        sys.stdout.write(to_sarif(problems, rules, told))
    elif format_ == "github":
        for problem in problems:
            sys.stdout.write(f"{_annotation(problem)}\n")
    elif problems and is_drawn():
        draw(_drawn(problems))
    else:
        for problem in problems:
            sys.stdout.write(f"{visible(str(problem))}\n")


_MOST_FILES = 4


def print_summary(problems: Sequence[Problem]) -> None:
    """Print the number of problems by level and rule, with the files, in the order given.

    On standard error, if the output is for a program, which reads one problem a line.
    """
    counts: dict[tuple[str, str], Counter[str]] = {}
    for problem in problems:
        counts.setdefault((problem.level, problem.rule), Counter())[problem.file] += 1
    several = len({problem.file for problem in problems}) > 1
    width = max(len(rule) for _, rule in counts) + 2
    lines = []
    for (level, rule), files in counts.items():
        total = files.total()
        named = f"{total:>6} {level}{'' if total == 1 else 's'}"
        most = [f"{file} {count}" for file, count in files.most_common(_MOST_FILES)]
        more = [f"and {len(files) - _MOST_FILES} more files"] if len(files) > _MOST_FILES else []
        where = ", ".join([*most, *more]) if several else ""
        lines.append(f"{named:<16}{rule:<{width}}{where}".rstrip())
    if is_drawn():
        from rich.text import Text

        for line in lines:
            draw(Text(visible(line), no_wrap=True, overflow="ellipsis"))
        draw(Text(""))
    else:
        for line in lines:
            note(line)


def _drawn(problems: Sequence[Problem]) -> RenderableType:
    """Print the position and the rule of each, with the message below, wrapped and indented."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    parts: list[RenderableType] = []
    for problem in problems:
        place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
        head = Text(visible(place), style="bold", no_wrap=True, overflow="ignore")
        head.append(f" {problem.level}", style=f"not bold {_COLOURS[problem.level]}")
        head.append(f" {problem.rule}", style="not bold dim")
        parts += [head, Padding(Text(visible(problem.message)), (0, 0, 0, 2))]
    return Group(*parts)


def _annotation(problem: Problem) -> str:
    """Return a problem as GitHub's workflow command; characters that end a property or a line are
    encoded.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions; the codes are
    those of actions/toolkit, packages/core/src/command.ts.
    """
    file = visible(problem.file).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    place = f"file={file},line={max(problem.line, 1)},col={max(problem.column, 1)}"
    message = visible(f"{problem.message} [{problem.rule}]").replace("%", "%25")
    return f"::{_COMMANDS[problem.level]} {place}::{message}"
