"""A verdict does not depend on how an entry is written, nor on what else is in the file."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

import pytest

from dltheory_bib import Bibliography
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.lint.linter import lint
from dltheory_bib.text.latex import name_to_latex, title_to_latex
from helpers.corruptions import KINDS, Corruptor, Entry, to_bib

SEED = 20261130
RIGHT, WRONG = 400, 50
"""Right entries, and entries of each kind of corruption."""


@pytest.fixture(scope="module")
def entries(catalogue: Bibliography) -> list[Entry]:
    """Right and corrupted entries, more than a thousand."""
    made = Corruptor(catalogue, SEED)
    found = [
        made.entry(one, long=n % 2 == 0) for n, one in enumerate(made.rng.sample(made.works, RIGHT))
    ]
    for kind in KINDS:
        found += [entry for _, entry, _ in made.corrupted(kind, WRONG)]
    assert len(found) >= 1000
    return found


Told = tuple[str, str | None, tuple[str, ...]]


def told(bib: Bibliography, entries: list[Entry]) -> list[Told]:
    """The verdict on each entry, the work, and the fields that are wrong."""
    found = lint(bib, [parse_bib(to_bib(entries))])
    assert len(found.judgements) == len(entries)
    return [
        (one.verdict, one.work, tuple(one.found.fields("differs", "contradicted")))
        for one in found.judgements
    ]


@pytest.fixture(scope="module")
def before(catalogue: Bibliography, entries: list[Entry]) -> list[Told]:
    return told(catalogue, entries)


def test_the_order_of_entries_changes_nothing(
    catalogue: Bibliography, entries: list[Entry], before: list[Told]
) -> None:
    order = list(range(len(entries)))
    random.Random(SEED).shuffle(order)
    after = told(catalogue, [entries[n] for n in order])
    assert [one for n, one in zip(order, after, strict=True) if before[n] != one] == []


def _initials(name: str) -> str:
    *given, last = name.split()
    return " ".join([*(f"{one[0]}." for one in given), last])


def _inverted(name: str) -> str:
    *given, last = name.split()
    return f"{last}, {' '.join(given)}" if given else name


def _without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _on_names(change: Callable[[str], str]) -> Callable[[Entry], Entry]:
    def changed(entry: Entry) -> Entry:
        names = entry["author"].split(" and ")
        return entry | {"author": " and ".join(map(change, names))}

    return changed


def _on_fields(change: Callable[[str], str]) -> Callable[[Entry], Entry]:
    return lambda entry: entry | {name: change(entry[name]) for name in ("author", "title")}


def _with_others(entry: Entry) -> Entry:
    return entry | {"author": f"{entry['author']} and others"}


def _in_latex(entry: Entry) -> Entry:
    names = [name_to_latex(name, "latex") for name in entry["author"].split(" and ")]
    title = title_to_latex(entry["title"], "latex")
    return entry | {"author": " and ".join(names), "title": title}


def _shouted(entry: Entry) -> Entry:
    return entry | {"title": entry["title"].upper()}


CHANGES = {
    "initials": _on_names(_initials),
    "last, first": _on_names(_inverted),
    "last, initials": _on_names(lambda name: _inverted(_initials(name))),
    "LaTeX accents": _in_latex,
    "decomposed accents": _on_fields(_decomposed),
    "no accents": _on_fields(_without_accents),
    "and others": _with_others,
    "capitals": _shouted,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_how_an_entry_is_written_changes_nothing(
    catalogue: Bibliography,
    entries: list[Entry],
    before: list[Told],
    change: Callable[[Entry], Entry],
) -> None:
    """Of lists of authors that are cut, "and others" says so, and a name that stands for nobody
    may be somebody's with an initial for the given name: they are left out.
    """
    after = told(catalogue, [change(one) for one in entries])
    is_cut = change is _with_others
    is_short = change in (CHANGES["initials"], CHANGES["last, initials"])
    changed = [
        (old, new, change(entry))
        for old, new, entry in zip(before, after, entries, strict=True)
        if old != new
        and not (is_cut and old[2] == ("author",))
        and not (is_short and old[2] == ("author",) and " Doe" in entry["author"])
    ]
    assert changed == []
