"""The minimal bibliography of a manuscript: which keys it cites, and an entry for each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import Bibliography, DataError
from dltheory_bib.bibfile.bib_parser import parse_bib, read_bib
from dltheory_bib.cli.main import main
from dltheory_bib.manuscript.cited_works import cite, named_files
from dltheory_bib.manuscript.manuscript import Manuscript, read_manuscript
from helpers.programs import needs, run_program
from test_latex_runs import IN_BLG, IN_LOG, complaints

Write = Callable[[str], Manuscript]


@pytest.fixture
def tex(tmp_path: Path) -> Write:
    """Read the text of a main.tex."""

    def read(text: str) -> Manuscript:
        path = tmp_path / "main.tex"
        path.write_text(text, encoding="utf-8")
        return read_manuscript(path)

    return read


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (r"\cite{a}", "a"),
        ("\\cite{a,\n  b, % not this: \\cite{x}\n  c}", "a b c"),
        (r"\citep[see][p.~$x_{[1]}$]{a} \citet*{b} \Citealp{c}", "a b c"),
        (r"\cite {a} \cite% a comment" + "\n  {b}", "a b"),
        (r"\parencites(see)(end)[1]{a}[2][3]{b}{c} text {d}", "a b c"),
        (r"\autocite*{a} \Textcite{b} \footcitetext[x]{c} \fullcite{d}", "a b c d"),
        (r"\volcite[pre]{2}[p. 1]{a} \citefield{b}{title} \nocite{c}", "a b c"),
        (r"\citetext{see \citealp{a}} \citestyle{x} \setcitestyle{y}", "a"),
        ("100\\% \\cite{a} % \\cite{x}\n\\\\% \\cite{y}", "a"),
        ("\\begin{verbatim}\\cite{x}\\end{verbatim}\\cite{a}", "a"),
        ("\\begin{lstlisting}[language=TeX]\n\\cite{x}\n\\end{lstlisting} \\cite{a}", "a"),
        (r"\verb|\cite{x}| \verb*+\cite{y}+ \lstinline!\cite{z}! \cite{a}", "a"),
        (r"\iffalse \cite{x} \ifx a b \fi \cite{y} \else \cite{a} \fi \cite{b}", "a b"),
        (r"\iffalse \cite{x}", ""),
        (r"\newcommand{\see}[2][see]{\citep[#1]{#2}} \see{a} \see[cf.]{b}", "a b"),
        (r"\newcommand\both[2]{\cite{#1} and \cite{#2}} \both{a}{b}", "a b"),
        (r"\newcommand{\me}{\citet{a}} \newcommand{\unused}{\citet{x}} \me", "a"),
        (r"\newcommand{\my}{\citet} \let\ours\my \my{a} \ours[x]{b}", "a b"),
        (r"\def\dd#1{\cite{#1,b}} \dd{a}", "a b"),
        (
            r"\NewDocumentCommand{\zz}{s o m}{\cite[#2]{#3}} \newcommand{\z}[1]{\cite{#1}} \z{a}",
            "a",
        ),
        (r"\newcommand{\inner}[1]{\cite{#1}} \newcommand{\outer}[1]{\inner{#1}} \outer{a}", "a"),
        (r"\lstnewenvironment{code}{}{} \begin{code}\cite{x}\end{code} \cite{a}", "a"),
        (r"\cite{a} \endinput \cite{x}", "a"),
        (r"\begin{document}\cite{a}\end{document} \cite{x}", "a"),
        (r"\footnote{\textbf{\cite{a}}} $\text{\cite{b}}$", "a b"),
        (
            r"\cite{1703.00887, 10.1137/17M1114296, a:b_c-d/e}",
            "1703.00887 10.1137/17M1114296 a:b_c-d/e",
        ),
        (r"\cite{a", ""),
        (r"\cite", ""),
        (r"\cite[unclosed {a}", ""),
        ("\\cite{a}\n\n{b} \\cite\n\n{c}", "a"),
    ],
)
def test_the_keys_of_a_text(tex: Write, text: str, keys: str) -> None:
    assert list(tex(text).keys) == keys.split()


def test_files_are_followed_from_where_latex_runs(tmp_path: Path, tex: Write) -> None:
    r"""`\input` and `\include` count from the main file, `\import` from its folder."""
    (tmp_path / "parts" / "deep").mkdir(parents=True)
    (tmp_path / "parts/one.tex").write_text(r"\cite{one} \input{parts/two}")
    (tmp_path / "parts/two.tex").write_text(r"\cite{two} \input{main}")
    (tmp_path / "parts/three.tex").write_text(r"\cite{three} \subimport{deep/}{four}")
    (tmp_path / "parts/deep/four.tex").write_text(r"\cite{four} \input{five}")
    (tmp_path / "parts/deep/five.tex").write_text(r"\cite{five}")
    (tmp_path / "parts/six.tex").write_text(
        r"\documentclass[../main]{subfiles}\begin{document}\cite{six}\end{document}\cite{x}"
    )
    found = tex(
        "\\input{parts/one}\\input parts/one.tex\n\\import{parts/}{three}\n"
        "\\subfile{parts/six}\\include{none}\\input{\\jobname}\\cite{last}"
    )
    assert list(found.keys) == ["one", "two", "three", "four", "five", "six", "last"]
    assert found.keys["four"].file.endswith("four.tex")
    said = [problem.message for problem in found.problems]
    assert "main includes itself; it is read once" in said
    assert "none does not exist; its citations are missing" in said
    assert any("computed" in one for one in said)


def test_places_are_those_of_the_command(tex: Write) -> None:
    found = tex("one\n\n\\cite{\n a,\n b}")
    assert [(one.key, one.line) for one in found.citations] == [("a", 3), ("b", 3)]


def test_a_command_nobody_knows_is_said_once(tex: Write) -> None:
    found = tex("\\citefancy{a} \\citefancy{b} \\citecolor{red}")
    assert not found.keys
    assert [problem.line for problem in found.problems] == [1]
    assert r"\citefancy is unknown" in found.problems[0].message


@given(st.text(alphabet="\\{}[]%,abcite \n#$verbif", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever stands in a .tex file, reading it ends, with keys of single words."""
    from dltheory_bib.manuscript.tex import TexReader

    found = Manuscript()
    TexReader(Path("x.tex"), found).read(Path("x.tex"), f"\\cite{text}")
    assert all(key == key.strip() and "," not in key for key in found.keys)


