"""Convert the arguments of a command line to the text of a query.

A shell removes quotes: `topic:"lazy training"` arrives as the one argument `topic:lazy training`,
and only the space inside it shows that there were quotes. This module restores them.

An argument without a space is unchanged, and so is one that is a query on its own: it has quotes or
parentheses, a second field, `and`, `or`, `not`, or a `-` before a word. Of the others

- `field:several words` is this field with the whole as its value; if the field has no such value
  but has the first word, it is a query of several terms (`"topic:ntk depth"`);
- words without a field are a phrase; so is a title with a colon, whatever its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dltheory_bib.errors import QueryError

if TYPE_CHECKING:
    from dltheory_bib.snapshot.reader import Snapshot

_BLANK = re.compile(r"\s")
_QUERY = re.compile(
    r'["“”„«»()]|(?:^|\s)(?:[A-Za-z][A-Za-z_]*:(?=\S)|(?:and|or|not)(?=\s|$)|-(?=\S))',
    re.IGNORECASE,
)
_FIELD = re.compile(r"(-?)([A-Za-z][A-Za-z_]*):(?!//)\s*(.*)", re.DOTALL)


def query_text(
    arguments: Sequence[str], snapshot: Callable[[], Snapshot], *, phrases: bool = True
) -> str:
    """Return the query as typed, with the quotes that the shell removed.

    `snapshot` opens the collection; it is called only for `field:several words`. Without `phrases`,
    words without a field are not quoted: `search` is given whole titles.
    """
    return " ".join(
        _requoted(one.strip(), snapshot, phrases) if _BLANK.search(one.strip()) else one
        for one in arguments
    )


def _requoted(argument: str, snapshot: Callable[[], Snapshot], phrases: bool) -> str:
    from dltheory_bib.query.fields import field_named

    found = _FIELD.fullmatch(argument)
    if found and field_named(found[2]) is not None:
        negation, field, value = found.groups()
        if not _BLANK.search(value) or _QUERY.search(value):
            return argument
        whole = f'{negation}{field}:"{value}"'
        return argument if _is_several_terms(field, value, snapshot()) else whole
    if not phrases:
        return argument
    return argument if _QUERY.search(argument) and not _is_title(argument) else f'"{argument}"'


def _is_title(argument: str) -> bool:
    """Return whether the only colons are those of a title: no field before, and a space after."""
    from dltheory_bib.query.fields import field_named

    before = re.findall(r"([^\s:]*):(\s?)", argument)
    return (
        bool(before)
        and '"' not in argument
        and all(blank and field_named(word) is None for word, blank in before)
    )


def _is_several_terms(field: str, value: str, snapshot: Snapshot) -> bool:
    return not _knows(field, value, snapshot) and _knows(field, value.split()[0], snapshot)


def _knows(name: str, value: str, snapshot: Snapshot) -> bool:
    from dltheory_bib.query.fields import field_named
    from dltheory_bib.query.grammar import Term

    field = field_named(name)
    try:
        return field is not None and bool(field.ask(snapshot, Term(field.name, value, True, 0)))
    except QueryError:
        return False
