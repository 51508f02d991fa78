"""arXiv ids, DOIs and addresses: every spelling, what is none, and works that they find."""

from __future__ import annotations

import string
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import Bibliography
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.fix.fixer import fix
from dltheory_bib.bibfile.match import arxiv_ids, is_preprint
from dltheory_bib.text.identifiers import (
    Identifier,
    arxiv_month,
    arxiv_year,
    find_arxiv_ids,
    find_dois,
    is_arxiv_alone,
    is_doi,
    neurips_year,
    parse_identifier,
    pmlr_volume,
    says_arxiv,
)

SICI = "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2"
NEW = Identifier("arxiv", "1703.00887")
SECOND = Identifier("arxiv", "1703.00887", 2)
OLD = Identifier("arxiv", "cond-mat/9907343")
HUMMON = Identifier("doi", "10.1016/0378-8733(89)90017-8")

SPELLINGS = [
    ("1703.00887", NEW),
    (" 1703.00887\n", NEW),
    ("1703.00887v2", SECOND),
    ("arXiv:1703.00887", NEW),
    ("arxiv:1703.00887v2", SECOND),
    ("ARXIV: 1703.00887", NEW),
    ("arXiv 1703.00887", NEW),
    ("arXiv:1703.00887v2 [cs.LG]", SECOND),
    ("{arXiv}:1703.00887", NEW),
    ("Ar{X}iv:1703.00887", NEW),
    ("abs/1703.00887", NEW),
    ("arXiv:abs/1703.00887", NEW),
    ("arxiv.org/abs/1703.00887", NEW),
    ("https://arxiv.org/abs/1703.00887v2", SECOND),
    ("http://www.arxiv.org/abs/1703.00887/", NEW),
    ("http://export.arxiv.org/abs/1703.00887", NEW),
    ("HTTPS://ARXIV.ORG/ABS/1703.00887", NEW),
    ("arxiv.org/pdf/1703.00887v2.pdf", SECOND),
    ("https://arxiv.org/pdf/1703.00887", NEW),
    ("https://arxiv.org/html/1703.00887v2", SECOND),
    ("https://arxiv.org/abs/1703.00887?context=cs", NEW),
    ("https://arxiv.org/pdf/1703.00887v2.pdf#page=3", SECOND),
    (r"\url{https://arxiv.org/abs/1703.00887}", NEW),
    ("10.48550/arXiv.1703.00887", NEW),
    ("doi:10.48550/ARXIV.1703.00887", NEW),
    ("https://doi.org/10.48550/arXiv.1703.00887", NEW),
    ("0704.0001", Identifier("arxiv", "0704.0001")),
    ("1412.9999", Identifier("arxiv", "1412.9999")),
    ("1501.00001", Identifier("arxiv", "1501.00001")),
    ("cond-mat/9907343", OLD),
    ("arXiv:cond-mat/9907343", OLD),
    ("https://arxiv.org/abs/cond-mat/9907343", OLD),
    ("arxiv.org/pdf/Cond-Mat/9907343v1", OLD._replace(version=1)),
    ("10.48550/arXiv.cond-mat/9907343", OLD),
    ("math.GT/0309136", Identifier("arxiv", "math.GT/0309136")),
    ("math.gt/0309136", Identifier("arxiv", "math.GT/0309136")),
    ("10.1016/0378-8733(89)90017-8", HUMMON),
    ("doi:10.1016/0378-8733(89)90017-8", HUMMON),
    ("DOI: 10.1016/0378-8733(89)90017-8", HUMMON),
    ("doi.org/10.1016/0378-8733(89)90017-8", HUMMON),
    ("https://doi.org/10.1016/0378-8733(89)90017-8", HUMMON),
    ("http://dx.doi.org/10.1016/0378-8733(89)90017-8", HUMMON),
    ("https://www.doi.org/10.1016/0378-8733%2889%2990017-8", HUMMON),
    (r"10.1007/978-3-319-46128-1\_50", Identifier("doi", "10.1007/978-3-319-46128-1_50")),
    (r"10.1007/978-3-319-46128-1{\_}50", Identifier("doi", "10.1007/978-3-319-46128-1_50")),
    (SICI, Identifier("doi", SICI)),
    (SICI.replace("<", r"{\textless}").replace(">", r"{\textgreater}"), Identifier("doi", SICI)),
    (
        "https://openreview.net/forum?id=rJ4km2R5t7",
        Identifier("openreview", "rJ4km2R5t7"),
    ),
    ("openreview.net/pdf?id=B1g-X_e", Identifier("openreview", "B1g-X_e")),
    (
        "http://www.openreview.net/forum?noteId=abc&id=rJ4km2R5t7#all",
        Identifier("openreview", "rJ4km2R5t7"),
    ),
    (
        "http://Proceedings.MLR.press/v70/jin17a.html",
        Identifier("url", "https://proceedings.mlr.press/v70/jin17a.html"),
    ),
    (
        "https://proceedings.mlr.press/v70/jin17a/",
        Identifier("url", "https://proceedings.mlr.press/v70/jin17a"),
    ),
    (
        "https://epubs.siam.org/doi/10.1137/15M1024950",
        Identifier("url", "https://epubs.siam.org/doi/10.1137/15M1024950"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), SPELLINGS)
def test_an_identifier_is_read_in_every_spelling(text: str, expected: Identifier) -> None:
    """With a version or none, as an id, as an address, as LaTeX has it."""
    assert parse_identifier(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jin2017escape",
        "1703",
        "1703.0088",  # four digits are of before 2015
        "1412.12345",  # and five of since
        "1713.00887",  # no month
        "1700.00887",
        "0603.0001",  # such ids began in 2007
        "1703.008871",
        "11703.00887",
        "1703.00887v0",
        "1703.00887v",
        "cond-mat/9913343",
        "cond-mat/990734",
        "arXiv:cond-mat",
        "arXiv",
        "https://",
        "ftp://arxiv.org/1703.00887x",
        "10.1137",
        "10.1137/",
        "10.113/15M1024950",
        "110.1137/15M1024950",
        "doi:none",
        "10.1137/15M 1024950",
        "openreview.net/forum",
        "proceedings.mlr.press",
        "see https://arxiv.org/abs/1703.00887",
        "https://example.org/a b",
        "١٧٠٣.٠٠٨٨٧",
    ],
)
def test_what_is_near_an_identifier_is_none(text: str) -> None:
    """A month 13, a digit too many, other words beside it."""
    assert parse_identifier(text) is None


