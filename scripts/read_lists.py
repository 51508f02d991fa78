"""Enter the citations that stored reference lists contain.

    python scripts/read_lists.py [--data FOLDER] [FILE.jsonl]

`make lists` runs it. FILE holds lists that were split by program: one JSON object a line, with the
citing work's `title`, `authors`, `year`, or its `catalogue_key`; with `source` and `where` of the
text that was read; and with `entries`, each with `title`, `authors`, `year`, `arxiv`, `doi` as far
as printed. Lists marked `second_hand` are incomplete, and are left out.

Without FILE only the entries stored in data/wanted.jsonl are matched, which no work of the
catalogue fitted so far: a work that was entered since, or a title that was added to one, finds its
edges without another look at the lists. Written are citations.yaml and wanted.jsonl of the folder,
which is data/ of the repository unless named.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from dltheory_bib import load
from dltheory_bib.bibfile.match import Matcher
from dltheory_bib.bibliography import Bibliography
from dltheory_bib.files import write_text
from dltheory_bib.models.paper import Paper
from dltheory_bib.source.wanted import WANTED, Reference, read_references, reference_line
from dltheory_bib.source.yaml_writer import canonical
from dltheory_bib.text.identifiers import find_arxiv_ids
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import family, fold, searchable, unbraced, words

DATA = Path(__file__).resolve().parents[1] / "data"
CITATIONS = "citations.yaml"
SHORTEST = 6
"""A title with fewer letters is a remnant of an entry that was not split."""
LETTERS, WORDS = 24, 4
"""A title with fewer is common to several works: the authors decide."""
YEARS = 2
"""A preprint is printed up to this many years before the record."""
PART = 16
"""A part of a title with fewer letters identifies no work."""
_END = re.compile(r"\s*[:?(]|[,.] (?:[a-z]+ )?(?:19|20)\d\d\b", re.IGNORECASE)
"""Where a title may end: at its subtitle, a series in parentheses, or a year."""


class Block(NamedTuple):
    """What identifies a block in citations.yaml."""

    citing: str
    source: str
    where: str
    how: str
    explanation: str = ""


class Entry(NamedTuple):
    """An entry of a reference list, as far as it was split."""

    title: str
    authors: tuple[str, ...]
    others: bool
    """Whether only the first author is known."""
    year: int | None
    eprint: str | None
    doi: str | None


def main(arguments: list[str]) -> int:
    """Match, write and report."""
    parser = argparse.ArgumentParser(description="Enter the citations in stored reference lists.")
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.jsonl")
    chosen = parser.parse_args(arguments)
    data: Path = chosen.data
    bib = load(data)
    blocks = _read_blocks(data / CITATIONS)
    held = {(block.citing, key) for block, keys in blocks.items() for key in keys}
    finder = Finder(bib)
    citing = {block.citing for block in blocks}
    before, lists = len(held), len(citing)
    unmatched: dict[tuple[str, str], Reference] = {}
    matched: set[tuple[str, str, int | None]] = set()
    for block, entry in _entries(bib, read_references(data / WANTED), chosen.files, blocks):
        if block.citing not in citing:
            citing.add(block.citing)
            blocks[block] = set()  # a list without a work of the catalogue was read all the same
        found = finder.find(entry)
        if found is None:
            if entry.title:
                left = _reference(block.citing, entry)
                unmatched.setdefault((block.citing, _letters(left.title)), left)
            continue
        matched.add((block.citing, _letters(entry.title), entry.year))
        if found != block.citing and (block.citing, found) not in held:
            held.add((block.citing, found))
            blocks.setdefault(block, set()).add(found)
    _write_blocks(data / CITATIONS, blocks)
    # Only the first author of a wanted entry is stored, and all of them may have been needed.
    wanted = [one for key, one in unmatched.items() if (*key, one.year) not in matched]
    ordered = sorted(wanted, key=lambda one: (one.citing, fold(one.title)))
    write_text(data / WANTED, "".join(map(reference_line, ordered)))
    print(f"lists     {len(citing)} ({len(citing) - lists:+})")
    print(f"citations {len(held)} ({len(held) - before:+})")
    print(f"wanted    {len(ordered)} entries without a work")
    return 0


class Finder:
    """Finds the work that an entry of a reference list names.

    After the rules for entries of a .bib file (`Matcher`): the whole title or, where it is long
    enough, a part of it, with authors and year in agreement, since the subtitle may be missing,
    and a program may have left an author or a year in the title; or the arXiv id with half of the
    authors, since a work may have had another title.
    """

    def __init__(self, bib: Bibliography) -> None:
        self.bib = bib
        self.matcher = Matcher(bib)
        self.whole: dict[str, list[Paper]] = defaultdict(list)
        self.main: dict[str, list[Paper]] = defaultdict(list)
        for paper in bib:
            versions = [one.title for one in paper.versions if one.title]
            for title in {paper.title, *paper.titles, *versions}:
                plain = from_latex(unbraced(title))
                self.whole[_letters(plain)].append(paper)
                if (short := _main(plain)) != plain:
                    self.main[_letters(short)].append(paper)

    def find(self, entry: Entry) -> str | None:
        """Return the key of the work, or None."""
        values = {
            "title": entry.title,
            "author": " and ".join(entry.authors + (("others",) if entry.others else ())),
            "year": str(entry.year or ""),
            "eprint": entry.eprint or "",
            "doi": entry.doi or "",
        }
        matched = self.matcher.match({name: value for name, value in values.items() if value})
        if matched:
            return matched.paper.key
        title = _letters(entry.title)
        parts = [part for part in map(_letters, _parts(entry.title)) if len(part) >= PART]
        for papers, strict in (
            (self.whole.get(title, []), False),
            (self.main.get(_letters(_main(entry.title)), []), True),
            *((known.get(part, []), True) for part in parts for known in (self.whole, self.main)),
        ):
            fitting = {one.key for one in papers if _fits(entry, one, strict)}
            if len(fitting) == 1:
                return fitting.pop()
        return self._by_id(entry)

    def _by_id(self, entry: Entry) -> str | None:
        for value in (entry.doi, entry.eprint):
            number = self.bib.snapshot.find(value) if value else None
            if number is not None:
                paper = self.bib.snapshot.paper(number)
                if _shared(entry, paper) >= 0.5:
                    return paper.key
        return None


def _main(title: str) -> str:
    """Return a title without its subtitle."""
    return re.split(r"[:?]", title, maxsplit=1)[0]


def _parts(title: str) -> Iterator[str]:
    """Yield a title up to each of its possible ends, from its start and from each full stop."""
    for start in (0, *(found.end() for found in re.finditer(r"\. ", title))):
        rest = title[start:]
        yield from (rest[: found.start()] for found in _END.finditer(rest))
        if start:
            yield rest


def _fits(entry: Entry, paper: Paper, strict: bool) -> bool:
    """Return whether authors and year let an entry with this title be the work."""
    close = (
        entry.year is None
        or min(
            abs(entry.year - year)
            for year in (paper.year, *(one.year for one in paper.versions), paper.eprint_year)
            if year
        )
        <= YEARS
    )
    long = len(_letters(entry.title)) >= LETTERS and len(entry.title.split()) >= WORDS
    shared = _shared(entry, paper)
    if strict and not _same_first(entry, paper):
        return False  # as of a program and the paper on it
    if strict or not long:
        # Several authors and a whole title are the work, though it be reprinted much later.
        again = not strict and shared * len(entry.authors) >= 2
        return shared >= 0.5 and (close or again)
    return shared >= 0.3 or close  # the authors are split less surely than the title


def _shared(entry: Entry, paper: Paper) -> float:
    """Return the share of an entry's authors who are authors of the work; 0 without authors."""
    ours = {_last(family(name)) for name in paper.author}
    theirs = [_last(_family(name)) for name in entry.authors]
    return sum(name in ours for name in theirs) / len(theirs) if theirs else 0.0


