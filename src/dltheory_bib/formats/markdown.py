"""Export to Markdown, for notes and README files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dltheory_bib.formats.venue_names import venue_name
from dltheory_bib.text.names import author_line

if TYPE_CHECKING:
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Venue

# CommonMark's punctuation that can start markup inside a line, and HTML (sections 2.4 and 6.6).
_MARKUP = re.compile(r"([\\`*_\[\]<>&|~])")
# Characters that start a heading, a list item or a rule (sections 4.1 to 4.3 and 5.2).
_LINE_START = re.compile(r"^(\d*)([#+=.)-])")
# Not every Markdown renderer supports mathematics: a space inside it keeps `<b` from being a tag
# and `](` from being a link. TeX ignores the space.
_IN_MATHS = re.compile(r"<(?=[A-Za-z/!?])|\](?=\()")


def to_markdown(
    papers: Iterable[Paper], venues: Mapping[str, Venue], notes: Mapping[str, str] | None = None
) -> str:
    """Return a list of works with links and summaries; `notes`, by key, replace the summary.

    Everything from a record is escaped, except mathematics between dollar signs.
    """
    return "".join(_item(paper, venues, notes or {}) for paper in papers)


def _item(paper: Paper, venues: Mapping[str, Venue], notes: Mapping[str, str]) -> str:
    title = escape(paper.plain_title)
    linked = f"[{title}](<{paper.address}>)" if paper.address else title
    where = f"{escape(venue_name(paper, venues))} {paper.year}".strip()
    authors = escape(author_line(paper.author))
    line = f"- **{linked}**, {authors}, {where} (`{paper.key}`)\n"
    text = notes.get(paper.key) or paper.summary
    if text and paper.checked == "unchecked" and paper.key not in notes:
        text += " (not checked against a text)"
    if not text:
        return line
    safe = _LINE_START.sub(r"\1\\\2", escape(text))
    return f"{line}  {safe}\n"


def escape(text: str) -> str:
    """Escape a text so that nothing in it is markup.

    >>> escape("a *bold* <b>claim</b> for $x_1 < x_2$")
    'a \\\\*bold\\\\* \\\\<b\\\\>claim\\\\</b\\\\> for $x_1 < x_2$'
    """
    parts = text.split("$")
    if len(parts) % 2 == 0:
        return _MARKUP.sub(r"\\\1", text)
    return "$".join(
        _IN_MATHS.sub(r"\g<0> ", part) if number % 2 else _MARKUP.sub(r"\\\1", part)
        for number, part in enumerate(parts)
    )
