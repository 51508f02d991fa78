"""Draw what changed between two states of a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from dltheory_bib.display.printable import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

FEW = 5
"""Changes of a kind that are drawn unless all are asked for."""


def diff_lists(
    lists: Mapping[str, Sequence[tuple[str, str]]],
    read: Callable[[str], str],
    everything: bool,
) -> RenderableType:
    """Draw changes, each a title and a text, under the heads of their lists; without `everything`
    the first few of each list.
    """
    parts: list[RenderableType] = []
    for head, changes in lists.items():
        if parts:
            parts.append(Text())
        parts.append(Text(head, style="bold"))
        shown = changes if everything else changes[:FEW]
        for title, text in shown:
            parts.append(Padding(Text(printable(read(title)), style="cyan"), (0, 0, 0, 2)))
            parts.append(Padding(Text(printable(read(text))), (0, 0, 0, 4)))
        if len(shown) < len(changes):
            more = f"and {len(changes) - len(shown):,} more"
            parts.append(Padding(Text(more, style="dim"), (0, 0, 0, 2)))
    return Group(*parts)
