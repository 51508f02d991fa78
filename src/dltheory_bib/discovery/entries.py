"""Entries of a .bib file for hits, each under a remark with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dltheory_bib.discovery.own_works import LISTS
from dltheory_bib.lookup.same_work import inverted
from dltheory_bib.shelf.shelf_entries import bare_entry
from dltheory_bib.text.names import family, fold, words

if TYPE_CHECKING:
    from dltheory_bib.discovery.discoveries import Hit

_SHORTEST = 4
"""The letters of the word of a title that a key has."""


def hit_entries(hits: Iterable[Hit], biblatex: bool) -> str:
    """Return the entries of hits; one of the collection's works is left to `export`."""
    taken: set[str] = set()
    made = []
    for hit in hits:
        key = _free(hit.key or _key(hit), taken)
        taken.add(key)
        made.append(f"% {key}: {_remark(hit)}\n{bare_entry(hit.work, key, biblatex)}")
    return "".join(made)


def _remark(hit: Hit) -> str:
    work = hit.work
    if hit.key:
        return f"{hit.why}; in the collection, dltheory export key:{hit.key}"
    if work.source == LISTS:
        return f"not curated; {hit.why}"
    return f"not curated; {hit.why}; {work.source} of {work.date}, {work.where}"


def _key(hit: Hit) -> str:
    """Return a DOI or an arXiv id, or else a key in the style of the catalogue's."""
    work = hit.work
    if work.doi or work.eprint:
        return work.doi or work.eprint
    first = "".join(words(fold(family(inverted(work.authors[0]))))) if work.authors else "work"
    long = (word for word in words(fold(work.title)) if len(word) >= _SHORTEST)
    key = f"{first}{work.year or ''}{next(long, '')}"
    return "".join(letter for letter in key if letter.isascii() and letter.isalnum()) or "work"


def _free(key: str, taken: set[str]) -> str:
    free, number = key, 1
    while free in taken:
        number += 1
        free = f"{key}-{number}"
    return free
