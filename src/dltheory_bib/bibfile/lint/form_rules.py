r"""Rules on the form of a .bib file: syntax that BibTeX, biber or LaTeX cannot handle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from dltheory_bib.bibfile.bib_parser import BibEntry
from dltheory_bib.bibfile.entry_types import NEEDED, TYPES, inherited, missing_fields
from dltheory_bib.bibfile.matched_file import Found, MatchedEntry, MatchedFile, Rule
from dltheory_bib.errors import did_you_mean
from dltheory_bib.text.identifiers import find_dois, is_doi
from dltheory_bib.text.names import Nearest, nearest, number_order, quoted, shortened

_OPENER = re.compile(r"[ \t\r\n]*,[ \t\r\n]*([^\s\"#%'(),={}]+)[ \t\r\n]*=[ \t\r\n]*([{\"])")
_TAKEN_IN = re.compile(r",[ \t\r\n]*([A-Za-z][\w-]*)[ \t\r\n]*=[ \t\r\n]*[{\"]")
_GOES_ON = re.compile(r"[ \t\r\n]*(?:,[ \t\r\n]*[A-Za-z][\w-]*[ \t\r\n]*=|\})")
_HALF = re.compile(r",\s*([A-Za-z][\w-]*)\s*(=)?")
_BEGINS = re.compile(r"@[ \t]*[A-Za-z]+[ \t]*[{(]")
_PAGES = re.compile(r"\s*(\d+)\s*[-–—]+\s*(\d+)\s*")
_PARENTS = ("crossref", "xdata", "xref")
_LONGEST_NUMBER = 20
# The strings of BibTeX's standard styles: months and journals (plain.bst, MACRO).
_STRINGS = (
    "jan feb mar apr may jun jul aug sep oct nov dec acmcs acta cacm ibmjrd ibmsj ieeese "
    "ieeetc ieeetcad ipl jacm jcss scp sicomp tocs tods tog toms toois toplas tcs"
)


def check_braces(matched: MatchedFile) -> Iterator[Found]:
    """Close every brace and quotation mark exactly once.

    BibTeX takes the text after an open one into the value, to the end of the file.
    """
    file = matched.file
    for entry in file.entries:
        if entry.whole:
            if _GOES_ON.match(file.text, entry.end):
                yield Found(
                    entry.closing,
                    f"this {file.text[entry.closing]} ends the entry, so the text after it is "
                    "ignored; delete a closing brace before it",
                )
            continue
        position = _stopped(entry)
        opener = _OPENER.match(file.text, position)
        taken = (
            _TAKEN_IN.search(file.text, entry.fields[-1].value_start, position)
            if entry.fields
            else None
        )
        at = file.text[position : position + 200].lstrip()
        if opener:
            close = "}" if opener[2] == "{" else '"'
            yield Found(
                opener.start(2),
                f"the {opener[2]} that opens {opener[1]} is not closed; write {close} at the "
                "end of the value",
            )
        elif taken and (not at or _BEGINS.match(at)):
            message = (
                f"{entry.fields[-1].name} includes {taken[1]}; write }} at the end of its value"
            )
            yield Found(entry.fields[-1].value_start, message)
        elif not at or _BEGINS.match(at):
            yield Found(entry.start, "the entry is not closed; write } at its end")
    for position, rule, message in file.faults:
        if rule == "unbalanced" and message.startswith("@"):
            yield Found(position, f"{message}; write }} at its end")


def check_syntax(matched: MatchedFile) -> Iterator[Found]:
    """Write an entry as `@type{key, field = value, …}`, with all its signs and delimiters."""
    file = matched.file
    for entry in file.entries:
        if not entry.key and entry.type.lower() not in {"set", "xdata"}:
            yield Found(entry.start, f"@{entry.type} has no key; write one after its brace")
        if entry.whole:
            continue
        position = _stopped(entry)
        rest = file.text[position : position + 200]
        at = rest.lstrip()
        if _OPENER.match(file.text, position) or not at or _BEGINS.match(at):
            continue  # reported with the braces
        place = position + len(rest) - len(at)
        field = _HALF.match(at)
        if field:
            place += field.start(1)
            lacks = "value" if field[2] else "= and value"
            message = f"{field[1]} has no {lacks}; write {field[1]} = {{…}}"
        elif at[0] == ",":
            message = (
                "there is no field after this comma; write name = {value}, or delete the comma"
            )
        elif re.match(r"[A-Za-z][\w-]*\s*=", at):
            message = f"a comma is missing before {at.split('=')[0].strip()}; write one"
        else:
            shown = at.split("\n")[0][:20].strip()
            message = f"the entry cannot be parsed from {shown!r} on; write name = {{value}}"
        yield Found(place, message)
    for position, rule, message in file.faults:
        if rule == "syntax" and message.startswith("@"):
            yield Found(position, f"{message}; write @string{{name = {{value}}}}")


def _stopped(entry: BibEntry) -> int:
    """Return the end of the last part of an entry that could be parsed."""
    return entry.fields[-1].value_end if entry.fields else entry.key_start + len(entry.key)


def check_keys(matched: MatchedFile) -> Iterator[Found]:
    """Use a key for one entry; for BibTeX `Jin2017` and `jin2017` are the same key."""
    seen: dict[str, BibEntry] = {}
    for entry in matched.file.entries:
        if not entry.key:
            continue
        first = seen.setdefault(entry.key.lower(), entry)
        if first is not entry:
            line = matched.file.place(first.start)[0]
            other = "" if first.key == entry.key else f" as {first.key}"
            yield Found(
                entry.key_start,
                f"the key is already used in line {line}{other}; choose another one, or delete "
                "one of the two entries",
            )


def check_repeated_fields(matched: MatchedFile) -> Iterator[Found]:
    """Write a field once in an entry: BibTeX reads only the first, biber the last."""
    for entry in matched.file.entries:
        lines: dict[str, int] = {}
        if len({one.name.lower() for one in entry.fields}) == len(entry.fields):
            continue
        for one in entry.fields:
            name = one.name.lower()
            if name in lines:
                line = matched.file.place(lines[name])[0]
                message = f"{name} is already in line {line}; delete one of the two"
                yield Found(one.start, message)
            lines.setdefault(name, one.start)


def check_types(matched: MatchedFile) -> Iterator[Found]:
    """Use an entry type that BibTeX's styles or biblatex support."""
    for item in matched.entries:
        if item.kind not in TYPES:
            near = did_you_mean([f"@{name}" for name in nearest(item.kind, TYPES, 1)])
            hint = near or "; @misc allows any fields"
            yield Found(item.entry.start, f"no style supports the type @{item.entry.type}{hint}")


