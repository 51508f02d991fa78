"""Find the works that match an expression."""

from __future__ import annotations

import sqlite3

from dltheory_bib.errors import QueryError, did_you_mean
from dltheory_bib.query.fields import FIELDS, Condition, field_named
from dltheory_bib.query.grammar import AllOf, AnyOf, Expression, NoneOf, Term, parse_query
from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.text.names import nearest

OTHER_NAMES = {
    "abstract": "text",
    "all": "text",
    "arxivid": "eprint",
    "booktitle": "venue",
    "conference": "venue",
    "date": "year",
    "journal": "venue",
    "keyword": "topic",
    "keywords": "topic",
    "name": "author",
    "person": "author",
    "references": "cites",
    "subject": "topic",
    "tag": "topic",
    "tags": "topic",
    "word": "text",
    "words": "text",
}
"""Names of fields in other programs; the message gives ours."""


def ask(snapshot: Snapshot, query: str | Expression) -> list[int]:
    """Return the numbers of the works that match a query, oldest first, then by key.

    Raises `QueryError` for a query with a syntax error, and for an unknown field or value.
    """
    expression = parse_query(query) if isinstance(query, str) else query
    query = query if isinstance(query, str) else ""
    try:
        condition = _condition(snapshot, expression)
        rows = snapshot.fetch(
            f"SELECT p.n FROM paper p WHERE {condition.sql} ORDER BY p.year, p.key",
            condition.values,
        )
        return [row[0] for row in rows]
    except QueryError as error:
        raise QueryError(error.message, query, error.column) from None
    except sqlite3.OperationalError as error:
        if "too large" in str(error) or "too many" in str(error):
            raise QueryError("the query is too long; split it", query) from None
        raise


def _condition(snapshot: Snapshot, expression: Expression) -> Condition:
    if isinstance(expression, Term):
        field = field_named(expression.field)
        if field is None:
            named = OTHER_NAMES.get(expression.field)
            near = [named] if named else nearest(expression.field, FIELDS, 2)
            hint = did_you_mean([f"{name}:" for name in near])
            hint = hint or f"; quote words that contain a colon; known are {', '.join(FIELDS)}"
            raise QueryError(f"unknown field {expression.field!r}{hint}", column=expression.column)
        if not expression.value.strip():
            raise QueryError(
                f"{field.name}: needs a value, as in {field.example}", column=expression.column
            )
        return field.ask(snapshot, expression)
    if isinstance(expression, NoneOf):
        inner = _condition(snapshot, expression.part)
        # `NOT` is not enough: for a work without a venue neither `venue = x` nor its negation is
        # true in SQL.
        return Condition(f"({inner.sql}) IS NOT TRUE", inner.values)
    if not expression.parts:
        return Condition("1")
    joint = " AND " if isinstance(expression, AllOf) else " OR "
    assert isinstance(expression, AllOf | AnyOf)
    parts = [_condition(snapshot, part) for part in expression.parts]
    sql = joint.join(f"({part.sql})" for part in parts)
    return Condition(sql, tuple(value for part in parts for value in part.values))
