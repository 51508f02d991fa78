"""The tools: search, show, read, compare, path, cite and check, as functions that return data.

Each answer names works by key and URL, and tells what a statement was checked against: `checked`
(`full-text`, `abstract`, `unchecked`, for a card also `secondary`) and `checked_in` or `read_in`,
as in the data files. Fields are listed one by one, so that nothing else is ever served. No tool
opens a file or a connection.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dltheory_bib.errors import BibliographyError, UnknownNameError
from dltheory_bib.mcp_server.answers import answer
from dltheory_bib.mcp_server.tool_arguments import Parameter, read_arguments
from dltheory_bib.snapshot import views
from dltheory_bib.snapshot.comparisons import question_record

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.papers import PaperList
    from dltheory_bib.snapshot.views import PaperView, ResultView
    from dltheory_bib.theorems.theorem_table import TableRow

Data = dict[str, Any]
_FEW = 20
"""The number of citing and cited works that `show` names."""


@dataclass(frozen=True, slots=True)
class CatalogueTool:
    """A tool of the server."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    run: Callable[..., Data]
    """Returns what is quoted, and under `hint` what the server itself remarks."""


def call_tool(
    bib: Bibliography, name: str, given: Mapping[str, Any], private: bool = False
) -> tuple[str, bool]:
    """Return the answer of a tool as JSON, and whether it is an error.

    Without `private` no notes, tags, status or files are served, and no query can ask for them.
    """
    before, bib.snapshot.private = bib.snapshot.private, private
    try:
        return _called(bib, name, given)
    finally:
        bib.snapshot.private = before


def _called(bib: Bibliography, name: str, given: Mapping[str, Any]) -> tuple[str, bool]:
    works = len(bib)
    tool = TOOLS.get(name)
    if tool is None:
        known = ", ".join(TOOLS)
        return answer(works, error=f"no tool {name[:100]!r}; known are {known}"), True
    try:
        data = tool.run(bib, **read_arguments(tool.parameters, given))
    except UnknownNameError as error:
        hint = None if error.nearest else f"`{_FINDERS.get(error.kind, 'search')}` finds names"
        return answer(works, error=str(error), nearest=error.nearest, hint=hint), True
    except BibliographyError as error:
        return answer(works, error=str(error)), True
    except sqlite3.DatabaseError:
        message = "the compiled collection is damaged; run `dltheory stats`, then start the server"
        return answer(works, error=f"{message} again"), True
    return answer(works, hint=data.pop("hint", None), data=data), False


_FINDERS = {"paper": "search", "topic": "read", "question": "compare"}
"""The tool that lists names of a kind."""


def search(bib: Bibliography, query: str, limit: int) -> Data:
    """Works that match words, names, a title or an identifier, best match first."""
    found = bib.search(query)
    hint = "; ".join(found.notes) or None
    if not found:
        hint = f"{hint}; use other words, or `read` for the topics"
    return {"found": len(found), "works": _works(bib, found[:limit]), "hint": hint}


def show(bib: Bibliography, work: str) -> Data:
    """The record of one work."""
    view = bib.view(work)
    (record,) = views.records(bib.snapshot, bib.some([view.key]).numbers)
    titles = _titles(bib, {tie.key for tie in view.ties})
    return {
        "key": view.key,
        "title": view.title,
        "authors": view.authors,
        "published": view.imprint,
        "url": view.address,
        "links": dict(view.links),
        "citation": bib.citation(view.key),
        "aliases": view.aliases,
        "topics": record.get("topics"),
        "level": view.level,
        **{name: record.get(name) for name in ("summary", "idea", "limits")},
        **_evidence(record),
        "remarks": [remark._asdict() for remark in view.remarks],
        "relations": [
            {
                "relation": tie.phrase,
                "work": tie.key,
                "title": titles[tie.key],
                "says": tie.sentence,
                "where": tie.where,
            }
            for tie in view.ties
        ],
        "results": [_result(result) for result in view.results],
        "disagreements": view.disagreements,
        **_citations(view),
        **_private(bib, view.key),
    }


def _private(bib: Bibliography, key: str) -> Data:
    """Return the user's notes on a work, if they are served."""
    if not bib.snapshot.private:
        return {}
    from dltheory_bib.snapshot.own_notes import private_fields

    found = private_fields(bib.snapshot, bib.some([key]).numbers)
    return {"own": found[key]} if key in found else {}


def read(bib: Bibliography, topic: str, count: int) -> Data:
    """A reading order; without a topic, the topics and the trails."""
    from dltheory_bib.query.fields import find_topic, nearest_topics

    snapshot = bib.snapshot
    trails = views.trails(snapshot)
    if not topic.strip():
        return {
            "topics": [
                {"id": one.id, "label": one.label, "works": one.works}
                for one in views.topics(snapshot).values()
            ],
            "trails": [{"id": one.id, "label": one.label, "works": one.steps} for one in trails],
        }
    found = bib.reading(topic, count)
    known = find_topic(snapshot, topic.removeprefix("topic:")) or topic in {t.id for t in trails}
    near = [] if known or ":" in topic else nearest_topics(snapshot, topic)
    hint = f"{topic!r} is no topic, and was read as a query" if near or not found else None
    return {"works": _works(bib, found), "hint": hint, "nearest_topics": near}


