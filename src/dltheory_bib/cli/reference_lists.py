"""Read the reference lists of works from services: references."""

from __future__ import annotations

import datetime
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dltheory_bib.cli.app import bibliography, dltheory, key_argument, note
from dltheory_bib.cli.network_options import network_options, permitted_services
from dltheory_bib.cli.patches import print_patch
from dltheory_bib.cli.writable_collection import collection_change, writable_collection

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.lookup.held_works import HeldWorks
    from dltheory_bib.lookup.protocol import Reference
    from dltheory_bib.lookup.services import StatedList

_FEWEST_WORDS = 4
"""Titles with fewer words need an author to be recognised."""
_LISTED = re.compile(r"^- citing: *['\"]?([^\s'\"]+)", re.MULTILINE)


class _Matched(NamedTuple):
    """A reference list, with the works of the collection that it names."""

    source: str
    where: str
    cites: list[str]
    unknown: list[Reference]
    """Its entries that no work fits."""


@dltheory.command(short_help="Add the citations of a work from services.")
@key_argument("keys", many=True)
@click.option("--dry-run", is_flag=True, help="Show what would be added; write nothing.")
@network_options
def references(
    keys: tuple[str, ...], dry_run: bool, online: bool | None, mailto: str | None
) -> None:
    """Get the reference lists of KEYS, and add the citations of works that the collection has.

    OpenAlex, Crossref and Semantic Scholar are asked. Each list becomes a record in citations.yaml
    with its source and the day; a list of the same source is replaced. An entry is matched by its
    DOI or arXiv id, or by its title and authors. In a folder with a wanted.jsonl, entries that no
    work fits are added to that.

    \b
    Example: dltheory references jin2017escape --online
    """
    place = writable_collection()
    bib = bibliography()
    works = [bib[key] for key in keys]
    with permitted_services(online, mailto) as services:
        if services is None:
            raise click.ClickException("reference lists come from services; use --online")
        found = {work.key: _lists(bib, work.key, services) for work in works}
    lists = {key: one for key, one in found.items() if one}
    if not lists:
        raise click.ClickException("no reference list was found; nothing was written")
    with collection_change(place, f"references {', '.join(lists)}", write=not dry_run) as change:
        text = change.text("citations.yaml")
        for key, matched in lists.items():
            for one in matched:
                if one.cites:
                    text = _with_list(text, _record(key, one))
        if text != change.text("citations.yaml"):
            change.write("citations.yaml", text)
        if change.text("wanted.jsonl"):
            wanted = [(key, ref) for key, some in lists.items() for ref in some[0].unknown]
            change.write("wanted.jsonl", _with_wanted(change.text("wanted.jsonl"), wanted))
    for name in change.files:
        print_patch(name, change.before[name] or "", change.after[name] or "")
    if dry_run or not change.files:
        note("nothing was written")


def _lists(bib: Bibliography, key: str, services: Any) -> list[_Matched]:
    from dltheory_bib.lookup.held_works import HeldWorks
    from dltheory_bib.lookup.protocol import Absent, Failed, Reference
    from dltheory_bib.lookup.services import reference_lists
    from dltheory_bib.text.identifiers import Identifier

    work = bib[key]
    held = HeldWorks(bib.snapshot)
    ids = [Identifier("doi", work.doi)] if work.doi else []
    ids += [Identifier("arxiv", work.eprint)] if work.eprint else []
    if not ids:
        note(f"{key}: has neither DOI nor arXiv id, by which services are asked")
        return []
    found = []
    reference = Reference(work.plain_title, tuple(work.author), work.year, ids=tuple(ids))
    for one in reference_lists(services, reference):
        if isinstance(one, Failed):
            note(f"{key}: {one.source} could not be asked: {one.why}")
        elif isinstance(one, Absent):
            note(f"{key}: {one.asked[0].source} has no reference list")
        else:
            matched = _match(bib, held, key, one)
            found.append(matched)
            note(
                f"{key}: {one.source} lists {len(one.entries)} works, {len(matched.cites)} of them "
                "here"
            )
    return found


def _match(bib: Bibliography, held: HeldWorks, key: str, stated: StatedList) -> _Matched:
    cites: dict[str, None] = {}
    unknown = []
    for entry in stated.entries:
        found = _matching(held, entry)
        if found is None:
            unknown.append(entry)
        elif found != key and not _is_younger(bib, found, key):
            cites[found] = None
    day = datetime.date.today().isoformat()
    return _Matched(stated.source, f"{stated.where} on {day}", sorted(cites), unknown)


def _matching(held: HeldWorks, entry: Reference) -> str | None:
    """Return the key of the work that an entry means; None if none does without doubt."""
    short = len(entry.title.split()) < _FEWEST_WORDS
    if not entry.ids and (not entry.title or (short and not entry.authors)):
        return None
    return held.cited(entry)


def _is_younger(bib: Bibliography, cited: str, citing: str) -> bool:
    """Return whether a work appeared after the one whose list is said to have it."""
    one, other = bib[cited], bib[citing]
    years = [one.year, *(version.year for version in one.versions)]
    first = min([*years, one.eprint_year or one.year])
    if first > other.year:
        note(f"{citing}: {cited} ({first}) is younger, so it is left out")
    return first > other.year


def _record(key: str, matched: _Matched) -> dict[str, Any]:
    return {
        "citing": key,
        "source": matched.source,
        "where": matched.where,
        "how": "parsed",
        "cites": matched.cites,
    }


def _with_list(text: str, record: dict[str, Any]) -> str:
    """Return the file with a list, in place of that of the same work and source.

    A work may have several lists, so it does not tell a record as elsewhere.
    """
    from dltheory_bib.source.yaml_writer import revised

    made = revised("", "citations", {record["citing"]: record})
    starts = [*_LISTED.finditer(text)]
    if not starts:
        return revised(text, "citations", {record["citing"]: record})
    source = re.compile(rf"^  source: *['\"]?{re.escape(record['source'])}['\"]? *$", re.MULTILINE)
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        end = _above(text, following.start()) if following else len(text)
        block = text[start.start() : end]
        if start[1] == record["citing"] and source.search(block):
            rest = text[end:]
            return f"{text[: start.start()]}{made}" + (f"\n{rest}" if rest else "")
    later = next((one for one in starts if one[1] > record["citing"]), None)
    if later is None:
        return f"{text.rstrip()}\n\n{made}"
    place = _above(text, later.start())
    return f"{text[:place]}{made}\n{text[place:]}"


def _above(text: str, place: int) -> int:
    """Return where the comments begin that are directly above a place."""
    while place:
        start = text.rfind("\n", 0, place - 1) + 1
        if not text[start:place].startswith("#"):
            break
        place = start
    return place


def _with_wanted(text: str, entries: list[tuple[str, Reference]]) -> str:
    """Return the wanted works with more entries, sorted by citing work and title."""
    from dltheory_bib.source import wanted

    lines = set(text.splitlines(keepends=True))
    for key, entry in entries:
        if entry.title:
            author = entry.authors[0] if entry.authors else ""
            ids = (entry.value("arxiv") or None, entry.value("doi") or None)
            made = wanted.Reference(key, entry.title, author, entry.year, *ids)
            lines.add(wanted.reference_line(made))
    order = {line: json.loads(line) for line in lines}
    return "".join(sorted(lines, key=lambda one: (order[one]["citing"], order[one]["title"])))
