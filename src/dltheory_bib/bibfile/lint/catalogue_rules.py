"""Rules that compare the entries of a .bib file with their works: versions, venues, repetition."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from dltheory_bib.bibfile.differences import correct_fields, differences
from dltheory_bib.bibfile.match import read_year
from dltheory_bib.bibfile.matched_file import Difference, Found, MatchedEntry, MatchedFile, Rule
from dltheory_bib.bibfile.venue_match import abbreviates, telling
from dltheory_bib.text.identifiers import says_arxiv
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import shortened, unbraced

_LONGEST = 300
_YEARS = 2
"""Most years between a preprint and its publication; older reports with the same title are other
works.
"""
_PARENTS = ("crossref", "xref", "xdata", "related", "entryset")


def check_preprints(matched: MatchedFile) -> Iterator[Found]:
    """Cite a published work by its publication, not as its preprint."""
    for item in matched.works:
        assert item.match is not None
        paper = item.match.paper
        if is_outdated(item):
            assert paper.venue is not None
            short = matched.bib.venues[paper.venue].in_year(paper.year).short
            message = (
                f"it was published in {short} {paper.year}; write {correct_fields(matched, paper)}"
            )
            yield Found(item.entry.start, message)


def is_outdated(item: MatchedEntry) -> bool:
    """Return whether an entry cites a preprint that was published since."""
    paper = item.match.paper if item.match else None
    if paper is None or paper.venue is None or paper.type in {"online", "software"}:
        return False
    return item.is_preprint


def check_versions(matched: MatchedFile) -> Iterator[Found]:
    """Take venue, year and pages from one version: not the venue with the year on arXiv."""
    yield from _differing(matched, "mixed-versions")
    for item in matched.entries:
        named = {
            name: value
            for name, value in item.values.items()
            if name in ("booktitle", "journal", "journaltitle")
        }
        arxiv = [name for name, value in named.items() if says_arxiv(value)]
        others = [name for name, value in named.items() if value and not says_arxiv(value)]
        if arxiv and others:
            message = (
                f"{arxiv[0]} names arXiv, but {others[0]} names a venue; delete {arxiv[0]}, keep "
                "eprint"
            )
            yield Found(item.at(arxiv[0]), message)


def check_fields(matched: MatchedFile) -> Iterator[Found]:
    """Take year, pages, volume, identifiers, title and authors from the work."""
    yield from _differing(matched, "field-mismatch")


def _differing(matched: MatchedFile, rule: str) -> Iterator[Found]:
    for item in matched.works:
        for one in found_differences(matched, item):
            if one.rule == rule:
                yield Found(item.at(one.field), one.message)


def found_differences(matched: MatchedFile, item: MatchedEntry) -> list[Difference]:
    """Return the differences of an entry; they are computed once."""
    start = item.entry.start
    if start not in matched.differing:
        outdated = is_outdated(item)
        matched.differing[start] = [] if outdated else list(differences(matched, item))
    return matched.differing[start]


def check_names_of_years(matched: MatchedFile) -> Iterator[Found]:
    """Use the venue's name in that year: NIPS until 2017, NeurIPS since."""
    for item in matched.entries:
        name, place = item.place
        year = item.match.paper.year if item.match else read_year(item.values)
        if not name or year is None:
            continue
        venue = matched.venues.find(place).venue
        wrong = matched.venues.wrong_year(venue, place, year) if venue else None
        if wrong:
            yield Found(item.at(name), f"in {year} its name was not {wrong[0]}; write {wrong[1]}")


def check_spellings(matched: MatchedFile) -> Iterator[Found]:
    """Spell a venue in one way throughout the file."""
    groups: dict[str, list[tuple[str, MatchedEntry]]] = defaultdict(list)
    unknown: dict[str, list[tuple[list[str], str, MatchedEntry]]] = defaultdict(list)
    for item in matched.entries:
        name, place = item.place
        if not name or says_arxiv(place):
            continue
        venue, spelling = matched.venues.find(place)
        year = item.match.paper.year if item.match else read_year(item.values)
        if venue is not None:
            style = matched.venues.style(venue, spelling, year or 2000)
            groups[venue].append((style or spelling, item))
        else:
            core = telling(place)
            initials = "".join(word[0] for word in core)
            unknown[initials].append((core, spelling, item))
    for bucket in unknown.values():
        groups |= _alike(bucket)
    for group in groups.values():
        yield from _in_two_ways(group)


def _alike(
    bucket: list[tuple[list[str], str, MatchedEntry]],
) -> dict[str, list[tuple[str, MatchedEntry]]]:
    """Group unknown names of venues that are the same, in full or abbreviated."""
    heads: dict[str, list[str]] = {}
    groups: dict[str, list[tuple[str, MatchedEntry]]] = defaultdict(list)
    for core, spelling, item in bucket:
        joined = " ".join(core)
        home = joined if joined in heads else None
        if home is None and len(core) > 1 and len(heads) < 200:
            home = next((name for name, head in heads.items() if abbreviates(core, head)), None)
        if home is None:
            home = joined
            heads[joined] = core
        groups[f"?{home}"].append((spelling, item))
    return groups


