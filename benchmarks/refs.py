"""A .bib of preprints for `fix` and its peer, and what became of it.

    python benchmarks/refs.py write refs.bib
    python benchmarks/refs.py judge fixed.bib

180 works of the shipped catalogue that have a version in print, as five reference managers write
their arXiv entries, and 20 near to others that nobody wrote. Judged by the catalogue: an entry is
*right* when it names place and year of a published version of its work, with the authors in order,
or, for a work that nobody wrote, when it is still that preprint; *untouched* when it is still the
preprint of a published work; else *wrong*, and so is one that got lost.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dltheory_bib import Bibliography, Paper, load
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.match import is_preprint, read_families, read_title, read_year
from dltheory_bib.bibfile.venue_match import names_venue

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from helpers.refstyles import STYLES

KNOWN, INVENTED = 180, 20


def works(bib: Bibliography) -> dict[str, tuple[Paper, bool]]:
    """By key of the file, the works and whether they exist; the same in every run."""
    published = [paper for paper in bib if paper.eprint and paper.venue and paper.type != "online"]
    drawn = random.Random(5).sample(published, KNOWN + INVENTED)
    made = {paper.key: (paper, True) for paper in drawn[:KNOWN]}
    for number, paper in enumerate(drawn[KNOWN:]):
        other = {"author": ("Quux, Zyx", "Frobnitz, Ada")} if number % 2 else {}
        title = paper.title if number % 2 else f"Comments on {paper.title}"
        invented = replace(paper, title=title, versions=(), eprint=f"9901.{number:05}", **other)
        made[f"invented{number}"] = (invented, False)
    return made


def entries(bib: Bibliography) -> dict[str, str]:
    """The entry of each work, in the five styles in turn."""
    styles = list(STYLES.values())
    return {
        key: styles[number % len(styles)](paper, key)
        for number, (key, (paper, _)) in enumerate(works(bib).items())
    }


def verdict(
    bib: Bibliography,
    paper: Paper,
    exists: bool,
    kind: str,
    found: Mapping[str, str],
    before: Mapping[str, str],
) -> str:
    """What became of an entry."""
    preprint = is_preprint(kind, found)
    said = (read_title(found), read_families(found))
    if not exists:
        return (
            "right" if preprint and said == (read_title(before), read_families(before)) else "wrong"
        )
    if preprint:
        return "untouched"
    ordered = read_families(found)[:3] == read_families(before)[:3]
    names = ("booktitle", "journal", "journaltitle", "publisher")
    place = next((found[name] for name in names if found.get(name)), "")
    versions = [(paper.venue, paper.year), *((one.venue, one.year) for one in paper.versions)]
    printed = any(
        venue and names_venue(place, bib.venues[venue]) and read_year(found) == year
        for venue, year in versions
    )
    return "right" if ordered and printed else "wrong"


def judge(path: Path) -> Counter[str]:
    """How many entries of a file are right, wrong and untouched."""
    bib = load()
    file = parse_bib(path.read_text(encoding="utf-8"))
    after = {entry.key: (entry.type, file.values(entry)) for entry in file.entries}
    text = entries(bib)
    counts: Counter[str] = Counter()
    for key, (paper, exists) in works(bib).items():
        made = parse_bib(text[key])
        before = made.values(made.entries[0])
        kind, found = after.get(key, ("", {}))
        counts[verdict(bib, paper, exists, kind, found, before) if found else "wrong"] += 1
    return counts


def main() -> None:
    what, path = sys.argv[1], Path(sys.argv[2])
    if what == "write":
        path.write_text("\n".join(entries(load()).values()), encoding="utf-8")
    else:
        print(json.dumps(judge(path)))


if __name__ == "__main__":
    main()
