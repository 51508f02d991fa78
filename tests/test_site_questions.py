"""The site's pages of result cards: their order, permalinks and legend, and what no card can do."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from dltheory_bib import Bibliography, load
from dltheory_bib.cli.main import main
from dltheory_bib.display.bound_chart import panels_of
from dltheory_bib.site.build import make_files
from dltheory_bib.site.folder import Folder
from dltheory_bib.site.options import Options
from dltheory_bib.site.page_charts import HEIGHT, WIDTH, progress
from helpers.browser import chromium, watched
from helpers.records import work
from test_site import HOSTILE, LINK, Document, broken_links, html

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def documents(catalogue: Bibliography, pages: dict[str, bytes]) -> dict[str, Document]:
    """The page of each question, taken apart."""
    return {
        name: Document(pages[f"questions/{name}.html"].decode()) for name in catalogue.questions
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def cards(document: Document) -> list[str]:
    """The ids of the cards, in the order of the page."""
    return [str(given["id"]) for tag, given in document.elements if tag == "tbody"]


def test_the_cards_stand_in_the_computed_order(
    catalogue: Bibliography, documents: dict[str, Document]
) -> None:
    """Without a script as well; each once."""
    for name, document in documents.items():
        assert cards(document) == [card.id for card in catalogue.compare(name).cards]
        assert document.faults == []


def test_what_is_best_in_a_setting_is_marked(
    catalogue: Bibliography, pages: dict[str, bytes]
) -> None:
    """And nothing else is."""
    for name in catalogue.questions:
        parts = pages[f"questions/{name}.html"].decode().split("<tbody id=")[1:]
        marked = [part.split('"')[1] for part in parts if 'aria-label="best in a setting"' in part]
        assert marked == [card.id for card in catalogue.compare(name).best]


def test_a_column_is_sorted_by_what_it_says(catalogue_dir: Path) -> None:
    """The bound by rank, the year by number, names by alphabet; what says nothing has no place."""
    page = make_files(load(catalogue_dir), Options())["questions/steeping-time.html"].decode()
    table = page.partition("Upper bounds on minutes")[2].partition("<table")[2].split("</table")[0]
    places = [one.split() for one in re.findall(r'data-orders="([^"]+)"', table)]
    heads = re.findall(r'<th scope="col">(\w+)', table)
    assert heads == ["Bound", "Work", "Year", "Method", "Holds"]
    assert [row[0] for row in places] == ["0", "1", "2"]
    assert [row[2] for row in places] == ["2001", "1992", "1990"]
    assert [row[3] for row in places] == ["1", "0", "2"]  # Steeping twice, Soft water, Waiting
    assert [row[4] for row in places] == ["1", "1", "0"]  # surely is the strongest
    stirs = page.rpartition("Upper bounds on stirs")[2].partition("<tbody")[2]
    assert 'data-orders="- ' in stirs  # a bound that cannot be compared


def test_every_card_has_a_permalink_and_stands_with_its_work(
    catalogue: Bibliography, pages: dict[str, bytes], documents: dict[str, Document]
) -> None:
    """The work's page links to the card among the others, and that to the work's page."""
    for name, card in catalogue.results.items():
        assert name in cards(documents[card.question])
        key = catalogue.key(card.work)
        page = Document(pages[f"works/{key}.html"].decode())
        links = [unquote(one) for one in page.all("href")]
        assert f"../questions/{card.question}.html#{name}" in links
        assert name in page.all("id")
        assert f"../works/{key}.html" in documents[card.question].all("href")


def test_the_legend_says_every_assumption_in_words(
    catalogue: Bibliography, pages: dict[str, bytes], documents: dict[str, Document]
) -> None:
    """Each card says what it assumes, what of it is supposed, and what was not read; the legend
    defines just that.
    """
    for name, document in documents.items():
        told = {one for one in document.all("id") if one.startswith("_")}
        cards = catalogue.compare(name).cards
        needed = {f"_{one}" for card in cards for one in (*card.assumptions, *card.supposed)}
        assert told == needed
        page = pages[f"questions/{name}.html"].decode()
        legend = page.partition('<dl class="legend">')[2].partition("</dl>")[0]
        labels = re.findall(r"<dt[^>]*>(.*?)</dt>", legend)
        assert len(labels) == len(needed)
        for card in cards:
            shown = page.partition(f'<tbody id="{card.id}" ')[2].partition("</tbody>")[0]
            said = re.findall(r"<li>(.*?)</li>", shown)
            assert len(said) == len(card.assumptions) + len(card.supposed) + len(card.unknown)
            assert sum(one.endswith(" (supposed)") for one in said) == len(card.supposed)
            assert sum(one.endswith(" not read") for one in said) == len(card.unknown)
            read = {one.removesuffix(" (supposed)") for one in said if " not read" not in one}
            assert read <= set(labels)


def test_a_card_says_what_it_improves(catalogue: Bibliography, pages: dict[str, bytes]) -> None:
    """And by how much."""
    page = pages["questions/second-order-stationary.html"].decode()
    claims = [card for card in catalogue.results.values() if card.improves]
    here = [card for card in claims if card.question == "second-order-stationary"]
    assert len(here) > 10
    for card in here:
        shown = page.partition(f'<tbody id="{card.id}" ')[2].partition("</tbody>")[0]
        assert [claim.card for claim in card.improves] == re.findall(
            r'Improves <a href="#([^"]+)"', shown
        )
    shown = page.partition('<tbody id="fang2018spider-online" ')[2].partition("</tbody>")[0]
    assert "exponent of ε: −3.5 → −3" in shown


def test_what_is_best_by_setting_can_be_read_without_a_script(
    catalogue: Bibliography, pages: dict[str, bytes]
) -> None:
    """For each setting that a question lists, as `compare` says."""
    for name, question in catalogue.questions.items():
        page = pages[f"questions/{name}.html"].decode()
        known = page.partition("data-frontiers>")[2].partition("<script")[0]
        parts = known.split("<section>")[1:]
        assert len(parts) >= len(question.settings)
        for setting, part in zip(question.settings, parts, strict=False):
            shown = part.partition("<ul>")[2].partition("</ul>")[0].split("<li>")[1:]
            starred = [
                unquote(re.findall(r'href="#([^"]+)"', one)[0]) for one in shown if "★" in one
            ]
            best = catalogue.compare(name, setting=setting.id, best=True)
            assert sorted(starred) == sorted(card.id for card in best.cards)


def test_a_card_says_where_it_was_read(pages: dict[str, bytes]) -> None:
    """The place, and what it was checked against if that was not the full text."""
    page = pages["questions/second-order-stationary.html"].decode()
    assert "arXiv 1703.00887v1, Theorem 3</small>" in page
    assert "Cards were checked against the full text, except where another text is named." in page
    page = pages["questions/first-order-stationary.html"].decode()
    assert "ICML 2017, abstract; checked against the abstract</small>" in page


def test_the_picture_has_a_mark_for_each_card_that_it_can_show(catalogue: Bibliography) -> None:
    """Of the quantity with most cards: no two at one place, none outside, the line falls."""
    for name in catalogue.questions:
        table = catalogue.compare(name).table
        drawn = progress(table)
        if drawn is None:
            assert not table.frontiers, name
            continue
        places = [(mark.x, mark.y) for mark in drawn.marks]
        assert len(set(places)) == len(places) >= 3
        assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in places)
        assert {mark.card for mark in drawn.marks} <= set(catalogue.results)
        path = next(path for kind, path in drawn.lines if kind == "upper")
        heights = [float(one) for one in re.findall(r"V([\d.]+)", path)]
        assert heights == sorted(heights)  # smaller is better: down the page


def test_a_power_without_a_height_is_not_drawn(catalogue: Bibliography) -> None:
    """Of d to the power k-1 no number is known, and of a constant accuracy none is meant."""
    table = catalogue.compare("index-models").table
    (powers,) = panels_of(table._replace(frontiers=table.frontiers[-1:]), symbol="d")
    assert {point.card for point in powers.points} == {
        "chen2020learning-upper",
        "damian2022neural-upper",
        "damian2022neural-transfer",
    }
    (accuracy,) = panels_of(table._replace(frontiers=table.frontiers[-1:]), symbol="eps")
    assert "abbe2023sgd-monomial" not in {point.card for point in accuracy.points}


def test_a_terminal_explains_parameters_of_exponents(
    catalogue: Bibliography,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those that the printed bounds contain, beside the symbols."""
    assert {one.id for one in catalogue.compare("index-models").table.question.ratios} >= {"g", "k"}
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["compare", "index-models"]) == 0
    legend = capsys.readouterr().out.splitlines()[1]
    assert "k information exponent of the link" in legend
    assert "degree of the target" not in legend


