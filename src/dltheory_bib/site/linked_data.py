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
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from dltheory_bib.formats.jsonld import jsonld_item
from dltheory_bib.formats.venue_names import period_of, place_in_full
from dltheory_bib.models.paper import Paper
from dltheory_bib.site import addresses
from dltheory_bib.site.site_data import Contents
from dltheory_bib.text.names import natural

LATEST = 50
"""Number of entries in the feed."""
_ATOM = "http://www.w3.org/2005/Atom"
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
    latest = newest(contents.papers.values())[:LATEST]
    base, title = contents.options.base_url, contents.options.title
    made = ElementTree.Element("feed", {"xmlns": _ATOM})
    if base:
        made.set("xml:base", base)
    _add(made, "title", title)
    _add(made, "subtitle", "The works that were added last")
    _add(made, "id", _identity(base or title))
    _add(made, "updated", max(map(_day, latest), default="2000-01-01T00:00:00Z"))
    made.append(ElementTree.Element("link", {"rel": "alternate", "href": "index.html"}))
    made.append(ElementTree.Element("link", {"rel": "self", "href": "feed.xml"}))
    for paper in latest:
        entry = ElementTree.SubElement(made, "entry")
        _add(entry, "title", contents.text(paper.plain_title))
        _add(entry, "id", _identity(f"{base or title}#{paper.key}"))
        _add(entry, "updated", _day(paper))
        _add(entry, "published", f"{paper.year}-01-01T00:00:00Z")
        address = quote(addresses.work(paper.key))
        entry.append(ElementTree.Element("link", {"rel": "alternate", "href": address}))
        for name in paper.author:
            _add(ElementTree.SubElement(entry, "author"), "name", natural(name))
        if paper.summary:
            _add(entry, "summary", contents.text(paper.summary))
    return _xml(made)


def newest(papers: Iterable[Paper]) -> list[Paper]:
    """Return works, those that were added last first, and of one day the latest first."""
    return sorted(papers, key=lambda one: (_day(one), one.year, one.key), reverse=True)


def _identity(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'dltheory-bib:{name}')}"


def _day(paper: Paper) -> str:
    day = paper.added or f"{paper.year}-01-01"
    return f"{day}T00:00:00Z"


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


def sitemap(base_url: str, paths: Iterable[str]) -> bytes:
    """Return the URLs of all pages; a sitemap requires absolute URLs."""
    made = ElementTree.Element("urlset", {"xmlns": _SITEMAP})
    for path in paths:
        _add(ElementTree.SubElement(made, "url"), "loc", base_url + quote(path))
    return _xml(made)


def _xml(made: ElementTree.Element) -> bytes:
    ElementTree.indent(made)
    text: bytes = ElementTree.tostring(made, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
