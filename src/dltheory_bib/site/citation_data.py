"""The citations of a work in every format, as a script that a page loads when the work is cited.

A browser that opens a page from a folder does not load a JSON file next to it, but runs a script.
`static/basket.js` joins the citations of several works to the files that `export` writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from dltheory_bib.formats.csl import csl_item
from dltheory_bib.formats.hayagriva import to_hayagriva
from dltheory_bib.formats.plain_text import citation
from dltheory_bib.formats.ris import to_ris
from dltheory_bib.models.paper import Paper
from dltheory_bib.site.site_data import Contents


def citation_data(contents: Contents, paper: Paper, bibtex: str, biblatex: str) -> bytes:
    """Return the script that passes the citations of a work to the page, with its entries for
    BibTeX and biblatex.
    """
    papers, venues = [paper], contents.venues
    readable = contents.bib.snapshot.readable
    data = {
        "text": citation(paper, venues, readable),
        "bibtex": bibtex,
        "biblatex": biblatex,
        "csl": csl_item(paper, venues),
        "ris": to_ris(papers, venues, readable=readable),
        "typst": to_hayagriva(papers, venues, readable),
    }
    return _call(paper.key, data)


def renamed_data(alias: str, key: str) -> bytes:
    """Return the script that says which key a former one became."""
    return _call(alias, {"key": key})


def _call(key: str, data: Mapping[str, object]) -> bytes:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"dltheory.citation({json.dumps(key)},{text});\n".encode()
