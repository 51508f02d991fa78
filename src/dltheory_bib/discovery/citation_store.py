"""The citations beside a shelf: four tables of Parquet that an engine makes of an OpenAlex dump.

| table | columns |
|---|---|
| `pairs` | `citing`, `cited`: numbers of works, each pair once, no work with itself |
| `degrees` | `id`, and of how many pairs it is an end: `references`, `citations` |
| `works` | `id` and what the dump states of a work, as it states it |
| `names` | `id`, `name`: a DOI, an arXiv id or the letters of a title, by which a work is found |

The numbers are those of OpenAlex: 42 is W42. `about.json` says what the tables were made of. Only
the reader of the shelf turns a row of `works` into a work, so both show the same.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.discovery.engines import Engine, EngineError
from dltheory_bib.discovery.scores import Citations, degrees
from dltheory_bib.errors import BibliographyError
from dltheory_bib.lookup.protocol import Reference, StatedWork
from dltheory_bib.lookup.same_work import akin_title, is_same, same_people
from dltheory_bib.shelf.readers import openalex_dump
from dltheory_bib.shelf.readers.source_kinds import Source

if TYPE_CHECKING:
    from dltheory_bib.discovery.engines import Frame

FOLDER = "citations"
"""The name of its folder, in that of the shelf."""
FORMAT = 2
"""Raised when the tables change: those of another format are to be made again."""
_ABOUT = "about.json"
_PLACE = {"landing_page_url": str, "source": {"display_name": str}}
_COLUMNS: dict[str, Any] = {
    "id": str,
    "doi": str,
    "title": str,
    "display_name": str,
    "publication_year": int,
    "type": str,
    "is_paratext": bool,
    "authorships": [{"author": {"display_name": str}, "raw_author_name": str}],
    "primary_location": _PLACE,
    "locations": [{"landing_page_url": str}],
    "biblio": {"volume": str, "first_page": str, "last_page": str},
    "referenced_works": [str],
}
"""What is read of a work. See https://docs.openalex.org/api-entities/works/work-object."""
_REFERENCES = "referenced_works"
_WORK = "https://openalex.org/W"
_WORK_PATTERN = r"^https://openalex\.org/W[0-9]{1,18}$"
_SHORTEST, _LONGEST = 12, 100
"""The letters of a title by which a work is found: not fewer, and not more than these."""
_CERTAIN = 20
"""A title with fewer letters and no author to compare names no work."""
_COMMON = 50
"""A name of more works than these, as "Introduction", names none."""


class CitationStoreError(BibliographyError):
    """There are no citations beside a shelf, or they were written by another version."""


class Stored(NamedTuple):
    """What is stored."""

    works: int
    citations: int
    date: date
    """That of the newest file."""


def has_citations(source: Source) -> bool:
    """Return whether a dump has reference lists that can be stored."""
    return source.reader.NAME == openalex_dump.NAME


def write_citations(sources: Sequence[Source], folder: Path, engine: Engine) -> Stored:
    """Write the citations of dumps beside a shelf, in place of earlier ones.

    `folder` is that of the shelf. The old tables are replaced when all of the new ones are there.
    Raises `EngineError`.
    """
    part, target = folder / f".{FOLDER}.part", folder / FOLDER
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    dump = _read(sources, part, engine).filter(_is_address("id"))
    works = dump.filter(_is_work()).with_columns(id=_number("id"))
    engine.write(works.drop(_REFERENCES), part / "works")
    engine.write(_names(engine.parquet(part / "works")), part / "names")
    engine.write(_pairs(dump), part / "pairs")
    # Every discovery needs them, and to count them takes longer than all the rest of it.
    engine.write(degrees(engine, engine.parquet(part / "pairs")), part / "degrees")
    shutil.rmtree(part / "dump", ignore_errors=True)
    files = [file for one in sources for file in one.files]
    newest = datetime.fromtimestamp(max(file.stat().st_mtime for file in files), UTC).date()
    stored = Stored(_rows(engine, part / "works"), _rows(engine, part / "pairs"), newest)
    about = {"format": FORMAT, **stored._asdict(), "date": newest.isoformat()}
    (part / _ABOUT).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
    old = folder / f".{FOLDER}.old"
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    part.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return stored


