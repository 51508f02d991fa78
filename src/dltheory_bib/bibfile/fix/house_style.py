r"""Learn how a .bib file writes its entries, so that a correction does not look foreign in it.

A habit is read from the entries of published works: how many of them give pages, a DOI, a URL, a
publisher, and whether the file shortens author lists, writes initials or braces. The evidence is a
sum over entries. So `fixer` can subtract the entries that it changed and add them as they are now:
habits that the changes themselves would alter are known before anything is written, and a second
run changes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal

from dltheory_bib.bibfile.bib_parser import BibFile
from dltheory_bib.bibfile.entry_types import WORKS
from dltheory_bib.bibfile.fix.title_and_authors import OTHERS
from dltheory_bib.bibfile.match import PLACES, is_preprint
from dltheory_bib.input_files import is_unicode
from dltheory_bib.text.latex import Encoding

Class = Literal["article", "book"]
"""Papers of journals, and papers and chapters of books, of which files give other fields."""
Evidence = Counter[str]
"""How many entries show a habit, by its name."""
Gates = frozenset[str]
"""The names of the habits that allow a change in a published entry."""

FEWEST = 4
"""From fewer published entries no habit is learnt."""
MANY = 8
"""A file of so many works without a page number has the habit to give none."""
_SHARE = 5
"""A field is usual if one entry in this number has it."""
_MOST_INITIALS = 10
"""Initials are usual if at most one name in this number is written in full."""
_FEWEST_NAMES = 20
_LONG_LIST = 6
_FIELDS = ("doi", "pages", "volume", "number", "series", "publisher", "editor", "url", "eprint")
_CLASSES: dict[str, Class] = {
    "article": "article",
    "inproceedings": "book",
    "conference": "book",
    "incollection": "book",
    "inbook": "book",
}
_AND = re.compile(r"\s+and\s+")
# A given name of two letters or more: "Chi Jin", "Jin, Chi", but not "C. Jin" or "Jin, C.".
_FULL_GIVEN = re.compile(r",[^,]*?[^\W\d_]{2}|^\W*[^\W\d_]{2,}[^,]*\s[^,]*$")
_CAPITALS = re.compile(r"(?<!\\)(?<![^\W_])[^\W_]+[A-Z]")
_ACCENT = re.compile(r"\\(?:[\"'`^~=.]|[uvHcdbkr](?![A-Za-z])|(?:ss|ae|oe|aa|o|l|i|j|AE|OE|O|L)\b)")
_SURROGATES = re.compile("[\ud800-\udfff]")
"""Bytes that are not UTF-8, as they are kept in the text."""
_PRINTED = ("author", "editor", "title")


def class_of(kind: str) -> Class:
    """Return the class of an entry type, for its habits."""
    return _CLASSES.get(kind.lower(), "book")


def evidence(kind: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield what an entry shows of the habits of its file; `kind` is its type in lower case."""
    if kind not in WORKS:
        return
    yield "works"
    if values.get("doi"):
        yield "doi"
    if values.get("pages"):
        yield "pages"
    if kind in _CLASSES and any(map(values.get, PLACES)) and not is_preprint(kind, values):
        yield _CLASSES[kind]
        for name in _FIELDS:
            if values.get(name):
                yield f"{_CLASSES[kind]} {name}"
    names = _AND.split(values.get("author", "").strip())
    if OTHERS.fullmatch(names[-1]):
        yield "others"
        names.pop()
    elif len(names) >= _LONG_LIST:
        yield "long lists"
    for name in names[:_LONG_LIST]:
        yield "full names" if _FULL_GIVEN.search(name) else "initials"
    title = values.get("title", "")
    if _CAPITALS.search(title):
        yield "capitals"
        if "{" in title:
            yield "braces"


class HouseStyle:
    """The habits of a file."""

    def __init__(self, file: BibFile, found: Evidence, allowed: Gates = frozenset()) -> None:
        self.found = found
        self.allowed = allowed
        """Habits that were found to allow a change, whatever the evidence says."""
        self._file = file
        self._encoding: Encoding | None = None

    def gives(self, kind: str, name: str, otherwise: bool = True) -> bool:
        """Return whether entries of a type usually give a field; without evidence `otherwise`."""
        gate = f"{class_of(kind)} {name}"
        if gate in self.allowed:
            return True
        count, having = self.found[class_of(kind)], self.found[gate]
        if count < FEWEST:
            count = self.found["article"] + self.found["book"]
            having = self.found[f"article {name}"] + self.found[f"book {name}"]
        return otherwise if count < FEWEST else having * _SHARE >= count

    def gives_dois(self, kind: str) -> bool:
        """Return whether DOIs are given; a file without a single one has no such habit."""
        asked = f"{class_of(kind)} doi" in self.allowed
        return asked or (self.found["doi"] > 0 and self.gives(kind, "doi"))

    def gives_pages(self, kind: str) -> bool:
        """Return whether pages are given."""
        if f"{class_of(kind)} pages" in self.allowed:
            return True
        none = not self.found["pages"] and self.found["works"] >= MANY
        return not none and self.gives(kind, "pages")

    @property
    def lists_all_authors(self) -> bool:
        """Whether author lists are complete: "and others" is no habit."""
        others = self.found["others"]
        return "others" in self.allowed or others < 2 or others * 4 < self.found["long lists"]

    @property
    def writes_names(self) -> bool:
        """Whether given names are written in full, not as initials."""
        full, short = self.found["full names"], self.found["initials"]
        few = full + short < _FEWEST_NAMES
        return "names" in self.allowed or few or full * _MOST_INITIALS > full + short

    @property
    def protects_capitals(self) -> bool:
        """Whether capitals of titles are put in braces."""
        braces, capitals = self.found["braces"], self.found["capitals"]
        return "capitals" in self.allowed or capitals < FEWEST or braces * _SHARE >= capitals

    @property
    def gates(self) -> Gates:
        """The habits that allow a change in a published entry."""
        named = {
            "article doi": self.gives_dois("article"),
            "book doi": self.gives_dois("inproceedings"),
            "article pages": self.gives_pages("article"),
            "book pages": self.gives_pages("inproceedings"),
            "article volume": self.gives("article", "volume", otherwise=False),
            "article number": self.gives("article", "number"),
            "others": self.lists_all_authors,
            "names": self.writes_names,
            "capitals": self.protects_capitals,
        }
        return frozenset(name for name, is_open in named.items() if is_open)

    @property
    def encoding(self) -> Encoding:
        """How letters outside ASCII are written: as themselves, or as LaTeX's commands."""
        if self._encoding is None:
            self._encoding = _encoding_of(self._file)
        return self._encoding


def _encoding_of(file: BibFile) -> Encoding:
    text = file.text.removeprefix("\ufeff")
    if text.isascii() or not is_unicode(file.encoding) or _SURROGATES.search(text):
        return "latex"
    letters = commands = 0
    for entry in file.entries:
        for one in entry.fields:
            if one.name.lower() in _PRINTED:
                value = file.text[one.value_start : one.value_end]
                letters += not value.isascii()
                commands += _ACCENT.search(value) is not None
    return "latex" if commands > letters else "utf-8"
