"""Read works from other programs' files as drafts of records.

BibTeX and BibLaTeX, CSL-JSON and RIS. A draft has the content of the file in the fields of our
records; nothing is looked up, and missing values are not guessed. The fields and their sources are
those of the formats that `formats.bibtex`, `formats.csl` and `formats.ris` write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dltheory_bib.bibfile.bib_parser import read_bib
from dltheory_bib.bibfile.match import arxiv_ids, identifiers, read_year
from dltheory_bib.errors import DataError, Problem
from dltheory_bib.source.folders import shown
from dltheory_bib.text.identifiers import says_arxiv
from dltheory_bib.text.latex import from_latex, title_from_latex
from dltheory_bib.text.names import is_text

_BIB_TYPES = {
    "article": "article",
    "periodical": "article",
    "inproceedings": "inproceedings",
    "conference": "inproceedings",
    "incollection": "incollection",
    "inbook": "incollection",
    "book": "book",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "thesis": "thesis",
    "techreport": "report",
    "report": "report",
    "software": "software",
}
_CSL_TYPES = {
    "article-journal": "article",
    "paper-conference": "inproceedings",
    "chapter": "incollection",
    "book": "book",
    "thesis": "thesis",
    "report": "report",
    "software": "software",
}
_RIS_TYPES = {
    "JOUR": "article",
    "CONF": "inproceedings",
    "CPAPER": "inproceedings",
    "CHAP": "incollection",
    "BOOK": "book",
    "THES": "thesis",
    "RPRT": "report",
    "COMP": "software",
}


_ALONE = frozenset({"online", "software", "thesis", "report", "book"})
"""The types that are no part of a volume: their organisation is not that of a conference."""
_ISSUED = frozenset({"thesis", "report"})
"""The types that an institution issues; some formats call it the publisher."""


@dataclass(slots=True)
class Draft:
    """The data that a file has about one work."""

    where: str
    """Its position in the file: the key of the entry, or the number of the item."""
    key: str
    """Its key there; empty if it has none."""
    type: str
    title: str = ""
    author: list[str] = field(default_factory=list)
    year: int | None = None
    editor: list[str] = field(default_factory=list)
    venue: str = ""
    """The name of its journal or volume, as in the file."""
    publisher: str = ""
    institution: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    """`volume`, `number`, `edition`, `pages`, `doi`, `eprint`, `url`, as in the file."""


def read_drafts(path: Path) -> tuple[list[Draft], list[str]]:
    """Return the works of a .bib, .json (CSL-JSON) or .ris file, and its unreadable parts.

    Raises `DataError` for a file of another kind, and `OSError`.
    """
    readers: Mapping[str, Callable[[Path], tuple[list[Draft], list[str]]]]
    readers = {".bib": _read_bib, ".json": _read_csl, ".ris": _read_ris}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise _bad(
            path,
            f"has none of the extensions {', '.join(readers)}; rename it to end in one of them",
        )
    return reader(path)


def _bad(path: Path, message: str) -> DataError:
    return DataError([Problem(shown(path), 0, 0, "error", "file", message)])


# BibTeX and BibLaTeX


def _read_bib(path: Path) -> tuple[list[Draft], list[str]]:
    file = read_bib(path)
    notes = [
        f"{file.name}:{file.place(min(place, max(len(file.text) - 1, 0)))[0]}: {message}"
        for place, _, message in file.faults
    ]
    entries = [entry for entry in file.entries if entry.whole]
    return [
        _of_entry(entry.key, entry.type.lower(), file.values(entry)) for entry in entries
    ], notes


def _of_entry(key: str, kind: str, values: Mapping[str, str]) -> Draft:
    plain = {name: from_latex(value) for name, value in values.items()}
    place = _first(plain, "journal", "journaltitle", "booktitle")
    on_arxiv = not place or says_arxiv(place)
    ids = arxiv_ids(values)
    draft = Draft(f"@{kind}{{{key}}}", key, _BIB_TYPES.get(kind, "online"))
    if on_arxiv and ids and draft.type in {"article", "online", "report"}:
        draft.type, place = "online", ""
    draft.title = title_from_latex(values.get("title", ""))
    draft.author = _bib_names(values.get("author", ""))
    draft.editor = _bib_names(values.get("editor", ""))
    draft.year = read_year(values)
    draft.venue = place
    _publish(
        draft,
        _first(plain, "publisher", *(("organization",) if draft.type in _ALONE else ())),
        _first(plain, "school", "institution"),
    )
    draft.fields = _known(
        volume=plain.get("volume", "") if place else "",
        number=_first(plain, "number", "issue") if place else "",
        edition=plain.get("edition", ""),
        pages=plain.get("pages", "") if place else "",
        doi=next((one for by, one in identifiers(values) if by == "doi"), ""),
        eprint=ids[0] if ids else "",
        # A URL is plain text, including ~; some files write it with LaTeX's backslashes.
        url=re.sub(r"\\([_%&#~])", r"\1", values.get("url", "")),
    )
    return draft


def _publish(draft: Draft, publisher: str, institution: str = "") -> None:
    """Keep who published a work; a preprint's server is no publisher."""
    publisher, institution = ("" if says_arxiv(one) else one for one in (publisher, institution))
    if draft.type in _ISSUED and not institution:
        publisher, institution = "", publisher
    draft.publisher, draft.institution = publisher, institution


def _bib_names(text: str) -> list[str]:
    from bibtexparser.middlewares.names import (
        parse_single_name_into_parts,
        split_multiple_persons_names,
    )

    names = []
    for name in split_multiple_persons_names(text) if text.strip() else []:
        if name.startswith("{") and name.endswith("}"):
            names.append(f"{{{from_latex(name)}}}")
            continue
        parts = parse_single_name_into_parts(name, strict=False)
        last = from_latex(" ".join([*parts.von, *parts.last]))
        rest = [from_latex(" ".join(part)) for part in (parts.jr, parts.first) if part]
        names.append(", ".join([last, *rest]))
    return names


