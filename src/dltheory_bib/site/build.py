"""Build a folder of pages from a bibliography."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib import __version__
from dltheory_bib.errors import MissingExtraError
from dltheory_bib.site.build_inputs import BuildInputs, inputs_of
from dltheory_bib.site.folder import Folder, Part, Written, sha256
from dltheory_bib.site.options import Options

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.site.site_data import Contents

Progress = Callable[[str, int], None]
Files = Iterable[tuple[str, bytes]]


def build_site(
    bib: Bibliography,
    out: Path,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Written:
    """Build the site of a bibliography in a folder, or update the site there.

    If data, options and program are those of the last build, nothing is built. If only the prose of
    works changed since, the parts that read it are built, otherwise every part; files that differ
    are written. `progress` is called with a kind of page and the number of files built. Raises
    `SiteError` if the folder contains other files, and `MissingExtraError` without the extra
    `site`.
    """
    try:
        import jinja2  # noqa: F401
        import latex2mathml  # noqa: F401
    except ImportError:
        raise MissingExtraError("the site", "site") from None
    folder = Folder(out)
    options = options or Options()
    inputs = inputs_of(bib, options, _program() + _older_state(options) + _engine(options))
    if folder.is_current(inputs.fingerprint):
        return Written(0, len(folder.hashes), 0)
    kept = _kept(folder, inputs)
    made: dict[str, bytes] = {}
    parts: dict[str, Part] = {}
    for one in _make_parts(bib, options, kept, progress):
        parts[one.name] = one.part
        made |= one.files
    return folder.update(made, inputs.fingerprint, kept | parts, inputs.state())


def make_files(
    bib: Bibliography, options: Options, progress: Progress | None = None
) -> dict[str, bytes]:
    """Return every file of the site by its path."""
    made: dict[str, bytes] = {}
    for one in _make_parts(bib, options, {}, progress):
        made |= one.files
    return made


def _kept(folder: Folder, inputs: BuildInputs) -> dict[str, Part]:
    """Return the parts of the site in a folder that a build would make again as they are."""
    changed = inputs.changed_since(folder.state)
    if changed is None:
        return {}
    return {
        name: part
        for name, part in folder.parts.items()
        if not part.depends_on(changed) and all(map(folder.is_intact, part.files))
    }


class _Made(NamedTuple):
    name: str
    part: Part
    files: dict[str, bytes]


def _make_parts(
    bib: Bibliography,
    options: Options,
    kept: dict[str, Part],
    progress: Progress | None,
) -> Iterator[_Made]:
    """Yield each part of the site that is not kept, with the works whose prose it read."""
    from dltheory_bib.site.site_data import Contents

    contents = Contents(bib, options)
    paths = [path for part in kept.values() for path in part.files]
    number = 0
    with contents.reads.recorded():
        for kind, name, make in _parts(contents, paths):
            if name in kept:
                continue
            with contents.reads.scope() as reads:
                found = dict(make())
            number += len(found)
            paths += found
            if progress:
                progress(kind, number)
            yield _Made(name, Part(tuple(found), frozenset(reads)), found)


def _parts(contents: Contents, paths: list[str]) -> Iterator[tuple[str, str, Callable[[], Files]]]:
    """Yield the kind, the name and the maker of each part.

    A work is a part, a topic is one, and so are all other pages of a kind. `paths` are the paths of
    all parts before.
    """
    from dltheory_bib.site import pages
    from dltheory_bib.site.change_pages import change_pages
    from dltheory_bib.site.draft_page import draft_page
    from dltheory_bib.site.graph_pages import graph_pages
    from dltheory_bib.site.linked_data import feed, sitemap
    from dltheory_bib.site.question_pages import question_pages
    from dltheory_bib.site.renderer import Renderer
    from dltheory_bib.site.search_data import search_data
    from dltheory_bib.site.topic_pages import topic_index, topic_pages
    from dltheory_bib.site.way_data import way_data
    from dltheory_bib.site.work_pages import dumps, work_pages

    render = Renderer(contents)
    yield "assets", "assets", _assets
    yield "search", "search", lambda: [("assets/search-data.js", search_data(contents))]
    yield "way", "way", lambda: [("assets/way-data.js", way_data(contents))]
    for key in contents.papers:
        yield "works", f"work {key}", partial(work_pages, contents, render, [key])
    for name in contents.topics:
        yield "topics", f"topic {name}", partial(topic_pages, contents, render, [name])
    # The builders of pages, by the name shown as progress. Add further kinds of page here.
    for name, make in {
        "topics": topic_index,
        "people": pages.person_pages,
        "venues": pages.venue_pages,
        "years": pages.year_pages,
        "trails": pages.trail_pages,
        "questions": question_pages,
        "graphs": graph_pages,
        "changes": change_pages,
        "front": pages.top_pages,
        "draft": draft_page,
        "data": dumps,
    }.items():
        yield name, name, partial(make, contents, render)
    yield "feed", "feed", lambda: [("feed.xml", feed(contents))]
    if base := contents.options.base_url:
        aliases = {f"works/{alias}.html" for p in contents.papers.values() for alias in p.aliases}
        left_out = aliases | {"404.html", "basket.html"}
        shown = sorted(path for path in paths if path.endswith(".html") and path not in left_out)
        yield "sitemap", "sitemap", lambda: [("sitemap.xml", sitemap(base, shown))]


def _assets() -> Files:
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


def _older_state(options: Options) -> str:
    """Return the digest of the older state of which the site says what changed."""
    if options.since is None:
        return ""
    from dltheory_bib.revision.release import open_state

    return sha256(open_state(options.since).snapshot.database.serialize())


def _engine(options: Options) -> str:
    """Return the digest of the engine of the page on drafts, if the site has one."""
    if options.draft_engine is None:
        return ""
    from dltheory_bib.site.draft_engine import read_engine

    return read_engine(options.draft_engine).digest()


def _program() -> str:
    """Return the digest of what makes the pages: the version, the templates, the site's code."""
    here = files("dltheory_bib.site")
    parts = [__version__]
    parts += [sha256(file.read_bytes()) for _, file in _walk(here / "templates", "")]
    parts += [sha256(content) for _, content in _assets()]
    parts += [sha256(file.read_bytes()) for file in here.iterdir() if file.name.endswith(".py")]
    return sha256("\n".join(parts).encode())
