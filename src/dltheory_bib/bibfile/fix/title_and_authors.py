"""Update an entry's title and authors: the capitals, and the names.

Both are changed only if they agree with the catalogue, except for initials, or missing braces that
keep a style from lowering capitals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from dltheory_bib.text.latex import Encoding, from_latex, name_to_latex, title_to_latex
from dltheory_bib.text.names import family as family_name
from dltheory_bib.text.names import fold, given, is_collective, unbraced, words

MOST_ADDED = 10
"""Longer author lists are left to "and others", as search engines export them."""
MANY_AUTHORS = 10
"""Among so many names one may differ between two versions."""
ALIKE_NAMES = 0.8
"""Names with at least this similarity are the same with a slip, for works with the same id."""
OTHERS = re.compile(r"others|et\.?\s+al\.?", re.IGNORECASE)
"""What ends a shortened author list; BibTeX knows the first of them."""
_LEADING_INITIALS = re.compile(r"(?:[^\W\d_](?:\.[\s~-]*|[\s~-]+))+")
_INITIALS = re.compile(r"(?:[^\W\d_](?:\.[\s~-]*|[\s~-]+|$))+")
_MATHS = re.compile(r"\$[^$]*\$")
_AND = re.compile(r"(?<!\s)\s+and\s+", re.IGNORECASE)
_AT_START = re.compile(r"(?:^|[:?!.]\s)[\s{`'\"(]*$")
_BEFORE_ACCENT = re.compile(r"-+\w*\{?\\")
_AFTER_ACCENT = re.compile(r"\{\\[^{}]*\}\w*-+$")
_WORD_GROUP = re.compile(r"(?<![\w\\}])\{([\w-]+)\}(?!\{)")
_PIECE = re.compile(r"\\[A-Za-z]+|\\.|\$[^$]*\$|[{}]|[^\\${}]+|.", re.DOTALL)


class Names(NamedTuple):
    """The updated authors of an entry."""

    text: str
    longer: int
    """Number of authors whose initials were replaced by given names."""
    added: int
    """Number of authors that replaced "others"."""


def same_words(raw: str, title: str) -> bool:
    """Return whether two titles differ only in LaTeX, punctuation, spaces and case."""
    return "".join(words(from_latex(raw))) == "".join(words(from_latex(title)))


def protected_title(raw: str, title: str) -> str:
    """Return a title with braces around the words that the catalogue's title protects.

    Both have the same words. Text in braces or in mathematics is unchanged; a protected word takes
    the catalogue's letters. Styles keep the first letter of a title and of a subtitle, so a word
    there that has no other capital needs no braces. The halves of a word such as
    Polyak-Łojasiewicz are protected together, or neither is.

    >>> protected_title("relu networks and the adam optimizer", "{ReLU} networks and the {Adam} …")
    '{ReLU} networks and the {Adam} optimizer'
    """
    if _is_one_group(raw):
        return raw
    raw = _with_compounds(raw, title)
    wanted = Counter(_groups(title_to_latex(title)))
    plain = unbraced(_MATHS.sub(" ", title))
    pieces = list(_outside(raw))
    for word, count in wanted.items():
        pattern = _that_means(word, count, plain)
        if pattern is not None:
            pieces = _outside("".join(_protected(pieces, pattern, word)))
    return "".join(text for text, _ in pieces)


def _protected(
    pieces: list[tuple[str, bool]], pattern: re.Pattern[str], word: str
) -> Iterator[str]:
    """Yield the pieces of a title with braces around a word where it needs them."""
    before = ""
    texts = [text for text, _ in pieces]
    for number, (text, is_outside) in enumerate(pieces):
        if is_outside:
            ahead = "".join(texts[number + 1 : number + 3])
            text = _braced(text, pattern, word, before, ahead)
        yield text
        before += text


def _braced(text: str, pattern: re.Pattern[str], word: str, before: str, ahead: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        lead = before + text[: found.start()]
        after = text[found.end() :] + ahead
        if _BEFORE_ACCENT.match(after) or _AFTER_ACCENT.search(lead):
            return found[0]  # the other half of the word has an accent
        if found[0] == word and word[1:].islower() and _AT_START.search(lead):
            return found[0]
        return f"{{{word}}}"

    return pattern.sub(replaced, text)


def _with_compounds(raw: str, title: str) -> str:
    """Return a title in which compound words with a letter outside ASCII have the catalogue's
    capitals, if they lost them: `polyak-{\\l}ojasiewicz`.
    """
    if title.isascii():
        return raw
    parts = re.split(r"(\s+)", raw)
    theirs, ours = parts[::2], title.split()
    if len(theirs) != len(ours) or "$" in title:
        return raw
    for place, (one, own) in enumerate(zip(theirs, ours, strict=True)):
        plain, known = from_latex(one), unbraced(own)
        if own.isascii() or "{" not in own or "-" not in own or plain == known:
            continue
        if plain.casefold() == known.casefold():
            parts[2 * place] = title_to_latex(own, "latex" if one.isascii() else "utf-8")
    return "".join(parts)


def title_of_record(raw: str, title: str, encoding: Encoding) -> str:
    """Return the title of the published version; if braces enclose the entry's whole title, they
    enclose the new one.
    """
    new = title_to_latex(title, encoding)
    if not _is_one_group(raw):
        return new
    bare = _WORD_GROUP.sub(r"\1", new)
    return f"{{{bare}}}"


def _that_means(word: str, count: int, title: str) -> re.Pattern[str] | None:
    """Return a pattern for a word that is protected this number of times in a title.

    "Adam" may be protected and "adam" be another word of the same title; "a" is no "A". Returns
    None if the word also occurs unprotected in the same letters.
    """
    exact = re.compile(rf"(?<![\w\\]){re.escape(word)}(?!\w)")
    bare = re.compile(exact.pattern, re.IGNORECASE)
    if len(word) > 1 and len(bare.findall(title)) == count:
        return bare
    return exact if len(exact.findall(title)) == count else None


def _outside(text: str) -> list[tuple[str, bool]]:
    """Split a text into pieces, each with whether it is outside braces, mathematics and
    commands.
    """
    made, depth = [], 0
    for piece in _PIECE.findall(text):
        if piece in "{}":
            depth = max(depth + (1 if piece == "{" else -1), 0)
            made.append((piece, False))
        else:
            made.append((piece, depth == 0 and piece[0] not in "\\$"))
    return made


def _groups(title: str) -> list[str]:
    """Return the words in braces of an exported title, without formulas and accents."""
    made, depth, start = [], 0, 0
    for place, char in enumerate(title):
        if char == "{":
            start = place + 1 if depth == 0 else start
            depth += 1
        elif char == "}":
            depth -= 1
            inside = title[start:place]
            if depth == 0 and not re.search(r"[\\${}]", inside):
                made += inside.split()
    return made


def _is_one_group(raw: str) -> bool:
    """Return whether one pair of braces encloses the whole title."""
    depth = 0
    for place, char in enumerate(raw):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return char == "}" and place == len(raw) - 1
    return False


def split_names(raw: str) -> list[str]:
    """Return the names of an author field, which "and" separates outside braces."""
    return [raw[start:end] for start, end in _name_spans(raw)]


def _name_spans(raw: str) -> list[tuple[int, int]]:
    """Return where the names of an author field begin and end, without the blanks around them."""
    if not raw.strip():
        return []
    spans, last, depth, counted = [], 0, 0, 0
    for found in _AND.finditer(raw):
        depth += raw.count("{", counted, found.start()) - raw.count("}", counted, found.start())
        counted = found.start()
        if depth == 0:
            spans.append((last, counted))
            last = found.end()
    made = []
    for start, end in [*spans, (last, len(raw))]:
        text = raw[start:end]
        left = len(text) - len(text.lstrip())
        made.append((start + left, max(start + left, start + len(text.rstrip()))))
    return made


def _joined(raw: str, names: list[str]) -> str:
    """Return an author field with other names, and with its own "and"s and line ends."""
    spans = _name_spans(raw)
    between = [raw[end:start] for (_, end), (start, _) in pairwise(spans)] or [" and "]
    between += between[-1:] * (len(names) - 1 - len(between))
    text = names[0] + "".join(map(str.__add__, between, names[1:]))
    return raw[: spans[0][0]] + text + raw[spans[-1][1] :]


def fuller_names(
    raw: str,
    authors: tuple[str, ...],
    encoding: Encoding,
    *,
    names: bool = True,
    others: bool = True,
) -> Names | None:
    """Return the authors of an entry with given names for initials, and all authors for "others".

    Only the initials themselves are replaced: a family name stays as it is written. Each of the two
    changes can be turned off. Returns None if nothing is to be changed, or if a name differs from
    that of the catalogue's author in its position.
    """
    shown, ends_in_others = _shown(raw)
    if not shown or not _fits(shown, authors, ends_in_others):
        return None
    if not all(map(_is_same_person, shown, authors)):
        return None
    made = [
        _with_given(name, ours, encoding) if names and _is_shorter(name, ours) else name
        for name, ours in zip(shown, authors, strict=False)
    ]
    longer = sum(map(str.__ne__, shown, made))
    expand = others and ends_in_others and len(authors) <= MOST_ADDED
    natural = not any("," in name for name in shown)
    rest = authors[len(shown) :] if expand else ()
    added = [_written(name, encoding, natural) for name in rest]
    if not longer and not expand:
        return None
    left = ["others"] if ends_in_others and not expand else []
    return Names(_joined(raw, made + added + left), longer, len(added))


def authors_of_record(
    raw: str, authors: tuple[str, ...], encoding: Encoding, *, initials: bool = False
) -> str | None:
    """Return the authors of the published version, for an entry of its preprint.

    A name that agrees is kept as it is written; another spelling, and another order, become those
    of the record, with initials if the file has initials. Returns None if they are not the same
    people: an author was added, or left out, between the versions.
    """
    shown, ends_in_others = _shown(raw)
    if not _fits(shown, authors, ends_in_others):
        return None
    places = _same_people(shown, authors)
    if places is None:
        return None
    natural = not any("," in name for name in shown)
    made = []
    for ours in authors[: len(shown)]:
        own = places.get(ours)
        if own is not None and _is_same_person(shown[own], ours):
            made.append(shown[own])
        else:
            made.append(_written(_with_initials(ours) if initials else ours, encoding, natural))
    if made == shown and not (ends_in_others and split_names(raw)[-1] != "others"):
        return raw
    return _joined(raw, [*made, *(["others"] if ends_in_others else [])])


def _shown(raw: str) -> tuple[list[str], bool]:
    """Return the names of an author field, and whether "and others" or "and et al." follows."""
    names = split_names(raw)
    others = bool(names) and OTHERS.fullmatch(names[-1]) is not None
    return (names[:-1] if others else names), others


def _fits(shown: list[str], authors: tuple[str, ...], others: bool) -> bool:
    """Return whether so many names can be all authors, or the first of them."""
    return len(shown) <= len(authors) if others else len(shown) == len(authors)


def _same_people(shown: list[str], authors: tuple[str, ...]) -> dict[str, int] | None:
    """Return the place in an entry of each author that it names; None if it names a stranger."""
    left = dict(enumerate(shown))
    found: dict[str, int] = {}
    # At its place first: people of one family may share their initials.
    for agree, elsewhere in (
        (_is_same_person, False),
        (_has_same_words, True),
        (_is_same_person, True),
        (_is_spelled_alike, False),
        (_is_spelled_alike, True),
    ):
        for place, ours in enumerate(authors):
            if ours in found:
                continue
            likely = [*left] if elsewhere else [place] * (place in left)
            own = next((one for one in likely if agree(left[one], ours)), None)
            if own is not None:
                found[ours] = own
                del left[own]
    strangers = len(left)
    return found if strangers * MANY_AUTHORS < len(shown) or not strangers else None


def _has_same_words(name: str, ours: str) -> bool:
    return sorted(words(from_latex(name))) == sorted(words(ours))


def _is_spelled_alike(name: str, ours: str) -> bool:
    """Return whether two names are the same but for a slip or their order."""
    theirs, known = words(from_latex(name)), words(ours)
    first, last = words(given(ours)), words(family_name(ours))
    if first and last and first[0] in theirs and len(first[0]) > 2 and len(theirs) > 1:
        rest = [word for word in theirs if word != first[0]]
        return any(_ratio(word, last[-1]) >= ALIKE_NAMES for word in rest)
    return _ratio("".join(sorted(theirs)), "".join(sorted(known))) >= ALIKE_NAMES


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _with_initials(name: str) -> str:
    """Return a name of the catalogue with initials for its given names."""
    first = given(name)
    if not first:
        return name
    short = " ".join(
        "-".join(f"{part[0]}." for part in word.split("-") if part) for word in first.split()
    )
    return f"{name[: name.rindex(first)]}{short}"


def _with_given(raw: str, ours: str, encoding: Encoding) -> str:
    """Return a name with given names for its initials; its family name is kept as it is written."""
    first = name_to_latex(given(ours), encoding)
    if "," in raw:
        before = raw[: raw.rindex(",") + 1]
        blank = raw[len(before) :][: len(raw[len(before) :]) - len(raw[len(before) :].lstrip())]
        return f"{before}{blank or ' '}{first}"
    found = _LEADING_INITIALS.match(raw)
    last = raw[found.end() :] if found else ""
    # BibTeX takes the words before the last one, if they have capitals, for given names.
    is_one_name = last and (" " not in last or last.startswith("{") or last[0].islower())
    return f"{first} {last}" if is_one_name else _written(ours, encoding, natural=True)


def _written(name: str, encoding: Encoding, natural: bool) -> str:
    """Return a name of the catalogue, as "Given Family" if the entry's names have that order."""
    last, _, first = name_to_latex(name, encoding).partition(", ")
    if natural and first and "," not in first and " " not in last and last[:1].isupper():
        return f"{first} {last}"
    return f"{last}, {first}" if first else last


def _parts(name: str) -> tuple[str, str]:
    """Return family and given names of an author in plain text, as BibTeX would split them."""
    plain = from_latex(name).strip()
    if "," in plain:
        return plain.partition(",")[0].strip(), plain.rpartition(",")[2].strip()
    first, _, last = plain.rpartition(" ")
    return last, first


def _is_same_person(name: str, ours: str) -> bool:
    """Return whether a name in a file agrees with one of the catalogue; initials match names."""
    if is_collective(ours):
        return words(from_latex(name)) == words(ours)
    last, first = _parts(name)
    if words(last)[-1:] != words(family_name(ours))[-1:]:
        return False
    theirs, known = words(first), words(given(ours))
    return not theirs or not known or theirs[0][0] == known[0][0]


def _is_shorter(name: str, ours: str) -> bool:
    """Return whether the file has initials where the catalogue has names that begin with them."""
    first, known = _parts(name)[1], given(ours)
    if not first or not _INITIALS.fullmatch(first) or _INITIALS.fullmatch(known):
        return False
    theirs = [word[0] for word in words(first)]
    full = [word[0] for word in words(known)]
    return full[: len(theirs)] == theirs and fold(first) != fold(known)
