"""Commands for whoever keeps a catalogue: stats, check; and the shell's completion."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import bibliography, dltheory, draw, format_option, note, visible

if TYPE_CHECKING:
    from dltheory_bib.errors import Problem


@dltheory.command(short_help="What is held, and on what evidence.")
@format_option("json")
def stats(format_: str | None) -> None:
    """Show what the catalogue holds, and what evidence there is for it.

    For each field: how many records carry it, how many have it from two sources or more, and how
    many list it as unverified.

    \b
    Example: dltheory stats
    """
    from dltheory_bib.show.coverage import stats_tables

    found = bibliography().stats()
    if format_ == "json":
        import json

        click.echo(json.dumps(found.plain(), ensure_ascii=False, indent=2))
    else:
        draw(stats_tables(found))


@dltheory.command(short_help="Every mistake in data files.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="`github` annotates a pull request.",
)
@click.option(
    "--fix", is_flag=True, help="First write the files in canonical form, keeping comments."
)
def check(paths: tuple[Path, ...], format_: str, fix: bool) -> None:
    """Judge the catalogue, or files in its format, and say every mistake with its place.

    PATHS are directories with papers.yaml, or single files of any kind; a file is judged together
    with those beside it. Without a path the catalogue itself is judged. The exit code is 1 when
    there is a problem, error or warning.

    With --fix the files are first written in their one form: records in order of keys, fields in
    the order of CONTRIBUTING.md, long texts folded. What they say stays as it is.

    \b
    Example: dltheory check
    Example: dltheory check my-papers.yaml
    Example: dltheory check --fix my-papers.yaml
    """
    from dltheory_bib.records.loading import check_paths
    from dltheory_bib.records.places import shipped_directory

    data: Path | None = click.get_current_context().find_root().obj
    judged = list(paths) or [data or shipped_directory()]
    if fix:
        _fix(judged)
    problems, records = check_paths(judged)
    _print_problems(problems, format_)
    names = ", ".join(str(path) for path in judged) if paths or data else "the catalogue"
    read = f"{records} record" if records == 1 else f"{records} records"
    if not problems:
        note(f"{names}: {read}, no problem")
        return
    errors = sum(problem.level == "error" for problem in problems)
    warnings = len(problems) - errors
    counted = [
        f"{n} {kind}{'' if n == 1 else 's'}"
        for n, kind in ((errors, "error"), (warnings, "warning"))
        if n
    ]
    note(f"{names}: {read}, {' and '.join(counted)}")
    raise click.exceptions.Exit(1)


def _fix(paths: list[Path]) -> None:
    """Write files in canonical form; one that cannot be read is left for `check` to judge."""
    from dltheory_bib.records.canonical import rewrite
    from dltheory_bib.records.loading import kind_of
    from dltheory_bib.records.places import catalogue_files, is_directory, is_file, shown

    files = [(path, kind_of(path)) for path in paths if is_file(path)]
    for directory in filter(is_directory, paths):
        files += [(file.path, file.kind) for file in catalogue_files(directory)]
    for path, kind in files:
        try:
            if rewrite(path, kind):
                note(f"{shown(path)}: written in canonical form")
        except ValueError as error:
            note(f"{shown(path)}: left as it is; it {error}")
        except OSError as error:
            note(f"{shown(path)}: cannot be written: {(error.strerror or str(error)).lower()}")


def _print_problems(problems: list[Problem], format_: str) -> None:
    if format_ == "json":
        import json

        records = [problem._asdict() for problem in problems]
        # In ASCII: a name in the file judged may hold any character, a terminal's codes included.
        click.echo(json.dumps(records, indent=2))
        return
    for problem in problems:
        if format_ == "github":
            sys.stdout.write(f"{_annotation(problem)}\n")
        else:
            sys.stdout.write(f"{visible(str(problem))}\n")


def _annotation(problem: Problem) -> str:
    """A problem as GitHub's workflow command; what ends a property or a line is encoded.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions; the codes are
    those of actions/toolkit, packages/core/src/command.ts.
    """
    file = visible(problem.file).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    place = f"file={file},line={max(problem.line, 1)},col={max(problem.column, 1)}"
    said = visible(f"{problem.message} [{problem.rule}]").replace("%", "%25")
    return f"::{problem.level} {place}::{said}"


@dltheory.command(short_help="Completion for bash, zsh or fish.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands, keys, topics and fields.

    \b
    Example: dltheory completion bash >> ~/.bashrc
    Example: dltheory completion fish > ~/.config/fish/completions/dltheory.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    source = kind(dltheory, {}, "dltheory", "_DLTHEORY_COMPLETE").source()
    click.echo(source)
