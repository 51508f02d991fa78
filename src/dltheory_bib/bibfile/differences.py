"""Compare an entry with its catalogue work: find the version it cites and list the differences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from dltheory_bib.bibfile.match import ENOUGH, read_title, read_year
from dltheory_bib.bibfile.matched_file import (
    Difference,
    MatchedEntry,
    MatchedFile,
    folded_families,
)
from dltheory_bib.bibfile.venue_match import telling
from dltheory_bib.models.paper import Paper, Version
from dltheory_bib.text.identifiers import find_dois, is_arxiv_doi, says_arxiv
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import natural, number_order, words

Verdict = Literal["verified", "outdated", "field mismatch", "venue variant", "not covered"]

_NUMBER = re.compile(r"\d+")
_PRINTED_LATER = 2010
"""Before, proceedings were often printed in the year after the conference, and dated so."""
_REPORTS = frozenset({"techreport", "report", "phdthesis", "mastersthesis", "thesis"})
_STEM = 5
_COMMON = frozenset({"confe", "inter", "journ", "trans", "resea", "ieee"})
"""The beginnings of words that venues share."""
_PROCEEDINGS = frozenset({"inproceedings", "conference", "incollection"})


def correct_fields(matched: MatchedFile, paper: Paper) -> str:
    """Return the fields of the published version, for a message."""
    kind, known = matched.target(paper)
    telling: tuple[str, ...] = (
        "booktitle",
        "journal",
        "journaltitle",
        "year",
        "date",
        "volume",
        "pages",
    )
    shown = [name for name in telling if name in known]
    return f"@{kind} with " + ", ".join(f"{name} = {{{known[name]}}}" for name in shown)


def differences(matched: MatchedFile, item: MatchedEntry) -> Iterator[Difference]:
    """Yield the differences between an entry and the version that it cites."""
    assert item.match is not None
    paper = item.match.paper
    meant = _meant(matched, item)
    if republished(matched, item):
        return
    if meant is None:
        yield _other_venue(matched, item, paper)
        return
    year = read_year(item.values)
    allowed = {paper.year, paper.eprint_year} if item.is_preprint else {meant.year}
    if not item.place[0]:  # without a venue it may be the preprint, or a revision of it
        allowed |= {paper.eprint_year} | ({paper.year + 1} if paper.is_preprint else set())
    if meant.year < _PRINTED_LATER and item.kind in _PROCEEDINGS:
        allowed.add(meant.year + 1)
    if year is not None and year not in allowed and not _disputed(paper, "year", str(year)):
        yield _other_year(item, paper, meant, year)
    yield from _identifiers(item, paper)
    if not item.is_preprint:
        yield from _numbers(item, paper, meant)
    yield from _title(item, paper)
    yield from _authors(matched, item, paper)


def republished(matched: MatchedFile, item: MatchedEntry) -> bool:
    """Return whether an entry cites a publication of its work that the catalogue does not have: a
    report, or at another venue, with a year or pages of its own.
    """
    assert item.match is not None
    paper = item.match.paper
    if item.kind in _REPORTS and paper.type not in {"report", "online", "book"}:
        return not item.is_preprint
    if _meant(matched, item) is not None or item.is_preprint:
        return False
    years = {paper.year, *(one.year for one in paper.versions)}
    if read_year(item.values) not in {*years, None}:
        return True
    pages = _NUMBER.findall(item.values.get("pages", ""))
    known = [paper.pages, *(one.pages for one in paper.versions)]
    ours = [_NUMBER.findall(one) for one in known if one]
    return bool(pages) and not any(_same_pages(one, pages) for one in ours)


def variant(matched: MatchedFile, item: MatchedEntry) -> str | None:
    """Return the short name of an entry's venue, if the catalogue spells it otherwise."""
    assert item.match is not None
    paper = item.match.paper
    name, place = item.place
    if not name or not paper.venue or says_arxiv(place):
        return None
    found = matched.venues.find(place)
    if found.venue not in {paper.venue, None}:
        return None
    if matched.venues.style(paper.venue, found.same, paper.year):
        return None
    return matched.bib.venues[paper.venue].in_year(paper.year).short


def _meant(matched: MatchedFile, item: MatchedEntry) -> Paper | Version | None:
    """Return the version that an entry's venue names; None if it is not a venue of the work."""
    assert item.match is not None
    paper = item.match.paper
    name, place = item.place
    if not name or says_arxiv(place) or not paper.venue:
        return paper
    found = matched.venues.find(place).venue
    # The catalogue keeps a book and its chapters under venues that differ from those of their
    # entries.
    if found == paper.venue or (found is None and paper.type not in {"article", "inproceedings"}):
        return paper
    if found is None and read_year(item.values) == paper.year and _resembles(matched, item, paper):
        return paper  # its name, in a spelling that the catalogue does not know
    for version in paper.versions:
        if version.venue and version.venue == found:
            return version
    return None


def _resembles(matched: MatchedFile, item: MatchedEntry, paper: Paper) -> bool:
    """Return whether an unknown name shares a significant word with the venue's names, or its
    pages are those of the work.
    """
    assert paper.venue is not None
    theirs = _NUMBER.findall(item.values.get("pages", ""))
    if theirs and paper.pages and _same_pages(_NUMBER.findall(paper.pages), theirs):
        return True
    period = matched.bib.venues[paper.venue].in_year(paper.year)
    ours = {word[:_STEM] for name in (period.short, period.long) for word in telling(name)}
    here = {word[:_STEM] for word in telling(item.place[1])}
    return bool(ours & here - _COMMON)


def _other_venue(matched: MatchedFile, item: MatchedEntry, paper: Paper) -> Difference:
    name, place = item.place
    return Difference(
        name,
        f'the venue is not "{from_latex(place)}"; write {correct_fields(matched, paper)}',
    )


