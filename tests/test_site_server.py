"""The server of a site, asked by raw sockets: what it gives, to whom, and for how long."""

from __future__ import annotations

import os
import random
import re
import socket
import string
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dltheory_bib.site import server as serving
from dltheory_bib.site.folder import MANIFEST, Folder
from dltheory_bib.site.server import SiteServer, make_server
from helpers.programs import HANG

pytestmark = pytest.mark.slow  # a server, and sockets that wait

FILES = {
    "index.html": b"<title>Front</title>",
    "works/a b.html": b"<title>A B</title>",
    "works/x.html": b"<title>X</title>" * 2_000,
    "topics/index.html": b"<title>Topics</title>",
    "data/\u738b.json": b"{}",
    "assets/a.css": b"a {}",
}
OTHERS = {"secret.txt": b"SECRET", ".hidden": b"SECRET", "works/draft.html": b"SECRET"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with other files in its folder, and one above it."""
    folder = tmp_path / "site"
    Folder(folder).update(FILES, "now")
    for name, content in OTHERS.items():
        (folder / name).write_bytes(content)
    (tmp_path / "above.txt").write_bytes(b"SECRET")
    return folder


@pytest.fixture
def server(site: Path) -> Iterator[SiteServer]:
    with make_server(site, 0) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()


def connected(server: SiteServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.server_port), timeout=HANG)


def read(connection: socket.socket) -> bytes:
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def ask(server: SiteServer, request: bytes) -> bytes:
    """Everything that is answered to some bytes."""
    with connected(server) as connection:
        connection.sendall(request)
        return read(connection)


def get(server: SiteServer, target: bytes, method: bytes = b"GET", host: bytes = b"") -> bytes:
    named = host or b"127.0.0.1:%d" % server.server_port
    return ask(server, b"%s %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (method, target, named))


def code(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.[01] (\d+) ", answer)
    assert found, answer
    return int(found[1])


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


# What it gives


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (b"/", "index.html"),
        (b"/?q=1", "index.html"),
        (b"/index.html#top", "index.html"),
        (b"/works/a%20b.html", "works/a b.html"),
        (b"/%77orks/x.html?v=../..", "works/x.html"),
        (b"/topics/", "topics/index.html"),
        (b"/data/%E7%8E%8B.json", "data/\u738b.json"),
    ],
)
def test_listed_files_are_given(server: SiteServer, target: bytes, name: str) -> None:
    answer, head = get(server, target), get(server, target, b"HEAD")
    assert code(answer) == code(head) == 200
    assert body(answer) == FILES[name]
    assert body(head) == b""
    dated = rb"\r\nDate: [^\r]*"
    heads = [re.sub(dated, b"", one.partition(b"\r\n\r\n")[0]) for one in (answer, head)]
    assert heads[0] == heads[1]
    assert b"Content-Length: %d" % len(FILES[name]) in heads[0]
    assert b"Cache-Control: no-cache" in heads[0]
    assert b"X-Content-Type-Options: nosniff" in heads[0]


def test_a_folder_leads_to_its_page(server: SiteServer) -> None:
    answer = get(server, b"/topics")
    assert code(answer) == 301
    assert b"\r\nLocation: /topics/\r\n" in answer


SPELLINGS = re.findall(
    r"\S+",
    r"""
/.dltheory-site.json /%2edltheory-site.json /%2Edltheory-site%2ejson /./.dltheory-site.json
//.dltheory-site.json /x/../.dltheory-site.json /works/../.dltheory-site.json
/works/%2e%2e/.dltheory-site.json /.dltheory-site.json/ /.dltheory-site.json?x
/.DLTHEORY-SITE.JSON /.dltheory-site.json%00 /.dltheory-site.json%20 /.dltheory-site.json.
/%252edltheory-site.json /secret.txt /.hidden /works/draft.html /SECRET.TXT /secret.txt::$DATA
/secret%2etxt /./secret.txt /../above.txt /%2e%2e/above.txt /..%2fabove.txt /..%5cabove.txt
/..\above.txt /works/../../above.txt /works/..%2f..%2fabove.txt /%c0%ae%c0%ae/above.txt
/..%c0%afabove.txt /%uff0e%uff0e/above.txt //etc/passwd /etc/passwd ///etc/passwd /%2fetc/passwd
/%2f%2fetc%2fpasswd /\etc\passwd /C:/x /works /works/ /assets /works/x.html/ /works//x.html
/works/./x.html /works/x.html%00 /works/x.html%00.png /works\x.html /works%5cx.html
/WORKS/X.HTML /Index.html /index.html. /index.html%20 /%00 /%FF /% /%zz /index.html;a
/index.html/../index.html http://127.0.0.1/index.html http://evil/index.html * . .. /~root
/topics/../secret.txt /works/a+b.html /.. /. /... /%2e /%2e%2e /favicon.ico
""",
)


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
@pytest.mark.parametrize("target", SPELLINGS)
def test_nothing_else_is_given_on_any_spelling(
    server: SiteServer, target: str, method: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = get(server, target.encode("latin-1"), method)
    assert b"SECRET" not in answer
    assert b"root:" not in answer
    assert b"fingerprint" not in answer
    assert code(answer) in {301, 400, 404}
    assert capfd.readouterr().err == ""


def test_an_address_without_a_page_leads_back(server: SiteServer) -> None:
    """With the page for it at the top, where its links hold; with its status in any case."""
    answer = get(server, b"/nothing.html")
    assert code(answer) == 404
    assert (b"There is no such page" in answer) == ("404.html" in server.names())
    assert code(get(server, b"/works/nothing.html")) == 404


def test_raw_bytes_in_a_path_are_no_file(server: SiteServer) -> None:
    for path in (b"/\0", b"/index.html\0", b"/\xff", b"/\xe7\x8e\x8b", b"/\x1b[31m", b"/a\tb"):
        assert code(get(server, path)) in {400, 404}
    assert code(get(server, "/data/\u738b.json".encode())) == 200  # raw UTF-8 is the same name


def test_random_targets_give_listed_files_or_nothing(server: SiteServer) -> None:
    draw = random.Random(11)
    parts = [
        b"..",
        b".",
        b"%2e",
        b"%2f",
        b"/",
        b"//",
        b"\\",
        b"%5c",
        b"%00",
        b"works",
        b"secret.txt",
    ]
    parts += [
        b"x.html",
        b".dltheory-site.json",
        b"above.txt",
        b"index.html",
        b"topics",
        b"%25",
        b"?",
    ]
    parts += [bytes([draw.randrange(33, 256)]) for _ in range(20)]
    for _ in range(400):
        target = b"/" + b"".join(draw.choices(parts, k=draw.randrange(1, 7)))
        answer = get(server, target, draw.choice([b"GET", b"HEAD"]))
        assert code(answer) in {200, 301, 400, 404}
        if code(answer) == 200:
            assert body(answer) in {b"", *FILES.values()}


@pytest.mark.skipif(os.name != "posix", reason="links need a permission on Windows")
def test_no_link_is_followed(server: SiteServer, site: Path) -> None:
    """Neither in the place of a file that is listed nor in that of a folder."""
    (site / "index.html").unlink()
    (site / "index.html").symlink_to(site.parent / "above.txt")
    (site / "works").rename(site / "moved")
    (site / "works").symlink_to(site.parent)
    (site.parent / "x.html").write_bytes(b"SECRET")
    (site / "assets/a.css").unlink()
    (site / "assets/a.css").symlink_to("../secret.txt")
    (site / "topics/index.html").unlink()
    os.mkfifo(site / "topics/index.html")
    (site / "data/\u738b.json").unlink()
    (site / "data/\u738b.json").mkdir()
    for target in (b"/", b"/works/x.html", b"/assets/a.css", b"/topics/", b"/data/%E7%8E%8B.json"):
        for method in (b"GET", b"HEAD"):
            assert code(get(server, target, method)) == 404


def test_where_folders_cannot_be_opened_links_are_refused_too(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows."""
    monkeypatch.setattr(os, "supports_dir_fd", set())
    assert serving._content(site, "works/x.html") == FILES["works/x.html"]
    assert serving._content(site, "works/none.html") is None
    if os.name == "posix":
        (site / "works").rename(site / "moved")
        (site / "works").symlink_to("moved")
        assert serving._content(site, "works/x.html") is None


def test_a_site_that_is_built_again_is_served_as_it_is(server: SiteServer, site: Path) -> None:
    assert code(get(server, b"/works/new.html")) == 404
    Folder(site).update({"index.html": b"again", "works/new.html": b"new"}, "later")
    assert body(get(server, b"/works/new.html")) == b"new"
    assert body(get(server, b"/")) == b"again"
    assert code(get(server, b"/assets/a.css")) == 404
    (site / MANIFEST).write_text("{", "utf-8")
    assert code(get(server, b"/")) == 404


# To whom


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
@pytest.mark.parametrize(
    "host",
    [
        b"evil.example",
        b"evil.example:80",
        b"127.0.0.1.evil.example",
        b"127.0.0.1:80:evil",
        b"[::1]",
        b"localhost.evil",
        b"127.0.0.1:evil.example",
        b"127.0.0.1@evil",
        b"127.1",
        b"0",
        b" ",
        b":80",
    ],
)
def test_a_foreign_name_reads_nothing(server: SiteServer, method: bytes, host: bytes) -> None:
    """DNS rebinding: a page of another name whose address is this machine."""
    answer = get(server, b"/", method, host)
    assert code(answer) == 421
    assert b"Front" not in answer


@pytest.mark.parametrize("host", [b"127.0.0.1", b"localhost", b"LocalHost:8000", b"127.0.0.1:1"])
def test_the_names_of_this_machine_are_answered(server: SiteServer, host: bytes) -> None:
    assert code(get(server, b"/", host=host)) == 200


def test_two_names_at_once_are_refused(server: SiteServer) -> None:
    request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n"
    assert code(ask(server, request)) == 421
    assert code(ask(server, b"GET / HTTP/1.0\r\n\r\n")) == 200, "no browser leaves it out"


def test_it_listens_on_the_loopback_address_only(server: SiteServer) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "request_line",
    [
        b"POST / HTTP/1.1",
        b"PUT /index.html HTTP/1.1",
        b"DELETE /index.html HTTP/1.1",
        b"TRACE / HTTP/1.1",
        b"CONNECT 127.0.0.1:80 HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"PROPFIND / HTTP/1.1",
        b"get / HTTP/1.1",
        b"GET / HTTP/9.9",
        b"GET / HTTP/x",
        b"GET /a b c HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1",
    ],
)
def test_other_requests_are_refused_in_words(
    server: SiteServer, request_line: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = ask(server, request_line + b"\r\nHost: 127.0.0.1\r\n\r\n")
    assert b"Front" not in answer
    assert re.search(rb"\b(400|414|501|505)\b", answer) or answer == b""
    assert capfd.readouterr().err == ""


def test_headers_without_end_are_refused(server: SiteServer) -> None:
    many = b"".join(b"X-%d: y\r\n" % n for n in range(5_000))
    assert code(ask(server, b"GET / HTTP/1.1\r\n" + many + b"\r\n")) == 431
    assert code(ask(server, b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n")) == 431


# For how long, and how many


def test_a_silent_connection_is_closed(
    server: SiteServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving._Handler, "timeout", 0.2)
    for start in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"):
        with connected(server) as connection:
            connection.sendall(start)
            assert read(connection) == b""
    assert capfd.readouterr().err == ""


def _drip(connection: socket.socket, request: bytes) -> None:
    end = time.monotonic() + HANG
    for byte in request:
        connection.sendall(bytes([byte]))
        time.sleep(0.02)
        assert time.monotonic() < end


def test_a_request_of_a_byte_at_a_time_is_closed(
    server: SiteServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is never silent for long, and still has an end."""
    monkeypatch.setattr(serving, "LONGEST", 0.3)
    with connected(server) as connection, pytest.raises(ConnectionError):
        _drip(connection, b"GET /" + b"a" * 60_000)
    assert capfd.readouterr().err == ""


def test_a_reader_that_does_not_read_is_closed(
    site: Path, server: SiteServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    Folder(site).update({"index.html": b"x" * 30_000_000}, "large")
    monkeypatch.setattr(serving._Handler, "timeout", 0.3)
    with connected(server) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        end = time.monotonic() + HANG
        while server._open and time.monotonic() < end:
            time.sleep(0.05)
        assert not server._open


def test_silent_connections_do_not_keep_others_out(
    site: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """There are never more threads than the limit, and a page still comes."""
    monkeypatch.setattr(serving, "MOST_CONNECTIONS", 8)
    monkeypatch.setattr(serving, "_WAIT", 0.05)
    with make_server(site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        before = threading.active_count()
        thread.start()
        idle = [connected(server) for _ in range(30)]
        try:
            for _ in range(5):
                assert code(get(server, b"/")) == 200
                assert threading.active_count() <= before + 1 + 8
                assert len(server._open) <= 8
        finally:
            for connection in idle:
                connection.close()
            server.shutdown()
            thread.join()
    assert capfd.readouterr().err == ""


def test_busy_connections_above_the_limit_are_told(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MOST_CONNECTIONS", 2)
    monkeypatch.setattr(serving, "_WAIT", 0.05)
    Folder(site).update({"index.html": b"x" * 30_000_000}, "large")
    with make_server(site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        busy = [connected(server) for _ in range(2)]
        try:
            for connection in busy:
                connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                connection.recv(100)
            assert code(get(server, b"/")) == 503
        finally:
            for connection in busy:
                connection.close()
            server.shutdown()
            thread.join()


def test_a_hundred_at_once_are_served(server: SiteServer) -> None:
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(code(get(server, b"/works/x.html"))))
        for _ in range(100)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 100


def test_noise_ends_nothing(server: SiteServer, capfd: pytest.CaptureFixture[str]) -> None:
    """Random bytes, cut requests and closed connections; then a page still comes."""
    draw = random.Random(3)
    letters = string.printable.encode()
    for _ in range(200):
        with connected(server) as connection:
            noise = bytes(draw.choices(letters + bytes(range(256)), k=draw.randrange(300)))
            connection.sendall(draw.choice([b"GET /", b"HEAD /x HTTP/1.1\r\n", b""]) + noise)
            if draw.random() < 0.5:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert code(get(server, b"/")) == 200
    assert capfd.readouterr().err == ""
