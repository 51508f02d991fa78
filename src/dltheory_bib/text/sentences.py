"""Sentences of a text with mathematics."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?](?=\s+[\"“‘(]?[A-ZÀ-Þ$])")
_ABBREVIATED = re.compile(r"(?:\b(?:al|cf|e\.g|i\.e|resp|vs|Eq|Fig|Sec|Thm|Dr|St)|\s[A-Z])\.$")


_LONG = 140
"""A sentence with more letters is cut at its first semicolon."""


def first_statement(text: str) -> str:
    """Return the first sentence of a text, of a long one what stands before its first semicolon.

    A stop in a formula or an abbreviation ends none.

    >>> first_statement("It needs $O(n. N)$ steps, as Du et al. Show. It is tight.")
    'It needs $O(n. N)$ steps, as Du et al. Show.'
    >>> first_statement("By J. Nash. Then more."), first_statement("No stop")
    ('By J. Nash.', 'No stop')
    >>> first_statement(f"It {'very ' * 30}much converges; $n$ is its width.")[-15:]
    'much converges.'
    """
    found = text
    for end in _END.finditer(text):
        head = text[: end.end()]
        if _is_outside(head) and not _ABBREVIATED.search(head):
            found = head
            break
    if len(found) > _LONG:
        for end in re.finditer(r";\s", found):
            if _is_outside(found[: end.start()]):
                return f"{found[: end.start()]}."
    return found


def _is_outside(head: str) -> bool:
    """Return whether a text ends outside of formulas and parentheses."""
    return head.count("$") % 2 == 0 and head.count("(") <= head.count(")")


def clipped(text: str, most: int) -> str:
    """Return the words of a text that fit into about so many letters; no formula is cut.

    >>> clipped("A bound of $O(n^2)$ steps for all networks", 16)
    'A bound of…'
    >>> clipped("short", 16)
    'short'
    """
    if len(text) <= most:
        return text
    spaces = [found.start() for found in re.finditer(" ", text[: most + 1])]
    ends = [end for end in spaces if text[:end].count("$") % 2 == 0] or [0]
    return f"{text[: ends[-1]].rstrip(' ,;:.')}…"
