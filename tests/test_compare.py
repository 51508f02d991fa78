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
from dltheory_bib.display.bound_chart import Point, frontier
from dltheory_bib.source.folders import shipped_directory
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
        (group.title, [(row.card.id, row.text, row.best) for row in group.rows])
        for group in times.table.groups
    ]
    assert shown == [
        (
            "Upper bounds on minutes",
            [
                ("no2001steeping-log", "ε⁻⁷⸍⁴ log²(1/ε) + log n", True),
                ("abel1992water-soft", "ε⁻² polylog n", False),
                ("abel1990leaves-square-root", "ε⁻² n", True),
            ],
        ),
        ("Lower bounds on minutes", [("abel1992water-lower", "ε⁻¹", True)]),
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
    assert [one.id for one in some.best] == ["abel1992water-lower"]
    best = tea.compare("steeping-time", best=True)
    assert best.best == best.cards
    assert len(best) == 3
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
    assert card["best"] is True
    assert "best" not in made["cards"][-1]


def test_csv_and_data_frame_say_the_same(times: Comparison) -> None:
    rows = list(csv.DictReader(io.StringIO(times.to_csv())))
    frame = times.to_dataframe()
    assert list(frame.index) == [row["card"] for row in rows] == [one.id for one in times.cards]
    assert rows[1]["eps"] == frame.loc["abel1992water-soft", "eps"] == "-2"
    assert rows[0]["eps"] == ""  # a sum has no exponent
    assert frame.loc["abel1990leaves-square-root", "best"]
    assert rows[-1]["bound_tex"] == r"\min(n, h(\varepsilon))"


def test_markdown_keeps_mathematics_and_escapes_the_rest(catalogue_dir: Path) -> None:
    results = catalogue_dir / "results.yaml"
    text = results.read_text(encoding="utf-8")
    hostile = "method: '<b>a|b</b> $|x| \\|y\\|$'"
    results.write_text(text.replace("method: Soft water", hostile), encoding="utf-8")
    made = load(catalogue_dir).compare("steeping-time").to_markdown()
    assert r"\<b\>a\|b\</b\> $\vert x\vert  \Vert y\Vert $" in made
    lines = [line for line in made.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {8}
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
    code, out, _ = run("compare", question, width=width)
    assert code == 0
    assert max(map(cell_len, out.splitlines())) <= width
    assert "…" not in out
    letters = re.sub(r"\s", "", out)
    for word in {"steeping-time": ["no2001steeping", "ε⁻⁷⸍⁴", "Anywater"]}.get(question, ["tin"]):
        assert word in letters


def test_a_pipe_gets_plain_text(run: Run) -> None:
    code, out, err = run("compare", "steeping-time")
    assert (code, err) == (0, "")
    assert "★  ε⁻⁷⸍⁴ log²(1/ε) + log n  no2001steeping  2001  w.h.p.  b" in out
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


def test_a_long_comparison_is_short_unless_all_is_asked_for(run: Run, bib: Bibliography) -> None:
    """Three cards of each kind; `--all` and `--best` have all of theirs, and formats always do."""
    found = bib.compare("second-order-stationary")
    groups = found.table.groups
    assert max(len(group.rows) for group in groups) > 3
    few = sum(min(3, len(group.rows)) for group in groups)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLTHEORY_DATA", str(shipped_directory()))
        _, short, said = run("compare", "second-order-stationary", width=200)
        _, everything, nothing = run("compare", "second-order-stationary", "--all", width=200)
        _, best, _ = run("compare", "second-order-stationary", "--best", width=200)
        plain = run("compare", "second-order-stationary", "--format", "csv")[1]
    assert said == f"{few} of {len(found)} cards; --all shows all, --best the best\n"
    assert nothing == ""
    assert len(short.splitlines()) < len(everything.splitlines())
    for group in groups:
        rows = group.rows
        assert all(row.card.work in short for row in rows[:3])
        assert (f"… and {len(rows) - 3} more" in short) or len(rows) <= 3
    assert all(one.work in everything for one in found.cards)
    assert all(one.work in best for one in found.best)
    assert plain == found.to_csv()


@pytest.mark.parametrize("width", [80, 200])
def test_the_letters_of_a_group_are_spelled_out_below_it(
    run: Run, times: Comparison, width: int
) -> None:
    """Below each table stand the words for its letters, and for no other."""
    _, out, _ = run("compare", "steeping-time", width=width)
    titles = [group.title for group in times.table.groups]
    starts = [*(out.index(title) for title in titles), len(out)]
    letters = 0
    for group, start, end in zip(times.table.groups, starts, starts[1:], strict=False):
        part = re.sub(r"\s+", " ", out[start:end])
        used = {mark for row in group.rows for mark in row.marks}
        letters += len(used)
        for mark, one in times.table.legend.items():
            assert (f"{mark} {one.label}" in part) == (mark in used)
    assert letters


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
        "At least as strong in every respect, and best today:\n"
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
    marks = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert sorted(len(line.get_xdata()) for line in marks) == [1, 3]  # type: ignore[arg-type]
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
