"""What a release promises: no citation key disappears, and the files agree on the version."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.version import Version

import dltheory_bib

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from build_dist import RELATIVE, differences  # noqa: E402

TEA = "- {key: abel1992water, title: Water and pH}\n"
KETTLE = "- {key: bell1995kettle, title: The Kettle, aliases: [bell1994kettle]}\n"


class Repository:
    """A git repository with a papers file, in which the check of keys is run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.papers = folder / "data" / "papers.yaml"
        self.papers.parent.mkdir(parents=True)
        self.git("init", "--quiet")

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=Ida Abel", "-c", "user.email=ida@example.org"]
        unsigned = ["-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"]
        subprocess.run(["git", *identity, *unsigned, *arguments], cwd=self.folder, check=True)

    def release(self, papers: str, tag: str) -> None:
        self.papers.write_text(papers, encoding="utf-8")
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", tag)
        self.git("tag", tag)

    def check(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        script = ROOT / "scripts" / "check_keys.py"
        return subprocess.run(
            [sys.executable, str(script), *arguments],
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "tea")


def test_keys_that_are_kept_pass(repository: Repository) -> None:
    repository.release(TEA + KETTLE, "v1")
    more = "- {key: cole1999steam, title: Steam}\n"
    repository.papers.write_text(TEA + KETTLE + more, encoding="utf-8")
    done = repository.check()
    assert (done.returncode, done.stderr) == (0, "")
    assert "all 3 keys and aliases of v1" in done.stdout
    assert "1 are new" in done.stdout


def test_a_key_or_an_alias_that_is_gone_fails(repository: Repository) -> None:
    repository.release(TEA + KETTLE, "v1")
    repository.papers.write_text("- {key: bell1995kettle, title: The Kettle}\n", encoding="utf-8")
    done = repository.check()
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: abel1992water is gone (Water and pH): write it under `aliases` of the work it was",
        "error: bell1994kettle is gone (The Kettle): write it under `aliases` of the work it was",
    ]


def test_a_key_that_became_an_alias_of_its_work_passes(repository: Repository) -> None:
    repository.release(TEA, "v1")
    repository.papers.write_text(
        "- {key: abel1993water, title: Water and pH, aliases: [abel1992water]}\n", encoding="utf-8"
    )
    assert repository.check().returncode == 0


def test_an_alias_that_became_the_name_of_another_work_fails(repository: Repository) -> None:
    repository.release(KETTLE, "v1")
    repository.papers.write_text(
        "- {key: bell1995kettle, title: The Kettle}\n- {key: bell1994kettle, title: A Lid}\n",
        encoding="utf-8",
    )
    done = repository.check()
    assert done.returncode == 1
    assert "bell1994kettle was a name of bell1995kettle, and is now one of" in done.stderr


def test_the_last_tag_is_meant_and_any_revision_can_be_named(repository: Repository) -> None:
    repository.release(TEA + KETTLE, "v1")
    repository.release(TEA, "v2")
    assert repository.check().returncode == 0
    done = repository.check("v1")
    assert done.returncode == 1
    assert "bell1995kettle is gone" in done.stderr


def test_without_anything_to_compare_with_the_check_fails(repository: Repository) -> None:
    """No tag, an unknown revision, a revision without works: never a silent success."""
    repository.papers.write_text("", encoding="utf-8")
    repository.git("add", ".")
    repository.git("commit", "--quiet", "--message", "empty")
    repository.papers.write_text(TEA, encoding="utf-8")
    for arguments, message in [
        ([], "error: no tag yet; name a revision: make release-check SINCE=COMMIT\n"),
        (["v7"], "error: no such revision: v7\n"),
        (["HEAD"], "error: no works in data/papers.yaml or data/resources.yaml\n"),
    ]:
        done = repository.check(*arguments)
        assert (done.returncode, done.stderr, done.stdout) == (2, message, "")


def built(folder: Path, text: bytes, kind: str = "whl") -> Path:
    """A wheel or an sdist with one file."""
    folder.mkdir(exist_ok=True)
    path = folder / f"tea-1.{kind}"
    if kind == "whl":
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(zipfile.ZipInfo("tea/leaf.py"), text)
    else:
        with tarfile.open(path, "w:gz") as sdist:
            member = tarfile.TarInfo("tea-1/tea/leaf.py")
            member.size = len(text)
            sdist.addfile(member, io.BytesIO(text))
    return path


@pytest.mark.parametrize("kind", ["whl", "tar.gz"])
def test_builds_that_differ_are_reported_by_member(tmp_path: Path, kind: str) -> None:
    once = built(tmp_path / "once", b"green", kind)
    again = built(tmp_path / "again", b"black", kind)
    name = f"tea-1.{kind}"
    assert list(differences([once], [again])) == [
        f"two builds differ: {name}, {name}",
        "  tea/leaf.py",
    ]
    assert list(differences([once], [once])) == []


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see [the tour](docs/tour.ipynb)", "docs/tour.ipynb"),
        ("![a screen](docs/screen.svg)", "docs/screen.svg"),
        ('<img src="docs/screen.svg" alt="">', "docs/screen.svg"),
        ("[a page](https://example.org/a) and [a part](#part)", None),
    ],
)
def test_a_relative_link_is_found(text: str, link: str | None) -> None:
    found = RELATIVE.search(text)
    assert (found and (found[1] or found[2])) == link


def test_the_long_description_has_no_relative_link() -> None:
    """The substitutions of pyproject.toml leave none of the README's."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        hook = tomllib.load(file)["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert RELATIVE.search(text)
    for one in hook["substitutions"]:
        text = re.sub(one["pattern"], one["replacement"], text)
    assert [link[0] for link in RELATIVE.finditer(text)] == []


def test_the_citation_file_and_the_package_agree_on_the_version() -> None:
    """CITATION.cff has the version of the package, and the change log has no later one."""
    citation = yaml.load((ROOT / "CITATION.cff").read_text("utf-8"), Loader=yaml.BaseLoader)
    assert citation["version"] == dltheory_bib.__version__
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"(?m)^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", changes)
    versions = [Version(version) for version in released]
    assert versions == sorted(versions, reverse=True)
    assert versions[0] <= Version(dltheory_bib.__version__)
