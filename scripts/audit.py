"""Compare the catalogue, field by field, with facts gathered independently of it.

    python scripts/audit.py EVIDENCE [--keep docs/audit.json]

EVIDENCE is a directory with `works.jsonl`: one line a work, with `title`, `authors` ("Given
Family"), `year`, `venue` ("ICML 2019"), `volume`, `number`, `pages`, `doi`, `arxiv`, and under
`unverified` the names of the fields without a source. Works are matched by title and authors,
otherwise by arXiv id or DOI. A difference is explained if the record lists it under
`disagreements`, `versions` or `unverified`, or if the evidence has no source for its value.
The exit code is 1 if a difference is not explained.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dltheory_bib import Bibliography, load
from dltheory_bib.models.paper import Paper
from dltheory_bib.text.names import family, fold, unbraced

FIELDS = ("title", "author", "year", "venue", "volume", "number", "pages", "doi", "eprint")
VERDICTS = ("agree", "explained", "differ", "only ours", "only theirs")
Work = dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    """Print the comparison; 1 if anything differs without an explanation."""
    parser = argparse.ArgumentParser(description="Compare the catalogue with gathered evidence.")
    parser.add_argument("evidence", type=Path, help="directory with works.jsonl")
    parser.add_argument("--keep", type=Path, help="write the numbers here, for the README")
    options = parser.parse_args(arguments)
    lines = (options.evidence / "works.jsonl").read_text(encoding="utf-8").splitlines()
    bib = load()
    counts, differences, unmatched = audit(bib, [json.loads(line) for line in lines])
    for line in differences:
        print(line)
    print(f"\n{'field':8}" + "".join(f"{verdict:>14}" for verdict in VERDICTS))
    for name in FIELDS:
        print(f"{name:8}" + "".join(f"{counts[name][verdict]:14}" for verdict in VERDICTS))
    print(f"\n{len(bib) - len(unmatched)} works compared; {len(unmatched)} are only here:")
    print("  " + ", ".join(unmatched))
    if options.keep:
        numbers = {name: {v: counts[name][v] for v in VERDICTS} for name in FIELDS}
        kept = {"compared": len(bib) - len(unmatched), "only_here": len(unmatched)}
        text = json.dumps(kept | {"fields": numbers}, indent=2)
        options.keep.write_text(text + "\n", encoding="utf-8")
    return int(any(counts[name]["differ"] for name in FIELDS))


def audit(
    bib: Bibliography, works: list[Work]
) -> tuple[dict[str, Counter[str]], list[str], list[str]]:
    """Counts by field and verdict, a line for each unexplained difference, unmatched keys."""
    find = _Index(works)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    differences, unmatched = [], []
    for paper in bib:
        work = find(paper)
        if work is None:
            unmatched.append(paper.key)
            continue
        for name, verdict, ours, theirs in compare(paper, work, bib):
            counts[name][verdict] += 1
            if verdict == "differ":
                differences.append(f"{paper.key}: {name}: {ours!r} here, {theirs!r} in evidence")
    return counts, differences, unmatched


class _Index:
    """Finds the gathered work that a record is about."""

    def __init__(self, works: Iterable[Work]) -> None:
        self.by_id: dict[str, Work] = {}
        self.by_title: dict[str, list[Work]] = defaultdict(list)
        for work in works:
            for identifier in (work.get("arxiv"), (work.get("doi") or "").lower()):
                if identifier:
                    self.by_id.setdefault(identifier, work)
            for title in _titles(work):
                self.by_title[_bare(title)].append(work)

    def __call__(self, paper: Paper) -> Work | None:
        """By title and half of the authors first: an id in the evidence may be another work's."""
        titles = [paper.title, *(version.title for version in paper.versions if version.title)]
        families = {_family(family(name)) for name in paper.author}
        for title in titles:
            for work in self.by_title[_bare(unbraced(title))]:
                theirs = {_family(name) for name in work["authors"]}
                # One author is not enough: two works called "Deep Learning" share one of three.
                if 2 * len(families & theirs) >= min(len(families), len(theirs)):
                    return work
        for identifier in (paper.eprint, (paper.doi or "").lower()):
            if identifier and identifier in self.by_id:
                return self.by_id[identifier]
        return None


