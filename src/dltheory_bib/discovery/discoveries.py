"""What a collection, a query or a .bib lacks: works outside, ranked by citations, with reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.bibfile.bib_parser import read_bib
from dltheory_bib.discovery.citation_store import CitationStore, has_store
from dltheory_bib.discovery.engines import EMBEDDED, Engine, open_engine
from dltheory_bib.discovery.own_works import (
    LISTS,
    OwnCitation,
    OwnWork,
    collection_works,
    entries_of,
    numbered,
    own_citations,
)
from dltheory_bib.discovery.scores import (
    SCALE,
    Citations,
    Ranked,
    degrees,
    ranking,
    ties,
    total_degrees,
)
from dltheory_bib.display.printable import printable
from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.lookup.same_work import inverted
from dltheory_bib.shelf.chosen_shelf import shelf_folder
from dltheory_bib.shelf.refusals import UNDATED
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import author_line, unbraced

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.discovery.engines import Frame

REASONS = 3
"""How many own works a hit names."""


class Hit(NamedTuple):
    """A work outside, and why it is suggested."""

    work: StatedWork
    """The work as the dump states it; of a work of the collection, as the collection does."""
    key: str
    """Its key if the collection has it and the .bib lacks it; else empty."""
    ranked: Ranked
    """Its score and what that is made of."""
    because: tuple[str, ...]
    """The keys of the seeds with the strongest ties to it."""

    @property
    def name(self) -> str:
        """Its key in the collection, DOI, arXiv id or number in OpenAlex; else empty."""
        work = self.work
        number = "" if work.source == LISTS else work.where
        return self.key or work.doi or work.eprint or number

    @property
    def why(self) -> str:
        """The reason in words."""
        counts = [
            f"cited by {self.ranked.cited_by} of yours" if self.ranked.cited_by else "",
            f"cites {self.ranked.cites} of yours" if self.ranked.cites else "",
        ]
        near = f"near {', '.join(self.because)}" if self.because else ""
        return "; ".join(filter(None, (", ".join(filter(None, counts)), near)))

    def to_dict(self) -> dict[str, Any]:
        """Return the hit ready for JSON."""
        work = self.work
        stated = {name: value for name, value in work.fields().items() if name != "authors"}
        return {
            "score": self.ranked.score / SCALE,
            "co_cited": self.ranked.co_cited / SCALE,
            "coupled": self.ranked.coupled / SCALE,
            "cited_by": self.ranked.cited_by,
            "cites": self.ranked.cites,
            "because": [*self.because],
            **({"key": self.key} if self.key else {}),
            "authors": [*work.authors],
            **stated,
            "source": work.source,
            "where": work.where,
        }

    def __str__(self) -> str:
        year = f" {self.work.year}" if self.work.year else ""
        names = author_line([*map(inverted, self.work.authors)], at_most=2)
        by = f" ({names}{year})" if names or year else ""
        key = f" [{self.key}]" if self.key else ""
        return printable(f"{self.work.title}{by}{key}: {self.why}")


@dataclass(frozen=True, repr=False)
class Discovery:
    """Works outside, best first."""

    hits: tuple[Hit, ...]
    seeds: int
    """How many works it starts from."""
    tied: int
    """How many of those are on the shelf, or have citations in the collection."""
    citations: str
    """How many citations were used, and of which sources."""
    has_shelf: bool
    """Whether those of a shelf were among them."""

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, place: int) -> Hit:
        return self.hits[place]

    def to_bibtex(self, *, biblatex: bool = False) -> str:
        """Return an entry for each hit, under a remark with the reason."""
        from dltheory_bib.discovery.entries import hit_entries

        return hit_entries(self.hits, biblatex)

    def __str__(self) -> str:
        return "\n".join(f"{place:3}  {hit}" for place, hit in enumerate(self.hits, 1))

    def __repr__(self) -> str:
        return f"<Discovery: {len(self.hits)} works from {self.seeds}>"


def discover(
    bib: Bibliography,
    query: str = "",
    *,
    refs: Path | None = None,
    shelf: Path | None = None,
    engine: object = EMBEDDED,
    count: int = 20,
    memory: str | None = None,
    threads: int | None = None,
) -> Discovery:
    """Rank the works outside by how citations tie them to the collection's.

    With a query the ties to the works that match it count; with `refs`, a .bib, those to its works,
    and every other work is outside, also those of the collection. The citations are those of the
    shelf and of the collection's reference lists; `engine`, `memory` and `threads` are as of
    `open_engine`. Raises `CitationStoreError` if a shelf is named that has no citations.
    """
    opened = open_engine(engine, memory=memory, threads=threads)
    try:
        return _Search(bib, opened, shelf).run(query, refs, count)
    finally:
        if opened is not engine:
            opened.close()


class _Search:
    """One discovery: the works, their numbers, the citations."""

    def __init__(self, bib: Bibliography, engine: Engine, shelf: Path | None) -> None:
        self.bib = bib
        self.engine = engine
        folder = shelf_folder(shelf)
        is_there = shelf is not None or has_store(folder)
        self.store = CitationStore(folder, engine) if is_there else None

    def run(self, query: str, refs: Path | None, count: int) -> Discovery:
        works = collection_works(self.bib)
        if refs is not None:
            chosen, others = entries_of(self.bib, read_bib(refs), works)
            chosen += range(len(works), len(works) + len(others))
            works += others
            known = chosen
        else:
            keys = set(self.bib.where(query).keys) if query else None
            chosen = [at for at, one in enumerate(works) if keys is None or one.name in keys]
            known = [*range(len(works))]
        wanted, pairs = own_citations(self.bib, works)
        works += wanted
        return self.answer(works, pairs, chosen, known, count)

    def answer(
        self,
        works: list[OwnWork],
        pairs: list[OwnCitation],
        chosen: Sequence[int],
        known: Sequence[int],
        count: int,
    ) -> Discovery:
        found = self.store.find([one.reference for one in works]) if self.store else None
        numbers = numbered(works, found if found is not None else [()] * len(works))
        seeds = self._table(one for place in chosen for one in numbers[place])
        citations = self._citations([(numbers[a][0], numbers[b][0]) for a, b in pairs])
        inside = {one for place in known for one in numbers[place]}
        outside = self._outside(inside, numbers)
        ranked = ranking(self.engine, citations, seeds, outside, count)
        rows = [Ranked(*row) for row in self.engine.rows(ranked)]
        best = self._table(one.id for one in rows)
        named = {one: works[place].name for place in chosen for one in numbers[place]}
        tied = self.engine.rows(ties(self.engine, citations, seeds, best)) if rows else []
        reasons = _strongest(tied, named)
        stated = self._stated([one.id for one in rows], works, numbers)
        kept = {
            number: works[place].name
            for place in range(len(works))
            if works[place].is_kept
            for number in numbers[place]
        }
        hits = tuple(
            Hit(stated[one.id], kept.get(one.id, ""), one, tuple(reasons.get(one.id, ())))
            for one in rows
        )
        held = {one for pair in pairs for one in pair}
        linked = sum(bool(numbers[place][0] > 0 or place in held) for place in chosen)
        return Discovery(
            hits, len(chosen), linked, self._described(len(pairs)), self.store is not None
        )

    def _described(self, own: int) -> str:
        mine = f"{own:,} citations in the collection's reference lists"
        if self.store is None:
            return mine
        about = self.store.about
        return f"{about.citations:,} citations in OpenAlex of {about.date}, {mine}"

    def _table(self, numbers: Any) -> Frame:
        rows = [(one,) for one in sorted(set(numbers))]
        return self.engine.table({"id": int}, rows)

    def _citations(self, own: list[tuple[int, int]]) -> Citations:
        """Return the stored citations, and those of the collection that are not among them."""
        import narwhals as nw

        made = sorted({pair for pair in own if pair[0] != pair[1]})
        mine = self.engine.table({"citing": int, "cited": int}, made)
        if self.store is None:
            return Citations(mine, self.engine.kept(degrees(self.engine, mine)))
        stored = self.store.citations()
        citing = self.engine.table(
            {"citing": int}, [(one,) for one in sorted({a for a, _ in made})]
        )
        there = self.engine.kept(stored.pairs.join(citing, on="citing", how="semi"))
        new = self.engine.kept(mine.join(there, on=["citing", "cited"], how="anti"))
        added = self.engine.kept(degrees(self.engine, new))
        # Only the degrees of works that have a new citation are to be added up.
        changed = self.engine.kept(stored.degrees.join(added, on="id", how="semi"))
        same = stored.degrees.join(added, on="id", how="anti")
        return Citations(
            nw.concat([stored.pairs, new]), nw.concat([same, total_degrees([changed, added])])
        )

    def _outside(self, inside: set[int], numbers: list[tuple[int, ...]]) -> Frame:
        """Return the numbers of the works that can be shown and are not inside."""
        import narwhals as nw

        own = self._table(one for some in numbers for one in some if one < 0 and one not in inside)
        if self.store is None:
            return own
        stored = self.store.ids().join(self._table(inside), on="id", how="anti")
        return nw.concat([stored, own])

    def _stated(
        self, best: list[int], works: list[OwnWork], numbers: list[tuple[int, ...]]
    ) -> dict[int, StatedWork]:
        found = self.store.stated(best) if self.store and best else {}
        wanted = set(best)
        for place, work in enumerate(works):
            for number in wanted.intersection(numbers[place]):
                if work.is_kept:
                    found[number] = self._kept_work(work.name)
                elif number < 0 and work.stated is not None:
                    found[number] = work.stated
        return found

    def _kept_work(self, key: str) -> StatedWork:
        paper = self.bib[key]
        return StatedWork(
            source="the collection",
            where=key,
            date=UNDATED,
            title=from_latex(unbraced(paper.title)),
            authors=tuple(paper.author),
            year=paper.year,
            venue=paper.venue or "",
            doi=paper.doi or "",
            eprint=paper.eprint or "",
        )


def _strongest(tied: list[tuple[Any, ...]], named: dict[int, str]) -> dict[int, list[str]]:
    """Return the names of the seeds with the strongest ties to each work, strongest first."""
    weights: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for number, seed, weight in tied:
        weights[number][named[seed]] += weight
    return {
        number: sorted(of, key=lambda name: (-of[name], name))[:REASONS]
        for number, of in weights.items()
    }
