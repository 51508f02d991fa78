"""Report problems of a .bib file, with corrections, and a verdict for each entry.

Nothing is changed. That no list has a work is not a fault.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.bibfile.bib_parser import BibEntry, BibFile, read_bib, read_on, share_strings
from dltheory_bib.bibfile.entry_types import WORKS, inherited
from dltheory_bib.bibfile.lint import (
    catalogue_rules,
    crossref_rules,
    date_rules,
    field_rules,
    name_rules,
    syntax_rules,
    text_rules,
)
from dltheory_bib.bibfile.match import Matcher
from dltheory_bib.bibfile.matched_file import (
    Library,
    MatchedEntry,
    MatchedFile,
    Rule,
    match_entries,
)
from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference, read_reference
from dltheory_bib.bibfile.verdicts.verdict import Judge, ReferenceVerdict, Word, WorkList
from dltheory_bib.collector import collector_paused
from dltheory_bib.display.printable import Printable, printable
from dltheory_bib.errors import DataError, Level, Problem, UnknownNameError, did_you_mean
from dltheory_bib.input_files import is_readable, read_start
from dltheory_bib.text.names import Nearest, nearest, shortened

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.formats.bibtex import Dialect
    from dltheory_bib.lookup.protocol import Answer, Reference
    from dltheory_bib.manuscript.manuscript import Manuscript
    from dltheory_bib.shelf.lookups import Shelf

Ask = Callable[[Sequence["Reference"]], Sequence["Answer"]]
"""Asks services for references, and returns the answer to each."""
RULES: tuple[Rule, ...] = (
    *syntax_rules.RULES[:-2],
    *name_rules.RULES[:1],
    *crossref_rules.RULES,
    *catalogue_rules.WRONG,
    *text_rules.RULES[:-2],
    *catalogue_rules.CITED,
    *syntax_rules.RULES[-2:],
    *date_rules.RULES,
    *field_rules.RULES,
    *name_rules.RULES[1:],
    *text_rules.RULES[-2:],
    *catalogue_rules.STYLE,
    *field_rules.SORTING,
)
"""Every rule on a .bib file, the weightiest first; the only other rule, on a manuscript, is
`missing-entry`.
"""
MISSING = "missing-entry"
_ENTRY = re.compile(rb"\A\xef?\xbb?\xbf?(?:[ \t\r]*(?:%[^\n]*)?\n)*[ \t]*@[ \t]*[A-Za-z]+\s*[{(]")
_HEAD = 20_000
VERDICTS: tuple[Word, ...] = ("contradicted", "differs", "not found", "not checked", "verified")
"""The weightiest first."""


class Judgement(NamedTuple):
    """The verdict on an entry, compared with the lists that were asked."""

    file: str
    line: int
    column: int
    key: str
    """As written in the file."""
    verdict: Word
    work: str | None
    """The key of the work in the catalogue, or its id in another list."""
    found: ReferenceVerdict
    """The verdict with the findings on each field, and the evidence."""

    @property
    def message(self) -> str:
        """The verdict in a sentence."""
        return str(self.found)

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as data: on the entry, on each field, with the evidence."""
        found = self.found
        return {
            "word": self.verdict,
            "kinds": list(found.kinds),
            "work": self.work,
            "source": found.version.source if found.version else None,
            "record": found.evidence or None,
            "fields": [
                {
                    "field": one.field,
                    "word": one.word,
                    "message": one.message or None,
                    "write": one.write or None,
                }
                for one in found.findings
            ],
            "asked": list(found.asked),
            "search": found.search or None,
        }


@dataclass(slots=True, repr=False)
class Linted(Printable):
    """The findings in some .bib files, or in data files."""

    problems: list[Problem] = field(default_factory=list)
    """In the order of files and lines."""
    judgements: list[Judgement] = field(default_factory=list)
    """One for each entry that cites a work, in the order of the files."""
    entries: int = 0
    """The number of entries, or of records of data files, that were read."""
    asked: tuple[str, ...] = ()
    """The lists of works with which entries were compared, with their dates."""

    def __str__(self) -> str:
        return printable("\n".join(map(str, self.problems)) or "no problem")

    def __repr__(self) -> str:
        return f"<Linted: {self.entries} entries, {len(self.problems)} problems>"

    def has(self, level: Level) -> bool:
        """Return whether there is a problem of a level."""
        return any(problem.level == level for problem in self.problems)

    def with_verdicts(self) -> list[Problem]:
        """Return the problems and, as notes, the verdicts on entries, by position."""
        return sorted([*self.problems, *self.notes()])

    def notes(self) -> dict[Problem, Judgement]:
        """Return the verdicts on entries, with a note that reports each."""
        found = {}
        for one in self.judgements:
            rule, message = one.verdict.replace(" ", "-"), f"{one.key}: {one.message}"
            found[Problem(one.file, one.line, one.column, "note", rule, message)] = one
        return found

    @property
    def counts(self) -> dict[Word, int]:
        """Return the number of entries with each verdict."""
        found = Counter(one.verdict for one in self.judgements)
        return {verdict: found[verdict] for verdict in VERDICTS if found[verdict]}


