"""The rule of each kind of value, kept on its type.

Each type is an ordinary `str` that carries a `Rule`. A rule takes the text as it stands in the YAML
and gives the value, or raises `ValueError` with a message that says what to write instead. Pydantic
finds the rules by protocol, so reading a record back from a snapshot never imports pydantic.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from dltheory_bib.text.identifiers import ARXIV_ID, DOI, URL
from dltheory_bib.text.names import is_collective, quoted

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core.core_schema import CoreSchema

FIRST_YEAR, LAST_YEAR = 1600, 2100

_KEY = r"[A-Za-z][A-Za-z0-9]*(?:[-_.:+][A-Za-z0-9]+)*"
_ID = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_SUFFIXES = frozenset({"Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV"})
_PAGE = r"[A-Za-z]*[0-9]{1,12}(?::[0-9]{1,12})?"
_PAGES = rf"{_PAGE}(?:-{_PAGE})?"
_ORCID = r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]"
_SYMBOL = r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*"
_LONGEST = 200
"""Characters: nobody types a longer id, and searching one for advice could take for ever."""


class Rule:
    """A rule on a text, as pydantic and JSON Schema see it."""

    def __init__(self, apply: Callable[[str], str], pattern: str = "") -> None:
        self.apply = apply
        self.pattern = pattern

    def __get_pydantic_core_schema__(
        self, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Run the rule after pydantic has made sure that the value is a string."""
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self.apply, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Say the pattern, so that an editor can check it while one types."""
        described = dict(handler(schema))
        if self.pattern:
            described["pattern"] = f"^{self.pattern}$"
        else:
            described["minLength"] = 1
        return described


def _matching(pattern: str, what: str, advice: Callable[[str], str]) -> Rule:
    def apply(text: str) -> str:
        # re keeps compiled patterns; compiling them at import would be for nothing in most commands
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{quoted(text)} is not {what}; {advice(text[:_LONGEST])}")
        return text

    return Rule(apply, pattern)


def clean(text: str) -> str:
    """A text with its white space folded to single blanks; nothing invisible may be in it.

    Terminal escape codes, other control characters and bidirectional overrides are refused: a
    record is data, and nobody could see them in a review.
    """
    folded = " ".join(text.split())
    for char in "" if folded.isprintable() else folded:
        if char < " " or (char > "~" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"}):
            raise ValueError(f"holds the invisible character U+{ord(char):04X}; delete it")
    if not folded:
        raise ValueError("is empty; write a value or leave the field out")
    return folded


def balanced(text: str) -> str:
    """A title: clean, with balanced braces and paired dollar signs, as LaTeX needs it."""
    title = clean(text)
    depth = 0
    for char in title:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            break
    if depth:
        raise ValueError("has braces that do not balance; protect words as {SGD}")
    if title.count("$") % 2:
        raise ValueError(r"has a single $; mathematics stands between two, as in $\epsilon$")
    return title


def formula(text: str) -> str:
    """TeX between dollar signs, without them: clean, with balanced braces."""
    said = clean(text)
    bare = re.sub(r"\\.", "", said)
    depth = 0
    for char in bare:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            break
    if depth:
        raise ValueError("has braces that do not balance")
    if "$" in bare:
        raise ValueError("has a dollar sign; it is mathematics as it stands")
    if bare.endswith("\\"):
        raise ValueError("ends in a backslash; delete it")
    return said


def person(text: str) -> str:
    """A name as "Family, Given", or an organisation in braces."""
    name = clean(text)
    if is_collective(name):
        return name
    suffixed = name.count(",") == 2 and name.split(",")[1].strip() in _SUFFIXES
    if " and " in name or (name.count(",") > 1 and not suffixed):
        raise ValueError(f"{quoted(name)} holds more than one name; write one list item for each")
    if name.lower().rstrip(".") in {"others", "et al"}:
        raise ValueError("write every author; a list that ends in 'others' is not complete")
    if " " in name and "," not in name:
        start, _, last = name.rpartition(" ")
        raise ValueError(
            f"{quoted(name)} does not say which part is the family name; write "
            f"{quoted(f'{last}, {start}', _LONGEST)}, "
            f"or {quoted(f'{{{name}}}', _LONGEST)} for an organisation"
        )
    if name.startswith(",") or name.endswith(","):
        raise ValueError(f"{quoted(name)} lacks a part; write 'Family, Given'")
    return name


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
        return "write it as the browser's address line copies it, with %20 for a blank"
    return "write it in full, from https://"


def _pages(text: str) -> str:
    if not re.fullmatch(_PAGES, text):
        found = re.fullmatch(rf"({_PAGE})\s*(?:-+|–|—|to)\s*({_PAGE})", text[:_LONGEST].strip())
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


PaperKey = Annotated[str, _matching(_KEY, "a citation key", _key_advice)]
"""A citation key in Google Scholar's style, `jin2017escape`."""
TopicId = Annotated[str, _matching(_ID, "a topic id", _id_advice)]
VenueId = Annotated[str, _matching(_ID, "a venue id", _id_advice)]
TrailId = Annotated[str, _matching(_ID, "a trail id", _id_advice)]
QuestionId = Annotated[str, _matching(_ID, "a question id", _id_advice)]
QuantityId = Annotated[str, _matching(_ID, "a quantity id", _id_advice)]
ColumnId = Annotated[str, _matching(_ID, "a column id", _id_advice)]
AssumptionId = Annotated[str, _matching(_ID, "an assumption id", _id_advice)]
CardId = Annotated[str, _matching(_KEY, "the id of a card", _card_advice)]
"""The id of a result card: `jin2017escape-pgd`."""
SymbolId = Annotated[str, _matching(_SYMBOL, "a symbol id", lambda _: "write eps, d or lambda0")]
PersonId = Annotated[str, _matching(_ID, "a person id", _id_advice)]
ArxivId = Annotated[str, _matching(ARXIV_ID, "an arXiv id without a version", _arxiv_advice)]
Doi = Annotated[str, _matching(DOI, "a DOI", _doi_advice)]
Pages = Annotated[str, Rule(_pages, _PAGES)]
Url = Annotated[str, _matching(URL, "a URL", _url_advice)]
Orcid = Annotated[str, _matching(_ORCID, "an ORCID", lambda _: "write 0000-0002-1825-0097")]
Name = Annotated[str, Rule(person)]
Text = Annotated[str, Rule(clean)]
Formula = Annotated[str, Rule(formula)]
"""TeX of mathematics, without dollar signs."""
Title = Annotated[str, Rule(balanced)]
