"""Rules on fields of entries: those that are missing, exclude each other or have a wrong form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from dltheory_bib.bibfile.entry_types import (
    NEEDED,
    STYLE_TYPES,
    TYPES,
    Needed,
    inherited,
    missing_fields,
    sort_fields,
)
from dltheory_bib.bibfile.match import ENOUGH, read_year
from dltheory_bib.bibfile.matched_file import Found, MatchedEntry, MatchedFile, Rule
from dltheory_bib.bibfile.published_version import correct_fields
from dltheory_bib.errors import did_you_mean
from dltheory_bib.text.identifiers import find_dois, is_doi
from dltheory_bib.text.names import nearest, number_order, quoted

_PAGES = re.compile(r"\s*(\d+)\s*[-–—]+\s*(\d+)\s*")
_RENAMED = {"journal": "journaltitle", "year": "date", "school": "institution"}
"""Fields of BibTeX's styles, with the names that only biblatex reads."""
_PARENTS = ("crossref", "xdata", "xref")
_VOLUMES = frozenset(
    {"book", "inbook", "incollection", "inproceedings", "conference", "proceedings"}
)
"""The types of which BibTeX's styles print a volume or a number, not both (`format.bvolume`)."""


def check_types(matched: MatchedFile) -> Iterator[Found]:
    """Use an entry type that the styles define."""
    bibtex = matched.dialect == "bibtex"
    for item in matched.entries:
        if item.kind in (STYLE_TYPES if bibtex else TYPES):
            continue
        if item.kind in TYPES:
            message = (
                f"BibTeX's standard styles do not define @{item.entry.type} and print it as @misc; "
                "write @misc"
            )
        else:
            near = did_you_mean([f"@{name}" for name in nearest(item.kind, TYPES, 1)])
            hint = near or "; @misc allows any fields"
            message = f"no style defines the type @{item.entry.type}{hint}"
        yield Found(item.entry.start, message)


def check_missing_fields(matched: MatchedFile) -> Iterator[Found]:
    """Give an entry the fields that its type needs, by `plain.bst` or biblatex's data model."""
    for item, names in _with_parents(matched):
        missing = list(missing_fields(item.kind, names, matched.dialect))
        if missing:
            renamed = _RENAMED if matched.dialect == "bibtex" else {}
            olds = {needed: renamed.get(needed[0], "") for needed in missing}
            for needed, old in olds.items():
                if old in item.values:
                    year = read_year(item.values) if old == "date" else None
                    advice = f"write year = {{{year}}}" if year else f"rename it to {needed[0]}"
                    yield Found(item.at(old), f"BibTeX does not read {old}; {advice}")
            missing = [needed for needed in missing if olds[needed] not in item.values]
        if missing:
            wanted = [" or ".join(needed) for needed in missing]
            listed = " and ".join(filter(None, [", ".join(wanted[:-1]), wanted[-1]]))
            yield Found(
                item.entry.start,
                f"@{item.entry.type} needs {listed}; write {_written(matched, item, missing)}",
            )


def check_sort_keys(matched: MatchedFile) -> Iterator[Found]:
    """For BibTeX's styles, give an entry without an author a `key`, by which it is sorted."""
    if matched.dialect != "bibtex":
        return
    for item, names in _with_parents(matched):
        sort = sort_fields(item.kind, names)
        if sort:
            listed = " or ".join([", ".join(sort[:-1]), sort[-1]])
            message = f"BibTeX's styles sort @{item.entry.type} by {listed}; write key = {{…}}"
            yield Found(item.entry.start, message)


def _with_parents(matched: MatchedFile) -> list[tuple[MatchedEntry, set[str]]]:
    """Return entries with the names of their fields, computed once for the rules that need them."""
    if matched.with_parents is None:
        matched.with_parents = list(_inheriting(matched))
    return matched.with_parents


def _inheriting(matched: MatchedFile) -> Iterator[tuple[MatchedEntry, set[str]]]:
    """Yield entries with the names of their fields and of those that they inherit; not those with a
    parent that is in another file.
    """
    known: dict[tuple[int, int], frozenset[str]] = {}
    for item in matched.entries:
        names = {name for name, value in item.values.items() if value}
        parents = [name for name in _PARENTS if name in names]
        if matched.dialect == "bibtex":
            parents = [name for name in parents if name == "crossref"]
        unknown = False
        for field in parents:
            for key in filter(None, item.values[field].split(",")):
                found = matched.library.find(key)
                if found is None:
                    unknown = True
                    continue
                file, entry = found
                place = id(file), entry.start
                if place not in known:
                    values = inherited(file.values(entry), matched.dialect)
                    known[place] = NEEDED.intersection(name for name in values if values[name])
                names |= known[place]
        if unknown:
            if matched.dialect == "biblatex":
                continue
            names.discard("crossref")  # as BibTeX does
        yield item, names