def test_what_did_not_change_is_not_drawn(catalogue_dir: Path) -> None:
    """Cards that say something in words have no exponent."""
    assert progress(load(catalogue_dir).compare("cup-material").table) is None


def test_the_list_has_every_question(catalogue: Bibliography, pages: dict[str, bytes]) -> None:
    """With its definition and its numbers, and every page leads there."""
    page = pages["questions.html"].decode()
    for name in catalogue.questions:
        many = len(catalogue.compare(name))
        entry = page.partition(f'"questions/{name}.html"')[2].partition("</section>")[0]
        assert f"{many} cards of " in entry
        assert "<p>" in entry
    assert '<a href="questions.html">Results</a>' in pages["index.html"].decode()
    assert '<a href="../questions.html">Results</a>' in pages["topics/ntk.html"].decode()


def test_without_cards_there_is_no_page_of_them(tmp_path: Path) -> None:
    """And nothing leads to one."""
    (tmp_path / "papers.yaml").write_text(work(), "utf-8")
    files = make_files(load(tmp_path), Options())
    shown = [path for path in files if not path.startswith("assets/")]
    assert [path for path in shown if "question" in path] == []
    assert broken_links(files) == []
    assert all("questions.html" not in text for text in html(files).values())


def test_a_question_without_cards_says_so(catalogue_dir: Path) -> None:
    """Among others that have some."""
    results = (catalogue_dir / "results.yaml").read_text("utf-8")
    kept = [part for part in results.split("\n\n") if "cup-material" not in part]
    (catalogue_dir / "results.yaml").write_text("\n\n".join(kept), "utf-8")
    files = make_files(load(catalogue_dir), Options())
    assert broken_links(files) == []
    assert "No card answers it yet." in files["questions/cup-material.html"].decode()
    assert "0 cards of 0 works" in files["questions.html"].decode()


