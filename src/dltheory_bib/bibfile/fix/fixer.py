"""Update a .bib file: published preprints, pages, DOIs, capitals, names.

    file = read_bib(Path("refs.bib"))
    made = fix(load(), file)
    print(made.diff())
    write_fixed(Path("refs.bib"), made)

Only values that the catalogue corrects are changed (`entry`), in the style of the file
(`house_style`), and only in entries that are certainly works of the catalogue (`match`). Every
other byte is kept, and a result that fails this check is discarded. A second run changes nothing.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.bibfile.bib_parser import BibEntry, BibFile, iter_entries, parse_bib
from dltheory_bib.bibfile.fix.entry import Change, Known, Updated, Updater, is_elsewhere
from dltheory_bib.bibfile.fix.fix_options import FixOptions, VenueStyle, options_of
from dltheory_bib.bibfile.fix.house_style import HouseStyle, evidence
from dltheory_bib.bibfile.fix.merge import merge as merge_entries
from dltheory_bib.bibfile.match import ENOUGH, Match, Matcher, is_preprint
from dltheory_bib.display.printable import Printable, printable
from dltheory_bib.errors import UnsafeChangeError
from dltheory_bib.files import replace_bytes
from dltheory_bib.input_files import is_stream, label

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.paper import Paper

_TYPES = """
article inproceedings conference incollection inbook book misc online unpublished techreport
report phdthesis mastersthesis thesis electronic preprint
"""
_WORKS = frozenset(_TYPES.split())
"""Entry types that may be works of the catalogue."""
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MOST_COMPARED = 4000
"""The most lines that are compared for one hunk of a patch."""
_AFTER_MERGED = re.compile(r"[ \t]*\r?\n(?:[ \t]*\r?\n)?")


@dataclass(frozen=True, slots=True)
class FixedEntry:
    """An entry that matches a work of the catalogue."""

    key: str
    line: int
    match: Match
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Unfixed:
    """An entry that contradicts the record of its work, and was therefore not updated."""

    key: str
    line: int
    message: str
    """What contradicts the record, and what to write."""


@dataclass(frozen=True, slots=True, repr=False)
class Fixed(Printable):
    """An updated .bib file."""

    before: BibFile
    text: str
    entries: tuple[FixedEntry, ...]
    """The matched entries, changed or not."""
    twins: tuple[tuple[str, ...], ...]
    """Keys of entries for the same version of a work, which were not merged."""
    merged: Mapping[str, str]
    """Keys that were removed, with the key that replaces each."""
    edits: Mapping[int, str]
    """New texts of entries by their start in the file; empty for removed entries."""
    problems: tuple[Unfixed, ...] = ()
    """The entries that were not updated, because they contradict the record."""

    @property
    def changed(self) -> tuple[FixedEntry, ...]:
        """The entries that were changed."""
        return tuple(one for one in self.entries if one.changes)

    def diff(self) -> Iterator[str]:
        """Return the differences as lines of a patch, each with its line end."""
        return _diff(self.before, self.edits)

    def __str__(self) -> str:
        return printable("".join(self.diff())) or f"{self.before.name}: nothing to change\n"

    def __repr__(self) -> str:
        changed, known = len(self.changed), len(self.entries)
        return f"<Fixed {self.before.name}: {known} entries known, {changed} to change>"


def fix(
    bib: Bibliography,
    file: BibFile,
    *,
    keep_preprint: bool = False,
    venues: VenueStyle = "as-is",
    merge: bool = False,
    only: Collection[str] = (),
    no: Collection[str] = (),
) -> Fixed:
    """Return a .bib file updated from the catalogue, in the style of the file.

    An entry for a published preprint becomes one for the published version; with `keep_preprint` it
    keeps the arXiv id. `venues` sets venues to the catalogue's long or short names. `merge` merges
    entries of one version of a work under the key of the first; without it they are only listed.
    `only` and `no` name kinds of correction (`KINDS`): those that are made, and those that are not.
    A kind named in `only` is made whether or not it is the file's habit. An entry matched with less
    confidence than `ENOUGH` is left unchanged.

    Writes nothing. Raises `UnknownNameError` for an unknown kind, and `UnsafeChangeError` if the
    result differs from the file in other entries, which would be a bug.
    """
    options = options_of(only, no, keep_preprint=keep_preprint, venues=venues)
    found, shown, retitled = _recognised(bib, file)
    updates = _updates(bib, file, options, found, shown)
    edits: dict[int, str] = {}
    homes: dict[str, list[BibEntry]] = defaultdict(list)
    for (known, _), made in zip(found, updates, strict=True):
        if made.is_record:
            homes[known.paper.key].append(known.entry)
        if made.changes:
            edits[known.entry.start] = made.text
    groups = [group for group in homes.values() if len({entry.key for entry in group}) > 1]
    gone: dict[str, str] = {}
    if merge:
        joined = merge_entries(file, groups, edits)
        edits |= joined.edits
        gone = joined.gone
    left = ([entry.key for entry in group if entry.key not in gone] for group in groups)
    twins = tuple(tuple(dict.fromkeys(keys)) for keys in left if len(set(keys)) > 1)
    text = _put_together(file, edits)
    _prove(file, text, edits)
    entries, problems = _reported(file, found, updates)
    if "upgrades" in options.kinds:
        problems += [_other_title(file, entry, match.paper) for entry, match in retitled]
    problems.sort(key=lambda one: one.line)
    return Fixed(file, text, entries, twins, gone, edits, tuple(problems))


def _reported(
    file: BibFile, found: list[tuple[Known, Match]], updates: list[Updated]
) -> tuple[tuple[FixedEntry, ...], list[Unfixed]]:
    """Return the matched entries with their changes, and those that were not updated."""
    entries, problems = [], []
    for (known, match), made in zip(found, updates, strict=True):
        key, line = known.entry.key, file.place(known.entry.start)[0]
        entries.append(FixedEntry(key, line, match, made.changes))
        if made.problem:
            problems.append(Unfixed(key, line, made.problem))
    return tuple(entries), problems


def _other_title(file: BibFile, entry: BibEntry, paper: Paper) -> Unfixed:
    """Return the problem of a preprint that was renamed, or that has the id of another work."""
    message = (
        f"not changed: {paper.eprint} is the arXiv id of another title by the same authors; if the "
        f"entry is for that work, write title = {{{paper.title}}} and run fix again; if not, "
        "correct the id"
    )
    return Unfixed(entry.key, file.place(entry.start)[0], message)


class _Recognised(NamedTuple):
    """What is known of the entries of a file."""

    found: list[tuple[Known, Match]]
    """The entries that are certainly works of the catalogue."""
    shown: Counter[str]
    """The habits of all entries."""
    retitled: list[tuple[BibEntry, Match]]
    """Preprints with the id and the authors of a published work, and another title."""


def _recognised(bib: Bibliography, file: BibFile) -> _Recognised:
    matcher = Matcher(bib)
    made = _Recognised([], Counter(), [])
    for entry in file.entries:
        if not entry.whole or not entry.key or entry.type.lower() not in _WORKS:
            continue
        values = file.values(entry)
        made.shown.update(evidence(entry.type.lower(), values))
        match = matcher.match(values)
        if match is None:
            continue
        if match.confidence < ENOUGH:
            if match.paper.venue and match.by == "eprint" and is_preprint(entry.type, values):
                made.retitled.append((entry, match))
            continue
        # Works share titles, so a title at a venue of another work belongs to that work.
        if match.by == "title" and is_elsewhere(bib, match.paper, values):
            continue
        made.found.append((Known(entry, values, match.paper), match))
    return made


def _updates(
    bib: Bibliography,
    file: BibFile,
    options: FixOptions,
    found: list[tuple[Known, Match]],
    shown: Counter[str],
) -> list[Updated]:
    """Return what becomes of each matched entry.

    The updated file may show a habit that the old one did not have enough entries for. A second run
    would follow it, so this one does.
    """
    allowed = options.asked
    entries = _beside_others(found)
    while True:
        style = HouseStyle(file, shown, allowed)
        updater = Updater(bib, file, options, style)
        updates = [updater.updated(known) for known in entries]
        after = shown.copy()
        for known, made in zip(entries, updates, strict=True):
            if made.changes:
                (entry,) = (changed := parse_bib(made.text)).entries
                after.subtract(evidence(known.entry.type.lower(), known.values))
                after.update(evidence(entry.type.lower(), changed.values(entry)))
        new = HouseStyle(file, after, allowed).gates - style.gates
        if not new:
            return updates
        allowed |= new


def _beside_others(found: list[tuple[Known, Match]]) -> list[Known]:
    """Return the matched entries, each with the fields that others of its publication have."""
    groups: dict[str, list[Known]] = defaultdict(list)
    for known, _ in found:
        if not is_preprint(known.entry.type, known.values):
            groups[known.paper.key].append(known)
    made = []
    for known, _ in found:
        twins = (one for one in groups[known.paper.key] if one.entry is not known.entry)
        fields = (name for one in twins for name, value in one.values.items() if value)
        made.append(known._replace(others=frozenset(fields)))
    return made


def write_fixed(path: Path, made: Fixed) -> Path:
    """Write a fixed file in its own encoding, and return the path of its backup.

    The write is atomic. Raises `UnsafeChangeError` if the file has changed since it was read, and
    `OSError` if it cannot be written; in both cases it is left unchanged.
    """
    file = made.before
    if is_stream(path):
        raise UnsafeChangeError(f"{path} is no file, so nothing can be written to it")
    return replace_bytes(path, file.encode(file.text), file.encode(made.text))


def _put_together(file: BibFile, edits: Mapping[int, str]) -> str:
    parts, last = [], 0
    for entry in file.entries:
        if entry.start in edits:
            parts += [file.text[last : entry.start], edits[entry.start]]
            last = _end(file, entry, edits)
    return "".join([*parts, file.text[last:]])


def _end(file: BibFile, entry: BibEntry, edits: Mapping[int, str]) -> int:
    """Return the position after an entry; a merged entry takes its line end with it."""
    blank = None if edits[entry.start] else _AFTER_MERGED.match(file.text, entry.end)
    return blank.end() if blank else entry.end


def _prove(file: BibFile, text: str, edits: Mapping[int, str]) -> None:
    """Parse the result again: it must have the same entries, and the untouched ones byte for
    byte.
    """
    if text == file.text:
        return
    try:
        file.encode(text)
    except UnicodeEncodeError as error:
        letter = text[error.start]
        name = label(file.encoding)
        raise UnsafeChangeError(
            f"{file.name}: {name} has no {letter}, which a correction needs; save it as UTF-8"
        ) from None
    after = BibFile(text, file.name, file.encoding)
    kept = [entry for entry in file.entries if edits.get(entry.start) != ""]
    for old, new in zip_longest(kept, iter_entries(after)):
        if old is None or new is None or old.key != new.key:
            raise UnsafeChangeError(f"{file.name}: an entry would be lost; nothing was changed")
        expected = edits.get(old.start)
        same = (
            new.end - new.start == len(expected) and text.startswith(expected, new.start)
            if expected is not None
            else after.source(new) == file.source(old)
        )
        if not same or new.whole != old.whole:
            raise UnsafeChangeError(f"{file.name}: {old.key} would be damaged; nothing was changed")
    if after.strings != file.strings or len(after.preambles) != len(file.preambles):
        raise UnsafeChangeError(f"{file.name}: a @string would be changed; nothing was changed")


def _diff(file: BibFile, edits: Mapping[int, str]) -> Iterator[str]:
    """Return a patch, made entry by entry: comparing whole files takes minutes if they are
    large.
    """
    yield from (f"--- {file.name}\n", f"+++ {file.name}\n") if edits else ()
    line = shift = last = 0
    for start, end, text in _regions(file, edits):
        old = _LINE.findall(file.text[start:end])
        new = _LINE.findall(text)
        line += file.text.count("\n", last, start)
        for text in _hunks(old, new):
            if text.startswith("@@"):
                yield _moved(text, line, line + shift)
            else:
                yield text if text.endswith("\n") else f"{text}\n\\ No newline at end of file\n"
        shift += len(new) - len(old)
        last = start


def _hunks(old: list[str], new: list[str]) -> Iterator[str]:
    """Return the hunks of a patch, counted from line 1; very many lines are replaced as a whole,
    because comparing them takes the square of their number.
    """
    if len(old) + len(new) <= _MOST_COMPARED:
        yield from list(unified_diff(old, new, n=1))[2:]
        return
    yield f"@@ -1,{len(old)} +1,{len(new)} @@\n"
    yield from (f"-{line}" for line in old)
    yield from (f"+{line}" for line in new)


def _regions(file: BibFile, edits: Mapping[int, str]) -> Iterator[tuple[int, int, str]]:
    """Yield the whole lines around changed entries: their start and end, and the new text."""
    lines = _Lines(file.text)
    changed = deque(entry for entry in file.entries if entry.start in edits)
    while changed:
        group = [changed.popleft()]
        start = lines.before(group[0].start)
        end = lines.after(_end(file, group[0], edits))
        while changed and lines.before(changed[0].start) < end:
            group.append(changed.popleft())
            end = lines.after(_end(file, group[-1], edits))
        parts, last = [], start
        for entry in group:
            parts += [file.text[last : entry.start], edits[entry.start]]
            last = _end(file, entry, edits)
        yield start, end, "".join([*parts, file.text[last:end]])


class _Lines:
    """The lines of a text, found once: one line may contain all entries."""

    def __init__(self, text: str) -> None:
        self.size = len(text)
        self.starts = array("I", [0])
        self.starts.extend(found.end() for found in re.finditer("\n", text))

    def before(self, position: int) -> int:
        """Return the start of the line above that of a position."""
        return self.starts[max(bisect_right(self.starts, position) - 2, 0)]

    def after(self, position: int) -> int:
        """Return the end of the line after the one in which a position is, or begins."""
        number = bisect_left(self.starts, position) + 1
        return self.starts[number] if number < len(self.starts) else self.size


def _moved(line: str, old: int, new: int) -> str:
    """Return the head of a hunk with its line numbers, counted from the start of the file."""
    shifts = iter((old, new))
    return re.sub(
        r"([-+])(\d+)", lambda found: f"{found[1]}{int(found[2]) + next(shifts)}", line, count=2
    )
