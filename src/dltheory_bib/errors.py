"""Exceptions and problems: what they carry and how they are printed.

Each problem in a data file is a `Problem` with a position; every exception that this package raises
on purpose is a `BibliographyError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

Level = Literal["error", "warning", "note"]


class Problem(NamedTuple):
    """One problem at one position in a data file.

    `line` and `column` count from 1; both are 0 if the problem concerns the whole file (a
    directory, an unreadable file). `rule` is the kebab-case name of the rule, `message` describes
    the problem and how to fix it. An *error* prevents a data file from being loaded, a *warning*
    does not; a *note* is information, not a fault.
    """

    file: str
    line: int
    column: int
    level: Level
    rule: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.level}: {self.message} [{self.rule}]"


class BibliographyError(Exception):
    """The base class of every exception that dltheory-bib raises on purpose."""


class DataError(BibliographyError):
    """The data files cannot be loaded; `problems` lists every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        errors = sum(problem.level == "error" for problem in self.problems)
        noun = "error" if errors == 1 else "errors"
        super().__init__(f"{errors} {noun} in the data:\n" + "\n".join(map(str, self.problems)))


class UnknownNameError(BibliographyError, KeyError):
    """The bibliography contains no paper, topic, person or venue of this name.

    `kind` is the kind of record ("paper", "topic", …), `name` the name that was given and `nearest`
    the closest known names, best first.
    """

    def __init__(self, kind: str, name: str, nearest: Sequence[str] = ()) -> None:
        self.kind = kind
        self.name = name
        self.nearest = tuple(nearest)
        self.message = f"no {kind} {name!r}" + did_you_mean(self.nearest)
        super().__init__(self.message)

    def __str__(self) -> str:  # KeyError would show the repr of its argument
        return self.message


class QueryError(BibliographyError, ValueError):
    """The query has a syntax error, or names an unknown field or value.

    `query` is the text, `column` the position of the error (from 1).
    """

    def __init__(self, message: str, query: str = "", column: int = 0) -> None:
        self.message = message
        self.query = query
        self.column = column
        super().__init__(message)

    def pointer(self) -> str:
        """Return the query with a caret under the position of the error, or an empty string."""
        if not self.column or "\n" in self.query:
            return ""
        return f"{self.query}\n{' ' * (self.column - 1)}^"


class DetachedRecordError(BibliographyError):
    """The record belongs to no bibliography, so it cannot be navigated."""

    def __init__(self, record: str) -> None:
        super().__init__(
            f"{record} belongs to no bibliography; those of load() do, and those of "
            "Bibliography.from_records([...])"
        )


class UnsafeChangeError(BibliographyError):
    """A change to a user's file would lose data, or the file has changed meanwhile.

    The file is left unchanged.
    """


class MissingExtraError(BibliographyError, ImportError):
    """A feature whose optional dependencies are not installed.

    The message names the packages of the extra, so that its command works for an installation from
    a clone, from a wheel or from an index.
    """

    def __init__(self, what: str, extra: str) -> None:
        packages = _packages_of(extra)
        names = " and ".join(re.split(r"[<>=!~\[ ]", one)[0] for one in packages)
        command = " ".join(f"'{one}'" for one in packages)
        advice = f"{names}; run: pip install {command}" if packages else f"the extra {extra}"
        super().__init__(f"{what} needs {advice}")


def _packages_of(extra: str) -> list[str]:
    """Return the requirements of an extra, as the installed package states them."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        stated = requires("dltheory-bib") or []
    except PackageNotFoundError:  # the source tree alone is on the path
        return []
    found = (one.partition(";") for one in stated)
    wanted = {f'extra == "{extra}"', f"extra == '{extra}'"}
    return [name.strip() for name, _, marker in found if marker.strip() in wanted]


def did_you_mean(nearest: Sequence[str]) -> str:
    """Return `"; did you mean a, b or c?"`, or an empty string if no name is close."""
    if not nearest:
        return ""
    names = " or ".join(filter(None, [", ".join(nearest[:-1]), nearest[-1]]))
    return f"; did you mean {names}?"
