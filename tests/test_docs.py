"""The documentation says what is true: its commands are run, its records are judged."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

import dltheory_bib
from dltheory_bib import Bibliography
from dltheory_bib.cli.main import main
from dltheory_bib.models.relations import JUDGEMENTS
from helpers.programs import environment, run_program
from test_layers import FLOORS

ROOT = Path(__file__).parents[1]
PACKAGE = Path(dltheory_bib.__file__).parent
sys.path.insert(0, str(ROOT / "scripts"))

import build_docs  # noqa: E402
from notebook import TOUR, in_one_piece, run  # noqa: E402
from refresh_docs import (  # noqa: E402
    COMPARE,
    DOCS,
    EXAMPLE,
    SCREEN,
    compared,
    page,
    pages,
    screen,
)

pytestmark = [pytest.mark.catalogue, pytest.mark.docs]

README = (ROOT / "README.md").read_text(encoding="utf-8")
ESCAPES = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def commands() -> list[tuple[str, str]]:
    """Each command of the README's console blocks with what it is said to print."""
    found = []
    for block in blocks(README, "console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


@pytest.mark.parametrize(("command", "output"), commands(), ids=[c for c, _ in commands()])
def test_readme_shows_what_the_command_prints(command, output, tmp_path):
    """Every command of the README prints, at 80 columns, just what stands below it."""
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    done = run_program(
        *(sys.executable, "-m", "dltheory_bib", *shlex.split(command)[1:]),
        cwd=tmp_path,
        env=environment(FORCE_COLOR="1", COLUMNS="80", PYTHONIOENCODING="utf-8"),
        check=True,
    )
    printed = ESCAPES.sub("", (done.stdout + done.stderr).decode())
    assert [line.rstrip() for line in printed.splitlines()] == output.splitlines()


@pytest.mark.parametrize("path", [ROOT / "README.md", DOCS / "coverage.md"], ids=lambda p: p.name)
def test_counts_are_those_of_the_catalogue(path: Path):
    """The sizes in the README and the table of coverage are those that `make docs` would write."""
    text = path.read_text(encoding="utf-8")
    assert page(text) == text, "run `make docs`"


def test_the_readme_is_short():
    """It is read on one page, and it names the two commands to begin with."""
    assert len(README.splitlines()) <= 120
    assert len(README.encode()) <= 9_000
    assert {"make demo", "make test"} <= set(re.findall(r"make \w+", README))
    assert README.count("![") == 1


def test_the_picture_is_of_the_command_today():
    """The terminal in the README is drawn from what the command prints, without a font to load."""
    kept = SCREEN.read_text(encoding="utf-8")
    assert kept == screen(), "run `make docs`"
    assert len(kept.encode()) <= 60_000
    assert re.findall(r"url\((?!#)", kept) == []


def test_the_queries_in_the_documentation_find_something(catalogue: Bibliography):
    """Each line of the first block on queries matches works, as does the README's query."""
    guide = (DOCS / "how-to" / "query.md").read_text(encoding="utf-8")
    (inline,) = re.findall(r"fields and words: `([^`]+)`", README)
    for line in (inline, *blocks(guide, "text")[0].splitlines()):
        assert catalogue.where(line), line


def test_the_comparison_pages_are_those_of_the_catalogue(catalogue: Bibliography):
    """docs/compare holds a page for each question, as `make docs` writes it, and no other."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in COMPARE.glob("*.md")}
    made = compared(catalogue)
    assert sorted(kept) == sorted(made), "run `make docs`"
    for name, text in made.items():
        assert kept[name] == text, f"run `make docs`: docs/compare/{name}"


@pytest.mark.slow
@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(DOCS).as_posix())
def test_the_documentation_shows_what_is_printed_today(path: Path):
    """What commands print, Python gives and the code says is what `make docs` would write."""
    text = path.read_text(encoding="utf-8")
    assert page(text) == text, "run `make docs`"


@pytest.mark.slow
def test_the_documentation_builds_and_asks_nothing_of_the_network(tmp_path: Path):
    """Without a warning; no page names a script, a style or a picture that is elsewhere."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PACKAGE, tmp_path / "src" / "dltheory_bib")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    done = run_program(sys.executable, "-m", "zensical", "build", "--strict", cwd=tmp_path)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    assert "warning" not in said.lower()
    built = tmp_path / "build" / "docs"
    assert {path.name for path in pages()} <= {f"{one.stem}.md" for one in built.rglob("*.html")}
    for one in built.rglob("*.html"):
        loaded = re.findall(r"<(?:script|img|iframe)[^>]+src=\"([^\"]+)", one.read_text("utf-8"))
        loaded += re.findall(r"<link[^>]+href=\"([^\"]+)", one.read_text("utf-8"))
        assert [address for address in loaded if re.match(r"(https?:)?//", address)] == []
    together = tmp_path / "web" / "docs"
    shutil.copytree(built, together)
    build_docs.finish(together, "../index.html")
    for one in together.rglob("*.html"):
        linked = re.findall(r'href="([^"]+)"><span[^>]*>Catalogue<', one.read_text("utf-8"))
        assert [(one.parent / address).resolve() for address in linked] == [
            (tmp_path / "web" / "index.html").resolve()
        ], one
    build_docs.finish(built)
    compared_pages = [one.read_text("utf-8") for one in (built / "compare").glob("*.html")]
    assert sum("<math>" in text for text in compared_pages) > 8
    for text in compared_pages:
        assert "arithmatex" not in text
        assert "$\\" not in text
    assert ">Catalogue<" not in (built / "index.html").read_text("utf-8")


def test_links_lead_somewhere():
    """Every relative link of the README, CONTRIBUTING and the pages names a file that is there."""
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *pages()):
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", text):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_the_sample_record_is_valid(tmp_path, capsys):
    """The record with which CONTRIBUTING opens has no mistake, nor has its sample of a card."""
    samples = blocks((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), "yaml")
    file = tmp_path / "papers.yaml"
    file.write_text(samples[0], encoding="utf-8")
    assert main(["check", str(file)]) == 0, capsys.readouterr().out
    for kind, sample in zip(("questions", "assumptions", "results"), samples[1:], strict=True):
        (tmp_path / f"{kind}.yaml").write_text(sample, encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 1
    said = capsys.readouterr().out.splitlines()
    # The paper's own record names works and a venue that are not copied with it.
    assert [line for line in said if not line.startswith(f"{file}:")] == []


@pytest.mark.slow
def test_the_notebook_shows_what_it_shows_when_it_is_run():
    """docs/tour.ipynb runs from top to bottom and its kept outputs are those of today."""
    kept = nbformat.read(TOUR, as_version=4)
    fresh = run(TOUR)
    for old, new in zip(kept.cells, fresh.cells, strict=True):
        shown = [output.get("data", output.get("text")) for output in old.get("outputs", [])]
        shows = [output.get("data", output.get("text")) for output in new.get("outputs", [])]
        assert shows == shown, f"run `make notebook`: {old.source}"


def test_a_stream_cut_by_the_clock_is_one_output():
    """What a kernel sends of one stream in pieces is one output; other outputs stay apart."""
    stream, data = nbformat.v4.new_output, {"text/plain": "3"}
    pieces = [
        stream("stream", name="stdout", text="a"),
        stream("stream", name="stdout", text="\n"),
        stream("stream", name="stderr", text="b"),
        stream("execute_result", data=data),
        stream("execute_result", data=data),
        stream("stream", name="stdout", text="c"),
    ]
    shown = [(output.get("name"), output.get("text")) for output in in_one_piece(pieces)]
    assert shown == [
        ("stdout", "a\n"),
        ("stderr", "b"),
        (None, None),
        (None, None),
        ("stdout", "c"),
    ]


def test_the_drawing_of_the_architecture_has_the_floors_of_the_tests() -> None:
    """docs/architecture.md draws every floor, from the top down, with all its rooms."""
    drawing = blocks((DOCS / "architecture.md").read_text(encoding="utf-8"), "text")[0]
    drawn = [set(line.split("  ")[0].split(", ")) for line in drawing.splitlines()]
    assert drawn == FLOORS


def test_the_architecture_names_files_that_exist() -> None:
    """Each path of the table of where a line belongs is a file or a room of the package."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    rows = text.partition("## Where a line belongs")[2].partition("## Names")[0]
    for name in re.findall(r"`([a-z_]+/[a-z_/]+(?:\.py)?|[a-z_]+\.py)`", rows):
        assert (PACKAGE / name).exists() or (ROOT / name).exists(), name


def test_contributing_has_the_table_of_relations() -> None:
    """Each kind that a curator states, with its meaning and its CiTO term, in the table's order."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `(\w+)` \| (.*) \| (none|cito:\w+) \|$", text)
    assert rows == [(one.value, one.gloss, one.cito or "none") for one in JUDGEMENTS]


@pytest.mark.parametrize("name", ["records", "citations", "relations"])
def test_what_an_audit_found_wrong_is_not_in_the_catalogue(
    name: str, catalogue: Bibliography
) -> None:
    with (ROOT / "docs" / "audits" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 40
    assert {row["verdict"] for row in rows} <= {"agrees", "right", "holds", "wrong"}
    if name == "citations":
        cited = {paper.key: set(paper.cites.keys) for paper in catalogue}
        for row in rows:
            there = row["cited"] in cited[row["citing"]]
            assert there == (row["verdict"] == "right"), row


def test_mathematics_is_typeset_and_the_search_works_from_a_folder(tmp_path: Path):
    """As MathML; the index is a script too, and each page has what stands in for a worker."""
    script = '<script src="../assets/javascripts/bundle.1.min.js"></script>'
    page = tmp_path / "how-to" / "a.html"
    for folder in (page.parent, tmp_path / "assets" / "javascripts"):
        folder.mkdir(parents=True)
    formula = r'<span class="arithmatex">\(a &lt; x^2\)</span> <code>$x$</code>'
    page.write_text(f"<p>{formula}</p>{script}", "utf-8")
    (tmp_path / "search.json").write_text('{"items":[]}', "utf-8")
    for _ in range(2):  # finished pages stay as they are
        build_docs.finish(tmp_path)
        shim = '<script src="../assets/javascripts/folder_search.js"></script>'
        made = "<math><mi>a</mi><mo>&lt;</mo><msup><mi>x</mi><mn>2</mn></msup></math>"
        assert page.read_text("utf-8") == f"<p>{made} <code>$x$</code></p>{shim}{script}"
    assert (tmp_path / "search.js").read_text("utf-8") == 'var __index = {"items":[]};\n'
    assert (tmp_path / "assets/javascripts/folder_search.js").is_file()
