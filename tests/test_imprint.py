"""Editors, publishers and institutions: in every format, on the pages, and back from a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import rispy
import typst
import yaml

from dltheory_bib import Bibliography, Paper, Venue, load
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.fix.fixer import fix
from dltheory_bib.bibfile.lint.linter import lint
from dltheory_bib.cli.main import main
from dltheory_bib.formats.bibtex import entry_fields, to_bibtex
from dltheory_bib.formats.venue_names import period_of, place_in_full, publisher_of, venue_name
from dltheory_bib.models.paper import EntryType
from dltheory_bib.models.registries import Period
from dltheory_bib.site.build import build_site
from dltheory_bib.source.loader import check_paths
from test_latex_runs import with_biber, with_bibtex

EDITORS = ("Ruë, Ada", "{The Committee}")
VENUES = {
    "volume": Venue(
        id="volume", kind="book", periods=(Period(short="Vol", long="The Volume", series="Notes"),)
    ),
    "journal": Venue(
        id="journal",
        kind="journal",
        periods=(Period(short="Jour", long="The Journal", publisher="Venue House"),),
    ),
    "house": Venue(
        id="house", kind="publisher", periods=(Period(short="House", long="Venue House"),)
    ),
    "university": Venue(
        id="university", kind="publisher", periods=(Period(short="VU", long="Venue University"),)
    ),
}
CASES: tuple[tuple[EntryType, str | None], ...] = (
    ("article", "journal"),
    ("inproceedings", "volume"),
    ("incollection", "volume"),
    ("incollection", None),
    ("book", "house"),
    ("book", None),
    ("thesis", "university"),
    ("thesis", None),
    ("report", "university"),
    ("report", None),
    ("online", None),
    ("software", None),
)
ISSUED = ("thesis", "report")


def made(kind: EntryType, venue: str | None) -> Paper:
    """A work with all that its type may have."""
    return Paper(
        key=f"{kind}.{venue or 'none'}",
        type=kind,
        title=f"A {kind} {'in' if venue else 'without'} a place",
        author=("Doe, Jane",),
        year=2017,
        venue=venue,
        editor=() if kind in ISSUED else EDITORS,
        publisher=None if kind in ISSUED else "Own House",
        institution="Own University" if kind in ISSUED else None,
        url=f"https://example.org/{kind}/{venue}",
    )


PAPERS = [made(kind, venue) for kind, venue in CASES]
NAMES = [paper.key for paper in PAPERS]


@pytest.fixture(scope="module")
def bib() -> Bibliography:
    """One work of each type, in a venue and, where that may be, without one."""
    return Bibliography.from_records([*PAPERS, *VENUES.values()])


# In the formats


def entry(paper: Paper, dialect: Any) -> tuple[str, dict[str, str]]:
    """The entry's type, and of its fields those that are about who published it."""
    kind, fields = entry_fields(paper, VENUES, dialect=dialect)
    told = (
        *("editor", "publisher", "institution", "school", "organization", "howpublished"),
        *("booktitle", "journal", "journaltitle"),
    )
    return kind, {name: value for name, value in fields.items() if name in told}


def test_bibtex_has_what_each_type_has_a_place_for() -> None:
    """An editor of a `@book` with authors has none there, nor has that of an article."""
    editors, place = {"editor": r"Ru{\"e}, Ada and {The Committee}"}, {"publisher": "Own House"}
    volume, school = {"booktitle": "The Volume"}, {"school": "Own University"}
    laboratory = {"institution": "Own University"}
    assert {paper.key: entry(paper, "bibtex") for paper in PAPERS} == {
        "article.journal": ("article", {"journal": "The Journal"}),
        "inproceedings.volume": ("inproceedings", volume | editors | place),
        "incollection.volume": ("incollection", volume | editors | place),
        "incollection.none": (
            "misc",
            {"howpublished": "Own House, https://example.org/incollection/None"},
        ),
        "book.house": ("book", place),
        "book.none": ("book", place),
        "thesis.university": ("phdthesis", school),
        "thesis.none": ("phdthesis", school),
        "report.university": ("techreport", laboratory),
        "report.none": ("techreport", laboratory),
        "online.none": ("misc", {"howpublished": "Own House, https://example.org/online/None"}),
        "software.none": ("misc", {"howpublished": "Own House, https://example.org/software/None"}),
    }