def _other_year(item: MatchedEntry, paper: Paper, meant: Paper | Version, year: int) -> Difference:
    field = "date" if "date" in item.values and not item.values.get("year") else "year"
    wanted = f"write {field} = {{{meant.year}}}"
    if item.place[0] and not item.is_preprint and year == paper.eprint_year:
        message = (
            f"{year} is the year of the preprint, but the venue is that of {meant.year}; {wanted}"
        )
        return Difference(field, message, "mixed-versions")
    if item.is_preprint and paper.eprint_year:
        wanted = f"write {field} = {{{paper.eprint_year}}}"
    return Difference(field, f"the catalogue has a different year; {wanted}")


def _identifiers(item: MatchedEntry, paper: Paper) -> Iterator[Difference]:
    dois = {one.lower() for one in (paper.doi, *(v.doi for v in paper.versions)) if one}
    for doi in find_dois(item.values.get("doi", "").lower())[:1]:
        known = not paper.doi or doi in dois or is_arxiv_doi(doi)
        if not known and not _disputed(paper, "doi", doi):
            yield Difference(
                "doi", f"the catalogue has a different DOI; write doi = {{{paper.doi}}}"
            )
    ids = {one for one in (paper.eprint, *(v.eprint for v in paper.versions)) if one}
    found = [value for by, value in item.read.ids if by == "eprint"]
    if ids and found and not ids & set(found) and paper.eprint:
        field = (
            "eprint"
            if "eprint" in item.values
            else next((name for name, value in item.values.items() if found[0] in value), "eprint")
        )
        yield Difference(field, f"the catalogue has a different arXiv id; write {paper.eprint}")


def _numbers(item: MatchedEntry, paper: Paper, meant: Paper | Version) -> Iterator[Difference]:
    pages, volume = item.values.get("pages", ""), item.values.get("volume", "")
    if meant.pages and pages and "pages" not in paper.unverified:
        ours, theirs = _NUMBER.findall(meant.pages), _NUMBER.findall(pages)
        if theirs and not _same_pages(ours, theirs) and not _disputed(paper, "pages", pages):
            shown = meant.pages.replace("-", "--")
            yield Difference(
                "pages", f"the catalogue has different pages; write pages = {{{shown}}}"
            )
    numbered = paper.type == "article" and volume.isdigit() and "volume" not in paper.unverified
    known = meant.volume if numbered else None
    differs = known and known.isdigit() and number_order(known) != number_order(volume)
    if differs and not _disputed(paper, "volume", volume):
        yield Difference(
            "volume", f"the catalogue has a different volume; write volume = {{{known}}}"
        )


def _same_pages(ours: list[str], theirs: list[str]) -> bool:
    """Return whether two ranges are the same: an end may be abbreviated, or omitted, or both be
    numbered by article.
    """
    if theirs in (ours, ours[:1], ours[::-1]):  # another rule reports reversed ranges
        return True
    short = len(ours) == len(theirs) == 2 and ours[0] == theirs[0]
    return short and len(theirs[1]) < len(ours[1]) and ours[1].endswith(theirs[1])


def _title(item: MatchedEntry, paper: Paper) -> Iterator[Difference]:
    assert item.match is not None
    titles = (paper.title, *paper.titles, *(one.title for one in paper.versions if one.title))
    if not item.title or item.title in {read_title({"title": one}) for one in titles}:
        return
    if item.match.confidence < ENOUGH:
        kind = "DOI" if item.match.by == "doi" else "arXiv id"
        message = (
            f"this {kind} is that of another title by the same authors; write title = "
            f"{{{paper.title}}}, or correct the {kind}"
        )
    else:
        message = f"the title is printed as: {paper.title}"
    yield Difference("title", message)


def _authors(matched: MatchedFile, item: MatchedEntry, paper: Paper) -> Iterator[Difference]:
    theirs = item.families
    if not theirs:
        return
    ours = folded_families(paper.author)
    others = bool(re.search(r"\b(?:others|et\.?\s*al\b)", item.values.get("author", ""), re.I))
    expected = ours[: len(theirs)] if others and len(theirs) <= len(ours) else ours
    if theirs == expected or _are_aliases(matched, theirs, paper, expected):
        return
    if sorted(theirs) == sorted(expected):
        message = "the authors are in a different order"
    elif len(theirs) != len(expected):
        here = "1 author" if len(theirs) == 1 else f"{len(theirs)} authors"
        message = f"{here} here and {len(ours)} in the catalogue"
    else:
        wrong = [
            natural(name)
            for name, one, own in zip(paper.author, theirs, ours, strict=False)
            if one != own
        ]
        more = f" and {len(wrong) - 2} more" if len(wrong) > 2 else ""
        message = f"a different name is in the place of {', '.join(wrong[:2])}{more}"
    shown = " and ".join(paper.author[:6]) + (" and …" if len(paper.author) > 6 else "")
    yield Difference("author", f"{message}; write {shown}")


def _are_aliases(matched: MatchedFile, theirs: list[str], paper: Paper, ours: list[str]) -> bool:
    """Return whether each differing name is another spelling of the same person."""
    if len(theirs) != len(ours):
        return False
    aliases = matched.spellings
    return all(
        one == own or one in aliases.get(name, set())
        for one, own, name in zip(theirs, ours, paper.author, strict=False)
    )


def _disputed(paper: Paper, field: str, value: str) -> bool:
    """Return whether a source supports the entry's value, although the catalogue follows another
    source.
    """
    stated = words(value)
    return field in paper.unverified or any(
        one.field == field and words(one.value) == stated for one in paper.disagreements
    )
