"""Query fields given as keywords: `where(topic="ntk", year=[2018, 2019])`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dltheory_bib.arguments import shown
from dltheory_bib.errors import QueryError
from dltheory_bib.meant_names import meant_argument
from dltheory_bib.query.grammar import AllOf, AnyOf, Expression, Term, parse_query


def query_of(query: object, fields: Mapping[str, object]) -> str | Expression:
    """Return the query with a term for each keyword, or unchanged without keywords.

    Raises `QueryError` and, for a value that is not text, a number, a record or a list,
    `TypeError`.
    """
    if not isinstance(query, str):
        raise TypeError(
            f"a query is text, as in 'topic:ntk year:2019..', not {shown(query)}; a function goes "
            "to filter()"
        )
    if not fields:
        return query
    for name in fields:
        if meant := meant_argument("where", name):
            raise QueryError(f"{name!r} is not a field of a query; {meant}")
    terms = (_terms(name, value) for name, value in fields.items())
    given = [parse_query(query)] if query.strip() else []
    return AllOf((*given, *terms))


def _terms(name: str, value: object) -> Expression:
    field = name.strip("_").replace("_", "").lower()
    if isinstance(value, Iterable) and not isinstance(value, str) and _record_name(value) is None:
        return AnyOf(tuple(Term(field, _text(name, one), False, 0) for one in value))
    return Term(field, _text(name, value), False, 0)


def _record_name(value: object) -> str | None:
    """Return the key or id of a record."""
    for name in ("key", "id"):
        found = getattr(value, name, None)
        if isinstance(found, str):
            return found
    return None


def _text(name: str, value: object) -> str:
    named = _record_name(value)
    if named is not None:
        return named
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"{name} takes text, a number, a record or a list, not {value!r}")
