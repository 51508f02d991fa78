"""Export to CSL-JSON, read by citation processors, Zotero and Pandoc.

Types, fields and name parts are those of the CSL 1.0.2 data schema
(https://github.com/citation-style-language/schema, `schemas/input/csl-data.json`); the CSL
specification defines the fields (https://docs.citationstyles.org/en/stable/specification.html,
appendices III and IV).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from dltheory_bib.formats.private_fields import csl_fields
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
from dltheory_bib.text.names import family, given, is_collective, suffix

_TYPES = {
    "article": "article-journal",
    "inproceedings": "paper-conference",
    "incollection": "chapter",
    "book": "book",
    "thesis": "thesis",
    "report": "report",
    "online": "webpage",
    "software": "software",
}
_PREPRINT = "article"
"""The CSL type of a preprint."""
_PROTECTED = re.compile(r"\$[^$]*\$|\{([^{}$]*)\}")


def to_csl_json(
    papers: Iterable[Paper],
    venues: Mapping[str, Venue],
    private: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """Return a JSON array of CSL items, in the order given; see `csl_item`.

    `private` has the notes, tags, status and files that are to be written, by key. Raises
    `UnknownNameError` for a paper whose venue is not in `venues`.
    """
    items = [
        csl_item(paper, venues) | csl_fields((private or {}).get(paper.key, {})) for paper in papers
    ]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def csl_item(paper: Paper, venues: Mapping[str, Venue]) -> dict[str, Any]:
    """Return a work as a CSL item: its version of record, with the arXiv id of its preprint in
    `note`.

    Words that keep their capitals are in `<span class="nocase">`, which every processor supports;
    mathematics is written in Unicode. Empty fields are omitted.
    """
    period = period_of(paper, venues)
    item: dict[str, Any] = {
        "id": paper.key,
        "type": _PREPRINT if paper.is_preprint else _TYPES[paper.type],
        "title": csl_title(paper.title),
        "author": [csl_name(name) for name in paper.author],
        "editor": [csl_name(name) for name in paper.editor],
        "issued": {"date-parts": [[paper.year]]},
        **_place(paper, period),
        "edition": paper.edition,
        "page": paper.pages,
        "DOI": paper.doi,
        "URL": paper.address if paper.doi is None else paper.url,
        **_preprint(paper),
    }
    return {name: value for name, value in item.items() if value}


def _place(paper: Paper, period: Period | None) -> dict[str, str | None]:
    """Return the fields of the venue: the journal or volume, or who published the work.

    CSL has the institution of a thesis or report as its `publisher`.
    """
    if period is None and paper.is_preprint:
        return {}
    if period is None or paper.type in {"book", "thesis", "report"}:
        return {"publisher": place_in_full(paper, period), "number": paper.number}
    is_article = paper.type == "article"
    return {
        "container-title": venue_in_full(paper, period),
        "container-title-short": venue_in_full(paper, period, short=True),
        "collection-title": None if is_article else period.series,
        "volume": None if names_volume(period) and not is_article else paper.volume,
        "issue": paper.number if is_article else None,
        "collection-number": None if is_article else paper.number,
        "publisher": publisher_of(paper, period),
    }


def _preprint(paper: Paper) -> dict[str, str]:
    """Return the arXiv id: as the number of a preprint, or as a note on a published work."""
    if paper.eprint is None:
        return {}
    if paper.is_preprint:
        return {"number": f"arXiv:{paper.eprint}", "publisher": "arXiv"}
    return {"note": f"arXiv:{paper.eprint}"}


def csl_name(name: str) -> dict[str, str]:
    """Split a name into its parts; the name of an organisation is literal.

    >>> csl_name("De Sa, Christopher"), csl_name("{Google}")
    ({'family': 'De Sa', 'given': 'Christopher'}, {'literal': 'Google'})
    """
    if is_collective(name) or not given(name):
        return {"literal": family(name)}
    parts = {"family": family(name), "given": given(name), "suffix": suffix(name)}
    return {part: value for part, value in parts.items() if value}


def csl_title(title: str) -> str:
    """Convert a title to CSL's rich text, with mathematics in Unicode.

    >>> csl_title("{SGD} in $O(n^{2})$ steps")
    '<span class="nocase">SGD</span> in O(n²) steps'
    """

    def shown(found: re.Match[str]) -> str:
        if found[1] is None:
            return unicode_maths(found[0])
        return f'<span class="nocase">{found[1]}</span>'

    return _PROTECTED.sub(shown, title)
