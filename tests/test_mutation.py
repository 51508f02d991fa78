"""What a user does to what was handed out changes neither the bibliography nor the file judged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from pydantic import BaseModel, ValidationError

from dltheory_bib import Bibliography, load
from dltheory_bib.bibfile.bib_parser import BibFile, parse_bib
from dltheory_bib.bibfile.find_works import list_bib
from dltheory_bib.bibfile.fix.fixer import fix
from dltheory_bib.bibfile.lint.linter import lint

ANSWERS: dict[str, Callable[[Bibliography], Any]] = {
    "a work": lambda bib: bib["jin2017escape"],
    "all works": lambda bib: list(bib),
    "papers": lambda bib: dict(bib.papers),
    "topics": lambda bib: dict(bib.topics.items()),
    "values of topics": lambda bib: list(bib.topics.values()),
    "people": lambda bib: dict(bib.people.items()),
    "venues": lambda bib: dict(bib.venues.items()),
    "trails": lambda bib: dict(bib.trails.items()),
    "questions": lambda bib: dict(bib.questions.items()),
    "assumptions": lambda bib: dict(bib.assumptions.items()),
    "results": lambda bib: dict(bib.results.items()),
    "results of a work": lambda bib: bib.results_of("jin2017escape"),
    "results by key": lambda bib: bib.results_by_key(bib.all().numbers),
    "authors": lambda bib: bib.authors_of("jin2017escape"),
    "coauthors": lambda bib: bib.co_authors("jin-chi"),
    "edges": lambda bib: bib.edges("jin2017escape"),
    "a view": lambda bib: bib.view("jin2017escape"),
    "rows": lambda bib: bib.rows(bib.all()),
    "counts": lambda bib: bib.topic_counts(),
    "pagerank": lambda bib: bib.pagerank(),
    "statistics": lambda bib: bib.stats(),
    "narrower": lambda bib: bib.narrower("optimization"),
    "keys": lambda bib: bib.all().keys,
    "reading": lambda bib: [bib.reading("ntk").keys, bib.reading("ntk").whys],
    "groups": lambda bib: {k: v.keys for k, v in bib.all().groupby("venue").items()},
    "most cited": lambda bib: bib.all().most_cited(),
    "lineage": lambda bib: bib.lineage("jin2017escape").back,
    "comparison": lambda bib: bib.compare("width").table,
    "improvements": lambda bib: bib.improvements("jin2017escape"),
    "node attributes": lambda bib: dict(bib.graph.nodes(data=True)),
    "edge attributes": lambda bib: list(bib.graph.edges(data=True, keys=True)),
    "neighbours": lambda bib: bib.graph.adj["jin2017escape"],
    "graph attributes": lambda bib: bib.graph.graph,
    "citations": lambda bib: list(bib.citations.edges(data=True)),
    "attributes of citations": lambda bib: dict(bib.citations.nodes(data=True)),
    "part of the graph": lambda bib: dict(bib.all()[:9].graph.nodes(data=True)),
    "data of the graph view": lambda bib: bib.graph_view("topic:ntk").data,
    "bibtex": lambda bib: bib.to_bibtex(),
    "json": lambda bib: bib.to("json"),
}
REFUSED = (AttributeError, TypeError, ValidationError, nx.NetworkXError)


def _parts(value: Any) -> Iterator[Any]:
    """What a user reaches from a value by index and public attribute."""
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value
    if isinstance(value, BaseModel):
        yield from (getattr(value, name) for name in type(value).model_fields)
    elif is_dataclass(value):
        yield from (getattr(value, one.name) for one in fields(value) if one.name[0] != "_")


def _spoil(value: Any, seen: dict[int, Any]) -> None:
    """Change everything in a value that lets itself be changed."""
    if id(value) in seen or isinstance(value, str | int | float | Bibliography):
        return
    seen[id(value)] = value
    for part in list(_parts(value)):
        _spoil(part, seen)
    if isinstance(value, Mapping):
        for change in ("update", "pop", "popitem", "setdefault", "clear"):
            given = {"update": ({"kind": "x", "new": 1},), "setdefault": ("new", 1)}
            with suppress(*REFUSED, KeyError):
                first = next(iter(value), "new")
                getattr(value, change)(*given.get(change, (first,) if change == "pop" else ()))
        for name in ("kind", "new"):
            with suppress(*REFUSED):
                value[name] = "EVIL"  # type: ignore[index]
    if isinstance(value, list):
        value[:] = ["EVIL"]
    if isinstance(value, set):
        value.clear()
    names = [*type(value).model_fields] if isinstance(value, BaseModel) else []
    names += [one.name for one in fields(value)] if is_dataclass(value) else []
    names += list(getattr(value, "_fields", ()))
    for name in names:
        with suppress(*REFUSED):
            setattr(value, name, "EVIL")
        with suppress(*REFUSED):
            delattr(value, name)


@pytest.mark.parametrize("asked", ANSWERS)
def test_nothing_handed_out_can_change_the_next_answer(bib: Bibliography, asked: str) -> None:
    own = load()
    ask = ANSWERS[asked]
    _spoil(ask(own), {})
    for name in ("a work", "topics", "node attributes", "edge attributes", asked):
        assert repr(ANSWERS[name](own)) == repr(ANSWERS[name](bib))


def test_the_walker_finds_what_could_be_changed() -> None:
    """It changes plain containers, so that a refusal above is the bibliography's."""
    changed = {"kind": "paper", "list": [1], "set": {1}, "pair": ([2],)}
    inner = changed["list"], changed["set"], changed["pair"]
    _spoil(changed, {})
    assert changed == {"kind": "EVIL", "new": "EVIL"}
    assert inner == (["EVIL"], set(), (["EVIL"],))


