"""The graph in a real browser: it draws, walks, finds ways, and asks for nothing."""

from __future__ import annotations

import io
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import axe_playwright_python
import networkx as nx
import pytest
from PIL import Image

from dltheory_bib import Bibliography
from dltheory_bib.display.graph_view import SCRIPTS, STATIC, STYLE, data_element
from dltheory_bib.models.relations import JUDGEMENTS, Relation
from helpers.browser import Watched, chromium, watched
from helpers.programs import HANG
from test_graph_view import HOSTILE, hostile_view

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The same files lie in the wheel, as test_site and test_graph_view see there; once is enough here.
pytestmark = pytest.mark.slow

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
GRAPH = "document.querySelector('.dg').graph"
# A page as strict as one with files of its own can be.
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def pages(catalogue: Bibliography, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of a topic, and of the whole catalogue, as saved pages."""
    folder = tmp_path_factory.mktemp("graphs")
    catalogue.graph_view("topic:ntk").save(folder / "ntk.html")
    catalogue.graph_view().save(folder / "all.html")
    return folder


@pytest.fixture
def opened(browser: Browser, pages: Path) -> Iterator[Watched]:
    """The topic's graph, on a page that must neither complain nor ask for anything."""
    with watched(browser, reduced_motion="reduce") as found:
        go(found, pages / "ntk.html")
        yield found
        assert found.complaints == []
        assert found.requests == [(pages / "ntk.html").as_uri()]


def go(found: Watched, page: Path) -> None:
    found.page.goto(page.as_uri())
    found.wait(f"() => Boolean({GRAPH}?.scene.drawn)")
    drawn(found)


def everything(found: Watched, page: Path) -> None:
    """Open a page and show all its works, also if the topics come first."""
    go(found, page)
    found.ask(f"() => {GRAPH}.go({{ view: 'works' }})")
    drawn(found)


def drawn(found: Watched) -> None:
    """Wait until what was changed is on the screen."""
    found.ask("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def place(found: Watched, key: str) -> tuple[float, float]:
    """Where a work stands in the window."""
    x, y = found.ask(
        f"""key => {{
            const graph = {GRAPH};
            const at = graph.at(key);
            const box = graph.stage.getBoundingClientRect();
            return [box.left + at.x, box.top + at.y];
        }}""",
        key,
    )
    return x, y


def places(found: Watched) -> Any:
    return found.ask(
        f"() => {GRAPH}.picture.items.filter(one => one.id).map(one => [one.id, one.x, one.y])"
    )


def picked(found: Watched) -> Any:
    return found.ask(f"() => {GRAPH}.picked?.id ?? null")


def unfaded(found: Watched) -> set[str]:
    """The works that are not dimmed."""
    items = f"[...({GRAPH}.lit?.items ?? {GRAPH}.picture.items)]"
    return set(found.ask(f"() => {items}.map(one => one.id)"))


def engaged(catalogue: Bibliography, query: str) -> nx.Graph[str]:
    """The works of a query and which of them have an edge in the picture."""
    found: nx.Graph[str] = nx.Graph()
    data = catalogue.graph_view(query).data
    found.add_nodes_from(node["id"] for node in data["nodes"])
    found.add_edges_from((edge["source"], edge["target"]) for edge in data["edges"])
    return found


# Drawing


@pytest.mark.parametrize(("page", "query"), [("ntk", "topic:ntk"), ("all", "")])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_work_is_drawn_in_its_colour(
    browser: Browser, pages: Path, catalogue: Bibliography, page: str, query: str, scheme: str
) -> None:
    """On the screen, at its place, for the most cited works; the rest is at least there."""
    with watched(browser, color_scheme=scheme) as found:
        everything(found, pages / f"{page}.html")
        data = catalogue.graph_view(query).data
        counts = found.ask(f"() => [{GRAPH}.picture.items.length, {GRAPH}.model.edges.length]")
        assert counts == [len(data["nodes"]), len(data["edges"])]
        screen = Image.open(io.BytesIO(found.page.screenshot())).convert("RGB")
        groups = [group["id"] for group in data["groups"]]
        colours = found.ask(f"() => {GRAPH}.shades.groups")
        for node in sorted(data["nodes"], key=lambda one: -one["cited"])[:12]:
            x, y = place(found, node["id"])
            colour = colours[groups.index(node["group"])]
            expected = tuple(int(colour[n : n + 2], 16) for n in (1, 3, 5))
            assert hit(screen, x, y, expected), node["id"]
        assert found.complaints == []
        assert found.requests == [(pages / f"{page}.html").as_uri()]


def hit(screen: Image.Image, x: float, y: float, colour: tuple[int, ...]) -> bool:
    """Whether a pixel on or near a spot has a colour, or nearly; a line may cross the middle."""
    near = [(round(x) + dx, round(y) + dy) for dx in range(-3, 4) for dy in range(-3, 4)]
    seen: list[Any] = [screen.getpixel(spot) for spot in near]
    return any(max(abs(a - b) for a, b in zip(one, colour, strict=True)) < 8 for one in seen)


def test_time_runs_from_left_to_right(opened: Watched, catalogue: Bibliography) -> None:
    """A later year is further right; a group has a lane for itself."""
    works = {node["id"]: node for node in catalogue.graph_view("topic:ntk").data["nodes"]}
    spans: dict[int, list[float]] = {}
    lanes: dict[str, list[float]] = {}
    for key, x, y in places(opened):
        spans.setdefault(works[key]["year"], []).append(x)
        lanes.setdefault(works[key]["group"], []).append(y)
    years = sorted(spans)
    assert all(max(spans[one]) < min(spans[other]) for one, other in pairwise(years))
    heights = sorted([min(ys), max(ys)] for ys in lanes.values())
    assert all(one[1] < other[0] for one, other in pairwise(heights))


@pytest.mark.parametrize("page", ["ntk", "all"])
def test_no_work_hides_another(browser: Browser, pages: Path, page: str) -> None:
    """The middle of each is further from any other than the other is wide, at 70 and at 700."""
    with watched(browser) as found:
        everything(found, pages / f"{page}.html")
        nearest = found.ask(
            f"""() => {{
                const graph = {GRAPH};
                const spots = graph.picture.items.map(item => graph.spot(item));
                let least = Infinity;
                for (const a of spots) for (const b of spots) {{
                    if (a === b) continue;
                    const apart = Math.hypot(a.x - b.x, a.y - b.y);
                    least = Math.min(least, apart - Math.max(a.r, b.r));
                }}
                return least;
            }}"""
        )
        assert nearest > 0


def test_nothing_jumps(opened: Watched) -> None:
    """Works stay where they are, in the picture and on the screen, when one walks and looks."""
    before, there = places(opened), place(opened, "du2019gradient")
    opened.ask(f"() => {GRAPH}.pick('jacot2018neural')")
    drawn(opened)
    assert places(opened) == before
    assert place(opened, "du2019gradient") == there
    opened.page.set_viewport_size({"width": 1000, "height": 700})
    drawn(opened)
    assert places(opened) == before
    opened.page.reload()
    opened.wait(f"() => Boolean({GRAPH}?.scene.drawn)")
    opened.requests.pop()


def test_the_same_data_give_the_same_picture(browser: Browser, pages: Path) -> None:
    """On any day."""
    seen = []
    for _ in range(2):
        with watched(browser) as found:
            go(found, pages / "ntk.html")
            seen.append(places(found))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("page", ["ntk", "all"])
def test_the_whole_graph_is_in_sight_at_first(
    browser: Browser, pages: Path, width: int, page: str
) -> None:
    """On a desk and on a phone, and the page is no wider than its window."""
    with watched(browser, width) as found:
        everything(found, pages / f"{page}.html")
        wide, boxes = found.ask(
            f"""() => {{
                const {{ left, right, top, bottom }} = {GRAPH}.stage.getBoundingClientRect();
                return [document.documentElement.scrollWidth, [left, right, top, bottom]];
            }}"""
        )
        left, right, top, bottom = boxes
        assert wide <= width
        assert bottom - top > 280
        for key, *_ in places(found):
            x, y = place(found, key)
            assert left < x < right
            assert top < y < bottom
        assert found.complaints == []


# Walking


def test_the_card_says_what_one_points_at(opened: Watched, catalogue: Bibliography) -> None:
    """A work with its title, or an edge with its sentence; it goes when one points elsewhere."""
    card = opened.page.locator(".dg-card")
    opened.page.mouse.move(*place(opened, "jacot2018neural"))
    card.wait_for()
    assert catalogue["jacot2018neural"].plain_title in card.inner_text()
    assert "Jacot et al. 2018" in card.inner_text()
    assert f"cited by {len(catalogue.cited_by('jacot2018neural'))} works" in card.inner_text()
    opened.page.mouse.move(20, 20)
    card.wait_for(state="hidden")
    find = f"""(place) => {{
            const graph = {GRAPH};
            const {{ clientWidth: width, clientHeight: height }} = graph.stage;
            const edge = graph.picture.edges.filter(one => one.says)[place];
            const [x, y] = ["x", "y"].map(one => (edge.source[one] + edge.target[one]) / 2);
            graph.scene.go(2, {{ x: width / 2 - 2 * x, y: height / 2 - 2 * y }}, false);
            const at = dltheoryGraph.halfway(graph.arcs.find(arc => arc.edge === edge));
            const box = graph.stage.getBoundingClientRect();
            const words = [edge.source.byline, edge.words.says, edge.says];
            return [...words, box.left + at[0], box.top + at[1]];
        }}"""
    # Where edges cross, the card may be that of another one.
    for attempt in range(20):
        source, verb, says, x, y = opened.ask(find, attempt)
        drawn(opened)
        opened.page.mouse.move(x, y)
        drawn(opened)
        shown = card.text_content() or ""
        if f"{source} {verb} " in shown:
            assert says in shown
            return
        opened.page.mouse.move(20, 20)
        card.wait_for(state="hidden")
    pytest.fail("no edge says what it is")


def test_a_click_walks_to_a_work_and_on(opened: Watched, catalogue: Bibliography) -> None:
    """Its neighbours stay bright; the panel tells of it, and leads on; empty ground leads back."""
    graph = engaged(catalogue, "topic:ntk")
    opened.page.mouse.click(*place(opened, "jacot2018neural"))
    opened.page.locator(".dg-panel h2", has_text="Neural Tangent Kernel").wait_for()
    assert picked(opened) == "jacot2018neural"
    assert unfaded(opened) == {"jacot2018neural", *graph["jacot2018neural"]}
    panel = opened.page.locator(".dg-panel")
    address = panel.locator("h2 a").get_attribute("href")
    assert address == catalogue["jacot2018neural"].address
    edge = next(
        edge
        for edge in catalogue.snapshot.edges()
        if edge.target == "jacot2018neural" and edge.source in graph and edge.says
    )
    assert catalogue.snapshot.readable(edge.says or "") in panel.inner_text()
    title = catalogue.snapshot.readable(catalogue[edge.source].plain_title)
    panel.get_by_role("button", name=title).first.click()
    assert picked(opened) == edge.source
    assert unfaded(opened) == {edge.source, *graph[edge.source]}
    x, y, corner = opened.ask(
        f"""() => {{
            const box = {GRAPH}.stage.getBoundingClientRect();
            return [box.left, box.bottom, 4];
        }}"""
    )
    opened.page.mouse.click(x + corner, y - corner)
    assert picked(opened) is None
    assert len(unfaded(opened)) == len(graph)


def test_the_search_finds_a_work(opened: Watched, catalogue: Bibliography) -> None:
    """By words of author and title, without accents; arrows choose, Enter goes there."""
    field = opened.page.get_by_role("combobox", name="Find a work")
    field.fill("sokol")
    options = opened.page.locator(".dg-options:visible [role=option]")
    assert options.count() == 1
    field.press("Enter")
    assert catalogue[picked(opened)].author[0].startswith("Sok")
    field.fill("kernel jacot")
    field.press("ArrowDown")
    field.press("ArrowUp")
    field.press("Enter")
    assert picked(opened) == "jacot2018neural"
    field.fill("no such words")
    opened.page.get_by_text("No work here has these words.").wait_for()


def test_a_path_from_one_work_to_another(opened: Watched, catalogue: Bibliography) -> None:
    """As short as any, whichever way its edges point, and each step says how it holds."""
    graph = engaged(catalogue, "topic:ntk")
    lengths = dict(nx.all_pairs_shortest_path_length(graph))
    keys = sorted(graph)
    for one in keys[::9]:
        for other in keys[::7]:
            steps = opened.ask(f"([a, b]) => {GRAPH}.path(a, b)", [one, other])
            known = lengths[one].get(other)
            assert (steps is None) == (known is None)
            if steps is not None:
                assert len(steps) == known
                assert all(graph.has_edge(source, target) for source, _, target in steps)
    opened.ask(f"() => {GRAPH}.clear()")
    opened.page.get_by_role("button", name="Path from A to B").click()
    start = opened.page.get_by_role("combobox", name="From")
    start.fill("kernel jacot")
    start.press("Enter")
    end = opened.page.get_by_role("combobox", name="To")
    first = "jacot2018neural"
    last = max(lengths[first], key=lambda key: (lengths[first][key], key))
    assert lengths[first][last] > 1
    end.fill(last)
    end.press("Enter")
    route = opened.page.locator(".dg-route > li")
    assert route.count() == lengths[first][last] + 1
    assert "Jacot" in route.first.inner_text()
    assert catalogue.graph.nodes[last]["byline"] in route.last.inner_text()
    assert all(route.nth(n).locator(".dg-verb").inner_text() for n in range(1, route.count()))
    assert {first, last} < unfaded(opened)
    opened.page.keyboard.press("Escape")
    assert len(unfaded(opened)) == len(graph)


def test_no_path_is_said(browser: Browser, pages: Path, catalogue: Bibliography) -> None:
    """Where nothing joins two works."""
    graph = engaged(catalogue, "")
    parts = sorted(map(sorted, nx.connected_components(graph)), key=len)
    assert len(parts) > 1
    with watched(browser) as found:
        everything(found, pages / "all.html")
        ends = [parts[0][0], parts[-1][0]]
        assert found.ask(f"([a, b]) => {GRAPH}.path(a, b)", ends) is None
        found.page.get_by_text("No chain of relations and citations joins them").wait_for()
        assert found.complaints == []


def test_all_can_be_done_with_the_keyboard(opened: Watched, catalogue: Bibliography) -> None:
    """Tab into the picture, arrows to neighbours, plus to zoom, Escape to leave; nothing traps."""
    page = opened.page
    graph = engaged(catalogue, "topic:ntk")
    for _ in range(12):
        page.keyboard.press("Tab")
        if opened.ask("() => document.activeElement.classList.contains('dg-stage')"):
            break
    assert opened.ask("() => document.activeElement.classList.contains('dg-stage')")
    page.keyboard.press("ArrowRight")
    here = picked(opened)
    assert here == catalogue.where("topic:ntk").sort("cited").keys[0]
    walked = [here]
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        x = {name: (left, top) for name, left, top in places(opened)}
        page.keyboard.press(key)
        there = picked(opened)
        if there != here:
            assert graph.has_edge(here, there)
            axis, sign = {"Right": (0, 1), "Left": (0, -1), "Down": (1, 1), "Up": (1, -1)}[key[5:]]
            assert (x[there][axis] - x[here][axis]) * sign > 0
            walked.append(there)
        here = there
    assert len(walked) > 2
    zoom = opened.ask(f"() => {GRAPH}.scene.zoom")
    page.keyboard.press("+")
    assert opened.ask(f"() => {GRAPH}.scene.zoom") > zoom
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    assert opened.ask("() => document.activeElement.closest('.dg-panel') !== null")
    page.keyboard.press("Escape")
    assert picked(opened) is None
    assert opened.ask("() => document.activeElement.classList.contains('dg-stage')")
    summary = page.locator(".dg-list summary")
    summary.focus()
    summary.press("Enter")
    page.locator(".dg-all button").first.wait_for()
    assert page.locator(".dg-all button").count() == len(graph)
    page.locator(".dg-all button", has_text="Jacot et al. 2018").first.press("Enter")
    assert picked(opened) == "jacot2018neural"


def test_the_list_says_in_words_what_the_picture_shows(
    opened: Watched, catalogue: Bibliography
) -> None:
    """Each work under its year, with what it does to others; changes are spoken."""
    opened.page.locator(".dg-list summary").click()
    opened.page.locator(".dg-all li").first.wait_for()  # it is filled once the browser opened it
    text = opened.page.locator(".dg-all").inner_text()
    for paper in catalogue.where("topic:ntk"):
        assert catalogue.snapshot.readable(paper.plain_title) in text
    item = opened.page.locator(".dg-all li", has_text="Beyond Linearization").first
    assert "extends Jacot et al. 2018" in item.inner_text()
    label = opened.page.locator(".dg-stage").get_attribute("aria-label") or ""
    assert label.startswith(f"{len(catalogue.where('topic:ntk'))} works from ")
    opened.ask(f"() => {GRAPH}.pick('jacot2018neural')")
    assert "Jacot et al. 2018: Neural Tangent Kernel" in (
        opened.page.locator("[aria-live]").inner_text()
    )


# The views


@pytest.fixture(scope="module")
def site_page(catalogue: Bibliography, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of the whole catalogue as the site has it: what is shown is in its address."""
    view = catalogue.graph_view()
    page = tmp_path_factory.mktemp("site") / "graph.html"
    element = data_element(view.data, in_address=True)
    text = view.to_html().replace(data_element(view.data), element)
    page.write_text(text.replace('<body class="dg-page">', "<body>"), "utf-8")
    return page


def at_address(found: Watched, page: Path, address: str) -> None:
    found.page.goto(f"{page.as_uri()}{address}")
    found.wait(f"() => Boolean({GRAPH}?.scene.drawn)")
    drawn(found)


def surroundings(bib: Bibliography, key: str) -> tuple[set[str], Counter[str], Counter[str]]:
    """The neighbourhood of a work, and how many of it cite each other work, or are cited by it."""
    kinds = {Relation.CITES, *JUDGEMENTS}
    edges = [edge for edge in bib.snapshot.edges() if edge.relation in kinds]
    near = {key}
    for edge in edges:
        if key in {edge.source, edge.target}:
            near |= {edge.source, edge.target}
    cites = [(edge.source, edge.target) for edge in edges if edge.relation is Relation.CITES]
    year = bib[key].year
    before = Counter(b for a, b in cites if a in near and b != key and bib[b].year <= year)
    after = Counter(a for a, b in cites if b in near and a != key and bib[a].year >= year)
    return near, before, after


@pytest.mark.parametrize("key", ["jin2017escape", "jacot2018neural"])
def test_one_work_is_shown_with_what_came_before_and_after(
    browser: Browser, site_page: Path, catalogue: Bibliography, key: str
) -> None:
    """Prior works are cited by most of the neighbourhood, derivative works cite most of it."""
    near, before, after = surroundings(catalogue, key)
    with watched(browser, 1440) as found:
        at_address(found, site_page, f"?work={key}")
        shown = {one for one, *_ in places(found)}
        panel = found.page.locator(".dg-panel")
        for title, counts in (("Prior works", before), ("Derivative works", after)):
            block = panel.locator(f"h3:text-is('{title}') ~ div").first
            block.get_by_role("button", name="more", exact=False).last.click()
            notes = block.locator(".dg-note").all_inner_texts()
            listed = [int(re.findall(r"\d+", note)[0]) for note in notes]
            assert listed == sorted(counts.values(), reverse=True)[:10]
            assert {int(re.findall(r"\d+", note)[1]) for note in notes} == {len(near)}
            surely = {one for one, count in counts.items() if count > listed[-1]}
            assert surely <= shown
        assert shown <= near | set(before) | set(after)
        assert len(shown & near) >= 12
        assert found.complaints == []


def test_one_work_leads_to_the_next_and_back(
    browser: Browser, site_page: Path, catalogue: Bibliography
) -> None:
    """The page begins with a work; a click goes to another, Back goes back, a path begins here."""
    with watched(browser, 1440) as found:
        at_address(found, site_page, "")
        first = found.ask(f"() => {GRAPH}.seed.id")
        assert catalogue[first].level == "start"
        assert found.page.url == site_page.as_uri()
        field = found.page.get_by_role("combobox", name="Find a work")
        field.fill("jin escape saddle")
        field.press("Enter")
        assert found.page.url.endswith("?work=jin2017escape")
        drawn(found)
        found.page.mouse.click(*place(found, "ge2015escaping"))
        found.wait(f"() => {GRAPH}.seed.id === 'ge2015escaping'")
        assert found.page.url.endswith("?work=ge2015escaping")
        found.page.go_back()
        found.wait(f"() => {GRAPH}.seed.id === 'jin2017escape'")
        found.page.get_by_role("button", name="Path from A to B").click()
        assert found.page.get_by_role("combobox", name="From").input_value() == "Jin et al. 2017"
        end = found.page.get_by_role("combobox", name="To")
        end.fill("he2016deep")
        end.press("Enter")
        found.wait("() => location.search === '?from=jin2017escape&to=he2016deep'")
        route = found.page.locator(".dg-route > li")
        assert route.count() == len(places(found))
        found.page.locator(".dg-stage").press("Escape")
        found.wait("() => location.search === '?work=jin2017escape'")
        found.page.locator(".dg-stage").press("Escape")
        found.wait("() => location.search === '?view=topics'")
        assert found.complaints == []


def test_the_field_is_an_overview_of_topics(
    browser: Browser, site_page: Path, catalogue: Bibliography
) -> None:
    """A circle has the works whose first topic it is, a line the citations between them."""
    first = {key: paper.topics[0] for key, paper in catalogue.papers.items() if paper.topics}
    works = Counter(first.values())
    flows = Counter(
        (first[edge.source], first[edge.target])
        for edge in catalogue.snapshot.edges()
        if edge.relation is Relation.CITES and {edge.source, edge.target} <= set(first)
    )
    with watched(browser, 1440) as found:
        at_address(found, site_page, "?view=topics")
        items = found.ask(
            f"() => {GRAPH}.picture.items.map(one => [one.id, one.works.length, one.r])"
        )
        assert {name: count for name, count, _ in items} == dict(works)
        radii = [radius for _, _, radius in sorted(items, key=lambda item: item[1])]
        assert radii == sorted(radii)
        lines = found.ask(
            f"() => {GRAPH}.picture.lines.map(one => [one.source.id, one.target.id, one.count])"
        )
        assert {(one, other): count for one, other, count in lines} == {
            ends: count for ends, count in flows.items() if ends[0] != ends[1]
        }
        found.page.mouse.move(*place(found, "ntk"))
        found.page.locator(".dg-card").wait_for()
        assert f"{works['ntk']} works" in found.page.locator(".dg-card").inner_text()
        assert found.complaints == []


def test_a_topic_expands_to_its_works(
    browser: Browser, site_page: Path, catalogue: Bibliography
) -> None:
    """By a click; the address has it, and a work of it leads on; it collapses again."""
    grokking = {
        key for key, paper in catalogue.papers.items() if [*paper.topics][:1] == ["grokking"]
    }
    with watched(browser, 1440) as found:
        at_address(found, site_page, "?view=topics")
        topics = len(places(found))
        found.page.mouse.click(*place(found, "grokking"))
        found.wait("() => location.search === '?view=topics&open=grokking'")
        assert grokking <= {key for key, *_ in places(found)}
        assert len(places(found)) == topics - 1 + len(grokking)
        found.page.reload()
        found.wait(f"() => Boolean({GRAPH}?.scene.drawn)")
        assert grokking <= {key for key, *_ in places(found)}
        found.page.locator(".dg-panel h2", has_text="Grokking").wait_for()
        drawn(found)
        found.page.mouse.click(*place(found, "power2022grokking"))
        found.page.locator(".dg-panel h2", has_text="Grokking: Generalization").wait_for()
        assert unfaded(found) > {"power2022grokking"}
        found.page.get_by_role("button", name="Surroundings").click()
        found.wait("() => location.search === '?work=power2022grokking'")
        found.page.go_back()
        found.page.go_back()
        found.wait("() => location.search === '?view=topics&open=grokking'")
        found.page.get_by_role("button", name="Collapse").click()
        found.wait("() => location.search === '?view=topics'")
        assert len(places(found)) == topics
        assert found.complaints == []


VIEWS = [
    "?work=jacot2018neural",
    "?view=topics",
    "?view=topics&open=ntk,grokking",
    "?view=works",
    "?view=works&work=jacot2018neural",
    "?from=he2016deep&to=jin2017escape",
]


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_name_is_on_a_work_or_a_name(browser: Browser, site_page: Path, width: int) -> None:
    """In any view, at any zoom; and there are names."""
    with watched(browser, width) as found:
        for view in VIEWS:
            at_address(found, site_page, view)
            for zoom in (1, 1.7, 3):
                names, faults = found.ask(
                    f"""zoom => {{
                        const graph = {GRAPH};
                        const {{ clientWidth: width, clientHeight: height }} = graph.stage;
                        graph.fit(false);
                        graph.scene.go(...graph.scene.around(zoom, width / 2, height / 2), false);
                        const boxes = graph.written.map(one => [...one.box, one.lines[0][0]]);
                        const faults = [];
                        boxes.forEach(([left, top, right, bottom, name], n) => {{
                            for (const item of graph.picture.items) {{
                                if (graph.lit && !graph.lit.items.has(item)) continue;
                                const {{ x, y, r }} = graph.spot(item);
                                const aside = Math.max(left - x, 0, x - right);
                                const above = Math.max(top - y, 0, y - bottom);
                                if (Math.hypot(aside, above) < r) faults.push([name, item.id]);
                            }}
                            for (const [l, t, r, b, other] of boxes.slice(n + 1)) {{
                                if (l < right && r > left && t < bottom && b > top)
                                    faults.push([name, other]);
                            }}
                        }});
                        return [boxes.length, faults];
                    }}""",
                    zoom,
                )
                assert faults == [], (view, zoom)
                assert names > (2 if zoom == 1 else 0), (view, zoom)
        assert found.complaints == []


def test_dragging_draws_nothing_anew(browser: Browser, site_page: Path) -> None:
    """What was drawn is moved as a whole; it is drawn once more when one lets go."""
    with watched(browser, 1440) as found:
        at_address(found, site_page, "?view=works")
        x, y = found.ask(
            f"""() => {{
                const {{ left, top, width, height }} = {GRAPH}.stage.getBoundingClientRect();
                return [left + width / 2, top + height / 2];
            }}"""
        )
        before = found.ask(f"() => [{GRAPH}.scene.drawings, {GRAPH}.scene.pan.x]")
        found.page.mouse.move(x, y)
        found.page.mouse.down()
        # A pause of the machine would count as the end of the movement.
        found.ask(f"() => {{ {GRAPH}.scene.repaint = () => {{ throw Error('drawn') }} }}")
        found.page.mouse.move(x + 150, y + 20, steps=2)
        found.ask(f"() => {{ clearTimeout({GRAPH}.scene.waiting); delete {GRAPH}.scene.repaint }}")
        assert found.ask(f"() => {GRAPH}.scene.drawings") == before[0]
        assert found.ask(f"() => {GRAPH}.scene.pan.x") == before[1] + 150
        found.page.mouse.up()
        found.wait(f"() => {GRAPH}.scene.drawings === {before[0] + 1}")


def test_on_a_phone_a_chosen_work_is_told_of_in_sight(browser: Browser, site_page: Path) -> None:
    """Also after one has scrolled: its title is on the screen, and the picture above it."""
    with watched(browser, 390, has_touch=True) as found:
        at_address(found, site_page, "?view=works")
        found.ask(
            f"""() => {{
                const {{ bottom }} = {GRAPH}.stage.getBoundingClientRect();
                scrollBy({{ top: bottom - innerHeight + 5, behavior: "instant" }});
            }}"""
        )
        drawn(found)
        found.page.touchscreen.tap(*place(found, "jacot2018neural"))
        found.wait(f"() => {GRAPH}.picked !== null")
        drawn(found)
        title, stage = (
            found.page.locator(part).bounding_box() for part in (".dg-panel h2", ".dg-stage")
        )
        assert title
        assert stage
        assert 0 <= title["y"] < 800 - title["height"]
        assert stage["y"] + stage["height"] > 200
        for view in ("?work=jin2017escape", "?view=topics&open=grokking"):
            at_address(found, site_page, view)
            box = found.page.locator(".dg-panel h2").bounding_box()
            assert box
            assert box["y"] + box["height"] < 800
        x, y = place(found, "power2022grokking")
        top, bottom = found.ask(
            f"""() => {{
                const {{ top, bottom }} = {GRAPH}.stage.getBoundingClientRect();
                return [top, bottom];
            }}"""
        )
        assert max(0, top) < y < min(800, bottom)
        assert 0 < x < 390
        assert found.complaints == []


# Where it stands


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_accessibility(browser: Browser, pages: Path, scheme: str) -> None:
    """By axe-core's rules, also with a work chosen, a path asked for and the list open."""
    with watched(browser, color_scheme=scheme, bypass_csp=True) as found:
        go(found, pages / "ntk.html")
        found.ask(AXE)
        for act in (
            "",
            f"{GRAPH}.pick('jacot2018neural')",
            f"{GRAPH}.togglePath(true)",
            f"{GRAPH}.go({{ view: 'work', work: 'jacot2018neural' }})",
            f"{GRAPH}.go({{ view: 'topics' }})",
            f"{GRAPH}.go({{ view: 'topics', open: ['ntk'] }})",
            "document.querySelector('.dg-list').open = true",
        ):
            found.ask(f"() => {{ {act} }}")
            drawn(found)
            faults = [
                (one["id"], one["nodes"][0]["html"])
                for one in found.ask("() => axe.run()")["violations"]
                if one["impact"] in {"serious", "critical"}
            ]
            assert faults == [], act


def test_a_page_with_files_beside_it_may_be_strict(
    browser: Browser, catalogue: Bibliography, tmp_path: Path
) -> None:
    """As a site is: its policy allows its own files alone; the page chooses the colours."""
    shutil.copytree(STATIC, tmp_path / "graph")
    data = {**catalogue.graph_view("topic:ntk").data, "focus": "jacot2018neural"}
    scripts = "".join(f'<script src="graph/{name}" defer></script>' for name in SCRIPTS)
    page = tmp_path / "page.html"
    page.write_text(
        f'<!doctype html><html lang="en" data-theme="dark"><meta charset="utf-8"><title>t</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{STRICT}">'
        f'<link rel="stylesheet" href="graph/{STYLE}">{scripts}'
        f"<body><h1>Before</h1>{data_element(data)}<p>After</p>",
        "utf-8",
    )
    with watched(browser, color_scheme="light") as found:
        go(found, page)
        assert picked(found) == "jacot2018neural"
        paper = found.ask(f"() => {GRAPH}.colours.paper")
        found.ask("() => { document.documentElement.dataset.theme = 'light' }")
        drawn(found)
        assert found.ask(f"() => {GRAPH}.colours.paper") != paper
        assert found.ask("() => document.querySelector('.dg').nextElementSibling.textContent") == (
            "After"
        )
        assert all(one.startswith(tmp_path.as_uri()) for one in found.requests)
        assert found.complaints == []


def test_a_work_can_stand_in_the_address(
    browser: Browser, catalogue: Bibliography, tmp_path: Path
) -> None:
    """A link leads to a work of the graph; walking changes the address, leaving clears it."""
    view = catalogue.graph_view("topic:ntk")
    page = tmp_path / "page.html"
    element = data_element(view.data, in_address=True)
    page.write_text(view.to_html().replace(data_element(view.data), element), "utf-8")
    with watched(browser) as found:
        found.page.goto(f"{page.as_uri()}?work=jacot2018neural")
        found.wait(f"() => {GRAPH}?.picked?.id === 'jacot2018neural'")
        found.ask(f"() => {GRAPH}.pick('lee2019wide')")
        assert found.page.url == f"{page.as_uri()}?work=lee2019wide"
        found.page.go_back()
        found.wait(f"() => {GRAPH}.seed.id === 'jacot2018neural'")
        found.ask(f"() => {GRAPH}.clear()")
        assert found.page.url == f"{page.as_uri()}?view=topics"
        found.page.goto(f"{page.as_uri()}?view=works&work=jacot2018neural")
        found.wait(f"() => {GRAPH}?.picked?.id === 'jacot2018neural'")
        assert len(places(found)) == len(view.data["nodes"])
        found.page.locator(".dg-stage").press("Escape")
        assert found.page.url == f"{page.as_uri()}?view=works"
        assert found.complaints == []


def test_a_path_can_stand_in_the_address(
    browser: Browser, catalogue: Bibliography, tmp_path: Path
) -> None:
    """A link leads to a path; the chosen work is where a path begins."""
    view = catalogue.graph_view("topic:ntk")
    page = tmp_path / "page.html"
    element = data_element(view.data, in_address=True)
    page.write_text(view.to_html().replace(data_element(view.data), element), "utf-8")
    with watched(browser) as found:
        found.page.goto(f"{page.as_uri()}?from=lee2019wide&to=jacot2018neural")
        found.wait(f"() => Boolean({GRAPH}?.onRoute)")
        route = found.page.locator(".dg-route > li")
        assert "Lee et al. 2019" in route.first.inner_text()
        assert "Jacot et al. 2018" in route.last.inner_text()
        found.page.locator(".dg-stage").press("Escape")
        found.wait(f"() => !{GRAPH}.onRoute")
        assert found.page.url == f"{page.as_uri()}?work=lee2019wide"
        found.ask(f"() => {GRAPH}.pick('jacot2018neural')")
        found.page.get_by_role("button", name="Path from A to B").click()
        assert found.page.get_by_role("combobox", name="From").input_value() == "Jacot et al. 2018"
        end = found.page.get_by_role("combobox", name="To")
        end.fill("lee2019wide")
        end.press("Enter")
        assert found.page.url == f"{page.as_uri()}?from=jacot2018neural&to=lee2019wide"
        assert found.complaints == []


def test_names_of_the_same_people_and_year_are_told_apart(opened: Watched) -> None:
    shown = opened.ask(f"() => {GRAPH}.model.nodes.map((node) => [node.byline, node.short])")
    bylines = [byline for byline, _ in shown]
    assert len(set(bylines)) < len(bylines)
    assert len({short for _, short in shown}) == len(shown)
    assert all(short == byline for byline, short in shown if bylines.count(byline) == 1)


def test_the_wheel_scrolls_a_page_until_one_is_in_the_picture(
    browser: Browser, catalogue: Bibliography, tmp_path: Path
) -> None:
    """Who reads on is not caught; after a click the wheel zooms."""
    page = tmp_path / "page.html"
    text = catalogue.graph_view("topic:ntk").to_html().replace('<body class="dg-page">', "<body>")
    page.write_text(text.replace("</body>", f"{'<p>text</p>' * 200}</body>"), "utf-8")
    with watched(browser) as found:
        go(found, page)
        zoom = found.ask(f"() => {GRAPH}.scene.zoom")
        found.page.mouse.move(300, 400)
        found.page.mouse.wheel(0, 60)
        found.wait("() => scrollY > 0")
        assert found.ask(f"() => {GRAPH}.scene.zoom") == zoom
        found.page.mouse.click(300, 400)
        end = time.monotonic() + HANG
        while found.ask(f"() => {GRAPH}.scene.zoom") <= zoom:
            assert time.monotonic() < end
            # While the page is still scrolling the wheel goes on with that.
            found.page.mouse.wheel(0, -60)
            drawn(found)
            found.page.wait_for_timeout(100)
        assert found.complaints == []


def test_a_notebook_shows_it_in_a_frame(
    browser: Browser, catalogue: Bibliography, tmp_path: Path
) -> None:
    """Also exported: the frame draws, and nothing in it reaches the page around it."""
    page = tmp_path / "export.html"
    frame = catalogue.graph_view("topic:ntk", height=500)._repr_html_()
    page.write_text(f"<!doctype html><title>t</title><body>{frame}", "utf-8")
    with watched(browser) as found:
        found.page.goto(page.as_uri())
        inside = found.page.frame_locator("iframe")
        inside.locator(".dg-stage canvas").first.wait_for()
        inside.locator(".dg-panel button", has_text="Jacot et al. 2018").first.click()
        inside.locator(".dg-panel h2", has_text="Neural Tangent Kernel").wait_for()
        assert found.page.locator("iframe").bounding_box()["height"] == 500  # type: ignore[index]
        found.page.frames[1].evaluate(
            "() => { try { parent.document.title = 'reached' } catch { /* as it should be */ } }"
        )
        assert found.page.title() == "t"
        assert [one for one in found.requests if not one.startswith(("file:", "about:"))] == []
        assert found.complaints == []


def test_markup_in_records_stays_text(browser: Browser, tmp_path: Path) -> None:
    """In the card, the panel, the list and the suggestions; nothing runs, no script is a link."""
    page = tmp_path / "hostile.html"
    hostile_view().save(page)
    with watched(browser) as found:
        found.page.on("dialog", lambda dialog: found.complaints.append(dialog.message))
        go(found, page)
        found.page.mouse.move(*place(found, HOSTILE))
        found.page.locator(".dg-card").wait_for()
        found.ask(f"key => {{ {GRAPH}.pick(key) }}", HOSTILE)
        found.page.locator(".dg-list summary").click()
        found.page.get_by_role("combobox", name="Find a work").fill("alert")
        found.page.locator(".dg-options:visible li").first.wait_for()
        found.ask(f"key => {{ {GRAPH}.path(key, 'two') }}", HOSTILE)
        for part in (".dg-card", ".dg-panel", ".dg-all", ".dg-options", ".dg-name"):
            assert HOSTILE in (found.page.locator(part).first.text_content() or ""), part
        found.ask(f"key => {{ {GRAPH}.pick(key) }}", HOSTILE)
        assert found.page.locator(".dg a").count() == 0
        assert found.page.locator(".dg img, .dg script, .dg iframe").count() == 0
        assert found.complaints == []


def test_a_graph_without_works_says_so(
    browser: Browser, catalogue: Bibliography, tmp_path: Path
) -> None:
    """And one with a single work draws it."""
    for query, label in (("year:1700", "without works"), ("jacot2018neural", "1 work from 2018")):
        page = tmp_path / "page.html"
        catalogue.graph_view(query).save(page)
        with watched(browser) as found:
            go(found, page)
            assert label in (found.page.locator(".dg-stage").get_attribute("aria-label") or "")
            found.page.keyboard.press("Tab")
            found.ask(f"() => {GRAPH}.fit(true)")
            assert found.complaints == []


@pytest.mark.parametrize(("background", "theme"), [("#111", "dark"), ("#fff", "light")])
def test_a_notebook_gives_the_graph_its_colours(
    browser: Browser, catalogue: Bibliography, tmp_path: Path, background: str, theme: str
) -> None:
    page = tmp_path / "export.html"
    frame = catalogue.graph_view("topic:grokking")._repr_html_()
    page.write_text(
        f'<!doctype html><title>t</title><body style="background: {background}"><div>{frame}</div>',
        "utf-8",
    )
    with watched(browser, color_scheme="dark" if theme == "light" else "light") as found:
        found.page.goto(page.as_uri())
        found.page.frame_locator("iframe").locator(f'html[data-theme="{theme}"]').wait_for(
            state="attached"
        )
        assert found.complaints == []


def test_without_frames_and_scripts_a_picture_and_a_list_are_left(
    browser: Browser, catalogue: Bibliography, tmp_path: Path
) -> None:
    """As a notebook that is not trusted leaves them; a browser with frames shows neither."""
    html = catalogue.graph_view("topic:grokking")._repr_html_()
    left = re.sub(r"<script>.*</script>|</?iframe[^>]*>", "", html, flags=re.DOTALL)
    page = tmp_path / "export.html"
    page.write_text(f"<!doctype html><title>t</title><body>{left}", "utf-8")
    with watched(browser) as found:
        found.page.goto(page.as_uri())
        assert found.ask("() => document.querySelector('img').naturalWidth") == 960
        works = len(catalogue.where("topic:grokking"))
        assert found.page.locator("details li").count() == works
        assert found.complaints == []
    page.write_text(f"<!doctype html><title>t</title><body>{html}", "utf-8")
    with watched(browser) as found:
        found.page.goto(page.as_uri())
        assert found.page.locator("img").count() == 0
