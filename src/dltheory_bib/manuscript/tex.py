r"""Read the citations of .tex files, and of the files that they include."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dltheory_bib.errors import DataError
from dltheory_bib.input_files import VARIABLE, limit, read_text, shown
from dltheory_bib.manuscript.cite_commands import NO_CITATIONS, Shape, Wrapper, shape
from dltheory_bib.manuscript.tex_arguments import Arguments, SourceText, without_comments
from dltheory_bib.text.names import shortened

if TYPE_CHECKING:
    from dltheory_bib.manuscript.manuscript import Manuscript


# Files and their content.

_NEXT = re.compile(r"\\(?:[A-Za-z@]+\*?|[^A-Za-z@]|$)|%")
_SKIPPED = (
    "verbatim verbatim* Verbatim Verbatim* BVerbatim LVerbatim SaveVerbatim lstlisting minted "
    "comment filecontents filecontents* alltt spverbatim luacode pycode"
)
_INCLUDES = frozenset({"input", "include", "subfile", "subfileinclude", "InputIfFileExists"})
_FROM = frozenset({"import", "subimport", "inputfrom", "subinputfrom", "includefrom"}) | {
    "subincludefrom"
}
_BIBLIOGRAPHIES = frozenset(
    {"bibliography", "nobibliography", "addbibresource", "addglobalbib", "addsectionbib"}
)
_DEFINITIONS = frozenset(
    {"newcommand", "renewcommand", "providecommand", "DeclareRobustCommand", "newrobustcmd"}
    | {"renewrobustcmd", "providerobustcmd"}
)
_DOCUMENT_COMMANDS = frozenset(
    {"NewDocumentCommand", "RenewDocumentCommand", "ProvideDocumentCommand"}
    | {"DeclareDocumentCommand", "NewExpandableDocumentCommand"}
)
_NEW_VERBATIM = frozenset(
    {"lstnewenvironment", "newtcblisting", "DefineVerbatimEnvironment", "excludecomment"}
    | {"newminted", "newverbatim"}
)
_BARE_NAME = re.compile(r"[ \t]*([^\s\\{}%]+)")
_LET = re.compile(r"\s*\\([A-Za-z@]+)\s*=?\s*\\([A-Za-z@]+)")
_DEFINED = re.compile(r"\s*+\{?\s*+\\([A-Za-z@]+)\s*+\}?")
_NUMBERED = re.compile(r"((?:#\d)*)")
_COUNT = re.compile(r"\s*\[\s*(\d)\s*\]")
_SURE = "use the .aux or .bcf, which contains it"
_LONGEST_ALIAS = 200
_LOOP = 200
"""The number of open files among which one is looked for, to say that it includes itself."""
MOST_FILES = 1000
"""The most files that a manuscript may include."""
MOST_EXPANDED = 1000
"""The most citations that commands of the user's own make, and a tenth of the text's length more;
a command that contains others could make any number.
"""


class TexReader:
    """Follows a manuscript through its files and records its citations.

    Each file is read once. The files and definitions that are being read are on a stack of its own,
    so that neither has a deepest level.
    """

    def __init__(self, main: Path, found: Manuscript) -> None:
        self.home = main.parent
        """The folder where LaTeX runs, to which file names are relative."""
        self.found = found
        self.wrappers: dict[str, Wrapper | str] = {}
        """Commands of the user's own: made of citation commands, or another name for one."""
        self.skipped = set(_SKIPPED.split())
        self.unknown: set[str] = set()
        self.seen: set[str] = set()
        """The files that were read, by their real paths."""
        self.stack: list[_File] = []
        self.size = 0
        """The number of characters of all files."""
        self.expanded = 0
        """The number of citations made by commands of the user's own."""
        self.full = False
        """Whether a limit was reached, and reported."""

    def read(self, path: Path, text: str) -> None:
        """Record the citations of a file, and of those it includes."""
        self._open(path, text)
        while self.stack:
            current = self.stack[-1]
            if current.scan():
                self.stack.pop()
                current.finish()

    def _open(self, path: Path, text: str) -> None:
        file = _File(self, path, SourceText(text))
        file.real = os.path.realpath(path)
        self.seen.add(file.real)
        self.size += len(text)
        self.stack.append(file)

    def may_expand(self, path: Path, line: int) -> bool:
        """Count a citation made by a command of the user's own; return whether it is to be kept."""
        self.expanded += 1
        if self.expanded <= MOST_EXPANDED + self.size // 10:
            return True
        if not self.full:
            self.full = True
            message = (
                f"your own commands make more than {self.expanded - 1:,} citations; the rest is "
                "left out, so use the .aux or .bcf, which contains each key once"
            )
            self.found.warn(shown(path), line, "too-many-citations", message)
        return False

    def include(self, name: str, folder: Path, path: Path, line: int) -> None:
        """Read a file that another file includes; `folder` is the one its name is relative to."""
        name = name.strip().strip('"')
        if not name or "#" in name or "\\" in name or name.startswith("|"):
            self._not_followed(name, path, line)
            return
        for place in dict.fromkeys((folder, self.home, path.parent)):
            for candidate in (place / f"{name}.tex", place / name):
                if is_there(candidate):
                    self._read(name, candidate, path, line)
                    return
        if not name.endswith((".pgf", ".tikz", ".bbl", ".def", ".sty", ".cls", ".cfg")):
            message = f"{shortened(name)} does not exist; its citations are missing"
            self.found.warn(shown(path), line, "missing-file", message)

    def _read(self, name: str, inner: Path, path: Path, line: int) -> None:
        real = os.path.realpath(inner)
        if real in self.seen:
            if any(real == one.real for one in self.stack[-_LOOP:]):
                message = f"{name} includes itself; it is read once"
                self.found.warn(shown(path), line, "circle", message)
            return
        if len(self.seen) >= MOST_FILES:
            if not self.full:
                self.full = True
                message = (
                    f"the manuscript includes more than {MOST_FILES:,} files; {name} and later "
                    "ones are not read, so use the .aux or .bcf, which contains all keys"
                )
                self.found.warn(shown(path), line, "too-many-files", message)
            return
        try:
            file = read_text(inner)
        except DataError as error:
            self.seen.add(real)
            self.found.warn(shown(path), line, "missing-file", str(error.problems[0]))
            return
        if file.note:
            self.found.note(file.name, file.note)
        if self.size + len(file.text) > limit():
            if not self.full:
                self.full = True
                message = (
                    f"the files of the manuscript are larger than {limit() >> 20} MB together; "
                    f"{name} and later ones are not read; set {VARIABLE} to more megabytes"
                )
                self.found.warn(shown(path), line, "size", message)
            return
        self._open(inner, file.text)

    def _not_followed(self, name: str, path: Path, line: int) -> None:
        if name:
            message = f"the file name {shortened(name)} is computed; {_SURE}"
            self.found.warn(shown(path), line, "computed", message)


