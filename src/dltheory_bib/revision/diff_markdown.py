"""Changes as a page of Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dltheory_bib.formats.markdown import escape

if TYPE_CHECKING:
    from dltheory_bib.revision.change import CatalogueDiff, Change


def diff_markdown(diff: CatalogueDiff) -> str:
    """Return the changes as a page of Markdown. Everything from a record is escaped, except
    mathematics between dollar signs.
    """
    before, after = diff.sizes
    works = f"{after:,} works" if before == after else f"{before:,} to {after:,} works"
    lines = [f"# What changed\n\n{works}.\n" if diff else f"# Nothing changed\n\n{works}.\n"]
    for kind, changes in diff.lists().items():
        lines.append(f"\n## {kind.heading} ({diff.counts()[kind]:,})\n\n")
        lines += [f"- **{escape(one.title)}** (`{one.subject}`). {_item(one)}\n" for one in changes]
    return "".join(lines)


def _item(change: Change) -> str:
    return " ".join(escape(change.text).split())
