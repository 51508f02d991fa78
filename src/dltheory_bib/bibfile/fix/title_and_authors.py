"""Update an entry's title and authors: the capitals, and the names.

Both are changed only if they agree with the catalogue, except for initials, or missing braces that
keep a style from lowering capitals.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from dltheory_bib.text.latex import Encoding, from_latex, name_to_latex, title_to_latex
from dltheory_bib.text.names import family as family_name
from dltheory_bib.text.names import fold, given, is_collective, unbraced, words

_INITIALS = re.compile(r"(?:[^\W\d_](?:\.[\s~-]*|[\s~-]+|$))+")
_MATHS = re.compile(r"\$[^$]*\$")
_AND = re.compile(r"(?<!\s)\s+and\s+", re.IGNORECASE)
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
    the catalogue's letters.

    >>> protected_title("relu networks and the adam optimizer", "{ReLU} networks and the {Adam} …")
    '{ReLU} networks and the {Adam} optimizer'
    """
    if _is_one_group(raw):
        return raw
    wanted = Counter(_groups(title_to_latex(title)))
    plain = unbraced(_MATHS.sub(" ", title))
    pieces = list(_outside(raw))
    for word, count in wanted.items():
        pattern = _that_means(word, count, plain)
        if pattern is None:
            continue
        made = [pattern.sub(f"{{{word}}}", text) if outside else text for text, outside in pieces]
        pieces = _outside("".join(made))
    return "".join(text for text, _ in pieces)


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


def fuller_names(raw: str, authors: tuple[str, ...], encoding: Encoding) -> Names | None:
    """Return the authors of an entry with given names for initials, and all authors for "others".

    Returns None if nothing is to be changed, or if a name differs from that of the catalogue's
    author in its position. A full name is unchanged, and keeps its order.
    """
    names = split_names(raw)
    others = bool(names) and names[-1].lower() == "others"
    shown = names[:-1] if others else names
    if not shown or len(shown) > len(authors) or (not others and len(shown) < len(authors)):
        return None
    if not all(map(_is_same_person, shown, authors)):
        return None
    natural = not any("," in name for name in shown)
    made = [
        _written(ours, encoding, natural) if _is_shorter(name, ours) else name
        for name, ours in zip(shown, authors, strict=False)
    ]
    added = [_written(name, encoding, natural) for name in authors[len(shown) :]]
    longer = sum(map(str.__ne__, shown, made))
    if not longer and not others:
        return None
    return Names(_joined(raw, made + added), longer, len(added))


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
