"""Add works to a collection: add."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dltheory_bib.cli.app import bibliography, dltheory, note
from dltheory_bib.cli.network_options import network_options, permitted_services
from dltheory_bib.cli.patches import print_patch
from dltheory_bib.cli.writable_collection import (
    Writable,
    catalogue_hint,
    collection_change,
    put_additions,
    put_records,
    writable_collection,
)

if TYPE_CHECKING:
    from dltheory_bib.bibfile.importers import Draft
    from dltheory_bib.bibfile.proposal import Proposal, Proposer
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.lookup.protocol import Answer, Lookup, Reference
    from dltheory_bib.lookup.service import Service
    from dltheory_bib.source.collection_writer import Change

_FILES = (".bib", ".ris", ".json")
_FEW = 3
"""Works that are asked for without a progress bar."""


class _Entry(NamedTuple):
    """A work of a file."""

    draft: Draft
    source: str


@dltheory.command(short_help="Add works to your collection.")
@click.argument("what", nargs=-1, required=True)
@click.option("--topics", metavar="ID,…", help="The topics of the works, instead of a suggestion.")
@click.option("--after", metavar="KEY,…", help="Works to read before.")
@click.option("--edit", is_flag=True, help="Edit the records in an editor before they are added.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--dry-run", is_flag=True, help="Show what would be added; write nothing.")
@network_options
def add(
    what: tuple[str, ...],
    topics: str | None,
    after: str | None,
    edit: bool,
    yes: bool,
    dry_run: bool,
    online: bool | None,
    mailto: str | None,
) -> None:
    """Add each WHAT to your collection: a file, an identifier, or a title.

    A file has BibTeX, RIS or CSL-JSON; - is standard input. An identifier is an arXiv id, a DOI, an
    OpenReview id, or the URL of one. A work that the collection or the catalogue below it has is
    not added again. A file needs no network; for identifiers and titles services are asked, if you
    allow it.

    A record gets a key in the style of the catalogue, its sources, and the topic of the nearest
    works if they are near enough. The output is a patch. At a terminal you are asked before
    anything is written.

    \b
    Example: dltheory add new.bib --dry-run
    Example: dltheory add - < new.bib
    Example: dltheory add 2306.04251 10.1145/3418526 --online
    Example: dltheory add "Neural collapse in deep linear networks" --online
    """
    place = writable_collection()
    bib = bibliography()
    given = _Given(topics=_listed(topics), after=_listed(after))
    _check_names(bib, given)
    with permitted_services(online, mailto) as services:
        proposer = _proposer(bib)
        proposals = [_chosen(one, given) for one in _proposals(what, proposer, services)]
    for one in proposals:
        _report(one)
    catalogue_hint(place, [one.reference for one in proposals if one.reference and not one.known])
    if edit:
        proposals = [_edited(one) if one.record else one for one in proposals]
    _write(place, bib, proposals, ask=not (yes or dry_run) and _is_asked(), dry_run=dry_run)


class _Given(NamedTuple):
    topics: list[str]
    after: list[str]


def _listed(value: str | None) -> list[str]:
    return [one.strip() for one in (value or "").split(",") if one.strip()]


def _check_names(bib: Bibliography, given: _Given) -> None:
    for topic in given.topics:
        bib.topics[topic]  # an unknown one is reported with the nearest
    for key in given.after:
        bib.key(key)


def _proposer(bib: Bibliography) -> Proposer:
    from dltheory_bib.bibfile.proposal import Proposer

    return Proposer(bib, lambda name: bib.snapshot.number(name) is not None)


def _is_asked() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


# What is to be added


def _proposals(
    what: Sequence[str], proposer: Proposer, services: list[Service] | None
) -> list[Proposal]:
    """Return a proposal for each work, in order."""
    works: list[_Entry | Reference] = []
    for name in what:
        works += _entries(name) if _is_file(name) else [_reference(name)]
    asked = [one for one in works if not isinstance(one, _Entry)]
    answers = dict(zip(map(id, asked), _answers(asked, proposer, services), strict=True))
    made = []
    for one in works:
        if isinstance(one, _Entry):
            made.append(proposer.of_draft(one.draft, one.source))
        else:
            made.append(_of_answer(one, answers[id(one)], proposer, services is not None))
    return made


def _is_file(text: str) -> bool:
    from dltheory_bib.input_files import is_readable

    return text.lower().endswith(_FILES) or is_readable(Path(text))


def _entries(name: str) -> list[_Entry]:
    from dltheory_bib.bibfile.importers import read_drafts
    from dltheory_bib.input_files import is_stream

    path = Path(name)
    drafts, faults = read_drafts(path, with_notes=True)
    for fault in faults:
        note(fault)
    if abstracts := sum(bool(one.abstract) for one in drafts):
        many = f"{abstracts} abstracts are" if abstracts > 1 else "1 abstract is"
        it = "them" if abstracts > 1 else "it"
        note(f"{many} used for topics, and not kept; `dltheory import` can keep {it}")
    source = "standard input" if is_stream(path) else path.name
    return [_Entry(draft, source) for draft in drafts]


def _reference(text: str) -> Reference:
    from dltheory_bib.lookup.protocol import Reference
    from dltheory_bib.text.identifiers import parse_identifier

    found = parse_identifier(text)
    if found is None:
        if len(text.split()) < 2:
            raise click.UsageError(
                f"{text!r} is no file, identifier or title; a title has several words"
            )
        return Reference(title=" ".join(text.split()))
    return Reference(ids=(found,))


def _answers(
    references: Sequence[Reference], proposer: Proposer, services: list[Service] | None
) -> Iterator[Answer]:
    """Yield the answer to each reference: of the collection, else of the shelf, else of services
    if they may be asked.
    """
    from dltheory_bib.lookup.protocol import Found, find_first

    sources = [proposer.held, *(_shelf() if references else [])]
    held = [find_first(sources, one) for one in references]
    missing = [
        one for one, answer in zip(references, held, strict=True) if not isinstance(answer, Found)
    ]
    asked = iter(_asked(services, missing)) if services and missing else iter(())
    for answer in held:
        yield answer if isinstance(answer, Found) else next(asked, answer)


def _shelf() -> list[Lookup]:
    """Return the shelf in use, if there is one that can be read."""
    from dltheory_bib.shelf.chosen_shelf import open_shelf
    from dltheory_bib.shelf.lookups import ShelfError

    try:
        opened = open_shelf()
    except ShelfError as error:
        note(str(error))
        return []
    return [opened] if opened is not None else []


def _asked(services: list[Service], references: list[Reference]) -> list[Answer]:
    from dltheory_bib.lookup.services import ask_services

    if len(references) <= _FEW or not sys.stderr.isatty():
        return ask_services(services, references)
    from dltheory_bib.cli.progress import CompileProgress

    with CompileProgress("asking", "works") as progress:
        return ask_services(services, references, progress)


def _of_answer(reference: Reference, answer: Answer, proposer: Proposer, online: bool) -> Proposal:
    from dltheory_bib.bibfile.proposal import Proposal
    from dltheory_bib.lookup.protocol import Found

    made = Proposal(str(reference), reference=reference)
    if not isinstance(answer, Found):
        made.notes.append(_why_not_found(answer, online))
        made.near = [one.where for one in getattr(answer, "others", ()) if not online]
        return made
    if all(one.source == proposer.held.name for one in answer.records):
        keys = list(dict.fromkeys(one.where for one in answer.records))
        made.known, made.near = keys[0], keys[1:]
        return made
    made = proposer.of_works(answer.records, str(reference))
    made.notes += [f"{one.source} could not be asked: {one.why}" for one in answer.failed]
    return made


def _why_not_found(answer: Answer, online: bool) -> str:
    from dltheory_bib.lookup.protocol import Absent

    if not online:
        return (
            "is not in the collection, and services were not asked; use --online, or give an "
            "entry of a .bib"
        )
    if isinstance(answer, Absent):
        names = ", ".join(dict.fromkeys(one.source for one in answer.asked))
        others = "".join(
            f"; {one.source} has another work of this title, by {'; '.join(one.authors)}"
            for one in answer.others
        )
        return f"was not found by {names}{others}"
    return f"could not be looked up: {answer}"


# What is said of it


def _chosen(proposal: Proposal, given: _Given) -> Proposal:
    """Return a proposal with the topics and prerequisites that the user names."""
    if proposal.record:
        if given.topics:
            proposal.record["topics"] = given.topics
        if given.after:
            sources = proposal.record.pop("sources")
            proposal.record |= {"after": given.after, "sources": sources}
            proposal.as_made = False
    return proposal


def _report(proposal: Proposal) -> None:
    where = proposal.where
    if proposal.known:
        note(f"{where}: is {proposal.known}, which is here; not added")
    elif proposal.record:
        note(f"{where}: {proposal.key}{_suggested(proposal)}")
        for before in proposal.suggestions.before:
            note(f"  read before? {before.key} ({before.score:.2f}) {before.title}")
    for key in proposal.near:
        if key != proposal.known:
            note(f"  {key} has this title or identifier, but differs in authors or title")
    for text in proposal.notes:
        note(f"  {text}" if proposal.record else f"{where}: {text}")


def _suggested(proposal: Proposal) -> str:
    assert proposal.record
    listed = ", ".join(f"{one.topic} {one.score:.2f}" for one in proposal.suggestions.topics)
    if proposal.record.get("topics"):
        chosen = ", ".join(proposal.record["topics"])
        return f", topic {chosen}" + (f" (suggested: {listed})" if listed else "")
    return ", no topic: no work with a topic is near; --topics names some"


# Writing


def _edited(proposal: Proposal) -> Proposal:
    """Return a proposal with the record that the user left in the editor."""
    from dltheory_bib.source.yaml_writer import revised

    assert proposal.record
    text = revised("", "papers", {proposal.key: proposal.record})
    while True:
        changed = click.edit(text, extension=".yaml", require_save=False)
        records, problems = _read(changed or "")
        if len(records) == 1 and not problems:
            proposal.record, proposal.as_made = records[0], False
            return proposal
        for problem in problems or ["write one record"]:
            note(problem)
        if not _is_asked() or not click.confirm("edit again?", default=True):
            raise click.ClickException("the record is not valid; nothing was written")
        text = changed or text


def _read(text: str) -> tuple[list[dict[str, Any]], list[str]]:
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.source.record_faults import record_faults
    from dltheory_bib.source.yaml_reader import read_content

    found: list[Any] = []
    records = [raw.value for raw in read_content(text.encode(), found, "record")]
    return records, [str(one) for one in found] + [
        message for record in records for message in record_faults(record, Paper)
    ]


def _write(
    place: Writable, bib: Bibliography, proposals: list[Proposal], ask: bool, dry_run: bool
) -> None:
    """Show the patch and write it, with the keys that are free when it is written."""
    fresh = [one for one in proposals if one.record]
    noted = [one for one in proposals if _has_notes(one)]
    if noted and _is_catalogue(place):
        note("notes, keywords and files are private; the catalogue does not keep them")
        noted = []
    command = f"add {', '.join(one.key or one.known or '' for one in (fresh or noted))}"
    if ask or dry_run:
        with collection_change(place, command, write=False) as change:
            put_records(change, place, bib, fresh)
            _put_notes(change, bib, noted, tell=True)
        _show(change)
        if dry_run:
            note("nothing was written")
            return
        if change.files and not click.confirm(_question(fresh), default=True, err=True):
            raise click.ClickException("nothing was written")
    with collection_change(place, command) as change:
        added = put_records(change, place, bib, fresh)
        _put_notes(change, bib, noted, tell=not ask)
    if not change.files:
        raise click.ClickException("nothing to add")
    if not ask:
        _show(change)
    if added:
        keys = ", ".join(one.key for one in added)
        note(f"added {_count(added)} to {place.folder / place.papers}: {keys}")
    if "notes.yaml" in change.files:
        note(f"the notes, keywords and files of entries are in {place.folder / 'notes.yaml'}")


def _question(fresh: Sequence[Proposal]) -> str:
    return f"add {_count(fresh)}?" if fresh else "add the notes?"


def _is_catalogue(place: Writable) -> bool:
    from dltheory_bib.cli.collection import chosen_collection

    return chosen_collection().is_catalogue or place.is_file


def _has_notes(proposal: Proposal) -> bool:
    draft = proposal.draft
    kept = bool(proposal.record or proposal.known)
    own = draft and (draft.notes or draft.keywords or draft.files or draft.status)
    return kept and bool(own)


def _put_notes(
    change: Change, bib: Bibliography, proposals: Sequence[Proposal], tell: bool
) -> None:
    """Add what entries say of works beyond the facts to the user's notes."""
    from dltheory_bib.bibfile.own_material import OwnMaterial

    own = OwnMaterial()
    for one in proposals:
        assert one.draft is not None
        own.add(one.key or one.known or "", one.draft)
    for text in own.said if tell else ():
        note(text)
    put_additions(change, bib, own.additions)


def _show(change: Change) -> None:
    for name in change.files:
        print_patch(name, change.before[name] or "", change.after[name] or "")


def _count(proposals: Sequence[Proposal]) -> str:
    return "1 work" if len(proposals) == 1 else f"{len(proposals)} works"
