"""Ask services over HTTP: politely, with limits, and only if the user said so.

A `ServiceClient` is made by a command whose user allows the network (`cli/network_options.py`);
nothing else in the package opens a connection. An answer is data: it is limited in size, parsed
without entities or code, and nothing in it is followed but a redirect within its own site.
"""

from __future__ import annotations

import datetime
import json
import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

from dltheory_bib import __version__
from dltheory_bib.errors import BibliographyError, MissingExtraError
from dltheory_bib.lookup.safe_xml import UnsafeXmlError, parse_xml

if TYPE_CHECKING:
    from types import ModuleType
    from xml.etree.ElementTree import Element

    import httpx2

    from dltheory_bib.lookup.response_cache import ResponseCache

T = TypeVar("T")

LARGEST = 16 << 20
"""The most bytes that an answer may have, unpacked."""
TRIES = 4
"""How often a request is made that fails for a reason that may pass."""
LONGEST_WAIT = 60.0
"""The most seconds that are waited because a service asks for it."""
MOST_FAILURES = 3
"""Requests in a row that failed, after which a service is not asked again by this client."""
SLOWEST = 3
"""An answer that arrives piece by piece may take this many times the timeout."""
_MOST_REDIRECTS = 5
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_NOT_THERE = frozenset({404, 410})
_MOVED = frozenset({301, 302, 303, 307, 308})


class ServiceError(BibliographyError):
    """A service could not be asked, or its answer could not be read."""


class Received(NamedTuple):
    """An answer that could be read, and its day."""

    content: Any
    """The parsed body; None if there is nothing at the address."""
    date: datetime.date


