"""Entries of a .bib file for works on a shelf, each under a remark that it is not curated."""

from __future__ import annotations

from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf.lookups import Held, Shelf, entry_type
from dltheory_bib.text.identifiers import parse_identifier
from dltheory_bib.text.latex import Encoding, name_to_latex, title_to_latex, to_latex

_KINDS = {
    "online": ("misc", "howpublished"),
    "inproceedings": ("inproceedings", "booktitle"),
    "article": ("article", "journal"),
}
"""The type of the entry, and the field of the venue."""


def held_by_key(shelf: Shelf, key: str) -> Held | None:
    """Return the work whose DOI or arXiv id a key of a manuscript is; None if there is none.

    A published record wins over a preprint's.
    """
    found = parse_identifier(key)
    if found is None:
        return None
    held = {"doi": shelf.with_doi, "arxiv": shelf.with_arxiv}.get(found.scheme)
    works = held(found.folded if found.scheme == "doi" else found.value) if held else []
    return next((one for one in works if one.record.venue), works[0] if works else None)


def shelf_entry(held: Held, key: str, biblatex: bool, encoding: Encoding = "utf-8") -> str:
    """Return the entry of a work as its source states it, under a remark that says so."""
    work = held.record
    remark = f"% {key}: from the shelf, not curated; {work.source} of {work.date}, {work.where}\n"
    return remark + bare_entry(work, key, biblatex, encoding)


def bare_entry(work: StatedWork, key: str, biblatex: bool, encoding: Encoding = "utf-8") -> str:
    """Return the entry of a work as its source states it."""
    kind, place = _KINDS[entry_type(work)]
    values = {
        "title": title_to_latex(work.title, encoding),
        "author": " and ".join(name_to_latex(one, encoding) for one in work.authors),
        "date" if biblatex else "year": str(work.year or ""),
        place: to_latex(work.venue, encoding),
        "volume": to_latex(work.volume, encoding),
        "pages": "--".join(filter(None, work.pages.replace("–", "-").split("-"))),
        "doi": work.doi,
        "eprint": work.eprint,
        "eprinttype" if biblatex else "archiveprefix": "arXiv" if work.eprint else "",
        "url": "" if work.doi or work.eprint else work.url,
    }
    fields = "".join(f"  {name} = {{{value}}},\n" for name, value in values.items() if value)
    return f"@{kind}{{{key},\n{fields}}}\n"
