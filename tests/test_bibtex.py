"""What a .bib file looks like. Golden texts are what a user would paste into a thesis."""

from __future__ import annotations

import re
import unicodedata

import pytest
from bibtexparser import parse_string
from bibtexparser.middlewares import SeparateCoAuthors
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text

from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.errors import UnknownNameError
from dltheory_bib.formats.bibtex import entry_fields, to_bibtex
from dltheory_bib.models.paper import Paper, Version
from dltheory_bib.models.registries import Period, Venue
from dltheory_bib.text.latex import (
    from_latex,
    name_to_latex,
    read_letters,
    title_to_latex,
    to_latex,
)
from dltheory_bib.text.value_rules import balanced

VENUES = {
    venue.id: venue
    for venue in (
        Venue(
            id="neurips",
            kind="conference",
            periods=(
                Period(
                    until=2017,
                    short="NIPS",
                    long="Advances in Neural Information Processing Systems {volume}",
                    publisher="Curran Associates, Inc.",
                ),
                Period(
                    since=2018,
                    short="NeurIPS",
                    long="Advances in Neural Information Processing Systems {volume}",
                    publisher="Curran Associates, Inc.",
                ),
            ),
        ),
        Venue(
            id="icml",
            kind="conference",
            periods=(
                Period(
                    short="ICML",
                    long="Proceedings of the {ordinal} International Conference on Machine"
                    " Learning",
                    ordinal_from=1983,
                    series="Proceedings of Machine Learning Research",
                    publisher="PMLR",
                ),
            ),
        ),
        Venue(
            id="jmlr",
            kind="journal",
            periods=(
                Period(
                    short="JMLR",
                    long="Journal of Machine Learning Research",
                    publisher="Microtome Publishing",
                ),
            ),
        ),
        Venue(
            id="mit",
            kind="journal",
            periods=(Period(short="MIT", long="Massachusetts Institute of Technology"),),
        ),
        Venue(
            id="workshop",
            kind="workshop",
            periods=(Period(short="R&D", long="Workshop on Research & Development, {year}"),),
        ),
    )
}

JIN = Paper(
    key="jin2017escape",
    type="inproceedings",
    title="How to Escape Saddle Points Efficiently",
    author=("Jin, Chi", "Ge, Rong", "Netrapalli, Praneeth"),
    year=2017,
    venue="icml",
    volume="70",
    pages="1724-1732",
    eprint="1703.00887",
    url="https://proceedings.mlr.press/v70/jin17a.html",
)
LEE = Paper(
    key="lee2018deep",
    type="online",
    title="Deep Neural Networks as {G}aussian Processes",
    author=("Lee, Jaehoon",),
    year=2018,
    eprint="1711.00165",
    url="https://arxiv.org/abs/1711.00165v3",
)
PLAIN = Paper(key="a2020b", type="online", title="A", author=("A, B",), year=2020)


def bib(*papers: Paper, **options: object) -> str:
    return to_bibtex(papers, VENUES, **options)  # type: ignore[arg-type]


def field(text: str, name: str) -> str | None:
    """The value of a field of a file with one entry, or None."""
    found = parse_string(text).entries[0].get(name)
    return None if found is None else found.value


