"""Find the delimiter that closes a value of a .bib file, in time linear in the file.

A search for a brace that is never closed reads to the end of the file. If ten thousand are open,
that is ten thousand times; so the first search that fails lists all braces and quotation marks
without an end, in one pass, and no other search fails again.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left

_BRACES = re.compile(r"[{}]")
_QUOTED = re.compile(r'[{}"]')


class Delimiters:
    """The braces and quotation marks of one text; backslashes do not matter, as in BibTeX."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.looked_at = 0
        """The number of delimiters that were looked at, for the tests of growth."""
        self._open: array[int] | None = None  # of 4 bytes each: a file is smaller than 4 GB

    def brace(self, position: int) -> int | None:
        """Return the position of the brace that closes the one before this position."""
        if self._is_open(position - 1):
            return None
        close = self.text.find("}", position)
        if close >= 0 and self.text.find("{", position, close) < 0:  # as in most values
            self.looked_at += 1
            return close
        depth = 1
        for brace in _BRACES.finditer(self.text, position):
            self.looked_at += 1
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                return brace.start()
        self._list_open()
        return None

    def quote(self, position: int) -> int | None:
        """Return the position of the next quotation mark outside braces; the one before this
        position opens the value.
        """
        if self._is_open(position - 1):
            return None
        depth = 0
        for found in _QUOTED.finditer(self.text, position):
            self.looked_at += 1
            if found[0] == '"' and depth == 0:
                return found.start()
            depth += {"{": 1, "}": -1}.get(found[0], 0)
            if depth < 0:
                break
        self._list_open()
        return None

    def _is_open(self, position: int) -> bool:
        if self._open is None:
            return False
        place = bisect_left(self._open, position)
        return place < len(self._open) and self._open[place] == position

    def _list_open(self) -> None:
        """List the delimiters that are never closed: those left when each `}` closes the last `{`,
        and each quotation mark the one before it at its depth.
        """
        if self._open is not None:
            return
        braces: array[int] = array("I")
        quotes: dict[int, int] = {}
        left: array[int] = array("I")
        for found in _QUOTED.finditer(self.text):
            self.looked_at += 1
            depth = len(braces)
            if found[0] == '"':
                quotes[depth] = found.start()
            elif found[0] == "{":
                braces.append(found.start())
            else:
                if depth in quotes:
                    left.append(quotes.pop(depth))
                if braces:
                    braces.pop()
        left.extend(quotes.values())
        self._open = array("I", sorted([*left, *braces])) if left else braces
