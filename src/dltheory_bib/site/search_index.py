"""The index of the search and its rules, as the page reads them.

`static/search/` ranks as `query/` does, in the same integers. Its constants, tables and patterns
are those of the modules imported here: none is written twice. The weights of words are not in the
data, because the page computes them from the words of the works, as `snapshot/compile_search.py`
does.
"""

from __future__ import annotations

import json
import re
from typing import Any

from dltheory_bib.models.paper import Paper
from dltheory_bib.query import answer, headings, known_items, mending, rank, typed
from dltheory_bib.query.rank import fields_of
from dltheory_bib.site.site_data import Contents
from dltheory_bib.snapshot import compile_search
from dltheory_bib.snapshot.reader import read_numbers
from dltheory_bib.text import identifiers, search_words
from dltheory_bib.text.names import family, fold, unbraced

# Printable ASCII that a JSON string contains unescaped, without the space, which separates columns.
DIGITS = "".join(chr(code) for code in range(33, 127) if chr(code) not in "\"\\'<&`")
_HALF = len(DIGITS) // 2


def search_index(contents: Contents) -> dict[str, Any]:
    """Return the words of each work, and what else a query can name; works count from 0."""
    fetch = contents.bib.snapshot.fetch
    works = fetch("SELECT prior, words FROM search_work ORDER BY n").fetchall()
    made = [compile_search.titles_of(paper) for paper in _papers(contents)]
    return {
        "words": _words(contents),
        "idf": _idf(contents),
        "tokens": "\n".join(_line(words) for _, words in works),
        "titles": {n: len(titles) for n, titles in enumerate(made) if len(titles) > 1},
        "prior": [prior for prior, _ in works],
        "first": _first_authors(contents),
        "glossary": json.loads(fetch("SELECT data FROM glossary").fetchone()[0]),
        "headings": fetch("SELECT kind, id, label, stems FROM heading").fetchall(),
        "starts": _starts(contents),
    }


def _papers(contents: Contents) -> list[Paper]:
    """Return the works in the order of their numbers, which differs from that of their keys if the
    collection extends another.
    """
    keys = contents.bib.snapshot.fetch("SELECT key FROM paper ORDER BY n")
    return [contents.papers[row[0]] for row in keys]


def _line(words: bytes) -> str:
    """Return the words of a work: its fields and names, separated by spaces."""
    return " ".join("".join(number(word - 1) for word in part) for part in fields_of(words))


def _words(contents: Contents) -> str:
    """Return a line for each word with the forms that have its stem, or else `=` and the stem."""
    fetch = contents.bib.snapshot.fetch
    forms: dict[int, list[str]] = {}
    for form, word in fetch("SELECT form, word FROM search_form ORDER BY form"):
        forms.setdefault(word, []).append(form)
    stems = fetch("SELECT id, stem FROM search_word ORDER BY id")
    return "\n".join(" ".join(forms.get(word, [f"={stem}"])) for word, stem in stems)


def _idf(contents: Contents) -> dict[int, int]:
    """Return the weight of a word by the number of works that have it."""
    rows = contents.bib.snapshot.fetch("SELECT works, idf FROM search_word")
    return dict(sorted({len(read_numbers("I", works)): idf for works, idf in rows}.items()))


def _first_authors(contents: Contents) -> dict[int, str]:
    """Return the first author, folded, of works that print the name in another spelling."""
    found = {}
    for n, paper in enumerate(_papers(contents)):
        printed, person = paper.author[0], contents.authors[paper.key][0][0]
        if fold(family(printed)) != fold(family(contents.people[person].name)):
            found[n] = fold(unbraced(printed))
    return found


def _starts(contents: Contents) -> dict[str, list[int]]:
    """Return where newcomers to a topic start: the works by id of the topic, in order."""
    snapshot = contents.bib.snapshot
    found = {}
    for topic in contents.topics.values():
        places = [snapshot.number(step.work) for step in topic.start]
        if works := [place - 1 for place in places if place is not None]:
            found[topic.id] = works
    return found


