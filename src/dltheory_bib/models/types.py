"""The types of the fields: text with a rule, years, dates, and mappings of text.

A rule takes the text as in the YAML and returns the value, or raises `ValueError` with a message
that contains the correction.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from dltheory_bib.models.relations import JUDGEMENTS, Relation
from dltheory_bib.text import names
from dltheory_bib.text import value_rules as rules
from dltheory_bib.text.exponents import EXPONENT, LOG_OF, LOG_POWER, RATIO, SYMBOL, symbols_in
from dltheory_bib.text.identifiers import ARXIV_ID, DOI, URL
from dltheory_bib.text.names import quoted
from dltheory_bib.text.value_rules import FIRST_YEAR, LAST_YEAR, clean


def _matching(
    pattern: str, what: str, advice: Callable[[str], str]
) -> tuple[AfterValidator, WithJsonSchema]:
    """Return the rule that a text matches a pattern, and its JSON Schema."""
    return AfterValidator(rules.matching(pattern, what, advice)), _text_schema(pattern)


def _text_schema(pattern: str) -> WithJsonSchema:
    """Return the JSON Schema of a text, with which an editor checks it during typing."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


_SOME_TEXT = WithJsonSchema({"type": "string", "minLength": 1})


class FullName(str):
    """A person's name, `Family, Given`, or an organisation's, `{Name}`: text that knows its
    parts.
    """

    __slots__ = ()

    @property
    def family(self) -> str:
        """The family name, or the whole name of an organisation."""
        return names.family(self)

    @property
    def given(self) -> str:
        """The given names; empty for an organisation."""
        return names.given(self)

    @property
    def natural(self) -> str:
        """The name in reading order: `Chi Jin`."""
        return names.natural(self)

    if not TYPE_CHECKING:  # a type checker should report missing names

        def __getattr__(self, name):
            from dltheory_bib.meant_names import missing_name

            raise missing_name("FullName", name)


def _full_name(text: str) -> FullName:
    return FullName(rules.person(text))


def _iso_date(value: Any) -> Any:
    # Pydantic by default interprets numbers as seconds since 1970.
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError(f"{quoted(value)} is not a date; write it as 2026-11-30")
    return value


def _digits(value: Any) -> Any:
    # Pydantic by default also accepts 2_017 and +2017.
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise PydanticKnownError("int_parsing")
    return value


PaperKey = Annotated[str, AfterValidator(rules.paper_key), _text_schema(rules.KEY)]
"""A citation key in Google Scholar's style, `jin2017escape`."""
TopicId = Annotated[str, *_matching(rules.ID, "a topic id", rules.id_advice)]
VenueId = Annotated[str, *_matching(rules.ID, "a venue id", rules.id_advice)]
TermId = Annotated[str, *_matching(rules.ID, "a term id", rules.id_advice)]
"""Identifies a term of the glossary."""
TrailId = Annotated[str, *_matching(rules.ID, "a trail id", rules.id_advice)]
QuestionId = Annotated[str, *_matching(rules.ID, "a question id", rules.id_advice)]
QuantityId = Annotated[str, *_matching(rules.ID, "a quantity id", rules.id_advice)]
ColumnId = Annotated[str, *_matching(rules.ID, "a column id", rules.id_advice)]
SettingId = Annotated[str, *_matching(rules.ID, "a setting id", rules.id_advice)]
AssumptionId = Annotated[str, *_matching(rules.ID, "an assumption id", rules.id_advice)]
CardId = Annotated[str, *_matching(rules.KEY, "the id of a card", rules.card_advice)]
"""The id of a result card: `jin2017escape-pgd`."""
SymbolId = Annotated[str, *_matching(SYMBOL, "a symbol id", lambda _: "write eps, d or lambda0")]
PersonId = Annotated[str, *_matching(rules.ID, "a person id", rules.id_advice)]
ArxivId = Annotated[str, AfterValidator(rules.arxiv_id), _text_schema(ARXIV_ID)]
Doi = Annotated[str, AfterValidator(rules.doi), _text_schema(DOI)]
Pages = Annotated[str, AfterValidator(rules.pages), _text_schema(rules.PAGES)]
Url = Annotated[str, AfterValidator(rules.url), _text_schema(URL)]
Orcid = Annotated[str, *_matching(rules.ORCID, "an ORCID", lambda _: "write 0000-0002-1825-0097")]
Name = Annotated[str, AfterValidator(_full_name), _SOME_TEXT]
"""A `FullName`; a constructor takes any text."""
Text = Annotated[str, AfterValidator(clean), _SOME_TEXT]
Lines = Annotated[str, AfterValidator(rules.lines), _SOME_TEXT]
"""A text that may have several lines."""
Formula = Annotated[str, AfterValidator(rules.formula), _SOME_TEXT]
"""TeX of mathematics, without dollar signs."""
Title = Annotated[str, AfterValidator(rules.balanced), _SOME_TEXT]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR), BeforeValidator(_digits)]
"""A year that is possible for a work on this subject, or its roots."""
Date = Annotated[datetime.date, BeforeValidator(_iso_date)]
"""A day, `2026-11-30` (ISO 8601)."""