def _same_first(entry: Entry, paper: Paper) -> bool:
    """Return whether the first author is that of the work."""
    first = entry.authors[:1]
    return bool(first) and _last(_family(first[0])) == _last(family(paper.author[0]))


def _family(name: str) -> str:
    return name.partition(",")[0] if "," in name else (name.split() or [""])[-1]


def _last(name: str) -> str:
    return (words(fold(name)) or [""])[-1]


def _letters(title: str) -> str:
    plain = searchable(title.replace(r"\ell", "l").replace("_", ""))
    return "".join(words("".join(map(_spelled, plain))))


def _spelled(char: str) -> str:
    """Return the name of a Greek letter, which a record has as a command, or the character."""
    name = unicodedata.name(char, "")
    return name.split()[-1].lower() if name.startswith("GREEK SMALL LETTER") else char


def _entries(
    bib: Bibliography,
    stored: Iterable[Reference],
    files: Iterable[Path],
    blocks: Mapping[Block, set[str]],
) -> Iterator[tuple[Block, Entry]]:
    """Yield the entries of the stored lists, then those of the files, with their block."""
    places = {block[:3]: block for block in blocks if block.how == "parsed"}
    own = {block.citing: block for block in sorted(blocks, key=lambda one: one.how == "parsed")}
    for one in stored:
        if one.citing in own:
            first = (one.author,) if one.author else ()
            yield own[one.citing], Entry(one.title, first, True, *one[3:])
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            read = json.loads(line)
            citing = None if read.get("second_hand") else _citing(bib, read)
            if citing is None:
                continue
            place = (citing, read["source"], read["where"])
            block = places.get(place) or Block(*place, "parsed")
            for entry in read["entries"]:
                if "raw" not in entry:
                    yield block, _entry(entry)