class TestEntries:
    def test_conference_paper(self):
        """A conference paper names the volume's title, its series and its publisher."""
        assert bib(JIN) == (
            "@inproceedings{jin2017escape,\n"
            "  author = {Jin, Chi and Ge, Rong and Netrapalli, Praneeth},\n"
            "  title = {How to Escape Saddle Points Efficiently},\n"
            "  booktitle = {Proceedings of the 34th International Conference on Machine "
            "Learning},\n"
            "  series = {Proceedings of Machine Learning Research},\n"
            "  volume = {70},\n"
            "  pages = {1724--1732},\n"
            "  publisher = {PMLR},\n"
            "  year = {2017},\n"
            "  eprint = {1703.00887},\n"
            "  archivePrefix = {arXiv},\n"
            "  url = {https://proceedings.mlr.press/v70/jin17a.html},\n"
            "}\n"
        )

    def test_conference_paper_in_biblatex(self):
        """biblatex has a date, and writes the archive's name small."""
        assert bib(JIN, dialect="biblatex", venue_names="short") == (
            "@inproceedings{jin2017escape,\n"
            "  author = {Jin, Chi and Ge, Rong and Netrapalli, Praneeth},\n"
            "  title = {How to Escape Saddle Points Efficiently},\n"
            "  booktitle = {ICML},\n"
            "  series = {Proceedings of Machine Learning Research},\n"
            "  volume = {70},\n"
            "  pages = {1724--1732},\n"
            "  publisher = {PMLR},\n"
            "  date = {2017},\n"
            "  eprint = {1703.00887},\n"
            "  eprinttype = {arxiv},\n"
            "  url = {https://proceedings.mlr.press/v70/jin17a.html},\n"
            "}\n"
        )

    def test_journal_article(self):
        """An article has volume and number, and no publisher."""
        paper = JIN.model_copy(
            update={
                "type": "article",
                "venue": "jmlr",
                "number": "3",
                "doi": "10.5555/3122009",
                "eprint": None,
                "url": "https://doi.org/10.5555/3122009",
            }
        )
        assert bib(paper) == (
            "@article{jin2017escape,\n"
            "  author = {Jin, Chi and Ge, Rong and Netrapalli, Praneeth},\n"
            "  title = {How to Escape Saddle Points Efficiently},\n"
            "  journal = {Journal of Machine Learning Research},\n"
            "  volume = {70},\n"
            "  number = {3},\n"
            "  pages = {1724--1732},\n"
            "  year = {2017},\n"
            "  doi = {10.5555/3122009},\n"
            "}\n"
        )
        assert field(bib(paper, dialect="biblatex"), "journaltitle") == (
            "Journal of Machine Learning Research"
        )

    def test_preprint(self):
        """A preprint shows its arXiv id in every style, and has no other address."""
        assert bib(LEE) == (
            "@misc{lee2018deep,\n"
            "  author = {Lee, Jaehoon},\n"
            "  title = {Deep Neural Networks as {Gaussian} Processes},\n"
            "  howpublished = {arXiv:1711.00165},\n"
            "  year = {2018},\n"
            "  eprint = {1711.00165},\n"
            "  archivePrefix = {arXiv},\n"
            "}\n"
        )
        assert bib(LEE, dialect="biblatex") == (
            "@online{lee2018deep,\n"
            "  author = {Lee, Jaehoon},\n"
            "  title = {Deep Neural Networks as {Gaussian} Processes},\n"
            "  date = {2018},\n"
            "  eprint = {1711.00165},\n"
            "  eprinttype = {arxiv},\n"
            "}\n"
        )

    def test_software(self):
        """An organisation keeps its braces; an address in BibTeX is plain text."""
        paper = Paper(
            key="jax2018",
            type="software",
            title="{JAX}",
            author=("{Google & DeepMind}",),
            year=2018,
            url="https://github.com/jax-ml/a_b?c=%20#d",
        )
        assert bib(paper) == (
            "@misc{jax2018,\n"
            "  author = {{Google \\& DeepMind}},\n"
            "  title = {{JAX}},\n"
            "  howpublished = {https://github.com/jax-ml/a\\_b?c=\\%20\\#d},\n"
            "  year = {2018},\n"
            "}\n"
        )
        assert bib(paper, dialect="biblatex") == (
            "@software{jax2018,\n"
            "  author = {{Google \\& DeepMind}},\n"
            "  title = {{JAX}},\n"
            "  date = {2018},\n"
            "  url = {https://github.com/jax-ml/a_b?c=%20#d},\n"
            "}\n"
        )

    def test_online_resource(self):
        """A page that has a venue names it before its address."""
        paper = PLAIN.model_copy(update={"venue": "workshop", "url": "https://a.org/b"})
        assert field(bib(paper), "howpublished") == (
            r"Workshop on Research \& Development, 2020, https://a.org/b"
        )
        assert field(bib(paper, dialect="biblatex"), "organization") == (
            r"Workshop on Research \& Development, 2020"
        )

    @pytest.mark.parametrize(
        ("kind", "bibtex", "biblatex"),
        [
            ("thesis", "phdthesis", "thesis"),
            ("report", "techreport", "report"),
            ("incollection", "inproceedings", "inbook"),
            ("book", "book", "book"),
        ],
    )
    def test_other_types(self, kind, bibtex, biblatex):
        """A type is printed where all that the styles require of it is known."""
        paper = PLAIN.model_copy(update={"type": kind, "venue": "mit"})
        assert bib(paper).startswith(f"@{bibtex}{{")
        assert bib(paper, dialect="biblatex").startswith(f"@{biblatex}{{")

    @pytest.mark.parametrize("kind", ["thesis", "report", "incollection", "book", "online"])
    def test_unknown_source(self, kind):
        """A work of which the styles would miss something is @misc in BibTeX."""
        assert bib(PLAIN.model_copy(update={"type": kind})) == (
            "@misc{a2020b,\n  author = {A, B},\n  title = {A},\n  year = {2020},\n}\n"
        )

    def test_institution(self):
        """The venue of a thesis is its school, that of a report its institution."""
        thesis, report = (
            PLAIN.model_copy(update={"type": kind, "venue": "mit"}) for kind in ("thesis", "report")
        )
        assert field(bib(thesis), "school") == "Massachusetts Institute of Technology"
        assert field(bib(report), "institution") == "Massachusetts Institute of Technology"
        assert field(bib(thesis), "type") is None
        assert field(bib(thesis, dialect="biblatex"), "type") == "phdthesis"

    @pytest.mark.parametrize(("volume", "expected"), [("70", None), (None, "3")])
    def test_number_in_a_series(self, volume, expected):
        """BibTeX refuses a number beside the volume of a series, so it gets one of them."""
        assert (
            field(bib(JIN.model_copy(update={"number": "3", "volume": volume})), "number")
            == expected
        )


