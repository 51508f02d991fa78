r"""Rules on the letters of a .bib file: capitals, special characters, encodings."""

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
    outside_braces,
)

_INNER_CAPITAL = re.compile(r"(?<![\w\\])[^\W_]*[^\W_][A-Z][^\W_]*")
_GROUP = re.compile(r"\{([^{}$]+)\}")
_MATHS = re.compile(r"\\(?:[A-Za-z]+|.)|\$[^$]*\$", re.DOTALL)
_HIDDEN = re.compile(
    r"\\(?:url|path|doi|nolinkurl)\s*\{[^{}]*\}|\\href\s*\{[^{}]*\}|\\[^A-Za-z]|\$[^$]*\$",
    re.DOTALL,
)
_SPECIAL = re.compile(r"[%&_#$]")
_ADDRESS = re.compile(r"https?://\S*$")
_WHY = {
    "%": "% makes LaTeX drop the rest of the line",
    "&": "& is a column's end to LaTeX, an error outside tables",
    "_": "_ is an error to LaTeX outside mathematics",
    "#": "# is an error to LaTeX",
}
_FIELDS = (
    "title subtitle titleaddon booktitle booksubtitle maintitle journal journaltitle author "
    "editor translator publisher series volume number pages note addendum howpublished address "
    "location organization institution school edition type chapter eventtitle"
)
_PRINTED = frozenset(_FIELDS.split())
_LETTERS = re.compile("[^\x00-\x7f\udc80-\udcff\ufeff]")
_SURROGATES = re.compile("[\udc80-\udcff]+")
# The first bytes of UTF-8's two- and three-byte letters, read as Windows-1252, and what may follow.
_FOLLOWING = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LEADING = "ÂÃÄÅÎÏÐÑ"
_MOJIBAKE = re.compile(f"(?:[{_LEADING}][{_FOLLOWING}]|â[{_FOLLOWING}]{{2}}|ï¿½)+")
_LOST = "\N{REPLACEMENT CHARACTER}"


def check_capitals(matched: MatchedFile) -> Iterator[Found]:
    """Words that must keep their capitals in a title stand in braces: `{ReLU}`, `{Gaussian}`.

    Which ones do is known of the works of the catalogue; of others, the words with a capital after
    their first letter.
    """
    for item in matched.entries:
        one = item.entry.get("title")
        if one is None or (matched.dialect == "bibtex" and item.kind in KEEP_CAPITALS):
            continue
        words = _protected_words(item)
        for start, text in literals(matched.file, one):
            if not words and not _INNER_CAPITAL.search(text):
                continue
            bare = blotted(outside_braces(text), _MATHS)
            if len(bare) > 12 and bare.upper() == bare and re.search(r"[^\W\d_].*\s", bare):
                said = "the title is in capitals; write it as it is printed, {…} round acronyms"
                yield Found(start, said)
                continue
            lost = _lost(text, bare, words)
            if lost:
                names = [name for _, name in lost]
                braced = ", ".join(f"{{{name}}}" for name in names)
                verb = "loses its" if len(names) == 1 else "lose their"
                said = f"{_listed(names)} {verb} capitals in most styles; write {braced}"
                yield Found(start + lost[0][0], said)


def _protected_words(item: MatchedEntry) -> Counter[str]:
    """The words that the catalogue protects in the title of this work, and how often."""
    found: Counter[str] = Counter()
    if item.match is not None:
        paper = item.match.paper
        for title in (paper.title, *(one.title for one in paper.versions if one.title)):
            groups = _GROUP.findall(title)
            found |= Counter(word for group in groups for word in group.split())
    return found


