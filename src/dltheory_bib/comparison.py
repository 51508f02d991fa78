"""A table of result cards."""

from __future__ import annotations

import json
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dltheory_bib.display.printable import Printable
from dltheory_bib.errors import MissingExtraError
from dltheory_bib.snapshot.comparisons import comparison_table, find_setting, question_record
from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.snapshot.result_rows import cards_on, questions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from rich.console import RenderableType

    from dltheory_bib.models.theorem import Question, Result
    from dltheory_bib.theorems.dominance import Vocabulary
    from dltheory_bib.theorems.improvements import Improvements
    from dltheory_bib.theorems.theorem_table import Table


class Comparison(Printable):
    """The cards that answer a question, in groups, the better bound first.

    A group contains cards of one kind that bound one quantity; `table.groups` are its rows. With a
    setting, they are the cards that apply in it, and a star marks what is best there, as defined in
    `theorems.standings`; there can be several, with incomparable bounds or guarantees. Without one,
    `table.frontiers` has what is best in each setting that the question lists. The table is text,
    so that no format needs the records.
    """

    def __init__(self, table: Table, snapshot: Snapshot) -> None:
        self.table = table
        self._snapshot = snapshot

    @cached_property
    def question(self) -> Question:
        """The question."""
        return questions(self._snapshot)[self.table.question.id]

    @cached_property
    def cards(self) -> list[Result]:
        """The cards, in the order of the table."""
        known = {card.id: card for _, card in cards_on(self._snapshot, self.table.question.id)}
        return [known[row.card.id] for group in self.table.groups for row in group.rows]

    @property
    def best(self) -> list[Result]:
        """The cards that are best in the setting, or else in one that the question lists."""
        rows = [row for group in self.table.groups for row in group.rows]
        best = {row.card.id for row in rows if (row.best if self.table.setting else row.best_in)}
        return [card for card in self.cards if card.id in best]

    @property
    def standings(self) -> dict[str, str]:
        """What each ranked card that applies is in the setting: best, beaten, alone or open; empty
        without a setting. `theorems.standings.STANDINGS` explains the words.
        """
        rows = [row for group in self.table.groups for row in group.rows]
        return {row.card.id: row.standing for row in rows if row.standing}

    @property
    def may_apply(self) -> list[str]:
        """The ids of the cards that apply in the setting if they assume no more than was read."""
        return [row.card.id for row in self.table.may_apply]

    @property
    def missing(self) -> dict[str, list[str]]:
        """What each card that does not apply in the setting needs besides, the least first."""
        return {row.card.id: list(row.missing) for row in self.table.beyond}

    def __len__(self) -> int:
        return sum(len(group.rows) for group in self.table.groups)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.cards)

    def __repr__(self) -> str:
        groups = len(self.table.groups)
        many = f"{len(self)} {'card' if len(self) == 1 else 'cards'}"
        return f"<Comparison {self.table.question.id}: {many} in {groups} groups>"

    # Export

    def to_latex(self) -> str:
        r"""Return a `table` for each group, with booktabs and `\\cite{key}`; it compiles without
        changes.
        """
        from dltheory_bib.formats.comparison_files import to_latex_table

        return to_latex_table(self.table)

    def to_markdown(self) -> str:
        """Return tables of GitHub-flavoured Markdown, and the assumptions with their
        definitions.
        """
        from dltheory_bib.formats.comparison_files import to_markdown

        return to_markdown(self.table)

    def to_csv(self) -> str:
        """Return one line per card, with a header."""
        from dltheory_bib.formats.comparison_files import to_csv

        return to_csv(self.table)

    def to_html(self) -> str:
        """Return a fragment of HTML, as shown in a notebook; mathematics is between dollar
        signs.
        """
        from dltheory_bib.display.comparison_view import comparison_html

        return comparison_html(self.table)

    def to_json(self) -> str:
        """Return the question and its cards with the field names of the data files.

        Each ranked card has the further field `best_in`, the settings of the question in which it
        is best. With a setting, cards have a `standing`, and `may_apply` and `missing` are those of
        Python.
        """
        cards: list[dict[str, Any]] = []
        for group in self.table.groups:
            for row in group.rows:
                more: dict[str, Any] = {"best_in": list(row.best_in)} if row.ranked else {}
                cards.append({**row.record, **more})
                if row.standing:
                    cards[-1]["standing"] = row.standing
        question = question_record(self._snapshot, self.table.question.id)
        made: dict[str, Any] = {"question": question}
        if setting := self.table.setting:
            made["setting"] = {"assume": list(setting.assumptions), "drop": list(setting.drop)}
        made["cards"] = cards
        if setting:
            made |= {"may_apply": self.may_apply, "missing": self.missing}
        return json.dumps(made, ensure_ascii=False, indent=2) + "\n"

    def to_dataframe(self) -> pd.DataFrame:
        """Return a pandas data frame with one row per card, indexed by the card's id.

        Raises `MissingExtraError` without the extra `pandas`.
        """
        try:
            import pandas as pd
        except ImportError:
            raise MissingExtraError("to_dataframe()", "pandas") from None
        from dltheory_bib.formats.comparison_files import records

        return pd.DataFrame(records(self.table), columns=None).set_index("card")

    # Display

    def plot(self, symbol: str | None = None, quantity: str | None = None) -> Axes:
        """Draw exponent against year, with the frontier, as described in `display.bound_chart`.

        Raises `MissingExtraError` without the extra `plots`, `UnknownNameError` for a symbol or a
        quantity that the question does not have, and `ValueError` if there is nothing to draw.
        """
        from dltheory_bib.display.bound_chart import draw_frontier

        return draw_frontier(self.table, symbol, quantity)

    def save_plot(
        self, path: str | PathLike[str], symbol: str | None = None, quantity: str | None = None
    ) -> None:
        """Write that picture as SVG."""
        from dltheory_bib.display.bound_chart import frontier_svg

        frontier_svg(self.table, Path(path), symbol, quantity)

    def __rich__(self) -> RenderableType:
        from dltheory_bib.display.comparison_view import ComparisonTable

        return ComparisonTable(self.table, self._snapshot.readable)

    def _repr_html_(self) -> str:
        return self.to_html()


def compare(
    snapshot: Snapshot,
    question: str,
    query: str = "",
    ignore_polylog: bool = False,
    best: bool = False,
    setting: str | None = None,
    assume: Iterable[str] = (),
    drop: Iterable[str] = (),
    year: str = "",
    method: str = "",
    by_year: bool = False,
) -> Comparison:
    """Return the cards on a question; `Bibliography.compare` describes the options."""
    from dltheory_bib.query.keywords import query_of
    from dltheory_bib.query.run import ask

    def works(text: str) -> frozenset[int] | None:
        asked = query_of(text, {})  # which says so if a query is no text
        return frozenset(ask(snapshot, asked)) if text.strip() else None

    table = comparison_table(
        snapshot,
        question,
        works(query),
        ignore_polylog,
        best,
        find_setting(snapshot, question, setting, assume, drop),
        works(f"year:{year.strip()}" if year.strip() else ""),
        method,
        by_year,
    )
    return Comparison(table, snapshot)


def improvements_of(
    snapshot: Snapshot,
    cards: Iterable[Result],
    questions: Mapping[str, Question],
    vocabulary: Vocabulary,
) -> list[Improvements]:
    """Trace who improved the bound of each of some cards, and by how much."""
    from dltheory_bib.theorems.improvements import improvements

    made = []
    for card in cards:
        around = [one for _, one in cards_on(snapshot, card.question)]
        made.append(improvements(card, around, questions[card.question], vocabulary))
    return made