def test_nothing_on_a_card_becomes_markup(tmp_path: Path) -> None:
    """Labels, definitions, statements, values and formulas are text."""
    hostile_cards(tmp_path)
    files = make_files(load(tmp_path), Options())
    assert broken_links(files) == []
    shown = ["questions.html", "questions/bounded.html", "questions/told.html"]
    for path in [*shown, "works/doe2017first.html"]:
        text = files[path].decode()
        document = Document(text)
        assert document.faults == [], path
        assert "alert(1)" in text
        for tag, attributes in document.elements:
            assert tag not in {"img", "iframe", "object", "style"}, path
            assert not any(name.startswith("on") or name == "style" for name in attributes), path
            assert not str(attributes.get("href")).startswith("javascript"), path
            if tag == "script":
                assert "src" in attributes or attributes == {"type": "application/ld+json"}, path
    assert Document(files["questions/told.html"].decode()).texts["h1"] == HOSTILE


def hostile_cards(folder: Path) -> None:
    """Questions, assumptions and cards in which every text is markup."""
    said = json.dumps(HOSTILE)
    formula = rf"'\href{{{LINK}}}{{x}}<b>\style{{color:red}}{{y}}'"
    common = f"""
  work: doe2017first
  assumptions: [evil]
  holds: surely
  method: {said}
  statement: {said}
  version: {said}
  where: {said}
  read_in: {said}
  checked: full-text
  note: {said}
  model:
    depth: {said}
"""
    files = {
        "papers": work(),
        "assumptions": f"""
- id: evil
  label: {said}
  about: problem
  definition: {said}
""",
        "questions": f"""
- id: bounded
  label: {said}
  aliases: [{said}]
  definition: {said}
  quantities:
    - id: calls
      label: {said}
      meaning: {said}
  symbols:
    - id: eps
      tex: {formula}
      meaning: {said}
      extreme: zero

- id: told
  label: {said}
  definition: {said}
  columns:
    - id: bound
      label: {said}
      meaning: {said}
""",
        "results": f"""
- id: doe2017first-better
  question: bounded
  quantity: calls
  kind: upper
  bound:
    - {{eps: -1}}
  bound_tex: {formula}
  improves:
    - card: doe2017first-bound
      says: {said}{common}
- id: doe2017first-bound
  question: bounded
  quantity: calls
  kind: upper
  bound:
    - {{eps: -2}}{common}
- id: doe2017first-told
  question: told
  kind: statement
  values:
    bound: {said}{common}""",
    }
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text.lstrip(), "utf-8")


