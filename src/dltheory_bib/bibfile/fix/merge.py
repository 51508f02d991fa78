"""Merge entries of one work under the key of the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dltheory_bib.bibfile.bib_parser import BibEntry, BibFile, parse_bib
from dltheory_bib.bibfile.editor import Rewriter, first_line_end
from dltheory_bib.bibfile.fix.entry import OF_BIBLATEX
from dltheory_bib.text.identifiers import says_arxiv

REFERRING = ("crossref", "xref", "xdata", "related", "entryset")
"""Fields that name other entries of the file."""
_NAMES = """
abstract annotation annote comment editor file groups keywords note owner priority publisher ranking
readstatus tags
"""
_OWN = frozenset(_NAMES.split())
"""The fields that only the user may know, which are kept when their entry is removed."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of merging."""

    edits: dict[int, str] = field(default_factory=dict)
    """New texts of entries by their start; empty for removed entries."""
    gone: dict[str, str] = field(default_factory=dict)
    """Keys that were removed, with the key that replaces each."""


def merge(file: BibFile, groups: Iterable[Sequence[BibEntry]], edits: Mapping[int, str]) -> Merged:
    """Keep the first entry of each group, with the user's own fields of the others.

    `edits` are the texts of entries that are changed anyway. An entry to which another refers is
    kept, and so is one whose key is duplicated in the file, or that ends an entry that is not
    closed. In a file for biblatex the first entry gets the other keys as `ids`, so that a
    manuscript that cites them still compiles.
    """
    made = Merged()
    keys = Counter(entry.key.lower() for entry in file.entries)
    wanted = _referred(file) | {key for key, count in keys.items() if count > 1}
    ends_another = {after.start for one, after in pairwise(file.entries) if not one.whole}
    line_end = first_line_end(file.text)
    biblatex = any(one.name.lower() in OF_BIBLATEX for e in file.entries for one in e.fields)
    for first, *others in groups:
        going = [
            one for one in others if one.key.lower() not in wanted and one.start not in ends_another
        ]
        if not going:
            continue
        alone = parse_bib(edits.get(first.start) or file.source(first))
        rewriter = Rewriter(alone, alone.entries[0], line_end)
        has = set(alone.values(alone.entries[0]))
        for entry in going:
            made.edits[entry.start] = ""
            made.gone[entry.key] = first.key
            for one in entry.fields:
                # A string may be defined between the two entries.
                written = all(kind for kind, _ in one.parts)
                if one.name.lower() in _OWN - has and written and not says_arxiv(file.value(one)):
                    rewriter.take(one.name, file.text[one.value_start : one.value_end])
                    has.add(one.name.lower())
        if biblatex:
            old = [
                name for name in alone.values(alone.entries[0]).get("ids", "").split(",") if name
            ]
            rewriter.set("ids", ",".join([*old, *(entry.key for entry in going)]))
        made.edits[first.start] = rewriter.text()
    return made


def _referred(file: BibFile) -> set[str]:
    """Return the keys that other entries name, in lower case."""
    found: set[str] = set()
    for entry in file.entries:
        for one in entry.fields:
            if one.name.lower() in REFERRING:
                found |= {name.strip().lower() for name in file.value(one).split(",")}
    return found
