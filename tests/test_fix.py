"""What `fix` changes in a .bib file, and what it leaves alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import Bibliography, Paper, UnsafeChangeError, load
from dltheory_bib.bibfile.bib_parser import BibFile, parse_bib
from dltheory_bib.bibfile.fix import fixer as fixing
from dltheory_bib.bibfile.fix.fixer import fix
from dltheory_bib.bibfile.fix.merge import merge
from dltheory_bib.bibfile.fix.title_and_authors import fuller_names, protected_title, split_names
from dltheory_bib.bibfile.venue_match import names_venue
from dltheory_bib.correction_kinds import KINDS
from dltheory_bib.formats.bibtex import Dialect, to_bibtex
from dltheory_bib.text.identifiers import is_arxiv_alone
from helpers.records import work
from helpers.refstyles import STYLES

Fix = Callable[..., str]


@pytest.fixture
def fixed(bib: Bibliography) -> Fix:
    """The text of a .bib as it should be."""

    def text_of(text: str, **options: Any) -> str:
        made = fix(bib, parse_bib(text), **options)
        assert fix(bib, parse_bib(made.text), **options).text == made.text, "twice is not once"
        return made.text

    return text_of


def values(text: str) -> dict[str, str]:
    """The fields of the one entry in a text, its type as `@`."""
    file = parse_bib(text)
    (entry,) = file.entries
    assert entry.whole
    return {"@": entry.type, **file.values(entry)}


@pytest.fixture(scope="module")
def published(catalogue: Bibliography) -> list[Paper]:
    """The works that have an arXiv id and a version in print."""
    return [paper for paper in catalogue if paper.eprint and paper.venue and paper.type != "online"]


# Preprints that were published


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_preprints_of_every_style_become_what_was_published(
    catalogue: Bibliography, published: list[Paper], style: str
) -> None:
    """Of the works with a version in print 99 of 100 at least, and none becomes another."""
    write = STYLES[style]
    text = "\n".join(write(paper, f"k{number}") for number, paper in enumerate(published))
    made = fix(catalogue, parse_bib(text), only=KINDS)
    after = parse_bib(made.text)
    assert len(after.entries) == len(published)
    pairs = zip(published, after.entries, strict=True)
    left = {
        entry.key: paper.key
        for paper, entry in pairs
        if not is_published(catalogue, paper, after.values(entry))
    }
    assert len(left) <= 0.01 * len(published), left
    assert not left.keys() & {entry.key for entry in made.changed}, left
    assert not made.problems
    assert not fix(catalogue, after, only=KINDS).edits


def is_published(bib: Bibliography, paper: Paper, found: dict[str, str]) -> bool:
    """Whether an entry is that of a work's published version, with nothing of the preprint but a
    locator where there is no other.
    """
    names = ("booktitle", "journal", "journaltitle", "publisher")
    place = next((found[name] for name in names if found.get(name)), "")
    year = found.get("year") or found.get("date")
    pages = (found.get("pages") or "").replace("--", "-")
    return (
        names_venue(place, bib.venues[paper.venue or ""])
        and year == str(paper.year)
        and pages in {paper.pages, ""}
        and found.get("doi") == paper.doi
        and not any("arxiv" in found.get(name, "").lower() for name in (*names, "note", "volume"))
        and has_one_locator(found)
    )


def has_one_locator(found: dict[str, str]) -> bool:
    """Whether the preprint's id or URL is there if nothing else leads to the text."""
    url = found.get("url", "")
    printed = found.get("pages") or found.get("doi") or (url and "arxiv" not in url)
    return ("eprint" in found or "arxiv" in url) != bool(printed)


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["bibtex", "biblatex"])
def test_what_export_writes_needs_no_fixing(
    catalogue: Bibliography, published: list[Paper], dialect: Dialect
) -> None:
    """And the preprints that it writes are fixed, all of them, each for its own work."""
    text = to_bibtex(catalogue, catalogue.venues, dialect=dialect)
    made = fix(catalogue, parse_bib(text))
    assert [entry.key for entry in made.changed] == []
    assert [entry.match.paper.key for entry in made.entries] == [
        entry.key for entry in made.entries
    ]
    text = to_bibtex(
        published, catalogue.venues, dialect=dialect, prefer="preprint", encoding="ascii"
    )
    made = fix(catalogue, parse_bib(text))
    assert all(entry.changes[0].what == "published" for entry in made.entries)
    assert [entry.match.paper.key for entry in made.entries] == [one.key for one in published]


SCHOLAR = """@article{mine,
  title={How to escape saddle points efficiently},
  author={Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M and Jordan, Michael I},
  journal={arXiv preprint arXiv:1703.00887},
  year={2017}
}
"""


def test_an_entry_keeps_its_key_order_and_layout(fixed: Fix) -> None:
    """What is added stands behind, as the fields before it are written."""
    expected = """@inproceedings{mine,
  title={How to escape saddle points efficiently},
  author={Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M and Jordan, Michael I},
  booktitle={Proceedings of the 34th International Conference on Machine Learning},
  year={2017},
  series={Proceedings of Machine Learning Research},
  volume={70},
  pages={1724--1732},
  publisher={PMLR}
}
"""
    assert fixed(SCHOLAR) == expected
    crlf = SCHOLAR.replace("\n", "\r\n")
    assert fixed(crlf) == expected.replace("\n", "\r\n")


