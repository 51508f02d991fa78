"""Read what a file says to its owner alone: remarks, keywords, grades, links to copies.

The fields are those of JabRef, Zotero, Mendeley and BibTeX's annotated styles; those of CSL-JSON
and RIS that `formats` writes as well.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dltheory_bib.text.file_links import file_links
from dltheory_bib.text.identifiers import is_arxiv_alone
from dltheory_bib.text.note_latex import SEPARATOR, note_from_latex

if TYPE_CHECKING:
    from dltheory_bib.bibfile.bib_parser import BibEntry, BibFile
    from dltheory_bib.bibfile.importers import Draft

_NOTES = frozenset({"note", "annote", "annotation", "notes"})
"""Fields of a .bib that are remarks of its owner, in LaTeX."""
_VERBATIM = frozenset({"comment", "review"})
"""The same, as plain text, in JabRef; it has `comment-NAME` besides."""
_TAGS = frozenset(
    {"keywords", "groups", "mendeley-tags", "mendeley-groups"}
    | {"priority", "ranking", "relevance", "qualityassured", "printed"}
)
"""Fields of a .bib that mark works: keywords, groups, and JabRef's grades, which are words."""
_STATUSES = {"read": "read", "skimmed": "reading", "reading": "reading", "to-read": "to-read"}
"""Our word for the values of JabRef's `readstatus`, and for our own."""
RIS_FILES = ("L1", "L2", "L4")
"""Tags of RIS that link to copies: PDF, HTML and others."""
_OWN = _NOTES | _VERBATIM | _TAGS | {"file", "readstatus", "abstract"}
"""Fields of a .bib whose content is its owner's, or an abstract."""
CSL_OWN = frozenset({"keyword", "annote", "custom", "abstract"})
"""Fields of CSL-JSON of which the same is true; `note` has identifiers besides."""
RIS_OWN = frozenset({"N1", "RN", "KW", "AB", "N2", *RIS_FILES})
"""Tags of RIS whose content is the user's own."""


def is_own(name: str) -> bool:
    """Return whether a field of a .bib is its owner's."""
    return name in _OWN or name.startswith("comment-")


def add_own_texts(draft: Draft, file: BibFile, entry: BibEntry) -> None:
    """Add the abstract, and what is the user's own; a field may be there several times, as Zotero
    writes `annote`.
    """
    for one in entry.fields:
        name = one.name.lower()
        if not is_own(name):
            continue
        value = file.value_in_lines(one)
        if name == "abstract":
            draft.abstract = draft.abstract or " ".join(note_from_latex(value).split())
        elif name in _TAGS:
            draft.keywords += keyword_list(value)
        elif name == "file":
            draft.files += file_links(value)
        elif name == "readstatus":
            _grade(draft, value)
        elif name in _VERBATIM or name.startswith("comment-"):
            draft.notes += remarks([value])
        elif name in _NOTES:
            parts = re.split(rf"(?m)^[ \t]*{SEPARATOR}[ \t\r]*$", value)
            draft.notes += remarks(map(note_from_latex, parts))


def _grade(draft: Draft, value: str) -> None:
    """Add the reading status; a value that is none of ours or JabRef's is a tag."""
    plain = value.strip()
    if plain.lower() in _STATUSES:
        draft.status = _STATUSES[plain.lower()]
    elif plain:
        draft.keywords.append(plain)


def remarks(texts: Iterable[str]) -> list[str]:
    """Return the texts that say more than where the work is on arXiv; HTML, as in Zotero's notes,
    as text.
    """
    plain = (_without_tags(one).strip("\n ") for one in texts)
    return list(dict.fromkeys(one for one in plain if one and not is_arxiv_alone(one)))


_HTML = re.compile(r"</(?:p|div|li|h\d|span)>|<br ?/?>", re.IGNORECASE)
_BREAK = re.compile(r"<br ?/?>\n?|</(?:p|div|li|ul|ol|h\d|blockquote|pre|tr)>\n?", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:p|div|span|b|i|em|strong|u|s|a|ul|ol|li|h\d|blockquote|pre|code|sub|sup|table|tbody|tr|td"
    r"|th|img)\b[^<>]*>",
    re.IGNORECASE,
)


def _without_tags(text: str) -> str:
    if not _HTML.search(text):
        return text
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))


def keyword_list(value: str) -> list[str]:
    """Return the words of a field of keywords; braces keep a comma or semicolon within one."""
    parts = _split(value, ";")
    if len(parts) == 1:
        parts = _split(value, ",\n")
    words = (" ".join(note_from_latex(_unbraced(one)).split()) for one in parts)
    return list(dict.fromkeys(filter(None, words)))


def _split(value: str, separators: str) -> list[str]:
    """Split a value at separators outside braces; those after a backslash are none."""
    parts, depth = [""], 0
    for place, char in enumerate(value):
        escaped = place > 0 and value[place - 1] == "\\"
        depth += 0 if escaped else (char == "{") - (char == "}")
        if char in separators and depth <= 0 and not escaped:
            parts.append("")
        else:
            parts[-1] += char
    return [re.sub(r"\\([,;])", r"\1", one) for one in parts]


def _unbraced(word: str) -> str:
    plain = word.strip()
    return plain[1:-1] if re.fullmatch(r"\{(?:[^{}]|\{[^{}]*\})*\}", plain) else plain


def ris_words(words: str = "") -> list[str]:
    """Return the keywords of one line."""
    return [plain for one in words.split(";") if (plain := one.strip())]


def add_custom(draft: Draft, custom: object) -> None:
    """Add what `formats.csl` writes into `custom`, where CSL has a place for data of programs."""
    found = custom if isinstance(custom, Mapping) else {}
    ours: dict[str, list[str]] = {}
    for name in ("notes", "tags", "files"):
        values = found.get(name)
        if isinstance(values, list) and all(isinstance(one, str) for one in values):
            ours[name] = values
    draft.notes = ours.get("notes") or draft.notes
    draft.keywords = ours.get("tags") or draft.keywords
    draft.files = ours.get("files", [])
    if isinstance(found.get("status"), str):
        _grade(draft, found["status"])
        ours["status"] = []
    if custom and found.keys() != ours.keys():
        draft.unread.append("custom")
