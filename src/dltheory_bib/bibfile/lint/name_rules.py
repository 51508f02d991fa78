"""Rules on lists of names: what BibTeX or biber reject in `author` and `editor`, or misread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dltheory_bib.bibfile.matched_file import Found, MatchedEntry, MatchedFile, Rule
from dltheory_bib.bibfile.name_list import Fault, NameFault, name_faults
from dltheory_bib.errors import Level
from dltheory_bib.text.names import quoted

_FIELDS = ("author", "editor")
_OTHERS = re.compile(r"\band\s+others\s*$|,?\s*(?:\band\s+)?\bet\.?\s*al\b\.?,?", re.IGNORECASE)
_SIGNS = ("others", "et al", "et. al", "et.al", "etal")
_MOST = 30
"""Nobody writes the names of a larger collaboration in full."""
_LONGEST = 200

# What is wrong, and the level in BibTeX and in biblatex.
_FAULTS: Mapping[Fault, tuple[str, Level, Level]] = {
    "trailing-comma": ("{name} ends in a comma, which BibTeX rejects", "error", "warning"),
    "commas": ("{name} has more than two commas, so BibTeX and biber reject it", "error", "error"),
    "empty": ("there is no name between two `and`s; biber skips the entry", "error", "error"),
    "outer-and": (
        "an `and` at the start or the end is read as part of a name",
        "warning",
        "warning",
    ),
    "family": ("{name} has no family name before its comma; biber stops at it", "error", "error"),
    "semicolon": ("{name} is read as one name, because of the semicolon", "warning", "warning"),
    "ampersand": ("{name} is read as one name, because of the &", "warning", "warning"),
    "extended": (
        "{name} is in a form that only biber reads, so BibTeX rejects it",
        "error",
        "warning",
    ),
    "suffix": (
        "what is between the two commas of {name} is read as a suffix such as Jr.",
        "warning",
        "warning",
    ),
}
_ADVICE: Mapping[Fault, str] = {
    "trailing-comma": "delete the comma",
    "commas": "write and between names",
    "empty": "delete one and",
    "outer-and": "delete it",
    "family": "write the family name, or no comma",
    "semicolon": "write and between names",
    "ampersand": "write and between names, or braces around the name of an organisation",
    "suffix": "write and between names",
    "extended": "write Family, Given",
}


def check_names(matched: MatchedFile) -> Iterator[Found]:
    """Separate names by `and`, and write each as `Family, Given` or `Given Family`."""
    for item in matched.entries:
        for field in _FIELDS:
            value = item.values.get(field, "")
            if value:
                for fault in name_faults(value):
                    if fault.kind != "extended" or matched.dialect == "bibtex":
                        yield _found(matched, item, field, fault)


def _found(matched: MatchedFile, item: MatchedEntry, field: str, fault: NameFault) -> Found:
    text, bibtex, biblatex = _FAULTS[fault.kind]
    advice = _ADVICE[fault.kind]
    if fault.write and len(fault.write) <= _LONGEST:
        advice = f"{advice}: {fault.write}" if "between" in advice else f"write {fault.write}"
    if fault.kind == "ampersand":
        advice = _ADVICE["ampersand"]
    message = f"{field}: {text.format(name=quoted(fault.name, _LONGEST))}; {advice}"
    level = bibtex
    if matched.dialect == "biblatex":
        level = biblatex
    elif biblatex != "error" and not _is_printed(item, field):
        level = "warning"
    return Found(item.at(field), message, level)


def _is_printed(item: MatchedEntry, field: str) -> bool:
    """Return whether BibTeX's styles print a list of names, and so report its faults."""
    if field == "author":
        return item.kind != "proceedings"
    if item.kind in {"book", "inbook"}:
        return not item.values.get("author")
    return item.kind in {"incollection", "inproceedings", "conference", "proceedings"}


def check_others(matched: MatchedFile) -> Iterator[Found]:
    """End a list of names with `and others`, not `et al.`; name all authors that are known."""
    for item in matched.entries:
        names = item.values.get("author", "")
        lower = names.lower()
        if not any(sign in lower for sign in _SIGNS):
            continue
        found = _OTHERS.search(names)
        if found is None:
            continue
        proper = "others" in found[0].lower()
        ours = item.match.paper.author if item.match else ()
        rest = ours[len(item.families) :] if proper else ours
        if rest and len(ours) <= _MOST:
            shown = " and ".join(rest[:3])
            more = f" and {len(rest) - 3} more" if len(rest) > 3 else ""
            message = f"write the missing names: {shown}{more}"
        elif proper:
            continue
        else:
            message = "BibTeX reads it as a name; write all the names, or end with: and others"
        yield Found(item.at("author"), f'the authors end in "{found[0].strip(", ")}"; {message}')


RULES = (
    Rule("bad-name", "error", check_names),
    Rule("and-others", "warning", check_others),
)
