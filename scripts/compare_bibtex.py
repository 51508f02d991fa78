"""Compare `dltheory check` with BibTeX and biber on .bib files, entry by entry.

    python scripts/compare_bibtex.py FOLDER… [--biber]

BibTeX runs with the style plain on every entry of each file. Each error and each warning in its log
must have a message of `check` at the same entry; and where neither program reports an error, no
rule on the form of a file may report one. `--biber` also runs biber, in tool mode, which takes some
seconds a file; without it, rules that rest on biber alone are left out of the second comparison.
Exits with 1 if a finding of a program has no message, or an error has no finding.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from dltheory_bib import Bibliography, load
from dltheory_bib.bibfile.bib_parser import BibFile, read_bib, read_on
from dltheory_bib.bibfile.lint.linter import lint
from dltheory_bib.errors import DataError, Problem

_BROKEN = frozenset({"syntax", "unbalanced", "stray-at", "repeated-key", "unknown-string"})
# The beginnings of BibTeX's lines, and the rules that report the same.
_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Repeated entry", frozenset({"repeated-key"})),
    ("A bad cross reference", frozenset({"crossref"})),
    ("Warning--you've nested cross references", frozenset({"crossref"})),
    ("Name ", frozenset({"bad-name"})),
    ("Too many commas", frozenset({"bad-name"})),
    ("I was expecting", _BROKEN),
    ("You're missing", _BROKEN),
    ("Illegal end of database file", _BROKEN),
    ("Unbalanced braces", _BROKEN),
    ("Runaway", _BROKEN),
    ("Warning--string name", frozenset({"unknown-string"})),
    ("Warning--I'm ignoring", frozenset({"repeated-field"})),
    ("Warning--entry type for", frozenset({"unknown-type"})),
    ("Warning--empty ", frozenset({"missing-field"})),
    ("Warning--all relevant fields", frozenset({"missing-field"})),
    ("Warning--to sort", frozenset({"missing-field", "sort-key"})),
    ("Warning--need ", frozenset({"missing-field"})),
    ("Warning--there's a ", frozenset({"ignored-field", "missing-field"})),
    ("Warning--can't use both", frozenset({"ignored-field"})),
)
_LINE = re.compile(r"---?line (\d+) of file ")
_KEY = re.compile(r'(?:for entry|entry type for|entry|in|for|ignoring) "?([^\s"]+?)(?:"|\'s|\s|$)')
_LAST_KEY = re.compile(r"(?:in|for entry) (\S+)$")
_PARENT = re.compile(r"to crossref (\S+)$")
_STRING = re.compile(r'string name "([^"]*)"')
FORM = frozenset(
    {"syntax", "unbalanced", "stray-at", "repeated-key", "repeated-field", "unknown-string"}
    | {
        "bad-name",
        "crossref",
        "missing-field",
        "sort-key",
        "unknown-type",
        "ignored-field",
        "and-others",
    }
    | {"bad-date", "bad-year", "bad-month", "reversed-pages", "wrong-doi", "doi-as-url"}
)
"""The rules on form that the programs can judge; LaTeX judges the others, on characters."""
_ONLY_BIBER = frozenset({"bad-name", "crossref", "stray-at", "syntax", "unbalanced"})


class Finding(NamedTuple):
    """What a program reports: the text, the key and the line, if it names them."""

    text: str
    key: str
    line: int

    @property
    def is_error(self) -> bool:
        """Whether it is an error of BibTeX, not a warning."""
        return not self.text.startswith("Warning--")


@dataclass
class Comparison:
    """What was compared in one file."""

    name: str
    entries: int = 0
    findings: int = 0
    errors: int = 0
    without_message: list[Finding] = field(default_factory=list)
    too_hard: list[Problem] = field(default_factory=list)
    levels: Counter[str] = field(default_factory=Counter)


def bibtex_log(file: BibFile, style: str = "plain") -> list[Finding]:
    """Return what BibTeX reports of all entries of a file."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "refs.bib").write_bytes(file.encode(file.text))
        (place / "refs.aux").write_text(
            f"\\citation{{*}}\n\\bibdata{{refs}}\n\\bibstyle{{{style}}}\n"
        )
        environment = os.environ | {"max_print_line": "10000", "LC_ALL": "C"}
        subprocess.run(
            ["bibtex", "-min-crossrefs=1000", "refs"],
            cwd=place,
            env=environment,
            capture_output=True,
            check=False,
        )
        log = place / "refs.blg"
        return list(_findings(log.read_bytes().decode("utf-8", "replace"))) if log.exists() else []


def _findings(log: str) -> Iterator[Finding]:
    """Return the findings of a log; a line that goes on in the next is joined to it."""
    lines = log.partition("Database file #1")[2].split("\n")[1:]
    for number, line in enumerate(lines):
        if line.startswith("You've used"):
            return
        if not any(line.startswith(start) for start, _ in _KINDS):
            continue
        text = line
        for more in lines[number + 1 : number + 12]:  # a long value is broken into lines
            is_new = any(more.startswith(start) for start, _ in _KINDS)
            if is_new or more.startswith(("while executing", "You've used", "(There")):
                break
            if more.startswith("--line"):
                text += more
                break
            if _LINE.search(text) or text.startswith(("Warning--empty", "Warning--to sort")):
                break
            text += more if text.startswith(("Name ", "Too many")) else f" {more}"
        found = _LINE.search(text)
        keys = _KEY.findall(text)
        last = _LAST_KEY.search(text)
        yield Finding(
            text, (last[1] if last else keys[0] if keys else ""), int(found[1]) if found else 0
        )


