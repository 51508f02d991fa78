r"""Rules on the characters of a .bib file: capitals, special characters, encodings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from dltheory_bib.bibfile.entry_types import KEEP_CAPITALS
from dltheory_bib.bibfile.matched_file import (
    Found,
    MatchedEntry,
    MatchedFile,
    Rule,
    blotted,
    literals,
)
from dltheory_bib.bibfile.name_list import outside_braces
from dltheory_bib.input_files import label, legible

_INNER_CAPITAL = re.compile(r"(?<![\w\\])[^\W_]*[^\W_][A-Z][^\W_]*")
_AFTER_COLON = re.compile(r":\s+")
_GROUP = re.compile(r"\{([^{}$]+)\}")
_MATHS = re.compile(r"\\(?:[A-Za-z]+|.)|\$[^$]*\$", re.DOTALL)
_HIDDEN = re.compile(
    r"\\(?:url|path|doi|nolinkurl)\s*\{[^{}]*\}|\\href\s*\{[^{}]*\}|\\[^A-Za-z]|\$[^$]*\$",
    re.DOTALL,
)
_SPECIAL = re.compile(r"[%&_#$]")
_LETTER = re.compile(r"[^\W\d_]")
_SPACE = re.compile(r"\s")
_URL = re.compile(r"https?://")
_TOKEN = re.compile(r"\S+")
_NONE: Counter[str] = Counter()
_WHY = {
    "%": "LaTeX treats the text after % as a comment",
    "&": "LaTeX treats & as the end of a table cell, an error outside tables",
    "_": "LaTeX reports an error for _ outside mathematics",
    "#": "LaTeX reports an error for #",
}
_FIELDS = (
    "title subtitle titleaddon booktitle booksubtitle maintitle journal journaltitle author "
    "editor translator publisher series volume number pages note addendum howpublished address "
    "location organization institution school edition type chapter eventtitle"
)
_PRINTED = frozenset(_FIELDS.split())
_LETTERS = re.compile("[^\x00-\x7f\udc80-\udcff\ufeff]")
_SURROGATES = re.compile("[\udc80-\udcff]+")
# The first bytes of UTF-8's two- and three-byte letters, read as Windows-1252, and their possible
# successors.
_FOLLOWING = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LEADING = "ÂÃÄÅÎÏÐÑ"
_MOJIBAKE = re.compile(f"(?:[{_LEADING}][{_FOLLOWING}]|â[{_FOLLOWING}]{{2}}|ï¿½)+")
_AROUND = 40
_LOST = "\N{REPLACEMENT CHARACTER}"


def check_capitals(matched: MatchedFile) -> Iterator[Found]:
    """Put words of a title that must keep their capitals in braces: `{ReLU}`, `{Gaussian}`.

    For works of the catalogue these words are known; for others they are the words with a capital
    after their first letter.
    """
    for item in matched.entries:
        one = item.entry.get("title")
        if one is None or (matched.dialect == "bibtex" and item.kind in KEEP_CAPITALS):
            continue
        words = _protected_words(item)
        for start, text in literals(matched.file, one):
            if not words and not _INNER_CAPITAL.search(text):
                continue
            bare = outside_braces(text)
            if not words and not _INNER_CAPITAL.search(bare):
                continue
            bare = blotted(bare, _MATHS)
            if len(bare) > 12 and bare.upper() == bare and _has_words(bare):
                message = "the title is in capitals; write it as printed, with {…} around acronyms"
                yield Found(start, message)
                continue
            lost = _lost(text, bare, words, first=start == item.at("title"))
            if lost:
                names = [name for _, name in lost]
                braced = ", ".join(f"{{{name}}}" for name in names)
                verb = "loses its" if len(names) == 1 else "lose their"
                message = f"{_listed(names)} {verb} capitals in most styles; write {braced}"
                yield Found(start + lost[0][0], message)


def _has_words(text: str) -> bool:
    letter = _LETTER.search(text)
    return letter is not None and _SPACE.search(text, letter.end()) is not None


def _protected_words(item: MatchedEntry) -> Counter[str]:
    """Return the words that the catalogue protects in the title of this work, with their counts."""
    if item.match is None:
        return _NONE
    found: Counter[str] = Counter()
    paper = item.match.paper
    for title in (paper.title, *(one.title for one in paper.versions if one.title)):
        groups = _GROUP.findall(title)
        found |= Counter(word for group in groups for word in group.split())
    return found


def _lost(text: str, bare: str, words: Counter[str], first: bool) -> list[tuple[int, str]]:
    """Return the words outside braces whose capitals would be lost, with their positions.

    Styles keep the first letter of a title, and after a colon and a space (`change.case$`).
    """
    kept = {one.end() for one in _AFTER_COLON.finditer(bare)}
    if first:
        kept.add(len(bare) - len(bare.lstrip()))
    found = {one.start(): one[0] for one in _INNER_CAPITAL.finditer(bare)}
    for word, wanted in words.items():
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        # "{Adam}" may be protected, and "adam" be another word of the same title.
        outside = [one.start() for one in pattern.finditer(bare)]
        missing = wanted - (len(pattern.findall(text)) - len(outside))
        found |= dict.fromkeys(outside[: max(missing, 0)], word)
    places: dict[str, int] = {}
    for place in sorted(found):
        # A word with one capital, its first letter, as it is written here.
        plain = found[place][1:] == found[place][1:].lower() and bare[place].isupper()
        if not (plain and place in kept):
            places.setdefault(found[place], place)
    return [(place, word) for word, place in places.items()]


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def check_escapes(matched: MatchedFile) -> Iterator[Found]:
    r"""In printed text, write `%`, `&`, `_` and `#` as `\%`, `\&`, `\_`, `\#`.

    Not in formulas, and not in `url`, `doi` and other fields that are taken verbatim.
    """
    for item in matched.entries:
        for one in item.entry.fields:
            if one.name.lower() not in _PRINTED:
                continue
            for start, text in literals(matched.file, one):
                if _SPECIAL.search(text):
                    yield from _bare(start, text)


def _bare(start: int, text: str) -> Iterator[Found]:
    reported: set[str] = set()
    shown = blotted(text, _HIDDEN)
    tokens = ((one, _URL.search(one[0])) for one in _TOKEN.finditer(shown))
    addresses = [(one.start() + url.start(), one.end()) for one, url in tokens if url]
    for found in _SPECIAL.finditer(shown):
        char = found[0]
        if char in reported:
            continue
        reported.add(char)
        if any(start < found.start() < end for start, end in addresses):
            message = f"{char} in a URL; write \\url{{…}} around the URL"
            reported |= set(_WHY)
        elif char == "$":
            message = "$ is not closed; close the formula, or write \\$"
        else:
            more = shown.count(char) - 1
            times = f" (and {more} more)" if more else ""
            message = f"{_WHY[char]}; write \\{char}{times}"
        yield Found(start + found.start(), message)


def check_mojibake(matched: MatchedFile) -> Iterator[Found]:
    """Save letters in the right encoding: `Ã¶` was once `ö`."""
    text = matched.file.text
    suspect = any(char in text for char in (*_LEADING, "â", "ï"))
    for found in _MOJIBAKE.finditer(text) if suspect else ():
        meant = _repaired(found[0])
        if meant is None:
            continue
        start, end = _word(text, found.start(), found.end())
        right = text[start : found.start()] + meant + text[found.end() : end]
        message = f"{text[start:end]} was decoded in a wrong encoding; write {right}"
        yield Found(found.start(), message)
    position = text.find(_LOST)
    while position >= 0:
        yield Found(position, f"a letter was lost here ({_LOST}); type it again")
        position = text.find(_LOST, position + 1)


def _repaired(text: str) -> str | None:
    try:
        raw = b"".join(
            bytes([ord(char)]) if ord(char) < 256 else char.encode("cp1252") for char in text
        )
        meant = raw.decode("utf-8")
    except UnicodeError:
        return None
    return None if meant == _LOST else meant


def _word(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the word at a position, for a message: at most `_AROUND` letters on each side."""
    first, last = max(start - _AROUND, 0), min(end + _AROUND, len(text))
    while start > first and text[start - 1].isalpha():
        start -= 1
    while end < last and text[end].isalpha():
        end += 1
    return start, end


