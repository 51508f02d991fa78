"""Take pictures of the site's main pages, to look at after changing templates or styles.

    python scripts/screenshots.py FOLDER

`make screenshots` runs it: the whole page at desktop and phone width, and the first screen in the
dark scheme.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from dltheory_bib import load  # noqa: E402
from dltheory_bib.site.build import build_site  # noqa: E402
from helpers.browser import chromium, watched  # noqa: E402

PAGES = {
    "index": "index.html",
    "search": "search.html?q=saddle%20points",
    "work": "works/jin2017escape.html",
    "topic": "topics/ntk.html",
    "topics": "topics.html",
    "person": "people/jin-chi.html",
    "people": "people.html",
    "venue": "venues/icml.html",
    "venues": "venues.html",
    "year": "years/2017.html",
    "years": "years.html",
    "trail": "trails/saddles-to-edge-of-stability.html",
    "data": "data.html",
    "draft": "draft.html",
    "graph": "graph.html",
    "graph-topic": "graph.html?topic=ntk",
    "graph-work": "graph.html?work=jin2017escape",
}
DESK, PHONE = 1280, 390


def main(folder: Path) -> None:
    """Take the pictures, and print the errors that pages report."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, chromium() as browser:
        site = Path(made) / "site"
        build_site(load(), site)
        for width, scheme in ((DESK, "light"), (DESK, "dark"), (PHONE, "light")):
            with watched(browser, width, color_scheme=scheme) as found:
                for name, address in PAGES.items():
                    path, mark, query = address.partition("?")
                    found.page.goto((site / path).as_uri() + mark + query)
                    found.page.wait_for_timeout(500)
                    picture = folder / f"{name}-{width}-{scheme}.png"
                    found.page.screenshot(path=picture, full_page=scheme == "light")
                for complaint in found.complaints:
                    print(complaint)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
