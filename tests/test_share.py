"""The page on sharing a collection through git, tried in real repositories."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from helpers.collections import SAMPLE
from helpers.programs import environment, needs
from helpers.records import work

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "how-to" / "share.md").read_text("utf-8")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="a sh script")]


def block(start: str) -> list[str]:
    """The commands of the block of the page that begins with this line."""
    (found,) = (
        text
        for text in re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S)
        if text.startswith(start)
    )
    return found.splitlines()


class Shell:
    """Runs commands of the page, with `dltheory` and git as the page's reader has them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        scripts = home / "bin"
        scripts.mkdir()
        (scripts / "dltheory").write_text(
            f'#!/bin/sh\nexec "{sys.executable}" -m dltheory_bib "$@"\n', "utf-8"
        )
        (scripts / "dltheory").chmod(0o755)
        self.variables = environment(
            PATH=f"{scripts}{os.pathsep}{os.environ['PATH']}",
            HOME=str(home),
            GIT_CONFIG_NOSYSTEM="1",
            **{
                f"GIT_{role}_{what}": value
                for role in ("AUTHOR", "COMMITTER")
                for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"))
            },
        )
        self.variables.pop("DLTHEORY_DATA", None)
        (home / ".gitconfig").write_text(
            "[init]\n  defaultBranch = main\n[pull]\n  rebase = false\n", "utf-8"
        )

    def __call__(self, folder: str, command: str, code: int = 0) -> str:
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.home / folder,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, f"{command}: {said}"
        return said


@pytest.fixture
def lab(tmp_path: Path) -> Shell:
    """Two clones, `ada` and `bob`, of a lab's repository that is made as the page says."""
    needs("git")
    shell = Shell(tmp_path)
    init, cd, *rest = block("dltheory init")
    shell(".", f"{init} --extends {SAMPLE}")
    assert cd == "cd references"
    for command in rest:
        shell("references", command)
    shell(".", "git clone -q --bare references origin.git")
    for name in ("ada", "bob"):
        shell(".", f"git clone -q origin.git {name}")
        shell(name, "git config core.hooksPath hooks")
    return shell


def put(lab: Shell, who: str, text: str) -> None:
    (lab.home / who / "papers.yaml").write_text(text, "utf-8")


def papers(lab: Shell, who: str) -> dict[str, dict[str, object]]:
    text = (lab.home / who / "papers.yaml").read_text("utf-8")
    return {one["key"]: one for one in yaml.safe_load(text)}


def test_the_hook_refuses_a_broken_record(lab: Shell) -> None:
    put(lab, "ada", work("doe2020a", "Cats", "Jane Doe"))
    said = lab("ada", "git commit -qam Broken", code=1)
    assert "papers.yaml:5:7: error: author, item 1" in said
    put(lab, "ada", work("doe2020a", "Cats", "Doe, Jane", extra="after: [nobody2020]"))
    assert "unknown work nobody2020" in lab("ada", "git commit -qam Broken", code=1)
    put(lab, "ada", work("doe2020a", "Cats", "Doe, Jane"))
    lab("ada", "git commit -qam Sound")
    assert "Sound" in lab("ada", "git log --oneline")


def test_nothing_that_the_program_keeps_is_committed(lab: Shell) -> None:
    (lab.home / "ada" / "new.bib").write_text(
        "@misc{a, title={On tea}, author={Doe, Jane}, year=2020}", "utf-8"
    )
    for command in block("git pull"):
        lab("ada", command.replace("dltheory add new.bib", "dltheory add new.bib --yes"))
    assert list(papers(lab, "ada")) == ["doe2020tea"]
    listed = lab("ada", "git ls-files").split()
    assert not [name for name in listed if name.startswith(".dltheory/")]
    lab("bob", "git pull -q")
    assert "doe2020tea" in lab("bob", "dltheory list has:own -f keys")


def test_works_that_both_add_are_merged_by_git_or_by_the_command(lab: Shell) -> None:
    """They conflict as lines; as works one is new, one is in both under two keys."""
    put(lab, "ada", work("doe2020a", "Cats are liquid") + "\n" + work("roe2021b", "Dogs in snow"))
    lab("ada", "git commit -qam Ada && git push -q")
    put(
        lab,
        "bob",
        work("doe2020cats", "Cats are liquid", year=2021, extra="eprint: '2001.00001'")
        + "\n"
        + work("poe2022c", "Of ravens", "Poe, E.", extra="after: [doe2020cats]"),
    )
    lab("bob", "git commit -qam Bob")
    assert "CONFLICT" in lab("bob", "git pull -q", code=1)
    abort, worktree, merge, commit, ours, remove, push = block("git merge --abort")
    lab("bob", abort)
    lab("bob", worktree)
    said = lab("bob", merge, code=1)
    assert "doe2020a there is doe2020cats here" in said
    assert "conflict: doe2020cats: year is '2021' here, and there" in said
    for command in (commit, ours, remove, push):
        lab("bob", command)
    lab("ada", "git pull -q")
    assert papers(lab, "ada") == papers(lab, "bob")
    assert list(papers(lab, "ada")) == ["doe2020cats", "poe2022c", "roe2021b"]
    assert papers(lab, "ada")["doe2020cats"]["aliases"] == ["doe2020a"]
    assert "no problem" in lab("ada", "dltheory check")
    assert "theirs" not in lab("bob", "git worktree list")


def test_the_hook_of_pre_commit_and_the_servers_command_are_there() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    blocks = [
        yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
    ]
    (wanted,) = (one["repos"][0]["hooks"][0]["id"] for one in blocks if "repos" in one)
    (hook,) = (one for one in hooks if one["id"] == wanted)
    assert hook["entry"] == "dltheory check"
    assert hook["pass_filenames"] is False
    (steps,) = (one["jobs"]["check"]["steps"] for one in blocks if "jobs" in one)
    assert steps[-1]["run"] == "dltheory check --format github"


def test_the_servers_command_places_a_problem(lab: Shell) -> None:
    put(lab, "ada", work("doe2020a", "Cats", "Jane Doe"))
    said = lab("ada", "dltheory check --format github", code=1)
    assert "::error file=papers.yaml,line=5,col=7" in said
