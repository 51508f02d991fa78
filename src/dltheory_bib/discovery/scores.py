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

from collections.abc import Sequence
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


class Citations(NamedTuple):
    """Citations as tables of an engine."""

    pairs: Frame
    """`citing`, `cited`: the numbers of two works, without repeated rows."""
    degrees: Frame
    """`id`, `references`, `citations`: how many pairs have a work at either end."""


def degrees(engine: Engine, pairs: Frame) -> Frame:
    """Return the degrees of the works in a table of pairs, as in `Citations`."""
    import narwhals as nw

    ends = [
        # Each is kept, so that one grouping at a time needs memory.
        engine.kept(
            pairs.group_by(end)
            .agg(nw.col(other).count().cast(nw.Int64).alias("degree"))
            .select(
                nw.col(end).alias("id"),
                references=nw.col("degree") if end == "citing" else _whole(0),
                citations=nw.col("degree") if end == "cited" else _whole(0),
            )
        )
        for end, other in (("citing", "cited"), ("cited", "citing"))
    ]
    return total_degrees(ends)


def total_degrees(parts: Sequence[Frame]) -> Frame:
    """Return one row a work, from tables with the columns of `Citations.degrees`."""
    import narwhals as nw

    return (
        nw.concat([*parts])
        .group_by("id")
        .agg(nw.col("references", "citations").sum().cast(nw.Int64))
        .select("id", "references", "citations")
    )


def ranking(
    engine: Engine, citations: Citations, seeds: Frame, outside: Frame, count: int
) -> Frame:
    """Return the `count` best works of those outside, best first; columns as in `Ranked`.

    `seeds` has the column `id`, without repeated rows, and `outside` has it. A work without any tie
    is not in the answer.
    """
    import narwhals as nw

    # Each step is kept, so that one large join or grouping at a time needs memory.
    listing = engine.kept(_weights(citations, seeds, "citing"))
    listed = engine.kept(_weights(citations, seeds, "cited"))
    to_cited = engine.kept(_passed_on(citations, listing, "citing", "cited"))
    to_citing = engine.kept(_passed_on(citations, listed, "cited", "citing"))
    as_cited = engine.kept(_tied(citations, to_cited, "citations", "co_cited", "cited_by"))
    as_citing = engine.kept(_tied(citations, to_citing, "references", "coupled", "cites"))
    names = ("co_cited", "coupled", "cited_by", "cites")
    scored = (
        nw.concat([as_cited, as_citing])
        .group_by("id")
        .agg(
            nw.col("part").sum().cast(nw.Int64).alias("score"),
            *(nw.col(name).sum().cast(nw.Int64) for name in names),
        )
        .select(*Ranked._fields)
    )
    return (
        engine.kept(scored)
        .join(outside, on="id", how="semi")
        .sort("score", "id", descending=[True, False])
        .head(count)
    )


def ties(engine: Engine, citations: Citations, seeds: Frame, works: Frame) -> Frame:
    """Return how much each seed contributes to each of some works: `id`, `seed`, `weight`.

    A tie has the weight that it has in the score. `works` has the column `id`.
    """
    import narwhals as nw

    pairs, degree = citations
    by_seed = pairs.join(_named(seeds, "citing"), on="citing", how="semi")
    of_seed = pairs.join(_named(seeds, "cited"), on="cited", how="semi")
    from_work = engine.kept(pairs.join(_named(works, "citing"), on="citing", how="semi"))
    to_work = engine.kept(pairs.join(_named(works, "cited"), on="cited", how="semi"))
    # Of the works that lists and references lead to: all the degrees that are needed.
    near = [
        works.select("id"),
        from_work.select(nw.col("cited").alias("id")),
        to_work.select(nw.col("citing").alias("id")),
    ]
    near_degrees = engine.kept(degree.join(nw.concat(near), on="id", how="semi"))

    shared = from_work.rename({"citing": "id"}).join(
        by_seed.rename({"citing": "seed"}), on="cited", how="inner"
    )
    coupled = _weighed(shared, near_degrees, "cited", "citations", "references")
    lists = to_work.rename({"cited": "id"}).join(
        of_seed.rename({"cited": "seed"}), on="citing", how="inner"
    )
    co_cited = _weighed(lists, near_degrees, "citing", "references", "citations")

    cites = from_work.rename({"citing": "id", "cited": "seed"})
    cited_by = to_work.rename({"cited": "id", "citing": "seed"})
    direct = [
        one.join(_named(seeds, "seed"), on="seed", how="semi")
        .join(near_degrees, on="id", how="inner")
        .select("id", "seed", weight=_over_root(_whole(SCALE), nw.col(own)))
        for one, own in ((cites, "references"), (cited_by, "citations"))
    ]
    return (
        nw.concat([coupled, co_cited, *direct])
        .group_by("id", "seed")
        .agg(nw.col("weight").sum().cast(nw.Int64))
        .select("id", "seed", "weight")
    )


