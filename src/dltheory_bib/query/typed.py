"""Read what was typed into the search: filters of the query language, and words.

The search refuses nothing. A field with a value that the collection has is a filter, and so are a
quoted phrase and an excluded word (`-word`); everything else is words: a colon in a pasted title, a
field that does not exist, `and`, `or`, `not`, `&`, brackets and dashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.errors import QueryError, did_you_mean
from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.text.names import nearest

if TYPE_CHECKING:
    from dltheory_bib.query.grammar import Expression, Term

LONGEST = 4_000
"""Characters; what follows is not read."""
TERM = (
    r"(?<!\S)(?P<not>-|not\s+)?(?:(?P<field>[A-Za-z][A-Za-z_-]*):)?"
    r'(?:"(?P<quoted>[^"]*)"|“(?P<curly>[^”]*)”|(?P<bare>[^\s"“”]+))'
)


class Typed(NamedTuple):
    """A query, read."""

    words: str
    """What is searched for as words."""
    weighed: str = ""
    """Words of filters: every work that is found has them, but some have them in the title."""
    filters: str = ""
    """The rest, in the query language."""
    among: frozenset[int] | None = None
    """The works that match the filters; None without filters."""
    suggestion: str = ""
    """What was probably meant; or empty."""


def read_query(snapshot: Snapshot, text: str) -> Typed:
    """Separate a query into filters and words."""
    text = text[:LONGEST].encode("utf-8", "replace").decode()
    if not set(':"“”„«»').intersection(text) and not (
        "-" in text and re.search(r"(?<!\S)-\w", text)
    ):
        return Typed(text)  # a pattern takes longer to compile than all of this
    return _strictly(snapshot, text) or _leniently(snapshot, text)


def _strictly(snapshot: Snapshot, text: str) -> Typed | None:
    """Read a query in the query language, if it is one that has a field."""
    from dltheory_bib.query.grammar import AllOf, Term, parse_query
    from dltheory_bib.query.run import ask

    try:
        expression = parse_query(text)
        parts = expression.parts if isinstance(expression, AllOf) else (expression,)
        words = [part for part in parts if _is_bare(part)]
        filters = [part for part in parts if not _is_bare(part)]
        if all(term.field == "text" for part in filters for term in _terms(part)):
            return None  # next to no field, `not` and `or` are words
        among = frozenset(ask(snapshot, AllOf(tuple(filters))))
    except QueryError:
        return None
    shown = " ".join(found[0] for found in re.finditer(TERM, text, re.IGNORECASE) if found["field"])
    wanted = (part for part in filters if isinstance(part, Term) and part.field in OF_WORDS)
    return Typed(
        " ".join(term.value for part in words for term in _terms(part)),
        " ".join(term.value for term in wanted),
        shown if words else text,
        among,
    )


OF_WORDS = ("text", "title")


def _terms(expression: Expression) -> Iterator[Term]:
    from dltheory_bib.query.grammar import NoneOf, Term

    if isinstance(expression, Term):
        yield expression
    elif isinstance(expression, NoneOf):
        yield from _terms(expression.part)
    else:
        for part in expression.parts:
            yield from _terms(part)


def _is_bare(part: Expression) -> bool:
    """Return whether a part of a query is words alone, without a quoted phrase."""
    from dltheory_bib.query.grammar import NoneOf

    return not isinstance(part, NoneOf) and all(
        term.field == "text" and not term.exact for term in _terms(part)
    )


def _leniently(snapshot: Snapshot, text: str) -> Typed:
    """Take the terms that match something as filters, and the rest as words."""
    from dltheory_bib.query.fields import FIELDS, field_named
    from dltheory_bib.query.grammar import NoneOf, Term
    from dltheory_bib.query.run import OTHER_NAMES, ask

    words: list[str] = []
    weighed: list[str] = []
    filters: list[str] = []
    hint = ""
    among: frozenset[int] | None = None
    for found in re.finditer(TERM, text, re.IGNORECASE):
        quoted = found["quoted"] if found["quoted"] is not None else found["curly"]
        value = quoted if quoted is not None else found["bare"]
        name = (found["field"] or "text").lower()
        excluded = found["not"] == "-" or (bool(found["not"]) and name != "text")
        field = field_named(name)
        works: list[int] = []
        if field and (name != "text" or quoted is not None or found["not"] == "-"):
            term = Term(field.name, value, quoted is not None, 0)
            try:
                works = ask(snapshot, term)
                if works and excluded:
                    works = ask(snapshot, NoneOf(term))
            except QueryError as error:
                hint = hint or (error.message if name != "text" else "")
        elif field is None:
            meant = OTHER_NAMES.get(name)
            near = [meant] if meant else nearest(name, FIELDS, 1)
            hint = hint or did_you_mean([f"{one}:" for one in near]).removeprefix("; ")
            if near:
                words.append(value)
                continue
        if works:
            among = frozenset(works) if among is None else among & frozenset(works)
            filters.append(found[0])
            weighed += [value] if name in OF_WORDS and not excluded else []
        else:
            words.append(found[0])
    return Typed(" ".join(words), " ".join(weighed), " ".join(filters), among, hint)
