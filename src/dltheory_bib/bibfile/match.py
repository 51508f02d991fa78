"""Match an entry of a .bib file to a work of the catalogue.

The match is by DOI, by arXiv id in any field, or by title, authors and year together; never by
title alone, because works of this field share titles ("Deep learning" is a paper, a book and a
tutorial). An identifier is rejected if title or authors contradict it: ids are mistyped, or copied
from the entry above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from dltheory_bib.bibfile.verdicts.titles import bare
from dltheory_bib.bibfile.work_index import WorkIndex
from dltheory_bib.text.identifiers import (
    find_arxiv_ids,
    find_dois,
    find_impossible_arxiv_ids,
    is_arxiv_doi,
    says_arxiv,
)
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import family, fold

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.paper import Paper

By = Literal["doi", "eprint", "title"]

ALIKE = 0.9
"""Titles with at least this similarity (Ratcliff-Obershelp ratio of their folded letters) may be
the same; a title is compared only with those that share its authors.
"""
SLIPS = 2
"""For a match by title alone, the number of letters that may differ: a typo, or British for
American spelling.
"""
KIN = 0.6
"""Titles with at least this similarity, by exactly the same authors, are one work under two
names.
"""
CONFIDENCE: Mapping[By, float] = {"doi": 0.99, "eprint": 0.98, "title": 0.95}
"""Confidence of a match if everything else agrees."""
ENOUGH = 0.9
"""Below this confidence nothing is changed."""
RETITLED = 0.8
"""Confidence of a match by identifier and most authors, but with another title: the preprint was
renamed, or the identifier is that of another work of the same authors.
"""
_MOST = 2 / 3
"""The share of authors that are most of them."""

_ID_FIELDS = (
    "eprint",
    "journal",
    "journaltitle",
    "url",
    "note",
    "howpublished",
    "volume",
    "number",
    "booktitle",
    "pages",
    "doi",
    "publisher",
    "archiveprefix",
    "eprinttype",
    "arxivid",
)
_MOST_IDS = 20
"""More identifiers in one entry are a list of works, not the work's."""
_OTHER_ARCHIVES = frozenset({"googlebooks", "hal", "hdl", "iacr", "jstor", "pubmed", "ssrn"})
"""Values of `eprinttype` whose ids are not those of arXiv."""
_AND = re.compile(r"(?<!\s)\s+and\s+", re.IGNORECASE)
_ENDS = re.compile(r"[a-z0-9]+(?=[^a-z0-9]*\Z)")
_NUMERAL = re.compile(r"[ivx]+[ab]?|\d+")
_IS_OTHERS = re.compile(r"others|et\.?\s*al\.?", re.IGNORECASE)
_LONG = 24
"""Letters of a title that is not by chance part of another."""
_OTHERS = re.compile(r"\sand\s+others\s*$", re.IGNORECASE)
_NEGATIONS = frozenset({"un", "in", "im", "ir", "no", "de", "a"})
"""Letters that change the meaning of a word."""


class Match(NamedTuple):
    """A work matched to an entry, with the confidence of the match."""

    paper: Paper
    by: By
    confidence: float
    """From 0 to 1; a change needs at least `ENOUGH`."""


class Reading(NamedTuple):
    """The identifying data of an entry."""

    title: str
    families: list[str]
    ids: list[tuple[By, str]]
    """DOIs and arXiv ids, from any field."""


