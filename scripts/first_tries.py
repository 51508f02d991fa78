"""Try what newcomers type without reading, and print the share that gives the right kind of thing.

    python scripts/first_tries.py [FILE]

The default is tests/first_tries.txt, which describes the form of a line. `make tries` runs it. An
error never counts as right, however helpful; an expression that should be refused is right for the
tests if its error names what to write instead.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from dltheory_bib import Bibliography, Paper, load

TRIES = Path(__file__).parents[1] / "tests" / "first_tries.txt"
_LINE = re.compile(r"(?P<typed>.+?) +=> (?P<kind>\w+)(?: \"(?P<advice>.+)\")?")


class Try(NamedTuple):
    """An expression, the class of its value or `refused`, and the advice of a refusal."""

    typed: str
    kind: str
    advice: str = ""
    section: str = ""


class Outcome(NamedTuple):
    """The class of a value, or an error."""

    kind: str
    error: str = ""

    @property
    def works(self) -> bool:
        """Whether there is a value."""
        return not self.error


def read_tries(text: str) -> list[Try]:
    """Read the expressions of a file. Raises `ValueError` for another line."""
    found, section = [], ""
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif line and not line.startswith("#"):
            parts = _LINE.fullmatch(line)
            if parts is None:
                raise ValueError(f"not a line `expression => kind`: {line}")
            found.append(Try(parts["typed"], parts["kind"], parts["advice"] or "", section))
    return found


def names(bib: Bibliography, folder: Path) -> dict[str, Any]:
    """Return what a notebook has at hand."""
    import networkx
    import pandas

    return {
        "Bibliography": Bibliography,
        "Paper": Paper,
        "bib": bib,
        "folder": folder,
        "json": json,
        "nx": networkx,
        "paper": bib["jin2017escape"],
        "papers": bib.on("ntk"),
        "pd": pandas,
        "topic": bib.topic("ntk"),
    }


def try_one(typed: str, known: dict[str, Any]) -> Outcome:
    """Evaluate an expression, or run a statement, without its output."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            try:
                code = compile(typed, "<typed>", "eval")
            except SyntaxError:
                exec(compile(typed, "<typed>", "exec"), dict(known))
                return Outcome("None")
            made = eval(code, dict(known))
        except Exception as error:
            return Outcome(type(error).__name__, str(error) or repr(error))
    return Outcome("None" if made is None else type(made).__name__)


def try_all(tries: Iterable[Try], bib: Bibliography) -> Iterator[tuple[Try, Outcome]]:
    """Try expressions one by one, in an empty directory."""
    with tempfile.TemporaryDirectory() as folder:
        known = names(bib, Path(folder))
        for one in tries:
            yield one, try_one(one.typed, known)


def main(arguments: list[str]) -> int:
    """Print what fails, with its error, and the share of what works."""
    file = Path(arguments[0]) if arguments else TRIES
    outcomes = list(try_all(read_tries(file.read_text("utf-8")), load()))
    counts: dict[str, list[bool]] = {}
    for one, outcome in outcomes:
        right = outcome.works and outcome.kind == one.kind
        counts.setdefault(one.section, []).append(right)
        if not right:
            print(f"{one.typed}\n    {outcome.kind}: {outcome.error or 'expected ' + one.kind}")
    for section, found in counts.items():
        share = sum(found) / len(found)
        print(f"{section}: {sum(found)} of {len(found)} give the right kind of thing, {share:.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
