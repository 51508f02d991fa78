"""Settings: where they are found, what counts, and what is said of mistakes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dltheory_bib.cli.collection import choose_collection
from dltheory_bib.cli.main import main
from dltheory_bib.errors import DataError
from dltheory_bib.settings import Settings, find_settings, load_settings
from dltheory_bib.settings_files import PROJECT, project_file, user_file


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a folder in it, where the work is done; no settings of the user."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    root = tmp_path / "thesis"
    (root / ".git").mkdir(parents=True)
    (root / "chapters").mkdir()
    monkeypatch.chdir(root / "chapters")
    return root


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def said(text: str, project: Path) -> list[tuple[int, str]]:
    write(project / PROJECT, text)
    with pytest.raises(DataError) as caught:
        load_settings()
    return [(one.line, one.message) for one in caught.value.problems]


@pytest.mark.usefixtures("project")
def test_without_a_file_all_is_as_documented() -> None:
    assert load_settings() == Settings()
    assert not load_settings().network.online
    assert find_settings().files == ()
    assert project_file() is None


def test_the_project_is_searched_up_to_the_root_of_the_repository(project: Path) -> None:
    above = write(project.parent / PROJECT, "[fix]\nvenues = 'long'\n")
    assert load_settings().fix.venues == "as-is"
    mine = write(project / PROJECT, "[fix]\nvenues = 'short'\n")
    assert project_file() == mine
    assert load_settings().fix.venues == "short"
    nearer = write(project / "chapters" / PROJECT, "[fix]\nkeep_preprint = true\n")
    assert project_file() == nearer
    assert load_settings().fix.venues == "as-is", "one file, the nearest"
    assert above.exists()


def test_outside_a_repository_it_is_searched_up_to_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "me"
    (home / "texts").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    write(home / PROJECT, "[check]\nstrict = true\n")
    write(tmp_path / PROJECT, "[check]\nmax = 3\n")
    monkeypatch.chdir(home / "texts")
    assert load_settings().check.strict
    (tmp_path / "shared" / "place").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "shared" / "place")
    write(tmp_path / "shared" / PROJECT, "[check]\nstrict = true\n")
    assert not load_settings().check.strict, "a file above, which another person may have put there"
    assert load_settings(tmp_path / "shared").check.strict


def test_each_value_is_that_of_the_project_else_of_the_user(project: Path) -> None:
    write(project / PROJECT, "[fix]\nvenues = 'short'\n[shelf]\npath = 'shelf'\n")
    write(
        user_file(), "[fix]\nvenues = 'long'\nkeep_preprint = true\n[network]\nmailto = 'a@b.c'\n"
    )
    found = find_settings()
    assert found.settings.fix.venues == "short"
    assert found.settings.fix.keep_preprint
    assert found.settings.network.mailto == "a@b.c"
    assert found.settings.shelf.path == str(project / "shelf"), "relative to the file"
    assert [one.is_users for one in found.files] == [False, True]
    assert not found.stated_by["fix", "venues"].is_users
    assert found.stated_by["fix", "keep_preprint"].is_users


def test_a_repository_does_not_open_the_network(project: Path) -> None:
    write(project / PROJECT, "[network]\nonline = true\n")
    found = find_settings()
    assert not found.settings.network.online
    (note,) = found.notes
    assert (note.line, note.level) == (2, "note")
    assert "--online" in note.message
    write(user_file(), "[network]\nonline = true\n")
    assert load_settings().network.online, "the user's own word counts"
    write(project / PROJECT, "[network]\nonline = false\n")
    assert not load_settings().network.online, "a project may forbid it"


def test_mistakes_have_a_line_and_say_what_to_write(project: Path) -> None:
    text = """colection = 3
