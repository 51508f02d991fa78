"""The words of a text as the search knows them: one spelling, stems, acronyms written out.

The same function makes the index and reads a query, so that every spelling finds every other:

1. Accents, case and ligatures are folded; mathematics between dollar signs is left out.
2. Prefixes join their word (non-convex, non convex, nonconvex), and a possessive loses its s
   (`RULES`).
3. A word is a run of letters and digits. Endings get one spelling (-isation, -ization; -parametri-,
   -parameteri-: `ENDINGS`), then the word is reduced to Porter's stem (`text.stems`).
4. Words without content (`STOP_WORDS`) are left out.
5. Spellings of the glossary (`data/glossary.yaml`), the longest first, become their term:
   "NTK" is "neural tangent kernel", "one-hidden-layer" is "two-layer".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from dltheory_bib.text.names import fold
from dltheory_bib.text.stems import stem

_GRAMMAR = """
a about after all also although am among an and any are as at be because been before being
between both but by can cannot could did do does doing done due during each either et etc every
few for from further had has have having he her here his how however i if in into is it its
itself just like many may me might more most much must my nor not of off on once only or
other our out own per same several shall she should since so some such than that the their them
then there these they this those though through thus to too toward towards up upon us very via
was we were what when where whether which while who whom whose why will with within would yet
you your
"""
_ASKING = """
al article articles author authors called find finding found introduce introduced introduces
literature paper papers publication publications prove proved proven proves show showed shown
shows study studied studies
"""
STOP_WORDS = frozenset((_GRAMMAR + _ASKING).split())
"""Words that do not count: grammar, and how people ask for a paper."""

RULES = (
    ("$", r"\$[^$]*\$", " "),
    ("'", r"'s\b|'", ""),
    ("non", r"\bnon[-\s]+(?=\w)", "non"),
    ("er", r"\b(over|under)[-\s]+(?=paramet)", r"\1"),
    ("i-", r"\b(anti|multi|semi)-(?=\w)", r"\1"),
    ("r-", r"\b(hyper|super)-(?=\w)", r"\1"),
    ("e-", r"\b(pre|re)-(?=\w)", r"\1"),
    ("b-", r"\bsub-(?=\w)", "sub"),
)
"""Applied to a text in this order: what it must contain, a pattern, and what that becomes."""
ENDINGS = (
    ("is", r"is(ation|ations|e|ed|es|er|ers|ing)$", r"iz\1"),
    ("iour", r"iour(?=s?$|al)", "ior"),
    ("parametriz", r"parametriz", "parameteriz"),
)
"""Applied to a word in the same way."""
ALIKE = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("’ʼ`´", "'"))
_compiled = cache(re.compile)
"""A command meets few of the patterns, and compiles no others."""


def _applied(rules: tuple[tuple[str, str, str], ...], text: str) -> str:
    for mark, pattern, instead in rules:
        if mark in text:
            text = _compiled(pattern).sub(instead, text)
    return text


class _Stems(dict[str, str]):
    """The stems of words, each computed once."""

    def __missing__(self, form: str) -> str:
        found = self[form] = stem(_applied(ENDINGS, form))
        return found


class _Counting(_Stems):
    """The stems of words, empty for words that do not count."""

    def __missing__(self, form: str) -> str:
        found = self[form] = "" if form in STOP_WORDS else _STEMS[form]
        return found


_STEMS = _Stems()
_COUNTING = _Counting()


Terms = dict[str, list[tuple[list[str], list[str]]]]
"""By the first stem of a spelling: its stems and those of its term, the longest spelling first."""


def read_glossary(glossary: Iterable[tuple[str, str]]) -> Terms:
    """Make the table of spellings from pairs of a spelling and its term."""
    pairs = [(_counting(forms_of(one)), _counting(forms_of(term))) for one, term in glossary]
    # Within a term, a spelling is not replaced: "tangent kernel" in "neural tangent kernel".
    pairs += [(term, term) for _, term in pairs if any(_within(key, term) for key, _ in pairs)]
    terms: Terms = {}
    for key, term in sorted(pairs, key=lambda pair: (-len(pair[0]), pair)):
        known = terms.setdefault(key[0], []) if key else []
        if (key, term) not in known:
            known.append((key, term))
    return terms


def remember_stems(stems: Iterable[tuple[str, str]]) -> None:
    """Use known stems of forms, so that they need not be computed."""
    _STEMS.update(stems)


class Word(NamedTuple):
    """A word of a text: as it is written, folded, and its stem."""

    form: str
    stem: str


class SearchWords:
    """Splits texts into words, by the spellings of a glossary."""

    def __init__(self, terms: Terms) -> None:
        """`terms` is what `read_glossary` makes of a glossary."""
        self.met: set[str] = set()
        """The forms of the words met so far."""
        self._terms = terms

    @classmethod
    def of_glossary(cls, glossary: Iterable[tuple[str, str]]) -> SearchWords:
        """Use a glossary given as pairs of a spelling and its term."""
        return cls(read_glossary(glossary))

    def stems(self, text: str, *, both: bool = False) -> list[str]:
        """Return the stems of the words of a text that count, with spellings replaced.

        With `both`, the words of the spellings follow at the end.
        """
        forms = forms_of(text)
        self.met.update(forms)
        stems = _counting(forms)
        made: list[str] = []
        replaced: list[str] = []
        done = 0
        for place, size, term in self._spellings(stems):
            made += stems[done:place]
            made += term
            done = place + size
            replaced += stems[place:done]
        made = made + stems[done:] if done else stems
        return made + replaced if both else made

    def words(self, text: str) -> list[Word]:
        """Return the same with their forms: of a term that of its spelling."""
        found = [Word(form, stem) for form in forms_of(text) if (stem := _COUNTING[form])]
        made: list[Word] = []
        done = 0
        for place, size, term in self._spellings([word.stem for word in found]):
            made += found[done:place]
            spelling = " ".join(word.form for word in found[place : place + size])
            made += [Word(spelling, stem) for stem in term]
            done = place + size
        return made + found[done:]

    def _spellings(self, stems: list[str]) -> Iterator[tuple[int, int, list[str]]]:
        """Yield the place and size of each spelling of the glossary, and the stems of its term."""
        terms = self._terms
        end = 0
        for place in [place for place, one in enumerate(stems) if one in terms]:
            if place >= end:
                for key, term in terms[stems[place]]:
                    if stems[place : place + len(key)] == key:
                        end = place + len(key)
                        yield place, len(key), term
                        break


def _counting(forms: list[str]) -> list[str]:
    return [stem for form in forms if (stem := _COUNTING[form])]


def _within(key: list[str], term: list[str]) -> bool:
    """Return whether a spelling is a proper part of a term."""
    size = len(key)
    return 0 < size < len(term) and any(
        term[start : start + size] == key for start in range(len(term) - size + 1)
    )


def forms_of(text: str) -> list[str]:
    """Return every word of a text, folded, in order.

    >>> forms_of("Polyak's non-convex µP, over-parametrised")
    ['polyak', 'nonconvex', 'μp', 'overparametrised']
    """
    text = fold(text)
    if not text.isascii():
        text = text.translate(ALIKE)
    found: list[str] = _compiled(r"[^\W_]+").findall(_applied(RULES, text))
    return found


def plain_stems(text: str) -> list[str]:
    """Return the stems of the words of a text that count, by step 1 and 3 alone.

    >>> plain_stems("A non-convex landscape")
    ['non', 'convex', 'landscap']
    """
    found: list[str] = _compiled(r"[^\W_]+").findall(_compiled(r"\$[^$]*\$").sub(" ", fold(text)))
    return _counting(found)


def stem_of(form: str) -> str:
    """Return the stem of a word, in one spelling.

    >>> stem_of("overparametrised") == stem_of("overparameterization")
    True
    """
    return _STEMS[form]


def stems_of(text: str) -> list[str]:
    """Return the stem of every word of a text, in order."""
    return [_STEMS[form] for form in forms_of(text)]
