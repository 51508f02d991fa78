"""The query language: parse a text to an expression.

    topic:saddle-escape author:jin year:2017..2019 not type:preprint "spurious local minima"

Terms are combined with AND; `or` binds weaker, `not` or `-` negates a term, and parentheses group.
A term is a field and a value, or words in titles, people and annotations; quotes keep words
together.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, reduce
from operator import or_
from typing import Any, NamedTuple

from dltheory_bib.errors import QueryError

MAX_TERMS = 200
"""More terms than anybody types; SQLite limits the depth of an expression to 1,000."""
_LONGEST = 8_000
"""Characters; a longer text is not parsed."""

_WORD = r'[^\s()"“”„«»]+'
_END = r"(?=[\s()]|$)"
_KEYWORD = rf"(?i:and|or|not){_END}"
_FIELD = "([A-Za-z][A-Za-z_]*):(?!//)"
_LAST_FIELD = r"[A-Za-z][A-Za-z_]*:$"


class Term(NamedTuple):
    """`field:value`; the field of bare words is `text`. `exact` marks a quoted value."""

    field: str
    value: str
    exact: bool
    column: int


class AllOf(NamedTuple):
    """Every part matches."""

    parts: tuple[Expression, ...]


class AnyOf(NamedTuple):
    """At least one part matches."""

    parts: tuple[Expression, ...]


class NoneOf(NamedTuple):
    """The part does not match."""

    part: Expression


Expression = Term | AllOf | AnyOf | NoneOf


def parse_query(query: str) -> Expression:
    """Parse a query to an expression; an empty query gives one that always matches.

    Raises `QueryError` with the column if the text is not a query.
    """
    from parsy import ParseError

    if not query.strip():
        return AllOf(())
    if len(query) > _LONGEST:
        raise QueryError(f"the query is longer than {_LONGEST:,} characters; split it")
    try:
        query.encode()
    except UnicodeEncodeError as error:
        raise QueryError("this byte is not UTF-8 text", query, error.start + 1) from None
    try:
        expression: Expression = _parser().parse(query)
    except ParseError as error:
        raise QueryError(_complaint(query, error.index), query, error.index + 1) from None
    except RecursionError:
        raise QueryError("the query is nested too deeply; split it") from None
    if _terms(expression) > MAX_TERMS:
        raise QueryError(f"the query has more than {MAX_TERMS} terms; split it")
    return expression


@cache
def _parser() -> Any:
    """Return the grammar, from words up to the whole query; it is made for the first query."""
    from parsy import forward_declaration, index, regex, seq

    def token(pattern: str, group: int = 0) -> Any:
        return regex(pattern, group=group) << regex(r"\s*")

    expression, factor = forward_declaration(), forward_declaration()
    quotes = (r'"([^"]*)"', "“([^”]*)”", "„([^“”]*)[“”]", "«([^»]*)»")
    quoted = reduce(or_, (token(pair, group=1) for pair in quotes)).map(lambda value: (value, True))
    word = token(_WORD).map(lambda value: (value, False))
    # A word never starts like a negation: `-(` would be tried both ways at every level.
    bare_word = token(rf"(?!{_KEYWORD}|{_FIELD}|-\S){_WORD}").map(lambda value: (value, False))
    field = token(_FIELD, group=1)
    term = seq(index, field, quoted | word).combine(_term)
    bare_term = seq(index, quoted | bare_word).combine(
        lambda place, value: _term(place, "text", value)
    )
    group = token(r"\(") >> expression << token(r"\)")
    negated = ((token(rf"(?i:not){_END}") | token(r"-(?=\S)")) >> factor).map(NoneOf)
    factor.become(negated | group | term | bare_term)
    all_of = factor.sep_by(token(rf"(?i:and){_END}").optional(), min=1).map(_joined(AllOf))
    expression.become(all_of.sep_by(token(rf"(?i:or){_END}"), min=1).map(_joined(AnyOf)))
    return regex(r"\s*") >> expression


def _term(place: int, field: str, value: tuple[str, bool]) -> Term:
    return Term(field.lower(), *value, place + 1)


def _joined(kind: type[AllOf] | type[AnyOf]) -> Callable[[list[Expression]], Expression]:
    """Return a single part unchanged; join several."""
    return lambda parts: parts[0] if len(parts) == 1 else kind(tuple(parts))


def _terms(expression: Expression) -> int:
    if isinstance(expression, Term):
        return 1
    if isinstance(expression, NoneOf):
        return _terms(expression.part)
    return sum(map(_terms, expression.parts))


def _complaint(query: str, place: int) -> str:
    """Describe the error at a position (from 0) of a query."""
    rest, before = query[place:], query[:place].rstrip()
    if rest.startswith(tuple('"“„«')):
        return "a quotation mark is not closed"
    if rest.startswith(tuple("”»")):
        return "this quotation mark was not opened"
    if field := re.search(_LAST_FIELD, before):
        if field[0].lower() == "year:":  # `year:>2019`, which a shell reads as a redirection
            return "year: needs a value; for a bound write year:2017.. or year:..2019"
        return f'{field[0]} needs a value, as in topic:ntk or title:"saddle points"'
    if rest.startswith(")"):
        return "a parenthesis was not opened, or is empty"
    if re.match(_KEYWORD, rest):
        return f"{rest.split()[0]} joins two terms; quote it to search for the word"
    if not rest.strip():
        return f"the query ends too early; {_unfinished(before)}"
    return f"{rest.split()[0]!r} is not allowed here"


def _unfinished(query: str) -> str:
    last = query.split()[-1].lower().lstrip("(") if query.split() else ""
    if last in {"and", "or", "not"}:
        return f"expected a term after {last}"
    return "a parenthesis is not closed"
