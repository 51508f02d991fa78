"""From plain text to typed records: pydantic judges, and its errors become `Problem`s."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields as record_fields
from dataclasses import is_dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, cast, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from dltheory_bib.errors import Problem, did_you_mean
from dltheory_bib.records.catalogue import Located, Record
from dltheory_bib.records.models import Paper
from dltheory_bib.records.names import nearest, quoted
from dltheory_bib.records.source import MAX_PROBLEMS, RawRecord, read_records, shown_name

adapter = cast("Callable[[type[Any]], TypeAdapter[Any]]", cache(TypeAdapter))
"""Pydantic's validator of a kind of record; building one takes milliseconds, so it is kept."""


def read_file(
    path: Path, model: type[Record], problems: list[Problem], refused: set[str], file: str
) -> Iterator[Located[Record]]:
    """The records of one file, which problems name as `file`.

    What is wrong goes to `problems`, and the keys or ids of refused records to `refused`. What can
    be read of a refused paper is given all the same, so that one run finds what it refers to in
    vain as well; as there is a problem, nothing of it is ever loaded.
    """
    validate = adapter(model).validate_python
    for index, raw in enumerate(read_records(path, problems, file)):
        try:
            record = validate(raw.value)
        except ValidationError as error:
            problems.extend(_problems(error, raw, model, file))
            refused |= names_of(raw)
            if model is not Paper or (record := _salvaged(raw, error, index)) is None:
                continue
        yield Located(record, file, index)


def _salvaged(raw: RawRecord, error: ValidationError, index: int) -> Paper | None:
    """A refused paper without its faulty fields, and something in the place of those it must have.

    None where even that makes no paper.
    """
    faulty = {detail["loc"][0] for detail in error.errors(include_url=False) if detail["loc"]}
    kept = {name: value for name, value in raw.value.items() if name not in faulty}
    filled = {"title": f"Record {index + 1}", "author": ["{?}"], "year": "2000"} | kept
    # A work online needs least: no venue, and no word on what it was checked against.
    sound = filled | {"type": "online", "checked": "unchecked"}
    try:
        paper: Paper = adapter(Paper).validate_python(sound)
    except ValidationError:
        return None
    return paper


def names_of(raw: RawRecord) -> set[str]:
    """The key or id and the aliases of a record that may not be valid."""
    aliases = raw.value.get("aliases", [])
    names = [raw.value.get("key"), raw.value.get("id"), *aliases]
    return {name for name in names if isinstance(name, str)}


def _problems(
    error: ValidationError, raw: RawRecord, model: type[Record], file: str
) -> Iterator[Problem]:
    for detail in islice(error.errors(include_url=False), MAX_PROBLEMS):
        rule, message = _explain(detail, model)
        yield Problem(file, *raw.place(detail["loc"]), "error", rule, message)


def _explain(detail: ErrorDetails, model: type[Record]) -> tuple[str, str]:
    """The rule's name, and what is wrong and what to write instead."""
    path = detail["loc"]
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), "record")
    if path and isinstance(path[-1], int):
        name = f"{name}, item {path[-1] + 1}"
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "unexpected_keyword_argument":
        known = _fields_at(model, path[:-1])
        guess = nearest(name, known, 2)
        return "unknown-field", f"unknown field {shown_name(name)}" + (
            did_you_mean(guess) or f"; known are {', '.join(sorted(known))}"
        )
    if kind == "missing":
        return "missing-field", f"{name} is missing"
    if kind in {"literal_error", "enum"}:
        allowed = [
            word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")
        ]
        guess = nearest(str(detail["input"]), allowed, 1)
        hint = did_you_mean(guess) or f"; write one of {', '.join(allowed)}"
        return "unknown-value", f"{name} cannot be {_shown(detail['input'])}{hint}"
    if kind == "value_error":
        said = str(context["error"])
        return "ill-formed" if path else "inconsistent", f"{name}: {said}" if path else said
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = context.get("ge", context.get("le"))
        side = "before" if "ge" in context else "after"
        return "out-of-range", f"{name} {detail['input']} is out of range; none is {side} {limit}"
    return "wrong-type", f"{name} should be {_expected(kind)}, not {_shown(detail['input'])}"


def _expected(kind: str) -> str:
    kinds = {
        "tuple_type": "a list, one '- item' a line or [a, b]",
        "string_type": "text",
        "dataclass_type": "a mapping with 'name: value' lines",
        "int_parsing": "a whole number such as 2017",
        "int_type": "a whole number such as 2017",
        "int_parsing_size": "a whole number such as 2017",
        "bool_parsing": "true or false",
        "bool_type": "true or false",
    }
    return kinds.get(kind, f"something else ({kind.replace('_', ' ')})")


def _shown(value: object) -> str:
    """A wrong value as a message shows it: short, and by its kind where it is not text."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return quoted(text) if text else "empty"


def _fields_at(model: type[Any], path: tuple[str | int, ...]) -> list[str]:
    """The names of the fields that the model has at a path."""
    here = model
    for step in path:
        if isinstance(step, str):
            here = _nested(here, step)
    return [field.name for field in record_fields(here)]


def _nested(model: type[Any], name: str) -> type[Any]:
    """The record type of a field's items: `Version` for `Paper.versions`."""
    from typing import get_type_hints

    todo: list[Any] = [get_type_hints(model)[name]]
    while todo:
        hint = todo.pop()
        if is_dataclass(hint) and isinstance(hint, type):
            return hint
        todo.extend(get_args(hint))
    raise AssertionError(f"{model.__name__}.{name} holds no records")