def _in_two_ways(group: list[tuple[str, MatchedEntry]]) -> Iterator[Found]:
    counts = Counter(spelling for spelling, _ in group)
    if len(counts) < 2:
        return
    usual = max(counts, key=lambda one: (counts[one], one == "long", len(one)))
    model = next(item for spelling, item in group if spelling == usual)
    there = shortened(from_latex(model.place[1]), _LONGEST)
    for spelling, item in group:
        if spelling != usual:
            here = shortened(from_latex(item.place[1]), _LONGEST)
            message = (
                f'the venue is "{here}" here, but spelled otherwise in '
                f"{_entries(counts[usual])}; write it as in {shortened(model.entry.key)}: {there}"
            )
            yield Found(item.at(item.place[0]), message)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def check_same_works(matched: MatchedFile) -> Iterator[Found]:
    """Keep one entry per work: its DOI, its arXiv id, or title and authors identify it."""
    seen: dict[object, MatchedEntry] = {}
    # An entry that another names as its reprint or original is intended to be a second one.
    named = {key for item in matched.entries for key in _named(item)}
    for item in matched.entries:
        if item.entry.key.lower() in named:
            continue
        marks = list(_marks(item))
        first = next((seen[mark] for mark in marks if mark in seen), None)
        for mark in marks:
            seen.setdefault(mark, item)
        if first is None or first.entry.key.lower() == item.entry.key.lower():
            continue
        years = read_year(first.values), read_year(item.values)
        if item.match or None in years or abs(int(years[0] or 0) - int(years[1] or 0)) <= _YEARS:
            line = matched.file.place(first.entry.start)[0]
            message = (
                f"{shortened(first.entry.key)} in line {line} is the same work; keep one of the two"
            )
            yield Found(item.entry.start, message)


def _marks(item: MatchedEntry) -> Iterator[object]:
    """Return what two entries of one work have in common."""
    if item.match:
        yield "work", item.match.paper.key
    elif item.title:
        for by, value in item.read.ids:
            yield by, value.lower(), item.title
        if item.families:
            yield item.title, *item.families


def check_identifiers(matched: MatchedFile) -> Iterator[Found]:
    """Give a DOI or an arXiv id that belongs to the work, not to another."""
    for item in matched.entries:
        if not item.title or not item.families:
            continue
        for by, value in item.read.ids:
            own = item.match and getattr(item.match.paper, by)
            if value not in item.values.get(by, "") or (own and own.lower() == value.lower()):
                continue
            number = matched.bib.snapshot.find(value)
            paper = matched.bib.snapshot.paper(number) if number is not None else None
            if paper is None or (item.match and item.match.paper.key == paper.key):
                continue
            kind = "DOI" if by == "doi" else "arXiv id"
            right = _right_identifier(matched, item, by)
            message = f"this {kind} belongs to {paper.key}, {unbraced(paper.title)}"
            write = f"write {right}" if right else f"delete it, or write the {kind} of this work"
            yield Found(item.at(by), f"{message}; {write}")


def _right_identifier(matched: MatchedFile, item: MatchedEntry, by: str) -> str | None:
    """Return the correct DOI or arXiv id of an entry, matched to a work by everything else."""
    others = {name: text for name, text in item.values.items() if name not in {"doi", "eprint"}}
    match = matched.matcher.match(others)
    return getattr(match.paper, by) if match else None


def check_uncited(matched: MatchedFile) -> Iterator[Found]:
    """With a manuscript: cite every entry, directly or through another entry."""
    manuscript = matched.manuscript
    if manuscript is None or manuscript.everything:
        return
    cited = {key.lower() for key in manuscript.keys}
    for item in matched.entries:
        cited |= _named(item)
    for item in matched.entries:
        if not cited & _keys(f"{item.entry.key},{item.values.get('ids', '')}"):
            yield Found(
                item.entry.start, "no key of the manuscript cites it; cite it, or delete it"
            )


def _named(item: MatchedEntry) -> set[str]:
    """Return the keys of the entries that an entry names, in lower case."""
    return {key for name in _PARENTS for key in _keys(item.values.get(name, ""))}


def _keys(text: str) -> set[str]:
    """Return the keys of a list, in lower case."""
    return {key.strip().lower() for key in text.split(",") if key.strip()}


RULES = (
    Rule("outdated", "warning", check_preprints),
    Rule("mixed-versions", "error", check_versions),
    Rule("field-mismatch", "warning", check_fields),
    Rule("venue-of-the-year", "warning", check_names_of_years),
    Rule("venue-spellings", "warning", check_spellings),
    Rule("same-work", "warning", check_same_works),
    Rule("wrong-identifier", "error", check_identifiers),
    Rule("never-cited", "warning", check_uncited),
)
