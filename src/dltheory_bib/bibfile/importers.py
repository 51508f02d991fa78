"""Read works from other programs' files as drafts of records.

BibTeX and BibLaTeX, CSL-JSON and RIS. A draft has the content of the file in the fields of our
records; nothing is looked up, and missing values are not guessed. The fields and their sources are
those of the formats that `formats.bibtex`, `formats.csl` and `formats.ris` write.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dltheory_bib.bibfile.bib_parser import BibFile, read_bib
from dltheory_bib.bibfile.match import arxiv_ids, identifiers, read_year
from dltheory_bib.bibfile.own_fields import (
    CSL_OWN,
    RIS_FILES,
    RIS_OWN,
    add_custom,
    add_own_texts,
    is_own,
    keyword_list,
    remarks,
    ris_words,
)
from dltheory_bib.bibfile.ris_reader import RisRecord, read_ris
from dltheory_bib.errors import DataError, Problem
from dltheory_bib.input_files import (
    is_readable,
    read_bytes,
    read_start,
    read_text,
    refuse,
    shown,
)
from dltheory_bib.text.identifiers import (
    find_arxiv_ids,
    find_dois,
    says_arxiv,
)
from dltheory_bib.text.latex import from_latex, title_from_latex
from dltheory_bib.text.names import shortened

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


_TEXTS = (
    *("journal", "journaltitle", "booktitle", "volume", "number", "issue", "edition", "pages"),
    *("publisher", "organization", "school", "institution"),
)
"""Fields of a .bib that are read as text."""
_READ = frozenset(
    {*_TEXTS, "title", "author", "editor", "year", "date", "doi", "eprint", "url", "archiveprefix"}
    | {"eprinttype", "primaryclass", "eprintclass", "arxivid", "crossref"}
)
"""Fields of a .bib that get into a record, or belong to one that does."""
_INHERITED = _READ - {"title", "crossref"}
"""Fields that an entry gets from another by `crossref`."""
_CSL_READ = frozenset(
    {"id", "citation-key", "type", "title", "author", "editor", "issued", "container-title"}
    | {"publisher", "note", "number", "URL", "archive_location", "volume", "issue", "edition"}
    | {"page", "DOI"}
)
_RIS_READ = frozenset(
    "TY ID LB TI T1 AU A1 ED A2 A3 PY Y1 DA PB T2 JO JF VL IS ET SP EP DO UR M1 N1 ER".split()  # noqa: SIM905
)
_SINGULAR = {"entries": "entry", "items": "item", "records": "record"}
_LABELLED = re.compile(r"\s*(?:family|given|prefix|suffix|useprefix)\s*=", re.IGNORECASE)


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
    abstract: str = ""
    """For suggestions of topics; kept only as a private note."""
    notes: list[str] = field(default_factory=list)
    """Remarks of the user."""
    keywords: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """Paths or addresses of copies."""
    status: str = ""
    """Whether the user has read it, by our words; empty if the file does not say."""
    fields: dict[str, str] = field(default_factory=dict)
    """`volume`, `number`, `edition`, `pages`, `doi`, `eprint`, `url`, as in the file."""
    unread: list[str] = field(default_factory=list)
    """Fields that were looked at, but have no place in a work of this kind."""

    def note_unread(self, stated: Mapping[str, str]) -> None:
        """Note which of some texts, by field of the file, are not in this draft."""
        used = {self.venue, self.publisher, self.institution, *self.fields.values()}
        plain = {name: " ".join(value.split()) for name, value in stated.items()}
        preprint = self.fields.get("eprint", "arXiv")  # DBLP has it in `volume`
        self.unread += [
            name
            for name, value in plain.items()
            if value and value not in used and not says_arxiv(value) and preprint not in value
        ]


def read_drafts(path: Path, with_notes: bool = False) -> tuple[list[Draft], list[str]]:
    """Return the works of a .bib, .json (CSL-JSON) or .ris file, and notes on what was not read.

    The abstract and the user's notes, keywords and files are in the drafts only `with_notes`. A
    file without one of these extensions is recognised by its beginning. Raises `DataError` for
    another file, and for one that cannot be read.
    """
    suffix = path.suffix.lower()
    readers: Mapping[str, Callable[[Path, bool], tuple[list[Draft], list[str]]]]
    readers = {".bib": _read_bib, ".json": _read_csl, ".ris": _read_ris}
    if suffix not in readers and is_readable(path):
        start = read_start(path, 1000).decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        looks = {"@": ".bib", "%": ".bib", "[": ".json", "{": ".json", "TY": ".ris"}
        suffix = next((kind for sign, kind in looks.items() if start.startswith(sign)), suffix)
    reader = readers.get(suffix)
    if reader is None:
        read_bytes(path)  # if it cannot be read, its name is not to blame
        raise _bad(
            path,
            f"has none of the extensions {', '.join(readers)}; rename it to end in one of them",
        )
    return reader(path, with_notes)


def _bad(path: Path, message: str) -> DataError:
    return DataError([Problem(shown(path), 0, 0, "error", "file", message)])


# BibTeX and BibLaTeX


def _read_bib(path: Path, with_notes: bool) -> tuple[list[Draft], list[str]]:
    file = read_bib(path)
    notes = [file.note] if file.note else []
    notes += [
        f"{file.name}:{file.place(min(place, max(len(file.text) - 1, 0)))[0]}: {message}"
        for place, _, message in file.faults
    ]
    if _GROUP_TREE.search(file.text):
        notes.append(
            "the tree of groups in JabRef's @comment is not imported; the groups that entries name "
            "become tags"
        )
    parents = _Parents(file)
    drafts: list[Draft] = []
    ignored: Counter[str] = Counter()
    for entry in file.entries:
        if entry.whole:
            own = file.values(entry)
            draft = _of_entry(entry.key, entry.type.lower(), parents.given_to(own) | own)
            if with_notes:  # abstracts are long, and reading their LaTeX takes most of the time
                add_own_texts(draft, file, entry)
            drafts.append(draft)
            unread = (name for name in own if not _is_read(name, own[name], draft))
            ignored.update(name for name in unread if not (with_notes and is_own(name)))
            ignored.update(name for name in draft.unread if name in own)
    return drafts, [*notes, *_ignored(ignored, "field", "entries")]


_GROUP_TREE = re.compile(r"@comment\s*\{\s*jabref-meta:\s*group", re.IGNORECASE)


class _Parents:
    """The entries of a file that others name in `crossref`."""

    def __init__(self, file: BibFile) -> None:
        self.file = file
        self.entries = {entry.key.lower(): entry for entry in reversed(file.entries)}
        self.fields: dict[str, dict[str, str]] = {}
        """The fields that a parent gives, by its key."""

    def given_to(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return the fields that an entry inherits, as in BibTeX; the title of the volume becomes
        its `booktitle`, as in biblatex.
        """
        key = values.get("crossref", "").strip().lower()
        parent = self.entries.get(key)
        if parent is None:
            return {}
        if key not in self.fields:
            theirs = self.file.values(parent)
            given = {name: value for name, value in theirs.items() if name in _INHERITED}
            if "title" in theirs:
                given.setdefault("booktitle", theirs["title"])
            self.fields[key] = given
        return self.fields[key]


