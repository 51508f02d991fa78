"""The static site: its pages, its links, its folder, and what no record can do to it."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from functools import partial
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

from dltheory_bib import Bibliography, MissingExtraError, load
from dltheory_bib.cli.main import main
from dltheory_bib.site.build import build_site, make_files
from dltheory_bib.site.folder import MANIFEST, SiteError
from dltheory_bib.site.options import Options
from dltheory_bib.text.names import natural
from helpers.programs import HANG, environment, started
from helpers.records import work

Run = Callable[..., tuple[int, str, str]]

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
BOX = re.compile(r'<pre id="bibtex"[^>]*>(.*?)</pre>', re.DOTALL)
LINK = "javascript:alert(1)"
HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)"> & "it\'s" \'so\''


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line; its exit code, output and messages."""

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        return code, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def documents(pages: dict[str, bytes]) -> dict[str, Document]:
    """Its pages, taken apart once."""
    return {path: Document(text) for path, text in html(pages).items()}


@pytest.fixture
def tea(catalogue_dir: Path) -> Bibliography:
    """A tiny collection of somebody's own."""
    return load(catalogue_dir)


def html(files: dict[str, bytes]) -> dict[str, str]:
    return {path: text.decode() for path, text in files.items() if path.endswith(".html")}


class Document(HTMLParser):
    """A page taken apart; `faults` are tags that do not match, ids that are there twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self.open]
        ids = self.all("id")
        self.faults += [f"id {one} is there twice" for one in set(ids) if ids.count(one) > 1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice")
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes what is not open")

    def handle_data(self, data: str) -> None:
        for tag in self.open[-1:]:
            self.texts[tag] = self.texts.get(tag, "") + data

    def all(self, attribute: str) -> list[str]:
        return [str(found[attribute]) for _, found in self.elements if attribute in found]


def broken_links(
    files: dict[str, bytes], documents: dict[str, Document] | None = None
) -> list[str]:
    """Every link inside the site that leads nowhere, as `page -> link`."""
    documents = documents or {path: Document(text) for path, text in html(files).items()}
    ids = {path: set(one.all("id")) for path, one in documents.items()}
    found = []
    for path, document in documents.items():
        targets = document.all("href") + document.all("src") + document.all("action")
        for _, attributes in document.elements:
            if attributes.get("http-equiv") == "refresh":
                targets.append(str(attributes["content"]).partition("url=")[2])
        for target in targets:
            parts = urlsplit(target)
            if parts.scheme in {"http", "https"}:
                continue
            there = path
            if parts.path:
                there = os.path.normpath(os.path.join(os.path.dirname(path), unquote(parts.path)))  # noqa: PTH118, PTH120 - paths in the site
            anchor = unquote(parts.fragment)
            if parts.scheme or there not in files or (anchor and anchor not in ids[there]):
                found.append(f"{path} -> {target}")
    return found


# What is there


def test_every_link_inside_the_site_leads_somewhere(
    pages: dict[str, bytes], documents: dict[str, Document]
) -> None:
    """From all pages, to pages, files and anchors; all links are relative."""
    assert broken_links(pages, documents) == []


def test_every_page_is_well_formed_html(documents: dict[str, Document]) -> None:
    """Tags match, no attribute and no id is there twice, each page has one heading and a title."""
    faults = {}
    for path, document in documents.items():
        found = document.faults
        if [tag for tag, _ in document.elements].count("h1") != 1:
            found.append("not one h1")
        if not document.texts["title"].strip(" ·"):
            found.append("no title")
        if found:
            faults[path] = found
    assert faults == {}


def test_every_record_has_its_page(pages: dict[str, bytes], catalogue: Bibliography) -> None:
    """Works with JSON and BibTeX, topics, people, trails; venues and years that have works."""
    for key in catalogue.papers:
        assert {f"works/{key}.{kind}" for kind in ("html", "json", "bib")} <= pages.keys()
    assert {f"topics/{one}.html" for one in catalogue.topics} <= pages.keys()
    assert {f"people/{one}.html" for one in catalogue.people} <= pages.keys()
    assert {f"trails/{one}.html" for one in catalogue.trails} <= pages.keys()
    listed = "".join(text for path, text in html(pages).items() if path.startswith("people-"))
    assert all(f'href="people/{one}.html"' in listed for one in catalogue.people)
    assert {f"years/{paper.year}.html" for paper in catalogue} <= pages.keys()
    assert {f"venues/{paper.venue}.html" for paper in catalogue if paper.venue} <= pages.keys()


def test_a_work_page_shows_what_is_known(pages: dict[str, bytes], catalogue: Bibliography) -> None:
    """Annotation, evidence, relations with their sentence, citations, places in reading orders."""
    text = re.sub(r"\s+", " ", pages["works/jin2017escape.html"].decode())
    paper = catalogue["jin2017escape"]
    assert "Annotation checked against the full text" in text
    for tie in catalogue.view("jin2017escape").ties:
        assert f'href="{tie.key}.html"' in text.replace("../works/", "")
    assert paper.relations[0].says[:40] in text
    cited = catalogue.cited_by("jin2017escape").keys
    assert f'<h2 id="cited">Cited by {len(cited)} here</h2>' in text
    assert all(f"../works/{key}.html" in text for key in cited)
    assert "Step 4 of" in text
    assert "@inproceedings{jin2017escape," in text


def test_a_person_s_works_are_the_newest_first_with_all_names(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """Each year once, before its works; of a long list of authors how many more there are."""
    text = pages["people/arora-sanjeev.html"].decode()
    listed = text.partition('<ul class="works dated">')[2].partition("</ul>")[0]
    works = re.findall(r'href="\.\./works/(\w+)\.html"', listed)
    years = [catalogue[key].year for key in works]
    assert sorted(works) == sorted(catalogue.where("author:arora-sanjeev").keys)
    assert years == sorted(years, reverse=True)
    shown = re.findall(r'<span class="year">(\d{4})</span>', listed)
    assert shown == [str(year) for year in dict.fromkeys(years)]
    assert "et al." not in listed
    assert "Sanjeev Arora, Simon S. Du, Wei Hu, Zhiyuan Li, Ruosong Wang · ICML 2019" in listed
    many = next(paper for paper in catalogue if len(paper.author) > 8)
    names = [natural(name) for name in many.author]
    named = f"{', '.join(names[:7])} and {len(names) - 7} more · "
    page = next(page for path, page in html(pages).items() if named in page)
    assert f"../works/{many.key}.html" in page


def test_a_venue_says_what_it_has_of_it_and_each_name_once(pages: dict[str, bytes]) -> None:
    """A selection; names and publishers with their years, a single year as one."""
    colt = pages["venues/colt.html"].decode()
    works = re.search(r"<h2>(\d+ works)</h2>", colt)
    assert works
    assert f"Conference. {works.group(1)} of this collection; not the whole of COLT." in colt
    side = colt.partition("<aside")[2]
    assert "<h2>Names</h2>" not in side
    assert side.count("Omnipress") == 2
    for years in ("2000", "2001–2007", "2008", "2010", "2017–"):
        assert f'<span class="meta">{years}</span>' in side
    names = pages["venues/neurips.html"].decode().partition("<h2>Names</h2>")[2].partition("</ul>")
    assert re.findall(r"<li>(\w+) <", names[0]) == ["NIPS", "NeurIPS"]


def test_a_text_that_was_read_is_named_in_words(pages: dict[str, bytes]) -> None:
    """No path in somebody's repository."""
    text = unescape(pages["works/jacot2018neural.html"].decode())
    assert "a copy of 1806.07572 in the public repository damaru2/ntk" in text
    assert "1806.07572.pdf" not in text.partition("<aside")[0].partition('<div class="main">')[2]


