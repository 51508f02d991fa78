"""The fields that an entry of a .bib file needs, by entry type and dialect.

For BibTeX they are the fields that `plain.bst` (0.99c, the functions of the entry types) reports as
empty; for biblatex the mandatory constraints of its data model (`blx-dm.def` 3.18b), with the types
and fields that biber renames first (`biblatex.def`, "Driver sourcemaps"). Editors, which the data
model demands of `@incollection` and some others, are left out: biblatex prints the entry without
them, and biber asks for them with `--validate-datamodel` only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dltheory_bib.bibfile.bib_parser import BibEntry
    from dltheory_bib.formats.bibtex import Dialect

Needed = tuple[str, ...]
"""A field, or alternatives of which one is enough."""


def _fields(text: str) -> tuple[Needed, ...]:
    return tuple(tuple(word.split("|")) for word in text.split())


_BIBTEX = {
    kind: _fields(text)
    for kind, text in {
        "article": "author title journal year",
        "book": "author|editor title publisher year",
        "booklet": "title",
        "inbook": "author|editor title chapter|pages publisher year",
        "incollection": "author title booktitle publisher year",
        "inproceedings": "author title booktitle year",
        "manual": "title",
        "mastersthesis": "author title school year",
        "misc": "",
        "phdthesis": "author title school year",
        "proceedings": "title year",
        "techreport": "author title institution year",
        "unpublished": "author title note",
    }.items()
}
_BIBLATEX = {
    kind: _fields(text)
    for kinds, text in {
        "article": "author title journaltitle date|year",
        "book mvbook": "author|editor title date|year",
        "inbook bookinbook suppbook": "author title booktitle date|year",
        "booklet": "author|editor title date|year",
        "collection reference mvcollection": "title date|year",
        "mvreference": "title",
        "incollection suppcollection inreference": "author title booktitle date|year",
        "dataset software": "title",
        "manual misc": "title date|year",
        "online": "title date|year url|doi|eprint",
        "patent": "author title number date|year",
        "periodical": "title date|year",
        "proceedings": "title date|year",
        "mvproceedings": "title",
        "inproceedings": "author title booktitle date|year",
        "report thesis": "author title type institution date|year",
        "unpublished": "author title date|year",
        "suppperiodical": "date|year",
        "set": "entryset",
    }.items()
    for kind in kinds.split()
}
_RENAMED_TYPES = {
    "conference": "inproceedings",
    "electronic": "online",
    "www": "online",
    "mastersthesis": "thesis",
    "phdthesis": "thesis",
    "techreport": "report",
}
_NAMED_KIND = frozenset({"mastersthesis", "phdthesis", "techreport"})
_RENAMED_FIELDS = {
    "address": "location",
    "school": "institution",
    "annote": "annotation",
    "archiveprefix": "eprinttype",
    "journal": "journaltitle",
    "primaryclass": "eprintclass",
    "pdf": "file",
}
# Other types that biblatex supports, without required fields.
_WITHOUT_NEEDS = (
    "artwork audio bibnote commentary customa customb customc customd custome customf image "
    "jurisdiction legal legislation letter movie music performance review standard video xdata"
)
_WORKS = (
    "article inproceedings conference incollection inbook book misc online unpublished techreport "
    "report phdthesis mastersthesis thesis electronic preprint software"
)

TYPES = frozenset(
    {*_BIBTEX, *_BIBLATEX, *_RENAMED_TYPES, *_WITHOUT_NEEDS.split(), "preprint", "webpage"}
)
"""The entry types that BibTeX's styles or biblatex support."""
WORKS = frozenset(_WORKS.split())
"""The entry types allowed for a work of the catalogue."""
KEEP_CAPITALS = frozenset({"book", "inbook", "manual", "phdthesis", "proceedings"})
"""The types whose titles BibTeX's standard styles print unchanged (`format.btitle`)."""
STYLE_TYPES = frozenset({*_BIBTEX, "conference"})
"""The entry types that BibTeX's standard styles define."""
_SORTED_BY = {
    "booklet": "author key",
    "manual": "author organization key",
    "misc": "author key",
    "proceedings": "editor organization key",
}
"""Of the types that need no author, the fields by one of which `plain.bst` sorts (`presort`)."""

