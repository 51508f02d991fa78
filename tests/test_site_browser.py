"""The site in a real browser, opened from a folder: it searches, copies, asks for nothing."""

from __future__ import annotations

import random
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import axe_playwright_python
import pytest

from dltheory_bib import Bibliography, QueryError, load
from dltheory_bib.models.relations import JUDGEMENTS
from dltheory_bib.query.fields import FIELDS, PRIVATE_FIELDS
from dltheory_bib.site.build import build_site
from dltheory_bib.site.folder import Folder
from dltheory_bib.snapshot.reader import read_numbers
from dltheory_bib.text.names import searchable, words
from helpers.browser import Watched, chromium, watched

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
import search_quality

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The same files lie in the wheel, as test_site and test_graph_view see there; once is enough here.
pytestmark = pytest.mark.slow

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
MAIN_PAGES = (
    "index.html",
    "search.html?q=saddle%20points",
    "works/jin2017escape.html",
    "works/ge2015escaping.html",
    "topics/ntk.html",
    "topics.html",
    "people/jin-chi.html",
    "people.html",
    "people-a.html",
    "basket.html",
    "404.html",
    "way.html",
    "draft.html",
    "venues/icml.html",
    "venues.html",
    "years/2019.html",
    "years.html",
    "trails/saddles-to-edge-of-stability.html",
    "data.html",
    "questions.html",
    "questions/second-order-stationary.html",
    "questions/second-order-stationary.html?setting=two-queries&drop=bounded-gradients",
    "questions/spurious-minima.html",
    "graph.html?work=jin2017escape",
    "graphs/ntk.html",
)

