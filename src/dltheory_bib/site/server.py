"""Serve the site on this machine, for its author."""

from __future__ import annotations

import errno
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from dltheory_bib.site.folder import MANIFEST, SiteError

HOST = "127.0.0.1"
"""The loopback address: other machines cannot reach the server."""


class _Handler(SimpleHTTPRequestHandler):
    """Serves files of the site only: no folder listings, no manifest."""

    def do_GET(self) -> None:
        """Answer only requests for a name of this machine.

        Otherwise a foreign web page could point its own name to this address, and read the site
        (DNS rebinding).
        """
        name = (self.headers.get("Host") or HOST).rpartition(":")[0] or self.headers["Host"]
        if name not in {HOST, "localhost"}:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif self.path.lstrip("/").startswith(MANIFEST):
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            super().do_GET()

    def end_headers(self) -> None:
        """Disable caching, so that a rebuilt page is shown at once."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def list_directory(self, path: Any) -> None:  # noqa: ARG002
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:
        """Log no requests."""


def make_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of a folder on the loopback address; `server.server_port` is its port.

    With port 0 the system chooses one. Raises `SiteError` if the port is not available.
    """
    handler = partial(_Handler, directory=str(folder))
    try:
        return ThreadingHTTPServer((HOST, port), handler)
    except OSError as error:
        taken = error.errno in {errno.EADDRINUSE, errno.EACCES}
        why = "is in use, or not permitted" if taken else f"is not available: {error.strerror}"
        raise SiteError(f"port {port} {why}; choose another with --port") from None
    except OverflowError:
        raise SiteError(f"port {port} does not exist; the highest is 65535") from None