def check_encoding(matched: MatchedFile) -> Iterator[Found]:
    """Save the file in UTF-8, which biber expects, and LaTeX since 2018."""
    file = matched.file
    if file.encoding.startswith("utf-16"):
        yield Found(0, "is in UTF-16, which neither BibTeX nor biber reads; save the file as UTF-8")
        return
    if file.encoding == "utf-8":
        if _is_utf8(file.text) or _LETTERS.search(file.text):
            return
        found = _SURROGATES.search(file.text)
    else:
        found = _LETTERS.search(file.text)
    if found:
        byte = " ".join(f"0x{one:02X}" for one in file.encode(found[0][0]))
        name = "Latin-1" if file.encoding == "utf-8" else label(file.encoding)
        message = f"byte {byte} is not UTF-8, and {legible(found[0][0])} in {name}; save the file "
        yield Found(found.start(), f"{message}as UTF-8")


def check_mixed_encodings(matched: MatchedFile) -> Iterator[Found]:
    """Use one encoding: no line of Latin-1 in a file of UTF-8."""
    text = matched.file.text
    if _is_utf8(text) or not _LETTERS.search(text):
        return
    lines: set[int] = set()
    for found in _SURROGATES.finditer(text):
        line = matched.file.place(found.start())[0]
        if line in lines:
            continue
        lines.add(line)
        byte, letter = ord(found[0][0]) - 0xDC00, legible(found[0][0])
        message = f"byte 0x{byte:02X} is Latin-1 in a file of UTF-8; write {letter} in UTF-8"
        yield Found(found.start(), message)


def _is_utf8(text: str) -> bool:
    """Return whether no byte of the file had to be preserved as a surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


RULES = (
    Rule("unescaped-character", "error", check_escapes),
    Rule("mixed-encodings", "error", check_mixed_encodings),
    Rule("encoding", "warning", check_encoding),
    Rule("mojibake", "warning", check_mojibake),
    Rule("lost-capitals", "warning", check_capitals),
)
