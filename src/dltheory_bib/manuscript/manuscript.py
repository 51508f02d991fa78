r"""Find the keys that a manuscript cites: from its .tex, its .aux or its .bcf.

A .tex file is searched for the commands that matter; their arguments are read with their comments
and nested braces. What TeX would skip is skipped: `\iffalse`, verbatim environments of any name,
text after `\endinput`. A .tex file is a program; if keys are computed, only the .aux and .bcf
contain them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from dltheory_bib.errors import DataError, Problem
from dltheory_bib.input_files import read_text, refuse, shown
from dltheory_bib.manuscript.tex import MOST_FILES, TexReader, is_there


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
    """The .bib files it names, as it names them."""
    homes: tuple[Path, ...] = ()
    """The folders to which these names may be relative, the likeliest first."""
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

    def find_bibliography(self, name: str) -> Path | None:
        """Return the path of a .bib file that it names; None if there is none."""
        return next((path for home in self.homes if is_there(path := home / name)), None)

    def note(self, file: str, message: str) -> None:
        """Add a note, which is no fault."""
        self.problems.append(Problem(file, 0, 0, "note", "encoding", message))

    def warn(self, file: str, line: int, rule: str, message: str) -> None:
        """Add a warning."""
        self.problems.append(Problem(file, line, 1 if line else 0, "warning", rule, message))


def read_manuscript(path: Path) -> Manuscript:
    """Return the citations of a .tex, .aux or .bcf file, with all files it includes.

    The type of a file with another extension is detected from its content. Raises `DataError` if
    the file itself cannot be read; an included file that cannot be read is a warning.
    """
    # An .aux or a .bcf may be in a folder for what LaTeX writes, below the one where it runs.
    found = Manuscript(homes=(path.parent, path.parent / os.pardir))
    file = read_text(path)
    if file.note:
        found.note(file.name, file.note)
    text = file.text.removeprefix("\ufeff")
    kind = path.suffix.lower()
    if kind == ".bcf" or text.lstrip()[:5] == "<?xml":
        _read_bcf(path, text, found)
    elif kind == ".aux" or text.startswith("\\relax"):
        _read_aux(path, text, found)
    else:
        found.homes = found.homes[:1]
        TexReader(path, found).read(path, text)
    names = (name.replace("\\jobname", path.stem) for name in found.bibliographies)
    found.bibliographies = [name for name in names if not _COMPUTED.search(name)]
    return found


_COMPUTED = re.compile(r"[\\#]|://")
"""Names of files that TeX computes, or that biber fetches."""
# .aux: written by LaTeX for BibTeX (\citation) or for itself (biblatex).
_AUX = re.compile(
    r"\\citation\s*\{(?P<bibtex>[^{}\r\n]*)\}"
    r"|\\abx@aux@cite\s*(?:\{\d+\}\s*)?\{(?P<biblatex>[^{}\r\n]*)\}"
    r"|\\@input\s*\{(?P<input>[^{}\r\n]*)\}"
    r"|\\bibdata\s*\{(?P<bibs>[^{}\r\n]*)\}"
)


def _read_aux(path: Path, text: str, found: Manuscript) -> None:
    """Read an .aux file, and those of chapters that it names; each once."""
    seen = {os.path.realpath(path)}
    stack = [(path, _aux_matches(text))]
    while stack:
        path, matches = stack[-1]
        entry = next(matches, None)
        if entry is None:
            stack.pop()
            continue
        match, line = entry
        if match["input"] is not None:
            inner = path.parent / match["input"]
            chapter = _chapter(path, inner, match["input"], seen, found, line)
            if chapter is not None:
                stack.append((inner, _aux_matches(chapter)))
        elif match["bibs"] is not None:
            found.bibliographies += [f"{one.strip()}.bib" for one in match["bibs"].split(",")]
        else:
            found.biblatex |= match["biblatex"] is not None
            found.cite(match["bibtex"] or match["biblatex"] or "", shown(path), line)


def _aux_matches(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield the commands of an .aux file that matter, with their lines."""
    line, last = 1, 0
    for match in _AUX.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        yield match, line


def _chapter(
    path: Path, inner: Path, name: str, seen: set[str], found: Manuscript, line: int
) -> str | None:
    """Return the text of a chapter's .aux, in the folder where LaTeX ran or next to the file that
    names it; None if it was read before or cannot be read.
    """
    real = os.path.realpath(inner)
    if real in seen:
        return None
    if len(seen) >= MOST_FILES:
        if len(seen) == MOST_FILES:
            seen.add("")
            message = f"more than {MOST_FILES:,} .aux files; {name} and later ones are not read"
            found.warn(shown(path), line, "too-many-files", message)
        return None
    seen.add(real)
    try:
        return read_text(inner).text
    except DataError as error:
        message = f"{name} {error.problems[0].message}; run LaTeX again"
        found.warn(shown(path), line, "missing-file", message)
        return None


def _read_bcf(path: Path, text: str, found: Manuscript) -> None:
    """Read the file that biblatex wrote for biber: a list of keys for each section of the
    bibliography.

    It is read element by element, so that neither nesting nor size matters. Names have no
    namespace, which changes with biblatex's versions; entities are not read, as biblatex writes
    none.
    """
    name = shown(path)
    bcf = _Bcf(found, name)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = bcf.start
    parser.EndElementHandler = bcf.end
    parser.CharacterDataHandler = bcf.characters
    parser.StartDoctypeDeclHandler = bcf.doctype
    found.biblatex = True
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        message = f"is not a complete .bcf ({error}); run LaTeX again"
        refuse(name, "xml", message, error.lineno, error.offset + 1)
    except _DoctypeError:
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber
        refuse(
            name, "xml", "has a document type, as no .bcf has; run LaTeX again", line, column + 1
        )
    for source in bcf.sources:
        if source not in found.bibliographies:
            found.bibliographies.append(source)
    if bcf.filters:
        message = "filters by keyword or type are ignored; every cited key is included"
        found.warn(name, 0, "filter", message)


class _DoctypeError(Exception):
    pass


class _Bcf:
    """The parts of a .bcf that matter, in the order of the file."""

    def __init__(self, found: Manuscript, name: str) -> None:
        self.found = found
        self.name = name
        self.sources: dict[str, None] = {}
        self.filters = False
        self.sections = 0
        self.members: str | None = None
        self.text: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.sections += name == "section"
        self.filters |= name == "filter"
        if name in {"citekey", "datasource"}:
            self.text = []
            self.members = attributes.get("members") if attributes.get("type") == "set" else None

    def characters(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        self.sections -= name == "section"
        if self.text is None or name not in {"citekey", "datasource"}:
            return
        text, self.text = "".join(self.text), None
        if name == "datasource":
            self.sources.setdefault(text.strip())
        elif self.sections:
            self.found.cite(self.members or text, self.name, 0)

    def doctype(self, *_: object) -> None:
        raise _DoctypeError