def _is_read(name: str, value: str, draft: Draft) -> bool:
    """Return whether a field of an entry gets into its draft, or says nothing more."""
    if name in _READ or not value.strip():
        return True
    if name not in {"note", "howpublished"}:
        return False
    # Elsewhere an identifier is read, and the text next to it is lost.
    found = find_arxiv_ids(value) + find_dois(value)
    return bool(found) and set(found) <= set(draft.fields.values()) and len(value.split()) <= 3


def _bare_doi(value: str) -> str:
    """Return the DOI of a field that may give it as an address; else the value, to be named."""
    return next(iter(find_dois(value)), value)


def _ignored(names: Counter[str], what: str, things: str) -> list[str]:
    """Return a line for each kind of field that records have no place for."""
    return [
        f"{what} {shortened(name)} of {number} {things if number > 1 else _SINGULAR[things]} is "
        "not imported; a record has no place for it"
        for name, number in sorted(names.items())
    ]


def _of_entry(key: str, kind: str, values: Mapping[str, str]) -> Draft:
    plain = {name: from_latex(values[name]) for name in _TEXTS if name in values}
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
    draft.note_unread(plain)
    if values.get("doi", "").strip() and "doi" not in draft.fields:
        draft.unread.append("doi")
    eprint = values.get("eprint", "").strip()
    if eprint and not ids and not says_arxiv(eprint):
        draft.unread.append("eprint")
    return draft


def _publish(draft: Draft, publisher: str, institution: str = "") -> None:
    """Keep who published a work; a preprint's server is no publisher."""
    publisher, institution = ("" if says_arxiv(one) else one for one in (publisher, institution))
    if draft.type in _ISSUED and not institution:
        publisher, institution = "", publisher
    draft.publisher, draft.institution = publisher, institution


_PLAIN_NAME = (
    r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*)*, [^\W\d_][\w'’. -]*"
    r"|[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)+"
)
"""A name without braces, commands, suffix or particle in reading order."""


