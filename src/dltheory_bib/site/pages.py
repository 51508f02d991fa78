"""The pages of people, venues, years and trails, and those at the top.

Each function yields the path and the content of some pages; `build` calls them in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from dltheory_bib.models.registries import Period, Person
from dltheory_bib.site import addresses
from dltheory_bib.site.linked_data import newest
from dltheory_bib.site.page_charts import timeline
from dltheory_bib.site.renderer import Renderer
from dltheory_bib.site.site_data import Contents
from dltheory_bib.site.topic_pages import topic_tree
from dltheory_bib.text.names import fold

Pages = Iterator[tuple[str, bytes]]

_MOST_NAMED = 60
"""Number of people on the first page; the others are listed by letter."""


def person_pages(contents: Contents, render: Renderer) -> Pages:
    """Yield a page for each author, one for each letter with all of them, and an index."""
    for identity, person in contents.people.items():
        path = addresses.person(identity)
        keys = contents.by_person.get(identity, [])
        yield (
            path,
            render(
                "person.html",
                path,
                person=person,
                works=contents.entries(sorted(keys, key=contents.newest_first)),
                co_authors=contents.bib.co_authors(identity),
            ),
        )
    by_letter: dict[str, list[tuple[Person, int]]] = {}
    for person in sorted(contents.people.values(), key=lambda one: (fold(one.name), one.id)):
        works = len(contents.by_person[person.id])
        by_letter.setdefault(_letter(person), []).append((person, works))
    most = contents.active(contents.papers, _MOST_NAMED)
    for letter, people in by_letter.items():
        path = addresses.letter(letter)
        yield path, render("people.html", path, letters=by_letter, letter=letter, people=people)
    path = "people.html"
    yield path, render(path, path, letters=by_letter, letter="", people=most)


def _letter(person: Person) -> str:
    """Return the page that lists a person; names without a Latin initial share one."""
    first = fold(person.name).lstrip("{")[:1]
    return first if "a" <= first <= "z" else "other"


def venue_pages(contents: Contents, render: Renderer) -> Pages:
    """Yield a page for each venue that published a work, and an index."""
    published = {one: contents.venues[one] for one in sorted(contents.by_venue)}
    for identity, venue in published.items():
        path = addresses.venue(identity)
        keys = contents.by_venue[identity]
        by_year: dict[int, list[Any]] = {}
        for entry in reversed(contents.entries(keys)):
            by_year.setdefault(entry.year, []).insert(0, entry)
        drawn = timeline(contents.papers[key].year for key in keys)
        yield (
            path,
            render(
                "venue.html",
                path,
                venue=venue,
                by_year=by_year,
                total=len(keys),
                timeline=drawn,
                names=_stretches(venue.periods, "short") if _differ(venue.periods) else [],
                publishers=_stretches(venue.periods, "publisher"),
            ),
        )
    path = "venues.html"
    kinds: dict[str, list[Any]] = {}
    for identity, venue in published.items():
        kinds.setdefault(venue.kind, []).append((venue, len(contents.by_venue[identity])))
    for group in kinds.values():
        group.sort(key=lambda pair: (-pair[1], pair[0].id))
    yield path, render("venues.html", path, kinds=kinds)


def _differ(periods: Sequence[Period]) -> bool:
    """Whether a venue had more than one name."""
    return len({period.short for period in periods}) > 1


def _stretches(periods: Sequence[Period], field: str) -> list[tuple[str, str]]:
    """Return the values of a field of a venue, each with the years in which it held; equal values
    of periods that follow each other are told once, and empty ones left out.
    """
    made = []
    for value, group in groupby(periods, key=attrgetter(field)):
        held = list(group)
        since, until = held[0].since, held[-1].until
        years = str(since) if since and since == until else f"{since or ''}–{until or ''}"
        if value:
            made.append((value, years.strip("–") and years))
    return made


def year_pages(contents: Contents, render: Renderer) -> Pages:
    """Yield a page for each year in which a work appeared, and an index."""
    years = list(contents.by_year)
    for place, year in enumerate(years):
        path = addresses.year(year)
        yield (
            path,
            render(
                "year.html",
                path,
                year=year,
                before=years[place - 1] if place else None,
                after=years[place + 1] if place + 1 < len(years) else None,
                works=contents.entries(contents.by_year[year]),
            ),
        )
    path = "years.html"
    counts = {year: len(keys) for year, keys in reversed(contents.by_year.items())}
    drawn = timeline(paper.year for paper in contents.papers.values())
    yield path, render("years.html", path, counts=counts, timeline=drawn)


def trail_pages(contents: Contents, render: Renderer) -> Pages:
    """Yield a page for each trail, and an index."""
    for order in contents.orders:
        if order.path_kind == "trail":
            path = addresses.trail(order.identity)
            trail = contents.trails[order.identity]
            yield path, render("trail.html", path, trail=trail, order=order)
    path = "trails.html"
    yield path, render("trails.html", path)


def top_pages(contents: Contents, render: Renderer) -> Pages:
    """Yield the home page, those of the search, the basket, the way to a work and the data, and the
    one that a server shows for an address without a page; its links hold at any depth only with a
    base URL.
    """
    path = "index.html"
    latest = newest(contents.papers.values())[:8]
    cited = sorted(contents.cited, key=lambda key: (-contents.cited[key], key))[:8]
    yield (
        path,
        render(
            "index.html",
            path,
            tree=topic_tree(contents),
            newest=contents.entries(paper.key for paper in latest),
            cited=contents.entries(cited),
            timeline=timeline(paper.year for paper in contents.papers.values()),
        ),
    )
    path = "search.html"
    yield path, render(path, path)
    path = "basket.html"
    yield path, render(path, path)
    path = "way.html"
    yield path, render(path, path)
    path = "404.html"
    yield path, render(path, path, at=contents.options.base_url)
    path = "data.html"
    yield path, render("data.html", path, coverage=contents.bib.stats())
