"""The real programs read what is exported: no warning, no error, nothing undefined.

All of the shipped catalogue goes through BibTeX with four styles and through biber, together with
works that are harder to print than any it holds. Through biber, which takes most of the time, a
work of the catalogue goes in one of the encodings, and in `make soak` in each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from dltheory_bib import Bibliography
from dltheory_bib.formats.bibtex import to_bibtex
from dltheory_bib.models.paper import EntryType, Paper
from dltheory_bib.models.registries import Period, Venue
from helpers.budget import share
from helpers.programs import needs, run_program

pytestmark = [pytest.mark.slow, pytest.mark.catalogue, pytest.mark.latex]

TEXT = Period(short="R&D_#1", long="Workshop on {ordinal} R&D_#1 – 100%, {volume}", publisher="A&B")
SERIES = Period(short="S", long="Proceedings of {year}", series="Lectures & Notes", publisher="P")
HARD_VENUES = {
    "hard-text": Venue(id="hard-text", kind="workshop", periods=(TEXT,)),
    "hard-series": Venue(id="hard-series", kind="conference", periods=(SERIES,)),
    "hard-name": Venue(id="hard-name", kind="journal", periods=(Period(short="N", long="Name"),)),
}
KINDS: tuple[EntryType, ...] = (
    "article",
    "inproceedings",
    "incollection",
    "book",
    "thesis",
    "report",
    "online",
    "software",
)
HARD_NAMES = (
    "Łojasiewicz, Émile",
    "Erdős, Çağlar",
    "Jędrzejewski, Świętosław",
    "Đorđević, Ismaïl",
    "Garriga-Alonso, Adrià",
    "van den Berg, Þór",
    "And, And",
    "{École Polytechnique Fédérale & Friends and Sons}",
)
HARD_TITLE = r"{Š}-{P}olyak μP, ℓ∞ in $O(N^{2})$: 50% & #1 a_b ~ ^2 \ < “x” – {#P}-hard {$k$}-ReLU"


def hard_papers() -> list[Paper]:
    """Each type of entry in each kind of venue, with as many and as few fields as there can be."""
    cases = [
        (kind, venue, full)
        for kind in KINDS
        for venue in (None, *HARD_VENUES)
        for full in (True, False)
        if venue or kind not in {"article", "inproceedings"}
    ]
    papers = [
        Paper(
            key=f"hard.{kind}.{venue}.{'full' if full else 'bare'}",
            type=kind,
            title=HARD_TITLE,
            author=HARD_NAMES if full else HARD_NAMES[-1:],
            year=2001 + number % 20,  # alpha runs out of letters after 26 works of a year
            venue=venue,
            volume="70" if full else None,
            number="3",
            pages="1-20" if full else None,
            doi="10.1007/978-3_1(2)#a" if full else None,
            eprint="1703.00887" if full else None,
            url="https://a.org/~b_c?d=1&e=%20#f",
        )
        for number, (kind, venue, full) in enumerate(cases)
    ]
    nothing = Paper(key="hard.nothing", type="online", title="A", author=("B",), year=2017)
    return [*papers, nothing]


@pytest.fixture(scope="module")
def venues(catalogue: Bibliography) -> Mapping[str, Venue]:
    return {**catalogue.venues, **HARD_VENUES}


@pytest.fixture(scope="module")
def papers(catalogue: Bibliography) -> list[Paper]:
    return [*catalogue, *hard_papers()]


def run(folder: Path, *command: str) -> None:
    """Run a program of TeX in a folder. Its complaints are read from its logs."""
    run_program(needs(command[0]), *command[1:], cwd=folder)


def complaints(file: Path, pattern: str) -> list[str]:
    """The lines of a log in which a program complains."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    assert lines, f"{file.name} is empty: the program did not run"
    return [line for line in lines if re.search(pattern, line)]


IN_BLG = r"[Ww]arning--|error message|^Repeated|\b(WARN|ERROR)\b"
IN_LOG = r"^!|Citation .* undefined|multiply defined|Missing character|Emergency stop|Empty bib"