def _weights(citations: Citations, seeds: Frame, end: str) -> Frame:
    """Return what the works at one end pass on to those at the other: `id`, `weight`, `seeds`.

    The weight is how many seeds it has at the other end, over how many works it has there; `seeds`
    is 1 for a seed.
    """
    import narwhals as nw

    other, degree = ("cited", "references") if end == "citing" else ("citing", "citations")
    counted = (
        citations.pairs.join(_named(seeds, other), on=other, how="semi")
        .group_by(end)
        .agg(nw.col(other).count().cast(nw.Int64).alias("seeds"))
        .select(nw.col(end).alias("id"), "seeds")
        .join(citations.degrees, on="id", how="inner")
    )
    weight = _over(SCALE * nw.col("seeds"), nw.col(degree))
    passed = counted.select("id", weight=weight, seeds=_whole(0))
    own = seeds.select("id", weight=_whole(0), seeds=_whole(1))
    sums = nw.col("weight", "seeds").sum().cast(nw.Int64)
    return nw.concat([passed, own]).group_by("id").agg(sums).select("id", "weight", "seeds")


def _passed_on(citations: Citations, weights: Frame, end: str, other: str) -> Frame:
    """Return what works at one end pass on to those at the other: `id`, `weight`, `seeds`."""
    import narwhals as nw

    return (
        citations.pairs.join(_named(weights, end), on=end, how="inner")
        .group_by(other)
        .agg(nw.col("weight", "seeds").sum().cast(nw.Int64))
        .select(nw.col(other).alias("id"), "weight", "seeds")
    )


def _tied(citations: Citations, passed: Frame, degree: str, weight: str, direct: str) -> Frame:
    """Return the works to which something is passed on, by that part of the score; others are 0."""
    import narwhals as nw

    values = {one: _whole(0) for one in ("co_cited", "coupled", "cited_by", "cites")}
    values |= {weight: nw.col("weight"), direct: nw.col("seeds")}
    part = _over_root(nw.col("weight") + SCALE * nw.col("seeds"), nw.col(degree))
    return (
        passed.join(citations.degrees, on="id", how="inner")
        .select("id", part=part, **values)
        .filter(nw.col("part") > 0)
    )


def _weighed(pairs: Frame, degrees: Frame, middle: str, shared: str, own: str) -> Frame:
    """Return pairs of works and seeds by the weight of the works that they have in common.

    `shared` names the degree of those, `own` that of the works.
    """
    import narwhals as nw

    return (
        pairs.join(_named(degrees, middle), on=middle, how="inner")
        .with_columns(weight=_over(_whole(SCALE), nw.col(shared)))
        .group_by("id", "seed")
        .agg(nw.col("weight").sum().cast(nw.Int64))
        .join(degrees, on="id", how="inner")
        .select("id", "seed", weight=_over_root(nw.col("weight"), nw.col(own)))
    )


def _named(frame: Frame, name: str) -> Frame:
    return frame.rename({"id": name})


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