def check_missing_fields(matched: MatchedFile) -> Iterator[Found]:
    """Give an entry the fields that its type needs, by `plain.bst` or biblatex's data model."""
    by_key = {item.entry.key.lower(): item for item in matched.entries}
    known: dict[str, frozenset[str]] = {}
    for item in matched.entries:
        names = {name for name, value in item.values.items() if value}
        parents = [name for name in _PARENTS if name in item.values]
        if parents:
            inherits = _inherited(item, by_key, known)
            if inherits is None:
                continue  # the parent is in another file
            names |= inherits
        for needed in missing_fields(item.kind, names, matched.dialect):
            yield Found(item.entry.start, _lacks(matched, item, needed))


def _inherited(
    item: MatchedEntry, by_key: dict[str, MatchedEntry], known: dict[str, frozenset[str]]
) -> set[str] | None:
    """Return the names of the fields that the parents of an entry give it; None if one is in
    another file. `known` are those of the parents so far.
    """
    names: set[str] = set()
    for field in _PARENTS:
        for key in filter(None, item.values.get(field, "").lower().split(",")):
            parent = by_key.get(key.strip())
            if parent is None:
                return None
            if key not in known:
                known[key] = frozenset(inherited(parent.values)) & NEEDED
            names |= known[key]
    return names


def _lacks(matched: MatchedFile, item: MatchedEntry, needed: tuple[str, ...]) -> str:
    wanted = " or ".join(needed)
    name = needed[0]
    if item.match:
        known = matched.target(item.match.paper)[1]
        name = next((one for one in needed if one in known), name)
    value = known[name] if item.match and name in known else "…"
    return f"@{item.entry.type} needs {wanted}; write {name} = {{{value}}}"


def check_strings(matched: MatchedFile) -> Iterator[Found]:
    """Put words in braces: a word without braces is a number or the name of a `@string`."""
    known = matched.file.strings.keys() | set(_STRINGS.split())
    near = Nearest(matched.file.strings)
    for entry in matched.file.entries:
        for one in entry.fields:
            if one.parts[0][0] in ("{", '"', "0") and len(one.parts) == 1:
                continue
            position = one.value_start
            for kind, inside in one.parts:
                position = matched.file.text.find(inside, position)
                if not kind and inside.lower() not in known:
                    name = shortened(inside)
                    message = (
                        f"there is no @string {name}, so nothing is printed; write "
                        f"{{{name}}}{did_you_mean(near.to(inside, 1))}"
                    )
                    yield Found(position, message)
                position += len(inside)


def check_expansion(matched: MatchedFile) -> Iterator[Found]:
    """Keep what `@string`s stand for short: BibTeX's limit for a string is 20,000 characters."""
    for position, rule, message in matched.file.faults:
        if rule == "expansion":
            yield Found(position, f"{message}; write it out, and shorter")


def check_others(matched: MatchedFile) -> Iterator[Found]:
    """List all authors; the style writes "et al."."""
    for item in matched.entries:
        names = item.values.get("author", "")
        lower = names.lower()
        if "others" not in lower and "et al" not in lower:
            continue
        found = re.search(r"\band\s+others\s*$|,?\s*(?:\band\s+)?\bet\.?\s*al\b\.?", names, re.I)
        if found is None:
            continue
        ours = item.match.paper.author if item.match else ()
        rest = ours[len(item.families) :] if "others" in found[0].lower() else ours
        if rest:
            shown = " and ".join(rest[:3])
            more = f" and {len(rest) - 3} more" if len(rest) > 3 else ""
            message = f"write the missing names: {shown}{more}"
        elif "others" in found[0].lower():
            message = "write all the names; the style shortens them"
        else:
            message = "BibTeX treats it as a name; write all the names, or end with: and others"
        yield Found(item.at("author"), f'the authors end in "{found[0].strip(", ")}"; {message}')


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
            write = f"write {whole}--{first}" if len(first) <= _LONGEST_NUMBER else "exchange them"
            message = f"pages run backwards; {write}"
            yield Found(item.at("pages"), message)


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
    Rule("unbalanced", "error", check_braces),
    Rule("syntax", "error", check_syntax),
    Rule("repeated-key", "error", check_keys),
    Rule("repeated-field", "error", check_repeated_fields),
    Rule("unknown-type", "warning", check_types),
    Rule("missing-field", "error", check_missing_fields),
    Rule("unknown-string", "warning", check_strings),
    Rule("expansion", "error", check_expansion),
    Rule("and-others", "warning", check_others),
    Rule("reversed-pages", "error", check_pages),
    Rule("wrong-doi", "error", check_doi),
    Rule("doi-as-url", "warning", check_doi_twice),
)