def lint(
    bib: Bibliography,
    files: Iterable[BibFile],
    manuscript: Manuscript | None = None,
    *,
    dialect: Dialect | None = None,
    ignore: Collection[str] = (),
    shelf: Shelf | None = None,
    online: Ask | None = None,
) -> Linted:
    r"""Check .bib files with every rule except those in `ignore`.

    `@string`s and cross-references may be in any of the files; apart from that each is checked by
    itself. References are looked up in the catalogue, then on the `shelf`, then
    by `online`, which asks services. With a
    manuscript, unused entries and missing keys are also reported. The default
    `dialect` is that of the manuscript, or of most entries of a file.
    """
    matcher, venues = Matcher(bib), VenueNames(bib)
    lists = [] if shelf is None else [_on_shelf(shelf, venues)]
    judge = Judge(bib, more=lists, venues=venues, index=matcher.index)
    made = Linted(asked=judge.asked)
    library = Library(share_strings(map(read_on, files)))
    known: set[str] = set()
    matched = [
        match_entries(bib, file, matcher, venues, manuscript, dialect, library)
        for file in library.files
    ]
    missing = [
        (item, reference)
        for one in matched
        for item, reference in _judge(judge, one)
        if online is not None and item.verdict and item.verdict.word == "not found"
    ]
    if online is not None:
        made.asked += _judge_online(judge, missing, online)
    for one in matched:
        made.entries += len(one.file.entries)
        made.problems += sorted(_problems(one, ignore))
        made.judgements += [
            _judgement(one, item, item.verdict) for item in one.entries if item.verdict
        ]
        known |= {entry.key for entry in one.file.entries}
        for item in one.entries:
            known |= {*item.values.get("ids", "").replace(" ", "").split(",")}
    if manuscript is not None:
        made.problems += manuscript.problems
        if MISSING not in ignore:
            made.problems += _missing(manuscript, known)
    return made


def lint_paths(
    bib: Bibliography,
    paths: Iterable[Path],
    manuscript: Manuscript | None = None,
    *,
    dialect: Dialect | None = None,
    ignore: Collection[str] = (),
    shelf: Shelf | None = None,
    online: Ask | None = None,
) -> Linted:
    """Check files as `lint` does; an unreadable file is reported as a problem."""
    unread: list[Problem] = []

    def read() -> Iterator[BibFile]:
        for path in dict.fromkeys(paths):
            try:
                yield read_bib(path)
            except DataError as error:
                unread.extend(error.problems)

    with collector_paused():
        made = lint(
            bib, read(), manuscript, dialect=dialect, ignore=ignore, shelf=shelf, online=online
        )
    made.problems[:0] = unread
    return made


def check(
    bib: Bibliography,
    path: Path,
    tex: Path | None = None,
    *,
    dialect: Dialect | None = None,
    ignore: Collection[str] = (),
    shelf: str | PathLike[str] | bool = True,
) -> Linted:
    """Check a .bib, with the manuscript that cites it, or else a data file or a directory.

    References are looked up on the shelf in use, if there is one: `shelf` is the folder of another,
    or False for none. Raises `UnknownNameError` for a rule to ignore that does not exist.
    """
    known = rule_sentences()
    for name in ignore:
        if name not in known:
            raise UnknownNameError("rule", str(name), nearest(str(name), known, 2) or list(known))
    if not is_bib(path):
        from dltheory_bib.snapshot.cache import check_layers
        from dltheory_bib.source.loader import check_paths

        problems, records = check_paths([path], overlaid=check_layers)
        return Linted(problems, entries=records)
    from dltheory_bib.manuscript.manuscript import read_manuscript

    manuscript = read_manuscript(tex) if tex is not None else None
    from dltheory_bib.shelf.chosen_shelf import open_shelf

    opened = open_shelf(None if shelf is True else Path(shelf)) if shelf else None
    try:
        return lint_paths(bib, [path], manuscript, dialect=dialect, ignore=ignore, shelf=opened)
    finally:
        if opened is not None:
            opened.close()


