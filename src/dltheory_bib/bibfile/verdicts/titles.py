"""Compare titles, and the words by which works are found."""

from __future__ import annotations

from difflib import SequenceMatcher

from dltheory_bib.text.names import searchable, words

TELLING = 3
"""The words of the shortest title that names a work by itself: "Deep learning" is the title of a
paper, a book and a tutorial.
"""
ALIKE = 0.8
"""The similarity of titles (Ratcliff-Obershelp ratio of their letters) at which an identifier is
believed of an entry without authors.
"""
_LETTERS = 0.93
"""The similarity of titles that differ in letters, not in words."""

_SMALL = 3
"""The letters of the longest word that tells nothing of a title."""


def bare(title: str) -> str:
    """Return the folded letters and digits of a title."""
    return spelled_title(title).replace(" ", "")


def spelled_title(title: str) -> str:
    """Return the folded words of a title, with a space between them."""
    return " ".join(words(searchable(title.replace("$", " "))))


def last_word(name: str) -> str:
    """Return the last word of a family name, folded."""
    before, comma, _ = name.strip("{} ").partition(",")
    parts = words(before if comma else name)
    return parts[-1] if parts else ""


def is_near(one: str, other: str) -> bool:
    """Return whether two titles, as folded words, can be one that was miswritten.

    A quarter of the words differ, at least one is allowed; or only letters do; or one title is the
    other with more after it.
    """
    ours, theirs = one.split(), other.split()
    short, long = sorted((ours, theirs), key=len)
    if len(short) >= TELLING and long[: len(short)] == short:
        return True
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    if len(long) - same <= max(1, round(len(long) / 4)):
        return len(short) >= TELLING
    return similarity(one, other) >= _LETTERS


def is_unrelated(one: str, other: str) -> bool:
    """Return whether two titles, as folded words, cannot be those of two versions of a work.

    They share less than a quarter of the words of the shorter that are not small.
    """
    ours, theirs = ({word for word in text.split() if len(word) > _SMALL} for text in (one, other))
    fewer = min(len(ours), len(theirs))
    return fewer > 1 and 4 * len(ours & theirs) < fewer


def has_same_name(one: str, other: str) -> bool:
    """Return whether two titles begin with the same name before a colon.

    >>> has_same_name("AutoBencher: Creating Datasets", "AutoBencher: Towards Declarative Ones")
    True
    """
    ours, theirs = (bare(title.partition(":")[0]) if ":" in title else "" for title in (one, other))
    return bool(ours) and ours == theirs


def similarity(one: str, other: str) -> float:
    """Return the similarity of two texts, from 0 to 1."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE else 0.0
