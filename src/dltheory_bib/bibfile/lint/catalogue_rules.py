"""Rules on what the entries of a .bib file cite: verdicts, versions, venues, repetition."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from dltheory_bib.bibfile.match import PLACES, impossible_arxiv_id, read_year
from dltheory_bib.bibfile.matched_file import Found, MatchedEntry, MatchedFile, Rule
from dltheory_bib.bibfile.published_version import correct_fields
from dltheory_bib.bibfile.venue_match import abbreviates
from dltheory_bib.bibfile.verdicts.field_comparison import OUTDATED, FieldFinding
from dltheory_bib.bibfile.verdicts.verdict import ReferenceVerdict, Word
from dltheory_bib.text.identifiers import says_arxiv
from dltheory_bib.text.names import shortened

_LONGEST = 100
_MOST_ALIKE = 20
"""Of more entries with one title and its authors, columns of a journal, none are compared."""
_NOT_YET = re.compile(
    r"\b(?:submitted|to appear|under review|in press|accepted|in preparation|forthcoming)\b",
    re.IGNORECASE,
)
_YEARS = 2
"""Most years between a preprint and its publication; older reports with the same title are other
works.
"""
_PARENTS = ("crossref", "xref", "xdata", "related", "entryset")
_RELATED = ("related", "entryset")


def check_contradictions(matched: MatchedFile) -> Iterator[Found]:
    """Give no name, year, venue or identifier that a record or a complete list excludes."""
    for item, verdict in _judged(matched, "contradicted"):
        evidence = verdict.evidence
        for one in verdict.findings:
            if one.word == "contradicted":
                message = f"{one.message}; the record: {evidence}" if evidence else one.message
                yield Found(_place(item, one.field), message)
                evidence = ""


def check_differences(matched: MatchedFile) -> Iterator[Found]:
    """Take title, authors, venue, year, numbers and identifiers from one version of the work."""
    for item, verdict in _judged(matched, "contradicted", "differs"):
        is_told = verdict.word == "contradicted" or OUTDATED in verdict.kinds
        evidence = "" if is_told else verdict.evidence
        for one in verdict.findings:
            if one.word == "differs" and one.reason != OUTDATED:
                message = _correction(matched, verdict, one)
                message += f"; the record: {evidence}" if evidence else ""
                yield Found(_place(item, one.field), message)
                evidence = ""


def check_preprints(matched: MatchedFile) -> Iterator[Found]:
    """Cite a published work by its publication, not as its preprint."""
    for item, verdict in _judged(matched, "contradicted", "differs"):
        for one in verdict.findings:
            if one.reason == OUTDATED:
                write = _published(matched, verdict) or _of_shelf(verdict, one)
                yield Found(item.entry.start, f"{one.message}; write {write}")


def _judged(matched: MatchedFile, *words: Word) -> Iterator[tuple[MatchedEntry, ReferenceVerdict]]:
    for item in matched.entries:
        if item.verdict is not None and item.verdict.word in words:
            yield item, item.verdict


def _correction(matched: MatchedFile, verdict: ReferenceVerdict, one: FieldFinding) -> str:
    """Return the message of a finding; for a venue, with all fields of the publication."""
    if one.field not in PLACES or not one.write:
        return one.message
    right = _published(matched, verdict)
    return f"{one.message.partition('; write')[0]}; write {right}" if right else one.message


def _of_shelf(verdict: ReferenceVerdict, one: FieldFinding) -> str:
    """Return the venue and the year of a publication that the catalogue does not have."""
    kind = "article" if one.field == "journal" else "inproceedings"
    year = (
        f", year = {{{verdict.version.year}}}" if verdict.version and verdict.version.venue else ""
    )
    return f"@{kind} with {one.field} = {{{one.write}}}{year}"


def _published(matched: MatchedFile, verdict: ReferenceVerdict) -> str:
    """Return the fields of the version of record, if it is the catalogue's and is meant."""
    version = verdict.version
    paper = matched.bib.get(version.work) if version and version.is_catalogues else None
    if version is None or paper is None or paper.venue is None:
        return ""
    is_meant = not version.venue or (version.venue, version.year) == (paper.venue, paper.year)
    return correct_fields(matched, paper) if is_meant else ""


