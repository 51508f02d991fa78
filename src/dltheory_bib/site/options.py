"""Options for building the site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Options for building the site."""

    title: str = "Deep learning theory"
    """The name of the site."""
    base_url: str = ""
    """Its public URL, for data that need absolute URLs: sitemap, feed, canonical links."""
    report_url: str = ""
    """Where a reader reports an error; `{key}` is the key of a work, `{page}` the page's path."""
    docs_url: str = ""
    """Where the documentation is: an address, or a path from the top of the site."""
    shipped: bool = True
    """Whether it shows the shipped catalogue, whose data are CC0."""
    private: bool = False
    """Whether the pages of works show notes, tags, status and files of the user."""
    since: Path | None = None
    """An older state, of which the site says what changed: a folder, or a release's archive."""
    draft_engine: Path | None = None
    """A folder with Pyodide, with which the page "Paste your draft" runs this package."""
