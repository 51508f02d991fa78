"""The page "Paste your draft": Python reviews a draft in the browser, and mends its .bib."""

from __future__ import annotations

import base64
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import axe_playwright_python
import pytest

from dltheory_bib import Bibliography, load
from dltheory_bib.bibfile.bib_parser import read_bib
from dltheory_bib.bibfile.fix.fixer import fix
from dltheory_bib.manuscript.cited_works import cite
from dltheory_bib.manuscript.draft_review import DraftOptions, review
from dltheory_bib.manuscript.manuscript import read_manuscript
from dltheory_bib.site.build import build_site
from dltheory_bib.site.draft_engine import Engine, read_engine
from dltheory_bib.site.folder import Folder, SiteError
from dltheory_bib.site.options import Options
from dltheory_bib.site.server import make_server
from helpers import refstyles
from helpers.browser import Watched, chromium, watched
from helpers.budget import SOAK

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Download

pytestmark = pytest.mark.slow

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
ENGINE = Path(sys.prefix) / "draft-engine"
"""Where `make draft-engine` puts Pyodide."""
ANSWERED = """() => {
  const page = document.querySelector('[data-draft]');
  const said = page.querySelector('[data-said]').textContent;
  return !page.hasAttribute('aria-busy') && said && !said.endsWith('…');
}"""
READY = "() => !document.querySelector('[data-draft]').hidden"
SHOWN = """() => Object.fromEntries(
  [...document.querySelectorAll('[data-answer] section')].map((one) => [
    one.querySelector('h2').firstChild.textContent.trim(),
    [...one.querySelectorAll('ul.works > li')].map((row) => row.textContent),
  ]),
)"""
REFS = r"""% my references
@article{du, title={Gradient Descent Provably Optimizes Over-parameterized Neural Networks},
  author={Simon S. Du and Xiyu Zhai and Barnabas Poczos and Aarti Singh},
  journal={arXiv preprint arXiv:1810.02054}, year={2018}}

@inproceedings{jin,
  author = {Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M. and
    Jordan, Michael I.},
  title = {How to Escape Saddle Points Efficiently}, booktitle = {ICML}, year = {2016}}

@misc{own, title={A Title of my Own <script>alert(1)</script>}, author={M{\"u}ller, Ä.}, year=2020}
@article{broken, title = {x
"""
TITLES = """How to Escape Saddle Points Efficiently
Neural Tangent Kernel: Convergence and Generalization in Neural Networks
A title that nobody ever gave to anything at all
<img src=x onerror=alert(1)> hello there everybody
"""
TEX = r"""\documentclass{article}
\begin{document}
As \cite{jin2017escape,own} show, and \citet{jacot2018neural}; \cite{nobody2099}.
\bibliography{refs}
\end{document}
"""


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Pyodide, if this machine has it: it is no part of this package."""
    try:
        return read_engine(ENGINE)
    except SiteError:
        pytest.skip("needs Pyodide: make draft-engine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def folder(
    engine: Engine,
    pages: dict[str, bytes],
    catalogue: Bibliography,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The shipped catalogue's site, with the engine, in a folder whose name needs escaping."""
    assert engine
    from dltheory_bib.site.draft_page import draft_page
    from dltheory_bib.site.renderer import Renderer
    from dltheory_bib.site.site_data import Contents

    contents = Contents(catalogue, Options(draft_engine=ENGINE))
    path = tmp_path_factory.mktemp("a site #1 of 50%")
    Folder(path).update({**pages, **dict(draft_page(contents, Renderer(contents)))}, "test")
    return path


@pytest.fixture(scope="module")
def started(browser: Browser, folder: Path) -> Iterator[Watched]:
    """One page for many drafts: Python starts once."""
    with watched(browser, accept_downloads=True) as found:
        open_page(found, folder)
        yield found
    check_watched(found, folder)


def check_watched(found: Watched, folder: Path) -> None:
    assert found.complaints == []
    outside = [one for one in found.requests if not one.startswith(folder.as_uri())]
    assert [one for one in outside if not one.startswith("blob:")] == []


def open_page(found: Watched, folder: Path) -> None:
    found.page.goto(f"{folder.as_uri()}/draft.html")
    found.wait(READY)


def give(found: Watched, **files: bytes) -> dict[str, list[str]]:
    """Choose these files, and no other; return what is shown, by heading."""
    found.page.fill("#draft-text", "")
    while found.page.locator("[data-files] button").count():
        found.page.locator("[data-files] button").first.click()
        found.wait(ANSWERED)
    named = {name.replace("_", "."): content for name, content in files.items()}
    given = [
        {"name": name, "mimeType": "text/plain", "buffer": content}
        for name, content in named.items()
    ]
    found.page.set_input_files("#draft-files", given)  # type: ignore[arg-type]
    found.wait(
        "(count) => document.querySelectorAll('[data-files] li').length === count", len(named)
    )
    found.wait(ANSWERED)
    shown: dict[str, list[str]] = found.ask(SHOWN)
    return shown