DIGITS = st.text(string.digits, min_size=3, max_size=3)
MONTHS = st.integers(1, 12).map("{:02}".format)
ARXIV = st.one_of(
    st.builds("{:02}{}.{:04}".format, st.integers(8, 14), MONTHS, st.integers(0, 9999)),
    st.builds("{:02}{}.{:05}".format, st.integers(15, 90), MONTHS, st.integers(0, 99999)),
    st.builds(
        "{}/{:02}{}{}".format,
        st.sampled_from(["cond-mat", "hep-th", "math", "math.GT", "cs.LG", "physics"]),
        st.one_of(st.integers(91, 99), st.integers(0, 6)),
        MONTHS,
        DIGITS,
    ),
)
DOI_LETTERS = string.ascii_letters + string.digits + "!\"#$&'()*+,-./:;<=>?@[]^_`|~"
DOIS = st.builds(
    "10.{}/{}".format, st.integers(1000, 999_999_999), st.text(DOI_LETTERS, min_size=1)
).filter(lambda doi: not doi.startswith("10.48550/"))
VERSIONS = st.none() | st.integers(1, 99)
IDENTIFIERS = st.one_of(
    st.builds(Identifier, st.just("arxiv"), ARXIV, VERSIONS),
    st.builds(Identifier, st.just("doi"), DOIS, st.none()),
    st.builds(
        Identifier,
        st.just("openreview"),
        st.text(string.ascii_letters + string.digits + "-_", min_size=1),
        st.none(),
    ),
)


@given(IDENTIFIERS)
def test_an_address_leads_back_to_its_identifier(one: Identifier) -> None:
    """`parse(format(x)) == x`, for the address, for http, and without a scheme."""
    bare = one.url.removeprefix("https://")
    for spelling in (one.url, f"http://{bare}", bare, f" {{{one.url}}} "):
        assert parse_identifier(spelling) == one