def _lost(text: str, bare: str, words: Counter[str]) -> list[tuple[int, str]]:
    """The words outside braces whose capitals would go, with their places."""
    found = {one.start(): one[0] for one in _INNER_CAPITAL.finditer(bare)}
    for word, wanted in words.items():
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        # "{Adam}" may be protected, and "adam" be another word of the same title.
        outside = [one.start() for one in pattern.finditer(bare)]
        missing = wanted - (len(pattern.findall(text)) - len(outside))
        found |= dict.fromkeys(outside[: max(missing, 0)], word)
    first: dict[str, int] = {}
    for place in sorted(found):
        first.setdefault(found[place], place)
    return [(place, word) for word, place in first.items()]


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def check_escapes(matched: MatchedFile) -> Iterator[Found]:
    r"""In text that is printed, `%`, `&`, `_` and `#` are written `\%`, `\&`, `\_`, `\#`.

    Not in formulas, and not in `url`, `doi` and other fields that are taken as they stand.
    """
    for item in matched.entries:
        for one in item.entry.fields:
            if one.name.lower() not in _PRINTED:
                continue
            for start, text in literals(matched.file, one):
                if _SPECIAL.search(text):
                    yield from _bare(start, text)


def _bare(start: int, text: str) -> Iterator[Found]:
    said: set[str] = set()
    shown = blotted(text, _HIDDEN)
    for found in _SPECIAL.finditer(shown):
        char = found[0]
        if char in said:
            continue
        said.add(char)
        if _ADDRESS.search(shown, 0, found.start()):
            message = f"{char} in an address; write \\url{{…}} round the address"
            said |= set(_WHY)
        elif char == "$":
            message = "$ has no partner; close the formula, or write \\$"
        else:
            more = shown.count(char) - 1
            times = f" (and {more} more)" if more else ""
            message = f"{_WHY[char]}; write \\{char}{times}"
        yield Found(start + found.start(), message)


def check_mojibake(matched: MatchedFile) -> Iterator[Found]:
    """No letter was read in a wrong encoding and saved so: `Ã¶` was once `ö`."""
    text = matched.file.text
    suspect = any(char in text for char in (*_LEADING, "â", "ï"))
    for found in _MOJIBAKE.finditer(text) if suspect else ():
        meant = _repaired(found[0])
        if meant is None:
            continue
        start, end = _word(text, found.start(), found.end())
        right = text[start : found.start()] + meant + text[found.end() : end]
        said = f"{text[start:end]} was read in a wrong encoding; write {right}"
        yield Found(found.start(), said)
    position = text.find(_LOST)
    while position >= 0:
        yield Found(position, f"a letter was lost here ({_LOST}); write it anew")
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
    """The word round a place, for a message."""
    while start and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    return start, end


def check_encoding(matched: MatchedFile) -> Iterator[Found]:
    """The file is in UTF-8, which biber expects and LaTeX since 2018."""
    text = matched.file.text
    if _is_utf8(text) or _LETTERS.search(text):
        return
    found = _SURROGATES.search(text)
    if found:
        byte, letter = _byte(found[0][0])
        said = f"byte {byte} is not UTF-8, and {letter} in Latin-1; save the file as UTF-8"
        yield Found(found.start(), said)


def check_mixed_encodings(matched: MatchedFile) -> Iterator[Found]:
    """The file is in one encoding: no line of Latin-1 in a file of UTF-8."""
    text = matched.file.text
    if _is_utf8(text) or not _LETTERS.search(text):
        return
    lines: set[int] = set()
    for found in _SURROGATES.finditer(text):
        line = matched.file.place(found.start())[0]
        if line in lines:
            continue
        lines.add(line)
        byte, letter = _byte(found[0][0])
        said = f"byte {byte} is Latin-1 in a file of UTF-8; write {letter} in UTF-8"
        yield Found(found.start(), said)


def _is_utf8(text: str) -> bool:
    """Whether no byte of the file had to be kept for itself."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _byte(char: str) -> tuple[str, str]:
    number = ord(char) - 0xDC00
    return f"0x{number:02X}", bytes([number]).decode("latin-1")


RULES = (
    Rule("lost-capitals", "warning", check_capitals),
    Rule("unescaped-character", "error", check_escapes),
    Rule("mojibake", "error", check_mojibake),
    Rule("encoding", "warning", check_encoding),
    Rule("mixed-encodings", "error", check_mixed_encodings),
)
