"""How services are asked: politely, with limits, with a memory, and only if the user says so."""

from __future__ import annotations

import datetime
import socket
import sqlite3
import sys
from email.utils import format_datetime
from pathlib import Path

import pytest
from stand_in import Query, Reply, StandIn

from conftest import Maker
from dltheory_bib.errors import MissingExtraError
from dltheory_bib.lookup import response_cache, service_client
from dltheory_bib.lookup.response_cache import ResponseCache
from dltheory_bib.lookup.safe_xml import UnsafeXmlError, parse_xml
from dltheory_bib.lookup.service_client import ServiceClient, ServiceError
from helpers.programs import environment, run_program

GOOD = Reply('{"works": 1}')


def get(client: ServiceClient, server: StandIn, path: str = "/x") -> object:
    return client.get_json("Test", server.address + path, {}).content


def test_an_answer_is_read_and_its_day_noted(server: StandIn, make_client: Maker) -> None:
    server.answer("/x", GOOD)
    received = make_client().get_json("Test", f"{server.address}/x", {"q": "a b&c=ü"})
    assert received.content == {"works": 1}
    assert received.date == datetime.date.today()
    assert server.asked[0].parameters == {"q": "a b&c=ü"}


def test_what_may_pass_is_tried_again_with_growing_pauses(
    server: StandIn, make_client: Maker, slept: list[float]
) -> None:
    for status in (429, 500, 502, 503, 504):
        server.answer("/x", Reply("{}", status), Reply("{}", status), GOOD)
        slept.clear()
        assert get(make_client(), server) == {"works": 1}
        assert len(slept) == 2
        assert 0.5 <= slept[0] <= 1.5
        assert 1.0 <= slept[1] <= 3.0


def test_what_does_not_pass_is_not_tried_again(server: StandIn, make_client: Maker) -> None:
    for status in (400, 401, 402, 403, 418):
        server.asked.clear()
        server.answer("/x", Reply("{}", status), GOOD)
        with pytest.raises(ServiceError, match=rf"refuses to answer \({status}\)"):
            get(make_client(), server)
        assert len(server.asked) == 1


def test_tries_are_limited(server: StandIn, make_client: Maker, slept: list[float]) -> None:
    server.answer("/x", Reply("{}", 500))
    with pytest.raises(ServiceError, match=r"has a fault \(500\), 4 times"):
        get(make_client(), server)
    assert len(server.asked) == service_client.TRIES
    assert len(slept) == service_client.TRIES - 1


def in_seconds(seconds: float) -> str:
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return format_datetime(when, usegmt=True)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_the_wait_that_a_service_asks_for_is_kept(
    server: StandIn, make_client: Maker, slept: list[float], form: str
) -> None:
    asks = "17" if form == "seconds" else in_seconds(17)
    server.answer("/x", Reply("{}", 429, {"Retry-After": asks}), GOOD)
    assert get(make_client(), server) == {"works": 1}
    assert len(slept) == 1
    assert 15 <= slept[0] <= 17


@pytest.mark.parametrize(
    "asks",
    ["-3", "soon", "", "\u0663", "9" * 400, in_seconds(-500)],
    ids=["negative", "word", "empty", "arabic", "long", "past"],
)
def test_a_wait_that_makes_no_sense_is_no_error(
    server: StandIn, make_client: Maker, slept: list[float], asks: str
) -> None:
    """A date in the past is no wait; a wait of centuries is a failure."""
    header = asks.encode("utf-8").decode("latin-1")
    server.answer("/x", Reply("{}", 503, {"Retry-After": header}), GOOD)
    if asks.startswith("9"):
        with pytest.raises(ServiceError, match="asks to wait"):
            get(make_client(), server)
    else:
        assert get(make_client(), server) == {"works": 1}
        assert slept[0] <= 1.5


def test_a_long_wait_ends_the_questions(
    server: StandIn, make_client: Maker, slept: list[float]
) -> None:
    """A budget that is exhausted for a day: not asked again, and other services are."""
    server.answer("/x", Reply("{}", 429, {"Retry-After": "86400"}))
    server.answer("/y", GOOD)
    client = make_client()
    for _ in range(3):
        with pytest.raises(ServiceError, match=r"limits how often .* asks to wait 86400 s"):
            get(client, server)
    assert len(server.asked) == 1
    assert slept == []
    assert client.get_json("Another", f"{server.address}/y", {}).content == {"works": 1}


def test_a_service_that_keeps_failing_is_left_alone(server: StandIn, make_client: Maker) -> None:
    server.answer("/x", Reply("<html>", 200))
    client = make_client()
    for number in range(6):
        with pytest.raises(ServiceError):
            get(client, server, f"/x{number}")
    assert len(server.asked) == service_client.MOST_FAILURES


def test_a_success_ends_the_count_of_failures(server: StandIn, make_client: Maker) -> None:
    client = make_client()
    server.answer("/bad", Reply("<html>", 200))
    server.answer("/good", GOOD)
    for number in range(4):
        with pytest.raises(ServiceError):
            get(client, server, f"/bad{number}")
        assert get(client, server, f"/good{number}") == {"works": 1}


