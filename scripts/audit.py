"""Compare every value of the catalogue with the sources that its records name for it.

    python scripts/audit.py COPIES [--data FOLDER] [--keep docs/audit.json]

Each line under `sources` is resolved in COPIES, a folder with copies of the public repositories
(`source_copies.py`), and each field that it names is compared by the rules below. Of a source that
describes published versions, the values that the line does not name are compared too. A value that
differs is on record if the work has it under `disagreements`, `titles` or `versions`. A line whose
file is not in COPIES is counted as not reachable, never as agreeing. The exit code is 1 if a value
differs without a record, or a line leads nowhere.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from dltheory_bib import Bibliography, load
from dltheory_bib.bibfile.venue_match import names_venue
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.record import Source
from dltheory_bib.models.registries import Venue
from dltheory_bib.text.identifiers import find_dois, parse_identifier
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import family, fold, given, natural
from source_copies import (
    Held,
    Passages,
    Sources,
    UnreachableError,
    UnresolvedError,
    letters,
)

DATA = Path(__file__).resolve().parents[1] / "data"
LISTS = frozenset({"author", "editor"})
VERDICTS = ("agree", "on record", "differ", "not there")


def main(arguments: list[str] | None = None) -> int:
    """Print the comparison; 1 if anything differs without a record."""
    parser = argparse.ArgumentParser(description="Compare the catalogue with its sources.")
    parser.add_argument("copies", type=Path, help="folder with copies of public repositories")
    parser.add_argument("--data", type=Path, default=DATA, help="the collection to compare")
    parser.add_argument("--keep", type=Path, help="write the numbers here, for the documentation")
    options = parser.parse_args(arguments)
    found = audit(load(options.data), Sources(options.copies))
    print(report(found))
    if options.keep:
        text = json.dumps(found.numbers(), indent=2)
        options.keep.write_text(text + "\n", encoding="utf-8")
    return int(bool(found.unexplained or found.unresolved))


# The rules: whether our value and a printed one are the same


def same_title(ours: str, printed: str) -> bool:
    """Ignore capitals, braces, accents, punctuation and the spelling of formulas."""
    return bool(title_forms(ours) & title_forms(printed))


def title_forms(title: str) -> set[str]:
    """Return a title in letters and digits, its formulas as signs, as commands, and left out."""
    forms = (
        from_latex(title),
        re.sub(r"\\text(?:it|bf|sc|tt|rm)|\\math\w+|[\\${}]", "", title),
        re.sub(r"\$[^$]*\$", " ", title),
    )
    return set(filter(None, map(letters, forms)))


def same_people(ours: Sequence[str], printed: Sequence[str]) -> bool:
    """Compare the names one by one, in order; `and others` stands for at least one."""
    names = [name for name in printed if letters(name) != "others"]
    if len(names) < len(printed):
        return len(names) < len(ours) and all(map(same_name, ours, names))
    return len(ours) == len(names) and all(map(same_name, ours, names))


def same_name(ours: str, printed: str) -> bool:
    """The same family name, wherever it is split, and no given name that excludes the other.

    A given name may be an initial, missing or short for the other, and may lack its accents.
    """
    mine, other = _family_words(ours), _name_words(printed)
    if "".join(_name_words(ours)) == "".join(other):
        return True
    if mine != other[-len(mine) :]:
        return False
    first, second = _name_words(given(ours)), other[: -len(mine)]
    if not first or not second or set(first) & set(second) - set("abcdefghijklmnopqrstuvwxyz"):
        return True
    return first[0][0] == second[0][0]


def _family_words(name: str) -> list[str]:
    return _name_words(family(name))


def _name_words(name: str) -> list[str]:
    """Return the folded words of a name in reading order, without suffix and numbers."""
    plain = from_latex(name)
    found = re.findall(r"[^\W\d_]+", fold(natural(plain) if "," in plain else plain))
    return [re.sub(r"(?<=[aou])e", "", word) for word in found if word not in {"jr", "iii"}]


def same_year(ours: Any, printed: str) -> bool:
    """The year of a date."""
    return str(ours) in re.findall(r"\d{4}", printed)[:1]


def same_number(ours: str, printed: str) -> bool:
    """Ignore spaces, punctuation and leading zeros."""
    return letters(ours).lstrip("0") == letters(from_latex(printed)).lstrip("0")


def same_pages(ours: str, printed: str) -> bool:
    """Ignore the kind of dash, and digits that the last page shares with the first."""
    return _pages(ours) == _pages(printed)


def _pages(text: str) -> list[str]:
    plain = re.sub(
        r"\s|\d+:(?=\d)", "", from_latex(text)
    )  # of `48:1-48:65` the number of the article
    first, *last = re.split(r"[-–—]+", plain)
    if last and last[0].isdigit() and first.isdigit() and len(last[0]) < len(first):
        last[0] = first[: -len(last[0])] + last[0]
    return [first, *(one for one in last[:1] if one != first)]


def same_doi(ours: str, printed: str) -> bool:
    r"""Ignore capitals, escapes (`\_`) and a resolver in front."""
    return ours.lower() in {doi.lower() for doi in find_dois(printed)}


def same_arxiv(ours: str, printed: str) -> bool:
    """Ignore version and prefix."""
    one, other = parse_identifier(ours), parse_identifier(printed)
    return one is not None and other is not None and one.folded == other.folded


def same_address(ours: str, printed: str) -> bool:
    """Ignore scheme, `www.`, ending, and which of a site's pages on the work it is."""
    return _address(ours) == _address(printed)