MADE_UP = """
saddle points|"saddle points"|-saddle|topic:NTK year:2019|author:c.jin|author:"c jin"|author:zz
author:bengio-yoshua|author:"Bengio, Yoshua"|author:a|year:>2020|year:<=1990|year:-2000|year:2018-
year:2019..2017|year:x|venue:"J. ACM"|venue:arxiv|venue:icmll|venue:nips|type:preprint|type:boook
level:start|has:arxiv|has:references|has:foo|checked:full-text|jin2017escape|1703.00887|foo:bar
eprint:1703.00887v2|tpic:ntk|topic:saddl|topic:|author:|title:"  "|topic:"  "|text:saddle|()
(topic:ntk or topic:mean-field) -author:yang|not (topic:ntk or year:2019)|a and|or b|( a|a )
"abc|a”|“saddle points”|«saddle» „escape“|generalization behaviour|generalisation behavior|it's
Łojasiewicz|lojasiewicz|"neural tangent" not kernel|sgd OR adam|uses_method|!!!|"!!!"|-|- a|not
topic:neural tangent kernel|https://arxiv.org/abs/1703.00887|a or or b|x:y:z|http://foo|of the
"of the"|gradient -descent or "mean field" level:core|topic:it's|generalizes:KEY|(((saddle)))
year>2019|year>=2019 saddle|a & b|!topic:ntk|cited-by:jin2017escape|venue=icml|year!=2017|year:
year:since2017|year:2017,2019|year:2017-2019|topic:ntk,mean-field|>2017|tag:ntk|abstract:saddle
title:gradient title:"gradient descent"|naïve Bayes|STRASSE straße|not not saddle
"""
# What Porter's rules take off.
ENDINGS = """
ational tional enci anci izer logi bli alli entli eli ousli ization ation ator alism iveness
fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness al ance ence er ic able
ible ant ement ment ent ion ou ism ate iti ous ive ize s es sses ies ed ing eed y e ll
"""
STARTS = "rel cond val hop tann fall hiss fizz fil sk tr yy y toy a be s adopt controll"
TERMS = "or|and|not|(|)|-|topic:ntk|year:2019|gradient|sgd|noise|author:du"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def folder(pages: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped catalogue's site in a folder whose name needs escaping."""
    path = tmp_path_factory.mktemp("a site #1 of 50%")
    Folder(path).update(pages, "test")
    return path


@pytest.fixture
def opened(browser: Browser, folder: Path) -> Iterator[Watched]:
    """A page that must neither complain nor ask for anything outside the folder."""
    with watched(browser) as found:
        yield found
    assert found.complaints == []
    assert [one for one in found.requests if not one.startswith(folder.as_uri())] == []


def go(watched: Watched, folder: Path, address: str) -> None:
    path, mark, query = address.partition("?")
    watched.page.goto((folder / path).as_uri() + mark + query)


def search(watched: Watched, folder: Path) -> None:
    go(watched, folder, "search.html")
    watched.wait("Boolean(globalThis.dltheory?.catalogue)")


def titles(watched: Watched) -> list[str]:
    return watched.page.locator("[data-results] .title").all_inner_texts()


# Searching


def queries(catalogue: Bibliography) -> list[str]:
    """Queries of every kind, right and wrong ones, and many made from what the catalogue holds."""
    draw = random.Random(7)
    papers = list(catalogue)
    made = [field.example for field in FIELDS.values()]
    made += MADE_UP.replace("\n", "|").split("|")
    made = [query.strip() for query in made] + ["", "   ", "a" * 300, " ".join(["a"] * 201)]
    for topic in catalogue.topics.values():
        made += [f'topic:"{name}"' for name in (topic.id, topic.label, *topic.aliases)]
    for venue in catalogue.venues.values():
        made += [f"venue:{venue.id}", *(f'venue:"{period.short}"' for period in venue.periods)]
    for paper in draw.sample(papers, 60):
        made += [paper.plain_title.replace('"', ""), f'author:"{paper.author[-1]}"']
        made += [f"cites:{paper.key}", f"citedby:{paper.key}", *paper.aliases]
    known = sorted(vocabulary(catalogue))
    made += draw.sample(known, 150)
    made += [f'"{one} {other}"' for one, other in zip(known[::99], known[1::99], strict=False)]
    made += [" ".join(draw.choices(TERMS.split("|"), k=draw.randint(2, 7))) for _ in range(120)]
    return made


def vocabulary(catalogue: Bibliography) -> set[str]:
    """Every word that the full-text search has met, as it is before it is stemmed."""
    found: set[str] = set()
    for paper in catalogue:
        parts = (paper.title, paper.summary, paper.idea, paper.limits, *paper.author)
        found.update(words(searchable(" ".join(filter(None, parts)))))
    return found


def test_the_page_reads_the_query_language_of_python(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """The same works in the same order, or the same complaint at the same place, for each query.

    A site has no private notes: the fields that ask for them are unknown there.
    """
    asked = [query for query in queries(catalogue) if query.partition(":")[0] not in PRIVATE_FIELDS]
    search(opened, folder)
    found = opened.ask(
        """queries => queries.map(query => {
            const { ask, catalogue, QueryError } = dltheory;
            try {
                return [ask(catalogue, query).map(n => catalogue.works.key[n]), null];
            } catch (error) {
                if (!(error instanceof QueryError)) throw error;
                return [error.message, error.column];
            }
        })""",
        asked,
    )
    expected: list[list[Any]] = []
    for query in asked:
        try:
            expected.append([catalogue.where(query).keys, None])
        except QueryError as error:
            public = error.message.replace("tag, status, note, ", "").replace(" or note:?", "?")
            expected.append([public.replace(", notes, tags, status, files", ""), error.column])
    assert len(asked) > 500
    differing = [(q, f, e) for q, f, e in zip(asked, found, expected, strict=True) if f != e]
    assert differing == []


TYPED = """
µP|μP|muP|C. Jin|Jin, Chi|jin escape 2017|saddle escape 2015-2017|2017 to 2015 saddle|he 2016|ntk
mean–field|meanfield|Polyak's|naïve|ICML 2017 saddle|topci:ntk|titel:saddle|saddle topic:nkt
saddle year:1700|not saddle -escape|tags:ntk kernel|cited-by:jin2017escape|E, Weinan|???|a:b:c
smallest width for zero loss|neural tangant kernel|neural "tangant" kernel|Choromanksa
overparametrisation|one hidden layer|see arxiv.org/abs/1703.00887.|<https://proceedings.mlr.press/v70/jin17a.html/>
arXiv:2401.99999|10.48550/arXiv.1703.00887|constructor|saddle or escape
saddle (escape) & noise: why?|escape "saddle points" -noise year:2015..2018
"""


def typed(catalogue: Bibliography) -> list[str]:
    """What people type: the gold questions, known works, mistyped words and nonsense, by seed."""
    papers, draw = list(catalogue), random.Random(12)
    made = [one.strip() for one in TYPED.replace("\n", "|").split("|")]
    for path in sorted(search_quality.QUESTIONS.glob("*.yaml")):
        for form in ("question", "keywords"):
            made += [one.text for one in search_quality.asked(path, form)]
    for make in ("titles", "other_titles", "author_years", "identifiers", "typos"):
        found = [one.text for one in getattr(search_quality, make)(papers)]
        made += draw.sample(found, 100)
    return [*made, *search_quality.nonsense(), *draw.sample(queries(catalogue), 100)]


def test_the_page_answers_what_python_answers(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """The first ten works, what else is named, what was mended, what is said, and why the first
    are there, for whatever is typed.
    """
    asked = typed(catalogue)
    search(opened, folder)
    found = opened.ask(
        """queries => queries.map(query => {
            const { catalogue, search, notes, explain } = dltheory;
            const found = search(catalogue, query);
            const first = found.works.slice(0, 10);
            return {
                keys: first.map(n => catalogue.works.key[n]),
                count: found.works.length,
                complete: found.complete,
                headings: found.headings.map(one => [one.kind, one.id, one.label, one.whole]),
                mended: found.mended,
                notes: notes(catalogue, found),
                why: first.slice(0, 2).map(n => explain(catalogue, found, n)),
            };
        })""",
        asked,
    )
    assert len(asked) > 700
    differing = []
    for query, here in zip(asked, found, strict=True):
        answer = catalogue.search(query)
        expected = {
            "keys": answer[:10].keys,
            "count": len(answer),
            "complete": answer.complete,
            "headings": [list(one) for one in answer.headings],
            "mended": [list(pair) for pair in answer.mended.items()],
            # The page says what was mended with a button that searches for the rest.
            "notes": [note for note in answer.notes if not note.startswith("showing results")],
            "why": [answer.explain(key) for key in answer[:2].keys],
        }
        differing += [
            (query, name, here[name], expected[name])
            for name in expected
            if here[name] != expected[name]
        ]
    assert differing == []


def test_the_page_weighs_words_as_the_compiler_does(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """Stems, the works of each, idf and every weight are those of the snapshot."""
    search(opened, folder)
    found = opened.ask(
        """() => {
            const { stems, idf, works, weights } = dltheory.catalogue.index;
            return stems.map((stem, n) => [stem, idf[n], works[n].map(one => one + 1), weights[n]]);
        }"""
    )
    rows = catalogue.snapshot.fetch("SELECT stem, idf, works, weights FROM search_word ORDER BY id")
    expected = [
        [stem, idf, read_numbers("I", works).tolist(), read_numbers("H", weights).tolist()]
        for stem, idf, works, weights in rows
    ]
    assert len(found) == len(expected)
    assert [pair for pair in zip(found, expected, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.slow
def test_words_are_stemmed_as_sqlite_stems_them(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """All words of the catalogue, and made-up ones with every ending that Porter's rules know."""
    asked = sorted(vocabulary(catalogue)) + [
        start + ending + more
        for start in STARTS.split()
        for ending in ENDINGS.split()
        for more in ("", "s", "ing")
    ]
    asked += ["übung", "привет", "日本語", "x1y", "aa_bb", "x" * 80]
    memory = sqlite3.connect(":memory:")
    tokenize = "porter unicode61 remove_diacritics 0"
    memory.execute(f"CREATE VIRTUAL TABLE text USING fts5(word, tokenize='{tokenize}')")
    memory.execute("CREATE VIRTUAL TABLE token USING fts5vocab(text, instance)")
    memory.executemany("INSERT INTO text(rowid, word) VALUES (?, ?)", enumerate(asked))
    expected: list[list[str]] = [[] for _ in asked]
    for term, n in memory.execute("SELECT term, doc FROM token ORDER BY doc, offset"):
        expected[n].append(term)
    memory.close()
    search(opened, folder)
    found = opened.ask("words => words.map(dltheory.tokens)", asked)
    assert [w for w in zip(asked, found, expected, strict=True) if w[1] != w[2]] == []


def test_the_search_finds_as_one_types(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """Each letter; the address keeps the query, and opens with it again."""
    search(opened, folder)
    page = opened.page
    page.locator("#q").press_sequentially("perturbed gradient descent")
    answer = catalogue.search("perturbed gradient descent")
    more = len(answer) - answer.complete
    page.get_by_text(f"{answer.complete} works; {more} more have some of the words").wait_for()
    assert titles(opened)[0] == catalogue.snapshot.readable(answer[0].plain_title)
    assert page.url.endswith("search.html?q=perturbed+gradient+descent")
    go(opened, folder, "search.html?q=topic%3Antk%20year%3A2018")
    expected = catalogue.where("topic:ntk year:2018")
    page.get_by_text(f"{len(expected)} of {len(catalogue):,} works").wait_for()
    assert len(titles(opened)) == len(expected)
    page.locator("[data-results] .title").first.click()
    page.wait_for_url(f"**/works/{expected[0].key}.html")


def test_the_first_hit_is_near_the_field(opened: Watched, folder: Path) -> None:
    """At most four presses of Tab away: what sorts and narrows comes after the hits."""
    for query in ("saddle points", "neural tangent kernel", "jin escape", "edge of stability"):
        go(opened, folder, "index.html")
        field = opened.page.get_by_role("searchbox")
        field.fill(query)
        opened.page.locator("[data-results] a.title").first.wait_for()
        field.focus()
        hits = "[data-results] a.title, [data-named] a"
        presses = 0
        while not opened.ask(f"document.activeElement.matches('{hits}')"):
            opened.page.keyboard.press("Tab")
            presses += 1
            assert presses <= 4, query


def test_the_front_door_searches_too(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """What else stands on the page makes room; nothing is read before somebody searches."""
    go(opened, folder, "index.html")
    front = opened.page.locator("[data-front]")
    assert front.is_visible()
    assert not any("search-data" in one for one in opened.requests)
    opened.page.locator("#q").fill("saddle")
    opened.page.get_by_text(
        f"{len(catalogue.search('saddle'))} of {len(catalogue):,} works"
    ).wait_for()
    assert not front.is_visible()
    opened.page.locator("#q").fill("")
    front.wait_for()


def test_a_facet_narrows_and_widens_again(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """By topic, year, venue and person; each is a term of the query, and Back takes it back."""
    search(opened, folder)
    page = opened.page
    page.locator("#q").fill("saddle or escape")
    for group, name, term in (
        ("Topics", "Saddle escape", "topic:saddle-escape"),
        ("Venues", "COLT", "venue:colt"),
        ("People", "Chi Jin", "author:jin-chi"),
        ("Years", "2018", "year:2018"),
    ):
        facet = page.locator(".facets details", has_text=group)
        facet.get_by_role("button", name=name).first.click()
        assert page.locator("#q").input_value().endswith(term)
    query = "(saddle or escape) topic:saddle-escape venue:colt author:jin-chi year:2018"
    assert page.locator("#q").input_value() == query
    expected = [catalogue.snapshot.readable(paper.plain_title) for paper in catalogue.search(query)]
    opened.wait("n => document.querySelectorAll('[data-results] li').length === n", len(expected))
    assert expected
    assert titles(opened) == expected
    page.locator(".facets").get_by_role("button", name="COLT", pressed=True).click()
    assert "venue:" not in page.locator("#q").input_value()
    page.go_back()
    opened.wait("q => document.querySelector('#q').value === q", query)


def test_a_mistyped_word_is_mended(opened: Watched, folder: Path, catalogue: Bibliography) -> None:
    """It says so; the word as it was typed can be searched for, also from its address."""
    search(opened, folder)
    page = opened.page
    page.locator("#q").fill("neural tangant kernel")
    said = page.locator("[data-notes]")
    said.get_by_text("Showing results for neural tangent kernel").wait_for()
    first = catalogue.search("neural tangent kernel")[0]
    assert titles(opened)[0] == catalogue.snapshot.readable(first.plain_title)
    said.get_by_role("button", name="neural tangant kernel").click()
    said.get_by_text("Left out, because no work has it: tangant.").wait_for()
    page.reload()
    said.get_by_text("Left out, because no work has it: tangant.").wait_for()
    page.locator("#q").fill("topci:ntk")
    said.get_by_text("Did you mean topic:?").wait_for()
    assert titles(opened)


def test_what_else_is_named_stands_above_the_works(opened: Watched, folder: Path) -> None:
    """A topic, a question, a trail, a venue and a person, each with its page."""
    search(opened, folder)
    page = opened.page
    for query, kind, address in (
        ("ntk", "Topic", "topics/ntk"),
        ("smallest width for zero loss", "Question", "questions/width-overparam"),
        ("from saddle points to the edge of stability", "Trail", "trails/"),
        ("ICML", "Venue", "venues/icml"),
        ("Chi Jin", "Person", "people/jin-chi"),
    ):
        page.locator("#q").fill(query)
        line = page.locator("[data-named] li", has_text=kind).first
        line.wait_for()
        href = line.get_by_role("link").get_attribute("href") or ""
        assert href.startswith(address)
        assert (folder / href).is_file()
    page.locator("[data-named] a").first.click()
    page.get_by_role("heading", name="Chi Jin").wait_for()


def test_a_result_says_why_it_is_there(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """What a work lacks always; which field has which word when it is asked for."""
    query = "perturbed gradient descent escapes saddle points quantum"
    go(opened, folder, f"search.html?q={query.replace(' ', '%20')}")
    page = opened.page
    first = page.locator("[data-results] li").first
    first.wait_for()
    assert first.locator(".lacking").inner_text().startswith("Without ")
    assert not first.locator(".reason").is_visible()
    page.get_by_role("button", name="Why these").click()
    answer = catalogue.search(query)
    told = answer.explain(answer.keys[0])
    assert first.locator(".reason").inner_text() == f"{told[0].upper()}{told[1:]}."
    assert page.get_by_role("button", name="Why these", pressed=True).is_visible()


def test_words_that_were_searched_for_are_marked_in_titles(opened: Watched, folder: Path) -> None:
    """In whatever form they stand there; the title stays as it is. Narrowing marks nothing."""
    go(opened, folder, "search.html?q=escaping%20saddle%20point")
    page = opened.page
    title = page.locator(".title", has_text="How to Escape Saddle Points Efficiently").first
    title.wait_for()
    assert title.inner_text() == "How to Escape Saddle Points Efficiently"
    assert title.locator("mark").all_inner_texts() == ["Escape", "Saddle", "Points"]
    page.locator("#q").fill("venue:icml")
    opened.wait("!document.querySelector('[data-results] mark')")
    assert page.locator("[data-results] .title").count() > 0


def test_nothing_found_is_not_the_end(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """It names the word that no work has, and offers what finds something."""
    search(opened, folder)
    page = opened.page
    page.locator("#q").fill("xyzzyx")
    page.get_by_text("No work matches xyzzyx").wait_for()
    page.get_by_text("No work has 'xyzzyx'").wait_for()
    assert not page.locator("[data-found]").is_visible()
    page.locator("#q").fill("saddle year:1700")
    page.get_by_role("button", name="saddle", exact=True).click()
    count = len(catalogue.search("saddle"))
    page.get_by_text(f"{count} of {len(catalogue):,} works").wait_for()
    assert page.locator("#q").input_value() == "saddle"


def test_more_is_shown_on_demand(opened: Watched, folder: Path, catalogue: Bibliography) -> None:
    """Forty at a time; sorted as one chooses."""
    search(opened, folder)
    opened.page.locator("#q").fill("topic:ntk")
    expected = catalogue.where("topic:ntk")
    opened.page.get_by_text(f"{len(expected)} of {len(catalogue):,} works").wait_for()
    assert len(titles(opened)) == 40
    while opened.page.locator("[data-more]").is_visible():
        opened.page.locator("[data-more]").click()
    assert len(titles(opened)) == len(expected)
    opened.page.get_by_role("button", name="Most cited").click()
    first = catalogue.snapshot.readable(expected.sort("cited")[0].plain_title)
    opened.wait("t => document.querySelector('[data-results] .title').textContent === t", first)


# Pages


def test_copy_copies(browser: Browser, folder: Path, catalogue: Bibliography) -> None:
    """The key, and the entry alone for BibTeX and BibLaTeX, which a file may give a preamble."""
    grants = {"permissions": ["clipboard-read", "clipboard-write"]}
    with watched(browser, **grants) as found:
        go(found, folder, "works/li2022generalization.html")
        work = catalogue.some(["li2022generalization"])
        preamble, _, entry = work.to_bibtex().partition("\n\n")
        assert preamble.startswith("@preamble")
        for label, expected in (
            ("Copy key", "li2022generalization"),
            ("Copy BibTeX", entry),
            ("Copy BibLaTeX", work.to_bibtex(dialect="biblatex")),
        ):
            if "BibLaTeX" in label:
                found.page.get_by_text("BibLaTeX", exact=True).click()
            found.page.get_by_role("button", name=label).click()
            found.page.get_by_role("button", name="Copied").first.wait_for()
            assert found.ask("() => navigator.clipboard.readText()") == expected
        assert found.complaints == []


def test_colours_follow_the_system_or_the_switch(browser: Browser, folder: Path) -> None:
    """The choice is kept from page to page."""
    background = "() => getComputedStyle(document.documentElement).backgroundColor"
    with watched(browser, color_scheme="dark") as found:
        go(found, folder, "index.html")
        dark = found.ask(background)
        found.page.get_by_role("button", name="Dark colours").click()
        light = found.ask(background)
        assert light != dark
        go(found, folder, "data.html")
        assert found.ask(background) == light
        assert found.complaints == []
    with watched(browser, color_scheme="light") as found:
        go(found, folder, "index.html")
        assert found.ask(background) == light


def test_another_key_leads_to_the_work(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """At once."""
    paper = next(paper for paper in catalogue if paper.aliases)
    go(opened, folder, f"works/{paper.aliases[0]}.html")
    opened.page.wait_for_url(f"**/works/{paper.key}.html")


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_is_wider_than_its_window(browser: Browser, folder: Path, width: int) -> None:
    """On a desk and on a phone; nothing complains, nothing is asked for outside the folder."""
    with watched(browser, width) as found:
        for address in MAIN_PAGES:
            go(found, folder, address)
            found.page.wait_for_load_state()
            wide = found.ask("() => document.documentElement.scrollWidth")
            assert wide <= width, address
        assert found.complaints == []
        assert [one for one in found.requests if not one.startswith(folder.as_uri())] == []


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "addresses"), [("light", MAIN_PAGES), ("dark", MAIN_PAGES[:4])])
def test_no_serious_or_moderate_fault_of_accessibility(
    browser: Browser, folder: Path, scheme: Any, addresses: tuple[str, ...]
) -> None:
    """On the main pages, by axe-core's rules and without those that are too small to hit; on those
    that differ, in the dark as well.
    """
    faults = {}
    with watched(browser, color_scheme=scheme) as found:
        for address in addresses:
            go(found, folder, address)
            if "?q=" in address:
                found.page.locator("[data-results] .title").first.wait_for()
            found.ask(AXE)
            result = found.ask(
                "() => axe.run({preload: false, resultTypes: ['violations'], "
                "rules: {'target-size': {enabled: true}}})"
            )
            faults[address] = [
                (one["id"], one["nodes"][0]["html"])
                for one in result["violations"]
                if one["impact"] != "minor"
            ]
    assert {address: one for address, one in faults.items() if one} == {}


def test_reading_needs_no_script(browser: Browser, folder: Path) -> None:
    """Without JavaScript the annotation, the BibTeX and the links are there, no dead button is."""
    with watched(browser, java_script_enabled=False) as found:
        go(found, folder, "works/jin2017escape.html")
        assert found.page.locator(".annotation .lead").is_visible()
        assert found.page.locator("#bibtex").is_visible()
        assert found.page.get_by_role("button").count() == 0
        go(found, folder, "search.html")
        assert found.page.get_by_text("Searching needs JavaScript").is_visible()


def test_a_page_prints_without_its_controls(opened: Watched, folder: Path) -> None:
    """Black on white also where the colours are dark."""
    go(opened, folder, "works/jin2017escape.html")
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert not opened.page.locator(".top nav").is_visible()
    assert not opened.page.get_by_role("button", name="Copy key").is_visible()
    assert opened.page.locator(".annotation .lead").is_visible()
    color = opened.ask("() => getComputedStyle(document.body).color")
    assert color == "rgb(0, 0, 0)"
    opened.page.emulate_media(media="screen", color_scheme="dark")
    go(opened, folder, "graphs/grokking.html")
    opened.wait("() => document.querySelector('.dg')?.graph?.colours.paper === '#16181b'")
    opened.page.emulate_media(media="print", color_scheme="dark")
    opened.wait("() => document.querySelector('.dg').graph.colours.paper === '#fdfdfb'")


def test_the_graph_brings_the_sentences_of_what_is_shown(
    opened: Watched, folder: Path, catalogue: Bibliography
) -> None:
    """Of the chosen work, of a path, of a line that one points at; they are loaded with the first
    of them.
    """
    script = "assets/graph-sentences.js"
    stated = {
        edge.source: edge
        for edge in catalogue.snapshot.edges()
        if edge.says and edge.relation in JUDGEMENTS and "$" not in edge.says
    }
    edge = stated["jin2017escape"]
    says = opened.page.locator(".dg-says", has_text=edge.says)
    go(opened, folder, "graph.html?view=topics")
    opened.wait("() => document.querySelector('.dg')?.graph?.scene.drawn")
    assert not any(one.endswith(script) for one in opened.requests)
    go(opened, folder, f"graph.html?work={edge.source}")
    says.first.wait_for()
    go(opened, folder, f"graph.html?from={edge.source}&to={edge.target}")
    says.first.wait_for()
    card = opened.ask(
        """([source, target]) => {
            const { model } = document.querySelector(".dg").graph;
            const { edges } = model.byId.get(source);
            const wanted = edges.find((one) => one.says && one.target.id === target);
            return dltheoryGraph.cardOf(wanted, model).map((one) => one.textContent);
        }""",
        [edge.source, edge.target],
    )
    assert card[-1] == edge.says
    assert sum(one.endswith(script) for one in opened.requests) == 2


def test_the_graph_of_a_page_draws_walks_and_finds_a_way(opened: Watched, folder: Path) -> None:
    """A work in the address is chosen; walking changes the address; a path is found."""
    go(opened, folder, "graph.html?work=jin2017escape")
    opened.wait("() => document.querySelector('.dg')?.graph?.picked != null")
    panel = opened.page.locator(".dg-panel")
    assert "How to Escape Saddle Points Efficiently" in panel.inner_text()
    panel.get_by_role("button", name="Ge et al. 2015").first.click()
    assert "Escaping From Saddle Points" in panel.locator("h2").inner_text()
    assert opened.page.url.endswith("graph.html?work=ge2015escaping")
    way = opened.ask(
        """() => {
            const { graph } = document.querySelector(".dg");
            return graph.path("wang2019convergence", "ge2015escaping").length;
        }"""
    )
    assert way == 2


def test_the_graph_of_a_topic_leads_to_its_works(opened: Watched, folder: Path) -> None:
    """From a topic's page to its part of the graph, and from there to a work."""
    go(opened, folder, "topics/grokking.html")
    opened.page.get_by_role("link", name="Its part of the graph").click()
    opened.wait("() => document.querySelector('.dg')?.graph != null")
    assert opened.page.url.endswith("graphs/grokking.html")
    opened.ask("() => document.querySelector('.dg').graph.pick('power2022grokking')")
    opened.page.locator(".dg-panel h2 a").click()
    opened.page.wait_for_url("**/works/power2022grokking.html")


def test_markup_in_records_stays_text(browser: Browser, tmp_path: Path) -> None:
    """On its page and among what the search found; nothing runs."""
    from test_site import HOSTILE, hostile_collection

    source, out = tmp_path / "data", tmp_path / "out"
    source.mkdir()
    hostile_collection(source)
    build_site(load(source), out)
    with watched(browser) as found:
        found.page.on("dialog", lambda dialog: found.complaints.append(dialog.message))
        go(found, out, "works/doe2017first.html")
        assert found.page.locator("h1").inner_text() == " ".join(HOSTILE.split())
        go(found, out, "search.html?q=alert")
        found.page.locator("[data-results] .title").first.wait_for()
        assert titles(found)[0] == HOSTILE
        found.page.get_by_role("button", name="Why these").click()
        found.page.locator("#q").fill("img src x onerror")
        named = found.page.locator("[data-named] a")
        named.first.wait_for()
        assert HOSTILE in named.all_inner_texts()
        found.page.locator("#q").fill("<b>zqzqzq</b>")
        found.page.get_by_text("No work matches <b>zqzqzq</b>.").wait_for()
        found.page.locator("#q").fill("<b>onerrors</b> alertt")
        found.page.get_by_role("button", name="<b>onerrors</b> alertt").wait_for()
        assert found.page.locator("b").count() == 0
        assert found.page.locator("img, iframe").count() == 0
        assert found.complaints == []