def compare(
    bib: Bibliography,
    question: str,
    query: str,
    setting: str,
    assume: str,
    drop: str,
    year: str,
    group: str,
    best: bool,
    limit: int,
) -> Data:
    """The theorems on a question; without one, the questions."""
    if not question.strip():
        return {"questions": [one._asdict() for one in views.questions(bib.snapshot)]}
    found = bib.compare(
        question,
        query,
        best=best,
        setting=setting or None,
        assume=_listed(assume),
        drop=_listed(drop),
        year=year,
    )
    table = found.table
    labels = {one.id: one.label for one in table.legend.values()}
    asked = question_record(bib.snapshot, table.question.id)
    shown = [one for one in table.groups if group.casefold() in one.title.casefold()]
    return {
        "question": {
            **{name: asked.get(name) for name in ("id", "label", "definition")},
            "better": table.question.better,
            "symbols": {one["tex"]: one["meaning"] for one in asked.get("symbols", ())},
            "settings": {one.id: one.label for one in table.question.settings},
        },
        "group_titles": [one.title for one in table.groups],
        "groups": [
            {
                "title": one.title,
                "found": len(one.rows),
                "cards": [_card(row, labels) for row in one.rows[:limit]],
            }
            for one in shown
        ],
        "may_apply": found.may_apply,
        "hint": None if shown else f"no theorem on {table.question.id} matches",
    }


def _listed(names: str) -> list[str]:
    return [one.strip() for one in names.split(",") if one.strip()]


def path(bib: Bibliography, start: str, end: str) -> Data:
    """A shortest chain of citations between two works."""
    from dltheory_bib.connections import step_sentence

    chain = bib.path(start, end)
    if chain is None:
        ends = f"{bib.key(start)} and {bib.key(end)}"
        lists = views.lists_read(bib.snapshot)
        return {"hint": f"no chain of citations connects {ends} in this collection ({lists})"}
    return {
        "lists_read": views.lists_read(bib.snapshot)._asdict(),
        "works": _works(bib, chain.papers, annotated=False),
        "steps": [
            {
                "citing": edge.source,
                "cited": edge.target,
                "relation": edge.relation.phrase,
                "says": step_sentence(edge),
                "where": edge.where,
                "read_in": edge.evidence,
            }
            for edge in chain
        ],
    }


def cite(bib: Bibliography, works: list[str], dialect: str) -> Data:
    """The entries of works; a name that the catalogue does not contain gets none."""
    keys: list[str] = []
    unknown = []
    for name in works:
        try:
            keys.append(bib.key(name))
        except UnknownNameError as error:
            unknown.append({"name": name, "nearest": error.nearest})
    found = bib.some(keys)
    entries = views.entries(bib.snapshot, found.numbers, dialect)
    return {
        "works": [
            {**work, "entry": entry}
            for work, entry in zip(_works(bib, found, annotated=False), entries, strict=True)
        ],
        "unknown": unknown,
        "hint": "the catalogue has no entry for an unknown name: write none from memory"
        if unknown
        else None,
    }


def check(bib: Bibliography, bib_text: str) -> Data:
    """The problems of a .bib, and a verdict on each entry."""
    from dltheory_bib.bibfile.bib_parser import parse_bib
    from dltheory_bib.bibfile.lint.linter import lint

    file = parse_bib(bib_text)
    found = lint(bib, [file])
    empty = "no entry was found; give the text of the .bib: a path is not read"
    return {
        "entries": found.entries,
        "verdicts": {
            "counts": dict(found.counts),
            "entries": [
                {
                    "line": one.line,
                    "key": one.key,
                    "verdict": one.verdict,
                    "work": one.work,
                    "kinds": list(one.found.kinds),
                    "says": one.message,
                }
                for one in found.judgements
            ],
        },
        "problems": [
            {
                "line": one.line,
                "column": one.column,
                "level": one.level,
                "rule": one.rule,
                "says": one.message,
            }
            for one in found.problems
        ],
        "hint": "`not found`: the catalogue does not have the work, which may well exist"
        if found.entries
        else empty,
    }


def _works(bib: Bibliography, papers: PaperList, annotated: bool = True) -> list[Data]:
    """Works in short: what is needed to cite each, and its summary."""
    records = views.records(bib.snapshot, papers.numbers)
    return [
        {
            "key": row.key,
            "authors": row.authors,
            "year": row.year,
            "title": row.title,
            "venue": row.venue,
            "url": row.address,
            "why": row.why,
            "summary": record.get("summary") if annotated else None,
            **(_evidence(record) if annotated else {}),
        }
        for row, record in zip(bib.rows(papers), records, strict=True)
    ]


def _evidence(record: Mapping[str, Any]) -> Data:
    """What the annotation and the facts of a record were checked against."""
    sources = {one["source"]: None for one in record.get("sources", ())}
    return {
        "checked": record.get("checked", "unchecked"),
        "checked_in": record.get("checked_in"),
        "facts_from": list(sources),
        "unverified": record.get("unverified"),
    }


