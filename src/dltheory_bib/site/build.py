"""Build a folder of pages from a bibliography."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from dltheory_bib import __version__
from dltheory_bib.errors import MissingExtraError
from dltheory_bib.site.folder import Folder, Written, sha256
from dltheory_bib.site.options import Options

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography

Progress = Callable[[str, int], None]


def build_site(
    bib: Bibliography,
    out: Path,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Written:
    """Build the site of a bibliography in a folder, or update the site there.

    If data, options and program are those of the last build, nothing is built; otherwise every page
    is built, and those that differ are written. `progress` is called with a kind of page and the
    number of files built. Raises `SiteError` if the folder contains other files, and
    `MissingExtraError` without the extra `site`.
    """
    try:
        import jinja2  # noqa: F401
        import latex2mathml  # noqa: F401
    except ImportError:
        raise MissingExtraError("the site", "site") from None
    folder = Folder(out)
    options = options or Options()
    fingerprint = _fingerprint(bib, options)
    if folder.is_current(fingerprint):
        return Written(0, len(folder.hashes), 0)
    return folder.update(make_files(bib, options, progress), fingerprint)


def make_files(
    bib: Bibliography, options: Options, progress: Progress | None = None
) -> dict[str, bytes]:
    """Return every file of the site by its path."""
    from dltheory_bib.site import pages
    from dltheory_bib.site.graph_pages import graph_pages
    from dltheory_bib.site.linked_data import feed, sitemap
    from dltheory_bib.site.question_pages import question_pages
    from dltheory_bib.site.renderer import Renderer
    from dltheory_bib.site.search_data import search_data
    from dltheory_bib.site.site_data import Contents
    from dltheory_bib.site.topic_pages import topic_pages
    from dltheory_bib.site.work_pages import dumps, work_pages

    contents = Contents(bib, options)
    render = Renderer(contents)
    made = dict(_assets())
    made["assets/search-data.js"] = search_data(contents)
    # The builders of pages, by the name shown as progress. Add further kinds of page here.
    for name, make in {
        "works": work_pages,
        "topics": topic_pages,
        "people": pages.person_pages,
        "venues": pages.venue_pages,
        "years": pages.year_pages,
        "trails": pages.trail_pages,
        "questions": question_pages,
        "graphs": graph_pages,
        "front": pages.top_pages,
        "data": dumps,
    }.items():
        for path, content in make(contents, render):
            made[path] = content
            if progress:
                progress(name, len(made))
    made["feed.xml"] = feed(contents)
    if options.base_url:
        aliases = {f"works/{alias}.html" for p in contents.papers.values() for alias in p.aliases}
        left_out = aliases | {"404.html", "basket.html"}
        shown = sorted(path for path in made if path.endswith(".html") and path not in left_out)
        made["sitemap.xml"] = sitemap(options.base_url, shown)
    return made


def _assets() -> Iterator[tuple[str, bytes]]:
    """Return the style sheets and scripts unchanged; notebooks use the graph's as well."""
    for room, path in (("site", "assets"), ("display", "assets")):
        for name, file in _walk(files(f"dltheory_bib.{room}") / "static", path):
            yield name, file.read_bytes()


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _walk(entry, f"{path}/{entry.name}")
        else:
            yield f"{path}/{entry.name}", entry


def _fingerprint(bib: Bibliography, options: Options) -> str:
    """Return what the site depends on: the compiled data, the options, templates and program."""
    parts = [__version__, repr(options), sha256(bib.snapshot.database.serialize())]
    here = files("dltheory_bib.site")
    parts += [sha256(file.read_bytes()) for _, file in _walk(here / "templates", "")]
    parts += [sha256(content) for _, content in _assets()]
    parts += [sha256(file.read_bytes()) for file in here.iterdir() if file.name.endswith(".py")]
    return sha256("\n".join(parts).encode())
