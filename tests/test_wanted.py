"""Works that reference lists contain and the catalogue lacks, and the script that reads lists."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dltheory_bib import load
from dltheory_bib.errors import DataError
from dltheory_bib.source.wanted import Reference, read_references, reference_line, wanted_works
from helpers.programs import environment, run_program

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import read_lists  # noqa: E402

SAMPLE = Path(__file__).parent / "sample"


def test_entries_are_one_work_by_id_or_by_title_and_author() -> None:
    """A preprint and its published form are joined by what they share; other works are not."""
    entries = [
        Reference("abel1990leaves", "On Tea", "Ida Abel", 1980, "8001.00001"),
        Reference("bell1995kettle", "On tea!", "Abel, I.", 1981),
        Reference("cole2001milk", "Tea, revised", "Ida Abel", 1981, "8001.00001"),
        Reference("cole2001milk", "On Tea", "Ida Abel", 1981),
        Reference("cole2001milk", "On Tea", "Jon Other", 1981),
    ]
    tea, other = wanted_works(entries)
    assert tea.cited_by == ("abel1990leaves", "bell1995kettle", "cole2001milk")
    assert (tea.title, tea.author, tea.year, tea.eprint) == (
        "On Tea",
        "Ida Abel",
        1981,
        "8001.00001",
    )
    assert other.cited_by == ("cole2001milk",)
    assert wanted_works(reversed(entries)) == [tea, other]
    assert tea.to_dict()["lists"] == 3
    assert "doi" not in tea.to_dict()


def test_entries_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Values that are not known are not written."""
    file = tmp_path / "wanted.jsonl"
    entries = [Reference("a", "Über α", "É. X"), Reference("b", "T", year=1999, doi="10.1/x")]
    file.write_text("".join(map(reference_line, entries)), "utf-8")
    assert list(read_references(file)) == entries
    assert "null" not in file.read_text("utf-8")
    assert list(read_references(tmp_path / "none.jsonl")) == []


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"citing": "a"}',
        '{"citing": "a", "title": "T", "venue": "v"}',
        '{"citing": "a", "title": "\\u001b[31mred"}',
        '{"citing": "a", "title": "T", "year": "1999"}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_entry_is_reported(tmp_path: Path, line: str) -> None:
    """The message contains file and line."""
    file = tmp_path / "wanted.jsonl"
    file.write_text('{"citing": "a", "title": "T"}\n' + line + "\n", "utf-8")
    with pytest.raises(DataError, match=r"wanted\.jsonl:2.*expected an object"):
        list(read_references(file))


def _dltheory(folder: Path, *arguments: str) -> subprocess.CompletedProcess[Any]:
    command = [sys.executable, "-m", "dltheory_bib", "--data", str(folder), *arguments]
    return run_program(*command, text=True, env=environment())


def test_stats_ranks_the_wanted_works(tmp_path: Path) -> None:
    """A table at the terminal, all of them as JSON, and a note where there are none."""
    folder = tmp_path / "data"
    shutil.copytree(SAMPLE, folder)
    none = _dltheory(folder, "stats", "--wanted")
    assert (none.returncode, none.stdout) == (0, "")
    assert "no wanted works" in none.stderr
    lines = [Reference("mei2018mean", f"Work {number}") for number in range(25)]
    lines.append(Reference("jacot2018neural", "Work 7"))
    (folder / "wanted.jsonl").write_text("".join(map(reference_line, lines)), "utf-8")
    shown = _dltheory(folder, "stats", "--wanted")
    assert shown.stdout.splitlines()[1].split() == ["2", "Work", "7"]
    assert "20 of 25 works; --limit 0 shows all" in shown.stderr
    found = json.loads(_dltheory(folder, "stats", "--wanted", "--format", "json").stdout)
    assert len(found) == 25
    assert found[0]["cited_by"] == ["jacot2018neural", "mei2018mean"]
    assert _dltheory(folder, "stats", "--limit", "3").returncode == 2


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """A copy of the sample, and a list of one of its works."""
    folder = tmp_path / "data"
    shutil.copytree(SAMPLE, folder)
    return folder


@pytest.fixture(scope="module")
def finder() -> Any:
    """What the works of the sample are found by."""
    return read_lists.Finder(load(SAMPLE))


