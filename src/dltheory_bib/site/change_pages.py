"""The page of what changed since an older state, and its feeds: of all topics, and of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dltheory_bib.revision.change import ChangeKind
from dltheory_bib.site import addresses
from dltheory_bib.site.change_feed import change_feed, last_day

if TYPE_CHECKING:
    from dltheory_bib.site.renderer import Renderer
    from dltheory_bib.site.site_data import Contents

SHOWN = 12
"""Changes of a kind that are not folded away."""


def change_pages(contents: Contents, render: Renderer) -> Iterator[tuple[str, bytes]]:
    """Yield them if the site is built with an older state. Each topic has a feed, also if nothing
    changed on it, so that the address to which somebody subscribed stays.
    """
    found = contents.changes
    if found is None:
        return
    lists = {kind: one for kind, one in found.lists().items() if kind is not ChangeKind.CITATIONS}
    counts = found.counts()
    path = addresses.CHANGES
    yield path, render("changes.html", path, diff=found, lists=lists, counts=counts, most=SHOWN)
    options, day = contents.options, last_day(contents.bib)
    title = f"{options.title}: what changed"
    yield addresses.changes_feed(), change_feed(found, title, day, options.base_url)
    for topic in contents.topics.values():
        named = f"{title} on {contents.text(topic.label)}"
        feed = change_feed(found, named, day, options.base_url, topic.id)
        yield addresses.changes_feed(topic.id), feed
