"""Read the ACL Anthology: what the conferences on computational linguistics published.

Format: the repository acl-org/acl-anthology, `data/xml/*.xml`, collections of volumes:
https://github.com/acl-org/acl-anthology/blob/master/data/xml/schema.rnc.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.lookup.safe_xml import UnsafeXmlError, parse_xml
from dltheory_bib.shelf.readers.json_lines import opened, year_of
from dltheory_bib.shelf.refusals import UNDATED, UNTITLED, Refused, SourceError

NAME = "aclanthology"
LICENCE = "CC BY 4.0 (since 2016), CC BY-NC-SA 3.0 before"
_VENUES = {
    "D": "EMNLP",
    "E": "EACL",
    "J": "Computational Linguistics",
    "N": "NAACL",
    "P": "ACL",
    "Q": "Transactions of the Association for Computational Linguistics",
}
"""The venues of the collections until 2019, whose volumes have long names that differ."""
_EMNLP = "empirical methods in natural language processing"
"""The conference whose volumes until 2006 are among those of workshops."""
_CENTURY = 60
_LARGEST = 64 << 20


def files(path: Path) -> list[Path]:
    """Return the collections in a clone of the repository, or the file itself."""
    if path.is_dir():
        return sorted(path.glob("data/xml/*.xml"))
    return [path] if ".xml" in path.suffixes and _is_ours(path) else []


def read(path: Path) -> Iterator[StatedWork | Refused]:
    """Yield the records of one collection."""
    with opened(path) as stream:
        content = stream.read(_LARGEST)
    try:
        collection = parse_xml(content)
    except UnsafeXmlError as error:
        raise SourceError(f"{path.name} {error}") from error
    for volume in collection.iter("volume"):
        about = volume.find("meta")
        venue = _text(about, "booktitle") or _text(about, "journal-title")
        year = year_of(_text(about, "year"))
        part = collection.get("id", "")
        name = f"{part}-{volume.get('id', '')}"
        track = _track(name, venue)
        year = year or _year_of_collection(part)
        for paper in volume.iter("paper"):
            yield _record(paper, name, venue if track else _venue(part, venue), year, track)


def _record(paper: Element, volume: str, venue: str, year: int, track: str) -> StatedWork | Refused:
    url = _text(paper, "url")
    key = url if url and "/" not in url else f"{volume}.{paper.get('id', '')}"
    title = _text(paper, "title")
    if not title:
        return Refused(key, UNTITLED)
    people = (f"{_text(one, 'last')}, {_text(one, 'first')}" for one in paper.iter("author"))
    return StatedWork(
        source=NAME,
        where=key,
        date=UNDATED,
        title=title,
        authors=tuple(name.removesuffix(", ") for name in people if name != ", "),
        year=year,
        venue=venue,
        pages=_text(paper, "pages").replace("–", "--"),
        doi=_text(paper, "doi").lower(),
        url=url if "/" in url else f"https://aclanthology.org/{key}",
        track=track,
    )


def _venue(collection: str, venue: str) -> str:
    """Return the short name of a large conference or journal, else the name of the volume."""
    _, dot, name = collection.partition(".")
    if _EMNLP in venue.lower():
        return _VENUES["D"]
    if dot:
        return name.upper() if name.upper() in _VENUES.values() else venue
    return _VENUES.get(collection[:1], venue)


def _year_of_collection(name: str) -> int:
    """Return the year in the id of a collection: `P05`, `2021.acl`."""
    digits = "".join(char for char in name.partition(".")[0] if char.isdigit())
    if len(digits) == 2:
        return int(digits) + (1900 if int(digits) > _CENTURY else 2000)
    return int(digits) if len(digits) == 4 else 0


def _track(volume: str, venue: str) -> str:
    """Return what kind of satellite a volume is: papers of its conference are not cited from it."""
    for one in ("findings", "workshop", "demonstrations", "tutorial", "student"):
        if one in venue.lower() or one in volume:
            return one
    is_conference = _EMNLP in venue.lower()
    return "workshop" if volume.startswith("W") and not is_conference else ""


def _text(parent: Element | None, name: str) -> str:
    found = None if parent is None else parent.find(name)
    return "" if found is None else " ".join("".join(found.itertext()).split())


def _is_ours(path: Path) -> bool:
    with opened(path) as stream:
        return b"<collection" in stream.read(2000)
