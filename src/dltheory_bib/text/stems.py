"""Stems of English words: Porter's algorithm, as SQLite has it.

M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980. SQLite's tokenizer `porter`
(ext/fts5/fts5_tokenize.c) implements it with small differences; this module gives the same stems,
so that `search` and the text conditions of `list` know the same words. The page has it in
`static/search/text.js`.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

_VOWELS = "aeiou"
_STEP2 = (
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("logi", "log"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
)
_STEP3 = (
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
)
_STEP4 = (
    *("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion"),
    *("ou", "ism", "ate", "iti", "ous", "ive", "ize"),
)


@cache
def stem(word: str) -> str:
    """Return the stem of a folded word; words of up to two bytes or over 64 are returned as is.

    >>> [stem(word) for word in ("minima", "generalization", "generalize", "parities", "parity")]
    ['minima', 'gener', 'gener', 'pariti', 'pariti']
    """
    if not 3 <= (len(word) if word.isascii() else len(word.encode())) <= 64:
        return word
    word = _step1(word)
    for ending, instead in _STEP2:
        if word.endswith(ending) and len(word) > len(ending):
            rest = word[: -len(ending)]
            word = rest + instead if _measure(rest) > 0 else word
            break
    for ending, instead in _STEP3:
        if word.endswith(ending) and len(word) > len(ending):
            rest = word[: -len(ending)]
            word = rest + instead if _measure(rest) > 0 else word
            break
    for ending in _STEP4:
        if word.endswith(ending) and len(word) > len(ending):
            rest = word[: -len(ending)]
            if _measure(rest) > 1 and (ending != "ion" or rest[-1] in "st"):
                word = rest
            break
    return _step5(word)


def _is_vowel(word: str, at: int) -> bool:
    char = word[at]
    return char in _VOWELS or (char == "y" and at > 0 and not _is_vowel(word, at - 1))


def _has_vowel(word: str) -> bool:
    return any(_is_vowel(word, at) for at in range(len(word)))


def _measure(word: str) -> int:
    """Return how often a run of vowels is followed by one of consonants: Porter's m."""
    vowels = [_is_vowel(word, at) for at in range(len(word))]
    return sum(before and not after for before, after in pairwise(vowels))


def _ends_double(word: str) -> bool:
    return len(word) > 1 and word[-1] == word[-2] and word[-1] not in _VOWELS


def _ends_cvc(word: str) -> bool:
    last = len(word) - 1
    return (
        last > 1
        and not _is_vowel(word, last)
        and _is_vowel(word, last - 1)
        and not _is_vowel(word, last - 2)
        and word[-1] not in "wxy"
    )


def _step1(word: str) -> str:
    if word.endswith("s"):
        if word.endswith(("sses", "ies")):
            word = word[:-2]
        elif not word.endswith("ss"):
            word = word[:-1]
    if word.endswith("eed") and len(word) > 3:
        word = word[:-1] if _measure(word[:-3]) > 0 else word
    else:
        ending = next((one for one in ("ed", "ing") if word.endswith(one)), "")
        if ending and _has_vowel(word[: -len(ending)]):
            word = _step1b(word[: -len(ending)])
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    return word


def _step1b(word: str) -> str:
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if _ends_double(word) and word[-1] not in "lsz":
        return word[:-1]
    return word + "e" if _measure(word) == 1 and _ends_cvc(word) else word


def _step5(word: str) -> str:
    if word.endswith("e"):
        m = _measure(word[:-1])
        if m > 1 or (m == 1 and not _ends_cvc(word[:-1])):
            word = word[:-1]
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word
