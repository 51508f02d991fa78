"""The command group, and code shared by all commands."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
"""Formats of a list of works for a program."""

_SHELF = "dltheory_bib.shelf."

F = TypeVar("F", bound=Callable[..., Any])

_EPILOG = """
\b
A query joins fields and words:
  topic:saddle-escape author:jin year:2017..2019 "local minima" not type:preprint
`dltheory help query` explains it; `dltheory help COMMAND` is the help of a command.
"""


# The commands in the order of the help, each with the module that adds it.
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
    "merge": "merge_collections",
    "add": "add",
    "update": "update",
    "references": "reference_lists",
    "init": "init",
    "note": "note",
    "tag": "note",
    "status": "note",
    "undo": "undo",
    "where": "where",
    "cite": "cite",
    "fix": "fix",
    "site": "site",
    "shelf": "shelf",
    "discover": "discover",
    "mcp": "mcp",
    "check": "check",
    "cover": "cover",
    "diff": "diff",
    "stats": "stats",
    "completion": "stats",
    "help": "help",
}


class _Commands(click.Group):
    """Commands that are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _HOMES:
            import_module(f"dltheory_bib.cli.{_HOMES[cmd_name]}")
        command = super().get_command(ctx, cmd_name)
        if command and not any(one.name == "no_pager" for one in command.params):
            _no_pager(hidden=True)(command)
            _debug(hidden=True)(command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        import sqlite3

        damage = (sqlite3.Error, ValueError, TypeError, LookupError, AttributeError, RecursionError)
        with _watched_output() as written:
            try:
                try:
                    result = super().invoke(ctx)
                except Exception:  # an exit code as well
                    _show_all()
                    raise
                _show_all()
                return result
            except damage as error:
                if _is_of_shelf(error):
                    from dltheory_bib.shelf.lookups import ShelfError

                    raise ShelfError(
                        f"the shelf cannot be read ({error}); build it again"
                    ) from error
                # The snapshot is not read through at the start; hidden damage shows here.
                if not _is_of_snapshot(error, ctx):
                    raise
                from dltheory_bib.snapshot.cache import discard

                discard(ctx.obj.path)
                raise DamagedCacheError(bool(written)) from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _HOMES and not args[0].startswith("-"):
            from dltheory_bib.errors import did_you_mean
            from dltheory_bib.text.names import nearest

            hint = did_you_mean(nearest(args[0], _HOMES, 1)) or "; `dltheory help` lists them"
            ctx.fail(f"no command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)


class DamagedCacheError(Exception):
    """A compiled collection turned out to be damaged, and was deleted."""

    def __init__(self, written: bool) -> None:
        self.written = written
        """Whether the command has printed something."""
        super().__init__("the compiled collection is damaged; it was deleted, so run it again")


def _is_of_shelf(error: Exception) -> bool:
    """Return whether SQLite failed in the file of the shelf."""
    import sqlite3
    from traceback import walk_tb

    places = (frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__))
    return isinstance(error, sqlite3.Error) and any(name.startswith(_SHELF) for name in places)


def _is_of_snapshot(error: Exception, context: click.Context) -> bool:
    """Return whether an exception is one of a damaged snapshot, not of the program."""
    import sqlite3

    from dltheory_bib.errors import BibliographyError

    if isinstance(error, sqlite3.Error):
        return True
    if isinstance(error, BibliographyError) or context.obj is None:
        return False
    from dltheory_bib.snapshot.cache import is_damaged

    return is_damaged(context.obj.path)


@contextmanager
def _watched_output() -> Iterator[list[bool]]:
    """Return a list that is no longer empty when something was written to standard output."""
    written: list[bool] = []
    stream = sys.stdout
    real = stream.write

    def write(text: str) -> int:
        written[:] = written or [True] * bool(text)
        return real(text)

    try:
        stream.write = write  # type: ignore[method-assign]
    except AttributeError:  # a stream that permits no change
        written.append(True)
    try:
        yield written
    finally:
        with suppress(AttributeError):
            del stream.write


def _without_pager(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        _screen_of(context).paged = False


def _no_pager(hidden: bool = False) -> Callable[[F], F]:
    """An option that may be given before the command and, hidden in its help, after it."""
    return click.option(
        "--no-pager",
        is_flag=True,
        expose_value=False,
        hidden=hidden,
        callback=_without_pager,
        help="Print a long answer without the pager (DLTHEORY_PAGER, PAGER or `less`); may also "
        "follow the command.",
    )


def _debug(hidden: bool = False) -> Callable[[F], F]:
    """An option that `main` looks for; it may be given before the command and after it."""
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        hidden=hidden,
        help="Print the traceback of an unexpected error; may also follow the command.",
    )


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="dltheory-bib %(version)s")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar="DLTHEORY_DATA",
    help="Use a collection of your own: a directory with papers.yaml, or a papers file "
    "[environment: DLTHEORY_DATA]. Default: that of .dltheory.toml, else data/ of the clone of "
    "dltheory-bib in which you are, else that of your own settings, else the catalogue that was "
    "installed.",
)
@_no_pager()
@_debug()
@click.pass_context
def dltheory(context: click.Context, data: Path | None) -> None:
    """Query a curated, annotated bibliography of deep learning theory from the shell."""
    if context.invoked_subcommand is None:
        from dltheory_bib.cli.help import FIRST_STEPS

        click.echo(FIRST_STEPS, nl=False)
        return
    from dltheory_bib.cli.collection import choose_collection

    given = context.get_parameter_source("data") is click.core.ParameterSource.COMMANDLINE
    context.obj = choose_collection(data, "--data" if given else "DLTHEORY_DATA")


