"""Build the documentation in build/docs, to be read from a folder as well as from a server.

    python scripts/build_docs.py [OUT --site-url URL]

`make pages` runs it, and `make web` for a folder OUT in which it stands next to the site: a link on
each page then leads there. URL is an address, or a path from OUT. The pages are those that zensical
builds; in them this script

- typesets mathematics as MathML, as the site does, so that no page needs a script for it;
- links to the site, if it is told where that is;
- makes the search work from a folder, where a browser loads no JSON file and starts no worker: the
  index is written as a script too, and `docs_assets/folder_search.js` stands in for the worker.
"""

from __future__ import annotations

import argparse
import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

from dltheory_bib.site.formulas import Typesetter
from dltheory_bib.text.maths import unicode_maths

ROOT = Path(__file__).parents[1]
SHIM = Path(__file__).parent / "docs_assets" / "folder_search.js"
BUILT = ROOT / "build" / "docs"
_BUNDLE = re.compile(r'<script src="([^"]*)javascripts/bundle')
_HEADER = re.compile(r'(?=<form class="md-header__option" data-md-component="palette">)')
_FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>', re.DOTALL)


def main(out: Path, site_url: str) -> None:
    """Build the pages and finish them; the exit code is that of zensical."""
    if out != BUILT and out.is_dir() and any(out.iterdir()) and not (out / "search.js").is_file():
        raise SystemExit(f"{out} holds other files; name a new folder, or one of these pages")
    done = subprocess.run([sys.executable, "-m", "zensical", "build", "--strict"], cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.returncode)
    if out != BUILT:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(BUILT, out)
    finish(out, site_url)


def finish(folder: Path, site_url: str = "") -> None:
    """Typeset the pages in a folder, make their search work without a server, and link to the site
    if its address is given.
    """
    typeset = Typesetter(unicode_maths)
    for path in folder.rglob("*.html"):
        text = path.read_text("utf-8")
        made = _FORMULA.sub(lambda found: str(typeset(f"${html.unescape(found[2])}$")), text)
        if SHIM.name not in made:
            shim = rf'<script src="\1javascripts/{SHIM.name}"></script>\g<0>'
            made = _BUNDLE.sub(shim, made)
            if site_url:
                link = _link(site_url, len(path.relative_to(folder).parts) - 1)
                made = _HEADER.sub(link.replace("\\", r"\\"), made, count=1)
        path.write_text(made, "utf-8", newline="\n")
    shutil.copy(SHIM, folder / "assets" / "javascripts")
    index = (folder / "search.json").read_text("utf-8")
    (folder / "search.js").write_text(f"var __index = {index};\n", "utf-8", newline="\n")


def _link(site_url: str, depth: int) -> str:
    """Return the link of the header that leads to the site, for a page so many folders deep."""
    address = html.escape(site_url if "://" in site_url else "../" * depth + site_url)
    text = '<span style="font-size:.8rem">Catalogue</span>'
    return f'<a class="md-header__button" href="{address}">{text}</a>'


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out", nargs="?", type=Path, default=BUILT)
    parser.add_argument("--site-url", default="")
    given = parser.parse_args()
    main(given.out, given.site_url)
