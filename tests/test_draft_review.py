"""What the catalogue says of a draft: one answer with `fix`, `check`, `cover` and `cite`."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from dltheory_bib import Bibliography
from dltheory_bib.bibfile.bib_parser import read_bib
from dltheory_bib.bibfile.fix.fixer import fix, write_fixed
from dltheory_bib.bibfile.lint.linter import lint
from dltheory_bib.cli.main import main
from dltheory_bib.manuscript.cited_works import cite
from dltheory_bib.manuscript.draft_review import DraftOptions, DraftReview, review, review_folder
from dltheory_bib.manuscript.manuscript import read_manuscript

pytestmark = [pytest.mark.catalogue, pytest.mark.usefixtures("folder")]

DU = """@article{du, year={2018}, journal={arXiv preprint arXiv:1810.02054},
  title={Gradient Descent Provably Optimizes Over-parameterized Neural Networks},
  author={Simon S. Du and Xiyu Zhai and Barnabas Poczos and Aarti Singh}}
"""
JIN = """@inproceedings{jin, title={How to Escape Saddle Points Efficiently}, year={2016},
  author={Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M. and
  Jordan, Michael I.}, booktitle={ICML}}
"""
OWN = '@misc{own, title={My own}, author={M{\\"u}ller, Al}, year=2020}\n'
TEX = r"""\documentclass{article}\begin{document}
\cite{jin2017escape,own}, \cite{nobody2099}, and How to Escape Saddle Points Efficiently.
\bibliography{refs}\end{document}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a draft, in which one stands."""
    place = tmp_path / "draft"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def reviewed(bib: Bibliography, options: DraftOptions | None = None, **files: str) -> DraftReview:
    paths = []
    for name, text in files.items():
        path = Path(name.replace("_", "."))
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        paths.append(path)
    return review(bib, paths, options)


def test_a_bib_is_mended_and_checked_as_in_a_terminal(catalogue: Bibliography) -> None:
    made = reviewed(catalogue, refs_bib=DU + JIN + OWN)
    path = Path("refs.bib")
    (saved,) = made.saved
    assert made.problems == lint(catalogue, [read_bib(path)]).problems
    assert {"outdated", "differs"} <= {one.rule for one in made.problems}
    status = {one.key: (one.status, one.work) for one in made.works}
    assert status["du"] == ("outdated", "du2019provably")
    assert status["jin"] == ("covered", "jin2017escape")
    assert status["own"] == ("missing", None)
    assert saved.summary == "3 entries, 2 known here, 1 changed"
    assert saved.command == "dltheory fix refs.bib --write"
    assert main(["fix", "refs.bib", "--write"]) == 0
    assert saved.content == path.read_bytes() != (DU + JIN + OWN).encode()


@pytest.mark.parametrize(
    ("options", "typed"),
    [
        (DraftOptions(keep_preprint=True), "--keep-preprint"),
        (DraftOptions(venues="short"), "--venues short"),
        (DraftOptions(merge=True), "--merge"),
    ],
)
def test_options_are_those_of_fix(
    catalogue: Bibliography, options: DraftOptions, typed: str
) -> None:
    twice = DU + JIN.replace("{jin,", "{again,").replace("2016", "2017") + JIN
    made = reviewed(catalogue, options, refs_bib=twice.replace("2016", "2017"))
    assert made.saved[0].command == f"dltheory fix refs.bib {typed} --write"
    assert main(["fix", "refs.bib", *typed.split(), "--write"]) == 0
    assert made.saved[0].content == Path("refs.bib").read_bytes()


def test_what_is_missing_is_what_the_reading_order_has_and_the_draft_lacks(
    catalogue: Bibliography,
) -> None:
    made = reviewed(catalogue, refs_bib=DU + JIN)
    way = catalogue.way_to(["du2019provably", "jin2017escape"])
    expected = [key for key in way.keys if key not in {"du2019provably", "jin2017escape"}]
    assert [one.work for one in made.prerequisites] == expected != []
    assert [one.why for one in made.prerequisites] == [way.whys[key] for key in expected]
    assert 0 < len(made.lacking) <= 10
    assert not {one.work for one in made.lacking} & {*expected, "du2019provably", "jin2017escape"}


def test_a_manuscript_is_read_with_its_bib(
    catalogue: Bibliography, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    made = reviewed(catalogue, main_tex=TEX, refs_bib=OWN + JIN)
    by_rule = {one.rule: one.message for one in made.problems}
    assert by_rule["missing-entry"].startswith("nobody2099 is cited, but")
    assert by_rule["never-cited"].startswith("jin: ")
    saved = {one.name: one for one in made.saved}
    cited = cite(catalogue, read_manuscript(Path("main.tex")), [read_bib(Path("refs.bib"))])
    assert saved["main-cited.bib"].content == cited.text.encode()
    command = "dltheory cite main.tex --bib refs.bib > main-cited.bib"
    assert saved["main-cited.bib"].command == command
    assert main(["cite", "main.tex", "--bib", "refs.bib"]) == 1
    assert capfdbinary.readouterr().out == saved["main-cited.bib"].content
    missing = [one for one in made.works if one.file == "main.tex" and not one.work]
    assert [(one.key, one.line) for one in missing] == [("nobody2099", 2)]


def test_a_manuscript_alone_names_the_bib_that_is_wanted(catalogue: Bibliography) -> None:
    made = reviewed(catalogue, main_tex=TEX)
    assert "main.tex names refs.bib, which is not among these files; add it" in made.notes
    assert [one.work for one in made.works if one.work] == ["jin2017escape"]
    assert not made.problems


def test_a_chapter_is_a_part_of_the_manuscript_whatever_its_folder(
    catalogue: Bibliography,
) -> None:
    main = "\\documentclass{book}\n\\include{parts/one}\\input{two}\\include{three}"
    parts = {"one_tex": "\\cite{jin2017escape}", "two_tex": "\\cite{own}\\cite{jin2017escape}"}
    made = reviewed(catalogue, main_tex=main, **parts, refs_bib=OWN)
    by_name = {one.name: one for one in made.saved}
    assert set(by_name) == {"refs.bib", "main-cited.bib"}
    assert by_name["main-cited.bib"].summary == "an entry for each of 2 keys that it cites"
    assert b"jin2017escape" in by_name["main-cited.bib"].content
    (note,) = made.notes
    assert "three does not exist" in note


def test_a_list_of_titles_is_read_as_cover_reads_it(catalogue: Bibliography) -> None:
    title = "How to Escape Saddle Points Efficiently"
    text = f"{title}\nSomething that nobody ever wrote\narXiv:1810.02054"
    made = reviewed(catalogue, titles_txt=text)
    found = [(one.line, one.status, one.work) for one in made.works]
    assert found == [
        (1, "covered", "jin2017escape"),
        (2, "unrecognised", None),
        (3, "outdated", "du2019provably"),
    ]
    assert made.saved == made.problems == made.errors == []


@pytest.mark.parametrize(
    ("name", "text", "error", "note"),
    [
        ("refs_bib", "", "", "refs.bib: contains no entry"),
        ("refs_bib", "nothing here", "", "refs.bib: contains no entry"),
        ("list_txt", "\n\n", "", "list.txt: contains no work"),
        ("refs_bib", "@misc{a,\0}", "refs.bib:1:9: error: contains a null byte", ""),
        ("main_tex", "a text\0", "main.tex:1:7: error: contains a null byte", ""),
        ("list_txt", "a text\0", "list.txt:1:7: error: contains a null byte", ""),
    ],
)
def test_an_empty_or_broken_file_is_told_and_nothing_is_offered(
    catalogue: Bibliography, name: str, text: str, error: str, note: str
) -> None:
    made = reviewed(catalogue, **{name: text})
    assert made.saved == made.works == []
    assert [one[: len(error)] for one in made.errors] == ([error] if error else [])
    assert made.notes == ([note] if note else [])


def test_a_file_in_another_encoding_is_mended_in_it(catalogue: Bibliography) -> None:
    path = Path("refs.bib")
    before = (DU + OWN).replace('{\\"u}', "ü").encode("cp1252")
    path.write_bytes(before)
    made = review(catalogue, [path])
    assert "Latin-1" in made.notes[0]
    write_fixed(path, fix(catalogue, read_bib(path)))
    assert made.saved[0].content == path.read_bytes() != before


def test_a_folder_is_reviewed_for_the_page(catalogue: Bibliography, folder: Path) -> None:
    Path("refs.bib").write_text(DU, "utf-8")
    Path("main.tex").write_text(TEX, "utf-8")
    found = json.loads(review_folder(catalogue, folder, '{"keep_preprint": true}'))
    names = [one["name"] for one in found["saved"]]
    assert names == ["refs.bib", "main-cited.bib"]
    file = read_bib(Path("refs.bib"))
    expected = file.encode(fix(catalogue, file, keep_preprint=True).text)
    assert (folder / "mended/0").read_bytes() == expected
    assert all("content" not in one for one in found["saved"])
    assert {one["file"] for one in found["problems"]} == {"refs.bib", "main.tex"}


# The engine of the page


def test_the_engine_has_what_a_review_needs_and_nothing_private(catalogue: Bibliography) -> None:
    pytest.importorskip("jinja2")
    from dltheory_bib.site.draft_engine import public_snapshot

    made = public_snapshot(catalogue)
    small = Bibliography._of_database(made)
    files = {"refs_bib": DU + JIN + OWN, "main_tex": TEX, "list_txt": "arXiv:1810.02054"}
    assert reviewed(small, **files).to_dict() == reviewed(catalogue, **files).to_dict()
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(made)
        for table in ("addition", "tag", "reading"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert len(made) < len(catalogue.snapshot.database.serialize()) / 2


def test_a_folder_without_the_engine_says_how_to_get_it(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("jinja2")
    for place in (folder, folder / "nowhere"):
        assert main(["site", "build", "out", "--draft-engine", str(place)]) == 1
        said = capfd.readouterr().err
        assert "npm pack pyodide@" in said
        assert "pip download pydantic-core==" in said
    assert not Path("out").exists()


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_an_archive_that_is_not_pyodide_is_refused(folder: Path, content: bytes | None) -> None:
    pytest.importorskip("jinja2")
    import pydantic_core

    from dltheory_bib.site.draft_engine import PYODIDE, read_engine
    from dltheory_bib.site.folder import SiteError

    if content is None:
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz") as archive:
            one = tarfile.TarInfo("package/pyodide-lock.json")
            one.size = 2
            archive.addfile(one, io.BytesIO(b"{}"))
        content = made.getvalue()
    Path(f"pyodide-{PYODIDE}.tgz").write_bytes(content)
    version = pydantic_core.__version__
    wheel = f"pydantic_core-{version}-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
    Path(wheel).write_bytes(b"")
    with pytest.raises(SiteError, match="is no npm package of Pyodide"):
        read_engine(folder)
