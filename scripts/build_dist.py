"""Build the sdist and the wheel of the current commit twice, and compare them byte for byte.

    python scripts/build_dist.py [FOLDER]

`make dist` runs it; FOLDER is dist by default, and is replaced. The commit is exported, so what is
not committed has no influence. The second export has another path and other modification times,
and its wheel is built from the tree, while that of the first is built from the sdist: a build that
depends on where, when or from what it ran is found. The script also checks that the sdist holds
every file of the commit, that `twine check --strict` has no complaint, and that the long
description has no relative link. The exit code is 1 if one of these fails; FOLDER is then left as
it was.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from email import message_from_string
from pathlib import Path

ROOT = Path(__file__).parents[1]
RELATIVE = re.compile(
    r"""\]\((?!https?:|mailto:|\#)([^)\s]*) | (?:href|src)=["'](?!https?:|mailto:|\#)([^"']*)""",
    re.VERBOSE,
)


def main(folder: Path) -> int:
    """Build, compare, and put the two files into the folder; 1 if there is a problem."""
    if not (ROOT / ".git").exists():
        print("error: this is no clone; a release is built from a commit", file=sys.stderr)
        return 1
    if git("status", "--porcelain"):
        print("uncommitted changes are ignored: the commit is built, not the working tree")
    os.environ["SOURCE_DATE_EPOCH"] = git("log", "-1", "--format=%ct")
    with tempfile.TemporaryDirectory() as directory:
        once, again = Path(directory) / "once", Path(directory) / "a second time"
        first = build(once, [])
        second = build(again, ["--sdist", "--wheel"], touch=True)
        problems = [*differences(first, second), *missing(first), *checked(first)]
        for problem in problems:
            print(f"error: {problem}", file=sys.stderr)
        if problems:
            return 1
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in first:
            shutil.copy(file, folder)
            size = f"{file.stat().st_size / 1e6:.2f} MB"
            print(f"{folder / file.name}  {size}  sha256 {digest(file.read_bytes())}")
    print("both builds are equal byte for byte")
    return 0


def git(*arguments: str) -> str:
    """Return the output of a git command in this repository."""
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout.strip()


def build(place: Path, options: list[str], touch: bool = False) -> list[Path]:
    """Export the commit to a place and build it there; return the sdist and the wheel.

    `touch` gives the files of the export the time of today instead of that of the commit.
    """
    tree, made = place / "tree", place / "made"
    tree.mkdir(parents=True)
    archive = place / "commit.tar"
    git("archive", "--output", str(archive), "HEAD")
    with tarfile.open(archive) as opened:
        opened.extractall(tree, filter="data")
    if touch:
        for file in tree.rglob("*"):
            file.touch()
    command = [sys.executable, "-m", "build", *options, "--outdir", str(made), str(tree)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return sorted(made.iterdir())


def differences(first: list[Path], second: list[Path]) -> Iterable[str]:
    """Yield the members in which the files of two builds differ."""
    for one, other in zip(first, second, strict=True):
        if one.name == other.name and one.read_bytes() == other.read_bytes():
            continue
        yield f"two builds differ: {one.name}, {other.name}"
        here, there = members(one), members(other)
        for name in sorted(here.keys() | there.keys()):
            if here.get(name) != there.get(name):
                yield f"  {name}"


def members(path: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a wheel or an sdist by its name."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return {name: digest(wheel.read(name)) for name in wheel.namelist()}
    found = {}
    with tarfile.open(path) as sdist:
        for member in sdist:
            content = sdist.extractfile(member)
            if content is not None:
                found[member.name.partition("/")[2]] = digest(content.read())
    return found


def digest(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def missing(files: list[Path]) -> Iterable[str]:
    """Yield the files of the commit that the sdist lacks, and those it has besides."""
    (sdist,) = (file for file in files if file.name.endswith(".tar.gz"))
    packed = members(sdist).keys() - {"PKG-INFO"}
    committed = set(git("ls-tree", "-r", "--name-only", "-z", "HEAD").rstrip("\0").split("\0"))
    yield from (f"not in the sdist: {name}" for name in sorted(committed - packed))
    yield from (f"in the sdist, but not in the commit: {name}" for name in packed - committed)


def checked(files: list[Path]) -> Iterable[str]:
    """Yield what is wrong with the metadata."""
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, files)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        yield (done.stdout + done.stderr).strip()
    (path,) = (file for file in files if file.suffix == ".whl")
    with zipfile.ZipFile(path) as wheel:
        (name,) = (one for one in wheel.namelist() if one.endswith(".dist-info/METADATA"))
        metadata = message_from_string(wheel.read(name).decode("utf-8"))
    for link in RELATIVE.finditer(metadata.get_payload()):
        yield f"the long description has a relative link: {link[1] or link[2]}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist")))
