"""The output of `print` and of a notebook for objects that the terminal draws."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 100
"""Width of `print`'s output, in columns."""
_UNPRINTABLE = re.compile(
    r"(?!\r\n)[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters but for tabs and line ends, direction marks, and bytes that are no text."""


def plain_text(drawn: RenderableType) -> str:
    """Return what the terminal draws as text: no colour, `WIDTH` columns, no trailing spaces."""
    from rich.console import Console

    console = Console(
        highlight=False, color_system=None, width=WIDTH, legacy_windows=False, force_terminal=False
    )
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def stacked(parts: Sequence[RenderableType]) -> RenderableType:
    """Join parts, with an empty line between two."""
    from rich.console import Group

    spaced = [one for part in parts for one in ("", part)]
    return Group(*spaced[1:])


def printable(text: str) -> str:
    """Return a text from a user's file so that any stream can encode it, and a terminal obeys
    nothing in it.
    """
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class Printable:
    """An object with `__rich__` that prints what the terminal draws of it, also in a notebook."""

    __slots__ = ()

    def __rich__(self) -> RenderableType:
        raise NotImplementedError

    def __str__(self) -> str:
        return plain_text(self)

    def _repr_html_(self) -> str:
        from html import escape  # no terminal command needs the table of entities

        return f'<pre style="line-height:1.3">{escape(str(self))}</pre>'