def _written(matched: MatchedFile, item: MatchedEntry, missing: list[Needed]) -> str:
    """Return the missing fields with the values of the catalogue, as far as it has them."""
    known = matched.target(item.match.paper)[1] if item.match else {}
    found = [next((name for name in needed if name in known), "") for needed in missing]
    if item.match and not all(found):  # it is a work of another type
        kind = matched.target(item.match.paper)[0]
        if kind != item.kind and item.match.confidence >= ENOUGH:
            return correct_fields(matched, item.match.paper)
    if not item.match and item.kind == "article" and missing == [("journal",)]:
        ids = [value for by, value in item.read.ids if by == "eprint"]
        if ids:
            return f"@misc, or journal = {{arXiv preprint arXiv:{ids[0]}}}"
    parts = [
        f"{name} = {{{known[name]}}}" if name else f"{needed[0]} = {{…}}"
        for name, needed in zip(found, missing, strict=True)
    ]
    return ", ".join(parts)


def check_ignored_fields(matched: MatchedFile) -> Iterator[Found]:
    """Do not give BibTeX's styles two fields of which they print one, or one that needs another."""
    if matched.dialect != "bibtex":
        return
    for item, names in _with_parents(matched):
        place, kind = item.entry.start, item.entry.type
        alone = "crossref" not in names
        if item.kind in _VOLUMES and alone and "number" in names:
            if "volume" in names:
                message = (
                    f"of volume and number BibTeX's styles print one in @{kind}; delete number"
                )
                yield Found(item.at("number"), message)
            elif "series" not in names:
                message = f"in @{kind} a number is that of a book in a series; write series = {{…}}"
                yield Found(item.at("number"), f"{message}, or delete number")
        if item.kind == "article" and alone and "number" in names and "volume" not in names:
            message = "BibTeX's styles print a number after its volume; write volume = {…}"
            yield Found(item.at("number"), message)
        if item.kind in {"book", "inbook"} and alone and {"author", "editor"} <= names:
            message = f"of author and editor BibTeX's styles print one in @{kind}; delete editor"
            yield Found(item.at("editor"), message)
        if "month" in names and "year" not in names and item.kind in STYLE_TYPES:
            message = "BibTeX's styles print a month with its year; write year = {…}"
            yield Found(item.at("month") if "month" in item.values else place, message)


def check_pages(matched: MatchedFile) -> Iterator[Found]:
    """Write pages from the smaller number to the larger."""
    for item in matched.entries:
        found = _PAGES.fullmatch(item.values.get("pages", ""))
        if not found:
            continue
        first, last = found[1], found[2]
        # 1724--32 is short for 1724--1732.
        whole = first[: max(len(first) - len(last), 0)] + last
        if number_order(whole) < number_order(first):
            message = f"the last page, {quoted(last)}, is before the first, {quoted(first)}"
            yield Found(item.at("pages"), f"{message}; look the pages up and correct them")


def check_doi(matched: MatchedFile) -> Iterator[Found]:
    """Write the bare DOI in `doi`: `10.`, a number, a slash and a name, not a URL."""
    for item in matched.entries:
        value = item.values.get("doi", "")
        if not value or is_doi(value):
            continue
        found = find_dois(unquote(value))
        if found:
            message = f"write only the DOI: doi = {{{found[0]}}}"
        else:
            message = (
                f"{quoted(value)} is not a DOI; a DOI begins with 10., a number and a slash; "
                "delete it"
            )
        yield Found(item.at("doi"), message)


def check_doi_twice(matched: MatchedFile) -> Iterator[Found]:
    """Do not repeat the DOI in `url`: every style that prints the DOI links it."""
    for item in matched.entries:
        dois = {one.lower() for one in find_dois(item.values.get("doi", ""))}
        url = item.values.get("url", "")
        if "doi.org/" in url and dois.intersection(map(str.lower, find_dois(unquote(url)))):
            yield Found(item.at("url"), "url repeats the DOI; delete url")


RULES = (
    Rule("wrong-doi", "warning", check_doi),
    Rule("reversed-pages", "warning", check_pages),
    Rule("missing-field", "warning", check_missing_fields),
    Rule("unknown-type", "warning", check_types),
    Rule("ignored-field", "warning", check_ignored_fields),
    Rule("doi-as-url", "warning", check_doi_twice),
)
SORTING = (Rule("sort-key", "warning", check_sort_keys),)