def _titles(work: Work) -> Iterator[str]:
    yield work["title"]
    for other in work.get("alt_titles", []):
        yield other if isinstance(other, str) else other.get("title") or other.get("value") or ""


def _bare(title: str) -> str:
    named = title.replace("µ", "mu").replace("μ", "mu").replace("∞", "infty")
    return re.sub(r"[^a-z0-9]", "", fold(named))


def _family(name: str) -> str:
    """The last part of a name in reading order, or of a family name."""
    return re.sub(r"[^a-z]", "", re.split(r"[\s-]", fold(name).strip())[-1])


def compare(paper: Paper, work: Work, bib: Bibliography) -> Iterator[tuple[str, str, Any, Any]]:
    """Each field with its verdict and both values."""
    ours = _ours(paper, bib)
    theirs = _theirs(work)
    for name in FIELDS:
        mine, other = ours[name], theirs[name]
        if not mine and not other:
            continue
        if not other:
            yield name, "only ours", mine, other
        elif not mine:
            yield name, "only theirs", mine, other
        elif _same(name, mine, other):
            yield name, "agree", mine, other
        else:
            explained = _explained(paper, work, name, other)
            yield name, "explained" if explained else "differ", mine, other


def _ours(paper: Paper, bib: Bibliography) -> dict[str, Any]:
    venue = ""
    if paper.venue:
        period = bib.venues[paper.venue].in_year(paper.year)
        venue = "|".join([period.short, period.long, *bib.venues[paper.venue].aliases])
    elif paper.is_preprint:
        venue = "arXiv"
    return {
        "title": _bare(paper.plain_title),
        "author": [_family(family(name)) for name in paper.author],
        "year": paper.year,
        "venue": venue,
        "volume": paper.volume,
        "number": paper.number,
        "pages": paper.pages,
        "doi": (paper.doi or "").lower(),
        "eprint": paper.eprint,
    }


def _theirs(work: Work) -> dict[str, Any]:
    pages = re.sub(r"\s|-(?=-)", "", (work.get("pages") or "").replace("–", "-"))
    return {
        "title": _bare(work["title"]),
        "author": [_family(name) for name in work["authors"]],
        "year": work["year"],
        "venue": re.sub(r"( \(workshop\)| Workshop)$| (19|20)\d\d.*$", "", work["venue"]),
        "volume": work.get("volume"),
        "number": work.get("number"),
        "pages": pages,
        "doi": (work.get("doi") or "").lower().replace("\\_", "_"),
        "eprint": work.get("arxiv"),
    }


def _same(name: str, mine: Any, other: Any) -> bool:
    if name == "venue":
        names = {_bare(one) for one in mine.split("|")}
        return any(_bare(other) in one or one in _bare(other) for one in names if one)
    return bool(mine == other)


_EVIDENCE_NAMES = {"author": "authors", "eprint": "arxiv"}


def _explained(paper: Paper, work: Work, name: str, other: Any) -> bool:
    """Whether the record itself, or the evidence's own doubts, account for a difference."""
    if any(differing.field == name for differing in paper.disagreements):
        return True
    if name in paper.unverified or _EVIDENCE_NAMES.get(name, name) in work.get("unverified", ()):
        return True
    if name == "title":
        return any(_bare(unbraced(one.title or "")) == other for one in paper.versions)
    # The evidence may have another version on top, which the record lists below.
    return any(str(getattr(version, name, None)) == str(other) for version in paper.versions) or (
        name in {"year", "venue", "volume", "number", "pages", "doi"}
        and any(str(version.year) == str(work["year"]) for version in paper.versions)
        and work["year"] != paper.year
    )


if __name__ == "__main__":
    sys.exit(main())