[netwrk]
[network]
timeout = "x"
mailto = "me"
without = ["arxiv", "dblb"]
[fix]
venue = "long"
no = ["page"]
only = "pages"
"keep_preprint" = 1
[check]
max = 0
[shelf]
path = 3
[site]
base_url = "ftp://x"
"""
    found = dict(said(text, project))
    assert sorted(found) == [1, 2, 4, 5, 6, 8, 9, 10, 11, 13, 15, 17]
    assert "did you mean collection?" in found[1]
    assert "did you mean network?" in found[2]
    assert found[4] == "timeout: write a number"
    assert found[5] == "mailto: write an e-mail address"
    assert found[6].startswith("without: 'dblb' is not known; write dblp, or another of arxiv")
    assert found[8] == "[fix] has no key 'venue'; did you mean venues?"
    assert found[9].startswith("no: 'page' is not known; write pages, or another of upgrades")
    assert found[10] == 'only: write a list: ["a", "b"]'
    assert found[11] == "keep_preprint: write true or false"
    assert found[15] == "path: write a text in quotes"
    assert found[17] == "base_url: write an address that begins with http"


def test_mistakes_of_both_files_are_reported_at_once(project: Path) -> None:
    write(user_file(), "[fixx]\n")
    assert len(said("[chek]\n", project)) == 2


@pytest.mark.parametrize(
    ("text", "line"), [("[network\n", 1), ("a = 1\na = 2\n", 2), ("x = " + "[" * 5000, 0)]
)
def test_what_is_no_toml_is_one_problem(text: str, line: int, project: Path) -> None:
    ((at, message),) = said(text, project)
    assert message.startswith("is no TOML")
    assert line in {0, at}


def test_a_file_of_windows_reads_the_same(project: Path) -> None:
    (project / PROJECT).write_bytes("\ufeff[fix]\r\nvenues = 'long'\r\n".encode())
    assert load_settings().fix.venues == "long"


def test_the_default_collection(project: Path, catalogue_dir: Path, tmp_path: Path) -> None:
    assert choose_collection(None).path is None
    write(user_file(), f"[collection]\ndata = '{tmp_path / 'mine'}'\n")
    assert choose_collection(None).path == tmp_path / "mine"
    write(project / PROJECT, f"[collection]\ndata = '{os.path.relpath(catalogue_dir, project)}'\n")
    chosen = choose_collection(None).path
    assert chosen
    assert chosen.resolve() == catalogue_dir.resolve()
    assert choose_collection(tmp_path).path == tmp_path, "an option, or DLTHEORY_DATA, comes first"


def test_a_clone_counts_before_the_users_collection_but_not_before_the_projects(
    project: Path,
) -> None:
    write(project / "pyproject.toml", '[project]\nname = "dltheory-bib"\n')
    write(project / "data" / "papers.yaml", "[]\n")
    write(user_file(), "[collection]\ndata = '/elsewhere'\n")
    chosen = choose_collection(None)
    assert (chosen.path, chosen.is_catalogue) == (project / "data", True)
    write(project / PROJECT, "[collection]\ndata = 'mine'\n")
    chosen = choose_collection(None)
    assert (chosen.path, chosen.is_catalogue) == (project / "mine", False)


def test_commands_report_a_broken_file_and_do_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project / PROJECT, "[collection]\ndata = 3\n")
    assert main(["list"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "../.dltheory.toml:2:1: error: data: write the path" in err.replace(
        str(project.resolve()), ".."
    )
    assert err.endswith("mend the settings first\n")


def test_the_site_takes_its_title_from_the_settings(
    project: Path, tmp_path: Path, catalogue_dir: Path
) -> None:
    write(project / PROJECT, "[site]\ntitle = 'Of our group'\nbase_url = 'https://x.org/a'\n")
    out = tmp_path / "out"
    assert main(["--data", str(catalogue_dir), "site", "build", str(out)]) == 0
    page = (out / "index.html").read_text("utf-8")
    assert "Of our group" in page
    assert 'href="https://x.org/a/' in page
    assert main(["--data", str(catalogue_dir), "site", "build", str(out), "--title", "Mine"]) == 0
    assert "Of our group" not in (out / "index.html").read_text("utf-8")
