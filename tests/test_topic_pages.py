"""The page of a topic: what it tells of the topic, and how its works are sorted and filtered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from markupsafe import Markup

from dltheory_bib import Bibliography, load
from dltheory_bib.graph.main_path import main_path
from dltheory_bib.models.choices import LEVELS, ReadingLevel
from dltheory_bib.site.build import make_files
from dltheory_bib.site.folder import Folder
from dltheory_bib.site.options import Options
from dltheory_bib.site.site_data import Contents
from dltheory_bib.site.topic_charts import growth
from dltheory_bib.site.topic_pages import asked, timeline, work_lines
from dltheory_bib.text.names import author_line
from dltheory_bib.text.sentences import first_statement
from helpers.browser import Watched, chromium, watched
from helpers.records import work

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOPIC = "topics/saddle-escape.html"
HOSTILE = '</title><img src=x onerror="alert(1)"><script>alert(2)</script> $x<y$'


@pytest.fixture(scope="module")
def sample(bib: Bibliography) -> dict[str, bytes]:
    """The site of the sample."""
    return make_files(bib, Options())


@pytest.fixture(scope="module")
def contents(bib: Bibliography) -> Contents:
    return Contents(bib, Options())


def page(files: dict[str, bytes], path: str = TOPIC) -> str:
    return files[path].decode()


def part(text: str, name: str) -> str:
    """A section of a page, by the id of its heading."""
    return text.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]


def test_its_parts_stand_in_the_order_of_a_newcomer(sample: dict[str, bytes]) -> None:
    """What it is, where to start, how it grew, what is best, when and what; the links to the parts
    name those that are there.
    """
    text = page(sample)
    found = re.findall(r'<h[12](?: id="(\w+)")?>', text.partition("<aside")[0])
    assert found == ["", "start", "growth", "results", "years", "works"]
    jumps = text.partition('class="jumps"')[2].partition("</nav>")[0]
    assert re.findall(r'href="#(\w+)"', jumps) == found[1:]
    small = page(sample, "topics/grokking.html")
    jumps = small.partition('class="jumps"')[2].partition("</nav>")[0]
    assert re.findall(r'href="#(\w+)"', jumps) == ["start", "works"]


def test_the_main_path_is_a_picture_with_names_and_links(
    sample: dict[str, bytes], bib: Bibliography
) -> None:
    """Each work of `graph.main_path` in its order, the lines between as wide as they are heavy; in
    words what the works say of each other.
    """
    text = part(page(sample), "growth")
    svg = text.partition('<svg class="path"')[2].partition("</svg>")[0]
    found = main_path(bib.graph, bib.on("saddle-escape").keys)
    assert re.findall(r'<a href="\.\./works/(\w+)\.html">', svg) == list(found.keys)
    for key in found.keys:
        assert f">{author_line(bib[key].author, at_most=2)} {bib[key].year}</text>" in svg
    widths = [float(one) for one in re.findall(r'stroke-width="([\d.]+)"', svg)]
    pairs = zip(found.weights, widths, strict=True)
    assert [width for _, width in sorted(pairs)] == sorted(widths)
    words = text.partition("<details>")[2].partition("</details>")[0]
    told = 0
    for before, key in pairwise(found.keys):
        for one in [tie for tie in bib[key].relations if tie.work == before][:1]:
            told += 1
            assert str(Markup("{}</li>").format(one.says)) in words
    assert words.count("<li>") == told > 0


def test_growth_says_how_many_lists_were_read(
    sample: dict[str, bytes], bib: Bibliography, contents: Contents
) -> None:
    """Its curves end with all works and the citations among them, and it warns of the last years,
    of which few reference lists were read.
    """
    keys = list(bib.on("saddle-escape").keys)
    read = sum(bib.graph.nodes[key]["list_read"] for key in keys)
    among = sum(other in keys for key in keys for other in bib.cites(key).keys)
    assert 0 < read < len(keys)
    drawn = growth(contents, keys)
    assert drawn
    assert drawn.citations
    assert drawn.read == read
    assert drawn.works.label == f"{len(keys)} works"
    assert drawn.citations.label == f"{among} citations among them"
    years = {bib[key].year for key in keys}
    assert drawn.bars.count("M") == len(years)
    assert drawn.read_bars.count("M") == len({bib[k].year for k in keys if k in contents.with_list})
    text = part(page(sample), "growth")
    assert f"reference lists were read: {read} of {len(keys)}" in text
    unread = [key for key in keys if key not in contents.with_list]
    late = growth(contents, unread)
    assert late
    assert late.late == (min(bib[key].year for key in unread), 0, len(unread))
    assert growth(contents, keys[:1]) is None


def test_the_years_name_the_works_to_read_first(bib: Bibliography, contents: Contents) -> None:
    """Every work has a mark; at most three of a year are named, those of the first levels first."""
    keys = list(bib.on("wide-networks").keys)
    years = timeline(contents, keys)
    assert [one.year for one in years] == sorted({bib[key].year for key in keys})
    for one in years:
        here = [key for key in keys if bib[key].year == one.year]
        assert sum(one.levels) == len(here) == len(one.named) + one.more
        assert len(one.named) <= 3
        levels = [bib[key].level for key, _ in one.named]
        others = {bib[key].level for key in here} - set(levels)
        assert "start" not in others or set(levels) == {"start"}
    assert timeline(contents, keys[:2]) == []


def test_every_work_has_a_line_with_what_it_shows(
    sample: dict[str, bytes], bib: Bibliography, contents: Contents
) -> None:
    """The first statement of its summary, its level and evidence; those to read first first."""
    text = part(page(sample), "works")
    keys = bib.on("saddle-escape").keys
    lines = work_lines(contents, keys)
    shown = re.findall(r'<a class="title" href="\.\./works/(\w+)\.html">', text)
    assert shown == [line.entry.key for line in lines]
    assert sorted(shown) == sorted(keys)
    levels = ["start", "core", "further"]
    ranks = [levels.index(line.level) for line in lines]
    assert ranks == sorted(ranks)
    for line in lines:
        assert f"<p>{line.says}</p>" in text
        data = f"{line.entry.year} {line.level[0]} {line.checked[0]} {line.entry.cited}"
        assert f'data-line="{data}"' in text
    paper = bib["jin2017escape"]
    assert contents.typeset(first_statement(paper.summary or "")) in text


def test_a_long_list_stays_light(pages: dict[str, bytes]) -> None:
    """No topic's page is heavier than 100 kB, whatever is on it."""
    heavy = {path: len(text) for path, text in pages.items() if path.startswith("topics/")}
    assert max(heavy.values()) < 100_000, heavy