def number(value: int) -> str:
    """Write a number from 0 in `DIGITS`: those of the upper half are followed by more, lowest
    first.

    >>> len(number(0)), len(number(_HALF - 1)), len(number(_HALF))
    (1, 1, 2)
    """
    made = ""
    while value >= _HALF:
        made += DIGITS[_HALF + value % _HALF]
        value = value // _HALF - 1
    return made + DIGITS[value]


def search_rules() -> dict[str, Any]:
    """Return the constants, tables and patterns of the search."""
    return {
        "stop": sorted(search_words.STOP_WORDS),
        "alike": {chr(code): char for code, char in search_words.ALIKE.items()},
        "spellings": [_pattern(one, instead) for _, one, instead in search_words.RULES],
        "endings": [_pattern(one, instead) for _, one, instead in search_words.ENDINGS],
        "fields": answer.FIELD_NAMES,
        "index": {
            "weights": compile_search.WEIGHTS,
            "scale": compile_search.SCALE,
            "saturation": compile_search.SATURATION,
        },
        "rank": {
            "covered": rank.COVERED,
            "reranked": rank.RERANKED,
            "most": rank.MOST,
            "all": rank.ALL,
            "pair": rank.PAIR,
            "inName": rank.IN_NAME,
            "name": rank.NAME,
            "whole": rank.WHOLE,
        },
        "favour": {
            "person": answer.BY_PERSON,
            "personAlone": answer.BY_PERSON_ALONE,
            "firstAuthor": answer.BY_FIRST_AUTHOR,
            "topic": answer.BY_TOPIC,
        },
        "mostWords": answer.MOST_WORDS,
        "longest": typed.LONGEST,
        "ofWords": typed.OF_WORDS,
        "headings": {
            "most": headings.MOST,
            "leastWords": headings.LEAST_WORDS,
            "leastWeight": headings.LEAST_WEIGHT,
        },
        "mending": {
            "letters": mending.LETTERS,
            "shortest": mending.SHORTEST,
            "long": mending.LONG,
            "longest": mending.LONGEST,
            "candidates": mending.CANDIDATES,
        },
        "people": known_items.MOST_PEOPLE,
        "signs": known_items.SIGNS,
        "patterns": _patterns(),
    }


def _patterns() -> dict[str, list[str]]:
    found = {
        "years": (answer.YEARS, 0),
        "quoted": (answer.QUOTED, 0),
        "term": (typed.TERM, re.IGNORECASE),
        "address": (known_items.ADDRESS, re.IGNORECASE),
        **identifiers.PATTERNS,
    }
    return {name: _pattern(one, flags=flags) for name, (one, flags) in found.items()}


def _pattern(pattern: str, instead: str = "", flags: int = 0) -> list[str]:
    r"""Return a pattern, a replacement and flags as JavaScript writes them.

    >>> _pattern(r"(?P<a>\w)\b", r"-\1")[1:]
    ['-$1', 'gu']
    """
    word = r"\p{L}\p{N}_"
    if flags & re.ASCII:
        word = "A-Za-z0-9_"
    edge = f"(?:(?<=[{word}])(?![{word}])|(?<![{word}])(?=[{word}]))"
    made, inside, place = "", False, 0
    pattern = pattern.replace("(?P<", "(?<").replace('\\"', '"')
    while place < len(pattern):
        pair = pattern[place : place + 2]
        if pair == r"\w":
            made += word if inside else f"[{word}]"
        elif pair == r"\W":
            made += r"\P{L}\P{N}" if inside else f"[^{word}]"
        elif pair == r"\b":
            made += edge
        elif pair == r"\-" and not inside:
            made += "-"
        elif pair[0] == "\\":
            made += pair
        else:
            inside = pair[0] == "[" or (inside and pair[0] != "]")
            made += pair[0]
            pair = pair[0]
        place += len(pair)
    return [made, re.sub(r"\\(\d)", r"$\1", instead), "giu" if flags & re.IGNORECASE else "gu"]