class Matcher:
    """Finds works of a bibliography for entries."""

    def __init__(self, bib: Bibliography) -> None:
        self.bib = bib
        self.index = WorkIndex(bib)

    def match(self, values: Mapping[str, str], read: Reading | None = None) -> Match | None:
        """Return the work of an entry; `values` are its fields, by names in lower case.

        Callers that have called `read_entry` already pass its result.
        """
        title, authors, ids = read or read_entry(values)
        renamed = None
        for by, value in ids:
            paper = self.find(value)
            if paper is None:
                continue
            agrees = self._title_agrees(title, paper) + _authors_agree(authors, paper)
            if agrees > 0:
                return Match(paper, by, CONFIDENCE[by] if agrees > 1 else ENOUGH)
            # A paper that was published under another title keeps its authors and some words.
            if agrees == 0 and title and _most_authors(authors, values, paper):
                akin = _same_authors(authors, paper) and _is_akin(
                    title, self.index.bare_titles(paper)
                )
                renamed = renamed or Match(paper, by, ENOUGH if akin else RETITLED)
        titled = self._by_title(title, authors, values, ids)
        if titled and renamed and titled.paper is not renamed.paper:
            return None  # the identifier belongs to one work, title and authors to another
        return titled or renamed

    def find(self, name: str) -> Paper | None:
        """Return the work with an identifier."""
        number = self.index.find(name)
        return None if number is None else self.index.paper(number)

    def _title_agrees(self, title: str, paper: Paper) -> int:
        """Return 1 if an entry's title is the work's, -1 if it is another, 0 if it has none."""
        if not title:
            return 0
        return (
            1
            if any(_likeness(title, one) >= ALIKE for one in self.index.bare_titles(paper))
            else -1
        )

    def may_be(self, values: Mapping[str, str], paper: Paper) -> bool:
        """Return whether an entry, which matches no work for certain, may cite this one: it has the
        work's identifier and its title or authors, or its title and half of its authors, in any
        order.
        """
        title, authors, ids = read_entry(values)
        titled, written = self._title_agrees(title, paper), _authors_agree(authors, paper)
        found = [self.find(value) for _, value in ids]
        if any(one is not None and one.key == paper.key for one in found):
            return titled >= 0 or written >= 0
        return titled > 0 and written >= 0

    def _by_title(
        self,
        title: str,
        authors: list[str],
        values: Mapping[str, str],
        identifying: list[tuple[By, str]],
    ) -> Match | None:
        year = read_year(values)
        if not title or not authors or year is None:
            return None
        others = _OTHERS.search(values.get("author", "")) is not None
        found = []
        ids = {value for by, value in identifying if by == "eprint"}
        for number in self.index.by_first_author(authors[0]):
            paper = self.index.paper(number)
            # Titles are compared last, because that takes longest.
            close = min(abs(year - one) for one in _years(paper))
            if close > 1 or _has_other_ids(ids, paper):
                continue
            overlap = _overlap(authors, paper)
            if not others:  # a talk by one of them has the same title
                overlap = min(overlap, len(authors) / len(paper.author))
            if overlap < 0.5:
                continue
            alike = max(_likeness(title, one, SLIPS) for one in self.index.bare_titles(paper))
            if alike >= ALIKE:
                sure = CONFIDENCE["title"] * min(1, 0.4 + 0.6 * alike) * (1 if not close else 0.98)
                found.append(Match(paper, "title", sure * (0.9 + 0.1 * overlap)))
        found.sort(key=lambda one: -one.confidence)
        if not found or found[0].confidence < ENOUGH:
            return None
        rivals = [one for one in found[1:] if found[0].confidence - one.confidence < 0.02]
        return None if rivals else found[0]


def read_entry(values: Mapping[str, str]) -> Reading:
    """Return title, authors and identifiers of an entry."""
    ids = list(islice(identifiers(values), _MOST_IDS))
    return Reading(read_title(values), read_families(values), ids)


def identifiers(values: Mapping[str, str]) -> Iterator[tuple[By, str]]:
    """Return DOIs, then arXiv ids, from any field of an entry."""
    for name in ("doi", "url", "note"):
        for value in find_dois(values.get(name, ""))[:1]:
            if not is_arxiv_doi(value):
                yield "doi", value
    for value in arxiv_ids(values):
        yield "eprint", value


def arxiv_ids(values: Mapping[str, str]) -> list[str]:
    """Return the arXiv ids of an entry: from `eprint`, or from any field that mentions arXiv."""
    found: dict[str, None] = {}
    for _, text, _ in _texts_with_arxiv_ids(values):
        found |= dict.fromkeys(find_arxiv_ids(text))
    return list(found)