def _place(item: MatchedEntry, name: str) -> int:
    """Return the position of a field; an identifier may be in another."""
    values = item.values
    if not values.get(name) and name in ("eprint", "doi"):
        by = "eprint" if name == "eprint" else "doi"
        ids = [value.lower() for kind, value in item.read.ids if kind == by]
        found = (one for one in values if ids and ids[0] in values[one].lower())
        impossible = impossible_arxiv_id(values) if name == "eprint" else None
        return item.at(impossible[0] if impossible else next(found, name))
    return item.at(name)


def check_versions(matched: MatchedFile) -> Iterator[Found]:
    """Name one venue: not arXiv in one field and a journal or a conference in another."""
    for item in matched.entries:
        named = {name: item.values[name] for name in PLACES if name in item.values}
        if len(named) < 2:
            continue
        arxiv = [name for name, value in named.items() if says_arxiv(value)]
        others = [name for name, value in named.items() if value and not says_arxiv(value)]
        if arxiv and others:
            message = (
                f"{arxiv[0]} names arXiv, but {others[0]} names a venue; delete {arxiv[0]}, keep "
                "eprint"
            )
            yield Found(item.at(arxiv[0]), message)


def check_names_of_years(matched: MatchedFile) -> Iterator[Found]:
    """Use the venue's name in that year: NIPS until 2017, NeurIPS since.

    A file that calls a venue by its present name throughout has a style, not a mistake.
    """
    wrong: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    older: set[str] = set()
    for item in matched.entries:
        name, place = item.place
        year = item.match.paper.year if item.match else read_year(item.values)
        venue = matched.venues.find(place).venue if name and year is not None else None
        if venue is None or year is None:
            continue
        names = matched.venues.wrong_year(venue, place, year)
        if names:
            wrong[names].append((item.at(name), year))
        elif _is_named(matched.venues.short_name(venue, year), place):
            older.add(matched.venues.short_name(venue, year))
    for (here, right), places in wrong.items():
        position, year = places[0]
        is_present = matched.venues.is_present_name(here)
        if is_present and right not in older:
            continue
        more = _more(len(places))
        yield Found(
            position, f"in {year} the venue was called {right}, not {here}{more}; write {right}"
        )


