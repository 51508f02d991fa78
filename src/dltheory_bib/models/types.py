"""The types of the fields: text with a rule, years, dates, and mappings of text.

A rule takes the text as in the YAML and returns the value, or raises `ValueError` with a message
that contains the correction.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from dltheory_bib.models.relations import JUDGEMENTS, Relation
from dltheory_bib.text import names
from dltheory_bib.text.exponents import EXPONENT, LOG_OF, LOG_POWER, RATIO, SYMBOL, symbols_in
from dltheory_bib.text.identifiers import ARXIV_ID, DOI, URL
from dltheory_bib.text.names import is_collective, quoted

FIRST_YEAR, LAST_YEAR = 1600, 2100

_KEY = r"[A-Za-z][A-Za-z0-9]*(?:[-_.:+][A-Za-z0-9]+)*"
_ID = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_SUFFIXES = frozenset({"Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV"})
_PAGE = r"[A-Za-z]*[0-9]{1,12}(?::[0-9]{1,12})?"
_PAGES = rf"{_PAGE}(?:-{_PAGE})?"
_ORCID = r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]"
LONGEST_ID = 200
"""Characters: pages are named after keys and ids, and file systems allow about 250. Nobody types a
longer one, and finding advice for it could take very long.
"""


def _matching(
    pattern: str, what: str, advice: Callable[[str], str]
) -> tuple[AfterValidator, WithJsonSchema]:
    """Return the rule that a text matches a pattern, and its JSON Schema."""
    compiled = re.compile(pattern)

    def apply(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(f"{quoted(text)} is not {what}; {advice(text[:LONGEST_ID])}")
        if pattern in {_KEY, _ID} and len(text) > LONGEST_ID:
            raise ValueError(f"has {len(text)} characters; write {LONGEST_ID} at most")
        return text

    return AfterValidator(apply), _text_schema(pattern)


def _text_schema(pattern: str) -> WithJsonSchema:
    """Return the JSON Schema of a text, with which an editor checks it during typing."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


_SOME_TEXT = WithJsonSchema({"type": "string", "minLength": 1})