# In a browser


def test_a_click_on_a_head_sorts(
    browser: Browser, pages: dict[str, bytes], catalogue: Bibliography, tmp_path: Path
) -> None:
    """Up, then down, and by the bound back to what was computed; the head says which."""
    Folder(tmp_path / "out").update(pages, "test")
    name = "second-order-stationary"
    group = catalogue.compare(name).table.groups[2]
    years = [row.paper.year for row in group.rows]
    assert years != sorted(years)
    with watched(browser) as found:
        found.page.goto((tmp_path / "out" / "questions" / f"{name}.html").as_uri())
        table = found.page.locator("table.compare").nth(2)
        shown = "t => [...t.tBodies].map(row => row.id)"
        head = table.get_by_role("columnheader", name="Year")
        for direction, sign in (("ascending", 1), ("descending", -1)):
            head.get_by_role("button").click()
            assert head.get_attribute("aria-sort") == direction
            expected = sorted(group.rows, key=lambda row: sign * row.paper.year)
            assert table.evaluate(shown) == [row.card.id for row in expected]
        table.get_by_role("button", name="Bound").click()
        assert table.evaluate(shown) == [row.card.id for row in group.rows]
        assert head.get_attribute("aria-sort") is None
        assert found.complaints == []


def questions_with_settings(catalogue: Bibliography) -> list[str]:
    return [name for name, one in catalogue.questions.items() if one.settings]


def drawn_settings(catalogue: Bibliography, name: str, many: int) -> list[dict[str, Any]]:
    """Seeded settings of a question, with years and methods, as its page asks for them."""
    table = catalogue.compare(name).table
    rows = [row for group in table.groups for row in group.rows if row.ranked]
    known = sorted(one.id for one in table.legend.values())
    abouts = sorted({f"any-{one.about}" for one in table.legend.values()})
    made = []
    for seed in range(many):
        draw = random.Random(f"{name} {seed}")
        assume = draw.sample(known, draw.randint(0, min(12, len(known))))
        assume += draw.sample(abouts, draw.choice([0, 0, 1, 3]))
        if draw.random() < 0.6:
            assume += draw.choice(catalogue.questions[name].settings).assumptions
        drop = draw.sample(known, draw.choice([0, 0, 1, 2]) if assume else draw.randint(1, 3))
        asked: dict[str, Any] = {"assume": assume, "drop": drop}
        if draw.random() < 0.3:
            asked["until"] = draw.choice(rows).paper.year
        if draw.random() < 0.3:
            asked["method"] = draw.choice(
                ["SGD", "gradient descent", "adam", *filter(None, (r.card.method for r in rows))]
            )
        made.append(asked)
    return made