_NUMBERED = r"(?<=\w) +[0-9]{4}(?=\s+and\s|\s*$)"
"""DBLP's number of people with one name: `Wei Wang 0001`."""


def _bib_names(text: str) -> list[str]:
    if re.search(r"[0-9]{4}", text):
        text = re.sub(_NUMBERED, "", text)
    names = re.split(r"\s+and\s+", " ".join(text.split())) if text.strip() else []
    if all(re.fullmatch(_PLAIN_NAME, name) for name in names):
        # Importing bibtexparser takes longer than all else that is done to one entry.
        split = (name.rpartition(" ") for name in names)
        return [
            name if "," in name else f"{last}, {first}"
            for name, (first, _, last) in zip(names, split, strict=True)
        ]
    return _parsed_names(text)


def _parsed_names(text: str) -> list[str]:
    from bibtexparser.middlewares.names import (
        parse_single_name_into_parts,
        split_multiple_persons_names,
    )

    names = []
    for name in split_multiple_persons_names(text) if text.strip() else []:
        if _LABELLED.match(name):
            names.append(_labelled(name))
            continue
        if _is_braced(name):
            names.append(f"{{{from_latex(name)}}}")
            continue
        parts = parse_single_name_into_parts(name, strict=False)
        last = from_latex(" ".join([*parts.von, *parts.last]))
        rest = [from_latex(" ".join(part)) for part in (parts.jr, parts.first) if part]
        names.append(", ".join([last, *rest]))
    return names


def _is_braced(name: str) -> bool:
    """Return whether one pair of braces is around a name; `{\\c C}elik, Zo{\\"e}` has others."""
    depth = 0
    for place, char in enumerate(re.sub(r"\\.", "..", name), 1):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return place == len(name) > 1 and name[0] == "{"
    return False


def _labelled(name: str) -> str:
    """Return a name that biblatex's extended form writes as `family=…, given=…`."""
    parts = (part.partition("=") for part in re.split(r",(?![^{}]*\})", name))
    found = {label.strip().lower(): from_latex(value).strip() for label, _, value in parts}
    last = " ".join(filter(None, (found.get("prefix"), found.get("family"))))
    return ", ".join(filter(None, (last, found.get("suffix"), found.get("given"))))


# CSL-JSON


_DEEPEST = 50
"""Deeper nesting than any CSL-JSON has, and far from what Python's parser can bear."""
_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)


def _read_csl(path: Path, with_notes: bool) -> tuple[list[Draft], list[str]]:
    file = read_text(path)
    notes = [file.note] if file.note else []
    items = _parse_json(file.name, file.text.removeprefix("\ufeff"))
    items = [items] if isinstance(items, dict) and "type" in items else items
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _bad(path, "is not CSL-JSON, which is a list of items")
    drafts = [_of_item(number, item, notes) for number, item in enumerate(items, 1)]
    names = Counter(name for item in items for name, value in item.items() if value)
    for name in _CSL_READ | (CSL_OWN if with_notes else frozenset()):
        del names[name]
    names.update(name for draft in drafts for name in draft.unread)
    return drafts, notes + _ignored(names, "field", "items")


def _parse_json(name: str, text: str) -> Any:
    """Parse JSON with its numbers as text. Raises `DataError` with the place of an error."""
    depth = 0
    for found in _BRACKET.finditer(text):
        depth += (found[0] in "[{") - (found[0] in "]}")
        if depth > _DEEPEST:
            line, column = _line_and_column(text, found.start())
            message = f"is nested deeper than {_DEEPEST} levels; CSL-JSON is a flat list of items"
            refuse(name, "file", message, line, column)
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        message = f"is not JSON: {error.msg[:1].lower()}{error.msg[1:]}; export it again"
        refuse(name, "file", message, error.lineno, error.colno)


def _line_and_column(text: str, position: int) -> tuple[int, int]:
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def _of_item(number: int, item: Mapping[str, Any], notes: list[str]) -> Draft:
    def text(name: str) -> str:
        value = item.get(name)
        return value if isinstance(value, str) else ""

    key = text("citation-key") or text("id")
    draft = Draft(f"item {number}", key, _CSL_TYPES.get(text("type"), "online"))
    title = re.sub(r'<span class="nocase">([^<]*(?:</?[ib]>[^<]*)*)</span>', r"{\1}", text("title"))
    draft.title = re.sub(r"</?(?:i|b|sub|sup|span)\b[^<>]*>", "", title)
    draft.author, draft.editor = (
        _csl_names(number, item, role, notes) for role in ("author", "editor")
    )
    draft.year = _csl_year(item.get("issued"))
    draft.abstract = text("abstract")
    draft.notes = remarks([*text("note").splitlines(), text("annote")])
    draft.keywords = keyword_list(text("keyword"))
    add_custom(draft, item.get("custom"))
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
        doi=_bare_doi(text("DOI")),
        eprint=ids[0] if ids else "",
        url=text("URL"),
    )
    draft.note_unread({name: text(name) for name in ("number", "archive_location", "issue")})
    return draft


