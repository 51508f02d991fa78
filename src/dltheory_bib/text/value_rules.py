"""The rules of the fields of a record, as functions of text; `models.types` makes types of them.

A rule takes the text as in the YAML and returns the value, or raises `ValueError` with a message
that contains the correction. A command that only writes a record needs these, and not pydantic,
whose import takes longer than all else that it does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from dltheory_bib.text.identifiers import ARXIV_ID, DOI, URL
from dltheory_bib.text.names import is_collective, quoted, slug

FIRST_YEAR, LAST_YEAR = 1600, 2100
"""Years that are possible for a work on this subject, or its roots."""
_compiled = cache(re.compile)
"""No pattern is compiled at import."""

KEY = r"[A-Za-z][A-Za-z0-9]*(?:[-_.:+][A-Za-z0-9]+)*"
ID = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_SUFFIXES = frozenset({"Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV"})
_PAGE = r"[A-Za-z]*[0-9]{1,12}(?::[0-9]{1,12})?"
PAGES = rf"{_PAGE}(?:-{_PAGE})?"
ORCID = r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]"
LONGEST_ID = 200
"""Characters: pages are named after keys and ids, and file systems allow about 250. Nobody types a
longer one, and finding advice for it could take very long.
"""


def clean(text: str) -> str:
    """Return a text with its white space folded to single spaces; invisible characters are not
    allowed.

    Terminal escape codes, other control characters and bidirectional overrides are rejected: a
    record is data, and nobody could see them in a review.
    """
    if text and text.isprintable() and "  " not in text and " " not in (text[0], text[-1]):
        return text  # as most texts are; no other white space is printable
    folded = " ".join(text.split())
    for char in "" if folded.isprintable() else folded:
        if char < " " or (char > "~" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"}):
            raise ValueError(f"contains the invisible character U+{ord(char):04X}; delete it")
    if not folded:
        raise ValueError("is empty; write a value or omit the field")
    return folded


def lines(text: str) -> str:
    """Return a text of several lines, without blanks at their ends; the rules are those of `clean`
    otherwise.
    """
    kept = [line.expandtabs(4).rstrip() for line in text.splitlines()]
    for line in filter(None, kept):
        clean(line)
    joined = "\n".join(kept).strip("\n")
    if not joined.strip():
        raise ValueError("is empty; write a value or omit the field")
    return joined


def balanced(text: str) -> str:
    """Return a title: clean, with balanced braces and paired dollar signs, as LaTeX needs it."""
    title = clean(text)
    depth = 0
    for char in title if "{" in title or "}" in title else "":
        depth += (char == "{") - (char == "}")
        if depth < 0:
            break
    if depth:
        raise ValueError("has unbalanced braces; protect words as {SGD}")
    if title.count("$") % 2:
        raise ValueError(r"has a single $; close the formula, as in $\epsilon$")
    return title


def formula(text: str) -> str:
    """Return TeX as between dollar signs, without them: clean, with balanced braces."""
    text = clean(text)
    bare = re.sub(r"\\.", "", text)
    depth = 0
    for char in bare:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            break
    if depth:
        raise ValueError("has unbalanced braces")
    if "$" in bare:
        raise ValueError("has a dollar sign; the field is already mathematics, so delete it")
    if bare.endswith("\\"):
        raise ValueError("ends in a backslash; delete it")
    return text


def person(text: str) -> str:
    """Return a name as "Family, Given", or an organisation in braces."""
    name = clean(text)
    if is_collective(name):
        return name
    suffixed = name.count(",") == 2 and name.split(",")[1].strip() in _SUFFIXES
    if " and " in name or (name.count(",") > 1 and not suffixed):
        raise ValueError(
            f"{quoted(name)} contains more than one name; write one list item for each"
        )
    if name.lower().rstrip(".") in {"others", "et al"}:
        raise ValueError("write every author; a list that ends in 'others' is not complete")
    if " " in name and "," not in name:
        start, _, last = name.rpartition(" ")
        raise ValueError(
            f"the family name in {quoted(name)} is not marked; write "
            f"{quoted(f'{last}, {start}', LONGEST_ID)}, or {quoted(f'{{{name}}}', LONGEST_ID)} for "
            "an organisation"
        )
    if name.startswith(",") or name.endswith(","):
        raise ValueError(f"{quoted(name)} lacks a part; write 'Family, Given'")
    return name


def arxiv_advice(text: str) -> str:
    """Return how to write an arXiv id."""
    found = re.search(rf"{ARXIV_ID}(?![0-9])", text)
    if found:
        return f"write {found[0]}"
    if len(text) == 9 and text[4] == "." and re.fullmatch(ARXIV_ID, f"{text}0"):
        return f"ids from 2015 on have five digits after the point; was it {text}0?"
    return "write it as 1703.00887 or cond-mat/9907343"


def doi_advice(text: str) -> str:
    """Return how to write a DOI."""
    found = re.search(DOI, text)
    return f"write {found[0]}" if found else "write it as 10.1137/15M1024950"


def url_advice(text: str) -> str:
    """Return how to write a URL."""
    if text.startswith(("https://", "http://")):
        return "write it as the browser's address bar copies it, with %20 for a space"
    return "write it in full, from https://"


def pages(text: str) -> str:
    """Return a range of pages that does not run backwards."""
    if not re.fullmatch(PAGES, text):
        found = re.fullmatch(rf"({_PAGE})\s*(?:-+|–|—|to)\s*({_PAGE})", text[:LONGEST_ID].strip())
        advice = f"{found[1]}-{found[2]}" if found else "it as 1724-1732"
        raise ValueError(f"{quoted(text)} is not a page range; write {advice}")
    first, _, last = text.partition("-")
    if first.isdigit() and last.isdigit() and int(last) < int(first):
        raise ValueError(f"{text} runs backwards; write the smaller number first, in full")
    return text


def key_advice(_: str) -> str:
    """Return how to write a citation key."""
    return "write it as jin2017escape: ASCII letters and digits, joined by - _ . : +"


def card_advice(_: str) -> str:
    """Return how to write the id of a card."""
    return "write the work's key, a hyphen and a word: jin2017escape-pgd"


def id_advice(text: str) -> str:
    """Return how to write an id."""
    return f"write {slug(text) or 'words-joined-by-hyphens'}"


def matching(pattern: str, what: str, advice: Callable[[str], str]) -> Callable[[str], str]:
    """Return the rule that a text matches a pattern."""

    def apply(text: str) -> str:
        if not _compiled(pattern).fullmatch(text):
            raise ValueError(f"{quoted(text)} is not {what}; {advice(text[:LONGEST_ID])}")
        if pattern in {KEY, ID} and len(text) > LONGEST_ID:
            raise ValueError(f"has {len(text)} characters; write {LONGEST_ID} at most")
        return text

    return apply


paper_key = matching(KEY, "a citation key", key_advice)
doi = matching(DOI, "a DOI", doi_advice)
arxiv_id = matching(ARXIV_ID, "an arXiv id without a version", arxiv_advice)
url = matching(URL, "a URL", url_advice)
