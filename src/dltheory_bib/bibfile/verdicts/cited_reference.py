"""What an entry of a .bib file says of the work that it cites, read for comparison."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

from dltheory_bib.bibfile.match import PLACES, identifiers, is_preprint
from dltheory_bib.text.identifiers import find_dois, says_arxiv
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import words

_OTHERS = re.compile(r"(?:\s+and\s+others|[,\s]+(?:and\s+)?et\.?\s*al\.?)\s*\Z", re.IGNORECASE)
_LINK = re.compile(r"\\href\s*\{[^{}]*\}")
"""The address of a link; its text is the title."""
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


@dataclass(frozen=True, slots=True)
class CitedReference:
    """The fields of an entry that are compared. What it does not state is empty."""

    title: str = ""
    authors: tuple[str, ...] = ()
    """As plain text, as the entry writes them."""
    and_others: bool = False
    """Whether the entry says that there are more authors."""
    year: int | None = None
    venue_field: str = ""
    """The name of the field that states the venue."""
    venue: str = ""
    """As the entry writes it, with LaTeX; empty for a preprint."""
    venues: tuple[str, ...] = ()
    """The values of all fields that state a venue: some entries have a journal and a booktitle."""
    is_preprint: bool = False
    volume: str = ""
    pages: str = ""
    doi: str = ""
    arxiv: str = ""


def read_reference(kind: str, values: Mapping[str, str]) -> CitedReference:
    """Return what an entry states; `values` are its fields, by names in lower case."""
    named = values.get("author", "").strip()
    shortened = _OTHERS.sub("", named)
    names = re.split(r"\s+and\s+", shortened, flags=re.IGNORECASE) if shortened else []
    place = next((name for name in reversed(PLACES) if values.get(name)), "")
    preprint = is_preprint(kind, values)
    is_arxiv = preprint or says_arxiv(values.get(place, ""))
    found = list(identifiers(values))
    doi = next(iter(find_dois(values.get("doi", ""))), "").lower()
    years = _YEAR.findall(values.get("year") or values.get("date") or "")
    return CitedReference(
        # Files that were web pages once have HTML's names of characters.
        unescape(from_latex(_LINK.sub("", values.get("title", "")))).strip(),
        tuple(plain for plain in (from_latex(name).strip() for name in names) if words(plain)),
        shortened != named,
        int(years[0]) if years else None,
        "" if is_arxiv else place,
        "" if is_arxiv else values.get(place, ""),
        () if is_arxiv else tuple(values[name] for name in PLACES if values.get(name)),
        preprint,
        values.get("volume", ""),
        values.get("pages", ""),
        doi or next((value.lower() for by, value in found if by == "doi"), ""),
        next((value for by, value in found if by == "eprint"), ""),
    )