def with_bibtex(folder: Path, text: str, style: str, keys: Iterable[str]) -> list[str]:
    """What BibTeX and pdfLaTeX complain of when every entry is cited."""
    packages = r"\usepackage{natbib}" if style == "plainnat" else ""
    cites = "\n".join(f"\\cite{{{key}}}" for key in keys)
    (folder / "refs.bib").write_text(text, encoding="utf-8")
    # In LaTeX's commands a file needs no package; letters as they are need T1.
    packages += "" if text.isascii() else r"\usepackage[T1]{fontenc}"
    (folder / "doc.tex").write_text(
        r"\documentclass{article}"
        rf"{packages}\begin{{document}}{cites}"
        rf"\bibliographystyle{{{style}}}\bibliography{{refs}}\end{{document}}",
        encoding="utf-8",
    )
    latex = ("pdflatex", "-interaction=nonstopmode", "-draftmode", "doc.tex")
    run(folder, *latex)
    run(folder, "bibtex", "doc")
    run(folder, *latex)
    run(folder, *latex)
    return complaints(folder / "doc.blg", IN_BLG) + complaints(folder / "doc.log", IN_LOG)


def with_biber(folder: Path, text: str, *, typeset: bool) -> list[str]:
    """What biber, its data model and, where it is typeset, pdfLaTeX complain of."""
    (folder / "refs.bib").write_text(text, encoding="utf-8")
    (folder / "doc.tex").write_text(
        r"\documentclass{article}\usepackage[T1]{fontenc}"
        r"\usepackage[backend=biber]{biblatex}\addbibresource{refs.bib}"
        r"\begin{document}\nocite{*}\printbibliography\end{document}",
        encoding="utf-8",
    )
    latex = ("pdflatex", "-interaction=nonstopmode", "-draftmode", "doc.tex")
    run(folder, *latex)
    run(folder, "biber", "--validate-datamodel", "doc")
    found = complaints(folder / "doc.blg", IN_BLG)
    if typeset:
        run(folder, *latex)
        found += complaints(folder / "doc.log", IN_LOG)
    return found


@pytest.mark.parametrize(
    ("style", "options"),
    [
        ("plain", {"encoding": "utf-8"}),
        ("plain", {"encoding": "latex", "prefer": "preprint"}),
        ("abbrv", {"encoding": "latex"}),
        ("alpha", {"encoding": "latex", "venue_names": "short"}),
        ("alpha", {"encoding": "ascii"}),
        ("plainnat", {"encoding": "utf-8"}),
        ("plainnat", {"encoding": "latex"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value.values()),
)
def test_bibtex(tmp_path, papers, venues, style, options):
    """BibTeX and LaTeX print every work in every style without a word."""
    text = to_bibtex(papers, venues, **options)
    assert with_bibtex(tmp_path, text, style, [paper.key for paper in papers]) == []


@pytest.mark.soak
@pytest.mark.parametrize(
    ("part", "encoding", "typeset"), [(0, "utf-8", True), (1, "latex", True), (2, "ascii", False)]
)
def test_biblatex(tmp_path, catalogue, venues, part, encoding, typeset):
    """Every entry fits biblatex's data model, and LaTeX prints it."""
    papers = [*share(list(catalogue), part, 3), *hard_papers()]
    text = to_bibtex(papers, venues, dialect="biblatex", encoding=encoding)
    assert with_biber(tmp_path, text, typeset=typeset) == []


def test_related_entries(tmp_path, catalogue):
    """biber finds the entries that others build on, and LaTeX prints them behind those."""
    some = catalogue.on("saddle-escape")
    text = some.to_bibtex(dialect="biblatex", related=True)
    assert "related = {" in text
    assert with_biber(tmp_path, text, typeset=True) == []


def test_what_is_looked_for(tmp_path):
    """These tests see it when a style cuts a letter in two, or misses a field."""
    paper = Paper(key="a", type="online", title="A", author=("Émile, Éva",), year=2017)
    text = (
        to_bibtex([paper], {}, encoding="utf-8")
        + "@book{b, title={T}, author={A, B}, year={2017}}\n"
    )
    found = " ".join(with_bibtex(tmp_path, text, "abbrv", ["a", "b", "c"]))
    assert "empty publisher in b" in found
    assert "Invalid UTF-8" in found
    assert "Citation `c' on page 1 undefined" in found
