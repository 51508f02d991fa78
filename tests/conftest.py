"""What many tests start from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from dltheory_bib import Bibliography, load
from dltheory_bib.source.loader import check_paths

# On a busy machine an example may take any time. A landing is no lottery: there the examples are
# the same each time; whoever runs the tests by hand tries new ones.
settings.register_profile("ours", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("ours")

EXAMPLE = Path(__file__).parent / "example"


@pytest.fixture(scope="session", autouse=True)
def _cache_of_ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the user's cache; programs that a test starts do not either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def catalogue_dir(tmp_path: Path) -> Path:
    """A copy of a tiny catalogue about tea: 6 works, 4 topics, 2 venues, 2 people, 2 lists."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "tea"))


@pytest.fixture(scope="session")
def bib(_cache_of_ours: None) -> Bibliography:
    """The shipped catalogue."""
    return load()


@pytest.fixture(scope="session")
def pages(bib: Bibliography) -> dict[str, bytes]:
    """Every file of the shipped catalogue's site by its path."""
    from dltheory_bib.site.build import make_files
    from dltheory_bib.site.options import Options

    return make_files(bib, Options())


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Judge `papers.yaml`, alone in the working directory; what is said, a line for each problem.

    Text and bytes are written to the file; keywords write further files, `topics="…"`.
    """
    monkeypatch.chdir(tmp_path)

    def judge(papers: str | bytes, **others: str) -> list[str]:
        data = papers if isinstance(papers, bytes) else papers.encode()
        Path("papers.yaml").write_bytes(data)
        for kind, text in others.items():
            Path(f"{kind}.yaml").write_text(text, encoding="utf-8")
        return [str(problem) for problem in check_paths([Path("papers.yaml")])[0]]

    return judge