def test_bounds_are_those_that_its_question_calls_best(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """In each setting and for each quantity; those that cannot be compared are said to be so, and
    whether a lower bound meets them.
    """
    contents = Contents(catalogue, Options())
    found = asked(contents, "second-order-stationary")
    table = catalogue.compare("second-order-stationary").table
    assert [one.setting for one in found.known] == [one.setting.label for one in table.frontiers]
    text = part(pages["topics/saddle-escape.html"].decode(), "results")
    for known, frontier in zip(found.known, table.frontiers, strict=True):
        for quantity, group in zip(known.quantities, frontier.groups, strict=True):
            cards = [row.card.id for row in group.rows]
            assert [one.card for one in quantity.bounds] == cards[:3]
            assert quantity.more == len(cards[3:])
            for bound, row in zip(quantity.bounds, group.rows, strict=False):
                assert (bound.why_not == "") == (row.standing == "best")
                assert f'second-order-stationary.html#{bound.card}">{bound.byline}</a>' in text
    assert text.count("Lower bound: ") == sum(len(one.quantities) for one in found.known)


def test_a_broad_topic_leads_to_the_questions_of_narrower_ones(sample: dict[str, bytes]) -> None:
    """They are named; what is best stands on the topic itself."""
    text = part(page(sample, "topics/optimisation.html"), "results")
    assert 'href="../questions/second-order-stationary.html"' in text
    assert "<table" not in text


def test_what_was_added_last_stands_beside(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """By day, the last day first, six works in all."""
    text = page(pages).partition("<h2>Added last</h2>")[2].partition("</section>")[0]
    days = re.findall(r'<time datetime="([\d-]+)">', text)
    assert days == sorted(days, reverse=True)
    last = max(str(catalogue[key].added) for key in catalogue.on("saddle-escape").keys)
    assert days[0] == last
    keys = re.findall(r"/works/(\w+)\.html", text)
    assert str(catalogue[keys[0]].added) == last
    assert len(keys) == 6


def test_pictures_keep_markup_as_text(tmp_path: Path) -> None:
    """Titles, names and relations are escaped in SVG too."""
    papers = "".join(
        work(
            f"doe{year}x",
            title=repr(HOSTILE).replace("\\'", "''") if year == 2019 else None,
            author="'</text><script>, Jane'",
            year=year,
            extra=f"topics: [markup]\nsummary: '{HOSTILE}'\nchecked: abstract\nchecked_in: x"
            + (f"\nrelations:\n  - {{kind: extends, work: doe{year - 1}x, says: '{HOSTILE}'}}")
            * (year > 2017),
        )
        for year in range(2017, 2021)
    )
    (tmp_path / "papers.yaml").write_text(papers, "utf-8")
    topic = f"- id: markup\n  label: '{HOSTILE}'\n  definition: '{HOSTILE}'\n"
    (tmp_path / "topics.yaml").write_text(topic, "utf-8")
    cited = "".join(
        f"- citing: doe{year}x\n  source: a list\n  how: transcribed\n  cites: [doe{year - 1}x]\n"
        for year in range(2018, 2021)
    )
    (tmp_path / "citations.yaml").write_text(cited, "utf-8")
    text = make_files(load(tmp_path), Options())["topics/markup.html"].decode()
    assert '<svg class="path"' in text
    assert '<svg class="growth"' in text
    assert "<script>" not in text
    assert "<img" not in text
    assert text.count("&lt;/text&gt;&lt;script&gt;") >= 8


# In a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def folder(sample: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("topics")
    Folder(path).update(sample, "test")
    return path


def shown(found: Watched) -> list[str]:
    """The keys of the works that are listed, as they stand."""
    links = found.page.locator("[data-lines] > li:not([hidden]) > a.title")
    hrefs = links.evaluate_all("found => found.map((one) => one.href)")
    return [href.rpartition("/")[2].removesuffix(".html") for href in hrefs]


@pytest.mark.slow
def test_the_works_are_sorted_and_filtered_by_keyboard(
    browser: Browser, folder: Path, bib: Bibliography
) -> None:
    """Somebody wants the core works since 2017 that were checked against their abstracts, the
    newest first, and to cite them; the address keeps what was asked, and all are shown again.
    """
    keys = bib.on("saddle-escape").keys
    with watched(browser) as found:
        page = found.page
        page.goto((folder / TOPIC).as_uri())
        assert sorted(shown(found)) == sorted(keys)
        status = page.locator(".sift [role=status]")
        assert status.inner_text() == f"All {len(keys)} are shown"
        page.locator("[name=order]").focus()
        page.keyboard.type("newest")
        page.keyboard.press("Tab")
        page.keyboard.type("2017")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        while not page.evaluate("() => document.activeElement.dataset.level === 'c'"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        while not page.evaluate("() => document.activeElement.dataset.checked === 'a'"):
            page.keyboard.press("Tab")
        page.keyboard.press("Space")
        wanted = [
            key
            for key in keys
            if (bib[key].level, bib[key].checked) == ("core", "abstract") and bib[key].year >= 2017
        ]
        assert 1 < len(wanted) < len(keys)
        assert sorted(shown(found)) == sorted(wanted)
        years = [bib[key].year for key in shown(found)]
        assert years == sorted(years, reverse=True)
        assert status.inner_text() == f"{len(wanted)} of {len(keys)} are shown"
        assert "order=newest&from=2017&level=c&checked=a" in page.url
        page.get_by_role("button", name=f"Select these {len(wanted)} to cite").click()
        assert page.locator(".basket").get_by_text(f"{len(wanted)} works").is_visible()
        page.reload()
        assert sorted(shown(found)) == sorted(wanted)
        page.get_by_role("button", name="Show all").press("Enter")
        found.wait("() => document.querySelector('.sift [type=reset]').hidden")
        assert sorted(shown(found)) == sorted(keys)
        assert page.url.endswith("saddle-escape.html")
        assert found.complaints == []


@pytest.mark.slow
def test_without_a_script_every_work_is_shown(browser: Browser, folder: Path) -> None:
    """And no dead control; the menu of a phone opens without a script too."""
    with watched(browser, 390, java_script_enabled=False) as found:
        page = found.page
        page.goto((folder / f"{TOPIC}?level=c").as_uri().replace("%3F", "?"))
        assert page.locator("[data-lines] > li").count() == 11
        assert all(one.is_visible() for one in page.locator("[data-lines] > li").all())
        assert not page.locator(".sift").is_visible()
        assert not page.get_by_role("link", name="Trails").is_visible()
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name="Trails").click()
        page.wait_for_url("**/trails.html")


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1024, 1280, 1600])
def test_pictures_and_names_fit(browser: Browser, folder: Path, width: int) -> None:
    """Nothing is wider than the window, no name of a picture is cut or smaller than 11 px, and the
    head is one row.
    """
    with watched(browser, width) as found:
        found.page.goto((folder / "topics/wide-networks.html").as_uri())
        assert found.ask("() => document.documentElement.scrollWidth") <= width
        outside = found.ask(
            """() => [...document.querySelectorAll(".picture text")].filter((text) => {
                const one = text.getBoundingClientRect();
                const all = text.ownerSVGElement.getBoundingClientRect();
                return one.left < all.left - 1 || one.right > all.right + 1;
            }).map((text) => text.textContent)"""
        )
        assert outside == []
        sizes = found.ask(
            """() => [...document.querySelectorAll(".picture text")].map((text) => {
                const { a: scale } = text.getScreenCTM();
                return scale * parseFloat(getComputedStyle(text).fontSize);
            })"""
        )
        assert min(sizes) >= 11
        assert found.ask("() => document.querySelector('.top').offsetHeight") < 64


def test_a_work_of_any_level_has_its_pages(tmp_path: Path) -> None:
    levels = get_args(ReadingLevel)
    records = "".join(
        work(f"doe{2000 + place}{level}", year=2000 + place, extra=f"level: {level}\ntopics: [ntk]")
        for place, level in enumerate(levels)
    )
    (tmp_path / "papers.yaml").write_text(records, "utf-8")
    made = make_files(load(tmp_path), Options())
    topic = page(made, "topics/ntk.html")
    for place, level in enumerate(levels):
        assert LEVELS[level] in page(made, f"works/doe{2000 + place}{level}.html")
        assert f"works/doe{2000 + place}{level}.html" in topic