def _read(sources: Sequence[Source], part: Path, engine: Engine) -> Frame:
    """Open the dumps as one table; JSON is parsed once, and kept as Parquet meanwhile."""
    import narwhals as nw

    files = [file for one in sources for file in one.files]
    tables = [file for file in files if file.suffix == ".parquet"]
    lines = [file for file in files if file.suffix != ".parquet"]
    frames = []
    if tables:
        frame = engine.parquet_files(tables)
        names = frame.collect_schema().names()
        if "id" not in names or _REFERENCES not in names:
            raise EngineError(f"{tables[0].name} has no column {_REFERENCES}")
        kinds: dict[Any, Any] = {str: nw.String, int: nw.Int64, bool: nw.Boolean}
        absent = {
            name: nw.lit(None).cast(kinds[kind])
            for name, kind in _COLUMNS.items()
            if name not in names and kind in (str, int, bool)
        }
        frames.append(frame.select(*(one for one in _COLUMNS if one in names), **absent))
    if lines:
        engine.write(engine.json(lines, _COLUMNS), part / "dump")
        frames.append(engine.parquet(part / "dump"))
    if len(frames) > 1:
        raise EngineError("dumps of OpenAlex as JSON Lines and as Parquet; name those of one kind")
    return frames[0]


def _is_address(column: str) -> Any:
    """Return the rows whose address is that of a work.

    A filter never contains a number that is read of an address: engines change the order of
    filters, and another text cannot be read as a number.
    """
    import narwhals as nw

    return nw.col(column).str.contains(_WORK_PATTERN)


def _number(column: str) -> Any:
    """Return the number in an address of a work."""
    import narwhals as nw

    return nw.col(column).str.slice(len(_WORK)).cast(nw.Int64)


def _not_null(column: str) -> Any:
    import narwhals as nw

    return ~nw.col(column).is_null()


def _is_work() -> Any:
    """Return the rows that the reader of the shelf keeps: with a title, and no front matter."""
    import narwhals as nw

    front = nw.col("is_paratext").fill_null(False) | (nw.col("type").fill_null("") == "paratext")
    return (_not_null("display_name") | _not_null("title")) & ~front


def _pairs(dump: Frame) -> Frame:
    import narwhals as nw

    listed = dump.select("id", cited=nw.col(_REFERENCES)).explode("cited")
    pairs = listed.filter(_is_address("cited") & (nw.col("id") != nw.col("cited"))).select(
        citing=_number("id"), cited=_number("cited")
    )
    return pairs.group_by("citing", "cited").agg(rows=nw.len()).select("citing", "cited")


def _names(works: Frame) -> Frame:
    import narwhals as nw

    # A column of a Parquet file in which nothing is stated may have any type.
    doi = nw.col("doi").cast(nw.String).str.to_lowercase()
    names = [
        works.filter(_not_null("doi")).select(
            "id", name=nw.concat_str([nw.lit("doi:"), _without(doi, r"^https?://(dx\.)?doi\.org/")])
        )
    ]
    address = nw.col("address").cast(nw.String).str.to_lowercase()
    columns = works.collect_schema().names()
    addresses = [works.select("id", address=nw.col("doi"))]
    place = nw.col("place").struct.field("landing_page_url")
    if "locations" in columns:
        places = works.select("id", place=nw.col("locations")).explode("place")
        addresses.append(places.filter(_not_null("place")).select("id", address=place))
    if "primary_location" in columns:
        places = works.select("id", place=nw.col("primary_location"))
        addresses.append(places.filter(_not_null("place")).select("id", address=place))
    names += [
        one.filter(_not_null("address") & address.str.contains(_ARXIV)).select(
            "id",
            name=nw.concat_str(
                [nw.lit("arxiv:"), _without(address, f"^.*({_ARXIV})", r"(v[0-9]+)?(\.pdf)?$")]
            ),
        )
        for one in addresses
    ]
    title = nw.coalesce(nw.col("display_name"), nw.col("title"))
    letters = _without(title, "[^A-Za-z0-9]+").str.to_lowercase().str.slice(0, _LONGEST)
    names.append(
        works.select("id", letters=letters)
        .filter(nw.col("letters").str.len_chars() >= _SHORTEST)
        .select("id", name=nw.concat_str([nw.lit("title:"), nw.col("letters")]))
    )
    return nw.concat(names)


_ARXIV = r"arxiv\.org/(abs|pdf)/|10\.48550/arxiv\."


def _without(text: Any, *patterns: str) -> Any:
    """Remove what matches: without groups in the replacement, which engines write differently."""
    for pattern in patterns:
        text = text.str.replace_all(pattern, "")
    return text


def _rows(engine: Engine, folder: Path) -> int:
    import narwhals as nw

    ((count,),) = engine.rows(engine.parquet(folder).select(rows=nw.len()))
    return int(count)