def test_letters_quotes_columns_and_commas_are_kept(fixed: Fix) -> None:
    text = (
        '@ARTICLE( mine ,\n\tTITLE   = "How to Escape Saddle Points Efficiently",\n'
        '\tJOURNAL = "CoRR", VOLUME  = "abs/1703.00887",\n\tYEAR    = 2017,\n\tNOTE    = "mine",)'
    )
    assert fixed(text) == (
        '@INPROCEEDINGS( mine ,\n\tTITLE   = "How to Escape Saddle Points Efficiently",\n'
        '\tBOOKTITLE = "Proceedings of the 34th International Conference on Machine Learning",'
        ' VOLUME  = "70",\n\tYEAR    = 2017,\n\tNOTE    = "mine",\n'
        '\tSERIES  = "Proceedings of Machine Learning Research",\n\tPAGES   = "1724--1732",\n'
        '\tPUBLISHER = "PMLR",\n'
        '\tAUTHOR  = "Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M.'
        ' and Jordan, Michael I.",)'
    )


def test_a_title_that_changed_in_print_is_the_printed_one(fixed: Fix) -> None:
    """Known by its id, or by the title of the preprint."""
    text = """@misc{a, title={Stochastic Gradient Descent Escapes Saddle Points Efficiently},
author={Jin, Chi and Netrapalli, Praneeth and Ge, Rong and Kakade, Sham M. and Jordan, Michael I.},
ID year={2019}}"""
    for identifier in ("eprint={1902.04811},", "note={arXiv preprint},"):
        found = values(fixed(text.replace("ID", identifier), only=KINDS))
        assert found["title"].startswith("On Nonconvex Optimization for Machine Learning")
        assert (found["@"], found["year"], found["volume"]) == ("article", "2021", "68")
        assert found["doi"] == "10.1145/3418526"


def test_the_version_of_record_in_biblatex(fixed: Fix) -> None:
    """Only an entry with biblatex's own fields gets more of them; biber reads others as well."""
    text = "@online{a, title={A Mean Field View of the Landscape of Two-Layer Neural Networks}, %s}"
    preprint = "date={2018-04-18}, eprint={1804.06561}, eprinttype={arxiv}"
    found = values(fixed(text % preprint, only=KINDS))
    assert found["@"] == "article"
    assert found["journaltitle"] == "Proceedings of the National Academy of Sciences"
    assert (found["date"], found["doi"]) == ("2018", "10.1073/pnas.1806579115")
    found = values(fixed(text % "year={2018}, eprint={1804.06561}, eprinttype={arxiv}"))
    assert "journal" in found
    assert "journaltitle" not in found


def test_the_preprint_can_be_kept_beside_the_publication(fixed: Fix) -> None:
    found = values(fixed(SCHOLAR, keep_preprint=True))
    assert found["eprint"] == "1703.00887"
    assert found["archiveprefix"] == "arXiv"
    assert "International Conference on Machine Learning" in found["booktitle"]
    biblatex = "@online{a, title={How to Escape Saddle Points Efficiently}, date={2017}, "
    found = values(fixed(biblatex + "eprint={1703.00887}}", keep_preprint=True))
    assert (found["eprint"], found["eprinttype"].lower()) == ("1703.00887", "arxiv")
    # What is published already keeps the id that it has.
    assert "eprint" in values(fixed(fixed(SCHOLAR, keep_preprint=True)))


def test_a_preprint_that_became_a_book(tmp_path: Path) -> None:
    """It has a publisher where a paper has a journal."""
    record = """- key: doe2022theory
  type: book
  title: A Theory of Tea
  author: ['Doe, Jane']
  year: 2022
  venue: cambridge
  eprint: '2106.10165'
"""
    (tmp_path / "papers.yaml").write_text(record, "utf-8")
    tea = load(tmp_path / "papers.yaml")
    text = """@article{a, title={A theory of tea}, author={Doe, J.}, year={2021},
  journal={arXiv preprint arXiv:2106.10165}}"""
    made = fix(tea, parse_bib(text))
    assert (
        made.text
        == """@book{a, title={A theory of tea}, author={Doe, Jane}, year={2022},
  publisher={Cambridge University Press},
  eprint={2106.10165},
  archivePrefix={arXiv}}"""
    )
    assert not fix(tea, parse_bib(made.text)).edits


