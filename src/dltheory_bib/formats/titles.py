"""Titles of .bib files in the form of our records."""

from __future__ import annotations

import re

from dltheory_bib.formats.latex import from_latex

_COMMAND = re.compile(r"\\(?:[A-Za-z]+[ \t]*|[^A-Za-z])$")
# Private use: no title has these letters, and the decoder leaves them alone.
_OPEN, _CLOSE = "\ue000", "\ue001"


def title_from_latex(value: str) -> str:
    r"""A title with accents in Unicode, and braces round what keeps its capitals alone.

    Braces round the whole title go: they protect every word, and say nothing of any. So do those
    of a special character and of a command's argument. Mathematics stays as it is written.

    >>> title_from_latex(r"{{SGD} meets {\L}ojasiewicz in {$O(n^{2})$} steps}")
    '{SGD} meets Łojasiewicz in $O(n^{2})$ steps'
    """
    title = value.strip()
    while title.startswith("{") and _closing(title, 0) == len(title) - 1:
        title = title[1:-1].strip()
    made, place = "", 0
    while place < len(title):
        end = _closing(title, place)
        inside = title[place + 1 : end] if end else ""
        if title[place] == "$" and "$" in title[place + 1 :]:
            end = title.index("$", place + 1)
            made += title[place : end + 1]
        elif inside and not _COMMAND.search(title[:place]):
            special = inside.startswith(("\\", "$")) or not re.search(r"[^\W\d_]", inside)
            made += title[place : end + 1] if special else f"{_OPEN}{inside}{_CLOSE}"
        else:
            made += title[place : (end or place) + 1]
        place = (end or place) + 1
    return from_latex(made).replace(_OPEN, "{").replace(_CLOSE, "}")


def _closing(text: str, start: int) -> int:
    """Where the group closes that opens here; 0 where none opens, or it never closes."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return place if place > start else 0
    return 0
