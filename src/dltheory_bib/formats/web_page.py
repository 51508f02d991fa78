"""Export to a single HTML page, to send or to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from dltheory_bib.formats.venue_names import venue_name
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Venue
from dltheory_bib.text.maths import unicode_maths
from dltheory_bib.text.names import author_line

# The page has no script and loads nothing; the policy also tells the browser so.
_HEAD = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Works of deep learning theory</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
li { margin-bottom: 1rem; break-inside: avoid; }
p { margin: 0; }
.key { font-family: ui-monospace, monospace; font-size: .85em; }
</style>
</head>
<body>
<ol>
"""
_FOOT = "</ol>\n</body>\n</html>\n"


def to_html(
    papers: Iterable[Paper], venues: Mapping[str, Venue], notes: Mapping[str, str] | None = None
) -> str:
    """Return a page with a numbered list of works; `notes`, by key, replace the summary.

    Everything from a record is escaped; mathematics is written in Unicode.
    """
    return _HEAD + "".join(_item(paper, venues, notes or {}) for paper in papers) + _FOOT


def _item(paper: Paper, venues: Mapping[str, Venue], notes: Mapping[str, str]) -> str:
    title = escape(unicode_maths(paper.plain_title))
    if paper.address:
        title = f'<a href="{escape(paper.address)}">{title}</a>'
    where = escape(f"{venue_name(paper, venues)} {paper.year}".strip())
    text = notes.get(paper.key) or paper.summary
    if text and paper.checked == "unchecked" and paper.key not in notes:
        text += " (not checked against a text)"
    paragraph = f"<p>{escape(unicode_maths(text))}</p>\n" if text else ""
    return (
        f'<li id="{escape(paper.key)}">\n<p><b>{title}</b></p>\n'
        f"<p>{escape(author_line(paper.author))}, {where} "
        f'<span class="key">{escape(paper.key)}</span></p>\n{paragraph}</li>\n'
    )