def test_notes_of_the_users_stay(fixed: Fix) -> None:
    """A note that names arXiv and nothing else goes, others stay; so does an address."""
    start = "@misc{a, title={How to Escape Saddle Points Efficiently}, eprint={1703.00887}, "
    assert "note" not in values(fixed(start + "note={arXiv:1703.00887 [cs.LG]}}"))
    assert values(fixed(start + "note={on arXiv; read section 3}}"))["note"]
    assert values(fixed(start + "url={https://blog.example.org}}"))["url"]
    assert "mlr.press" in values(fixed(start + "url={https://arxiv.org/abs/1703.00887}}"))["url"]


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("arXiv:1703.00887v2", True),
        ("arXiv preprint arXiv:cs/0102003", True),
        ("\\url{https://arxiv.org/abs/1703.00887}", True),
        ("arXiv: 1703.00887 [math.ST], version 3", True),
        ("Available at arXiv 1703.00887", True),
        ("see arXiv for the proofs", False),
        ("https://example.org/arxiv-tips and more", False),
        ("", False),
        ("mine", False),
    ],
)
def test_what_names_arxiv_alone(text: str, alone: bool) -> None:
    assert is_arxiv_alone(text) == alone


# What a published entry lacks

ICML = """@inproceedings{a, title={How to Escape Saddle Points Efficiently},
  author={%s}, booktitle={%s}, year={2017}%s}
"""
AUTHORS = (
    "Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M. and Jordan, Michael I."
)


def test_pages_and_doi_that_are_missing(fixed: Fix) -> None:
    """But none that are there, and nothing else."""
    found = values(fixed(ICML % (AUTHORS, "ICML", "")))
    assert found["pages"] == "1724--1732"
    assert set(found) == {"@", "title", "author", "booktitle", "year", "pages"}
    text = ICML % (AUTHORS, "ICML", ", pages={1724-1732}")
    assert fixed(text) == text
    pnas = """@article{a, title={A Mean Field View of the Landscape of Two-Layer Neural Networks},
 author={Mei, Song and Montanari, Andrea and Nguyen, Phan-Minh}, journal={%s}, year={2018},
 pages={E7665--E7671}}"""
    for name in (
        "PNAS",
        "Proc. Natl. Acad. Sci.",
        "Proceedings of the National Academy of Sciences",
    ):
        found = values(fixed(pnas % name, only=["dois", "pages"]))
        assert (found["volume"], found["doi"]) == ("115", "10.1073/pnas.1806579115")


@pytest.mark.parametrize(
    "place",
    [
        "ICML 2017 Workshop on Principled Approaches to Deep Learning",
        "International Conference on Machine Learning and Applications",
        "Advances in Neural Information Processing Systems",
    ],
)
def test_another_place_gets_nothing_of_this_one(fixed: Fix, place: str) -> None:
    """A work may have been shown at a workshop in the same year under the same title."""
    text = ICML % (AUTHORS, place, "")
    assert fixed(text) == text
    known = text.replace("year=", "eprint={1703.00887}, year=")
    assert fixed(known) == known


def test_the_year_of_the_preprint_beside_the_venue_is_put_right(fixed: Fix) -> None:
    """Unless something else speaks for that year."""
    text = """@inproceedings{a, title={{Deep Convolutional Networks as shallow Gaussian Processes}},
 author={Garriga-Alonso, Adri{\\`a} and Rasmussen, Carl Edward and Aitchison, Laurence},
 booktitle={International Conference on Learning Representations%s}, year={2018}}"""
    assert values(fixed(text % ""))["year"] == "2019"
    assert fixed(text % " 2018") == text % " 2018"


@pytest.mark.parametrize(
    ("style", "given", "expected"),
    [
        ("as-is", "NeurIPS", None),
        ("as-is", "Proc. NIPS", "Proc. NIPS"),
        ("as-is", "Advances in neural information processing systems", None),
        ("short", "Advances in Neural Information Processing Systems 30", "NIPS"),
        ("long", "NIPS", "Advances in Neural Information Processing Systems"),
    ],
)
def test_names_of_venues(fixed: Fix, style: str, given: str, expected: str | None) -> None:
    """As they are; long or short names of the year only when they are asked for."""
    text = """@inproceedings{a, title={Gradient Descent Can Take Exponential Time to Escape
 Saddle Points}, author={Du, Simon S. and Jin, Chi and Lee, Jason D. and Jordan,
 Michael I. and Singh, Aarti and P{\\'o}czos, Barnab{\\'a}s},
 booktitle={%s}, year={2017}, pages={1067--1077}}"""
    assert values(fixed(text % given, venues=style))["booktitle"] == (expected or given)


def test_a_venue_with_a_string_is_renamed_when_asked(fixed: Fix) -> None:
    text = """@inproceedings{a, title={Neural Tangent Kernel: Convergence and Generalization in
 Neural Networks}, author={Jacot, Arthur and Gabriel, Franck and Hongler, Cl{\\'e}ment},
 booktitle={NIPS 2018}, year={2018}, pages={8571--8580}}"""
    assert fixed(text) == text
    assert values(fixed(text, venues="short"))["booktitle"] == "NeurIPS"
    macro = '@string{nips = "NIPS"}\n' + text.replace("{NIPS 2018}", "nips")
    assert fixed(macro) == macro
    assert '@string{nips = "NIPS"}' in fixed(macro, venues="long")
    assert "booktitle={Advances in Neural" in fixed(macro, venues="long")