class _Judgement:
    """The rule that a relation is one that a curator states."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # pydantic's own schema of an enumeration would take the other members as well.
        known = core_schema.literal_schema([one.value for one in JUDGEMENTS])
        return core_schema.no_info_after_validator_function(lambda name: Relation(name), known)


RelationKind = Annotated[Relation, _Judgement]
"""The kind of a relation that a curator states: `extends`, `improves`, `refutes` …"""


Ratio = Annotated[str, *_matching(RATIO, "a ratio of parameters", lambda _: "write d/s or s/(d+1)")]
"""A ratio of parameters in an exponent: `d/s`."""


class NamedValues(Mapping[str, str]):
    """Texts by name, in the order of the data; frozen, and equal in any order.

    A field of this type takes any mapping of texts
    (https://docs.pydantic.dev/latest/concepts/types/#customizing-validation-with-__get_pydantic_core_schema__).
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
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(strict=True)
        value = core_schema.no_info_after_validator_function(cls._value, text)
        serialization = core_schema.plain_serializer_function_ser_schema(dict)
        return core_schema.no_info_after_validator_function(
            cls, core_schema.dict_schema(text, value), serialization=serialization
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        text: dict[str, Any] = {"type": "string", "minLength": 1}
        if cls._pattern:
            # Another YAML reader would parse `-2` as a number; here every scalar is text.
            text = {"type": ["string", "number"], "pattern": f"^{cls._pattern}$"}
        return {"type": "object", "additionalProperties": text}


class Monomial(NamedValues):
    """A product of powers: symbol → exponent, a text such as `-2`, `exp` or `-7/4 log^4`.

    A missing symbol has exponent 0; the empty monomial is a constant. The logarithm of a product or
    quotient is a name of its own, with its power: `{eps: -2, log(d/eps): 4}`.
    """

    __slots__ = ()
    _pattern = EXPONENT

    def __init__(self, items: Mapping[str, str] | None = None) -> None:
        super().__init__(items)
        for name, exponent in self._items.items():
            if "(" not in name:
                continue
            if not re.fullmatch(LOG_OF, name):
                raise ValueError(
                    f"{quoted(name)} is not the logarithm of a quotient; write it as log(d/eps) or "
                    "log(n L/delta)"
                )
            if not re.fullmatch(LOG_POWER, exponent):
                raise ValueError(
                    f"{quoted(exponent)} is not a power of {name}; write a positive number"
                )

    @classmethod
    def _value(cls, text: str) -> str:
        text = clean(text)
        if not re.fullmatch(EXPONENT, text):
            raise ValueError(
                f"{quoted(text)} is not an exponent; write a number such as -2 or 7/4, a ratio "
                "such as -d/s, or exp, and after it log, log^4 or polylog"
            )
        return text

    @property
    def symbols(self) -> tuple[str, ...]:
        """The ids of the symbols in it, those inside logarithms included."""
        found = [one for name in self for one in symbols_in(name)]
        return tuple(dict.fromkeys(found))
