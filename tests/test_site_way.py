"""The page "A way to a work": the order of Python, a link that can be shared, a basket."""

from __future__ import annotations

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

WAY = """async (asked) => {
  await dltheory.basket.load("assets/way-data.js");
  const { goal, knowledge, works } = dltheory.wayData;
  return asked.map(([to, known]) => {
    const way = dltheory.wayTo(to.map(goal), known.flatMap(knowledge));
    return way.map(([place, why]) => [works[place][0], why]);
  });
}"""
SHOWN = "[...document.querySelectorAll('[data-steps] a.title')].map((one) => one.href)"
READY = "!document.querySelector('[data-way]').hidden"


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


def go(found: Watched, folder: Path, query: str = "") -> None:
    found.page.goto(f"{folder.as_uri()}/way.html{query}")
    found.wait(READY)


def shown(found: Watched) -> list[str]:
    return [link.split("/")[-1].removesuffix(".html") for link in found.ask(SHOWN)]


@pytest.mark.catalogue
def test_the_page_finds_the_way_that_python_finds(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    draw = random.Random(21)
    works, topics, cards = list(catalogue.papers), list(catalogue.topics), list(catalogue.results)
    asked = [
        (
            draw.sample(works, draw.randint(1, 2)) + draw.sample(cards, draw.randint(0, 1)),
            draw.sample(topics, draw.randint(0, 2)) + draw.sample(works, draw.randint(0, 2)),
        )
        for _ in range(200)
    ]
    go(opened, folder)
    found = opened.ask(WAY, asked)
    for (wanted, known), way in zip(asked, found, strict=True):
        papers = catalogue.way_to(wanted, known)
        whys = papers.whys
        assert [tuple(step) for step in way] == [(key, whys[key]) for key in papers.keys], wanted


def test_from_two_topics_to_a_theorem_and_the_link_shows_the_same(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    card = next(iter(catalogue.results.values()))
    topics = list(catalogue.topics)[:2]
    expected = catalogue.way_to(card, topics).keys
    go(opened, folder)
    assert shown(opened) == []
    page = opened.page
    page.fill("#to", card.id)
    page.press("#to", "Enter")
    for topic in topics:
        page.fill("#known", topic)
        page.press("#known", "Enter")
    opened.wait(f"document.querySelectorAll('[data-known] .chip').length === {len(topics)}")
    assert shown(opened) == expected
    page.click("[data-share]")
    link = opened.ask("navigator.clipboard.readText()")
    assert f"to={card.id}" in link
    page.goto("about:blank")
    page.goto(link)
    opened.wait(READY)
    assert shown(opened) == expected


def test_what_is_known_is_taken_out_and_the_rest_is_put_into_the_basket(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    goal = max(catalogue.papers, key=lambda key: len(catalogue.way_to(key)))
    way = catalogue.way_to(goal).keys
    go(opened, folder, f"?to={goal}")
    assert shown(opened) == way
    opened.page.click("[data-steps] li:first-child button")
    rest = catalogue.way_to(goal, [way[0]]).keys
    assert shown(opened) == rest
    opened.page.click("[data-way] .choose-all")
    assert opened.ask("JSON.parse(localStorage.getItem('dltheory-basket'))") == rest
    opened.page.click("[data-known] .chip button")
    assert shown(opened) == way


def test_what_is_not_here_is_said(opened: Watched, folder: Path) -> None:
    go(opened, folder, "?to=nobody2020&known=nothing")
    said = opened.ask("document.querySelector('[data-said]').textContent")
    assert said == "Not in this collection: nobody2020, nothing."
    opened.page.fill("#to", "<b>x")
    opened.page.press("#to", "Enter")
    assert opened.ask("document.querySelector('[data-to-said]').textContent") == (
        "Choose a work or a result from the list, or type a key."
    )