class _PassingError(Exception):
    """A failure that may pass, and the seconds that the service asks to wait."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        self.why = why
        self.wait = wait
        super().__init__(why)


class ServiceClient:
    """Asks services, and remembers what they answered.

    `mailto` is the address under which a service can reach whoever asks; `timeout` is in seconds;
    `sent` is called with each address before it is asked.
    """

    def __init__(
        self,
        *,
        mailto: str = "",
        timeout: float = 20.0,
        cache: ResponseCache | None = None,
        sent: Callable[[str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.mailto = mailto
        self.timeout = timeout
        self.cache = cache
        self.requests = 0
        """The number of requests made, also those that failed."""
        self._sent = sent
        self._sleep = sleep
        self._http: httpx2.Client | None = None
        self._last: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._refusing: dict[str, str] = {}

    def __enter__(self) -> ServiceClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and the cache."""
        if self._http is not None:
            self._http.close()
            self._http = None
        if self.cache is not None:
            self.cache.close()

    def get_json(
        self, service: str, address: str, parameters: Mapping[str, str], pause: float = 0.0
    ) -> Received:
        """Return the JSON at an address. Raises `ServiceError`."""
        return self._get(service, address, parameters, pause, _parse_json)

    def get_xml(
        self, service: str, address: str, parameters: Mapping[str, str], pause: float = 0.0
    ) -> Received:
        """Return the root of the XML at an address. Raises `ServiceError`."""
        return self._get(service, address, parameters, pause, _parse_xml)

    def _get(
        self,
        service: str,
        address: str,
        parameters: Mapping[str, str],
        pause: float,
        parse: Callable[[bytes], T],
    ) -> Received:
        http_library()  # before the cache, which needs the extra as well
        asked = f"{address}?{urlencode(parameters)}" if parameters else address
        if self.cache is not None and (kept := self.cache.get(asked)):
            content, day = kept
            try:
                return Received(parse(content) if content else None, day)
            except ValueError:
                pass  # written by another version, or damaged
        if service in self._refusing:
            raise ServiceError(self._refusing[service])
        try:
            content = self._fetch(service, asked, pause)
            parsed = parse(content) if content else None
        except ValueError as error:
            self._count_failure(service)
            raise ServiceError(f"its answer {error}") from None
        except ServiceError:
            self._count_failure(service)
            raise
        self._failures[service] = 0
        if self.cache is not None:
            self.cache.put(asked, content)
        return Received(parsed, datetime.date.today())

    def download(
        self,
        address: str,
        target: Path,
        *,
        newer_than: float | None = None,
        progress: Callable[[str, int], None] | None = None,
    ) -> float | None:
        """Fetch a file of any size to `target`, and return the time of its last change.

        What an earlier call left in `target` is not fetched again, if the server's file is still
        the same; a file beside it says which that was. Returns None if the file has not changed
        since `newer_than`. Raises `ServiceError`; what was fetched until then stays.
        """
        http_library()
        mark = target.with_name(f"{target.name}.mark")

        def ask() -> float | None:
            headers = {"Accept-Encoding": "identity"}
            have, marked = (
                target.stat().st_size if target.exists() else 0,
                mark.read_text("utf-8") if mark.exists() else "",
            )
            if have and marked:
                headers |= {"Range": f"bytes={have}-", "If-Range": marked}
            elif newer_than is not None:
                headers["If-Modified-Since"] = formatdate(newer_than, usegmt=True)
            return self._request(
                address, lambda response: _saved(response, target, mark, have, progress), headers
            )

        return self._tried(address, 0.0, ask)

    def _count_failure(self, service: str) -> None:
        self._failures[service] = self._failures.get(service, 0) + 1
        if self._failures[service] >= MOST_FAILURES:
            why = f"failed {MOST_FAILURES} times in a row and is not asked again; try again later"
            self._refusing.setdefault(service, why)

    def _fetch(self, service: str, asked: str, pause: float) -> bytes:
        """Return the body at an address, empty if there is nothing there."""

        def read(response: httpx2.Response) -> bytes:
            return _body(response, time.monotonic() + SLOWEST * self.timeout)

        return self._tried(service, pause, lambda: self._request(asked, read))

    def _tried(self, service: str, pause: float, ask: Callable[[], T]) -> T:
        """Return what is asked for; try again if that may help."""
        wait = 1.0
        for number in range(1, TRIES + 1):
            self._keep_distance(service, pause)
            try:
                return ask()
            except _PassingError as error:
                asks = error.wait
                if asks is not None and asks > LONGEST_WAIT:
                    why = f"{error.why}, and asks to wait {asks:.0f} s; try again later"
                    self._refusing[service] = why
                    raise ServiceError(why) from None
                if number == TRIES:
                    raise ServiceError(f"{error.why}, {TRIES} times") from None
                # Some chance, so that several clients do not come back together.
                self._sleep(asks if asks is not None else wait * (0.5 + random.random()))
                wait *= 2
        raise AssertionError("unreachable")

    def _keep_distance(self, service: str, pause: float) -> None:
        now = time.monotonic()
        early = self._last.get(service, -pause) + pause - now
        if early > 0:
            self._sleep(early)
        self._last[service] = time.monotonic()

    def _request(
        self,
        asked: str,
        read: Callable[[httpx2.Response], T],
        headers: Mapping[str, str] | None = None,
    ) -> T:
        httpx2 = http_library()
        http = self._opened()
        url = asked
        try:
            for _ in range(_MOST_REDIRECTS + 1):
                self.requests += 1
                if self._sent:
                    self._sent(url)
                with http.stream("GET", url, headers=headers) as response:
                    if response.status_code in _MOVED:
                        url = _redirected(url, str(response.headers.get("location", "")))
                        continue
                    return read(response)
        except httpx2.TimeoutException:
            raise _PassingError(f"did not answer within {self.timeout:g} s") from None
        except httpx2.DecodingError:
            raise ServiceError("its answer is packed in a way that cannot be undone") from None
        except httpx2.TransportError as error:
            # A connection that was refused or broke off, and a body that was cut short.
            raise _PassingError(f"cannot be reached ({_reason(error)})") from None
        except httpx2.HTTPError as error:
            raise ServiceError(f"cannot be asked ({_reason(error)})") from None
        except httpx2.InvalidURL as error:
            raise ServiceError(f"cannot be asked ({_reason(error)})") from None
        raise ServiceError("redirects too often")

    def _opened(self) -> httpx2.Client:
        if self._http is None:
            httpx2 = http_library()
            contact = f"; mailto:{self.mailto}" if self.mailto else ""
            self._http = httpx2.Client(
                headers={"User-Agent": f"dltheory-bib/{__version__} (bibliography{contact})"},
                timeout=self.timeout,
                follow_redirects=False,
            )
        return self._http


