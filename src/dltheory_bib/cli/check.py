"""Check data files of a catalogue, and .bib files; nothing is changed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from dltheory_bib.cli.app import bibliography, dltheory, draw, is_drawn, note
from dltheory_bib.cli.completion import complete_rule
from dltheory_bib.cli.network_options import network_options, permitted_services
from dltheory_bib.cli.problems import PROBLEM_FORMATS, print_problems, print_summary

if TYPE_CHECKING:
    from dltheory_bib.bibfile.lint.linter import Judgement, Linted
    from dltheory_bib.errors import Problem
    from dltheory_bib.formats.bibtex import Dialect
    from dltheory_bib.lookup.protocol import Answer, Reference
    from dltheory_bib.lookup.service import Service
    from dltheory_bib.manuscript.manuscript import Manuscript
    from dltheory_bib.settings import CheckSettings
    from dltheory_bib.shelf.lookups import Shelf


def _list_rules(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    from rich.table import Table
    from rich.text import Text

    from dltheory_bib.bibfile.lint.linter import rule_levels, rule_sentences

    levels, table = rule_levels(), Table.grid(padding=(0, 2, 0, 0))
    for name, sentence in rule_sentences().items():
        table.add_row(Text(name, style="bold"), Text(levels[name]), Text(sentence))
        if not is_drawn():
            click.echo(f"{name}\t{levels[name]}\t{sentence}")
    if is_drawn():
        draw(table)
    context.exit()


def _rule_names(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the rules to ignore; an unknown one is a usage error."""
    if not names:
        return names
    from dltheory_bib.bibfile.lint.linter import rule_sentences
    from dltheory_bib.errors import did_you_mean
    from dltheory_bib.text.names import nearest

    known = rule_sentences()
    for name in names:
        if name in _RENAMED:
            raise click.BadParameter(f"no rule {name!r}; it is now {_RENAMED[name]!r}")
        if name not in known:
            hint = did_you_mean(nearest(name, known, 2)) or "; --rules lists them"
            raise click.BadParameter(f"no rule {name!r}{hint}")
    return names


_RENAMED = {"field-mismatch": "differs", "wrong-identifier": "contradicted"}
"""Rules of earlier versions, with those that report the same now."""
_EXIT_CODES = """
\b
The exit code is
  0  no problem, or only warnings on a .bib; references that were not found, or not checked
  1  an error, a contradicted reference, or a warning on a data file;
     with --strict also a warning on a .bib, or a reference that differs
  2  a usage error
"""


@dltheory.command(epilog=_EXIT_CODES, short_help="Report every problem in a .bib or a data file.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(PROBLEM_FORMATS),
    default="text",
    show_default=True,
    help="`github` annotates a pull request; `sarif` is for code hosts and editors.",
)
@click.option(
    "--tex",
    type=click.Path(path_type=Path),
    help="A manuscript (.tex, .aux, .bcf): also report unused entries and missing keys.",
)
@click.option(
    "--dialect",
    type=click.Choice(["bibtex", "biblatex"]),
    help="Dialect of the .bib; default: that of the manuscript or of the fields.",
)
@click.option("--verdicts", is_flag=True, help="Also give a verdict on each entry.")
@click.option(
    "--max",
    "most",
    type=click.IntRange(min=0),
    metavar="N",
    help="Print the N weightiest messages; 0 for all. Default: 50 in a terminal, else all.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Warnings on a .bib, and references that differ, also give exit code 1.",
)
@click.option(
    "--shelf",
    "shelf_folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder of the reference shelf. Default: [shelf] path in the settings, else the "
    "platform's data folder.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="RULE",
    callback=_rule_names,
    shell_complete=complete_rule,
    help="Ignore a rule on .bib files.",
)
@click.option(
    "--rules",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_rules,
    help="List the rules on .bib files and exit.",
)
@network_options
@click.option(
    "--fix",
    is_flag=True,
    help="First write data files in canonical form: records by key, fields in the order of "
    "CONTRIBUTING.md, long texts folded; comments are kept. A new work gets today's date as "
    "`added`.",
)
def check(
    paths: tuple[Path, ...],
    format_: str,
    tex: Path | None,
    dialect: Dialect | None,
    verdicts: bool,
    most: int | None,
    strict: bool,
    shelf_folder: Path | None,
    ignore: tuple[str, ...],
    online: bool | None,
    mailto: str | None,
    fix: bool,
) -> None:
    """Report every problem in .bib files and in data files of a catalogue, with line and column.

    A .bib is checked for its form, and each reference is compared with the catalogue and with the
    shelf, an index of public dumps, if you have built one. It is verified, differs (it is this
    work, but write this), is contradicted (by a record or a complete list, which is printed), not
    found, or not checked; the last two are no fault. With --online, services are asked for what
    was not found: only identifiers, the title and the first author leave this machine; each
    address is logged, and answers are kept. --verdicts prints a verdict on each entry.
    Every message gives a correction; nothing is changed. The text begins with the number of
    messages by rule and file; then come the messages, the weightiest first. The last line names
    the lists of works that were asked.
    `@string`s and cross-references may be in any of the files. `[check]` in .dltheory.toml keeps
    your choice of options.

    Other PATHS are directories with papers.yaml, or single data files; a file is checked together
    with the files next to it. The default is the .bib files that the manuscript names, or the
    collection in use: that of --data or DLTHEORY_DATA, else data/ of the clone of dltheory-bib
    around the working directory, else the installed catalogue. The last line names the folder.

    \b
    Example: dltheory check own.bib
    Example: dltheory cite main.tex -o chapter.bib && dltheory check chapter.bib --tex main.tex
    Example: dltheory check my-papers.yaml
    """
    manuscript, named = _manuscript(tex, paths)
    bibs, data = _sorted_out([*paths, *named])
    if fix and bibs:
        raise click.UsageError(f"--fix writes data files; for {bibs[0]}: dltheory fix {bibs[0]}")
    answers = []
    if data or not (bibs or manuscript):
        answers.append(_check_data(data, fix))
    if bibs or manuscript:
        chosen = _settings()
        most = chosen.max if most is None else most
        asked = _Asked(dialect or chosen.dialect, (*ignore, *chosen.ignore))
        with _shelf(shelf_folder) as shelf, permitted_services(online, mailto) as services:
            linted = _lint(bibs, manuscript, asked, shelf, services)
        strict, ranked = strict or chosen.strict, format_ == "text" or bool(most)
        answers.append(_answer(linted, bibs or [tex or Path()], verdicts, strict, ranked))
        answers.append(_Answer([], _lists(linted, shelf), False))
    _report(answers, format_, most)


