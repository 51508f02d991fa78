"""Export to RIS, the tagged lines that every reference manager imports.

Tags and types are those of the RIS specification of Reference Manager (2011), as implemented by the
library rispy. `A2` is an editor; in a `BOOK` it would be the editor of the series, so there it is
`A3`. `PB` is also the institution of a thesis or report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dltheory_bib.formats.private_fields import ris_fields
from dltheory_bib.formats.venue_names import (
    names_volume,
    period_of,
    place_in_full,
    publisher_of,
    venue_in_full,
)
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Period, Venue
from dltheory_bib.text.maths import unicode_maths
from dltheory_bib.text.names import family, given, suffix

_TYPES = {
    "article": "JOUR",
    "inproceedings": "CPAPER",
    "incollection": "CHAP",
    "book": "BOOK",
    "thesis": "THES",
    "report": "RPRT",
    "online": "ELEC",
    "software": "COMP",
}
_PREPRINT = "UNPB"
_CRLF = "\r\n"


def to_ris(
    papers: Iterable[Paper],
    venues: Mapping[str, Venue],
    private: Mapping[str, Mapping[str, Any]] | None = None,
    readable: Callable[[str], str] = unicode_maths,
) -> str:
    r"""Return the papers in RIS, in the order given, with the line ends `\r\n` that RIS prescribes.

    `ID` is the citation key, `M1` the arXiv id, `N1` the annotation. `private` has the notes, tags
    and files that are to be written, by key: `N1`, `KW` and `L1`. `readable` converts the
    mathematics of a text to Unicode. Raises `UnknownNameError` for a paper whose venue is not in
    `venues`.
    """
    import rispy

    class Writer(rispy.RisWriter):  # type: ignore[misc]
        """Drop the numbers between records, which are not part of RIS; allow several copies."""

        DEFAULT_LIST_TAGS = (*rispy.RisWriter.DEFAULT_LIST_TAGS, "L1", "L2")

        def set_header(self, count: int) -> str:  # noqa: ARG002
            return ""

    records = []
    for paper in papers:
        record = _record(paper, period_of(paper, venues), readable)
        for name, values in ris_fields((private or {}).get(paper.key, {})).items():
            if values:
                record[name] = [*record.get(name, ()), *values]
        records.append(record)
    text: str = rispy.dumps(records, implementation=Writer)
    return "".join(f"{line}{_CRLF}" for line in text.split("\n"))


def _record(paper: Paper, period: Period | None, readable: Callable[[str], str]) -> dict[str, Any]:
    start, _, end = (paper.pages or "").partition("-")
    editors = "tertiary_authors" if paper.type == "book" else "secondary_authors"
    fields: dict[str, Any] = {
        "type_of_reference": _PREPRINT if paper.is_preprint else _TYPES[paper.type],
        "id": paper.key,
        "title": readable(paper.plain_title),
        "authors": [_name(name) for name in paper.author],
        editors: [_name(name) for name in paper.editor],
        "year": str(paper.year),
        **_place(paper, period),
        "edition": paper.edition,
        "start_page": start,
        "end_page": end,
        "doi": paper.doi,
        "urls": [paper.address] if paper.address else [],
        "note": paper.eprint and f"arXiv:{paper.eprint}",
        "notes": [readable(paper.summary)] if paper.summary else [],
    }
    return {name: value for name, value in fields.items() if value}


def _place(paper: Paper, period: Period | None) -> dict[str, str | None]:
    if period is None or paper.type in {"book", "thesis", "report"}:
        return {"publisher": place_in_full(paper, period), "number": paper.number}
    is_article = paper.type == "article"
    return {
        "secondary_title": venue_in_full(paper, period),
        "alternate_title1": venue_in_full(paper, period, short=True),
        "tertiary_title": None if is_article else period.series,
        "volume": None if names_volume(period) and not is_article else paper.volume,
        "number": paper.number,
        "publisher": publisher_of(paper, period),
    }


def _name(name: str) -> str:
    """Return `Family, Given, Suffix`, the order of RIS."""
    return ", ".join(part for part in (family(name), given(name), suffix(name)) if part)
