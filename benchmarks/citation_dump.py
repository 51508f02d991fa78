"""Write a dump as OpenAlex publishes it, of works that were made up, with works planted into it.

    python benchmarks/citation_dump.py WORKS FOLDER [json|parquet]

A work cites 14 others on average: most of them near it, so that there are fields, some of them
anywhere and the more often the older, so that there are hubs. A tenth have no list, some references
are repeated, and one in fifty is to a work that the dump does not have. The works of the catalogue
are among them, with their titles, authors and identifiers. The same call writes the same works.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from dltheory_bib import load
from dltheory_bib.discovery.own_works import OwnWork, collection_works

STEP = 7
"""The distance of the numbers of two works, so that there are numbers that none has."""
_SQL = """
CREATE TABLE planted AS SELECT unnest($place::BIGINT[]) AS i, unnest($title::VARCHAR[]) AS title,
  unnest($doi::VARCHAR[]) AS doi, unnest($arxiv::VARCHAR[]) AS arxiv,
  unnest($authors::VARCHAR[][]) AS authors;
"""
_WORKS = """
WITH numbers AS (SELECT range AS i FROM range({works})),
lists AS (
  SELECT i, CASE WHEN i % 10 = 3 THEN [] ELSE list_transform(
    range(1 + (i * 7919) % 31), lambda j: {address}(
      CASE (i * 31 + j * 17) % 50 WHEN 49 THEN {step} * ((i * 13 + j) % {works}) + 1
      ELSE {step} * (CASE WHEN (i + j * 3) % 4 = 0
        THEN CAST(floor({works} * pow(((i * 7717 + j * 104729) % 1000003) / 1000003, 4)) AS BIGINT)
        ELSE ((i // 500) * 500 + (i * 271 + j * j * 37) % 500) % {works} END) END)) END AS cites
  FROM numbers)
SELECT {address}({step} * i) AS id,
  CASE WHEN p.doi <> '' THEN 'https://doi.org/' || p.doi WHEN p.i IS NULL AND i % 3 > 0
    THEN 'https://doi.org/10.5555/' || i END AS doi,
  coalesce(p.title, 'A study of subject ' || i // 500 || ' in case ' || i % 500) AS display_name,
  coalesce(p.title, 'A study of subject ' || i // 500 || ' in case ' || i % 500) AS title,
  1960 + i % 60 AS publication_year, 'article' AS type, false AS is_paratext,
  list_transform(coalesce(p.authors, ['Ada Writer' || i % 977, 'Bo Author' || i % 613]),
    lambda name: {{'author': {{'display_name': name}}, 'raw_author_name': name}}) AS authorships,
  {{'landing_page_url':
    CASE WHEN p.arxiv <> '' THEN 'https://arxiv.org/abs/' || p.arxiv || 'v2' END,
    'source': {{'display_name': 'Journal ' || i % 101}}}} AS primary_location,
  [{{'landing_page_url': 'https://example.org/' || i}}] AS locations,
  {{'volume': CAST(i % 50 AS VARCHAR), 'first_page': '1', 'last_page': '9'}} AS biblio,
  cites AS referenced_works
FROM lists LEFT JOIN planted p USING (i)
"""


def write_dump(
    works: int, folder: Path, kind: str = "parquet", planted: Sequence[OwnWork] = ()
) -> Path:
    """Write so many works, those planted among them, and return the folder to build a shelf of."""
    target = folder / "works"
    target.mkdir(parents=True)
    columns: dict[str, list[Any]] = {
        "place": [3 + 11 * number for number, _ in enumerate(planted)],
        "title": [one.reference.title for one in planted],
        "doi": [one.reference.value("doi") for one in planted],
        "arxiv": [one.reference.value("arxiv") for one in planted],
        "authors": [[*one.reference.authors] for one in planted],
    }
    if planted and columns["place"][-1] >= works:
        raise ValueError(f"{len(planted)} works cannot be planted among {works}")
    with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
        connection.execute(_SQL, columns)
        connection.execute("CREATE MACRO address(n) AS 'https://openalex.org/W' || n")
        made = _WORKS.format(works=works, step=STEP, address="address")
        if kind == "json":
            name = f"{target / 'part_000.gz'}"
            how = "FORMAT json, COMPRESSION gzip"
        else:
            name, how = f"{target / 'part_000.parquet'}", "FORMAT parquet"
        connection.execute(f"COPY ({made}) TO '{name}' ({how})")
    return folder


def number_of(place: int) -> int:
    """Return the number in OpenAlex of the planted work at a place."""
    return STEP * (3 + 11 * place)


if __name__ == "__main__":
    write_dump(
        int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:4], planted=collection_works(load())
    )
