"""Load files to a checked catalogue, or report every problem in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from itertools import islice
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dltheory_bib.collector import collector_paused
from dltheory_bib.errors import DataError, Problem, did_you_mean
from dltheory_bib.input_files import shown
from dltheory_bib.models.paper import Paper
from dltheory_bib.models.record import Record, nested_record
from dltheory_bib.source.catalogue import MODELS, Catalogue, Located
from dltheory_bib.source.folders import (
    KINDS,
    WORKS,
    DataFile,
    catalogue_files,
    is_directory,
    shipped_directory,
    supplied,
)
from dltheory_bib.source.rules.findings import Finding, Known
from dltheory_bib.source.rules.references import check_catalogue
from dltheory_bib.source.yaml_reader import (
    MAX_PROBLEMS,
    STOPPING,
    RawRecord,
    read_records,
    shown_name,
)
from dltheory_bib.text.names import escaped, nearest, quoted

Progress = Callable[[str, int], None]
"""Called with a file's name and the number of records read from it so far."""

_STEP = 500


def load_catalogue(files: Iterable[DataFile], progress: Progress | None = None) -> Catalogue:
    """Read, validate and check files that belong together.

    Raises `DataError` with every problem, errors and warnings, if there is any error: a collection
    is never loaded in part. Without an error no warning is looked for; `check_paths` reports them.
    """
    files = list(files)
    catalogue, problems = read_catalogue(files, progress)
    homes = {file.path.parent for file in files if file.kind in WORKS}
    # A registry of the shipped catalogue is not to blame for works that are missing here.
    ours = {file.shown: file for file in files if file.path.parent in homes}
    known = Known(elsewhere=cache(_shipped_works))
    found = check_catalogue(catalogue, known, warnings=False)
    if problems or any(one.level == "error" and one.at.file in ours for one in found):
        problems += place_findings(check_catalogue(catalogue, known), ours.values())
        raise DataError(sorted(set(problems)))
    return catalogue


Names = Callable[[], frozenset[str] | None]
"""Returns the keys and aliases of the shipped works, or None if their files must be read."""
Overlaid = Callable[[Path], tuple[list[Problem], int] | None]
"""Returns the problems of a collection that extends others, and the number of its records; None for
another collection."""


def check_paths(
    paths: Sequence[Path], shipped_names: Names | None = None, overlaid: Overlaid | None = None
) -> tuple[list[Problem], int]:
    """Check catalogue directories and single files; return the problems, and the number of records.

    A file is checked together with the files next to it, or, if there are none, with the shipped
    catalogue: it replaces the file of its own kind, and may refer to the others. Only problems of
    the named files are reported. `shipped_names` is called for the names of the shipped works
    before they are read from its files; `overlaid` checks collections that extend others.
    """
    problems: list[Problem] = []
    records = 0

    @cache
    def elsewhere() -> frozenset[str]:
        known = shipped_names() if shipped_names else None
        return _shipped_works() if known is None else known

    paths = list({path.absolute(): path for path in paths}.values())
    for path in filter(is_directory, paths):
        if overlaid and (layered := overlaid(path)):
            problems += layered[0]
            records += layered[1]
            continue
        judged = catalogue_files(path)
        if not judged:
            message = f"contains no file of a catalogue; they are {', '.join(KINDS)} (.yaml)"
            problems.append(Problem(shown(path), 0, 0, "error", "file", message))
            continue
        found, number = _judge(judged, path, elsewhere, whole=True)
        problems += found
        records += number
    single = [DataFile(path, kind_of(path)) for path in paths if not is_directory(path)]
    beside: dict[Path, list[DataFile]] = defaultdict(list)
    for file in single:
        beside[file.path.parent].append(file)
    for directory, judged in beside.items():
        usual = all(file.path.stem in MODELS for file in judged)
        if overlaid and usual and (layered := overlaid(directory)):
            names = {file.shown for file in judged}
            problems += (problem for problem in layered[0] if problem.file in names)
            records += sum(1 for file in judged for _ in read_records(file.path, []))
            continue
        found, number = _judge(judged, directory, elsewhere, whole=False)
        problems += found
        records += number
    return sorted(set(problems)), records


def kind_of(path: Path) -> str:
    """Return the kind of a file: by its name, else by the fields of its first record; papers by
    default.
    """
    if path.stem in MODELS:
        return path.stem
    first = next(read_records(path, []), None)
    return kind_of_fields(set(first.value) if first else set())


