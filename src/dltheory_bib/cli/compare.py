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
@click.option("--setting", help="A set of assumptions that the question lists, by its id.")
@click.option(
    "--assume",
    metavar="NAMES",
    help="Grant these assumptions and what they imply; `any-data` grants all about data.",
)
@click.option(
    "--drop", metavar="NAMES", help="Do not grant these, nor what implies them; else everything."
)
@click.option("--year", metavar="YEARS", help="What was known by then: ..2020, 2018.., 2019.")
@click.option("--method", metavar="WORDS", help="Only this method: gradient-descent, SGD.")
@click.option("--best", is_flag=True, help="Only what is best, in the setting or in a listed one.")
@click.option("--by-year", is_flag=True, help="Sort by year instead of by strength.")
@click.option("--all", "everything", is_flag=True, help="Every card, not only what fits a screen.")
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
    setting: str | None,
    assume: str | None,
    drop: str | None,
    year: str | None,
    method: str | None,
    best: bool,
    by_year: bool,
    everything: bool,
    ignore_polylog: bool,
    plot: Path | None,
    symbol: str | None,
    quantity: str | None,
) -> None:
    """Compare the theorems that answer QUESTION; without one, list the questions.

    Without a setting, what is best in each setting of the question is shown. With --setting,
    --assume or --drop, the cards that apply are compared by bound and guarantee: a card applies if
    all that it assumes is granted. A star marks what is best there. Cards of which something was
    not read are listed apart, and never beat another.

    --assume grants the named assumptions and what they imply. --drop starts from everything, or
    from what is assumed, and takes the named ones away with what implies them. A unique prefix of a
    question's name is enough. Only works that match QUERY are shown.

    \b
    Example: dltheory compare
    Example: dltheory compare width-overparam --setting two-layer-relu
    Example: dltheory compare second-order --drop lipschitz-hessian --year ..2020
    Example: dltheory compare width-overparam year:2019.. --format latex
    """
    bib = bibliography()
    if question is None:
        _list_questions(bib, format_)
        return
    found = bib.compare(
        question,
        " ".join(query),
        ignore_polylog=ignore_polylog,
        best=best,
        setting=setting,
        assume=_names(assume),
        drop=_names(drop),
        year=year or "",
        method=method or "",
        by_year=by_year,
    )
    if plot is not None:
        _plot(found, plot, symbol, quantity)
        return
    if format_ is not None:
        sys.stdout.write(getattr(found, f"to_{format_}")())
        return
    _show(found, everything)


def _show(found: Comparison, everything: bool) -> None:
    table = found.table
    if not found and not table.may_apply and not table.beyond:
        note(f"no card on {table.question.id} matches")
        return
    from dltheory_bib.display.comparison_view import SCREEN, ComparisonTable

    shown = ComparisonTable(table, bibliography().snapshot.readable, None if everything else SCREEN)
    draw(shown)
    if table.setting is None and table.frontiers and not everything:
        note(f"--setting NAME shows one setting, --all also every card ({len(found)})")
    elif shown.left_out:
        note(f"{shown.left_out} more cards fit no screen; --all shows all")


def _names(text: str | None) -> list[str]:
    return [one.strip() for one in (text or "").split(",") if one.strip()]


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
