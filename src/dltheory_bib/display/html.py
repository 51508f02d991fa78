"""Compact HTML for notebooks, everything from a record escaped.

Colours are set only by opacity, so that it is readable on light and dark pages, and there is no
script. Mathematics is left between dollar signs, which notebooks typeset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dltheory_bib.models.registries import Topic
    from dltheory_bib.snapshot.views import PaperView, Row, TopicView

_TABLE = "border-collapse:collapse"
_CELL = "text-align:left;vertical-align:top;padding:.15em .8em .15em 0"
_DIM = "opacity:.65"
_MONO = "font-family:monospace;white-space:nowrap"
_BOX = "max-width:52em;line-height:1.4"


def papers_html(rows: Sequence[Row]) -> str:
    """Return a list of works as a table."""
    if not rows:
        return f'<p style="{_DIM}">No works.</p>'
    many = "1 work" if len(rows) == 1 else f"{len(rows)} works"
    body = "".join(_row(row) for row in rows)
    return f'<p style="{_DIM}">{many}</p><table style="{_TABLE}"><tbody>{body}</tbody></table>'


def _row(row: Row) -> str:
    why = f'<br><span style="{_DIM}">{escape(row.why)}</span>' if row.why else ""
    layer = f' <span style="{_DIM}">[{escape(row.layer)}]</span>' if row.layer else ""
    return (
        f'<tr style="background:none"><td style="{_CELL};{_MONO}">{escape(row.key)}</td>'
        f'<td style="{_CELL}">{row.year}</td>'
        f'<td style="{_CELL};{_DIM}">{escape(row.venue)}</td>'
        f'<td style="{_CELL};{_DIM}">{escape(row.byline)}</td>'
        f'<td style="{_CELL}">{_linked(row)}{layer}{why}</td></tr>'
    )


def _linked(shown: Row | PaperView) -> str:
    title = escape(shown.title)
    return _link(shown.address, title) if shown.address else title


def _link(address: str, label: str) -> str:
    return f'<a href="{escape(address)}" rel="noopener">{label}</a>'


def paper_html(view: PaperView) -> str:
    """Return a work with its annotation and relations."""
    topics = f" · {escape(', '.join(view.topics))}" if view.topics else ""
    topics += f" · [{escape(view.layer)}]" if view.layer else ""
    parts = [
        f"<div><b>{_linked(view)}</b></div>",
        f"<div>{escape(view.authors)}</div>",
        f'<div style="{_DIM}">{escape(view.imprint)} · '
        f'<span style="{_MONO}">{escape(view.key)}</span>{topics}</div>',
        *_annotation(view),
        *_ties(view),
        *_results(view),
    ]
    return f'<div style="{_BOX}">{"".join(parts)}</div>'


def _annotation(view: PaperView) -> Iterable[str]:
    for head, text in view.annotation:
        yield f'<p style="margin:.4em 0"><b>{head}.</b> {escape(text)}</p>'
    if view.checked:
        yield f'<div style="{_DIM}">({escape(view.checked)})</div>'
    if view.unverified:
        yield f'<div style="{_DIM}">Unverified: {escape(", ".join(view.unverified))}</div>'
    for remark in view.remarks:
        comment = f" {escape(remark.comment)}" if remark.comment else ""
        yield (
            f'<p style="margin:.4em 0"><b>Remark.</b> {escape(remark.text)} '
            f'<span style="{_DIM}">({remark.verdict}, {escape(remark.by)})</span>{comment}</p>'
        )


def _ties(view: PaperView) -> Iterable[str]:
    if not view.ties:
        return
    items = []
    for tie in view.ties:
        reason = f": {escape(tie.sentence)}" if tie.sentence else ""
        items.append(
            f'<li>{escape(tie.phrase)} <span style="{_MONO}">{escape(tie.key)}</span>{reason}</li>'
        )
    yield f'<ul style="margin:.4em 0">{"".join(items)}</ul>'


def _results(view: PaperView) -> Iterable[str]:
    for shown in view.results:
        facts = "".join(
            f'<div style="{_DIM}">{escape(name)}: {escape(value)}</div>'
            for name, value in shown.facts
        )
        bound = f"<div>${escape(shown.tex)}$</div>" if shown.tex else ""
        yield (
            f'<div style="margin:.4em 0"><b>Result.</b> {escape(shown.head)} '
            f'<span style="{_MONO};{_DIM}">{escape(shown.id)}</span>{bound}'
            f"<div>{escape(shown.statement)}</div>{facts}</div>"
        )


def topic_html(topic: Topic) -> str:
    """Return a topic with its definition."""
    names = f" ({escape(', '.join(topic.aliases))})" if topic.aliases else ""
    broader = f" · part of {escape(topic.broader)}" if topic.broader else ""
    return (
        f'<div style="{_BOX}"><b>{escape(topic.label)}</b>{names}'
        f'<div style="{_DIM}"><span style="{_MONO}">{escape(topic.id)}</span>{broader}</div>'
        f"<div>{escape(topic.definition)}</div></div>"
    )


def bibliography_html(title: str, topics: Mapping[str, TopicView]) -> str:
    """Return a bibliography as the tree of its topics, with the number of works on each."""

    def grow(above: str | None) -> str:
        items = "".join(
            f'<li>{escape(topic.label)} <span style="{_MONO};{_DIM}">{escape(topic.id)} '
            f"{topic.works}</span>{grow(topic.id)}</li>"
            for topic in topics.values()
            if topic.broader == above
        )
        return f'<ul style="margin:0">{items}</ul>' if items else ""

    return f'<div style="{_BOX}"><b>{escape(title)}</b>{grow(None)}</div>'
