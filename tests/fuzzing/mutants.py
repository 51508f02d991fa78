"""Mutants: files of a user, damaged as people and programs damage them, or on purpose."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import NamedTuple

LARGEST = 20_000
"""Mutants are not longer, in bytes, so that many can be tried."""
_MOST_CHANGES = 6
_NASTY = [
    b"\x00", b"\x1b[31m", b"\x1b]0;t\x07", b"\x9b", b"\xc2\x9b31m", b"\x7f", b"\r", b"\r\n", b"\n",
    b"\t", b"\x0b", b"\x0c", b"\xff", b"\xfe", b"\xe9", b"\x80", b"\x81", b"\xc3", b"\xf0\x9f",
    b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", "\u202e".encode(), "\u2028".encode(),
    "\u0085".encode(), "\u00a0".encode(), "\u200b".encode(), "\u0301".encode(), "ſ".encode(),
    "ı".encode(), "İ".encode(), "ß".encode(), "²".encode(), "٣".encode(), "𝟙".encode(),
    "ﬁ".encode(), "\U000e0041".encode(), b"0", b"-1", b"9" * 30, b"1e999", b"00000", b"9999",
    b"2024", b" ", b"    ", b"", b"{", b"}", b'"', b"\\", b"$", b"%", b"#", b"&", b"~", b"^", b"_",
    b",", b"=", b"(", b")", b"[", b"]", b"<", b">", b":", b";", b"-", b"--", b"'", b"`", b"@", b"|",
    b"*", b"!", b"?", b"/", b"..",
]  # fmt: skip
_WORD = re.compile(rb"[A-Za-z]+|\d+|[^\sA-Za-z\d]|\s+")
_OTHERS = ("latin-1", "cp1252", "utf-16", "utf-16-be", "utf-8-sig", "mac_roman", "shift_jis")


class Seed(NamedTuple):
    """A file to start from."""

    name: str
    """The name that it has when it is read."""
    data: bytes


class Mutator:
    """Draws mutants of some seeds; the same ones for the same random numbers."""

    def __init__(self, seeds: Sequence[Seed], tokens: Sequence[bytes], draw: random.Random) -> None:
        self.seeds = seeds
        self.draw = draw
        self.tokens = [*tokens] * 3 + _NASTY

    def mutant(self) -> Seed:
        """Return a seed with one to six changes."""
        name, data = self.draw.choice(self.seeds)
        for _ in range(self.draw.randint(1, _MOST_CHANGES)):
            data = self.draw.choice(_CHANGES)(self, data)[:LARGEST]
        if self.draw.random() < 0.03:
            data = self._encoded(data)
        return Seed(name, data)

    def _place(self, data: bytes) -> int:
        return self.draw.randint(0, len(data))

    def _span(self, data: bytes) -> tuple[int, int]:
        start = self._place(data)
        most = self.draw.choice((1, 4, 30, 200, 2000))
        return start, min(start + self.draw.randint(0, most), len(data))

    def _token(self) -> bytes:
        return self.draw.choice(self.tokens)

    def _insert(self, data: bytes) -> bytes:
        at = self._place(data)
        return data[:at] + self._token() + data[at:]

    def _repeat(self, data: bytes) -> bytes:
        """Insert a token many times: nesting, or a very long value."""
        at = self._place(data)
        return data[:at] + self._token() * self.draw.choice((2, 3, 9, 60, 400)) + data[at:]

    def _replace(self, data: bytes) -> bytes:
        start, end = self._span(data)
        return data[:start] + self._token() + data[end:]

    def _replace_word(self, data: bytes) -> bytes:
        """Replace a word, a number or a sign as a whole."""
        found = _WORD.search(data, self._place(data))
        if found is None:
            return data
        new = self._token() if self.draw.random() < 0.7 else self._other_word(data)
        return data[: found.start()] + new + data[found.end() :]

    def _other_word(self, data: bytes) -> bytes:
        found = _WORD.search(data, self._place(data))
        return found[0] if found else b""

    def _delete(self, data: bytes) -> bytes:
        start, end = self._span(data)
        return data[:start] + data[end:]

    def _double(self, data: bytes) -> bytes:
        start, end = self._span(data)
        return data[:end] + data[start:end] * self.draw.choice((1, 1, 2, 20)) + data[end:]

    def _move(self, data: bytes) -> bytes:
        start, end = self._span(data)
        rest = data[:start] + data[end:]
        at = self._place(rest)
        return rest[:at] + data[start:end] + rest[at:]

    def _splice(self, data: bytes) -> bytes:
        """Put a part of another seed in the place of a part of this one."""
        other = self.draw.choice(self.seeds).data
        start, end = self._span(data)
        begin, stop = self._span(other)
        return data[:start] + other[begin:stop] + data[end:]

    def _flip(self, data: bytes) -> bytes:
        if not data:
            return data
        at = self.draw.randrange(len(data))
        return data[:at] + bytes([data[at] ^ (1 << self.draw.randrange(8))]) + data[at + 1 :]

    def _cut(self, data: bytes) -> bytes:
        return data[: self._place(data)]

    def _line(self, data: bytes) -> bytes:
        """Delete, double or move a line."""
        lines = data.splitlines(keepends=True)
        if not lines:
            return data
        at, to = self.draw.randrange(len(lines)), self.draw.randrange(len(lines))
        kind = self.draw.randrange(3)
        line = lines[at] if kind == 1 else lines.pop(at)
        if kind:
            lines.insert(to, line)
        return b"".join(lines)

    def _ends(self, data: bytes) -> bytes:
        """Change the line ends, all or some."""
        new = self.draw.choice((b"\r\n", b"\r", b"\n\n", b" "))
        if self.draw.random() < 0.5:
            return data.replace(b"\n", new)
        parts = data.split(b"\n")
        return b"".join(part + self.draw.choice((b"\n", new)) for part in parts)

    def _case(self, data: bytes) -> bytes:
        start, end = self._span(data)
        return data[:start] + data[start:end].swapcase() + data[end:]

    def _encoded(self, data: bytes) -> bytes:
        text = data.decode("utf-8", "replace")
        return text.encode(self.draw.choice(_OTHERS), "replace")


_CHANGES = (
    Mutator._insert, Mutator._insert, Mutator._insert, Mutator._repeat, Mutator._replace,
    Mutator._replace_word, Mutator._replace_word, Mutator._replace_word, Mutator._delete,
    Mutator._delete, Mutator._double, Mutator._move, Mutator._splice, Mutator._splice,
    Mutator._flip, Mutator._cut, Mutator._line, Mutator._line, Mutator._ends, Mutator._case,
)  # fmt: skip
