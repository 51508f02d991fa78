"""Atom feeds of what changed between two states of a catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from dltheory_bib.formats.atom import Entry, atom_feed, identity
from dltheory_bib.revision.change import ChangeKind
from dltheory_bib.site import addresses

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.revision.change import CatalogueDiff, Change


def change_feed(
    diff: CatalogueDiff, title: str, day: str, base_url: str = "", topic: str = ""
) -> bytes:
    """Return the changes as an Atom feed, those of `topic` alone if it is given.

    `day` is the day of the newer state, which a change has whose record says none. An entry has the
    same id in each feed and whatever older state is compared. Entries link to the pages of the site
    at `base_url`, if there is one.
    """
    chosen = diff.on(topic) if topic else diff
    entries = [
        Entry(
            title=f"{_SHORT[one.kind]}: {diff.read(one.title)}",
            id=UUID(one.id).urn,
            updated=one.date or day,
            content=diff.read(one.text),
            link=_address(one, base_url),
            category=one.kind.value,
        )
        for one in chosen
        if one.kind is not ChangeKind.CITATIONS
    ]
    return atom_feed(
        entries,
        title=title,
        id=identity(f"{base_url or title}#changes {topic}".strip()),
        updated=day,
        links=[("alternate", base_url)] if base_url else [],
    )


def last_day(bib: Bibliography) -> str:
    """Return the day on which the last work was added; the first of its year if no record says
    one.
    """
    return max((str(paper.added or f"{paper.year}-01-01") for paper in bib), default="2000-01-01")


def _address(change: Change, base_url: str) -> str:
    if not base_url or change.kind is ChangeKind.REMOVED:
        return ""
    page = _PAGES.get(change.kind, addresses.work)
    return base_url + quote(page(change.subject))


_PAGES = {ChangeKind.TOPIC: addresses.topic, ChangeKind.QUESTION: addresses.question}
_SHORT = {
    ChangeKind.DISPUTED: "Disputed",
    ChangeKind.IMPROVED: "Improved",
    ChangeKind.PUBLISHED: "Published",
    ChangeKind.FACT: "Mended",
    ChangeKind.RENAMED: "New key",
    ChangeKind.REMOVED: "Removed",
    ChangeKind.ADDED: "New",
    ChangeKind.ANNOTATION: "Annotation",
    ChangeKind.RELATION: "Related",
    ChangeKind.CARD: "Result card",
    ChangeKind.TOPIC: "Topic",
    ChangeKind.QUESTION: "Question",
    ChangeKind.CITATIONS: "Citations",
}