def _read_lists(folder: Path, *files: Path) -> str:
    script = str(ROOT / "scripts" / "read_lists.py")
    command = [sys.executable, script, "--data", str(folder), *map(str, files)]
    done = run_program(*command, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


@pytest.mark.slow
def test_lists_become_citations_and_wanted_entries(lists: Path, tmp_path: Path) -> None:
    """Entries match by title, by the title before its colon and by id; a second run is idle."""
    read = {
        "catalogue_key": "saxe2014exact",
        "title": "Exact solutions",
        "authors": ["Andrew M. Saxe"],
        "source": "a library",
        "where": "saxe.pdf",
        "entries": [
            {
                "title": "Neural tangent kernel: Convergence and generalization in neural networks",
                "year": 2018,
                "authors": ["Arthur Jacot", "Franck Gabriel", "Clément Hongler"],
            },
            {"title": "Neural tangent kernel", "year": 2018, "authors": ["A. Jacot"]},
            {"title": "A note", "arxiv": "1812.07956v2", "authors": ["Chizat, L.", "Bach, F."]},
            {"title": "Neural tangent kernel", "year": 2005, "authors": ["Somebody Else"]},
            {"title": "An unknown work", "year": 1999, "authors": ["Ida Abel", "Jon Bell"]},
            {"raw": "illegible"},
        ],
    }
    file = tmp_path / "lists.jsonl"
    second_hand = read | {"catalogue_key": "mei2018mean", "second_hand": True}
    file.write_text(json.dumps(read) + "\n" + json.dumps(second_hand) + "\n", "utf-8")
    before = yaml.safe_load((lists / "citations.yaml").read_text("utf-8"))
    assert "(+1)" in _read_lists(lists, file)
    after = yaml.safe_load((lists / "citations.yaml").read_text("utf-8"))
    new = [block for block in after if block not in before]
    assert new == [
        {
            "citing": "saxe2014exact",
            "source": "a library",
            "where": "saxe.pdf",
            "how": "parsed",
            "cites": ["chizat2019lazy", "jacot2018neural"],
        }
    ]
    assert len(after) == len(before) + 1
    wanted = list(read_references(lists / "wanted.jsonl"))
    assert [(one.title, one.author) for one in wanted] == [
        ("An unknown work", "Ida Abel"),
        ("Neural tangent kernel", "Somebody Else"),
    ]
    files = [lists / name for name in ("citations.yaml", "wanted.jsonl")]
    contents = [one.read_bytes() for one in files]
    _read_lists(lists)
    _read_lists(lists, file)
    assert [one.read_bytes() for one in files] == contents


def test_an_entry_that_all_its_authors_identify_is_wanted_no_more(
    lists: Path, tmp_path: Path
) -> None:
    """Only the first author is stored, and another may decide."""
    title, first = "The Loss Surfaces of Multilayer Networks", "C. Misprinted"
    old = Reference("saxe2014exact", title, first, 2030)
    (lists / "wanted.jsonl").write_text(reference_line(old), "utf-8")
    read = {
        "catalogue_key": "saxe2014exact",
        "source": "a library",
        "where": "saxe.pdf",
        "entries": [{"title": title, "year": 2030, "authors": [first, "A. Choromanska"]}],
    }
    file = tmp_path / "lists.jsonl"
    file.write_text(json.dumps(read) + "\n", "utf-8")
    _read_lists(lists, file)
    assert list(read_references(lists / "wanted.jsonl")) == []


WRONGLY_SPLIT = (
    "Neural tangent kernel (Lecture notes in kernels)",
    "Neural tangent kernel: Convergence and generalization in neural networks, 2018, 1806.07572",
    "Gabriel. Neural tangent kernel: Convergence and generalization in neural networks. jun 2018",
    "Hongler, C. Neural tangent kernel: Convergence and generalization in neural networks",
)


@pytest.mark.parametrize("title", WRONGLY_SPLIT)
def test_a_title_with_more_than_the_title_is_found(finder: Any, title: str) -> None:
    """A series, a year or an author that was left in it, if author and year agree."""
    assert finder.find(read_lists.Entry(title, ("A. Jacot",), True, 2018, None, None))
    assert not finder.find(read_lists.Entry(title, ("A. Jacot",), True, 2008, None, None))
    assert not finder.find(read_lists.Entry(title, ("A. Nother",), True, 2018, None, None))


def test_a_letter_of_a_formula_is_read_as_printed() -> None:
    """A record has a command where a list has the letter."""
    letters = read_lists._letters
    record = r"Minimum $\ell_1$-norm with factor $\tau$"
    assert letters(record) == letters("minimum ℓ1 norm with factor τ")
    assert letters(r"$\mu$P and $\alpha$") != letters(r"$\mu$P and $\beta$")


def test_a_part_of_a_title_needs_the_same_first_author(finder: Any) -> None:
    """A program and the paper on it share a title and most of their authors."""
    names = ("Franck Gabriel", "Arthur Jacot")
    assert not finder.find(
        read_lists.Entry("Neural tangent kernel", names, False, 2018, None, None)
    )
    whole = "Neural tangent kernel: Convergence and generalization in neural networks"
    assert finder.find(read_lists.Entry(whole, names, False, 2018, None, None))


def test_a_short_title_of_several_authors_is_found_whatever_its_year(finder: Any) -> None:
    """A reprint; one author may have written two works of the same short title."""
    title, authors = "On lazy training", ("Chizat, L.", "Oyallon, E.")
    paper = finder.bib["chizat2019lazy"]
    finder.whole["onlazytraining"].append(paper)
    assert finder.find(read_lists.Entry(title, authors, False, 2031, None, None)) == paper.key
    assert not finder.find(read_lists.Entry(title, authors[:1], True, 2031, None, None))


@pytest.mark.slow
def test_a_new_work_finds_its_edges_in_the_stored_entries(lists: Path) -> None:
    """Without another look at the lists."""
    entry = Reference("chizat2019lazy", "An unknown work", "Abel, I.", 1999)
    (lists / "wanted.jsonl").write_text(reference_line(entry), "utf-8")
    papers = lists / "papers.yaml"
    record = (
        "\n- key: abel1999unknown\n  type: online\n  title: An Unknown Work\n"
        "  author: [Abel, Ida]\n"
        "  year: 1999\n  url: https://example.org/unknown\n  topics: [ntk]\n"
    )
    papers.write_text(papers.read_text("utf-8") + record, "utf-8")
    _read_lists(lists)
    blocks = yaml.safe_load((lists / "citations.yaml").read_text("utf-8"))
    citing = {block["citing"] for block in blocks if "abel1999unknown" in block["cites"]}
    assert citing == {"chizat2019lazy"}
    assert (lists / "wanted.jsonl").read_text("utf-8") == ""
