"""The publication of a work that an entry cites as a preprint, as the entry should state it."""

from __future__ import annotations

from dltheory_bib.bibfile.matched_file import MatchedEntry, MatchedFile
from dltheory_bib.models.paper import Paper

_TELLING = ("booktitle", "journal", "journaltitle", "year", "date", "volume", "pages")


def correct_fields(matched: MatchedFile, paper: Paper) -> str:
    """Return the fields of the published version, for a message."""
    kind, known = matched.target(paper)
    shown = [name for name in _TELLING if name in known]
    return f"@{kind} with " + ", ".join(f"{name} = {{{known[name]}}}" for name in shown)


def is_outdated(item: MatchedEntry) -> bool:
    """Return whether an entry cites a preprint that was published since."""
    paper = item.match.paper if item.match else None
    if paper is None or paper.venue is None or paper.type in {"online", "software"}:
        return False
    return item.is_preprint