def http_library() -> ModuleType:
    """Return httpx2, an extra. Raises `MissingExtraError`."""
    try:
        import hishel
        import httpx2
    except ImportError:
        raise MissingExtraError("asking services", "online") from None
    assert hishel  # the cache needs it
    return httpx2


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _redirected(url: str, location: str) -> str:
    """Return where a redirect leads; only within the site, so that no query goes elsewhere."""
    from urllib.parse import urljoin

    target = urljoin(url, location)
    old, new = urlsplit(url), urlsplit(target)
    if not location or new.scheme not in {"http", "https"}:
        raise ServiceError("redirects to no address of the web")
    if old.scheme == "https" and new.scheme != "https":
        raise ServiceError("redirects to an address without encryption")
    if _site(old.hostname) != _site(new.hostname):
        raise ServiceError(f"redirects to another site, {new.hostname}, which is not followed")
    return target


def _site(host: str | None) -> str:
    parts = (host or "").lower().split(".")
    return ".".join(parts if all(part.isdigit() for part in parts) else parts[-2:])


def _body(response: httpx2.Response, end: float) -> bytes:
    if response.status_code in _NOT_THERE:
        return b""
    _refuse_failure(response)
    pieces, size = [], 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > LARGEST:
            raise ServiceError(f"its answer has more than {LARGEST >> 20} MB")
        if time.monotonic() > end:
            raise _PassingError("takes too long to answer")
        pieces.append(piece)
    content = b"".join(pieces)
    if not content.strip():
        raise _PassingError("sent an empty answer")
    return content


def _saved(
    response: httpx2.Response,
    target: Path,
    mark: Path,
    have: int,
    progress: Callable[[str, int], None] | None,
) -> float | None:
    """Write the body of an answer to a file, after the bytes that it has if those are left out."""
    status = response.status_code
    if status == 304:
        return None
    if status == 416:  # there is no more than we have, so what we have is of another file
        mark.unlink(missing_ok=True)
        raise _PassingError("has not the file that was begun")
    carries_on = status == 206
    if not carries_on:
        _refuse_failure(response)
        have = 0
    elif not str(response.headers.get("content-range", "")).startswith(f"bytes {have}-"):
        mark.unlink(missing_ok=True)
        raise _PassingError("sent another part of the file than was asked for")
    changed = str(response.headers.get("last-modified", ""))
    etag = str(response.headers.get("etag", ""))
    # A weak tag promises no equal bytes (RFC 9110, 13.1.5).
    mark.write_text(etag if etag and not etag.startswith("W/") else changed, "utf-8")
    with target.open("ab" if carries_on else "wb") as stream:
        for piece in response.iter_raw():
            stream.write(piece)
            have += len(piece)
            if progress:
                progress(target.name, have >> 20)
    mark.unlink()
    with suppress(ValueError, TypeError, OverflowError):
        return parsedate_to_datetime(changed).timestamp()
    return time.time()


def _refuse_failure(response: httpx2.Response) -> None:
    status = response.status_code
    if status in _PASSING:
        said = "limits how often it is asked" if status == 429 else "has a fault"
        raise _PassingError(f"{said} ({status})", _retry_after(response.headers))
    if status in _NOT_THERE:
        raise ServiceError(f"has no such file ({status})")
    if status != 200:
        raise ServiceError(f"refuses to answer ({status})")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` asks to wait: it has them, or a date (RFC 9110,
    10.2.3).
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
        if until.tzinfo is None:
            until = until.replace(tzinfo=datetime.UTC)
        return max(0.0, (until - datetime.datetime.now(datetime.UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _parse_json(content: bytes) -> Any:
    _refuse_page(content)
    try:
        parsed = json.loads(content)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except ValueError:
        raise ValueError("is not JSON") from None
    if not isinstance(parsed, dict):
        raise ValueError("is no JSON object")
    return parsed


def _parse_xml(content: bytes) -> Element:
    _refuse_page(content)
    try:
        return parse_xml(content)
    except UnsafeXmlError as error:
        raise ValueError(str(error)) from None


def _refuse_page(content: bytes) -> None:
    """Refuse a page for people, which some services send with the status of success."""
    start = content[:500].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise ValueError("is a page for people, not data; it may ask whether you are a robot")
