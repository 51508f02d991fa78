"""Split the value of `author` or `editor` into names, and find what BibTeX or biber reject in them.

The rules are those of the WEB source of BibTeX 0.99d (sections "name_scan_for_and" and "Isolate the
desired name"): names are separated by the word "and" between white space, in any case and outside
braces; a name has at most two commas outside braces, and none at its end.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Fault = Literal[
    "trailing-comma",
    "commas",
    "empty",
    "outer-and",
    "family",
    "semicolon",
    "ampersand",
    "suffix",
    "extended",
]

_BRACES = re.compile(r"[{}]")
_AND = re.compile(r"(?<=\s)and(?=\s)", re.IGNORECASE)
# The form of names that only biber reads ("Extended Name Format" of its manual).
_EXTENDED = re.compile(r"\b(given|family|prefix|suffix)\s*=\s*([^,]*)")
_AMPERSAND = re.compile(r"\s\\?&\s")
_SUFFIX = re.compile(
    r"(?:jr|jnr|sr|snr|junior|senior|[ivx]+|\d(?:st|nd|rd|th)|ph\.? ?d|m\.? ?d|esq|s\.? ?j|fils"
    r"|neto|filho|j|jun|sen)\.?",
    re.IGNORECASE,
)
_SEPARATORS = " \t\r\n~-"
_NUL = "\0"


class NameFault(NamedTuple):
    """A fault in a list of names."""

    kind: Fault
    name: str
    """The name with the fault."""
    write: str
    """What to write in its place; empty if that cannot be told."""


def outside_braces(text: str) -> str:
    """Return a text with braces and their contents replaced by as many null characters."""
    if "{" not in text:
        return text
    made, depth, last = [], 0, 0
    for brace in _BRACES.finditer(text):
        if brace[0] == "{":
            if depth == 0:
                made.append(text[last : brace.start()])
                last = brace.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                made.append(_NUL * (brace.end() - last))
                last = brace.end()
    rest = text[last:]
    return "".join([*made, _NUL * len(rest) if depth else rest])


def split_names(value: str) -> list[str]:
    """Return the names of a list, without the space around them.

    >>> split_names("Vale, Ana AND {Quint and Sons}")
    ['Vale, Ana', '{Quint and Sons}']
    """
    return [value[start:end].strip() for start, end in _spans(value, outside_braces(value))]


def _spans(value: str, bare: str) -> list[tuple[int, int]]:
    spans, last = [], 0
    for found in _AND.finditer(bare):
        spans.append((last, found.start()))
        last = found.end()
    spans.append((last, len(value)))
    return spans


def name_faults(value: str) -> list[NameFault]:
    """Return the faults of a list of names, the first of each kind.

    >>> name_faults("Vale, Ana, and Quint, Bo")
    [NameFault(kind='trailing-comma', name='Vale, Ana,', write='Vale, Ana')]
    >>> name_faults("Vale, Ana and Quint, Jr., Bo and {Rook; Sons, Ltd.}")
    []
    """
    bare = outside_braces(value)
    found: dict[Fault, NameFault] = {}
    has_signs = any(sign in bare for sign in ";&=")
    for start, end in _spans(value, bare):
        # Most names are fine, so this costs little for them.
        if start < end and not has_signs and bare.count(",", start, end) < 2:
            one = bare[start:end].strip(_SEPARATORS)
            if one and one[0] != "," and one[-1] != ",":
                continue
        fault = _fault(value[start:end].strip(), bare[start:end].strip(), value)
        if fault:
            found.setdefault(fault.kind, fault)
    if bare[:4].lower() == "and " or bare[-4:].lower() == " and":
        found.setdefault("outer-and", NameFault("outer-and", value, ""))
    return list(found.values())


def _fault(name: str, bare: str, value: str) -> NameFault | None:
    if "=" in bare and _EXTENDED.search(bare):
        return NameFault("extended", name, _unextended(name))
    inner = bare.strip(_SEPARATORS)
    if not inner:
        return NameFault("empty", value, "")
    if inner.startswith(","):
        given = name.strip(_SEPARATORS + ",")
        return NameFault("family", name, given)
    if inner.endswith(","):
        return NameFault("trailing-comma", name, name.rstrip(_SEPARATORS + ","))
    if ";" in bare and not re.search(r"&#?\w+;", bare):
        names = [part.strip(_SEPARATORS + ",") for part in name.split(";")]
        return NameFault("semicolon", name, " and ".join(filter(None, names)))
    if _AMPERSAND.search(bare):
        names = [part.strip(_SEPARATORS + ",") for part in _AMPERSAND.split(name)]
        return NameFault("ampersand", name, " and ".join(filter(None, names)))
    parts = _at_commas(name, bare)
    if len(parts) > 3:
        return NameFault("commas", name, _separated(parts))
    if len(parts) == 3 and not _SUFFIX.fullmatch(parts[1].replace("{", "").replace("}", "")):
        return NameFault("suffix", name, _separated(parts))
    return None


def _unextended(name: str) -> str:
    parts = {found[1]: found[2].strip(' "') for found in _EXTENDED.finditer(name)}
    prefix, family = parts.get("prefix", ""), parts.get("family", "")
    whole = f"{prefix}{family}" if prefix.endswith("'") else f"{prefix} {family}".strip()
    after = [parts[one] for one in ("suffix", "given") if parts.get(one)]
    return ", ".join([whole, *after]) if whole else ""


def _at_commas(name: str, bare: str) -> list[str]:
    parts, last = [], 0
    for found in re.finditer(",", bare):
        parts.append(name[last : found.start()].strip())
        last = found.end()
    return [*parts, name[last:].strip()]


def _separated(parts: list[str]) -> str:
    """Return the names that commas separate, if they are all in one order."""
    parts = [re.sub(r"^(?:and|\\?&)\s+", "", part) for part in parts if part]
    if all(" " in part for part in parts):
        return " and ".join(parts)
    pairs = zip(parts[::2], parts[1::2], strict=False)
    return "" if len(parts) % 2 else " and ".join(f"{one}, {given}" for one, given in pairs)
