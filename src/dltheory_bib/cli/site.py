"""Commands for the web site: site build, site serve."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dltheory_bib.cli.app import bibliography, dltheory, note, visible
from dltheory_bib.cli.output_files import private_option

if TYPE_CHECKING:
    from dltheory_bib.site.folder import Written

F = TypeVar("F", bound=Callable[..., Any])


@dltheory.group(short_help="Make a web site of the works, for a folder or a server.")
def site() -> None:
    """Make a web site of the catalogue, or of a collection of your own.

    The site is a folder of pages that works anywhere: opened as files, under any path of any
    server, without a network and, for reading, without JavaScript. Needs the extra `site`.

    \b
    Example: dltheory site build site
    """


def _title_option() -> Callable[[F], F]:
    return click.option(
        "--title", help="Its name.  [default: that of .dltheory.toml, else the collection's]"
    )


def _engine_option() -> Callable[[F], F]:
    return click.option(
        "--draft-engine",
        metavar="FOLDER",
        type=click.Path(file_okay=False, path_type=Path),
        help="Let the page `Paste your draft` mend a .bib in the browser: a folder with Pyodide; "
        "if it is not there, the command prints how to get it.",
    )


@site.command(short_help="Build the site in a folder.")
@click.argument("out", type=click.Path(path_type=Path))
@_title_option()
@click.option(
    "--base-url",
    help="Its public URL, as in https://example.org/theory/: adds a sitemap and canonical links, "
    "and 404.html works at any depth; also a setting.",
)
@click.option(
    "--since",
    metavar="OLD",
    type=click.Path(exists=True, path_type=Path),
    help="Also say what changed since this older state, as `dltheory diff` does: a page, and a "
    "feed for each topic.",
)
@_engine_option()
@click.option(
    "--docs-url",
    metavar="URL",
    help="Where the documentation is, an address or a path from OUT/: each page links to it; also "
    "a setting.",
)
@private_option()
def build(
    out: Path,
    title: str | None,
    base_url: str | None,
    since: Path | None,
    draft_engine: Path | None,
    docs_url: str | None,
    private: bool,
) -> None:
    """Build the site in the folder OUT, or update the one there.

    Only files that differ are written, and only files that an earlier build wrote are deleted. The
    command fails if the folder contains other files. Open OUT/index.html, or copy OUT to a server.

    \b
    Example: dltheory site build site
    Example: dltheory --data mine.yaml site build site --title "What I read"
    Example: dltheory site build site --base-url https://example.org/theory/
    Example: dltheory site build site --since dltheory_bib-0.2.0-py3-none-any.whl
    Example: dltheory site build site --draft-engine engine
    Example: dltheory site build site --docs-url docs/index.html
    """
    done = _build(out, title, base_url, private, since, draft_engine, docs_url)
    for name in done.kept:
        note(f"{out / name}: kept; it is no longer part of the site, but was edited by hand")
    changes = f"{done.written} written, {done.unchanged} unchanged, {done.removed} removed"
    files = done.written + done.unchanged
    note(f"{out / 'index.html'}: {files} files ({changes})")


@site.command(short_help="Build the site and serve it on this machine.")
@click.argument("out", required=False, type=click.Path(path_type=Path))
@_title_option()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port of the server; 0 chooses a free one.",
)
@_engine_option()
def serve(out: Path | None, title: str | None, port: int, draft_engine: Path | None) -> None:
    """Build the site and serve it to a browser on this machine only, until Ctrl-C.

    With OUT the site is built there and kept; by default it is deleted at the end.

    \b
    Example: dltheory site serve
    Example: dltheory site serve site --port 8080
    """
    if out:
        _build(out, title, None, draft_engine=draft_engine)
        _serve(out, port)
        return
    with tempfile.TemporaryDirectory(prefix="dltheory-site-") as made:
        _build(Path(made), title, None, draft_engine=draft_engine)
        _serve(Path(made), port)


def _build(
    out: Path,
    title: str | None,
    base_url: str | None,
    private: bool = False,
    since: Path | None = None,
    draft_engine: Path | None = None,
    docs_url: str | None = None,
) -> Written:
    from dltheory_bib.cli.collection import chosen_collection
    from dltheory_bib.cli.progress import CompileProgress
    from dltheory_bib.settings import load_settings
    from dltheory_bib.site.build import build_site
    from dltheory_bib.site.options import Options

    collection, settings = chosen_collection(), load_settings().site
    known = collection.is_catalogue
    named = title or settings.title or (Options().title if known else _name(collection.place))
    base = _whole(base_url or settings.base_url)
    options = Options(
        title=visible(named),
        base_url=base,
        report_url=settings.report_url or "",
        docs_url=_docs(docs_url) or settings.docs_url or "",
        shipped=known,
        private=private,
        since=since,
        draft_engine=draft_engine,
    )
    bib = bibliography()
    if not sys.stderr.isatty():
        return build_site(bib, out, options)
    with CompileProgress("building", "files") as progress:
        return build_site(bib, out, options, progress)


def _name(data: Path) -> str:
    """Return a collection's name: that of its folder, or of its file unless that is
    `papers.yaml`.
    """
    path = data.resolve()
    return path.parent.name if path.name == "papers.yaml" else path.name.removesuffix(".yaml")


def _whole(base_url: str | None) -> str:
    """Return a URL that ends with a slash, so that links can be appended."""
    import re

    if not base_url:
        return ""
    if not re.fullmatch(r"https?://(?!/)[!-~]+", base_url) or re.search("[?#]", base_url):
        raise click.UsageError(
            f"--base-url {base_url!r} is not an absolute URL; write https://example.org/theory/"
        )
    return base_url.rstrip("/") + "/"


def _docs(url: str | None) -> str:
    """Return where the documentation is, checked: no other scheme becomes a link."""
    import re

    if url and not re.fullmatch(r"(https?://[!-~]+|(?!/)[^:\s]+)", url):
        raise click.UsageError(
            f"--docs-url {url!r} is no address; write https://example.org/docs/, or a path from "
            "the site, such as docs/index.html"
        )
    return url or ""


def _serve(folder: Path, port: int) -> None:
    from dltheory_bib.site.server import HOST, make_server

    with make_server(folder, port) as server:
        note(f"serving http://{HOST}:{server.server_port}/ to this machine; Ctrl-C stops")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            note("stopped")
