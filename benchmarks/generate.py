"""Synthetic collections of any size, the same for the same seed.

    python benchmarks/generate.py DIRECTORY --works 10000

The records are shaped like ours: two to four authors, a venue, about 600 characters of annotation,
15 citations, sources. What a terminal command answers does not grow with the collection: 40 works
are on `TOPIC` and hold `WORD` at every size, a work is cited by about as many others (but for ten
founding works that everybody cites), so a time that grows is the program's and not the answer's.
`about.json` says what to ask for.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path

TOPIC = "saddle-escape"
WORD = "isoperimetry"
COMMON = "gradient descent"
FOCUS = 40
"""So many works are on `TOPIC`, whatever the size: half directly, half on its narrower topics."""
NARROWER = ("perturbation", "strict-saddle")
FOUNDING, WINDOW = 10, 400
"""Every fifth citation goes to a founding work, the others to the 400 works before."""
FIRST_YEAR, YEARS = 1990, 35

_TERMS = """
gradient descent network kernel width loss bound training random matrix depth convergence saddle
Hessian generalisation stochastic landscape limit neural tangent Gaussian initialisation rate
margin norm capacity Lipschitz smooth convex minima spectrum feature regression activation layer
implicit bias overparameterised residual sample complexity stability noise manifold curvature
"""
TERMS = _TERMS.split()
ACCENTED = ["Müller", "Erdős", "Łojasiewicz", "Çelik", "Gómez", "Sjöstrand"]


@dataclass(frozen=True, slots=True)
class Work:
    """What is written of a work, for us and for the peers."""

    key: str
    title: str
    authors: list[str]
    year: int
    venue: str
    volume: str
    pages: str
    doi: str | None
    eprint: str | None
    topics: list[str]
    summary: list[str]
    idea: list[str]
    limits: list[str]
    cites: list[str]
    after: list[str]
    extends: str | None

    @property
    def annotation(self) -> str:
        return " ".join((*self.summary, *self.idea, *self.limits))

    @property
    def tags(self) -> list[str]:
        """Topics with the broader one, for programs whose tags form no tree."""
        return [*self.topics, *([TOPIC] if self.topics[0] in NARROWER else [])]


class Generator:
    """Draws works one after another; what a work cites stands before it."""

    def __init__(self, works: int, citations: int = 15, seed: int = 1) -> None:
        self.count, self.citations = works, citations
        self.random = random.Random(f"{seed}/{works}/{citations}")
        self.words = TERMS + [self._word(3) for _ in range(3_000)]
        self.weights = list(accumulate(1 / (rank + 8) for rank in range(len(self.words))))
        families = ACCENTED + sorted({self._word(3).title() for _ in range(4_000)})
        given = sorted({self._word(2).title() for _ in range(600)})
        people = {f"{self._pick(families)}, {self._pick(given)}" for _ in range(works + 200)}
        self.people = sorted(people)
        self.topics = sorted({self._word(3) for _ in range(24)})
        self.venues = sorted({self._word(2) for _ in range(30)})
        self.focus = {place * works // FOCUS: place for place in range(FOCUS)}
        self.keys: list[str] = []
        self.taken: set[str] = set()

    def _pick(self, items: list[str]) -> str:
        return items[int(self.random.random() * len(items))]

    def _word(self, syllables: int) -> str:
        some = self.random.choices
        return (
            "".join(some("bdfgklmnprstvz")[0] + some("aeiou")[0] for _ in range(syllables))
            + some(["n", "r", "s", "t", ""])[0]
        )

    def _text(self, count: int, extra: str = "") -> list[str]:
        """Lines of a sentence or two with a formula, as a curator would wrap them."""
        words = self.random.choices(self.words, cum_weights=self.weights, k=count)
        words[count // 2] = r"$O(\epsilon^{-2}\log d)$"
        words[0] = words[0].title()
        if extra:
            words[2] = extra
        rows = [" ".join(words[start : start + 12]) for start in range(0, count, 12)]
        rows[-1] += "."
        return rows

    def __iter__(self) -> Iterator[Work]:
        for number in range(self.count):
            yield self._work(number)

    def _work(self, number: int) -> Work:
        draw = self.random
        year = FIRST_YEAR + YEARS * number // self.count
        authors = sorted({self._pick(self.people) for _ in range(draw.randint(2, 4))})
        draw.shuffle(authors)
        words = draw.choices(self.words, cum_weights=self.weights, k=7)
        focused = number in self.focus
        cites = self._cited(number)
        key = self._key(authors[0], year, words[0])
        self.keys.append(key)
        first_page = draw.randint(1, 4_000)
        return Work(
            key=key,
            title=" ".join(word.capitalize() for word in words) + " of {SGD}",
            authors=authors,
            year=year,
            venue=self._pick(self.venues),
            volume=str(year - 1980),
            pages=f"{first_page}-{first_page + 20}",
            doi=f"10.5555/bench.{number:06}" if number % 2 else None,
            eprint=f"{year % 100:02}{number % 12 + 1:02}.{number:05}" if year >= 2015 else None,
            topics=self._topics(self.focus[number]) if focused else [self._pick(self.topics)],
            summary=self._text(32, WORD if focused else ""),
            idea=self._text(26),
            limits=self._text(20),
            cites=cites,
            after=cites[:2] if number % 5 == 0 else [],
            extends=cites[-1] if cites and number % 4 == 0 else None,
        )

    def _topics(self, place: int) -> list[str]:
        return [TOPIC if place % 2 else NARROWER[place // 2 % 2], self._pick(self.topics)]

    def _key(self, author: str, year: int, word: str) -> str:
        family = "".join(char for char in author.partition(",")[0].lower() if char.isascii())
        stem = f"{family}{year}{word.lower()}"
        tails = ("", *(chr(code) for code in range(ord("b"), ord("z") + 1)))
        key = next(stem + tail for tail in tails if stem + tail not in self.taken)
        self.taken.add(key)
        return key

    def _cited(self, number: int) -> list[str]:
        wanted = min(self.citations, number)
        found: dict[int, None] = {}
        start = max(0, number - WINDOW)
        while len(found) < wanted:
            founding = number > 3 * FOUNDING and len(found) < wanted // 5
            one = (
                self.random.randrange(FOUNDING)
                if founding
                else self.random.randrange(start, number)
            )
            found[one] = None
        return sorted(self.keys[one] for one in found)


def write_collection(
    directory: Path, works: int, citations: int = 15, seed: int = 1
) -> tuple[Generator, list[Work]]:
    """Write papers, citations, topics, venues and people; give the works, sorted by key."""
    directory.mkdir(parents=True, exist_ok=True)
    generator = Generator(works, citations, seed)
    drawn = list(generator)
    shown = next(islice((drawn[n].key for n in sorted(generator.focus)), FOCUS // 2, None))
    about = {
        "works": works,
        "edges": sum(len(work.cites) + len(work.after) + bool(work.extends) for work in drawn),
        "shown": shown,
        "first": drawn[0].key,
        "last": drawn[-1].key,
        "topic": TOPIC,
        "on_topic": FOCUS,
        "word": WORD,
        "common": COMMON,
    }
    drawn.sort(key=lambda work: work.key)
    _write(directory / "papers.yaml", map(_paper, drawn))
    _write(directory / "citations.yaml", (_citations(work) for work in drawn if work.cites))
    _write(directory / "topics.yaml", map(_topic, sorted((*generator.topics, TOPIC, *NARROWER))))
    _write(directory / "venues.yaml", map(_venue, generator.venues))
    _write(directory / "people.yaml", map(_person, generator.people[:40]))
    (directory / "about.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    return generator, drawn


def _write(path: Path, records: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for record in records:
            stream.write(f"{record}\n\n")


def _folded(name: str, rows: list[str]) -> str:
    return "\n".join((f"  {name}: >-", *(f"    {row}" for row in rows)))


def _paper(work: Work) -> str:
    lines = [f"- key: {work.key}", "  type: inproceedings", f"  title: {work.title}", "  author:"]
    lines += [f"    - {name}" for name in work.authors]
    lines += [f"  year: {work.year}", f"  venue: {work.venue}", f"  volume: '{work.volume}'"]
    lines += [f"  pages: {work.pages}"]
    if work.doi:
        lines.append(f"  doi: {work.doi}")
    if work.eprint:
        lines.append(f"  eprint: '{work.eprint}'")
    lines += [f"  topics: [{', '.join(work.topics)}]", "  level: core"]
    lines += [_folded("summary", work.summary), _folded("idea", work.idea)]
    lines += [_folded("limits", work.limits), "  checked: abstract", "  checked_in: publisher"]
    if work.after:
        lines.append(f"  after: [{', '.join(work.after)}]")
    if work.extends:
        lines += ["  relations:", "    - kind: extends", f"      work: {work.extends}"]
        lines += ["      says: Proves the same under weaker assumptions.", "      where: abstract"]
    lines += ["  sources:", "    - source: DBLP", f"      where: conf/{work.venue}#{work.key}"]
    lines += ["      fields: [author, pages, title, venue, volume, year]"]
    return "\n".join(lines)


def _citations(work: Work) -> str:
    lines = [f"- citing: {work.key}", "  source: publisher", f"  where: pdf/{work.key}.pdf"]
    return "\n".join([*lines, "  how: parsed", "  cites:", *(f"    - {key}" for key in work.cites)])


def _topic(name: str) -> str:
    lines = [f"- id: {name}", f"  label: {name.replace('-', ' ').capitalize()}"]
    lines.append(f"  definition: Works on {name.replace('-', ' ')} and what follows from it.")
    return "\n".join([*lines, f"  broader: {TOPIC}"] if name in NARROWER else lines)


def _venue(name: str) -> str:
    lines = [f"- id: {name}", "  kind: conference", "  periods:", f"    - short: {name.upper()}"]
    lines.append(f"      long: Proceedings of the {{ordinal}} Conference on {name.title()}")
    return "\n".join([*lines, "      ordinal_from: 1980", "      publisher: Synthetic Press"])


def _person(name: str) -> str:
    family, _, given = name.partition(", ")
    identity = "".join(c for c in f"{family}-{given}".lower() if c.isascii())
    return f"- id: {identity}\n  name: {name}\n  sources:\n    - source: DBLP"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--works", type=int, default=1_000)
    parser.add_argument("--citations", type=int, default=15, help="for each work (default: 15)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", action="store_true", help="write the peers' formats as well")
    parser.add_argument(
        "--list", type=int, metavar="N", help="write list.bib as well: these works among N"
    )
    asked = parser.parse_args()
    _, works = write_collection(asked.directory, asked.works, asked.citations, asked.seed)
    if asked.peers or asked.list:
        from peerfiles import write_list, write_peers

        if asked.peers:
            write_peers(asked.directory, works)
        if asked.list:
            others = islice(Generator(asked.list, 1, asked.seed), len(works), None)
            write_list(asked.directory / "list.bib", [*works, *others])


if __name__ == "__main__":
    main()
