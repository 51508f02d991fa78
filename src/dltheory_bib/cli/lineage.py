"""Commands that walk the graph: path, lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import bibliography, dltheory, draw, key_argument, note
from dltheory_bib.models.relations import JUDGEMENTS, Relation

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography

_KINDS = [relation.value for relation in (*JUDGEMENTS, Relation.CITES, Relation.AFTER)]


@dltheory.command(short_help="How two works are connected.")
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
        note(f"no chain of citations between {bib.key(start)} and {bib.key(end)} is known here")
        raise click.exceptions.Exit(1)
    draw(chain)


@dltheory.command(short_help="What a work stands on, and what on it.")
@key_argument()
@click.option(
    "-r",
    "--relations",
    help="Kinds to follow, with commas between; default: those by which a work builds on another. "
    f"Known: {', '.join(_KINDS)}.",
)
@click.option("--back/--forward", "back", default=None, help="Only to the roots, or to the tips.")
@click.option(
    "--results",
    is_flag=True,
    help="Follow who improved the bound of a result card, or of each card of a work.",
)
def lineage(key: str, relations: str | None, back: bool | None, results: bool) -> None:
    """Show what a work stands on, back to the roots, and what stands on it, to the tips.

    With --results, KEY may also be the id of a result card: who improved its bound, by how much,
    and what is the best known today.

    \b
    Example: dltheory lineage jin2017escape
    Example: dltheory lineage jacot2018neural --forward --relations extends,improves
    """
    bib = bibliography()
    if results:
        _improvements(bib, key, back)
        return
    kinds = _relations(relations)
    found = bib.lineage(key, kinds) if kinds else bib.lineage(key)
    draws = []
    if back is not False:
        draws.append((found.back, True, "stands on nothing that is recorded here"))
    if back is not True:
        draws.append((found.forward, False, "nothing recorded here stands on it"))
    for number, (branch, backwards, nothing) in enumerate(draws):
        if not branch.branches:
            note(f"{branch.key}: {nothing}")
            continue
        if number:
            draw("")
        draw(found.tree(backwards))


def _improvements(bib: Bibliography, key: str, back: bool | None) -> None:
    """The lines on which the cards of a work stand."""
    from dltheory_bib.display.improvement_chart import improvement_tree

    found = bib.improvements(key)
    if not found:
        note(f"{bib.key(key)}: no result card")
    for number, one in enumerate(found):
        if number:
            draw("")
        draw(improvement_tree(one, bib, back))


def _relations(names: str | None) -> list[Relation]:
    """The kinds named on the command line; a mistyped one is bad usage."""
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
