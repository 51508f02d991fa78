"""Fetch newer dumps for a shelf, from a server that stands in for theirs."""

from __future__ import annotations

import gzip
import os
from email.utils import formatdate
from pathlib import Path

import pytest
from stand_in import Query, Reply, StandIn

from conftest import Maker
from dltheory_bib.cli.main import main
from dltheory_bib.lookup.service_client import ServiceError
from dltheory_bib.shelf.fetched_dumps import fetch_dump
from dltheory_bib.shelf.lookups import Shelf, ShelfSource
from dltheory_bib.shelf.readers.source_kinds import ADDRESSES
from dltheory_bib.shelf.refusals import SourceError
from dltheory_bib.shelf.shelf_index import build_shelf

OLD, NEW = 1_700_000_000, 1_790_000_000


def dump(*titles: str) -> bytes:
    works = "".join(
        f'<article key="journals/x/{n}"><author>Ann Lee</author><title>{title}.</title>'
        "<year>2020</year><journal>X</journal></article>"
        for n, title in enumerate(titles)
    )
    return gzip.compress(f"<?xml version='1.0'?><dblp>{works}</dblp>".encode(), mtime=0)


class DumpServer:
    """A server of one file, with parts and times as HTTP has them."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.etag = '"1"'
        self.cuts: list[int] = []
        """After how many bytes the next answers break off."""
        self.sent: list[tuple[int, int]] = []
        """The status and the first byte of each answer."""

    def __call__(self, query: Query) -> Reply:
        headers = {"ETag": self.etag, "Last-Modified": formatdate(NEW, usegmt=True)}
        if query.headers.get("If-Modified-Since") == headers["Last-Modified"]:
            self.sent.append((304, 0))
            return Reply(status=304)
        cut = self.cuts.pop(0) if self.cuts else None
        start, status = 0, 200
        if "Range" in query.headers and query.headers["If-Range"] == self.etag:
            start = int(query.headers["Range"].removeprefix("bytes=").rstrip("-"))
            status = 206
            headers["Content-Range"] = f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"
        self.sent.append((status, start))
        return Reply(self.body[start:], status, headers, "application/gzip", cut=cut)


@pytest.fixture
def dumps(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> DumpServer:
    made = DumpServer(dump("An Old Work", "A New Work"))
    server.answer("/xml", made)
    monkeypatch.setitem(ADDRESSES, "dblp", f"{server.address}/xml/dblp.xml.gz")
    return made


@pytest.fixture
def source(tmp_path: Path) -> ShelfSource:
    path = tmp_path / "dblp.xml.gz"
    path.write_bytes(dump("An Old Work"))
    os.utime(path, (OLD, OLD))
    build_shelf([path], tmp_path / "shelf")
    shelf = Shelf(tmp_path / "shelf")
    (found,) = shelf.sources.values()
    shelf.close()
    return found


@pytest.mark.usefixtures("cache")
def test_a_newer_dump_is_fetched_if_the_user_asks(
    dumps: DumpServer, source: ShelfSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["shelf", "update", "--shelf", str(tmp_path / "shelf")]
    assert main(command) == 1
    assert "use --online" in capsys.readouterr().err
    assert dumps.sent == []
    dumps.cuts = [20]
    assert main([*command, "--online"]) == 0
    err = capsys.readouterr().err
    assert f"{source.path}: fetched" in err
    assert f"{tmp_path / 'shelf'}: 2 works" in err
    assert dumps.sent == [(200, 0), (206, 20)], "what was there is not sent again"
    shelf = Shelf(tmp_path / "shelf")
    assert len(shelf.titled("A New Work")) == 1
    assert [one.date for one in shelf.sources.values()] == ["2026-09-21"], "that of the dump"
    shelf.close()
    assert main([*command, "--online"]) == 0
    assert "the shelf has the newest dumps" in capsys.readouterr().err
    assert dumps.sent[2:] == [(304, 0)]
    names = {one.name for one in tmp_path.iterdir()}
    assert not [name for name in names if "part" in name or "mark" in name]


@pytest.mark.usefixtures("cache")
def test_an_address_can_be_given(
    dumps: DumpServer,
    server: StandIn,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "mine.bib").write_text("@misc{a, title={One Work}, year=2020}", "utf-8")
    os.utime(tmp_path / "mine.bib", (OLD, OLD))
    build_shelf([tmp_path / "mine.bib"], tmp_path / "shelf")
    command = ["shelf", "update", "--online", "--shelf", str(tmp_path / "shelf")]
    assert main(command) == 1
    err = capsys.readouterr().err
    assert "mine.bib: no address is known" in err
    assert "--from FILE ADDRESS" in err
    assert main([*command, "--from", "other.bib", "http://x"]) == 2
    assert "other.bib is no source of the shelf" in capsys.readouterr().err
    dumps.body = b"@misc{a, title={One Work}, year=2020}\n@misc{b, title={Two Works}, year=2021}"
    assert main([*command, "--from", "mine.bib", f"{server.address}/xml/mine.bib"]) == 0
    assert "shelf: 2 works" in capsys.readouterr().err


def test_a_fetch_that_was_killed_is_carried_on_with(
    dumps: DumpServer, source: ShelfSource, make_client: Maker
) -> None:
    old = Path(source.path).read_bytes()
    told: list[int] = []
    dumps.cuts = [10, 10, 10, 10]
    with pytest.raises(ServiceError, match="cannot be reached"):
        fetch_dump(make_client(), source, ADDRESSES["dblp"])
    assert Path(source.path).read_bytes() == old
    assert dumps.sent == [(200, 0), (206, 10), (206, 20), (206, 30)]
    assert fetch_dump(make_client(), source, ADDRESSES["dblp"], lambda _, size: told.append(size))
    assert dumps.sent[4:] == [(206, 40)]
    assert Path(source.path).read_bytes() == dumps.body
    assert told


def test_a_dump_may_be_packed_whatever_its_name_is(
    dumps: DumpServer, tmp_path: Path, make_client: Maker
) -> None:
    path = tmp_path / "dblp.xml"
    path.write_bytes(gzip.decompress(dump("An Old Work")))
    os.utime(path, (OLD, OLD))
    (count,) = build_shelf([path], tmp_path / "shelf")
    source = ShelfSource(count.reader, str(path), "2023-11-14", "CC0", 1, 0)
    assert fetch_dump(make_client(), source, ADDRESSES["dblp"])
    assert path.read_bytes() == dumps.body
    assert [one.kept for one in build_shelf([path], tmp_path / "shelf")] == [2]


def test_a_file_that_changed_meanwhile_is_fetched_anew(
    dumps: DumpServer, source: ShelfSource, make_client: Maker
) -> None:
    dumps.cuts = [10, 10, 10, 10]
    with pytest.raises(ServiceError):
        fetch_dump(make_client(), source, ADDRESSES["dblp"])
    dumps.etag, dumps.body = '"2"', dump("Another", "Work", "Again")
    assert fetch_dump(make_client(), source, ADDRESSES["dblp"])
    assert dumps.sent[-1] == (200, 0)
    assert Path(source.path).read_bytes() == dumps.body


def test_what_is_no_dump_does_not_replace_one(
    dumps: DumpServer, source: ShelfSource, make_client: Maker, server: StandIn
) -> None:
    old = Path(source.path).read_bytes()
    dumps.body = b"<!doctype html><title>Are you a robot?</title>"
    with pytest.raises(SourceError, match="is no dump of dblp"):
        fetch_dump(make_client(), source, ADDRESSES["dblp"])
    with pytest.raises(ServiceError, match="has no such file"):
        fetch_dump(make_client(), source, f"{server.address}/none")
    server.answer("/busy", Reply(status=403))
    with pytest.raises(ServiceError, match="refuses to answer"):
        fetch_dump(make_client(), source, f"{server.address}/busy")
    assert [one.name for one in Path(source.path).parent.glob("*dblp*")] == ["dblp.xml.gz"]
    assert Path(source.path).read_bytes() == old
