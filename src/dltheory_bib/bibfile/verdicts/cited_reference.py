"""What an entry of a .bib file says of the work that it cites, read for comparison."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from dltheory_bib.bibfile.match import (
    PLACES,
    Reading,
    impossible_arxiv_id,
    is_preprint,
    read_entry,
)
from dltheory_bib.bibfile.verdicts.titles import bare
from dltheory_bib.text.identifiers import find_dois, is_arxiv_doi, says_arxiv
from dltheory_bib.text.latex import from_latex

_OTHERS = re.compile(r"(?:\s+and\s+others|[,\s]+(?:and\s+)?et\.?\s*al\.?)\s*\Z", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_NO_NAME = "{}()[].,;:*~- "
"""What is left of a name that has been left out."""
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


@dataclass(eq=False)  # a frozen one takes three times as long to make, and many are made
class CitedReference:
    """The fields of an entry that are compared. What it does not state is empty."""

    kind: str = ""
    """The type of the entry, in lower case."""
    title: str = ""
    bare_title: str = ""
    """The folded letters and digits of the title."""
    named: str = ""
    """The field of the authors, as the entry writes it."""
    families: tuple[str, ...] = ()
    """The last words of the authors' family names, folded."""
    year: int | None = None
    year_field: str = "year"
    """The name of the field that states the year: `year`, or `date`."""
    venue_field: str = ""
    """The name of the field that states the venue."""
    venue: str = ""
    """As the entry writes it, with LaTeX; empty for a preprint."""
    venues: tuple[str, ...] = ()
    """The values of all fields that state a venue: some entries have a journal and a booktitle."""
    is_preprint: bool = False
    place: str = ""
    """The field of the venue as the entry writes it, also if it says arXiv."""
    volume: str = ""
    pages: str = ""
    doi: str = ""
    arxiv: str = ""
    impossible_arxiv: str = ""
    """What the entry calls an arXiv id, although no id has that form."""

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """The authors as plain text, as the entry writes them."""
        shortened = _OTHERS.sub("", self.named)
        names = _AND.split(shortened) if shortened else []
        return tuple(plain for name in names if (plain := from_latex(name).strip()).strip(_NO_NAME))

    @property
    def own_doi(self) -> str:
        """The DOI, unless it is arXiv's."""
        return "" if is_arxiv_doi(self.doi) else self.doi

    @property
    def is_located(self) -> bool:
        """Whether the entry says where the work was printed: a volume, pages, or a DOI."""
        return bool(self.pages or self.volume or self.own_doi)

    @cached_property
    def and_others(self) -> bool:
        """Whether the entry says that there are more authors."""
        return _OTHERS.search(self.named) is not None


def _is_scholars_arxiv(values: Mapping[str, str]) -> bool:
    """Return whether an entry is on arXiv as Google Scholar cites its part on statistics: as volume
    1050 of a journal "stat", with the day for pages.
    """
    journal, volume = values.get("journal", ""), values.get("volume", "").strip("{} ")
    return journal.strip("{} ").lower() == "stat" and volume == "1050"


def read_reference(
    kind: str, values: Mapping[str, str], read: Reading | None = None
) -> CitedReference:
    """Return what an entry states; `values` are its fields, by names in lower case.

    Callers that have called `read_entry` already pass its result.
    """
    place = next((name for name in reversed(PLACES) if values.get(name)), "")
    scholars = _is_scholars_arxiv(values)
    preprint = scholars or is_preprint(kind, values)
    is_arxiv = preprint or says_arxiv(values.get(place, ""))
    read = read or read_entry(values)
    found = read.ids
    doi = next(iter(find_dois(values["doi"])), "").lower() if values.get("doi") else ""
    years = _YEAR.findall(values.get("year") or values.get("date") or "")
    plain = from_latex(values.get("title", ""))
    # Files that were web pages once have HTML's names of characters.
    title = unescape(plain).strip()
    return CitedReference(
        kind,
        title,
        bare(title) if "&" in plain else read.title,
        values.get("author", "").strip(),
        tuple(read.families),
        int(years[0]) if years else None,
        "date" if values.get("date") and not values.get("year") else "year",
        "" if is_arxiv else place,
        "" if is_arxiv else values.get(place, ""),
        () if is_arxiv else tuple(values[name] for name in PLACES if values.get(name)),
        preprint,
        values.get(place, ""),
        "" if scholars else values.get("volume", ""),
        "" if scholars else values.get("pages", ""),
        doi or next((value.lower() for by, value in found if by == "doi"), ""),
        next((value for by, value in found if by == "eprint"), ""),
        (impossible_arxiv_id(values) or ("", ""))[1],
    )