@contextmanager
def _shelf(named: Path | None) -> Iterator[Shelf | None]:
    """Yield the shelf in use, if there is one that can be read."""
    from dltheory_bib.shelf.chosen_shelf import open_shelf
    from dltheory_bib.shelf.lookups import ShelfError

    try:
        shelf = open_shelf(named)
    except ShelfError as error:
        if named is not None:
            raise click.BadParameter(str(error), param_hint="--shelf") from None
        note(str(error))
        shelf = None
    yield shelf
    if shelf is not None:
        shelf.close()


class _Asked(NamedTuple):
    """What a user asks of a check of .bib files."""

    dialect: Dialect | None
    ignore: tuple[str, ...]


def _lists(linted: Linted, shelf: Shelf | None) -> str:
    """Return which lists of works were asked."""
    from dltheory_bib.input_files import shown

    text = f"references were looked up in {' and '.join(linted.asked)}"
    if shelf is not None:
        return f"{text}; the shelf is in {shown(shelf.path.parent)}"
    return f"{text}; there is no shelf, dltheory shelf build SOURCE… makes one"


def _settings() -> CheckSettings:
    """Return `[check]` of the settings; an unknown rule is a usage error that names the file."""
    from dltheory_bib.settings import find_settings

    found = find_settings()
    chosen = found.settings.check
    try:
        _rule_names(click.get_current_context(), click.Option(["--ignore"]), tuple(chosen.ignore))
    except click.BadParameter as error:
        file = found.stated_by["check", "ignore"].name
        raise click.UsageError(f"{file}: [check] ignore: {error.message}") from None
    return chosen


class _Answer(NamedTuple):
    """The problems in files of one kind."""

    problems: list[Problem]
    summary: str
    """The numbers, in a sentence."""
    failed: bool
    verdicts: dict[Problem, Judgement] = {}  # noqa: RUF012 - nothing changes it
    """The verdicts that some of the problems report."""


def _answer(
    linted: Linted, paths: list[Path], verdicts: bool, strict: bool, ranked: bool
) -> _Answer:
    failed = linted.has("error") or (strict and linted.has("warning"))
    notes = linted.notes() if verdicts else {}
    problems = sorted([*linted.problems, *notes])
    if ranked:
        from dltheory_bib.bibfile.lint.linter import by_weight

        problems = by_weight(problems)
    return _Answer(problems, _summary(paths, linted), failed, notes)


_MOST_DRAWN = 50
"""The messages that a terminal shows; nobody reads more at once."""
_FEW = 5
"""So many messages need no summary."""


