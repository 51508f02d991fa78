"""Comparison tables: what they show, in Python, in the terminal, and in other programs."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from dltheory_bib import Bibliography, QueryError, UnknownNameError, load
from dltheory_bib.cli.main import main
from dltheory_bib.comparison import Comparison
from dltheory_bib.display.bound_chart import Point, frontier, panels_of, points_of
from dltheory_bib.source.folders import shipped_directory
from dltheory_bib.theorems.theorem_table import TableSetting
from helpers.programs import needs, run_program

SGR = re.compile(r"\x1b\[[0-9;]*m")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tea(catalogue_dir: Path) -> Bibliography:
    return load(catalogue_dir)


@pytest.fixture
def times(tea: Bibliography) -> Comparison:
    return tea.compare("steeping-time")


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, catalogue_dir: Path
) -> Run:
    """Ask the tea catalogue; with `width`, draw as at a terminal that wide."""
    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DLTHEORY_DATA", str(catalogue_dir))
    monkeypatch.setenv("TERM", "xterm-256color")

    def run(*arguments: str, width: int = 0) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            if width:
                patch.setenv("FORCE_COLOR", "1")
                patch.setenv("COLUMNS", str(width))
            code = main(arguments)
        said = capsys.readouterr()
        return code, SGR.sub("", said.out), said.err

    return run


# The table


def test_a_group_for_each_kind_and_quantity_the_best_bound_first(times: Comparison) -> None:
    shown = [
        (group.title, [(row.card.id, row.text, bool(row.best_in)) for row in group.rows])
        for group in times.table.groups
    ]
    assert shown == [
        (
            "Upper bounds on minutes",
            [
                ("no2001steeping-log", "ε⁻⁷⸍⁴ log²(1/ε) + log n", True),
                ("abel1992water-soft", "ε⁻² polylog n", False),
                ("abel1990leaves-square-root", "ε⁻² n", False),
            ],
        ),
        ("Lower bounds on minutes", [("abel1992water-lower", "ε⁻¹", False)]),
        (
            "Upper bounds on stirs of the spoon",
            [("ost2003programsii-stirring", "min(n, h(ε))", False)],
        ),
    ]


def test_assumptions_are_marks_the_most_frequent_first(times: Comparison) -> None:
    legend = {mark: one.id for mark, one in times.table.legend.items()}
    assert legend == {
        "a": "hot",
        "b": "any-water",
        "c": "boiling",
        "d": "fine-leaves",
        "e": "stirring",
    }
    marks = [row.marks for group in times.table.groups for row in group.rows]
    assert marks == [("b",), ("a",), ("a",), ("c", "d"), ("a", "e")]


def test_a_query_narrows_what_is_shown_not_what_is_best(tea: Bibliography) -> None:
    some = tea.compare("steeping-time", "author:abel year:1992")
    assert [one.id for one in some.cards] == ["abel1992water-soft", "abel1992water-lower"]
    assert some.best == []
    best = tea.compare("steeping-time", best=True)
    assert [one.id for one in best.best] == ["no2001steeping-log"]
    assert best.best == best.cards
    with pytest.raises(QueryError, match="unknown author"):
        tea.compare("steeping-time", "author:nobody")


@pytest.mark.parametrize(
    "name", ["steeping-time", "steep", "Brewing Time", "brewing", "time until"]
)
def test_a_question_has_several_names(tea: Bibliography, name: str) -> None:
    assert tea.question(name).id == "steeping-time"


def test_an_unknown_question_names_the_nearest(tea: Bibliography) -> None:
    with pytest.raises(UnknownNameError, match=r"no question 'steping-time'; did you mean steep"):
        tea.compare("steping-time")
    with pytest.raises(UnknownNameError, match="no question ''"):
        tea.compare("")


def test_a_statement_is_a_row_of_its_question_s_columns(tea: Bibliography) -> None:
    (group,) = tea.compare("cup-material").table.groups
    assert [column.id for column in group.columns] == ["warm", "material"]
    assert dict(group.rows[0].card.values) == {"warm": "never", "material": "tin"}
    assert not group.rows[0].ranked


def test_works_and_their_cards_are_found_from_either_side(tea: Bibliography) -> None:
    assert [one.id for one in tea.results_of("abel1991water")] == [
        "abel1992water-lower",
        "abel1992water-soft",
    ]
    assert tea.results_of("ost2004programsiii") == []
    assert len(tea.results) == 6
    assert tea.where("has:results year:..1992").keys == ["abel1990leaves", "abel1992water"]
    assert tea.where("question:cup").keys == ["ost1995kettles"]
    with pytest.raises(QueryError, match="unknown question 'cap'"):
        tea.where("question:cap")


# Other people's formats


def test_json_holds_the_question_and_the_cards_as_the_files_do(times: Comparison) -> None:
    made = json.loads(times.to_json())
    assert made["question"]["id"] == "steeping-time"
    card = made["cards"][0]
    assert card["bound"] == [{"eps": "-7/4 log^2"}, {"n": "log"}]
    assert card["best_in"] == ["hot-water"]
    assert "best_in" not in made["cards"][-1]
    assert "standing" not in card


def test_csv_and_data_frame_say_the_same(times: Comparison) -> None:
    rows = list(csv.DictReader(io.StringIO(times.to_csv())))
    frame = times.to_dataframe()
    assert list(frame.index) == [row["card"] for row in rows] == [one.id for one in times.cards]
    assert rows[1]["eps"] == frame.loc["abel1992water-soft", "eps"] == "-2"
    assert rows[0]["eps"] == ""  # a sum has no exponent
    assert frame.loc["no2001steeping-log", "best_in"] == "hot-water"
    assert rows[-1]["bound_tex"] == r"\min(n, h(\varepsilon))"


def test_markdown_keeps_mathematics_and_escapes_the_rest(catalogue_dir: Path) -> None:
    results = catalogue_dir / "results.yaml"
    text = results.read_text(encoding="utf-8")
    hostile = "method: '<b>a|b</b> $|x| \\|y\\|$'"
    results.write_text(text.replace("method: Soft water", hostile), encoding="utf-8")
    made = load(catalogue_dir).compare("steeping-time").to_markdown()
    assert r"\<b\>a\|b\</b\> $\vert x\vert  \Vert y\Vert $" in made
    lines = [line for line in made.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {8, 9}
    assert "| ★ | $\\varepsilon^{-2} n$ | Abel 1990 `abel1990leaves`" not in made  # it has a DOI
    assert "[Abel 1990](<https://doi.org/10.1234/leaves.1>) `abel1990leaves`" in made


def test_html_escapes_everything_and_shows_itself(catalogue_dir: Path) -> None:
    results = catalogue_dir / "results.yaml"
    text = results.read_text(encoding="utf-8")
    hostile = "method: '<script>alert(1)</script>'"
    results.write_text(text.replace("method: Soft water", hostile), encoding="utf-8")
    times = load(catalogue_dir).compare("steeping-time")
    assert "<script>" not in times.to_html()
    assert "&lt;script&gt;" in times.to_html()
    assert times._repr_html_() == times.to_html()
    assert r"$\varepsilon^{-2} n$" in times.to_html()


HARD = r"method: '50% of #1 & a_b ~ ^2 \ {x} < “é” $x_1^{2}$ $\lambda$'"


@pytest.mark.slow
@pytest.mark.parametrize("question", ["steeping-time", "cup-material"])
def test_latex_compiles_with_booktabs_alone(
    catalogue_dir: Path, tmp_path: Path, question: str
) -> None:
    results = catalogue_dir / "results.yaml"
    text = results.read_text(encoding="utf-8")
    results.write_text(text.replace("method: Soft water", HARD), encoding="utf-8")
    made = load(catalogue_dir).compare(question).to_latex()
    assert made.startswith("% \\usepackage{booktabs}\n")
    assert complaints(tmp_path, made, "booktabs") == []


def complaints(folder: Path, table: str, packages: str) -> list[str]:
    """What pdfLaTeX says is wrong with a document that holds a table; citations are unknown."""
    (folder / "doc.tex").write_text(
        rf"\documentclass{{article}}\usepackage{{{packages}}}\begin{{document}}"
        f"\n{table}\n" + r"\end{document}",
        encoding="utf-8",
    )
    latex = needs("pdflatex")
    run_program(latex, "-interaction=nonstopmode", "-draftmode", "doc.tex", cwd=folder)
    log = (folder / "doc.log").read_text(encoding="utf-8", errors="replace")
    assert "Output written" in log or "No pages" not in log
    return [line for line in log.splitlines() if re.search(r"^!|Missing character", line)]


@pytest.mark.latex
@pytest.mark.slow
def test_latex_of_every_shipped_question_compiles(catalogue: Bibliography, tmp_path: Path) -> None:
    """With the packages that its first line names."""
    tables = [catalogue.compare(name).to_latex() for name in catalogue.questions]
    packages = {"booktabs"}
    for table in tables:
        packages.update(re.findall(r"\{(.*?)\}", table.partition("\n")[0])[0].split(","))
    joined = "\n\\clearpage\n".join(tables) or "None."
    assert complaints(tmp_path, joined, ",".join(sorted(packages))) == []


# The terminal


def test_without_a_question_they_are_listed_with_their_numbers(run: Run) -> None:
    code, out, err = run("compare")
    assert (code, err) == (0, "")
    assert "Time until tea is ready  steeping-time  5 cards of 4 works\n" in out
    assert "Which cups keep tea warm  cup-material  1 card of 1 work\n" in out
    code, out, _ = run("compare", "--format", "json")
    assert [(one["id"], one["cards"]) for one in json.loads(out)] == [
        ("cup-material", 1),
        ("steeping-time", 5),
    ]
    assert run("compare", "--format", "csv")[0] == 2


@pytest.mark.parametrize("format_", ["latex", "markdown", "csv", "html", "json"])
def test_every_format_is_that_of_python(run: Run, times: Comparison, format_: str) -> None:
    code, out, err = run("compare", "steeping-time", "--format", format_)
    assert (code, err) == (0, "")
    assert out == getattr(times, f"to_{format_}")()


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("question", ["steeping-time", "cup-material"])
def test_what_is_drawn_fits_the_width_and_loses_nothing(
    run: Run, question: str, width: int
) -> None:
    code, out, _ = run("compare", question, "--all", width=width)
    assert code == 0
    assert max(map(cell_len, out.splitlines())) <= width
    assert "…" not in out
    letters = re.sub(r"\s", "", out)
    for word in {"steeping-time": ["no2001steeping", "ε⁻⁷⸍⁴", "Anywater"]}.get(question, ["tin"]):
        assert word in letters


def test_a_pipe_gets_plain_text(run: Run) -> None:
    code, out, err = run("compare", "steeping-time", "--setting", "hot-water")
    assert (code, err) == (0, "")
    assert "★ ≤ ε⁻⁷⸍⁴ log²(1/ε) + log n  no2001steeping 2001, w.h.p.\n" in out
    assert not re.search(r"[ \t]\n", out)


def test_what_finds_nothing_says_so(run: Run) -> None:
    code, out, err = run("compare", "steeping-time", "year:1995")
    assert (code, out, err) == (0, "", "no card on steeping-time matches\n")
    code, out, err = run("compare", "steping-time")
    assert (code, out) == (1, "")
    assert err == "dltheory: no question 'steping-time'; did you mean steeping-time?\n"
    _, _, err = run("compare", "warm")
    assert err == "dltheory: no question 'warm'; did you mean cup-material?\n"


def test_a_word_leads_to_the_questions_it_is_about(bib: Bibliography) -> None:
    """One that no question mentions leads to those that works with this word answer."""
    assert not any("saddle" in f"{one.label} {one.definition}" for one in bib.questions.values())
    with pytest.raises(UnknownNameError) as caught:
        bib.compare("saddle")
    assert caught.value.nearest[0] == "second-order-stationary"
    with pytest.raises(UnknownNameError) as caught:
        bib.compare("xyzzy")
    assert caught.value.nearest == ()


SCREENS = [
    *((one, ()) for one in ("first-order", "second-order", "width", "depth", "generalisation")),
    ("second-order", ("--setting", "two-queries")),
    ("width", ("--assume", "relu,two-layers")),
    ("first-order", ("--drop", "lipschitz-hessian")),
]


@pytest.mark.catalogue
@pytest.mark.parametrize(("question", "options"), SCREENS)
def test_a_comparison_fits_a_screen_unless_all_is_asked_for(
    run: Run, question: str, options: tuple[str, ...]
) -> None:
    """24 lines of 80 columns, the note included; `--all` has every card, in words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLTHEORY_DATA", str(shipped_directory()))
        _, short, said = run("compare", question, *options, width=80)
        _, everything, nothing = run("compare", question, *options, "--all", width=80)
        plain = json.loads(run("compare", question, *options, "--format", "json")[1])
    lines = short.splitlines()
    assert len(lines) + len(said.splitlines()) <= 24
    assert max(map(cell_len, [*lines, *everything.splitlines()])) <= 80
    assert nothing == ""
    assert all(card["work"] in everything for card in plain["cards"])


