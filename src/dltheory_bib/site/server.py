"""The site on this machine, for whoever builds it to look at."""

from __future__ import annotations

import errno
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from dltheory_bib.site.folder import MANIFEST, SiteError

HOST = "127.0.0.1"
"""Nobody else can reach it."""


class _Handler(SimpleHTTPRequestHandler):
    """Gives files of the site, and nothing else: no lists of folders, no manifest."""

    def do_GET(self) -> None:
        """Answer, unless it is asked for by a name that is not this machine's.

        A page elsewhere may lead its own name to this address, and read the site in its place.
        """
        name = (self.headers.get("Host") or HOST).rpartition(":")[0] or self.headers["Host"]
        if name not in {HOST, "localhost"}:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif self.path.lstrip("/").startswith(MANIFEST):
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            super().do_GET()

    def end_headers(self) -> None:
        """A page that was built anew is shown anew."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def list_directory(self, path: Any) -> None:  # noqa: ARG002
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of what is asked for."""


def make_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of a folder on the loopback address; `server.server_port` is where it listens.

    With port 0 the system chooses one. Raises `SiteError` where the port cannot be had.
    """
    handler = partial(_Handler, directory=str(folder))
    try:
        return ThreadingHTTPServer((HOST, port), handler)
    except OSError as error:
        taken = error.errno in {errno.EADDRINUSE, errno.EACCES}
        why = "is taken, or not to be had" if taken else f"cannot be had: {error.strerror}"
        raise SiteError(f"port {port} {why}; choose another with --port") from None
    except OverflowError:
        raise SiteError(f"there is no port {port}; they go up to 65535") from None
