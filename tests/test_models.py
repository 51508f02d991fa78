"""Rules within one record: each mistake is said with its place and with what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dltheory_bib import load
from helpers.records import work

Judge = Callable[..., list[str]]

MISTAKES = [
    # A field that does not exist, or lacks its value
    ("titel: x", "7:3: error: unknown field titel; did you mean title or titles? [unknown-field]"),
    (
        "summary:",
        "7:3: error: summary: is empty; write a value or omit the field [ill-formed]",
    ),
    # The wrong type
    (
        "topics: ntk",
        "7:3: error: topics should be a list, one '- item' a line or [a, b], not 'ntk'"
        " [wrong-type]",
    ),
    ("summary: [a]", "7:3: error: summary should be text, not a list [wrong-type]"),
    ("summary: {a: b}", "7:3: error: summary should be text, not a mapping [wrong-type]"),
    ("aliases: [[a]]", "7:13: error: aliases, item 1 should be text, not a list [wrong-type]"),
    (
        "relations: [extends]",
        "7:15: error: relations, item 1 should be a mapping with 'name: value' lines, not "
        "'extends' [wrong-type]",
    ),
    # Identifiers
    (
        "eprint: '1703.00887v2'",
        "7:3: error: eprint: '1703.00887v2' is not an arXiv id without a version; "
        "write 1703.00887 [ill-formed]",
    ),
    (
        "eprint: arXiv:1703.00887",
        "7:3: error: eprint: 'arXiv:1703.00887' is not an arXiv id without a version; "
        "write 1703.00887 [ill-formed]",
    ),
    (
        "eprint: https://arxiv.org/abs/cond-mat/9907343",
        "7:3: error: eprint: 'https://arxiv.org/abs/cond-mat/9907343' is not an arXiv id without "
        "a version; write cond-mat/9907343 [ill-formed]",
    ),
    (
        "eprint: '1703'",
        "7:3: error: eprint: '1703' is not an arXiv id without a version; "
        "write it as 1703.00887 or cond-mat/9907343 [ill-formed]",
    ),
    (
        "eprint: 1810.0465",
        "7:3: error: eprint: '1810.0465' is not an arXiv id without a version; ids from 2015 on "
        "have five digits after the point; was it 1810.04650? [ill-formed]",
    ),
    (
        "eprint: ١٨١٠.٠٤٦٥٠",
        "7:3: error: eprint: '١٨١٠.٠٤٦٥٠' is not an arXiv id without a version; "
        "write it as 1703.00887 or cond-mat/9907343 [ill-formed]",
    ),
    (
        "doi: https://doi.org/10.1137/15M1024950",
        "7:3: error: doi: 'https://doi.org/10.1137/15M1024950' is not a DOI; "
        "write 10.1137/15M1024950 [ill-formed]",
    ),
    (
        "doi: 15M1024950",
        "7:3: error: doi: '15M1024950' is not a DOI; write it as 10.1137/15M1024950 [ill-formed]",
    ),
    (
        r'doi: "10.1137/\e[31m"',
        r"7:3: error: doi: '10.1137/\x1b[31m' is not a DOI; write it as 10.1137/15M1024950"
        " [ill-formed]",
    ),
    (
        "url: www.example.org",
        "7:3: error: url: 'www.example.org' is not a URL; write it in full, from https://"
        " [ill-formed]",
    ),
    (
        "url: https://example.org/\u202ex",
        r"7:3: error: url: 'https://example.org/\u202ex' is not a URL; write it as the browser's "
        "address bar copies it, with %20 for a space [ill-formed]",
    ),
    (
        "venue: Neural Info",
        "7:3: error: venue: 'Neural Info' is not a venue id; write neural-info [ill-formed]",
    ),
    # Pages
    ("pages: 10–20", "7:3: error: pages: '10–20' is not a page range; write 10-20 [ill-formed]"),
    ("pages: 10--20", "7:3: error: pages: '10--20' is not a page range; write 10-20 [ill-formed]"),
    (
        "pages: ten to twenty",
        "7:3: error: pages: 'ten to twenty' is not a page range; write it as 1724-1732"
        " [ill-formed]",
    ),
    (
        "pages: 1724-32",
        "7:3: error: pages: 1724-32 runs backwards; write the smaller number first, in full"
        " [ill-formed]",
    ),
    # Words from a list
    (
        "level: begin",
        "7:3: error: level cannot be 'begin'; write one of start, core, further, background"
        " [unknown-value]",
    ),
    ("level: cor", "7:3: error: level cannot be 'cor'; did you mean core? [unknown-value]"),
    (
        "relations: [{kind: extend, work: a2000b, says: it does}]",
        "7:16: error: kind cannot be 'extend'; did you mean extends? [unknown-value]",
    ),
    # Nothing invisible
    (
        r'summary: "red \e[31m"',
        "7:3: error: summary: contains the invisible character U+001B; delete it [ill-formed]",
    ),
    (
        r'summary: "nul \0"',
        "7:3: error: summary: contains the invisible character U+0000; delete it [ill-formed]",
    ),
    (
        "summary: back\u202ewards",
        "7:3: error: summary: contains the invisible character U+202E; delete it [ill-formed]",
    ),
    (
        r'"name\e[31m": x',
        r"7:3: error: unknown field 'name\x1b[31m'; known are added, after, aliases, author, "
        "checked, checked_in, disagreements, doi, edition, editor, eprint, idea, institution, key, "
        "level, limits, number, pages, publisher, relations, remarks, sources, summary, title, "
        "titles, topics, type, unverified, url, venue, versions, volume, year [unknown-field]",
    ),
    # Two fields that do not go together
    (
        "checked: abstract",
        "1:3: error: checked: abstract needs checked_in: name the text that was read"
        " [inconsistent]",
    ),
    (
        "aliases: [doe2017first]",
        "1:3: error: the key doe2017first is listed among its own aliases; delete it there"
        " [inconsistent]",
    ),
    (
        "remarks: [{text: So so, by: me, verdict: partly}]",
        "7:13: error: remarks, item 1: a remark with the verdict 'partly' needs a comment: "
        "give the reason [ill-formed]",
    ),
]


@pytest.mark.parametrize(("line", "said"), MISTAKES, ids=[line for line, _ in MISTAKES])
def test_a_mistake_in_a_field_is_said_with_its_place_and_its_remedy(
    judge: Judge, line: str, said: str
) -> None:
    assert judge(work(extra=line)) == [f"papers.yaml:{said}"]


def test_missing_fields_of_a_nested_record_are_said_where_it_starts(judge: Judge) -> None:
    assert judge(work(extra="versions: [{kind: preprint}]")) == [
        "papers.yaml:7:14: error: source is missing [missing-field]",
        "papers.yaml:7:14: error: year is missing [missing-field]",
    ]


@pytest.mark.parametrize(
    "year", ["No", "~", "1e3", "2017.0", "2_017", "+2017", "' 2017'", "12:30:45", "-5"]
)
def test_a_year_is_digits_and_nothing_else(judge: Judge, year: str) -> None:
    """Pydantic alone would take 2017.0, 2_017 and +2017."""
    (said,) = judge(work(year=year))
    shown = year.strip("'")
    assert said == (
        f"papers.yaml:6:3: error: year should be a whole number such as 2017, not '{shown}'"
        " [wrong-type]"
    )


@pytest.mark.parametrize(
    ("year", "said"),
    [
        ("1599", "it must not be before 1600"),
        ("2101", "it must not be after 2100"),
        ("9" * 40, "it must not be after 2100"),
    ],
)
def test_a_year_lies_in_the_range_of_the_subject_and_its_roots(
    judge: Judge, year: str, said: str
) -> None:
    expected = f"papers.yaml:6:3: error: year {year} is out of range; {said} [out-of-range]"
    assert judge(work(year=year)) == [expected]
    assert judge(work(year=1600)) == judge(work(year=2100)) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "Jane Doe",
            "the family name in 'Jane Doe' is not marked; write 'Doe, Jane', or "
            "'{Jane Doe}' for an organisation",
        ),
        ("Doe, Jane and Roe, Jo", "contains more than one name; write one list item for each"),
        ("Doe,", "'Doe,' lacks a part; write 'Family, Given'"),
        ("et al.", "write every author; a list that ends in 'others' is not complete"),
    ],
)
def test_an_author_is_one_name_with_its_family_part_told_apart(
    judge: Judge, name: str, said: str
) -> None:
    (found,) = judge(work(author=name))
    assert found.startswith("papers.yaml:5:7: error: author, item 1: ")
    assert found.endswith(f"{said} [ill-formed]")


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("The {SGD Problem", "title: has unbalanced braces; protect words as {SGD}"),
        ("}SGD{", "title: has unbalanced braces; protect words as {SGD}"),
        ("In $n steps", r"title: has a single $; close the formula, as in $\epsilon$"),
    ],
)
def test_a_title_has_balanced_braces_and_paired_dollars(
    judge: Judge, title: str, said: str
) -> None:
    expected = f"papers.yaml:3:3: error: {said} [ill-formed]"
    assert judge(work(title=f"'{title}'")) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "eprint: '1412.6544'",
        "eprint: '1810.04650'",
        "eprint: cond-mat/9907343",
        "eprint: math.ST/0701001",
        "doi: 10.1002/(SICI)1097-0258(19980815/30)17:15/16_1661::AID-SIM968_3.0.CO;2-2",
        "pages: e1-e19",
        "pages: 1:1-1:20",
        "pages: '17'",
        "url: https://example.org/a?b=c#d(e)~f%20g",
        "summary: Weiß, Łojasiewicz and 王 agree.",
    ],
)
def test_what_is_well_formed_is_taken(judge: Judge, line: str) -> None:
    assert judge(work(extra=line)) == []


def test_a_long_wrong_value_is_cut_short_in_the_message(judge: Judge) -> None:
    """Searching a long value for advice once took time quadratic in its length."""
    (said,) = judge(work(extra=f"eprint: {'a' * 1_000_000}"))
    assert len(said) < 250
    assert "aaa…' is not an arXiv id" in said


def test_white_space_within_a_text_is_folded(catalogue_dir: Path) -> None:
    papers = catalogue_dir / "papers.yaml"
    text = papers.read_text(encoding="utf-8")
    folded = "title: |\n    Big\u00a0\n    Kettles"
    papers.write_text(text.replace("title: Kettles", folded), encoding="utf-8")
    assert load(catalogue_dir)["ost1995kettles"].title == "Big Kettles"
