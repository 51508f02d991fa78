"""The rules on one work's facts: their evidence, and whether they are of one version.

They need more than the record (its venue, the words of other titles), so they are no rules of its
fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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
    "title",
    "year",
    "venue",
    "volume",
    "number",
    "pages",
    "doi",
    "eprint",
    "url",
)
"""The bibliographic fields, each of which rests on a source."""
SHORTEST, LONGEST = 5, 110
"""Words: what a summary needs to say more than the title, and what a reader still takes in."""

_MATHS = re.compile(r"\$[^$]*\$")
_PROTECTED = re.compile(r"\{[^{}]*\}|\$[^$]*\$")
_TITLE_WORD = re.compile(r"[^\W\d_][\w'’]*")


def check_evidence(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """A work names a source for each of its facts, or lists it as unverified.

    One without any source is a warning where most works of its collection name theirs; a list of
    one's own that keeps no evidence owes none.
    """
    keeps_evidence = 2 * sum(bool(paper.sources) for paper in catalogue.works()) > len(
        catalogue.papers
    )
    for at in catalogue.papers:
        paper = at.record
        if not paper.sources and keeps_evidence:
            message = "names no source; write sources: with where its facts were seen"
            yield Finding(at, (), "no-source", message, "warning")
            continue
        if not paper.sources or not all(source.fields for source in paper.sources):
            continue  # a source without fields vouches for the whole record
        stated = {name for source in paper.sources for name in source.fields}
        for name in FACTS:
            if getattr(paper, name) and name not in stated and name not in paper.unverified:
                message = f"no source supports {name}; name one, or list it under unverified"
                yield Finding(at, (name,), "no-source", message, "warning")
        for number, name in enumerate(paper.unverified):
            if name in stated:
                message = f"{name} is listed as unverified, but a source supports it; delete one"
                yield Finding(at, ("unverified", number), "no-source", message, "warning")


def check_capitals(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """A word with a capital inside stands in braces, or a bibliography style would lower it."""
    for at in catalogue.papers:
        bare = _PROTECTED.sub(" ", at.record.title)
        for word in _TITLE_WORD.findall(bare):
            if word[1:] != word[1:].lower():
                message = f"styles would lower the capitals of {word}; write {{{word}}}"
                yield Finding(at, ("title",), "lost-capital", message, "warning")


def check_versions(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """The fields on top are of one version: address, volume and year agree."""
    venues = {at.record.id: at.record for at in catalogue.venues}
    for at in catalogue.papers:
        yield from _mixed(at, venues.get(at.record.venue or ""))


def _mixed(at: Located[Paper], venue: Venue | None) -> Iterator[Finding]:
    paper = at.record
    rule = "mixed-version"
    if paper.doi and is_arxiv_doi(paper.doi):
        message = "is arXiv's DOI, which is that of the preprint; write its id as eprint"
        yield Finding(at, ("doi",), rule, message)
    address = parse_identifier(paper.url or "")
    if paper.venue and address and address.scheme == "arxiv":
        message = "is the preprint's page, but the work was published; write its id as eprint"
        yield Finding(at, ("url",), rule, message)
    if paper.venue and paper.eprint_year and paper.year < paper.eprint_year - 1:
        message = (
            f"{paper.year} is long before the preprint of {paper.eprint_year}; "
            "is the preprint that of another work or of a later version?"
        )
        if not paper.versions:
            yield Finding(at, ("year",), rule, message, "warning")
    if volume := pmlr_volume(paper.url or ""):
        if paper.volume and paper.volume != volume:
            message = f"volume {paper.volume} is not that of its address, {volume}"
            yield Finding(at, ("volume",), rule, message)
    elif (year := neurips_year(paper.url or "")) and year != paper.year:
        message = f"the year {paper.year} is not that of its address, {year}"
        yield Finding(at, ("year",), rule, message)
    if venue and paper.pages and not venue.in_year(paper.year).prints_pages:
        short = venue.in_year(paper.year).short
        message = f"{short} printed no pages in {paper.year}; are they those of another version?"
        yield Finding(at, ("pages",), rule, message, "warning")


def check_lengths(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """A summary says more than the title, in as few words as a reader takes in at once."""
    for at in catalogue.papers:
        summary = at.record.summary
        if not summary:
            continue
        count = len(_MATHS.sub("x", summary).split())
        told = set(re.findall(r"\w+", unbraced(at.record.title).lower()))
        if count < SHORTEST or set(re.findall(r"\w+", summary.lower())) <= told:
            message = "says little more than the title; say what is shown, and for which model"
            yield Finding(at, ("summary",), "summary-length", message, "warning")
        elif count > LONGEST:
            message = f"is {count} words long; {LONGEST} are more than a list can show"
            yield Finding(at, ("summary",), "summary-length", message, "warning")
