"""Rules on dates: years and months that styles cannot print or biber cannot sort."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dltheory_bib.bibfile.matched_file import Found, MatchedEntry, MatchedFile, Rule
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import quoted

_YEAR = re.compile(r"(?<!\d)(?:1\d{3}|20\d\d|2100)(?!\d)")
_ANCIENT = re.compile(r"(?:c\.|ca\.?|circa|\d{3}|BCE?|AD|CE|century)\b|-\d", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]{3,}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATES = ("date", "eventdate", "origdate", "urldate")
_DAY = (
    r"[-+]?[\dX]{4}(?:-(?:0[1-9]|1[0-2]|2[1-4]|[3-4]\d|XX)(?:-(?:0[1-9]|[12]\d|3[01]|XX))?)?[?~%]?"
    r"(?:T\d\d:\d\d(?::\d\d)?(?:Z|[-+]\d\d(?::?\d\d)?)?)?"
)
_DATE = re.compile(
    rf"(?:{_DAY}|Y-?\d{{5,}}|\.\.)?(?:/(?:{_DAY}|Y-?\d{{5,}}|\.\.)?)?|unknown", re.ASCII
)


def check_years(matched: MatchedFile) -> Iterator[Found]:
    """Write the year in four digits: `in press` belongs into `note`."""
    for item in matched.entries:
        value = item.values.get("year", "")
        if not value or _YEAR.search(value) or _is_macro(item, "year"):
            continue
        plain = from_latex(value)
        if _YEAR.search(plain) or (not plain.strip().isdigit() and _ANCIENT.search(plain)):
            continue
        if _WORD.search(plain):
            advice = f"write the year of the manuscript, and note = {{{value}}}"
        else:
            advice = "write it in four digits"
        yield Found(item.at("year"), f"{quoted(plain)} is not a year; {advice}")


def check_months(matched: MatchedFile) -> Iterator[Found]:
    """Write a month as `jan` to `dec` without braces, or as a number from 1 to 12."""
    words: list[tuple[int, str]] = []
    for item in matched.entries:
        value = item.values.get("month", "")
        if not value or _is_macro(item, "month"):
            continue
        if value.isdigit():
            if not 1 <= int(value[:4]) <= 12 or len(value) > 2:
                advice = "write a number from 1 to 12, or jan to dec without braces"
                yield Found(item.at("month"), f"there is no month {quoted(value)}; {advice}")
        elif not _WORD.search(from_latex(value)):
            advice = "write jan to dec without braces"
            yield Found(item.at("month"), f"{quoted(value)} is not a month; {advice}")
        elif matched.dialect == "biblatex" and not _is_joined(item):
            words.append((item.at("month"), value))
    if words:
        place, value = words[0]
        month = value[:3].lower()
        write = month if month in _MONTHS else "a number from 1 to 12"
        count = len(words) - 1
        more = f", here and in {count} more {'entry' if count == 1 else 'entries'}" if count else ""
        message = (
            f"biber cannot sort by a month in words: {quoted(value)}{more}; write {write} without "
            "braces"
        )
        yield Found(place, message)


def check_dates(matched: MatchedFile) -> Iterator[Found]:
    """For biblatex, write a date as `2017`, `2017-08` or `2017-08-06`, a range with `/`."""
    if matched.dialect != "biblatex":
        return
    for item in matched.entries:
        for name in _DATES:
            value = item.values.get(name, "").strip()
            if value and not _DATE.fullmatch(value) and not _is_macro(item, name):
                year = _YEAR.search(value)
                write = f"{year[0]}, {year[0]}-MM or {year[0]}-MM-DD" if year else "YYYY-MM-DD"
                message = f"biber ignores {name} = {quoted(value)}; write it as {write}"
                yield Found(item.at(name), message)


def _is_macro(item: MatchedEntry, name: str) -> bool:
    """Return whether a value is the name of a `@string`, such as `jan`."""
    one = item.entry.get(name)
    return one is not None and len(one.parts) == 1 and not one.parts[0][0]


def _is_joined(item: MatchedEntry) -> bool:
    one = item.entry.get("month")
    return one is not None and bool(one.joined)


RULES = (
    Rule("bad-date", "warning", check_dates),
    Rule("bad-year", "warning", check_years),
    Rule("bad-month", "warning", check_months),
)