def test_rows_have_the_pdf_of_a_work(pages: dict[str, bytes], catalogue: Bibliography) -> None:
    """Of people, venues and years; arXiv's, if the work is there; none where none is known."""
    for path in ("people/jin-chi.html", "venues/jmlr.html", "years/2017.html"):
        for row in re.findall(r'<li class="work">(.*?)</li>', pages[path].decode(), re.DOTALL):
            key = re.search(r"works/(\w+)\.html", row)
            assert key
            paper = catalogue[key.group(1)]
            shown = re.findall(r'<a href="([^"]+)">PDF</a>', row)
            arxiv = f"https://arxiv.org/pdf/{paper.eprint}" if paper.eprint else paper.pdf
            assert [unescape(one) for one in shown] == ([arxiv] if arxiv else []), paper.key


def test_what_a_work_cites_begins_with_what_to_read_first(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """By level, then by citations here, then the newest; the first eight are in sight."""
    text = pages["works/jacot2018neural.html"].decode()
    for heading, keys in (
        ("cites", catalogue.cites("jacot2018neural").keys),
        ("cited", catalogue.cited_by("jacot2018neural").keys),
    ):
        part = text.partition(f'<h2 id="{heading}">')[2].partition("</section>")[0]
        listed = re.findall(r'class="title" href="\.\./works/(\w+)\.html"', part)
        assert sorted(listed) == sorted(keys)
        ranks = [
            ({"start": 0, "core": 1}.get(paper.level or "", 2), -len(catalogue.cited_by(key)))
            for key in listed
            for paper in [catalogue[key]]
        ]
        assert ranks == sorted(ranks)


def test_every_page_says_how_many_lists_were_read(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """Once, in its foot, as many pages have numbers of citations, and what they count."""
    lists = f"{catalogue.stats().lists_read:,} of {len(catalogue):,} reference lists read"
    for path, page in html(pages).items():
        counts = f"“Cited by … here” counts works of this collection: {lists}."
        assert (counts in page) == ("<footer>" in page), path
        assert page.count(lists) == ("<footer>" in page) or path.startswith("graph"), path


def test_levels_are_explained_where_they_stand(documents: dict[str, Document]) -> None:
    """Every page of works leads to what their levels mean."""
    assert "levels" in documents["data.html"].all("id")
    lists = {"works", "works dated", "works lines"}
    for path, document in documents.items():
        if path.startswith(("people/", "venues/", "years/", "topics/", "index.")):
            explained = any(link.endswith("data.html#levels") for link in document.all("href"))
            assert explained or not lists & set(document.all("class")), path


def test_what_nobody_checked_is_said_to_be_unchecked(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """On the page of every such work that has an annotation."""
    unchecked = [p for p in catalogue if p.checked == "unchecked" and p.summary]
    assert unchecked
    for paper in unchecked:
        assert "Annotation not checked against a text" in pages[f"works/{paper.key}.html"].decode()


def test_another_key_of_a_work_leads_to_it(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """By a refresh without a script, and a canonical link."""
    aliases = [(alias, paper.key) for paper in catalogue for alias in paper.aliases]
    assert aliases
    for alias, key in aliases:
        text = pages[f"works/{alias}.html"].decode()
        assert f'content="0; url=../works/{key}.html"' in text
        assert f'<link rel="canonical" href="../works/{key}.html">' in text


def test_mathematics_is_mathml(pages: dict[str, bytes]) -> None:
    """No dollar sign is left in the annotation, and nothing but MathML Core's elements is made."""
    text = pages["works/jin2017escape.html"].decode()
    annotation = text[text.index('class="annotation"') : text.index('id="relations"')]
    assert "<math>" in annotation
    assert "$" not in annotation


def test_json_of_a_work_is_its_record_with_its_citations(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """The field names are those of the data files; the whole dump holds the same."""
    found = json.loads(pages["works/jin2017escape.json"])
    assert found["author"] == list(catalogue["jin2017escape"].author)
    assert found["cites"] == sorted(catalogue.cites("jin2017escape").keys)
    assert found["cited_by"] == sorted(catalogue.cited_by("jin2017escape").keys)
    everything = json.loads(pages["works.json"])
    assert len(everything) == len(catalogue)
    assert found in everything


def test_bibtex_files_are_what_export_gives(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """For one work, and for all."""
    one = catalogue.some(["garrigaalonso2019deep"]).to_bibtex()
    assert pages["works/garrigaalonso2019deep.bib"].decode() == one
    everything = catalogue.all().sort("key")
    assert pages["works.bib"].decode() == everything.to_bibtex()
    assert pages["works-biblatex.bib"].decode() == everything.to_bibtex(dialect="biblatex")


def test_a_box_has_the_entry_alone(pages: dict[str, bytes], catalogue: Bibliography) -> None:
    """Without the preamble that its file may need, and with the DOI of every work that has one."""
    boxes = {
        paper.key: unescape(found.group(1))
        for paper in catalogue
        if (found := re.search(BOX, pages[f"works/{paper.key}.html"].decode()))
    }
    assert len(boxes) == len(catalogue)
    for paper in catalogue:
        box = boxes[paper.key]
        assert box.startswith("@")
        assert not box.startswith("@preamble")
        assert pages[f"works/{paper.key}.bib"].decode().endswith(box)
        assert paper.doi is None or f"doi = {{{paper.doi}}}" in box


def test_json_ld_names_title_authors_and_year(pages: dict[str, bytes]) -> None:
    """In the terms of schema.org."""
    text = pages["works/jin2017escape.html"].decode()
    found = json.loads(text.partition('ld+json">')[2].partition("</script>")[0])
    assert found["@type"] == "ScholarlyArticle"
    assert found["name"] == "How to Escape Saddle Points Efficiently"
    assert found["@context"] == "https://schema.org"
    assert (found["author"][0]["@type"], found["author"][0]["name"]) == ("Person", "Chi Jin")
    assert (found["datePublished"], found["pagination"]) == ("2017", "1724-1732")


def tags(page: bytes) -> list[tuple[str, str]]:
    """The meta tags of a page that have a name."""
    found = [a for tag, a in Document(page.decode()).elements if tag == "meta"]
    named = [(str(a.get("name") or a.get("property") or ""), str(a.get("content"))) for a in found]
    return [one for one in named if one[0].startswith(("citation_", "og:"))]


def test_a_works_page_has_the_tags_that_reference_managers_read(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """Those of Zotero's translator "Embedded Metadata" and of Google Scholar: of each work the
    title, every author, the year, and where it appeared.
    """
    for paper in catalogue:
        found = tags(pages[f"works/{paper.key}.html"])
        authors = [value for name, value in found if name == "citation_author"]
        assert authors == [name.strip("{}") for name in paper.author]
        values = dict(found)
        assert values["citation_publication_date"] == str(paper.year)
        assert values.get("citation_doi") == paper.doi
        assert values["og:title"] == values["citation_title"] != ""
        assert len(values) + len(authors) - 1 == len(found)
        first, last = values.get("citation_firstpage"), values.get("citation_lastpage")
        assert "-".join(filter(None, (first, last))) == (paper.pages or "")
    values = dict(tags(pages["works/bach2017breaking.html"]))
    assert values["citation_journal_title"] == "Journal of Machine Learning Research"
    assert (values["citation_volume"], values["citation_issue"]) == ("18", "19")
    assert values["citation_pdf_url"].endswith("/papers/volume18/14-546/14-546.pdf")
    values = dict(tags(pages["works/anthony1999neural.html"]))  # a book stands in nothing
    assert values["citation_publisher"] == "Cambridge University Press"
    assert [name for name in values if name.endswith("_title")] == ["citation_title"]


def test_a_reader_reports_an_error_where_the_site_says(tea: Bibliography) -> None:
    """With the key and the page; nowhere if nobody said where."""
    where = "https://example.org/new?title={key}&page={page}"
    files = make_files(tea, Options(base_url="https://x.org/", report_url=where))
    page = files["works/abel1990leaves.html"].decode()
    there = "https://example.org/new?title=abel1990leaves&amp;page="
    assert f'href="{there}https%3A%2F%2Fx.org%2Fworks%2Fabel1990leaves.html"' in page
    assert b"Report an error" not in make_files(tea, Options())["works/abel1990leaves.html"]


def test_each_page_links_to_the_documentation_if_there_is_one(tea: Bibliography) -> None:
    """At an address, or next to the site; without one no link is dead."""
    for url, linked in (
        ("https://example.org/docs/", "https://example.org/docs/"),
        ("docs/index.html", "../docs/index.html"),
        ("../docs/index.html", "../../docs/index.html"),
    ):
        files = make_files(tea, Options(docs_url=url))
        assert (
            f'<a href="{linked}">Documentation</a>' in files["works/abel1990leaves.html"].decode()
        )
        assert f'<a href="{url}">Documentation</a>' in files["index.html"].decode()
    assert ">Documentation<" not in make_files(tea, Options())["index.html"].decode()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/docs/", "my docs", "data:text/html,x"])
def test_only_an_address_leads_to_the_documentation(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No other scheme becomes a link, nor a path that a folder cannot have."""
    assert main(["site", "build", str(tmp_path / "out"), "--docs-url", url]) == 2
    assert f"--docs-url {url!r} is no address" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out").exists()


def test_the_page_for_no_page_leads_back(tea: Bibliography) -> None:
    """Whatever address was asked for, if the site knows its own."""
    page = make_files(tea, Options(base_url="https://x.org/tea/"))["404.html"].decode()
    assert 'href="https://x.org/tea/search.html"' in page
    assert "../" not in page
    assert 'href="search.html"' in make_files(tea, Options())["404.html"].decode()


def test_what_came_since_stands_with_the_summary(pages: dict[str, bytes]) -> None:
    """Who improved, corrected or refuted it, before the reader goes on; what it shows is first."""
    page = pages["works/jin2017escape.html"].decode()
    marks = ('class="annotation"', ">In short<", 'class="lead"', 'class="since"', ">Idea<")
    places = [page.index(mark) for mark in (*marks, 'id="relations"')]
    assert places == sorted(places)
    assert "improved by <a" in page.partition('class="since"')[2].partition("</div>")[0]


def test_the_gravest_of_what_came_since_is_shown_the_rest_folded(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """Refutations first, then corrections, improvements, qualifications; three, the others behind
    how many there are of each kind.
    """
    order = ["refuted by", "corrected by", "improved by", "qualified by"]
    folded = 0
    for key in catalogue.papers:
        said = [tie.phrase for tie in catalogue.view(key).ties if tie.phrase in order]
        since = pages[f"works/{key}.html"].decode().partition('class="since"')[2]
        since = since.partition("</div>")[0]
        shown = re.findall(r"<li>(\w+ by) <a", since)
        assert shown == sorted(said, key=order.index), key
        summary = since.partition("<summary>")[2].partition("</summary>")[0]
        assert len(re.findall("<li>", since.partition("<details>")[0])) == min(3, len(said))
        counts = {kind.lower(): int(many) for kind, many in re.findall(r"(\w+ by) (\d+)", summary)}
        assert counts == Counter(shown[3:]), key
        folded += bool(counts)
    assert folded


def test_a_work_is_known_for_its_best_bounds(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """Those that are best in a setting of their question stand with what it shows; no other work
    claims one.
    """
    best: dict[str, set[str]] = {}
    for question in catalogue.questions:
        for group in catalogue.compare(question).table.groups:
            for row in (row for row in group.rows if row.best_in):
                best.setdefault(row.paper.key, set()).add(f"{question}.html#{row.card.id}")
    assert best
    for key in catalogue.papers:
        page = pages[f"works/{key}.html"].decode()
        known = page.partition('class="known-for"')[2].partition("</ul>")[0]
        found = re.findall(r'href="\.\./questions/([^"]+)"', known)
        assert bool(found) == (key in best), key
        assert set(map(unquote, found)) <= best.get(key, set())
        if found:
            assert page.index('class="lead"') < page.index('class="known-for"')


def test_a_summary_says_whose_words_it_is_and_what_it_was_checked_against(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """Before it, with a link to the evidence below; a work without one has no such label."""
    said = {"full-text": "checked against the full text", "unchecked": "not checked"}
    for paper in catalogue:
        page = pages[f"works/{paper.key}.html"].decode()
        label = page.partition('<div class="by">')[2].partition("</div>")[0]
        assert ("In short" in label) == bool(paper.summary), paper.key
        if label:
            assert "written for this collection" in label
            assert said.get(paper.checked, paper.checked) in label
            assert page.count('id="evidence"') == label.count('href="#evidence"') == 1


def test_the_conditions_of_a_card_and_where_it_was_read_are_folded_away(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """They are there on request; a row that says nothing is not."""
    page = pages["works/jin2017escape.html"].decode()
    cards = catalogue.results_of("jin2017escape")
    assert cards
    shown = page[page.index('id="results"') : page.index('id="relations"')]
    assert shown.count("<summary>Conditions, and where it was read</summary>") == len(cards)
    assert shown.count("<dl") == len(re.findall(r"read</summary>\s*<dl", shown)) == len(cards)
    assert "<dt>Seen in</dt>" not in page
    assert all(b"<dt>Rate</dt><dd>none</dd>" not in page for page in pages.values())


def test_the_feed_lists_what_was_added_last(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """As Atom that parses, newest first, each entry with what RFC 4287 requires."""
    feed = ElementTree.fromstring(pages["feed.xml"])
    space = {"a": "http://www.w3.org/2005/Atom"}
    entries = feed.findall("a:entry", space)
    assert len(entries) == 50
    dates = [entry.findtext("a:updated", "", space) for entry in entries]
    assert dates == sorted(dates, reverse=True)
    assert dates[0][:10] == str(max(paper.added for paper in catalogue if paper.added))
    assert feed.findtext("a:updated", "", space) == dates[0]
    for entry in entries:
        assert all(entry.find(f"a:{name}", space) is not None for name in ("id", "title", "author"))
    assert len({entry.findtext("a:id", "", space) for entry in entries}) == 50


def test_a_sitemap_needs_to_know_where_the_site_stands(tea: Bibliography) -> None:
    """It holds whole addresses, of pages that are no mere redirects."""
    assert "sitemap.xml" not in make_files(tea, Options())
    files = make_files(tea, Options(base_url="https://example.org/tea/"))
    text = files["sitemap.xml"].decode()
    assert "<loc>https://example.org/tea/works/abel1990leaves.html</loc>" in text
    assert "abel1991water" not in text
    assert "404.html" not in text
    assert "basket.html" not in text
    page = files["works/abel1992water.html"].decode()
    assert '<link rel="canonical" href="https://example.org/tea/works/abel1992water.html">' in page


def test_no_page_is_heavier_than_150_kilobytes(
    pages: dict[str, bytes], documents: dict[str, Document]
) -> None:
    """With its style sheet and the scripts it names; the search reads its data when it is used.

    The graph has a test of its own. A page of result
    cards, half of which is formulas, and that of a venue of hundreds of works are as heavy without
    what all pages share.
    """
    heavy = {}
    for path, document in documents.items():
        loaded = [a["src"] for tag, a in document.elements if tag == "script" and "src" in a]
        loaded += [
            a["href"] for _, a in document.elements if a.get("rel") in {"stylesheet", "icon"}
        ]
        weight = len(pages[path])
        weight += sum(len(pages[str(name).removeprefix("../")]) for name in loaded)
        if path.startswith(("questions/", "venues/")):
            weight = len(pages[path])
        if weight > 150_000 and not path.startswith("graph"):
            heavy[path] = weight
    assert heavy == {}


def test_the_graph_is_no_heavier_than_150_kilobytes(
    pages: dict[str, bytes], catalogue: Bibliography
) -> None:
    """As it is sent, compressed, for 2,000 works; nor are the sentences that it loads later."""
    for path in ("graph.html", "assets/graph-sentences.js"):
        weight = len(gzip.compress(pages[path], 9, mtime=0))
        assert weight * max(1, 2_000 / len(catalogue)) < 150_000, path


# What no record can do

# Scripts that hold data: no browser runs them.
DATA_BLOCKS = (
    {"type": "application/ld+json"},
    {"type": "application/json", "class": "dltheory-graph", "data-address": None},
)


def test_nothing_in_a_record_becomes_markup(tmp_path: Path) -> None:
    """Titles, names, notes, topics, venues and trails are text: in HTML, JSON-LD, feed, search."""
    hostile_collection(tmp_path)
    files = make_files(load(tmp_path), Options(title=HOSTILE, base_url="https://example.org/"))
    assert broken_links(files) == []
    for path, text in html(files).items():
        document = Document(text)
        assert document.faults == [], path
        for tag, attributes in document.elements:
            assert tag not in {"img", "iframe", "object", "style", "b"}, path
            assert not any(name.startswith("on") or name == "style" for name in attributes), path
            assert not str(attributes.get("href")).startswith("javascript"), path
            if tag == "script":
                assert "src" in attributes or attributes in DATA_BLOCKS, path
    page = files["works/doe2017first.html"].decode()
    assert Document(page).texts["h1"] == HOSTILE
    assert json.loads(page.partition('ld+json">')[2].partition("</script>")[0])["name"] == HOSTILE
    feed = ElementTree.fromstring(files["feed.xml"])
    assert HOSTILE in [title.text for title in feed.iter("{http://www.w3.org/2005/Atom}title")]
    data = files["assets/search-data.js"].decode()
    read = json.loads(data.removeprefix("dltheory.searchData(").removesuffix(");\n"))
    assert read["works"]["title"][0] == HOSTILE


def test_every_page_has_the_policy_and_nothing_that_breaks_it(
    documents: dict[str, Document],
) -> None:
    """No script or style in the page, no address from which anything would be loaded."""
    for path, document in documents.items():
        elements = document.elements
        policies = [
            a["content"] for _, a in elements if a.get("http-equiv") == "Content-Security-Policy"
        ]
        assert len(policies) == 1, path
        assert str(policies[0]).startswith("default-src 'none'; script-src 'self';"), path
        for tag, attributes in elements:
            assert "style" not in {tag, *attributes}, path
            loaded = attributes.get("src") or (attributes.get("href") if tag == "link" else "")
            assert not str(loaded).startswith(("http", "//", "data:")), path


# The folder


def test_only_what_changed_is_written_again(catalogue_dir: Path, tmp_path: Path) -> None:
    """The second build writes nothing; after a change the pages that show it; stale pages go."""
    out = tmp_path / "out"
    first = build_site(load(catalogue_dir), out)
    assert (first.unchanged, first.removed) == (0, 0)
    written = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    again = build_site(load(catalogue_dir), out)
    assert (again.written, again.unchanged, again.removed) == (0, first.written, 0)
    for name in ("papers.yaml", "people.yaml"):
        text = (catalogue_dir / name).read_text("utf-8").replace("square root", "cube root")
        text = text.replace("ost2004programsiii", "ost2004black")
        (catalogue_dir / name).write_text(text, "utf-8")
    third = build_site(load(catalogue_dir), out)
    assert third.removed == 4  # its page, JSON, BibTeX and citations
    assert 0 < third.written < first.written
    assert not (out / "works/ost2004programsiii.html").exists()
    assert "cube root" in (out / "works/abel1990leaves.html").read_text("utf-8")
    same = out / "people/no-yes.html"
    assert same.stat().st_mtime_ns == written[same]


def test_a_file_that_is_not_the_sites_is_never_touched(tea: Bibliography, tmp_path: Path) -> None:
    """Others may lie in the folder; what the site wrote and somebody changed is left when stale."""
    out = tmp_path / "out"
    build_site(tea, out)
    (out / "CNAME").write_text("tea.example", "utf-8")
    (out / "works/mine.html").write_text("mine", "utf-8")
    (out / "works/abel1990leaves.html").write_text("changed", "utf-8")
    papers = tmp_path / "papers.yaml"
    papers.write_text(work(), "utf-8")
    done = build_site(load(papers), out)
    assert done.kept == ("works/abel1990leaves.html",)
    assert (out / "works/abel1990leaves.html").read_text("utf-8") == "changed"
    assert (out / "CNAME").read_text("utf-8") == "tea.example"
    assert (out / "works/mine.html").read_text("utf-8") == "mine"


def test_a_page_that_was_damaged_is_made_again(tea: Bibliography, tmp_path: Path) -> None:
    """Also where the data are as they were."""
    out = tmp_path / "out"
    build_site(tea, out)
    page = out / "index.html"
    right = page.read_bytes()
    page.write_bytes(b"")
    (out / "works/abel1990leaves.json").unlink()
    assert build_site(tea, out).written == 2
    assert page.read_bytes() == right


def test_a_folder_with_other_things_in_it_is_refused(tea: Bibliography, tmp_path: Path) -> None:
    """Before anything is written; so are a file, and a file in the way of a page."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("mine", "utf-8")
    with pytest.raises(SiteError, match="contains other files"):
        build_site(tea, other)
    assert [path.name for path in other.iterdir()] == ["thesis.tex"]
    with pytest.raises(SiteError, match="is a file"):
        build_site(tea, other / "thesis.tex")
    out = tmp_path / "out"
    build_site(load(_one(tmp_path)), out)
    (out / "works/abel1990leaves.html").write_text("mine", "utf-8")
    with pytest.raises(SiteError, match=r"abel1990leaves\.html was not written by this program"):
        build_site(tea, out)
    assert (out / "works/doe2017first.html").exists()


def hostile_collection(folder: Path) -> None:
    """Files of a collection in which every text is markup, and formulas name attributes."""
    said = json.dumps(HOSTILE)
    formulas = rf"'$\href{{{LINK}}}{{x}}$ $\style{{color:red}}{{y}}$ $a<b$ $\sqrt$'"
    records = {
        "papers": work(
            title=said,
            author=json.dumps(f"{HOSTILE}, Jane"),
            extra=f"""
eprint: '1703.00887'
topics: [markup]
venue: evil
summary: {said}
idea: {formulas}
limits: {said}
checked: abstract
checked_in: {said}
remarks:
  - text: {said}
    by: {said}
    verdict: partly
    comment: {said}
relations:
  - kind: extends
    work: doe2018second
    says: {said}
    where: {said}
versions:
  - kind: workshop
    year: 2016
    title: {said}
    source: {said}
sources:
  - source: {said}
    where: {said}
disagreements:
  - field: year
    value: {said}
    source: {said}
    comment: {said}""",
        )
        + work("doe2018second"),
        "topics": f"""
- id: markup
  label: {said}
  aliases: [{said}]
  definition: {said}
  start:
    - work: doe2017first
      says: {said}
""",
        "venues": f"""
- id: evil
  kind: conference
  periods:
    - short: {said}
      long: {said}
      publisher: {said}
""",
        "trails": f"""
- id: evil
  label: {said}
  description: {said}
  steps:
    - work: doe2017first
      says: {said}
    - work: doe2018second
      says: {said}
""",
    }
    for kind, text in records.items():
        (folder / f"{kind}.yaml").write_text(text, "utf-8")


def _one(folder: Path) -> Path:
    papers = folder / "one.yaml"
    papers.write_text(work(), "utf-8")
    return papers


@pytest.mark.parametrize("name", ["../victim", "/etc/passwd", "works/../../victim", ""])
def test_a_manifest_cannot_reach_outside(tea: Bibliography, tmp_path: Path, name: str) -> None:
    """Whoever wrote it: nothing outside the folder is removed."""
    victim = tmp_path / "victim"
    victim.write_text("mine", "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / MANIFEST).write_text(json.dumps({"fingerprint": "x", "files": {name: "0"}}), "utf-8")
    with pytest.raises(SiteError, match="is outside the folder"):
        build_site(tea, out)
    assert victim.read_text("utf-8") == "mine"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 3, "fingerprint": ""}'])
def test_a_damaged_manifest_is_said_to_be(tea: Bibliography, tmp_path: Path, text: str) -> None:
    """Without it nobody knows which files are the site's."""
    (tmp_path / MANIFEST).write_text(text, "utf-8")
    with pytest.raises(SiteError, match="is damaged"):
        build_site(tea, tmp_path)


def test_a_link_to_another_folder_is_not_followed(tea: Bibliography, tmp_path: Path) -> None:
    """Pages would be written there."""
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    build_site(load(_one(tmp_path)), out)
    elsewhere.mkdir()
    (out / "topics").exists()
    (out / "trails").symlink_to(elsewhere)
    with pytest.raises(SiteError, match="trails was not written by this program"):
        build_site(tea, out)
    assert list(elsewhere.iterdir()) == []


# Collections


def test_a_collection_of_ones_own_is_a_site_of_its_own(tea: Bibliography) -> None:
    """Under its name, without the catalogue's licence, with every link leading somewhere."""
    files = make_files(tea, Options(title="Tea", shipped=False))
    assert broken_links(files) == []
    index = files["index.html"].decode()
    assert "<h1>Tea</h1>" in index
    assert "CC0" not in index
    assert "From leaf to cup" in index


def test_an_empty_collection_makes_a_site(tmp_path: Path) -> None:
    """One that says that it is empty."""
    papers = tmp_path / "papers.yaml"
    papers.write_text("[]\n", "utf-8")
    files = make_files(load(papers), Options(title="Nothing yet", shipped=False))
    assert broken_links(files) == []
    assert "This collection is empty" in files["index.html"].decode()
    assert all(Document(text).faults == [] for text in html(files).values())


def test_keys_with_unusual_characters_have_pages(tmp_path: Path) -> None:
    """What a key may hold is escaped in links, and is the file's name as it stands."""
    papers = tmp_path / "papers.yaml"
    papers.write_text(work("DBLP:conf+x.y_z-1") + work("index"), "utf-8")
    files = make_files(load(papers), Options())
    assert "works/DBLP:conf+x.y_z-1.html" in files
    assert "works/index.html" in files
    assert broken_links(files) == []


# The commands


def test_site_build_says_what_it_wrote(run: Run, catalogue_dir: Path, tmp_path: Path) -> None:
    """Nothing on standard output; the name of the collection is the site's."""
    out = tmp_path / "out"
    code, printed, said = run("--data", str(catalogue_dir), "site", "build", str(out))
    assert (code, printed) == (0, "")
    assert re.search(r"index.html: \d+ files \(\d+ written, 0 unchanged, 0 removed\)", said)
    assert "<h1>tea</h1>" in (out / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    "base",
    ["example.org", "ftp://example.org/", "https://", "https://e.org/a b", "https://e.org/?q"],
)
def test_a_base_that_is_no_whole_address_is_bad_usage(
    run: Run, catalogue_dir: Path, tmp_path: Path, base: str
) -> None:
    """Links are added to it; nothing is written."""
    out = tmp_path / "out"
    code, _, said = run("--data", str(catalogue_dir), "site", "build", str(out), "--base-url", base)
    assert code == 2
    assert "is not an absolute URL; write https://example.org/theory/" in said.replace("\n", " ")
    assert not out.exists()


def test_a_name_that_is_no_text_is_shown_as_it_is(
    run: Run, catalogue_dir: Path, tmp_path: Path
) -> None:
    """Bytes of the command line that are not UTF-8, and control characters."""
    title = "te\udce9 \x1b[1m"
    out = tmp_path / "out"
    data = str(catalogue_dir / "papers.yaml")
    assert run("--data", data, "site", "build", str(out), "--title", title)[0] == 0
    assert "<h1>te\\udce9 \\x1b[1m</h1>" in (out / "index.html").read_text("utf-8")


def test_site_build_refuses_a_foreign_folder_plainly(run: Run, catalogue_dir: Path) -> None:
    """With exit code 1, and one line."""
    code, _, said = run("--data", str(catalogue_dir), "site", "build", str(catalogue_dir))
    assert code == 1
    assert said == (
        f"dltheory: {catalogue_dir} contains other files; name an empty folder, or one that "
        "contains a site\n"
    )


def test_without_its_extra_the_site_names_it(
    tea: Bibliography, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is written."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(
        MissingExtraError, match=r"needs jinja2 and latex2mathml; run: pip install 'jinja2"
    ):
        build_site(tea, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["build", "serve"])
def test_help_of_the_sites_commands_has_examples(run: Run, command: str) -> None:
    """They are commands of a command, which other tests of the help do not see."""
    code, out, _ = run("site", command, "--help")
    assert code == 0
    assert f"Example: dltheory site {command}" in out


def test_site_serve_answers_this_machine_until_ctrl_c(catalogue_dir: Path) -> None:
    """Pages, and nothing else; it stops with a plain word and code 0."""
    with started(
        *(sys.executable, "-m", "dltheory_bib", "--data", str(catalogue_dir)),
        *("site", "serve", "--port", "0"),
        env=environment(),
        stdout=None,
        # Whoever starts the tests in the background has Ctrl-C ignored, and so would the server.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr
        address = re.search(r"http://127\.0\.0\.1:\d+/", process.stderr.readline().decode())
        assert address
        with urllib.request.urlopen(f"{address[0]}works/abel1990leaves.html", timeout=HANG) as page:
            assert b"On Leaves" in page.read()
            assert page.headers["Cache-Control"] == "no-cache"
        for path, host in ((MANIFEST, None), ("works/", None), ("", "evil.example")):
            asked = urllib.request.Request(address[0] + path)
            if host:
                asked.add_header("Host", host)
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(asked, timeout=HANG)
            refused.value.close()
            assert refused.value.code in {404, 421}
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=HANG)
    assert said == b"stopped\n"
    assert process.returncode == 0


def test_a_port_that_is_taken_is_said_to_be(catalogue_dir: Path, run: Run) -> None:
    """With exit code 1 and what to do."""
    from dltheory_bib.site.server import make_server

    with make_server(catalogue_dir, 0) as server:
        port = str(server.server_port)
        code, _, said = run("--data", str(catalogue_dir), "site", "serve", "--port", port)
    assert code == 1
    assert said == (
        f"dltheory: port {port} is in use, or not permitted; choose another with --port\n"
    )
