"""The works of a shelf as a source of the look-up protocol."""

from __future__ import annotations

import datetime

from dltheory_bib.lookup.protocol import Absent, Asked, Found, Reference, StatedWork
from dltheory_bib.lookup.same_work import inverted, is_same
from dltheory_bib.shelf.lookups import Held, Shelf

_KINDS = {True: "inproceedings", False: "article"}


class ShelfWorks:
    """The works of a shelf, by DOI, arXiv id and title. They are not curated."""

    name = "the shelf"

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def takes(self, reference: Reference) -> bool:
        """Return whether there is anything to look up."""
        return bool(reference.title or reference.value("doi") or reference.value("arxiv"))

    def find(self, reference: Reference) -> Found | Absent:
        """Return the works that a reference means, as the dumps state them."""
        held: list[Held] = []
        if doi := reference.value("doi"):
            held += self.shelf.with_doi(doi)
        if eprint := reference.value("arxiv"):
            held += self.shelf.with_arxiv(eprint)
        if reference.title:
            held += self.shelf.titled(reference.title)
        works = list(dict.fromkeys(map(_stated, held)))
        same = tuple(one for one in works if is_same(reference, one))
        others = tuple(one for one in works if one not in same)
        asked = tuple(
            Asked(f"{self.name} ({one.reader})", _day(one.date))
            for one in self.shelf.sources.values()
        )
        return Found(same, asked, others) if same else Absent(asked, others)


def _stated(held: Held) -> StatedWork:
    work, source = held.record, held.source
    is_proceedings = not work.volume or any(
        word in work.venue.lower() for word in ("conference", "proceedings", "symposium")
    )
    guessed = any("," not in name for name in work.authors)
    return StatedWork(
        source=f"{source.reader} (shelf)",
        where=work.id,
        date=_day(source.date),
        title=work.title,
        authors=tuple(map(inverted, work.authors)),
        names_guessed=guessed,
        type=_KINDS[is_proceedings] if work.venue else "online",
        year=work.year or None,
        venue=work.venue,
        volume=work.volume,
        pages=work.pages,
        doi=work.doi,
        eprint=work.arxiv,
        url=work.url,
    )


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        return datetime.date.min
