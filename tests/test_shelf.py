"""The reference shelf: a reader for each public dump, the index, and looking works up.

The shapes are those that the sources document: the dataset of arXiv's metadata of Cornell
University, DBLP's dblp.xml (https://dblp.org/xml/docu/dblpxml.pdf), OpenAlex's work object, the
notes of OpenReview's API 1 and 2, the posts of mlresearch/papersite, ML Anthology's files.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sqlite3
import string
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.cli.main import main
from dltheory_bib.lookup.protocol import StatedWork
from dltheory_bib.shelf import shelf_index
from dltheory_bib.shelf.lookups import Held, Shelf, ShelfError
from dltheory_bib.shelf.readers import source_kinds
from dltheory_bib.shelf.refusals import UNDATED, Refused, SourceError
from dltheory_bib.shelf.shelf_entries import shelf_entry
from dltheory_bib.shelf.shelf_index import FILE, build_shelf, title_hash
from test_overlay import overlay

DBLP = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE dblp SYSTEM "dblp.dtd">
<dblp>
<article mdate="2018-08-13" key="journals/nn/Mueller18">
<author>J&uuml;rgen M&uuml;ller 0002</author><author>Wei Wang</author>
<title>On <i>L</i><sub>2</sub> balls &amp; nets.</title>
<pages>1-9</pages><year>2018</year><volume>3</volume><journal>Neural Networks</journal>
<ee>https://doi.org/10.1016/J.NEUNET.2018.01.001</ee>
</article>
<article key="journals/corr/abs-1703-00887"><author>Chi Jin</author>
<title>How to Escape Saddle Points Efficiently.</title><year>2017</year>
<journal>CoRR</journal><ee>http://arxiv.org/abs/1703.00887</ee></article>
<inproceedings key="conf/icml/X"><author>Ana Lima</author><title>A Fine Title.</title>
<booktitle>ICML</booktitle><year>2020</year></inproceedings>
<proceedings key="conf/icml/2020"><title>Proceedings of ICML.</title></proceedings>
<www key="homepages/w/WeiWang"><author>Wei Wang</author><title>Home Page</title></www>
<inproceedings key="conf/icml/Y"><author>Ana Lima</author><year>2020</year></inproceedings>
</dblp>
"""
ARXIV: list[dict[str, Any]] = [
    {
        "id": "0704.0001",
        "submitter": "A",
        "title": "Gradient   descent\n  in $L^2$",
        "authors_parsed": [["Bal\\'azs", "C.", ""], ["King", "Martin L.", "Jr."]],
        "journal-ref": None,
        "doi": "10.1103/PhysRevD.76.013009",
        "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}],
        "update_date": "2008-11-26",
    },
    {"id": "math/0309136", "submitter": "B", "title": "On Knots", "authors_parsed": [["Lee", "A"]]},
    {"id": "2401.00001", "submitter": "C", "title": "", "authors_parsed": []},
]
OPENALEX: list[dict[str, Any]] = [
    {
        "id": "https://openalex.org/W1",
        "doi": "https://doi.org/10.48550/arXiv.1706.03762",
        "display_name": "Attention Is All You Need",
        "publication_year": 2017,
        "type": "article",
        "is_paratext": False,
        "authorships": [{"author": {"display_name": "Ashish Vaswani"}}, {"author": None}],
        "primary_location": {
            "landing_page_url": "https://arxiv.org/abs/1706.03762v7",
            "source": {"display_name": "arXiv (Cornell University)"},
        },
        "locations": None,
        "biblio": {"volume": None, "first_page": None, "last_page": None},
    },
    {
        "id": "https://openalex.org/W2",
        "doi": None,
        "display_name": "A Journal Work",
        "publication_year": 2001,
        "type": "article",
        "is_paratext": False,
        "authorships": [{"raw_author_name": "B. Only"}],
        "primary_location": {"source": {"display_name": "Annals"}, "landing_page_url": None},
        "locations": [{"landing_page_url": "http://arxiv.org/abs/math/0309136"}],
        "biblio": {"volume": "7", "first_page": "1", "last_page": "20"},
    },
    {"id": "https://openalex.org/W3", "display_name": "Front Matter", "type": "paratext"},
    {"id": "https://openalex.org/W4", "display_name": None},
]
MLANTHOLOGY = {
    "venue": "icml",
    "year": "2017",
    "papers": [
        {
            "bibtex_key": "achab2017icml-uncovering",
            "title": "Uncovering Causality from Multivariate Hawkes Integrated Cumulants",
            "authors": [{"given": "Massil", "family": "Achab"}, {"given": "", "family": "Muzy"}],
            "year": "2017",
            "venue": "icml",
            "venue_type": "conference",
            "volume": "70",
            "pages": "1-10",
            "doi": "10.1/ABC",
            "venue_url": "https://proceedings.mlr.press/v70/achab17a.html",
        },
        {"bibtex_key": "b", "title": "In a Workshop", "venue_type": "workshop", "year": "2017"},
        {
            "bibtex_key": "c",
            "title": "A Text",
            "venue_name": "European Conference on Machine Learning",
            "venue_type": "workshop",
        },
    ],
}
ANTHOLOGY = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="2021.acl">
<volume id="long"><meta>
<booktitle>Proceedings of the 59th Annual Meeting of the <fixed-case>ACL</fixed-case></booktitle>
<year>2021</year></meta><frontmatter><url>2021.acl-long.0</url></frontmatter>
<paper id="1"><title>Labels in <fixed-case>G</fixed-case>erman</title>
<author><first>Tilman</first><last>Beck</last></author><author><first/><last>Muzy</last></author>
<pages>1–13</pages>
<url hash="7f">2021.acl-long.1</url><doi>10.18653/v1/2021.ACL-long.1</doi></paper>
<paper id="2"><author><first>A</first><last>B</last></author></paper>
</volume>
<volume id="srw"><meta><booktitle>ACL: Student Research Workshop</booktitle><year>2021</year></meta>
<paper id="1"><title>A Student Work</title><url>2021.acl-srw.1</url></paper></volume>
</collection>
"""
NOTES = {
    "notes": [
        {
            "id": "rJ4km2R5t7",
            "forum": "rJ4km2R5t7",
            "content": {
                "title": "A Benchmark of Tasks",
                "authors": ["Alex Wang", "Amanpreet Singh"],
                "venue": "ICLR 2019 Poster",
                "venueid": "ICLR.cc/2019/Conference",
            },
        },
        {
            "id": "new",
            "forum": "new",
            "content": {
                "title": {"value": "Tasks Again"},
                "authors": {"value": ["Li Wei"]},
                "venue": {"value": "ICLR 2024 Workshop on X"},
                "venueid": {"value": "ICLR.cc/2024/Workshop/X"},
            },
        },
        {
            "id": "no",
            "content": {"title": "Not Yet", "venue": "Submitted to ICLR 2025", "venueid": "x"},
        },
    ]
}
POST = """---
title: How to Escape $\\epsilon$-Saddles
booktitle: Proceedings of the 34th International Conference on Machine Learning
id: jin17a
page: 1724-1732
author:
- given: Chi
  family: Jin