def test_a_lower_bound_applies_if_its_instance_has_what_is_granted(tea: Bibliography) -> None:
    """Boiling water with fine leaves has all that is granted; not what everything would grant."""
    granted = tea.compare("steeping-time", assume=["boiling", "fine-leaves"])
    assert granted.standings["abel1992water-lower"] == "alone"
    (upper,) = [group for group in granted.table.groups if group.kind == "upper"]
    assert (upper.gap, upper.lower) == ("open", ("abel1992water-lower",))
    assert "abel1992water-lower" in tea.compare("steeping-time", drop=["stirring"]).may_apply


def test_where_nothing_applies_the_nearest_are_shown(run: Run) -> None:
    """With what each needs besides; cards that need what is dropped are not among them."""
    _, out, _ = run("compare", "steeping-time", "--assume", "fine-leaves", width=80)
    assert "needs Boiling water" in out.replace("\n    ", " ")
    assert out.index("abel1992water") < out.index("no2001steeping")
    options = ("--assume", "fine-leaves", "--drop", "hot")
    _, out, _ = run("compare", "steeping-time", *options, width=80)
    assert "no2001steeping" in out
    assert "abel" not in out


def test_assumptions_are_in_words(run: Run) -> None:
    """Those of each card, those that are supposed marked; a setting's own are not repeated."""
    _, out, _ = run("compare", "steeping-time", "--all", width=80)
    assert "assumes Hot water" in out
    _, out, _ = run("compare", "steeping-time", "--setting", "hot-water", width=80)
    assert out.startswith("Time until tea is ready: Hot water\nε distance from the limit")
    assert "assumes" not in out


