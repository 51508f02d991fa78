"""Commands for walks on the graph: path, lineage."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import (
    bibliography,
    dltheory,
    draw,
    key_argument,
    note,
    note_lists_read,
)
from dltheory_bib.display.lineage_view import FEW, SHORT, lineage_tree, nearest_works
from dltheory_bib.models.relations import BETWEEN_WORKS, Relation
from dltheory_bib.snapshot.views import lists_read

if TYPE_CHECKING:
    from collections.abc import Callable

    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.graph.walks import Branch
    from dltheory_bib.snapshot.reader import Edge

_KINDS = [relation.value for relation in BETWEEN_WORKS]


@dltheory.command(short_help="Show how two works are connected.")
@key_argument("start")
@key_argument("end")
def path(start: str, end: str) -> None:
    """Show a shortest chain of citations between two works, with the sentence on each step.

    \b
    Example: dltheory path wang2019convergence dauphin2014identifying
    """
    bib = bibliography()
    chain = bib.path(start, end)
    if chain is None:
        start, end = bib.key(start), bib.key(end)
        lists = lists_read(bib.snapshot)
        note(f"no chain of citations connects {start} and {end} in this collection ({lists})")
        raise click.exceptions.Exit(1)
    draw(chain)
    note_lists_read("citations")


@dltheory.command(short_help="Show what a paper builds on and what builds on it.")
@key_argument()
@click.option(
    "-r",
    "--relations",
    help="Relations to follow, separated by commas; default: those by which a work builds on "
    f"another. Known: {', '.join(_KINDS)}.",
)
@click.option("--back/--forward", "back", default=None, help="Only to the roots, or to the tips.")
@click.option(
    "--results",
    is_flag=True,
    help="Show who improved the bound of a result card, or of each card of a work.",
)
@click.option("--all", "everything", is_flag=True, help="Every work, with a sentence on each step.")
def lineage(
    key: str, relations: str | None, back: bool | None, results: bool, everything: bool
) -> None:
    """Show what a paper builds on, back to the roots, and what builds on it, to the tips.

    A long line is reduced to the nearest works, one per line; --all shows every work, with the
    sentence on each step. With --results, KEY may also be the id of a result card: the output shows
    who improved its bound, by how much, and what is known to be stronger.

    \b
    Example: dltheory lineage jin2017escape
    Example: dltheory lineage jin2017escape --all
    Example: dltheory lineage jacot2018neural --forward --relations extends,improves
    """
    bib = bibliography()
    if results:
        _improvements(bib, key, back)
        return
    kinds = _relations(relations)
    found = bib.lineage(key, kinds) if kinds else bib.lineage(key)
    shown, works, whole, nothing = 0, 0, True, []
    for branch, phrase, none in (
        (found.back, attrgetter("relation.phrase"), "builds on no work recorded here"),
        (found.forward, attrgetter("relation.inverse"), "no work recorded here builds on it"),
    ):
        if back is (branch is found.forward):
            continue
        if not branch.branches:
            nothing.append(f"{branch.key}: {none}")
            continue
        if works:
            draw("")
        size = _size(branch)
        complete = everything or size <= FEW
        _draw_branch(bib, branch, phrase, complete)
        shown += size if complete else min(size, SHORT)
        works += size
        whole = whole and complete
    for message in nothing:
        note(message)
    if Relation.CITES in kinds:
        note_lists_read("citations")
    if not whole:
        of_all = f"{shown} of {works} works; " if shown < works else ""
        more = "all, with the sentence" if of_all else "the sentence"
        note(f"{of_all}--all shows {more} on each step")


def _draw_branch(
    bib: Bibliography, branch: Branch, phrase: Callable[[Edge], str], whole: bool
) -> None:
    """Draw one direction: with the sentence on each step, or only the nearest works."""
    tree = lineage_tree(
        branch if whole else nearest_works(branch, SHORT),
        bib.snapshot.readable,
        bib.describe,
        phrase,
        sentences=whole,
    )
    draw(tree)


def _size(branch: Branch) -> int:
    """Return the number of works on a line, without its root."""
    return len(list(branch.keys())) - 1


def _improvements(bib: Bibliography, key: str, back: bool | None) -> None:
    """Return the lines of improvements through the cards of a work."""
    from dltheory_bib.display.improvement_chart import improvement_tree

    found = bib.improvements(key)
    if not found:
        note(f"{bib.key(key)}: no result card")
    for number, one in enumerate(found):
        if number:
            draw("")
        draw(improvement_tree(one, bib, back))


def _relations(names: str | None) -> list[Relation]:
    """Return the relations named on the command line; an unknown one is a usage error."""
    from dltheory_bib.errors import did_you_mean
    from dltheory_bib.text.names import nearest

    found = []
    for name in (names or "").replace("-", "_").split(","):
        if not name.strip():
            continue
        if name.strip() not in _KINDS:
            hint = did_you_mean(nearest(name, _KINDS, 1)) or f"; known are {', '.join(_KINDS)}"
            raise click.UsageError(f"unknown relation {name.strip()!r}{hint}")
        found.append(Relation(name.strip()))
    return found
