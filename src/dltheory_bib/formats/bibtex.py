"""Papers as BibTeX, for the classic styles and for biblatex.

What an entry type requires and which fields exclude each other is read off the standard styles
(Oren Patashnik, "BibTeXing", btxdoc, 1988, section 3, and `btxbst.doc`), natbib's `plainnat.bst`,
and the data model of biblatex (Philipp Lehman et al., "The biblatex Package", sections 2.1 and
2.2). Each entry gets the most telling type whose required fields are known; where they are not it
is `@misc`, so that no style warns. arXiv ids follow arXiv's advice
(https://info.arxiv.org/help/hypertex/bibstyles/index.html) and section 3.14.7 of the biblatex
manual.

A file for BibTeX needs no package: what LaTeX's standard encoding lacks, such as ę, it takes
from T1 by a `@preamble`, and natbib's styles print `url` and `doi`, which are given verbatim;
with the package url they break lines as well. The address of a work that appeared nowhere else
is plain text in `howpublished`, which every style prints. A venue of a book is its publisher,
one of a thesis or report its institution.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import unquote

from dltheory_bib.formats.bibtex_file import with_preamble
from dltheory_bib.formats.venue_names import names_volume, period_of, venue_in_full
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Period, Venue
from dltheory_bib.text.latex import (
    Encoding,
    name_to_latex,
    title_to_latex,
    to_latex,
)

if TYPE_CHECKING:
    from bibtexparser.writer import BibtexFormat

Dialect = Literal["bibtex", "biblatex"]
"""Who reads the file: BibTeX with a .bst style, or biber for biblatex."""
DIALECTS: tuple[Dialect, ...] = ("bibtex", "biblatex")
Preference = Literal["published", "preprint"]
"""Which version of a work that has both is printed."""
VenueNames = Literal["long", "short"]
"""A venue's name as its volumes print it, or its acronym."""

# The fields in the order of an entry, in biblatex's words, with BibTeX's word where it differs.
_FIELDS = {
    "author": "author",
    "title": "title",
    "journaltitle": "journal",
    "booktitle": "booktitle",
    "type": "type",
    "institution": "institution",
    "organization": "organization",
    "howpublished": "howpublished",
    "series": "series",
    "volume": "volume",
    "number": "number",
    "pages": "pages",
    "publisher": "publisher",
    "edition": "edition",
    "date": "year",
    "doi": "doi",
    "eprint": "eprint",
    "eprinttype": "archivePrefix",
    "url": "url",
    "related": "related",
    "relatedstring": "relatedstring",
}
_IN_WORDS = {"2": "Second", "3": "Third", "4": "Fourth", "5": "Fifth", "6": "Sixth"}
# The field that names where a work appeared.
_WHERE = {
    "article": "journaltitle",
    "inproceedings": "booktitle",
    "incollection": "booktitle",
    "inbook": "booktitle",
    "book": "publisher",
    "thesis": "institution",
    "report": "institution",
    "online": "organization",
    "software": "organization",
    "misc": "howpublished",
}
_IN_BOOKS = frozenset({"inproceedings", "incollection", "inbook", "book"})
# The types of BibTeX; the last two are also what biblatex calls the kind of such a work.
_BIBTEX_TYPES = {
    "online": "misc",
    "software": "misc",
    "thesis": "phdthesis",
    "report": "techreport",
}

_CHOICES = {
    "dialect": Dialect,
    "prefer": Preference,
    "encoding": Encoding,
    "venue_names": VenueNames,
}

# A field's value, ready to be printed; nothing is printed for an empty one.
_Values = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class _Options:
    """What the user chose."""

    dialect: Dialect
    prefer: Preference
    encoding: Encoding
    venue_names: VenueNames

    def __post_init__(self) -> None:
        # PaperList and the terminal hand on what was typed.
        for name, kind in _CHOICES.items():
            value, known = getattr(self, name), get_args(kind)
            if value not in known:
                raise ValueError(f"{name}={value!r} is not one of {', '.join(known)}")


