"""From an expression to the works for which it holds."""

from __future__ import annotations

import sqlite3

from dltheory_bib.errors import QueryError, did_you_mean
from dltheory_bib.query.fields import FIELDS, Condition, field_named, match_text
from dltheory_bib.query.grammar import AllOf, AnyOf, Expression, NoneOf, Term, parse_query
from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.text.names import nearest

# How much a word in the title, a person's name and an annotation weighs for `search` (bm25).
_WEIGHTS = "20.0, 6.0, 1.0"

# What other programs call a field; the message names ours.
_OTHER_NAMES = {
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


def ask(snapshot: Snapshot, query: str | Expression) -> list[int]:
    """The numbers of the works for which a query holds, oldest first, then by key.

    Raises `QueryError` for a query that does not parse, and for an unknown field or value.
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
            raise QueryError("the query is too long; ask in parts", query) from None
        raise


def ask_best(snapshot: Snapshot, query: str | Expression) -> list[int]:
    """The same works, the best match of the query's words first (Okapi BM25, as SQLite's FTS5).

    A word in the title weighs most, then one in a name, then one in an annotation.
    """
    found = ask(snapshot, query)
    wanted = " OR ".join(
        match
        for term in _wanted(parse_query(query) if isinstance(query, str) else query)
        if (match := match_text(term.value, term.exact))
    )
    if not wanted:
        return found
    rows = snapshot.fetch(
        f"SELECT rowid FROM text WHERE text MATCH ? ORDER BY bm25(text, {_WEIGHTS}), rowid",
        (wanted,),
    )
    rank = {row[0]: place for place, row in enumerate(rows)}
    return sorted(found, key=lambda n: rank.get(n, len(rank)))


def _wanted(expression: Expression) -> list[Term]:
    """The bare words that are asked for, not those that are excluded."""
    if isinstance(expression, Term):
        return [expression] if expression.field in {"text", "title"} else []
    if isinstance(expression, NoneOf):
        return []
    return [term for part in expression.parts for term in _wanted(part)]


def _condition(snapshot: Snapshot, expression: Expression) -> Condition:
    if isinstance(expression, Term):
        field = field_named(expression.field)
        if field is None:
            named = _OTHER_NAMES.get(expression.field)
            near = [named] if named else nearest(expression.field, FIELDS, 2)
            hint = did_you_mean([f"{name}:" for name in near])
            hint = hint or f"; quote words that hold a colon; known are {', '.join(FIELDS)}"
            raise QueryError(f"unknown field {expression.field!r}{hint}", column=expression.column)
        if not expression.value.strip():
            raise QueryError(
                f"{field.name}: needs a value, as in {field.example}", column=expression.column
            )
        return field.ask(snapshot, expression)
    if isinstance(expression, NoneOf):
        inner = _condition(snapshot, expression.part)
        # Not `NOT`: of a work without a venue SQL holds neither `venue = x` nor its contrary.
        return Condition(f"({inner.sql}) IS NOT TRUE", inner.values)
    if not expression.parts:
        return Condition("1")
    joint = " AND " if isinstance(expression, AllOf) else " OR "
    assert isinstance(expression, AllOf | AnyOf)
    parts = [_condition(snapshot, part) for part in expression.parts]
    sql = joint.join(f"({part.sql})" for part in parts)
    return Condition(sql, tuple(value for part in parts for value in part.values))