def _address(url: str) -> str:
    found = parse_identifier(url)
    if found and found.scheme != "url":
        return f"{found.scheme}:{found.folded}"
    for pattern in _SITES:
        if matched := re.search(pattern, url):
            return ":".join(matched.groups()).lower()
    plain = re.sub(r"^https?://(?:www\.)?|\\(?=[_#%&~])|/$", "", url)
    return re.sub(r"(?:/index)?\.(?:html?|pdf|php)$", "", plain)


_SITES = (
    r"mlr\.press/(v\d+)/([\w-]+?)(?:/[^/]*)?(?:\.html|\.pdf)?$",
    r"(?:neurips|nips)\.cc/paper.*?/([0-9a-f]{32})",
    r"(?:neurips|nips)\.cc/paper/(\d+)-",
    r"jmlr\.org/(?:beta/)?papers/(?:volume)?v?(\d+)/([\w-]+?)(?:/[^/]*)?(?:\.html|\.pdf)?$",
)


def same_venue(ours: Venue, printed: str) -> bool:
    """Any of its names, in full or abbreviated, alone or within the name of the volume."""
    plain = re.sub(r"\s*(?:\([^()]*\)|, \{?USA\}?)$", "", printed)
    if ours.kind == "publisher":
        return any(letters(one.short) in letters(plain) for one in ours.periods)
    return letters(plain) == letters(ours.id) or names_venue(plain, ours)


RULES: dict[str, Callable[[Any, Any], bool]] = {
    "title": same_title,
    "titles": same_title,
    "author": same_people,
    "editor": same_people,
    "year": same_year,
    "venue": same_venue,
    "volume": same_number,
    "number": same_number,
    "pages": same_pages,
    "edition": same_number,
    "doi": same_doi,
    "eprint": same_arxiv,
    "url": same_address,
}
UNNAMED = ("title", "author", "year", "volume", "number", "pages", "doi")
"""What is compared of a source's entry also where the line does not name it."""


# A source line


class Finding(NamedTuple):
    """The comparison of one value with one source."""

    key: str
    source: str
    field: str
    verdict: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        theirs = self.theirs or "nothing"
        return f"{self.key}: {self.field}: {self.ours} here, {theirs} in {self.source}"


