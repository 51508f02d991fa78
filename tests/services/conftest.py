"""The stand-in server, in place of every service, and the client that asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from stand_in import StandIn, standing_in

from dltheory_bib.cli.main import main
from dltheory_bib.lookup.openreview import OpenReview
from dltheory_bib.lookup.response_cache import ResponseCache
from dltheory_bib.lookup.service_client import ServiceClient
from dltheory_bib.lookup.services import SERVICES

PLACES = {
    "arXiv": "/arxiv/api/query",
    "Crossref": "/crossref/works",
    "DataCite": "/datacite/dois",
    "OpenReview": "/openreview2/notes",
    "DBLP": "/dblp/search/publ/api",
    "OpenAlex": "/openalex/works",
    "Semantic Scholar": "/s2/graph/v1/paper",
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The stand-in; no service has another address, and none asks for a pause."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with standing_in() as stand_in:
        for service in SERVICES:
            monkeypatch.setattr(service, "address", stand_in.address + PLACES[service.name])
            monkeypatch.setattr(service, "pause", 0.0)
        monkeypatch.setattr(OpenReview, "older", f"{stand_in.address}/openreview1/notes")
        yield stand_in


Maker = Callable[..., ServiceClient]


@pytest.fixture
def slept() -> list[float]:
    """The seconds that the client waited, without waiting them."""
    return []


@pytest.fixture
def make_client(tmp_path: Path, slept: list[float]) -> Iterator[Maker]:
    """Make clients that share a cache, and close them in the end."""
    made: list[ServiceClient] = []

    def make(cached: bool = False, **options: Any) -> ServiceClient:
        cache = ResponseCache(tmp_path / "cache" / "services.sqlite", 30) if cached else None
        client = ServiceClient(cache=cache, sleep=slept.append, **options)
        made.append(client)
        return client

    yield make
    for one in made:
        one.close()


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """A collection on top of the catalogue that stands in place, without works."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "collection.yaml").write_text("extends: shipped\n")
    return folder


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A collection on its own, with one work of the user and comments."""
    folder = tmp_path / "alone"
    folder.mkdir()
    (folder / "papers.yaml").write_text(
        "# My works.\n\n# the first\n- key: moe2020tea\n  type: online\n  title: On tea  # mine\n"
        "  author: ['Moe, Max']\n  year: 2020\n# the end\n"
    )
    return folder


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a collection; its exit code, output and notes."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
        code = main(["--data", str(folder), *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