def test_biblatex_has_what_each_type_has_a_place_for() -> None:
    """A chapter with editors is `@incollection`, which requires them."""
    editors, place = {"editor": "Ruë, Ada and {The Committee}"}, {"publisher": "Own House"}
    volume, issued = {"booktitle": "The Volume"}, {"institution": "Own University"}
    assert {paper.key: entry(paper, "biblatex") for paper in PAPERS} == {
        "article.journal": ("article", {"journaltitle": "The Journal"} | editors),
        "inproceedings.volume": ("inproceedings", volume | editors | place),
        "incollection.volume": ("incollection", volume | editors | place),
        "incollection.none": ("misc", {"howpublished": "Own House"} | editors),
        "book.house": ("book", editors | place),
        "book.none": ("book", editors | place),
        "thesis.university": ("thesis", issued),
        "thesis.none": ("thesis", issued),
        "report.university": ("report", issued),
        "report.none": ("report", issued),
        "online.none": ("online", {"organization": "Own House"} | editors),
        "software.none": ("software", {"organization": "Own House"} | editors),
    }


def test_a_chapter_without_editors_is_no_incollection_for_biblatex() -> None:
    chapter = made("incollection", "volume").model_copy(update={"editor": ()})
    assert entry_fields(chapter, VENUES, dialect="biblatex")[0] == "inbook"


def test_a_preprint_has_neither_the_editors_nor_the_publisher_of_its_volume() -> None:
    paper = made("inproceedings", "volume").model_copy(update={"eprint": "1703.00887"})
    for dialect in ("bibtex", "biblatex"):
        text = to_bibtex([paper], VENUES, dialect=dialect, prefer="preprint")  # type: ignore[arg-type]
        assert "1703.00887" in text
        assert not [name for name in ("editor", "Own House", "The Volume") if name in text]


@pytest.mark.parametrize("key", NAMES)
@pytest.mark.parametrize("name", ["bibtex", "biblatex", "csl-json", "ris", "hayagriva", "jsonld"])
def test_no_format_names_two_publishers(bib: Bibliography, name: str, key: str) -> None:
    """The record's own name wins over that of its venue, in every format."""
    text = bib.some([key]).to(name)
    paper = bib[key]
    assert "Venue House" not in text
    assert "Venue University" not in text
    own = paper.publisher or paper.institution or ""
    place_for_it = name not in {"bibtex", "biblatex"} or paper.type != "article"
    assert text.count(own) == place_for_it


def test_csl_has_editors_and_whoever_published_it(bib: Bibliography) -> None:
    items = {item["id"]: item for item in json.loads(bib.all().to("csl-json"))}
    for paper in PAPERS:
        item = items[paper.key]
        assert item["publisher"] == (paper.publisher or paper.institution)
        if paper.editor:
            assert item["editor"] == [
                {"family": "Ruë", "given": "Ada"},
                {"literal": "The Committee"},
            ]
        else:
            assert "editor" not in item


def test_ris_has_editors_where_the_type_has_them(bib: Bibliography) -> None:
    """`A2` would be the editor of the series of a book."""
    for record in rispy.loads(bib.all().to("ris")):
        paper = bib[record["id"]]
        assert record["publisher"] == (paper.publisher or paper.institution)
        tag = "tertiary_authors" if paper.type == "book" else "secondary_authors"
        assert record.get(tag, []) == (["Ruë, Ada", "The Committee"] if paper.editor else [])


def test_hayagriva_has_the_editors_of_the_volume_in_the_volume(bib: Bibliography) -> None:
    """And Typst sets it."""
    entries = yaml.safe_load(bib.all().to("hayagriva"))
    for paper in PAPERS:
        found = entries[paper.key]
        found = found.get("parent", found)
        assert found["publisher"] == (paper.publisher or paper.institution)
        assert len(found.get("editor", [])) == len(paper.editor)


