"""Show help: help."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from dltheory_bib.cli.app import QueryCommand, dltheory, draw

FIRST_STEPS = """\
A bibliography of deep learning theory, from the shell. First steps:
  dltheory topics                        the topics
  dltheory read ntk                      what to read on one, in order, and why
  dltheory search spurious local minima  search by keyword
  dltheory list topic:ntk year:2020..    ... by topic, author, year, relation
  dltheory show jacot2018neural          one work: summary, idea, relations
  dltheory compare width-overparam       compare theorems, best first
  dltheory export topic:ntk -o ntk.bib   BibTeX for matching works
  dltheory fix refs.bib                  update your own .bib
More: dltheory --help, dltheory help COMMAND, dltheory help query
"""
"""The output of `dltheory` without arguments."""

_LANGUAGE = """\
A query consists of terms: words, "words in a row", or a field and its value. Terms are combined
with AND; `or` binds weaker, `not` or `-` negates the next term, and parentheses group.

\b
  topic:saddle-escape author:jin year:2017..2019
  "spurious local minima" not type:preprint
  (topic:ntk or topic:mean-field) cites:jacot2018neural

The shell interprets quotes and parentheses. A value of several words may be quoted as usual
(topic:"lazy training"); put a query with parentheses into single quotes. Write bounds as
year:2017.. or year:..2019, and `not` instead of `-` at the start.
"""


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    names = [*dltheory.list_commands(click.Context(dltheory)), "query"]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@dltheory.command("help", short_help="Show help on a command, or on the query language.")
@click.argument("words", nargs=-1, metavar="[COMMAND]", shell_complete=_complete)
@click.pass_context
def help_(context: click.Context, words: tuple[str, ...]) -> None:
    """Show the help of COMMAND, of the query language with `query`, or of the program.

    \b
    Example: dltheory help
    Example: dltheory help lineage
    Example: dltheory help query
    """
    from rich.text import Text

    root = context.find_root()
    if words == ("query",):
        command: click.Command = QueryCommand("query", help=_LANGUAGE, add_help_option=False)
        inner = click.Context(command, info_name="query", parent=root)
        draw(Text(command.get_help(inner).partition("\n\n")[2]))
        return
    command, inner = dltheory, root
    for word in words:
        if not isinstance(command, click.Group):
            raise click.UsageError(f"{inner.command_path} has no command {word!r}", inner)
        _, found, _ = command.resolve_command(inner, [word])
        assert found is not None
        command = found
        inner = click.Context(command, info_name=word, parent=inner)
    draw(Text(command.get_help(inner)))
