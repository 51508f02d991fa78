"""Whether a command may ask services, and the client that it then gets.

`--online` and `--offline` count first, then `online` in the user's own settings; a project's file
cannot open the network (`settings.py`). Without permission there is no client, so nothing is asked.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from dltheory_bib.lookup.service import Service
    from dltheory_bib.lookup.service_client import ServiceClient

F = TypeVar("F", bound=Callable[..., Any])


def network_options(command: F) -> F:
    """The options of a command that can ask services: `online` and `mailto`."""
    command = click.option(
        "--mailto",
        metavar="ADDRESS",
        help="An e-mail address for services that ask for a contact.",
    )(command)
    return click.option(
        "--online/--offline",
        default=None,
        help="Ask services (arXiv, Crossref, DataCite, DBLP, OpenAlex, OpenReview, Semantic "
        "Scholar), or never. Default: online in your own settings, else offline.",
    )(command)


@contextmanager
def permitted_services(online: bool | None, mailto: str | None) -> Iterator[list[Service] | None]:
    """Yield the services that may be asked; None if the user did not allow the network."""
    with permitted_client(online, mailto) as client:
        if client is None:
            yield None
            return
        from dltheory_bib.lookup.services import open_services

        yield open_services(client, _permitted(online).without)


@contextmanager
def permitted_client(online: bool | None, mailto: str | None) -> Iterator[ServiceClient | None]:
    """Yield the client that may be used; None if the user did not allow the network.

    Each address that is asked is logged in `requests.log` of the cache folder.
    """
    network = _permitted(online)
    if network is None:
        yield None
        return
    from dltheory_bib.lookup.response_cache import ResponseCache
    from dltheory_bib.lookup.service_client import ServiceClient, http_library
    from dltheory_bib.user_folders import cache_folder

    http_library()
    cache = ResponseCache(cache_folder() / "services.sqlite", network.cache_days)
    client = ServiceClient(
        mailto=mailto or network.mailto or "",
        timeout=network.timeout,
        cache=cache if network.cache_days else None,
        sent=_log,
    )
    with client:
        yield client


def _permitted(online: bool | None) -> Any:
    """Return the settings of the network if it may be used, else None."""
    if online is False:
        return None
    if not online:
        from dltheory_bib.settings_files import settings_files

        if not any("network" in file.tables for file in settings_files()):
            return None  # what is checked below needs pydantic
    from dltheory_bib.settings import load_settings

    network = load_settings().network
    return network if online or network.online else None


def _log(address: str) -> None:
    from dltheory_bib.user_folders import cache_folder

    folder = cache_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / "requests.log").open("a", encoding="utf-8") as stream:
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            stream.write(f"{now} {address}\n")
    except OSError as error:
        # What cannot be logged is not asked: the log is what the user can check.
        message = f"cannot write {folder / 'requests.log'}: {error.strerror or error}"
        raise click.ClickException(message) from None