# Settings


def test_a_setting_has_the_cards_that_apply_and_what_is_best(tea: Bibliography) -> None:
    found = tea.compare("steeping-time", setting="hot-water")
    assert found.standings == {
        "no2001steeping-log": "best",
        "abel1992water-soft": "beaten",
        "abel1990leaves-square-root": "alone",  # it holds surely
    }
    assert [one.id for one in found.best] == ["no2001steeping-log"]
    assert "Steeping twice; assumes Any water" not in str(found)
    assert "Steeping twice; improves abel1992water-soft" in str(found)
    assert found.missing == {"abel1992water-lower": ["boiling", "fine-leaves"]}
    assert json.loads(found.to_json())["setting"] == {"assume": ["hot"], "drop": []}


def test_assume_grants_what_follows_and_drop_takes_away_what_implies(tea: Bibliography) -> None:
    boiling = tea.compare("steeping-time", assume=["Boiling water"])
    assert {card.id for card in boiling.cards} == {
        "abel1990leaves-square-root",
        "abel1992water-soft",
        "no2001steeping-log",
    }
    assert tea.compare("steeping-time", assume=["any-water"]).table.groups[0].rows[0].best is False
    without = tea.compare("steeping-time", drop=["hot"])
    assert [card.id for card in without.cards] == ["no2001steeping-log"]
    assert without.standings == {"no2001steeping-log": "alone"}
    wild = tea.compare("steeping-time", assume=["any-problem"])
    assert len(wild) == 3
    assert tea.compare("steeping-time", assume=["dust", "boiling"]).table.setting == TableSetting(
        "", "Fine leaves, Boiling water", ["fine-leaves", "boiling"], []
    )
    for names in (["cold"], ["water"]):
        with pytest.raises(UnknownNameError):
            tea.compare("steeping-time", assume=names)
    with pytest.raises(UnknownNameError, match="hot-water"):
        tea.compare("steeping-time", setting="cold-water")


