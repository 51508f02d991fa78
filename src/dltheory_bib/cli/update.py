"""Update one's own works: what became of preprints, and what a layer below has now."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from dltheory_bib.cli.app import bibliography, dltheory, key_argument, note
from dltheory_bib.cli.network_options import network_options, permitted_services
from dltheory_bib.cli.patches import print_patch
from dltheory_bib.cli.writable_collection import (
    Writable,
    collection_change,
    put_records,
    writable_collection,
)

if TYPE_CHECKING:
    from dltheory_bib.bibfile.proposal import Proposal
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.lookup.protocol import Reference
    from dltheory_bib.lookup.service import Service
    from dltheory_bib.source.collection_writer import Change

_FEW = 3
"""Works that are asked for without a progress bar."""


@dltheory.command(short_help="Find out what became of your preprints.")
@key_argument("keys", many=True, required=False)
@click.option("--write", is_flag=True, help="Write the changes; `dltheory undo` takes them back.")
@network_options
def update(keys: tuple[str, ...], write: bool, online: bool | None, mailto: str | None) -> None:
    """Show what became of your preprints, and which works a layer below has now.

    Services are asked where each of your preprints was published (all, or those of KEYS), if you
    allow it. A work that a layer below has by now can be turned into additions to it: your notes,
    `after` and relations stay, your key becomes an alias, and its facts come from below. That needs
    no network.

    The output is a patch; --write applies it.

    \b
    Example: dltheory update --online
    Example: dltheory update doe2026deep --online --write
    """
    place = writable_collection()
    bib = bibliography()
    wanted = {bib.key(key) for key in keys}
    records = [one for one in own_records(bib) if not wanted or one["key"] in wanted]
    below = {} if place.is_file else _below(place, records)
    preprints = [one for one in records if _is_preprint(one) and one["key"] not in below]
    with permitted_services(online, mailto) as services:
        if services is None and preprints:
            note(
                f"{len(preprints)} of your works are preprints; services were not asked what "
                "became of them: use --online"
            )
        found = _published(bib, preprints, services) if services else []
    for one in found:
        for text in one.notes:
            note(f"{one.where}: {text}")
    changed = [one for one in found if one.record]
    command = f"update {', '.join([one.where for one in changed] + list(below))}"
    with collection_change(place, command, write=write) as change:
        put_records(change, place, bib, changed, replace=True)
        for own, (other, aliases) in below.items():
            _turn_into_additions(change, own, other, aliases)
    for name in change.files:
        print_patch(name, change.before[name] or "", change.after[name] or "")
    _summarise(len(records), len(changed), len(below), write and bool(change.files))


def own_records(bib: Bibliography) -> list[dict[str, Any]]:
    """Return the records of a collection's own works: those of its highest layer."""
    rows = bib.snapshot.fetch(
        "SELECT r.data FROM record r JOIN paper p ON p.n = r.n "
        "WHERE p.layer = (SELECT max(id) FROM layer) ORDER BY p.key"
    )
    return [json.loads(row[0]) for row in rows]


def _is_preprint(record: dict[str, Any]) -> bool:
    return record["type"] == "online" and bool(record.get("eprint"))


def _published(
    bib: Bibliography, records: Sequence[dict[str, Any]], services: list[Service]
) -> list[Proposal]:
    from dltheory_bib.bibfile.proposal import Proposal, Proposer
    from dltheory_bib.cli.progress import CompileProgress
    from dltheory_bib.lookup.protocol import Absent, Found
    from dltheory_bib.lookup.services import ask_services

    proposer = Proposer(bib, lambda name: bib.snapshot.number(name) is not None)
    references = [_reference(one) for one in records]
    if len(references) > _FEW and sys.stderr.isatty():
        with CompileProgress("asking", "works") as progress:
            answers = ask_services(services, references, progress)
    else:
        answers = ask_services(services, references)
    made = []
    for record, answer in zip(records, answers, strict=True):
        if isinstance(answer, Found):
            one = proposer.upgraded(record, answer.records)
            one.notes += [
                f"{failed.source} could not be asked: {failed.why}" for failed in answer.failed
            ]
        elif isinstance(answer, Absent):
            one = Proposal(record["key"], notes=["no service knows it"])
        else:
            one = Proposal(record["key"], notes=[f"could not be looked up: {answer}"])
        made.append(one)
    return made


def _reference(record: dict[str, Any]) -> Reference:
    from dltheory_bib.lookup.protocol import Reference
    from dltheory_bib.text.identifiers import Identifier
    from dltheory_bib.text.names import unbraced

    return Reference(
        unbraced(record["title"]),
        tuple(record["author"]),
        record["year"],
        ids=(Identifier("arxiv", record["eprint"]),),
    )


# Works that a layer below has as well


def _below(place: Writable, records: Sequence[dict[str, Any]]) -> dict[str, tuple[str, list[str]]]:
    """Return, by own work that a layer below has as well, its key there and the names that only
    the own record has: whoever cites the work by one must not lose it.
    """
    from dltheory_bib.snapshot.below import BelowSnapshot, open_below
    from dltheory_bib.source.loader import read_catalogue
    from dltheory_bib.source.overlay import settle

    opened = open_below(place.folder)
    if opened is None:
        return {}
    snapshot, files = opened
    catalogue, _ = read_catalogue(files)
    overlay, _ = settle(catalogue, BelowSnapshot(snapshot))
    found = {}
    for one in records:
        other = overlay.same.get(one["key"])
        if other is None:
            continue
        names = [one["key"], *one.get("aliases", ())]
        found[one["key"]] = other, [name for name in names if snapshot.number(name) is None]
    return found


def _turn_into_additions(change: Change, own: str, other: str, aliases: list[str]) -> None:
    """Delete an own record; what it says beyond the facts becomes an addition to the work below."""
    from dltheory_bib.bibfile.own_material import joined

    record = change.records("papers").get(own)
    if record is None:
        return
    change.remove("papers", own)
    more = {
        "aliases": aliases,
        "after": [one for one in record.get("after", ()) if one != other],
        "relations": [one for one in record.get("relations", ()) if one["work"] != other],
    }
    notes = change.records("notes")
    addition: dict[str, Any] = {"key": other}
    for stated in (notes.get(other, {}), notes.get(own, {}) if own != other else {}, more):
        addition, _ = joined(addition, stated)
    if own != other:
        change.remove("notes", own)
    if len(addition) > 1:
        change.put("notes", addition)


def _summarise(works: int, published: int, below: int, written: bool) -> None:
    counted = "1 work" if works == 1 else f"{works} works"
    if not published and not below:
        note(f"{counted} of your own; nothing to change")
        return
    parts = [f"{published} published"] if published else []
    parts += [f"{below} to turn into additions to a layer below"] if below else []
    note(f"{counted} of your own: {', '.join(parts)}")
    note("written" if written else "nothing was written; use --write to apply the changes")
