"""Mappings of texts whose names the records choose: a monomial, the values of a table's columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dltheory_bib.models.types import clean
from dltheory_bib.text.names import quoted

_NUMBER = r"[0-9]+(?:\.[0-9]+|/[1-9][0-9]*)?"
_LOGS = rf"(?:log(?:\^-?{_NUMBER})?|polylog)"
EXPONENT = rf"(?:(?:-?{_NUMBER}|exp)(?: {_LOGS})?|{_LOGS})"
"""The pattern of an exponent: `-2`, `7/4`, `exp`, `polylog`, `-2 log^4`."""


class NamedValues(Mapping[str, str]):
    """Texts by name, in the order in which they were written; frozen, and equal in any order.

    Pydantic finds the rules by protocol, as it does those of `models.types`.
    """

    __slots__ = ("_items",)
    _pattern = ""

    def __init__(self, items: Mapping[str, str] | None = None) -> None:
        self._items = dict(items or {})

    def __getitem__(self, name: str) -> str:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and self._items == dict(other)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"

    def __copy__(self) -> NamedValues:
        return self

    def __deepcopy__(self, _: Any) -> NamedValues:
        return self

    @classmethod
    def _value(cls, text: str) -> str:
        return clean(text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        text = core_schema.str_schema(strict=True)
        value = core_schema.no_info_after_validator_function(cls._value, text)
        said = core_schema.plain_serializer_function_ser_schema(dict)
        return core_schema.no_info_after_validator_function(
            cls, core_schema.dict_schema(text, value), serialization=said
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        text: dict[str, Any] = {"type": "string", "minLength": 1}
        if cls._pattern:
            # Another reader of YAML takes `-2` for a number; here every scalar is text.
            text = {"type": ["string", "number"], "pattern": f"^{cls._pattern}$"}
        return {"type": "object", "additionalProperties": text}


class Monomial(NamedValues):
    """A product of powers: symbol → exponent, a text such as `-2`, `exp` or `-7/4 log^4`.

    A symbol that is not named has exponent 0; the empty monomial is a constant.
    """

    __slots__ = ()
    _pattern = EXPONENT

    @classmethod
    def _value(cls, text: str) -> str:
        said = clean(text)
        if not re.fullmatch(EXPONENT, said):
            raise ValueError(
                f"{quoted(said)} is not an exponent; write a number such as -2 or 7/4, or exp, "
                "and after it log, log^4 or polylog"
            )
        return said
