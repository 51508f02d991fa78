"""Convert records made in Python to a checked catalogue, or report every problem in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from pydantic import ValidationError

from dltheory_bib.arguments import shown
from dltheory_bib.errors import DataError, Problem
from dltheory_bib.models.record import Record
from dltheory_bib.source.catalogue import MODELS, Catalogue, Located
from dltheory_bib.source.folders import REGISTRIES, catalogue_files, shipped_directory
from dltheory_bib.source.loader import explain, kind_of_fields, read_catalogue
from dltheory_bib.source.rules.findings import Known
from dltheory_bib.source.rules.references import check_catalogue
from dltheory_bib.source.yaml_reader import MAX_PROBLEMS

_OURS = "records"


def catalogue_of(records: Iterable[object]) -> Catalogue:
    """Validate and check records that belong together; each is a `Record` or a mapping of fields.

    The fields of a mapping determine its kind. Topics, venues, people, questions and assumptions of
    the shipped catalogue are also available, unless a record has their id. Raises `DataError` with
    every problem; its position is the number of the record and its key: `record 3 (doe2020deep)`.
    """
    if isinstance(records, Mapping):
        raise TypeError("from_records() takes a list of records, not a mapping; write .values()")
    if isinstance(records, Record | str | bytes) or not isinstance(records, Iterable):
        raise TypeError(f"from_records() takes a list of records, not {shown(records)}")
    catalogue, problems, places = Catalogue(), list[Problem](), list[str]()
    for index, given in enumerate(records):
        places.append(f"record {index + 1}{_named(given)}")
        for found in _validated(given, places[index], problems):
            catalogue.add(Located(found, _OURS, index))
    _lend(catalogue)
    for finding in check_catalogue(catalogue, Known()):
        # The order of records matters only in files.
        if finding.at.file == _OURS and finding.rule != "unsorted":
            place = places[finding.at.index]
            problems.append(Problem(place, 0, 0, finding.level, finding.rule, finding.message))
    if any(problem.level == "error" for problem in problems):
        raise DataError(dict.fromkeys(problems))
    return catalogue


def _named(given: object) -> str:
    """Return the key or id of a record, in parentheses."""
    for name in ("key", "id", "citing"):
        found = given.get(name) if isinstance(given, Mapping) else getattr(given, name, None)
        if isinstance(found, str):
            return f" ({found})"
    return ""


def _validated(given: object, place: str, problems: list[Problem]) -> Iterator[Record]:
    """Return the record, or None and its problems; a record is validated again."""
    models = tuple(dict.fromkeys(MODELS.values()))
    if isinstance(given, models):
        model, fields = type(given), given.model_dump()
    elif isinstance(given, Mapping):
        fields = {str(name): value for name, value in given.items()}
        model = MODELS[kind_of_fields(set(fields))]
    else:
        names = ", ".join(one.__name__ for one in models)
        message = f"is no record; give one of {names}, or a mapping of fields"
        problems.append(Problem(place, 0, 0, "error", "wrong-type", message))
        return
    try:
        yield model.model_validate(fields)
    except ValidationError as error:
        for detail in islice(error.errors(include_url=False), MAX_PROBLEMS):
            rule, message = explain(detail, model)
            problems.append(Problem(place, 0, 0, "error", rule, message))


def _lend(catalogue: Catalogue) -> None:
    """Add the shipped registries' records whose ids are free."""
    shipped = [file for file in catalogue_files(shipped_directory()) if file.kind in REGISTRIES]
    lent, _ = read_catalogue(shipped)
    for kind in sorted(REGISTRIES):
        ours: list[Located[Any]] = getattr(catalogue, kind)
        taken = {one.record.id for one in ours}
        ours += [one for one in getattr(lent, kind) if one.record.id not in taken]