class TestFile:
    def test_layout(self):
        """Entries stand in the order given, one blank line apart; the file ends with a newline."""
        text = bib(LEE, JIN)
        assert text.index("lee2018deep") < text.index("jin2017escape")
        assert "}\n\n@inproceedings" in text
        assert text.endswith("},\n}\n")
        assert "\n\n\n" not in text

    def test_no_papers(self):
        """No papers make an empty file."""
        assert bib() == ""

    def test_keys(self):
        """A paper can be printed under the key by which a thesis cites it."""
        text = bib(JIN, LEE, keys={"jin2017escape": ["jin17"]})
        assert list(parse_string(text).entries_dict) == ["jin17", "lee2018deep"]

    def test_repeated_key(self):
        """Two entries with one key raise: BibTeX would drop the second."""
        with pytest.raises(ValueError, match="Duplicate keys found: \\['lee2018deep'\\]"):
            bib(JIN, LEE, keys={"jin2017escape": ["lee2018deep"]})

    @pytest.mark.parametrize("name", ["dialect", "prefer", "encoding", "venue_names"])
    def test_unknown_option(self, name):
        """A choice that does not exist raises and says which ones do."""
        with pytest.raises(ValueError, match=f"{name}='utf8' is not one of [a-z0-9-]+, "):
            bib(JIN, **{name: "utf8"})

    def test_unknown_venue(self):
        """A paper in a venue that is not listed raises, with the nearest one."""
        with pytest.raises(UnknownNameError, match="no venue 'icmll'; did you mean icml"):
            bib(JIN.model_copy(update={"venue": "icmll"}))


class TestPreprintPreferred:
    def test_nothing_of_the_published_version(self):
        """The preprint of a published work has its own year and none of the venue's fields."""
        published = JIN.model_copy(update={"eprint": "1612.00887", "doi": "10.5555/1"})
        assert bib(published, prefer="preprint") == (
            "@misc{jin2017escape,\n"
            "  author = {Jin, Chi and Ge, Rong and Netrapalli, Praneeth},\n"
            "  title = {How to Escape Saddle Points Efficiently},\n"
            "  howpublished = {arXiv:1612.00887},\n"
            "  year = {2016},\n"
            "  eprint = {1612.00887},\n"
            "  archivePrefix = {arXiv},\n"
            "}\n"
        )

    def test_own_title(self):
        """A preprint that had another title is printed under that."""
        version = Version(kind="preprint", year=2017, title="Escaping {SGD}", source="arXiv")
        paper = JIN.model_copy(update={"versions": (version,)})
        assert field(bib(paper, prefer="preprint"), "title") == "Escaping {SGD}"
        assert field(bib(paper), "title") == JIN.title

    def test_id_of_a_version(self):
        """The id may stand with the version alone; that of another preprint is not taken."""
        other = Version(kind="preprint", year=1999, eprint="cond-mat/9907343", source="arXiv")
        paper = JIN.model_copy(update={"eprint": None, "versions": (other,)})
        text = bib(paper, prefer="preprint")
        assert (field(text, "eprint"), field(text, "year")) == ("cond-mat/9907343", "1999")
        assert field(bib(paper), "eprint") is None
        text = bib(JIN.model_copy(update={"versions": (other,)}), prefer="preprint")
        assert field(text, "eprint") == JIN.eprint

    def test_without_preprint(self):
        """A work without an arXiv id is printed as published, a preprint as it is."""
        paper = JIN.model_copy(update={"eprint": None})
        assert bib(paper, prefer="preprint") == bib(paper)
        assert bib(LEE, prefer="preprint") == bib(LEE)


