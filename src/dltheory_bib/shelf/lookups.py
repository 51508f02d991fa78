"""Look works up on a shelf: by title, near title, DOI and arXiv id."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from dltheory_bib.errors import BibliographyError
from dltheory_bib.lookup.protocol import Absent, Asked, Found, Reference, StatedWork
from dltheory_bib.lookup.same_work import inverted, is_same
from dltheory_bib.shelf.shelf_index import APART, FILE, FORMAT, title_hash
from dltheory_bib.text.identifiers import parse_identifier
from dltheory_bib.text.names import words
from dltheory_bib.user_folders import data_folder

ALIKE = 90.0
"""Titles with at least this similarity (rapidfuzz's ratio of their folded words, from 0 to 100) are
near; of 500 titles made of the halves of two others none reached it.
"""
_ONE_WORD_LESS = 96.0
"""The similarity of a title to one that has one word more, if its ratio is less: a word was left
out, which in a short title is much of it.
"""
_RAREST = 7
"""How many of a title's rarest words are looked up."""
_PIVOTS = 5
"""Of those, how many are the very rarest."""
_MOST = 2000
"""The most titles that are compared in one step."""
_STEM = 3
"""The letters in which a misspelt word and the right one begin alike."""
_MEETINGS = frozenset({"conference", "proceedings", "symposium", "workshop", "meeting"})
_JOURNALS = frozenset(
    {"acta", "annals", "bulletin", "j", "journal", "letters", "review", "trans", "transactions"}
)
_FIELDS = (
    "w.key, w.title, w.authors, w.year, w.venue, w.volume, w.pages, w.doi, w.arxiv, w.url,"
    " w.track, w.source, w.origin"
)


class ShelfError(BibliographyError):
    """There is no shelf, or it was built by another version."""


class ShelfSource(NamedTuple):
    """A source of a shelf."""

    reader: str
    path: str
    date: str
    """The day of its newest file, as 2026-11-30."""
    licence: str
    kept: int
    refused: int


class Held(NamedTuple):
    """A work on the shelf."""

    record: StatedWork
    """`source` is the name of the reader, `date` that of the dump."""
    score: float = 100.0
    """The similarity of its title to the one that was asked for, from 0 to 100."""


def default_folder() -> Path:
    """Return the folder of the shelf that is used if none is named."""
    return data_folder() / "shelf"


class Shelf:
    """A shelf that was built: a source of the look-up protocol. It is read, never changed."""

    name = "the shelf"

    def __init__(self, folder: Path) -> None:
        """Open the shelf of a folder. Raises `ShelfError` if there is none that can be read."""
        self.path = folder / FILE
        if not self.path.is_file():
            raise ShelfError(f"{folder} has no shelf; make one: dltheory shelf build SOURCE…")
        self._connection = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            about = dict(self._connection.execute("SELECT name, value FROM about"))
        except sqlite3.Error as error:
            raise ShelfError(f"{self.path} is no shelf, or is damaged; build it again") from error
        self._terms: dict[str, tuple[int, str] | None] = {}
        if about.get("format") != str(FORMAT):
            raise ShelfError(f"{self.path} was built by another version; build it again")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __len__(self) -> int:
        return sum(one.kept for one in self.sources.values())

    @cached_property
    def sources(self) -> dict[int, ShelfSource]:
        """The sources by number."""
        rows = self._connection.execute(
            "SELECT id, reader, path, date, licence, kept, refused FROM source ORDER BY id"
        )
        return {row[0]: ShelfSource(*row[1:]) for row in rows}

    def takes(self, reference: Reference) -> bool:
        """Return whether there is anything to look up."""
        return bool(reference.title or reference.value("doi") or reference.value("arxiv"))

    def find(self, reference: Reference) -> Found | Absent:
        """Return the works that a reference means, by DOI, arXiv id and title."""
        held: list[Held] = []
        if doi := reference.value("doi"):
            held += self.with_doi(doi)
        if eprint := reference.value("arxiv"):
            held += self.with_arxiv(eprint)
        if reference.title:
            held += self.titled(reference.title)
        works = list(dict.fromkeys(_answered(one.record) for one in held))
        same = tuple(one for one in works if is_same(reference, one))
        others = tuple(one for one in works if one not in same)
        asked = tuple(
            Asked(f"{self.name} ({one.reader})", _day(one.date)) for one in self.sources.values()
        )
        return Found(same, asked, others) if same else Absent(asked, others)

    def titled(self, title: str) -> list[Held]:
        """Return the works whose title has the same letters and digits."""
        return list(self._held("w.hash = ?", title_hash(title)))

    def with_doi(self, doi: str) -> list[Held]:
        """Return the works with a DOI; capitals do not matter."""
        return list(self._held("w.doi = ? AND w.doi <> ''", doi.lower()))

    def with_arxiv(self, identifier: str) -> list[Held]:
        """Return the works with an arXiv id, given without a version."""
        return list(self._held("w.arxiv = ? AND w.arxiv <> ''", identifier))

    def of_year(self, year: int) -> Iterator[Held]:
        """Yield the works of a year that name a venue."""
        yield from self._held("w.year = ? AND w.venue <> ''", year)

    def years(self) -> list[int]:
        """Return the years of the works that name a venue, the newest first."""
        rows = self._connection.execute(
            "SELECT DISTINCT year FROM work WHERE year > 0 AND venue <> '' ORDER BY year DESC"
        )
        return [row[0] for row in rows]

    def has_work_by(
        self, names: Sequence[tuple[str, str]], fewest: int, since: int, until: int
    ) -> bool:
        """Return whether a work of some years has at least so many of the people.

        Each is given in the two ways in which a source may write the name, as far as it is known.
        """
        each = " + ".join("(instr(authors, ?) > 0 OR instr(authors, ?) > 0)" for _ in names)
        found = self._connection.execute(
            f"SELECT 1 FROM work WHERE year BETWEEN ? AND ? AND {each or 0} >= ? LIMIT 1",
            (since, until, *(one for both in names for one in both), fewest),
        )
        return found.fetchone() is not None

    def near(
        self, title: str, at_least: float = ALIKE, most: int = 5, thorough: bool = True
    ) -> list[Held]:
        """Return the works whose titles are nearest, the nearest first; none below `at_least`.

        Titles that have all of the title's rarest words are compared with it, then those that have
        two of the very rarest, then, if the search is to be `thorough`, any two, until some are
        near. A title of which most words are the same has two of the very rarest.
        """
        wanted = words(title)
        compare = _Comparison(wanted)
        found: dict[int, float] = {}
        for match in self._matches(wanted, thorough):
            rows = self._connection.execute(
                "SELECT w.id, w.title FROM words JOIN work w ON w.id = words.rowid"
                " WHERE words MATCH ? LIMIT ?",
                (match, _MOST),
            )
            for number, other in rows:
                if number not in found:
                    found[number] = compare.score(words(other))
            if any(score >= at_least for score in found.values()):
                break
        best = sorted((-score, number) for number, score in found.items() if score >= at_least)
        return [
            held._replace(score=-score)
            for score, number in best[:most]
            for held in self._held("w.id = ?", number)
        ]

    def search(self, text: str, most: int) -> list[Held]:
        """Return the works that a text means: with this DOI or arXiv id, else with all its words in
        the title, the newest first, else with the nearest titles.
        """
        identifier = parse_identifier(text)
        if identifier and identifier.scheme == "doi":
            return self.with_doi(identifier.folded)[:most]
        if identifier and identifier.scheme == "arxiv":
            return self.with_arxiv(identifier.value)[:most]
        # The index separates words at a "_" as well, and has no phrases.
        separate = dict.fromkeys(words(text.replace("_", " ")))
        wanted = " AND ".join(f'"{word}"' for word in separate)
        condition = "w.id IN (SELECT rowid FROM words WHERE words MATCH ?)"
        found = list(self._held(condition, wanted)) if wanted else []
        found.sort(key=lambda one: -(one.record.year or 0))
        return found[:most] or self.near(text, most=most)

    def nearest(self, title: str) -> Held | None:
        """Return the work with the title that is meant, the first if several sources have it.

        None if no title is near, or two different ones are equally near.
        """
        found = self.near(title)
        same = [one for one in found if one.score == found[0].score]
        others = {title_hash(one.record.title) for one in same}
        return found[0] if len(others) == 1 else None

    def _matches(self, wanted: list[str], thorough: bool) -> Iterator[str]:
        """Yield the queries for titles to compare, the strictest first."""
        rarest = self._rarest(wanted)
        if not rarest:
            return
        yield " AND ".join(rarest)
        for count in (_PIVOTS, len(rarest)) if thorough else (_PIVOTS,):
            pairs = combinations(rarest[:count], 2)
            if query := " OR ".join(f"({' AND '.join(some)})" for some in pairs):
                yield query

    def _rarest(self, wanted: Iterable[str]) -> list[str]:
        """Return the title's words as terms of a query, the rarest on the shelf first.

        For a word that the shelf does not know, those that differ from it in a letter are taken.
        """
        counts: list[tuple[int, str]] = []
        for word in dict.fromkeys(wanted):
            if word not in self._terms:
                self._terms[word] = self._term(word)
            if term := self._terms[word]:
                counts.append(term)
        return [term for _, term in sorted(counts)[:_RAREST]]

    def _term(self, word: str) -> tuple[int, str] | None:
        """Return how many titles have a word, or those that it may be, and the term of a query."""
        row = self._vocabulary.execute(
            "SELECT doc FROM temp.vocabulary WHERE term = ?", (word,)
        ).fetchone()
        if row:
            return row[0], f'"{word}"'
        meant = self._misspelt(word)
        either = " OR ".join(f'"{one}"' for _, one in meant)
        return (sum(count for count, _ in meant), f"({either})") if meant else None

    def _misspelt(self, word: str) -> list[tuple[int, str]]:
        """Return the shelf's words that differ from a word in one letter, with their counts."""
        if len(word) < 2 * _STEM:
            return []
        start = word[:_STEM]
        rows = self._vocabulary.execute(
            "SELECT doc, term FROM temp.vocabulary WHERE term >= ? AND term < ?",
            (start, start[:-1] + chr(ord(start[-1]) + 1)),
        )
        alike = [(count, term) for count, term in rows if _is_slip(word, term)]
        return sorted(alike, reverse=True)[:3]

    @cached_property
    def _vocabulary(self) -> sqlite3.Connection:
        self._connection.execute(
            "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'words', 'row')"
        )
        return self._connection

    def _held(self, condition: str, value: object) -> Iterator[Held]:
        for row in self._connection.execute(
            f"SELECT {_FIELDS} FROM work w WHERE {condition} ORDER BY w.id", (value,)
        ):
            authors = tuple(row[2].split(APART)) if row[2] else ()
            source, date = self._named[row[11]]
            yield Held(
                StatedWork(
                    source,
                    row[0],
                    date,
                    row[1],
                    authors,
                    year=row[3] or None,
                    venue=row[4],
                    volume=row[5],
                    pages=row[6],
                    doi=row[7],
                    eprint=row[8],
                    url=row[9],
                    track=row[10],
                    origin=row[12],
                )
            )

    @cached_property
    def _named(self) -> dict[int, tuple[str, datetime.date]]:
        return {number: (one.reader, _day(one.date)) for number, one in self.sources.items()}


def entry_type(work: StatedWork) -> str:
    """Return the type of entry, which few dumps state: by the venue, and whether it has volumes."""
    if not work.venue:
        return "online"
    named = set(words(work.venue))
    is_meeting = bool(_MEETINGS & named) or not (work.volume or _JOURNALS & named)
    return "inproceedings" if is_meeting else "article"


def _answered(work: StatedWork) -> StatedWork:
    """Return a work as the protocol has it: with a type, and with names that are split."""
    return work._replace(
        source=f"{work.source} (shelf)",
        authors=tuple(map(inverted, work.authors)),
        names_guessed=any("," not in name for name in work.authors),
        type=entry_type(work),
    )


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        return datetime.date.min


class _Comparison:
    """Compares titles with one of them."""

    def __init__(self, wanted: list[str]) -> None:
        self.wanted = wanted
        self.plain, self.ordered = " ".join(wanted), " ".join(sorted(wanted))
        self.ratio = _ratio()

    def score(self, theirs: list[str]) -> float:
        """Return the similarity of the words of another title, from 0 to 100.

        The order of words counts little: the ratio of the sorted words counts as well.
        """
        score = self.ratio(self.plain, " ".join(theirs))
        if score < ALIKE:
            score = max(score, self.ratio(self.ordered, " ".join(sorted(theirs))))
        if score < _ONE_WORD_LESS and _lacks_a_word(self.wanted, theirs):
            return _ONE_WORD_LESS
        return score


def _lacks_a_word(fewer: list[str], more: list[str]) -> bool:
    """Return whether a title is another without one of its words.

    A compound such as "super-resolution" counts as a word, if at least four remain; else three must
    remain.
    """
    gap = len(more) - len(fewer)
    if not 1 <= gap <= 2 or len(fewer) < 2 + gap:
        return False
    same = next((at for at, word in enumerate(fewer) if word != more[at]), len(fewer))
    return fewer[same:] == more[same + gap :]


def _is_slip(one: str, other: str) -> bool:
    """Return whether two words differ in one letter: changed, left out, added or swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return len(one) != len(other)
    rest, theirs = one[start:], other[start:]
    return (
        rest[1:] == theirs[1:]
        or rest[1:] == theirs
        or rest == theirs[1:]
        or (rest[:2] == theirs[1::-1] and rest[2:] == theirs[2:])
    )


def _ratio() -> Callable[[str, str], float]:
    """Return the measure of similarity: rapidfuzz's, else difflib's, which is slower."""
    try:
        from rapidfuzz.fuzz import ratio
    except ImportError:
        from difflib import SequenceMatcher

        return lambda one, other: 100 * SequenceMatcher(None, one, other, False).ratio()
    return lambda one, other: float(ratio(one, other))