ANSWERED = "() => !document.querySelector('[data-setting][aria-busy]')"
ANSWER = """asked => {
  const { answer, gap, question } = dltheory;
  return asked.map(one => {
    const found = answer(question, one);
    const id = place => question.cards[place].id;
    const quantities = [...new Set(question.cards.map(card => card.quantity))];
    return {
      standing: Object.fromEntries([...found.standing].map(([n, name]) => [id(n), name])),
      may: found.may.map(id).sort(),
      missing: Object.fromEntries([...found.missing].map(([n, names]) => [id(n), names])),
      gaps: Object.fromEntries(quantities.map(name => {
        const met = gap(name, found);
        return [name, [met.name, met.cards.map(id).sort()]];
      })),
    };
  });
}"""


def test_the_page_finds_the_frontier_that_python_finds(
    browser: Browser, pages: dict[str, bytes], catalogue: Bibliography, tmp_path: Path
) -> None:
    """In 500 seeded settings: which cards apply, how they stand, what others need, the gap."""
    Folder(tmp_path / "out").update(pages, "test")
    names = questions_with_settings(catalogue)
    each = -(-500 // len(names))
    seen, words = 0, set()
    for name in names:
        asked = drawn_settings(catalogue, name, each)
        with watched(browser) as found:
            found.page.goto((tmp_path / "out" / "questions" / f"{name}.html").as_uri())
            found.page.locator("[data-setting]").hover()
            found.wait("Boolean(globalThis.dltheory?.answer && dltheory.question)")
            answers = found.ask(ANSWER, asked)
            assert found.complaints == []
        for one, given in zip(asked, answers, strict=True):
            until = one.get("until")
            wanted = catalogue.compare(
                name,
                assume=one["assume"],
                drop=one["drop"],
                year=f"..{until}" if until else "",
                method=one.get("method", ""),
            )
            assert given["standing"] == wanted.standings, one
            assert given["may"] == sorted(wanted.may_apply), one
            assert given["missing"] == wanted.missing, one
            for group in wanted.table.groups:
                if group.gap:
                    assert given["gaps"][group.quantity] == [group.gap, sorted(group.lower)], one
                    words.add(group.gap)
            seen += len(wanted.standings)
    assert seen > 2_000
    assert len(words) >= 3


def test_a_reader_chooses_a_setting_and_hands_it_on(
    browser: Browser, pages: dict[str, bytes], catalogue: Bibliography, tmp_path: Path
) -> None:
    """By clicks; the address opened elsewhere shows the same; what is shown is what is asked."""
    Folder(tmp_path / "out").update(pages, "test")
    name = "second-order-stationary"
    address = (tmp_path / "out" / "questions" / f"{name}.html").as_uri()
    shown = "() => [...document.querySelectorAll('.shelf tbody:not([hidden])')].map(e => e.id)"
    with watched(browser) as found:
        page = found.page
        page.goto(address)
        assert page.locator("[data-outcome]").is_hidden()
        assert len(found.ask(shown)) == len(catalogue.compare(name))
        setting = catalogue.questions[name].settings[3]
        page.get_by_role("button", name=setting.label, exact=True).click()
        found.wait(ANSWERED)
        wanted = catalogue.compare(name, setting=setting.id)
        assert sorted(found.ask(shown)) == sorted([*wanted.standings, *wanted.may_apply])
        page.get_by_label("Without").select_option("bounded-variance")
        wanted = catalogue.compare(name, setting=setting.id, drop=["bounded-variance"])
        assert sorted(found.ask(shown)) == sorted([*wanted.standings, *wanted.may_apply])
        said = page.locator("[data-outcome]").inner_text()
        command = f"dltheory compare {name} --setting {setting.id} --drop bounded-variance"
        assert command in said
        here = page.url
        assert here.endswith(f"?setting={setting.id}&drop=bounded-variance")
        with watched(browser, width=390) as other:
            other.page.goto(here)
            other.wait(ANSWERED)
            assert other.page.locator("[data-outcome]").inner_text() == said
            assert other.ask("() => document.documentElement.scrollWidth") == 390
            assert other.complaints == []
        page.get_by_role("button", name="take away: bounded variance").click()
        page.get_by_role("button", name="All cards").click()
        assert len(found.ask(shown)) == len(catalogue.compare(name))
        assert found.complaints == []


def test_a_setting_without_cards_names_the_nearest(
    browser: Browser, pages: dict[str, bytes], tmp_path: Path
) -> None:
    """And a card that the address names is shown though it does not apply."""
    Folder(tmp_path / "out").update(pages, "test")
    address = (tmp_path / "out" / "questions" / "second-order-stationary.html").as_uri()
    with watched(browser) as found:
        found.page.goto(
            f"{address}?assume=convex-after-all,lipschitz-hessian&year=x#jin2017escape-pgd"
        )
        found.wait(ANSWERED)
        said = found.page.locator("[data-outcome]").inner_text()
        assert "No card assumes so little." in said
        assert "needs Full gradients" in said or "needs " in said
        assert found.page.locator("[id='jin2017escape-pgd']").is_visible()
        assert found.complaints == []


def test_a_note_on_a_card_is_shown_if_asked(
    browser: Browser, pages: dict[str, bytes], catalogue: Bibliography, tmp_path: Path
) -> None:
    """Below the card, also after its setting was asked; cards without a note offer none."""
    Folder(tmp_path / "out").update(pages, "test")
    name = "first-order-stationary"
    noted = [card for card in catalogue.compare(name).cards if card.note]
    card, told = next((one, one.note) for one in noted if one.note and "$" not in one.note)
    with watched(browser) as found:
        page = found.page
        page.goto((tmp_path / "out" / "questions" / f"{name}.html").as_uri())
        page.locator("[data-setting]").hover()
        found.wait("Boolean(globalThis.dltheory?.answer && dltheory.question)")
        assert page.get_by_role("button", name="note", exact=True).count() == len(noted)
        body = page.locator(f"[id='{card.id}']")
        button = body.get_by_role("button", name="note", exact=True)
        assert body.get_by_text(told).count() == 0
        button.click()
        body.get_by_text(told).wait_for()
        assert button.get_attribute("aria-expanded") == "true"
        button.click()
        body.get_by_text(told).wait_for(state="hidden")
        assert found.complaints == []


def test_without_a_script_the_works_tell_the_notes(
    catalogue: Bibliography, pages: dict[str, bytes]
) -> None:
    """Which the page of the question says."""
    for name in catalogue.questions:
        notes = [card for card in catalogue.compare(name).cards if card.note]
        page = pages[f"questions/{name}.html"].decode()
        said = "<noscript> The page of a work also has the notes on its cards.</noscript>"
        assert (said in page) == bool(notes)
        assert page.count(" data-note>") == len(notes)
        for card in notes:
            told = pages[f"works/{catalogue.key(card.work)}.html"].decode()
            told = told.partition(f'<li id="{card.id}">')[2].partition("</li>")[0]
            assert "<dt>Note</dt>" in told


def test_without_a_script_no_head_is_a_button(
    browser: Browser, pages: dict[str, bytes], tmp_path: Path
) -> None:
    """The tables are there, as they were computed."""
    Folder(tmp_path / "out").update(pages, "test")
    with watched(browser, java_script_enabled=False) as found:
        found.page.goto((tmp_path / "out" / "questions" / "width-overparam.html").as_uri())
        assert found.page.get_by_role("button").count() == 0
        assert found.page.locator("[data-setting]").is_hidden()
        assert found.page.locator("thead").first.is_visible()