def said(found: Watched) -> str:
    return str(found.ask("document.querySelector('[data-said]').textContent"))


def drop(found: Watched, name: str, content: bytes) -> None:
    """Drop a file onto the page, as from a file manager."""
    found.ask(
        """([name, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], name));
          const how = { dataTransfer: data, bubbles: true, cancelable: true };
          document.querySelector('[data-drop]').dispatchEvent(new DragEvent('drop', how));
        }""",
        [name, list(content)],
    )
    found.wait("() => document.querySelectorAll('[data-files] li').length > 0")
    found.wait(ANSWERED)


def saved(found: Watched, name: str) -> bytes:
    with found.page.expect_download() as download:
        found.page.click(f'[data-save="{name}"]')
    made: Download = download.value
    assert made.suggested_filename == name
    return Path(made.path()).read_bytes()


def mended(bib: Bibliography, path: Path, **options: Any) -> bytes:
    """What `dltheory fix FILE --write` writes."""
    file = read_bib(path)
    return file.encode(fix(bib, file, **options).text)


def test_a_dropped_bib_is_mended_as_fix_mends_it(
    browser: Browser, folder: Path, catalogue: Bibliography, tmp_path: Path
) -> None:
    path = tmp_path / "refs.bib"
    path.write_text(REFS, "utf-8")
    with watched(browser, accept_downloads=True) as found:
        open_page(found, folder)
        assert [one for one in found.requests if "/draft/py" in one] == []
        drop(found, "refs.bib", path.read_bytes())
        assert saved(found, "refs.bib") == mended(catalogue, path) != path.read_bytes()
        shown = found.ask(SHOWN)
        assert "refs.bib, line 2 du: " in shown["Published since"][0]
        links = "[...document.querySelectorAll('[data-answer] a.title')].map((one) => one.href)"
        for link in found.ask(links):
            assert link.startswith(folder.as_uri())
            assert (folder / "works" / link.split("/")[-1]).is_file()
        assert any("<script>alert(1)</script>" in row for row in shown["Not in this collection"])
        assert found.ask("localStorage.length") == 0
    check_watched(found, folder)


def test_a_manuscript_and_its_bib_are_read_together(
    started: Watched, catalogue: Bibliography, tmp_path: Path
) -> None:
    main, refs = tmp_path / "main.tex", tmp_path / "refs.bib"
    main.write_text(TEX, "utf-8")
    refs.write_text(REFS, "utf-8")
    shown = give(started, main_tex=main.read_bytes(), refs_bib=refs.read_bytes())
    assert saved(started, "refs.bib") == mended(catalogue, refs)
    cited = cite(catalogue, read_manuscript(main), [read_bib(refs)])
    assert saved(started, "main-cited.bib") == cited.text.encode()
    others = " ".join(shown["What else to check"])
    assert "nobody2099 is cited, but no .bib file contains it" in others
    assert any("jacot2018neural" in row for row in shown["Works that are here"])
    shown = give(started, main_tex=main.read_bytes())
    assert shown["Notes"] == ["main.tex names refs.bib, which is not among these files; add it"]


def test_a_list_of_titles_is_pasted(started: Watched, catalogue: Bibliography) -> None:
    give(started)
    started.page.fill("#draft-text", TITLES)
    started.page.click("[data-form] button")
    started.wait("() => document.querySelectorAll('[data-answer] section').length > 0")
    started.wait(ANSWERED)
    shown = started.ask(SHOWN)
    assert len(shown["Works that are here"]) == 2
    assert "To save" not in shown
    assert any("onerror=alert(1)" in row for row in shown["Not recognised"])
    assert started.ask("document.querySelectorAll('[data-answer] img').length") == 0
    keys = ["jin2017escape", "jacot2018neural"]
    way = [key for key in catalogue.way_to(keys).keys if key not in keys]
    links = "[...document.querySelectorAll('[data-answer] section')].map((one) => "
    links += "[...one.querySelectorAll('a.title')].map((link) => link.href))"
    shown_links = [one.split("/")[-1] for group in started.ask(links) for one in group]
    assert [f"{key}.html" for key in way] == shown_links[: len(way)]
    assert said(started) == "2 works of this collection; 2 not in it."


@pytest.mark.parametrize(
    ("name", "content", "heading", "text"),
    [
        ("empty_bib", b"", "Notes", "empty.bib: contains no entry"),
        ("zero_bib", b"@misc{a,\0}", "Not read", "zero.bib:1:9: error: contains a null byte"),
        ("half_bib", b"\xff\xfea\x00\x00\xd8", "Not read", "half a character is missing"),
        ("nothing_txt", b"\n\n", "Notes", "nothing.txt: contains no work"),
    ],
)
def test_an_empty_or_broken_file_is_told(
    started: Watched, name: str, content: bytes, heading: str, text: str
) -> None:
    shown = give(started, **{name: content})
    assert text in shown[heading][0]
    assert started.page.locator("[data-save]").count() == 0


