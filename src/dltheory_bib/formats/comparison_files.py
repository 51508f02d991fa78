r"""Export tables of result cards: to LaTeX, Markdown, and plain records.

The LaTeX needs booktabs and the packages that the cards' own mathematics needs; its first line
lists them. Bounds are given up to constants, as they are compared; `bound_tex` of a record is the
bound that the theorem prints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from dltheory_bib.formats.markdown import escape
from dltheory_bib.text.latex import is_formula, to_latex
from dltheory_bib.theorems.standings import STANDINGS
from dltheory_bib.theorems.theorem_table import Frontier, Group, Table, TableCard, TableRow

HOLDS = {
    "surely": "surely",
    "high-probability": "w.h.p.",
    "constant-probability": "const. prob.",
    "expectation": "in exp.",
    "asymptotically": "asympt.",
    None: "",
}
"""Return the guarantee of a statement, abbreviated."""
_CHECKED = {"full-text": "", "abstract": "abstract only", "secondary": "as quoted elsewhere"}
BEST = STANDINGS["best"]
"""Describe the mark of what is best in a setting."""

_FORMULA = re.compile(r"(\$[^$]*\$)")
_NEEDS = {
    "amsmath": r"\\(?:text|tfrac|dfrac|lVert|operatorname|boldsymbol)\b",
    "amssymb": r"\\(?:mathbb|mathfrak|lesssim|gtrsim|varnothing|preceq|succeq)\b",
}


def read_where(card: TableCard) -> str:
    """Return the version and the position that were read, and how directly the theorem itself was
    read.
    """
    place = f"{card.version}, {card.where}"
    known = {"full-text": True, "abstract": "abstract" in place, "secondary": "quoted" in place}
    return place if known[card.checked] else f"{place}, {_CHECKED[card.checked]}"


def records(table: Table) -> list[dict[str, Any]]:
    """Return a flat record for each card, with the same fields for all: for CSV and data frames.

    `bound` is the bound up to constants in Unicode, `bound_tex` as printed in the work. A field for
    each symbol contains the largest exponent as text if the bound is one monomial; a field for each
    column of the question contains the card's value. `standing` is what the card is in the setting
    that was asked for, `best_in` has the settings of the question in which it is best.
    """
    made = []
    question = table.question
    for group in table.groups:
        for row in group.rows:
            card = row.card
            exponents = {
                symbol.id: card.bound[0].get(symbol.id, "0") if len(card.bound) == 1 else ""
                for symbol in question.symbols
            }
            made.append(
                {
                    "card": card.id,
                    "work": card.work,
                    "authors": row.paper.authors,
                    "year": row.paper.year,
                    "venue": row.paper.venue,
                    "quantity": card.quantity or "",
                    "kind": card.kind,
                    "method": card.method or "",
                    "bound": row.text,
                    "bound_tex": card.bound_tex or row.tex,
                    **exponents,
                    "holds": card.holds or "",
                    "assumptions": "; ".join(card.assumptions),
                    "supposed": "; ".join(card.supposed),
                    "unknown": "; ".join(card.unknown),
                    "standing": row.standing,
                    "best_in": "; ".join(row.best_in),
                    **{column.id: card.values.get(column.id, "") for column in question.columns},
                    "statement": card.statement,
                    "version": card.version,
                    "where": card.where,
                    "checked": card.checked,
                    "improves": "; ".join(one["card"] for one in card.improves),
                    "note": card.note or "",
                }
            )
    return made


def to_csv(table: Table) -> str:
    """Return comma-separated values with a header (RFC 4180, but with Unix line ends)."""
    import csv
    import io

    rows = records(table)
    stream = io.StringIO()
    if rows:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return stream.getvalue()


# Markdown


def to_markdown(table: Table) -> str:
    """Return the groups as tables of GitHub-flavoured Markdown, with headings, and the legend."""
    parts = []
    for group in table.groups:
        heads = ["Bound"] * (not group.columns) + [column.label for column in group.columns]
        heads = ["", *heads, "Work", "Method", "Holds", "Assumes", "Where"]
        heads += ["Improves"] * improves_something(group)
        lines = [_line(escape(head) for head in heads), _line("---" for _ in heads)]
        lines += [_line(_cells(row, group)) for row in group.rows]
        parts.append(f"### {escape(group.title)}\n\n" + "\n".join(lines) + "\n")
    if any(row.best for group in table.groups for row in group.rows):
        parts.append(f"★ {BEST}.\n")
    if table.setting is None and table.frontiers:
        parts.append("### Best in each setting\n\n" + "".join(map(_frontier, table.frontiers)))
    if table.legend:
        items = [
            f"- **{mark}** {escape(one.label)}: {escape(one.definition)}\n"
            for mark, one in table.legend.items()
        ]
        parts.append("".join(items))
    return "\n".join(parts)


def improves_something(group: Group) -> bool:
    """Return whether a card of a group claims to improve another."""
    return any(row.card.improves for row in group.rows)


def _frontier(frontier: Frontier) -> str:
    """Return what is best in a setting, as an item of a list."""
    bounds = [
        f"{_cell(group.title)} {_cell(f'${row.tex}$')} `{row.card.work}`"
        for group in frontier.groups
        for row in group.rows
        if row.best
    ]
    listed = "; ".join(bounds) or "nothing that can be called best"
    return f"- **{escape(frontier.setting.label)}**: {listed}\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cells(row: TableRow, group: Group) -> list[str]:
    card = row.card
    if group.columns:
        shown = [_cell(card.values.get(column.id, "")) for column in group.columns]
    else:
        shown = [_cell(f"${row.tex}$") if row.tex else ""]
    label, address = row.paper.label, row.paper.address
    link = f"[{escape(label)}](<{address}>)" if address else label
    return [
        "★" if row.best else "",
        *shown,
        f"{link} `{card.work}`",
        _cell(card.method or ""),
        HOLDS[card.holds],
        " ".join(row.marks),
        _cell(read_where(card)),
        *[" ".join(f"`{one['card']}`" for one in card.improves)] * improves_something(group),
    ]


def _cell(text: str) -> str:
    """Escape a text for a cell: characters that would end the cell are replaced, also in
    mathematics.
    """
    parts = _FORMULA.split(text)
    return "".join(
        part.replace(r"\|", r"\Vert ").replace("|", r"\vert ") if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )


# LaTeX


def to_latex_table(table: Table) -> str:
    r"""Return a `table` environment for each group, with `\cite{key}`, and its assumptions below
    it.
    """
    body = "\n".join(_environment(table, group) for group in table.groups)
    needed = ["booktabs", *(name for name, pattern in _NEEDS.items() if re.search(pattern, body))]
    return f"% \\usepackage{{{','.join(needed)}}}\n{body}"


def _environment(table: Table, group: Group) -> str:
    question = table.question
    columns = _tex_columns(group)
    name = f"{question.id}-{group.quantity or 'statements'}-{group.kind}"
    lines = [
        r"\begin{table}",
        r"\centering"
        + (r"\scriptsize\setlength{\tabcolsep}{3pt}" if _is_wide(group) else r"\footnotesize"),
        rf"\caption{{{prose(question.label)}: {_lowered(prose(group.title))}.}}",
        rf"\label{{tab:{name}}}\par\smallskip",
        rf"\begin{{tabular}}{{@{{}}{''.join(column.shape for column in columns)}@{{}}}}",
        r"\toprule",
        " & ".join(prose(column.head) for column in columns) + r" \\",
        r"\midrule",
        *(
            " & ".join(column.start + column.cell(row) for column in columns) + r" \tabularnewline"
            for row in group.rows
        ),
        r"\bottomrule",
        r"\end{tabular}",
        *_footnote(table, group),
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


class _Column(NamedTuple):
    """A column of a LaTeX table: its head and its cells."""

    head: str
    cell: Callable[[TableRow], str]
    width: float = 0.0
    """As a fraction of the line; 0 for the natural width of the cells."""

    @property
    def shape(self) -> str:
        """Return the column as `tabular` declares it."""
        return rf"p{{{self.width:.3f}\linewidth}}" if self.width else "l"

    @property
    def start(self) -> str:
        """Keeps a narrow paragraph from being stretched."""
        return r"\raggedright\hspace{0pt}" if self.width else ""


def _tex_columns(group: Group) -> list[_Column]:
    """Return the columns that are not empty in this group."""
    columns = []
    if group.columns:
        texts = {c.id: [row.card.values.get(c.id, "") for row in group.rows] for c in group.columns}
        filled = [column for column in group.columns if any(texts[column.id])]
        weights = {c.id: _weight([c.label, *texts[c.id]]) for c in filled}
        room = 0.68 / sum(weights.values()) if weights else 0
        for c in filled:
            columns.append(_Column(c.label, _value(c.id), weights[c.id] * room))
    else:
        longest = max(len(row.text) for row in group.rows)
        columns.append(_Column("Bound", _tex_bound, 0.3 if longest > _SHORT else 0.0))
    columns.append(_Column("Work", lambda row: rf"\cite{{{row.card.work}}}"))
    if not _is_wide(group) and any(row.card.method for row in group.rows):
        columns.append(_Column("Method", lambda row: prose(row.card.method or ""), 0.25))
    if any(row.card.holds for row in group.rows):
        how = {name: text.replace(". ", r".\ ") for name, text in HOLDS.items()}
        columns.append(_Column("Holds", lambda row: how[row.card.holds]))
    marks = max((len(", ".join(row.marks)) for row in group.rows), default=0)
    if marks:
        width = 0.12 if marks > _SHORT / 2 else 0.0
        columns.append(_Column("Assumes", lambda row: ", ".join(row.marks), width))
    return columns


_SHORT = 26
"""Texts up to this length need no column of a fixed width."""
_MANY = 4
"""Tables with more columns than this are set narrower."""


def _is_wide(group: Group) -> bool:
    return len(group.columns) > _MANY


def _value(name: str) -> Callable[[TableRow], str]:
    return lambda row: prose(row.card.values.get(name, ""))


def _weight(texts: list[str]) -> float:
    """Return the fraction of the line for a column of these texts; its longest word must fit."""
    words = [word for text in texts for word in _FORMULA.sub("xxxx", text).split()]
    longest = max(map(len, words), default=1)
    return float(max(longest, (sum(map(len, texts)) / len(texts)) ** 0.75))


def _tex_bound(row: TableRow) -> str:
    shown = f"${row.tex}$" if is_formula(row.tex) else "--"
    return shown + (r"\rlap{$^{\star}$}" if row.best else "")


def _footnote(table: Table, group: Group) -> Iterable[str]:
    used = {mark for row in group.rows for mark in row.marks}
    notes = [f"{mark}: {prose(one.label)}" for mark, one in table.legend.items() if mark in used]
    if any(row.best for row in group.rows):
        notes.insert(0, rf"$\star$: {BEST}")
    if notes:
        yield rf"\par\smallskip\parbox{{0.95\linewidth}}{{\raggedright {'; '.join(notes)}.}}"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def prose(text: str) -> str:
    """Convert a text with mathematics between dollar signs to LaTeX; ASCII except for letters
    without a command.

    >>> prose("50% of $x_1$")
    '50\\\\% of $x_1$'
    """
    return "".join(
        part if number % 2 and is_formula(part[1:-1]) else to_latex(part, "latex")
        for number, part in enumerate(_FORMULA.split(text))
    )