def compare(
    paper: Paper, source: Source, held: Held | Passages, bib: Bibliography
) -> Iterator[Finding]:
    """Yield a finding for each value that a source line names, or does not name and should."""
    name = source.source + (f", {source.where}" if source.where else "")
    if isinstance(held, Passages):
        for field, verdict in _in_passages(paper, source, held, bib):
            ours = _shown(_ours(paper, field, bib))
            yield Finding(paper.key, name, field, verdict, ours, "")
        return
    for field in _compared(paper, source, held, bib):
        theirs = held.values.get(field, ())
        if not theirs:
            verdict = "not there"
        elif _agrees(field, _ours(paper, field, bib), theirs):
            verdict = "agree"
        else:
            verdict = "on record" if _on_record(paper, field, theirs) else "differ"
        yield Finding(
            paper.key, name, field, verdict, _shown(_ours(paper, field, bib)), _shown(theirs)
        )


def _compared(paper: Paper, source: Source, held: Held, bib: Bibliography) -> list[str]:
    named = list(source.fields)
    if held.of_record and "venue" in named:
        named += [
            field
            for field in UNNAMED
            if field not in named and held.values.get(field) and _ours(paper, field, bib)
        ]
    return named


def _ours(paper: Paper, field: str, bib: Bibliography) -> Any:
    """Return our value; of `titles` all, of `venue` its record."""
    if field == "venue":
        return bib.venues[paper.venue] if paper.venue else None
    return getattr(paper, field)


def _shown(value: Any) -> str:
    if isinstance(value, Venue):
        return value.id
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _agrees(field: str, ours: Any, theirs: tuple[str, ...]) -> bool:
    """Whether one of the printed values is ours; of `author` and `editor`, the whole list."""
    if not ours:
        return False
    if field in LISTS:
        return RULES[field](ours, theirs)
    return any(
        RULES[field](one, other)
        for one in (ours if field == "titles" else (ours,))
        for other in theirs
    )


def _on_record(paper: Paper, field: str, theirs: tuple[str, ...]) -> bool:
    values = [one.value for one in paper.disagreements if one.field == field]
    if field in LISTS:
        return any(_names_recorded(paper, field, value.split("; "), theirs) for value in values)
    if field == "venue":
        return any(letters(value) in letters(" ".join(theirs)) for value in values)
    if field in {"title", "titles"}:
        values += _titles(paper)
    else:
        values += [
            str(value) for one in paper.versions if (value := getattr(one, field, None)) is not None
        ]
    return any(RULES[field](value, other) for value in values for other in theirs)


def _names_recorded(
    paper: Paper, field: str, recorded: Sequence[str], theirs: tuple[str, ...]
) -> bool:
    """Whether a disagreement has the whole list, or each name that differs from ours."""
    if same_people(recorded, theirs):
        return True
    ours = getattr(paper, field)
    return len(ours) == len(theirs) and all(
        same_name(mine, other) or any(same_name(one, other) for one in recorded)
        for mine, other in zip(ours, theirs, strict=True)
    )


# A list in running text


def _in_passages(
    paper: Paper, source: Source, text: Passages, bib: Bibliography
) -> Iterator[tuple[str, str]]:
    """Yield each named field with its verdict: the values stand around the title or the id."""
    titles = _titles(paper)
    items = [item for form in _forms(titles) for item in text.near(form)]
    if not items and paper.eprint:
        items = list(text.near(paper.eprint))
    if not (paper.eprint or paper.doi or paper.venue):
        items.append(text)  # a file of the work's own repository or page
    for field in source.fields:
        if any(_printed(paper, field, item, bib) for item in items) or (
            field == "url" and paper.url and text.has(re.sub(r"^https?://", "", paper.url))
        ):
            yield field, "agree"
        elif field == "title" and any(map(text.has, _forms(titles))):
            yield field, "on record"
        else:
            yield field, "not there"


def _titles(paper: Paper) -> list[str]:
    return [paper.title, *paper.titles, *(one.title for one in paper.versions if one.title)]


def _wanted(paper: Paper) -> list[str]:
    """Return the texts by which a list is known to name the work."""
    return [*_forms(_titles(paper)), *filter(None, (paper.eprint,))]


def _forms(titles: Iterable[str]) -> list[str]:
    return [form for title in titles for form in sorted(title_forms(title)) if len(form) > 5]


