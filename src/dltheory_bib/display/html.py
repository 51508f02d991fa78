"""What a person looks at in a notebook: compact HTML, everything from a record escaped.

No colour is fixed but by opacity, so that it reads on a light and on a dark page, and there is no
script. Mathematics is left between dollar signs, which notebooks typeset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from dltheory_bib.display.views import CHECKED, VERDICT, Card, Row, byline
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.registries import Topic
from dltheory_bib.text.names import natural

_TABLE = "border-collapse:collapse"
_CELL = "text-align:left;vertical-align:top;padding:.15em .8em .15em 0"
_DIM = "opacity:.65"
_MONO = "font-family:monospace;white-space:nowrap"
_BOX = "max-width:52em;line-height:1.4"


def papers_html(rows: Sequence[Row]) -> str:
    """A list of works as a table."""
    if not rows:
        return f'<p style="{_DIM}">No works.</p>'
    many = "1 work" if len(rows) == 1 else f"{len(rows)} works"
    body = "".join(_row(row) for row in rows)
    return f'<p style="{_DIM}">{many}</p><table style="{_TABLE}"><tbody>{body}</tbody></table>'


def _row(row: Row) -> str:
    paper = row.paper
    why = f'<br><span style="{_DIM}">{escape(row.why)}</span>' if row.why else ""
    return (
        f'<tr style="background:none"><td style="{_CELL};{_MONO}">{escape(paper.key)}</td>'
        f'<td style="{_CELL}">{paper.year}</td>'
        f'<td style="{_CELL};{_DIM}">{escape(row.venue)}</td>'
        f'<td style="{_CELL};{_DIM}">{escape(byline(paper))}</td>'
        f'<td style="{_CELL}">{_linked(paper)}{why}</td></tr>'
    )


def _linked(paper: Paper) -> str:
    title = escape(paper.plain_title)
    return _link(paper.address, title) if paper.address else title


def _link(address: str, label: str) -> str:
    return f'<a href="{escape(address)}" rel="noopener">{label}</a>'


def paper_html(card: Card) -> str:
    """A work with its annotation and relations."""
    paper = card.paper
    authors = escape(", ".join(natural(name) for name in paper.author))
    topics = f" · {escape(', '.join(card.topics))}" if card.topics else ""
    parts = [
        f"<div><b>{_linked(paper)}</b></div>",
        f"<div>{authors}</div>",
        f'<div style="{_DIM}">{escape(card.venue)} {paper.year} · '
        f'<span style="{_MONO}">{escape(paper.key)}</span>{topics}</div>',
        *_annotation(paper),
        *_ties(card),
        *_results(card),
    ]
    return f'<div style="{_BOX}">{"".join(parts)}</div>'


def _annotation(paper: Paper) -> Iterable[str]:
    for head, said in (("Summary", paper.summary), ("Idea", paper.idea), ("Limits", paper.limits)):
        if said:
            yield f'<p style="margin:.4em 0"><b>{head}.</b> {escape(said)}</p>'
    if paper.summary or paper.idea or paper.limits:
        where = f": {escape(paper.checked_in)}" if paper.checked_in else ""
        yield f'<div style="{_DIM}">({CHECKED[paper.checked]}{where})</div>'
    if paper.unverified:
        yield f'<div style="{_DIM}">Unverified: {escape(", ".join(paper.unverified))}</div>'
    for remark in paper.remarks:
        comment = f" {escape(remark.comment)}" if remark.comment else ""
        yield (
            f'<p style="margin:.4em 0"><b>Remark.</b> {escape(remark.text)} '
            f'<span style="{_DIM}">({VERDICT[remark.verdict]}, {escape(remark.by)})</span>'
            f"{comment}</p>"
        )


def _ties(card: Card) -> Iterable[str]:
    if not card.ties:
        return
    items = []
    for tie in card.ties:
        says = f": {escape(tie.says)}" if tie.says else ""
        items.append(
            f'<li>{escape(tie.phrase)} <span style="{_MONO}">{escape(tie.key)}</span>{says}</li>'
        )
    yield f'<ul style="margin:.4em 0">{"".join(items)}</ul>'


def _results(card: Card) -> Iterable[str]:
    for shown in card.results:
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
    """A topic with its definition."""
    names = f" ({escape(', '.join(topic.aliases))})" if topic.aliases else ""
    broader = f" · part of {escape(topic.broader)}" if topic.broader else ""
    return (
        f'<div style="{_BOX}"><b>{escape(topic.label)}</b>{names}'
        f'<div style="{_DIM}"><span style="{_MONO}">{escape(topic.id)}</span>{broader}</div>'
        f"<div>{escape(topic.definition)}</div></div>"
    )


def bibliography_html(title: str, topics: Mapping[str, Topic], counts: Mapping[str, int]) -> str:
    """A bibliography as the tree of its topics, with the number of works on each."""

    def grow(above: str | None) -> str:
        items = "".join(
            f'<li>{escape(topic.label)} <span style="{_MONO};{_DIM}">{escape(topic.id)} '
            f"{counts.get(topic.id, 0)}</span>{grow(topic.id)}</li>"
            for topic in topics.values()
            if topic.broader == above
        )
        return f'<ul style="margin:0">{items}</ul>' if items else ""

    return f'<div style="{_BOX}"><b>{escape(title)}</b>{grow(None)}</div>'
