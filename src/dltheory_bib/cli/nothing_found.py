"""The message if a query matches no work: the query, and near matches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dltheory_bib.query.fields import PRIVATE_FIELDS
from dltheory_bib.query.grammar import AllOf, Expression, NoneOf, Term, parse_query

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography

NO_WORKS = "this collection has no works; add them in papers.yaml"
_OWN = {
    ("has", "own"): "no work is your own yet; `dltheory add ID` adds one, or write papers.yaml",
    ("has", "notes"): "you have no notes yet; `dltheory note KEY TEXT` writes one",
}
"""What to type for queries that find nothing before it."""
_MOST = 6
"""The most terms that are counted separately."""


def nothing_found(bib: Bibliography, query: str) -> str:
    """Return the message for a query that matches no work, in a line or two."""
    if not len(bib):
        return NO_WORKS
    expression = parse_query(query)
    hint = _hint(bib, expression)
    return f"no work matches {query}\n  {hint or '`dltheory help query` explains queries'}"


def _hint(bib: Bibliography, expression: Expression) -> str:
    if isinstance(expression, Term) and (own := _OWN.get((expression.field, expression.value))):
        return own
    if isinstance(expression, Term) and expression.field in PRIVATE_FIELDS:
        return f"`dltheory {expression.field} KEY …` writes what it asks for"
    if isinstance(expression, Term):
        return _apart(bib, expression)
    parts = expression.parts if isinstance(expression, AllOf) else ()
    if not parts or len(parts) > _MOST or not all(map(_is_simple, parts)):
        return ""
    counts = [(_text(part), len(bib.where(_text(part)))) for part in parts]
    missing = [text for text, count in counts if not count]
    if missing and len(missing) < len(counts):
        rest = " ".join(text for text, count in counts if count)
        found = len(bib.where(rest))
        return f"nothing matches {' or '.join(missing)}; {_works(found, rest)}"
    listing = ", ".join(f"{text} {count or 'none'}" for text, count in counts)
    return f"works that match a single term: {listing}; omit a term, or combine two with `or`"


def _apart(bib: Bibliography, term: Term) -> str:
    """For words in a row, return how many works have them apart."""
    words = re.findall(r"\w+", term.value)
    if not term.exact or len(words) < 2 or term.field not in {"text", "title"}:
        return ""
    field = "" if term.field == "text" else f"{term.field}:"
    # Bare `and` and similar words join terms.
    apart = " ".join(field + word for word in words if word.lower() not in {"and", "or", "not"})
    found = len(bib.where(apart))
    if not found:
        return _hint(bib, parse_query(apart))
    return f"as words in a row; {_works(found, apart)}"


def _works(count: int, query: str) -> str:
    return f"{count} {'work matches' if count == 1 else 'works match'} {query}"


def _is_simple(part: Expression) -> bool:
    """Return whether it is a term, or one that is excluded."""
    return isinstance(part.part if isinstance(part, NoneOf) else part, Term)


def _text(part: Expression) -> str:
    """Return a term as it is typed."""
    if isinstance(part, NoneOf):
        return f"not {_text(part.part)}"
    assert isinstance(part, Term)
    value = f'"{part.value}"' if part.exact else part.value
    return value if part.field == "text" else f"{part.field}:{value}"