# CSL-JSON


def _read_csl(path: Path) -> tuple[list[Draft], list[str]]:
    try:
        items = json.loads(path.read_text("utf-8-sig"))
    except ValueError as error:
        raise _bad(path, f"is not JSON in UTF-8: {error}") from None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _bad(path, "is not CSL-JSON, which is a list of items")
    return [_of_item(number, item) for number, item in enumerate(items, 1)], []


def _of_item(number: int, item: Mapping[str, Any]) -> Draft:
    def text(name: str) -> str:
        value = item.get(name)
        return str(value) if isinstance(value, str | int) else ""

    key = text("citation-key") or text("id")
    draft = Draft(f"item {number}", key, _CSL_TYPES.get(text("type"), "online"))
    title = re.sub(r'<span class="nocase">(.*?)</span>', r"{\1}", text("title"))
    draft.title = re.sub(r"</?(?:i|b|sub|sup|span)\b[^>]*>", "", title)
    draft.author, draft.editor = (
        [_csl_name(one) for one in item.get(role) or [] if isinstance(one, dict)]
        for role in ("author", "editor")
    )
    draft.year = _csl_year(item.get("issued"))
    draft.venue = text("container-title")
    _publish(draft, text("publisher"))
    identifiers = " ".join((text("note"), text("number"), text("URL"), text("archive_location")))
    ids = arxiv_ids({"note": identifiers})
    placed = draft.venue or draft.publisher or draft.institution
    draft.fields = _known(
        volume=text("volume"),
        number=text("issue") or (text("number") if placed and not ids else ""),
        edition=text("edition"),
        pages=text("page"),
        doi=text("DOI"),
        eprint=ids[0] if ids else "",
        url=text("URL"),
    )
    return draft


def _csl_name(parts: Mapping[str, Any]) -> str:
    if parts.get("literal"):
        return f"{{{parts['literal']}}}"
    particles = (parts.get("dropping-particle"), parts.get("non-dropping-particle"))
    last = " ".join(str(part) for part in (*particles, parts.get("family")) if part)
    return ", ".join(str(part) for part in (last, parts.get("suffix"), parts.get("given")) if part)


def _csl_year(issued: Any) -> int | None:
    found = re.search(r"\b\d{4}\b", json.dumps(issued))
    return int(found[0]) if found else None


# RIS


def _read_ris(path: Path) -> tuple[list[Draft], list[str]]:
    import rispy

    try:
        # Reference managers write UTF-8, some with a byte order mark, or the Windows code page.
        data = path.read_bytes()
        text = data.decode("utf-8-sig") if is_text(data.decode("utf-8", "surrogateescape")) else ""
        records = rispy.loads(text or data.decode("cp1252", "replace"))
    except ValueError as error:
        raise _bad(path, f"is not RIS: {error}") from None
    return [_of_record(number, record) for number, record in enumerate(records, 1)], []


def _of_record(number: int, record: Mapping[str, Any]) -> Draft:
    key = str(record.get("id") or record.get("label") or "")
    kind = str(record.get("type_of_reference", "")).strip()
    draft = Draft(f"record {number}", key, _RIS_TYPES.get(kind, "online"))
    draft.title = _first(record, "title", "primary_title")
    names = record.get("authors") or record.get("first_authors") or []
    draft.author = [_ris_name(name) for name in names]
    draft.editor = [_ris_name(name) for name in _ris_editors(draft.type, record)]
    found = re.search(r"\d{4}", _first(record, "year", "publication_year", "date"))
    draft.year = int(found[0]) if found else None
    _publish(draft, _first(record, "publisher"))
    if draft.type not in {"book", "thesis", "report"}:  # there the second title is that of a series
        draft.venue = _first(record, "secondary_title", "journal_name", "alternate_title3")
    pages = filter(None, (record.get("start_page"), record.get("end_page")))
    urls = [str(url) for url in record.get("urls") or []]
    notes = [_first(record, "note"), *map(str, record.get("notes") or []), *urls]
    ids = arxiv_ids({"note": " ".join(notes)})
    draft.fields = _known(
        volume=_first(record, "volume"),
        number=_first(record, "number"),
        edition=_first(record, "edition"),
        pages="-".join(map(str, pages)),
        doi=_first(record, "doi"),
        eprint=ids[0] if ids else "",
        url=urls[0] if urls else "",
    )
    return draft


def _ris_editors(kind: str, record: Mapping[str, Any]) -> list[str]:
    """Return the editors: `ED`, or `A2`; of a book `A3`, where `A2` is the editor of the series."""
    tags = ["secondary_authors"] if kind != "book" else ["tertiary_authors", "secondary_authors"]
    others: Mapping[str, list[str]] = record.get("unknown_tag") or {}
    named = (others.get("ED"), *(record.get(tag) for tag in tags))
    return next((list(names) for names in named if names), [])


def _ris_name(name: str) -> str:
    """Convert `Family, Given, Suffix` to our order; a name without a comma is kept."""
    parts = [part.strip() for part in str(name).split(",") if part.strip()]
    if len(parts) == 3:
        parts = [parts[0], parts[2], parts[1]]
    return ", ".join(parts) if len(parts) > 1 else f"{{{name}}}"


def _first(values: Mapping[str, Any], *names: str) -> str:
    """Return the first non-empty value of some fields."""
    return next((str(values[name]) for name in names if values.get(name)), "")


def _known(**fields: str) -> dict[str, str]:
    return {name: " ".join(value.split()) for name, value in fields.items() if value.strip()}
