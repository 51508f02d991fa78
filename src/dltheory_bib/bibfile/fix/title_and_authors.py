"""The words of an entry: the capitals of its title, and the names of its authors.

Both are changed only where they say the same as the catalogue, in fewer letters or without the
braces that keep a style from lowering them.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from dltheory_bib.text.latex import Encoding, from_latex, name_to_latex, title_to_latex
from dltheory_bib.text.names import family as family_name
from dltheory_bib.text.names import fold, given, is_collective, unbraced, words

_INITIALS = re.compile(r"(?:[^\W\d_](?:\.[\s~-]*|[\s~-]+|$))+")
_MATHS = re.compile(r"\$[^$]*\$")
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_PIECE = re.compile(r"\\[A-Za-z]+|\\.|\$[^$]*\$|[{}]|[^\\${}]+|.", re.DOTALL)


class Names(NamedTuple):
    """The authors of an entry as they should be."""

    text: str
    longer: int
    """How many have their given names now in place of initials."""
    added: int
    """How many stood for "others"."""


def same_words(raw: str, title: str) -> bool:
    """Whether two titles differ in LaTeX, punctuation, blanks and case alone."""
    return "".join(words(from_latex(raw))) == "".join(words(from_latex(title)))


def protected_title(raw: str, title: str) -> str:
    """A title with braces round the words that the catalogue's title protects.

    Both have the same words. What stands in braces or in mathematics stays; a word is written in
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
    """What finds a word that is protected so many times in a title, and not another like it.

    "Adam" may be protected and "adam" be another word of the same title; "a" is no "A". None where
    the word also stands unprotected in the same letters.
    """
    exact = re.compile(rf"(?<![\w\\]){re.escape(word)}(?!\w)")
    bare = re.compile(exact.pattern, re.IGNORECASE)
    if len(word) > 1 and len(bare.findall(title)) == count:
        return bare
    return exact if len(exact.findall(title)) == count else None


def _outside(text: str) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it stands outside braces, mathematics and commands."""
    made, depth = [], 0
    for piece in _PIECE.findall(text):
        if piece in "{}":
            depth = max(depth + (1 if piece == "{" else -1), 0)
            made.append((piece, False))
        else:
            made.append((piece, depth == 0 and piece[0] not in "\\$"))
    return made


def _groups(title: str) -> list[str]:
    """The words in braces of a title as it is exported; formulas and accents are none."""
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
    """Whether one pair of braces stands round the whole of a title."""
    depth = 0
    for place, char in enumerate(raw):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return char == "}" and place == len(raw) - 1
    return False


def split_names(raw: str) -> list[str]:
    """The names of an author field: those that "and" joins outside braces."""
    names, last = [], 0
    for found in _AND.finditer(raw):
        before = raw[last : found.start()]
        if before.count("{") == before.count("}"):
            names.append(before.strip())
            last = found.end()
    return [*names, raw[last:].strip()] if raw.strip() else []


def fuller_names(raw: str, authors: tuple[str, ...], encoding: Encoding) -> Names | None:
    """The authors of an entry with given names for initials, and everybody for "others".

    None where nothing is to be changed, or where a name is not that of the catalogue's author in
    its place. A name in full stays as it is written, in the order in which it is written.
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
    return Names(" and ".join(made + added), longer, len(added))


def _written(name: str, encoding: Encoding, natural: bool) -> str:
    """A name of the catalogue, "Given Family" where the entry's names stand so."""
    last, _, first = name_to_latex(name, encoding).partition(", ")
    if natural and first and "," not in first and " " not in last and last[:1].isupper():
        return f"{first} {last}"
    return f"{last}, {first}" if first else last


def _parts(name: str) -> tuple[str, str]:
    """Family and given names of an author in plain text, as far as BibTeX could tell them."""
    plain = from_latex(name).strip()
    if "," in plain:
        return plain.partition(",")[0].strip(), plain.rpartition(",")[2].strip()
    first, _, last = plain.rpartition(" ")
    return last, first


def _is_same_person(name: str, ours: str) -> bool:
    """Whether a name in a file and one of the catalogue agree, initials standing for names."""
    if is_collective(ours):
        return words(from_latex(name)) == words(ours)
    last, first = _parts(name)
    if words(last)[-1:] != words(family_name(ours))[-1:]:
        return False
    theirs, known = words(first), words(given(ours))
    return not theirs or not known or theirs[0][0] == known[0][0]


def _is_shorter(name: str, ours: str) -> bool:
    """Whether the file has initials where the catalogue has names that begin with them."""
    first, known = _parts(name)[1], given(ours)
    if not first or not _INITIALS.fullmatch(first) or _INITIALS.fullmatch(known):
        return False
    theirs = [word[0] for word in words(first)]
    full = [word[0] for word in words(known)]
    return full[: len(theirs)] == theirs and fold(first) != fold(known)
