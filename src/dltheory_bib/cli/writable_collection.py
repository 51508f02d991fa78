"""The collection to which a command writes, and how its files are changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dltheory_bib.cli.app import note
from dltheory_bib.cli.collection import chosen_collection
from dltheory_bib.source.folders import is_described, is_directory, is_file, shipped_directory

if TYPE_CHECKING:
    from dltheory_bib.bibfile.proposal import Proposal
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.lookup.protocol import Reference
    from dltheory_bib.source.collection_writer import Change


_LISTED = 5
"""The most works that a hint names."""


class Writable(NamedTuple):
    """A collection that can be written to: its folder and the name of its papers file."""

    folder: Path
    papers: str

    @property
    def is_file(self) -> bool:
        """Whether the collection is a single file of papers."""
        return self.papers != "papers.yaml"


def writable_collection() -> Writable:
    """Return the collection of the command. The installed catalogue is not written to."""
    collection = chosen_collection()
    place = collection.path
    if place is None:
        place = shipped_directory()
        if not _is_of_clone(place):
            raise click.ClickException(
                "the installed catalogue is not written to; make a collection of your own with "
                "`dltheory init DIR`, and name it with --data or DLTHEORY_DATA"
            )
    if is_directory(place):
        return Writable(place, "papers.yaml")
    if is_file(place):
        return Writable(place.parent, place.name)
    raise click.ClickException(f"there is no collection at {place}")


def _is_of_clone(data: Path) -> bool:
    """Return whether the shipped data are those of a clone in which the user is."""
    try:
        here = Path.cwd().resolve()
        root = data.resolve().parent
    except OSError:
        return False
    return is_file(root / "pyproject.toml") and (here == root or root in here.parents)


def catalogue_hint(place: Writable, references: Sequence[Reference]) -> None:
    """Say which works the shipped catalogue has, for a collection that extends nothing."""
    from dltheory_bib.bibliography import load
    from dltheory_bib.lookup.held_works import HeldWorks

    described = is_described(place.folder) and not place.is_file
    if not references or described or place.folder == shipped_directory():
        return
    held = HeldWorks(load().snapshot)
    found = (held.key_of(one) for one in references)
    keys = list(dict.fromkeys(key for key in found if key))
    if keys:
        listed = ", ".join(keys[:_LISTED]) + (
            f" and {len(keys) - _LISTED} more" * (len(keys) > _LISTED)
        )
        note(
            f"the shipped catalogue has {listed}, with topics and annotations; a folder with "
            "`extends: shipped` in collection.yaml needs no copy (`dltheory init`)"
        )


@contextmanager
def collection_change(place: Writable, command: str, write: bool = True) -> Iterator[Change]:
    """Change files of a collection (`collection_writer.changing`); report what prevents it."""
    from dltheory_bib.source.collection_writer import changing

    try:
        with changing(place.folder, command, write=write) as change:
            yield change
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.ClickException(f"cannot write to {place.folder}: {reason}") from None


def put_records(
    change: Change,
    place: Writable,
    bib: Bibliography,
    proposals: Sequence[Proposal],
    replace: bool = False,
) -> list[Proposal]:
    """Put the records and new venues of proposals into their files; return what was put.

    Another process may have added works since the collection was read: a key that is taken now gets
    a number, and a work that is there now is left out. With `replace` the records are those of
    works that are there.
    """
    from dltheory_bib.source.yaml_writer import revised

    papers = change.text(place.papers)
    given: set[str] = set()
    added = list(proposals) if replace else []
    for one in () if replace else proposals:
        assert one.record
        if _is_there(papers, one.record):
            note(f"{one.where}: was added by another process meanwhile")
            continue
        key, number = re.sub(r"-\d+$", "", one.key), 1
        while one.key in given or _is_name(papers, one.key):
            number += 1
            one.record["key"] = f"{key}-{number}"
        given.add(one.key)
        one.record["aliases"] = [
            name for name in one.record.get("aliases", ()) if not _is_name(papers, name)
        ]
        if not one.record["aliases"]:
            del one.record["aliases"]
        added.append(one)
    put_venues(change, place, bib, [one.venue for one in added if one.venue])
    if not added:
        return []
    records = {one.key: one.record for one in added if one.record}
    ordered = all(one.as_made for one in added)
    if not ordered:
        _refuse_faults(records)
    change.write(place.papers, revised(papers, "papers", records, ordered=ordered))
    return added


def _refuse_faults(records: Mapping[str, Mapping[str, Any]]) -> None:
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.source.record_faults import record_faults

    for key, record in records.items():
        for message in record_faults(record, Paper):
            raise click.ClickException(f"{key}: {message}; nothing was written")


def put_venues(
    change: Change, place: Writable, bib: Bibliography, venues: Sequence[Mapping[str, Any]]
) -> None:
    """Put new venues into their file. A collection on its own with none borrows those of the
    catalogue; once it has a file, that must have every venue of its works.
    """
    from dltheory_bib.source.yaml_writer import revised

    text = change.text("venues.yaml")
    taken = set(_NAMED.findall(text))
    new = {str(one["id"]): one for one in venues if one["id"] not in taken}
    if not new:
        return
    alone = not text.strip() and not is_described(place.folder)
    if alone:
        new |= {str(one["id"]): one for one in _used_venues(bib)}
    change.write("venues.yaml", revised(text, "venues", new, ordered=not alone))


def put_additions(
    change: Change, bib: Bibliography, additions: Mapping[str, Mapping[str, Any]]
) -> None:
    """Add to the user's notes on works, by key; a status that is there stays, and is named."""
    from dltheory_bib.bibfile.own_material import joined

    if not additions:
        return
    there = change.records("notes")
    names = {bib.key(one): one for one in there if one in bib}  # a record may use an alias
    made = []
    for key, new in additions.items():
        old = there.get(names.get(key, key), {"key": key})
        addition, refused = joined(old, new)
        if refused:
            note(f"{key} has the status {old['status']} here, not {refused}; it stays")
        if addition != old:
            made.append(addition)
    change.put("notes", *made)