@pytest.mark.slow
@pytest.mark.parametrize("style", ["ieee", "apa"])
def test_typst_sets_them(bib: Bibliography, tmp_path: Path, style: str) -> None:
    (tmp_path / "refs.yml").write_text(bib.all().to("hayagriva"), "utf-8")
    source = tmp_path / "doc.typ"
    source.write_text(f'#bibliography("refs.yml", style: "{style}", full: true)', "utf-8")
    assert typst.compile(str(source), output=None)


def test_jsonld_has_the_editors_of_the_volume_in_the_volume(bib: Bibliography) -> None:
    for node in json.loads(bib.all().to("jsonld"))["@graph"]:
        paper = bib[node["identifier"][0]["value"]]
        assert node["publisher"]["name"] == (paper.publisher or paper.institution)
        in_volume = paper.venue == "volume"
        edited = node["isPartOf"] if in_volume else node
        assert [one["name"] for one in edited.get("editor", [])] == (
            ["Ada Ruë", "The Committee"] if paper.editor else []
        )
        assert "editor" not in node or not in_volume


def test_a_line_of_text_names_them_once(bib: Bibliography) -> None:
    edited = "edited by Ada Ruë, The Committee"
    lines = {key: bib[key].cite().partition(". A ")[2].partition(" https://")[0] for key in NAMES}
    assert lines["incollection.volume"].endswith(f"place. The Volume, {edited}, Own House.")
    assert lines["book.house"] == lines["book.house"].replace("Venue House", "")
    assert lines["book.house"].endswith(f"place. Own House, {edited}.")
    assert lines["thesis.none"].endswith("place. Own University.")
    assert all(line.count("Own ") == 1 for line in lines.values())


def test_lists_have_a_place_for_works_without_a_venue(bib: Bibliography) -> None:
    """In Markdown, HTML, tables and the list of the terminal."""
    works = bib.some(["thesis.none", "book.none"])
    for text in (works.to("markdown"), works.to("html"), works.to("tsv")):
        assert "Own University" in text
        assert "Own House" in text
    table = {row["key"]: row for row in csv.DictReader(StringIO(bib.all().to("csv")))}
    assert table["thesis.none"]["venue_name"] == "Own University"
    assert table["thesis.none"]["institution"] == "Own University"
    assert table["book.house"]["venue_name"] == "House"
    assert table["book.house"]["publisher"] == "Own House"
    assert table["book.house"]["editor"] == "Ruë, Ada; {The Committee}"


def test_the_place_is_one_name() -> None:
    """For each type with and without names of its own."""
    for paper in PAPERS:
        period = VENUES[paper.venue].in_year(2017) if paper.venue else None
        bare = paper.model_copy(update={"publisher": None, "institution": None})
        assert place_in_full(bare, period) == (period.long if period else None)
        own = paper.publisher or paper.institution
        if paper.venue in {"journal", "volume"}:
            assert place_in_full(paper, period) == place_in_full(bare, period)
        else:
            assert place_in_full(paper, period) == own
        assert bool(venue_name(paper, VENUES)) is True
        assert bool(venue_name(bare, VENUES)) is bool(paper.venue)


# What is shown


def test_show_names_them(bib: Bibliography) -> None:
    shown = {key: bib.view(key).imprint for key in NAMES}
    edited = "edited by Ada Ruë, The Committee"
    assert shown["incollection.volume"] == f"Vol 2017, {edited}, Own House"
    assert shown["book.house"] == f"Own House 2017, {edited}"
    assert shown["thesis.university"] == shown["thesis.none"] == "Own University 2017"
    assert "Own University" in bib["thesis.none"]._repr_html_()
    alone = PAPERS[NAMES.index("thesis.none")]
    assert "Own University" in alone._repr_html_()


def test_the_pages_of_the_site_name_them(bib: Bibliography, tmp_path: Path) -> None:
    build_site(bib, tmp_path / "site")
    page = (tmp_path / "site/works/incollection.volume.html").read_text("utf-8")
    assert "<dt>Edited by</dt><dd>Ada Ruë, The Committee</dd>" in page
    assert "<dt>Publisher</dt><dd>Own House</dd>" in page
    data = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    item = json.loads(data)
    assert item["publisher"]["name"] == "Own House"
    assert item["isPartOf"]["editor"][0]["name"] == "Ada Ruë"
    page = (tmp_path / "site/works/thesis.none.html").read_text("utf-8")
    assert "<dt>Institution</dt><dd>Own University</dd>" in page