def _report(answers: list[_Answer], format_: str, most: int | None) -> None:
    """Print a summary and the problems, then the numbers; exit with 1 if that is a failure."""
    problems = [problem for answer in answers for problem in answer.problems]
    rules = None
    if most is None and format_ == "text" and is_drawn():
        most = _MOST_DRAWN
    if format_ == "text" and len(problems) > _FEW:
        print_summary(problems)
    left = len(problems) - most if most else 0
    if left > 0:
        problems = problems[:most]
    if format_ == "sarif":
        from dltheory_bib.bibfile.lint.linter import rule_sentences

        rules = rule_sentences()
    verdicts = {
        problem: one.to_dict() for answer in answers for problem, one in answer.verdicts.items()
    }
    print_problems(problems, format_, rules, verdicts)
    if left > 0:
        note(f"{left} more {'message' if left == 1 else 'messages'}; --max 0 prints all")
    for answer in answers:
        note(answer.summary)
    if any(answer.failed for answer in answers):
        raise click.exceptions.Exit(1)


def _sorted_out(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Split the paths: the .bib files, and the others."""
    from dltheory_bib.bibfile.lint.linter import is_bib

    bibs = [path for path in paths if is_bib(path)]
    return bibs, [path for path in paths if path not in bibs]


def _manuscript(tex: Path | None, paths: Sequence[Path]) -> tuple[Manuscript | None, list[Path]]:
    """Return the citations of a manuscript, and, if no .bib is given, those that it names."""
    if tex is None:
        return None, []
    from dltheory_bib.bibfile.lint.linter import is_bib
    from dltheory_bib.manuscript.manuscript import read_manuscript

    found = read_manuscript(tex)
    if any(is_bib(path) for path in paths):
        return found, []
    names = [name if name.endswith(".bib") else f"{name}.bib" for name in found.bibliographies]
    return found, [tex.parent / name for name in dict.fromkeys(names)]


def _lint(
    bibs: list[Path],
    manuscript: Manuscript | None,
    asked: _Asked,
    shelf: Shelf | None,
    services: Sequence[Service] | None,
) -> Linted:
    from dltheory_bib.bibfile.lint.linter import lint_paths

    return lint_paths(
        bibliography(),
        bibs,
        manuscript,
        **asked._asdict(),
        shelf=shelf,
        online=None if services is None else partial(_ask, services),
    )


def _ask(services: Sequence[Service], references: Sequence[Reference]) -> list[Answer]:
    from dltheory_bib.lookup.reference_rounds import ask_in_rounds

    if not sys.stderr.isatty():
        return ask_in_rounds(services, references)
    from dltheory_bib.cli.progress import CompileProgress

    with CompileProgress("asking", "works") as progress:
        return ask_in_rounds(services, references, progress)


def _check_data(paths: list[Path], fix: bool) -> _Answer:
    from dltheory_bib.cli.collection import chosen_collection
    from dltheory_bib.input_files import shown
    from dltheory_bib.snapshot.cache import check_layers, shipped_names
    from dltheory_bib.source.loader import check_paths

    collection = chosen_collection()
    judged = paths or [collection.place]
    if fix:
        _fix(judged)
    problems, records = check_paths(judged, shipped_names, check_layers)
    names = _names(judged)
    if not paths and collection.is_catalogue:
        names = f"the catalogue in {shown(collection.place)}"
    read = f"{records} record" if records == 1 else f"{records} records"
    return _Answer(problems, f"{names}: {read}, {_counted(problems)}", bool(problems))


def _summary(paths: list[Path], linted: Linted) -> str:
    read = f"{linted.entries} entry" if linted.entries == 1 else f"{linted.entries} entries"
    verdicts = ", ".join(f"{n} {verdict}" for verdict, n in linted.counts.items())
    text = f"{_names(paths)}: {read}, {_counted(linted.problems)}"
    return f"{text}; {verdicts}" if verdicts else text


def _names(paths: Sequence[Path]) -> str:
    if len(paths) > 4:
        return f"{len(paths)} files"
    return ", ".join(str(path) for path in paths)


def _counted(problems: Sequence[Problem]) -> str:
    levels = Counter(problem.level for problem in problems)
    counted = [
        f"{levels[kind]} {kind}{'' if levels[kind] == 1 else 's'}"
        for kind in ("error", "warning")
        if levels[kind]
    ]
    return " and ".join(counted) or "no problem"


def _fix(paths: list[Path]) -> None:
    """Write files in canonical form, works dated; `check` reports those that cannot be read."""
    from datetime import date

    from dltheory_bib.input_files import shown
    from dltheory_bib.source.folders import catalogue_files, is_directory, is_file
    from dltheory_bib.source.loader import kind_of
    from dltheory_bib.source.yaml_writer import rewrite

    files = [(path, kind_of(path)) for path in paths if is_file(path)]
    for directory in filter(is_directory, paths):
        files += [(file.path, file.kind) for file in catalogue_files(directory)]
    for path, kind in files:
        try:
            if rewrite(path, kind, date.today()):
                note(f"{shown(path)}: written in canonical form")
        except ValueError as error:
            note(f"{shown(path)}: left unchanged; it {error}")
        except OSError as error:
            note(f"{shown(path)}: cannot be written: {(error.strerror or str(error)).lower()}")
