"""The page of a work, its JSON and BibTeX, and redirects from its other keys."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from dltheory_bib.formats.bibtex_file import join_entries
from dltheory_bib.formats.plain_text import citation
from dltheory_bib.models.choices import LEVELS
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.relations import Relation
from dltheory_bib.site import addresses
from dltheory_bib.site.citation_data import citation_data, renamed_data
from dltheory_bib.site.linked_data import json_ld, meta_tags
from dltheory_bib.site.options import Options
from dltheory_bib.site.renderer import Renderer, data_block
from dltheory_bib.site.site_data import Contents
from dltheory_bib.snapshot.compile_views import CHECKED, VERDICT
from dltheory_bib.text.names import natural

_SINCE = ("refuted by", "corrected by", "improved by", "qualified by")
"""What a reader should know before relying on a work, the gravest first."""
_MOST_SINCE = 3
"""Such relations that stand between what a work shows and its idea; the rest is folded."""
_MOST_BOUNDS = 3
"""Bounds that are named as what a work is known for."""
_SAYS_NOTHING = frozenset({("rate", "none")})
"""Values of a result card that a reader takes from the row's absence."""
_SHOWN_FIELDS = ("publisher", "institution", "volume", "number", "edition", "pages")


def work_pages(
    contents: Contents, render: Renderer, keys: Iterable[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield for each of some works its page, `KEY.json`, `KEY.bib` and `KEY.js`, its citations; for
    each alias a page that redirects to it, and a script that says so.
    """
    for key in keys:
        paper = contents.papers[key]
        entry, biblatex = contents.bibtex[key]
        path = addresses.work(key)
        # A box has the entry alone; the preamble that a file may need is in the file.
        shown = _shown(contents, paper) | {"bibtex": entry, "biblatex": biblatex}
        yield path, render("work.html", path, **shown)
        yield addresses.work(key, "js"), citation_data(contents, paper, entry, biblatex)
        yield addresses.work(key, "bib"), join_entries([entry], "bibtex").encode()
        yield addresses.work(key, "json"), _as_json(contents.record(key))
        for alias in paper.aliases:
            path = addresses.work(alias)
            yield path, render("alias.html", path, alias=alias, paper=paper)
            yield addresses.work(alias, "js"), renamed_data(alias, key)


def _shown(contents: Contents, paper: Paper) -> dict[str, Any]:
    view = contents.bib.view(paper.key)
    after = contents.bib.neighbours(paper.key, Relation.AFTER, inverse=True).keys
    since = sorted(
        (tie for tie in view.ties if tie.phrase in _SINCE), key=lambda tie: _SINCE.index(tie.phrase)
    )
    fields = [(name, getattr(paper, name)) for name in _SHOWN_FIELDS if getattr(paper, name)]
    return {
        "paper": paper,
        "authors": contents.authors[paper.key],
        "view": view,
        "checked": CHECKED[paper.checked],
        "levels": LEVELS,
        "verdicts": VERDICT,
        "cites": contents.entries(contents.to_read_first(view.cites)),
        "cited_by": contents.entries(contents.to_read_first(view.cited_by)),
        "read_before": contents.entries(contents.bib.key(name) for name in paper.after),
        "read_after": contents.entries(after),
        "places": contents.places.get(paper.key, []),
        "similar": contents.similar(paper.key),
        "period": contents.venues[paper.venue].in_year(paper.year) if paper.venue else None,
        "fields": fields,
        "editors": ", ".join(natural(name) for name in paper.editor),
        "in_one_line": citation(paper, contents.venues, contents.bib.snapshot.readable),
        "own_notes": contents.bib.own_notes(paper.key) if contents.options.private else (),
        "pdf": paper.pdf,
        "tags": meta_tags(contents, paper),
        "best": contents.best_bounds(paper.key)[:_MOST_BOUNDS],
        "since": since[:_MOST_SINCE],
        "since_more": since[_MOST_SINCE:],
        "since_counts": Counter(tie.phrase for tie in since[_MOST_SINCE:]),
        "says_nothing": _SAYS_NOTHING,
        "report": report_address(contents.options, paper.key),
        "json_ld": data_block(json_ld(contents, paper)),
    }


def report_address(options: Options, key: str) -> str:
    """Return where an error in a record is reported; empty if nobody said where."""
    page = addresses.work(key)
    return options.report_url.replace("{key}", quote(key)).replace(
        "{page}", quote(options.base_url + page, safe="")
    )


def dumps(contents: Contents, _: Renderer) -> Iterator[tuple[str, bytes]]:
    """Yield the whole collection for programs: JSON, BibTeX, BibLaTeX, and the relations."""
    bibtex, biblatex = zip(*contents.bibtex.values(), strict=True) if contents.bibtex else ((), ())
    yield "works.json", _as_json_lines(map(contents.record, contents.papers))
    yield "works.bib", join_entries(bibtex, "bibtex").encode()
    yield "works-biblatex.bib", join_entries(biblatex, "biblatex").encode()
    edges = [
        {name: value for name, value in edge._asdict().items() if value is not None}
        for edge in contents.edges
    ]
    yield "relations.json", _as_json_lines(edges)
    for name, records in (
        ("topics.json", contents.topics),
        ("people.json", contents.people),
        ("venues.json", contents.venues),
    ):
        yield name, _as_json_lines(record.to_dict() for record in records.values())


def _as_json(record: dict[str, Any]) -> bytes:
    return f"{json.dumps(record, ensure_ascii=False)}\n".encode()


def _as_json_lines(records: Iterable[dict[str, Any]]) -> bytes:
    """Return a JSON array with one record per line, so that a diff shows which records changed."""
    lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    return f"[\n{lines}\n]\n".encode()
