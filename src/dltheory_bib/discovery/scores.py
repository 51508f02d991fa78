"""Rank works by the citations that tie them to given works, the seeds.

The measures, each a sum over the seeds:

- *co-citation* (Small 1973, https://doi.org/10.1002/asi.4630240406): lists that cite a work and a
  seed. A list counts by one over its length, since a long one cites everything.
- *bibliographic coupling* (Kessler 1963, https://doi.org/10.1002/asi.5090140103): references that a
  work and a seed share. A reference counts by one over its citations, since a hub is cited by all.
  Both are the index of resource allocation (Zhou, Lü and Zhang 2009,
  https://doi.org/10.1140/epjb/e2009-00335-8), which gives a common neighbour one over its degree.
- *citations*: seeds that cite a work, and seeds that it cites.

What ties a work to the seeds as a cited one, co-citation and citations by seeds, is divided by the
square root of its citations; what ties it as a citing one, by the square root of its references:
the part of the cosine (Ochiai's coefficient, https://doi.org/10.1002/asi.23603) that differs
between works. So a hub does not win by its size alone. The score is the sum of the two.

All weights are whole numbers, of millionths: sums of floating-point numbers depend on the order of
their terms, which differs between engines and numbers of threads. A quotient or square root of two
whole numbers below 2^53 is rounded in the same way on every machine (IEEE 754), so its floor is the
same as well. Equal scores are ordered by the works' numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from narwhals import Expr

    from dltheory_bib.discovery.engines import Engine, Frame

SCALE = 1_000_000
"""The weight of one citation."""


class Ranked(NamedTuple):
    """A row of a ranking. Co-citation, coupling and score are in millionths."""

    id: int
    score: int
    co_cited: int
    coupled: int
    cited_by: int
    """How many seeds cite it."""
    cites: int
    """How many seeds it cites."""


def ranking(engine: Engine, citations: Frame, seeds: Frame, outside: Frame, count: int) -> Frame:
    """Return the `count` best works of those outside, best first; columns as in `Ranked`.

    `citations` has the columns `citing` and `cited`, without repeated rows; `seeds` has the column
    `id`, without repeated rows, and `outside` has it. A work without any tie is not in the answer.
    """
    import narwhals as nw

    # Each step is kept, so that one large join or grouping at a time needs memory.
    citing = engine.kept(_counted(citations, seeds, "citing"))
    cited = engine.kept(_counted(citations, seeds, "cited"))
    co_cited = engine.kept(_passed_on(citations, citing, "citing", "cited"))
    coupled = engine.kept(_passed_on(citations, cited, "cited", "citing"))
    as_cited = engine.kept(_tied(cited, co_cited, "co_cited", "cited_by"))
    as_citing = engine.kept(_tied(citing, coupled, "coupled", "cites"))
    both = nw.concat([as_cited, as_citing]).group_by("id")
    names = ("co_cited", "coupled", "cited_by", "cites")
    scored = both.agg(
        nw.col("part").sum().cast(nw.Int64).alias("score"),
        *(nw.col(name).sum().cast(nw.Int64) for name in names),
    ).select(*Ranked._fields)
    return (
        engine.kept(scored)
        .join(outside, on="id", how="semi")
        .sort("score", "id", descending=[True, False])
        .head(count)
    )


def ties(engine: Engine, citations: Frame, seeds: Frame, works: Frame) -> Frame:
    """Return how much each seed contributes to each of some works: `id`, `seed`, `weight`.

    A tie has the weight that it has in the score. `works` has the column `id`.
    """
    import narwhals as nw

    by_seed = citations.join(_named(seeds, "citing"), on="citing", how="semi")
    of_seed = citations.join(_named(seeds, "cited"), on="cited", how="semi")
    from_work = engine.kept(citations.join(_named(works, "citing"), on="citing", how="semi"))
    to_work = engine.kept(citations.join(_named(works, "cited"), on="cited", how="semi"))
    references = _sized(from_work, "citing")
    citers = _sized(to_work, "cited")

    shared = from_work.rename({"citing": "id"}).join(
        by_seed.rename({"citing": "seed"}), on="cited", how="inner"
    )
    renown = _sized(citations.join(_one(from_work, "cited"), on="cited", how="semi"), "cited")
    coupled = _weighed(shared, renown, "cited", references)
    lists = to_work.rename({"cited": "id"}).join(
        of_seed.rename({"cited": "seed"}), on="citing", how="inner"
    )
    lengths = _sized(citations.join(_one(to_work, "citing"), on="citing", how="semi"), "citing")
    co_cited = _weighed(lists, lengths, "citing", citers)

    cites = from_work.rename({"citing": "id", "cited": "seed"}).join(
        _named(seeds, "seed"), on="seed", how="semi"
    )
    cited_by = to_work.rename({"cited": "id", "citing": "seed"}).join(
        _named(seeds, "seed"), on="seed", how="semi"
    )
    direct = [
        one.join(sizes, on="id", how="inner").select(
            "id", "seed", weight=_over_root(_whole(SCALE), nw.col("degree"))
        )
        for one, sizes in (
            (cites, _named(references, "id", "citing")),
            (cited_by, _named(citers, "id", "cited")),
        )
    ]
    return (
        nw.concat([coupled, co_cited, *direct])
        .group_by("id", "seed")
        .agg(nw.col("weight").sum().cast(nw.Int64))
        .select("id", "seed", "weight")
    )


def _counted(citations: Frame, seeds: Frame, end: str) -> Frame:
    """Return for each work at one end of a citation: `degree`, and how many `seeds` are at the
    other end.
    """
    import narwhals as nw

    other = "cited" if end == "citing" else "citing"
    marked = seeds.select(nw.col("id").alias(other), seed=_whole(1))
    return (
        citations.join(marked, on=other, how="left")
        .group_by(end)
        .agg(
            nw.col(other).count().cast(nw.Int64).alias("degree"),
            nw.col("seed").sum().cast(nw.Int64).alias("seeds"),
        )
        .select(nw.col(end).alias("id"), "degree", nw.col("seeds").fill_null(0))
    )


def _passed_on(citations: Frame, counted: Frame, end: str, other: str) -> Frame:
    """Return what works at one end pass on to those at the other: their seeds over their degree."""
    import narwhals as nw

    weights = counted.filter(nw.col("seeds") > 0).select(
        nw.col("id").alias(end), weight=_over(SCALE * nw.col("seeds"), nw.col("degree"))
    )
    return (
        citations.join(weights, on=end, how="inner")
        .group_by(other)
        .agg(nw.col("weight").sum().cast(nw.Int64).alias("passed"))
        .select(nw.col(other).alias("id"), "passed")
    )


def _tied(counted: Frame, passed: Frame, name: str, direct: str) -> Frame:
    """Return the works with a tie at one end, by its part of the score; other parts are 0."""
    import narwhals as nw

    joined = counted.join(passed, on="id", how="left")
    weight = nw.col("passed").fill_null(0)
    values = {one: _whole(0) for one in ("co_cited", "coupled", "cited_by", "cites")}
    values |= {name: weight, direct: nw.col("seeds")}
    part = _over_root(weight + SCALE * nw.col("seeds"), nw.col("degree"))
    return joined.select("id", part=part, **values).filter(nw.col("part") > 0)


def _weighed(pairs: Frame, sizes: Frame, middle: str, own: Frame) -> Frame:
    """Return pairs of works and seeds by the weight of the works that they have in common.

    `sizes` has the degree of those, `own` that of the works.
    """
    import narwhals as nw

    end = "cited" if middle == "citing" else "citing"
    return (
        pairs.join(sizes, on=middle, how="inner")
        .with_columns(weight=_over(_whole(SCALE), nw.col("degree")))
        .group_by("id", "seed")
        .agg(nw.col("weight").sum().cast(nw.Int64))
        .join(_named(own, "id", end), on="id", how="inner")
        .select("id", "seed", weight=_over_root(nw.col("weight"), nw.col("degree")))
    )


def _sized(citations: Frame, end: str) -> Frame:
    """Return the number of citations of each work at one end."""
    import narwhals as nw

    other = "cited" if end == "citing" else "citing"
    degree = nw.col(other).count().cast(nw.Int64).alias("degree")
    return citations.group_by(end).agg(degree).select(end, "degree")


def _one(frame: Frame, column: str) -> Frame:
    """Return the values of a column, each once."""
    import narwhals as nw

    return frame.group_by(column).agg(nw.len().alias("rows")).select(column)


def _named(frame: Frame, name: str, old: str = "id") -> Frame:
    return frame if name == old else frame.rename({old: name})


def _whole(value: int) -> Expr:
    import narwhals as nw

    return nw.lit(value, dtype=nw.Int64)


def _over(one: Expr, other: Expr) -> Expr:
    """Return the floor of a quotient of whole numbers below 2^53."""
    import narwhals as nw

    return (one / other).floor().cast(nw.Int64)


def _over_root(one: Expr, other: Expr) -> Expr:
    """Return the floor of a whole number over the square root of another."""
    import narwhals as nw

    return (one / other.sqrt()).floor().cast(nw.Int64)