def kind_of_fields(fields: Set[str]) -> str:
    """Return the kind of a record with these fields; a paper by default."""
    telling = {
        "citations": {"citing", "cites"},
        "trails": {"steps"},
        "results": {"question", "statement"},
        "questions": {"quantities", "symbols", "columns"},
        "assumptions": {"about", "implies"},
        "glossary": {"term", "spellings"},
        "notes": {"notes", "tags", "status", "files"},
        "topics": {"definition", "broader", "label"},
        "venues": {"periods"},
        "people": {"name", "orcid", "dblp"},
    }
    if "title" in fields or "author" in fields:
        return "papers"
    return next((kind for kind, names in telling.items() if names & fields), "papers")


def _judge(
    judged: list[DataFile],
    directory: Path,
    elsewhere: Callable[[], frozenset[str]],
    whole: bool,
) -> tuple[list[Problem], int]:
    kinds = {file.kind for file in judged}
    names = {file.path for file in judged}
    beside = [file for file in catalogue_files(directory) if file.path not in names]
    context = [file for file in beside if file.kind not in kinds]
    context += supplied([*judged, *context])
    around, _ = read_catalogue(context, None)
    catalogue, problems = read_catalogue(judged, None)
    records = len(catalogue)
    _merge(catalogue, around)
    # A directory with its own works is loaded by `load`, which uses no others.
    lent: frozenset[str] = frozenset()
    if not (whole and kinds & WORKS):
        lent = _work_names(file for file in beside if file.kind in WORKS) | elsewhere()
    known = Known(lent, elsewhere=elsewhere)
    ours = {file.shown for file in judged}
    findings = (f for f in check_catalogue(catalogue, known) if f.at.file in ours)
    return problems + place_findings(findings, judged), records


def _merge(catalogue: Catalogue, around: Catalogue) -> None:
    # The other files come first: of two records with one key, the problem is in the checked one.
    catalogue.papers[:0] = around.papers
    catalogue.topics[:0] = around.topics
    catalogue.venues[:0] = around.venues
    catalogue.people[:0] = around.people
    catalogue.assumptions[:0] = around.assumptions
    catalogue.questions[:0] = around.questions
    catalogue.results[:0] = around.results
    catalogue.glossary[:0] = around.glossary
    catalogue.refused |= around.refused
    catalogue.unread |= around.unread


def _shipped_works() -> frozenset[str]:
    return _work_names(f for f in catalogue_files(shipped_directory()) if f.kind in WORKS)


def _work_names(files: Iterable[DataFile]) -> frozenset[str]:
    """Return the keys and aliases in some files, without checking their records."""
    names: set[str] = set()
    for file in files:
        for raw in read_records(file.path, []):
            names |= names_of(raw)
    return frozenset(names)


def read_catalogue(
    files: Iterable[DataFile], progress: Progress | None = None
) -> tuple[Catalogue, list[Problem]]:
    """Read and validate files; rules that compare records are not applied."""
    catalogue = Catalogue()
    problems: list[Problem] = []
    with collector_paused():
        for file in files:
            number, before = 0, len(problems)
            model = MODELS[file.kind]
            for number, located in enumerate(
                read_file(file.path, model, problems, catalogue.refused, file.shown), 1
            ):
                catalogue.add(located)
                if progress and number % _STEP == 0:
                    progress(file.shown, number)
            if progress:
                progress(file.shown, number)
            if any(problem.rule in STOPPING for problem in problems[before:]):
                catalogue.unread.add(file.kind)
    _name_works(catalogue)
    return catalogue, problems


def _name_works(catalogue: Catalogue) -> None:
    """Give own works the aliases that notes add to them."""
    added = {at.record.key: at.record.aliases for at in catalogue.notes if at.record.aliases}
    for place, at in enumerate(catalogue.papers) if added else ():
        paper = at.record
        more = [one for name in (paper.key, *paper.aliases) for one in added.get(name, ())]
        if more:
            changed = paper.model_copy(update={"aliases": (*paper.aliases, *more)})
            catalogue.papers[place] = Located(changed, at.file, at.index)


