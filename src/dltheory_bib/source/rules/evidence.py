"""Rules on the facts of one work: their evidence, and whether they belong to one version.

They need more than the record (its venue, the words of other titles), so they are not validators of
its fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Venue
from dltheory_bib.source.catalogue import Catalogue, Located
from dltheory_bib.source.rules.findings import Finding, Known
from dltheory_bib.text.identifiers import (
    is_arxiv_doi,
    neurips_year,
    parse_identifier,
    pmlr_volume,
)
from dltheory_bib.text.names import unbraced

FACTS = (
    "author",
    "editor",
    "title",
    "year",
    "venue",
    "publisher",
    "institution",
    "volume",
    "number",
    "pages",
    "doi",
    "eprint",
    "url",
)
"""The bibliographic fields, each of which needs a source."""
SHORTEST, LONGEST = 5, 110
"""In words: how many a summary needs beyond the title, and how many it may have."""

_MATHS = re.compile(r"\$[^$]*\$")
_PROTECTED = re.compile(r"\{[^{}]*\}|\$[^$]*\$")
_TITLE_WORD = re.compile(r"[^\W\d_][\w'’]*")


def check_evidence(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a work has a source for each of its facts, or lists the fact as unverified.

    A work without any source is a warning if most works of its collection have sources; a
    collection that keeps no evidence needs none.
    """
    ours = [at.record for at in catalogue.papers if at.file]  # not those of a layer below
    keeps_evidence = 2 * sum(bool(paper.sources) for paper in ours) > len(ours)
    for at in catalogue.papers:
        paper = at.record
        if not paper.sources and keeps_evidence:
            message = "has no sources; add the sources of its facts under sources"
            yield Finding(at, (), "no-source", message, "warning")
            continue
        if not paper.sources or not all(source.fields for source in paper.sources):
            continue  # a source without fields supports the whole record
        stated = {name for source in paper.sources for name in source.fields}
        for name in FACTS:
            if getattr(paper, name) and name not in stated and name not in paper.unverified:
                message = f"no source supports {name}; add one, or list it under unverified"
                yield Finding(at, (name,), "no-source", message, "warning")
        for number, name in enumerate(paper.unverified):
            if name in stated:
                message = (
                    f"{name} is listed as unverified, but a source supports it; delete it from "
                    "unverified"
                )
                yield Finding(at, ("unverified", number), "no-source", message, "warning")


def check_capitals(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a word with a capital inside is in braces; otherwise a bibliography style lowers
    it.
    """
    for at in catalogue.papers:
        bare = _PROTECTED.sub(" ", at.record.title)
        for word in _TITLE_WORD.findall(bare):
            if word[1:] != word[1:].lower():
                message = f"styles would lower the capitals of {word}; write {{{word}}}"
                yield Finding(at, ("title",), "lost-capital", message, "warning")


def check_versions(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that the main fields belong to one version: URL, DOI, volume and year agree."""
    venues = {at.record.id: at.record for at in catalogue.venues}
    publishers = _doi_publishers(catalogue, venues)
    for at in catalogue.papers:
        venue = venues.get(at.record.venue or "")
        yield from _mixed(at, venue)
        if venue:
            yield from _foreign_doi(at, venue, publishers)


def _doi_publishers(
    catalogue: Catalogue, venues: Mapping[str, Venue]
) -> dict[str, dict[str, set[str]]]:
    """Return the publishers of the venues with DOIs of each prefix, each with these venues.

    A registrant's prefix is that of a publisher, whose journals share it.
    """
    found: dict[str, dict[str, set[str]]] = {}
    for at in catalogue.papers:
        paper = at.record
        venue = venues.get(paper.venue or "")
        if paper.doi and venue:
            prefix = found.setdefault(paper.doi.split("/")[0], {})
            publisher = venue.in_year(paper.year).publisher or ""
            prefix.setdefault(publisher, set()).add(venue.id)
    return found


def _foreign_doi(
    at: Located[Paper], venue: Venue, publishers: Mapping[str, Mapping[str, set[str]]]
) -> Iterator[Finding]:
    """Find a DOI whose prefix only another publisher's venues share."""
    paper = at.record
    if not paper.doi:
        return
    prefix = paper.doi.split("/")[0]
    own = venue.in_year(paper.year).publisher or ""
    others = {name: ids for name, ids in publishers[prefix].items() if name and name != own}
    if venue.kind == "conference" and publishers[prefix][own] == {venue.id} and others:
        name, ids = max(others.items(), key=lambda item: (len(item[1]), item[0]))
        message = (
            f"the prefix {prefix} is {name}'s ({', '.join(sorted(ids))}); if the DOI is that of a "
            "later version, move it to versions"
        )
        yield Finding(at, ("doi",), "mixed-version", message, "warning")


def _mixed(at: Located[Paper], venue: Venue | None) -> Iterator[Finding]:
    paper = at.record
    rule = "mixed-version"
    if paper.doi and is_arxiv_doi(paper.doi):
        message = "is arXiv's DOI, which identifies the preprint; write its id as eprint"
        yield Finding(at, ("doi",), rule, message)
    address = parse_identifier(paper.url) if paper.venue and paper.url else None
    if address and address.scheme == "arxiv":
        message = "is the URL of the preprint, but the work was published; write its id as eprint"
        yield Finding(at, ("url",), rule, message)
    if paper.venue and paper.eprint_year and paper.year < paper.eprint_year - 1:
        message = (
            f"{paper.year} is long before the preprint of {paper.eprint_year}; does the "
            "preprint belong to another work or to a later version?"
        )
        if not paper.versions:
            yield Finding(at, ("year",), rule, message, "warning")
    if paper.url is None:
        pass
    elif volume := pmlr_volume(paper.url):
        if paper.volume and paper.volume != volume:
            message = f"volume {paper.volume} is not the one in the URL, {volume}"
            yield Finding(at, ("volume",), rule, message)
    elif (year := neurips_year(paper.url)) and year != paper.year:
        message = f"the year {paper.year} is not the one in the URL, {year}"
        yield Finding(at, ("year",), rule, message)
    if venue and paper.pages and not venue.in_year(paper.year).prints_pages:
        short = venue.in_year(paper.year).short
        message = (
            f"{short} had no page numbers in {paper.year}; do the pages belong to another version?"
        )
        yield Finding(at, ("pages",), rule, message, "warning")


def check_lengths(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that a summary adds to the title, and is short."""
    for at in catalogue.papers:
        summary = at.record.summary
        if not summary:
            continue
        count = len(_MATHS.sub("x", summary).split())
        in_title = set(re.findall(r"\w+", unbraced(at.record.title).lower()))
        if count < SHORTEST or set(re.findall(r"\w+", summary.lower())) <= in_title:
            message = "adds little to the title; write what the work shows, and for which model"
            yield Finding(at, ("summary",), "summary-length", message, "warning")
        elif count > LONGEST:
            message = f"has {count} words; at most {LONGEST} fit in a list"
            yield Finding(at, ("summary",), "summary-length", message, "warning")