@pytest.mark.parametrize(
    ("venue", "text", "same"),
    [
        ("icml", "Proc. of the 34th ICML", True),
        ("icml", "International Conference on Machine Learning ({ICML})", True),
        ("icml", "Asian Conference on Machine Learning", False),
        ("nature", "Nature", True),
        ("nature", "Nature Communications", False),
        ("mlj", "Machine Learning", True),
        ("mlj", "Mach. Learn.", True),
        ("mlj", "International Conference on Machine Learning", False),
        ("jmlr", "J. Mach. Learn. Res.", True),
        ("jmlr", "The Journal of Machine Learning Research", True),
        ("simods", "SIAM J. Math. Data Sci.", True),
        ("jmlr", "", False),
        ("icml", "", False),
    ],
)
def test_which_venue_a_name_means(bib: Bibliography, venue: str, text: str, same: bool) -> None:
    assert names_venue(text, bib.venues[venue]) == same


# Titles and names


@pytest.mark.parametrize(
    ("raw", "title", "expected"),
    [
        ("sgd on relu nets", "{SGD} on {ReLU} nets", "{SGD} on {ReLU} nets"),
        ("{S}GD on {ReLU} nets", "{SGD} on {ReLU} nets", "{S}GD on {ReLU} nets"),
        ("{SGD on ReLU nets}", "{SGD} on {ReLU} nets", "{SGD on ReLU nets}"),
        ("Adam and adam", "{Adam} and adam", "Adam and adam"),
        ("On adam and Adam", "On adam and {Adam}", "On adam and {Adam}"),
        ("tea: Adam and adam", "Tea: {Adam} and {Adam}", "tea: Adam and {Adam}"),
        ("adam: a method", "{Adam}: a method", "{Adam}: a method"),
        ("Relu", "{ReLU}", "{ReLU}"),
        ("Gram-Gauss steps", "{Gram}-{Gauss} steps", "Gram-{Gauss} steps"),
        (
            "the polyak-{\\l}ojasiewicz condition",
            "The {Polyak}-{Łojasiewicz} condition",
            "the {Polyak}-{{\\L}ojasiewicz} condition",
        ),
        (
            "the Polyak-{\\L}ojasiewicz condition",
            "The {Polyak}-{Łojasiewicz} condition",
            "the Polyak-{\\L}ojasiewicz condition",
        ),
        ("a view of A", "a view of {A}", "a view of {A}"),
        ("{Tea} and Tea", "{Tea} and Tea", "{Tea} and Tea"),
        ("$O(N)$ for N", "$O(N)$ for {N}", "$O(N)$ for {N}"),
        ("\\emph{SGD} is SGD", "SGD is SGD", "\\emph{SGD} is {SGD}"),
        ("ReLUs beat ReLU", "{ReLUs} beat {ReLU}", "{ReLUs} beat {ReLU}"),
        ("{P}olyak-{\\L}ojasiewicz", "{Polyak-Łojasiewicz}", "{P}olyak-{\\L}ojasiewicz"),
        ("unbalanced } SGD {", "SGD", "unbalanced } {SGD} {"),
    ],
)
def test_capitals(raw: str, title: str, expected: str) -> None:
    """Words get braces where a style would lower them, and the letters they should have."""
    assert protected_title(raw, title) == expected


OURS = ("Jin, Chi", "Kakade, Sham M.", "Poczos, Barnabás", "von Luxburg, Ulrike", "{Big Lab}")
REST = "Poczos, Barnab{\\'a}s and von Luxburg, Ulrike and {Big Lab}"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            "C. Jin and S.~M. Kakade and B. Poczos and U. von Luxburg and {Big Lab}",
            "Chi Jin and Sham M. Kakade and Barnab{\\'a}s Poczos and U. von Luxburg and {Big Lab}",
        ),
        ("Jin, C and Kakade, S M and others", f"Jin, Chi and Kakade, Sham M. and {REST}"),
        (
            "C. Jin and Kakade, S. M. and others",
            f"Chi Jin and Kakade, Sham M. and {REST}",
        ),
        (
            "C. Jin and others",
            "Chi Jin and Sham M. Kakade and Barnab{\\'a}s Poczos and von Luxburg, Ulrike"
            " and {Big Lab}",
        ),
        (
            "Jin, Chi and Kakade, Sham and Poczos, B and Luxburg, Ulrike von and Big Lab",
            "Jin, Chi and Kakade, Sham and Poczos, Barnab{\\'a}s and Luxburg, Ulrike von"
            " and Big Lab",
        ),
        ("Jin, D. and Kakade, S. and others", None),
        ("Kakade, S. and Jin, C. and others", None),
        ("Jin, C. and Kakade, S.", None),
        ("Jin, Chi and Kakade, Sham and Poczos, Barnabas and von Luxburg, U and Lab", None),
        ("others", None),
        ("", None),
    ],
)
def test_names_of_authors(raw: str, expected: str | None) -> None:
    """Initials become names and "others" everybody, where all that is there agrees."""
    made = fuller_names(raw, OURS, "latex")
    assert (made and made.text) == expected


