"""Each rule's advice is applied by hand: the message is gone, and no other takes its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dltheory_bib import Bibliography
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.lint.linter import MISSING, Linted, lint, rule_sentences
from dltheory_bib.errors import Problem
from dltheory_bib.manuscript.manuscript import read_manuscript

NAMES = "Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M. and Jordan, Michael I."
ESCAPE = f"author={{{NAMES}}}, title={{How to Escape Saddle Points Efficiently}}"
DOE = "author={Day, Jane}"
WORK = f"{DOE}, title={{A}}"
ICML = "Proceedings of the 34th International Conference on Machine Learning"
PARENT = "@proceedings{p, title={P}, booktitle={P}, editor={E, F}, year=2001}"
CHILD = f"@inproceedings{{c, {WORK}, crossref={{p}}}}"

# A rule, what it reports, and the same after its advice: replaced texts, or a whole file.
ADVICE: list[tuple[str, str, str]] = [
    ("unbalanced", "@misc{a, title={A, author={B, C}}\n", "@misc{a, title={A}, author={B, C}}\n"),
    ("unbalanced", f"@misc{{a, {WORK}\n", f"@misc{{a, {WORK}}}\n"),
    ("unbalanced", f"@misc{{a, {WORK}}},\n note={{N}}}}\n", f"@misc{{a, {WORK},\n note={{N}}}}\n"),
    ("unbalanced", "@comment{a\n", "@comment{a}\n"),
    ("syntax", f"@misc{{a, {DOE} title={{A}}}}\n", f"@misc{{a, {DOE}, title={{A}}}}\n"),
    ("syntax", f"@misc{{a, {DOE}, title {{A}}}}\n", f"@misc{{a, {DOE}, title = {{A}}}}\n"),
    ("syntax", f"@misc{{a, {DOE}, % all\n title={{A}}}}\n", f"@misc{{a, {DOE},\n title={{A}}}}\n"),
    ("syntax", f"@misc{{a, {DOE},, title={{A}}}}\n", f"@misc{{a, {DOE}, title={{A}}}}\n"),
    ("syntax", f"@misc{{k, {WORK}, 1st={{N}}}}\n", f"@misc{{k, {WORK}, note={{N}}}}\n"),
    ("syntax", f"@misc{{{WORK}}}\n", f"@misc{{k, {WORK}}}\n"),
    ("syntax", f"@misc{{, {WORK}}}\n", f"@misc{{k, {WORK}}}\n"),
    ("syntax", "@string{jmlr}\n", "@string{jmlr = {J}}\n"),
    ("stray-at", "Mail me@example.org\n", "Mail me(at)example.org\n"),
    ("stray-at", f"@comment{{@misc{{a, {WORK}}}}}\n", f"@comment{{misc{{a, {WORK}}}}}\n"),
    (
        "repeated-key",
        f"@misc{{a, {DOE}, title={{A}}}}\n@misc{{a, {DOE}, title={{B}}}}\n",
        f"@misc{{a, {DOE}, title={{A}}}}\n@misc{{b, {DOE}, title={{B}}}}\n",
    ),
    (
        "expansion",
        f"@string{{a = {{{'x' * 15_000}}}}}\n@string{{b = a # a}}\n@misc{{k, {WORK}, note=b}}\n",
        f"@string{{a = {{x}}}}\n@string{{b = a # a}}\n@misc{{k, {WORK}, note=b}}\n",
    ),
    ("unknown-string", f"@misc{{a, {WORK}, note=ab}}", f"@misc{{a, {WORK}, note={{ab}}}}"),
    (
        "unknown-string",
        f"@misc{{a, {WORK}, note=ab}}",
        f"@string{{ab = {{x}}}}@misc{{a, {WORK}, note=ab}}",
    ),
    (
        "unknown-string",
        f"@misc{{a, {WORK}, note=ab}}@string{{ab = {{x}}}}",
        f"@string{{ab = {{x}}}}@misc{{a, {WORK}, note=ab}}",
    ),
    ("unknown-string", f"@misc{{a, {WORK}, note=20b}}", f"@misc{{a, {WORK}, note={{20b}}}}"),
    ("repeated-field", f"@misc{{a, {WORK}, title={{B}}}}\n", f"@misc{{a, {WORK}}}\n"),
    *(
        (
            "bad-name",
            f"@misc{{a, title={{A}}, author={{{bad}}}}}",
            f"@misc{{a, title={{A}}, author={{{good}}}}}",
        )
        for bad, good in (
            ("Vale, Ana, and Quint, Bo", "Vale, Ana and Quint, Bo"),
            ("Vale, Ana, Quint, Bo", "Vale, Ana and Quint, Bo"),
            (
                "Ana Vale, Bo Quint, Cy Rook, Di Sand",
                "Ana Vale and Bo Quint and Cy Rook and Di Sand",
            ),
            ("Vale, Ana and and Quint, Bo", "Vale, Ana and Quint, Bo"),
            (", M. F.", "M. F."),
            ("Vale, Ana; Quint, Bo", "Vale, Ana and Quint, Bo"),
            ("Ana Vale & Bo Quint", "Ana Vale and Bo Quint"),
            ("Vale & Sons", "{Vale \\& Sons}"),
            ("Vale, Ana and", "Vale, Ana"),
            ("family=Ascoli, given=Ana, prefix=d'", "d'Ascoli, Ana"),
            (
                "Ana Vale, Bo Quint, Cy Rook and Di Sand",
                "Ana Vale and Bo Quint and Cy Rook and Di Sand",
            ),
        )
    ),
    ("crossref", CHILD, f"{CHILD}\n{PARENT}"),
    ("crossref", f"{PARENT}\n{CHILD}", f"{CHILD}\n{PARENT}"),
    (
        "crossref",
        CHILD
        + PARENT.replace("title={P},", "title={P}, crossref={q},")
        + PARENT.replace("{p,", "{q,"),
        CHILD + PARENT + PARENT.replace("{p,", "{q,"),
    ),
    (
        "crossref",
        f"{CHILD}{PARENT}".replace("title={P}", "title={P}, crossref={c}"),
        f"{CHILD}{PARENT}",
    ),
    (
        "contradicted",
        f"@misc{{a, {WORK}, year=2019, eprint={{1703.00887}}}}",
        f"@misc{{a, {WORK}, year=2019}}",
    ),
    (
        "mixed-versions",
        f"@inproceedings{{a, {WORK}, year=2001, booktitle={{B}}, journal={{CoRR}}}}",
        f"@inproceedings{{a, {WORK}, year=2001, booktitle={{B}}}}",
    ),
    (
        "unescaped-character",
        f"@misc{{a, {DOE}, title={{50% & #_}}}}",
        f"@misc{{a, {DOE}, title={{50\\% \\& \\#\\_}}}}",
    ),
    (
        "unescaped-character",
        f"@misc{{a, {DOE}, title={{A $5}}}}",
        f"@misc{{a, {DOE}, title={{A \\$5}}}}",
    ),
    (
        "unescaped-character",
        f"@misc{{a, {WORK}, note={{https://a.org/b_c}}}}",
        f"@misc{{a, {WORK}, note={{\\url{{https://a.org/b_c}}}}}}",
    ),
    (
        "mixed-encodings",
        f"@misc{{a, {WORK}, note={{é \udce9}}}}",
        f"@misc{{a, {WORK}, note={{é é}}}}",
    ),
    ("encoding", f"@misc{{a, {WORK}, note={{\udce9}}}}", f"@misc{{a, {WORK}, note={{é}}}}"),
    ("mojibake", f"@misc{{a, {WORK}, note={{SchÃ¶n}}}}", f"@misc{{a, {WORK}, note={{Schön}}}}"),
    (
        "outdated",
        f"@article{{a, {ESCAPE}, journal={{arXiv:1703.00887}}, year=2017}}",
        f"@inproceedings{{a, {ESCAPE}, booktitle = {{{ICML}}}, year = {{2017}}, volume = {{70}}, "
        "pages = {1724--1732}}",
    ),
    (
        "differs",
        f"@inproceedings{{a, {ESCAPE}, booktitle={{ICML}}, year=2016}}",
        f"@inproceedings{{a, {ESCAPE}, booktitle={{ICML}}, year={{2017}}}}",
    ),
    (
        "differs",
        f"@inproceedings{{a, {ESCAPE}, booktitle={{ICML}}, year=2017, pages={{1--8}}}}",
        f"@inproceedings{{a, {ESCAPE}, booktitle={{ICML}}, year=2017, pages={{1724--1732}}}}",
    ),
    (
        "differs",
        f"@inproceedings{{a, {ESCAPE.replace(' and Ge, Rong', '')}, year=2017, "
        "booktitle={ICML}}",
        f"@inproceedings{{a, {ESCAPE}, booktitle={{ICML}}, year=2017}}",
    ),
    (
        "differs",
        f"@inproceedings{{a, {ESCAPE.replace('How to', 'Leave')}, year=2017, "
        "booktitle={ICML}, eprint={1703.00887}}",
        f"@inproceedings{{a, {ESCAPE}, year=2017, booktitle={{ICML}}, eprint={{1703.00887}}}}",
    ),
    (
        "differs",
        f"@inproceedings{{a, {ESCAPE.replace('How to Escape Saddle', 'No')}, year=2017, "
        "booktitle={ICML}, eprint={1703.00887}}",
        f"@inproceedings{{a, {ESCAPE}, year=2017, booktitle={{ICML}}, eprint={{1703.00887}}}}",
    ),
    (
        "differs",
        f"@inproceedings{{a, {ESCAPE}, booktitle={{Nature}}, year=2017}}",
        f"@inproceedings{{a, {ESCAPE}, booktitle = {{{ICML}}}, year = {{2017}}, volume = {{70}}, "
        "pages = {1724--1732}}",
    ),
    ("same-work", f"@misc{{a, {WORK}}}\n@misc{{b, {WORK}}}\n", f"@misc{{a, {WORK}}}\n"),
    (
        "bad-date",
        "@online{a, title={A}, url={https://a.org}, date={May 2018}}",
        "@online{a, title={A}, url={https://a.org}, date={2018-05}}",
    ),
    (
        "bad-year",
        f"@misc{{a, {WORK}, year={{in press}}}}",
        f"@misc{{a, {WORK}, year=2018, note = {{in press}}}}",
    ),
    ("bad-year", f"@misc{{a, {WORK}, year=20188}}", f"@misc{{a, {WORK}, year=2018}}"),
    (
        "bad-month",
        f"@misc{{a, {WORK}, year=2018, month=13}}",
        f"@misc{{a, {WORK}, year=2018, month=12}}",
    ),
    (
        "bad-month",
        f"@misc{{a, {WORK}, year=2018, month={{?}}}}",
        f"@misc{{a, {WORK}, year=2018, month=may}}",
    ),
    (
        "bad-month",
        f"@misc{{a, {WORK}, date=2018, month={{March}}}}",
        f"@misc{{a, {WORK}, date=2018, month=mar}}",
    ),
    (
        "wrong-doi",
        f"@misc{{a, {WORK}, doi={{https://doi.org/10.1000/ab}}}}",
        f"@misc{{a, {WORK}, doi = {{10.1000/ab}}}}",
    ),
    ("wrong-doi", f"@misc{{a, {WORK}, doi={{none}}}}", f"@misc{{a, {WORK}}}"),
    (
        "reversed-pages",
        f"@misc{{a, {WORK}, pages={{9--1}}}}",
        f"@misc{{a, {WORK}, pages={{1--9}}}}",
    ),
    (
        "missing-field",
        f"@article{{a, {WORK}}}",
        f"@article{{a, {WORK}, journal = {{J}}, year = {{2001}}}}",
    ),
    (
        "missing-field",
        f"@article{{a, {WORK}, year=2019, eprint={{1901.00001}}}}",
        f"@misc{{a, {WORK}, year=2019, eprint={{1901.00001}}}}",
    ),
    (
        "missing-field",
        f"@article{{a, {WORK}, year=2019, eprint={{1901.00001}}}}",
        f"@article{{a, {WORK}, year=2019, eprint={{1901.00001}}, "
        "journal = {arXiv preprint arXiv:1901.00001}}",
    ),
    (
        "missing-field",
        f"@article{{a, {WORK}, year=2019, journaltitle={{J}}}}",
        f"@article{{a, {WORK}, year=2019, journal={{J}}}}",
    ),
    (
        "missing-field",
        f"@article{{a, {WORK}, journal={{J}}, date={{2019-02}}}}",
        f"@article{{a, {WORK}, journal={{J}}, year = {{2019}}}}",
    ),
    (
        "missing-field",
        f"@article{{a, {ESCAPE}, year=2017, eprint={{1703.00887}}}}",
        f"@inproceedings{{a, {ESCAPE}, booktitle = {{{ICML}}}, year = {{2017}}, volume = {{70}}, "
        "pages = {1724--1732}}",
    ),
    ("unknown-type", f"@inproceeding{{a, {WORK}}}", f"@misc{{a, {WORK}}}"),
    ("unknown-type", f"@online{{a, {WORK}, year=2001}}", f"@misc{{a, {WORK}, year=2001}}"),
    (
        "ignored-field",
        f"@inproceedings{{a, {WORK}, year=2001, booktitle={{B}}, volume=1, number=2}}",
        f"@inproceedings{{a, {WORK}, year=2001, booktitle={{B}}, volume=1}}",
    ),
    (
        "ignored-field",
        f"@inproceedings{{a, {WORK}, year=2001, booktitle={{B}}, number=2}}",
        f"@inproceedings{{a, {WORK}, year=2001, booktitle={{B}}, number=2, series={{S}}}}",
    ),
    (
        "ignored-field",
        f"@article{{a, {WORK}, year=2001, journal={{J}}, number=2}}",
        f"@article{{a, {WORK}, year=2001, journal={{J}}, number=2, volume={{1}}}}",
    ),
    (
        "ignored-field",
        f"@book{{a, {WORK}, year=2001, publisher={{P}}, editor={{B, C}}}}",
        f"@book{{a, {WORK}, year=2001, publisher={{P}}}}",
    ),
    (
        "ignored-field",
        f"@misc{{a, {WORK}, month=may}}",
        f"@misc{{a, {WORK}, month=may, year={{2001}}}}",
    ),
    (
        "doi-as-url",
        f"@misc{{a, {WORK}, doi={{10.1000/ab}}, url={{https://doi.org/10.1000/ab}}}}",
        f"@misc{{a, {WORK}, doi={{10.1000/ab}}}}",
    ),
    (
        "and-others",
        "@misc{a, title={A}, author={Day, Jane et al.}}",
        "@misc{a, title={A}, author={Day, Jane and others}}",
    ),
    (
        "and-others",
        f"@inproceedings{{a, {ESCAPE.replace(NAMES, 'Jin, Chi and others')}, year=2017, "
        "booktitle={ICML}}",
        f"@inproceedings{{a, {ESCAPE}, booktitle={{ICML}}, year=2017}}",
    ),
    (
        "lost-capitals",
        f"@misc{{a, {DOE}, title={{On ReLU}}}}",
        f"@misc{{a, {DOE}, title={{On {{ReLU}}}}}}",
    ),
    (
        "lost-capitals",
        f"@misc{{a, {DOE}, title={{ON THE LANDSCAPE OF IT}}}}",
        f"@misc{{a, {DOE}, title={{On the landscape of {{IT}}}}}}",
    ),
    (
        "venue-of-the-year",
        f"@inproceedings{{a, {WORK}, year=2019, booktitle={{NIPS}}}}",
        f"@inproceedings{{a, {WORK}, year=2019, booktitle={{NeurIPS}}}}",
    ),
    (
        "venue-spellings",
        f"@article{{a, {WORK}, year=2001, journal={{J. Foo Bars}}}}"
        f"@article{{b, {DOE}, title={{B}}, year=2001, journal={{Journal of Foo Bars}}}}",
        f"@article{{a, {WORK}, year=2001, journal={{Journal of Foo Bars}}}}"
        f"@article{{b, {DOE}, title={{B}}, year=2001, journal={{Journal of Foo Bars}}}}",
    ),
    ("sort-key", "@misc{a, title={A}}", "@misc{a, title={A}, key = {A}}"),
]

_WRITTEN = re.compile(r"\b(?!name)\w+ = \{[^{}…]+\}|(?<=write )@\w+")


def found(linted: Linted, rule: str) -> list[Problem]:
    return [one for one in linted.problems if one.rule == rule]


@pytest.mark.parametrize(
    ("rule", "before", "after"), ADVICE, ids=[f"{n}-{case[0]}" for n, case in enumerate(ADVICE)]
)
def test_applied_advice_ends_the_message(
    bib: Bibliography, rule: str, before: str, after: str
) -> None:
    """No other rule reports anything new, and the fields that a message writes are applied."""
    old, new = lint(bib, [parse_bib(before)]), lint(bib, [parse_bib(after)])
    assert found(old, rule)
    assert found(new, rule) == []
    others = {one.rule for one in old.problems}
    assert {one.rule for one in new.problems} <= others - {rule}
    for problem in found(old, rule):
        applied = [
            one.replace(" ", "") in after.replace(" ", "")
            for one in _WRITTEN.findall(problem.message)
        ]
        alternatives = ", or " in problem.message
        assert any(applied) if applied and alternatives else all(applied), problem.message


def test_advice_on_a_manuscript_ends_its_messages(bib: Bibliography, tmp_path: Path) -> None:
    """Cite or delete what is never cited; give what is missing."""
    tex = tmp_path / "main.tex"
    refs = [parse_bib(f"@misc{{a, {WORK}}}@misc{{b, {DOE}, title={{B}}}}")]
    tex.write_text("\\cite{a,c}")
    old = lint(bib, refs, read_manuscript(tex))
    assert [one.rule for one in old.problems] == ["never-cited", MISSING]
    tex.write_text("\\cite{a,b}")
    assert lint(bib, refs, read_manuscript(tex)).problems == []


def test_the_advice_of_every_rule_is_applied() -> None:
    assert {case[0] for case in ADVICE} | {"never-cited", MISSING} == set(rule_sentences())
