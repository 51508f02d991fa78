"""Data for other programs: JSON-LD in the pages, an Atom feed, a sitemap.

The JSON-LD is that of `formats.jsonld`; Atom is RFC 4287, the sitemap follows
https://www.sitemaps.org/protocol.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from dltheory_bib.formats.jsonld import jsonld_item
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


def feed(contents: Contents) -> bytes:
    """Return the latest works as Atom: those of the last years, since no record has the date it was
    added.

    RFC 4287 requires dates; the feed gives the first day of the year of publication.
    """
    latest = sorted(contents.papers.values(), key=lambda paper: (-paper.year, paper.key))[:LATEST]
    base, title = contents.options.base_url, contents.options.title
    made = ElementTree.Element("feed", {"xmlns": _ATOM})
    if base:
        made.set("xml:base", base)
    _add(made, "title", title)
    _add(made, "subtitle", "The latest works by year of publication")
    _add(made, "id", _identity(base or title))
    _add(made, "updated", _day(latest[0].year if latest else 2000))
    made.append(ElementTree.Element("link", {"rel": "alternate", "href": "index.html"}))
    made.append(ElementTree.Element("link", {"rel": "self", "href": "feed.xml"}))
    for paper in latest:
        entry = ElementTree.SubElement(made, "entry")
        _add(entry, "title", contents.text(paper.plain_title))
        _add(entry, "id", _identity(f"{base or title}#{paper.key}"))
        _add(entry, "updated", _day(paper.year))
        address = quote(addresses.work(paper.key))
        entry.append(ElementTree.Element("link", {"rel": "alternate", "href": address}))
        for name in paper.author:
            _add(ElementTree.SubElement(entry, "author"), "name", natural(name))
        if paper.summary:
            _add(entry, "summary", contents.text(paper.summary))
    return _xml(made)


def _identity(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'dltheory-bib:{name}')}"


def _day(year: int) -> str:
    return f"{year}-01-01T00:00:00Z"


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
