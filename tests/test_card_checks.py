"""The rules on result cards, each proved on an invented mistake in the tiny catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from dltheory_bib import load
from dltheory_bib.source.loader import check_paths
from dltheory_bib.source.rules.theorem_rules import version_year


def _said(path: Path) -> list[str]:
    return [str(problem).replace(f"{path}/", "") for problem in check_paths([path])[0]]


def _change(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} should stand in {path.name}"
    path.write_text(text.replace(old, new, count), encoding="utf-8")


CHANGES = [
    # What is missing or ill-formed
    (
        "results",
        "  statement: In hot water the colour is within $\\varepsilon$ after "
        "$O(n/\\varepsilon^2)$ minutes.\n",
        "",
        "results.yaml:1:3: error: statement is missing [missing-field]",
    ),
    (
        "results",
        "  where: Theorem 1\n",
        "",
        "results.yaml:1:3: error: where is missing [missing-field]",
    ),
    (
        "results",
        "  read_in: Tea Letters 1\n",
        "",
        "results.yaml:1:3: error: read_in is missing [missing-field]",
    ),
    (
        "results",
        "{eps: -2, n: 1}",
        "{eps: -2, n: linear}",
        "results.yaml:8:17: error: n: 'linear' is not an exponent; write a number such as -2 or "
        "7/4, a ratio such as -d/s, or exp, and after it log, log^4 or polylog [ill-formed]",
    ),
    (
        "results",
        "{eps: -2, n: 1}",
        "{eps: -2, log(eps n): 1}",
        "results.yaml:8:17: error: log(eps n) is not the sum of the logarithms of its symbols, "
        "since eps goes to zero; leave eps out, or the bound [log-of-quotient]",
    ),
    (
        "results",
        "{eps: -2, n: 1}",
        "{eps: -2, log(m/eps): 1}",
        "results.yaml:8:17: error: steeping-time has no symbol m; known are eps, n "
        "[unknown-symbol]",
    ),
    (
        "results",
        "{eps: -2, n: 1}",
        "{eps: -d/s, n: 1}",
        "results.yaml:8:8: error: steeping-time has no ratio d/s; it declares no ratio "
        "[unknown-ratio]",
    ),
    (
        "results",
        "assumptions: [hot]",
        "supposed: [hot]\n  unknown: [holds]",
        "results.yaml:1:3: error: holds is given and unknown; delete one of the two [inconsistent]",
    ),
    (
        "results",
        "assumptions: [hot]",
        "assumptions: [hot]\n  supposed: [hot]",
        "results.yaml:1:3: error: hot is both read and supposed; delete it from supposed "
        "[inconsistent]",
    ),
    (
        "results",
        "assumptions: [hot]",
        "supposed: [wet]",
        "results.yaml:11:14: error: unknown assumption wet; known are any-water, boiling, "
        "fine-leaves, hot, stirring [unknown-assumption]",
    ),
    (
        "results",
        "{eps: -2, n: 1}",
        "{eps: -2, n: 1/0}",
        "results.yaml:8:17: error: n: '1/0' is not an exponent; write a number such as -2 or "
        "7/4, a ratio such as -d/s, or exp, and after it log, log^4 or polylog [ill-formed]",
    ),
    (
        "results",
        "{eps: -2, n: 1}",
        "{eps: [-2], n: 1}",
        "results.yaml:8:8: error: eps should be text, not a list [wrong-type]",
    ),
    (
        "results",
        "\\frac{4 c n}",
        "\\frac{4 c n",
        "results.yaml:9:3: error: bound_tex: has unbalanced braces [ill-formed]",
    ),
    (
        "results",
        "  holds: surely\n",
        "",
        "results.yaml:1:3: error: a card of kind upper needs holds [inconsistent]",
    ),
    (
        "results",
        "  quantity: minutes\n",
        "",
        "results.yaml:1:3: error: a card of kind upper needs quantity [inconsistent]",
    ),
    (
        "results",
        "kind: upper",
        "kind: uper",
        "results.yaml:5:3: error: kind cannot be 'uper'; did you mean upper? [unknown-value]",
    ),
    (
        "questions",
        "    - id: minutes\n",
        "    - id: stirs\n",
        "questions.yaml:13:3: error: quantities has two items with the id stirs; delete one of "
        "them [inconsistent]",
    ),
    # What nobody has
    (
        "results",
        "work: abel1990leaves",
        "work: abel1990leafs",
        "results.yaml:2:3: error: unknown work abel1990leafs; did you mean abel1990leaves or "
        "abel1992water? [unknown-work]",
    ),
    (
        "results",
        "question: steeping-time",
        "question: steeping",
        "results.yaml:3:3: error: unknown question steeping; did you mean steeping-time? "
        "[unknown-question]",
    ),
    (
        "results",
        "quantity: minutes",
        "quantity: minute",
        "results.yaml:4:3: error: steeping-time has no quantity minute; did you mean minutes? "
        "[unknown-quantity]",
    ),
    (
        "results",
        "{eps: -2, n: 1}",
        "{eps: -2, L: 1}",
        "results.yaml:8:17: error: steeping-time has no symbol L; known are eps, n "
        "[unknown-symbol]",
    ),
    (
        "results",
        "assumptions: [hot]",
        "assumptions: [hut]",
        "results.yaml:11:17: error: unknown assumption hut; did you mean hot? [unknown-assumption]",
    ),
    (
        "assumptions",
        "implies: [hot]",
        "implies: [boilin]",
        "assumptions.yaml:10:13: error: unknown assumption boilin; did you mean boiling? "
        "[unknown-assumption]",
    ),
    (
        "results",
        "card: abel1990leaves-square-root",
        "card: abel1990leaves-square",
        "results.yaml:52:7: error: unknown card abel1990leaves-square; did you mean "
        "abel1990leaves-square-root? [unknown-card]",
    ),
    (
        "results",
        "material: tin",
        "metal: tin",
        "results.yaml:82:5: error: cup-material has no column metal; did you mean material? "
        "[unknown-column]",
    ),
    (
        "results",
        "warm: never",
        "warm: sometimes",
        "results.yaml:81:5: error: warm cannot be 'sometimes'; write one of always, never "
        "[unknown-value]",
    ),
    (
        "results",
        "  holds: surely\n",
        "  holds: surely\n  values: {warm: never}\n",
        "results.yaml:11:12: error: steeping-time has no column warm; it declares no column "
        "[unknown-column]",
    ),
    (
        "questions",
        "topics: [steeping]",
        "topics: [steepin]",
        "questions.yaml:17:12: error: unknown topic steepin; did you mean steeping? "
        "[unknown-topic]",
    ),
    # Names
    (
        "results",
        "id: abel1990leaves-square-root",
        "id: abel-square-root",
        "results.yaml:1:3: error: abel-square-root does not begin with its work; write "
        "abel1990leaves-… [card-id]",
    ),
    (
        "results",
        "id: abel1992water-soft",
        "id: abel1992water-lower",
        "results.yaml:33:3: error: abel1992water-lower is already used by an earlier record; "
        "choose another one [repeated-key]",
    ),
    (
        "assumptions",
        "id: hot",
        "id: boiling",
        "assumptions.yaml:19:3: error: boiling is already used by an earlier record; choose "
        "another one [repeated-key]",
    ),
    (
        "results",
        "assumptions: [boiling, fine-leaves]",
        "assumptions: [boiling, boiling, fine-leaves]",
        "results.yaml:26:26: error: boiling is listed twice; delete one [repeated-item]",
    ),
    (
        "assumptions",
        "implies: [hot]",
        "implies: [hot, boiling]",
        "assumptions.yaml:10:18: error: boiling cannot be in implies of itself [self-reference]",
    ),
    # Improvements
    (
        "results",
        "card: abel1990leaves-square-root",
        "card: ost1995kettles-tin",
        "results.yaml:52:7: error: ost1995kettles-tin is a card of cup-material; a card can "
        "only improve a card of the same question and quantity [improves-other]",
    ),
    (
        "results",
        "card: abel1990leaves-square-root",
        "card: ost2003programsii-stirring",
        "results.yaml:52:7: error: ost2003programsii-stirring is a card of steeping-time and "
        "stirs; a card can only improve a card of the same question and quantity "
        "[improves-other]",
    ),
    (
        "results",
        "{eps: -2, n: polylog}",
        "{eps: -3, n: 1}",
        "results.yaml:52:7: error: abel1990leaves-square-root is stronger than "
        "abel1992water-soft: its bound, guarantee and assumptions are at least as good; "
        "correct one of the cards or delete the claim [improves-contradicted]",
    ),
    (
        "results",
        "  read_in: Tea Letters 1\n  checked: full-text\n",
        "  read_in: Tea Letters 1\n  checked: full-text\n"
        "  improves: [{card: no2001steeping-log, says: Back again.}]\n",
        "results.yaml:17:3: error: improves has a cycle: abel1990leaves-square-root → "
        "no2001steeping-log → abel1992water-soft → abel1990leaves-square-root; remove its "
        "weakest link [improves-cycle]",
    ),
    (
        "assumptions",
        "  definition: The water is of any hardness $h \\ge 0$.\n",
        "  definition: The water is of any hardness $h \\ge 0$.\n  implies: [boiling]\n",
        "assumptions.yaml:5:3: error: implies has a cycle: any-water → boiling → hot → "
        "any-water; remove its weakest link [implies-cycle]",
    ),
    # Lower bounds, years, what nobody uses
    (
        "results",
        "{eps: -1}",
        "{eps: -3, n: 2}",
        "results.yaml:23:3: error: exceeds the upper bound abel1990leaves-square-root, whose "
        "assumptions its instance satisfies; correct one of the two, or add the missing "
        "assumption [lower-above-upper]",
    ),
    (
        "results",
        "version: KETTLE 1992",
        "version: KETTLE 1989",
        "results.yaml:28:3: error: abel1992water did not exist in 1989, its first version is "
        "of 1991; name the version that was read [version-year]",
    ),
    (
        "results",
        "version: arXiv cs/0101001v1",
        "version: arXiv 0005.1234v1",
        "results.yaml:67:3: error: no2001steeping did not exist in 2000, its first version is "
        "of 2001; name the version that was read [version-year]",
    ),
    (
        "results",
        "assumptions: [boiling, fine-leaves]",
        "assumptions: [boiling]",
        "assumptions.yaml:12:3: warning: no card assumes fine-leaves; use it or delete it "
        "[unused-assumption]",
    ),
    (
        "results",
        "id: ost1995kettles-tin\n  work: ost1995kettles",
        "id: abel1990leaves-tin\n  work: abel1990leaves",
        "results.yaml:76:3: warning: abel1990leaves-tin is after no2001steeping-log; sort the "
        "file by id [unsorted]",
    ),
]


@pytest.mark.parametrize(("kind", "old", "new", "expected"), CHANGES)
def test_every_mistake_is_said_with_its_place(
    catalogue_dir: Path, kind: str, old: str, new: str, expected: str
) -> None:
    _change(catalogue_dir / f"{kind}.yaml", old, new)
    assert expected in _said(catalogue_dir)


def test_a_mistake_brings_no_second_complaint(catalogue_dir: Path) -> None:
    """A card that was refused, and a file that could not be read, leave nothing unknown."""
    _change(catalogue_dir / "results.yaml", "kind: upper", "kind: uper")
    assert [problem.rule for problem in check_paths([catalogue_dir])[0]] == ["unknown-value"]
    (catalogue_dir / "assumptions.yaml").write_text("- {", encoding="utf-8")
    rules = {problem.rule for problem in check_paths([catalogue_dir])[0]}
    assert rules == {"unknown-value", "yaml"}


NO_ALARM = [
    ("{eps: -1}", "{eps: -7/4 log^3, n: log}"),  # above by a logarithm alone
    ("assumptions: [boiling, fine-leaves]", "assumptions: [any-water, fine-leaves, boiling]"),
]


@pytest.mark.parametrize(("old", "new"), NO_ALARM)
def test_a_lower_bound_that_can_be_explained_is_no_mistake(
    catalogue_dir: Path, old: str, new: str
) -> None:
    _change(catalogue_dir / "results.yaml", old, new)
    assert not any("lower-above-upper" in said for said in _said(catalogue_dir))


def test_an_improvement_under_other_assumptions_is_no_contradiction(catalogue_dir: Path) -> None:
    """A worse bound that needs less is a claim that nobody can refute by computing."""
    results = catalogue_dir / "results.yaml"
    _change(results, "{eps: -2, n: polylog}", "{eps: -3, n: 1}")
    before = results.read_text(encoding="utf-8")
    needs_less = before.replace("assumptions: [hot]", "assumptions: [any-water]")
    results.write_text(
        needs_less.replace("assumptions: [any-water]", "assumptions: [hot]", 1), encoding="utf-8"
    )
    assert not any("improves-contradicted" in said for said in _said(catalogue_dir))


@pytest.mark.parametrize("kind", ["assumptions", "questions", "results"])
def test_a_file_is_judged_together_with_those_beside_it(catalogue_dir: Path, kind: str) -> None:
    """On its own it has no problem either."""
    problems, count = check_paths([catalogue_dir / f"{kind}.yaml"])
    assert problems == []
    assert count > 0


def test_a_collection_without_questions_uses_the_shipped_ones(tmp_path: Path) -> None:
    text = "- {key: a2020b, type: online, title: T, author: ['B, A'], year: 2020}\n"
    (tmp_path / "papers.yaml").write_text(text, encoding="utf-8")
    own = load(tmp_path)
    assert list(own.questions) == list(load().questions)
    assert len(own.results) == 0


@pytest.mark.parametrize(
    ("version", "year"),
    [
        ("ICML 2017", 2017),
        ("arXiv 1703.00887v1", 2017),
        ("arXiv 2003.01234v2 (2021)", 2020),
        ("arXiv cond-mat/9907343", 1999),
        ("Volume 70, pages 1724-1732", None),
        ("the author's page", None),
    ],
)
def test_the_year_of_a_version_is_read_off_its_name(version: str, year: int | None) -> None:
    assert version_year(version) == year