def impossible_arxiv_id(values: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the field and the value of what an entry calls an arXiv id, but cannot be one.

    A DOI that contains one is judged as a DOI.
    """
    for name, text, is_id in _texts_with_arxiv_ids(values):
        for value in find_impossible_arxiv_ids(text, is_id) if name != "doi" else ():
            return name, value
    return None


def _texts_with_arxiv_ids(values: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    """Yield the fields that may have arXiv ids, their texts, and whether each is an id itself."""
    archive = values.get("eprinttype") or values.get("archiveprefix") or ""
    elsewhere = archive.strip().lower() in _OTHER_ARCHIVES
    for name in _ID_FIELDS:
        text = None if elsewhere and name == "eprint" else values.get(name)
        # The end of another site's address may look like an arXiv id.
        is_id = name in {"eprint", "arxivid"} and "://" not in (text or "")
        if text and (is_id or says_arxiv(text)):
            yield name, text, is_id


def read_title(values: Mapping[str, str]) -> str:
    """Return the folded letters and digits of an entry's title."""
    return bare(from_latex(values.get("title", "")))


def read_families(values: Mapping[str, str]) -> list[str]:
    """Return the last words of the authors' family names, folded; "others" is skipped."""
    names = _AND.split(values.get("author", "").strip())
    found = []
    for name in names:
        plain = from_latex(name).strip()
        if plain and not _IS_OTHERS.fullmatch(plain):
            last = plain.partition(",")[0] if "," in plain else plain.split()[-1]
            found.append(_last_word(last))
    return found


def read_year(values: Mapping[str, str]) -> int | None:
    """Return the year of an entry, from `year` or `date`."""
    found = re.search(r"\b(1[6-9]|20)\d\d\b", values.get("year") or values.get("date") or "")
    return int(found[0]) if found else None


def _years(paper: Paper) -> set[int]:
    years = {paper.year, *(one.year for one in paper.versions)}
    return years | ({paper.eprint_year} if paper.eprint_year else set())


def _last_word(name: str) -> str:
    folded = fold(name)
    found = _ENDS.search(folded)
    return found[0] if found else folded


def _likeness(one: str, other: str, slips: int | None = None) -> float:
    """Return the similarity of two folded titles; 0 if more than `slips` letters differ."""
    if one == other:
        return 1.0
    shorter, longer = sorted((len(one), len(other)))
    if 2 * shorter < ALIKE * (shorter + longer):  # the matcher would prepare itself first
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.quick_ratio() < ALIKE:
        return 0.0
    # Parts of a series differ only in a numeral.
    differing = "".join(
        one[a:b] + other[c:d] for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"
    )
    if _NUMERAL.fullmatch(differing):
        return 0.0
    if slips is not None and (len(differing) > slips or differing in _NEGATIONS):
        return 0.0
    return matcher.ratio()


def _is_akin(title: str, titles: list[str]) -> bool:
    matchers = (SequenceMatcher(None, title, one, autojunk=False) for one in titles)
    if any(one.real_quick_ratio() >= KIN and one.ratio() >= KIN for one in matchers):
        return True
    # "Recurrent neural tangent kernels: …" became "The Recurrent Neural Tangent Kernel".
    ours = [one.removeprefix("the").removeprefix("a") for one in titles]
    return any(len(one) >= _LONG and (one in title or title in one) for one in ours)


def _has_other_ids(theirs: set[str], paper: Paper) -> bool:
    """Return whether an entry has arXiv ids, and none of them is the work's."""
    ours = {paper.eprint, *(one.eprint for one in paper.versions)} - {None}
    return bool(ours and theirs and not ours & theirs)


def _overlap(authors: list[str], paper: Paper) -> float:
    """Return the share of the entry's authors that are authors of the work."""
    ours = {_last_word(family(name)) for name in paper.author}
    return sum(name in ours for name in authors) / len(authors) if authors else 0.0


def _authors_agree(authors: list[str], paper: Paper) -> int:
    if not authors:
        return 0
    return 1 if _overlap(authors, paper) >= 0.5 else -1


def _most_authors(authors: list[str], values: Mapping[str, str], paper: Paper) -> bool:
    """Return whether an entry has most of the work's authors, and few others."""
    cut = _OTHERS.search(values.get("author", "")) is not None
    return _overlap(authors, paper) >= _MOST and (cut or len(authors) >= _MOST * len(paper.author))


def _same_authors(authors: list[str], paper: Paper) -> bool:
    return authors == [_last_word(family(name)) for name in paper.author]


_TYPES = frozenset(
    {"misc", "online", "unpublished", "techreport", "report", "electronic", "preprint", "article"}
)
PLACES = ("journal", "journaltitle", "booktitle")
"""The fields that name the venue of a paper."""
SAYING = ("howpublished", "publisher", "institution", "organization", "note", "url")
"""Fields that mention arXiv or contain data of the user."""


def is_preprint(kind: str, values: Mapping[str, str]) -> bool:
    """Return whether an entry cites only a preprint on arXiv."""
    places = [values[name] for name in PLACES if values.get(name)]
    if places:
        return all(map(says_arxiv, places))
    mentioned = any(says_arxiv(values.get(name, "")) for name in ("volume", *SAYING))
    return (mentioned or bool(arxiv_ids(values))) and kind.lower() in _TYPES
