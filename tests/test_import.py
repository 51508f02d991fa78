"""A collection of one's own out of other programs' files."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import Bibliography, load
from dltheory_bib.bibfile.importers import read_drafts
from dltheory_bib.cli.main import main
from dltheory_bib.errors import DataError
from dltheory_bib.source.loader import check_paths
from dltheory_bib.text.latex import title_from_latex
from dltheory_bib.text.maths import unicode_maths
from dltheory_bib.text.names import unbraced
from helpers.budget import share
from helpers.programs import environment, run_program

Importer = Callable[..., tuple[int, str, Path]]


@pytest.fixture
def take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Importer:
    """Import a text as a file of this name; the exit code, what was said, and the directory."""

    def take(text: str | bytes, name: str = "refs.bib") -> tuple[int, str, Path]:
        file, made = tmp_path / name, tmp_path / "mine"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        code = main(("import", str(file), str(made)))
        return code, capsys.readouterr().err.replace(f"{tmp_path}/", ""), made

    return take


FIELDS = ("type", "author", "year", "venue", "volume", "edition", "pages", "doi", "eprint")


@pytest.mark.soak
@pytest.mark.parametrize(
    ("part", "kind"), [(0, "bibtex"), (0, "csl-json"), (1, "biblatex"), (1, "ris")]
)
def test_the_catalogue_comes_back_from_every_format(
    catalogue: Bibliography, tmp_path: Path, part: int, kind: str
) -> None:
    """Keys, types, names, places and identifiers survive the way out and in again.

    Half of the works in each format, all in `make soak`.
    """
    works = share(catalogue.all(), part, 2) | catalogue.some(["bach2024learning"])
    suffix = {"csl-json": "json", "ris": "ris"}.get(kind, "bib")
    works.save(tmp_path / f"all.{suffix}", kind)
    assert main(("import", str(tmp_path / f"all.{suffix}"), str(tmp_path / "mine"))) == 0
    problems, _ = check_paths([tmp_path / "mine"])
    assert [one for one in problems if one.level == "error"] == []
    ours = load(tmp_path / "mine")
    assert list(ours.papers) == [key for key in catalogue.papers if key in works]
    assert ours["bach2024learning"].url == catalogue["bach2024learning"].url  # it has a ~ in it
    lost = {"software", "online"}  # where a page stands has no field of its own in BibTeX
    for paper in works:
        mine = ours[paper.key]
        titles = (unicode_maths(unbraced(mine.title)), unicode_maths(paper.plain_title))
        assert len({title.replace("’", "'") for title in titles}) == 1  # TeX has one apostrophe
        assert mine.url in {paper.url, paper.address, None}
        for name in FIELDS:
            if paper.type in lost and name in {"type", "venue"}:
                continue
            # A book's volume in a series, and the volume that stands in a venue's name, are said
            # once by the other formats.
            if name in {"volume", "edition"} and getattr(mine, name) is None:
                continue
            theirs, value = getattr(paper, name), getattr(mine, name)
            if name == "edition" and value in {"Second", "Third"}:
                value = {"Second": "2", "Third": "3"}[value]
            assert value == theirs, f"{paper.key}: {name}"


def test_a_bib_with_everything_wrong_in_it(take: Importer) -> None:
    """What cannot be a record, or a field of one, is said in one line each; the rest is there."""
    code, said, made = take(
        r"""
