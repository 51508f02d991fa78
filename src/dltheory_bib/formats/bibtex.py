"""Export to BibTeX, for the classic styles and for biblatex.

The fields that an entry type requires, and those that exclude each other, are taken from the
standard styles (Oren Patashnik, "BibTeXing", btxdoc, 1988, section 3, and `btxbst.doc`), natbib's
`plainnat.bst`, and the data model of biblatex (Philipp Lehman et al., "The biblatex Package",
sections 2.1 and 2.2). Each entry gets the most specific type whose required fields are known,
otherwise `@misc`, so that no style warns. arXiv ids follow arXiv's advice
(https://info.arxiv.org/help/hypertex/bibstyles/index.html) and section 3.14.7 of the biblatex
manual.

A file for BibTeX needs no package: letters that LaTeX's standard encoding lacks, such as ę, are
taken from T1 by a `@preamble`, and natbib's styles print `url` and `doi`, which are written
verbatim; with the package url they also break lines. The URL of an unpublished work is plain text
in `howpublished`, which every style prints. The venue of a book is its publisher, that of a thesis
or report its institution, unless the record itself names one.

Editors are printed where the entry type has a place for them next to authors. BibTeX's styles print
those of a volume, and warn of an author and an editor of one `@book`; biblatex prints those of any
work but a thesis or report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import unquote

from dltheory_bib.formats.bibtex_file import with_preamble
from dltheory_bib.formats.venue_names import names_volume, period_of, place_in_full, publisher_of
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
"""The program that reads the file: BibTeX with a .bst style, or biber for biblatex."""
DIALECTS: tuple[Dialect, ...] = ("bibtex", "biblatex")
Preference = Literal["published", "preprint"]
"""The version to print of a work that has both."""
VenueNames = Literal["long", "short"]
"""A venue's name as its volumes print it, or its acronym."""

