"""Commands on result cards: compare."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dltheory_bib.cli.app import QueryCommand, bibliography, dltheory, draw, note, query_argument
from dltheory_bib.cli.completion import complete_question

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.comparison import Comparison

_SHORT = 3
"""Number of cards of each kind shown by default."""


@dltheory.command(cls=QueryCommand, short_help="Compare theorems, the best bound first.")
@click.argument("question", required=False, shell_complete=complete_question)
@query_argument()
@click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(["latex", "markdown", "csv", "html", "json"]),
    help="Print for a document or a program; `latex` needs booktabs.",
)
@click.option("--best", is_flag=True, help="Only the cards that no other card strictly dominates.")
@click.option(
    "--all", "everything", is_flag=True, help="Every card, not only the first of each kind."
)
@click.option("--ignore-polylog", is_flag=True, help="Compare without logarithms.")
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a chart of exponent against year as SVG; needs the extra `plots`.",
)
@click.option("--symbol", help="The symbol whose exponent --plot shows.")
@click.option("--quantity", help="The quantity in --plot.")
def compare(
    question: str | None,
    query: tuple[str, ...],
    format_: str | None,
    best: bool,
    everything: bool,
    ignore_polylog: bool,
    plot: Path | None,
    symbol: str | None,
    quantity: str | None,
) -> None:
    """Compare the theorems that answer QUESTION; without one, list the questions.

    The best bounds come first; three of each kind are shown, and with --all or --best all of them.
    A unique prefix of a question's name is enough. Only works that match QUERY are shown. Letters
    denote the assumptions, listed below each table; a star marks a card that no other dominates.
    Card A dominates card B if both bound the same quantity, A's assumptions follow from B's, and
    A's guarantee and bound are at least as strong.

    \b
    Example: dltheory compare
    Example: dltheory compare second-order-stationary --best
    Example: dltheory compare width-overparam year:2019.. --format latex
    """
    bib = bibliography()
    if question is None:
        _list_questions(bib, format_)
        return
    found = bib.compare(question, " ".join(query), ignore_polylog=ignore_polylog, best=best)
    if plot is not None:
        _plot(found, plot, symbol, quantity)
        return
    if not found and format_ is None:
        note(f"no card on {found.table.question.id} matches")
        return
    if format_ is None:
        from dltheory_bib.display.comparison_view import ComparisonTable

        most = None if everything or best else _SHORT
        table = ComparisonTable(found.table, bib.snapshot.readable, most)
        draw(table)
        if table.left_out:
            cards = len(found)
            note(f"{cards - table.left_out} of {cards} cards; --all shows all, --best the best")
    else:
        sys.stdout.write(getattr(found, f"to_{format_}")())


def _plot(found: Comparison, path: Path, symbol: str | None, quantity: str | None) -> None:
    try:
        found.save_plot(path, symbol, quantity)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror or error}") from None
    note(f"wrote {path}")


def _list_questions(bib: Bibliography, format_: str | None) -> None:
    from dltheory_bib.snapshot import views

    listed = views.questions(bib.snapshot)
    if format_ == "json":
        import json

        records = views.stored(bib.snapshot, "question")
        rows = [records[one.id] | {"cards": one.cards} for one in listed]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if format_:
        raise click.UsageError("name a question; without one the formats are text and json")
    if not listed:
        note("this collection has no questions; add them in questions.yaml")
        return
    from dltheory_bib.display.comparison_view import question_list

    draw(question_list(listed, bib.snapshot.readable))
