"""Take pictures of the site's main pages, to look at after changing templates or styles.

    python scripts/screenshots.py FOLDER

`make screenshots` runs it: the whole page at desktop and phone width, and the first screen in the
dark scheme. Also the two pictures of the documentation: a way to a work (docs/way.png) and, with
Pyodide (`make draft-engine`), a draft that was reviewed (docs/draft.png).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from dltheory_bib import load  # noqa: E402
from dltheory_bib.site.build import build_site  # noqa: E402
from dltheory_bib.site.options import Options  # noqa: E402
from helpers.browser import Watched, chromium, watched  # noqa: E402

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
    "graph-topics": "graph.html?view=topics",
    "graph-topic": "graph.html?view=topics&open=ntk",
    "graph-works": "graph.html?view=works",
    "graph-work": "graph.html?work=jin2017escape",
}
DESK, PHONE = 1280, 390
ENGINE = Path(sys.prefix) / "draft-engine"
DRAFT = """\
@article{du, title={Gradient Descent Provably Optimizes Over-parameterized Neural Networks},
  author={Simon S. Du and Xiyu Zhai and Barnabas Poczos and Aarti Singh},
  journal={arXiv preprint arXiv:1810.02054}, year={2018}}

@inproceedings{jin, title = {How to Escape Saddle Points Efficiently}, booktitle = {ICML},
  author = {Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M. and
    Jordan, Michael I.}, year = {2016}}
"""


def main(folder: Path) -> None:
    """Take the pictures, and print the errors that pages report."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, chromium() as browser:
        site = Path(made) / "site"
        engine = ENGINE if ENGINE.is_dir() else None
        build_site(load(), site, Options(draft_engine=engine))
        with watched(browser, 900) as found:
            _show_way(found, site / "way.html", folder / "way-shown.png")
        if engine:
            with watched(browser, 900) as found:
                _review(found, site / "draft.html", folder / "draft-reviewed.png")
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


def _show_way(found: Watched, page: Path, picture: Path) -> None:
    """Take a picture of the way to a work from a topic."""
    found.page.goto(f"{page.as_uri()}?to=nguyen2021proof&known=ntk")
    found.wait("() => document.querySelectorAll('[data-steps] li').length > 0")
    found.page.screenshot(path=picture)


def _review(found: Watched, page: Path, picture: Path) -> None:
    """Review a small draft, and take a picture of the first screen of the answer."""
    found.page.goto(page.as_uri())
    found.wait("!document.querySelector('[data-draft]').hidden")
    draft = {"name": "refs.bib", "mimeType": "text/plain", "buffer": DRAFT.encode()}
    found.page.set_input_files("#draft-files", draft)  # type: ignore[arg-type]
    found.wait("document.querySelectorAll('[data-answer] section').length > 0")
    found.ask("document.querySelector('header.top').style.display = 'none'")
    found.page.locator("[data-said]").scroll_into_view_if_needed()
    found.ask("scrollTo(0, document.querySelector('[data-said]').offsetTop - 20)")
    found.page.screenshot(path=picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
