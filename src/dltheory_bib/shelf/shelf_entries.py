"""Entries of a .bib file for works on a shelf, each under a remark that it is not curated."""

from __future__ import annotations

from dltheory_bib.shelf.lookups import Held, Shelf
from dltheory_bib.text.identifiers import parse_identifier
from dltheory_bib.text.latex import Encoding, name_to_latex, title_to_latex, to_latex
from dltheory_bib.text.names import words

_MEETINGS = frozenset({"conference", "proceedings", "symposium", "workshop", "meeting"})

_JOURNALS = frozenset(
    {"acta", "annals", "bulletin", "j", "journal", "letters", "review", "trans", "transactions"}
)


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
    """Return the entry of a work as its source states it."""
    work, source = held.record, held.source
    kind, place = _kind(work.venue, work.volume)
    values = {
        "title": title_to_latex(work.title, encoding),
        "author": " and ".join(name_to_latex(one, encoding) for one in work.authors),
        "date" if biblatex else "year": str(work.year or ""),
        place: to_latex(work.venue, encoding),
        "volume": to_latex(work.volume, encoding),
        "pages": "--".join(filter(None, work.pages.replace("–", "-").split("-"))),
        "doi": work.doi,
        "eprint": work.arxiv,
        "eprinttype" if biblatex else "archiveprefix": "arXiv" if work.arxiv else "",
        "url": "" if work.doi or work.arxiv else work.url,
    }
    fields = "".join(f"  {name} = {{{value}}},\n" for name, value in values.items() if value)
    remark = f"% {key}: from the shelf, not curated; {source.reader} of {source.date}, {work.id}\n"
    return f"{remark}@{kind}{{{key},\n{fields}}}\n"


def _kind(venue: str, volume: str) -> tuple[str, str]:
    """Return the type of the entry, and the field of the venue."""
    if not venue:
        return "misc", "howpublished"
    named = set(words(venue))
    is_meeting = bool(_MEETINGS & named) or not (volume or _JOURNALS & named)
    return ("inproceedings", "booktitle") if is_meeting else ("article", "journal")
