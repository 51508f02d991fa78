"""The arguments of a tool: their JSON Schema, and messages that name what may be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dltheory_bib.errors import BibliographyError, did_you_mean
from dltheory_bib.mcp_server.answers import clean
from dltheory_bib.text.names import nearest

Kind = Literal["text", "names", "number", "flag"]
_TYPES = {"text": "string", "names": "array", "number": "integer", "flag": "boolean"}
_NAME_LENGTH = 300
"""The longest name in a list of names, in characters."""


class ArgumentError(BibliographyError, ValueError):
    """An argument that a tool does not accept; the message names what may be given."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a tool."""

    name: str
    description: str
    kind: Kind = "text"
    most: int = 500
    """The most characters of a text, names of a list, or the largest number."""
    default: Any = None
    """Without a default, the argument is required."""
    choices: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        limits: dict[str, dict[str, Any]] = {
            "text": {"maxLength": self.most},
            "names": {
                "items": {"type": "string", "maxLength": _NAME_LENGTH},
                "minItems": 1,
                "maxItems": self.most,
            },
            "number": {"minimum": 1, "maximum": self.most},
            "flag": {},
        }
        made = {"type": _TYPES[self.kind], "description": self.description, **limits[self.kind]}
        if self.choices:
            made["enum"] = list(self.choices)
        if self.default is not None:
            made["default"] = self.default
        return made

    def read(self, value: Any) -> Any:
        """Return the value of an argument, cleaned; raise `ArgumentError` if it does not fit."""
        if self.kind == "text" and isinstance(value, str):
            if len(value) > self.most:
                raise self._error(f"at most {self.most} characters, and has {len(value)}")
            text = clean(value)
            if self.choices and text not in self.choices:
                raise self._error(f"one of {', '.join(self.choices)}")
            if self.default is None and not text.strip():
                raise self._error("a text that is not empty")
            return text
        if self.kind == "names" and isinstance(value, (list, str)):
            return self._names([value] if isinstance(value, str) else value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON has one kind of number
        if self.kind == "number" and isinstance(value, int) and not isinstance(value, bool):
            if not 1 <= value <= self.most:
                raise self._error(f"a whole number from 1 to {self.most}")
            return value
        if self.kind == "flag" and isinstance(value, bool):
            return value
        wanted = {
            "text": "a text",
            "names": "a list of texts",
            "number": f"a whole number from 1 to {self.most}",
            "flag": "true or false",
        }
        raise self._error(wanted[self.kind])

    def _names(self, names: list[Any]) -> list[str]:
        if not 1 <= len(names) <= self.most:
            raise self._error(f"a list of 1 to {self.most} texts, and has {len(names)}")
        if not all(isinstance(one, str) and len(one) <= _NAME_LENGTH for one in names):
            raise self._error(f"a list of texts of at most {_NAME_LENGTH} characters each")
        return [clean(one) for one in names]

    def _error(self, wanted: str) -> ArgumentError:
        return ArgumentError(f"the argument {self.name} must be {wanted}")


def input_schema(parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """Return the JSON Schema of a tool's arguments."""
    return {
        "type": "object",
        "properties": {one.name: one.schema for one in parameters},
        "required": [one.name for one in parameters if one.default is None],
        "additionalProperties": False,
    }


def read_arguments(parameters: tuple[Parameter, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call, with defaults; raise `ArgumentError` if one does not fit."""
    known = {one.name: one for one in parameters}
    for name in given:
        if name not in known:
            hint = did_you_mean(nearest(name[:_NAME_LENGTH], known, 1))
            raise ArgumentError(
                f"no argument {name[:_NAME_LENGTH]!r}{hint}; known are {', '.join(known)}"
            )
    made = {}
    for name, one in known.items():
        value = given.get(name)
        if value is None and one.default is None:
            raise ArgumentError(f"the argument {name} is missing: {one.description}")
        made[name] = one.default if value is None else one.read(value)
    return made