def has_store(folder: Path) -> bool:
    """Return whether there are citations beside the shelf of a folder."""
    return (folder / FOLDER / _ABOUT).is_file()


def stored_citations(folder: Path) -> Stored:
    """Return what is stored beside the shelf of a folder. Raises `CitationStoreError`."""
    place = folder / FOLDER
    try:
        about = json.loads((place / _ABOUT).read_text("utf-8"))
        stored = Stored(
            int(about["works"]), int(about["citations"]), date.fromisoformat(about["date"])
        )
    except FileNotFoundError:
        raise CitationStoreError(
            f"{folder} has no citations; dltheory shelf build FOLDER makes them of an OpenAlex dump"
        ) from None
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise CitationStoreError(f"{place} is damaged; build the shelf again") from error
    if about.get("format") != FORMAT:
        raise CitationStoreError(f"{place} was written by another version; build the shelf again")
    return stored


class CitationStore:
    """The stored citations of a shelf, opened with an engine."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        """Open what is beside the shelf of a folder. Raises `CitationStoreError`."""
        self.about = stored_citations(folder)
        self.folder = folder / FOLDER
        self.engine = engine

    def citations(self) -> Citations:
        """Return the citations of the dump."""
        return Citations(self._table("pairs"), self._table("degrees"))

    def ids(self) -> Frame:
        """Return the numbers of the works that can be shown: `id`."""
        return self._table("works").select("id")

    def stated(self, numbers: Iterable[int]) -> dict[int, StatedWork]:
        """Return works by number, as the dump states them."""
        wanted = self.engine.table({"id": int}, [(one,) for one in sorted(set(numbers))])
        works = self._table("works")
        names = works.collect_schema().names()
        rows = self.engine.rows(works.join(wanted, on="id", how="semi"))
        # A work that the dump has twice is shown in the same way by every engine.
        found: dict[int, StatedWork] = {}
        for row in sorted(rows, key=repr):
            record = dict(zip(names, row, strict=True))
            number = record["id"]
            work = openalex_dump.stated_work(record | {"id": f"W{number}"})
            if isinstance(work, StatedWork):
                found.setdefault(number, work._replace(date=self.about.date))
        return found

    def find(self, references: Sequence[Reference]) -> list[list[int]]:
        """Return the numbers of the works that each reference means, in ascending order.

        An identifier decides unless title or authors contradict it; of works with the title, those
        whose authors agree. A work may be there in several versions.
        """
        asked = [(place, name) for place, one in enumerate(references) for name in _names_of(one)]
        if not asked:
            return [[] for _ in references]
        wanted = self.engine.table({"place": int, "name": str}, asked)
        names = self._table("names")
        rows = self.engine.rows(
            names.join(wanted, on="name", how="inner").select("place", "name", "id")
        )
        named: dict[tuple[int, str], set[int]] = defaultdict(set)
        for place, name, number in rows:
            named[place, name].add(number)
        few = {one: numbers for one, numbers in named.items() if len(numbers) <= _COMMON}
        stated = self.stated(number for numbers in few.values() for number in numbers)
        found: list[set[int]] = [set() for _ in references]
        for (place, name), numbers in few.items():
            agrees = _agrees_in_title if name.startswith("title:") else _agrees
            found[place] |= {
                one for one in numbers if one in stated and agrees(references[place], stated[one])
            }
        return [sorted(numbers) for numbers in found]

    def _table(self, name: str) -> Frame:
        """Open a table. Raises `CitationStoreError` if it is not there, or cannot be read."""
        try:
            return self.engine.parquet(self.folder / name)
        except EngineError as error:
            raise CitationStoreError(
                f"{self.folder / name} is damaged; build the shelf again ({error})"
            ) from error


def _names_of(reference: Reference) -> Iterator[str]:
    for one in reference.ids:
        if one.scheme in {"doi", "arxiv"}:
            yield f"{one.scheme}:{one.value.lower()}"
    letters = re.sub("[^A-Za-z0-9]+", "", reference.title).lower()
    if len(letters) >= _SHORTEST:
        yield f"title:{letters[:_LONGEST]}"


def _agrees(reference: Reference, work: StatedWork) -> bool:
    titles = not reference.title or akin_title(reference.title, work.title)
    return titles and same_people(reference.authors, work.authors)


def _agrees_in_title(reference: Reference, work: StatedWork) -> bool:
    compared = bool(reference.authors and work.authors)
    long = len(re.sub("[^A-Za-z0-9]+", "", reference.title)) >= _CERTAIN
    return (compared or long) and is_same(reference, work)