class TestVenueNames:
    @pytest.mark.parametrize(("year", "short"), [(2017, "NIPS"), (2018, "NeurIPS")])
    def test_name_by_year(self, year, short):
        """A venue has the name of its year, and its volume once."""
        paper = JIN.model_copy(
            update={"venue": "neurips", "year": year, "volume": str(year - 1987)}
        )
        text = bib(paper)
        assert field(text, "booktitle") == (
            f"Advances in Neural Information Processing Systems {year - 1987}"
        )
        assert field(text, "volume") is None
        text = bib(paper, venue_names="short")
        assert field(text, "booktitle") == short
        assert field(text, "volume") == str(year - 1987)

    @pytest.mark.parametrize(
        ("year", "ordinal"), [(1984, "1st"), (1994, "11th"), (2004, "21st"), (2018, "35th")]
    )
    def test_ordinal(self, year, ordinal):
        """The ordinal of a conference is counted from its first year."""
        assert field(bib(JIN.model_copy(update={"year": year})), "booktitle") == (
            f"Proceedings of the {ordinal} International Conference on Machine Learning"
        )

    def test_no_gap(self):
        """What cannot be filled in leaves no gap."""
        paper = JIN.model_copy(update={"venue": "neurips", "volume": None})
        assert field(bib(paper), "booktitle") == (
            "Advances in Neural Information Processing Systems"
        )
        assert field(bib(JIN.model_copy(update={"year": 1983})), "booktitle") == (
            "Proceedings of the International Conference on Machine Learning"
        )


class TestAddresses:
    @pytest.mark.parametrize(
        ("url", "printed"),
        [
            ("https://doi.org/10.1137/15M1024950", False),
            ("https://epubs.siam.org/doi/abs/10.1137/15m1024950", False),
            ("https://link.org/10.1137%2F15M1024950", False),
            ("http://arxiv.org/pdf/1703.00887v2.pdf", False),
            ("https://doi.org/10.48550/arXiv.1703.00887", False),
            ("https://arxiv.org/abs/1703.99999", True),
            ("https://proceedings.mlr.press/v70/jin17a.html", True),
        ],
    )
    def test_no_repeated_address(self, url, printed):
        """An address that only repeats the DOI or the arXiv id is left out."""
        text = bib(JIN.model_copy(update={"doi": "10.1137/15M1024950", "url": url}))
        assert field(text, "doi") == "10.1137/15M1024950"
        assert field(text, "url") == (url if printed else None)

    def test_verbatim(self):
        """DOI and address are given as they are, for programs and for the package url."""
        paper = JIN.model_copy(
            update={"doi": "10.1007/978-3-319_1#a", "url": "https://a.org/~b_c?d=1&e=%20"}
        )
        assert field(bib(paper), "doi") == "10.1007/978-3-319_1#a"
        assert field(bib(paper), "url") == "https://a.org/~b_c?d=1&e=%20"


