"""What is shown is read from views: the same text as the records give, in one statement a list."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dltheory_bib import Bibliography, PaperList, load
from dltheory_bib.formats.bibtex import DIALECTS, to_bibtex
from dltheory_bib.snapshot.compile_views import own_view, plain_view
from dltheory_bib.snapshot.views import PaperView, restore_view
from dltheory_bib.text.names import author_line


@pytest.fixture
def tea(catalogue_dir: Path) -> Bibliography:
    return load(catalogue_dir)


def test_a_row_says_what_the_record_says(bib: Bibliography) -> None:
    """Key, year, authors, title and address, in the order of the list."""
    works = bib.where("topic:ntk").sort("title")
    for row, paper in zip(bib.rows(works), works, strict=True):
        assert (row.key, row.year, row.address) == (paper.key, paper.year, paper.address)
        assert (row.title, row.authors) == (paper.plain_title, author_line(paper.author))
        assert row.label == f"{author_line(paper.author, at_most=2)} {paper.year}"
        assert row.readable == bib.snapshot.readable(paper.plain_title)


def test_a_view_has_every_text_of_the_record(tea: Bibliography) -> None:
    """Annotation, remarks, relations of both directions and evidence."""
    for paper in tea:
        view = tea.view(paper.key)
        told = [text for text in (paper.summary, paper.idea, paper.limits) if text]
        assert [text for _, text in view.annotation] == told
        assert [remark.text for remark in view.remarks] == [r.text for r in paper.remarks]
        starting, ending = tea.edges(paper.key)
        judged = {e.says for e in (*starting, *ending) if e.says}
        assert {tie.sentence for tie in view.ties} == judged
        assert list(view.cites) == sorted(tea.cites(paper.key).keys)
        assert list(view.cited_by) == sorted(tea.cited_by(paper.key).keys)
        assert view.unverified == tuple(paper.unverified)


def test_formulas_of_a_view_are_there_in_unicode(bib: Bibliography) -> None:
    """A view is read without the converter of mathematics."""
    view = bib.view("jin2017escape")
    assert any("$" in text for _, text in view.annotation)
    for _, text in view.annotation:
        assert "$" not in view.readable(text)
        assert view.readable(text) == bib.snapshot.readable(text)


def test_a_stored_view_comes_back(bib: Bibliography) -> None:
    for paper in bib.where("jin")[:5]:
        view = own_view(paper)
        assert restore_view(json.loads(json.dumps(plain_view(view)))) == view
        assert isinstance(view, PaperView)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_rendered_entries_are_those_of_the_writer(catalogue: Bibliography, dialect: Any) -> None:
    """With the preamble that the rarer letters and the signs of addresses need."""
    everything = catalogue.all().sort("key")
    for works in (everything, catalogue.by("jastrzebski"), everything[:0]):
        made = to_bibtex(works, catalogue.venues, dialect=dialect)
        assert works.to_bibtex(dialect=dialect) == made


STATEMENTS: dict[str, Callable[[Bibliography, PaperList], object]] = {
    "keys": lambda _, works: works.keys,
    "papers": lambda _, works: list(works),
    "rows": lambda bib, works: bib.rows(works),
    "reasons": lambda bib, _: bib.reading("ntk").whys,
    "as keys": lambda _, works: works.to("keys"),
    "as tsv": lambda _, works: works.to("tsv"),
    "as bibtex": lambda _, works: works.to("bibtex"),
    "as json": lambda _, works: works.to("json"),
    "people": lambda bib, _: list(bib.people.items()),
    "works of the mapping": lambda bib, _: list(bib.papers.values()),
    "keys and works": lambda bib, _: list(bib.papers.items()),
    "backwards": lambda _, works: list(reversed(works)),
    "place": lambda _, works: works.index(works[-1]),
    "some": lambda bib, works: bib.some(works.keys),
    "similar": lambda bib, _: bib.similar("jacot2018neural", 50),
    "table of people": lambda _, works: works.to("csv", "people"),
    "topics": lambda bib, _: list(bib.topics.values()),
    "narrower topics": lambda bib, _: bib.narrower("wide-networks"),
    "most cited": lambda bib, _: bib.most_cited(100),
    "co-authors": lambda bib, _: bib.co_authors("bach-francis"),
}


@pytest.mark.catalogue
@pytest.mark.parametrize("asked", STATEMENTS.values(), ids=STATEMENTS)
def test_a_list_is_a_few_statements_however_long(
    asked: Callable[[Bibliography, PaperList], object],
) -> None:
    """Never one for each work, topic or person."""
    bib = load()
    works = bib.all()
    statements: list[str] = []
    bib.snapshot.database.set_trace_callback(statements.append)
    asked(bib, works)
    assert len(statements) <= 20
