"""The picture of the graph in a real browser: it draws, and one can walk and find a path."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browser import Watched, chromium, watched
from dltheory_bib import Bibliography
from dltheory_bib.show.graphdata import DRAWN
from dltheory_bib.site.output import Folder
from test_site_browser import AXE

if TYPE_CHECKING:
    from playwright.sync_api import Browser


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
    """A page that must neither complain nor ask for anything outside the folder."""
    with watched(browser) as found:
        yield found
    assert found.complaints == []
    assert [one for one in found.requests if not one.startswith(folder.as_uri())] == []


def draw(watched: Watched, folder: Path, query: str = "") -> None:
    watched.page.goto((folder / "graph.html").as_uri() + query)
    watched.page.wait_for_function("globalThis.dltheory?.graphView")


def drawn(watched: Watched, selector: str) -> int:
    return int(watched.ask("s => dltheory.graphView.cy.elements(s).length", selector))


def chosen(watched: Watched) -> Any:
    return watched.ask("() => dltheory.graphView.data.works[dltheory.graphView.chosen]?.[0]")


def test_all_works_and_the_edges_between_them_are_drawn(
    opened: Watched, folder: Path, bib: Bibliography
) -> None:
    """An edge for each two works of which one cites or judges the other; older ones to the left."""
    draw(opened, folder)
    assert drawn(opened, "node.work") == len(bib)
    pairs = {(e.source, e.target) for e in bib.snapshot.edges() if e.relation in DRAWN}
    assert drawn(opened, "edge") == len(pairs)
    years = opened.ask(
        """() => dltheory.graphView.cy.nodes(".work").map(node => [
            dltheory.graphView.data.works[Number(node.id())][3], node.position("x")])"""
    )
    assert all(one[1] <= other[1] for one in years for other in years if one[0] + 9 < other[0])
    places = opened.ask(
        """() => dltheory.graphView.cy.nodes(".work").map(node => {
            const {x, y} = node.position(); return `${x} ${y}`; })"""
    )
    assert len(set(places)) == len(bib), "no two works stand at one place"


def test_a_topic_has_its_part(opened: Watched, folder: Path, bib: Bibliography) -> None:
    """From its page, with the works on narrower topics; chosen on the graph's page as well."""
    opened.page.goto((folder / "topics/wide-networks.html").as_uri())
    opened.page.get_by_role("link", name="Its part of the graph").click()
    opened.page.wait_for_function("globalThis.dltheory?.graphView")
    assert drawn(opened, "node.work") == len(bib.on("wide-networks"))
    opened.page.get_by_label("Topic").select_option("ntk")
    assert drawn(opened, "node.work") == len(bib.on("ntk"))
    assert opened.page.url.endswith("graph.html?topic=ntk")


def test_one_walks_from_work_to_work(opened: Watched, folder: Path, bib: Bibliography) -> None:
    """A click on a work shows what it stands on; a click there goes on; nothing moves."""
    draw(opened, folder)
    before = opened.ask("() => dltheory.graphView.cy.nodes().map(node => node.position())")
    box = opened.page.locator(".graph-canvas").bounding_box()
    place = opened.ask(
        """key => { const view = dltheory.graphView;
            return view.cy.getElementById(String(view.number.get(key))).renderedPosition(); }""",
        "jin2017escape",
    )
    assert box
    opened.page.mouse.move(box["x"] + place["x"], box["y"] + place["y"])
    card = opened.page.locator(".graph-card")
    card.get_by_text("How to Escape Saddle Points Efficiently").wait_for()
    opened.page.mouse.click(box["x"] + place["x"], box["y"] + place["y"])
    panel = opened.page.locator(".graph-panel")
    panel.get_by_role("heading", name="How to Escape").wait_for()
    says = bib["jin2017escape"].relations[0].says
    panel.get_by_text(bib.snapshot.readable(says)).first.wait_for()
    around = {edge.target for edge in bib.edges("jin2017escape")[0] if edge.relation in DRAWN}
    around |= {edge.source for edge in bib.edges("jin2017escape")[1] if edge.relation in DRAWN}
    assert drawn(opened, "node.near") == len(around) + 1
    panel.get_by_role("button", name="Escaping From Saddle Points").first.click()
    assert chosen(opened) == "ge2015escaping"
    assert opened.page.url.endswith("?work=ge2015escaping")
    assert opened.ask("() => dltheory.graphView.cy.nodes().map(node => node.position())") == before
    panel.get_by_role("link", name="Page of Escaping").first.click()
    opened.page.wait_for_url("**/works/ge2015escaping.html")


def test_the_keyboard_walks_too(opened: Watched, folder: Path) -> None:
    """Arrow keys go to the next work in a direction, Escape lets go, Enter opens the page."""
    draw(opened, folder, "?work=jin2017escape")
    canvas = opened.page.locator(".graph-canvas")
    canvas.focus()
    seen = [chosen(opened)]
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        canvas.press(key)
        seen.append(chosen(opened))
    assert seen[0] == "jin2017escape"
    assert len({*seen}) == len(seen)
    last = seen[-1]
    canvas.press("Escape")
    assert chosen(opened) is None
    assert drawn(opened, ".near") == 0
    find = opened.page.get_by_label("Find a work by key or title")
    find.fill(last)
    find.press("Tab")
    assert chosen(opened) == last
    canvas.focus()
    canvas.press("Enter")
    opened.page.wait_for_url(f"**/works/{last}.html")


def test_a_path_from_a_to_b_is_a_shortest_one(
    opened: Watched, folder: Path, bib: Bibliography
) -> None:
    """As long as the one that Python finds, or none where there is none; shown with its steps."""
    draw(opened, folder)
    pick = random.Random(3)
    pairs = [pick.sample(list(bib.papers), 2) for _ in range(80)]
    found = opened.ask(
        """pairs => pairs.map(pair => {
            const view = dltheory.graphView;
            const [start, end] = pair.map(key => view.number.get(key));
            return view.walks.path(start, end)?.length ?? null;
        })""",
        pairs,
    )
    expected = [None if (path := bib.path(*pair)) is None else len(path) for pair in pairs]
    assert found == expected
    assert len(set(expected)) > 3
    opened.page.get_by_label("Path from this work").fill("wang2019convergence")
    opened.page.get_by_label("Path to this work").fill("ge2015escaping")
    opened.page.get_by_role("button", name="Path").click()
    panel = opened.page.locator(".graph-panel")
    panel.get_by_role("heading", name="A path of 2 steps").wait_for()
    assert panel.locator("li .verb").all_inner_texts() == ["extends", "improves"]
    assert drawn(opened, "edge.near") == 2
    opened.page.get_by_label("Path to this work").fill("no such work")
    opened.page.get_by_role("button", name="Path").click()
    panel.get_by_text("Name two works").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_graphs_page_has_no_serious_fault_of_accessibility(
    browser: Browser, folder: Path, scheme: Any
) -> None:
    """With a work chosen, by axe-core's rules; nor is it wider than a phone."""
    with watched(browser, 390, color_scheme=scheme) as found:
        draw(found, folder, "?work=jin2017escape")
        found.ask(AXE)
        result = found.ask("() => axe.run({preload: false, resultTypes: ['violations']})")
        assert found.ask("() => document.documentElement.scrollWidth") <= 390
        assert found.complaints == []
    faults = [one for one in result["violations"] if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], one["nodes"][0]["html"]) for one in faults] == []