_IN_BIBLATEX = (
    "journaltitle date eprinttype eprintclass maintitle booksubtitle eventtitle eventdate ids "
    "langid shorttitle titleaddon origdate pagetotal"
)
_IN_BIBTEX = "journal year archiveprefix primaryclass school address"
_SIGNS_OF_BIBLATEX = frozenset(_IN_BIBLATEX.split())
_SIGNS_OF_BIBTEX = frozenset(_IN_BIBTEX.split())
_TYPES_OF_BIBLATEX = frozenset({*_BIBLATEX} - {*_BIBTEX})
_TYPES_OF_BIBTEX = frozenset({"mastersthesis", "phdthesis", "techreport", "conference"})


def dialect_of(entries: Iterable[BibEntry]) -> Dialect:
    """Return the dialect in which most entries are written; BibTeX, if there are as many of each.

    biblatex reads the fields of BibTeX as well, so a `location` or one `@online` decides nothing.
    """
    votes = 0
    for entry in entries:
        names = {one.name.lower() for one in entry.fields}
        kind = entry.type.lower()
        if names & _SIGNS_OF_BIBTEX or kind in _TYPES_OF_BIBTEX:
            votes -= 1
        elif names & _SIGNS_OF_BIBLATEX or kind in _TYPES_OF_BIBLATEX:
            votes += 1
    return "biblatex" if votes > 0 else "bibtex"


# Of an entry with a `crossref`, `plain.bst` prints a reference to its parent in place of some
# fields, and needs others to name the parent by (`format.article.crossref` and the like).
_BY_PARENT = {
    "article": frozenset({"journal", "year"}),
    "book": frozenset({"publisher"}),
    "inbook": frozenset({"publisher"}),
    "incollection": frozenset({"booktitle", "publisher", "year"}),
    "inproceedings": frozenset({"booktitle", "year"}),
}
_CROSSREF = {
    "article": _fields("journal|key"),
    "book": _fields("volume series|editor|key"),
    "inbook": _fields("volume series|editor|key"),
    "incollection": _fields("booktitle|editor|key"),
    "inproceedings": _fields("booktitle|editor|key"),
}


NEEDED = frozenset(
    name
    for table in (_BIBTEX, _BIBLATEX, _CROSSREF)
    for needs in table.values()
    for needed in needs
    for name in needed
) | frozenset([*_RENAMED_FIELDS, "organization", "number", "month"])
"""Every field that some type requires, or whose presence matters, under all its names."""


def sort_fields(kind: str, names: Collection[str]) -> Needed | None:
    """Return the fields by one of which BibTeX's styles sort an entry that needs no author; None
    if it has one of them, or another rule asks for an author.
    """
    kind = kind.lower()
    if kind not in STYLE_TYPES:  # the styles print it as a @misc
        kind = "misc"
    wanted = tuple(_SORTED_BY.get(kind, "").split())
    return None if not wanted or any(name in names for name in wanted) else wanted


def missing_fields(kind: str, names: Collection[str], dialect: Dialect) -> Iterator[Needed]:
    """Return the required fields that an entry lacks; `names` are its non-empty fields and those
    that it inherits, in lower case, with `crossref` only if it leads to an entry.
    """
    kind = kind.lower()
    if dialect == "bibtex":
        kind = _RENAMED_TYPES[kind] if kind == "conference" else kind
        needs = _BIBTEX.get(kind, ())
        if "crossref" in names and kind in _CROSSREF:
            by_parent = _BY_PARENT[kind]
            needs = (*(one for one in needs if one[0] not in by_parent), *_CROSSREF[kind])
        for needed in needs:
            if not any(name in names for name in needed):
                yield needed
        return
    known = {_RENAMED_FIELDS.get(name, name) for name in names}
    if kind in _NAMED_KIND:
        known.add("type")
    for needed in _BIBLATEX.get(_RENAMED_TYPES.get(kind, kind), ()):
        if not any(name in known for name in needed):
            yield needed


def inherited(values: Mapping[str, str], dialect: Dialect = "biblatex") -> dict[str, str]:
    """Return the fields that an entry inherits by crossref: in biblatex a parent's title is the
    child's booktitle.
    """
    if dialect == "bibtex":
        return dict(values)
    found = {name: value for name, value in values.items() if name != "title"}
    if "title" in values:
        found.setdefault("booktitle", values["title"])
    return found
