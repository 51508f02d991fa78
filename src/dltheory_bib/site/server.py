"""Serve the site on this machine, for its author.

The server gives the files that the manifest of the site lists, and nothing else that may be in the
folder: a request names a listed file exactly, or it is answered with 404. No link is followed.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import stat
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from dltheory_bib.site.folder import MANIFEST, Folder, SiteError

HOST = "127.0.0.1"
"""The loopback address: other machines cannot reach the server."""
MOST_CONNECTIONS = 64
"""Further ones wait; if none of these ends, the one that was silent for longest is closed."""
SILENCE = 10.0
"""Seconds that a connection may be silent."""
LONGEST = 30.0
"""Seconds that a connection may take in all."""
_WAIT = 0.5
"""Seconds that a new connection waits for the end of another."""
_OUR_NAME = re.compile(r"(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?", re.IGNORECASE)
_INDEX = "index.html"
_NO_PAGE = "404.html"
"""What is shown for an address without a page."""


class SiteServer(ThreadingHTTPServer):
    """A server of one folder, with a limit on connections and on their time."""

    # On Windows it would let another program take over the port.
    allow_reuse_address = sys.platform != "win32"
    request_queue_size = 128

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self._slots = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._open: dict[socket.socket, float] = {}
        self._silent: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._manifest: tuple[int, int, int] | None = None
        self._names: frozenset[str] = frozenset()
        super().__init__((HOST, port), partial(_Handler, directory=str(folder)))

    def server_bind(self) -> None:
        """Bind without asking the name service for the name of this machine."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def names(self) -> frozenset[str]:
        """Return the files that may be served: those of the manifest as it is now."""
        try:
            found = (self.folder / MANIFEST).stat()
            marks = found.st_ino, found.st_size, found.st_mtime_ns
            with self._lock:
                if marks != self._manifest:
                    self._names = frozenset(Folder(self.folder).hashes)
                    self._manifest = marks
                return self._names
        except (OSError, SiteError):
            return frozenset()

    def heard(self, connection: socket.socket) -> None:
        """Note that a connection has sent its request."""
        with self._lock:
            self._silent.discard(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, if there are not too many; else refuse, so that the others work."""
        if not self._slots.acquire(timeout=_WAIT):
            self._close_silent()
            if not self._slots.acquire(timeout=_WAIT):
                with suppress(OSError):
                    request.sendall(b"HTTP/1.0 503 Service Unavailable\r\nRetry-After: 1\r\n\r\n")
                self.shutdown_request(request)
                return
        with self._lock:
            self._open[request] = time.monotonic()
            self._silent.add(request)
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started
            self._forget(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a request, and free its place."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._forget(request)

    def service_actions(self) -> None:
        """Close connections that take too long, a byte at a time or by not reading."""
        before = time.monotonic() - LONGEST
        with self._lock:
            late = [one for one, began in self._open.items() if began < before]
        for one in late:
            _end(one)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that has closed its connection."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _close_silent(self) -> None:
        with self._lock:
            silent = [one for one in self._open if one in self._silent]
        if silent:
            _end(silent[0])

    def _forget(self, connection: socket.socket) -> None:
        with self._lock:
            known = self._open.pop(connection, None) is not None
            self._silent.discard(connection)
        if known:  # Ctrl-C may come when a thread has it, and be taken for one that did not start
            self._slots.release()


def _end(connection: socket.socket) -> None:
    """Let the thread that waits for a connection see its end."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(SimpleHTTPRequestHandler):
    """Answers GET and HEAD for the files of the site."""

    server: SiteServer
    timeout = SILENCE

    def do_GET(self) -> None:
        """Send a file."""
        self._answer(with_content=True)

    def do_HEAD(self) -> None:
        """Send the headers of a file."""
        self._answer(with_content=False)

    def _answer(self, with_content: bool) -> None:
        self.server.heard(self.connection)
        if not self._is_for_us():
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        name, names = self._name(), self.server.names()
        if f"{name}/{_INDEX}" in names:
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            self.send_header("Location", f"/{quote(name)}/")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status, content = HTTPStatus.OK, self._content(name, names)
        if content is None:
            # Its links are relative to the top.
            status, name = HTTPStatus.NOT_FOUND, "" if "/" in name else _NO_PAGE
            content = self._content(name, names)
        if content is None:
            self.send_error(status)
            return
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(name))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_content:
            self.wfile.write(content)

    def _content(self, name: str, names: frozenset[str]) -> bytes | None:
        return _content(self.server.folder, name) if name in names else None

    def _is_for_us(self) -> bool:
        """Return whether a request is for a name of this machine.

        Otherwise a foreign web page could point its own name to this address, and read the site
        (DNS rebinding). A client without the header is no browser.
        """
        hosts = self.headers.get_all("Host") or []
        return len(hosts) <= 1 and all(_OUR_NAME.fullmatch(one.strip()) for one in hosts)

    def _name(self) -> str:
        """Return the name of the file that is asked for; it is compared with those of the manifest,
        so no part of it has a meaning for the file system.
        """
        path = self.path.partition("?")[0].partition("#")[0]
        try:
            name = unquote_to_bytes(path.encode("latin-1")).decode()
        except UnicodeError:
            return ""
        if not name.startswith("/"):
            return ""
        return name[1:] + _INDEX if name.endswith("/") else name[1:]

    def end_headers(self) -> None:
        """Disable caching, so that a rebuilt page is shown at once."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Log no requests."""


def _content(folder: Path, name: str) -> bytes | None:
    """Return the content of a file of the folder; None if it is not there, or not without links."""
    *folders, last = name.split("/")
    try:
        if os.open not in os.supports_dir_fd:
            return _content_of_path(folder, [*folders, last])
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for one in folders:
                above = handle
                try:
                    handle = os.open(
                        one, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above
                    )
                finally:
                    if handle != above:
                        os.close(above)
            # A pipe would wait for its other end.
            file = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=handle)
        finally:
            os.close(handle)
        with os.fdopen(file, "rb") as stream:
            return stream.read() if stat.S_ISREG(os.fstat(file).st_mode) else None
    except (OSError, ValueError):
        return None


def _content_of_path(folder: Path, parts: list[str]) -> bytes | None:
    """The same where a file cannot be opened relative to an open folder (Windows)."""
    path = folder
    for part in parts:
        path = path / part
        if path.is_symlink() or getattr(os.path, "isjunction", lambda _: False)(path):
            return None
    return path.read_bytes() if path.is_file() else None


def make_server(folder: Path, port: int) -> SiteServer:
    """Return a server of a folder on the loopback address; `server.server_port` is its port.

    With port 0 the system chooses one. Raises `SiteError` if the port is not available.
    """
    try:
        return SiteServer(folder, port)
    except OSError as error:
        taken = error.errno in {errno.EADDRINUSE, errno.EACCES}
        why = "is in use, or not permitted" if taken else f"is not available: {error.strerror}"
        raise SiteError(f"port {port} {why}; choose another with --port") from None
    except OverflowError:
        raise SiteError(f"port {port} does not exist; the highest is 65535") from None