def _used_venues(bib: Bibliography) -> list[dict[str, Any]]:
    """Return the venues of a collection's works."""
    rows = bib.snapshot.fetch(
        "SELECT data FROM venue WHERE id IN (SELECT venue FROM paper UNION "
        "SELECT json_extract(v.value, '$.venue') FROM record r, "
        "json_each(r.data, '$.versions') v)"
    )
    return [json.loads(row[0]) for row in rows]


_NAMED = re.compile(r"^- (?:key|id): *['\"]?([^\s'\"]+)", re.MULTILINE)
"""The keys or ids of the records in a file; reading the file would take a thousand times longer."""


def _is_there(text: str, record: Mapping[str, Any]) -> bool:
    """Return whether a file has a record with an identifier of this one, or with its title."""
    from dltheory_bib.source.yaml_writer import revised

    if any(_has_value(text, name, record.get(name)) for name in ("eprint", "doi")):
        return True
    titled = {"key": "a", "title": record["title"]}
    return revised("", "papers", {"a": titled}, ordered=True).partition("\n")[2] in text


def _is_name(text: str, name: str) -> bool:
    """Return whether a key, or a name in a list such as that of the aliases, is in a file."""
    before = r"^(?:- key: *| +- *| +aliases: *\[(?:[^\]\n]*, *)?)['\"]?"
    after = r"['\"]?(?=[\],\s]|$)"
    return re.search(before + re.escape(name) + after, text, re.MULTILINE) is not None


def _has_value(text: str, field: str, value: str | None) -> bool:
    """Return whether a record in a file has a value in a field."""
    if not value:
        return False
    pattern = rf"^  (?:  )?(?:- )?{field}: *['\"]?{re.escape(value)}['\"]? *$"
    return re.search(pattern, text, re.MULTILINE | re.IGNORECASE) is not None