class TestNames:
    @pytest.mark.parametrize(
        ("name", "utf8", "latex", "plain"),
        [
            ("Garriga-Alonso, Adrià", None, r"Garriga-Alonso, Adri{\`a}", "Garriga-Alonso, Adria"),
            ("Müller, Jürgen", None, r"M{\"u}ller, J{\"u}rgen", "Muller, Jurgen"),
            (
                "Łojasiewicz, Stanisław",
                None,
                r"{\L}ojasiewicz, Stanis{\l}aw",
                "Lojasiewicz, Stanislaw",
            ),
            ("Gauß, Carl", None, r"Gau{\ss}, Carl", "Gauss, Carl"),
            ("Erdős, Çağlar", None, r"Erd{\H{o}}s, {\c{C}}a{\u{g}}lar", "Erdos, Caglar"),
            ("Ørsted, Æ", None, r"{\O}rsted, {\AE}", "Orsted, Ae"),
            ("Jędrzej, Í", None, r"J{\k{e}}drzej, {\'I}", "Jedrzej, I"),
            ("Díaz, Naïm", None, r"D{\'i}az, Na{\"i}m", "Diaz, Naim"),
            ("Nguyễn, Hà", None, r"Nguy{\~{\^e}}n, H{\`a}", "Nguyen, Ha"),
            ("O’Brien, X", "O'Brien, X", "O'Brien, X", "O'Brien, X"),
            ("De Sa, Christopher", None, "De Sa, Christopher", "De Sa, Christopher"),
            ("{École & Co}", r"{École \& Co}", r"{{\'E}cole \& Co}", r"{Ecole \& Co}"),
            ("{Mind and Brain}", None, "{Mind and Brain}", "{Mind and Brain}"),
            ("{A} and {B}", "{A and B}", "{A and B}", "{A and B}"),
            ("Foo, And", "Foo, {And}", "Foo, {And}", "Foo, {And}"),
        ],
    )
    def test_encodings(self, name, utf8, latex, plain):
        """Letters stay, become commands that BibTeX takes for one letter, or lose their accents."""
        assert name_to_latex(name, "utf-8") == (utf8 or name)
        assert name_to_latex(name, "ascii") == plain
        assert from_latex(name_to_latex(name, "latex")).replace("'", "’") == (
            name.strip("{}").replace("} and {", " and ").replace("'", "’")
        )
        if latex:
            assert name_to_latex(name, "latex") == latex

    def test_letters_of_few_languages(self):
        """A comma below is no cedilla; what cannot be composed is taken apart."""
        assert name_to_latex("Țuțea", "latex") == (r"{\textcommabelow{T}}u{\textcommabelow{t}}ea")
        assert name_to_latex("Țuțea", "ascii") == "Tutea"

    def test_decomposed_letters(self):
        """A letter typed as base and accent is the same letter."""
        decomposed = unicodedata.normalize("NFD", "Müller, Š")
        assert name_to_latex(decomposed) == "Müller, Š"
        assert name_to_latex(decomposed, "latex") == r"M{\"u}ller, {\v{S}}"

    def test_and_in_an_organisation(self):
        """An organisation with "and" in its name is one author, beside others."""
        paper = JIN.model_copy(
            update={"author": ("{Center for Mind and Brain}", "Jin, Chi", "And, And")}
        )
        (entry,) = parse_string(bib(paper), append_middleware=[SeparateCoAuthors()]).entries
        assert [from_latex(name) for name in entry["author"]] == [
            "Center for Mind and Brain",
            "Jin, Chi",
            "And, And",
        ]