# The fields in the order of an entry, by biblatex's name, with BibTeX's name where it differs.
_FIELDS = {
    "author": "author",
    "title": "title",
    "journaltitle": "journal",
    "booktitle": "booktitle",
    "editor": "editor",
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
_SAME_NAMES = {name: name for name in _FIELDS}
_IN_WORDS = {"2": "Second", "3": "Third", "4": "Fourth", "5": "Fifth", "6": "Sixth"}
# The field that names the venue.
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
# The entry types that have editors as well as authors.
_EDITED: dict[Dialect, frozenset[str]] = {
    "bibtex": frozenset({"inproceedings", "incollection"}),
    "biblatex": frozenset({*_WHERE} - {"thesis", "report"}),
}
# The entry types of BibTeX; biblatex also uses the last two as the `type` of such a work.
_BIBTEX_TYPES = {
    "online": "misc",
    "software": "misc",
    "thesis": "phdthesis",
    "report": "techreport",
}

_BETWEEN = "\0"
_CHOICES = {
    "dialect": Dialect,
    "prefer": Preference,
    "encoding": Encoding,
    "venue_names": VenueNames,
}

# A formatted field value; an empty value is not printed.
_Values = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of the user."""

    dialect: Dialect
    prefer: Preference
    encoding: Encoding
    venue_names: VenueNames

    def __post_init__(self) -> None:
        # PaperList and the command line pass user input unchecked.
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
    r"""Return the papers as the text of a .bib file, one entry each, in the order given.

    `venues` maps a venue's id to its record. With `prefer="preprint"` a work that has an arXiv id
    is printed as that preprint: with its year on arXiv, its title there if that differs, and
    without the venue of its later publication. Published works keep their arXiv id either way.

    `encoding` is that of non-ASCII letters. BibTeX splits text by bytes: a style that prints
    initials (abbrv) or labels (alpha) breaks "Émile" written in UTF-8. So the default is `"latex"`
    for BibTeX and `"utf-8"` for biblatex, whose biber reads all three.

    `keys` gives other citation keys for some of the papers, by `Paper.key`: a work that is cited
    under two keys needs two entries.

    `related` gives, by `Paper.key`, keys of entries in the same file on which a work builds;
    biblatex prints them after the entry (section 3.5 of its manual).

    The text has Unix line ends and is empty if there are no papers.

    Raises `UnknownNameError` for a paper whose venue is not in `venues`, and `ValueError` for an
    unknown option or if two entries would have the same key.
    """
    # Importing this library takes longer than everything else: `entry_fields` does not need it.
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
    # The values already have braces, so no middleware needs to copy the library to add them.
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
    """Return the type of a paper's entry, and its fields by name, as `to_bibtex` prints them.

    The options and the errors are those of `to_bibtex`.
    """
    return _entry(paper, venues, _options(dialect, prefer, encoding, venue_names))


@cache
def _options(
    dialect: Dialect, prefer: Preference, encoding: Encoding | None, venue_names: VenueNames
) -> _Options:
    default: Encoding = "utf-8" if dialect == "biblatex" else "latex"
    return _Options(dialect, prefer, encoding or default, venue_names)


def render_entries(
    papers: Iterable[Paper], venues: Mapping[str, Venue], dialect: Dialect
) -> list[str]:
    """Return the entry of each work in the default style, without the preamble of a file.

    `bibtex_file.join_entries` joins such entries to the output of `to_bibtex`.
    """
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Block, Entry, Field

    options = _options(dialect, "published", None, "long")
    entries: list[Block] = []
    for paper in papers:
        kind, fields = _entry(paper, venues, options)
        written = [Field(name, f"{{{value}}}") for name, value in fields.items()]
        entries.append(Entry(kind, paper.key, written))
    if not entries:
        return []
    # Written together, because a library of one entry costs as much as the entry; no record
    # contains the character between them.
    text = write_string(Library(entries), unparse_stack=[], bibtex_format=_layout(_BETWEEN))
    return text.split(_BETWEEN)


@cache
def _layout(separator: str = "\n") -> BibtexFormat:
    from bibtexparser.writer import BibtexFormat

    layout = BibtexFormat()  # type: ignore[no-untyped-call]
    layout.indent = "  "
    layout.block_separator = separator
    layout.trailing_comma = True
    return layout


def _as_preprint(paper: Paper) -> Paper:
    """Return the paper as if it had never been published; unchanged if it has no preprint on
    arXiv.
    """
    title, eprint, doi, url = paper.title, paper.eprint, None, None
    for version in paper.versions:
        if version.kind == "preprint" and eprint in {None, version.eprint or eprint}:
            title, eprint = version.title or title, version.eprint or eprint
            doi, url = version.doi, version.url
            break
    if eprint is None or paper.is_preprint:
        return paper
    left_out: dict[str, Any] = dict.fromkeys(
        ("venue", "publisher", "institution", "volume", "number", "pages")
    )
    left_out["editor"] = ()
    found = {"type": "online", "title": title, "eprint": eprint, "doi": doi, "url": url}
    preprint = paper.model_copy(update=left_out | found)
    return preprint.model_copy(update={"year": preprint.eprint_year or paper.year})


def _entry(
    paper: Paper, venues: Mapping[str, Venue], options: _Options, related: str = ""
) -> tuple[str, dict[str, str]]:
    """Return the type and the fields of an entry, in order, with the dialect's names."""
    paper = _as_preprint(paper) if options.prefer == "preprint" else paper
    period = period_of(paper, venues)
    kind = _kind(paper, period, options.dialect)
    values: _Values = {
        "author": _names(paper.author, options),
        "title": title_to_latex(paper.title, options.encoding),
        "date": str(paper.year),
        "doi": paper.doi,
        "eprint": paper.eprint,
        "eprinttype": paper.eprint and "arxiv",
        "url": _own_url(paper),
        "related": related,
        "relatedstring": related and "Builds on",
    }
    values.update(_source(kind, paper, period, options))
    if paper.editor and kind in _EDITED[options.dialect]:
        values["editor"] = _names(paper.editor, options)
    names = _SAME_NAMES
    if options.dialect == "bibtex":
        kind = _BIBTEX_TYPES.get(kind, kind)
        _adapt_to_bibtex(kind, values)
        names = _FIELDS | {"institution": "school"} if kind == "phdthesis" else _FIELDS
    return kind, {names[name]: value for name in names if (value := values.get(name))}


def _names(names: Iterable[str], options: _Options) -> str:
    return " and ".join(name_to_latex(name, options.encoding) for name in names)


def _kind(paper: Paper, period: Period | None, dialect: Dialect) -> str:
    """Return the most specific entry type of biblatex whose required fields are known.

    A chapter without editors, which biblatex requires of `@incollection`, is `@inbook` there; in
    BibTeX a chapter without a publisher is `@inproceedings`, which looks the same.
    """
    if paper.type == "software":
        return "software"
    if paper.type == "online":
        return "online" if paper.address else "misc"
    if paper.type == "book" and dialect == "biblatex":
        return "book"
    if paper.type in {"book", "thesis", "report"}:
        return paper.type if place_in_full(paper, period) else "misc"
    if period is None:
        return "misc"
    if paper.type == "incollection":
        if dialect == "biblatex":
            return "incollection" if paper.editor else "inbook"
        return "incollection" if publisher_of(paper, period) else "inproceedings"
    return paper.type


def _source(kind: str, paper: Paper, period: Period | None, options: _Options) -> _Values:
    """Return the fields of the venue, as far as the entry type prints them."""
    short = options.venue_names == "short"
    values: _Values = {_WHERE[kind]: place_in_full(paper, period, short=short)}
    if kind == "book" and paper.edition:
        values["edition"] = _edition(paper.edition, options.dialect)
    if kind in _IN_BOOKS:
        values["series"] = period.series if period else None
        values.setdefault("publisher", publisher_of(paper, period))
    if kind == "article" or kind in _IN_BOOKS:
        # If the name contains the volume of a book, the field would print it twice.
        named = period is not None and names_volume(period, short=short) and kind != "article"
        values["volume"] = None if named else paper.volume
        values["pages"] = paper.pages and paper.pages.replace("-", "--")
    if _prints_number(kind, paper, period, options.dialect):
        values["number"] = paper.number
    if kind in {"thesis", "report"}:
        values["type"] = _BIBTEX_TYPES[kind]
    return {name: to_latex(value, options.encoding) for name, value in values.items() if value}


def _prints_number(kind: str, paper: Paper, period: Period | None, dialect: Dialect) -> bool:
    """Return whether the styles interpret the number correctly.

    BibTeX treats the number of an article as the issue of the volume, and that of an entry in a
    book as the book's number in its series, which it rejects next to a volume.
    """
    if kind == "article":
        return dialect == "biblatex" or paper.volume is not None
    if kind in _IN_BOOKS:
        return period is not None and period.series is not None and paper.volume is None
    return kind == "report"


def _edition(number: str, dialect: Dialect) -> str:
    """Return a number for biblatex as it is; BibTeX's styles need it in words."""
    return number if dialect == "biblatex" else _IN_WORDS.get(number, number)


def _own_url(paper: Paper) -> str | None:
    """Return the work's URL, unless it repeats the DOI or the arXiv id."""
    if paper.url is None:
        return None
    address = unquote(paper.url).lower()
    repeats_doi = paper.doi is not None and paper.doi.lower() in address
    repeats_eprint = paper.eprint is not None and (
        "arxiv" in address and paper.eprint.lower() in address
    )
    return None if repeats_doi or repeats_eprint else paper.url


def _adapt_to_bibtex(kind: str, values: _Values) -> None:
    """Convert the fields that differ from biblatex's in more than their names.

    The standard styles support neither `url` nor `eprint`, and print only `howpublished` of a
    `@misc`, so the URL goes there.
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