def bibliography() -> Bibliography:
    """Return the bibliography of the command line; compile it first if necessary."""
    from dltheory_bib.bibliography import load
    from dltheory_bib.cli.collection import chosen_collection

    path = chosen_collection().path
    if not sys.stderr.isatty():
        made = load(path)
    else:
        from dltheory_bib.cli.progress import CompileProgress

        with CompileProgress() as progress:
            made = load(path, progress)
    if conflicts := made.snapshot.conflicts:  # told once, when it was compiled
        records = "record takes" if conflicts == 1 else "records take"
        note(f"{conflicts} {records} the place of one below; `dltheory check` shows what to write")
    return made


def is_drawn() -> bool:
    """Return whether standard output is a terminal, or colour is forced."""
    return sys.stdout.isatty() or os.environ.get("FORCE_COLOR", "0") not in {"", "0"}


class _Screen:
    """Output drawn by a command for a terminal, shown at once when the command ends."""

    def __init__(self) -> None:
        self.paged = True
        self.height = 0
        self.drawn: list[str] = []
        self.notes: list[str] = []


def _screen_of(context: click.Context) -> _Screen:
    screen: _Screen = context.find_root().meta.setdefault(__name__, _Screen())
    return screen


def draw(renderable: RenderableType) -> None:
    """Print something drawn: with colour and in the width of the terminal, or else plain.

    At a terminal it is shown when the command ends, through a pager if it is longer than the
    screen. Plain output is neither wrapped nor cut. No line has trailing spaces.
    """
    from rich.console import Console

    if is_drawn():
        console = Console(highlight=False, emoji=False)
        with console.capture() as captured:
            console.print(renderable)
        screen = _screen_of(click.get_current_context())
        screen.height = console.height
        # A table fills its last column with blanks, and colour ends after them.
        screen.drawn.append(re.sub(_TRAILING_BLANKS, "", captured.get()))
        return
    console = Console(
        highlight=False, emoji=False, color_system=None, width=_UNLIMITED, legacy_windows=False
    )
    with console.capture() as captured:
        console.print(renderable)
    for line in captured.get().splitlines():
        sys.stdout.write(f"{line.rstrip()}\n")


_UNLIMITED = 100_000
_TRAILING_BLANKS = r"(?m)(?<! ) ++(?=(?: |\x1b\[[0-9;]*m)*$)"


def _show_all() -> None:
    """Show the drawn output, then the notes about it."""
    screen = _screen_of(click.get_current_context())
    if screen.drawn:
        from dltheory_bib.cli.pager import show

        show("".join(screen.drawn), screen.height, screen.paged)
        sys.stdout.flush()
    for message in screen.notes:
        sys.stderr.write(message)


def note(message: str) -> None:
    """Print a note on standard error, after the output drawn before it."""
    line = f"{visible(message)}\n"
    screen = _screen_of(click.get_current_context())
    if screen.drawn:
        screen.notes.append(line)
    else:
        sys.stderr.write(line)


def note_lists_read(what: str) -> None:
    """At a terminal, print how many reference lists the citations in an answer rest on."""
    from dltheory_bib.snapshot.views import lists_read

    if is_drawn():
        note(f"{what}: {lists_read(bibliography().snapshot)}")


def note_nothing_found() -> None:
    """Report that no work matches the command's query, and near matches."""
    from dltheory_bib.cli.nothing_found import nothing_found

    query = " ".join(click.get_current_context().params.get("query") or ())
    for line in nothing_found(bibliography(), query).splitlines():
        note(line)


def visible(text: str) -> str:
    """Return a message about a user's file with its control characters escaped."""
    if text.isprintable():
        return text
    from dltheory_bib.text.names import escaped

    return escaped(text)


def query_argument(required: bool = False) -> Callable[[F], F]:
    """The query, as a tuple of texts to be joined by spaces."""
    from dltheory_bib.cli.completion import complete_query

    return click.argument(
        "query",
        nargs=-1,
        required=required,
        callback=_with_quotes,
        shell_complete=complete_query,
    )


def _with_quotes(
    context: click.Context, _: click.Parameter, arguments: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the query as one text, with the quotes that the shell removed."""
    if context.resilient_parsing or not any(set(one) & set(" \t\n") for one in arguments):
        return arguments
    from dltheory_bib.cli.query_arguments import query_text

    if context.info_name == "read" and len(arguments) == 1 and ":" not in arguments[0]:
        from dltheory_bib.query.fields import find_topic

        # A topic of several words is read from its start; a phrase would not be.
        if find_topic(bibliography().snapshot, arguments[0]):
            return arguments
    phrases = context.info_name != "search"
    return (query_text(arguments, lambda: bibliography().snapshot, phrases=phrases),)


def key_argument(name: str = "key", many: bool = False, required: bool = True) -> Callable[[F], F]:
    """A key, an alias, an arXiv id or a DOI."""
    from dltheory_bib.cli.completion import complete_key

    return click.argument(
        name, nargs=-1 if many else 1, required=required, shell_complete=complete_key
    )


def format_option(*formats: str) -> Callable[[F], F]:
    """The machine-readable formats of a command."""
    return click.option(
        "-f",
        "--format",
        "format_",
        type=click.Choice(formats),
        help="Format for a program: no colour, nothing cut.",
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