def test_too_large_a_file_is_left_to_the_terminal(started: Watched) -> None:
    assert give(started, large_bib=b"@misc{a, title={b}}\n" * 110_000) == {}
    expected = "More than 2 MB is too much for a page; in a terminal: dltheory fix large.bib"
    assert said(started) == expected


def test_hostile_names_and_texts_stay_text(started: Watched) -> None:
    name = "<img src=x onerror=alert(1)>.bib"
    shown = give(started, **{name: b"@misc{<b>,title={</script><script>alert(1)</script>}}"})
    assert "</script><script>alert(1)</script>" in shown["Not in this collection"][0]
    assert shown["To save"][0].startswith(f"Save {name}")
    assert started.ask("document.querySelectorAll('main img, main script, main b').length") == 0


def test_options_change_the_mended_file(
    started: Watched, catalogue: Bibliography, tmp_path: Path
) -> None:
    path = tmp_path / "refs.bib"
    path.write_text(REFS, "utf-8")
    give(started, refs_bib=path.read_bytes())
    started.page.click("[data-form] summary")
    started.page.check("#keep-preprint")
    started.wait(ANSWERED)
    started.page.select_option("#venues", "long")
    started.wait(ANSWERED)
    expected = mended(catalogue, path, keep_preprint=True, venues="long")
    assert saved(started, "refs.bib") == expected != mended(catalogue, path)
    command = started.ask("document.querySelector('[data-answer] code').textContent")
    assert command == "dltheory fix refs.bib --keep-preprint --venues long --write"
    started.page.uncheck("#keep-preprint")
    started.wait(ANSWERED)
    started.page.select_option("#venues", "as-is")
    started.wait(ANSWERED)
    started.page.click("[data-form] summary")


def drafts(catalogue: Bibliography) -> dict[str, bytes]:
    """Files of bibliographies, by seed: of each program that writes them, damaged, and in other
    encodings.
    """
    draw = random.Random(21)
    papers = [one for one in catalogue if one.author and one.venue]
    made: dict[str, bytes] = {}
    for number in range(200 if SOAK else 12):
        style = [
            refstyles.scholar,
            refstyles.dblp,
            refstyles.arxiv,
            refstyles.zotero,
            refstyles.mendeley,
        ][number % 5]
        chosen = draw.sample(papers, 12)
        usual = "\n\n".join(style(one, f"k{n}") for n, one in enumerate(chosen))
        preprints = catalogue.some([one.key for one in draw.sample(papers, 6)])
        text = f"{usual}\n{preprints.to_bibtex(prefer='preprint')}"
        if number % 3 == 1:
            letters = list(text)
            for place in draw.sample(range(len(letters)), 12):
                letters[place] = draw.choice(["", "{", "}", ",", '"', "@", "é", " "])
            text = "".join(letters)
        content = text.encode("utf-8", "surrogateescape")
        if number % 4 == 2:
            content = text.replace("\n", "\r\n").encode("cp1252", "ignore")
        if number % 6 == 3:
            content = b"\xef\xbb\xbf" + content
        made[f"refs-{number}.bib"] = content
    return made


