"""What many tests start from."""

from __future__ import annotations

import gc
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from dltheory_bib import Bibliography, load
from dltheory_bib.source import loader
from helpers.budget import SOAK, examples
from helpers.collections import CATALOGUE, EXAMPLE, SAMPLE, in_place, shipped_directory

# On a busy machine an example may take any time, and so may making one. A landing is no lottery:
# there the examples are the same each time; whoever runs the tests by hand tries new ones.
settings.register_profile(
    "ours",
    examples(40),
    deadline=None,
    derandomize=bool(os.environ.get("CI")) and not SOAK,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ours")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the shipped catalogue or a browser, by its fixtures, or random examples."""
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if {"catalogue", "pages"} & used or isinstance(item, pytest.DoctestItem):
            item.add_marker("catalogue")
        if "browser" in used:
            item.add_marker("browser")
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("soak")


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


class Doctests:
    """Examples in README.md and src are outside this folder, where its fixtures do not reach."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Run an example with the shipped catalogue in place."""
        with in_place(CATALOGUE if isinstance(item, pytest.DoctestItem) else shipped_directory()):
            yield


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Doctests())


@pytest.fixture(autouse=True)
def _sample_in_place(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests of code do not see the shipped catalogue; the sample is where it would be.

    Nor is a command that a test runs about the clone in which the suite runs.
    """
    from dltheory_bib.cli import collection

    find = collection.clone_data
    here = {None, CATALOGUE, Path(__file__).parents[1] / "data"}
    shipped = request.node.get_closest_marker("catalogue")
    with in_place(CATALOGUE if shipped else SAMPLE), pytest.MonkeyPatch.context() as patch:
        patch.setattr(collection, "clone_data", lambda: None if find() in here else find())
        yield


CHANGES_OUTPUT = ("COLUMNS", "DLTHEORY_DATA", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE")
"""Variables that change what the command prints; a test sets those it is about."""


@pytest.fixture(scope="session", autouse=True)
def _home_of_ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the user's files or cache, or minds the user's variables.

    Programs that a test starts do not either.
    """
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("CACHE", "CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / f".{name.lower()}"))
        # Without bytecode every command that a test starts compiles the whole package again.
        for name in (*CHANGES_OUTPUT, "PYTHONDONTWRITEBYTECODE"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def catalogue_dir(tmp_path: Path) -> Path:
    """A copy of a tiny catalogue about tea, in a folder of its own."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "tea"))


@pytest.fixture(scope="session")
def bib(_home_of_ours: None) -> Bibliography:
    """The sample, for tests of code: some forty works of the catalogue, as they once were."""
    with in_place(SAMPLE):
        return load()


@pytest.fixture(scope="session")
def catalogue(_home_of_ours: None) -> Bibliography:
    """The shipped catalogue, for tests of the data."""
    with in_place(CATALOGUE):
        return load()


@pytest.fixture(scope="session")
def pages(catalogue: Bibliography, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every file of the shipped catalogue's site by its path.

    The processes of a parallel run have it made by the first of them that needs it.
    """
    from dltheory_bib.site.build import make_files
    from dltheory_bib.site.options import Options

    if "PYTEST_XDIST_WORKER" not in os.environ:
        return make_files(catalogue, Options())
    import fcntl

    run = tmp_path_factory.getbasetemp().parent
    made = run / "pages.pickle"
    with (run / "pages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_bytes(pickle.dumps(make_files(catalogue, Options())))
    found: dict[str, bytes] = pickle.loads(made.read_bytes())
    return found


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Judge `papers.yaml`, alone in the working directory; what is said, a line for each problem.

    Text and bytes are written to the file; keywords write further files, `topics="…"`.
    """
    from dltheory_bib.source.loader import check_paths

    monkeypatch.chdir(tmp_path)

    def judge(papers: str | bytes, **others: str) -> list[str]:
        data = papers if isinstance(papers, bytes) else papers.encode()
        Path("papers.yaml").write_bytes(data)
        for kind, text in others.items():
            Path(f"{kind}.yaml").write_text(text, encoding="utf-8")
        return [str(problem) for problem in check_paths([Path("papers.yaml")])[0]]

    return judge


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache directory for this test alone."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "dltheory-bib"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A note for each time that a catalogue is compiled from its files."""
    notes: list[str] = []
    real = loader.load_catalogue

    def noting(*args: Any) -> Any:
        notes.append("compiled")
        return real(*args)

    monkeypatch.setattr(loader, "load_catalogue", noting)
    return notes
