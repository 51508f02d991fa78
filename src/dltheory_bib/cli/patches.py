"""Show what a command changes, as a patch."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence

import click

from dltheory_bib.cli.app import is_drawn, visible

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_AROUND = 3
"""Lines that are the same around a change."""


def print_patch(name: str, before: str, after: str) -> None:
    """Print the changes of a file, coloured at a terminal."""
    drawn = is_drawn() and not os.environ.get("NO_COLOR")
    for line in patch_lines(name, before, after):
        if drawn:
            colour = _COLOURS.get(line[:1])
            click.echo(click.style(visible(line), fg=colour, dim=None if colour else True))
        else:
            sys.stdout.write(f"{visible(line)}\n")
    sys.stdout.flush()


def patch_lines(name: str, before: str, after: str) -> Iterator[str]:
    """Yield the lines of a unified diff.

    Only the lines between the first and the last change are compared: a diff of the whole of a
    large file would take longer than the command.
    """
    old, new = before.splitlines(), after.splitlines()
    same_start = _same(zip(old, new, strict=False))
    rest = min(len(old), len(new)) - same_start
    same_end = min(_same(zip(reversed(old), reversed(new), strict=False)), rest)
    start = max(same_start - _AROUND, 0)
    end = max(same_end - _AROUND, 0)
    yield f"--- {name}"
    yield f"+++ {name}"
    shifted = _shifted(old[start : len(old) - end], new[start : len(new) - end])
    for line in shifted:
        yield _placed(line, start) if line.startswith("@@") else line


def _same(pairs: Iterable[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _shifted(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    lines = difflib.unified_diff(old, new, lineterm="", n=_AROUND)
    return (line for number, line in enumerate(lines) if number > 1)


def _placed(header: str, start: int) -> str:
    """Return the header of a hunk with line numbers of the whole file."""

    def moved(part: str) -> str:
        number, comma, count = part.partition(",")
        return f"{number[0]}{int(number[1:]) + start}{comma}{count}"

    _, old, new, _ = header.split(" ", 3)
    return f"@@ {moved(old)} {moved(new)} @@"
