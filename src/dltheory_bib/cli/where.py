"""Say what is used, and why: where."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dltheory_bib.cli.app import bibliography, dltheory, format_option, visible
from dltheory_bib.cli.collection import chosen_collection

if TYPE_CHECKING:
    from dltheory_bib.settings import FoundSettings


@dltheory.command(short_help="Say which collection, cache, shelf and settings are used, and why.")
@format_option("json")
def where(format_: str | None) -> None:
    """Say which collection, cache, shelf and settings are used, and why.

    What is not there comes with the command that makes it.

    \b
    Example: dltheory where
    """
    from dltheory_bib.settings import find_settings

    found = find_settings()
    told = {
        "collection": _collection(),
        "settings": _settings(found),
        "shelf": _shelf(found),
        "network": _network(found),
    }
    if format_ == "json":
        import json

        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for head, facts in told.items():
        for number, (name, value) in enumerate(facts.items()):
            start = head if number == 0 else ""
            text = ", ".join(value) if isinstance(value, list) else str(value)
            click.echo(f"{start:12}{name:10}{visible(text)}")


def _collection() -> dict[str, Any]:
    from dltheory_bib.source.layers import layers_of

    chosen = chosen_collection()
    bib = bibliography()
    layers = bib.layers
    rows = bib.snapshot.fetch("SELECT count(*), count(nullif(layer, 0)) FROM paper")
    works, own = rows.fetchone()
    (notes,) = bib.snapshot.fetch("SELECT count(DISTINCT n) FROM addition").fetchone()
    path = bib.snapshot.path
    facts: dict[str, Any] = {
        "place": str(chosen.place.resolve()),
        "because": chosen.why,
        "works": works,
    }
    if layers and chosen.path is not None:
        facts["layers"] = [layer.name for layer in layers_of(chosen.path)]
        facts["own"] = own or "none yet; `dltheory add ID` adds one"
    if not chosen.is_catalogue:
        facts["notes"] = notes or 'none yet; `dltheory note KEY "TEXT"` adds one'
    else:
        facts["yours"] = "none; `dltheory init` makes a collection of your own over this one"
    facts["compiled"] = str(path) if path else "in memory; the cache folder cannot be written"
    return facts


def _settings(found: FoundSettings) -> dict[str, Any]:
    from dltheory_bib.settings_files import PROJECT, project_file, user_file

    project = project_file()
    users = user_file()
    return {
        "project": str(project) if project else f"none; write {PROJECT} in the project's folder",
        "yours": str(users) if users.is_file() else f"none; write {users}",
        **({"ignored": [problem.message for problem in found.notes]} if found.notes else {}),
    }


def _shelf(found: FoundSettings) -> dict[str, Any]:
    from dltheory_bib.shelf.lookups import Shelf, ShelfError, default_folder

    named = found.settings.shelf.path
    folder = Path(named) if named else default_folder()
    facts: dict[str, Any] = {"place": str(folder)}
    try:
        with closing(Shelf(folder)) as shelf:
            facts["works"] = len(shelf)
    except ShelfError as error:
        facts["works"] = str(error)
    return facts


def _network(found: FoundSettings) -> dict[str, Any]:
    network = found.settings.network
    facts: dict[str, Any] = {
        "online": "services may be asked, as your settings say"
        if network.online
        else "off; --online asks for one command, online = true in your own settings for all"
    }
    if network.without:
        facts["without"] = list(network.without)
    return facts