def clean(text: str) -> str:
    """Return a text with its white space folded to single spaces; invisible characters are not
    allowed.

    Terminal escape codes, other control characters and bidirectional overrides are rejected: a
    record is data, and nobody could see them in a review.
    """
    if text and text.isprintable() and "  " not in text and " " not in (text[0], text[-1]):
        return text  # as most texts are; no other white space is printable
    folded = " ".join(text.split())
    for char in "" if folded.isprintable() else folded:
        if char < " " or (char > "~" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"}):
            raise ValueError(f"contains the invisible character U+{ord(char):04X}; delete it")
    if not folded:
        raise ValueError("is empty; write a value or omit the field")
    return folded


def balanced(text: str) -> str:
    """Return a title: clean, with balanced braces and paired dollar signs, as LaTeX needs it."""
    title = clean(text)
    depth = 0
    for char in title if "{" in title or "}" in title else "":
        depth += (char == "{") - (char == "}")
        if depth < 0:
            break
    if depth:
        raise ValueError("has unbalanced braces; protect words as {SGD}")
    if title.count("$") % 2:
        raise ValueError(r"has a single $; close the formula, as in $\epsilon$")
    return title


def formula(text: str) -> str:
    """Return TeX as between dollar signs, without them: clean, with balanced braces."""
    text = clean(text)
    bare = re.sub(r"\\.", "", text)
    depth = 0
    for char in bare:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            break
    if depth:
        raise ValueError("has unbalanced braces")
    if "$" in bare:
        raise ValueError("has a dollar sign; the field is already mathematics, so delete it")
    if bare.endswith("\\"):
        raise ValueError("ends in a backslash; delete it")
    return text


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


def person(text: str) -> str:
    """Return a name as "Family, Given", or an organisation in braces."""
    name = clean(text)
    if is_collective(name):
        return name
    suffixed = name.count(",") == 2 and name.split(",")[1].strip() in _SUFFIXES
    if " and " in name or (name.count(",") > 1 and not suffixed):
        raise ValueError(
            f"{quoted(name)} contains more than one name; write one list item for each"
        )
    if name.lower().rstrip(".") in {"others", "et al"}:
        raise ValueError("write every author; a list that ends in 'others' is not complete")
    if " " in name and "," not in name:
        start, _, last = name.rpartition(" ")
        raise ValueError(
            f"the family name in {quoted(name)} is not marked; write "
            f"{quoted(f'{last}, {start}', LONGEST_ID)}, or {quoted(f'{{{name}}}', LONGEST_ID)} for "
            "an organisation"
        )
    if name.startswith(",") or name.endswith(","):
        raise ValueError(f"{quoted(name)} lacks a part; write 'Family, Given'")
    return name


def _full_name(text: str) -> FullName:
    return FullName(person(text))


def _arxiv_advice(text: str) -> str:
    found = re.search(rf"{ARXIV_ID}(?![0-9])", text)
    if found:
        return f"write {found[0]}"
    if len(text) == 9 and text[4] == "." and re.fullmatch(ARXIV_ID, f"{text}0"):
        return f"ids from 2015 on have five digits after the point; was it {text}0?"
    return "write it as 1703.00887 or cond-mat/9907343"


def _doi_advice(text: str) -> str:
    found = re.search(DOI, text)
    return f"write {found[0]}" if found else "write it as 10.1137/15M1024950"


def _url_advice(text: str) -> str:
    if text.startswith(("https://", "http://")):
        return "write it as the browser's address bar copies it, with %20 for a space"
    return "write it in full, from https://"


def _pages(text: str) -> str:
    if not re.fullmatch(_PAGES, text):
        found = re.fullmatch(rf"({_PAGE})\s*(?:-+|–|—|to)\s*({_PAGE})", text[:LONGEST_ID].strip())
        advice = f"{found[1]}-{found[2]}" if found else "it as 1724-1732"
        raise ValueError(f"{quoted(text)} is not a page range; write {advice}")
    first, _, last = text.partition("-")
    if first.isdigit() and last.isdigit() and int(last) < int(first):
        raise ValueError(f"{text} runs backwards; write the smaller number first, in full")
    return text


def _key_advice(_: str) -> str:
    return "write it as jin2017escape: ASCII letters and digits, joined by - _ . : +"


def _card_advice(_: str) -> str:
    return "write the work's key, a hyphen and a word: jin2017escape-pgd"


def _id_advice(text: str) -> str:
    from dltheory_bib.text.names import slug

    return f"write {slug(text) or 'words-joined-by-hyphens'}"


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


_KEY_RULE = _matching(_KEY, "a citation key", _key_advice)
PaperKey = Annotated[str, *_matching(_KEY, "a citation key", _key_advice)]
"""A citation key in Google Scholar's style, `jin2017escape`."""
TopicId = Annotated[str, *_matching(_ID, "a topic id", _id_advice)]
VenueId = Annotated[str, *_matching(_ID, "a venue id", _id_advice)]
TermId = Annotated[str, *_matching(_ID, "a term id", _id_advice)]
"""Identifies a term of the glossary."""
TrailId = Annotated[str, *_matching(_ID, "a trail id", _id_advice)]
QuestionId = Annotated[str, *_matching(_ID, "a question id", _id_advice)]
QuantityId = Annotated[str, *_matching(_ID, "a quantity id", _id_advice)]
ColumnId = Annotated[str, *_matching(_ID, "a column id", _id_advice)]
SettingId = Annotated[str, *_matching(_ID, "a setting id", _id_advice)]
AssumptionId = Annotated[str, *_matching(_ID, "an assumption id", _id_advice)]
CardId = Annotated[str, *_matching(_KEY, "the id of a card", _card_advice)]
"""The id of a result card: `jin2017escape-pgd`."""
SymbolId = Annotated[str, *_matching(SYMBOL, "a symbol id", lambda _: "write eps, d or lambda0")]
PersonId = Annotated[str, *_matching(_ID, "a person id", _id_advice)]
ArxivId = Annotated[str, *_matching(ARXIV_ID, "an arXiv id without a version", _arxiv_advice)]
Doi = Annotated[str, *_matching(DOI, "a DOI", _doi_advice)]
Pages = Annotated[str, AfterValidator(_pages), _text_schema(_PAGES)]
Url = Annotated[str, *_matching(URL, "a URL", _url_advice)]
Orcid = Annotated[str, *_matching(_ORCID, "an ORCID", lambda _: "write 0000-0002-1825-0097")]
Name = Annotated[str, AfterValidator(_full_name), _SOME_TEXT]
"""A `FullName`; a constructor takes any text."""
Text = Annotated[str, AfterValidator(clean), _SOME_TEXT]
Formula = Annotated[str, AfterValidator(formula), _SOME_TEXT]
"""TeX of mathematics, without dollar signs."""
Title = Annotated[str, AfterValidator(balanced), _SOME_TEXT]
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
