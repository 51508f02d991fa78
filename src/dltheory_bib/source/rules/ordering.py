"""Rules on order: of files, of years, of prerequisites."""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Step
from dltheory_bib.source.catalogue import Catalogue, Located
from dltheory_bib.source.rules.findings import Finding, Known


def check_cycles(catalogue: Catalogue, known: Known) -> Iterator[Finding]:
    """Check that `broader` is a tree, and that prerequisites have no cycle."""
    topics = {at.record.id: at for at in catalogue.topics}
    broader = {name: {at.record.broader} - {None} for name, at in topics.items()}
    yield from cycle(topics, broader, "broader", "topic-cycle")
    stated: list[Located[Any]] = [at for at in catalogue.papers if at.record.after]
    stated += [at for at in catalogue.notes if at.record.after]
    keys = catalogue.keys() if stated else {}
    after = {key: {*before} for key, before in known.after.items()}
    records: dict[str, Located[Any]] = {}
    for at in stated:
        key = keys.get(at.record.key, at.record.key)
        before = after.setdefault(key, set())
        before |= {keys.get(name, name) for name in at.record.after} - {key}
        if at.file:  # a record from a layer below is not to blame
            records[key] = at
    yield from cycle(records, after, "after", "after-cycle")


def cycle(
    records: Mapping[str, Located[Any]], before: Mapping[str, Iterable[Any]], name: str, rule: str
) -> Iterator[Finding]:
    """Find the first cycle; report it whole, at the first of its works that has a record here."""
    try:
        graphlib.TopologicalSorter(before).prepare()
    except graphlib.CycleError as error:
        found: list[str] = list(reversed(error.args[1]))[:-1]
        turn = found.index(min(found))
        found = found[turn:] + found[:turn]
        shown = " → ".join([*found, found[0]])
        message = f"{name} has a cycle: {shown}; remove its weakest link"
        yield Finding(next(records[one] for one in found if one in records), (name,), rule, message)


def check_order(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a file is sorted by key or id, so that diffs are small and duplicates are
    neighbours.
    """
    last: dict[str, str] = {}
    named: tuple[tuple[str, Iterable[Located[Any]]], ...] = (
        ("key", catalogue.papers),
        ("id", catalogue.topics),
        ("id", catalogue.venues),
        ("id", catalogue.people),
        ("citing", catalogue.citations),
        ("id", catalogue.trails),
        ("id", catalogue.assumptions),
        ("id", catalogue.questions),
        ("id", catalogue.results),
        ("id", catalogue.glossary),
        ("key", catalogue.notes),
    )
    for name, entries in named:
        for at in entries:
            here: str = getattr(at.record, name)
            if here < last.get(at.file, ""):
                message = f"{here} is after {last[at.file]}; sort the file by {name}"
                yield Finding(at, (name,), "unsorted", message, "warning")
            last[at.file] = max(here, last.get(at.file, ""))


def check_years(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a work cites and judges no younger work, unless a note explains it."""
    papers = {name: p for p in catalogue.works() for name in (p.key, *p.aliases)}
    first = {name: first_year(paper) for name, paper in papers.items()}
    for at in catalogue.citations:
        citing = papers.get(at.record.citing)
        if citing is None or at.record.explanation:
            continue
        for number, key in enumerate(at.record.cites):
            if first.get(key, 0) > citing.year:
                message = (
                    f"{key} ({first[key]}) is younger than {citing.key} ({citing.year}), which "
                    "cites it; add the earlier version, or an explanation"
                )
                yield Finding(at, ("cites", number), "cites-later-work", message, "warning")
    for judge in catalogue.papers:
        paper = judge.record
        for number, relation in enumerate(paper.relations):
            if first.get(relation.work, 0) > paper.year:
                message = (
                    f"{relation.work} ({first[relation.work]}) is younger than {paper.key} "
                    f"({paper.year}); put the relation on {relation.work}, in the other "
                    "direction"
                )
                place = ("relations", number, "work")
                yield Finding(judge, place, "judges-later-work", message, "warning")


def check_starts(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a start or a trail lists no work twice, and none before its prerequisites."""
    papers = {name: p for p in catalogue.works() for name in (p.key, *p.aliases)}
    ways: list[tuple[Located[Any], str, tuple[Step, ...]]] = []
    ways += [(at, "start", at.record.start) for at in catalogue.topics]
    ways += [(at, "steps", at.record.steps) for at in catalogue.trails]
    for at, name, steps in ways:
        order = [papers[step.work].key if step.work in papers else step.work for step in steps]
        place = {key: number for number, key in reversed(list(enumerate(order)))}
        for number, key in enumerate(order):
            if place[key] < number:
                message = f"{key} is listed twice; delete one"
                yield Finding(at, (name, number, "work"), "repeated-item", message)
            before = papers[key].after if key in papers else ()
            for earlier in before:
                position = place.get(papers[earlier].key if earlier in papers else earlier, 0)
                if position > number:
                    message = f"{key} must be read after {earlier}, which is listed below it"
                    yield Finding(at, (name, number, "work"), "order", message, "warning")


def first_year(paper: Paper) -> int:
    """Return the year of the earliest version of a work."""
    years = [paper.year, *(version.year for version in paper.versions)]
    return min([*years, paper.eprint_year] if paper.eprint_year else years)
