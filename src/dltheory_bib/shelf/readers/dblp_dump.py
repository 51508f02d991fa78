"""Read DBLP's dump: `dblp.xml` or `dblp.xml.gz`.

Format: https://dblp.org/xml/docu/dblpxml.pdf. Its DTD defines letters such as `&uuml;` as entities;
they are those of HTML, taken from Python's own table: no file or address that a document names is
opened, and no entity that it defines itself is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import name2codepoint
from pathlib import Path
from xml.parsers import expat

from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf.readers.json_lines import opened, year_of
from dltheory_bib.shelf.refusals import (
    NOT_A_WORK,
    UNDATED,
    UNTITLED,
    Refused,
    SourceError,
)
from dltheory_bib.text.identifiers import parse_identifier

NAME = "dblp"
LICENCE = "CC0"
_WORKS = frozenset(
    {"article", "inproceedings", "incollection", "book", "phdthesis", "mastersthesis"}
)
_OTHERS = frozenset({"proceedings", "www", "person", "data"})
_NUMBER = re.compile(r" \d{4}$")
"""DBLP numbers people of the same name: "Wei Wang 0001"."""
_PIECE = 1 << 20


def files(path: Path) -> list[Path]:
    """Return the file if it is the dump, or that in a folder."""
    if path.is_dir():
        return sorted(path.glob("dblp*.xml*"))
    return [path] if ".xml" in path.suffixes and _is_ours(path) else []


def read(path: Path) -> Iterator[StatedWork | Refused]:
    """Yield the records of the file."""
    handler = _Handler()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.UseForeignDTD(True)
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.EntityDeclHandler = handler.entity

    def letters(context: str | None, *_: str | None) -> int:
        """Give the letters in place of any DTD that the document names."""
        made = "".join(f'<!ENTITY {name} "&#{code};">' for name, code in _LETTERS.items())
        handler.ours = True
        parser.ExternalEntityParserCreate(context).Parse(made, True)
        handler.ours = False
        return 1

    parser.ExternalEntityRefHandler = letters
    with opened(path) as stream:
        try:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
                yield from handler.taken()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise SourceError(f"{path.name} is no XML: {error}") from error
    yield from handler.taken()


_LETTERS = {
    name: code for name, code in name2codepoint.items() if name not in {"amp", "lt", "gt", "quot"}
}


class _Handler:
    """Collects the elements of one publication after the other."""

    def __init__(self) -> None:
        self.made: list[StatedWork | Refused] = []
        self.kind = ""
        self.key = ""
        self.depth = 0
        self.field = ""
        self.parts: list[str] = []
        self.values: dict[str, list[str]] = {}
        self.ours = False

    def taken(self) -> list[StatedWork | Refused]:
        """Return what was collected since the last call."""
        made, self.made = self.made, []
        return made

    def entity(self, name: str, *_: object) -> None:
        """Refuse an entity that the document defines: it could expand without end."""
        if not self.ours:
            raise SourceError(f"defines the entity {name}, which DBLP does not")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a publication, a field of it, or markup in a field."""
        self.depth += 1
        if self.depth == 2:
            self.kind, self.key = name, attributes.get("key", "")
            self.values = {}
        elif self.depth == 3:
            self.field, self.parts = name, []

    def text(self, text: str) -> None:
        """Collect the text of a field, also of the markup in it."""
        if self.depth >= 3:
            self.parts.append(text)

    def end(self, _: str) -> None:
        """End a field or a publication."""
        if self.depth == 3:
            value = " ".join("".join(self.parts).split())
            if value:
                self.values.setdefault(self.field, []).append(value)
        elif self.depth == 2:
            self.made.append(self._record())
        self.depth -= 1

    def _record(self) -> StatedWork | Refused:
        if self.kind not in _WORKS:
            known = self.kind in _OTHERS
            return Refused(self.key, NOT_A_WORK if known else f"is of the kind {self.kind!r}")
        title = self._first("title").removesuffix(".")
        if not title:
            return Refused(self.key, UNTITLED)
        doi, arxiv = "", ""
        for address in self.values.get("ee", ()):
            found = parse_identifier(address)
            if found and found.scheme == "doi":
                doi = doi or found.folded
            elif found and found.scheme == "arxiv":
                arxiv = arxiv or found.value
        venue = self._first("journal") or self._first("booktitle")
        return StatedWork(
            source=NAME,
            where=self.key,
            date=UNDATED,
            title=title,
            authors=tuple(_NUMBER.sub("", name) for name in self.values.get("author", ())),
            year=year_of(self._first("year")),
            venue="" if venue == "CoRR" else venue,
            volume=self._first("volume"),
            pages=self._first("pages"),
            doi=doi,
            eprint=arxiv,
            url=next(iter(self.values.get("ee", ())), ""),
        )

    def _first(self, name: str) -> str:
        return next(iter(self.values.get(name, ())), "")


def _is_ours(path: Path) -> bool:
    with opened(path) as stream:
        return b"<dblp" in stream.read(2000)
