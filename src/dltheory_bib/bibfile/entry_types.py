"""The fields that an entry of a .bib file needs, by entry type and dialect.

For BibTeX they are the fields that `plain.bst` (0.99c, the functions of the entry types) reports as
empty; for biblatex the mandatory constraints of its data model (`blx-dm.def` 3.18b), with the types
and fields that biber renames first (`biblatex.def`, "Driver sourcemaps").
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
        "book mvbook": "author title date|year",
        "inbook bookinbook suppbook": "author title booktitle date|year",
        "booklet": "author|editor title date|year",
        "collection reference mvcollection": "editor title date|year",
        "mvreference": "editor title",
        "incollection suppcollection inreference": "author editor title booktitle date|year",
        "dataset software": "title",
        "manual misc": "title date|year",
        "online": "title date|year url|doi|eprint",
        "patent": "author title number date|year",
        "periodical": "editor title date|year",
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
ONLY_BIBLATEX = frozenset({"journaltitle", "date", "eprinttype", "eprintclass", "location", "ids"})
"""Fields that indicate a file for biblatex; BibTeX's styles print none of them."""


NEEDED = frozenset(
    name
    for table in (_BIBTEX, _BIBLATEX)
    for needs in table.values()
    for needed in needs
    for name in needed
) | frozenset(_RENAMED_FIELDS)
"""Every field that some type requires, under all its names."""


def missing_fields(kind: str, names: Collection[str], dialect: Dialect) -> Iterator[Needed]:
    """Return the required fields that an entry lacks; `names` are its non-empty fields, in lower
    case.
    """
    kind = kind.lower()
    if dialect == "bibtex":
        kind = _RENAMED_TYPES[kind] if kind == "conference" else kind
        for needed in _BIBTEX.get(kind, ()):
            if not any(name in names for name in needed):
                yield needed
        return
    known = {_RENAMED_FIELDS.get(name, name) for name in names}
    if kind in _NAMED_KIND:
        known.add("type")
    for needed in _BIBLATEX.get(_RENAMED_TYPES.get(kind, kind), ()):
        if not any(name in known for name in needed):
            yield needed


def inherited(values: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that an entry inherits by crossref: a parent's title is the child's
    booktitle.
    """
    found = {name: value for name, value in values.items() if name != "title"}
    if "title" in values:
        found.setdefault("booktitle", values["title"])
    return found