def test_names_in_braces_are_one() -> None:
    assert split_names("{A and B} and C\n and D and {E") == ["{A and B}", "C", "D", "{E"]
    assert split_names("  ") == []


def test_initials_that_disagree_are_nobody_we_know() -> None:
    assert fuller_names("Jin, Q.", ("Jin, Chi",), "latex") is None
    assert fuller_names("Kakade, S. T.", ("Kakade, Sham M.",), "latex") is None
    assert fuller_names("Jin, C.", ("Jin, C.",), "latex") is None


# What stays as it is

STAYS = """% a comment, with an @ and 100 %
@string{me = "Myself"}
@preamble{"\\newcommand{\\x}{}"}
@comment{@misc{c, title={How to Escape Saddle Points Efficiently}, eprint={1703.00887}}}
@Article( a ,
   author = {Doe, J.}, TITLE="Own {Thing}", journal = me # { Letters}, year=2001, crossref={P}, )
@dataset{d, title={How to Escape Saddle Points Efficiently}, eprint={1703.00887}}
@book{P, title={Parent}, publisher="X", year=2000}
@misc{no-end, title={How to Escape Saddle Points Efficiently}, eprint={1703.00887
"""


def test_what_is_not_known_stays_byte_for_byte(fixed: Fix) -> None:
    """Comments, strings, preambles, unknown works and types, what is not closed."""
    assert fixed(STAYS) == STAYS
    assert fixed(SCHOLAR + STAYS).endswith("}\n" + STAYS)


def test_an_entry_that_inherits_its_place_keeps_it(fixed: Fix) -> None:
    text = """@inproceedings{a, title={How to Escape Saddle Points Efficiently}, crossref={icml17},
 author={Jin, C. and Ge, R. and Netrapalli, P. and Kakade, S. M. and Jordan, M. I.}, year={2017}}
@proceedings{icml17, title={Proceedings of ICML}, booktitle={ICML}, year={2017}}
"""
    made = fixed(text)
    assert "crossref={icml17}" in made
    assert "Jin, Chi and Ge, Rong" in made
    assert "pages" not in made
    assert made.endswith(text[text.index("@proceedings") :])


NEAR = """\
- key: lecun2015deep
  type: article
  title: Deep Learning
  author: ['LeCun, Yann', 'Bengio, Yoshua', 'Hinton, Geoffrey E.']
  year: 2015
  venue: nature
  volume: '521'
  pages: 436-444
  doi: 10.1038/nature14539
- key: doe2016deep
  type: inproceedings
  title: Deep Learning Without Tears
  author: ['Doe, Jane', 'Roe, Richard']
  year: 2016
  venue: icml
  eprint: '1605.00001'
- key: doe2018tears
  type: article
  title: A Theory of Tears
  author: ['Doe, Jane', 'Roe, Richard']
  year: 2018
  venue: jmlr
  volume: '19'
  pages: 1-40
  eprint: '1605.00002'
"""


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory, _home_of_ours: None) -> Bibliography:
    """A catalogue of works whose names are near to others."""
    path = tmp_path_factory.mktemp("near") / "papers.yaml"
    path.write_text(NEAR, "utf-8")
    return load(path)


@pytest.mark.parametrize(
    "fields",
    [
        # A book, tutorials, talks and other papers of that name.
        "author={Goodfellow, Ian and Bengio, Yoshua and Courville, Aaron}, year={2016},"
        " publisher={MIT Press}",
        "author={Hinton, Geoffrey and Bengio, Yoshua and LeCun, Yann}, year={2015},"
        " booktitle={NIPS Tutorial}",
        "author={LeCun, Yann}, year={2015}, howpublished={Talk}",
        "author={LeCun, Yann and Bengio, Yoshua and Hinton, Geoffrey}, year={2015},"
        " booktitle={NIPS Tutorial}",
        "author={LeCun, Yann and Bengio, Yoshua and Hinton, Geoffrey}, year={1998},"
        " journal={Nature}",
        "author={LeCun, Yann and Bengio, Yoshua and Hinton, Geoffrey}, journal={Nature}",
        "author={Bengio, Yoshua and others}, year={2015}, journal={Nature}",
        'author={Schmidhuber, J{\\"u}rgen}, year={2015}, journal={Scholarpedia}',
        "year={2015}, journal={Nature}",
    ],
)
def test_a_title_that_many_works_have(near: Bibliography, fields: str) -> None:
    """Never by title alone: authors, their order, the year and the place speak as well."""
    text = f"@misc{{a, title={{Deep Learning}}, {fields}}}"
    assert fix(near, parse_bib(text)).text == text


def test_the_one_that_is_meant(near: Bibliography) -> None:
    text = (
        "@article{a, title={Deep learning}, author={LeCun, Y. and Bengio, Y. and Hinton, G.},"
        " journal={Nature}, year={2015}}"
    )
    found = values(fix(near, parse_bib(text), only=KINDS).text)
    assert found["author"] == "LeCun, Yann and Bengio, Yoshua and Hinton, Geoffrey E."
    assert (found["pages"], found["doi"]) == ("436--444", "10.1038/nature14539")