def _result(result: ResultView) -> Data:
    """A card of a work: `read` is version and place, and what it was checked against."""
    head = {"id": result.id, "on": result.head, "bound": result.tex, "says": result.statement}
    return head | dict(result.facts)


def _citations(view: PaperView) -> Data:
    """How many works it cites and is cited by, and the first of them."""
    ways = (("cites", view.cites), ("cited_by", view.cited_by))
    return {
        "references_read": view.references_read,
        "lists_read": view.lists_read._asdict(),
        **{name: {"count": len(keys), "first": keys[:_FEW]} for name, keys in ways},
    }


def _titles(bib: Bibliography, keys: Iterable[str]) -> dict[str, str]:
    rows = views.rows(bib.snapshot, bib.some(sorted(keys)).numbers)
    return {row.key: f"{row.label}, {row.title}" for row in rows}


def _card(row: TableRow, labels: Mapping[str, str]) -> Data:
    """A row of a comparison."""
    card = row.card
    return {
        "id": card.id,
        "work": card.work,
        "by": row.paper.label,
        "url": row.paper.address,
        "method": card.method,
        "bound": row.tex,
        "standing": row.standing or None,
        "best_in_settings": list(row.best_in) if row.ranked else None,
        "holds": card.holds,
        "assumes": [labels[name] for name in card.assumptions],
        "presumably_assumes": [labels[name] for name in card.supposed],
        "not_read": list(card.unknown),
        "says": card.statement,
        "values": dict(card.values),
        "where": f"{card.version}, {card.where}",
        "read_in": row.record.get("read_in"),
        "checked": card.checked,
        "note": card.note,
    }


_DIALECTS = ("bibtex", "biblatex")
_WORK = "a citation key, arXiv id, DOI or URL"
_TOOLS = (
    CatalogueTool(
        "search",
        "Search works",
        "Search the catalogue of deep learning theory for papers: words, authors, a title, an "
        "identifier, or fields such as topic:ntk author:jin year:2017..2019. Returns each work's "
        "key, URL, summary and what the summary was checked against, best match first.",
        (
            Parameter("query", "what to look for"),
            Parameter("limit", "the most works to return", "number", 25, 10),
        ),
        search,
    ),
    CatalogueTool(
        "show",
        "Show a work",
        "Show one work: publication, summary, idea, limits, what they were checked against, its "
        "theorems with version and place, and its relations to other works, a sentence each.",
        (Parameter("work", f"the work: {_WORK}", most=300),),
        show,
    ),
    CatalogueTool(
        "read",
        "Suggest a reading order",
        "Suggest what to read on a topic, in which order, and why. Without a topic, list the "
        "topics and the trails.",
        (
            Parameter(
                "topic", "a topic's id or name, a trail's id, or a query", most=300, default=""
            ),
            Parameter("count", "the most works to return", "number", 25, 10),
        ),
        read,
    ),
    CatalogueTool(
        "compare",
        "Compare theorems",
        "Compare the theorems that answer a question, the best bound first: bound, assumptions, "
        "guarantee, and the version and place where each was read. Without a question, list the "
        "questions.",
        (
            Parameter("question", "a question's id or name", most=300, default=""),
            Parameter("query", "only theorems of works that match this query", default=""),
            Parameter("group", "only groups with this text in their title", default=""),
            Parameter("setting", "a set of assumptions that the question lists", default=""),
            Parameter("assume", "assumptions to grant, separated by commas", default=""),
            Parameter("drop", "assumptions not to grant", default=""),
            Parameter("year", "what was known by then: ..2020", default=""),
            Parameter("best", "only what is best in a setting", "flag", default=False),
            Parameter("limit", "the most theorems of each group", "number", 50, 3),
        ),
        compare,
    ),
    CatalogueTool(
        "path",
        "Connect two works",
        "Show a shortest chain of citations between two works, with what each step states and "
        "where that was read.",
        (
            Parameter("start", f"the first work: {_WORK}", most=300),
            Parameter("end", f"the last work: {_WORK}", most=300),
        ),
        path,
    ),
    CatalogueTool(
        "cite",
        "Cite works",
        "Return the BibTeX or BibLaTeX entries of works, in their published version. Names that "
        "the catalogue does not contain are returned as unknown, with the nearest keys.",
        (
            Parameter("works", f"each {_WORK}", "names", 50),
            Parameter("dialect", "of the entries", default="bibtex", choices=_DIALECTS),
        ),
        cite,
    ),
    CatalogueTool(
        "check",
        "Check a .bib",
        "Check the text of a .bib file: every problem of form with its line and a correction, and "
        "a verdict on each entry, compared with this catalogue: verified, differs, contradicted, "
        "not found, or not checked.",
        (Parameter("bib_text", "the text of the file, not its path", most=100_000),),
        check,
    ),
)
TOOLS = {tool.name: tool for tool in _TOOLS}
"""The tools by name."""
