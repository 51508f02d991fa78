"""A server on this machine that stands in for every service, and answers as a test says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Reply:
    """An answer of the server, possibly a bad one."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    wait: float = 0
    """Seconds before anything is sent."""
    cut: int | None = None
    """Break off after this number of bytes of the body, which was announced whole."""
    drip: float = 0
    """Seconds between two bytes."""


@dataclass
class Query:
    """What was asked of the server."""

    path: str
    parameters: dict[str, str]
    headers: dict[str, str]


Answerer = Callable[[Query], Reply]


class StandIn:
    """The server: what it answers by the start of a path, and what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Reply] | Answerer] = {}
        self.asked: list[Query] = []
        self.address = ""

    def answer(self, start: str, *replies: Reply | Answerer) -> None:
        """Answer paths with this start in turn, the last again and again; or as a call says."""
        if len(replies) == 1 and not isinstance(replies[0], Reply):
            self.answers[start] = replies[0]
        else:
            self.answers[start] = [one for one in replies if isinstance(one, Reply)]

    def reply(self, query: Query) -> Reply:
        self.asked.append(query)
        for start in sorted(self.answers, key=len, reverse=True):
            if query.path.startswith(start):
                known = self.answers[start]
                if callable(known):
                    return known(query)
                return known.pop(0) if len(known) > 1 else known[0]
        return Reply(b'{"error": "not found"}', 404)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        reply = self.server.stand_in.reply(Query(unquote(parts.path), given, dict(self.headers)))
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        time.sleep(reply.wait)
        try:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.cut is not None:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            if reply.drip:
                for place in range(len(body)):
                    self.wfile.write(body[place : place + 1])
                    self.wfile.flush()
                    time.sleep(reply.drip)
            else:
                self.wfile.write(body if reply.cut is None else body[: reply.cut])
        except OSError:  # the client has gone
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """A running stand-in; its address has a free port of this machine."""
    stand_in = StandIn()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.stand_in = stand_in  # type: ignore[attr-defined]
    stand_in.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