def to_bibtex(
    papers: Iterable[Paper],
    venues: Mapping[str, Venue],
    *,
    dialect: Dialect = "bibtex",
    prefer: Preference = "published",
    encoding: Encoding | None = None,
    venue_names: VenueNames = "long",
    keys: Mapping[str, Iterable[str]] | None = None,
    related: Mapping[str, Iterable[str]] | None = None,
) -> str:
    r"""The papers as the text of a .bib file, one entry each, in the order given.

    `venues` maps a venue's id to its record. With `prefer="preprint"` a work that has an arXiv id
    is printed as that preprint: its year on arXiv, its title there if it had another, and nothing
    of the place where it appeared later. Published works keep their arXiv id either way.

    `encoding` is that of letters beyond ASCII. BibTeX cuts text by the byte: a style that prints
    initials (abbrv) or labels (alpha) breaks "Émile" written in UTF-8. So the default is `"latex"`
    for BibTeX and `"utf-8"` for biblatex, whose biber reads all three.

    `keys` gives other citation keys for some of the papers, by `Paper.key`: a work that is cited
    under two keys needs two entries.

    `related` gives, by `Paper.key`, keys of entries in the same file on which a work builds, which
    biblatex prints behind it (section 3.5 of its manual).

    The text has Unix line ends and is empty for no papers.

    Raises `UnknownNameError` for a paper whose venue is not in `venues`, and `ValueError` for an
    option that does not exist and where two entries would have one key.
    """
    # A library whose import takes longer than that of all the rest: not for `entry_fields`.
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    library = Library()
    options = _options(dialect, prefer, encoding, venue_names)
    for paper in papers:
        others = ",".join((related or {}).get(paper.key, ()))
        kind, fields = _entry(paper, venues, options, others)
        for key in (keys or {}).get(paper.key, (paper.key,)):
            written = [Field(name, f"{{{value}}}") for name, value in fields.items()]
            library.add(Entry(kind, key, written))
    # The values are in braces already, so no middleware need copy the library to put them there.
    text = write_string(library, unparse_stack=[], bibtex_format=_layout())
    return with_preamble(text) if dialect == "bibtex" else text


def entry_fields(
    paper: Paper,
    venues: Mapping[str, Venue],
    *,
    dialect: Dialect = "bibtex",
    prefer: Preference = "published",
    encoding: Encoding | None = None,
    venue_names: VenueNames = "long",
) -> tuple[str, dict[str, str]]:
    """The type of a paper's entry, and its fields by name, as `to_bibtex` prints them.

    The options and the errors are those of `to_bibtex`.
    """
    return _entry(paper, venues, _options(dialect, prefer, encoding, venue_names))


def _options(
    dialect: Dialect, prefer: Preference, encoding: Encoding | None, venue_names: VenueNames
) -> _Options:
    default: Encoding = "utf-8" if dialect == "biblatex" else "latex"
    return _Options(dialect, prefer, encoding or default, venue_names)


def render_entry(paper: Paper, venues: Mapping[str, Venue], dialect: Dialect) -> str:
    """The entry of a work in the default style, without the preamble of a file.

    `bibtex_file.join_entries` makes of such entries what `to_bibtex` gives.
    """
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    kind, fields = entry_fields(paper, venues, dialect=dialect)
    written = [Field(name, f"{{{value}}}") for name, value in fields.items()]
    library = Library([Entry(kind, paper.key, written)])
    return write_string(library, unparse_stack=[], bibtex_format=_layout())


@cache
def _layout() -> BibtexFormat:
    from bibtexparser.writer import BibtexFormat

    layout = BibtexFormat()  # type: ignore[no-untyped-call]
    layout.indent = "  "
    layout.block_separator = "\n"
    layout.trailing_comma = True
    return layout


def _as_preprint(paper: Paper) -> Paper:
    """The paper as if it had never been published; itself where it has no preprint on arXiv."""
    title, eprint, doi, url = paper.title, paper.eprint, None, None
    for version in paper.versions:
        if version.kind == "preprint" and eprint in {None, version.eprint or eprint}:
            title, eprint = version.title or title, version.eprint or eprint
            doi, url = version.doi, version.url
            break
    if eprint is None or paper.is_preprint:
        return paper
    left_out = dict.fromkeys(("venue", "publisher", "volume", "number", "pages"))
    found = {"type": "online", "title": title, "eprint": eprint, "doi": doi, "url": url}
    preprint = paper.model_copy(update=left_out | found)
    return preprint.model_copy(update={"year": preprint.eprint_year or paper.year})