def test_attributes_of_the_graphs_are_refused_and_a_copy_is_the_users(bib: Bibliography) -> None:
    node, edge = bib.graph.nodes["jin2017escape"], next(iter(bib.citations.edges))
    for change in (
        lambda: node.update(title="EVIL"),
        lambda: node.__setitem__("title", "EVIL"),
        lambda: nx.set_node_attributes(bib.graph, 1, "weight"),
        lambda: nx.set_edge_attributes(bib.citations, {edge: {"weight": 1}}),
        lambda: bib.graph.graph.pop("name"),
    ):
        with pytest.raises(nx.NetworkXError, match=r"change a copy: graph.copy\(\)"):
            change()
    for copy in (bib.graph.copy(), bib.graph.reverse(), bib.all()[:5].graph.copy()):
        nx.set_node_attributes(copy, 1, "weight")
        copy.add_node("mine")
    assert "weight" not in bib.graph.nodes["jin2017escape"]


def test_a_bibliography_in_memory_cannot_be_written_either(bib: Bibliography) -> None:
    alone = bib["jin2017escape"].model_copy(update={"relations": (), "after": ()})
    made = Bibliography.from_records([alone])
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        made.snapshot.database.execute("DELETE FROM paper")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        bib.snapshot.database.execute("DELETE FROM paper")


JIN = "title={How to Escape Saddle Points Efficiently}, eprint={1703.00887}, year={2017}"
FILES = {
    "whole": f"@misc{{a, {JIN}}}\n",
    "first never closed": f"@misc{{a, title={{Open,\n  year=2001\n\n@misc{{b, {JIN}}}\n",
    "last never closed": f"@misc{{b, {JIN}}}\n\n@misc{{a, title={{Open,\n",
    "two never closed": f"@misc{{a, title={{A,\n\n@misc{{b, title={{B,\n\n@misc{{c, {JIN}}}\n",
    "with strings behind": f'@misc{{a, note={{A,\n\n@string{{s = "S"}}\n@misc{{c, {JIN}}}\n',
    "quote never closed": f'@misc{{a, title="A, year=2001\n\n@misc{{c, {JIN}}}\n',
}


def _content(file: BibFile) -> str:
    return repr([file.text, file.entries, file.faults, file.strings, file.string_spans])


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
@pytest.mark.parametrize("judge", [lint, list_bib], ids=["lint", "cover"])
def test_judging_a_file_leaves_it_as_it_was(bib: Bibliography, text: str, judge: Any) -> None:
    """Whatever judges it first, `fix` then does to the same object what it does to a fresh one."""
    file = parse_bib(text)
    before = _content(file)
    first = judge(bib, [file] if judge is lint else file)
    assert _content(file) == before
    made = fix(bib, file, merge=True)
    assert _content(file) == before
    assert made.text == fix(bib, parse_bib(text), merge=True).text
    again = judge(bib, [file] if judge is lint else file)
    assert repr(again) == repr(first)


def test_judging_from_python_changes_no_byte(bib: Bibliography, tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    path.write_text(FILES["first never closed"], encoding="utf-8")
    before = path.read_bytes(), path.stat().st_mtime_ns
    for ask in (bib.check, bib.fix, bib.cover):
        ask(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
