"""Every printed bound says what is stored: it is read back from each form that is printed."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import Bibliography
from dltheory_bib.models.theorem import ExponentRatio, Question, Result, Symbol
from dltheory_bib.models.types import Monomial
from dltheory_bib.text.exponents import split_exponent
from dltheory_bib.text.maths import unicode_maths
from dltheory_bib.theorems.bounds import read_bound
from dltheory_bib.theorems.notation import (
    bound_terms,
    bound_tex,
    bound_text,
    is_printed_as_in_work,
)
from helpers.cards import card, question
from helpers.formulas import read_formula


def _normal(monomial: dict[str, str]) -> dict[str, str]:
    """Write numbers in one way, and leave out exponents that are zero."""
    made = {}
    for name, exponent in monomial.items():
        power, logs = split_exponent(exponent)
        if re.fullmatch(r"-?[0-9./]+", power):
            power = str(Fraction(power))
        written = " ".join(part for part in (power if power != "0" else "", logs) if part)
        if written:
            made[name] = written
    return made


def _as_printed(tex: str, asked: Question) -> list[dict[str, str]]:
    r"""Return the monomials of an exact value such as `d+1` or `\max\{d+1,o\}`; a constant only if
    there is nothing else.
    """
    names = {symbol.tex: symbol.id for symbol in asked.symbols}
    inside = re.sub(r"^\\max\\\{(.*)\\\}$", r"\1", tex)
    terms = re.split("[+,]", inside)
    assert all(term in names or term.isdigit() for term in terms), tex
    return [{names[term]: "1"} for term in terms if term in names] or [{}]


def _check(one: Result, asked: Question) -> None:
    stored = [_normal(dict(monomial)) for monomial in one.bound]
    tex = {symbol.id: symbol.tex for symbol in asked.symbols}
    shown = {name: unicode_maths(f"${text}$") for name, text in tex.items()}
    if one.bound_tex and is_printed_as_in_work(one):
        assert bound_tex(one, asked) == one.bound_tex
        assert bound_text(one, asked, unicode_maths) == unicode_maths(f"${one.bound_tex}$")
        if one.kind == "exact":
            assert _as_printed(one.bound_tex, asked) == stored
        return
    for text, symbols in (
        (bound_tex(one, asked), tex),
        (bound_text(one, asked, unicode_maths), shown),
    ):
        hidden, read = read_formula(text, asked, symbols)
        assert hidden == bool(one.hidden), text
        assert [_normal(monomial) for monomial in read] == stored, text
    assert " + ".join(bound_terms(one, asked)) == bound_tex(one, asked)


@pytest.mark.catalogue
def test_the_bound_of_every_card_is_read_back(catalogue: Bibliography) -> None:
    """From TeX and from Unicode; the other formats print one of the two."""
    seen = 0
    for one in catalogue.results.values():
        if one.bound:
            _check(one, catalogue.questions[one.question])
            seen += 1
    assert seen > 200


@pytest.mark.catalogue
def test_every_format_prints_the_bounds_that_are_read_back(catalogue: Bibliography) -> None:
    """LaTeX, Markdown and HTML contain the TeX of each bound, CSV and the terminal its Unicode."""
    for name, asked in catalogue.questions.items():
        found = catalogue.compare(name)
        latex, markdown, csv = found.to_latex(), found.to_markdown(), found.to_csv()
        for one in found.cards:
            if not one.bound:
                continue
            tex = bound_tex(one, asked)
            assert f"${tex}$" in latex
            cell = tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
            assert f"${cell}$" in markdown
            assert bound_text(one, asked, catalogue.snapshot.readable) in csv.replace('""', '"')


COMPOUND = Question(
    id="q",
    label="Q",
    definition="How many?",
    quantities=question().quantities,
    symbols=(
        Symbol(id="eps", tex=r"\varepsilon", meaning="Accuracy.", extreme="zero"),
        Symbol(id="n", tex="n", meaning="Number.", extreme="infinity"),
        Symbol(id="eta", tex=r"\textstyle\sum_t\eta_t", meaning="Steps.", extreme="infinity"),
        Symbol(id="y", tex=r"y^\top K^{-1}y", meaning="Labels.", extreme="infinity"),
        Symbol(id="vF", tex=r"\|V\|_F", meaning="A norm.", extreme="infinity"),
        Symbol(id="lam0", tex=r"\lambda_0", meaning="An eigenvalue.", extreme="zero"),
    ),
    exponents=(
        ExponentRatio(id="d/s", tex="d/s", meaning="A ratio."),
        ExponentRatio(id="1/(L-2)", tex="1/(L-2)", meaning="Another."),
    ),
)


@pytest.mark.parametrize(
    ("bound", "fields", "tex", "text"),
    [
        (
            [{"eta": "1/2", "n": "-1"}],
            {},
            r"n^{-1} (\textstyle\sum_t\eta_t)^{1/2}",
            "n⁻¹ (∑_tη_t)¹⸍²",
        ),
        ([{"eta": "1"}], {}, r"\textstyle\sum_t\eta_t", "∑_tη_t"),
        ([{"eta": "1", "n": "1"}], {}, r"n (\textstyle\sum_t\eta_t)", "n (∑_tη_t)"),
        ([{"y": "1/2"}], {}, r"(y^\top K^{-1}y)^{1/2}", "(y^⊤K⁻¹y)¹⸍²"),
        ([{"vF": "2"}], {}, r"\|V\|_F^{2}", "‖V‖_F²"),
        (
            [{"eps": "-2", "log(n/eps)": "4"}],
            {},
            r"\varepsilon^{-2} \, \log^{4}(n/\varepsilon)",
            "ε⁻² log⁴(n/ε)",
        ),
        (
            [{"log(n y/eps lam0)": "1"}],
            {},
            r"\log(n (y^\top K^{-1}y)/(\varepsilon \lambda_0))",
            "log(n (y^⊤K⁻¹y)/(ε λ₀))",
        ),
        ([{"n": "exp"}], {}, r"e^{\mathrm{poly}(n)}", "exp(poly(n))"),
        ([{"n": "exp"}], {"bound_tex": "2^{n\\log n}"}, r"2^{n\log n}", "2^(nlog n)"),
        ([{"n": "-exp^1/2"}], {}, r"e^{-\Theta(n^{1/2})}", "exp(−Θ(n¹⸍²))"),
        ([{"n": "exp^2*log"}], {}, r"e^{\Theta(n^{2} \log(n))}", "exp(Θ(n² log n))"),
        ([{"eps": "exp^1"}], {}, r"e^{\Theta(\varepsilon^{-1})}", "exp(Θ(ε⁻¹))"),
        ([{"eps": "-2 d/s - 1"}], {}, r"\varepsilon^{-2d/s-1}", "ε^(−2d/s−1)"),
        ([{"eps": "-1/2 1/(L-2)"}], {}, r"\varepsilon^{-(1/2)1/(L-2)}", "ε^(−(1/2)1/(L−2))"),
        ([{"n": "1"}, {}], {"hidden": "polylog"}, r"\tilde O(n + 1)", "Õ(n + 1)"),
        ([{"n": "1"}], {"hidden": "polylog", "kind": "lower"}, r"\tilde\Omega(n)", "Ω̃(n)"),
        ([{"n": "1"}], {"bound_tex": "n+3"}, "n", "n"),
        ([{"n": "1"}], {"bound_tex": "n+3", "kind": "exact"}, "n+3", "n+3"),
        ([{"n": "log loglog^-1"}], {}, r"\log(n) \, (\log\log(n))^{-1}", "log n (log log n)⁻¹"),
        ([{"eps": "loglog"}], {}, r"\log\log(1/\varepsilon)", "log log(1/ε)"),
        ([{}], {}, "1", "1"),
    ],
)  # fmt: skip
def test_what_a_formula_prints(
    bound: list[dict[str, str]], fields: dict[str, str], tex: str, text: str
) -> None:
    """Compound symbols are in parentheses, exact values keep their constants."""
    one = card(*bound, **fields)
    assert bound_tex(one, COMPOUND) == tex
    assert bound_text(one, COMPOUND, unicode_maths) == text


POWERS = st.sampled_from(
    [
        "1",
        "-2",
        "7/4",
        "exp^1",
        "exp^1/2",
        "-exp^2",
        "exp",
        "exp^1*log",
        "-2 d/s - 1",
        "1/2 1/(L-2)",
        "d/s",
        "",
    ]
)
LOGS = st.sampled_from(["", "log", "log^4", "polylog", "loglog", "log^-1 loglog^2"])
EXPONENTS = st.tuples(POWERS, LOGS).map(" ".join).map(str.strip).filter(bool)


@st.composite
def monomials(draw: st.DrawFn) -> dict[str, str]:
    """Monomials of every kind of term."""
    names = st.sampled_from([symbol.id for symbol in COMPOUND.symbols])
    made = draw(st.dictionaries(names, EXPONENTS, max_size=3))
    if draw(st.booleans()):
        made[draw(st.sampled_from(["log(n/eps)", "log(n y)", "log(n eta/eps lam0)"]))] = "1/2"
    return made


@given(st.lists(monomials(), min_size=1, max_size=3), st.sampled_from([None, "polylog"]))
def test_any_bound_is_read_back(bound: list[dict[str, str]], hidden: str | None) -> None:
    _check(card(*bound, hidden=hidden), COMPOUND)


def test_the_logarithm_of_a_quotient_is_a_sum() -> None:
    extremes = {symbol.id: symbol.extreme for symbol in COMPOUND.symbols}

    def read(*bound: dict[str, str]) -> object:
        return set(read_bound(map(Monomial, bound), extremes, ratios=("d/s", "1/(L-2)")))

    quotient = read({"eps": "-2", "log(n/eps)": "4"})
    assert quotient == read({"eps": "-2 log^4"}, {"eps": "-2", "n": "log^4"})


def test_formulas_that_are_no_terms_are_rejected() -> None:
    for name, exponent, message in (
        ("log(n+d)", "1", "not the logarithm of a quotient"),
        ("log(n/eps)", "-1", "not a power of"),
        ("log(n/eps)", "polylog", "not a power of"),
    ):
        with pytest.raises(ValueError, match=re.escape(message)):
            Monomial({name: exponent})