- family: Ge
container-title: Proceedings of Machine Learning Research
volume: '70'
issued:
  date-parts:
  - 2017
  - 7
---
"""


def lines(values: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(value)}\n" for value in values).encode()


@pytest.fixture
def dumps(tmp_path: Path) -> dict[str, Path]:
    """A dump of each kind, with the name under which its reader is known."""
    made: dict[str, Path] = {}

    def write(kind: str, name: str, content: bytes) -> None:
        path = tmp_path / "dumps" / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        made.setdefault(kind, path)

    write("dblp", "dblp.xml.gz", DBLP.encode("latin-1"))
    write("arxiv", "arxiv-metadata-oai-snapshot.json", lines(ARXIV) + b"not json\n\n[1]\n")
    write("openalex", "part_000.gz", lines(OPENALEX))
    write("mlanthology", "icml-2017.json.gz", json.dumps(MLANTHOLOGY, indent=1).encode())
    write("aclanthology", "2021.acl.xml", ANTHOLOGY.encode())
    write("openreview", "notes.json", json.dumps(NOTES).encode())
    write("pmlr", "_posts/2017-07-17-jin17a.md", POST.encode())
    write(
        "bib", "a.bib", b"@article{k, title={An {\\'E}tude}, author={De Sa, C}, year=2001}\n@x{y}"
    )
    made["pmlr"] = tmp_path / "dumps" / "pmlr"
    return made


def read(path: Path) -> list[StatedWork | Refused]:
    source = source_kinds.find_source(path)
    return [one for file in source.files for one in source.reader.read(file)]


def test_each_dump_is_recognised_by_its_content(dumps: dict[str, Path]) -> None:
    for kind, path in dumps.items():
        assert kind == source_kinds.find_source(path).reader.NAME
    assert {one.NAME for one in source_kinds.READERS} == set(dumps)


def test_dblp(dumps: dict[str, Path]) -> None:
    first, second, third, *refused = read(dumps["dblp"])
    assert first == StatedWork(
        "dblp",
        "journals/nn/Mueller18",
        UNDATED,
        "On L2 balls & nets",
        ("Jürgen Müller", "Wei Wang"),
        year=2018,
        venue="Neural Networks",
        volume="3",
        pages="1-9",
        doi="10.1016/j.neunet.2018.01.001",
        url="https://doi.org/10.1016/J.NEUNET.2018.01.001",
    )
    assert isinstance(second, StatedWork)
    assert (second.eprint, second.venue) == ("1703.00887", "")
    assert isinstance(third, StatedWork)
    assert third.venue == "ICML"
    assert [isinstance(one, Refused) and one.id for one in refused] == [
        "conf/icml/2020",
        "homepages/w/WeiWang",
        "conf/icml/Y",
    ]


@pytest.mark.parametrize(
    "subset",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
    ],
)
def test_a_dump_that_defines_entities_is_refused(tmp_path: Path, subset: str) -> None:
    path = tmp_path / "dblp.xml"
    path.write_text(f"<!DOCTYPE dblp [{subset}]><dblp><article><title>&a;</title></article></dblp>")
    with pytest.raises(SourceError, match="entity a"):
        read(path)


def test_a_dump_that_ends_early_says_so_and_keeps_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "dblp.xml"
    path.write_text(DBLP[: DBLP.index("<proceedings")], "latin-1")
    with pytest.raises(SourceError, match=r"dblp\.xml is no XML"):
        build_shelf([path], tmp_path / "shelf")
    assert not (tmp_path / "shelf" / FILE).exists()
    whole = gzip.compress(DBLP.encode("latin-1"))
    cut = tmp_path / "dblp.xml.gz"
    cut.write_bytes(whole[:-40])
    with pytest.raises(SourceError, match="cannot be read"):
        read(cut)


def test_arxiv(dumps: dict[str, Path]) -> None:
    first, second, untitled, *rest = read(dumps["arxiv"])
    assert isinstance(first, StatedWork)
    assert first.authors == ("Balázs, C.", "King, Jr., Martin L.")
    assert (first.title, first.year) == ("Gradient descent in $L^2$", 2007)
    assert (first.doi, first.eprint) == ("10.1103/physrevd.76.013009", "0704.0001")
    assert isinstance(second, StatedWork)
    assert (second.year, second.venue) == (2003, "")
    assert untitled == Refused("2401.00001", "has no title")
    assert rest == [Refused("line 4", "is no JSON"), Refused("line 6", "is no JSON")]


def test_openalex(dumps: dict[str, Path], tmp_path: Path) -> None:
    found = read(dumps["openalex"])
    first, second, *refused = found
    assert isinstance(first, StatedWork)
    assert (first.eprint, first.venue, first.authors) == ("1706.03762", "", ("Ashish Vaswani",))
    assert isinstance(second, StatedWork)
    assert (second.eprint, second.venue, second.pages) == ("math/0309136", "Annals", "1--20")
    assert second.authors == ("B. Only",)
    assert len(refused) == 2
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "works" / "part.parquet"
    path.parent.mkdir()
    parquet.write_table(pyarrow.Table.from_pylist(OPENALEX), path)
    assert read(path) == found, "Parquet says the same as JSON Lines"


def test_mlanthology(dumps: dict[str, Path], tmp_path: Path) -> None:
    first, second, third = read(dumps["mlanthology"])
    assert isinstance(first, StatedWork)
    assert first.authors == ("Achab, Massil", "Muzy")
    assert (first.doi, first.track, first.volume) == ("10.1/abc", "", "70")
    assert isinstance(second, StatedWork)
    assert second.track == "workshop", "a workshop is not the venue"
    assert isinstance(third, StatedWork)
    assert third.track == "", "a conference whose type is stated wrongly"
    folder = tmp_path / "clone"
    (folder / "data" / "papers").mkdir(parents=True)
    (folder / "data" / "legacy").mkdir()
    (folder / "data" / "papers" / "icml-2017.json").write_text(json.dumps(MLANTHOLOGY))
    (folder / "data" / "legacy" / "colt.jsonl.gz").write_bytes(
        gzip.compress(lines(MLANTHOLOGY["papers"]))  # type: ignore[arg-type]
    )
    assert len(read(folder)) == 6


def test_acl_anthology(dumps: dict[str, Path], tmp_path: Path) -> None:
    first, untitled, student = read(dumps["aclanthology"])
    assert first == StatedWork(
        "aclanthology",
        "2021.acl-long.1",
        UNDATED,
        "Labels in German",
        ("Beck, Tilman", "Muzy"),
        year=2021,
        venue="ACL",
        pages="1--13",
        doi="10.18653/v1/2021.acl-long.1",
        url="https://aclanthology.org/2021.acl-long.1",
    )
    assert untitled == Refused("2021.acl-long.2", "has no title")
    assert isinstance(student, StatedWork)
    assert student.track == "workshop"
    old = tmp_path / "W06.xml"
    old.write_text(
        """<?xml version='1.0'?><collection id="W06"><volume id="16"><meta><booktitle>Proceedings of
        the 2006 Conference on Empirical Methods in Natural Language Processing</booktitle><year>
        2006</year></meta><paper id="1"><title>A</title></paper></volume><volume id="29"><meta>
        <booktitle>Proceedings of the Tenth Conference on Learning at EMNLP</booktitle></meta>
        <paper id="1"><title>B</title></paper></volume></collection>"""
    )
    works = [one for one in read(old) if isinstance(one, StatedWork)]
    assert [(one.venue == "EMNLP", one.track) for one in works] == [
        (True, ""),
        (False, "workshop"),
    ]
    path = tmp_path / "bad.xml"
    path.write_text('<!DOCTYPE c [<!ENTITY a "aa">]><collection><volume>&a;</volume></collection>')
    with pytest.raises(SourceError, match="document type"):
        read(path)


def test_openreview(dumps: dict[str, Path]) -> None:
    first, second, third = read(dumps["openreview"])
    assert isinstance(first, StatedWork)
    assert (first.authors, first.year) == (("Alex Wang", "Amanpreet Singh"), 2019)
    assert isinstance(second, StatedWork)
    assert (second.title, second.track) == ("Tasks Again", "workshop")
    assert third == Refused("no", "was not accepted, or is not decided")


def test_pmlr_and_bib(dumps: dict[str, Path]) -> None:
    (post,) = read(dumps["pmlr"])
    assert isinstance(post, StatedWork)
    assert post.authors == ("Jin, Chi", "Ge")
    assert (post.year, post.pages) == (2017, "1724-1732")
    assert post.url == "https://proceedings.mlr.press/v70/jin17a.html"
    found = read(dumps["bib"])
    assert found[0] == StatedWork("bib", "k", UNDATED, "An Étude", ("De Sa, C",), year=2001)
    assert found[1] == Refused("@x{y}", "has no title")


def test_every_record_is_kept_or_counted_with_its_reason(
    dumps: dict[str, Path], tmp_path: Path
) -> None:
    told: list[tuple[str, int]] = []
    counts = build_shelf(
        dumps.values(), tmp_path / "shelf", lambda file, number: told.append((file, number))
    )
    for one in counts:
        records = read(one.source)
        assert one.kept == sum(isinstance(each, StatedWork) for each in records)
        assert one.kept + one.refused == len(records)
        assert sum(one.reasons.values()) == one.refused
    shelf = Shelf(tmp_path / "shelf")
    assert len(shelf) == sum(one.kept for one in counts)
    assert told[-1][1] == len(shelf) + sum(one.refused for one in counts)
    assert {one.reader for one in shelf.sources.values()} == set(dumps)
    shelf.close()


def test_works_are_found_by_every_identifier(dumps: dict[str, Path], tmp_path: Path) -> None:
    build_shelf(dumps.values(), tmp_path / "shelf")
    shelf = Shelf(tmp_path / "shelf")
    (found,) = shelf.titled("ON L2 BALLS, & NETS")
    assert found.record.authors == ("Jürgen Müller", "Wei Wang")
    assert (found.record.source, found.score) == ("dblp", 100.0)
    assert shelf.with_doi("10.1016/j.neunet.2018.01.001") == [found]
    assert shelf.with_doi("") == []
    assert shelf.with_arxiv("") == []
    (saddles,) = shelf.with_arxiv("1703.00887")
    assert saddles.record.title == "How to Escape Saddle Points Efficiently"
    near = shelf.nearest("How to Escpe Saddle Point Efficiently")
    assert near
    assert near.record == saddles.record
    assert near.score < 100
    assert shelf.nearest("Quantum Chromodynamics for Cats") is None
    assert shelf.near("") == shelf.near("of of of") == []
    shelf.close()


def titles(rng: random.Random, count: int) -> list[str]:
    """Titles of three to ten words of a vocabulary in which few words are frequent."""
    vocabulary = [
        "".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 10))) for _ in range(900)
    ]
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    return [" ".join(rng.choices(vocabulary, weights, k=rng.randint(4, 10))) for _ in range(count)]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A shelf of some thousand works, and their titles."""
    folder = tmp_path_factory.mktemp("many")
    made = titles(random.Random(3), 3000)
    entries = (f"@misc{{k{n}, title={{{title}}}, year=2020}}\n" for n, title in enumerate(made))
    (folder / "a.bib").write_text("".join(entries))
    build_shelf([folder / "a.bib"], folder)
    return folder, made


