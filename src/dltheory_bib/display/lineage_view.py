"""Draw a line of descent: the nearest works, or all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.tree import Tree

    from dltheory_bib.graph.walks import Branch
    from dltheory_bib.snapshot.reader import Edge
    from dltheory_bib.snapshot.views import Reader

SHORT = 18
"""Works of a short tree: with its root and the prompt they fit a terminal of 24 lines."""
FEW = 3
"""Works that fit such a terminal with the sentence on each step."""

_KEY = "cyan"
_DIM = "dim"


def nearest_works(branch: Branch, most: int) -> Branch:
    """Return the part of a tree with the works nearest to its root, at most this many, each
    once.
    """
    kept, level = {branch.key}, [branch]
    while level:
        below = [one for here in level for one in here.branches if not one.repeated]
        kept.update(one.key for one in below[: most - len(kept) + 1])
        level = below if len(kept) <= most else []

    def cut(here: Branch) -> Branch:
        # The recursion is as deep as the tree, and a short one has few levels.
        below = (one for one in here.branches if one.key in kept and not one.repeated)
        return replace(here, branches=tuple(map(cut, below)))

    return cut(branch)


def lineage_tree(
    branch: Branch,
    read: Reader,
    describe: Callable[[str], str],
    phrases: Callable[[Edge], str],
    sentences: bool = True,
) -> Tree:
    """Draw a line of descent as a tree; `describe` names a work, `phrases` a step to it.

    Without `sentences` each work has one line, which is cut if the terminal is narrow.
    """
    from rich.text import Text
    from rich.tree import Tree

    def label(here: Branch) -> Text:
        text = Text() if sentences else Text(no_wrap=True, overflow="ellipsis")
        if here.edges:
            text.append(f"{', '.join(phrases(edge) for edge in here.edges)} ", style=_DIM)
        text.append(here.key, style=_KEY)
        text.append(f"  {describe(here.key)}")
        if here.repeated:
            return text.append("  (shown elsewhere in this tree)", style=_DIM)
        sentence = (
            next(filter(None, (edge.says for edge in here.edges)), None) if sentences else None
        )
        return text.append(f"\n{read(sentence)}") if sentence else text

    tree = Tree(label(branch), guide_style=_DIM)
    todo = [(tree, branch)]
    while todo:  # a line may be longer than Python's stack is deep
        node, here = todo.pop()
        todo += [(node.add(label(child)), child) for child in here.branches]
    return tree