@string{icml = "International Conference on Machine Learning"}
@inproceedings{Jin:2017/x, title="{How to {E}scape $O(n^2)$ {SGD}}", author="Chi Jin and others",
  booktitle=icml # " 2017", year=2017, pages="1724--1732", url="https://a b.org"}
@article{nojournal, title={Thing}, author={de la Vall{\'e}e Poussin, Charles}, year=1908}
@article{x2020y, title={Z}, author={M{\"u}ller, A. and {Big, Co}}, year=2020,
  journal={arXiv preprint arXiv:2001.00001}}
@misc{none, title={No author}}
@article{j, title={J}, author={A, B}, journal={New Things}, year=1999, pages={10-2}}
@article{j, title={J2}, author={A, B}, journal={New Things}, year=1999}
@article{k, title={K
"""
    )
    assert code == 0
    assert said.splitlines() == [
        "refs.bib:11: the entry k is not closed",
        "@inproceedings{Jin:2017/x} has url 'https://a b.org' is not a URL; write it as the "
        "browser's address bar copies it, with %20 for a space; that field is skipped",
        "@inproceedings{Jin:2017/x} does not name all authors; author is listed as unverified",
        "@inproceedings{Jin:2017/x} gets the key jin2017escape; Jin:2017/x is not a valid key: "
        "use ASCII letters and digits, joined by -_.:+",
        "@article{nojournal} is of type article but has no venue; the record gets type online",
        "@misc{none} has no author and no year; it is skipped",
        "@article{j} has pages 10-2 runs backwards; write the smaller number first, in full; "
        "that field is skipped",
        "@article{j} gets the key j-2; j is taken",
        "wrote 5 works from 6 entries to mine; 1 venue is new; check it; next: dltheory --data "
        "mine list",
    ]
    assert check_paths([made])[0] == []
    ours = load(made)
    jin = ours["jin2017escape"]
    assert (jin.title, jin.venue, jin.pages) == (
        "How to {E}scape $O(n^2)$ {SGD}",
        "icml",
        "1724-1732",
    )
    assert (jin.unverified, jin.sources[0].where) == (("author",), "@inproceedings{Jin:2017/x}")
    assert (ours["x2020y"].type, ours["x2020y"].eprint) == ("online", "2001.00001")
    assert ours["x2020y"].author == ("Müller, A.", "{Big, Co}")
    assert ours.venues["new-things"].in_year(1999).long == "New Things"


def test_a_work_of_the_catalogue_is_counted(take: Importer) -> None:
    """By its DOI or arXiv id, so that nobody keeps a second record without knowing."""
    _, said, _ = take("@misc{me, title={T}, author={A, B}, year=2017, eprint={1703.00887}}")
    assert said == "wrote 1 work to mine, 1 of them also in the catalogue; next: " + (
        "dltheory --data mine list\n"
    )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "refs.txt",
            "x",
            "refs.txt: error: has none of the extensions .bib, .json, .ris; rename it",
        ),
        ("refs.json", "{", "refs.json:1:2: error: is not JSON: expecting property name"),
        ("refs.json", '{"a": 1}', "refs.json: error: is not CSL-JSON, which is a list of items"),
        ("refs.bib", "", "refs.bib contains no works; nothing was written"),
        ("refs.json", "[]", "refs.json contains no works; nothing was written"),
        ("refs.ris", "", "refs.ris contains no works; nothing was written"),
        ("refs.ris", b"\xff\x00\xfe", "refs.ris:1:2: error: contains null bytes"),
    ],
)
def test_a_file_that_is_none_of_these(
    take: Importer, name: str, text: str | bytes, said: str
) -> None:
    """One plain message, and no directory."""
    code, message, made = take(text, name)
    assert code == 1
    assert said in message
    assert "fix the data" not in message
    assert not made.exists()


def test_nothing_is_written_over(take: Importer) -> None:
    """Files that are no collection yet, or one that is a link to nowhere, stay as they are."""
    text = "@misc{a, title={T}, author={A, B}, year=2017}"
    made = take(text)[2]
    (made / "venues.yaml").unlink()
    (made / "papers.yaml").rename(made / "notes.yaml")
    code, said, made = take(text)
    assert (code, said) == (1, "Error: mine/notes.yaml already exists; name another directory\n")
    assert not (made / "papers.yaml").exists()


def test_ris_as_windows_programs_write_it(take: Importer) -> None:
    r"""A mark at the start, `\r\n`, the Windows code page, names with a suffix or none."""
    text = (
        "TY  - JOUR\r\nAU  - Müller, Jürgen, Jr.\r\nAU  - Collective\r\nPY  - 1999/02//\r\n"
        "TI  - A Title\r\nT2  - Neural Computation\r\nSP  - 3\r\nEP  - 9\r\nER  - \r\n"
    )
    for data in (text.encode("utf-8-sig"), text.encode("cp1252")):
        code, _, made = take(data, "refs.ris")
        assert code == 0
        (paper,) = load(made)
        assert paper.author == ("Müller, Jr., Jürgen", "{Collective}")
        assert (paper.key, paper.year, paper.pages) == ("muller1999title", 1999, "3-9")
        for file in made.iterdir():
            file.unlink()


@pytest.mark.parametrize(
    ("latex", "title"),
    [
        ("Plain", "Plain"),
        ("Z", "Z"),
        ("{The Whole}", "The Whole"),
        ("{{SGD}}", "SGD"),
        ("{SGD} and {Adam}", "{SGD} and {Adam}"),
        (r"G{\"o}del and \'Elan", "Gödel and Élan"),
        (r"On \emph{Deep} $L_{2}$", "On Deep $L_{2}$"),
        ("{}", ""),
        (r"\href{https://example.org}{On {SGD} and $L_{2}$}", "On {SGD} and $L_{2}$"),
        (r"{\href{https://example.org}{{On Things}}}", "On Things"),
    ],
)
def test_titles(latex: str, title: str) -> None:
    """Protection stays where it says something, accents become letters."""
    assert title_from_latex(latex) == title


@given(st.text(alphabet="ab{}$\\\"'% é", max_size=30))
def test_any_title_is_read(text: str) -> None:
    """Nothing raises, and nothing of the reader's own stays in the title."""
    assert not {"\ue000", "\ue001"} & set(title_from_latex(text))


@given(st.binary(max_size=300), st.sampled_from(["bib", "json", "ris"]))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str
) -> None:
    """A file gives drafts or one error of ours."""
    path = tmp_path_factory.mktemp("any") / f"refs.{suffix}"
    path.write_bytes(data)
    try:
        drafts, _ = read_drafts(path)
    except DataError:
        return
    assert all(draft.where for draft in drafts)


ONE_WORK = r"""
@misc{pre, title={Neural Tangent Kernel: Convergence}, author={Jacot, Arthur and Gabriel, Franck},
  year=2018, eprint={1806.07572}, archiveprefix={arXiv}}
@inproceedings{conf, title={Neural tangent kernel: convergence}, pages={8580-8589}, year=2018,
  author={Gabriel, Franck and Jacot, Arthur}, booktitle={Advances in Neural Information
  Processing Systems}, doi={10.1000/ntk}}
@article{journal, title={Neural Tangent Kernel: Convergence}, volume=3, year=2020,
  author={Jacot, Arthur and Gabriel, Franck}, journal={Journal of Things}, doi={10.1000/long}}
@inproceedings{conf, title={Neural Tangent Kernel: Convergence}, year=2018,
  author={Jacot, Arthur and Gabriel, Franck}, booktitle={NeurIPS}}
"""


def test_a_work_that_is_listed_twice_is_one_record(take: Importer) -> None:
    """The published version is the record, others are versions, and every key still finds it."""
    code, said, made = take(ONE_WORK)
    assert (code, check_paths([made])[0]) == (0, [])
    assert said.splitlines() == [
        "@inproceedings{conf} is the same work as pre; its arXiv id is added to that record, and "
        "conf an alias",
        "@article{journal} is the same work as pre; it becomes a version of that record, and "
        "journal an alias",
        "@inproceedings{conf} is the same work as pre; its own fields are skipped",
        "wrote 1 work from 4 entries to mine, 1 of them also in the catalogue; 1 venue is new; "
        "check it; next: dltheory --data mine list",
    ]
    (paper,) = load(made).papers.values()
    assert (paper.key, paper.aliases) == ("pre", ("conf", "journal"))
    assert (paper.type, paper.venue, paper.year) == ("inproceedings", "neurips", 2018)
    assert (paper.doi, paper.eprint, paper.pages) == ("10.1000/ntk", "1806.07572", "8580-8589")
    (version,) = paper.versions
    assert (version.kind, version.year, version.doi) == ("journal", 2020, "10.1000/long")


def test_columns_of_a_journal_are_works_of_their_own(take: Importer) -> None:
    """They share title and author, and differ in issue or pages."""
    column = "@article{{c{0}, title={{From the President}}, author={{Berry, Karl}}, year={1}, "
    column += "journal={{TUGboat}}, volume={2}, pages={{{3}}}}}\n"
    places = [(1, 2001, 22, "5"), (2, 2001, 22, "110"), (3, 2002, 23, "5")]
    places.append((4, *places[0][1:]))
    _, said, made = take("".join(column.format(*place) for place in places))
    assert said.splitlines()[0] == (
        "@article{c4} is the same work as c1; its own fields are skipped, and c4 an alias"
    )
    assert "wrote 3 works from 4 entries to mine;" in said
    assert [one for one in check_paths([made])[0] if one.level == "error"] == []


def test_an_identifier_of_another_work_is_skipped(take: Importer) -> None:
    """It is a slip, copied from the entry above; the first keeps it."""
    _, said, made = take(
        "@misc{a, title={Widths of networks}, author={A, B}, year=2017, eprint={1703.00887}}\n"
        "@misc{b, title={On the depth of trees}, author={C, D}, year=2017, eprint={1703.00887}}\n"
    )
    assert "@misc{b} has eprint 1703.00887, which a has too; that field is skipped" in said
    assert check_paths([made])[0] == []


def test_fields_without_a_place_are_listed(take: Importer) -> None:
    """One line for each kind of field, with the number of entries."""
    _, said, _ = take(
        "@misc{a, title={T}, author={A, B}, year=2017, note={arXiv:1703.00887}, abstract={X}}\n"
        "@misc{b, title={U}, author={A, B}, year=2017, note={Talk}, month=may, pages={1-2},\n"
        " Abstract={Y}}\n"
    )
    assert said.splitlines()[:3] == [
        "field month of 1 entry is not imported; a record has no place for it",
        "field pages of 1 entry is not imported; a record has no place for it",
        "2 abstracts are not imported; --abstracts keeps them as private notes",
    ]


def test_an_entry_inherits_from_its_crossref(take: Importer) -> None:
    """As in BibTeX: what it lacks, with the volume's title as its booktitle."""
    _, said, made = take(
        "@inproceedings{a, title={T}, author={A, B}, crossref={V}, pages={1--2}}\n"
        "@proceedings{v, title={Some Conference}, editor={E, F}, year=2017, publisher={P}}\n"
    )
    assert "@proceedings{v} has no author; it is skipped" in said
    paper = load(made)["a"]
    assert (paper.year, paper.editor, paper.venue) == (2017, ("E, F",), "some-conference")


def test_names_in_biblatex_extended_form(take: Importer) -> None:
    """They are written in our order."""
    _, _, made = take(
        "@misc{a, title={T}, year=2017, author={Rupp, M. and family=Lilienfeld, given=O. Anatole,"
        " prefix=von, useprefix=true and family={Ura Ru}, given=J}}\n"
    )
    assert load(made)["a"].author == ("Rupp, M.", "von Lilienfeld, O. Anatole", "Ura Ru, J")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's own account")
def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    """A command pauses the garbage collector; here it has to run."""
    entry = r"""@article{{a{0}, title={{{{\'E}}tude {0} of {{\TeX}}}}, volume={0}, year={1},
  author={{G{{\"o}}tz, {{\'E}}va}}, journal={{TUGboat}}, abstract={{{2}}}}}
"""
    path = tmp_path / "refs.bib"
    made = (entry.format(n, 1980 + n % 40, r"\em What \ldots " * 60) for n in range(4000))
    path.write_text("".join(made), "utf-8")
    # The peak that `getrusage` gives counts what the process that starts it held.
    code = (
        "import sys; from dltheory_bib.cli.main import main; main(sys.argv[1:]); "
        "print(open('/proc/self/status').read())"
    )
    words = (sys.executable, "-c", code, "import", str(path), str(tmp_path / "mine"))
    done = run_program(*words, env=environment())
    assert b"wrote 4000 works" in done.stderr
    peak = re.search(rb"VmHWM:\s*(\d+) kB", done.stdout)
    assert peak is not None
    assert int(peak[1]) <= 120_000


def test_a_dry_run_of_a_new_collection_tells_what_it_would_have(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And names the folder for the shell only if it is there."""
    file, made = tmp_path / "refs.bib", tmp_path / "my refs"
    file.write_text("@misc{a, title={A}, author={B, C}, year=2001}")
    assert main(("import", str(file), str(made), "--dry-run")) == 0
    assert capsys.readouterr().err == f"1 work for {made}; nothing was written\n"
    assert not made.exists()
    assert main(("import", str(file), str(made))) == 0
    assert capsys.readouterr().err.endswith(f"next: dltheory --data '{made}' list\n")


@pytest.mark.parametrize(
    "doi", ["10.1177/23259", "http://dx.doi.org/10.1177/23259", "doi:10.1177/23259"]
)
def test_a_doi_in_any_form_is_kept(take: Importer, doi: str) -> None:
    """As Embase's RIS and some CSL have it."""
    item: dict[str, object] = {
        "id": "a",
        "type": "book",
        "title": "A",
        "author": [{"family": "B"}],
        "DOI": doi,
    }
    item["issued"] = {"date-parts": [[2001]]}
    for text, name in (
        (f"TY  - BOOK\nAU  - B, C\nTI  - A\nPY  - 2001\nDO  - {doi}\nER  - \n", "a.ris"),
        (json.dumps([item]), "a.json"),
    ):
        code, said, made = take(text, name)
        assert code == 0, said
        (paper,) = load(made)
        assert paper.doi == "10.1177/23259"
        assert "doi" not in said
        for file in made.iterdir():
            file.unlink()
