"""Build the documentation in build/docs, to be read from a folder as well as from a server.

    python scripts/build_docs.py

`make pages` runs it. The pages are those that zensical builds; in them this script

- typesets mathematics as MathML, as the site does, so that no page needs a script for it;
- makes the search work from a folder, where a browser loads no JSON file and starts no worker: the
  index is written as a script too, and `docs_assets/folder_search.js` stands in for the worker.
"""

from __future__ import annotations

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
_FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>', re.DOTALL)


def main() -> None:
    """Build the pages and finish them; the exit code is that of zensical."""
    done = subprocess.run([sys.executable, "-m", "zensical", "build", "--strict"], cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.returncode)
    finish(BUILT)


def finish(folder: Path) -> None:
    """Typeset the pages in a folder, and make their search work without a server."""
    typeset = Typesetter(unicode_maths)
    for path in folder.rglob("*.html"):
        text = path.read_text("utf-8")
        made = _FORMULA.sub(lambda found: str(typeset(f"${html.unescape(found[2])}$")), text)
        if SHIM.name not in made:
            shim = rf'<script src="\1javascripts/{SHIM.name}"></script>\g<0>'
            made = _BUNDLE.sub(shim, made)
        path.write_text(made, "utf-8", newline="\n")
    shutil.copy(SHIM, folder / "assets" / "javascripts")
    index = (folder / "search.json").read_text("utf-8")
    (folder / "search.js").write_text(f"var __index = {index};\n", "utf-8", newline="\n")


if __name__ == "__main__":
    main()