def _printed(paper: Paper, field: str, item: Passages, bib: Bibliography) -> bool:
    """Whether a value is printed in an item of a list."""
    value = _ours(paper, field, bib)
    if not value:
        return False
    if field in LISTS:
        there = [_name_printed(name, item) for name in value]
        # A list may name the first authors only.
        return all(there) or (there[0] and ("et", "al") in pairwise(item.words))
    if field == "title":
        return any(map(item.has, _forms((value,))))
    if field == "titles":
        return any(map(item.has, _forms(value)))
    if field == "venue":
        names = [value.id, *value.aliases]
        names += [name for one in value.periods for name in (one.short, one.long)]
        return any(item.has(re.sub(r"\{\w+\}", "", name)) for name in names)
    if (
        field == "year"
        and paper.eprint
        and paper.eprint_year == paper.year
        and item.has(paper.eprint)
    ):
        return True
    if field == "url":
        return item.has(re.sub(r"^https?://(?:www\.)?", "", value))
    return item.has(str(value))


def _name_printed(name: str, item: Passages) -> bool:
    wanted = letters(family(name))
    return wanted in item.letters if len(wanted) > 3 else wanted in item.words


# All source lines


class Audit(NamedTuple):
    """The result of an audit."""

    findings: list[Finding]
    unreachable: Counter[tuple[str, str]]
    """The number of lines by reason and source."""
    unresolved: list[str]
    lines: int

    @property
    def unexplained(self) -> list[Finding]:
        """The values that differ, or are not there, without a record."""
        return [one for one in self.findings if one.verdict in {"differ", "not there"}]

    def numbers(self) -> dict[str, Any]:
        """Return the numbers for the documentation."""
        by_verdict = Counter(one.verdict for one in self.findings)
        unreachable = self.unreachable.total()
        return {
            "lines": self.lines,
            "resolved": self.lines - unreachable - len(self.unresolved),
            "unresolved": len(self.unresolved),
            "unreachable": unreachable,
            "compared": len(self.findings),
            "agree": by_verdict["agree"],
            "on_record": by_verdict["on record"],
            "unexplained": len(self.unexplained),
        }


def audit(bib: Bibliography, sources: Sources) -> Audit:
    """Compare all source lines of a collection."""
    found = Audit([], Counter(), [], sum(len(paper.sources) for paper in bib))
    for paper in bib:
        for source in paper.sources:
            try:
                held = sources.find(source, _wanted(paper))
            except UnreachableError as error:
                found.unreachable[str(error), source.source] += 1
            except UnresolvedError as error:
                found.unresolved.append(f"{paper.key}: {source.source}: {error}")
            else:
                found.findings.extend(compare(paper, source, held, bib))
    return found


def report(found: Audit) -> str:
    """Return the result as text: what differs, what is not reachable here, the counts."""
    lines = [*map(str, found.unexplained), *found.unresolved]
    reasons: dict[str, list[str]] = {}
    for (reason, source), count in sorted(found.unreachable.items(), key=lambda one: -one[1]):
        reasons.setdefault(reason, []).append(f"{source} {count}")
    for reason, sources in reasons.items():
        lines += ["", f"not reachable here, {reason}:", "  " + "; ".join(sources)]
    fields = Counter((one.field, one.verdict) for one in found.findings)
    lines += ["", f"{'field':8}" + "".join(f"{verdict:>11}" for verdict in VERDICTS)]
    for name in RULES:
        if any(fields[name, verdict] for verdict in VERDICTS):
            counts = "".join(f"{fields[name, verdict]:11}" for verdict in VERDICTS)
            lines.append(f"{name:8}{counts}")
    n = found.numbers()
    lines += [
        "",
        f"{n['lines']} source lines: {n['resolved']} resolved, {n['unresolved']} lead nowhere, "
        f"{n['unreachable']} not reachable here",
        f"{n['compared']} values compared: {n['agree']} agree, {n['on_record']} differ on record, "
        f"{n['unexplained']} unexplained",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
