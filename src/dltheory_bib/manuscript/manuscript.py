r"""Which keys a manuscript cites: from its .tex, its .aux or its .bcf.

A .tex file is read with pylatexenc where that holds up: it parses the arguments of the commands
that matter, with their comments, nested braces and mathematics. What stands between such commands
is passed over by a search for the next backslash or per cent sign, because pylatexenc walks over
every letter (some seconds for a thesis), does not know the arguments of commands that are not its
own, and cannot tell what TeX would skip: `\iffalse`, verbatim environments of any name, text after
`\endinput`. A .tex file is a program; where keys are computed, only the .aux and .bcf know them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.errors import DataError, Problem
from dltheory_bib.manuscript.tex import TexReader, read_text
from dltheory_bib.source.folders import shown

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


class Citation(NamedTuple):
    """A key where it is cited."""

    key: str
    file: str
    line: int
    """From 1; 0 where the file does not say."""


@dataclass(slots=True)
class Manuscript:
    """What a manuscript cites."""

    citations: list[Citation] = field(default_factory=list)
    """In the order of the text, a key as often as it is cited."""
    everything: bool = False
    r"""Whether it asks for the whole bibliography, by `\nocite{*}`."""
    bibliographies: list[str] = field(default_factory=list)
    """The .bib files it names."""
    biblatex: bool = False
    """Whether it is made with biblatex, as far as it shows."""
    problems: list[Problem] = field(default_factory=list)
    """Warnings: files that are not there, what could not be told."""

    @property
    def keys(self) -> dict[str, Citation]:
        """Each key once, with the first place where it is cited."""
        first: dict[str, Citation] = {}
        for cited in self.citations:
            first.setdefault(cited.key, cited)
        return first

    def cite(self, keys: str, file: str, line: int) -> None:
        """Add a list of keys as it stands between braces."""
        for key in (part.strip() for part in keys.split(",")):
            if key == "*":
                self.everything = True
            elif key:
                self.citations.append(Citation(key, file, line))

    def warn(self, file: str, line: int, rule: str, message: str) -> None:
        """Add a warning."""
        self.problems.append(Problem(file, line, 1 if line else 0, "warning", rule, message))


def read_manuscript(path: Path) -> Manuscript:
    """What a .tex, .aux or .bcf file cites, with all files it takes in.

    A file of another name is read as what it looks like. Raises `DataError` when the file itself
    cannot be read; for files that it takes in, that is a warning.
    """
    found = Manuscript()
    text = read_text(path)
    kind = path.suffix.lower()
    if kind == ".bcf" or text.lstrip()[:5] == "<?xml":
        _read_bcf(path, text, found)
    elif kind == ".aux" or text.startswith("\\relax"):
        _read_aux(path, text, found, {path.resolve()})
    else:
        TexReader(path, found).read(path, text)
    return found


# .aux: what LaTeX wrote for BibTeX (\citation) or for itself (biblatex).
_AUX = re.compile(
    r"\\citation\s*\{(?P<bibtex>[^}]*)\}"
    r"|\\abx@aux@cite\s*(?:\{\d+\}\s*)?\{(?P<biblatex>[^}]*)\}"
    r"|\\@input\s*\{(?P<input>[^}]*)\}"
    r"|\\bibdata\s*\{(?P<bibs>[^}]*)\}"
)


def _read_aux(path: Path, text: str, found: Manuscript, seen: set[Path]) -> None:
    name = shown(path)
    for line, row in enumerate(text.splitlines(), 1):
        for match in _AUX.finditer(row):
            if match["input"] is not None:
                _include_aux(path, match["input"], found, seen, line)
            elif match["bibs"] is not None:
                found.bibliographies += [f"{one.strip()}.bib" for one in match["bibs"].split(",")]
            else:
                found.biblatex |= match["biblatex"] is not None
                found.cite(match["bibtex"] or match["biblatex"] or "", name, line)


def _include_aux(path: Path, name: str, found: Manuscript, seen: set[Path], line: int) -> None:
    """The .aux of a chapter, which stands where LaTeX ran or beside the file that names it."""
    inner = path.parent / name
    if inner.resolve() in seen:
        return
    seen.add(inner.resolve())
    try:
        text = read_text(inner)
    except DataError:
        message = f"{name} is not there; run LaTeX again"
        found.warn(shown(path), line, "missing-file", message)
        return
    _read_aux(inner, text, found, seen)


def _read_bcf(path: Path, text: str, found: Manuscript) -> None:
    """What biblatex wrote for biber: a list of keys for each section of the bibliography."""
    from xml.etree import ElementTree  # only .bcf needs it

    name = shown(path)
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        line, column = error.position
        message = f"is not a whole .bcf ({error}); run LaTeX again"
        raise DataError([Problem(name, line, column + 1, "error", "xml", message)]) from None
    found.biblatex = True
    for element in _named(root, "section"):
        for cited in _named(element, "citekey"):
            members = cited.get("members") if cited.get("type") == "set" else None
            found.cite(members or cited.text or "", name, 0)
        for source in _named(element, "datasource"):
            found.bibliographies.append((source.text or "").strip())
    for source in _named(root, "datasource"):
        if (source.text or "").strip() not in found.bibliographies:
            found.bibliographies.append((source.text or "").strip())
    if any(True for _ in _named(root, "filter")):
        message = "filters by keyword or type are not applied; every cited key is taken"
        found.warn(name, 0, "filter", message)


def _named(element: Element, name: str) -> Iterator[Element]:
    """The elements of a name, whatever their namespace, which changes with biblatex's versions."""
    return (one for one in element.iter() if one.tag.rpartition("}")[2] == name)
