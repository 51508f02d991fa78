"""Show the topics as a tree: topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import bibliography, dltheory, draw, format_option, note
from dltheory_bib.cli.completion import complete_topic
from dltheory_bib.snapshot import views

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dltheory_bib.snapshot.reader import Snapshot


@dltheory.command(short_help="Show the topics as a tree.")
@click.argument("topic", required=False, shell_complete=complete_topic)
@format_option("keys", "tsv", "json")
def topics(topic: str | None, format_: str | None) -> None:
    """Show the topics as a tree, with the number of works on each.

    With a TOPIC, only that one with its definition and its narrower topics.

    \b
    Example: dltheory topics wide-networks
    """
    bib = bibliography()
    root = bib.topic_id(topic) if topic else None
    known = views.topics(bib.snapshot)
    if format_:
        _print_topics(bib.snapshot, known, root, format_)
        return
    from rich.text import Text

    from dltheory_bib.display.terminal import topic_tree

    if root:
        draw(Text(views.stored(bib.snapshot, "topic")[root]["definition"]))
    if not known:
        note("this collection has no works on any topic; `dltheory check` judges its files")
    draw(topic_tree(known, root))


def _print_topics(
    snapshot: Snapshot, known: Mapping[str, views.TopicView], root: str | None, format_: str
) -> None:
    found = [one for one in known.values() if root is None or root in _line(known, one.id)]
    if format_ == "json":
        import json

        records = views.stored(snapshot, "topic")
        told = [
            records[one.id] | {"works": one.works} | ({"own": one.own} if one.own else {})
            for one in found
        ]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(one.id if format_ == "keys" else f"{one.id}\t{one.works}\t{one.label}")


def _line(known: Mapping[str, views.TopicView], topic: str) -> list[str]:
    """Return a topic and all its broader topics."""
    line = [topic]
    while (above := known[line[-1]].broader) is not None:
        line.append(above)
    return line
