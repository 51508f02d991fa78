"""Data for other programs: JSON-LD and meta tags in the pages, an Atom feed, a sitemap.

The JSON-LD is that of `formats.jsonld`; Atom is RFC 4287, the sitemap follows
https://www.sitemaps.org/protocol.html. The `citation_` tags are those that Google Scholar's
inclusion guidelines list and Zotero's translator "Embedded Metadata" reads, the `og:` tags those of
https://ogp.me/.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from dltheory_bib.formats.atom import Entry, atom_feed, identity
from dltheory_bib.formats.jsonld import jsonld_item
from dltheory_bib.formats.venue_names import period_of, place_in_full
from dltheory_bib.models.paper import Paper
from dltheory_bib.site import addresses
from dltheory_bib.site.site_data import Contents
from dltheory_bib.text.names import natural

LATEST = 50
"""Number of entries in the feed."""
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def json_ld(contents: Contents, paper: Paper) -> dict[str, Any]:
    """Return a work in the vocabulary of schema.org, for its page."""
    item = jsonld_item(paper, contents.venues, contents.topics, contents.text)
    return {"@context": "https://schema.org", **item}


_WHERE = {
    "article": "citation_journal_title",
    "inproceedings": "citation_conference_title",
    "incollection": "citation_inbook_title",
}
_INSTITUTIONS = {
    "thesis": "citation_dissertation_institution",
    "report": "citation_technical_report_institution",
}


def meta_tags(contents: Contents, paper: Paper) -> list[tuple[str, str]]:
    """Return the meta tags of a work's page: their names, and what they say."""
    period = period_of(paper, contents.venues)
    first, _, last = (paper.pages or "").partition("-")
    found = [("citation_title", contents.text(paper.plain_title))]
    found += [("citation_author", name.strip("{}")) for name in paper.author]
    where = None if paper.is_preprint or paper.type not in _WHERE else place_in_full(paper, period)
    published = paper.publisher or (period.publisher if period else None)
    values = (
        ("citation_publication_date", str(paper.year)),
        (_WHERE.get(paper.type, ""), where),
        ("citation_volume", paper.volume),
        ("citation_issue", paper.number if paper.type == "article" else None),
        ("citation_firstpage", first),
        ("citation_lastpage", last),
        ("citation_publisher", None if paper.type in _INSTITUTIONS else published),
        (_INSTITUTIONS.get(paper.type, ""), paper.institution),
        ("citation_doi", paper.doi),
        ("citation_arxiv_id", paper.eprint),
        ("citation_pdf_url", paper.pdf),
    )
    found += [(name, value) for name, value in values if name and value]
    base = contents.options.base_url
    found += [
        ("og:type", "article"),
        ("og:title", contents.text(paper.plain_title)),
        ("og:site_name", contents.options.title),
    ]
    if paper.summary:
        found.append(("og:description", contents.text(paper.summary)))
    if base:
        found.append(("og:url", base + quote(addresses.work(paper.key))))
    return found


def feed(contents: Contents) -> bytes:
    """Return the works that were added last as Atom.

    RFC 4287 requires dates: that of a work is the day on which its record was added, or, where that
    is not known, the first day of its year.
    """
    base, title = contents.options.base_url, contents.options.title
    entries = [
        Entry(
            contents.text(paper.plain_title),
            identity(f"{base or title}#{paper.key}"),
            _day(paper),
            summary=contents.text(paper.summary) if paper.summary else "",
            link=quote(addresses.work(paper.key)),
            authors=tuple(map(natural, paper.author)),
            published=f"{paper.year}-01-01",
        )
        for paper in newest(contents.papers.values())[:LATEST]
    ]
    return atom_feed(
        entries,
        title=title,
        subtitle="The works that were added last",
        id=identity(base or title),
        base=base,
        links=(("alternate", "index.html"), ("self", "feed.xml")),
    )


def newest(papers: Iterable[Paper]) -> list[Paper]:
    """Return works, those that were added last first, and of one day the latest first."""
    return sorted(papers, key=lambda one: (_day(one), one.year, one.key), reverse=True)


def _day(paper: Paper) -> str:
    return str(paper.added or f"{paper.year}-01-01")


def sitemap(base_url: str, paths: Iterable[str]) -> bytes:
    """Return the URLs of all pages; a sitemap requires absolute URLs."""
    made = ElementTree.Element("urlset", {"xmlns": _SITEMAP})
    for path in paths:
        one = ElementTree.SubElement(made, "url")
        ElementTree.SubElement(one, "loc").text = base_url + quote(path)
    ElementTree.indent(made)
    text: bytes = ElementTree.tostring(made, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
