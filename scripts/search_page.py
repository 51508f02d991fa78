"""Measure the search of the page in Chromium: the weight of its data, and its time.

    python scripts/search_page.py [--works 2000]

`make search-page` runs it.

The catalogue, then a synthetic collection of so many works (benchmarks/generate.py), are asked the
questions of tests/search and titles with a letter wrong. Times are those that a user waits in the
page, without drawing: until the data are read once, and for each query.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from dltheory_bib import Bibliography, load  # noqa: E402
from dltheory_bib.site import __file__ as site_room  # noqa: E402
from dltheory_bib.site.options import Options  # noqa: E402
from dltheory_bib.site.pages import top_pages  # noqa: E402
from dltheory_bib.site.renderer import Renderer  # noqa: E402
from dltheory_bib.site.search_data import search_data  # noqa: E402
from dltheory_bib.site.site_data import Contents  # noqa: E402
from helpers.browser import Watched, chromium, watched  # noqa: E402
from search_quality import QUESTIONS, asked, typos  # noqa: E402

LIMIT = 50
"""Milliseconds that a query may take."""
_ASK = """queries => {
    const { catalogue, search } = dltheory;
    const start = performance.now();
    const size = catalogue.makeIndex().stems.length;
    const read = performance.now() - start;
    const times = queries.map(query => {
        const before = performance.now();
        search(catalogue, query);
        return performance.now() - before;
    });
    return { size, read, times };
}"""


def write_page(bib: Bibliography, folder: Path) -> bytes:
    """Write the search page with what it needs; return its data."""
    contents = Contents(bib, Options())
    shutil.copytree(Path(site_room).parent / "static", folder / "assets")
    data = search_data(contents)
    (folder / "assets" / "search-data.js").write_bytes(data)
    for path, page in top_pages(contents, Renderer(contents)):
        if path == "search.html":
            (folder / path).write_bytes(page)
    return data


def measure(found: Watched, bib: Bibliography, folder: Path) -> bool:
    """Print the figures of a collection; return whether every query was fast enough."""
    data = write_page(bib, folder)
    found.page.goto((folder / "search.html").as_uri())
    found.wait("Boolean(globalThis.dltheory?.catalogue)")
    texts = [
        one.text
        for path in sorted(QUESTIONS.glob("*.yaml"))
        for form in ("question", "keywords")
        for one in asked(path, form)
    ]
    texts += [one.text for one in typos(list(bib))]
    answer = found.ask(_ASK, texts)
    times = sorted(answer["times"])
    middle, high = times[len(times) // 2], times[len(times) * 95 // 100]
    packed = len(gzip.compress(data, 9, mtime=0))
    print(f"{len(bib):,} works, {answer['size']:,} words, {len(texts)} queries")
    print(f"  data {len(data) / 1e3:,.0f} kB, with gzip {packed / 1e3:,.0f} kB")
    print(f"  index made in {answer['read']:.0f} ms")
    print(f"  a query {middle:.1f} ms; 95 % within {high:.1f} ms; the longest {times[-1]:.1f} ms")
    return high < LIMIT


def main() -> int:
    """Measure the catalogue and a synthetic collection; 1 if queries take too long."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--works", type=int, default=2_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, chromium() as browser:
        made_up = Path(made) / "collection"
        script = ROOT / "benchmarks" / "generate.py"
        size = ("--works", str(chosen.works))
        subprocess.run([sys.executable, script, made_up, *size], check=True, capture_output=True)
        fast = True
        for name, bib in (("catalogue", load()), ("made-up", load(made_up))):
            (Path(made) / name).mkdir()
            with watched(browser) as found:
                fast &= measure(found, bib, Path(made) / name)
    return 0 if fast else 1


if __name__ == "__main__":
    sys.exit(main())