def test_what_was_known_depends_on_the_year_and_the_method(tea: Bibliography) -> None:
    old = tea.compare("steeping-time", setting="hot-water", year="..1999")
    assert old.standings == {"abel1992water-soft": "alone", "abel1990leaves-square-root": "alone"}
    twice = tea.compare("steeping-time", setting="hot-water", method="steeping-twice")
    assert twice.standings == {"no2001steeping-log": "alone"}
    by_year = tea.compare("steeping-time", by_year=True)
    assert [card.id for card in by_year.cards][:3] == [
        "abel1990leaves-square-root",
        "abel1992water-soft",
        "no2001steeping-log",
    ]


def test_show_lists_the_cards_of_a_work(run: Run) -> None:
    code, out, _ = run("show", "abel1992water", "--all")
    assert code == 0
    shown = out[out.index("Results\n") :]
    assert "abel1992water-soft  Time until tea is ready: upper bound on minutes" in shown
    assert "Õ(ε⁻²)" in shown
    assert "read: KETTLE 1992, Theorem 2 (checked against the abstract)" in shown
    (record,) = json.loads(run("show", "abel1992water", "--format", "json")[1])
    assert [one["id"] for one in record["results"]] == ["abel1992water-lower", "abel1992water-soft"]
    (record,) = json.loads(run("show", "ost2004programsiii", "--format", "json")[1])
    assert "results" not in record


