"""What can go wrong, and how it is said.

Every problem in a data file is a `Problem` with a place; every exception this package raises on
purpose is a `BibliographyError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

Level = Literal["error", "warning", "note"]


class Problem(NamedTuple):
    """One thing wrong in one place of a data file.

    `line` and `column` count from 1; both are 0 where the file as a whole is meant (a directory, an
    unreadable file). `rule` is the kebab-case name of the rule, `message` says what is wrong and
    what to write instead. An *error* keeps a data file from being loaded, a *warning* does not; a
    *note* is an answer and no fault.
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
    """The base of every exception that dltheory-bib raises on purpose."""


class DataError(BibliographyError):
    """Data files that cannot be loaded; `problems` holds every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        errors = sum(problem.level == "error" for problem in self.problems)
        noun = "error" if errors == 1 else "errors"
        super().__init__(f"{errors} {noun} in the data:\n" + "\n".join(map(str, self.problems)))


class UnknownNameError(BibliographyError, KeyError):
    """A paper, topic, person or venue that the bibliography does not hold.

    `kind` is what was asked for ("paper", "topic", …), `name` what was typed and `nearest` the
    closest known names, best first.
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
    """A query that does not parse, or that names an unknown field or value.

    `query` is the text, `column` the place (from 1) where it went wrong.
    """

    def __init__(self, message: str, query: str = "", column: int = 0) -> None:
        self.message = message
        self.query = query
        self.column = column
        super().__init__(message)

    def pointer(self) -> str:
        """The query with a caret under the place where it went wrong, or nothing."""
        if not self.column or "\n" in self.query:
            return ""
        return f"{self.query}\n{' ' * (self.column - 1)}^"


class DetachedRecordError(BibliographyError):
    """A record that belongs to no bibliography was asked for what is around it."""

    def __init__(self, record: str) -> None:
        super().__init__(
            f"{record} belongs to no bibliography; those of load() do, and those of "
            "Bibliography.from_records([...])"
        )


class UnsafeChangeError(BibliographyError):
    """A change of a user's file that would lose something, or that comes too late.

    The file is left as it is.
    """


class MissingExtraError(BibliographyError, ImportError):
    """A feature whose optional dependency is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an extra: pip install 'dltheory-bib[{extra}]'")


def did_you_mean(nearest: Sequence[str]) -> str:
    """`"; did you mean a, b or c?"`, or nothing when there is nothing near."""
    if not nearest:
        return ""
    names = " or ".join(filter(None, [", ".join(nearest[:-1]), nearest[-1]]))
    return f"; did you mean {names}?"