def _is_named(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _more(count: int) -> str:
    if count < 2:
        return ""
    return f", here and in {count - 1} more {'entry' if count == 2 else 'entries'}"


def check_spellings(matched: MatchedFile) -> Iterator[Found]:
    """Spell a venue in one way throughout the file."""
    groups: dict[str, list[tuple[str, MatchedEntry]]] = defaultdict(list)
    unknown: dict[str, list[tuple[tuple[str, ...], str, MatchedEntry]]] = defaultdict(list)
    for item in matched.entries:
        name, place = item.place
        if not name or says_arxiv(place) or _NOT_YET.search(place) or _is_undefined(matched, item):
            continue
        venue, spelling, same, core = matched.venues.find(place)
        if not spelling:
            continue
        if venue is not None:
            year = item.match.paper.year if item.match else read_year(item.values)
            groups[venue].append((matched.venues.style(venue, same, year or 2000) or same, item))
        else:
            unknown["".join([word[0] for word in core])].append((core, same, item))
    for bucket in unknown.values():
        groups |= _alike(bucket)
    for group in groups.values():
        yield from _in_two_ways(matched, group)


def _is_undefined(matched: MatchedFile, item: MatchedEntry) -> bool:
    """Return whether a venue is the name of a `@string` that is not defined."""
    one = item.entry.get(item.place[0])
    if one is None or one.is_literal or one.joined:
        return False
    kind, name = one.parts[0]
    return not kind and matched.file.string(name) is None


def _alike(
    bucket: list[tuple[tuple[str, ...], str, MatchedEntry]],
) -> dict[str, list[tuple[str, MatchedEntry]]]:
    """Group unknown names of venues that are the same, in full or abbreviated."""
    heads: dict[str, tuple[str, ...]] = {}
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


def _in_two_ways(matched: MatchedFile, group: list[tuple[str, MatchedEntry]]) -> Iterator[Found]:
    """Report each spelling of a venue but the usual one, at its first entry."""
    entries: dict[str, list[MatchedEntry]] = defaultdict(list)
    for spelling, item in group:
        entries[spelling].append(item)
    if len(entries) < 2:
        return
    usual = max(entries, key=lambda one: (len(entries[one]), one == "long", len(one)))
    model = _shown(matched, entries[usual][0])
    for spelling, items in entries.items():
        if spelling == usual:
            continue
        here = _shown(matched, items[0])
        if here == model:  # they differ in what follows the name
            continue
        count = len(entries[usual])
        example = shortened(entries[usual][0].entry.key)
        message = (
            f'the venue is "{here}"{_more(len(items))}, but "{model}" in {_entries(count)}, such '
            f"as {example}; spell it in one way, whatever its number"
        )
        yield Found(items[0].at(items[0].place[0]), message)


def _shown(matched: MatchedFile, item: MatchedEntry) -> str:
    """Return a venue's name without the number, the year and the location of one volume."""
    return shortened(matched.venues.find(item.place[1]).spelling, _LONGEST)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def check_same_works(matched: MatchedFile) -> Iterator[Found]:
    """Keep one entry per work: its DOI, its arXiv id, or title, authors and place identify it."""
    seen: dict[object, list[MatchedEntry]] = defaultdict(list)
    # An entry that another names as its reprint or original is intended to be a second one.
    related = {key for item in matched.entries for key in _named(item, _RELATED)}
    for item in matched.entries:
        key = item.entry.key.lower()
        if key in related or _named(item, _RELATED):
            continue
        marks = list(_marks(item))
        others = [one for mark in marks for one in seen[mark] if one.entry.key.lower() != key]
        first = next((one for one in others if _is_same_work(matched, one, item)), None)
        for mark in marks:
            if len(seen[mark]) < _MOST_ALIKE:
                seen[mark].append(item)
        if first is None:
            continue
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


def _is_same_work(matched: MatchedFile, one: MatchedEntry, other: MatchedEntry) -> bool:
    """Return whether two entries with the same title and authors are the same publication, or a
    preprint and its publication: columns, reports and journal versions share a title.
    """
    years = read_year(one.values), read_year(other.values)
    apart = abs(int(years[0] or 0) - int(years[1] or 0)) if None not in years else 0
    if one.is_preprint or other.is_preprint:
        return one.match is not None or apart <= _YEARS
    if apart:
        return one.match is not None and apart == 1 and _same_venue(matched, one, other)
    for name in ("volume", "number", "pages", "doi", "isbn"):
        values = [re.findall(r"\w+", item.values.get(name, "").lower()) for item in (one, other)]
        if all(values) and values[0][:1] != values[1][:1]:
            return False
    return _same_venue(matched, one, other)


def _same_venue(matched: MatchedFile, one: MatchedEntry, other: MatchedEntry) -> bool:
    """Return whether two entries name the same venue, or one names none."""
    places = one.place[1], other.place[1]
    if not all(places):
        return one.kind == other.kind or not any(places)
    found = [matched.venues.find(place).venue for place in places]
    if any(found):
        return found[0] == found[1]
    words = [matched.venues.find(place).core for place in places]
    return words[0] == words[1] or abbreviates(*words)


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


def _named(item: MatchedEntry, fields: tuple[str, ...] = _PARENTS) -> set[str]:
    """Return the keys of the entries that an entry names, in lower case."""
    return {key for name in fields for key in _keys(item.values.get(name, ""))}


def _keys(text: str) -> set[str]:
    """Return the keys of a list, in lower case."""
    return {key.strip().lower() for key in text.split(",") if key.strip()}


WRONG = (
    Rule("contradicted", "error", check_contradictions),
    Rule("mixed-versions", "error", check_versions),
)
"""The rules on facts that a record contradicts."""
CITED = (
    Rule("outdated", "warning", check_preprints),
    Rule("differs", "warning", check_differences),
    Rule("same-work", "warning", check_same_works),
)
STYLE = (
    Rule("venue-of-the-year", "warning", check_names_of_years),
    Rule("venue-spellings", "warning", check_spellings),
    Rule("never-cited", "warning", check_uncited),
)