def test_the_card_of_a_work_shows_them_in_a_notebook(tea: Bibliography) -> None:
    made = tea.view("abel1992water")._repr_html_()
    assert r"$\tilde O(\varepsilon^{-2})$" in made
    assert "abel1992water-soft" in made


# Who improved what


def test_lineage_of_results_says_by_how_much(run: Run) -> None:
    code, out, err = run("lineage", "--results", "abel1992water-soft")
    assert (code, err) == (0, "")
    assert out == (
        "abel1992water-soft  Abel and Øst 1992  ε⁻² polylog n\n"
        "improves\n"
        "└── abel1990leaves-square-root  Abel 1990  ε⁻² n\n"
        "    exponent of n: 1 → polylog\n"
        "    Replaces a linear dependence on the number of leaves by a polylogarithmic one.\n"
        "improved by\n"
        "└── no2001steeping-log  No 2001  ε⁻⁷⸍⁴ log²(1/ε) + log n\n"
        "    no longer assumes: Hot water\n"
        "    Needs no hot water and a smaller power of 1/ε.\n"
        "Known to be at least as strong in every respect:\n"
        "  no2001steeping-log  No 2001  ε⁻⁷⸍⁴ log²(1/ε) + log n\n"
    )


def test_lineage_of_a_work_is_that_of_each_of_its_cards(run: Run) -> None:
    code, out, _ = run("lineage", "--results", "abel1992water", "--back")
    assert code == 0
    assert "improved by" not in out
    assert "abel1992water-lower" in out
    assert "abel1992water-soft" in out
    code, out, err = run("lineage", "--results", "ost2004programsiii")
    assert (code, out, err) == (0, "", "ost2004programsiii: no result card\n")
    assert run("lineage", "--results", "nobody2000")[0] == 1