def _typo(rng: random.Random, title: str) -> str:
    at = rng.randrange(len(title))
    return title[:at] + rng.choice(["", rng.choice("aeiou") + title[at], "q"]) + title[at + 1 :]


@pytest.mark.parametrize("fallback", [False, True], ids=["rapidfuzz", "difflib"])
def test_near_titles(
    many: tuple[Path, list[str]], fallback: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typos are seen through, a word that is left out too; titles made of two halves are not."""
    if fallback:
        monkeypatch.setitem(sys.modules, "rapidfuzz.fuzz", None)
    folder, made = many
    shelf, rng = Shelf(folder), random.Random(5)
    chosen = rng.sample(made, 20 if fallback else 150)

    def right(changed: list[str]) -> float:
        found = [shelf.nearest(title) for title in changed]
        hits = [one and title_hash(one.record.title) for one in found]
        wrong = [
            h for h, title in zip(hits, chosen, strict=True) if h not in {None, title_hash(title)}
        ]
        assert len(wrong) <= 0.01 * len(chosen)
        return sum(h is not None for h in hits) / len(hits)

    assert right([_typo(rng, one) for one in chosen]) >= 0.99
    assert right([_typo(rng, _typo(rng, _typo(rng, one))) for one in chosen]) >= 0.95
    dropped = [one.split() for one in chosen]
    for words_ in dropped:
        del words_[rng.randrange(len(words_))]
    assert right([" ".join(one) for one in dropped]) >= 0.95
    halves = ["".join(_half(one, rng)) for one in chosen[: 100 if not fallback else 10]]
    mixed = [f"{one} {other}" for one, other in zip(halves[::2], halves[1::2], strict=True)]
    assert not [title for title in mixed if shelf.near(title)]
    shelf.close()


def _half(title: str, rng: random.Random) -> str:
    words_ = title.split()
    half = len(words_) // 2
    return " ".join(words_[:half] if rng.random() < 0.5 else words_[half:])


def test_a_build_that_was_stopped_continues(
    tmp_path: Path, many: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_index, "_BATCH", 500)
    source, out = many[0] / "a.bib", tmp_path / "shelf"

    class StoppedError(Exception):
        pass

    def stop(_: str, records: int) -> None:
        if records >= 1500:
            raise StoppedError

    with pytest.raises(StoppedError):
        build_shelf([source], out, stop)
    assert not (out / FILE).exists()
    new: list[int] = []
    (count,) = build_shelf([source], out, lambda _, records: new.append(records))
    assert count.kept == 3000
    assert new[-1] == 2000, "the batch in which it was stopped is read again, those before are not"
    fresh = tmp_path / "fresh"
    build_shelf([source], fresh)
    one, other = Shelf(out), Shelf(fresh)
    asked = [one.titled(title) for title in many[1][::50]]
    assert asked == [other.titled(title) for title in many[1][::50]]
    assert [path.name for path in out.iterdir()] == [FILE]
    one.close()
    other.close()


def test_a_build_that_was_stopped_among_its_indexes_continues(
    tmp_path: Path, many: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = many[0] / "a.bib", tmp_path / "shelf"
    with monkeypatch.context() as broken:
        first, rest = shelf_index._INDEXES.strip().split("\n", 1)
        broken.setattr(shelf_index, "_INDEXES", f"{first}\nSELECT stopped;\n{rest}")
        with pytest.raises(sqlite3.OperationalError):
            build_shelf([source], out)
    new: list[int] = []
    (count,) = build_shelf([source], out, lambda _, records: new.append(records))
    assert (count.kept, new) == (3000, [])
    build_shelf([source], tmp_path / "fresh")
    kept = []
    for folder in (out, tmp_path / "fresh"):
        with closing(sqlite3.connect(folder / FILE)) as made:
            named = made.execute("SELECT name FROM sqlite_schema ORDER BY name").fetchall()
            kept.append((named, made.execute("SELECT * FROM words_data").fetchall()))
    assert kept[0] == kept[1]
    assert [path.name for path in out.iterdir()] == [FILE]


def test_a_build_of_other_sources_begins_anew(dumps: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "shelf"
    broken = tmp_path / "dblp.xml"
    broken.write_text("<dblp><article>")
    with pytest.raises(SourceError):
        build_shelf([dumps["arxiv"], broken], out)
    assert [one.reader for one in build_shelf([dumps["bib"]], out)] == ["bib"]
    (out / f".{FILE}.part").write_text("damaged")
    assert [one.kept for one in build_shelf([dumps["arxiv"]], out)] == [2]


def test_without_a_shelf_or_with_another_format(tmp_path: Path) -> None:
    with pytest.raises(ShelfError, match="dltheory shelf build"):
        Shelf(tmp_path)
    (tmp_path / FILE).write_text("damaged")
    with pytest.raises(ShelfError, match="damaged; build it again"):
        Shelf(tmp_path)


def test_the_commands(
    dumps: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "shelf"
    assert main(["shelf", "list", "--shelf", str(out)]) == 1
    assert "dltheory shelf build SOURCE" in capsys.readouterr().err
    assert main(["shelf", "build", str(dumps["dblp"]), str(dumps["bib"]), "-o", str(out)]) == 0
    err = capsys.readouterr().err
    assert f"{dumps['dblp']}: dblp, 3 works, 3 refused\n" in err
    assert "  1 refused: has no title\n" in err
    assert f"{out}: 4 works\n" in err
    assert main(["shelf", "list", "--shelf", str(out)]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[0].split("\t")[:1] == ["dblp"]
    assert "4 works" in printed.err
    assert main(["shelf", "list", "--shelf", str(out), "-f", "json"]) == 0
    assert [one["kept"] for one in json.loads(capsys.readouterr().out)["sources"]] == [3, 1]
    assert main(["shelf", "build", str(tmp_path / "none")]) == 1
    assert "does not exist" in capsys.readouterr().err
    assert main(["shelf", "build", os.devnull]) == 1
    assert "is neither a file nor a folder" in capsys.readouterr().err
    (tmp_path / "x.txt").write_text("nothing")
    assert main(["shelf", "build", str(tmp_path / "x.txt")]) == 1
    assert "is none of the sources that are known" in capsys.readouterr().err


# What commands do with a shelf


@pytest.fixture
def own_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a shelf that the settings of the folder name, and go there."""
    works = [
        "@inproceedings{p, title={Sharp {ReLU} Minima & Maxima}, year=2020,"
        ' author={Lima, Ana and M{\\"u}ller, B},'
        " booktitle={Proceedings of a Conference}, pages={3-9}, doi={10.1234/ABC}}",
        "@misc{q, title={Sharp Minima Again}, author={Lima, Ana}, year=2021, eprint={2101.00001}}",
    ]
    (tmp_path / "works.bib").write_text("\n".join(works), "utf-8")
    build_shelf([tmp_path / "works.bib"], tmp_path / "shelf")
    (tmp_path / ".dltheory.toml").write_text('[shelf]\npath = "shelf"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_search_with_any_characters(own_shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A word such as x_1 is two for the index."""
    (own_shelf / "more.bib").write_text("@misc{r, title={Odd $x_1$ norms}, author={A, B}, year=1}")
    build_shelf([own_shelf / "more.bib"], own_shelf / "shelf")
    for text in ("odd x_1", "x_1", '"odd', "odd*", "odd OR norms", "NEAR(odd)", "\u738b_\u0301"):
        assert main(["search", "--shelf", text]) == 0
        said = capsys.readouterr()
        assert said.err in {
            "1 work of the shelf, not curated\n",
            "the shelf has no such title\n",
        }, text
    assert main(["search", "--shelf", "x_1"]) == 0
    assert capsys.readouterr().out.startswith("r\t")


def test_a_fault_of_the_shelf_is_not_one_of_the_snapshot(
    own_shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the shelf that is to be built again; the compiled collection stays."""
    with closing(sqlite3.connect(own_shelf / "shelf" / FILE)) as database:
        database.execute("DROP TABLE words")
        database.commit()
    assert main(["search", "--shelf", "sharp"]) == 1
    assert capsys.readouterr().err == (
        "dltheory: the shelf cannot be read (no such table: words); build it again\n"
    )


def test_what_a_file_has_no_place_for_is_no_refused_work(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(
        "@misc{a, title={A thing}, note={Mine}, isbn={1}, year=2001}\n@misc{b, title={B", "utf-8"
    )
    (count,) = build_shelf([tmp_path / "a.bib"], tmp_path / "shelf")
    assert (count.kept, count.refused) == (1, 1), "the second is never closed"


@pytest.mark.parametrize(
    ("venue", "volume", "kind"),
    [
        ("Journal of Odd Results", "", "article"),
        ("IEEE Trans. Odd Results", "", "article"),
        ("Odd Results", "3", "article"),
        ("Proceedings of the Conference on Odd Letters", "3", "inproceedings"),
        ("ICML", "", "inproceedings"),
        ("", "", "misc"),
    ],
)
def test_the_type_of_an_entry(venue: str, volume: str, kind: str) -> None:
    record = StatedWork(
        "bib", "a", UNDATED, "A thing", ("Lima, Ana",), year=2001, venue=venue, volume=volume
    )
    (entry,) = parse_bib(shelf_entry(Held(record), "a", biblatex=False)).entries
    assert entry.type == kind


def test_cite_from_the_shelf(own_shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tex = own_shelf / "main.tex"
    tex.write_text(r"\cite{10.1234/abc,2101.00001,10.1234/none}", "utf-8")
    assert main(["cite", str(tex), "--from-shelf", "--accents", "latex"]) == 1, "one is unknown"
    out, err = capsys.readouterr()
    first, second = parse_bib(out).entries
    assert "% 10.1234/abc: from the shelf, not curated; bib of 20" in out
    assert "2 entries are from the shelf, not curated" in err
    assert "no entry for 10.1234/none" in err
    assert (first.type, first.key, second.type) == ("inproceedings", "10.1234/abc", "misc")
    values = dict(parse_bib(out).values(first))
    assert values["author"] == r"Lima, Ana and M{\"u}ller, B"
    assert (values["pages"], values["year"], values["doi"]) == ("3--9", "2020", "10.1234/abc")
    assert dict(parse_bib(out).values(second))["eprint"] == "2101.00001"
    assert main(["cite", str(tex)]) == 1
    assert "shelf" not in "".join(capsys.readouterr())


def test_add_asks_the_shelf_in_use(own_shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A shelf of the settings that is not there, or is damaged, is said and asked nothing."""
    assert main(["init", "own"]) == 0
    asked = ["--data", "own", "add", "10.1234/abc", "--dry-run", "--offline"]
    capsys.readouterr()
    main(asked)
    assert "Sharp {ReLU} Minima" in "".join(capsys.readouterr())
    (own_shelf / "shelf" / FILE).write_text("no database")
    main(asked)
    assert "is no shelf, or is damaged; build it again" in capsys.readouterr().err
    (own_shelf / "shelf" / FILE).unlink()
    main(asked)
    assert "has no shelf; make one" in capsys.readouterr().err


OWN_WORKS = """\
- key: lima2019sharp
  type: inproceedings
  title: Sharp Minima of Nets
  author: ['Lima, Ana', 'Roe, Bo']
  year: 2019
  venue: icml
- key: lima2018flat
  type: online
  title: Flat Minima of Nets
  author: ['Lima, Ana']
  year: 2018
  eprint: '1801.00001'
- key: lima2017twice
  type: inproceedings
  title: Minima That Differ
  author: ['Lima, Ana']
  year: 2017
  venue: icml
"""
THEIR_RECORDS = """
@inproceedings{a, title={Sharp Minima of Nets}, author={Lima, Ana and Roe, Bo}, year=2019,
  booktitle={ICML}, pages={11--19}, doi={10.1234/Sharp}}
@inproceedings{a2, title={Sharp Minima of Nets}, author={Lima, Ana and Roe, Bo}, year=2020,
  booktitle={NeurIPS}, pages={1--2}, volume=7}
@inproceedings{b, title={Flat Minima of Nets}, author={Lima, Ana}, year=2019, booktitle={NeurIPS},
  pages={5--9}}
@misc{b2, title={Flat Minima of Nets}, author={Lima, Ana}, year=2018, eprint={1801.00001}}
@inproceedings{c, title={Minima That Differ}, author={Lima, Ana}, year=2017, booktitle={ICML},
  pages={1--9}}
@inproceedings{c2, title={Minima That Differ}, author={Lima, Ana}, year=2017, booktitle={ICML},
  pages={2--9}}
@inproceedings{d, title={How to Escape Saddle Points Efficiently}, author={Jin, Chi}, year=2017,
  booktitle={ICML}, doi={10.1234/none}}
"""


@pytest.mark.catalogue
@pytest.mark.usefixtures("cache")
def test_entries_of_own_works_are_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay(tmp_path / "mine", papers=OWN_WORKS)
    (tmp_path / "theirs.bib").write_text(THEIR_RECORDS, "utf-8")
    build_shelf([tmp_path / "theirs.bib"], tmp_path / "shelf")
    (tmp_path / ".dltheory.toml").write_text('[shelf]\npath = "shelf"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    command = ["--data", "mine", "export", "title:minima or jin2017escape", "--from-shelf"]
    assert main(command) == 0
    out, err = capsys.readouterr()
    parsed = parse_bib(out)
    found = {one.key: (one.type, dict(parsed.values(one))) for one in parsed.entries}
    kind, sharp = found["lima2019sharp"]
    assert (kind, sharp["doi"], sharp["pages"]) == ("inproceedings", "10.1234/sharp", "11--19")
    assert "volume" not in sharp, "that of another version is not taken"
    kind, flat = found["lima2018flat"]
    assert (kind, flat["year"], flat["pages"]) == ("inproceedings", "2019", "5--9")
    assert "Neural Information Processing Systems" in flat["booktitle"]
    assert "pages" not in found["lima2017twice"][1], "two records differ"
    assert "doi" not in found["jin2017escape"][1], "the catalogue is not completed"
    remarks = [line for line in out.splitlines() if "not curated" in line]
    assert len(remarks) == 2
    assert remarks[1].startswith("% lima2019sharp: ")
    assert remarks[1].endswith(", a")
    assert "2 entries are completed from the shelf, not curated" in err
    assert main(command[:-1]) == 0
    assert capsys.readouterr().out.count("@") == out.count("@")
    assert main([*command, "--format", "ris"]) == 2
    assert main([*command, "--prefer", "preprint"]) == 0
    assert "@misc{lima2018flat" in capsys.readouterr().out


@pytest.mark.usefixtures("own_shelf")
@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("sharp minima", ["q", "p"]),
        ("10.1234/ABC", ["p"]),
        ("arXiv:2101.00001", ["q"]),
        ("Sharp ReLU Minima and Maximma", ["p"]),
        ("nothing like it", []),
    ],
)
def test_search_on_the_shelf(
    capsys: pytest.CaptureFixture[str], query: str, keys: list[str]
) -> None:
    assert main(["search", query, "--shelf"]) == 0
    out, err = capsys.readouterr()
    assert [line.split("\t")[0] for line in out.splitlines()] == keys
    assert ("not curated" in err) == bool(keys)
    assert main(["search", query, "--shelf", "--format", "bibtex"]) == 0
    assert [one.key for one in parse_bib(capsys.readouterr().out).entries] == keys
    assert main(["search", query, "--shelf", "--format", "ris"]) == 2


@pytest.mark.catalogue
def test_the_years_of_conferences_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [f"{first}--{first + 8}" for first in range(1, 300, 9)]
    gaps = [f"{first}--{first + 7}" for first in range(1, 300, 9)]
    text = "\n".join(
        f"@inproceedings{{k, title={{Work {n} of {venue}}}, year={{2020}}, booktitle={{{venue}}},"
        f" author={{A, B}}, pages={{{place}}}}}"
        for venue, places in (("AAAI", pages), ("IJCAI", gaps))
        for n, place in enumerate(places)
    )
    (tmp_path / "works.bib").write_text(text, "utf-8")
    build_shelf([tmp_path / "works.bib"], tmp_path)
    asked = ("shelf", "list", "--venues", "--shelf", str(tmp_path))
    assert main(asked) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "aaai\t2020\t34\tits works fill the pages 1 to 306",
        "ijcai\t2020\t34\tnot known to be complete",
    ]
    assert "years of conferences: 2, complete: 1" in err
    assert main((*asked, "-f", "json")) == 0
    assert [one["works"] for one in json.loads(capsys.readouterr().out)] == [34, 34]