class TestTitles:
    @pytest.mark.parametrize(
        ("title", "printed"),
        [
            ("{SGD}-based Learning", "{SGD}-based Learning"),
            ("{S}GD and {G}aussian {MLP}s", "{SGD} and {Gaussian} {MLPs}"),
            ("{{SGD}} and {Deep}{Mind}", "{SGD} and {DeepMind}"),
            ("{How to Escape}", "{How} {to} {Escape}"),
            ("{Polyak-Łojasiewicz}", "{Polyak-Łojasiewicz}"),
            ("Euler's {E}uler's", "Euler's {Euler}'s"),
            ("ReLU, SGD and K-FAC in 3D", "{ReLU}, {SGD} and K-{FAC} in {3D}"),
            ("A Two-Layer Net: I", "A Two-Layer Net: I"),
            ("{C++} for {$k$-means}", "{C++} for {$k$-means}"),
        ],
    )
    def test_protection(self, title, printed):
        """Braces protect whole words, once."""
        assert title_to_latex(title) == printed

    @pytest.mark.parametrize(
        ("title", "printed"),
        [
            ("In $O(n^{2}\\log_2 N)$ steps", "In {$O(n^{2}\\log_2 N)$} steps"),
            ("At rate $1/k^{2}$ & $\\epsilon$", "At rate $1/k^{2}$ \\& $\\epsilon$"),
            ("Sets $\\{x\\}$", "Sets $\\{x\\}$"),
            ("$α_{n}$ and μP at ∞", "${\\alpha}_{n}$ and {$\\mu$P} at $\\infty$"),
            ("∆ and ℓ", "{$\\Delta$} and $\\ell$"),
            ("$$ and ${$x$}$", "\\$\\$ and \\${{\\$}x\\$}\\$"),
            ("$\\$ or $", "\\${\\textbackslash}\\$ or \\$"),
        ],
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "latex", "ascii"])
    def test_mathematics(self, title, printed, encoding):
        """Mathematics is the same in each encoding, and keeps its capitals."""
        assert title_to_latex(title, encoding) == printed

    @pytest.mark.parametrize(
        ("title", "printed"),
        [
            ("100% of #1 & a_b", r"100\% of \#1 \& a\_b"),
            ("~ ^ \\", r"{\textasciitilde} {\textasciicircum} {\textbackslash}"),
            ("< | >", "$<$ $|$ $>$"),
            ("{#P}-hard", r"{{\#}P}-hard"),
            ("A – “b” — ‘c’ …", "A -- ``b'' --- `c' {\\ldots}"),
        ],
    )
    def test_special_characters(self, title, printed):
        """What LaTeX gives a meaning is printed as what it is."""
        assert title_to_latex(title) == printed

    def test_protected_accent(self):
        """A protecting group never begins with a backslash: BibTeX would lower its case."""
        assert title_to_latex("{Łojasiewicz}", "latex") == r"{{\L}ojasiewicz}"

    def test_lossless(self):
        """A character without a command stays in each encoding."""
        assert {title_to_latex("中", code) for code in ("utf-8", "latex", "ascii")} == {"中"}

    def test_plain_text(self):
        """In a text that is no title braces and dollars are themselves."""
        assert to_latex("{a} $b$") == r"{\textbraceleft}a{\textbraceright} \$b\$"

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("Plain", "Plain"),
            (r"G{\"o}del \'{e} {\L}", "Gödel é Ł"),
            ("50% and 50\\% of {SGD}--s", "50% and 50% of SGD–s"),
            ("a~b  $x_{1}$", "a b $x_{1}$"),
            (r"R&D with \emph{x}, $a & b$ \& & c&amp;d", r"R&D with x, $a & b$ & & c&amp;d"),
            (r"\texttt{libsvm}: \textsf{A} \mbox{library}", "libsvm: A library"),
            ("unbalanced } {", "unbalanced"),
            (r"{\href{https://example.org/a_b\%20c}{Meeting on \emph{X}}}", "Meeting on X"),
            (r"Proc.\ of \href {https://example.org} {{ABC}} 9", "Proc. of ABC 9"),
            (r"\href{https://example.org}", "https://example.org"),
        ],
    )
    def test_reading(self, value, text):
        """A value of somebody's .bib file is read as its text."""
        assert from_latex(value) == text


LETTERS = st.text("abIZéÉüßŁłøçŞěñÅ", min_size=1, max_size=8)
WORDS = st.lists(LETTERS, min_size=1, max_size=3)
JOINED = st.builds(lambda parts, by: by.join(parts), WORDS, st.sampled_from("- '"))
NAMES = st.one_of(
    st.builds("{}, {}".format, JOINED, JOINED),
    st.builds("{{{} and {} & co}}".format, JOINED, JOINED),
    LETTERS,
)


@st.composite
def titles(draw: st.DrawFn) -> str:
    """Titles as the catalogue admits them, rich in what LaTeX and BibTeX trip over."""
    text = draw(st.text("aB1 {}$\\%&#_~^<>|@\",='`-+éŁμ–中\u0301", min_size=1, max_size=20))
    try:
        return balanced(text)
    except ValueError:
        return balanced(draw(st.text('aB é%&@"=\\', max_size=8)) + "x")


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    return JIN.model_copy(
        update={
            "title": draw(titles()),
            "author": tuple(draw(st.lists(NAMES, min_size=1, max_size=4))),
            "pages": draw(st.sampled_from([None, "1", "1-2", "A1-A20", "3:1-3:9"])),
        }
    )


@given(st.lists(papers(), min_size=1, max_size=3), st.sampled_from(["bibtex", "biblatex"]))
def test_round_trip(some, dialect):
    """Whatever the records hold, another program reads the same entries, names and pages."""
    some = [paper.model_copy(update={"key": f"key{index}"}) for index, paper in enumerate(some)]
    text = bib(*some, dialect=dialect, encoding="utf-8")
    library = parse_string(text, append_middleware=[SeparateCoAuthors()])
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == [paper.key for paper in some]
    for entry, paper in zip(library.entries, some, strict=True):
        assert [from_latex(name) for name in entry["author"]] == [
            name.strip("{}") for name in paper.author
        ]
        pages = entry.get("pages")
        assert (pages and pages.value) == (paper.pages and paper.pages.replace("-", "--"))


