"""The command group, and what all commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dltheory_bib import __version__
from dltheory_bib.formats.registry import FORMATS

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dltheory_bib.bibliography import Bibliography

LIST_FORMATS = tuple(one.name for one in FORMATS.values() if one.is_list)
"""How a list of works is printed for a program."""

F = TypeVar("F", bound=Callable[..., Any])

_EPILOG = """
\b
A query joins fields and words:
  topic:saddle-escape author:jin year:2017..2019 "local minima" not type:preprint
`dltheory list --help` names the fields. Every command has its own --help.
"""


# The commands in the order in which help shows them, each with the module that adds it.
_HOMES = {
    "topics": "topics",
    "list": "list",
    "search": "search",
    "show": "show",
    "read": "read",
    "trails": "read",
    "path": "lineage",
    "lineage": "lineage",
    "compare": "compare",
    "export": "export",
    "import": "import_bib",
    "cite": "cite",
    "fix": "fix",
    "site": "site",
    "check": "check",
    "cover": "cover",
    "stats": "stats",
    "completion": "stats",
}


class _Commands(click.Group):
    """Commands that are imported when they are wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _HOMES:
            import_module(f"dltheory_bib.cli.{_HOMES[cmd_name]}")
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        import sqlite3

        try:
            return super().invoke(ctx)
        except sqlite3.DatabaseError as error:
            # A large snapshot is known by its time alone; what rots unnoticed shows in reading.
            from dltheory_bib.snapshot.cache import discard

            discard(ctx.obj)
            message = f"the compiled collection is damaged ({error}); it was removed, ask again"
            raise click.ClickException(message) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _HOMES and not args[0].startswith("-"):
            from dltheory_bib.errors import did_you_mean
            from dltheory_bib.text.names import nearest

            hint = did_you_mean(nearest(args[0], _HOMES, 1))
            ctx.fail(f"no command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="dltheory-bib %(version)s")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar="DLTHEORY_DATA",
    help="Ask a collection of your own: a directory with papers.yaml, or a papers file "
    "[environment: DLTHEORY_DATA].",
)
@click.pass_context
def dltheory(context: click.Context, data: Path | None) -> None:
    """A curated, annotated bibliography of deep learning theory that a program can ask."""
    context.obj = data


def bibliography() -> Bibliography:
    """The bibliography that the command line asks for, compiled first where that is due."""
    from dltheory_bib.bibliography import load

    path: Path | None = click.get_current_context().find_root().obj
    if not sys.stderr.isatty():
        return load(path)
    from dltheory_bib.cli.progress import CompileProgress

    with CompileProgress() as progress:
        return load(path, progress)


def is_drawn() -> bool:
    """Whether a person looks: standard output is a terminal, or colour is forced."""
    return sys.stdout.isatty() or os.environ.get("FORCE_COLOR", "0") not in {"", "0"}


def draw(renderable: RenderableType) -> None:
    """Print something drawn: with colour and in the width of the terminal, or else plain.

    Plain output is neither wrapped nor cut, and has no trailing blanks.
    """
    from rich.console import Console

    if is_drawn():
        Console(highlight=False).print(renderable)
        return
    console = Console(highlight=False, color_system=None, width=_UNLIMITED, legacy_windows=False)
    with console.capture() as captured:
        console.print(renderable)
    for line in captured.get().splitlines():
        sys.stdout.write(f"{line.rstrip()}\n")


_UNLIMITED = 100_000


def note(message: str) -> None:
    """Say something to the person, not to the pipe."""
    sys.stderr.write(f"{visible(message)}\n")


def visible(text: str) -> str:
    """A message about somebody's file with its control characters shown, never sent."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def query_argument(required: bool = False) -> Callable[[F], F]:
    """The words of a query, joined by blanks."""
    from dltheory_bib.cli.completion import complete_query

    return click.argument("query", nargs=-1, required=required, shell_complete=complete_query)


def key_argument(name: str = "key", many: bool = False) -> Callable[[F], F]:
    """A key, an alias, an arXiv id or a DOI."""
    from dltheory_bib.cli.completion import complete_key

    return click.argument(name, nargs=-1 if many else 1, required=True, shell_complete=complete_key)


def format_option(*formats: str) -> Callable[[F], F]:
    """The machine-readable formats a command knows."""
    return click.option(
        "-f",
        "--format",
        "format_",
        type=click.Choice(formats),
        help="Print for a program: no colour, nothing cut.",
    )


class QueryCommand(click.Command):
    """A command whose help ends with the fields of the query language."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the fields as a definition list, then the epilog."""
        from dltheory_bib.query.fields import FIELDS

        with formatter.section("Fields"):
            formatter.write_dl(
                [(field.example, field.finds) for field in FIELDS.values()], col_max=34
            )
        super().format_epilog(ctx, formatter)
