r"""Find the arguments of LaTeX commands, in time linear in the text.

The braces and brackets of a text are paired in one pass, without regard to what stands between
them, as TeX does it: a backslash escapes the next character, `%` hides the rest of the line, and
the first `]` outside braces ends an optional argument. So an argument that is never closed costs
nothing, however often one opens, and nesting has no limit.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right

_TOKEN = re.compile(r"\\.|%[^\n]*|[{}\[\]]", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*\n?[ \t]*")
_BLANK = re.compile(r"(?:[ \t]*+(?:%[^\n]*)?\n)?(?:[ \t]*+%[^\n]*\n)*+[ \t]*+")
_CONDITION = re.compile(r"\\(if[A-Za-z@]*|else|fi)(?![A-Za-z@])|(?<!\\)%[^\n]*|\\.", re.DOTALL)
_NO_CONDITION = frozenset({"iff", "ifthenelse", "ifdefined", "iflanguage", "ifstrequal", "ifblank"})
_LONGEST_NAME = 200
"""The longest text between braces that may be a name: of a command, a file, an environment."""


class SourceText:
    """The text of a file, with its lines and its pairs of braces and brackets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.looked_at = 0
        """The number of signs that were looked at, for the tests of growth."""
        self._lines: array[int] = array("I")
        self._starts: array[int] = array("I")
        self._ends: array[int] = array("I")
        self._paired = False
        self._absent: dict[str, int] = {}
        self._absent_in_line: dict[str, int] = {}

    def line_at(self, position: int) -> int:
        """Return the line of a position, from 1."""
        if not self._lines:
            self._lines.append(0)
            self._lines.extend(found.end() for found in re.finditer("\n", self.text))
        return bisect_right(self._lines, position)

    def end_of(self, position: int) -> int | None:
        """Return the position of the brace or bracket that closes the one at a position."""
        if not self._paired:
            self._pair()
            self._paired = True
        place = bisect_left(self._starts, position)
        known = place < len(self._starts) and self._starts[place] == position
        return (self._ends[place] or None) if known else None

    def find(self, text: str, position: int) -> int:
        """Return the next position of a text, or -1; what is absent is looked for once."""
        if position >= self._absent.get(text, len(self.text) + 1):
            return -1
        found = self.text.find(text, position)
        self.looked_at += (found if found >= 0 else len(self.text)) - position
        if found < 0:
            self._absent[text] = position
        return found

    def find_in_line(self, position: int) -> int:
        """Return where the sign at a position comes again in its line, or -1."""
        sign = self.text[position : position + 1]
        line = self.line_at(position)
        line_end = self._lines[line] if line < len(self._lines) else len(self.text)
        if self._absent_in_line.get(sign) == line_end:
            return -1
        found = self.text.find(sign, position + 1, line_end) if sign.strip() else -1
        self.looked_at += (found if found >= 0 else line_end) - position
        if found < 0:
            self._absent_in_line[sign] = line_end
        return found

    def _pair(self) -> None:
        """Find the end of each brace and bracket; 0 is no end."""
        starts, ends = self._starts, self._ends
        braces: array[int] = array("I")
        brackets: dict[int, list[int]] = {}
        for found in _TOKEN.finditer(self.text):
            self.looked_at += 1
            sign = found[0]
            if sign in "{[":
                if sign == "{":
                    braces.append(len(starts))
                else:
                    brackets.setdefault(len(braces), []).append(len(starts))
                starts.append(found.start())
                ends.append(0)
            elif sign == "}":
                brackets.pop(len(braces), None)
                if braces:
                    ends[braces.pop()] = found.start()
            elif sign == "]":
                for number in brackets.pop(len(braces), ()):
                    ends[number] = found.start()


class Arguments:
    """A text and a position in it, from which arguments are read."""

    def __init__(self, source: SourceText, start: int = 0, end: int | None = None) -> None:
        self.source = source
        self.text = source.text
        self.position = start
        self.end = len(source.text) if end is None else end

    def line_at(self, position: int) -> int:
        """Return the line of a position, from 1."""
        return self.source.line_at(position)

    def optional(self) -> bool:
        """Skip an argument in square brackets, if there is one here."""
        start = self.past_blank()
        if self.text[start : start + 1] != "[":
            return False
        end = self.source.end_of(start)
        if end is None or end >= self.end:
            return False
        self.position = end + 1
        return True

    def span(self) -> tuple[int, int] | None:
        """Return the start and the end of the text between the braces that open here; None if there
        are none.
        """
        start = self.past_blank()
        if self.text[start : start + 1] != "{":
            return None
        end = self.source.end_of(start)
        if end is None or end >= self.end:  # never closed: what follows is not its argument
            return None
        self.position = end + 1
        return start + 1, end

    def group(self) -> str | None:
        """Return the text between the braces that open here, without comments; None if there are
        none.
        """
        found = self.span()
        return None if found is None else without_comments(self.text[slice(*found)])

    def name(self) -> str:
        """Return a name between the braces that open here; empty if there is none."""
        found = self.span()
        if found is None or found[1] - found[0] > _LONGEST_NAME:
            return ""
        return without_comments(self.text[slice(*found)]).strip()

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
            self.span()
        if self.text[self.position : self.position + 1] == "{" and plain != "verb":
            self.span()
            return
        end = self.source.find_in_line(self.position)
        if end >= 0:
            self.position = end + 1

    def skip_condition(self) -> None:
        r"""Skip the text between `\iffalse` and its `\fi` or `\else`."""
        depth = 1
        for match in _CONDITION.finditer(self.text, self.position, self.end):
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
        self.position = self.end


def without_comments(text: str) -> str:
    """Return a text without its comments, as TeX does: with the spaces at the next line's start."""
    return _COMMENT.sub(r"\1", text)