# The programs of TeX


@pytest.mark.slow
@pytest.mark.latex
@pytest.mark.parametrize("style", ["plain", "abbrv", "alpha", "plainnat"])
@pytest.mark.parametrize("venue_names", ["long", "short"])
def test_bibtex_prints_them_without_a_warning(tmp_path: Path, style: str, venue_names: Any) -> None:
    text = to_bibtex(PAPERS, VENUES, venue_names=venue_names)
    assert with_bibtex(tmp_path, text, style, NAMES) == []
    printed = " ".join((tmp_path / "doc.bbl").read_text("utf-8").split())
    assert printed.count("Own House") == 7
    assert printed.count("Own University") == 4
    assert printed.count("editors") == 2


@pytest.mark.slow
@pytest.mark.latex
def test_biber_knows_all_that_they_have(tmp_path: Path) -> None:
    """No field is foreign to its type, and none that it requires is missing."""
    text = to_bibtex(PAPERS, VENUES, dialect="biblatex")
    assert with_biber(tmp_path, text, typeset=True) == []


# Back from a file


def imported(tmp_path: Path, text: str, name: str) -> tuple[Bibliography, Mapping[str, Paper]]:
    """The collection that `import` makes of a file, and its works."""
    (tmp_path / name).write_text(text, "utf-8")
    assert main(("import", str(tmp_path / name), str(tmp_path / "mine"))) == 0
    assert [one for one in check_paths([tmp_path / "mine"])[0] if one.level == "error"] == []
    found = load(tmp_path / "mine")
    return found, found.papers


@pytest.mark.parametrize(
    ("name", "format"),
    [("a.bib", "bibtex"), ("a.bib", "biblatex"), ("a.json", "csl-json"), ("a.ris", "ris")],
)
def test_they_come_back_from_every_format(
    bib: Bibliography, tmp_path: Path, name: str, format: str
) -> None:
    mine, papers = imported(tmp_path, bib.all().to(format), name)
    assert set(papers) == set(NAMES)
    for paper in PAPERS:
        again = papers[paper.key]
        kind, fields = entry(paper, format) if "bib" in name else (paper.type, {})
        assert again.editor == (() if "bib" in name and "editor" not in fields else paper.editor)
        if kind == "misc" or (kind == "article" and "bib" in name):
            continue  # BibTeX has no field for the publisher
        publisher = publisher_of(again, period_of(again, mine.venues))
        assert (publisher, again.institution) == (paper.publisher, paper.institution)
        if paper.type in {*ISSUED, "book"}:
            assert again.venue is None, "the name is kept in the record, not as a new venue"


def test_import_keeps_schools_editors_and_publishers(tmp_path: Path) -> None:
    """But not arXiv as a publisher, nor what the venue determines."""
    _, papers = imported(
        tmp_path,
        r"""
@mastersthesis{school, author={Doe, Jane}, title={One}, year=2001, school={ETH Z{\"u}rich}}
@techreport{lab, author={Doe, Jane}, title={Two}, year=2002, institution={Bell Labs}, number={7}}
@techreport{pre, author={Doe, Jane}, title={Three}, year=2017, institution={arXiv},
  number={arXiv:1703.00888}, publisher={arXiv}}
@incollection{chapter, author={Doe, Jane}, title={Four}, year=2004, booktitle={New Volume},
  editor={Ru{\"e}, Ada and others}, publisher={New House}}
@incollection{second, author={Doe, Jane}, title={Five}, year=2004, booktitle={New Volume},
  publisher={Other House}}
@inproceedings{icml, author={Doe, Jane}, title={Six}, year=2017,
  booktitle={International Conference on Machine Learning}, publisher={PMLR}, organization={IMLS}}
@online{web, author={Doe, Jane}, title={Seven}, year=2017, organization={Web House},
  url={https://example.org}}
@book{none, editor={Ru{\"e}, Ada}, title={Eight}, year=2017, publisher={New House}}
""",
        "refs.bib",
    )
    told = {
        key: (paper.type, paper.editor, paper.publisher, paper.institution)
        for key, paper in papers.items()
    }
    assert told == {
        "school": ("thesis", (), None, "ETH Zürich"),
        "lab": ("report", (), None, "Bell Labs"),
        "pre": ("online", (), None, None),
        "chapter": ("incollection", ("Ruë, Ada",), None, None),
        "second": ("incollection", (), "Other House", None),
        "icml": ("inproceedings", (), None, None),
        "web": ("online", (), "Web House", None),
    }
    assert papers["chapter"].unverified == ("editor",)
    assert {"editor", "publisher"} & {*papers["chapter"].sources[0].fields} == set()


