"""The page "Paste your draft", with the engine that reads a draft in the browser, or without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dltheory_bib.site.draft_engine import engine_files, read_engine
from dltheory_bib.site.prose_reads import EVERY
from dltheory_bib.site.renderer import ENGINE_POLICY, POLICY

if TYPE_CHECKING:
    from dltheory_bib.site.renderer import Renderer
    from dltheory_bib.site.site_data import Contents

PATH = "draft.html"


def draft_page(contents: Contents, render: Renderer) -> Iterator[tuple[str, bytes]]:
    """Yield the page, and the scripts of the engine, if the site has one."""
    folder = contents.options.draft_engine
    if folder is None:
        yield PATH, render(PATH, PATH, megabytes=0, policy=POLICY)
        return
    contents.reads.add([EVERY])  # the engine contains every record as a whole
    size = 0
    for path, content in engine_files(read_engine(folder), contents.bib):
        size += len(content)
        yield path, content
    megabytes = max(1, round(size / 1_000_000))
    yield PATH, render(PATH, PATH, megabytes=megabytes, policy=ENGINE_POLICY)
