"""Read the citations of .tex files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dltheory_bib.errors import DataError, Problem
from dltheory_bib.manuscript.cite_commands import NO_CITATIONS, Shape, Wrapper, shape
from dltheory_bib.source.folders import shown

if TYPE_CHECKING:
    from dltheory_bib.manuscript.manuscript import Manuscript


# The arguments of LaTeX commands, parsed by pylatexenc, and text that TeX would skip.  pylatexenc
# handles comments, nested braces and mathematics; it does not know what `\iffalse` hides.


_CONDITION = re.compile(r"\\(if[A-Za-z@]*|else|fi)(?![A-Za-z@])|(?<!\\)%[^\n]*|\\.", re.DOTALL)
_NO_CONDITION = frozenset({"iff", "ifthenelse", "ifdefined", "iflanguage", "ifstrequal", "ifblank"})
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*\n?[ \t]*")
_BLANK = re.compile(r"(?:[ \t]*(?:%[^\n]*)?\n)?(?:[ \t]*%[^\n]*\n)*[ \t]*")


class Arguments:
    """A text and a position in it, from which arguments are read."""

    def __init__(self, text: str, first_line: int = 1) -> None:
        self.text = text
        self.first_line = first_line
        self.position = 0
        self._walker: Any = None

    @property
    def walker(self) -> Any:
        """Return pylatexenc's parser of this text; it is imported when the first command needs
        it.
        """
        if self._walker is None:
            from pylatexenc.latexwalker import LatexWalker

            self._walker = LatexWalker(self.text, tolerant_parsing=True)
        return self._walker

    def line_at(self, position: int) -> int:
        """Return the line of a position, from 1."""
        return self.first_line + self.text.count("\n", 0, position)

    def optional(self) -> bool:
        """Skip an argument in square brackets, if there is one here."""
        from pylatexenc.latexwalker import LatexWalkerParseError

        start = self.past_blank()
        if self.text[start : start + 1] != "[":
            return False
        try:
            found = self.walker.get_latex_maybe_optional_arg(start)
        except LatexWalkerParseError:
            return False
        if found is None:
            return False
        self.position = found[1] + found[2]
        return True

    def group(self) -> str | None:
        """Return the text between the braces that open here, without comments; None if there are
        none.
        """
        from pylatexenc.latexwalker import LatexWalkerParseError

        start = self.past_blank()
        if self.text[start : start + 1] != "{":
            return None
        try:
            _, begin, length = self.walker.get_latex_braced_group(start)
        except LatexWalkerParseError:
            return None
        inside = self.text[begin + 1 : begin + length]
        if not inside.endswith("}"):  # never closed: what follows is not its argument
            return None
        self.position = begin + length
        return _COMMENT.sub(r"\1", inside[:-1])

    def past_blank(self) -> int:
        """Return the next position that is neither space nor comment; an empty line ends
        arguments.
        """
        found = _BLANK.match(self.text, self.position)
        return found.end() if found else self.position

    def skip_inline(self, plain: str) -> None:
        """Skip the argument of `\\verb` and similar commands."""
        while self.optional():
            pass
        if plain == "mintinline":
            self.group()
        if self.text[self.position : self.position + 1] == "{" and plain != "verb":
            self.group()
            return
        delimiter = self.text[self.position : self.position + 1]
        line_end = self.text.find("\n", self.position)
        end = self.text.find(delimiter, self.position + 1) if delimiter else -1
        if end >= 0 and (line_end < 0 or end < line_end):
            self.position = end + 1

    def skip_condition(self) -> None:
        r"""Skip the text between `\iffalse` and its `\fi` or `\else`."""
        depth = 1
        for match in _CONDITION.finditer(self.text, self.position):
            word = match[1]
            if word is None or word in _NO_CONDITION:
                continue
            if word.startswith("if"):
                depth += 1
            elif word == "fi" or depth == 1:
                depth -= word == "fi"
                if depth == 0 or word == "else":
                    self.position = match.end()
                    return
        self.position = len(self.text)


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
_DEFINED = re.compile(r"\s*\{?\s*\\([A-Za-z@]+)\s*\}?")
_NUMBERED = re.compile(r"((?:#\d)*)")
_COUNT = re.compile(r"\s*\[\s*(\d)\s*\]")
_DEEPEST = 50
"""Limit for nested files, and for nested commands."""


class TexReader:
    """Follows a manuscript through its files and records its citations."""

    def __init__(self, main: Path, found: Manuscript) -> None:
        self.home = main.parent
        """The folder where LaTeX runs, to which file names are relative."""
        self.found = found
        self.wrappers: dict[str, Wrapper | str] = {}
        """Commands of the user's own: made of citation commands, or another name for one."""
        self.skipped = set(_SKIPPED.split())
        self.unknown: set[str] = set()
        self.open: list[Path] = []

    def read(self, path: Path, text: str) -> None:
        """Record the citations of a file, and of those it includes."""
        self.open.append(path.resolve())
        _File(self, path, text).scan()
        self.open.pop()

    def include(self, name: str, folder: Path, path: Path, line: int) -> None:
        """Read a file that another file includes; `folder` is the one its name is relative to."""
        name = name.strip().strip('"')
        if not name or "#" in name or "\\" in name or name.startswith("|"):
            self._not_followed(name, path, line)
            return
        for place in dict.fromkeys((folder, self.home, path.parent)):
            for candidate in (place / f"{name}.tex", place / name):
                if not _is_file(candidate):
                    continue
                if candidate.resolve() in self.open or len(self.open) > _DEEPEST:
                    message = f"{name} includes itself; it is read once"
                    self.found.warn(shown(path), line, "circle", message)
                    return
                self._read(candidate, path, line)
                return
        if not name.endswith((".pgf", ".tikz", ".bbl", ".def", ".sty", ".cls", ".cfg")):
            message = f"{name} does not exist; its citations are missing"
            self.found.warn(shown(path), line, "missing-file", message)

    def _read(self, inner: Path, path: Path, line: int) -> None:
        try:
            text = read_text(inner)
        except DataError as error:
            self.found.warn(shown(path), line, "missing-file", str(error.problems[0]))
        else:
            self.read(inner, text)

    def _not_followed(self, name: str, path: Path, line: int) -> None:
        if name:
            message = f"the file name {name} is computed; use the .aux or .bcf, which contains it"
            self.found.warn(shown(path), line, "computed", message)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


