"""Measure the verdicts on references: what is seen of garbled and invented ones, who is accused.

    python benchmarks/references.py --shelf SHELF --hallmark dev_public.jsonl --corrected gold.jsonl
    python benchmarks/references.py --shelf SHELF --human BIBS/ --explain contradicted.md --read 100
    python benchmarks/references.py --shelf SHELF --other-field BIBS/ --times

`--hallmark` takes a split of https://github.com/rpatrik96/hallmark, `--corrected` the keys of its
entries whose label is wrong, a JSON object with `bibtex_key` in each line: they are left out.
`--human` and `--other-field` take folders of .bib files that people wrote: of those, each that is
contradicted is written to a file with its reason, and a seeded sample of those that differ can be
printed to be read. Nothing of these sources is stored with the program.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from dltheory_bib import load
from dltheory_bib.bibfile.bib_parser import read_bib
from dltheory_bib.bibfile.entry_types import WORKS
from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.bibfile.verdicts.cited_reference import read_reference
from dltheory_bib.bibfile.verdicts.shelf_list import ShelfList
from dltheory_bib.bibfile.verdicts.verdict import Judge, ReferenceVerdict, Word, WorkList
from dltheory_bib.errors import DataError
from dltheory_bib.shelf.lookups import Shelf

WORDS: tuple[Word, ...] = ("verified", "differs", "contradicted", "not found", "not checked")
SEED = 7
THOUSAND = 1000
_SAME = ("title", "author", "year", "booktitle", "journal")
_SHOWN = (*_SAME, "doi", "eprint", "volume", "pages")


class Entry(NamedTuple):
    """An entry of a .bib file or of a benchmark."""

    where: str
    kind: str
    values: Mapping[str, str]
    label: str = ""
    """The kind of corruption; VALID for none."""


class Judged(NamedTuple):
    """An entry with its verdict."""

    entry: Entry
    verdict: ReferenceVerdict


def main() -> None:
    """Print what is asked for."""
    options = _options()
    judge = _judge(options.shelf)
    for path in options.hallmark:
        _print_hallmark(path, judge, options.corrected)
    if options.human:
        judged = _judged(bib_entries(options.human, options.most), judge)
        _print_human("human references", judged)
        if options.explain:
            options.explain.write_text(explanations(judged), "utf-8")
        _print_sample(judged, options.read)
    if options.other_field:
        _print_human("another field", _judged(bib_entries(options.other_field, 0), judge))
    if options.times:
        entries = list(bib_entries(options.human or options.other_field, 0))
        _print_times(entries, options.shelf)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--shelf", type=Path, help="the folder of a shelf; else the catalogue alone"
    )
    parser.add_argument("--hallmark", type=Path, action="append", default=[])
    parser.add_argument("--corrected", type=Path, help="keys of wrongly labelled entries")
    parser.add_argument("--human", type=Path, help="a folder of .bib files of the same field")
    parser.add_argument("--other-field", type=Path, help="a folder of .bib files of another field")
    parser.add_argument("--most", type=int, default=0, help="a seeded sample of so many entries")
    parser.add_argument("--explain", type=Path, help="write what is contradicted here")
    parser.add_argument("--read", type=int, default=0, help="print so many that differ")
    parser.add_argument("--times", action="store_true", help="time and memory of 1,000 entries")
    return parser.parse_args()


def _judge(folder: Path | None) -> Judge:
    bib = load()
    lists: list[WorkList] = [ShelfList(Shelf(folder), VenueNames(bib))] if folder else []
    return Judge(bib, more=lists)


def hallmark_entries(path: Path, wrong: frozenset[str]) -> Iterator[Entry]:
    """Yield the entries of a split, without those whose label is known to be wrong."""
    for line in path.read_text("utf-8").splitlines():
        found = json.loads(line)
        if found["label"] == "VALID" and found["bibtex_key"] in wrong:
            continue
        fields = {name.lower(): str(value) for name, value in found["fields"].items()}
        kind = found.get("bibtex_type") or "misc"
        label = found.get("hallucination_type") if found["label"] != "VALID" else "VALID"
        yield Entry(found["bibtex_key"], kind.lower(), fields, label or "of no stated kind")


def bib_entries(folder: Path, most: int) -> Iterator[Entry]:
    """Yield the entries of a folder's .bib files, each once; a sample of them if `most` is set."""
    found: dict[tuple[str, ...], Entry] = {}
    for path in sorted(folder.rglob("*.bib")):
        try:
            file = read_bib(path)
        except DataError as error:
            print(f"{path.name} is left out: {error}", file=sys.stderr)
            continue
        for one in file.entries:
            if one.type.lower() in WORKS:
                values = dict(file.values(one))
                same = tuple(re.sub(r"\W", "", values.get(name, "").lower()) for name in _SAME)
                place = f"{path.relative_to(folder)}:{one.key}"
                found.setdefault(same, Entry(place, one.type.lower(), values))
    entries = list(found.values())
    yield from random.Random(SEED).sample(entries, most) if 0 < most < len(entries) else entries