@pytest.mark.parametrize(
    "text",
    [
        # An id that was copied from the entry above; title and authors are of another work.
        "@misc{a, title={A Theory of Tears}, author={Doe, Jane and Roe, Richard}, year={2018},"
        " eprint={1605.00001}}",
        # The same authors, another title.
        "@misc{a, title={On Laughter}, author={Doe, Jane and Roe, Richard}, year={2016},"
        " eprint={1605.00001}}",
        # A DOI that was mistyped.
        "@article{a, title={On Laughter}, author={Poe, E.}, doi={10.1038/nature14539}}",
        # One letter, another word.
        "@misc{a, title={A Theory of Bears}, author={Doe, Jane and Poe, Peter}, year={2018},"
        " eprint={1605.00009}}",
        "@inproceedings{a, title={Deep Learning Without Tears II}, author={Doe, Jane and Roe,"
        " Richard}, year={2016}, booktitle={ICML}}",
        "@inproceedings{a, title={Undeep Learning Without Tears}, author={Doe, Jane and Roe,"
        " Richard}, year={2016}, booktitle={ICML}}",
    ],
)
def test_identifiers_and_titles_that_contradict_each_other(near: Bibliography, text: str) -> None:
    assert fix(near, parse_bib(text)).text == text


def test_a_version_in_a_journal_with_another_year_is_left_alone(fixed: Fix) -> None:
    """Of a journal's extension of a conference paper nothing is known but that it is another."""
    text = """@article{a, title={Understanding deep learning (still) requires rethinking
 generalization}, author={Zhang, Chiyuan and Bengio, Samy and Hardt, Moritz and Recht, Benjamin and
 Vinyals, Oriol}, journal={Communications of the ACM}, volume={64}, year={2021}}"""
    assert fixed(text) == text


INVENTED = ("crystal", "turbulence", "maritime", "pottery", "ribosome", "glacier", "octopus")


def outside(paper: Paper, number: int) -> Paper:
    """A work that nobody wrote, near to one of the catalogue."""
    words = paper.title.split()
    # A word with half of a pair of braces or dollar signs stays: a record refuses the title else.
    place = max(
        range(len(words)), key=lambda at: len(words[at]) * (not set(words[at]) & set("{}$"))
    )
    changed = [*words[:place], INVENTED[number % len(INVENTED)], *words[place + 1 :]]
    known = paper.author
    variants: list[dict[str, Any]] = [
        {"author": ("Quux, Zyx", "Frobnitz, Ada")},
        {"author": ("Quux, Zyx", *known)},
        {"title": " ".join(changed)},
        {"title": f"{paper.title}, {{Part II}}"},
        {"title": f"{paper.title} under non-convexity"},
        {"title": f"Comments on {paper.title}"},
    ]
    eprint = f"99{number % 12 + 1:02}.{number:05}"
    return paper.model_copy(
        update=dict(versions=(), eprint=eprint, **variants[number % len(variants)])
    )


def in_print(paper: Paper, key: str) -> str:
    """An entry without identifiers."""
    names = " and ".join(paper.author)
    return f"""@inproceedings{{{key}, title = {{{paper.title}}}, author = {{{names}}},
  booktitle = {{International Conference on Learning Representations}}, year = {paper.year}}}
"""


@pytest.mark.slow
@pytest.mark.parametrize("style", [*STYLES, "in print"])
def test_works_outside_the_catalogue_are_not_touched(
    catalogue: Bibliography, published: list[Paper], style: str
) -> None:
    """Not one, though titles, authors and years are near to those of works that are in it."""
    write = STYLES.get(style, in_print)
    text = "\n".join(
        write(outside(paper, number), f"k{number}") for number, paper in enumerate(published)
    )
    assert fix(catalogue, parse_bib(text)).text == text


# Merging

TWINS = """@article{first, title={How to Escape Saddle Points Efficiently}, journal={arXiv preprint
 arXiv:1703.00887}, year={2017}}

@misc{other, title={Something else}}
@inproceedings{second, title={How to Escape Saddle Points Efficiently}, booktitle={ICML},
  author={Jin, Chi and others}, year={2017}, keywords={mine}, note={arXiv:1703.00887}}

@misc{last, title={The last}}
"""


def test_entries_of_one_work_are_said(bib: Bibliography) -> None:
    made = fix(bib, parse_bib(TWINS))
    assert made.twins == (("first", "second"),)
    assert len(parse_bib(made.text).entries) == 4


def test_entries_of_one_work_are_merged_when_asked(fixed: Fix, bib: Bibliography) -> None:
    """The first key stays, with what the user wrote into the other."""
    made = fix(bib, parse_bib(TWINS), merge=True)
    assert made.merged == {"second": "first"}
    after = parse_bib(fixed(TWINS, merge=True))
    assert [entry.key for entry in after.entries] == ["first", "other", "last"]
    found = after.values(after.entries[0])
    assert found["keywords"] == "mine"
    assert "note" not in found
    assert "ids" not in found
    assert after.text.endswith(
        "@misc{other, title={Something else}}\n@misc{last, title={The last}}\n"
    )