def test_import_of_ris_knows_the_editors_of_older_programs(tmp_path: Path) -> None:
    record = (
        "TY  - {kind}\nID  - {key}\nTI  - {key}\nAU  - Doe, Jane\nPY  - 2004\n{tag}  - Ruë, Ada\n"
    )
    cases = [("BOOK", "A3"), ("BOOK", "ED"), ("BOOK", "A2"), ("CHAP", "ED"), ("CHAP", "A2")]
    text = "".join(
        record.format(kind=kind, key=f"{kind}{tag}", tag=tag) + "ER  - \n" for kind, tag in cases
    )
    _, papers = imported(tmp_path, text, "refs.ris")
    assert {key: paper.editor for key, paper in papers.items()} == {
        f"{kind}{tag}": ("Ruë, Ada",) for kind, tag in cases
    }


# In a user's .bib

PREPRINT = """\
@article{chapter,
  author = {Doe, Jane},
  title = {A incollection in a place},
  journal = {arXiv preprint arXiv:1703.00888},
  year = {2017},%s
}
"""


@pytest.fixture(scope="module")
def published() -> Bibliography:
    """A preprint that appeared as a chapter; nothing is known of who published it."""
    chapter = made("incollection", "volume")
    known = chapter.model_copy(update={"eprint": "1703.00888"})
    bare = known.model_copy(update={"publisher": None, "editor": ()})
    bare = bare.model_copy(update={"key": "bare", "title": "Bare", "eprint": "1703.00889"})
    return Bibliography.from_records([known, bare, *VENUES.values()])


def test_fix_keeps_the_editor_and_publisher_of_the_user(published: Bibliography) -> None:
    """Also where the catalogue knows of none, or of others; arXiv's name goes."""
    theirs = "\n  editor = {User, Una},\n  publisher = {User House},"
    plain = PREPRINT.replace("A incollection in a place", "Bare").replace("888", "889")
    for text in (plain, PREPRINT):
        fixed = fix(published, parse_bib(text % theirs))
        assert "booktitle = {The Volume}" in fixed.text
        assert "editor = {User, Una}" in fixed.text
        assert "publisher = {User House}" in fixed.text
        assert not fix(published, parse_bib(fixed.text)).changed
    fixed = fix(published, parse_bib(plain % "\n  publisher = {arXiv},"))
    assert "publisher" not in fixed.text
    fixed = fix(published, parse_bib(PREPRINT % ""))
    assert r"editor = {Ru{\"e}, Ada and {The Committee}}" in fixed.text
    assert "publisher = {Own House}" in fixed.text


def test_merging_keeps_what_only_the_other_entry_has(published: Bibliography) -> None:
    """The editor and the publisher of the removed entry, if the kept one has none."""
    first = PREPRINT.replace("A incollection in a place", "Bare").replace("888", "889") % ""
    other = first.replace("{chapter,", "{other,").replace(
        "},\n}", "},\n  editor = {User, Una},\n  publisher = {User House},\n}"
    )
    fixed = fix(published, parse_bib(first + other), merge=True)
    assert dict(fixed.merged) == {"other": "chapter"}
    assert "editor = {User, Una}" in fixed.text
    assert "publisher = {User House}" in fixed.text


def test_check_has_no_complaint_of_an_exported_entry(bib: Bibliography) -> None:
    """Of no type, in neither dialect."""
    for dialect in ("bibtex", "biblatex"):
        found = lint(bib, [parse_bib(bib.all().to(dialect), "refs.bib")])
        told = {one.rule: one.message for one in found.problems if one.level != "note"}
        assert told == {}, dialect