def test_aux_files_of_bibtex_natbib_and_biblatex(tmp_path: Path) -> None:
    """With the .aux of chapters; one that is missing is said."""
    (tmp_path / "ch").mkdir()
    (tmp_path / "main.aux").write_text(
        "\\relax \n\\citation{a,b}\n\\abx@aux@cite{0}{c}\n\\abx@aux@cite{d}\n"
        "\\@input{ch/one.aux}\n\\@input{gone.aux}\n\\bibdata{refs,more}\n\\bibcite{x}{1}\n"
    )
    (tmp_path / "ch/one.aux").write_text("\\relax\n\\citation{e}\n\\@input{../main.aux}\n")
    found = read_manuscript(tmp_path / "main.aux")
    assert list(found.keys) == ["a", "b", "c", "d", "e"]
    assert found.biblatex
    assert found.bibliographies == ["refs.bib", "more.bib"]
    assert [problem.line for problem in found.problems] == [6]


BCF = """<?xml version="1.0" encoding="UTF-8"?>
<bcf:controlfile version="3.8" xmlns:bcf="https://sourceforge.net/projects/biblatex">
  <bcf:bibdata section="0"><bcf:datasource type="file">refs.bib</bcf:datasource></bcf:bibdata>
  <bcf:section number="0">
    <bcf:citekey order="1">a</bcf:citekey>
    <bcf:citekey order="2" type="set" members="b,c">set1</bcf:citekey>
  </bcf:section>
  <bcf:section number="1"><bcf:citekey order="1" nocite="1">*</bcf:citekey>
    <bcf:citekey order="2">d</bcf:citekey></bcf:section>
  <bcf:datalist><bcf:filter type="keyword">main</bcf:filter></bcf:datalist>
</bcf:controlfile>
"""


