"""Write Atom feeds (RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

_ATOM = "http://www.w3.org/2005/Atom"
_EARLIEST = "2000-01-01"
"""The date of a feed without entries: RFC 4287 requires one."""
MAKER = "dltheory-bib"


class Entry(NamedTuple):
    """An entry of a feed. Texts are plain, without markup."""

    title: str
    id: str
    """An IRI that never changes: see `identity`."""
    updated: str
    """A day: `2026-11-30`."""
    summary: str = ""
    content: str = ""
    """Its text; an entry needs it, or a link."""
    link: str = ""
    """The address of its page, relative to the feed's base or absolute."""
    authors: tuple[str, ...] = ()
    published: str = ""
    category: str = ""


def identity(name: str) -> str:
    """Return a stable id made from a name, as a URN of a UUID (RFC 9562, version 5)."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{MAKER}:{name}')}"


def atom_feed(
    entries: Sequence[Entry],
    *,
    title: str,
    id: str,
    subtitle: str = "",
    base: str = "",
    links: Iterable[tuple[str, str]] = (),
    updated: str = "",
) -> bytes:
    """Return a feed; `links` are pairs of a relation and an address, `updated` is by default the
    day of the latest entry.
    """
    made = ElementTree.Element("feed", {"xmlns": _ATOM})
    if base:
        made.set("xml:base", base)
    _add(made, "title", title)
    if subtitle:
        _add(made, "subtitle", subtitle)
    _add(made, "id", id)
    latest = updated or max((one.updated for one in entries), default=_EARLIEST)
    _add(made, "updated", _time(latest))
    if not entries or not all(one.authors for one in entries):
        _add(ElementTree.SubElement(made, "author"), "name", MAKER)  # section 4.1.1
    for relation, address in links:
        made.append(ElementTree.Element("link", {"rel": relation, "href": address}))
    for one in entries:
        made.append(_entry(one))
    ElementTree.indent(made)
    text: bytes = ElementTree.tostring(made, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _entry(one: Entry) -> ElementTree.Element:
    made = ElementTree.Element("entry")
    _add(made, "title", one.title)
    _add(made, "id", one.id)
    _add(made, "updated", _time(one.updated))
    if one.published:
        _add(made, "published", _time(one.published))
    if one.link:
        made.append(ElementTree.Element("link", {"rel": "alternate", "href": one.link}))
    if one.category:
        made.append(ElementTree.Element("category", {"term": one.category}))
    for name in one.authors:
        _add(ElementTree.SubElement(made, "author"), "name", name)
    if one.summary:
        _add(made, "summary", one.summary)
    if one.content:
        _add(made, "content", one.content)
    return made


def _time(day: str) -> str:
    return f"{day}T00:00:00Z"


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text
