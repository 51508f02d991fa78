r"""Find the keys that a manuscript cites: from its .tex, its .aux or its .bcf.

A .tex file is read with pylatexenc where it is reliable: it parses the arguments of the commands
that matter, with their comments, nested braces and mathematics. The text between such commands is
skipped by a search for the next backslash or per cent sign, because pylatexenc visits every letter
(some seconds for a thesis), does not know the arguments of user-defined commands, and does not
recognise what TeX would skip: `\iffalse`, verbatim environments of any name, text after
`\endinput`. A .tex file is a program; if keys are computed, only the .aux and .bcf contain them.
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
    """A key and the position of its citation."""

    key: str
    file: str
    line: int
    """From 1; 0 if the file does not contain it."""


@dataclass(slots=True)
class Manuscript:
    """The citations of a manuscript."""

    citations: list[Citation] = field(default_factory=list)
    """In the order of the text; a key is repeated as often as it is cited."""
    everything: bool = False
    r"""Whether it requests the whole bibliography, by `\nocite{*}`."""
    bibliographies: list[str] = field(default_factory=list)
    """The .bib files it names."""
    biblatex: bool = False
    """Whether it uses biblatex, as far as can be detected."""
    problems: list[Problem] = field(default_factory=list)
    """Warnings: missing files, and citations that could not be determined."""

    @property
    def keys(self) -> dict[str, Citation]:
        """Return each key once, with the position of its first citation."""
        first: dict[str, Citation] = {}
        for cited in self.citations:
            first.setdefault(cited.key, cited)
        return first

    def cite(self, keys: str, file: str, line: int) -> None:
        """Add a list of keys, as written between braces."""
        for key in (part.strip() for part in keys.split(",")):
            if key == "*":
                self.everything = True
            elif key:
                self.citations.append(Citation(key, file, line))

    def warn(self, file: str, line: int, rule: str, message: str) -> None:
        """Add a warning."""
        self.problems.append(Problem(file, line, 1 if line else 0, "warning", rule, message))


def read_manuscript(path: Path) -> Manuscript:
    """Return the citations of a .tex, .aux or .bcf file, with all files it includes.

    The type of a file with another extension is detected from its content. Raises `DataError` if
    the file itself cannot be read; an included file that cannot be read is a warning.
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


# .aux: written by LaTeX for BibTeX (\citation) or for itself (biblatex).
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
    """Return the .aux of a chapter, in the folder where LaTeX ran or next to the file that names
    it.
    """
    inner = path.parent / name
    if inner.resolve() in seen:
        return
    seen.add(inner.resolve())
    try:
        text = read_text(inner)
    except DataError:
        message = f"{name} does not exist; run LaTeX again"
        found.warn(shown(path), line, "missing-file", message)
        return
    _read_aux(inner, text, found, seen)


def _read_bcf(path: Path, text: str, found: Manuscript) -> None:
    """Read the file that biblatex wrote for biber: a list of keys for each section of the
    bibliography.
    """
    from xml.etree import ElementTree  # only .bcf needs it

    name = shown(path)
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        line, column = error.position
        message = f"is not a complete .bcf ({error}); run LaTeX again"
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
        message = "filters by keyword or type are ignored; every cited key is included"
        found.warn(name, 0, "filter", message)


def _named(element: Element, name: str) -> Iterator[Element]:
    """Yield the elements of a name in any namespace, which changes with biblatex's versions."""
    return (one for one in element.iter() if one.tag.rpartition("}")[2] == name)