def test_questions_keep_their_distance(
    server: StandIn, make_client: Maker, slept: list[float]
) -> None:
    server.answer("/x", GOOD)
    client = make_client()
    for number in range(3):
        client.get_json("Test", f"{server.address}/x{number}", {}, 3.0)
    assert len(slept) == 2
    assert all(2 < one <= 3 for one in slept)


def test_a_slow_service_is_given_up(server: StandIn, make_client: Maker) -> None:
    server.answer("/x", Reply("{}", wait=1))
    with pytest.raises(ServiceError, match=r"did not answer within 0\.1 s, 4 times"):
        get(make_client(timeout=0.1), server)


def test_a_service_that_drips_is_given_up(server: StandIn, make_client: Maker) -> None:
    """Each byte comes in time, the answer does not."""
    server.answer("/x", Reply('{"a": "' + "x" * 300 + '"}', drip=0.02))
    with pytest.raises(ServiceError, match="takes too long to answer, 4 times"):
        get(make_client(timeout=0.1), server)


def test_a_body_that_is_cut_short_is_asked_for_again(server: StandIn, make_client: Maker) -> None:
    server.answer("/x", Reply('{"works": [1, 2, 3]}', cut=10), GOOD)
    assert get(make_client(), server) == {"works": 1}


def test_a_closed_port_is_a_failure(make_client: Maker) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/x"
    with pytest.raises(ServiceError, match="cannot be reached"):
        make_client().get_json("Test", address, {})


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_has_a_limit(
    server: StandIn, make_client: Maker, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    """Unpacked: two kilobytes of gzip may be two megabytes."""
    import gzip

    monkeypatch.setattr(service_client, "LARGEST", 1 << 20)
    body = b'{"a": "' + b"x" * (2 << 20) + b'"}'
    headers = {"Content-Encoding": "gzip"} if packed else {}
    server.answer("/x", Reply(gzip.compress(body) if packed else body, headers=headers))
    with pytest.raises(ServiceError, match="more than 1 MB"):
        get(make_client(), server)
    assert len(server.asked) == 1


def test_redirects_are_followed_within_the_site(server: StandIn, make_client: Maker) -> None:
    server.answer("/old", Reply("", 301, {"Location": "/new"}))
    server.answer("/new", GOOD)
    assert get(make_client(), server, "/old") == {"works": 1}
    server.answer("/old", Reply("", 302, {"Location": "/old"}))
    with pytest.raises(ServiceError, match="redirects too often"):
        get(make_client(), server, "/old")


@pytest.mark.parametrize(
    ("start", "location", "why"),
    [
        ("https://api.crossref.org/works", "https://evil.example/works", "another site"),
        ("https://api.crossref.org/works", "http://api.crossref.org/works", "without encryption"),
        ("https://api.crossref.org/works", "javascript:alert(1)", "no address"),
        ("http://127.0.0.1:80/", "http://127.0.0.2/", "another site"),
        ("https://api.crossref.org/", "//org/", "another site"),
    ],
)
def test_redirects_elsewhere_are_refused(start: str, location: str, why: str) -> None:
    with pytest.raises(ServiceError, match=why):
        service_client._redirected(start, location)


def test_redirects_within_a_site_keep_it() -> None:
    moved = service_client._redirected("https://export.arxiv.org/api?a=1", "//arxiv.org/api?a=1")
    assert moved == "https://arxiv.org/api?a=1"


def test_each_question_is_logged_before_it_is_asked(server: StandIn, make_client: Maker) -> None:
    sent: list[str] = []
    server.answer("/x", GOOD)
    client = make_client(sent=sent.append)
    client.get_json("Test", f"{server.address}/x", {"q": "escape"})
    assert sent == [f"{server.address}/x?q=escape"]
    assert client.requests == 1


def test_a_question_names_the_program_and_a_contact(server: StandIn, make_client: Maker) -> None:
    server.answer("/x", GOOD)
    get(make_client(), server)
    get(make_client(mailto="me@example.org"), server)
    first, second = (one.headers["User-Agent"] for one in server.asked)
    assert first.startswith("dltheory-bib/")
    assert "mailto" not in first
    assert "mailto:me@example.org" in second
    assert not any("Cookie" in one.headers for one in server.asked)


# The cache


def test_a_second_run_asks_nothing(server: StandIn, make_client: Maker) -> None:
    """What is there and what is not there is remembered, by another client as well."""
    server.answer("/x", GOOD)
    for _ in range(2):
        client = make_client(cached=True)
        assert get(client, server) == {"works": 1}
        assert get(client, server, "/missing") is None
        client.close()
    assert [one.path for one in server.asked] == ["/x", "/missing"]


def test_a_failure_is_not_remembered(server: StandIn, make_client: Maker) -> None:
    for bad in (Reply("<!doctype html>"), Reply("{}", 403), Reply("{", 200), Reply("[]")):
        server.answer("/x", bad)
        with pytest.raises(ServiceError):
            get(make_client(cached=True), server)
    server.answer("/x", GOOD)
    assert get(make_client(cached=True), server) == {"works": 1}


def test_an_answer_gets_old(
    server: StandIn, make_client: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its day is the day on which it was given; after thirty days it is asked for again."""
    given = datetime.date.today()
    server.answer("/x", GOOD)
    get(make_client(cached=True), server)
    for days, number in ((30, 1), (31, 2)):
        later = given + datetime.timedelta(days=days)

        class Later(datetime.date):
            @classmethod
            def today(cls) -> datetime.date:
                return later  # noqa: B023

        monkeypatch.setattr(response_cache.datetime, "date", Later)
        received = make_client(cached=True).get_json("Test", f"{server.address}/x", {})
        monkeypatch.undo()
        assert len(server.asked) == number
        assert received.date == (given if number == 1 else later)


@pytest.mark.parametrize("damage", ["text", "empty", "other tables", "folder", "no rights"])
def test_a_damaged_cache_costs_only_time(
    server: StandIn, tmp_path: Path, slept: list[float], damage: str
) -> None:
    file = tmp_path / "services.sqlite"
    if damage == "text":
        file.write_text("not a database " * 500)
    elif damage == "empty":
        file.touch()
    elif damage == "other tables":
        with sqlite3.connect(file) as database:
            database.execute("CREATE TABLE entries(a)")
        database.close()
    elif damage == "folder":
        file.mkdir()
    else:
        (tmp_path / "file").touch()
        file = tmp_path / "file" / "services.sqlite"
    server.answer("/x", GOOD)
    for _ in range(2):
        with ServiceClient(cache=ResponseCache(file, 30), sleep=slept.append) as client:
            assert get(client, server) == {"works": 1}


def test_two_runs_share_a_cache_at_once(server: StandIn, make_client: Maker) -> None:
    server.answer("/", lambda query: Reply(f'{{"path": "{query.path}"}}'))
    first, second = make_client(cached=True), make_client(cached=True)
    for number in range(10):
        for client in (first, second):
            assert get(client, server, f"/{number}") == {"path": f"/{number}"}
    assert len(server.asked) == 10


# Safety


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "document",
    [
        f'<!DOCTYPE a [<!ENTITY e0 "x">{BOMB}]><a>&e9;</a>',
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
        "<a>&nothing;</a>",
        "<a><b></a></b>",
        "<a>" * 200 + "</a>" * 200,
        "",
        "\x00",
        "<a",
    ],
)
def test_xml_with_more_than_data_is_refused(document: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(UnsafeXmlError):
            parse_xml(document.encode(encoding))


def test_xml_is_read() -> None:
    root = parse_xml(b'<?xml version="1.0"?><a xmlns="urn:x" n="1"><b>T&amp;&#x1F600;</b></a>')
    assert root.tag == "{urn:x}a"
    assert root.get("n") == "1"
    assert root.findtext("{urn:x}b") == "T&\U0001f600"


def test_no_service_is_imported_unless_asked() -> None:
    """A command that asks no service loads no HTTP client; nothing connects at import."""
    done = run_program(
        sys.executable,
        "-c",
        "import sys, socket\nsocket.socket.connect = None\n"
        "from dltheory_bib.lookup.services import SERVICES, open_services\n"
        "from dltheory_bib.lookup.service_client import ServiceClient\n"
        "open_services(ServiceClient(mailto='a@example.org'))\n"
        "loaded = {'httpx2', 'hishel', 'ssl', 'pydantic', 'yaml'} & sys.modules.keys()\n"
        "assert not loaded, loaded",
        env=environment(),
    )
    assert done.returncode == 0, done.stderr.decode()


def test_without_the_extra_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, make_client: Maker
) -> None:
    for name in ("hishel", "httpx2"):
        monkeypatch.setitem(sys.modules, name, None)
        for cached in (False, True):
            with pytest.raises(MissingExtraError, match="asking services needs"):
                make_client(cached=cached).get_json("Test", "http://127.0.0.1:9/", {})
        monkeypatch.undo()


def test_queries_are_paths_of_the_service_alone(server: StandIn, make_client: Maker) -> None:
    """A DOI with `?`, `#` or `..` in it does not lead to another path of the service."""
    from dltheory_bib.lookup.crossref import Crossref
    from dltheory_bib.lookup.protocol import Reference
    from dltheory_bib.text.identifiers import Identifier

    seen: list[Query] = []
    server.answer("/", lambda query: seen.append(query) or Reply("", 404))  # type: ignore[func-returns-value]
    doi = "10.1000/../../members?x=1#y"
    Crossref(make_client()).find(Reference(ids=(Identifier("doi", doi),)))
    assert [one.path for one in seen] == [f"/crossref/works/{doi}"]
    assert seen[0].parameters == {}
