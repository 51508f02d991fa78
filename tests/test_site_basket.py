"""The site's basket: works are chosen on any list and cited at once, as `export` writes them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dltheory_bib import Bibliography
from dltheory_bib.site.folder import Folder
from helpers.browser import Watched, chromium, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

FORMATS = {
    "bibtex": "bibtex",
    "biblatex": "biblatex",
    "csl": "csl-json",
    "ris": "ris",
    "typst": "hayagriva",
    "text": "text",
}
"""What the page calls a format, and what `export` calls it."""
CLIPBOARD = "navigator.clipboard.readText()"
WRITTEN = "async ([name, keys]) => (await dltheory.written(name, keys)).text"
CHOSEN = "JSON.parse(localStorage.getItem('dltheory-basket') ?? '[]')"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def folder(pages: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site")
    Folder(path).update(pages, "test")
    return path


@pytest.fixture
def opened(browser: Browser, folder: Path) -> Iterator[Watched]:
    """A page that may use the clipboard, and must neither complain nor leave the folder."""
    with watched(browser, permissions=["clipboard-read", "clipboard-write"]) as found:
        yield found
    assert found.complaints == []
    assert [one for one in found.requests if not one.startswith(folder.as_uri())] == []


def go(found: Watched, folder: Path, path: str) -> None:
    found.page.goto(f"{folder.as_uri()}/{path}")


def copied(found: Watched) -> str:
    text: str = found.ask(CLIPBOARD)
    return text


def exported(catalogue: Bibliography, keys: list[str], format_: str, folder: Path) -> str:
    """What the command writes."""
    path = folder / "exported"
    catalogue.some(keys).save(path, format_)
    return path.read_bytes().decode()


def test_five_works_from_a_query_to_the_clipboard_in_three_clicks(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """A box, another with Shift, and the button."""
    go(opened, folder, "index.html")
    page = opened.page
    page.get_by_role("searchbox").fill("saddle points")
    boxes = page.locator("[data-results] input.choose")
    boxes.nth(4).wait_for()
    keys = [str(boxes.nth(n).get_attribute("data-key")) for n in range(5)]
    boxes.nth(0).click()
    boxes.nth(4).click(modifiers=["Shift"])
    page.get_by_role("button", name="Copy BibTeX").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert opened.ask(CHOSEN) == keys
    entries = catalogue.some(keys).to_bibtex().partition("\n\n")[2]
    assert copied(opened) == entries


def test_every_format_is_what_export_writes(
    opened: Watched, folder: Path, catalogue: Bibliography, tmp_path: Path
) -> None:
    """Byte for byte, for seeded baskets of works with rare letters, links and mathematics."""
    go(opened, folder, "basket.html")
    everything = sorted(paper.key for paper in catalogue)
    rare = [p.key for p in catalogue if any(c in str(p.author) for c in "ąęþðŁø")]
    assert len(rare) > 1
    for seed in range(12):
        draw = random.Random(seed)
        keys = draw.sample(everything, draw.choice([1, 2, 7, 40])) + draw.sample(rare, seed % 2)
        keys = list(dict.fromkeys(keys))
        for name, format_ in FORMATS.items():
            made = opened.ask(WRITTEN, [name, keys])
            assert made == exported(catalogue, keys, format_, tmp_path), (seed, name)
    keys = everything[:2]
    made = opened.ask(WRITTEN, ["keys", keys])
    assert made == f"\\cite{{{','.join(keys)}}}\n"


@pytest.mark.parametrize(
    "path",
    [
        "topics/ntk.html",
        "trails/saddles-to-edge-of-stability.html",
        "people/jin-chi.html",
        "venues/icml.html",
        "years/2019.html",
        "questions/second-order-stationary.html",
        "search.html?q=gradient",
        "works/jin2017escape.html",
    ],
)
def test_works_can_be_chosen_on_every_list(opened: Watched, folder: Path, path: str) -> None:
    """Some or all, taken back, and kept from page to page."""
    go(opened, folder, path)
    page = opened.page
    boxes = page.locator("main input.choose")
    boxes.first.wait_for()
    assert page.locator(".basket").is_hidden()
    first = boxes.first.get_attribute("data-key")
    boxes.first.click()
    assert opened.ask(CHOSEN) == [first]
    assert page.locator(".basket a").first.inner_text() == "1 work"
    every = page.locator(".choose-all")
    if every.count():
        label = every.first.inner_text()
        every.first.click()
        kept = opened.ask(CHOSEN)
        assert len(kept) >= int("".join(c for c in label if c.isdigit()))
        assert every.first.inner_text() == "Leave these out"
    go(opened, folder, "index.html")
    assert page.locator(".basket").is_visible()
    page.get_by_role("button", name="Empty").click()
    assert page.locator(".basket").is_hidden()
    assert opened.ask(CHOSEN) == []


def test_a_work_and_the_graph_have_a_button(opened: Watched, folder: Path) -> None:
    """On the page of a work, and beside the picture."""
    go(opened, folder, "works/jin2017escape.html")
    button = opened.page.locator("[data-choose]")
    assert button.inner_text() == "Put into the basket"
    button.click()
    assert button.inner_text() == "Take out of the basket"
    go(opened, folder, "graph.html?work=ge2015escaping")
    button = opened.page.locator("[data-choose='ge2015escaping']")
    button.click()
    assert opened.ask(CHOSEN) == ["jin2017escape", "ge2015escaping"]


def test_the_basket_is_saved_and_shared(
    opened: Watched, browser: Browser, folder: Path, catalogue: Bibliography, tmp_path: Path
) -> None:
    """A file is what `export` writes, a box has its entries; a link shows the same works to
    somebody else.
    """
    keys = ["jin2017escape", "ge2015escaping", "jacot2018neural"]
    go(opened, folder, "index.html")
    opened.ask(f"localStorage.setItem('dltheory-basket', '{json.dumps(keys)}')")
    go(opened, folder, "basket.html")
    page = opened.page
    opened.wait("document.querySelector('#citations').textContent.startsWith('@inproceedings')")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save").click()
    saving.value.save_as(tmp_path / "saved.bib")
    file = (tmp_path / "saved.bib").read_bytes().decode()
    assert file == exported(catalogue, keys, "bibtex", tmp_path)
    shown = opened.ask("document.querySelector('#citations').textContent")
    assert file.startswith("@preamble")
    assert file.endswith(f"\n\n{shown}")
    page.get_by_role("button", name="RIS").click()
    opened.wait("document.querySelector('#citations').textContent.startsWith('TY')")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save").click()
    saving.value.save_as(tmp_path / "saved.ris")
    assert saving.value.suggested_filename == "refs.ris"
    assert (tmp_path / "saved.ris").read_bytes().decode() == exported(
        catalogue, keys, "ris", tmp_path
    )
    page.get_by_role("button", name="Copy a link").click()
    page.get_by_role("button", name="Copied").wait_for()
    link = copied(opened)
    with watched(browser) as other:
        other.page.goto(link)
        other.page.locator("[data-works] li").nth(2).wait_for()
        assert other.page.locator("#citations").inner_text().count("@inproceedings") == 3
        other.page.get_by_role("button", name="Put them into my basket").click()
        other.page.wait_for_url("**/basket.html")
        assert other.ask(CHOSEN) == keys
        assert other.complaints == []
    page.get_by_role("button", name="take out ge2015escaping").click()
    assert opened.ask(CHOSEN) == [keys[0], keys[2]]
    page.get_by_role("button", name="Empty the basket").click()
    assert page.locator("[data-empty]").is_visible()


def test_a_former_key_leads_to_the_work_and_an_unknown_one_is_named(
    browser: Browser, folder: Path, catalogue: Bibliography
) -> None:
    """A shared link outlives a renamed key."""
    alias, key = next((paper.aliases[0], paper.key) for paper in catalogue if paper.aliases)
    with watched(browser) as found:
        found.page.goto(f"{folder.as_uri()}/basket.html?keys={alias},nobody2000nothing")
        found.page.locator("[data-works] li").wait_for()
        said = found.page.locator("[data-said]").inner_text()
        assert said == "1 work in this link; not in this collection: nobody2000nothing."
        assert f"{{{key}," in found.page.locator("#citations").inner_text()


def test_without_storage_the_basket_lasts_for_the_page(browser: Browser, folder: Path) -> None:
    """A browser that keeps nothing is no reason to fail."""
    with watched(browser) as found:
        found.page.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
        )
        found.page.goto(f"{folder.as_uri()}/topics/ntk.html")
        found.page.locator("input.choose").first.click()
        assert found.page.locator(".basket").is_visible()
        assert found.complaints == []


def test_without_a_script_the_basket_says_what_to_do(browser: Browser, folder: Path) -> None:
    """No box and no bar that do nothing."""
    with watched(browser, java_script_enabled=False) as found:
        found.page.goto(f"{folder.as_uri()}/basket.html")
        assert "needs JavaScript" in found.page.locator("main").inner_text()
        found.page.goto(f"{folder.as_uri()}/topics/ntk.html")
        assert found.page.locator("input[type=checkbox]").count() == 0