@given(titles(), st.sampled_from(["utf-8", "latex", "ascii"]))
def test_braces_balance(title, encoding):
    """BibTeX, which counts escaped braces too, never sees an unbalanced title."""
    depth = 0
    for char in title_to_latex(title, encoding):
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    assert depth == 0


@given(st.one_of(NAMES, JOINED))
def test_accents_survive(name):
    """No accent is lost on the way through LaTeX commands, and none is left in ASCII."""
    plain = name.strip("{}")
    assert from_latex(name_to_latex(name, "latex")) == plain
    assert name_to_latex(name, "latex").isascii()
    assert name_to_latex(name, "ascii").isascii()


def test_rare_letters_need_no_package():
    """A letter that LaTeX's standard encoding lacks brings the preamble that borrows it, once."""
    jastrzebski = JIN.model_copy(update={"author": ("Jastrzębski, Stanisław", "Þór, Ągnes")})
    text = bib(jastrzebski)
    assert text.startswith('@preamble{"\\expandafter\\gdef\\csname ?\\string\\TH\\endcsname')
    assert text.count("@preamble") == 1
    assert "{\\k{e}}" in text
    assert "@preamble" not in bib(JIN)
    assert "@preamble" not in bib(jastrzebski, dialect="biblatex")


LATEX = [
    *"aeiosl '~-`%_{}\\",
    "\\'",
    '\\"',
    "\\v",
    "\\o",
    "\\ss",
    "\\L",
    "{}",
    "--",
    "\\i",
    "\\&",
    "\\j",
]


@given(st.lists(st.sampled_from(LATEX), max_size=12).map("".join))
def test_letters_are_read_as_the_parser_reads_them(text: str) -> None:
    """The quick way gives what pylatexenc gives, or leaves it to it."""
    quick = read_letters(text)
    if quick is not None:
        escaped = re.sub(r"(?<!\\)%", r"\\%", text)
        parser = LatexNodes2Text(math_mode="verbatim")
        assert quick == " ".join(parser.latex_to_text(escaped).split())


@pytest.mark.parametrize("dialect", ["bibtex", "biblatex"])
@pytest.mark.parametrize("prefer", ["published", "preprint"])
@pytest.mark.parametrize("encoding", [None, "latex", "ascii", "utf-8"])
@pytest.mark.parametrize("venue_names", ["long", "short"])
@pytest.mark.parametrize("paper", [JIN, LEE, PLAIN], ids=lambda one: one.key)
def test_the_fields_of_an_entry_are_what_is_printed(
    paper: Paper, dialect: str, prefer: str, encoding: str | None, venue_names: str
) -> None:
    """Type, names, order and values: printed and read again, they are the same."""
    options = {"dialect": dialect, "prefer": prefer, "venue_names": venue_names}
    options |= {"encoding": encoding} if encoding else {}
    kind, fields = entry_fields(paper, VENUES, **options)  # type: ignore[arg-type]
    file = parse_bib(bib(paper, **options))
    (entry,) = file.entries
    assert (entry.type, entry.key) == (kind, paper.key)
    assert [(one.name, file.value(one)) for one in entry.fields] == list(fields.items())


def test_the_fields_of_an_entry_need_known_options_and_venues() -> None:
    """As printing does."""
    with pytest.raises(ValueError, match="dialect='tex' is not one of bibtex, biblatex"):
        entry_fields(JIN, VENUES, dialect="tex")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError):
        entry_fields(JIN, {})


@given(st.text(st.sampled_from("aBcD1 {}-:'`\"ü$%"), max_size=14))
def test_the_short_way_for_plain_titles_gives_the_same(title: str) -> None:
    """Titles of plain words are not taken apart letter by letter."""
    from dltheory_bib.text import latex

    for encoding in ("utf-8", "latex"):
        if latex._PLAIN_WORDS.fullmatch(title) and latex._KEEPS_CASE.search(title):
            slow = latex._any_title_to_latex(title, encoding)
            assert title_to_latex(title, encoding) == slow