# The picture


def test_a_frontier_joins_what_was_better_than_all_before() -> None:
    points = [
        Point(year, value, "upper", "A")
        for year, value in [(2015, 4), (2016, 5), (2017, 2), (2017, 1), (2018, 2), (2019, None)]
    ]  # type: ignore[arg-type]
    assert [(p.year, p.exponent) for p in frontier(points, smallest=True)] == [(2015, 4), (2017, 1)]
    assert [(p.year, p.exponent) for p in frontier(points, smallest=False)] == [
        (2015, 4),
        (2016, 5),
    ]


def test_the_picture_shows_each_ranked_card_of_one_quantity(times: Comparison) -> None:
    from matplotlib import pyplot

    axes = times.plot("eps")
    assert [len(marks.get_offsets()) for marks in axes.collections] == [3]
    assert {text.get_text() for text in axes.texts} >= {"Abel 1990", "No 2001"}
    assert axes.get_ylabel() == r"exponent $p$ of $(1/\varepsilon)^p$"
    pyplot.close(axes.figure)  # type: ignore[arg-type]


def test_svg_is_written_the_same_each_time(run: Run, tmp_path: Path) -> None:
    one, two = tmp_path / "one.svg", tmp_path / "two.svg"
    for path in (one, two):
        code, out, err = run("compare", "steeping-time", "--plot", str(path))
        assert (code, out, err) == (0, "", f"wrote {path}\n")
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes().startswith(b"<?xml")


def test_a_picture_has_a_panel_for_each_setting_with_names_and_links(
    catalogue: Bibliography, tmp_path: Path
) -> None:
    found = catalogue.compare("second-order-stationary")
    panels = panels_of(found.table)
    assert [panel.label for panel in panels] == [
        one.setting.label for one in found.table.frontiers if one.rows
    ]
    found.save_plot(tmp_path / "chart.svg")
    text = (tmp_path / "chart.svg").read_text()
    for panel in panels:
        for point in panel.points:
            assert point.name
            assert point.address.replace("&", "&amp;") in text


@pytest.mark.catalogue
def test_no_lower_bound_is_above_an_upper_bound_of_its_setting(catalogue: Bibliography) -> None:
    """In the exponent of any symbol, at any time."""
    seen = 0
    for name, asked in catalogue.questions.items():
        table = catalogue.compare(name).table
        for quantity in (one.id for one in asked.quantities):
            for symbol in table.question.symbols:
                for frontier_ in table.frontiers:
                    points = points_of(table.question, frontier_.rows, quantity, symbol)
                    upper = [p for p in points if p.kind in {"upper", "exact"}]
                    lower = [p for p in points if p.kind == "lower" and p.exponent is not None]
                    for low in lower:
                        for up in upper:
                            seen += 1
                            highest = up.exponent is None or up.exponent >= (low.exponent or 0)
                            assert highest, (name, frontier_.setting.id, up.card, low.card)
    assert seen > 10


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--symbol", "esp"), "no symbol 'esp'; did you mean eps?"),
        (("--quantity", "minute"), "no quantity 'minute'; did you mean minutes?"),
        (("--quantity", "stirs"), "no card on steeping-time has a bound on stirs to draw"),
    ],
)
def test_a_picture_that_cannot_be_drawn_says_why(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    target = tmp_path / "out.svg"
    code, out, err = run("compare", "steeping-time", "--plot", str(target), *arguments)
    assert (code, out) == (1, "")
    assert said in err
    assert not target.exists()
    assert run("compare", "cup-material", "--plot", str(target))[0] == 1


def test_without_matplotlib_the_extra_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    code, _, err = run("compare", "steeping-time", "--plot", str(tmp_path / "out.svg"))
    assert code == 1
    assert err.startswith("dltheory: a picture needs matplotlib and scipy; run: pip install 'mat")
