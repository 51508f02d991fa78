"""Mend a word that no work has: from the words that the works have.

A word is mended if another is at most one letter away (a letter wrong, missing, too many, or two
exchanged), a long one also at two; this is the distance of F. J. Damerau, "A technique for computer
detection and correction of spelling errors", Communications of the ACM 7(3), 1964.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from dltheory_bib.snapshot.reader import Snapshot

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST, LONG, LONGEST = 4, 8, 40
CANDIDATES = 8


def nearest_forms(snapshot: Snapshot, form: str) -> list[tuple[str, int]]:
    """Return the nearest words with their numbers: those that most works have first."""
    if not SHORTEST <= len(form) <= LONGEST or form.isdigit():
        return []
    found = _known(snapshot, set(_edits(form)))
    if not found and len(form) >= LONG:
        rows = snapshot.fetch(
            "SELECT form FROM search_form WHERE form >= ? AND form < ? "
            "AND length(form) BETWEEN ? AND ?",
            (form[0], chr(ord(form[0]) + 1), len(form) - 2, len(form) + 2),
        )
        found = _known(snapshot, {row[0] for row in rows if is_within_two(form, row[0])})
    return found[:CANDIDATES]


def _known(snapshot: Snapshot, forms: set[str]) -> list[tuple[str, int]]:
    rows = snapshot.fetch(
        "SELECT f.form, f.word FROM json_each(?) l JOIN search_form f ON f.form = l.value "
        "JOIN search_word w ON w.id = f.word ORDER BY w.idf, f.form",
        (json.dumps(sorted(forms)),),
    )
    return [(form, word) for form, word in rows]


def forms_starting(snapshot: Snapshot, start: str, most: int = 20) -> list[tuple[str, int]]:
    """Return the words that start so, those that most works have first."""
    if len(start) < SHORTEST:
        return []
    rows = snapshot.fetch(
        "SELECT f.form, f.word FROM search_form f JOIN search_word w ON w.id = f.word "
        "WHERE f.form >= ? AND f.form < ? ORDER BY w.idf, f.form LIMIT ?",
        (start, start + "\U0010ffff", most),
    )
    return [(form, word) for form, word in rows]


def halves(snapshot: Snapshot, form: str) -> list[str]:
    """Return the two words that were written as one: "meanfield"; or nothing."""
    cuts = range(SHORTEST, len(form) - SHORTEST + 1)
    known = dict(_known(snapshot, {part for cut in cuts for part in (form[:cut], form[cut:])}))
    for cut in cuts:
        if form[:cut] in known and form[cut:] in known:
            return [form[:cut], form[cut:]]
    return []


def _edits(form: str) -> Iterator[str]:
    for place in range(len(form) + 1):
        start, end = form[:place], form[place:]
        for letter in LETTERS:
            yield start + letter + end
            if end:
                yield start + letter + end[1:]
        if end:
            yield start + end[1:]
        if len(end) > 1:
            yield start + end[1] + end[0] + end[2:]


def is_within_two(one: str, other: str) -> bool:
    """Return whether at most two edits part two words.

    >>> is_within_two("choromanksa", "choromanska"), is_within_two("saddle", "ladders")
    (True, False)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, char in enumerate(one, 1):
        before, last, row = row, before, [place]
        for at, letter in enumerate(other, 1):
            cost = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (char != letter))
            if place > 1 and at > 1 and char == other[at - 2] and one[place - 2] == letter:
                cost = min(cost, last[at - 2] + 1)
            row.append(cost)
        if min(row) > 2:
            return False
    return row[-1] <= 2