def _csl_names(number: int, item: Mapping[str, Any], role: str, notes: list[str]) -> list[str]:
    """Return the names of a role; what is none is left out, with a note."""
    people = item.get(role) or []
    listed = people if isinstance(people, list) else []
    if listed is not people or not all(isinstance(one, dict) for one in listed):
        notes.append(f"item {number}: {role} is not a list of names, and is skipped in part")
    names = [_csl_name(one) for one in listed if isinstance(one, dict)]
    return [name for name in names if name]


def _csl_name(parts: Mapping[str, Any]) -> str:
    plain = {name: value for name, value in parts.items() if isinstance(value, str)}
    if plain.get("literal"):
        return f"{{{plain['literal']}}}"
    particles = (plain.get("dropping-particle"), plain.get("non-dropping-particle"))
    last = " ".join(part for part in (*particles, plain.get("family")) if part)
    return ", ".join(part for part in (last, plain.get("suffix"), plain.get("given")) if part)


def _csl_year(issued: Any) -> int | None:
    found = re.search(r"\b\d{4}\b", json.dumps(issued))
    return int(found[0]) if found else None


# RIS


def _read_ris(path: Path, with_notes: bool) -> tuple[list[Draft], list[str]]:
    file = read_text(path)
    faults: list[str] = []
    records = read_ris(file.text, faults)
    notes = [file.note] if file.note else []
    notes += [f"{file.name}: {fault}" for fault in faults]
    drafts = [_of_record(number, record) for number, record in enumerate(records, 1)]
    names = Counter(tag for record in records for tag, values in record.items() if any(values))
    for tag in _RIS_READ | (RIS_OWN if with_notes else frozenset()):
        del names[tag]
    names.update(name for draft in drafts for name in draft.unread)
    return drafts, notes + _ignored(names, "tag", "records")


def _of_record(number: int, record: RisRecord) -> Draft:
    def text(*tags: str) -> str:
        """Return the first value of some tags that is not empty."""
        return next((value for tag in tags for value in record.get(tag, ()) if value), "")

    draft = Draft(f"record {number}", text("ID", "LB"), _RIS_TYPES.get(text("TY"), "online"))
    draft.title = text("TI", "T1")
    names = record.get("AU") or record.get("A1") or []
    draft.author = [_ris_name(name) for name in names if name.strip(" ,")]
    draft.editor = [_ris_name(name) for name in _ris_editors(draft.type, record)]
    found = re.search(r"\d{4}", text("PY", "Y1", "DA"))
    draft.year = int(found[0]) if found else None
    draft.abstract = text("AB", "N2")
    draft.notes = remarks([*record.get("N1", ()), *record.get("RN", ())])
    words = record.get("KW", [])
    # One line has one keyword, but some programs write all into one.
    draft.keywords = list(dict.fromkeys(words)) if len(words) > 1 else ris_words(*words)
    draft.files = list(
        dict.fromkeys(one for tag in RIS_FILES for one in record.get(tag, ()) if one)
    )
    _publish(draft, text("PB"))
    if draft.type not in {"book", "thesis", "report"}:  # there the second title is that of a series
        draft.venue = text("T2", "JO", "JF")
    pages = filter(None, (text("SP"), text("EP")))
    urls = [url.strip() for value in record.get("UR", ()) for url in value.split(";")]
    notes = [*record.get("M1", ()), *record.get("N1", ()), *urls]
    ids = arxiv_ids({"note": " ".join(notes)})
    draft.fields = _known(
        volume=text("VL"),
        number=text("IS"),
        edition=text("ET"),
        pages="-".join(pages),
        doi=_bare_doi(text("DO")),
        eprint=ids[0] if ids else "",
        url=next(filter(None, urls), ""),
    )
    draft.note_unread({"T2": text("T2"), "UR": "" if len(list(filter(None, urls))) < 2 else "; "})
    draft.note_unread({"M1": "; ".join(record.get("M1", ()))})
    return draft


def _ris_editors(kind: str, record: RisRecord) -> list[str]:
    """Return the editors: `ED`, or `A2`; of a book `A3`, where `A2` is the editor of the series."""
    tags = ("ED", "A2") if kind != "book" else ("ED", "A3", "A2")
    names = next((record[tag] for tag in tags if record.get(tag)), [])
    return [name for name in names if name.strip(" ,")]


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