def is_there(path: Path) -> bool:
    """Return whether there is a file to read, or one to complain of."""
    try:
        return path.exists() and not path.is_dir()
    except (OSError, ValueError):
        return False


class _File(Arguments):
    """One file, or the text of a definition, from the first command to the last."""

    def __init__(
        self, reader: TexReader, path: Path, source: SourceText, start: int = 0, end: int = -1
    ) -> None:
        super().__init__(source, start, end if end >= 0 else len(source.text))
        self.reader = reader
        self.path = path
        self.real = ""

    def finish(self) -> None:
        """Do what is due at the end of the text."""

    def scan(self) -> bool:
        """Process the text; return False if a file or a definition in it must be read first."""
        while match := _NEXT.search(self.text, self.position, self.end):
            self.position = match.end()
            token = match[0]
            if token == "%":
                end = self.source.find("\n", self.position)
                self.position = self.end if end < 0 else end
            elif len(token) > 1 and token[1].isalpha():
                if not self._command(token[1:], match):
                    return True
                if self.reader.stack[-1] is not self:
                    return False
        return True

    def _command(self, name: str, match: re.Match[str]) -> bool:
        """Process a command; return False if the text ends for TeX."""
        plain = name.removesuffix("*")
        if plain == "endinput":
            return False
        if plain in {"begin", "end"}:
            return self._environment(plain)
        if plain in {"verb", "lstinline", "mintinline", "Verb"}:
            self.skip_inline(plain)
        elif plain == "iffalse":
            self.skip_condition()
        elif plain in _INCLUDES or plain in _FROM:
            self._include(plain, match)
        elif plain in _DEFINITIONS or plain in _DOCUMENT_COMMANDS or plain in {"def", "let"}:
            self._define(plain)
        elif plain in _NEW_VERBATIM:
            self.reader.skipped.add(self.name())
        elif plain in _BIBLIOGRAPHIES:
            self._bibliography(plain)
        elif plain in {"usepackage", "RequirePackage"}:
            self.optional()
            self.reader.found.biblatex |= self.name() == "biblatex"
        else:
            self._cite(name, match)
        return True

    # Commands

    def _cite(self, name: str, match: re.Match[str]) -> None:
        plain = name.removesuffix("*")
        wrapper = self.reader.wrappers.get(plain)
        if isinstance(wrapper, str):
            plain = wrapper
        if isinstance(wrapper, Wrapper):
            self._use(wrapper, match)
            return
        known = shape(plain)
        if known:
            for keys in self._keys(known):
                self._note(keys, match)
        elif "cite" in plain.lower() and plain not in NO_CITATIONS:
            self._say_unknown(plain, match)

    def _keys(self, known: Shape) -> Iterator[str]:
        """Read the arguments that contain keys, from here on."""
        if known == "many":
            while self.text[self.past_blank() :][:1] == "(":
                end = self.source.find(")", self.position)
                if end < 0:
                    return
                self.position = end + 1
        while True:
            while self.optional():
                pass
            if known == "volume":
                self.span()
                self.optional()
            keys = self.group()
            if keys is None:
                return
            yield keys
            if known != "many":
                return

    def _note(self, keys: str, match: re.Match[str]) -> None:
        line = self.line_at(match.start())
        if "\\" in keys:
            message = f"the key {shortened(keys.strip())} is computed; {_SURE}"
            self.reader.found.warn(shown(self.path), line, "computed", message)
        elif "#" not in keys:
            self.reader.found.cite(keys, shown(self.path), line)

    def _say_unknown(self, plain: str, match: re.Match[str]) -> None:
        if plain in self.reader.unknown or self.text[self.past_blank() :][:1] not in {"{", "["}:
            return
        self.reader.unknown.add(plain)
        message = (
            f"\\{shortened(plain)} is unknown; if it cites, use the .aux or .bcf, which contains "
            "its keys"
        )
        line = self.line_at(match.start())
        self.reader.found.warn(shown(self.path), line, "unknown-command", message)

    def _use(self, wrapper: Wrapper, match: re.Match[str]) -> None:
        for number, optional in enumerate(wrapper.optional, 1):
            if optional:
                self.optional()
                continue
            argument = self.group()
            if argument is not None and number in wrapper.holds_keys:
                self._note(argument, match)
        for keys in wrapper.cites:
            if not self.reader.may_expand(self.path, self.line_at(match.start())):
                break
            self._note(keys, match)

    def _include(self, plain: str, match: re.Match[str]) -> None:
        line = self.line_at(match.start())
        folder = self.reader.home
        if plain in _FROM:
            given = self.name()
            folder = (self.path.parent if plain.startswith("sub") else self.reader.home) / given
        name = self.group()
        if name is None:
            bare = _BARE_NAME.match(self.text, self.position)
            if bare is None or plain != "input":
                return
            name, self.position = bare[1], bare.end()
        self.reader.include(name, folder, self.path, line)

    def _bibliography(self, plain: str) -> None:
        while self.optional():
            pass
        for name in (self.group() or "").split(","):
            stem = name.strip()
            if stem:
                whole = stem if plain.startswith("add") or stem.endswith(".bib") else f"{stem}.bib"
                self.reader.found.bibliographies.append(whole)

    # Text that TeX would skip

    def _environment(self, which: str) -> bool:
        name = self.name()
        if which == "end":
            return name != "document"
        if name in self.reader.skipped:
            end = self.source.find(f"\\end{{{name}}}", self.position)
            self.position = self.end if end < 0 else end + len(name) + 6
        return True

    # Definitions

    def _define(self, plain: str) -> None:
        if plain == "let":
            found = _LET.match(self.text, self.position)
            if found:
                self.position = found.end()
                self._alias(found[1], found[2])
            return
        name = self._defined_name()
        if name is None:
            return
        optional = self._parameters(plain)
        body = self.span()
        if body is not None:
            self._learn(name, optional, body)

    def _alias(self, name: str, target: str) -> bool:
        """Record a command that is another name for a citation command; return whether it is
        one.
        """
        wrappers = self.reader.wrappers
        if target in wrappers:
            wrappers[name] = wrappers[target]
        elif shape(target):
            wrappers[name] = target
        else:
            return False
        return True

    def _defined_name(self) -> str | None:
        found = _DEFINED.match(self.text, self.position)
        if found is None:
            return None
        self.position = found.end()
        return found[1]

    def _parameters(self, plain: str) -> tuple[bool, ...]:
        """Return the arguments of a definition: whether each is optional."""
        if plain in _DOCUMENT_COMMANDS:
            letters = re.sub(r"\{[^{}]*\}", "", self.name())
            return tuple(letter in "oOdD" for letter in re.findall(r"[a-zA-Z]", letters))
        if plain == "def":
            found = _NUMBERED.match(self.text, self.position)
            self.position = found.end() if found else self.position
            return (False,) * (len(found[1]) // 2 if found else 0)
        count = _COUNT.match(self.text, self.position)
        if count is None:
            return ()
        self.position = count.end()
        default = self.optional()
        return (default, *(False,) * (int(count[1]) - 1)) if int(count[1]) else ()

    def _learn(self, name: str, optional: tuple[bool, ...], body: tuple[int, int]) -> None:
        """Find out whether a definition cites, and through which of its arguments."""
        start, end = body
        if end - start <= _LONGEST_ALIAS and not optional:
            plain = without_comments(self.text[start:end])
            trailing = re.fullmatch(r"\s*\\([A-Za-z@]+)\*?\s*", plain)
            if trailing and self._alias(name, trailing[1]):
                return
        self.reader.stack.append(_Body(self, name, optional, body))


class _Body(_File):
    """The text of a definition: its citations are recorded when it is used."""

    def __init__(
        self, outer: _File, name: str, optional: tuple[bool, ...], body: tuple[int, int]
    ) -> None:
        super().__init__(outer.reader, outer.path, outer.source, *body)
        self.command = name
        self.optionals = optional
        self.arguments: set[int] = set()
        self.literal: dict[str, None] = {}

    def finish(self) -> None:
        """Record the command if it cites; if it is defined again, it may cite no longer."""
        wrappers = self.reader.wrappers
        if self.arguments or self.literal:
            holds = frozenset(self.arguments)
            wrappers[self.command] = Wrapper(self.optionals, holds, tuple(self.literal))
        elif self.command in wrappers or shape(self.command):
            wrappers[self.command] = Wrapper(self.optionals, frozenset(), ())

    def _note(self, keys: str, match: re.Match[str]) -> None:  # noqa: ARG002 - it has no place yet
        for key in keys.split(","):
            numbers = re.findall(r"#(\d)", key)
            self.arguments |= {int(number) for number in numbers}
            if not numbers and "\\" not in key:
                self.literal.setdefault(key)

    def _say_unknown(self, plain: str, match: re.Match[str]) -> None:
        """A command that its user defines is known."""

    def _include(self, plain: str, match: re.Match[str]) -> None:
        """A file that a command includes is only known when the command is used."""