def test_a_bcf_with_sections_sets_and_filters(tmp_path: Path) -> None:
    path = tmp_path / "main.bcf"
    path.write_text(BCF)
    found = read_manuscript(path)
    assert list(found.keys) == ["a", "b", "c", "d"]
    assert found.everything
    assert found.bibliographies == ["refs.bib"]
    assert "filters by keyword" in found.problems[0].message
    path.write_text(BCF[:300])
    with pytest.raises(DataError, match="run LaTeX again"):
        read_manuscript(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_manuscript(tmp_path / "none.tex")


OWN = """% my file
@string{me = "Myself"}
@string{unused = "X"}
@preamble{"\\newcommand{\\x}{}"}
@comment{@misc{b, title={no}}}
@Article( a ,
   author = {Doe, J.}, TITLE="Own {Thing}", journal = me # { Letters}, year=2001, crossref={P}, )
@book{P, title={Parent}, publisher="X", year=2000}
@misc{jin2017escape, title={Another thing entirely}, author={Who, A.}, year=1990}
@misc{ge2015escaping, title={Escaping From Saddle Points --- Online Stochastic Gradient for Tensor
 Decomposition}, author={Ge, Rong and others}, year=2015}
"""


def test_what_the_catalogue_lacks_is_taken_byte_for_byte(bib: Bibliography, tex: Write) -> None:
    """With its strings, preambles and parents; a key that means another work stays the user's."""
    found = tex(r"\cite{a,ge2015escaping,jin2017escape,nobody}")
    made = cite(bib, found, parse_bib(OWN))
    assert made.own == ("a", "P", "jin2017escape")
    assert made.entries == 4
    for part in (
        '@string{me = "Myself"}',
        '@preamble{"\\newcommand{\\x}{}"}',
        OWN[OWN.index("@Article") : OWN.index("@book") - 1],
        '@book{P, title={Parent}, publisher="X", year=2000}',
    ):
        assert part in made.text
    assert "unused" not in made.text
    assert "booktitle = {Proceedings of the 28th Conference on Learning Theory}" in made.text
    assert [(one.key, one.place.line) for one in made.unknown] == [("nobody", 1)]
    assert "jin2017escape is a different work" in made.notes[0]


def test_each_entry_has_the_key_as_it_is_typed(bib: Bibliography, tex: Write) -> None:
    """A work that is cited by its key and by its arXiv id gets two entries."""
    made = cite(bib, tex(r"\cite{1703.00887,jin2017escape,10.1287/moor.2021.1228}"))
    assert made.entries == 3
    for key in ("1703.00887", "jin2017escape", "10.1287/moor.2021.1228"):
        assert f"{{{key},\n" in made.text


def test_nocite_star_takes_the_whole_of_ones_own_file(bib: Bibliography, tex: Write) -> None:
    made = cite(bib, tex(r"\nocite{*}"), parse_bib(OWN))
    assert made.own == ("a", "P", "jin2017escape", "ge2015escaping")
    assert "name it with --bib" in cite(bib, tex(r"\nocite{*}")).notes[0]


def test_bytes_that_are_not_utf8_come_through(
    bib: Bibliography, tmp_path: Path, tex: Write
) -> None:
    own = tmp_path / "own.bib"
    own.write_bytes(b"\xef\xbb\xbf@misc{a,\r\n title={Caf\xe9}}\r\n")
    made = cite(bib, tex(r"\cite{a}"), read_bib(own))
    assert made.text.encode("utf-8", "surrogateescape") == b"@misc{a,\r\n title={Caf\xe9}}\n"


def test_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Writes a file; lists what nobody knows with its place and the nearest key; ends with 1."""
    main_tex = tmp_path / "main.tex"
    main_tex.write_text("\\cite{jin2017escape}\n\\cite{jin2017escpe}\n")
    refs = tmp_path / "refs.bib"
    assert main(("cite", str(main_tex), "-o", str(refs))) == 1
    err = capfd.readouterr().err
    assert "main.tex:2: no entry for jin2017escpe; did you mean jin2017escape" in err
    assert "1 key has no entry; add your own .bib with --bib" in err
    assert refs.read_text().count("@") == 1 + refs.read_text().count("@preamble")
    main_tex.write_text("\\cite{jin2017escape}\n")
    assert main(("cite", str(main_tex), "-o", str(refs))) == 0
    assert main(("cite", str(main_tex))) == 0
    assert "@inproceedings{jin2017escape,\n" in capfd.readouterr().out
    refs.write_text("mine\n")
    assert main(("cite", str(main_tex), "-o", str(refs))) == 1
    assert refs.read_text() == "mine\n"
    main_tex.write_text("nothing")
    assert main(("cite", str(main_tex))) == 0
    assert "contains no citations" in capfd.readouterr().err


THESIS = {
    "main.tex": r"""\documentclass{article}
PACKAGE
\newcommand{\see}[2][see]{\citep[#1]{#2}}
\begin{document}
% \cite{commented}
\citet{jin2017escape}, \citep[p.~1]{allen2019convergence, % an alias
  1602.04915}; \see[cf.]{10.1287/moor.2021.1228} \verb|\cite{verbed}|
\begin{verbatim}
\cite{verbatim}
\end{verbatim}
\iffalse \cite{dead} \fi
\input{part}
\include{chapter}
BIBLIOGRAPHY
\end{document}
""",
    "part.tex": r"\nocite{jacot2018neural} \citeauthor{saxe2014exact} \citep{own2001thing}",
    "chapter.tex": r"\section{C} \citet{ge2015escaping}",
    "own.bib": '@string{j = "Journal"}\n@article{own2001thing, author={Doe, Jane}, '
    "title={Own Thing}, journal=j, year=2001}\n",
}
CITED = 8


def thesis(folder: Path, package: str, bibliography: str) -> None:
    for name, text in THESIS.items():
        filled = text.replace("PACKAGE", package).replace("BIBLIOGRAPHY", bibliography)
        (folder / name).write_text(filled, encoding="utf-8")


def latex(folder: Path, *command: str) -> None:
    run_program(needs(command[0]), *command[1:], cwd=folder)


@pytest.mark.latex
@pytest.mark.slow
@pytest.mark.parametrize("source", ["main.tex", "main.aux"])
def test_a_thesis_with_bibtex(tmp_path: Path, source: str, monkeypatch) -> None:
    """From .tex or .aux to a bibliography that BibTeX and LaTeX print without a word."""
    monkeypatch.chdir(tmp_path)
    package = r"\usepackage[numbers]{natbib}"
    thesis(tmp_path, package, r"\bibliographystyle{plainnat}\bibliography{refs}")
    run = ("pdflatex", "-interaction=nonstopmode", "main.tex")
    latex(tmp_path, *run)
    assert main(("cite", source, "--bib", "own.bib", "-o", "refs.bib")) == 0
    latex(tmp_path, "bibtex", "main")
    latex(tmp_path, *run)
    latex(tmp_path, *run)
    assert complaints(tmp_path / "main.blg", IN_BLG) == []
    assert complaints(tmp_path / "main.log", IN_LOG) == []
    bbl = (tmp_path / "main.bbl").read_text(encoding="utf-8")
    assert bbl.count(r"\bibitem") == CITED


@pytest.mark.latex
@pytest.mark.slow
def test_a_thesis_with_biber(tmp_path: Path, monkeypatch) -> None:
    """The same with biblatex, whose dialect is told from the manuscript."""
    monkeypatch.chdir(tmp_path)
    package = r"\usepackage[T1]{fontenc}\usepackage[natbib,backend=biber]{biblatex}"
    thesis(tmp_path, package + r"\addbibresource{refs.bib}", r"\printbibliography")
    run = ("pdflatex", "-interaction=nonstopmode", "main.tex")
    latex(tmp_path, *run)
    made = []
    for source in ("main.tex", "main.bcf", "main.aux"):
        assert main(("cite", source, "--bib", "own.bib", "-o", "refs.bib", "--force")) == 0
        made.append((tmp_path / "refs.bib").read_text(encoding="utf-8"))
    # From each source the same entries in another order, so biber and LaTeX need to see one file.
    entries = [{part for part in text.split("\n\n") if part.startswith("@")} for text in made]
    assert entries[0] == entries[1] == entries[2]
    assert "date = {2017}" in made[0]
    latex(tmp_path, "biber", "main")
    latex(tmp_path, *run)
    latex(tmp_path, *run)
    assert complaints(tmp_path / "main.blg", IN_BLG) == []
    assert complaints(tmp_path / "main.log", IN_LOG) == []
    assert (tmp_path / "main.bbl").read_text(encoding="utf-8").count(r"\entry{") == CITED


NAMED = {
    "thesis.tex": "\\addbibresource[label=x]{strings.bib}\\addbibresource{refs/mine.bib}\n"
    "\\addbibresource{http://example.org/far.bib}\\addbibresource{gone.bib}\n"
    "\\cite{deep,jin2017escape,both}\n",
    "strings.bib": '@string{year = "2017"}\n@string{nips = "Conference of " # year}\n'
    '@string{other = "Other"}\n@misc{both, title={Both}, note={first}}\n',
    "refs/mine.bib": "@inproceedings{deep, title={D}, author={A, B}, booktitle=NIPS, year=2017}\n"
    "@misc{both, title={Both}, note={second}}\n",
}


def test_the_files_that_a_manuscript_names_are_read(
    bib: Bibliography, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Together, as BibTeX reads them: `@string`s of one in the other, the first of equal keys."""
    for name, text in NAMED.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    made = bib.cite(tmp_path / "thesis.tex")
    assert made.own == ("both", "deep")
    assert made.unknown == ()
    assert made.notes == ("gone.bib, which the manuscript names, does not exist; use --bib",)
    again = parse_bib(made.text)
    deep = next(entry for entry in again.entries if entry.key == "deep")
    assert again.values(deep)["booktitle"] == "Conference of 2017"
    assert "Other" not in made.text
    assert "first" in made.text
    assert "second" not in made.text
    main_tex, refs = str(tmp_path / "thesis.tex"), str(tmp_path / "gone.bib")
    assert main(("cite", main_tex, "-o", refs)) == 0
    assert "gone.bib, which" not in capfd.readouterr().err  # it is the one that is written
    assert main(("cite", main_tex, "-o", refs, "--force")) == 0
    assert Path(refs).read_text().endswith(made.text)
    mine = str(tmp_path / "refs/mine.bib")
    assert main(("cite", main_tex, "--bib", mine)) == 0
    assert "second" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (r"\bibliography{a, b.bib}", ["a.bib", "b.bib"]),
        (r"\nobibliography{\jobname}", ["main.bib"]),
        (r"\bibliography{\mybibs}", []),
        (r"\addglobalbib{a.bib}\addsectionbib{b.bib} %\bibliography{c}", ["a.bib", "b.bib"]),
    ],
)
def test_names_of_bibliographies(tmp_path: Path, text: str, names: list[str]) -> None:
    path = tmp_path / "main.tex"
    path.write_text(text)
    assert read_manuscript(path).bibliographies == names


def test_an_aux_in_a_folder_below_names_files_of_the_one_above(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    aux = tmp_path / "build/main.aux"
    aux.write_text("\\relax\n\\citation{a}\n\\bibdata{refs}\n")
    (tmp_path / "refs.bib").write_text("@misc{a, title={T}}")
    files, notes = named_files(read_manuscript(aux))
    assert ([entry.key for file in files for entry in file.entries], notes) == (["a"], [])


def test_strings_of_one_name_stay_those_of_their_file(bib: Bibliography, tex: Write) -> None:
    """Each definition comes before the entries that use it; circles end."""
    first = parse_bib('@string{j="One"}@misc{a, note=j # k}', "first.bib")
    second = parse_bib(
        '@string{j="Two"}@string{k=l}@string{l=k # "x"}@misc{b, note=j}', "second.bib"
    )
    made = parse_bib(cite(bib, tex(r"\cite{a,b}"), [first, second]).text)
    order = [made.text.index(part) for part in ('"One"', "{k=l}", "@misc{a", '"Two"', "@misc{b")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("entry", "same"),
    [
        ("author={Ge, Rong and Jin, Chi and Netrapalli, Praneeth}, title={TITLE}", True),
        ("title={TITLE}", True),
        ("author={Jin, Chi and Ge, Rong}, title={Saddle Points}, eprint={1703.00887}", True),
        ("author={Who, A.}, title={TITLE}", False),
        ("author={Jin, Chi}, title={Another thing entirely}", False),
    ],
)
def test_the_same_work_written_otherwise_is_no_other(
    bib: Bibliography, tex: Write, entry: str, same: bool
) -> None:
    """Authors in another order, or none, or another title under its id."""
    text = entry.replace("TITLE", "How to Escape Saddle Points Efficiently")
    own = parse_bib(f"@misc{{jin2017escape, {text}, year=2017}}")
    assert (not cite(bib, tex(r"\cite{jin2017escape}"), own).notes) == same


def test_the_case_of_a_key_matters_to_biber_alone(bib: Bibliography, tex: Write) -> None:
    own = parse_bib("@misc{wellingBayes, title={T}}")
    assert cite(bib, tex(r"\cite{wellingbayes}"), own).own == ("wellingBayes",)
    made = cite(bib, tex(r"\usepackage{biblatex}\cite{wellingbayes}"), own)
    assert [one.key for one in made.unknown] == ["wellingbayes"]
