"""What BibTeX and biber report has a message of `check`, and what they accept is no error."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dltheory_bib import Bibliography
from dltheory_bib.bibfile.bib_parser import parse_bib, read_bib
from dltheory_bib.bibfile.lint.linter import lint
from helpers.programs import needs, run_program

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from compare_bibtex import FORM, biber_errors, compare, main

pytestmark = [pytest.mark.slow, pytest.mark.latex]

GOOD = "author = {Vale, Ana}, title = {T}, journal = {J}, year = 2001"
REST = "title = {T}, journal = {J}, year = 2001"
PAPER = "author = {Vale, Ana}, title = {T}, year = 2001"
IN = f"@inproceedings{{k, {PAPER}"

# What BibTeX reports as an error, or, in the second part, as a warning at most.
ERRORS = {
    "comma at the end of a name": f"@article{{k, author = {{Vale, Ana, and Quint, Bo}}, {REST}}}",
    "comma at the end of the last name": f"@article{{k, author = {{Quint, Bo,}}, {REST}}}",
    "too many commas": f"@article{{k, author = {{Vale, Ana, Quint, Bo}}, {REST}}}",
    "a name for biber": "@article{k, author = {family=V, given=A, prefix=x, suffix=y}, "
    f"{REST}}}",
    "editors": f"{IN}, booktitle = {{B}}, editor = {{A, B, C, D}}}}",
    "dangling crossref": f"{IN}, crossref = {{none}}}}",
    "no type": f"@{{k, {GOOD}}}",
    "an address": f"mail me@example.org here\n@article{{k, {GOOD}}}",
    "an address in a comment": f"% me@example.org\n@article{{k, {GOOD}}}",
    "an at sign before an entry": f"text @ sign\n@article{{k, {GOOD}}}",
    "a comment inside": f"@article{{k, author = {{Vale, Ana}}, % x\n {REST}}}",
    "a commented field": f"@article{{k, author = {{Vale, Ana}},\n % note = {{x}},\n {REST}}}",
    "a comma twice": f"@article{{k, author = {{Vale, Ana}},, {REST}}}",
    "no comma": f"@article{{k, author = {{Vale, Ana}} {REST}}}",
    "no key": f"@article{{{GOOD}}}",
    "a space in the key": f"@article{{a key, {GOOD}}}",
    "a space in a field": f"@article{{k, a note = {{N}}, {GOOD}}}",
    "no value": f"@article{{k, {GOOD}, note = }}",
    "no equals sign": f"@article{{k, {GOOD}, note {{N}}}}",
    "letters after digits": f"@article{{k, {GOOD}, note = 2001a}}",
    "a range without braces": f"@article{{k, {GOOD}, pages = 1-2}}",
    "a field that begins with a digit": f"@article{{k, {GOOD}, 1st = {{x}}}}",
    "braces in quotes": f'@article{{k, author = "Vale}} {{Ana", {REST}}}',
    "an escaped brace": f"@article{{k, author = {{V\\{{ale, Ana}}, {REST}}}",
    "never closed": f"@article{{k, {GOOD}",
    "a key twice": f"@article{{k, {GOOD}}}\n@article{{k, {GOOD}}}",
    "a key twice in other letters": f"@article{{k, {GOOD}}}\n@article{{K, {GOOD}}}",
}
WARNINGS = {
    "no author": f"@article{{k, {REST}}}",
    "an empty author": f"@article{{k, author = {{}}, {REST}}}",
    "a blank title": "@article{k, author = {Vale, Ana}, title = { }, journal = {J}, year = 2001}",
    "nothing at all": "@article{k}",
    "undefined string": f"@article{{k, {PAPER}, journal = foo}}",
    "late string": f"@article{{k, {PAPER}, journal = foo}}\n@string{{foo = {{F}}}}",
    "a field twice": f"@article{{k, title = {{U}}, {GOOD}}}",
    "volume and number": f"{IN}, booktitle = {{B}}, volume = 1, number = 2}}",
    "number without series": f"{IN}, booktitle = {{B}}, number = 2}}",
    "number without volume": f"@article{{k, {GOOD}, number = 2}}",
    "month without year": "@article{k, author = {V, A}, title = {T}, journal = {J}, month = jan}",
    "author and editor": f"@book{{k, {PAPER}, editor = {{B, C}}, publisher = {{P}}}}",
    "nothing to sort by": "@misc{k, howpublished = {B}}",
    "proceedings to sort": "@proceedings{k, title = {B}, year = 2001}",
    "another type": "@online{k, title = {B}, url = {http://x.org}}",
    "an unknown type": f"@thing{{k, {PAPER}}}",
    "an entry in a comment": f"@comment{{ @misc{{two, title = {{x}}}} }}\n@article{{k, {GOOD}}}\n",
    "nested crossref": f"{IN}, crossref = {{l}}}}\n@proceedings{{l, title = {{L}}, crossref = "
    "{m}, year = 2001}\n@proceedings{m, title = {M}, year = 2001}",
    "a loop": f"{IN}, crossref = {{l}}}}\n@inproceedings{{l, {PAPER}, crossref = {{k}}}}",
    "a crossref to itself": f"{IN}, crossref = {{k}}}}",
    "a parent without a name": f"{IN}, crossref = {{l}}}}\n@proceedings{{l, title = {{L}}, "
    "organization = {O}, year = 2001}",
    "a chapter without a chapter": f"@inbook{{k, {PAPER}, publisher = {{P}}}}",
    "a book by crossref": f"@book{{k, {PAPER}, crossref = {{l}}}}\n@book{{l, title = {{L}}, author "
    "= {L, L}, publisher = {P}, year = 2001}",
}
ACCEPTED = {
    "an article": f"@article{{k, {GOOD}}}",
    "parentheses": f"@article(k, {GOOD})",
    "a comma at the end": f"@article{{k, {GOOD},}}",
    "suffixes": f"@article{{k, author = {{Rook, Jr., Cy and von Ng, III, D.}}, {REST}}}",
    "organisations": f"@article{{k, author = {{{{Vale, Quint, and Sons, Ltd.}}}}, {REST}}}",
    "others": f"@article{{k, author = {{Vale, Ana and others}}, {REST}}}",
    "joined strings": f"@string{{v = {{Vale}}}}@article{{k, author = v # {{, Ana}}, {REST}}}",
    "a string twice": f"@string{{v = {{V}}}}@string{{v = {{W}}}}@article{{k, {GOOD}, note = v}}",
    "text between entries": f'text, and 100% more = "x\n@article{{k, {GOOD}}}',
    "an abbreviated parent": f"{IN}, crossref = {{l}}}}\n@proceedings{{l, title = {{L}}, booktitle "
    "= {L}, editor = {E, F}, year = 2001}",
    "a space after the sign": f"@ article {{k, {GOOD}}}",
    "a month": f"@article{{k, {GOOD}, month = jan # {{~5}}}}",
}


@pytest.mark.parametrize("kind", [*ERRORS, *WARNINGS])
def test_each_finding_of_bibtex_has_a_message_at_its_entry(bib: Bibliography, kind: str) -> None:
    needs("bibtex")
    made = compare(bib, parse_bib((ERRORS | WARNINGS)[kind]))
    assert made.findings
    assert bool(made.errors) == (kind in ERRORS)
    assert made.without_message == []
    assert made.too_hard == []
    if kind in WARNINGS:
        assert made.levels["error"] == 0


@pytest.mark.parametrize("kind", ACCEPTED)
def test_what_bibtex_accepts_has_no_message(bib: Bibliography, kind: str) -> None:
    needs("bibtex")
    made = compare(bib, parse_bib(ACCEPTED[kind]))
    assert (made.findings, dict(made.levels)) == (0, {})


FOR_BIBER = {
    "no family name": f"@article{{k, author = {{, M. F.}}, {REST}}}",
    "no name": f"@article{{k, author = {{Vale, Ana and and Quint, Bo}}, {REST}}}",
    "too many commas": f"@article{{k, author = {{Vale, Ana, Quint, Bo}}, {REST}}}",
    "Latin-1": f"@article{{k, note = {{Caf\udce9 é}}, {GOOD}}}",
}


@pytest.mark.parametrize("kind", FOR_BIBER)
def test_what_biber_rejects_is_an_error(bib: Bibliography, kind: str) -> None:
    needs("biber")
    file = parse_bib(FOR_BIBER[kind])
    assert biber_errors(file)
    assert lint(bib, [file], dialect="biblatex").has("error")


@pytest.mark.parametrize("name", ["xampl.bib", "biblatex-examples.bib"])
def test_the_examples_of_bibtex_and_biblatex_have_no_error(bib: Bibliography, name: str) -> None:
    """The authors of both programs wrote them."""
    needs("bibtex")
    path = run_program(needs("kpsewhich"), name).stdout.decode().strip()
    assert path
    file = read_bib(Path(path))
    assert not lint(bib, [file]).has("error")
    made = compare(bib, file)
    assert made.findings
    assert made.without_message == []
    assert made.too_hard == []


def test_a_folder_is_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], catalogue: Bibliography
) -> None:
    """A finding without a message, or an error without a finding, gives the exit code 1."""
    needs("bibtex")
    assert catalogue
    (tmp_path / "refs.bib").write_text(ERRORS["too many commas"])
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("1 files, 1 entries, 2 findings of BibTeX")


def test_every_rule_on_form_is_a_rule(bib: Bibliography) -> None:
    from dltheory_bib.bibfile.lint.linter import rule_levels

    assert bib
    assert set(rule_levels()) >= FORM