@given(IDENTIFIERS.filter(lambda one: one.scheme != "openreview"))
def test_an_id_alone_is_itself(one: Identifier) -> None:
    """As records hold it, and behind the name of its scheme."""
    said = one.value if one.version is None else f"{one.value}v{one.version}"
    for spelling in (said, f"{one.scheme}:{said}"):
        assert parse_identifier(spelling) == one


@given(st.text(string.ascii_letters + string.digits + "-._~/?=&:%", min_size=1))
def test_an_address_of_the_web_is_its_own_form(path: str) -> None:
    """Reading what was read changes nothing more."""
    first = parse_identifier(f"http://Example.org/{path}")
    assert first is not None
    assert parse_identifier(first.url) == first


@given(ARXIV)
def test_an_arxiv_id_tells_its_month(value: str) -> None:
    """The first four digits of the number are the year and the month."""
    number = value.rpartition("/")[2]
    assert arxiv_year(value) % 100 == int(number[:2])
    assert 1991 <= arxiv_year(value) <= 2090
    assert arxiv_month(value) == int(number[2:4])


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    """And what is found in it is an identifier by itself."""
    parse_identifier(text)
    says_arxiv(text)
    is_arxiv_alone(text)
    assert all(is_doi(one) for one in find_dois(text))
    assert all(find_arxiv_ids(one) == [one] for one in find_arxiv_ids(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arXiv:1703.00887.", ["1703.00887"]),
        ("(arXiv:1703.00887v2, cs.LG)", ["1703.00887"]),
        ("see 1703.00887 and 1703.00887v3; 1801.00001", ["1703.00887", "1801.00001"]),
        ("https://arxiv.org/pdf/1703.00887v2.pdf", ["1703.00887"]),
        ("10.48550/arXiv.1703.00887", ["1703.00887"]),
        ("doi:10.48550/arxiv.cond-mat/9907343", ["cond-mat/9907343"]),
        ("[abs](https://arxiv.org/abs/cond-mat/9907343)", ["cond-mat/9907343"]),
        ("{1703.00887}", ["1703.00887"]),
        (r"\href{https://arxiv.org/abs/1703.00887}{1703.00887}", ["1703.00887"]),
        (r"\href {https://arxiv.org/abs/1703.00887v2} {2017}", ["1703.00887"]),
        ("1703.0088", ["1703.0088"]),  # a digit is missing, which only whoever reads can say
        ("10.1703.00887, 1713.00887, 1703.008871, 21703.00887", []),
        ("https://example.org/shop/cond-mat/9907343", []),
        ("pages 1703-1887, volume 17.03", []),
    ],
)
def test_arxiv_ids_in_a_text(text: str, found: list[str]) -> None:
    """Without their versions, each once; not parts of longer numbers."""
    assert find_arxiv_ids(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("doi:10.1137/15M1024950.", ["10.1137/15M1024950"]),
        ("(https://doi.org/10.1016/S0169-7552(98)00110-X)", ["10.1016/S0169-7552(98)00110-X"]),
        ("[10.1/x](https://doi.org/10.1137/15M1024950), then", ["10.1137/15M1024950"]),
        (
            "[a](https://doi.org/10.1000/a),[b](https://doi.org/10.1000/b)",
            ["10.1000/a", "10.1000/b"],
        ),
        ("| 10.1137/15M1024950|", ["10.1137/15M1024950"]),
        ("*10.1000/a*, `10.1000/b` and <10.1000/c>", ["10.1000/a", "10.1000/b", "10.1000/c"]),
        ('<a href="https://doi.org/10.1000/a">10.1000/a</a>', ["10.1000/a"]),
        (rf"doi = {{10.1007/978-1\_50}}, and {SICI}", ["10.1007/978-1_50", SICI]),
        ("version 10.1, 110.1000/a, 1.10.1000/a, 10.1000/ and 10.1000/.", []),
    ],
)
def test_dois_in_a_text(text: str, found: list[str]) -> None:
    """Without the punctuation and the brackets round them."""
    assert find_dois(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "arXiv",
        "ArXiv e-prints",
        "{Ar{X}iv}",
        r"\emph{arXiv}",
        "CoRR",
        "corr",
        "CoRR, abs/1703.00887",
        "published in CoRR.",
        "abs/1703.00887",
        "10.48550/x",
        "https://arxiv.org/abs/1703.00887",
    ],
)
def test_a_text_that_says_arxiv(text: str) -> None:
    """By its name, that of its part on computing, its paths and its DOIs."""
    assert says_arxiv(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Corrected proof; grant no. 1703.00887",
        "Journal of Corrosion",
        "Pattern Correlation",
        "corr. 2012",
        "SocArXiv",
        "148550",
        "tabs/1",
    ],
)
def test_a_text_that_does_not_say_arxiv(text: str) -> None:
    """Words that begin as CoRR does, and other archives."""
    assert not says_arxiv(text)


