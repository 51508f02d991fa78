"""A parsed .bib file with each entry matched to a work of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.bibfile.bib_parser import BibEntry, BibField, BibFile, read_on
from dltheory_bib.bibfile.entry_types import WORKS, dialect_of
from dltheory_bib.bibfile.match import (
    PLACES,
    Match,
    Matcher,
    Reading,
    is_preprint,
    read_entry,
)
from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.errors import Level
from dltheory_bib.formats.bibtex import entry_fields
from dltheory_bib.input_files import is_unicode

if TYPE_CHECKING:
    from dltheory_bib.bibfile.verdicts.verdict import ReferenceVerdict
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.formats.bibtex import Dialect
    from dltheory_bib.manuscript.manuscript import Manuscript
    from dltheory_bib.models.paper import Paper

_ONLY_NUL = "\0"


_NOTHING = Reading("", [], [])


class Found(NamedTuple):
    """A finding of a rule: a position in the file's text, and a message with the correction."""

    position: int
    message: str
    level: Level | None = None
    """Its level, if that is not the rule's."""


class Library:
    """The .bib files that BibTeX or biber reads together."""

    def __init__(self, files: Iterable[BibFile]) -> None:
        self.files = list(files)
        self._entries: dict[str, tuple[BibFile, BibEntry]] = {}
        for file in self.files:
            for entry in file.entries:
                self._entries.setdefault(entry.key.lower(), (file, entry))

    def find(self, key: str) -> tuple[BibFile, BibEntry] | None:
        """Return the first entry with a key, whatever its case, and its file."""
        return self._entries.get(key.strip().lower())


@dataclass(slots=True)
class MatchedEntry:
    """An entry with its parsed values, and the work it matches."""

    entry: BibEntry
    kind: str
    """Its type in lower case."""
    values: dict[str, str]
    read: Reading = _NOTHING
    match: Match | None = None
    verdict: ReferenceVerdict | None = None
    """What `check` found of the reference; None for a type that cites no work."""

    @property
    def title(self) -> str:
        """The folded letters of its title."""
        return self.read.title

    @property
    def families(self) -> list[str]:
        """The family names of its authors, folded."""
        return self.read.families

    @property
    def is_preprint(self) -> bool:
        """Whether it cites only a preprint on arXiv."""
        return is_preprint(self.kind, self.values)

    @property
    def place(self) -> tuple[str, str]:
        """Return the field that names the venue, and its value; empty if there is none."""
        for name in reversed(PLACES):  # a book takes precedence over a journal
            if self.values.get(name):
                return name, self.values[name]
        return "", ""

    def at(self, name: str) -> int:
        """Return the start of a field's value, after its delimiter; otherwise the start of the
        entry.
        """
        one = self.entry.get(name)
        if one is None:
            return self.entry.start
        return one.value_start + (one.text[one.value_start] in '{"')


@dataclass(slots=True)
class MatchedFile:
    """A file whose entries are matched to works, for the rules of `check`."""

    bib: Bibliography
    file: BibFile
    dialect: Dialect
    matcher: Matcher
    entries: list[MatchedEntry]
    """Its entries that were parsed to their end."""
    venues: VenueNames
    library: Library
    manuscript: Manuscript | None = None
    with_parents: list[tuple[MatchedEntry, set[str]]] | None = None
    """Entries with the names of their fields and of those that they inherit."""
    _targets: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    @property
    def works(self) -> Iterator[MatchedEntry]:
        """The entries that match a work of the catalogue."""
        return (item for item in self.entries if item.match)

    def target(self, paper: Paper) -> tuple[str, dict[str, str]]:
        """Return the type and the fields, by names in lower case, that export gives a work."""
        if paper.key not in self._targets:
            plain = self.file.text.isascii() or not is_unicode(self.file.encoding)
            kind, fields = entry_fields(
                paper,
                self.bib.venues,
                dialect=self.dialect,
                encoding="latex" if plain and self.dialect == "bibtex" else "utf-8",
            )
            lowered = {name.lower(): value for name, value in fields.items()}
            self._targets[paper.key] = kind, lowered
        return self._targets[paper.key]


class Rule(NamedTuple):
    """A rule: its name in kebab-case, its level, and its function, whose docstring describes it."""

    name: str
    level: Level
    judge: Callable[[MatchedFile], Iterator[Found]]

    @property
    def description(self) -> str:
        """Return the description of the rule, in one sentence."""
        return (self.judge.__doc__ or "").partition("\n")[0]


def match_entries(
    bib: Bibliography,
    file: BibFile,
    matcher: Matcher,
    venues: VenueNames,
    manuscript: Manuscript | None = None,
    dialect: Dialect | None = None,
    library: Library | None = None,
) -> MatchedFile:
    """Parse every entry of a file, and match the entries to works of the catalogue.

    The file is not changed; that of the result may have more entries, see `read_on`. A `library`
    has files that were already read on.
    """
    if library is None:
        file = read_on(file)
        library = Library([file])
    if dialect is None:
        theirs = manuscript is not None and manuscript.biblatex
        dialect = "biblatex" if theirs else dialect_of(file.entries)
    items = []
    for entry in (one for one in file.entries if one.whole):
        item = MatchedEntry(entry, entry.type.lower(), file.values(entry))
        if item.kind in WORKS:
            item.read = read_entry(item.values)
            item.match = matcher.match(item.values, item.read)
        items.append(item)
    return MatchedFile(bib, file, dialect, matcher, items, venues, library, manuscript)


def literals(file: BibFile, one: BibField) -> Iterator[tuple[int, str]]:
    """Yield the parts of a value in braces or quotes, with their positions."""
    position = one.value_start
    if one.is_literal:
        yield position + 1, file.text[position + 1 : one.value_end - 1]
        return
    for kind, inside in one.parts:
        position = file.text.find(inside, position)
        if kind in ("{", '"'):
            yield position, inside
        position += len(inside)


def blotted(text: str, pattern: re.Pattern[str]) -> str:
    """Return a text with matches of a pattern replaced by as many null characters."""
    return pattern.sub(lambda found: _ONLY_NUL * len(found[0]), text)
