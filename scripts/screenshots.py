"""Take pictures of the site's main pages, to look at after changing templates or styles.

    python scripts/screenshots.py FOLDER

`make screenshots` runs it: the whole page at desktop and phone width, and the first screen in the
dark scheme. Also the pictures of the documentation, which are copied to docs if they are to change:
a page of result cards (docs/question.png), a way to a work (docs/way.png), cells of docs/tour.ipynb
with what they display (docs/notebook.png) and, with Pyodide (`make draft-engine`), a draft that was
reviewed (docs/draft.png). The picture of a terminal is made by `make docs`.
"""

from __future__ import annotations

import sys
import tempfile
from html import escape
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from dltheory_bib import load  # noqa: E402
from dltheory_bib.site.build import build_site  # noqa: E402
from dltheory_bib.site.options import Options  # noqa: E402
from helpers.browser import Watched, chromium, watched  # noqa: E402
from notebook import TOUR  # noqa: E402

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
QUESTION = "questions/second-order-stationary.html"
CELLS = ('bib.reading("signal-propagation", 5)', 'bib.topic("NNGP")')
CELL_STYLE = """<style>
body { display: grid; grid-template-columns: 2.5rem 1fr; gap: .5rem .7rem; margin: 1rem; }
body, pre, body > b, body > i { font: 14px sans-serif; }
pre, body > b, body > i { font-family: monospace; }
body > b, body > i { padding-top: .5rem; text-align: right; color: #307fc1; }
body > i { color: #bf5b3d; }
pre { margin: 0; padding: .45rem .7rem; background: #f5f5f5; border: 1px solid #e0e0e0; }
</style>"""
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
            _show_way(found, site / "way.html", folder / "way.png")
            _show_question(found, site / QUESTION, folder / "question.png")
            _show_cells(found, Path(made) / "cells.html", folder / "notebook.png")
        if engine:
            with watched(browser, 900) as found:
                _review(found, site / "draft.html", folder / "draft.png")
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


def _show_question(found: Watched, page: Path, picture: Path) -> None:
    """Take a picture of what is best in the settings of a question, and of its progress."""
    found.page.goto(page.as_uri())
    found.wait("!document.querySelector('[data-setting]').hidden")
    found.ask("scrollTo(0, document.querySelector('#known').offsetTop - 20)")
    found.page.screenshot(path=picture, clip={"x": 0, "y": 0, "width": 900, "height": 660})


def _show_cells(found: Watched, page: Path, picture: Path) -> None:
    """Take a picture of cells of the tour, with the HTML that they display."""
    cells = [cell for cell in nbformat.read(TOUR, as_version=4).cells if cell.source in CELLS]
    parts = []
    for cell in cells:
        number = cell.execution_count
        shown = [one["data"]["text/html"] for one in cell.outputs]
        parts += [f"<b>[{number}]:</b><pre>{escape(cell.source)}</pre>"]
        parts += [f"<i>[{number}]:</i><div>{one}</div>" for one in shown]
    page.write_text(f"<!doctype html><meta charset=utf-8>{CELL_STYLE}{''.join(parts)}", "utf-8")
    found.page.goto(page.as_uri())
    found.page.locator("body").screenshot(path=picture)


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
