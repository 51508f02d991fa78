"""A fixed file compiles: BibTeX and biber read it, and LaTeX prints it, without a word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dltheory_bib import Bibliography, Paper
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.fix.fixer import fix
from helpers.budget import share
from helpers.refstyles import STYLES
from test_latex_runs import IN_BLG, IN_LOG, complaints, run, with_biber

pytestmark = [pytest.mark.slow, pytest.mark.catalogue, pytest.mark.latex]

# What biblatex's data model has no field for, and editors, whom no record holds: an entry with
# BibTeX's fields becomes an `@incollection`, which BibTeX prints without them.
BEFORE = re.compile(
    "Field '(timestamp|biburl|bibsource|arxivid|mendeley-groups)' invalid in data model"
    "|Missing mandatory field 'editor'"
)
BIBTEX = [style for name, style in STYLES.items() if name != "zotero"]


@pytest.fixture(scope="module")
def published(catalogue: Bibliography) -> list[Paper]:
    return [paper for paper in catalogue if paper.eprint and paper.venue and paper.type != "online"]


def as_thesis(folder: Path, text: str, style: str, keys: list[str]) -> list[str]:
    """What is complained of in a thesis with natbib and the packages that print addresses."""
    (folder / "refs.bib").write_text(text, encoding="utf-8")
    cites = "\n".join(f"\\cite{{{key}}}" for key in keys)
    (folder / "doc.tex").write_text(
        r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage[numbers]{natbib}"
        rf"\usepackage{{url}}\usepackage{{hyperref}}\begin{{document}}{cites}"
        rf"\bibliographystyle{{{style}}}\bibliography{{refs}}\end{{document}}",
        encoding="utf-8",
    )
    latex = ("pdflatex", "-interaction=nonstopmode", "-draftmode", "doc.tex")
    run(folder, *latex)
    run(folder, "bibtex", "doc")
    run(folder, *latex)
    run(folder, *latex)
    return complaints(folder / "doc.blg", IN_BLG) + complaints(folder / "doc.log", IN_LOG)


@pytest.mark.parametrize(
    ("style", "options"),
    [
        ("plainnat", {}),
        ("plain", {"venues": "short"}),
        ("abbrvnat", {"keep_preprint": True}),
    ],
    ids=["plainnat", "plain-short", "abbrvnat-both"],
)
def test_a_fixed_file_with_bibtex(
    tmp_path: Path,
    catalogue: Bibliography,
    published: list[Paper],
    style: str,
    options: dict[str, Any],
) -> None:
    """Every preprint of the catalogue, in the styles in which reference managers write BibTeX."""
    text = "\n".join(
        BIBTEX[number % len(BIBTEX)](paper, paper.key) for number, paper in enumerate(published)
    )
    made = fix(catalogue, parse_bib(text), **options)
    assert len(made.changed) == len(published)
    assert as_thesis(tmp_path, made.text, style, [paper.key for paper in published]) == []


@pytest.mark.soak
@pytest.mark.parametrize(
    ("part", "options"), [(0, {}), (1, {"keep_preprint": True})], ids=["published", "both"]
)
def test_a_fixed_file_with_biber(
    tmp_path: Path,
    catalogue: Bibliography,
    published: list[Paper],
    part: int,
    options: dict[str, Any],
) -> None:
    """In all the styles; what a reference manager adds of its own does not count.

    Half of the works with each of the options, all in `make soak`.
    """
    published = share(published, part, 2)
    styles = list(STYLES.values())
    text = "\n".join(
        styles[number % len(styles)](paper, paper.key) for number, paper in enumerate(published)
    )
    made = fix(catalogue, parse_bib(text), **options)
    assert len(made.changed) == len(published)
    found = with_biber(tmp_path, made.text, typeset=True)
    assert [line for line in found if not BEFORE.search(line)] == []


def test_a_merged_file_with_biber(tmp_path: Path, catalogue: Bibliography) -> None:
    """A manuscript that cites both keys still finds what it cites."""
    paper = catalogue["jin2017escape"]
    text = STYLES["zotero"](paper, "one") + STYLES["dblp"](paper, "two")
    made = fix(catalogue, parse_bib(text), merge=True)
    assert made.merged == {"two": "one"}
    (tmp_path / "refs.bib").write_text(made.text, encoding="utf-8")
    (tmp_path / "doc.tex").write_text(
        r"\documentclass{article}\usepackage[T1]{fontenc}"
        r"\usepackage[backend=biber]{biblatex}\addbibresource{refs.bib}"
        r"\begin{document}\cite{one} \cite{two}\printbibliography\end{document}"
    )
    latex = ("pdflatex", "-interaction=nonstopmode", "-draftmode", "doc.tex")
    run(tmp_path, *latex)
    run(tmp_path, "biber", "doc")
    run(tmp_path, *latex)
    assert complaints(tmp_path / "doc.blg", IN_BLG) == []
    assert complaints(tmp_path / "doc.log", IN_LOG) == []