def _judged(entries: Iterable[Entry], judge: Judge) -> list[Judged]:
    return [Judged(one, judge.judge(read_reference(one.kind, one.values))) for one in entries]


def _print_hallmark(path: Path, judge: Judge, corrected: Path | None) -> None:
    lines = corrected.read_text("utf-8").splitlines() if corrected else ()
    wrong = frozenset(json.loads(line)["bibtex_key"] for line in lines)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in _judged(hallmark_entries(path, wrong), judge):
        counts[one.entry.label][one.verdict.word] += 1
    print(f"\n{path.name}\n\n| kind | entries | {' | '.join(WORDS)} |")
    print(f"|---|--:|{'--:|' * len(WORDS)}")
    for label, words in sorted(counts.items()):
        cells = " | ".join(str(words[word]) for word in WORDS)
        print(f"| {label} | {words.total()} | {cells} |")
    valid = counts.pop("VALID", Counter())
    garbled = sum(counts.values(), Counter[str]())
    for name, words in (("garbled", garbled), ("valid", valid)):
        whole = words.total() or 1
        either = (words["differs"] + words["contradicted"]) / whole
        print(f"{name}: differs or contradicted {either:.4f}, contradicted ", end="")
        print(f"{words['contradicted'] / whole:.4f} of {words.total()}")


def _print_human(name: str, judged: list[Judged]) -> None:
    words = Counter(one.verdict.word for one in judged)
    whole = words.total() or 1
    print(f"\n{name}: {words.total():,} entries")
    for word in WORDS:
        print(f"  {word}: {words[word]:,} ({100 * words[word] / whole:.3f} %)")
    reached = whole - words["not found"] - words["not checked"]
    print(f"  a verdict other than not found and not checked: {100 * reached / whole:.1f} %")
    fields = Counter(
        finding.field
        for one in judged
        if one.verdict.word == "differs"
        for finding in one.verdict.findings
        if finding.word == "differs"
    )
    print(f"  fields that differ: {dict(fields.most_common())}")


def explanations(judged: Iterable[Judged]) -> str:
    """Return what is contradicted as a list in Markdown, each with the reason of the verdict."""
    parts = ["# References that are contradicted\n"]
    for one in judged:
        if one.verdict.word == "contradicted":
            record = f"\n{one.verdict.evidence}\n" if one.verdict.evidence else ""
            parts.append(
                f"## {one.entry.where}\n\n{_told(one)}\nReason: {one.verdict.reason}\n{record}"
            )
    return "\n".join(parts)


def _print_sample(judged: Iterable[Judged], count: int) -> None:
    differing = [one for one in judged if one.verdict.word == "differs"]
    chosen = random.Random(SEED).sample(differing, min(count, len(differing)))
    for number, one in enumerate(chosen, 1):
        print(f"\n{number}. {one.entry.where}\n{_told(one)}", end="")


def _told(one: Judged) -> str:
    stated = "".join(
        f"    {name} = {' '.join(one.entry.values[name].split())[:160]}\n"
        for name in _SHOWN
        if one.entry.values.get(name)
    )
    version = one.verdict.version
    record = (
        f"    it is: {version.source}, {version.work}, {version.titles[0]}\n" if version else ""
    )
    said = "".join(
        f"    {finding.field} {finding.word}: {finding.message[:300]}\n"
        for finding in one.verdict.findings
        if finding.word in {"differs", "contradicted"}
    )
    return f"{stated}{record}{said}"


def _print_times(entries: list[Entry], shelf: Path | None) -> None:
    """Print what 1,000 entries take from loading the catalogue on: a fresh judge, a cold list."""
    chosen = random.Random(SEED).sample(entries, min(THOUSAND, len(entries)))
    began, cpu = time.perf_counter(), time.process_time()
    _judged(chosen, _judge(shelf))
    took, used = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{len(chosen):,} entries: {took:.1f} s, {used:.1f} s of CPU, peak {peak:.0f} MiB")


if __name__ == "__main__":
    main()