def is_bib(path: Path) -> bool:
    """Return whether a file is a .bib: by its suffix, or, without a known one, by its beginning."""
    suffix = path.suffix.lower()
    if suffix in {".bib", ".yaml", ".yml"} or not is_readable(path):
        return suffix == ".bib"
    return _ENTRY.match(read_start(path, _HEAD)) is not None


def rule_sentences() -> dict[str, str]:
    """Return every rule on .bib files with a sentence that describes it."""
    found = {rule.name: rule.description for rule in RULES}
    return found | {MISSING: "With a manuscript: provide an entry for every key that it cites."}


def rule_levels() -> dict[str, Level]:
    """Return the level of each rule on .bib files."""
    return {rule.name: rule.level for rule in RULES} | {MISSING: "error"}


def by_weight(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems with the weightiest first: by level, then in the order of `RULES`."""
    levels = {"error": 0, "warning": 1, "note": 2}
    order = {rule.name: number for number, rule in enumerate(RULES)} | {MISSING: 0}

    def weight(one: Problem) -> tuple[object, ...]:
        is_note = one.level == "note"
        rule = (0, "") if is_note else (order.get(one.rule, -1), one.rule)
        return levels[one.level], *rule, *one[:3]

    return sorted(problems, key=weight)


def _problems(one: MatchedFile, ignore: Collection[str]) -> Iterator[Problem]:
    """Check one file; a message begins with the key of its entry."""
    file = one.file
    starts = [entry.start for entry in file.entries]
    for rule in RULES:
        if rule.name in ignore:
            continue
        for position, message, level in rule.judge(one):
            number = bisect_right(starts, position) - 1
            entry = file.entries[number] if number >= 0 else None
            inside = entry is not None and position < entry.end and entry.key
            text = f"{shortened(entry.key)}: {message}" if entry is not None and inside else message
            yield Problem(file.name, *file.place(position), level or rule.level, rule.name, text)


def _missing(manuscript: Manuscript, known: set[str]) -> Iterator[Problem]:
    """Report the cited keys that are in no file, at their first citation."""
    similar = Nearest(known)
    for key, place in manuscript.keys.items():
        if key not in known:
            near = did_you_mean(similar.to(key, 2)) or "; run dltheory cite to find entries"
            column = 1 if place.line else 0
            message = f"{shortened(key)} is cited, but no .bib file contains it{near}"
            yield Problem(place.file, place.line, column, "error", MISSING, message)


def _on_shelf(shelf: Shelf, venues: VenueNames) -> WorkList:
    from dltheory_bib.bibfile.verdicts.shelf_list import ShelfList

    return ShelfList(shelf, venues)


def _judge(judge: Judge, one: MatchedFile) -> Iterator[tuple[MatchedEntry, CitedReference]]:
    """Give each entry that cites a work its verdict."""
    parents: dict[tuple[str, int], dict[str, str]] = {}  # a volume is the parent of many
    for item in one.entries:
        if item.kind in WORKS:
            values = item.values
            found = one.library.find(values["crossref"]) if values.get("crossref") else None
            if found is not None:
                place = found[0].name, found[1].start
                if place not in parents:
                    parents[place] = _inherited(*found)
                values = {**parents[place], **values}
            reference = read_reference(item.kind, values, item.read)
            item.verdict = judge.judge(reference, item.match.paper if item.match else None)
            yield item, reference


def _judge_online(
    judge: Judge, missing: Sequence[tuple[MatchedEntry, CitedReference]], online: Ask
) -> tuple[str, ...]:
    """Ask services for what no list has; return those that answered, with the days."""
    from dltheory_bib.bibfile.verdicts.online_verdict import asked_reference, online_verdict

    answers = online([asked_reference(reference) for _, reference in missing])
    told: dict[str, None] = {}
    for (item, reference), answer in zip(missing, answers, strict=True):
        assert item.verdict is not None
        item.verdict = online_verdict(judge, reference, item.verdict, answer)
        told |= dict.fromkeys(item.verdict.asked[len(judge.asked) :])
    return tuple(told)


def _inherited(file: BibFile, entry: BibEntry) -> dict[str, str]:
    """Return the venue and the year that an entry hands on to those that refer to it."""
    parent = inherited(file.values(entry))
    return {
        name: parent[name] for name in ("booktitle", "journal", "year", "date") if name in parent
    }


def _judgement(one: MatchedFile, item: MatchedEntry, found: ReferenceVerdict) -> Judgement:
    line, column = one.file.place(item.entry.start)
    work = found.version.work if found.version else None
    return Judgement(one.file.name, line, column, item.entry.key, found.word, work, found)