def test_the_page_says_and_writes_what_python_does(
    browser: Browser,
    folder: Path,
    catalogue: Bibliography,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The whole review, and every byte of what is saved, for files of many kinds."""
    monkeypatch.chdir(tmp_path)
    changed = 0
    with watched(browser) as found:
        open_page(found, folder)
        found.ask(
            """async () => {
              await dltheory.basket.load("assets/draft/python.js");
              globalThis.asked = await dltheory.draft.start(() => {});
            }"""
        )
        for number, (name, content) in enumerate(drafts(catalogue).items()):
            options = DraftOptions(number % 2 == 1, ("as-is", "long", "short")[number % 3])
            text = found.ask(
                """([name, content, options]) => {
                  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
                  const made = asked([[name, bytes]], options);
                  for (const one of made.saved) one.content = [...one.content];
                  return JSON.stringify(made);
                }""",
                [name, base64.b64encode(content).decode(), options._asdict()],
            )
            path = Path(name)
            path.write_bytes(content)
            expected = review(catalogue, [path], options)
            here = json.loads(text)
            contents = [bytes(one.pop("content")) for one in here["saved"]]
            assert contents == [one.content for one in expected.saved], name
            assert here == json.loads(json.dumps(expected.to_dict())), name
            changed += contents != [content]
    assert changed > 8
    check_watched(found, folder)


def test_the_page_works_from_a_server(
    browser: Browser, folder: Path, catalogue: Bibliography, tmp_path: Path
) -> None:
    import threading

    path = tmp_path / "refs.bib"
    path.write_text(REFS, "utf-8")
    with make_server(folder, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with watched(browser, accept_downloads=True) as found:
                here = f"http://127.0.0.1:{server.server_port}/"
                found.page.goto(f"{here}draft.html")
                found.wait(READY)
                drop(found, "refs.bib", path.read_bytes())
                assert saved(found, "refs.bib") == mended(catalogue, path)
                asked = [one for one in found.requests if not one.startswith("blob:")]
                assert [one for one in asked if not one.startswith(here)] == []
            assert found.complaints == []
        finally:
            server.shutdown()
            thread.join()


def test_nothing_of_the_engine_is_loaded_before_a_draft_is_given(
    browser: Browser, folder: Path
) -> None:
    with watched(browser) as found:
        open_page(found, folder)
        found.page.fill("#draft-text", "something")
        loaded = [one.removeprefix(folder.as_uri()) for one in found.requests]
        weight = sum((folder / one.lstrip("/")).stat().st_size for one in loaded)
        assert [one for one in loaded if one.startswith("/draft/") or "python" in one] == []
        assert weight < 100_000
    check_watched(found, folder)


def test_it_fits_a_phone_and_is_accessible(browser: Browser, folder: Path) -> None:
    with watched(browser, 390) as found:
        open_page(found, folder)
        drop(found, "a-very-long-name-of-a-file-of-references.bib", REFS.encode())
        assert found.ask("document.documentElement.scrollWidth") <= 390
        found.ask(AXE)
        result = found.ask(
            "() => axe.run({preload: false, resultTypes: ['violations'], "
            "rules: {'target-size': {enabled: true}}})"
        )
        faults = [one for one in result["violations"] if one["impact"] != "minor"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in faults] == []
    check_watched(found, folder)


def test_without_the_engine_the_page_names_the_commands(
    browser: Browser, pages: dict[str, bytes], tmp_path: Path
) -> None:
    Folder(tmp_path).update(pages, "test")
    assert not [path for path in pages if path.startswith("draft/")]
    assert b"wasm" not in pages["draft.html"]
    with watched(browser) as found:
        found.page.goto(f"{tmp_path.as_uri()}/draft.html")
        text = found.page.inner_text("main")
        assert "dltheory fix refs.bib --write" in text
        assert "dltheory cover titles.txt" in text
    check_watched(found, tmp_path)


def test_a_page_whose_engine_does_not_start_offers_no_file(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    wanted = ("draft.html", "assets/", "draft/engine.js", "draft/pyodide.js")
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name.startswith(wanted):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(path.read_bytes())
    with watched(browser) as found:
        open_page(found, tmp_path)
        drop(found, "refs.bib", REFS.encode())
        assert said(found) == (
            "The review failed, and no file is offered (cannot load draft/pyodide.asm.js). "
            "Load this page again before another try. In a terminal: dltheory fix refs.bib"
        )
        assert found.page.locator("[data-save]").count() == 0


def test_a_second_build_writes_the_engine_only_if_it_changed(
    engine: Engine, catalogue_dir: Path, tmp_path: Path
) -> None:
    """An annotation is in its snapshot; a site without the option has no engine any more."""
    assert engine
    out, options = tmp_path / "out", Options(draft_engine=ENGINE)
    first = build_site(load(catalogue_dir), out, options)
    assert build_site(load(catalogue_dir), out, options).written == 0
    before = (out / "draft/works.sqlite.js").read_bytes()
    papers = catalogue_dir / "papers.yaml"
    papers.write_text(papers.read_text("utf-8").replace("square root", "cube root"), "utf-8")
    again = build_site(load(catalogue_dir), out, options)
    assert 0 < again.written < first.written
    assert (out / "draft/works.sqlite.js").read_bytes() != before
    build_site(load(catalogue_dir), out)
    assert not (out / "draft").exists()
    assert (out / "draft.html").is_file()


def test_the_page_may_ask_nobody_and_only_it_compiles(browser: Browser, folder: Path) -> None:
    """By its policy: no address but the site's, no `eval`, no script in the page."""
    policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"
    page = (folder / "draft.html").read_text("utf-8")
    assert policy in page.replace("&#39;", "'")
    assert "unsafe-inline" not in page
    assert "wasm-unsafe-eval" not in (folder / "index.html").read_text("utf-8")
    with watched(browser) as found:
        open_page(found, folder)
        refused = found.ask(
            """async () => {
              const seen = new Promise((done) => {
                document.addEventListener('securitypolicyviolation', (one) => {
                  done(one.effectiveDirective);
                });
              });
              fetch('https://example.org/').catch(() => {});
              return await seen;
            }"""
        )
        assert refused == "connect-src"