def _citing(bib: Bibliography, read: Mapping[str, Any]) -> str | None:
    if key := read.get("catalogue_key"):
        return bib[key].key if key in bib else None
    found = Matcher(bib).match(
        {
            "title": read["title"],
            "author": " and ".join(read["authors"]),
            "year": str(read.get("year", "")),
        }
    )
    # A list of a later version under another title is not the list of the work.
    same = found and _letters(read["title"]) == _letters(from_latex(unbraced(found.paper.title)))
    return found.paper.key if found and same else None


def _entry(read: Mapping[str, Any]) -> Entry:
    ids = find_arxiv_ids(read.get("arxiv") or "")
    title = _clean(read.get("title") or "")
    # What begins like this is no title: the program took the wrong part of the entry.
    if title.lower().startswith(("arxiv", "http", "url ")) or len(_letters(title)) < SHORTEST:
        title = ""
    names = map(_clean, read.get("authors") or ())
    authors = tuple(name for name in names if any(map(str.isalpha, name)))
    return Entry(title, authors, False, read.get("year"), ids[0] if ids else None, read.get("doi"))


def _clean(text: str) -> str:
    """Drop what cannot be printed: a program read it from a PDF."""
    return " ".join("".join(char for char in text if char.isprintable() or char == " ").split())


def _reference(citing: str, entry: Entry) -> Reference:
    first = entry.authors[0] if entry.authors else ""
    return Reference(citing, entry.title, first, *entry[3:])


def _read_blocks(file: Path) -> dict[Block, set[str]]:
    """Return the blocks of citations.yaml with the cited keys."""
    blocks: dict[Block, set[str]] = {}
    for one in yaml.safe_load(file.read_text("utf-8")):
        names = ("citing", "source", "where", "how", "explanation")
        block = Block(*(one.get(name, "") for name in names))
        blocks.setdefault(block, set()).update(one["cites"])
    return blocks


def _write_blocks(file: Path, blocks: Mapping[Block, set[str]]) -> None:
    """Write citations.yaml in canonical form, below the comment at its head."""
    lines = file.read_text("utf-8").splitlines(keepends=True)
    head = "".join(takewhile(lambda line: line.startswith("#"), lines))
    records = [
        {name: value for name, value in block._asdict().items() if value} | {"cites": sorted(keys)}
        for block, keys in sorted(blocks.items())
    ]
    body = yaml.safe_dump(records, allow_unicode=True, sort_keys=False)
    write_text(file, canonical(f"{head}\n{body}", "citations"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