def place_findings(findings: Iterable[Finding], files: Iterable[DataFile]) -> list[Problem]:
    """Find the lines and columns of findings, by reading the files again."""
    wanted: dict[str, dict[int, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        wanted[finding.at.file][finding.at.index].append(finding)
    problems = []
    for file in files:
        here: Mapping[int, list[Finding]] = wanted.get(file.shown, {})
        if not here:
            continue
        for index, raw in enumerate(read_records(file.path, [], file.shown)):
            for finding in here.get(index, ()):
                place = raw.place(finding.path)
                message = escaped(finding.message)
                problems.append(Problem(file.shown, *place, finding.level, finding.rule, message))
    return problems


# From plain text to typed records: pydantic validates, and its errors become `Problem`s.


def read_file(
    path: Path, model: type[Record], problems: list[Problem], refused: set[str], file: str
) -> Iterator[Located[Record]]:
    """Yield the records of one file, which problems name as `file`.

    Problems go to `problems`, and the keys or ids of rejected records to `refused`. The readable
    part of a rejected paper is returned as well, so that one run also finds its invalid references;
    because of the problem, nothing of it is ever loaded.
    """
    validate = model.model_validate
    for index, raw in enumerate(read_records(path, problems, file)):
        try:
            record: Record | None = validate(raw.value)
        except ValidationError as error:
            problems.extend(record_problems(error, raw, model, file))
            refused |= names_of(raw)
            record = _salvaged(raw, error, index) if model is Paper else None
        if record is not None:
            yield Located(record, file, index)


def _salvaged(raw: RawRecord, error: ValidationError, index: int) -> Paper | None:
    """Return a rejected paper without its invalid fields, and with placeholders for required ones.

    Returns None if even that is not a valid paper.
    """
    faulty = {detail["loc"][0] for detail in error.errors(include_url=False) if detail["loc"]}
    kept = {name: value for name, value in raw.value.items() if name not in faulty}
    filled = {"title": f"Record {index + 1}", "author": ["{?}"], "year": "2000"} | kept
    # The type online has the fewest requirements: no venue, and no record of a check.
    sound = filled | {"type": "online", "checked": "unchecked"}
    try:
        return Paper.model_validate(sound)
    except ValidationError:
        return None


def names_of(raw: RawRecord) -> set[str]:
    """Return the key or id and the aliases of a record that may be invalid."""
    aliases = raw.value.get("aliases", [])
    names = [raw.value.get("key"), raw.value.get("id"), *aliases]
    return {name for name in names if isinstance(name, str)}


def record_problems(
    error: ValidationError, raw: RawRecord, model: type[Record], file: str
) -> Iterator[Problem]:
    """Yield the problems that a model found in a record, each with its place."""
    for detail in islice(error.errors(include_url=False), MAX_PROBLEMS):
        rule, message = explain(detail, model)
        yield Problem(file, *raw.place(detail["loc"]), "error", rule, message)


def explain(detail: ErrorDetails, model: type[Record]) -> tuple[str, str]:
    """Return the rule's name, and the message with the correction."""
    path = detail["loc"]
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), "record")
    if path and isinstance(path[-1], int):
        name = f"{name}, item {path[-1] + 1}"
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = _fields_at(model, path[:-1])
        guess = nearest(name, known, 2)
        return "unknown-field", f"unknown field {shown_name(name)}" + (
            did_you_mean(guess) or f"; known are {', '.join(sorted(known))}"
        )
    if kind == "missing":
        return "missing-field", f"{name} is missing"
    if kind in {"literal_error", "enum"}:
        allowed = [
            word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")
        ]
        guess = nearest(str(detail["input"]), allowed, 1)
        hint = did_you_mean(guess) or f"; write one of {', '.join(allowed)}"
        return "unknown-value", f"{name} cannot be {_shown(detail['input'])}{hint}"
    if kind == "value_error":
        message = str(context["error"])
        return "ill-formed" if path else "inconsistent", f"{name}: {message}" if path else message
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = context.get("ge", context.get("le"))
        side = "before" if "ge" in context else "after"
        return (
            "out-of-range",
            f"{name} {detail['input']} is out of range; it must not be {side} {limit}",
        )
    return "wrong-type", f"{name} should be {_expected(kind)}, not {_shown(detail['input'])}"


def _expected(kind: str) -> str:
    kinds = {
        "tuple_type": "a list, one '- item' a line or [a, b]",
        "string_type": "text",
        "model_type": "a mapping with 'name: value' lines",
        "int_parsing": "a whole number such as 2017",
        "int_type": "a whole number such as 2017",
        "int_parsing_size": "a whole number such as 2017",
        "bool_parsing": "true or false",
        "bool_type": "true or false",
    }
    return kinds.get(kind, f"something else ({kind.replace('_', ' ')})")


def _shown(value: object) -> str:
    """Describe a wrong value for a message: shortened, and by its type if it is not text."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return quoted(text) if text else "empty"


def _fields_at(model: type[Record], path: tuple[str | int, ...]) -> list[str]:
    """Return the names of the fields of the model at a path."""
    here: type[Record] | None = model
    for step in path:
        if here is not None and isinstance(step, str):
            here = nested_record(here, step)
    return list(here.model_fields) if here else []