def _entry(
    paper: Paper, venues: Mapping[str, Venue], options: _Options, related: str = ""
) -> tuple[str, dict[str, str]]:
    """The type and the fields of an entry, in order, named as the dialect names them."""
    paper = _as_preprint(paper) if options.prefer == "preprint" else paper
    period = period_of(paper, venues)
    kind = _kind(paper, period, options.dialect)
    values = _source(kind, paper, period, options) | {
        "author": " and ".join(name_to_latex(name, options.encoding) for name in paper.author),
        "title": title_to_latex(paper.title, options.encoding),
        "date": str(paper.year),
        "doi": paper.doi,
        "eprint": paper.eprint,
        "eprinttype": paper.eprint and "arxiv",
        "url": _own_url(paper),
        "related": related,
        "relatedstring": related and "Builds on",
    }
    names = {name: name for name in _FIELDS}
    if options.dialect == "bibtex":
        kind = _BIBTEX_TYPES.get(kind, kind)
        _adapt_to_bibtex(kind, values)
        names = _FIELDS | ({"institution": "school"} if kind == "phdthesis" else {})
    return kind, {names[name]: value for name in _FIELDS if (value := values.get(name))}


def _kind(paper: Paper, period: Period | None, dialect: Dialect) -> str:
    """The most telling entry type of biblatex whose required fields are known.

    No record holds editors, so what biblatex calls `@incollection`, which requires them, is an
    `@inbook`; to BibTeX a chapter without a publisher is `@inproceedings`, which looks the same.
    """
    if paper.type == "software":
        return "software"
    if paper.type == "online":
        return "online" if paper.address else "misc"
    if period is None:
        return "book" if paper.type == "book" and dialect == "biblatex" else "misc"
    if paper.type == "incollection":
        if dialect == "biblatex":
            return "inbook"
        return "incollection" if period.publisher else "inproceedings"
    return paper.type


def _source(kind: str, paper: Paper, period: Period | None, options: _Options) -> _Values:
    """The fields that say where the work appeared, as far as its entry type prints them."""
    if period is None:
        return {}
    short = options.venue_names == "short"
    values: _Values = {_WHERE[kind]: venue_in_full(paper, period, short=short)}
    if kind == "book" and paper.edition:
        values["edition"] = _edition(paper.edition, options.dialect)
    if kind in _IN_BOOKS:
        values["series"] = period.series
        values["publisher"] = period.publisher or values.get("publisher")
    if kind == "article" or kind in _IN_BOOKS:
        # The volume of a book would be printed twice if it stood in the name.
        named = names_volume(period, short=short) and kind != "article"
        values["volume"] = None if named else paper.volume
        values["pages"] = paper.pages and paper.pages.replace("-", "--")
    if _prints_number(kind, paper, period, options.dialect):
        values["number"] = paper.number
    if kind in {"thesis", "report"}:
        values["type"] = _BIBTEX_TYPES[kind]
    return {name: to_latex(value or "", options.encoding) for name, value in values.items()}


def _prints_number(kind: str, paper: Paper, period: Period, dialect: Dialect) -> bool:
    """Whether the styles know what the number counts.

    BibTeX takes that of an article for an issue of the volume, and that of anything in a book for
    the book's number in its series, which it refuses beside a volume.
    """
    if kind == "article":
        return dialect == "biblatex" or paper.volume is not None
    if kind in _IN_BOOKS:
        return period.series is not None and paper.volume is None
    return kind == "report"


def _edition(number: str, dialect: Dialect) -> str:
    """A number for biblatex; BibTeX's styles want it in words."""
    return number if dialect == "biblatex" else _IN_WORDS.get(number, number)


def _own_url(paper: Paper) -> str | None:
    """The work's address, unless it repeats the DOI or the arXiv id."""
    if paper.url is None:
        return None
    address = unquote(paper.url).lower()
    repeats_doi = paper.doi is not None and paper.doi.lower() in address
    repeats_eprint = paper.eprint is not None and (
        "arxiv" in address and paper.eprint.lower() in address
    )
    return None if repeats_doi or repeats_eprint else paper.url


def _adapt_to_bibtex(kind: str, values: _Values) -> None:
    """Change the fields that differ from biblatex's in more than their names.

    The standard styles know neither `url` nor `eprint`, and print of a `@misc` no more than
    `howpublished`, so that is where its address stands.
    """
    values["type"] = None
    if values["eprint"]:
        values["eprinttype"] = "arXiv"
    if kind != "misc":
        return
    where = values.pop("organization", None) or values.get("howpublished")
    if values["eprint"]:
        address = f"arXiv:{values['eprint']}"
    else:
        address = to_latex(values["url"] or "")
        values["url"] = None
    values["howpublished"] = ", ".join(filter(None, (where, address)))
