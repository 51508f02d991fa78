r"""Rules on the syntax of a .bib file: what BibTeX or biber cannot parse, or parses wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dltheory_bib.bibfile.bib_parser import BibEntry
from dltheory_bib.bibfile.matched_file import Found, MatchedFile, Rule
from dltheory_bib.errors import Level, did_you_mean
from dltheory_bib.text.names import Nearest, shortened

_OPENER = re.compile(
    r"[ \t\r\n]*,[ \t\r\n]*((?![0-9])[^\s\"#%'(),={}]+)[ \t\r\n]*=[ \t\r\n]*([{\"])"
)
_TAKEN_IN = re.compile(r",[ \t\r\n]*([A-Za-z][\w-]*)[ \t\r\n]*=[ \t\r\n]*[{\"]")
_GOES_ON = re.compile(r"[ \t\r\n]*(?:,[ \t\r\n]*[A-Za-z][\w-]*[ \t\r\n]*=|\})")
_HALF = re.compile(r",\s*([A-Za-z][\w-]*)\s*(=)?")
_REST_OF_KEY = re.compile(r"[ \t]+[^\s,={}\"#%][^,={}\"\n]*,\s*[A-Za-z][\w-]*\s*=")
_BEGINS = re.compile(r"@[ \t]*[A-Za-z]+[ \t]*[{(]")
_LINE_COMMENT = re.compile(r"[ \t]*%")
# The strings of BibTeX's standard styles: months and journals (plain.bst, MACRO).
_STRINGS = (
    "jan feb mar apr may jun jul aug sep oct nov dec acmcs acta cacm ibmjrd ibmsj ieeese "
    "ieeetc ieeetcad ipl jacm jcss scp sicomp tocs tods tog toms toois toplas tcs"
)
_KNOWN_STRINGS = frozenset(_STRINGS.split())


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
                    "warning",  # BibTeX and biber skip text between entries
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
        level: Level | None = None
        after_comma = at[1:].lstrip() if at[0] == "," else at
        if after_comma[:1] == "%":
            place += len(at) - len(after_comma)
            message = (
                "BibTeX has no comments inside an entry: it stops at this % and ignores the rest "
                "of the entry; delete the % and the text after it, or move it out of the entry"
            )
            level = "warning" if matched.dialect == "biblatex" else None  # biber skips comments
        elif field:
            place += field.start(1)
            lacks = "value" if field[2] else "= and value"
            message = f"{field[1]} has no {lacks}; write {field[1]} = {{…}}"
        elif not entry.fields and _REST_OF_KEY.match(rest):
            place = entry.key_start
            key = f"{entry.key}-{'-'.join(at.partition(',')[0].split())}"
            message = f"a key has no blanks; write {shortened(key)}"
        elif after_comma[:1].isdigit():
            place += len(at) - len(after_comma)
            shown = after_comma.partition("=")[0].strip()
            message = f"{shortened(shown)} begins with a digit, which no field does; rename it"
        elif at[0] == ",":
            message = (
                "there is no field after this comma; write name = {value}, or delete the comma"
            )
        elif re.match(r"[A-Za-z][\w-]*\s*=", at):
            message = f"a comma is missing before {at.split('=')[0].strip()}; write one"
        elif at[0] == "=" and not entry.fields:
            place = entry.key_start
            message = f"@{entry.type} has no key; write one and a comma before {entry.key}"
        else:
            shown = at.split("\n")[0][:20].strip()
            message = f"the entry cannot be parsed from {shown!r} on; write name = {{value}}"
        yield Found(place, message, level)
    for slip in file.slips:
        if slip.kind == "comma":
            message = "two commas: BibTeX expects a field after the first; delete one"
            yield Found(slip.position, message)
    for position, rule, message in file.faults:
        if rule == "syntax" and message.startswith("@"):
            yield Found(position, f"{message}; write @string{{name = {{value}}}}")


def _stopped(entry: BibEntry) -> int:
    """Return the end of the last part of an entry that could be parsed."""
    return entry.fields[-1].value_end if entry.fields else entry.key_start + len(entry.key)


def check_strays(matched: MatchedFile) -> Iterator[Found]:
    """Between entries, write no `@`: BibTeX reads an entry from it, even in a comment."""
    file = matched.file
    for slip in file.slips:
        if slip.kind == "commented":
            message = (
                "BibTeX reads this entry, because it does not know the braces of @comment; delete "
                "the entry, or its @"
            )
            yield Found(slip.position, message, "warning")
        elif slip.kind == "stray":
            line = file.text.rfind("\n", 0, slip.position) + 1
            in_comment = _LINE_COMMENT.match(file.text, line) is not None
            message = "BibTeX expects an entry after this @; delete it, or write (at)"
            if not in_comment:
                message = (
                    "BibTeX and biber expect an entry after this @, and can lose the next one; "
                    "delete it, or write (at)"
                )
            harmless = in_comment and matched.dialect == "biblatex"
            yield Found(slip.position, message, "warning" if harmless else None)


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
            message = (
                f"the key is already used in line {line}{other}; choose another one, or delete "
                "one of the two entries"
            )
            # biber tells capitals apart.
            level: Level | None = "warning" if other and matched.dialect == "biblatex" else None
            yield Found(entry.key_start, message, level)


def check_repeated_fields(matched: MatchedFile) -> Iterator[Found]:
    """Write a field once in an entry: BibTeX reads only the first, biber the last."""
    for entry in matched.file.entries:
        if len({one.name.lower() for one in entry.fields}) == len(entry.fields):
            continue
        places: dict[str, list[int]] = {}
        for one in entry.fields:
            places.setdefault(one.name.lower(), []).append(one.start)
        for name, starts in places.items():
            if len(starts) > 1:
                line = matched.file.place(starts[0])[0]
                times = "twice" if len(starts) == 2 else f"{len(starts)} times"
                message = (
                    f"{shortened(name)} is there {times}, first in line {line}; BibTeX reads the "
                    "first, biber the last; keep one"
                )
                yield Found(starts[1], message)


def check_strings(matched: MatchedFile) -> Iterator[Found]:
    """Put words in braces: a word without braces is a number or the name of a `@string`."""
    file = matched.file
    near: Nearest | None = None
    used: dict[str, list[int]] = {}
    later: dict[str, list[int]] = {}
    others = [one for one in matched.library.files if one is not file]
    theirs = {name for one in others for name in one.strings}
    own = {name: span for name, span in file.string_spans.items() if name not in theirs}
    for entry in file.entries:
        for one in entry.fields:
            if one.is_literal:
                continue
            position = one.value_start
            for kind, inside in one.parts:
                position = file.text.find(inside, position)
                name = inside.lower()
                if not kind and name not in _KNOWN_STRINGS:
                    if file.string(name) is None:
                        used.setdefault(name, []).append(position)
                    elif name in own and own[name][0] > position:
                        later.setdefault(name, []).append(position)
                position += len(inside)
    for name, positions in used.items():
        near = near or Nearest([*file.strings, *file.given, *_KNOWN_STRINGS])
        yield _unknown_string(matched, name, positions, near)
    for name, positions in later.items():
        line = file.place(file.string_spans[name][0])[0]
        message = (
            f"@string {shortened(name)} is defined below, in line {line}, so nothing is printed"
            f"{_times(positions)}; move the @string above this entry"
        )
        yield Found(positions[0], message)


def _unknown_string(matched: MatchedFile, name: str, positions: list[int], near: Nearest) -> Found:
    file, first = matched.file, positions[0]
    written = shortened(file.text[first : first + len(name)])
    if name[0].isdigit():
        message = f"BibTeX stops after the digits of {written}; write {{{written}}}"
        return Found(first, f"{message}{_times(positions)}", "error")
    hint = did_you_mean(near.to(name, 1))
    message = (
        f"no @string {written} is defined, so nothing is printed{_times(positions)}; define it "
        f"before, check the file that defines it too, or write {{{written}}}{hint}"
    )
    return Found(first, message)


def _times(positions: list[int]) -> str:
    more = len(positions) - 1
    return f" here and in {more} more {'place' if more == 1 else 'places'}" if more else ""


def check_expansion(matched: MatchedFile) -> Iterator[Found]:
    """Keep what `@string`s stand for short: BibTeX's limit for a string is 20,000 characters."""
    for position, rule, message in matched.file.faults:
        if rule == "expansion":
            yield Found(position, f"{message}; write it out, and shorter")


RULES = (
    Rule("unbalanced", "error", check_braces),
    Rule("syntax", "error", check_syntax),
    Rule("stray-at", "error", check_strays),
    Rule("repeated-key", "error", check_keys),
    Rule("expansion", "error", check_expansion),
    Rule("unknown-string", "warning", check_strings),
    Rule("repeated-field", "warning", check_repeated_fields),
)