def biber_errors(file: BibFile) -> list[str]:
    """Return the errors that biber reports of a file, and the entries that it skips."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "refs.bib").write_bytes(file.encode(file.text))
        command = ["biber", "--tool", "--nolog", "--output-file", "out.bib", "refs.bib"]
        done = subprocess.run(command, cwd=place, capture_output=True, check=False)
        lines = done.stdout.decode("utf-8", "replace").split("\n")
        return [line for line in lines if line.startswith(("ERROR", "FATAL")) or "skipping" in line]


def compare(bib: Bibliography, file: BibFile, with_biber: bool = False) -> Comparison:
    """Compare the messages of `check` on a file with what BibTeX reports."""
    file = read_on(file)
    linted = lint(bib, [file], dialect="bibtex")
    made = Comparison(file.name, len(file.entries))
    made.levels = Counter(problem.level for problem in linted.problems)
    findings = bibtex_log(file)
    made.findings = len(findings)
    made.errors = sum(one.is_error for one in findings)
    at = _Places(file, linted.problems)
    made.without_message = [one for one in findings if not at.has_message(one)]
    with_error = {at.of_finding(one) for one in findings if one.is_error}
    alone = [
        problem
        for problem in linted.problems
        if problem.level == "error"
        and problem.rule in FORM
        and at.of_line(problem.line) not in with_error
    ]
    made.too_hard = [problem for problem in alone if problem.rule not in _ONLY_BIBER]
    if with_biber and len(made.too_hard) < len(alone) and not biber_errors(file):
        made.too_hard = alone
    return made


class _Places:
    """The entries of a file by line and key, with the problems at each."""

    def __init__(self, file: BibFile, problems: Iterable[Problem]) -> None:
        self.file = file
        self.starts = [file.place(entry.start)[0] for entry in file.entries]
        self.numbers: dict[str, list[int]] = {}
        for number, entry in enumerate(file.entries):
            self.numbers.setdefault(entry.key.lower(), []).append(number)
        self.rules: dict[int, set[str]] = {}
        self.strings: set[str] = set()
        self.commented: set[int] = set()
        for problem in problems:
            self.rules.setdefault(self.of_line(problem.line), set()).add(problem.rule)
            if problem.rule == "unknown-string":
                self.strings.update(re.findall(r"[^\s,;{}]+", problem.message.lower()))
            if problem.rule == "stray-at":
                self.commented.add(problem.line)

    def of_line(self, line: int) -> int:
        """Return the number of the entry in a line, or of the last one before it."""
        return bisect_right(self.starts, line) - 1

    def of_finding(self, one: Finding) -> int:
        """Return the number of the entry that a finding is about."""
        if one.line:
            return self.of_line(one.line)
        return next(iter(self.numbers.get(one.key.lower(), ())), -1)

    def has_message(self, one: Finding) -> bool:
        """Return whether a rule reports a finding, or why BibTeX reads no more of the entry."""
        rules = next(rules for start, rules in _KINDS if one.text.startswith(start))
        name = _STRING.search(one.text)
        if name:
            return name[1].lower() in self.strings
        numbers = [self.of_line(one.line)] if one.line else self.numbers.get(one.key.lower(), [])
        if one.line and rules == _BROKEN:  # an error is noticed where the text after it begins
            numbers = [self.of_line(line) for line in (one.line, one.line - 1)]
            if self.commented & {one.line, one.line - 1}:
                return True
        if not numbers:  # BibTeX reads the entries in a comment
            return bool(self.commented)
        here = set().union(*(self.rules.get(number, set()) for number in numbers))
        if here & rules:
            return True
        broken = {"syntax", "unbalanced", "stray-at"}
        if here & broken and not one.is_error:
            return True
        parent = _PARENT.search(one.text)
        numbers = [*numbers, *(self.numbers.get(parent[1].lower(), []) if parent else [])]
        return "missing-field" in rules and self._is_undefined(numbers)

    def _is_undefined(self, numbers: Iterable[int]) -> bool:
        """Return whether a value of an entry is an undefined `@string`, and so empty."""
        for number in numbers:
            for one in self.file.entries[number].fields:
                if any(not kind and inside.lower() in self.strings for kind, inside in one.parts):
                    return True
        return False


def main(arguments: list[str] | None = None) -> int:
    """Compare the files of some folders; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--biber", action="store_true", help="run biber as well")
    asked = parser.parse_args(arguments)
    for program in ("bibtex", *(["biber"] if asked.biber else [])):
        if shutil.which(program) is None:
            parser.error(f"{program} is not installed")
    bib = load()
    total: Counter[str] = Counter()
    for path in _bib_files(asked.folders):
        try:
            file = read_bib(path)
        except DataError as error:
            print(f"{path}: {error.problems[0].message}")
            continue
        made = compare(bib, file, asked.biber)
        total += Counter(
            {
                "files": 1,
                "entries": made.entries,
                "findings of BibTeX": made.findings,
                "errors of BibTeX": made.errors,
                "without a message": len(made.without_message),
                "too hard": len(made.too_hard),
                "files with an error": bool(made.levels["error"]),
            }
        )
        for one in made.without_message:
            print(f"{path}: no message for: {one.text[:150]}")
        for problem in made.too_hard:
            print(f"{path}:{problem.line}: no finding for: {problem.message} [{problem.rule}]")
    print(", ".join(f"{count} {name}" for name, count in total.items()))
    return 1 if total["without a message"] or total["too hard"] else 0


def _bib_files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.rglob("*.bib")) if folder.is_dir() else [folder]


if __name__ == "__main__":
    sys.exit(main())