class _File(Arguments):
    """One file, or the text of a definition, from the first command to the last."""

    def __init__(self, reader: TexReader, path: Path, text: str, line: int = 1) -> None:
        super().__init__(text, line)
        self.reader = reader
        self.path = path

    def scan(self) -> None:
        """Process the text."""
        while match := _NEXT.search(self.text, self.position):
            self.position = match.end()
            token = match[0]
            if token == "%":
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end < 0 else end
            elif len(token) > 1 and token[1].isalpha() and not self._command(token[1:], match):
                return

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
            self.reader.skipped.add((self.group() or "").strip())
        elif plain in {"bibliography", "addbibresource"}:
            self._bibliography(plain)
        elif plain in {"usepackage", "RequirePackage"}:
            self.optional()
            self.reader.found.biblatex |= (self.group() or "").strip() == "biblatex"
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
                end = self.text.find(")", self.position)
                if end < 0:
                    return
                self.position = end + 1
        while True:
            while self.optional():
                pass
            if known == "volume":
                self.group()
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
            message = f"the key {keys.strip()} is computed; use the .aux or .bcf, which contains it"
            self.reader.found.warn(shown(self.path), line, "computed", message)
        elif "#" not in keys:
            self.reader.found.cite(keys, shown(self.path), line)

    def _say_unknown(self, plain: str, match: re.Match[str]) -> None:
        if plain in self.reader.unknown or self.text[self.past_blank() :][:1] not in {"{", "["}:
            return
        self.reader.unknown.add(plain)
        message = (
            f"\\{plain} is unknown; if it cites, use the .aux or .bcf, which contains its keys"
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
            self._note(keys, match)

    def _include(self, plain: str, match: re.Match[str]) -> None:
        line = self.line_at(match.start())
        folder = self.reader.home
        if plain in _FROM:
            given = (self.group() or "").strip()
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
                whole = (
                    stem if plain == "addbibresource" or stem.endswith(".bib") else f"{stem}.bib"
                )
                self.reader.found.bibliographies.append(whole)

    # Text that TeX would skip

    def _environment(self, which: str) -> bool:
        name = (self.group() or "").strip()
        if which == "end":
            return name != "document"
        if name in self.reader.skipped:
            end = self.text.find(f"\\end{{{name}}}", self.position)
            self.position = len(self.text) if end < 0 else end + len(name) + 6
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
        start = self.past_blank()
        body = self.group()
        if body is not None:
            self._learn(name, optional, body, self.line_at(start))

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
            letters = re.sub(r"\{[^{}]*\}", "", self.group() or "")
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

    def _learn(self, name: str, optional: tuple[bool, ...], body: str, line: int) -> None:
        """Find out whether a definition cites, and through which of its arguments."""
        trailing = re.fullmatch(r"\s*\\([A-Za-z@]+)\*?\s*", body)
        if trailing and not optional and self._alias(name, trailing[1]):
            return
        inside = _Body(self.reader, self.path, body, line)
        inside.scan()
        if inside.arguments or inside.literal:
            holds = frozenset(inside.arguments)
            self.reader.wrappers[name] = Wrapper(optional, holds, tuple(inside.literal))
        elif name in self.reader.wrappers or shape(name):
            self.reader.wrappers[name] = Wrapper(optional, frozenset(), ())


class _Body(_File):
    """Return the text of a definition: its citations are recorded when it is used."""

    def __init__(self, reader: TexReader, path: Path, text: str, line: int) -> None:
        super().__init__(reader, path, text, line)
        self.arguments: set[int] = set()
        self.literal: list[str] = []

    def _note(self, keys: str, match: re.Match[str]) -> None:  # noqa: ARG002 - it has no place yet
        for key in keys.split(","):
            numbers = re.findall(r"#(\d)", key)
            self.arguments |= {int(number) for number in numbers}
            if not numbers and "\\" not in key:
                self.literal.append(key)

    def _say_unknown(self, plain: str, match: re.Match[str]) -> None:
        """A command that its user defines is known."""

    def _include(self, plain: str, match: re.Match[str]) -> None:
        """A file that a command includes is only known when the command is used."""


def read_text(path: Path) -> str:
    """Decode a file: as UTF-8, else Latin-1, which accepts any bytes; keys are ASCII in either."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read"
        detail = "" if message == "does not exist" else f": {(error.strerror or '').lower()}"
        raise DataError([Problem(shown(path), 0, 0, "error", "file", message + detail)]) from None
    except ValueError:
        message = "is not a file name"
        raise DataError([Problem(str(path), 0, 0, "error", "file", message)]) from None
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
