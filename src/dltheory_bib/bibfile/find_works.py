"""Find the works in a list: a .bib, a Markdown page, or plain text.

In free text a work is found by its arXiv id, its DOI or its key, which are unambiguous, or by its
title: the whole of it, at least four words and 24 letters, delimited by punctuation on both sides.
The words "Deep learning" are in many lines, and "… of Two-Layer Networks" may go on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from dltheory_bib.bibfile.bib_parser import BibFile
from dltheory_bib.bibfile.entry_types import WORKS
from dltheory_bib.bibfile.match import Matcher
from dltheory_bib.bibfile.matched_file import match_entries
from dltheory_bib.bibfile.published_version import correct_fields, is_outdated
from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.bibfile.work_index import WorkIndex
from dltheory_bib.text.identifiers import (
    find_arxiv_ids,
    find_dois,
    is_arxiv_doi,
    parse_identifier,
    says_arxiv,
)
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import fold, unbraced, words

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.paper import Paper

Status = Literal["covered", "outdated", "missing", "unrecognised"]

FEWEST_WORDS, FEWEST_LETTERS = 4, 24
"""Shorter titles are not searched in free text."""
_KEY = re.compile(r"(?<![\w/.])[a-z][a-z-]{0,60}\d{4}[a-z][a-z0-9-]{0,80}(?![\w/])")
_URL = re.compile(r"https?://\S+")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)]|\|)\s*\S")
_RULE = re.compile(r"\s*\|[\s:|]*+-[\s:|-]*")
_LONGEST = 120
_MOST_MISSING = 20
"""A line names at most this number of unknown works."""
_WORD = re.compile(r"[^\W_]+")
_AFTER = re.compile(r"[\s_*]*(?:$|[^\w\s:]|_(?!\w))")
_MARKUP = re.compile(r"\]\([^)]{0,500}\)|[\[\]*`|#>]|^\s*(?:[-+]|\d+[.)])\s+")


class Listed(NamedTuple):
    """A work in a list, or a line of it without a recognised work."""

    line: int
    status: Status
    work: str | None
    """Its key in the catalogue."""
    title: str
    """Its title; if it is not in the catalogue, the text of the list."""
    detail: str
    """How it was found, or the correction."""


def list_bib(bib: Bibliography, file: BibFile) -> list[Listed]:
    """Return the works in a .bib, one for each entry."""
    matcher = Matcher(bib)
    one = match_entries(bib, file, matcher, VenueNames(bib))
    found = []
    titles: dict[str, int] = {}
    for item in one.entries:
        if item.kind not in WORKS:
            continue
        line = one.file.place(item.entry.start)[0]
        theirs = from_latex(item.values.get("title", "")) or item.entry.key
        if item.match is None and not item.families:
            titles = titles or _titles(matcher.index)
            number = titles.get(" ".join(_title_words(theirs)))
            if number is not None:
                paper = bib.snapshot.paper(number)
                text = "by title alone; the entry names no author"
                found.append(_listed(bib, line, "covered", paper, text))
                continue
        if item.match is None:
            found.append(Listed(line, "missing", None, theirs, f"entry {item.entry.key}"))
            continue
        paper = item.match.paper
        if is_outdated(item):
            found.append(
                _listed(bib, line, "outdated", paper, f"write {correct_fields(one, paper)}")
            )
        else:
            by = {"eprint": "arXiv id", "doi": "DOI"}.get(item.match.by, "title and authors")
            found.append(_listed(bib, line, "covered", paper, f"by {by}"))
    return found


def _titles(index: WorkIndex) -> dict[str, int]:
    """Return works by the words of their titles, as far as a title is long and of one work."""
    found: dict[str, int] = {}
    twice: set[str] = set()
    for number, stated in index.stated_titles.items():
        for title in stated:
            names = _title_words(from_latex(unbraced(title)))
            if _is_long(names) and found.setdefault(" ".join(names), number) != number:
                twice.add(" ".join(names))
    return {title: number for title, number in found.items() if title not in twice}


def _title_words(title: str) -> list[str]:
    return [word for word in words(title) if word != "_"]


def list_text(bib: Bibliography, text: str, markdown: bool = False) -> list[Listed]:
    """Return the works in a text, each once, in the order of its lines.

    Lines without a recognised work are included if they look like list items; in plain text that is
    every line of several words.
    """
    reader = _Reader(bib)
    found: list[Listed] = []
    seen: set[str] = set()
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        names = list(reader.read(number, line))
        for one in names:
            mark = one.work or one.title
            if mark not in seen:
                seen.add(mark)
                found.append(one)
        if names or (markdown and not _ITEM.match(line)) or line.lstrip().startswith("#"):
            continue
        if _RULE.fullmatch("".join(lines[number : number + 1])):
            continue  # the head of a table
        plain = _bare(line)
        if len(_WORD.findall(plain)) >= 3:
            found.append(Listed(number, "unrecognised", None, plain, "no known id, key or title"))
    return found


def is_markdown(path: Path) -> bool:
    """Return whether a list is a Markdown page, in which not every line is an item."""
    return path.suffix.lower() in {".md", ".markdown", ".rst", ".html"}


class _Reader:
    """Finds works in lines of text."""

    def __init__(self, bib: Bibliography) -> None:
        self.bib = bib
        self.titles: dict[tuple[str, ...], list[tuple[list[str], int]]] = defaultdict(list)
        for number, stated in WorkIndex(bib).stated_titles.items():
            for title in stated:
                names = [word for word in words(unbraced(title)) if word != "_"]
                if "$" not in title and _is_long(names):
                    self.titles[tuple(names[:FEWEST_WORDS])].append((names, number))

    def read(self, number: int, line: str) -> Iterator[Listed]:
        """Return the works in a line."""
        by_id, unknown = self._by_id(line)
        found = dict(by_id)
        for work in self._by_title(line):
            found.setdefault(work, "by title")
        for key in _KEY.findall(line):
            number_of_key = self.bib.snapshot.find(key)
            if number_of_key is not None:
                found.setdefault(number_of_key, "by key")
        for work, how in found.items():
            paper = self.bib.snapshot.paper(work)
            outdated = self._outdated(line, paper) if len(found) == 1 else None
            status: Status = "outdated" if outdated else "covered"
            yield _listed(self.bib, number, status, paper, outdated or how)
        # A line with one known work may give a second id of it, which the catalogue lacks.
        arxiv = [one for one in unknown if not one.startswith("10.")]
        missing = unknown[:1] if not found else arxiv if "by arXiv id" in found.values() else []
        plain = _bare(line) if missing else ""
        count = len(_WORD.findall(plain))
        for one in missing[:_MOST_MISSING]:
            title = plain if count - len(_WORD.findall(one)) > 2 else one
            yield Listed(number, "missing", None, title, one)

    def _by_id(self, line: str) -> tuple[dict[int, str], list[str]]:
        found: dict[int, str] = {}
        unknown: list[str] = []
        are_ids = parse_identifier(line) is not None or says_arxiv(line)
        for value in find_arxiv_ids(line):
            work = self.bib.snapshot.find(value)
            if work is not None:
                found.setdefault(work, "by arXiv id")
            elif are_ids:
                unknown.append(value)
        for value in find_dois(line):
            work = self.bib.snapshot.find(value)
            if work is not None:
                found.setdefault(work, "by DOI")
            elif not is_arxiv_doi(value):
                unknown.append(value)
        return found, list(dict.fromkeys(unknown))

    def _by_title(self, line: str) -> Iterator[int]:
        tokens = [(fold(one[0]), one.start(), one.end()) for one in _WORD.finditer(line)]
        names = [token[0] for token in tokens]
        place = 0
        while place + FEWEST_WORDS <= len(names):
            start = tuple(names[place : place + FEWEST_WORDS])
            fitting = [
                (len(title), number)
                for title, number in self.titles.get(start, ())
                if names[place : place + len(title)] == title
            ]
            length, number = max(fitting, default=(0, 0))
            if length and _is_set_off(line, tokens[place][1], tokens[place + length - 1][2]):
                yield number
                place += length
            else:
                place += 1

    def _outdated(self, line: str, paper: Paper) -> str | None:
        """If a line cites a published work by its arXiv id, return where it was published."""
        plain = _URL.sub(" ", line)
        if paper.venue is None or paper.type == "online" or not says_arxiv(plain):
            return None
        if any(map(says_arxiv, re.findall(r"\[([^\[\]]*)\]", line))):
            return None  # the label of a link
        venue = self.bib.venues[paper.venue]
        names = {one for period in venue.periods for one in (period.short, period.long)}
        folded = fold(plain)
        if any(fold(one) in folded for one in (*names, *venue.aliases)):
            return None
        return f"it was published in {venue.in_year(paper.year).short} {paper.year}"


def _listed(bib: Bibliography, line: int, status: Status, paper: Paper, text: str) -> Listed:
    title = bib.snapshot.readable(paper.plain_title)
    return Listed(line, status, paper.key, title, text)


def _is_long(names: list[str]) -> bool:
    return len(names) >= FEWEST_WORDS and sum(map(len, names)) >= FEWEST_LETTERS


def _is_set_off(line: str, start: int, end: int) -> bool:
    """Return whether a title is complete: no text continues it or leads up to it."""
    before = start
    while before and (line[before - 1].isspace() or line[before - 1] in "_*"):
        before -= 1
    lead = line[before:start]
    sign = line[before - 1 : before]
    delimited = not sign or sign.isdigit() or not (sign.isalnum() or sign == "_")
    return (delimited or "_" in lead or "*" in lead) and _AFTER.match(line, end) is not None


def _bare(line: str) -> str:
    """Return a line without its markup, for a message."""
    plain = " ".join(_URL.sub(" ", _MARKUP.sub(" ", line)).split())
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST].rpartition(' ')[0]} …"
