"""Entries of works as people write them, and what is done to them when references are made up.

The kinds are those of the public benchmark HALLMARK (rpatrik96/hallmark); the values are drawn from
the works themselves, by seed.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dltheory_bib import Bibliography
from dltheory_bib.models.paper import Paper
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import family, natural, unbraced

Entry = dict[str, str]


@dataclass(slots=True)
class Corruptor:
    """Makes entries of published works, and corrupts them."""

    bib: Bibliography
    seed: int
    rng: random.Random = field(init=False)
    works: list[Paper] = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.works = [
            one
            for one in self.bib
            if one.venue and one.type in {"article", "inproceedings"} and one.author
        ]

    def entry(self, paper: Paper, long: bool = False) -> Entry:
        """The entry of a work: title, authors, venue and year, without identifiers."""
        assert paper.venue
        period = self.bib.venues[paper.venue].in_year(paper.year)
        name = period.long if long and "{" not in period.long else period.short
        return {
            "title": from_latex(unbraced(paper.title)),
            "author": " and ".join(map(natural, paper.author)),
            "journal" if paper.type == "article" else "booktitle": name,
            "year": str(paper.year),
        }

    def other(self, paper: Paper, but: Callable[[Paper], bool] = lambda _: True) -> Paper:
        """Another work that shares no author with it."""
        names = set(map(family, paper.author))
        while True:
            one = self.rng.choice(self.works)
            if one is not paper and not names & set(map(family, one.author)) and but(one):
                return one

    def corrupted(self, kind: str, count: int) -> list[tuple[Paper, Entry, str]]:
        """Corrupted entries of random works to which a kind applies, with the field changed."""
        made: list[tuple[Paper, Entry, str]] = []
        while len(made) < count:
            paper = self.rng.choice(self.works)
            entry = self.entry(paper, self.rng.random() < 0.5)
            changed = KINDS[kind](self, paper, entry)
            if changed:
                made.append((paper, entry, changed))
        return made


def _venue(entry: Entry) -> str:
    return "journal" if "journal" in entry else "booktitle"


def _future(made: Corruptor, _: Paper, entry: Entry) -> str:
    entry["year"] = str(made.rng.randint(2029, 2035))
    return "year"


def _placeholder(made: Corruptor, _: Paper, entry: Entry) -> str:
    invented = ["John Doe", "Jane Smith", "Petra Silva", "Yacouba Ndiaye", "Kaede Matsumoto"]
    entry["author"] = " and ".join(made.rng.sample(invented, 3))
    return "author"


def _swapped(made: Corruptor, paper: Paper, entry: Entry) -> str:
    entry["author"] = " and ".join(map(natural, made.other(paper).author))
    return "author"


def _merged(made: Corruptor, paper: Paper, entry: Entry) -> str:
    third = made.entry(made.other(paper))
    entry["author"] = " and ".join(map(natural, made.other(paper).author))
    entry[_venue(entry)] = third[_venue(third)]
    return "author"


def _partial(made: Corruptor, paper: Paper, entry: Entry) -> str:
    if len(paper.author) < 2:
        return ""
    kept = sorted(
        made.rng.sample(range(len(paper.author)), made.rng.randint(1, len(paper.author) - 1))
    )
    entry["author"] = " and ".join(natural(paper.author[index]) for index in kept)
    return "author"


_SYNONYMS = {
    "for": "towards",
    "of": "for",
    "neural": "artificial",
    "networks": "models",
    "network": "model",
    "learning": "training",
    "efficiently": "quickly",
    "efficient": "effective",
    "deep": "layered",
    "escape": "avoid",
    "convergence": "consistency",
    "gradient": "coordinate",
    "on": "about",
    "and": "with",
    "analysis": "study",
    "theory": "principles",
}


def _near_miss(made: Corruptor, _: Paper, entry: Entry) -> str:
    words = entry["title"].split()
    places = [at for at, word in enumerate(words) if word.lower().strip(",:.?") in _SYNONYMS]
    if len(words) < 4 or not places:
        return ""
    at = made.rng.choice(places)
    words[at] = _SYNONYMS[words[at].lower().strip(",:.?")]
    entry["title"] = " ".join(words)
    return "title"


def _year_off(made: Corruptor, paper: Paper, entry: Entry) -> str:
    year = paper.year + made.rng.choice([-1, 1, 2])
    entry["year"] = str(year)
    return "" if year > 2026 else "year"


def _wrong_venue(made: Corruptor, paper: Paper, entry: Entry) -> str:
    places = {paper.venue, *(one.venue for one in paper.versions)}
    other = made.other(paper, lambda one: one.venue not in places and one.type == paper.type)
    entry[_venue(entry)] = made.entry(other)[_venue(entry)]
    return _venue(entry)


def _mixed(made: Corruptor, paper: Paper, entry: Entry) -> str:
    if not paper.eprint_year or paper.eprint_year == paper.year:
        return ""
    _wrong_venue(made, paper, entry)
    entry["year"] = str(paper.eprint_year)
    return _venue(entry)


def _no_venue(made: Corruptor, _: Paper, entry: Entry) -> str:
    kinds = ["Symposium", "Conference", "International Workshop", "Transactions"]
    subjects = [
        "Neural Scaling Laws",
        "Reward Learning and Alignment",
        "Deep Thought",
        "Smart Optimisation",
    ]
    entry[_venue(entry)] = f"{made.rng.choice(kinds)} on {made.rng.choice(subjects)}"
    return _venue(entry)


def _fake_doi(made: Corruptor, _: Paper, entry: Entry) -> str:
    letters = "".join(made.rng.choices(string.ascii_lowercase, k=3))
    prefix = made.rng.choice(["10.88880", "10.7777", "10.99999", "10.47281", "10.5432", "10.66660"])
    entry["doi"] = f"{prefix}/{letters}.{made.rng.randint(1000, 999999)}"
    return "doi"


def _foreign_doi(made: Corruptor, paper: Paper, entry: Entry) -> str:
    entry["doi"] = made.other(paper, lambda one: bool(one.doi)).doi or ""
    return "doi"


def _foreign_arxiv(made: Corruptor, paper: Paper, entry: Entry) -> str:
    entry["eprint"] = made.other(paper, lambda one: bool(one.eprint)).eprint or ""
    entry["archiveprefix"] = "arXiv"
    return "eprint"


KINDS: dict[str, Callable[[Corruptor, Paper, Entry], str]] = {
    "future date": _future,
    "placeholder authors": _placeholder,
    "swapped authors": _swapped,
    "merged citation": _merged,
    "partial author list": _partial,
    "near-miss title": _near_miss,
    "year off": _year_off,
    "wrong venue": _wrong_venue,
    "mixed versions": _mixed,
    "nonexistent venue": _no_venue,
    "fabricated DOI": _fake_doi,
    "foreign DOI": _foreign_doi,
    "foreign arXiv id": _foreign_arxiv,
}
"""Each changes an entry and returns the field; an empty text if it does not apply to the work."""


def to_bib(entries: Sequence[Entry]) -> str:
    """A .bib file of entries."""
    made = []
    for number, entry in enumerate(entries):
        kind = "article" if "journal" in entry else "inproceedings"
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in entry.items())
        made.append(f"@{kind}{{e{number},\n{lines}}}\n")
    return "".join(made)