def test_biblatex_finds_a_merged_entry_under_both_keys(fixed: Fix) -> None:
    text = TWINS.replace("year={2017}, keywords", "date={2017}, keywords")
    after = parse_bib(fixed(text, merge=True))
    assert after.values(after.entries[0])["ids"] == "second"


def test_an_entry_that_others_need_is_not_merged(bib: Bibliography) -> None:
    text = TWINS + "@misc{child, crossref={Second}}\n"
    made = fix(bib, parse_bib(text), merge=True)
    assert not made.merged
    assert made.twins == (("first", "second"),)


def test_two_versions_of_one_work_are_not_merged(bib: Bibliography) -> None:
    """A conference paper and its longer version in a journal may both be cited."""
    text = TWINS.replace("booktitle={ICML}", "journal={A Journal}").replace("2017}, k", "2020}, k")
    made = fix(bib, parse_bib(text), merge=True)
    assert not made.merged
    assert not made.twins


def test_an_entry_that_is_there_twice_stays_twice(bib: Bibliography) -> None:
    text = SCHOLAR + SCHOLAR
    made = fix(bib, parse_bib(text), merge=True)
    assert len(parse_bib(made.text).entries) == 2


# Nothing is lost


def test_a_result_that_loses_something_is_thrown_away(
    bib: Bibliography, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever mistake there may be in what makes it, also where Python skips assertions."""

    def with_hole(file: BibFile, _: dict[int, str]) -> str:
        return file.text[: len(file.text) // 2]

    monkeypatch.setattr(fixing, "_put_together", with_hole)
    with pytest.raises(UnsafeChangeError, match=r"would be (lost|damaged); nothing was changed"):
        fix(bib, parse_bib(SCHOLAR + STAYS))
    monkeypatch.setattr(
        fixing, "_put_together", lambda file, _: file.text.replace("Parent", "Child")
    )
    with pytest.raises(UnsafeChangeError, match="would be damaged; nothing was changed"):
        fix(bib, parse_bib(SCHOLAR + STAYS))


PIECES = [
    SCHOLAR,
    SCHOLAR.replace("mine", "twin"),
    *STAYS.partition("@misc{no-end")[0].splitlines(keepends=True)[:4],
    '@string{icml = "ICML"}\n',
    ICML % ("Jin, C. and others", "ICML", ", crossref={mine}"),
    ICML.replace("{%s}, year", "icml # { 2017}, year") % (AUTHORS, ""),
    '@book{P, title={Parent}, publisher="X", year=2000}\n',
    "text between, a { and a }\n",
    "@misc{open, title={no end\n",
    "@online(z, title={Deep {ReLU} stuff}, date={2017}, eprint={1703.00887})\n",
    "\r\n",
    "% @article{x, title={y}}\n",
]
SNIPS = [
    "{",
    "}",
    '"',
    ",",
    "@",
    "=",
    "#",
    "(",
    ")",
    "\\",
    "%",
    "é",
    "\n",
    "@misc{",
    " and ",
    "\x00",
]


FEW = ("jin2017escape", "mei2018mean", "lee2016gradient")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory, bib: Bibliography) -> Bibliography:
    """Three works of the catalogue, so that thousands of texts can be tried."""
    records = []
    for key in FEW:
        paper = bib[key]
        names = ("key", "type", "title", "year", "venue", "volume", "pages", "doi", "eprint")
        stated = {name: getattr(paper, name) for name in names if getattr(paper, name)}
        stated["year"] = str(paper.year)
        lines = [f"{name}: {json.dumps(value)}" for name, value in stated.items()]
        records.append("- " + "\n  ".join([*lines, f"author: {json.dumps(paper.author)}"]) + "\n")
    path = tmp_path_factory.mktemp("few") / "papers.yaml"
    path.write_text("".join(records), "utf-8")
    return load(path)


@cache
def known() -> list[str]:
    """The preprints of the few in every style."""
    papers = [load()[key] for key in FEW]
    return [write(paper, paper.key[:5]) for write in STYLES.values() for paper in papers]


@st.composite
def bib_texts(draw: st.DrawFn) -> str:
    """Texts of .bib files, with works of the catalogue in several styles, some of them damaged."""
    text = "".join(draw(st.lists(st.sampled_from([*PIECES, *known()]), max_size=6)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 3))
        text = text[:place] + draw(st.sampled_from(["", *SNIPS])) + text[place + cut :]
    return text


OPTIONS = st.fixed_dictionaries(
    {"keep_preprint": st.booleans(), "venues": st.sampled_from(["as-is", "long", "short"])}
)


@given(text=bib_texts(), options=OPTIONS)
def test_n_entries_in_n_out_and_twice_is_once(
    few: Bibliography, text: str, options: dict[str, Any]
) -> None:
    """The same entries in the same order, those untouched byte for byte; then no more changes."""
    made = fix(few, parse_bib(text), **options)
    before, after = made.before, parse_bib(made.text)
    assert [one.key for one in after.entries] == [one.key for one in before.entries]
    for old, new in zip(before.entries, after.entries, strict=True):
        assert old.start in made.edits or before.source(old) == after.source(new)
    assert fix(few, after, **options).text == made.text
    assert made.before.text == text


@given(text=bib_texts())
def test_merging_loses_only_what_it_says(few: Bibliography, text: str) -> None:
    made = fix(few, parse_bib(text), merge=True)
    before = [one.key for one in made.before.entries]
    after = [one.key for one in parse_bib(made.text).entries]
    assert set(before) - set(after) == set(made.merged)
    assert set(made.merged.values()) <= set(after)
    assert fix(few, parse_bib(made.text), merge=True).text == made.text


def test_what_ends_an_entry_that_is_not_closed_is_not_merged_away(few: Bibliography) -> None:
    """Without it the entry before would go on to the end of the file."""
    closed = (
        "@article{KEY,\n  title = {How to Escape Saddle Points Efficiently},\n"
        "  author = {Jin, Chi and others},\n  eprint = {1703.00887},\n  year = {2017}\n}\n"
    )
    text = closed.replace("KEY", "jin") + "@a{open{x,\n  year = 1\n" + closed.replace("KEY", "mine")
    made = fix(few, parse_bib(text), merge=True)
    assert made.merged == {}
    assert [one.key for one in parse_bib(made.text).entries] == ["jin", "open", "mine"]
    whole = fix(few, parse_bib(text.replace("@a{open{x,\n  year = 1\n", "")), merge=True)
    assert whole.merged == {"mine": "jin"}


@given(text=bib_texts())
def test_another_reader_sees_the_same_in_untouched_entries(few: Bibliography, text: str) -> None:
    """What stands in an entry that was not changed does not depend on those that were."""
    made = fix(few, parse_bib(text))
    keys = {one.key for one in made.changed}
    assert read(made.text, keys) == read(text, keys)


def read(text: str, without: set[str]) -> list[tuple[str, dict[str, str]]]:
    """The entries that another program reads, but for some."""
    library = bibtexparser.parse_string(text, parse_stack=[])
    return [
        (entry.key, {field.key: field.value for field in entry.fields})
        for entry in library.entries
        if entry.key not in without
    ]


@given(st.text(alphabet='{}"@,=#()%\\ \nabmisc0', max_size=60))
def test_no_text_breaks_it(few: Bibliography, text: str) -> None:
    for made in (f"@misc{{{text}", text, f"{SCHOLAR}{text}{SCHOLAR}"):
        assert fix(few, parse_bib(made)).text.count("@") <= made.count("@")


def test_merge_of_nothing_is_nothing() -> None:
    assert merge(parse_bib(STAYS), [], {}).edits == {}


# The patch


def test_the_patch_is_what_patch_would_make(bib: Bibliography) -> None:
    """Its hunks carry the old text over into the new, line by line."""
    text = "% head\n" + SCHOLAR + STAYS + SCHOLAR.replace("mine", "x")[:-1] + " @misc{b, title={c}}"
    text = text.replace("@misc{no-end, title={How", "% @misc no-end title How")
    for options in ({}, {"merge": True}):
        made = fix(bib, parse_bib(text, "refs.bib"), **options)
        assert applied(text, "".join(made.diff())) == made.text
    assert list(fix(bib, parse_bib(STAYS)).diff()) == []


def applied(text: str, patch: str) -> str:
    """A text after a patch, applied by the letter."""
    old = text.splitlines(keepends=True)
    made: list[str] = []
    place = 0
    lines = patch.splitlines(keepends=True)[2:]
    for number, line in enumerate(lines):
        if line.startswith("@@"):
            start = int(line.split()[1].partition(",")[0][1:])
            count = int((line.split()[1].partition(",")[2]) or 1)
            new_start = int(line.split()[2].partition(",")[0])
            made += old[place : start - (count > 0)]
            place = start - (count > 0)
            assert count == 0 or len(made) == new_start - 1
            continue
        if line.startswith("\\"):
            continue
        ends = number + 1 < len(lines) and lines[number + 1].startswith("\\")
        body = line[1:-1] if ends else line[1:]
        if line[0] in " -":
            assert old[place] == body
            place += 1
        if line[0] in " +":
            made.append(body)
    return "".join([*made, *old[place:]])


def test_another_title_of_a_work_is_recognised(tmp_path: Path) -> None:
    """`titles` are the names under which a work is cited as well."""
    from dltheory_bib.bibfile.match import Matcher

    papers = tmp_path / "papers.yaml"
    record = work(title="Tea Leaves at Low Temperature", author="Abel, Ann")
    papers.write_text(record + "  titles: [Cold Infusions of Common Leaves]\n", encoding="utf-8")
    match = Matcher(load(papers)).match(
        {"title": "Cold Infusions of Common Leaves", "author": "Ann Abel", "year": "2017"}
    )
    assert match is not None
    assert match.paper.key == "doe2017first"
