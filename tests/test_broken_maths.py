"""Mathematics that cannot be typeset: said with its place, and shown as it was written."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from dltheory_bib import load
from dltheory_bib.site.build import make_files
from dltheory_bib.site.formulas import Typesetter, mathml
from dltheory_bib.site.options import Options
from dltheory_bib.text.broken_maths import faults, formula_fault, known_commands
from dltheory_bib.text.maths import convert, unicode_maths
from helpers.records import work

Judge = Callable[..., list[str]]

BROKEN = {
    r"\frac{1": "has unbalanced braces",
    r"\frac{1}{": "has unbalanced braces",
    "a}b{c": "has unbalanced braces",
    r"\{a}": "has unbalanced braces",
    r"\frac{1}": "lacks an argument",
    r"\sqrt": "lacks an argument",
    r"\hat": "lacks an argument",
    r"\mathbb": "lacks an argument",
    r"\begin{matrix} 1": "lacks an argument of a command or the end of an environment",
    r"\R^d": r"has the unknown command \R;",
    r"\def\a{\a}\a": r"has the unknown command \def;",
    r"x + \epsilom": r"has the unknown command \epsilom;",
    r"\left( x": r"has \left without \right",
    r"x \right)": r"has \right without \left",
    "x^": "has nothing after ^",
    "{x_}^2": "has nothing after _",
}
SOUND = [
    r"\tilde O(\epsilon^{-4})",
    r"\frac1n + \tfrac{1}{2} + \dfrac ab",
    r"\left[0, 1\right) \subset \mathbb{R}^d",
    r"\sqrt[3]{x}, \{a, b\}, \| x \|",
    r"\Bigl(\operatorname{tr} A\Bigr)^{1/2}, \coloneqq, \binom nk",
    r"\lVert x \rVert_2 \lesssim \dim V, x \ne y",
    r"n \log n, 50\%",
]


@pytest.mark.parametrize("tex", BROKEN)
def test_what_is_wrong_with_a_formula_is_said(tex: str) -> None:
    """With the formula; a sound one beside it is not."""
    assert (formula_fault(tex) or "").startswith(BROKEN[tex])
    (said,) = faults(f"If $x$, then ${tex}$ and $y$.")
    assert said.startswith(f"${tex}$ {BROKEN[tex]}")


@pytest.mark.parametrize("tex", SOUND)
def test_a_sound_formula_has_no_fault(tex: str) -> None:
    """Every way to write it that LaTeX has."""
    assert formula_fault(tex) is None
    assert list(faults(f"${tex}$ and {{x}}")) == []


def test_signs_of_a_text_are_balanced() -> None:
    """Dollar signs first: with one too many it is not known what is a formula."""
    assert list(faults(r"$\frac{1$ and 5$")) == [
        r"has a single $; close the formula, as in $\epsilon$"
    ]
    assert list(faults("a}b $x$ {c")) == ["has unbalanced braces; close each, or delete it"]
    assert list(faults("Of {SGD}, $x$ of $y$")) == []


def test_no_formula_is_too_long_or_too_deep_to_be_judged() -> None:
    """In a time that does not grow faster than it."""
    for tex in ("\\frac{" * 5_000, "\\sqrt[" * 5_000, "{" * 500 + "}" * 500, "\\left(" * 9_999):
        (said,) = faults(f"${tex}$")
        assert len(said) < 200


def test_check_says_the_place_of_broken_mathematics(judge: Judge) -> None:
    """In every field of text, also of other kinds of records; the collection is loaded anyway."""
    found = judge(
        work("doe2017first", title=r"The $\R$ of it", extra="summary: The $x")
        + work("doe2018second", year=2018)
        + work(
            "doe2019third",
            year=2019,
            extra="idea: 'A {b'\nremarks:\n  - text: $\\sqrt$ of it\n    by: a reader\n"
            "    verdict: stands\nrelations:\n  - kind: extends\n    work: doe2017first\n"
            "    says: By $\\frac{1$.",
        ),
        topics="- id: tea\n  label: Tea\n  definition: What $x^$ is.\n",
    )
    broken = [line for line in found if "[broken-mathematics]" in line]
    places = [line.partition(": warning: ")[0] for line in broken]
    assert places == [
        "papers.yaml:3:3",
        "papers.yaml:7:3",
        "papers.yaml:20:3",
        "papers.yaml:22:7",
        "papers.yaml:28:7",
    ]
    assert broken[0].endswith(
        r"$\R$ has the unknown command \R; write it with commands of LaTeX [broken-mathematics]"
    )


def test_addresses_and_keys_are_no_mathematics(judge: Judge) -> None:
    """What is shown as it stands may hold any sign."""
    found = judge(work(extra="sources:\n  - source: a list\n    where: 'a$b}c'"))
    assert "broken-mathematics" not in "".join(found)


@pytest.mark.parametrize("tex", BROKEN)
def test_a_broken_formula_never_vanishes(tex: str) -> None:
    """A page shows it as it was written; so does a terminal, or with all its letters."""
    assert str(Typesetter(unicode_maths)(f"a ${tex}$ b")) == f"a ${tex}$ b"
    for letter in re.sub(r"\\(left|right)|[\\ {}_^]", "", tex):
        assert letter in unicodedata.normalize("NFKC", convert(tex))


def test_a_page_shows_every_broken_formula(tmp_path: Path) -> None:
    """In its heading, its text and its data."""
    path = tmp_path / "papers.yaml"
    quoted = json.dumps(r"Of $\def\a{\a}\a$ and $\frac{1}{$ and $x.")
    path.write_text(work(title=json.dumps(r"On $\R^d$ alone"), extra=f"summary: {quoted}"), "utf-8")
    page = make_files(load(path), Options())["works/doe2017first.html"].decode()
    assert r"<h1>On $\R^d$ alone</h1>" in page
    assert r"Of $\def\a{\a}\a$ and $\frac{1}{$ and $x.</p>" in page


def test_an_element_without_its_parts_is_not_written() -> None:
    """A browser would not draw it."""
    assert mathml(r"\frac{1") is None
    assert mathml(r"\frac{1}{2}") == "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>"


@pytest.mark.parametrize(
    ("tex", "made"),
    [
        (r"x^{-5/3}", "<msup><mi>x</mi><mn>−5/3</mn></msup>"),
        (r"x_{-1}", "<msub><mi>x</mi><mn>−1</mn></msub>"),
        (r"\tau_{\mathrm{avg}}", "<msub><mi>τ</mi><mi>avg</mi></msub>"),
        (r"3-1", "<mn>3</mn><mo>−</mo><mn>1</mn>"),
        (r"1/n", '<mn>1</mn><mo lspace="0" rspace="0">/</mo><mi>n</mi>'),
        (
            r"2^{1/2}/3",
            '<msup><mn>2</mn><mn>1/2</mn></msup><mo lspace="0" rspace="0">/</mo><mn>3</mn>',
        ),
    ],
)
def test_what_is_set_as_one_is_one_element(tex: str, made: str) -> None:
    """Quotients of numerals, negative numerals, words in upright letters."""
    assert mathml(tex) == f"<math>{made}</math>"


def test_the_commands_are_those_of_latex() -> None:
    """Of pylatexenc, and those of amsmath that it lacks; not those of anybody's preamble."""
    assert {"frac", "left", "tfrac", "operatorname", "lVert", "ne", "dim"} <= known_commands()
    assert not {"def", "R", "eps", "epsilom"} & known_commands()


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\triangle_fL", "△_fL"),
        (r"\Re z", "ℜ z"),
        (r"\neg a \models b", "¬ a ⊨ b"),
        (r"\clubsuit", "♣"),
        (r"\imath", "ı"),
    ],
)
def test_symbols_that_the_parser_lacks_are_known_and_shown(tex: str, shown: str) -> None:
    assert formula_fault(tex) is None
    assert convert(tex) == shown
    assert mathml(tex)
