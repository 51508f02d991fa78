r"""The arguments of LaTeX commands, parsed by pylatexenc, and what TeX would skip.

pylatexenc knows comments, nested braces and mathematics; it does not know what `\iffalse` hides.
"""

from __future__ import annotations

import re
from typing import Any

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
        """pylatexenc's parser of this text; imported when the first command wants it."""
        if self._walker is None:
            from pylatexenc.latexwalker import LatexWalker

            self._walker = LatexWalker(self.text, tolerant_parsing=True)
        return self._walker

    def line_at(self, position: int) -> int:
        """The line of a position, from 1."""
        return self.first_line + self.text.count("\n", 0, position)

    def optional(self) -> bool:
        """Pass an argument in square brackets, if one stands here."""
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
        """What stands between the braces that open here, without comments; None if none does."""
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
        """The next position that is neither blank nor comment; an empty line ends arguments."""
        found = _BLANK.match(self.text, self.position)
        return found.end() if found else self.position

    def skip_inline(self, plain: str) -> None:
        """Pass what `\\verb` and its like print as it stands."""
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
        r"""Pass what stands between `\iffalse` and its `\fi` or `\else`."""
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
