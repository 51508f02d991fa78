"""Rules on a reference alone: what no work can have, whichever it is."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference
from dltheory_bib.bibfile.verdicts.doi_grammar import doi_place
from dltheory_bib.text.identifiers import arxiv_month, arxiv_year, is_arxiv_doi, parse_identifier
from dltheory_bib.text.names import words

PLACEHOLDERS = frozenset(
    {
        ("doe", "jane"),
        ("doe", "john"),
        ("roe", "jane"),
        ("roe", "richard"),
        ("lastname", "firstname"),
        ("surname", "name"),
        ("family", "given"),
        ("mustermann", "max"),
        ("mustermann", "erika"),
        ("bloggs", "joe"),
    }
)
"""Names that stand for nobody, as the family name and the given name in lower case."""
_WORDS = frozenset({"author", "firstname", "lastname", "surname", "placeholder", "unknown"})
_SUSPECTS = tuple(sorted({name for name, _ in PLACEHOLDERS} | _WORDS))
"""What one of the authors has to have, or none stands for nobody."""
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_SHORTEST_DOI = 4
_YEARS_LATER = 2
"""By how many years an arXiv id must be later than the entry to be another work's: some authors
upload a work a year after its publication.
"""


class Contradiction(NamedTuple):
    """A field whose value no work has."""

    field: str
    message: str


def contradictions(
    reference: CitedReference, this_year: int, authors: Sequence[str] = ()
) -> Iterator[Contradiction]:
    """Yield what cannot be true of any work; `authors` are those of the record that was found.

    Some people are named Doe: who is an author of the record stands for somebody.
    """
    if reference.year is not None and reference.year > this_year + 1:
        yield Contradiction("year", f"{reference.year} is in the future")
    lower = reference.named.lower()
    for name in reference.authors if any(one in lower for one in _SUSPECTS) else ():
        is_author = any(sorted(words(one)) == sorted(words(name)) for one in authors)
        if _is_placeholder(name) and not is_author:
            yield Contradiction("author", f"“{name}” stands for nobody")
    if reference.doi and not _is_doi(reference.doi):
        yield Contradiction("doi", f"“{reference.doi}” does not have the form of a DOI")
    elif is_arxiv_doi(reference.doi) and not _is_arxiv(reference.doi):
        yield Contradiction("doi", f"“{reference.doi}” does not have the form of an arXiv id")
    if reference.impossible_arxiv:
        message = f"“{reference.impossible_arxiv}” does not have the form of an arXiv id"
        yield Contradiction("eprint", message)
    elif reference.arxiv:
        yield from _of_arxiv(reference, this_year)


def misplaced(reference: CitedReference, venues: VenueNames) -> Iterator[Contradiction]:
    """Yield the identifiers that name another venue or a later time than the entry.

    They are asked for if no list has the version that the entry describes: of a known work, its
    identifiers are compared.
    """
    year = reference.year
    place = doi_place(reference.doi)
    if place is not None:
        known = {venues.find(one).venue for one in reference.venues} - {None}
        theirs = venues.find(place.venue.upper()).venue
        elsewhere = theirs is not None and bool(known) and theirs not in known
        if elsewhere or (year is not None and year != place.year):
            message = f"this DOI is one of {place.venue.upper()} {place.year}"
            yield Contradiction("doi", message)
    # Authors put what a journal printed long ago on arXiv as well.
    printed = reference.own_doi or (reference.venue_field == "journal" and reference.is_located)
    if reference.arxiv and year is not None and not printed:
        first = arxiv_year(reference.arxiv)
        if first >= year + _YEARS_LATER:
            month = month_name[arxiv_month(reference.arxiv)]
            message = f"arXiv:{reference.arxiv} is of {month} {first}, later than {year}"
            yield Contradiction("eprint", message)


def _is_placeholder(name: str) -> bool:
    before, comma, after = name.partition(",")
    parts = [*words(after), *words(before)] if comma else words(name)
    if not parts:
        return False
    if "anonymous" in parts or parts == ["unknown"]:  # as old texts are cited
        return False
    bare = [re.sub(r"\d+", "", part) for part in parts]
    if (parts[-1], parts[0]) in PLACEHOLDERS and len(parts) == 2:
        return True
    return len(parts) <= 2 and any(part in _WORDS for part in bare)


def _is_doi(doi: str) -> bool:
    return _DOI.fullmatch(doi) is not None and len(doi.partition("/")[2]) >= _SHORTEST_DOI - 2


def _is_arxiv(doi: str) -> bool:
    found = parse_identifier(doi)
    return found is not None and found.scheme == "arxiv"


def _of_arxiv(reference: CitedReference, this_year: int) -> Iterator[Contradiction]:
    year, month = arxiv_year(reference.arxiv), arxiv_month(reference.arxiv)
    if year > this_year:
        yield Contradiction("eprint", f"arXiv:{reference.arxiv} would be of {month}/{year}")
