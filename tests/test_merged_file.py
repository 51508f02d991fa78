"""A file of another program merged into a collection: nothing copied twice, nothing lost unsaid."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dltheory_bib import load
from dltheory_bib.cli.main import main
from helpers.budget import SOAK
from helpers.records import work

pytestmark = pytest.mark.usefixtures("cache")
Run = Callable[..., tuple[int, list[str]]]

REFS = r"""
@article{mine, title={How to Escape Saddle Points Efficiently}, year=2018, eprint={1703.00887},
  author={Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M. and
  Jordan, Michael I.},
  keywords={thesis, saddle points}, note={Read again}, file={:a b.pdf:PDF}, abstract={We do}}
@article{x2020y, title={Zeta}, author={M{\"u}ller, A.}, year=2020, journal={New Things}, volume=3}
@misc{x2020z, title={Zeta}, author={M{\"u}ller, A.}, year=2020, eprint={2001.00001},
  annote={Quokkas.}, abstract={They do}}
@misc{none, title={No author}}
@article{jin2017escape, title={A thing}, author={A, B}, year=1999, journal={New Things}}
@article{wrong, title={Other title here}, author={Nobody, B}, year=1999, eprint={1703.00887}}
"""


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run a command line in a new collection; its exit code, and the lines of its messages."""
    (tmp_path / "work" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    Path("refs.bib").write_text(REFS, "utf-8")
    main(("init",))
    capsys.readouterr()

    def run(*arguments: str) -> tuple[int, list[str]]:
        code = main(arguments)
        return code, capsys.readouterr().err.splitlines()

    return run


def files(folder: Path = Path()) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.yaml"))}


def records(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(Path(f"{kind}.yaml").read_text("utf-8"))
    return found


def test_every_entry_of_a_file_is_added_linked_merged_or_skipped_with_a_line(run: Run) -> None:
    code, said = run("import", "refs.bib", "--tag", "lab")
    assert code == 0
    assert said == [
        "@article{mine} is jin2017escape, which is here",
        "@article{mine} differs from jin2017escape, whose record stays; not imported: year 2018",
        "@misc{x2020z} is the same work as x2020y; its arXiv id is added to that record, and "
        "x2020z an alias",
        "@misc{none} has no author and no year; it is skipped",
        "@article{jin2017escape} gets the key jin2017escape-2; jin2017escape is taken",
        "@article{wrong} has the identifier 1703.00887 of jin2017escape, which has another title "
        "or other authors; it is skipped, correct the entry",
        "2 abstracts are not imported; --abstracts keeps them as private notes",
        "private, on 3 works, in notes.yaml: 2 notes, 5 tags, 1 files",
        "6 entries, 2 added, 1 linked, 1 repeated, 2 skipped: wrote venues.yaml, papers.yaml, "
        f"notes.yaml in {Path.cwd()}; 1 venue is new; check it; `dltheory undo` takes it back",
    ]
    assert [one["key"] for one in records("papers")] == ["jin2017escape-2", "x2020y"]
    assert records("notes")[0] == {
        "key": "jin2017escape",
        "notes": ["Read again"],
        "tags": ["thesis", "saddle points", "lab"],
        "files": ["a b.pdf"],
    }
    assert load(Path()).own_notes("x2020z")[0].notes == ("Quokkas.",)
    assert run("check")[0] == 0


def test_a_second_import_changes_nothing_and_the_first_can_be_undone(run: Run) -> None:
    before = files()
    run("import", "refs.bib", "--abstracts")
    after = files()
    assert after["notes.yaml"].count(b"Abstract: We do") == 1
    code, said = run("import", "refs.bib", "--abstracts")
    assert (code, said[-1]) == (
        0,
        f"6 entries, 0 added, 4 linked, 2 skipped: {Path.cwd()} has all of it; nothing to change",
    )
    assert files() == after
    assert run("undo") == (
        0,
        ["took back `dltheory import refs.bib` (venues.yaml, papers.yaml, notes.yaml)"],
    )
    assert files() == before


@pytest.mark.usefixtures("run")
def test_a_dry_run_shows_the_change_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = files()
    assert main(("import", "refs.bib", "--dry-run")) == 0
    printed = capsys.readouterr()
    assert "+- key: x2020y\n+  aliases: [x2020z]\n" in printed.out
    assert printed.err.endswith(": nothing was written\n")
    assert files() == before
    assert not Path(".dltheory").exists()


def test_a_file_is_merged_into_the_collection_that_is_named(run: Run, tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    run("init", str(lab))
    (tmp_path / "pdfs").mkdir()
    (tmp_path / "pdfs" / "a.pdf").touch()
    bib = tmp_path / "one.bib"
    bib.write_text(
        "@misc{o, title={O}, author={A, B}, year=2020, file={pdfs/a.pdf;b.pdf}}", "utf-8"
    )
    assert run("import", str(bib), str(lab))[0] == 0
    assert load(lab).own_notes("o")[0].files == ("../pdfs/a.pdf", "b.pdf")
    assert load(lab).layers == ["lab"]
    assert records("papers") == []


def test_a_collection_that_extends_nothing_takes_a_file_as_well(run: Run) -> None:
    Path("alone").mkdir()
    Path("alone/papers.yaml").write_text(work("doe2017first", "Zeta", "Müller, A."), "utf-8")
    code, said = run("import", "refs.bib", "alone")
    assert code == 0
    assert said[-1].startswith("6 entries, 3 added, 2 linked, 1 skipped: wrote venues.yaml, papers")
    assert (
        "@article{wrong} has eprint 1703.00887, which mine has too; that field is skipped" in said
    )
    assert len(load(Path("alone"))) == 4
    assert load(Path("alone")).own_notes("doe2017first")[0].notes == ("Quokkas.",)


def test_another_column_of_a_journal_is_a_work_of_its_own(run: Run) -> None:
    column = (
        "@article{{c{0}, title={{Open Problems}}, author={{A, B}}, journal={{Letters}}, "
        "year={0}, volume={0}}}\n"
    )
    Path("one.bib").write_text(column.format(2001), "utf-8")
    run("import", "one.bib")
    Path("two.bib").write_text(column.format(2001) + column.format(2002), "utf-8")
    code, said = run("import", "two.bib")
    assert (code, said[-1].split(":")[0]) == (0, "2 entries, 1 added, 1 linked")
    assert [one["key"] for one in records("papers")] == ["c2001", "c2002"]


def test_what_the_owner_said_before_stays(run: Run) -> None:
    run("status", "jin2017escape", "read")
    run("tag", "jin2017escape", "thesis")
    run("note", "jin2017escape", "Mine.")
    Path("refs.bib").write_text(
        "@misc{a, title={T}, author={A, B}, year=2017, eprint={1703.00887}}"
        "@misc{how, title={How to Escape Saddle Points Efficiently}, author={Jin, Chi}, year=2017,"
        " eprint={1703.00887}, keywords={x, thesis}, readstatus={skimmed}, note={A\u200bB}}",
        "utf-8",
    )
    code, said = run("import", "refs.bib")
    assert code == 0
    assert "jin2017escape has the status read here, not reading; it stays" in said
    assert "@misc{how} has a note with invisible characters, which are left out" in said
    assert records("notes") == [
        {
            "key": "jin2017escape",
            "notes": ["Mine.", "AB"],
            "tags": ["thesis", "x"],
            "status": "read",
        }
    ]


def test_an_annotation_of_the_catalogue_is_no_note_of_the_owner(run: Run) -> None:
    run("note", "jin2017escape", "Mine.")
    for name in ("ris", "csl.json", "bib"):
        run("export", "jin2017escape", "--private", "-o", f"refs.{name}", "--force")
        assert run("import", f"refs.{name}")[1][-1].endswith("nothing to change"), name


def test_the_catalogue_is_not_written_to(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = run("import", "work/refs.bib")
    assert (code, "the installed catalogue is not written to" in said[-1]) == (1, True)


FIELDS = {
    "journal": "Journal of Quokka {}",
    "booktitle": "Proceedings of Wombat {}",
    "volume": "{}",
    "number": "{}",
    "pages": "{0}-{0}9",
    "edition": "ed{}",
    "publisher": "Publisher {}",
    "organization": "Organisation {}",
    "school": "School {}",
    "institution": "Institute {}",
    "editor": "Editor{}, E",
    "doi": "10.1234/quokka{}",
    "url": "https://example.org/{}",
    "month": "may{}",
    "isbn": "isbn{}",
    "note": "Note {}",
    "annote": "Annote {}",
    "comment": "Comment {}",
    "keywords": "keyword{}",
    "groups": "group{}",
    "file": "file{}.pdf",
    "abstract": "Abstract {}",
    "howpublished": "howpublished{}",
    "series": "Series {}",
    "eprint": "jstor{}",
}


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["article", "inproceedings", "book", "phdthesis", "misc"])
def test_every_field_of_every_entry_is_kept_or_named(run: Run, kind: str) -> None:
    """Values are unlike any other, so that each can be looked for in what was written."""
    draw = random.Random(13)
    entries: list[tuple[str, dict[str, str]]] = []
    for number in range(1000, 1200 if SOAK else 1030):
        names = draw.sample(sorted(FIELDS), draw.randrange(1, len(FIELDS)))
        values = {name: FIELDS[name].format(number) for name in names}
        entries.append((f"k{number}", values))
    Path("refs.bib").write_text(
        "".join(
            f"@{kind}{{{key}, title={{Title of {key}}}, author={{Author{key}, A}}, year=2020, "
            + ", ".join(f"{name}={{{value}}}" for name, value in values.items())
            + "}\n"
            for key, values in entries
        ),
        "utf-8",
    )
    code, said = run("import", "refs.bib")
    assert code == 0
    assert said[-1].startswith(f"{len(entries)} entries, {len(entries)} added, 0 linked: ")
    written = json.dumps(
        [records("papers"), records("notes"), records("venues")], ensure_ascii=False
    )
    told = " ".join(said)
    lost = [
        (key, name, value)
        for key, values in entries
        for name, value in values.items()
        if value not in written
        and f"field {name} of " not in told
        and not (name == "abstract" and "abstracts are not imported" in told)
    ]
    assert lost == []
    assert len(load(Path())) == len(load()) + len(entries)


def test_another_issue_under_the_same_title_is_another_work(run: Run) -> None:
    """Of a journal; the collection has no error afterwards, and a second run changes nothing."""
    begin = (
        "author={Carmon, Yair and Duchi, John C. and Hinder, Oliver and Sidford, Aaron}, "
        "title={Accelerated Methods for Non-Convex Optimization}, journal={SIAM J. Optim.}"
    )
    Path("refs.bib").write_text(
        f"@article{{one, {begin}, volume=28, number=2, pages={{1751--1772}}, year=2018}}\n"
        f"@article{{two, {begin}, volume=31, number=4, pages={{12--30}}, year=2021}}\n"
    )
    assert run("import", "refs.bib")[1][-1].startswith("2 entries, 1 added, 1 linked: wrote")
    before = files()
    assert run("import", "refs.bib")[1][-1].startswith("2 entries, 0 added, 2 linked: ")
    assert files() == before
    assert run("check")[0] == 0
    assert load(Path())["carmon2018accelerated"].year == 2018