NOTES = ["Corrected proof; grant no. 1703.00887", "grant no. 1703.00887", "corr. 1703.00887"]


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("journal", ["Journal of Corrosion", "Pattern Correlation Letters"])
def test_a_correction_is_no_preprint(bib: Bibliography, note: str, journal: str) -> None:
    """A number in a note that speaks of a correction is not the id of a work."""
    values = {"title": "How to Escape Saddle Points Efficiently", "note": note, "journal": journal}
    assert arxiv_ids(values) == []
    assert not is_preprint("article", values)
    fields = ", ".join(f"{name} = {{{value}}}" for name, value in values.items())
    text = f"@article{{talk, author = {{Jin, Chi}}, year = {{2012}}, {fields}}}\n"
    made = fix(bib, parse_bib(text))
    assert (made.text, made.entries) == (text, ())


@pytest.mark.parametrize(
    "name",
    [
        "1703.00887",
        "arXiv:1703.00887v2",
        "arxiv.org/pdf/1703.00887v2.pdf",
        "http://arxiv.org/abs/1703.00887",
        "10.48550/arXiv.1703.00887",
        "https://doi.org/10.48550/arXiv.1703.00887",
        "http://proceedings.mlr.press/v70/jin17a.html",
        "https://proceedings.mlr.press/v70/jin17a.html/",
    ],
)
def test_a_work_is_found_by_every_spelling(bib: Bibliography, name: str) -> None:
    """`bib[name]`, with http or https, and with a slash at the end."""
    assert name in bib
    assert bib[name].key == "jin2017escape"


def test_works_are_found_by_their_identifiers_and_addresses(bib: Bibliography) -> None:
    """Each work of the catalogue, by all that its record holds."""
    addresses: dict[str, set[str]] = {}
    for paper in bib:
        for part in (paper, *paper.versions):
            for name in filter(None, (part.doi, part.eprint)):
                parsed = parse_identifier(name)
                assert parsed is not None
                assert bib[name].key == bib[parsed.url].key == paper.key
            if part.url:
                parsed = parse_identifier(part.url)
                assert parsed is not None
                addresses.setdefault(parsed.url, set()).add(paper.key)
    for address, keys in addresses.items():
        if len(keys) == 1:
            assert {bib[address].key} == keys
        else:  # none of several works is meant
            assert address not in bib


def test_a_publishers_address_leads_to_its_doi(bib: Bibliography) -> None:
    """Where a publisher's page has the DOI in its address, though no record has the page."""
    paper = next(one for one in bib if one.doi)
    assert bib[f"https://publisher.example/doi/abs/{paper.doi}"].key == paper.key
    assert "https://publisher.example/doi/abs/10.99999/none" not in bib


@pytest.mark.parametrize(
    ("url", "volume", "year"),
    [
        ("https://proceedings.mlr.press/v70/jin17a.html", "70", None),
        ("https://proceedings.neurips.cc/paper_files/paper/2018/hash/a.html", None, 2018),
        ("https://papers.nips.cc/paper/2017/file/a.pdf", None, 2017),
        ("https://jmlr.org/papers/v1/a.html", None, None),
    ],
)
def test_addresses_that_tell_volume_or_year(url: str, volume: str | None, year: int | None) -> None:
    """Those of proceedings by volume, and by year."""
    assert (pmlr_volume(url), neurips_year(url)) == (volume, year)


def test_the_module_is_light() -> None:
    """Showing a work imports it, so it loads nothing and compiles no pattern at import."""
    code = (
        "import re, typing, sys; before = set(sys.modules); compiled = len(re._cache)\n"
        "import dltheory_bib.text.identifiers\n"
        "new = {n for n in set(sys.modules) - before if not n.startswith('dltheory_bib')}\n"
        "assert new <= {'__future__'}, new\n"
        "assert len(re._cache) == compiled"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
